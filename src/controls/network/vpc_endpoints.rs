//! The services a cluster needs are reached by endpoints, with policies.

mod live;

use crate::control::network::{neighbours_naming, reference_or_text, route_table, subnet_nodes};
use crate::control::policy::list_of;
use crate::control::settings::{Includes, Plain, Switch, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::{Node, ResourceKind, Switch as Seen, Value};

#[derive(Debug)]
pub(crate) enum VpcEndpoints {}

settings! {
    pub(crate) struct Setting {
        /// Services that must be reached by endpoints, by the last part of their name.
        services: Includes<Plain> = &["s3", "kms", "sts", "glue", "lakeformation"],
        /// Whether every endpoint must have a policy of its own.
        policy: Switch = true,
    }
}

const ENDPOINT: &str = "AWS::EC2::VPCEndpoint";

impl Control for VpcEndpoints {
    const META: &'static Meta = &Meta {
        id: "network.vpc-endpoints",
        title: "the services a cluster needs are reached by endpoints, with policies",
        severity: Severity::Medium,
        kinds: &[
            ResourceKind::EmrCluster,
            ResourceKind::EmrServerlessApplication,
        ],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own NIST-800-53 SC-7"],
        docs: include_str!("vpc_endpoints.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let nodes = subnet_nodes(seen);
        let subnets: Vec<Node<'_>> = nodes.iter().flat_map(|node| list_of(*node)).collect();
        // An application without a network of its own reaches AWS's services inside AWS.
        if subnets.is_empty() && seen.resource.kind() == ResourceKind::EmrServerlessApplication {
            return;
        }
        if seen.is_live() {
            live::judge(want, seen, &nodes, out);
            return;
        }
        if subnets.is_empty() {
            let place = nodes.first().copied().unwrap_or(seen.resource.body);
            out.undecided(
                place,
                "no subnet is named, so the VPC is unknown",
                "name a subnet",
            );
        }
        for subnet in subnets {
            judge_subnet(want, seen, subnet, out);
        }
    }
}

fn judge_subnet(want: &Setting, seen: &View<'_, '_>, subnet: Node<'_>, out: &mut Conditions) {
    let declared = seen.scope.neighbour("AWS::EC2::Subnet", subnet);
    let vpc = declared.and_then(|declared| reference_or_text(declared.body.get("VpcId")));
    let Some(vpc) = vpc else {
        out.undecided(
            subnet,
            "the VPC of the subnet is not declared here, so its endpoints are unknown",
            "declare the subnet and the endpoints beside the cluster, or audit the live cluster",
        );
        return;
    };
    let table = route_table(seen, subnet);
    for service in &want.services {
        let Some(service) = service.as_literal() else {
            continue;
        };
        let endpoints = neighbours_naming(seen, ENDPOINT, "VpcId", vpc);
        let mut found = endpoints.filter(|endpoint| {
            reference_or_text(endpoint.body.get("VpcId")) == Some(vpc)
                && service_of(endpoint.body.get("ServiceName")) == Some(service)
        });
        let Some(endpoint) = found.next() else {
            out.undecided(
                subnet,
                format!("no endpoint for `{service}` is declared here: whether the VPC has one is unknown"),
                "declare the endpoint beside the cluster, or audit the live cluster",
            )
            .under("services")
            .expected(format!("an endpoint for `{service}`"));
            continue;
        };
        out.held();
        judge_reach(endpoint.body, service, table, out);
        if want.policy {
            judge_policy(endpoint.body, service, out);
        }
    }
}

/// The last part of a service's name, whatever region is open in it.
fn service_of(name: Node<'_>) -> Option<&str> {
    let last = *name.pieces().last()?;
    last?.rsplit('.').next()
}

fn judge_reach(body: Node<'_>, service: &str, table: Option<&str>, out: &mut Conditions) {
    let kind = body.get("VpcEndpointType");
    let condition = match kind.value() {
        // `Gateway` is the default.
        Value::Absent | Value::Null | Value::String("Gateway") => {
            let tables = body.get("RouteTableIds");
            let mut named = tables.items().map(reference_or_text);
            match table {
                _ if tables.reason().is_some() => out.undecided(
                    tables,
                    format!("the route tables of the `{service}` endpoint are unknown"),
                    "write them literally",
                ),
                None => out.undecided(
                    tables,
                    format!(
                        "whether the `{service}` endpoint is on the subnet's route table is unknown"
                    ),
                    "declare the route table of the subnet beside it",
                ),
                Some(table) if named.any(|one| one == Some(table)) => return out.held(),
                Some(_) => out.failed(
                    tables,
                    format!("the `{service}` endpoint is not on the route table of the subnet"),
                ),
            }
        }
        Value::String("Interface") => {
            let private = body.get("PrivateDnsEnabled");
            match private.switch_leniently() {
                Seen::On => return out.held(),
                Seen::Unreadable(reason) => out.unknown(
                    private,
                    reason,
                    format!("whether the `{service}` endpoint has private DNS is unknown"),
                ),
                // CloudFormation's default is off; without it clients go the public way.
                Seen::Off | Seen::Absent | Seen::TextOn | Seen::TextOff | Seen::Odd => out.failed(
                    private,
                    format!("the `{service}` endpoint has no private DNS"),
                ),
            }
        }
        Value::Unreadable(reason) => out.unknown(
            kind,
            reason,
            format!("the type of the `{service}` endpoint is unknown"),
        ),
        Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Template
        | Value::List
        | Value::Map => out.undecided(
            kind,
            format!("the `{service}` endpoint is of another type"),
            "use a gateway or an interface endpoint",
        ),
    };
    condition.under("services").observed(body.display());
}

/// Without a policy of its own an endpoint lets everybody do everything through it.
/// Source: AWS `PrivateLink` Guide, *Control access to VPC endpoints using endpoint policies*.
fn judge_policy(endpoint: Node<'_>, service: &str, out: &mut Conditions) {
    let policy = endpoint.get("PolicyDocument");
    let condition = match policy.value() {
        Value::Absent | Value::Null => out.failed(
            policy,
            format!("the `{service}` endpoint has the default policy, which allows everything"),
        ),
        Value::Map => {
            let statements = list_of(policy.get("Statement"));
            let open = statements
                .into_iter()
                .find(|statement| allows_everything(*statement));
            match open {
                Some(statement) => out.failed(
                    statement,
                    format!(
                        "the policy of the `{service}` endpoint allows everything to everybody"
                    ),
                ),
                None if policy.get("Statement").reason().is_some() => out.undecided(
                    policy,
                    format!("the policy of the `{service}` endpoint is unknown"),
                    "write it literally",
                ),
                None => return out.held(),
            }
        }
        Value::Unreadable(reason) => out.unknown(
            policy,
            reason,
            format!("the policy of the `{service}` endpoint is unknown"),
        ),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Template | Value::List => out
            .undecided(
                policy,
                format!("the policy of the `{service}` endpoint is not an object"),
                "write the policy as an object",
            ),
    };
    condition
        .under("policy")
        .expected("a policy of its own")
        .observed(policy.display());
}

/// `*` on `*` to `*` without a condition.
fn allows_everything(statement: Node<'_>) -> bool {
    let any = |node: Node<'_>| {
        list_of(node)
            .iter()
            .any(|item| matches!(item.as_text(), Some("*")))
    };
    let principal = statement.get("Principal");
    statement.get("Effect").as_text() == Some("Allow")
        && statement.get("Condition").is_absent()
        && any(statement.get("Action"))
        && any(statement.get("Resource"))
        && (any(principal) || any(principal.get("AWS")))
}

#[cfg(test)]
mod tests {
    use super::VpcEndpoints;
    use crate::control::testing::{all_of, judge_among, resource};
    use crate::control::{Entry, Verdict};
    use crate::observed::{Form, ResourceKind};
    use serde_json::{Value, json};

    fn verdict(endpoint: Option<&Value>) -> Verdict {
        let cluster = json!({ "Instances": { "Ec2SubnetId": { "$ref": "Private" } } });
        let cluster = resource(
            ResourceKind::EmrCluster,
            Form::CloudFormation,
            "C",
            &cluster,
        );
        let mut beside = vec![
            (
                "AWS::EC2::Subnet",
                "Private",
                json!({ "VpcId": { "$ref": "Vpc" } }),
            ),
            (
                "AWS::EC2::SubnetRouteTableAssociation",
                "A",
                json!({ "SubnetId": { "$ref": "Private" }, "RouteTableId": { "$ref": "Table" } }),
            ),
            (
                "AWS::EC2::RouteTable",
                "Table",
                json!({ "VpcId": { "$ref": "Vpc" } }),
            ),
        ];
        beside.extend(endpoint.map(|body| ("AWS::EC2::VPCEndpoint", "E", body.clone())));
        let settings = [("services", all_of(&["s3"]))];
        judge_among(
            &Entry::of::<VpcEndpoints>(),
            &settings,
            &[],
            vec![cluster],
            &beside,
        )
        .verdict
    }

    fn gateway(change: &Value) -> Value {
        let mut body = json!({
            "VpcId": { "$ref": "Vpc" },
            "ServiceName": { "$sub": ["com.amazonaws.", { "$unknown": "AWS::Region" }, ".s3"] },
            "RouteTableIds": [{ "$ref": "Table" }],
            "PolicyDocument": { "Statement": { "Effect": "Allow", "Principal": "*", "Action": "s3:*",
                "Resource": "*" } },
        });
        for (key, value) in change.as_object().unwrap() {
            body[key] = value.clone();
        }
        body
    }

    #[test]
    fn an_endpoint_must_be_reached_and_have_a_policy_of_its_own() {
        let open = json!({ "Statement": [{ "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": ["*"],
            "Resource": "*" }] });
        for (endpoint, expected) in [
            (gateway(&json!({})), Verdict::Compliant),
            (
                gateway(&json!({ "RouteTableIds": [{ "$ref": "Other" }] })),
                Verdict::Noncompliant,
            ),
            (
                gateway(&json!({ "PolicyDocument": null })),
                Verdict::Noncompliant,
            ),
            (
                gateway(&json!({ "PolicyDocument": open })),
                Verdict::Noncompliant,
            ),
            (
                gateway(&json!({ "VpcEndpointType": "Interface" })),
                Verdict::Noncompliant,
            ),
            (
                gateway(&json!({ "VpcEndpointType": "Interface", "PrivateDnsEnabled": "true" })),
                Verdict::Compliant,
            ),
            (
                gateway(&json!({ "VpcId": { "$ref": "OtherVpc" } })),
                Verdict::Indeterminate,
            ),
            (
                gateway(&json!({ "PolicyDocument": { "$unknown": "Policy" } })),
                Verdict::Indeterminate,
            ),
        ] {
            assert_eq!(verdict(Some(&endpoint)), expected, "{endpoint}");
        }
        assert_eq!(verdict(None), Verdict::Indeterminate);
    }
}
