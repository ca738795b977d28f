//! Where a resource names its subnets.

use crate::control::view::View;
use crate::observed::cluster::Attribute;
use crate::observed::{Form, Node, ResourceKind, Value};

/// The places of a resource that name subnets: single ids and lists of them.
pub(crate) fn subnet_nodes<'t>(seen: &View<'_, 't>) -> Vec<Node<'t>> {
    let resource = seen.resource;
    if seen.is_cluster() {
        let cluster = resource.cluster();
        return vec![
            cluster.attribute(Attribute::SubnetId),
            cluster.attribute(Attribute::SubnetIds),
        ];
    }
    if resource.kind() == ResourceKind::EmrServerlessApplication {
        return vec![resource.application().subnet_ids()];
    }
    let studio = if resource.form == Form::Live {
        resource
            .body
            .get("elasticmapreduce:DescribeStudio")
            .get("Studio")
    } else {
        resource.body
    };
    vec![studio.get("SubnetIds")]
}

/// What a node names: the id of a declared thing that it refers to, or a known text. Two nodes that name one thing in one
/// file do so alike.
pub(crate) fn reference_or_text(node: Node<'_>) -> Option<&str> {
    match node.value() {
        Value::String(text) if !text.is_empty() => Some(text),
        Value::Unreadable(_) => node.reference().map(|(id, _)| id),
        Value::String(_)
        | Value::Absent
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Template
        | Value::List
        | Value::Map => None,
    }
}

/// The declared route table that a declared subnet is associated with. Without an association it is the VPC's main one,
/// which no file declares.
pub(crate) fn route_table<'t>(seen: &View<'_, 't>, subnet: Node<'_>) -> Option<&'t str> {
    let id = reference_or_text(subnet)?;
    let mut associations = seen
        .scope
        .neighbours("AWS::EC2::SubnetRouteTableAssociation");
    let association =
        associations.find(|one| reference_or_text(one.body.get("SubnetId")) == Some(id))?;
    reference_or_text(association.body.get("RouteTableId"))
}
