//! Controls that look at all security configurations of a run together: what `compile` writes is what they accept.

use crate::support::run;
use serde_json::{Value, json};
use std::path::Path;

const BASELINE: &str = r#"
schema = 1

[baseline]
name        = "identity"
version     = "1.0.0"
owner       = "tests"
description = "Only what is compiled may exist."

[parameters]
disk-key = { type = "kms-key" }

[targets.one]
account  = "111122223333"
region   = "us-west-2"
disk-key = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

[targets.two]
account  = "444455556666"
region   = "eu-west-1"
disk-key = "arn:aws:kms:eu-west-1:444455556666:key/0987dcba-09fe-87dc-65ba-ab0987654321"

[emr.disk-encryption]
provider = ["AwsKms"]
kms-key  = "${disk-key}"
ebs      = true

[emr.document-identity]
compiled = true

[emr.configuration-inventory]
compiled-only = true
"#;

const ACCOUNTS: [(&str, &str, &str); 2] = [
    ("one", "111122223333", "us-west-2"),
    ("two", "444455556666", "eu-west-1"),
];

/// A snapshot of both accounts, each with the document that is compiled for it as `change` leaves it, under one name.
fn snapshot(folder: &Path, change: impl Fn(&str, &mut Value)) -> String {
    let mut lines = vec![
        json!({ "record": "estate", "schema": "emr-baseline/snapshot/v1", "observed_at": "2026-11-22T02:00:00Z" }),
    ];
    for (target, account, region) in ACCOUNTS {
        let file = folder.join(target).join("security-configuration.json");
        let mut document: Value =
            serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        change(target, &mut document);
        let answer = json!({ "Name": "prod", "SecurityConfiguration": document.to_string(), "CreationDateTime": "2026-10-01T00:00:00Z" });
        let calls =
            json!({ "elasticmapreduce:DescribeSecurityConfiguration": { "answer": answer } });
        lines.push(json!({ "record": "region", "account": account, "region": region }));
        lines.push(json!({ "record": "fact", "kind": "emr-security-configuration", "id": "prod", "name": "prod", "calls": calls }));
        lines.push(json!({ "record": "end-of-region", "complete": true, "listed": ["emr-cluster", "emr-security-configuration"] }));
    }
    let path = folder.join("estate.jsonl");
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    std::fs::write(&path, text.join("\n")).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Every evaluation of the two controls: control, account, verdict, message.
fn audited(
    change: impl Fn(&str, &mut Value),
    waiver: &str,
) -> Vec<(String, String, String, String)> {
    let folder = tempfile::tempdir().unwrap();
    let baseline = folder.path().join("baseline.toml");
    std::fs::write(&baseline, format!("{BASELINE}{waiver}")).unwrap();
    let baseline = baseline.to_str().unwrap();
    let out = folder.path().join("out");
    let compiled = run(&["compile", baseline, "--out", out.to_str().unwrap()]);
    assert_eq!(compiled.exit as u8, 0, "{}", compiled.err);
    let snapshot = snapshot(&out, change);
    let ran = run(&[
        "audit",
        "--format",
        "json",
        "--all",
        baseline,
        "--snapshot",
        &snapshot,
    ]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let ours = ["emr.document-identity", "emr.configuration-inventory"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = report["evaluations"].as_array().unwrap().iter();
    all.filter(|one| ours.contains(&one["control"].as_str().unwrap()))
        .map(|one| {
            (
                text(&one["control"]),
                text(&one["resource"]["account"]),
                text(&one["verdict"]),
                text(&one["message"]),
            )
        })
        .collect()
}

#[test]
fn what_is_compiled_for_each_account_is_one_content_under_one_name() {
    // AWS adds members to its answers, and keeps no order.
    let found = audited(
        |_, document| {
            document["EncryptionConfiguration"]["AtRestEncryptionConfiguration"]["LocalDiskEncryptionConfiguration"]
                ["ExternalId"] = json!("x");
        },
        "",
    );
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(found.iter().all(|one| one.2 == "compliant"), "{found:?}");
}

#[test]
fn a_change_in_one_account_is_found_there_and_beside_its_namesake() {
    let weaken = |target: &str, document: &mut Value| {
        if target == "two" {
            document["EncryptionConfiguration"]["AtRestEncryptionConfiguration"]["LocalDiskEncryptionConfiguration"]
                ["EnableEbsEncryption"] = json!(false);
        }
    };
    let found = audited(weaken, "");
    let verdict = |control: &str, account: &str| {
        let one = found
            .iter()
            .find(|one| one.0 == control && one.1 == account);
        one.unwrap().2.clone()
    };
    assert_eq!(
        verdict("emr.configuration-inventory", "111122223333"),
        "compliant"
    );
    assert_eq!(
        verdict("emr.configuration-inventory", "444455556666"),
        "noncompliant"
    );
    assert_eq!(
        verdict("emr.document-identity", "111122223333"),
        "noncompliant"
    );
    assert_eq!(
        verdict("emr.document-identity", "444455556666"),
        "noncompliant"
    );
}

#[test]
fn what_waits_for_the_end_of_the_run_can_be_waived() {
    let weaken = |_: &str, document: &mut Value| document["Other"] = json!(true);
    let waiver = r#"
[[waivers]]
control  = "emr.configuration-inventory"
resource = { name = "prod" }
reason   = "it is being replaced"
owner    = "tests"
expires  = 2026-12-31
"#;
    let found = audited(weaken, waiver);
    let inventory: Vec<_> = found
        .iter()
        .filter(|one| one.0 == "emr.configuration-inventory")
        .collect();
    assert!(inventory.iter().all(|one| one.2 == "waived"), "{found:?}");
    assert_eq!(inventory.len(), 2);
}

#[test]
fn what_is_found_at_the_end_of_the_run_is_shown_in_files_that_were_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let baseline = folder.path().join("baseline.toml");
    let only = BASELINE.replace("compiled = true", "same-everywhere = true");
    let only = only.replace("compiled-only = true", "");
    std::fs::write(&baseline, only).unwrap();
    let files = folder.path().join("files");
    std::fs::create_dir(&files).unwrap();
    let key = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    for hops in [1, 2] {
        let document = json!({
            "EncryptionConfiguration": {
                "EnableAtRestEncryption": true,
                "EnableInTransitEncryption": false,
                "AtRestEncryptionConfiguration": { "LocalDiskEncryptionConfiguration": {
                    "EncryptionKeyProviderType": "AwsKms", "AwsKmsKey": key, "EnableEbsEncryption": true } }
            },
            "InstanceMetadataServiceConfiguration": {
                "MinimumInstanceMetadataServiceVersion": 2, "HttpPutResponseHopLimit": hops }
        });
        let template = json!({ "Resources": { "Here": {
            "Type": "AWS::EMR::SecurityConfiguration",
            "Properties": { "Name": "prod", "SecurityConfiguration": document }
        } } });
        let text = serde_json::to_string_pretty(&template).unwrap();
        std::fs::write(files.join(format!("{hops}.json")), text).unwrap();
    }
    let ran = run(&[
        "check",
        baseline.to_str().unwrap(),
        files.to_str().unwrap(),
        "--target",
        "one",
    ]);
    assert!(ran.out.contains("emr.document-identity"), "{}", ran.out);
    for hops in [1, 2] {
        let line = format!("{hops}.json:");
        assert!(ran.out.contains(&line), "{}", ran.out);
    }
    // The line itself, out of a text that was read once more.
    assert!(
        ran.out.contains("\"SecurityConfiguration\": {"),
        "{}",
        ran.out
    );
}
