//! CDK's constructs of CloudFormation's resources, and its Step Functions task that creates a cluster.

use super::calls::{Given, Reader};
use super::launches::{self, Launch};
use super::names::{What, is_construct_method};
use super::properties::{properties, property};
use super::syntax::{Code, field};
use crate::observe::{Seen, cloudformation, edit, run_job_flow, security_configuration, tags};
use crate::observed::tree::{Kind, NodeId};
use crate::observed::{Form, Identity, Reason, ResourceKind};

/// A construct: its name, the module that it is in, and the type of the resource that it makes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Construct {
    pub(super) name: &'static str,
    pub(super) module: &'static str,
    pub(super) makes: &'static str,
}

const fn construct(name: &'static str, module: &'static str, makes: &'static str) -> Construct {
    Construct {
        name,
        module,
        makes,
    }
}

/// Source: AWS CDK Reference for Python.
pub(super) const CONSTRUCTS: &[Construct] = &[
    construct("CfnCluster", "aws_emr", "AWS::EMR::Cluster"),
    construct(
        "CfnSecurityConfiguration",
        "aws_emr",
        "AWS::EMR::SecurityConfiguration",
    ),
    construct("CfnStudio", "aws_emr", "AWS::EMR::Studio"),
    construct(
        "CfnApplication",
        "aws_emrserverless",
        "AWS::EMRServerless::Application",
    ),
    construct(
        "CfnVirtualCluster",
        "aws_emrcontainers",
        "AWS::EMRContainers::VirtualCluster",
    ),
    construct(
        "CfnDataLakeSettings",
        "aws_lakeformation",
        "AWS::LakeFormation::DataLakeSettings",
    ),
    construct(
        "CfnPrincipalPermissions",
        "aws_lakeformation",
        "AWS::LakeFormation::PrincipalPermissions",
    ),
    construct(
        "CfnPermissions",
        "aws_lakeformation",
        "AWS::LakeFormation::Permissions",
    ),
    construct(
        "CfnDataCellsFilter",
        "aws_lakeformation",
        "AWS::LakeFormation::DataCellsFilter",
    ),
    construct(
        "CfnResource",
        "aws_lakeformation",
        "AWS::LakeFormation::Resource",
    ),
    construct("CfnTag", "aws_lakeformation", "AWS::LakeFormation::Tag"),
    construct(
        "CfnTagAssociation",
        "aws_lakeformation",
        "AWS::LakeFormation::TagAssociation",
    ),
];

impl<'p> Reader<'p, '_> {
    pub(super) fn construct(
        &mut self,
        launch: &Launch<'p>,
        given: &Given<'p>,
        construct: &'static Construct,
    ) {
        let keywords = self.keywords(given);
        let body = if construct.makes == "AWS::EMR::SecurityConfiguration" {
            self.configuration_properties(keywords)
        } else {
            properties(&mut self.evaluator.tree, keywords)
        };
        self.resource(launch, given, (body, construct.makes, construct.name));
    }

    /// A resource of these properties.
    pub(super) fn resource(
        &mut self,
        launch: &Launch<'p>,
        given: &Given<'p>,
        (body, makes, call): (NodeId, &str, &str),
    ) {
        let Some((makes, kind, named_by)) = cloudformation::judged_type(makes) else {
            return;
        };
        let id = self.id_of(launch, given);
        let body = self.overridden(launch, given.code, body);
        let body = self.root(body, call);
        let node = self.evaluator.tree.node(body);
        let named = named_by.and_then(|property| node.get(property).as_text());
        let mut identity = Identity {
            name: named.map(str::to_owned),
            ..Identity::new(kind, id.unwrap_or_else(|| self.file.clone()))
        };
        identity.tags = tags::of(node.get("Tags"));
        let document = if kind == ResourceKind::EmrSecurityConfiguration {
            let id = identity.id.clone();
            let created = security_configuration::created(&mut self.evaluator.tree, body, &id);
            created.body
        } else {
            body
        };
        let seen = Seen::new(identity, Form::CloudFormation, document).within(body);
        self.seen.push(seen.declared_as(makes));
    }

    /// What a construct is called. A constructor that calls ours is given the name of what it makes.
    fn id_of(&mut self, launch: &Launch<'p>, given: &Given<'p>) -> Option<String> {
        let id = self.evaluator.construct_id(given.code, given.at);
        id.or_else(|| {
            let name = field(launch.class?, "name")?;
            Some(self.evaluator.written(name).to_owned())
        })
    }

    /// The document's own keys are the service's, not CDK's.
    fn configuration_properties(&mut self, keywords: NodeId) -> NodeId {
        let document = edit::member(&self.evaluator.tree, keywords, "security_configuration");
        let tree = &mut self.evaluator.tree;
        let mut body = edit::empty_map(tree, keywords);
        if let Some(reason) = tree.node(keywords).open().cloned() {
            body = edit::opened(tree, body, reason);
        }
        if let Some(name) = edit::member(tree, keywords, "name") {
            body = edit::with(tree, body, "Name", name);
        }
        match document {
            Some(document) => {
                let document = self.evaluator.document(document);
                edit::with(
                    &mut self.evaluator.tree,
                    body,
                    "SecurityConfiguration",
                    document,
                )
            }
            None => body,
        }
    }

    /// A construct whose properties are set or overridden afterwards: what they are then is not followed.
    fn overridden(&mut self, launch: &Launch<'p>, code: Code<'p>, body: NodeId) -> NodeId {
        let names = self.evaluator.names;
        let called = match names.results.get(&code.id()) {
            Some(target) => format!("`{target}`"),
            None => format!("`{}`", launch.name),
        };
        let own = launch.class.map(|class| names.changes_of_self(class));
        let changes = names.changes_of_result(code).to_vec();
        // The task has no properties to set.
        let fixed = launch.call == launches::Call::ClusterTask;
        let mut body = body;
        for change in changes.iter().chain(own.iter().flatten()) {
            let what = match change.what {
                What::Attribute(name) if is_construct_method(name) => continue,
                What::Attribute(name) => {
                    Some(name).filter(|name| *name != "*" && !name.starts_with("add_"))
                }
                What::Set(_)
                | What::Merge(_)
                | What::Lost
                | What::Shape
                | What::Replaced
                | What::Leaked
                | What::LeakedMembers
                | What::Anything => None,
            };
            let line = change.line;
            let reason = Reason::Unsupported {
                what: match what {
                    Some(_) => format!("{called}, whose properties are changed later on,"),
                    None => format!("{called}, which may be changed in line {line},"),
                },
            };
            match what {
                Some(name) => {
                    let lost = self.evaluator.tree.push_unreadable(reason, body);
                    body = edit::with(&mut self.evaluator.tree, body, &property(name), lost);
                }
                None if fixed => {}
                None => return self.evaluator.tree.push_unreadable(reason, body),
            }
        }
        body
    }

    /// `EmrCreateCluster`, whose arguments are the members of a request but for a few.
    pub(super) fn cluster_task(&mut self, launch: &Launch<'p>, given: &Given<'p>) {
        let id = self.id_of(launch, given);
        let keywords = self.keywords(given);
        let body = properties(&mut self.evaluator.tree, keywords);
        let body = self.task_request(body);
        let body = self.overridden(launch, given.code, body);
        let body = self.root(body, "EmrCreateCluster");
        let otherwise = id.as_deref().unwrap_or(&self.file);
        let seen = run_job_flow::request(&mut self.evaluator.tree, body, otherwise);
        self.seen.push(seen);
    }

    /// The request that the task makes of its properties. Source: AWS CDK Reference, `EmrCreateClusterProps`: roles that
    /// are not given are created, and the cluster stays when it has no steps.
    fn task_request(&mut self, body: NodeId) -> NodeId {
        let tree = &mut self.evaluator.tree;
        let mut body = body;
        for (property, member) in [
            ("ClusterRole", "JobFlowRole"),
            ("ServiceRole", "ServiceRole"),
        ] {
            let given = edit::member(tree, body, property);
            let role = given.unwrap_or_else(|| {
                let place = "CDK, which creates a role where none is given".to_owned();
                tree.push_unreadable(Reason::Elsewhere { place }, body)
            });
            body = edit::with(tree, body, member, role);
        }
        if let Some(timeout) = edit::member(tree, body, "AutoTerminationPolicyIdleTimeout") {
            let empty = edit::empty_map(tree, timeout);
            let policy = edit::with(tree, empty, "IdleTimeout", timeout);
            body = edit::with(tree, body, "AutoTerminationPolicy", policy);
        }
        if let Some(tags) = edit::member(tree, body, "Tags")
            && let Some((pairs, None)) = edit::members(tree, tags)
        {
            let mut list = Vec::with_capacity(pairs.len());
            for (key, key_span, value) in pairs {
                let name = tree.push(Kind::String(key), key_span);
                let empty = edit::empty_map(tree, value);
                let tag = edit::with(tree, empty, "Key", name);
                list.push(edit::with(tree, tag, "Value", value));
            }
            let kind = tree.list_kind(&list);
            let list = tree.push_at(kind, tags);
            body = edit::with(tree, body, "Tags", list);
        }
        let instances = edit::member(tree, body, "Instances");
        if let Some(instances) = instances.filter(|id| tree.node(*id).members().len() > 0) {
            let stays = tree.push_at(Kind::Bool(true), instances);
            let key = "KeepJobFlowAliveWhenNoSteps";
            let instances = edit::with(tree, instances, key, stays);
            body = edit::with(tree, body, "Instances", instances);
        }
        body
    }
}

/// The value of an enumeration of the task's, as a request has it: `EmrCreateCluster.InstanceRoleType.MASTER`.
pub(super) fn enumerated(written: &str) -> Option<&str> {
    let (before, value) = written.rsplit_once('.')?;
    let (task, _) = before.rsplit_once('.')?;
    let is_value = value
        .chars()
        .all(|one| one.is_ascii_uppercase() || one == '_');
    (is_value && task.rsplit('.').next() == Some("EmrCreateCluster")).then_some(value)
}
