//! Clusters stand in subnets without a way in from the internet.

use crate::artifact::Member;
use crate::control::network::{Lets, subnet_nodes};
use crate::control::settings::{Allowance, OneOf, Plain, Subnet, settings};
use crate::control::{Conditions, Control, Draft, Meta, Severity, Span, View, Weakening};
use crate::lattice::Text;
use crate::observed::{Known, Neighbour, Node, ResourceKind, Value};

#[derive(Debug)]
pub(crate) enum PrivateSubnet {}

settings! {
    pub(crate) struct Setting {
        /// Subnets that the baseline vouches for.
        subnets: OneOf<Subnet>,
        /// VPCs that subnets may be of.
        vpcs: OneOf<Plain>,
        /// Whether a subnet may give its instances public addresses.
        auto_assign_public: Allowance = false,
        /// Whether a subnet of an Outpost may route to a local gateway.
        local_gateway: Allowance = false,
    }
}

impl Control for PrivateSubnet {
    const META: &'static Meta = &Meta {
        id: "network.private-subnet",
        title: "clusters stand in subnets without a way in from the internet",
        severity: Severity::High,
        kinds: &[
            ResourceKind::EmrCluster,
            ResourceKind::EmrStudio,
            ResourceKind::EmrServerlessApplication,
        ],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 SC-7"],
        docs: include_str!("private_subnet.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let nodes = subnet_nodes(seen);
        let mut any = false;
        for node in &nodes {
            any |= judge_subnets(want, *node, seen, out);
        }
        // An application without a network of its own runs in AWS's, which has no way in.
        if !any
            && seen.resource.kind() != ResourceKind::EmrServerlessApplication
            && let Some(node) = nodes.first()
        {
            out.failed(
                *node,
                "no subnet is named: EMR picks one of the default VPC, which are public",
            )
            .under("subnets")
            .expected("a private subnet")
            .observed("none");
        }
        if any {
            // EMR Management Guide, *Private subnets*: from 4.2.0 on.
            out.must_reach_release(seen, &["emr-4.2.0"], "private subnets", None);
        }
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        let named = want.subnets.texts();
        // Several layers may name subnets: those that all of them name are left.
        let left = named
            .into_iter()
            .filter(|text| text.as_literal().is_none_or(|id| want.subnets.allows(id)));
        let ids: Option<Vec<String>> = left.map(|text| draft.bound("subnets", text)).collect();
        if let Some(ids) = ids.filter(|ids| !ids.is_empty()) {
            draft.launch(Member::SubnetIds, ids, Some("subnets"));
        }
    }

    const WEAKENINGS: &'static [Weakening] = &[
        Weakening::remove("/Instances/Ec2SubnetIds").in_launch(),
        Weakening::set("/Instances/Ec2SubnetIds", "[]").in_launch(),
        Weakening::set("/Instances/Ec2SubnetIds", "[\"subnet-00000000\"]").in_launch(),
    ];
}

/// Judges an id or a list of ids. Returns whether any subnet is, or may be, named.
fn judge_subnets(
    want: &Setting,
    node: Node<'_>,
    seen: &View<'_, '_>,
    out: &mut Conditions,
) -> bool {
    match node.value() {
        Value::Absent | Value::Null | Value::String("") => return false,
        Value::List => {
            let mut any = false;
            for item in node.items() {
                any |= judge_subnets(want, item, seen, out);
            }
            return any;
        }
        Value::Unreadable(_)
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Template
        | Value::Map => {}
    }
    // A subnet that is declared here has no id yet that a baseline could name: its facts are judged.
    if want.subnets.is_any()
        && let Some(declared) = seen.scope.neighbour("AWS::EC2::Subnet", node)
    {
        judge_declared(want, node, declared, seen, out);
        return true;
    }
    let condition = match node.text() {
        Known::Set(id) if !want.subnets.allows_by(|text: &Text| text.accepts(id)) => out.failed(
            node,
            format!("subnet `{id}` is not one that the baseline names"),
        ),
        Known::Set(id) if seen.is_live() => {
            let lets = lets(want);
            if let Some(vpc) = out.live_subnet_must_be_private(seen, node, id, lets) {
                judge_vpc(want, vpc, out);
            }
            return true;
        }
        // In a file, a subnet that the baseline names passes on the baseline's word.
        Known::Set(_) if !want.subnets.is_any() => {
            out.held();
            return true;
        }
        Known::Set(id) => out.undecided(
            node,
            format!("subnet `{id}` is only named here: its routes are unknown"),
            "name the subnet in `subnets`, or audit the live cluster",
        ),
        Known::Unreadable(reason) => out.unknown(node, reason, "the subnet is unknown"),
        Known::Absent | Known::Mistyped => {
            let message = format!("the subnet is {}, not an id", node.value().type_name());
            out.failed(node, message)
        }
    };
    condition
        .under("subnets")
        .expected(wish(want))
        .observed(node.display());
    true
}

fn judge_declared(
    want: &Setting,
    node: Node<'_>,
    subnet: &Neighbour<'_>,
    seen: &View<'_, '_>,
    out: &mut Conditions,
) {
    out.must_be_private(seen, node, subnet, lets(want));
    judge_vpc(want, subnet.body.get("VpcId"), out);
}

const fn lets(want: &Setting) -> Lets {
    Lets {
        auto_assign_public: want.auto_assign_public,
        local_gateway: want.local_gateway,
    }
}

fn judge_vpc(want: &Setting, vpc: Node<'_>, out: &mut Conditions) {
    if want.vpcs.is_any() {
        return;
    }
    let condition = match vpc.text() {
        Known::Set(id) if want.vpcs.allows(id) => return out.held(),
        Known::Unreadable(reason) => out.unknown(vpc, reason, "the VPC of the subnet is unknown"),
        Known::Set(_) | Known::Absent | Known::Mistyped => out.failed(
            vpc,
            "the VPC of the subnet is not one that the baseline names",
        ),
    };
    condition
        .under("vpcs")
        .expected(want.vpcs.to_string())
        .observed(vpc.display());
}

/// What the baseline asks of a subnet.
fn wish(want: &Setting) -> String {
    let mut wish = if want.subnets.is_any() {
        "a private subnet".to_owned()
    } else {
        want.subnets.to_string()
    };
    if !want.vpcs.is_any() {
        wish = format!("{wish} of {}", want.vpcs);
    }
    if !want.auto_assign_public {
        wish.push_str(", without public addresses");
    }
    if !want.local_gateway {
        wish.push_str(", without a local gateway");
    }
    wish
}

#[cfg(test)]
mod tests {
    use super::PrivateSubnet;
    use crate::control::testing::{cluster, etl_daily, judge, judge_among, one_of, resource};
    use crate::control::{Entry, Verdict};
    use crate::observed::{Form, ResourceKind};
    use serde_json::{Value, json};

    const ENTRY: Entry = Entry::of::<PrivateSubnet>();
    const MINE: &str = "subnet-0123456789abcdef0";

    fn verdict(named: &[&str], form: Form, body: &Value) -> Verdict {
        let asked = [("subnets", one_of(named))];
        let asked = if named.is_empty() { &[] } else { &asked[..] };
        cluster(&ENTRY, asked, form, body).verdict
    }

    #[test]
    fn in_a_file_a_subnet_passes_on_the_baselines_word_alone() {
        let daily = etl_daily();
        assert_eq!(verdict(&[], Form::Request, &daily), Verdict::Indeterminate);
        assert_eq!(verdict(&[MINE], Form::Request, &daily), Verdict::Compliant);
        assert_eq!(
            verdict(&["subnet-4e5f6071"], Form::Request, &daily),
            Verdict::Noncompliant
        );
    }

    #[test]
    fn no_subnet_is_a_public_one() {
        for instances in [
            json!({}),
            json!({"Ec2SubnetId": ""}),
            json!({"Ec2SubnetIds": []}),
            json!({"Ec2SubnetId": 7}),
        ] {
            let body = json!({"ReleaseLabel": "emr-7.2.0", "Instances": instances});
            assert_eq!(
                verdict(&[], Form::Request, &body),
                Verdict::Noncompliant,
                "{body}"
            );
        }
    }

    #[test]
    fn every_subnet_of_a_list_counts() {
        let body =
            |ids: Value| json!({"ReleaseLabel": "emr-7.2.0", "Instances": {"Ec2SubnetIds": ids}});
        for (ids, expected) in [
            (json!([MINE]), Verdict::Compliant),
            (json!([MINE, "subnet-4e5f6071"]), Verdict::Noncompliant),
            (
                json!([MINE, {"$ref": "PrivateSubnet"}]),
                Verdict::Indeterminate,
            ),
            (json!({"$unknown": "Subnets"}), Verdict::Indeterminate),
        ] {
            assert_eq!(verdict(&[MINE], Form::CloudFormation, &body(ids)), expected);
        }
    }

    #[test]
    fn a_declared_subnet_is_judged_by_its_routes() {
        let verdict = |subnet: Value, route: Option<Value>, associated: bool| {
            let body = json!({ "ReleaseLabel": "emr-7.2.0", "Instances": { "Ec2SubnetId": { "$ref": "Subnet" } } });
            let cluster = resource(ResourceKind::EmrCluster, Form::CloudFormation, "C", &body);
            let mut beside = vec![
                ("AWS::EC2::Subnet", "Subnet", subnet),
                ("AWS::EC2::RouteTable", "Table", json!({})),
                ("AWS::EC2::InternetGateway", "Internet", json!({})),
                ("AWS::EC2::VPNGateway", "Office", json!({})),
            ];
            if associated {
                beside.push(("AWS::EC2::SubnetRouteTableAssociation", "A",
                    json!({ "SubnetId": { "$ref": "Subnet" }, "RouteTableId": { "$ref": "Table" } })));
            }
            beside.extend(route.map(|mut route| {
                route["RouteTableId"] = json!({ "$ref": "Table" });
                ("AWS::EC2::Route", "R", route)
            }));
            judge_among(&ENTRY, &[], &[], vec![cluster], &beside).verdict
        };
        let nat = json!({ "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": { "$ref": "Nat" } });
        let internet =
            json!({ "DestinationIpv6CidrBlock": "::/0", "GatewayId": { "$ref": "Internet" } });
        let office =
            json!({ "DestinationCidrBlock": "10.0.0.0/8", "GatewayId": { "$ref": "Office" } });
        let elsewhere =
            json!({ "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": { "$unknown": "Gateway" } });
        let public = json!({ "MapPublicIpOnLaunch": "true" });
        assert_eq!(verdict(json!({}), None, true), Verdict::Compliant);
        assert_eq!(verdict(json!({}), Some(nat), true), Verdict::Compliant);
        assert_eq!(verdict(json!({}), Some(office), true), Verdict::Compliant);
        assert_eq!(
            verdict(json!({}), Some(internet), true),
            Verdict::Noncompliant
        );
        assert_eq!(verdict(public, None, true), Verdict::Noncompliant);
        assert_eq!(
            verdict(json!({}), Some(elsewhere), true),
            Verdict::Indeterminate
        );
        assert_eq!(verdict(json!({}), None, false), Verdict::Indeterminate);
    }

    #[test]
    fn live_the_routes_must_be_seen() {
        let body = json!({"elasticmapreduce:DescribeCluster": {"Cluster": {
            "ReleaseLabel": "emr-7.2.0", "Ec2InstanceAttributes": {"Ec2SubnetId": MINE}}}});
        assert_eq!(verdict(&[MINE], Form::Live, &body), Verdict::Indeterminate);
    }

    #[test]
    fn live_a_subnet_is_judged_by_the_table_that_it_has() {
        let judged = |subnet: Value, tables: Value| {
            verdict(
                &[],
                Form::Live,
                &json!({
                    "elasticmapreduce:DescribeCluster": {"Cluster": {
                        "ReleaseLabel": "emr-7.2.0", "Ec2InstanceAttributes": {"Ec2SubnetId": MINE}}},
                    "ec2:DescribeSubnets": {"Subnets": [subnet]},
                    "ec2:DescribeRouteTables": {"RouteTables": tables},
                }),
            )
        };
        let subnet = json!({"SubnetId": MINE, "VpcId": "vpc-1", "MapPublicIpOnLaunch": false});
        let public = json!({"SubnetId": MINE, "VpcId": "vpc-1", "MapPublicIpOnLaunch": true});
        let own =
            json!([{"SubnetId": MINE, "Main": false, "AssociationState": {"State": "associated"}}]);
        let gone = json!([{"SubnetId": MINE, "AssociationState": {"State": "disassociated"}}]);
        let main = json!([{"Main": true, "AssociationState": {"State": "associated"}}]);
        let table = |associations: &Value, target: &str, id: &str, state: &str| {
            json!({"VpcId": "vpc-1", "Associations": associations, "Routes": [
                {"GatewayId": "local", "State": "active"}, {target: id, "State": state}]})
        };
        let inside = |by: &Value| table(by, "NatGatewayId", "nat-1", "active");
        let outside = |by: &Value| table(by, "GatewayId", "igw-1", "active");
        for (subnet, tables, expected) in [
            (
                &subnet,
                json!([inside(&own), outside(&main)]),
                Verdict::Compliant,
            ),
            (
                &subnet,
                json!([outside(&own), inside(&main)]),
                Verdict::Noncompliant,
            ),
            (
                &subnet,
                json!([inside(&gone), outside(&main)]),
                Verdict::Noncompliant,
            ),
            (
                &subnet,
                json!([table(&own, "GatewayId", "igw-1", "blackhole")]),
                Verdict::Compliant,
            ),
            (
                &subnet,
                json!([table(&own, "CarrierGatewayId", "cagw-1", "active")]),
                Verdict::Noncompliant,
            ),
            (
                &subnet,
                json!([table(&own, "LocalGatewayId", "lgw-1", "active")]),
                Verdict::Noncompliant,
            ),
            (&subnet, json!([]), Verdict::Indeterminate),
            (&public, json!([inside(&own)]), Verdict::Noncompliant),
        ] {
            assert_eq!(judged(subnet.clone(), tables.clone()), expected, "{tables}");
        }
    }

    #[test]
    fn an_application_without_a_network_is_not_concerned() {
        let kind = ResourceKind::EmrServerlessApplication;
        for (body, expected) in [
            (json!({}), Verdict::NotApplicable),
            (
                json!({"NetworkConfiguration": {"SubnetIds": [MINE]}}),
                Verdict::Compliant,
            ),
        ] {
            let application = resource(kind, Form::CloudFormation, "app", &body);
            let asked = [("subnets", one_of(&[MINE]))];
            let judged = judge(&ENTRY, &asked, &[], vec![application]);
            assert_eq!(judged.verdict, expected);
        }
    }
}
