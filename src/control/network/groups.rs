//! The security groups of a resource, by what they are for.

use crate::control::view::View;
use crate::observed::cluster::Attribute;
use crate::observed::{Form, Node, ResourceKind, Value};

/// What a group is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// EMR manages its rules: the primary's.
    Primary,
    /// EMR manages its rules: the other nodes'.
    Core,
    /// EMR manages its rules: service access.
    Service,
    /// A group of the user's.
    Additional,
}

impl Role {
    /// Its word in baselines; empty for a group of the user's.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Core => "core",
            Self::Service => "service",
            Self::Additional => "",
        }
    }
}

const CLUSTER: &[(Role, Attribute)] = &[
    (Role::Primary, Attribute::PrimarySecurityGroup),
    (Role::Core, Attribute::CoreSecurityGroup),
    (Role::Service, Attribute::ServiceAccessSecurityGroup),
    (Role::Additional, Attribute::AdditionalPrimarySecurityGroups),
    (Role::Additional, Attribute::AdditionalCoreSecurityGroups),
];

/// The groups that a resource names, each with what it is for. A group that must be there and is not named stands as the
/// absent node: AWS then uses one of its own choice.
pub(crate) fn attached<'t>(seen: &View<'_, 't>) -> Vec<(Role, Node<'t>)> {
    let resource = seen.resource;
    if seen.is_cluster() {
        let cluster = resource.cluster();
        let named = CLUSTER
            .iter()
            .map(|&(role, attribute)| (role, cluster.attribute(attribute)));
        return named.flat_map(|(role, node)| each(role, node)).collect();
    }
    if resource.kind() == ResourceKind::EmrServerlessApplication {
        let application = resource.application();
        let none = matches!(
            application.subnet_ids().value(),
            Value::Absent | Value::Null
        );
        let groups = application.security_group_ids();
        // Without subnets of its own an application runs in AWS's network, which has no groups.
        return if none && groups.is_absent() {
            Vec::new()
        } else {
            each(Role::Primary, groups)
        };
    }
    let studio = if resource.form == Form::Live {
        resource
            .body
            .get("elasticmapreduce:DescribeStudio")
            .get("Studio")
    } else {
        resource.body
    };
    ["EngineSecurityGroupId", "WorkspaceSecurityGroupId"]
        .into_iter()
        .map(|key| (Role::Additional, studio.get(key)))
        .collect()
}

/// Each group of a list, or the one group. Nothing stands for the groups that may be left out.
fn each(role: Role, node: Node<'_>) -> Vec<(Role, Node<'_>)> {
    match node.value() {
        Value::List if node.items().len() > 0 => node.items().map(|item| (role, item)).collect(),
        Value::List | Value::Absent | Value::Null | Value::String("")
            if matches!(role, Role::Service | Role::Additional) =>
        {
            Vec::new()
        }
        Value::List
        | Value::Absent
        | Value::Null
        | Value::Unreadable(_)
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Template
        | Value::Map => vec![(role, node)],
    }
}
