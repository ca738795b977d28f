//! Security groups, their rules, and routes: what Terraform writes in one block and CloudFormation in several.
//! Source: the AWS provider's schema 6.62 and the CloudFormation types of the same things.

use super::Instance;
use super::convert::Converter;
use super::row::{How, Row, row, same};
use crate::observed::tree::{Kind, NodeId, Span, TextRef, Tree};
use crate::observed::{Node, Reason, Switch, Value};

/// A rule of either direction: `type` says which.
pub(super) const RULE: &str = "aws_security_group_rule";

pub(super) const ROUTE: &[Row] = &[
    same("route_table_id", "RouteTableId"),
    same("destination_cidr_block", "DestinationCidrBlock"),
    same("destination_ipv6_cidr_block", "DestinationIpv6CidrBlock"),
    same("destination_prefix_list_id", "DestinationPrefixListId"),
    same("gateway_id", "GatewayId"),
    same("nat_gateway_id", "NatGatewayId"),
    same("egress_only_gateway_id", "EgressOnlyInternetGatewayId"),
    same("transit_gateway_id", "TransitGatewayId"),
    same("vpc_endpoint_id", "VpcEndpointId"),
    same("vpc_peering_connection_id", "VpcPeeringConnectionId"),
    same("network_interface_id", "NetworkInterfaceId"),
    same("carrier_gateway_id", "CarrierGatewayId"),
    same("local_gateway_id", "LocalGatewayId"),
    same("core_network_arn", "CoreNetworkArn"),
];

/// A `route` block of a table.
const INLINE_ROUTE: &[Row] = &[
    same("cidr_block", "DestinationCidrBlock"),
    same("ipv6_cidr_block", "DestinationIpv6CidrBlock"),
    same("destination_prefix_list_id", "DestinationPrefixListId"),
    same("gateway_id", "GatewayId"),
    same("nat_gateway_id", "NatGatewayId"),
    same("egress_only_gateway_id", "EgressOnlyInternetGatewayId"),
    same("transit_gateway_id", "TransitGatewayId"),
    same("vpc_endpoint_id", "VpcEndpointId"),
    same("vpc_peering_connection_id", "VpcPeeringConnectionId"),
    same("network_interface_id", "NetworkInterfaceId"),
    same("carrier_gateway_id", "CarrierGatewayId"),
    same("local_gateway_id", "LocalGatewayId"),
    same("core_network_arn", "CoreNetworkArn"),
];

pub(super) const GROUP: &[Row] = &[
    same("name", "GroupName"),
    same("description", "GroupDescription"),
    same("vpc_id", "VpcId"),
    row("tags", "Tags", How::Tags),
    row("tags_all", "Tags", How::Tags),
];

pub(super) const INGRESS: &[Row] = &[
    same("security_group_id", "GroupId"),
    same("ip_protocol", "IpProtocol"),
    same("from_port", "FromPort"),
    same("to_port", "ToPort"),
    same("description", "Description"),
    same("cidr_ipv4", "CidrIp"),
    same("cidr_ipv6", "CidrIpv6"),
    same("prefix_list_id", "SourcePrefixListId"),
    same("referenced_security_group_id", "SourceSecurityGroupId"),
];

pub(super) const EGRESS: &[Row] = &[
    same("security_group_id", "GroupId"),
    same("ip_protocol", "IpProtocol"),
    same("from_port", "FromPort"),
    same("to_port", "ToPort"),
    same("description", "Description"),
    same("cidr_ipv4", "CidrIp"),
    same("cidr_ipv6", "CidrIpv6"),
    same("prefix_list_id", "DestinationPrefixListId"),
    same("referenced_security_group_id", "DestinationSecurityGroupId"),
];

/// What rules of one block have in common.
const COMMON: &[Row] = &[
    same("security_group_id", "GroupId"),
    same("protocol", "IpProtocol"),
    same("from_port", "FromPort"),
    same("to_port", "ToPort"),
    same("description", "Description"),
];

/// Which way a rule lets traffic through, and what its resource and its list are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    In,
    Out,
}

impl Way {
    const fn type_name(self) -> &'static str {
        match self {
            Self::In => "AWS::EC2::SecurityGroupIngress",
            Self::Out => "AWS::EC2::SecurityGroupEgress",
        }
    }

    /// The arguments that name the other side, and the properties that do.
    const fn sides(self) -> [(&'static str, &'static str); 5] {
        let (list, group) = match self {
            Self::In => ("SourcePrefixListId", "SourceSecurityGroupId"),
            Self::Out => ("DestinationPrefixListId", "DestinationSecurityGroupId"),
        };
        [
            ("cidr_blocks", "CidrIp"),
            ("ipv6_cidr_blocks", "CidrIpv6"),
            ("prefix_list_ids", list),
            ("security_groups", group),
            ("source_security_group_id", group),
        ]
    }
}

/// The rules that an `aws_security_group_rule` is. One of an unknown direction may be either.
pub(super) fn rule(tree: &mut Tree, instance: &Instance) -> Vec<(&'static str, NodeId)> {
    let way = tree.node(instance.values).get("type");
    let ways: &[Way] = match way.as_text() {
        Some("ingress") => &[Way::In],
        Some("egress") => &[Way::Out],
        _ => &[Way::In, Way::Out],
    };
    let group = tree.node(instance.values).get("security_group_id");
    let group = (!group.is_absent() && group.missing_key().is_none()).then(|| group.id());
    let mut rules = Vec::new();
    for way in ways {
        let split = split(tree, instance.values, *way, group);
        rules.extend(split.into_iter().map(|body| (way.type_name(), body)));
    }
    rules
}

/// A security group with the rules that stand in its blocks.
///
/// The provider takes away the rule that AWS gives a new group, which lets everything out: where no `egress` is
/// written, the list is empty and not absent.
pub(super) fn with_rules(tree: &mut Tree, instance: &Instance, body: NodeId) -> NodeId {
    let Kind::Map(entries, open) = tree.slot(body).kind else {
        return body;
    };
    let open = open.map(|reason| tree.reason(reason).clone());
    let own = tree.members(entries).iter();
    let mut members: Vec<(TextRef, Span, NodeId)> = own
        .filter_map(|entry| Some((entry.key?, entry.key_span, entry.value)))
        .collect();
    let reference = Reason::Reference {
        resource: instance.address.clone(),
        attribute: None,
    };
    let group = tree.push_unreadable(reference, body);
    for (argument, property, way) in [
        ("ingress", "SecurityGroupIngress", Way::In),
        ("egress", "SecurityGroupEgress", Way::Out),
    ] {
        let found = tree.node(instance.values).get(argument);
        let list = if let Value::Unreadable(reason) = found.value() {
            let (reason, at) = (reason.clone(), found.id());
            tree.push_unreadable(reason, at)
        } else {
            let at = found.id();
            let blocks: Vec<NodeId> = found.items().map(Node::id).collect();
            let mut rules = Vec::new();
            for block in blocks {
                rules.extend(split(tree, block, way, Some(group)));
            }
            let kind = tree.list_kind(&rules);
            tree.push_at(kind, at)
        };
        let span = tree.slot(list).span;
        members.push((tree.decoded_text(property), span, list));
    }
    let kind = tree.map_kind(&members, open);
    tree.push_at(kind, body)
}

/// One rule for each thing on the other side.
fn split(tree: &mut Tree, block: NodeId, way: Way, group: Option<NodeId>) -> Vec<NodeId> {
    if let Kind::Unreadable(_) = tree.slot(block).kind {
        return vec![block];
    }
    let mut sides: Vec<(&'static str, NodeId)> = Vec::new();
    for (argument, property) in way.sides() {
        let found = Converter { tree: &mut *tree }.read(block, argument, false);
        let Some(found) = found else { continue };
        if let Kind::List(_) = tree.slot(found).kind {
            let items = tree.node(found).items();
            sides.extend(items.map(|item| (property, item.id())));
        } else {
            sides.push((property, found));
        }
    }
    let own = tree.node(block).get("self").switch_leniently();
    if matches!(own, Switch::On | Switch::Unreadable(_))
        && let Some(group) = group
    {
        let [.., (_, property)] = way.sides();
        sides.push((property, group));
    }
    let common = Converter { tree: &mut *tree }.object(block, COMMON);
    let Kind::Map(entries, open) = tree.slot(common).kind else {
        return vec![common];
    };
    let open = open.map(|reason| tree.reason(reason).clone());
    let own = tree.members(entries).iter();
    let common: Vec<(TextRef, Span, NodeId)> = own
        .filter_map(|entry| Some((entry.key?, entry.key_span, entry.value)))
        .collect();
    let mut rules = Vec::with_capacity(sides.len());
    for (property, side) in sides {
        let span = tree.slot(side).span;
        let mut members = common.clone();
        members.push((tree.decoded_text(property), span, side));
        let kind = tree.map_kind(&members, open.clone());
        rules.push(tree.push_at(kind, block));
    }
    rules
}

/// The routes that stand in the blocks of a route table.
pub(super) fn routes(tree: &mut Tree, instance: &Instance) -> Vec<NodeId> {
    let found = tree.node(instance.values).get("route");
    let unknown = found.reason().cloned().map(|reason| (reason, found.id()));
    let blocks: Vec<NodeId> = found.items().map(Node::id).collect();
    let mut routes = Vec::new();
    if let Some((reason, at)) = unknown {
        // Routes that cannot be seen: one of which nothing is known but whose it is.
        let kind = tree.map_kind(&[], Some(reason));
        let route = tree.push_at(kind, at);
        routes.push(of_table(tree, route, instance));
    }
    for block in blocks {
        let route = Converter { tree: &mut *tree }.object(block, INLINE_ROUTE);
        routes.push(of_table(tree, route, instance));
    }
    routes
}

/// A route with the table that it stands in.
fn of_table(tree: &mut Tree, route: NodeId, instance: &Instance) -> NodeId {
    let Kind::Map(entries, open) = tree.slot(route).kind else {
        return route;
    };
    let open = open.map(|reason| tree.reason(reason).clone());
    let own = tree.members(entries).iter();
    let mut members: Vec<(TextRef, Span, NodeId)> = own
        .filter_map(|entry| Some((entry.key?, entry.key_span, entry.value)))
        .collect();
    let reference = Reason::Reference {
        resource: instance.address.clone(),
        attribute: None,
    };
    let table = tree.push_unreadable(reference, route);
    let span = tree.slot(route).span;
    members.push((tree.decoded_text("RouteTableId"), span, table));
    let kind = tree.map_kind(&members, open);
    tree.push_at(kind, route)
}
