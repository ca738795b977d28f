use super::ApplicationOverrides;
use crate::control::testing::{Judged, document, judge, requirement, resource};
use crate::control::{Entry, Requirement, Verdict};
use crate::lattice::{Cell, Shape, Text};
use crate::observed::{Form, ResourceKind};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const ALL: &[&str] = &[
    "emr.s3-encryption",
    "emr.disk-encryption",
    "emr.in-transit-encryption",
    "emr.kerberos",
    "emr.role-mappings",
    "emr.lake-formation",
];

fn beside(controls: &[&'static str]) -> Vec<(&'static str, Requirement)> {
    controls
        .iter()
        .map(|control| (*control, requirement(&[])))
        .collect()
}

fn launch(release: &str, configurations: &Value) -> Value {
    json!({ "Name": "c", "ReleaseLabel": release, "SecurityConfiguration": "d", "Configurations": configurations })
}

fn one(classification: &str, name: &str, value: &Value) -> Value {
    json!([{ "Classification": classification, "Properties": { name: value } }])
}

fn judged(
    settings: &[(&str, Shape)],
    controls: &[&'static str],
    body: &Value,
    effective: &Value,
) -> Judged {
    let cluster = resource(ResourceKind::EmrCluster, Form::Request, "c", body);
    let resources = vec![cluster, document("d", effective)];
    judge(
        &Entry::of::<ApplicationOverrides>(),
        settings,
        &beside(controls),
        resources,
    )
}

/// Classification, property, value, severity.
const UNSAFE: &[(&str, &str, &str, &str)] = &[
    (
        "core-site",
        "hadoop.rpc.protection",
        "authentication",
        "high",
    ),
    (
        "core-site",
        "hadoop.rpc.protection",
        "privacy,integrity",
        "high",
    ),
    (
        "core-site",
        "hadoop.ssl.hostname.verifier",
        "allow_all",
        "high",
    ),
    (
        "core-site",
        "fs.s3a.emrfs.compatibility.enable",
        " False ",
        "high",
    ),
    ("core-site", "fs.s3a.encryption.algorithm", "SSE-S3", "high"),
    ("core-site", "fs.s3.impl", "com.example.Fs", "high"),
    (
        "spark-defaults",
        "spark.hadoop.hadoop.rpc.protection",
        "integrity",
        "high",
    ),
    ("spark-defaults", "spark.authenticate", "false", "high"),
    ("hdfs-site", "dfs.encrypt.data.transfer", "false", "high"),
    ("hive-site", "hive.metastore.use.SSL", "false", "high"),
    (
        "core-site",
        "hadoop.security.authentication",
        "simple",
        "info",
    ),
    ("core-site", "hadoop.proxyuser.livy.hosts", "*", "info"),
    (
        "phoenix-hbase-site",
        "phoenix.queryserver.tls.enabled",
        "false",
        "info",
    ),
    (
        "container-executor",
        "docker.privileged-containers.enabled",
        "true",
        "info",
    ),
];

#[test]
fn rows_that_aws_documents_fail_and_others_are_notes() {
    for (classification, name, value, severity) in UNSAFE.iter().copied() {
        let body = launch("emr-7.12.0", &one(classification, name, &json!(value)));
        let judged = judged(&[], ALL, &body, &json!({}));
        assert_eq!(
            (judged.verdict, judged.severity),
            (Verdict::Noncompliant, severity),
            "{name} {value}"
        );
    }
}

#[test]
fn safe_and_foreign_properties_hold() {
    for (classification, name, value) in [
        ("core-site", "hadoop.rpc.protection", "Privacy"),
        ("core-site", "Hadoop.RPC.Protection", "integrity"),
        ("mapred-site", "hadoop.rpc.protection", "integrity"),
        ("hdfs-site", "dfs.replication", "1"),
        (
            "core-site",
            "fs.s3.impl",
            "com.amazon.ws.emr.hadoop.fs.EmrFileSystem",
        ),
        ("hbase-site", "hbase.server.netty.tls.enabled", "true"),
    ] {
        let body = launch("emr-7.12.0", &one(classification, name, &json!(value)));
        assert_eq!(
            judged(&[], ALL, &body, &json!({})).verdict,
            Verdict::Compliant,
            "{name}"
        );
    }
}

#[test]
fn a_row_counts_where_its_feature_is_required_or_on() {
    let body = launch(
        "emr-7.12.0",
        &one("tez-site", "tez.runtime.ssl.enable", &json!(false)),
    );
    let on = json!({ "EncryptionConfiguration": { "EnableInTransitEncryption": true } });
    let unknown =
        json!({ "EncryptionConfiguration": { "EnableInTransitEncryption": { "$unknown": "On" } } });
    assert_eq!(
        judged(&[], &[], &body, &json!({})).verdict,
        Verdict::Compliant
    );
    assert_eq!(judged(&[], &[], &body, &on).verdict, Verdict::Noncompliant);
    assert_eq!(
        judged(&[], &[], &body, &unknown).verdict,
        Verdict::Indeterminate
    );
    assert_eq!(
        judged(&[], &["emr.in-transit-encryption"], &body, &json!({})).verdict,
        Verdict::Noncompliant
    );
    let other = [("features", Shape::AllOf(BTreeSet::from([Text::from("s3")])))];
    assert_eq!(judged(&other, &[], &body, &on).verdict, Verdict::Compliant);
}

#[test]
fn inferred_raises_rows_of_the_projects_but_not_notes() {
    let inferred = [("inferred", Shape::AtLeast(1))];
    let body = launch(
        "emr-7.12.0",
        &one(
            "core-site",
            "hadoop.security.authentication",
            &json!("simple"),
        ),
    );
    assert_eq!(judged(&inferred, ALL, &body, &json!({})).severity, "high");
    let body = launch(
        "emr-7.12.0",
        &one("zookeeper-config", "clientPort", &json!("2181")),
    );
    assert_eq!(judged(&inferred, ALL, &body, &json!({})).severity, "info");
}

#[test]
fn releases_bound_rows() {
    let encryption = one("core-site", "fs.s3a.encryption.algorithm", &json!("SSE-S3"));
    for (release, severity) in [("emr-7.10.0", "high"), ("emr-7.9.0", "info")] {
        let judged = judged(&[], ALL, &launch(release, &encryption), &json!({}));
        assert_eq!(
            (judged.verdict, judged.severity),
            (Verdict::Noncompliant, severity),
            "{release}"
        );
    }
    let mut body = launch("", &encryption);
    body["ReleaseLabel"] = json!({ "$unknown": "Release" });
    let judged = judged(&[], ALL, &body, &json!({}));
    assert_eq!(
        (judged.verdict, judged.severity),
        (Verdict::Indeterminate, "high")
    );
}

#[test]
fn dead_text_is_a_note_when_it_differs_from_the_document() {
    let effective = json!({ "EncryptionConfiguration": { "EnableAtRestEncryption": true, "AtRestEncryptionConfiguration": {
        "S3EncryptionConfiguration": { "EncryptionMode": "SSE-KMS", "AwsKmsKey": "k" } } } });
    for (name, value, verdict) in [
        (
            "fs.s3.enableServerSideEncryption",
            "true",
            Verdict::Compliant,
        ),
        (
            "fs.s3.enableServerSideEncryption",
            "false",
            Verdict::Noncompliant,
        ),
        (
            "fs.s3.serverSideEncryption.kms.keyId",
            "k",
            Verdict::Compliant,
        ),
        (
            "fs.s3.serverSideEncryption.kms.keyId",
            "other",
            Verdict::Noncompliant,
        ),
        (
            "fs.s3.cse.encryptionV2.enabled",
            "false",
            Verdict::Compliant,
        ),
    ] {
        let body = launch("emr-6.15.0", &one("emrfs-site", name, &json!(value)));
        let judged = judged(&[], &[], &body, &effective);
        assert_eq!(judged.verdict, verdict, "{name} {value}");
        assert!(verdict == Verdict::Compliant || judged.severity == "info");
    }
}

#[test]
fn unknown_and_masked_values_matter_only_on_properties_with_a_rule() {
    for value in [json!("********"), json!({ "$unknown": "P" }), json!(null)] {
        let body = launch(
            "emr-7.12.0",
            &one("core-site", "hadoop.rpc.protection", &value),
        );
        assert_eq!(
            judged(&[], ALL, &body, &json!({})).verdict,
            Verdict::Indeterminate,
            "{value}"
        );
        let body = launch("emr-7.12.0", &one("core-site", "my.own", &value));
        assert_eq!(
            judged(&[], ALL, &body, &json!({})).verdict,
            Verdict::Compliant,
            "{value}"
        );
    }
    let body = launch("emr-7.12.0", &json!({ "$unknown": "All" }));
    assert_eq!(
        judged(&[], ALL, &body, &json!({})).verdict,
        Verdict::Indeterminate
    );
}

#[test]
fn groups_fleets_and_steps_are_looked_at_too() {
    let bad = one("core-site", "hadoop.rpc.protection", &json!("integrity"));
    let group = json!({ "InstanceRole": "CORE", "Configurations": bad });
    let fleet = json!({ "InstanceFleetType": "CORE", "InstanceTypeConfigs": [{ "InstanceType": "m5.xlarge", "Configurations": bad }] });
    let step =
        json!({ "HadoopJarStep": { "Args": ["hadoop", "-D", "hadoop.rpc.protection=integrity"] } });
    for extra in [
        json!({ "Instances": { "InstanceGroups": [group] } }),
        json!({ "Instances": { "InstanceFleets": [fleet] } }),
        json!({ "Steps": [step] }),
    ] {
        let mut body = launch("emr-7.12.0", &json!([]));
        for (key, value) in extra.as_object().unwrap() {
            body[key] = value.clone();
        }
        assert_eq!(
            judged(&[], ALL, &body, &json!({})).verdict,
            Verdict::Noncompliant,
            "{extra}"
        );
    }
}

#[test]
fn a_described_cluster_without_its_groups_is_not_compliant() {
    let body = launch("emr-7.12.0", &json!([]));
    let cluster = resource(ResourceKind::EmrCluster, Form::Described, "c", &body);
    let resources = vec![cluster, document("d", &json!({}))];
    let judged = judge(&Entry::of::<ApplicationOverrides>(), &[], &[], resources);
    assert_eq!(judged.verdict, Verdict::Indeterminate);
}

#[test]
fn a_property_of_the_baselines_own_has_an_allowed_value() {
    let row = BTreeMap::from([
        (
            "classification".to_owned(),
            Cell::Text(Text::from("hue-ini")),
        ),
        (
            "name".to_owned(),
            Cell::Text(Text::from("desktop.auth.mode")),
        ),
        (
            "allowed".to_owned(),
            Cell::Set(BTreeSet::from([Text::from("strict")])),
        ),
    ]);
    let own = [(
        "property",
        Shape::Rows(BTreeMap::from([("x".to_owned(), row)])),
    )];
    for (value, verdict) in [
        (json!("Strict "), Verdict::Compliant),
        (json!("lax"), Verdict::Noncompliant),
        (json!({ "$unknown": "P" }), Verdict::Indeterminate),
    ] {
        let nested = json!([{ "Classification": "hue-ini", "Configurations": [
            { "Classification": "desktop", "Configurations": [
                { "Classification": "auth", "Properties": { "mode": value } } ] } ] }]);
        let judged = judged(&own, &[], &launch("emr-7.12.0", &nested), &json!({}));
        assert_eq!(judged.verdict, verdict, "{value}");
    }
}

#[test]
fn serverless_configurations_are_read_in_both_spellings() {
    let template = json!({ "ReleaseLabel": "emr-7.12.0", "RuntimeConfiguration": one("spark-defaults", "spark.authenticate", &json!("false")) });
    let answer = json!({ "emr-serverless:GetApplication": { "application": { "releaseLabel": "emr-7.12.0", "runtimeConfiguration": [
        { "classification": "spark-defaults", "properties": { "spark.authenticate": "false" } } ] } } });
    for (form, body) in [(Form::CloudFormation, template), (Form::Live, answer)] {
        let application = resource(ResourceKind::EmrServerlessApplication, form, "a", &body);
        let judged = judge(
            &Entry::of::<ApplicationOverrides>(),
            &[],
            &beside(ALL),
            vec![application],
        );
        assert_eq!(judged.verdict, Verdict::Noncompliant);
    }
}

#[test]
fn secrets_are_not_shown() {
    let body = launch(
        "emr-7.12.0",
        &one(
            "presto-config",
            "internal-communication.shared-secret",
            &json!("hunter2"),
        ),
    );
    let judged = judged(&[], ALL, &body, &json!({}));
    assert!(!format!("{judged:?}").contains("hunter2"));
}
