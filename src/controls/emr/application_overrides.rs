//! No classification undoes what the security configuration turns on.

use crate::control::overridden::standings;
use crate::control::settings::{
    CellKind, Column, Domain, Includes, Rows, Switch, Table, TextType, cell_text, cell_texts,
    settings, vocabulary,
};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::ResourceKind;
use crate::observed::properties::{Property, Setting as Said, properties};

#[derive(Debug)]
pub(crate) enum ApplicationOverrides {}

vocabulary!(pub(crate) Features: "s3", "disk", "in-transit", "kerberos", "roles", "lake-formation", "ranger", "containers");

/// The columns of `[[emr.application-overrides.property]]`.
#[derive(Debug)]
pub(crate) enum OwnProperty {}
impl Table for OwnProperty {
    const COLUMNS: &'static [Column] = &[
        Column::required(
            "classification",
            CellKind::One(Domain::Texts(TextType::String)),
            "The classification.",
        )
        .identifying(),
        Column::required(
            "name",
            CellKind::One(Domain::Texts(TextType::String)),
            "The property; sections nested in the classification come first, joined with dots.",
        )
        .identifying(),
        Column::required(
            "allowed",
            CellKind::Many(Domain::Texts(TextType::String)),
            "The values that may stand. A property that nothing sets is not judged.",
        ),
    ];
}

settings! {
    pub(crate) struct Setting {
        /// The features that no property may undo. A feature counts where the baseline requires it or the document turns it on.
        features: Includes<Features> = &["s3", "disk", "in-transit", "kerberos", "roles", "lake-formation", "ranger", "containers"],
        /// Whether the rules count in full that rest on open-source documentation instead of AWS's; else they are worth knowing (`info`).
        inferred: Switch = false,
        /// Properties of your own choice, and the values that may stand.
        property: Rows<OwnProperty>,
    }
}

impl Control for ApplicationOverrides {
    const META: &'static Meta = &Meta {
        id: "emr.application-overrides",
        title: "no classification undoes what the security configuration turns on",
        severity: Severity::High,
        kinds: &[
            ResourceKind::EmrCluster,
            ResourceKind::EmrServerlessApplication,
        ],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 SC-8", "own NIST-800-53 CM-6"],
        docs: include_str!("application_overrides.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let listed = properties(seen.resource);
        for gap in &listed.gaps {
            out.unknown(gap.node, &gap.reason, "what is configured here is unknown");
        }
        for property in &listed.items {
            judge_own(want, property, out);
            out.must_undo_nothing(property, &want.features, want.inferred, seen);
        }
        out.held();
    }
}

fn judge_own(want: &Setting, property: &Property<'_>, out: &mut Conditions) {
    for row in want.property.values() {
        let literal = |key| cell_text(row, key).and_then(|text| text.as_literal());
        let (Some(classification), Some(name)) = (literal("classification"), literal("name"))
        else {
            continue;
        };
        if !standings(property).contains(&(classification, name)) {
            continue;
        }
        let allowed = cell_texts(row, "allowed");
        let expected = allowed
            .iter()
            .map(|text| format!("`{text}`"))
            .collect::<Vec<_>>()
            .join(", ");
        let condition = match &property.value {
            Said::Text(value)
                if allowed.iter().any(|text| {
                    text.accepts(value)
                        || text
                            .as_literal()
                            .is_some_and(|text| text.trim().eq_ignore_ascii_case(value.trim()))
                }) =>
            {
                out.held();
                continue;
            }
            Said::Text(_) => out.failed(
                property.node,
                format!("`{name}` has a value that the baseline does not allow"),
            ),
            Said::Masked | Said::Unknown(_) | Said::Odd => out.property_unknown(property),
        };
        condition.under("property").expected(expected);
    }
}

#[cfg(test)]
mod tests {
    use super::ApplicationOverrides;
    use crate::control::testing::{Judged, document, judge, requirement, resource};
    use crate::control::{Entry, Requirement, Verdict};
    use crate::lattice::{Cell, Row, Shape, Text};
    use crate::observed::{Form, ResourceKind};
    use serde_json::{Value, json};
    use std::collections::BTreeSet;
    use std::sync::Arc;

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
        let unknown = json!({ "EncryptionConfiguration": { "EnableInTransitEncryption": { "$unknown": "On" } } });
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
        let step = json!({ "HadoopJarStep": { "Args": ["hadoop", "-D", "hadoop.rpc.protection=integrity"] } });
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
        let row = Row::from([
            ("classification", Cell::Text(Text::from("hue-ini"))),
            ("name", Cell::Text(Text::from("desktop.auth.mode"))),
            (
                "allowed",
                Cell::Set(Arc::new(BTreeSet::from([Text::from("strict")]))),
            ),
        ]);
        let own = [(
            "property",
            Shape::Rows(Arc::new([("x".into(), row)].into())),
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
}
