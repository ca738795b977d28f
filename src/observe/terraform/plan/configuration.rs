//! The configuration that a plan was made from, as far as it is printed: expressions, by what they refer to.
//!
//! A value that is known only after apply is often a reference to another resource of the plan, and then what it
//! will name is known. The configuration also tells which arguments are written at all: what the provider works out
//! for itself is unknown too, where nothing is written, and then the service's default stands.

use super::DEPTH;
use crate::observe::terraform::address::{
    index_of, module_of, without_indices, without_own_index, words,
};
use crate::observed::tree::{NodeId, Tree};
use crate::observed::{Node, Reason, Value};
use std::collections::{BTreeMap, BTreeSet};

/// References through modules are followed so far.
const HOPS: usize = 16;

/// Expressions that refer to more are no reference to one thing.
const REFERENCES: usize = 16;

/// Arguments that the provider works out where nothing is written: then AWS's default stands.
/// Source: the AWS provider, arguments that are both optional and computed.
const WORKED_OUT: &[(&str, &[&str])] = &[
    (
        "aws_emr_cluster",
        &[
            "core_instance_fleet",
            "core_instance_group",
            "ec2_attributes.emr_managed_master_security_group",
            "ec2_attributes.emr_managed_slave_security_group",
            "ec2_attributes.service_access_security_group",
            "ec2_attributes.subnet_id",
            "ec2_attributes.subnet_ids",
            "keep_job_flow_alive_when_no_steps",
            "master_instance_fleet",
            "master_instance_group",
            "os_release_label",
            "placement_group_config",
            "scale_down_behavior",
            "step",
            "step.hadoop_jar_step",
            "termination_protection",
            "unhealthy_node_replacement",
        ],
    ),
    ("aws_emr_instance_group", &["instance_count"]),
    (
        "aws_lakeformation_permissions",
        &[
            "catalog_id",
            "data_cells_filter",
            "data_cells_filter.table_catalog_id",
            "data_location",
            "data_location.catalog_id",
            "database",
            "database.catalog_id",
            "lf_tag",
            "lf_tag.catalog_id",
            "lf_tag_policy",
            "lf_tag_policy.catalog_id",
            "permissions_with_grant_option",
            "table",
            "table.catalog_id",
            "table.name",
            "table_with_columns",
            "table_with_columns.catalog_id",
            "table_with_columns.column_names",
        ],
    ),
    (
        "aws_lakeformation_data_lake_settings",
        &[
            "admins",
            "allow_external_data_filtering",
            "allow_full_table_external_data_access",
            "authorized_session_tag_value_list",
            "create_database_default_permissions",
            "create_table_default_permissions",
            "external_data_filtering_allow_list",
            "parameters",
            "read_only_admins",
            "trusted_resource_owners",
        ],
    ),
    ("aws_lakeformation_resource", &["role_arn"]),
    (
        "aws_kms_key",
        &["policy", "multi_region", "rotation_period_in_days"],
    ),
    (
        "aws_iam_role",
        &["inline_policy", "managed_policy_arns", "name"],
    ),
    ("aws_security_group", &["egress", "ingress"]),
    ("aws_route_table", &["route"]),
];

/// Every argument that the provider works out.
#[cfg(test)]
pub(in crate::observe::terraform) fn worked_out()
-> &'static [(&'static str, &'static [&'static str])] {
    WORKED_OUT
}

/// Modules and resources of a configuration, by address without indices.
#[derive(Debug, Default)]
pub(super) struct Configuration {
    modules: BTreeMap<String, NodeId>,
    resources: BTreeMap<String, NodeId>,
    /// Addresses of the resources of the plan.
    instances: BTreeSet<String>,
    /// The only instance of a resource in its module; `None` where it is repeated.
    only: BTreeMap<String, Option<String>>,
}

/// What the configuration says of one resource.
#[derive(Debug)]
pub(super) struct Explanation<'c> {
    configuration: &'c Configuration,
    address: &'c str,
    worked_out: &'static [&'static str],
    /// The expressions of its arguments, when the configuration has it.
    expressions: Option<NodeId>,
}

impl Explanation<'_> {
    /// Why the value of an argument is unknown; `None` when nothing is written and the default stands.
    pub(super) fn reason(&self, tree: &Tree, path: &str) -> Option<Reason> {
        let Some(expressions) = self.expressions else {
            return Some(Reason::KnownAfterApply);
        };
        let mut targets = expressions_at(tree.node(expressions), path)
            .into_iter()
            .map(|expression| self.configuration.target(tree, expression, self.address));
        let Some(first) = targets.next() else {
            let worked_out = self.worked_out.contains(&path);
            return (!worked_out).then_some(Reason::KnownAfterApply);
        };
        // Blocks of one name that refer to different things: which is meant cannot be told.
        let same = targets.all(|target| target == first);
        Some(first.filter(|_| same).unwrap_or(Reason::KnownAfterApply))
    }
}

/// The expressions for an argument, or for a block around it.
fn expressions_at<'t>(expressions: Node<'t>, path: &str) -> Vec<Node<'t>> {
    // Most arguments that are not known yet are not written either.
    let end = path.bytes().position(|byte| byte == b'.');
    let first = path.get(..end.unwrap_or(path.len())).unwrap_or_default();
    if !expressions.members().any(|(key, _)| key == first) {
        return Vec::new();
    }
    let (mut level, mut found) = (vec![expressions], Vec::new());
    for name in path.split('.') {
        let mut next = Vec::new();
        for node in level {
            let members = node.members().filter(|(key, _)| *key == name);
            for (_, member) in members {
                if let Value::List = member.value() {
                    next.extend(member.items());
                } else {
                    next.push(member);
                }
            }
        }
        // An expression for a whole block may hold anything.
        let (expressions, blocks): (Vec<_>, Vec<_>) =
            next.into_iter().partition(|node| is_expression(*node));
        found.extend(expressions);
        level = blocks;
    }
    found.extend(level);
    found
}

/// Whether this is an expression rather than a block of them.
fn is_expression(node: Node<'_>) -> bool {
    node.get("references").is_set() || node.get("constant_value").is_set()
}

impl Configuration {
    /// Reads the configuration of a plan.
    pub(super) fn of(tree: &Tree) -> Self {
        let mut all = Self::default();
        let root = tree.root();
        all.module(root.path("configuration/root_module"), String::new(), 0);
        for change in root.get("resource_changes").items() {
            if let Some(address) = change.get("address").as_text() {
                let own = without_own_index(address).to_owned();
                all.only
                    .entry(own)
                    .and_modify(|only| *only = None)
                    .or_insert_with(|| Some(address.to_owned()));
                all.instances.insert(address.to_owned());
            }
        }
        all
    }

    fn module(&mut self, module: Node<'_>, address: String, depth: usize) {
        if depth > DEPTH || !module.is_set() {
            return;
        }
        for resource in module.get("resources").items() {
            if let Some(own) = resource.get("address").as_text() {
                self.resources.insert(below(&address, own), resource.id());
            }
        }
        for (name, call) in module.get("module_calls").members() {
            let child = below(&address, &format!("module.{name}"));
            self.module(call.get("module"), child, depth + 1);
        }
        self.modules.insert(address, module.id());
    }

    /// What the configuration says of a resource.
    pub(super) fn explain<'c>(
        &'c self,
        tree: &Tree,
        kind: &str,
        address: &'c str,
    ) -> Explanation<'c> {
        let worked_out = WORKED_OUT.iter().find(|(known, _)| *known == kind);
        let resource = self.resources.get(&without_indices(address));
        let expressions = resource.map(|id| tree.node(*id).get("expressions"));
        Explanation {
            configuration: self,
            address,
            worked_out: worked_out.map_or(&[], |(_, paths)| *paths),
            expressions: expressions.filter(|node| node.is_set()).map(Node::id),
        }
    }

    /// What an expression refers to, when that is one resource and nothing else.
    fn target(&self, tree: &Tree, expression: Node<'_>, address: &str) -> Option<Reason> {
        let mut place = Place {
            module: module_of(address).to_owned(),
            index: index_of(address).map(str::to_owned),
        };
        let mut expression = expression;
        for _ in 0..HOPS {
            let reference = single(expression)?;
            let mut parts = words(reference).map(|(_, word)| word);
            match parts.next()? {
                "var" => {
                    let call = place.leave()?;
                    let parent = self.modules.get(&without_indices(&place.module))?;
                    let call = tree
                        .node(*parent)
                        .get("module_calls")
                        .members()
                        .find(|(name, _)| *name == call)?
                        .1;
                    let name = parts.next()?;
                    let expressions = call.get("expressions").members();
                    expression = { expressions }.find(|(key, _)| *key == name)?.1;
                }
                "module" => {
                    let name = parts.next()?;
                    let output = parts.next()?;
                    place.enter(name);
                    let module = self.modules.get(&without_indices(&place.module))?;
                    let outputs = tree.node(*module).get("outputs").members();
                    let (_, found) = { outputs }.find(|(key, _)| *key == output)?;
                    expression = found.get("expression");
                }
                "data" | "local" | "each" | "count" | "path" | "self" | "terraform" => return None,
                kind => {
                    let own = format!("{kind}.{}", parts.next()?);
                    let resource = self.instance(&below(&place.module, &own), &place)?;
                    let attribute = attribute(parts.next());
                    return Some(Reason::Reference {
                        resource,
                        attribute,
                    });
                }
            }
        }
        None
    }

    /// The resource of the plan at an address that may lack an index.
    fn instance(&self, address: &str, place: &Place) -> Option<String> {
        if self.instances.contains(address) {
            return Some(address.to_owned());
        }
        let own = without_own_index(address);
        // What is repeated alike refers to its like.
        let index = place.index.as_deref().unwrap_or_default();
        let alike = format!("{own}{index}");
        if self.instances.contains(&alike) {
            return Some(alike);
        }
        self.only.get(own)?.clone()
    }
}

/// Where an expression stands: the module, and the index of what it belongs to.
#[derive(Debug)]
struct Place {
    module: String,
    index: Option<String>,
}

impl Place {
    /// Goes to where the module is called; the name of the call.
    fn leave(&mut self) -> Option<String> {
        let last = words(&self.module)
            .last()
            .map(|(at, word)| (at, word.to_owned()));
        let (at, call) = last.filter(|(at, _)| *at > 0)?;
        self.index = index_of(&call).map(str::to_owned);
        self.module = module_of(
            self.module
                .get(..at.saturating_sub("module.".len() + 1))
                .unwrap_or_default(),
        )
        .to_owned();
        Some(without_indices(&call))
    }

    /// Goes into a module that is called here.
    fn enter(&mut self, call: &str) {
        self.index = None;
        self.module = below(&self.module, &format!("module.{call}"));
    }
}

/// The one thing that an expression refers to: what it depends on besides makes its value something else.
fn single(expression: Node<'_>) -> Option<&str> {
    let references = expression.get("references").items();
    if references.len() > REFERENCES {
        return None;
    }
    let all: Vec<&str> = references.filter_map(Node::as_text).collect();
    let longer = |one: &str| {
        let mut others = all.iter().filter(|other| other.len() > one.len());
        others.any(|other| {
            other
                .strip_prefix(one)
                .is_some_and(|rest| rest.starts_with(['.', '[']))
        })
    };
    let mut whole = all
        .iter()
        .filter(|one| !longer(one) && !["each.key", "count.index"].contains(one));
    whole.next().copied().filter(|_| whole.next().is_none())
}

/// How CloudFormation calls an attribute: what names the resource is none.
fn attribute(name: Option<&str>) -> Option<String> {
    match name.map(without_indices)?.as_str() {
        "id" | "name" | "bucket" | "key_id" => None,
        "arn" => Some("Arn".to_owned()),
        other => Some(other.to_owned()),
    }
}

/// An address in a module.
fn below(module: &str, own: &str) -> String {
    if module.is_empty() {
        own.to_owned()
    } else {
        format!("{module}.{own}")
    }
}
