use super::Network;
use crate::control::testing::{Judged, judge_among, one_of, only, resource};
use crate::control::{Entry, Verdict};
use crate::lattice::Shape;
use crate::observed::{Form, ResourceKind};
use serde_json::{Value, json};

const ENTRY: Entry = Entry::of::<Network>();
const GROUP: &str = "AWS::EC2::SecurityGroup";

fn studio() -> Value {
    json!({ "VpcId": "vpc-1", "SubnetIds": ["subnet-1", "subnet-2"],
        "EngineSecurityGroupId": { "$attribute": ["Engine", "GroupId"] },
        "WorkspaceSecurityGroupId": { "$attribute": ["Workspace", "GroupId"] } })
}

fn judged(studio: &Value, ingress: &Value, egress: &Value, settings: &[(&str, Shape)]) -> Judged {
    let studio = resource(ResourceKind::EmrStudio, Form::CloudFormation, "S", studio);
    let beside = [
        (GROUP, "Engine", json!({ "SecurityGroupIngress": ingress })),
        (GROUP, "Workspace", json!({ "SecurityGroupEgress": egress })),
    ];
    judge_among(&ENTRY, settings, &[], vec![studio], &beside)
}

fn from_workspaces(port: u16) -> Value {
    json!({ "IpProtocol": "tcp", "FromPort": port, "ToPort": port,
        "SourceSecurityGroupId": { "$attribute": ["Workspace", "GroupId"] } })
}

fn to_engine() -> Value {
    json!([{ "IpProtocol": "tcp", "FromPort": 18888, "ToPort": 18888,
        "DestinationSecurityGroupId": { "$attribute": ["Engine", "GroupId"] } }])
}

#[test]
fn a_bounded_studio_is_compliant() {
    let settings = [
        ("vpcs", one_of(&["vpc-1"])),
        ("subnets", one_of(&["subnet-1", "subnet-2"])),
    ];
    let found = judged(
        &studio(),
        &json!([from_workspaces(18888)]),
        &to_engine(),
        &settings,
    );
    assert_eq!(found.verdict, Verdict::Compliant, "{:?}", found.messages);
}

#[test]
fn other_places_are_noncompliant_and_unknown_ones_unknown() {
    let (ingress, egress) = (json!([from_workspaces(18888)]), to_engine());
    let verdict = |studio: &Value, key, ids: &[&str]| {
        judged(studio, &ingress, &egress, &[(key, one_of(ids))]).verdict
    };
    assert_eq!(
        verdict(&studio(), "vpcs", &["vpc-2"]),
        Verdict::Noncompliant
    );
    assert_eq!(
        verdict(&studio(), "subnets", &["subnet-1"]),
        Verdict::Noncompliant
    );
    let mut unknown = studio();
    unknown["VpcId"] = json!({ "$unknown": "Vpc" });
    unknown["SubnetIds"] = json!({ "$unknown": "Subnets" });
    assert_eq!(
        verdict(&unknown, "vpcs", &["vpc-1"]),
        Verdict::Indeterminate
    );
    assert_eq!(
        verdict(&unknown, "subnets", &["subnet-1"]),
        Verdict::Indeterminate
    );
}

#[test]
fn the_engine_group_lets_in_the_workspaces_alone() {
    for (rule, expected) in [
        (
            json!({ "IpProtocol": "tcp", "FromPort": 18888, "ToPort": 18888, "CidrIp": "10.0.0.0/8" }),
            Verdict::Noncompliant,
        ),
        (
            json!({ "IpProtocol": "tcp", "FromPort": 18888, "ToPort": 18888, "SourceSecurityGroupId": { "$attribute": ["Other", "GroupId"] } }),
            Verdict::Noncompliant,
        ),
        (
            json!({ "IpProtocol": "tcp", "FromPort": 18888, "ToPort": 18888, "SourceSecurityGroupId": "sg-1" }),
            Verdict::Indeterminate,
        ),
        (
            json!({ "IpProtocol": "tcp", "FromPort": 18888, "ToPort": 18888, "CidrIp": { "$unknown": "C" } }),
            Verdict::Indeterminate,
        ),
    ] {
        let found = judged(
            &studio(),
            &json!([from_workspaces(18888), rule]),
            &to_engine(),
            &[],
        );
        assert_eq!(found.verdict, expected, "{rule}");
    }
}

#[test]
fn another_port_is_only_worth_knowing() {
    let found = judged(
        &studio(),
        &json!([from_workspaces(8443)]),
        &to_engine(),
        &[],
    );
    assert_eq!(
        (found.verdict, found.severity),
        (Verdict::Noncompliant, "info")
    );
    let settings = [("engine-ports", only(&["8443"]))];
    let found = judged(
        &studio(),
        &json!([from_workspaces(8443)]),
        &to_engine(),
        &settings,
    );
    assert_eq!(found.verdict, Verdict::Compliant);
}

#[test]
fn workspaces_do_not_reach_the_world() {
    let to = |range: &str| json!([{ "IpProtocol": "-1", "CidrIp": range }]);
    let ingress = json!([from_workspaces(18888)]);
    for (egress, expected) in [
        (to("0.0.0.0/0"), Verdict::Noncompliant),
        (to("128.0.0.0/1"), Verdict::Noncompliant),
        (
            json!([{ "IpProtocol": "-1", "CidrIpv6": "::/0" }]),
            Verdict::Noncompliant,
        ),
        // CloudFormation gives a group without egress rules AWS's default, which is everything.
        (json!([]), Verdict::Noncompliant),
        (to("10.0.0.0/8"), Verdict::Compliant),
        (to("203.0.113.0/24"), Verdict::Compliant),
        (
            json!([{ "IpProtocol": "-1", "CidrIp": { "$unknown": "C" } }]),
            Verdict::Indeterminate,
        ),
    ] {
        let found = judged(&studio(), &ingress, &egress, &[]);
        assert_eq!(found.verdict, expected, "{egress}");
    }
}

#[test]
fn groups_that_are_only_named_are_unknown() {
    let mut named = studio();
    named["EngineSecurityGroupId"] = json!("sg-1");
    let found = judged(&named, &json!([]), &to_engine(), &[]);
    assert_eq!(found.verdict, Verdict::Indeterminate);
}

#[test]
fn live_the_rules_come_from_ec2() {
    let judged = |sources: Value| {
        let engine = json!({ "GroupId": "sg-1", "IpPermissions": [
            { "IpProtocol": "tcp", "FromPort": 18888, "ToPort": 18888, "UserIdGroupPairs": sources }] });
        let workspace = json!({ "GroupId": "sg-2", "IpPermissionsEgress": [
            { "IpProtocol": "tcp", "FromPort": 18888, "ToPort": 18888, "UserIdGroupPairs": [{ "GroupId": "sg-1" }] }] });
        let body = json!({
            "elasticmapreduce:DescribeStudio": { "Studio": { "VpcId": "vpc-1", "SubnetIds": [],
                "EngineSecurityGroupId": "sg-1", "WorkspaceSecurityGroupId": "sg-2" } },
            "ec2:DescribeSecurityGroups": { "SecurityGroups": [engine, workspace] },
        });
        let studio = resource(ResourceKind::EmrStudio, Form::Live, "es-1", &body);
        judge_among(&ENTRY, &[], &[], vec![studio], &[]).verdict
    };
    assert_eq!(judged(json!([{ "GroupId": "sg-2" }])), Verdict::Compliant);
    assert_eq!(
        judged(json!([{ "GroupId": "sg-3" }])),
        Verdict::Noncompliant
    );
    let blind = json!({ "elasticmapreduce:DescribeStudio": { "Studio": {} } });
    let studio = resource(ResourceKind::EmrStudio, Form::Live, "es-1", &blind);
    let found = judge_among(&ENTRY, &[], &[], vec![studio], &[]);
    assert_eq!(found.verdict, Verdict::Indeterminate);
}
