//! Names that one file gives and another declares: found in whatever order the files are read, and in however many.

use crate::binary::{Bench, asks_for};
use serde_json::{Value, json};

const ROLE: &str = "arn:aws:iam::111122223333:role/analysts";

/// A request for a cluster that names a security configuration.
fn cluster(name: &str, configuration: &str) -> String {
    json!({
        "Name": name, "ReleaseLabel": "emr-7.9.0", "SecurityConfiguration": configuration,
        "JobFlowRole": "nodes", "ServiceRole": "emr",
        "Instances": {"KeepJobFlowAliveWhenNoSteps": true, "Ec2KeyName": "k"}
    })
    .to_string()
}

/// A template that declares a security configuration under a name.
fn configuration(name: &str) -> String {
    template(
        &json!({"Type": "AWS::EMR::SecurityConfiguration", "Properties": {
            "Name": name,
            "SecurityConfiguration": {
                "InstanceMetadataServiceConfiguration": {
                    "MinimumInstanceMetadataServiceVersion": 2, "HttpPutResponseHopLimit": 1
                },
                "AuthenticationConfiguration": {"KerberosConfiguration": {
                    "Provider": "ClusterDedicatedKdc",
                    "ClusterDedicatedKdcConfiguration": {"TicketLifetimeInHours": 24}
                }},
                "AuthorizationConfiguration": {"EmrFsConfiguration": {"RoleMappings": [
                    {"Role": ROLE, "IdentifierType": "User", "Identifiers": ["jdoe"]}
                ]}}
            }
        }}),
    )
}

/// A template that declares the role of that configuration, and something of EMR.
fn role() -> String {
    let mut template: Value = serde_json::from_str(&configuration("other")).unwrap();
    template["Resources"]["Role"] = json!({"Type": "AWS::IAM::Role", "Properties": {
        "RoleName": "analysts", "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}
    }});
    template.to_string()
}

fn template(resource: &Value) -> String {
    json!({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"It": resource}}).to_string()
}

/// The verdicts of a control on the clusters, in the order of the report.
fn verdicts(report: &Value, control: &str) -> Vec<String> {
    let all = report["evaluations"].as_array().unwrap().iter();
    all.filter(|one| one["control"] == control && one["resource"]["kind"] == "emr-cluster")
        .map(|one| one["verdict"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_configuration_is_found_whether_its_file_is_read_before_or_after() {
    for (cluster_file, document_file) in [("f/1.json", "f/2.json"), ("f/2.json", "f/1.json")] {
        let bench = Bench::new()
            .with("b.toml", asks_for("emr.instance-metadata"))
            .with(cluster_file, cluster("etl", "secure"))
            .with(document_file, configuration("secure"));
        let (report, _) = bench.report(&["check", "b.toml", "f"]);
        assert_eq!(
            verdicts(&report, "emr.instance-metadata"),
            ["compliant"],
            "{cluster_file}"
        );
        let (report, _) = bench.report(&["check", "b.toml", cluster_file]);
        assert_eq!(
            verdicts(&report, "emr.instance-metadata"),
            ["indeterminate"],
            "{cluster_file}"
        );
    }
}

/// A plan of a cluster that names a security configuration. Its tags are sensitive: their text is hidden once read.
fn planned(configuration: &str) -> String {
    let after = json!({
        "name": "etl", "release_label": "emr-7.9.0", "security_configuration": configuration,
        "service_role": "emr", "tags": {"quote": "a \" b", "size": "5"}, "step_concurrency_level": 5
    });
    json!({
        "format_version": "1.2", "terraform_version": "1.9.0",
        "resource_changes": [{
            "address": "aws_emr_cluster.this", "mode": "managed", "type": "aws_emr_cluster", "name": "this",
            "change": {
                "actions": ["create"], "before": null, "after": after, "after_unknown": {},
                "before_sensitive": false,
                "after_sensitive": {"tags": true, "step_concurrency_level": true}
            }
        }]
    })
    .to_string()
}

#[test]
fn a_plan_with_sensitive_values_finds_what_another_file_declares() {
    let bench = Bench::new()
        .with("b.toml", asks_for("emr.instance-metadata"))
        .with("f/plan.json", planned("secure"))
        .with("f/template.json", configuration("secure"));
    let (report, _) = bench.report(&["check", "b.toml", "f"]);
    assert_eq!(verdicts(&report, "emr.instance-metadata"), ["compliant"]);
}

#[test]
fn a_name_that_two_files_declare_tells_nothing() {
    let bench = Bench::new()
        .with("b.toml", asks_for("emr.instance-metadata"))
        .with("f/1.json", configuration("secure"))
        .with("f/2.json", cluster("etl", "secure"))
        .with("f/3.json", configuration("secure"));
    let (report, _) = bench.report(&["check", "b.toml", "f"]);
    assert_eq!(
        verdicts(&report, "emr.instance-metadata"),
        ["indeterminate"]
    );
}

#[test]
fn what_is_found_may_name_what_a_third_file_declares() {
    let bench = Bench::new()
        .with("b.toml", asks_for("emr.role-mappings"))
        .with("f/1.json", cluster("etl", "secure"))
        .with("f/2.json", configuration("secure"));
    let (report, _) = bench.report(&["check", "b.toml", "f"]);
    assert_eq!(verdicts(&report, "emr.role-mappings"), ["indeterminate"]);
    let bench = bench.with("f/3.json", role());
    let (report, _) = bench.report(&["check", "b.toml", "f"]);
    assert_eq!(verdicts(&report, "emr.role-mappings"), ["compliant"]);
}

#[test]
fn files_are_found_and_reported_in_order_however_many_there_are() {
    let mut bench = Bench::new()
        .with("b.toml", asks_for("emr.instance-metadata"))
        .with("f/200.json", configuration("secure"));
    let count = 150;
    for number in 0..count {
        let configuration = if number % 3 == 0 {
            "secure"
        } else {
            "unheard-of"
        };
        let text = cluster(&format!("etl-{number:03}"), configuration);
        bench = bench.with(&format!("f/{number:03}.json"), text);
    }
    let (report, _) = bench.report(&["check", "b.toml", "f"]);
    let expected: Vec<&str> = (0..count)
        .map(|number| {
            if number % 3 == 0 {
                "compliant"
            } else {
                "indeterminate"
            }
        })
        .collect();
    assert_eq!(verdicts(&report, "emr.instance-metadata"), expected);
    let names: Vec<&str> = report["evaluations"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["resource"]["kind"] == "emr-cluster")
        .map(|one| one["resource"]["name"].as_str().unwrap())
        .collect();
    assert!(names.is_sorted(), "{names:?}");
    let again = ["check", "b.toml", "f", "--at", "2026-11-22T12:00:00Z"];
    assert_eq!(bench.run(&again).out, bench.run(&again).out);
}

#[test]
fn a_waiver_counts_as_used_only_by_what_stands_when_all_files_are_read() {
    let waived = asks_for("emr.instance-metadata")
        + "[[waivers]]\ncontrol = \"emr.instance-metadata\"\nresource = { name = \"etl\" }\nreason = \"soon\"\nowner = \"jdoe@example.com\"\nexpires = 2027-01-31\n";
    let bench = Bench::new()
        .with("b.toml", waived)
        .with("f/1.json", cluster("etl", "secure"));
    let at = ["--at", "2026-11-22T00:00:00Z"];
    let unused = |bench: &Bench| {
        let (report, _) = bench.report(&[&["check", "b.toml", "f"], &at[..]].concat());
        let all = report["evaluations"].as_array().unwrap().iter();
        let own = all.filter(|one| one["control"] == "baseline.waivers");
        own.map(|one| one["verdict"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let while_unknown = unused(&bench);
    let bench = bench.with("f/2.json", configuration("secure"));
    assert_ne!(unused(&bench), while_unknown);
    // Alone in one file, nothing is judged twice: the same comes of it.
    let both = json!({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {
        "Cluster": {"Type": "AWS::EMR::Cluster", "Properties": {
            "Name": "etl", "ReleaseLabel": "emr-7.9.0", "SecurityConfiguration": {"Ref": "It"},
            "JobFlowRole": "nodes", "ServiceRole": "emr", "Instances": {}}},
        "It": serde_json::from_str::<Value>(&configuration("secure")).unwrap()["Resources"]["It"]
    }});
    let alone = Bench::new()
        .with(
            "b.toml",
            std::fs::read(bench.path().join("b.toml")).unwrap(),
        )
        .with("f/1.json", both.to_string());
    assert_eq!(unused(&bench), unused(&alone));
}

#[test]
fn a_key_that_many_files_name_is_judged_once_where_it_is_named_first() {
    let key = "arn:aws:kms:eu-west-1:111122223333:alias/aws/s3";
    let mut bench = Bench::new().with("b.toml", asks_for("kms.customer-managed"));
    for number in 0..70 {
        let text = json!({
            "Name": "etl", "ReleaseLabel": "emr-7.9.0", "LogUri": "s3://logs/", "LogEncryptionKmsKeyId": key,
            "JobFlowRole": "nodes", "ServiceRole": "emr", "Instances": {}
        });
        bench = bench.with(&format!("f/{number:03}.json"), text.to_string());
    }
    let (report, _) = bench.report(&["check", "b.toml", "f"]);
    let keys: Vec<&Value> = report["evaluations"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["resource"]["kind"] == "kms-key")
        .collect();
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert_eq!(keys[0]["resource"]["id"], key);
    let seen = keys[0]["seen"].as_array().unwrap();
    assert_eq!(seen[0]["file"], "f/000.json");
    assert_eq!(seen[0]["pointer"], "/LogEncryptionKmsKeyId");
}
