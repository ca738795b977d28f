//! What a cluster refers to is the thing itself: not what is called after it, and not its namesake in another region.

use crate::binary::{Bench, asks_for};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const CONTROL: &str = "emr.instance-metadata";
const GROUPS: &str = "network.security-groups";

fn document() -> Value {
    json!({"InstanceMetadataServiceConfiguration": {
        "MinimumInstanceMetadataServiceVersion": 2, "HttpPutResponseHopLimit": 1
    }})
}

/// The verdict of a control on the cluster of a file.
fn verdict_of(control: &str, file: &str, text: String) -> String {
    let bench = Bench::new()
        .with("b.toml", asks_for(control))
        .with(file, text);
    let (report, _) = bench.report(&["check", "b.toml", file]);
    let all = report["evaluations"].as_array().unwrap().iter();
    let found: Vec<&Value> = all
        .filter(|one| one["control"] == control && one["resource"]["kind"] == "emr-cluster")
        .collect();
    assert_eq!(found.len(), 1, "{report:#}");
    found[0]["verdict"].as_str().unwrap().to_owned()
}

/// A template of a cluster that names the configuration `SC` and the group `SG` so.
fn template(configuration: &Value, group: &Value) -> String {
    json!({"Resources": {
        "SC": {"Type": "AWS::EMR::SecurityConfiguration", "Properties": {"SecurityConfiguration": document()}},
        "SG": {"Type": "AWS::EC2::SecurityGroup", "Properties": {
            "GroupDescription": "x", "VpcId": "vpc-1",
            "SecurityGroupEgress": [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}]
        }},
        "C": {"Type": "AWS::EMR::Cluster", "Properties": {
            "Name": "c", "ReleaseLabel": "emr-7.9.0", "ServiceRole": "r", "JobFlowRole": "p",
            "SecurityConfiguration": configuration,
            "Instances": {"EmrManagedMasterSecurityGroup": group, "EmrManagedSlaveSecurityGroup": group}
        }}
    }})
    .to_string()
}

/// Ways to name a declared thing in CloudFormation: those that are it, and those that are something else.
fn written(id: &str) -> (Vec<Value>, Vec<Value>) {
    let name = json!({"Ref": id});
    let same = vec![
        name.clone(),
        json!({"Fn::Sub": format!("${{{id}}}")}),
        json!({"Fn::Sub": ["${A}", {"A": name}]}),
        json!({"Fn::Join": ["", [name]]}),
        json!({"Fn::Select": [0, [name]]}),
    ];
    let other = vec![
        json!({"Fn::Sub": format!("${{{id}}}x")}),
        json!({"Fn::Sub": format!("old-${{{id}}}")}),
        json!({"Fn::Sub": format!("${{{id}}}${{{id}}}")}),
        json!({"Fn::Sub": ["${A}x", {"A": name}]}),
        json!({"Fn::Join": ["-", [name, "v2"]]}),
        json!({"Fn::Select": [0, {"Fn::Split": ["c", name]}]}),
        json!({"Fn::Base64": name}),
    ];
    (same, other)
}

#[test]
fn a_text_around_a_reference_in_a_template_is_another_name() {
    let (same, other) = written("SC");
    for (verdict, all) in [("compliant", same), ("indeterminate", other)] {
        for name in all {
            let text = template(&name, &json!({"Ref": "SG"}));
            assert_eq!(verdict_of(CONTROL, "t.json", text), verdict, "{name}");
        }
    }
}

#[test]
fn a_text_around_a_reference_to_a_security_group_is_another_group() {
    let (same, other) = written("SG");
    for (verdict, all) in [("compliant", same), ("indeterminate", other)] {
        for name in all {
            let text = template(&json!({"Ref": "SC"}), &name);
            assert_eq!(verdict_of(GROUPS, "t.json", text), verdict, "{name}");
        }
    }
}

/// A module of a cluster and a configuration with these arguments besides.
fn module(named: &str, of_cluster: &str, of_configuration: &str) -> String {
    let document = document().to_string().replace(':', "=");
    format!(
        "resource \"aws_emr_security_configuration\" \"sc\" {{\n  configuration = jsonencode({document})\n  {of_configuration}\n}}\n\
         resource \"aws_emr_cluster\" \"c\" {{\n  name = \"c\"\n  release_label = \"emr-7.9.0\"\n  \
         security_configuration = {named}\n  {of_cluster}\n}}\n"
    )
}

#[test]
fn a_text_around_a_reference_in_a_module_is_another_name() {
    let it = "aws_emr_security_configuration.sc";
    let rows = [
        ("compliant", "{it}.name"),
        ("compliant", "{it}.id"),
        ("compliant", "\"${{it}.name}\""),
        ("compliant", "tostring({it}.name)"),
        ("compliant", "format(\"%s\", {it}.name)"),
        ("compliant", "join(\"-\", [{it}.name])"),
        ("compliant", "coalesce({it}.name, \"x\")"),
        ("compliant", "one({it}[*].name)"),
        ("compliant", "try({it}.name, \"\")"),
        ("indeterminate", "\"${{it}.name}x\""),
        ("indeterminate", "\"old-${{it}.name}\""),
        ("indeterminate", "format(\"%s-x\", {it}.name)"),
        ("indeterminate", "upper({it}.id)"),
        ("indeterminate", "join(\"-\", [{it}.id, \"x\"])"),
        ("indeterminate", "split(\"c\", {it}.id)[0]"),
        ("indeterminate", "element(split(\"c\", {it}.id), 0)"),
        ("indeterminate", "substr({it}.id, 0, 3)"),
        ("indeterminate", "replace({it}.id, \"a\", \"b\")"),
        ("indeterminate", "{it}.id == \"a\" ? \"b\" : \"c\""),
        ("indeterminate", "md5({it}.id)"),
        ("indeterminate", "pathexpand({it}.id)"),
    ];
    for (verdict, expression) in rows {
        let expression = expression.replace("{it}", it);
        let found = verdict_of(CONTROL, "main.tf", module(&expression, "", ""));
        assert_eq!(found, verdict, "{expression}");
    }
}

#[test]
fn a_configuration_of_another_region_is_none_of_the_clusters() {
    let us = "region = \"us-west-2\"";
    let eu = "region = \"eu-west-1\"";
    let by_reference = "aws_emr_security_configuration.sc.name";
    for named in ["\"sc\"", by_reference] {
        for (verdict, of_cluster, of_configuration) in [
            ("compliant", us, us),
            ("compliant", us, ""),
            ("compliant", "", us),
            ("indeterminate", us, eu),
            ("indeterminate", eu, us),
        ] {
            let text = module(
                named,
                of_cluster,
                &format!("name = \"sc\"\n  {of_configuration}"),
            );
            let found = verdict_of(CONTROL, "main.tf", text);
            assert_eq!(
                found, verdict,
                "{named}: {of_cluster} and {of_configuration}"
            );
        }
    }
    let providers = "provider \"aws\" {\n  region = \"us-west-2\"\n}\n\
                     provider \"aws\" {\n  alias = \"eu\"\n  region = \"eu-west-1\"\n}\n";
    for (verdict, of_cluster) in [("compliant", ""), ("indeterminate", "provider = aws.eu")] {
        let text = module(by_reference, of_cluster, "name = \"sc\"") + providers;
        let found = verdict_of(CONTROL, "main.tf", text);
        assert_eq!(found, verdict, "{of_cluster}");
    }
}

#[test]
fn of_namesakes_in_two_regions_the_cluster_has_its_own() {
    let other = "resource \"aws_emr_security_configuration\" \"weak\" {\n  name = \"sc\"\n  configuration = \"{}\"\n  \
                 region = \"eu-west-1\"\n}\n";
    for (verdict, region) in [
        ("compliant", "us-west-2"),
        ("noncompliant", "eu-west-1"),
        ("indeterminate", "sa-east-1"),
    ] {
        let of_cluster = format!("region = \"{region}\"");
        let of_configuration = "name = \"sc\"\n  region = \"us-west-2\"";
        let text = module("\"sc\"", &of_cluster, of_configuration) + other;
        assert_eq!(verdict_of(CONTROL, "main.tf", text), verdict, "{region}");
    }
}

#[test]
fn modules_that_repeat_modules_come_to_an_end() {
    let call =
        |source: &str| format!("module \"m\" {{\n  source = \"{source}\"\n  count = 500\n}}\n");
    let cluster = "resource \"aws_emr_cluster\" \"c\" {\n  count = 500\n  name = \"x\"\n}\n";
    let bench = Bench::new()
        .with("b.toml", asks_for(CONTROL))
        .with("f/main.tf", call("./m"))
        .with("f/m/main.tf", call("./n"))
        .with("f/m/n/main.tf", cluster);
    let start = Instant::now();
    let (report, _) = bench.report(&["check", "b.toml", "f"]);
    // Generous, for builds without optimisation on busy machines: without the bound it takes hours.
    assert!(
        start.elapsed() < Duration::from_mins(1),
        "{:?}",
        start.elapsed()
    );
    let problems = report["problems"].to_string();
    assert!(problems.contains("repeat more than 2000"), "{problems}");
    let clusters = report["evaluations"].as_array().unwrap().len();
    assert!((1..5000).contains(&clusters), "{clusters}");
}
