//! The endpoints of a live VPC: what EC2 answers of them and of the subnets.

use super::{Setting, judge_policy, judge_reach, service_of};
use crate::control::network::LiveSubnet;
use crate::control::policy::list_of;
use crate::control::{Conditions, View};
use crate::lattice::Text;
use crate::observed::{Node, Switch};
use std::collections::BTreeSet;

const ENDPOINTS: &str = "ec2:DescribeVpcEndpoints";
/// States in which nobody gets through an endpoint. Source: EC2 API, `VpcEndpoint`, `State`.
const OUT_OF_USE: &[&str] = &[
    "pendingacceptance",
    "deleting",
    "deleted",
    "rejected",
    "failed",
    "expired",
];

pub(super) fn judge(want: &Setting, seen: &View<'_, '_>, nodes: &[Node<'_>], out: &mut Conditions) {
    if let Some((node, reason)) = nodes.iter().find_map(|node| Some((*node, node.reason()?))) {
        out.unknown(node, reason, "the subnets are unknown");
        return;
    }
    let named: Vec<Node<'_>> = nodes.iter().flat_map(|node| list_of(*node)).collect();
    if named.is_empty() {
        out.undecided(
            seen.resource.body,
            "no subnet is named, so the VPC is unknown",
            "observe again when the cluster runs",
        );
    }
    let mut known = BTreeSet::new();
    for node in named {
        match node.as_text() {
            Some(id) if known.insert(id) => judge_subnet(want, seen, node, id, out),
            Some(_) => {}
            None => {
                out.undecided(node, "the id of the subnet is no text", "observe again");
            }
        }
    }
}

fn judge_subnet(
    want: &Setting,
    seen: &View<'_, '_>,
    node: Node<'_>,
    id: &str,
    out: &mut Conditions,
) {
    let subnet = match seen.live_subnet(id) {
        Ok(subnet) => subnet,
        Err(reason) => {
            out.unknown(
                node,
                &reason,
                format!("what subnet `{id}` is like is unknown"),
            );
            return;
        }
    };
    let own = seen.resource.identity.account.as_deref();
    if let (Some(owner), Some(own)) = (subnet.owner, own)
        && owner != own
    {
        // Who takes part in a VPC is not shown the endpoints of its owner.
        out.undecided(
            node,
            format!("subnet `{id}` is shared by account `{owner}`, which alone sees the endpoints of its VPC"),
            format!("look at the endpoints in account `{owner}`"),
        );
        return;
    }
    let endpoints = match seen.shared_answer(ENDPOINTS) {
        Ok(answer) => answer.get("VpcEndpoints"),
        Err(reason) => {
            out.unknown(node, &reason, "the endpoints of the VPC are unknown");
            return;
        }
    };
    for service in want.services.iter().filter_map(Text::as_literal) {
        let of_service = |one: &Node<'_>| {
            one.get("VpcId")
                .as_text()
                .is_some_and(|vpc| subnet.vpc.as_text() == Some(vpc))
                && service_of(one.get("ServiceName")) == Some(service)
                && is_in_use(*one)
        };
        let found: Vec<Node<'_>> = endpoints.items().filter(of_service).collect();
        if found.is_empty() {
            out.failed(node, format!("the VPC has no endpoint for `{service}`"))
                .under("services")
                .expected(format!("an endpoint for `{service}`"))
                .observed(subnet.vpc.display());
        }
        judge_best(want, service, &found, &subnet, out);
    }
}

/// One endpoint that the subnet goes through is enough.
fn judge_best(
    want: &Setting,
    service: &str,
    found: &[Node<'_>],
    subnet: &LiveSubnet<'_>,
    out: &mut Conditions,
) {
    let table = subnet.table.as_ref().ok();
    let table = table.and_then(|table| table.as_text());
    let mut all = found.iter();
    let best = all.find(|one| reaches(**one, table)).or(found.first());
    let Some(endpoint) = best.copied() else {
        return;
    };
    out.held();
    match &subnet.table {
        Err(reason) if is_gateway(endpoint) => {
            let what = format!(
                "whether the `{service}` endpoint is on the subnet's route table is unknown"
            );
            out.unknown(endpoint, reason, what).under("services");
        }
        Ok(_) | Err(_) => judge_reach(endpoint, service, table, out),
    }
    if want.policy {
        judge_policy(endpoint, service, out);
    }
}

fn is_in_use(endpoint: Node<'_>) -> bool {
    let state = endpoint.get("State").as_text().unwrap_or_default();
    !OUT_OF_USE.contains(&state.to_ascii_lowercase().as_str())
}

fn is_gateway(endpoint: Node<'_>) -> bool {
    endpoint.get("VpcEndpointType").as_text() == Some("Gateway")
}

/// Whether what is in the subnet of this table goes through an endpoint.
fn reaches(endpoint: Node<'_>, table: Option<&str>) -> bool {
    if is_gateway(endpoint) {
        let mut tables = endpoint.get("RouteTableIds").items();
        return table.is_some() && tables.any(|one| one.as_text() == table);
    }
    endpoint.get("PrivateDnsEnabled").switch() == Switch::On
}

#[cfg(test)]
mod tests {
    use super::super::VpcEndpoints;
    use crate::control::testing::{all_of, judge_among, resource};
    use crate::control::{Entry, Verdict};
    use crate::observed::{Form, ResourceKind};
    use serde_json::{Value, json};

    fn verdict(change: impl FnOnce(&mut Value)) -> Verdict {
        let policy = json!({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}]});
        let mut body = json!({
            "elasticmapreduce:DescribeCluster": {"Cluster": {"Ec2InstanceAttributes": {
                "Ec2SubnetId": "subnet-1", "RequestedEc2SubnetIds": ["subnet-1"]}}},
            "ec2:DescribeSubnets": {"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1"}]},
            "ec2:DescribeRouteTables": {"RouteTables": [
                {"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"Main": true}]}]},
            "ec2:DescribeVpcEndpoints": {"VpcEndpoints": [{"VpcId": "vpc-1", "State": "available",
                "VpcEndpointType": "Gateway", "ServiceName": "com.amazonaws.us-west-2.s3",
                "RouteTableIds": ["rtb-1"], "PolicyDocument": policy}]},
        });
        change(&mut body);
        let cluster = resource(ResourceKind::EmrCluster, Form::Live, "j-1", &body);
        let settings = [("services", all_of(&["s3"]))];
        judge_among(
            &Entry::of::<VpcEndpoints>(),
            &settings,
            &[],
            vec![cluster],
            &[],
        )
        .verdict
    }

    fn endpoint(body: &mut Value) -> &mut Value {
        &mut body["ec2:DescribeVpcEndpoints"]["VpcEndpoints"][0]
    }

    #[test]
    fn a_live_endpoint_must_be_of_the_vpc_in_use_reached_and_have_a_policy() {
        assert_eq!(verdict(|_| {}), Verdict::Compliant);
        let open = json!({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]});
        for (member, value) in [
            ("VpcId", json!("vpc-2")),
            ("State", json!("deleting")),
            ("State", json!("PendingAcceptance")),
            ("ServiceName", json!("com.amazonaws.us-west-2.kms")),
            ("RouteTableIds", json!(["rtb-2"])),
            ("PolicyDocument", open),
        ] {
            let found = verdict(|body| endpoint(body)[member] = value.clone());
            assert_eq!(found, Verdict::Noncompliant, "{member}: {value}");
        }
    }

    #[test]
    fn an_interface_endpoint_needs_private_dns_and_one_that_reaches_is_enough() {
        let interface = |body: &mut Value, dns: bool| {
            endpoint(body)["VpcEndpointType"] = json!("Interface");
            endpoint(body)["PrivateDnsEnabled"] = json!(dns);
        };
        assert_eq!(verdict(|body| interface(body, true)), Verdict::Compliant);
        assert_eq!(
            verdict(|body| interface(body, false)),
            Verdict::Noncompliant
        );
        let both = verdict(|body| {
            let first = endpoint(body).clone();
            interface(body, false);
            let list = &mut body["ec2:DescribeVpcEndpoints"]["VpcEndpoints"];
            list.as_array_mut().unwrap().push(first);
        });
        assert_eq!(both, Verdict::Compliant);
    }

    #[test]
    fn what_was_not_answered_is_unknown() {
        for action in [
            "ec2:DescribeVpcEndpoints",
            "ec2:DescribeSubnets",
            "ec2:DescribeRouteTables",
        ] {
            let found = verdict(|body| {
                body[action] = json!({ "$call": [action, "AccessDenied"] });
            });
            assert_eq!(found, Verdict::Indeterminate, "{action}");
        }
    }
}
