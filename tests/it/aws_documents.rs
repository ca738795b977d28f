//! Documents that AWS printed are read whole, and judged as what the pages say about them.

use crate::support::{Failures, check, entries, relative, root};
use serde_json::Value;
use std::path::{Path, PathBuf};

const BASELINE: &str = "\
schema = 1

[baseline]
name        = \"aws\"
version     = \"1.0.0\"
owner       = \"tests\"
description = \"What AWS's own documents are judged by.\"

[emr.document-schema]
";

fn documents() -> Vec<PathBuf> {
    let all = entries(&root().join("golden/aws")).into_iter();
    all.filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect()
}

/// The evaluation of a document by one control of a baseline.
fn judged(control: &str, settings: &str, document: &Path) -> (Value, Value) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("baseline.toml");
    std::fs::write(&file, format!("{BASELINE}{settings}")).unwrap();
    let (report, _) = check(&[file.to_str().unwrap(), document.to_str().unwrap()]);
    let evaluations = report["evaluations"].as_array().unwrap();
    let found = evaluations
        .iter()
        .find(|evaluation| evaluation["control"] == control);
    (found.unwrap().clone(), report["problems"].clone())
}

#[test]
fn the_schema_knows_every_key_that_aws_prints() {
    let mut failures = Failures::default();
    let all = documents();
    assert!(all.len() >= 14, "only {} documents", all.len());
    for document in &all {
        let (evaluation, problems) = judged("emr.document-schema", "", document);
        let name = document.file_stem().unwrap().to_str().unwrap();
        // Strings for booleans, one class for two purposes, and a key in two spellings: AWS's own doubts, at `info`.
        let doubtful = [
            "custom-providers-string-booleans",
            "identity-center",
            "identity-center-runtime-roles-imdsv2",
            "user-background-sessions",
        ];
        let (verdict, severity) = if doubtful.contains(&name) {
            ("indeterminate", "info")
        } else {
            ("compliant", "high")
        };
        if evaluation["verdict"] != verdict || evaluation["severity"] != severity {
            failures.add(relative(document), evaluation.to_string());
        }
        if !problems.as_array().unwrap().is_empty() {
            failures.add(relative(document), problems.to_string());
        }
    }
    failures.check();
}

/// A document of AWS's, a control, and settings under which the document passes it.
const PASSING: &[(&str, &str, &str)] = &[
    (
        "emr-managed-certificates",
        "emr.in-transit-encryption",
        "certificate-provider = [\"EMR\"]\nmax-validity-days = 30",
    ),
    (
        "pem-sse-kms-local-disk",
        "emr.in-transit-encryption",
        "certificate-object = \"s3://MyConfigStore/artifacts/MyCerts.zip\"",
    ),
    (
        "pem-sse-kms-local-disk",
        "emr.s3-encryption",
        "mode = [\"SSE-KMS\"]",
    ),
    (
        "pem-sse-kms-local-disk",
        "emr.disk-encryption",
        "provider = [\"AwsKms\"]",
    ),
    ("ebs-encryption", "emr.disk-encryption", "ebs = true"),
    ("wal-key", "emr.wal-encryption", ""),
    (
        "dedicated-kdc-with-trust",
        "emr.kerberos",
        "max-ticket-lifetime-hours = 24\ncross-realm-trust = { realm = \"AD.DOMAIN.COM\", domain = \"ad.domain.com\", admin-server = \"ad.domain.com:749\", kdc-server = \"ad.domain.com:88\" }",
    ),
    (
        "external-kdc-with-active-directory",
        "emr.kerberos",
        "external-kdc = { admin-server = \"MasterDNSofClusterKDC\", kdc-server = \"MasterDNSofClusterKDC.com\", ad-realm = \"AD.DOMAIN.COM\", ad-domain = \"ad.domain.com\" }",
    ),
    (
        "lake-formation-runtime-roles",
        "emr.lake-formation",
        "access = [\"fine-grained\"]",
    ),
    ("lake-formation-runtime-roles", "emr.runtime-roles", ""),
    ("identity-center", "emr.identity-center", "required = true"),
    (
        "user-background-sessions",
        "emr.identity-center",
        "required = true\nbackground-sessions = true",
    ),
    (
        "identity-center-runtime-roles-imdsv2",
        "emr.instance-metadata",
        "min-version = 2\nmax-hop-limit = 2",
    ),
    (
        "ranger",
        "emr.ranger",
        "required = true\nplugins = [\"Spark\", \"EMRFS-S3\", \"Trino\"]",
    ),
];

#[test]
fn documents_of_a_feature_pass_the_control_of_that_feature() {
    let mut failures = Failures::default();
    for (document, control, settings) in PASSING {
        let file = root().join(format!("golden/aws/{document}.json"));
        let (evaluation, _) = judged(control, &format!("\n[{control}]\n{settings}\n"), &file);
        if evaluation["verdict"] != "compliant" {
            failures.add(format!("{document} by {control}"), evaluation.to_string());
        }
    }
    failures.check();
}

#[test]
fn aws_documents_that_are_weak_are_found_weak() {
    for (document, control, settings, verdict) in [
        (
            "per-bucket-overrides",
            "emr.s3-encryption",
            "mode = [\"SSE-KMS\", \"CSE-KMS\"]",
            "noncompliant",
        ),
        (
            "per-bucket-overrides",
            "emr.s3-encryption",
            "mode = [\"SSE-S3\", \"SSE-KMS\", \"CSE-KMS\"]",
            "noncompliant",
        ),
        (
            "custom-providers-string-booleans",
            "emr.in-transit-encryption",
            "",
            "indeterminate",
        ),
        (
            "custom-providers-string-booleans",
            "emr.s3-encryption",
            "",
            "indeterminate",
        ),
        (
            "custom-providers-string-booleans",
            "emr.disk-encryption",
            "",
            "indeterminate",
        ),
        (
            "emrfs-role-mappings",
            "emr.role-mappings",
            "",
            "noncompliant",
        ),
        (
            "lake-formation-runtime-roles",
            "emr.s3-encryption",
            "",
            "noncompliant",
        ),
        (
            "user-background-sessions",
            "emr.identity-center",
            "required = true",
            "noncompliant",
        ),
    ] {
        let file = root().join(format!("golden/aws/{document}.json"));
        let (evaluation, _) = judged(control, &format!("\n[{control}]\n{settings}\n"), &file);
        assert_eq!(
            evaluation["verdict"], verdict,
            "{document} by {control}: {evaluation}"
        );
    }
}
