//! CDK's constructs of CloudFormation's resources, and its Step Functions task that creates a cluster.

use super::calls::Reader;
use super::properties::{properties, property};
use super::syntax::Code;
use super::values::At;
use crate::observe::{Seen, cloudformation, edit, run_job_flow, security_configuration, tags};
use crate::observed::tree::{Kind, NodeId};
use crate::observed::{Form, Identity, Reason, ResourceKind};

/// A construct: its name, the module that it is in, and the type of the resource that it makes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Construct {
    pub(super) name: &'static str,
    pub(super) module: &'static str,
    makes: &'static str,
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
        code: Code<'p>,
        arguments: Code<'p>,
        at: At,
        construct: &'static Construct,
    ) {
        let Some((makes, kind, named_by)) = cloudformation::judged_type(construct.makes) else {
            return;
        };
        let id = self
            .evaluator
            .construct_id(code, at)
            .unwrap_or_else(|| self.file.clone());
        let keywords = self.evaluator.keywords(arguments, at);
        let body = if kind == ResourceKind::EmrSecurityConfiguration {
            self.configuration_properties(keywords)
        } else {
            properties(&mut self.evaluator.tree, keywords)
        };
        let body = self.overridden(code, body);
        let body = self.root(body, construct.name);
        let node = self.evaluator.tree.node(body);
        let named = named_by.and_then(|property| node.get(property).as_text());
        let mut identity = Identity {
            name: named.map(str::to_owned),
            ..Identity::new(kind, id)
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
    fn overridden(&mut self, code: Code<'p>, body: NodeId) -> NodeId {
        let names = self.evaluator.names;
        let Some(target) = names.results.get(&code.id()) else {
            return body;
        };
        let mut body = body;
        for attribute in names.attributes.get(target).into_iter().flatten() {
            let what = format!("`{target}`, whose properties are changed later on,");
            let reason = Reason::Unsupported { what };
            if attribute == "*" {
                return self.evaluator.tree.push_unreadable(reason, body);
            }
            let lost = self.evaluator.tree.push_unreadable(reason, body);
            body = edit::with(&mut self.evaluator.tree, body, &property(attribute), lost);
        }
        body
    }

    /// `EmrCreateCluster`, whose arguments are the members of a request but for a few.
    pub(super) fn cluster_task(&mut self, code: Code<'p>, arguments: Code<'p>, at: At) {
        let id = self.evaluator.construct_id(code, at);
        let keywords = self.evaluator.keywords(arguments, at);
        let body = properties(&mut self.evaluator.tree, keywords);
        let body = self.task_request(body);
        let body = self.overridden(code, body);
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
