//! What stands beside the resources that are judged and has no kind of its own in reports, by the CloudFormation
//! type of the same thing.
//! Source: the AWS provider's schema 6.62 and the CloudFormation types of the same things.

use super::Instance;
use super::convert::Converter;
use super::network;
use super::row::{How, Row, row, same};
use crate::observe::SeenNeighbour;
use crate::observed::tree::{NodeId, Tree};
use std::sync::Arc;

/// A type of the provider, its type in CloudFormation and its arguments.
pub(super) type Beside = (&'static str, &'static str, &'static [Row]);

pub(super) const TYPES: &[Beside] = &[
    (
        "aws_emr_studio_session_mapping",
        "AWS::EMR::StudioSessionMapping",
        &[
            same("studio_id", "StudioId"),
            same("identity_id", "IdentityId"),
            same("identity_name", "IdentityName"),
            same("identity_type", "IdentityType"),
            same("session_policy_arn", "SessionPolicyArn"),
        ],
    ),
    (
        "aws_subnet",
        "AWS::EC2::Subnet",
        &[
            same("vpc_id", "VpcId"),
            same("cidr_block", "CidrBlock"),
            same("availability_zone", "AvailabilityZone"),
            same("map_public_ip_on_launch", "MapPublicIpOnLaunch"),
            same(
                "assign_ipv6_address_on_creation",
                "AssignIpv6AddressOnCreation",
            ),
        ],
    ),
    (
        "aws_route_table",
        "AWS::EC2::RouteTable",
        &[same("vpc_id", "VpcId")],
    ),
    ("aws_route", "AWS::EC2::Route", network::ROUTE),
    (
        "aws_route_table_association",
        "AWS::EC2::SubnetRouteTableAssociation",
        &[
            same("subnet_id", "SubnetId"),
            same("route_table_id", "RouteTableId"),
        ],
    ),
    (
        "aws_security_group",
        "AWS::EC2::SecurityGroup",
        network::GROUP,
    ),
    (
        "aws_vpc_security_group_ingress_rule",
        "AWS::EC2::SecurityGroupIngress",
        network::INGRESS,
    ),
    (
        "aws_vpc_security_group_egress_rule",
        "AWS::EC2::SecurityGroupEgress",
        network::EGRESS,
    ),
    (
        "aws_vpc_endpoint",
        "AWS::EC2::VPCEndpoint",
        &[
            same("vpc_id", "VpcId"),
            same("service_name", "ServiceName"),
            same("vpc_endpoint_type", "VpcEndpointType"),
            same("private_dns_enabled", "PrivateDnsEnabled"),
            same("route_table_ids", "RouteTableIds"),
            same("subnet_ids", "SubnetIds"),
            same("security_group_ids", "SecurityGroupIds"),
            row("policy", "PolicyDocument", How::Json),
        ],
    ),
    (
        "aws_internet_gateway",
        "AWS::EC2::InternetGateway",
        &[row("tags", "Tags", How::Tags)],
    ),
    (
        "aws_vpn_gateway",
        "AWS::EC2::VPNGateway",
        &[row("tags", "Tags", How::Tags)],
    ),
    (
        "aws_ec2_managed_prefix_list",
        "AWS::EC2::PrefixList",
        &[
            same("name", "PrefixListName"),
            same("address_family", "AddressFamily"),
            same("max_entries", "MaxEntries"),
            row(
                "entry",
                "Entries",
                How::Blocks(&[same("cidr", "Cidr"), same("description", "Description")]),
            ),
        ],
    ),
    (
        "aws_kms_alias",
        "AWS::KMS::Alias",
        &[
            same("name", "AliasName"),
            same("target_key_id", "TargetKeyId"),
        ],
    ),
    (
        "aws_s3_bucket_policy",
        "AWS::S3::BucketPolicy",
        &[
            same("bucket", "Bucket"),
            row("policy", "PolicyDocument", How::Json),
        ],
    ),
];

/// Whether a type is read as something beside others.
pub(super) fn is_read(name: &str) -> bool {
    name == network::RULE || TYPES.iter().any(|(known, ..)| *known == name)
}

/// What an instance is beside others. Terraform writes in one block what CloudFormation writes in several resources.
pub(super) fn read(tree: &mut Tree, instance: &Instance) -> Vec<SeenNeighbour> {
    let names = names(tree, instance);
    let neighbour = |(type_name, body): (&'static str, NodeId)| SeenNeighbour {
        type_name,
        id: instance.address.as_str().into(),
        names: Arc::clone(&names),
        body,
    };
    if instance.kind == network::RULE {
        let rules = network::rule(tree, instance);
        return rules.into_iter().map(neighbour).collect();
    }
    let known = TYPES.iter().find(|(known, ..)| *known == instance.kind);
    let Some((_, type_name, rows)) = known else {
        return Vec::new();
    };
    let mut bodies = vec![];
    let mut body = Converter { tree }.object(instance.values, rows);
    if instance.kind == "aws_security_group" {
        body = network::with_rules(tree, instance, body);
    }
    bodies.push((*type_name, body));
    if instance.kind == "aws_route_table" {
        let routes = network::routes(tree, instance);
        bodies.extend(routes.into_iter().map(|route| ("AWS::EC2::Route", route)));
    }
    bodies.into_iter().map(neighbour).collect()
}

/// The ids and ARNs that a plan or state knows.
fn names(tree: &Tree, instance: &Instance) -> Arc<[String]> {
    let values = tree.node(instance.values);
    let known = ["id", "arn"].map(|key| values.get(key).as_text());
    let mut names: Vec<String> = known.into_iter().flatten().map(str::to_owned).collect();
    names.dedup();
    names.into()
}
