//! Where a resource names its subnets.

use crate::control::view::View;
use crate::observed::cluster::Attribute;
use crate::observed::{Form, Neighbour, Node, ResourceKind, Value, Word};

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

/// Things by what a member of theirs names.
enum ByMember {}

/// What is declared of a type and may name this id with a member, which is always the same one of a type; the asker looks
/// again.
pub(crate) fn neighbours_naming<'a, 't>(
    seen: &View<'a, 't>,
    type_name: &'static str,
    member: &'static str,
    id: &str,
) -> impl Iterator<Item = &'a Neighbour<'t>> {
    seen.scope.neighbours_by::<ByMember>(
        type_name,
        |one| {
            let named = reference_or_text(one.body.get(member)).map(Word::text);
            Some(named.into_iter().collect())
        },
        || Some(vec![Word::text(id)]),
    )
}

/// The declared route table that a declared subnet is associated with. Without an association it is the VPC's main one,
/// which no file declares.
pub(crate) fn route_table<'t>(seen: &View<'_, 't>, subnet: Node<'_>) -> Option<&'t str> {
    let id = reference_or_text(subnet)?;
    let mut associations = neighbours_naming(
        seen,
        "AWS::EC2::SubnetRouteTableAssociation",
        "SubnetId",
        id,
    );
    let association =
        associations.find(|one| reference_or_text(one.body.get("SubnetId")) == Some(id))?;
    reference_or_text(association.body.get("RouteTableId"))
}
