//! Logs are encrypted with the log key.

use crate::artifact::{Member, Statement};
use crate::control::settings::{Exactly, KmsKey, Switch, settings};
use crate::control::{Conditions, Control, Draft, Meta, Severity, Span, View, Weakening};
use crate::observed::cluster::Attribute;
use crate::observed::{ResourceKind, Switch as Seen};

#[derive(Debug)]
pub(crate) enum LogEncryption {}

settings! {
    pub(crate) struct Setting {
        /// The KMS key of logs.
        kms_key: Exactly<KmsKey>,
        /// Whether logs in Amazon `CloudWatch` must have the key too.
        cloudwatch: Switch = true,
        /// Whether steps that log elsewhere must have the key too.
        steps: Switch = false,
    }
}

const KEY: &str = "LogEncryptionKmsKeyId";
/// EMR API, `RunJobFlow`: from 5.30.0 on, but not in 6.0.0.
const FLOORS: &[&str] = &["emr-5.30.0", "emr-6.1.0"];

impl Control for LogEncryption {
    const META: &'static Meta = &Meta {
        id: "emr.log-encryption",
        title: "logs are encrypted with the log key",
        severity: Severity::Medium,
        kinds: &[ResourceKind::EmrCluster],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AU-9(3)", "own NIST-800-53 SC-28"],
        docs: include_str!("log_encryption.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let cluster = seen.resource.cluster();
        let node = cluster.attribute(Attribute::LogEncryptionKmsKeyId);
        out.must_name_key(node, KEY, want.kms_key.as_ref(), "kms-key", seen.scope);
        out.must_reach_release(seen, FLOORS, "log encryption with a key", Some("kms-key"));
        if want.cloudwatch {
            judge_cloudwatch(want, seen, out);
        }
        if want.steps {
            judge_steps(want, seen, out);
        }
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        let Some(key) = draft.need("kms-key", want.kms_key.as_ref()) else {
            return;
        };
        draft.launch(Member::LogEncryptionKmsKeyId, key.as_str(), Some("kms-key"));
        // EMR Management Guide, *Encrypt log files stored in Amazon S3*: nodes write, the service looks the key up.
        draft.key_user(
            &key,
            "InstanceProfileEncryptsLogs",
            &["kms:GenerateDataKey"],
            "kms-key",
        );
        draft.statement(
            "iam/service-role",
            Statement::allow("ServiceRoleReadsLogKey", &["kms:DescribeKey"]).on([key]),
            Some("kms-key"),
        );
    }

    const WEAKENINGS: &'static [Weakening] = &[
        Weakening::remove("/LogEncryptionKmsKeyId").in_launch(),
        Weakening::set("/LogEncryptionKmsKeyId", "\"alias/aws/s3\"")
            .in_launch()
            .also(&["kms.alias-pinning", "kms.customer-managed"]),
    ];
}

fn judge_cloudwatch(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
    let cluster = seen.resource.cluster();
    let logs = cluster
        .attribute(Attribute::MonitoringConfiguration)
        .get("CloudWatchLogConfiguration");
    let enabled = logs.get("Enabled");
    match cluster.switch(enabled) {
        Seen::Absent | Seen::Off => {}
        Seen::On => out.must_name_key(
            logs.get("EncryptionKeyArn"),
            "EncryptionKeyArn",
            want.kms_key.as_ref(),
            "cloudwatch",
            seen.scope,
        ),
        Seen::Unreadable(reason) => {
            let message = "whether logs go to CloudWatch is unknown";
            out.unknown(enabled, reason, message).under("cloudwatch");
        }
        Seen::TextOn | Seen::TextOff | Seen::Odd => {
            out.undecided(
                enabled,
                "whether logs go to CloudWatch is not written as a boolean",
                "write `Enabled` as the boolean true or false",
            )
            .under("cloudwatch");
        }
    }
}

/// A step may log elsewhere than the cluster, under a key of its own; without one it logs as the cluster does.
fn judge_steps(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
    let steps = seen.resource.cluster().steps();
    out.may_be_more(&steps.gaps, "steps", Some("steps"));
    for step in steps.items {
        let own = if seen.is_live() {
            step.node
        } else {
            step.node
                .path("StepMonitoringConfiguration/S3MonitoringConfiguration")
        };
        let key = own.get("EncryptionKeyArn");
        if !key.is_absent() {
            out.must_name_key(
                key,
                "EncryptionKeyArn",
                want.kms_key.as_ref(),
                "steps",
                seen.scope,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LogEncryption;
    use crate::control::testing::{cluster, etl_daily, exactly};
    use crate::control::{Entry, Verdict};
    use crate::lattice::Shape;
    use crate::observed::Form;
    use serde_json::{Value, json};

    const ENTRY: Entry = Entry::of::<LogEncryption>();
    const KEY: &str = "arn:aws:kms:us-west-2:111122223333:key/5678dcba-12ab-34cd-56ef-ba0987654321";
    const OTHER: &str =
        "arn:aws:kms:us-west-2:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321";

    fn verdict(body: &Value) -> Verdict {
        let asked = [("kms-key", exactly(KEY)), ("steps", Shape::AtLeast(1))];
        cluster(&ENTRY, &asked, Form::Request, body).verdict
    }

    #[test]
    fn the_key_must_be_the_log_key() {
        assert_eq!(verdict(&etl_daily()), Verdict::Noncompliant);
        for (key, expected) in [
            (json!(KEY), Verdict::Compliant),
            (json!(OTHER), Verdict::Noncompliant),
            (json!("alias/logs"), Verdict::Indeterminate),
            (json!(""), Verdict::Noncompliant),
            (json!({"$unknown": "Key"}), Verdict::Indeterminate),
        ] {
            let body = json!({"ReleaseLabel": "emr-7.10.0", "LogEncryptionKmsKeyId": key});
            assert_eq!(verdict(&body), expected, "{body}");
        }
    }

    #[test]
    fn one_release_in_between_lacks_it() {
        for (label, expected) in [
            ("emr-5.29.0", Verdict::Noncompliant),
            ("emr-5.30.0", Verdict::Compliant),
            ("emr-5.36.2", Verdict::Compliant),
            ("emr-6.0.0", Verdict::Noncompliant),
            ("emr-6.0.1", Verdict::Noncompliant),
            ("emr-6.1.0", Verdict::Compliant),
        ] {
            let body = json!({"ReleaseLabel": label, "LogEncryptionKmsKeyId": KEY});
            assert_eq!(verdict(&body), expected, "{label}");
        }
    }

    #[test]
    fn logs_elsewhere_have_the_key_too() {
        let body = |member: &str, value: Value| {
            let mut body = json!({"ReleaseLabel": "emr-7.10.0", "LogEncryptionKmsKeyId": KEY});
            body[member] = value;
            body
        };
        let cloudwatch = |logs: Value| {
            body(
                "MonitoringConfiguration",
                json!({"CloudWatchLogConfiguration": logs}),
            )
        };
        let step = |key: &str| {
            let own = json!({"S3MonitoringConfiguration": {"EncryptionKeyArn": key}});
            body("Steps", json!([{"StepMonitoringConfiguration": own}]))
        };
        for (body, expected) in [
            (cloudwatch(json!({"Enabled": true})), Verdict::Noncompliant),
            (
                cloudwatch(json!({"Enabled": true, "EncryptionKeyArn": KEY})),
                Verdict::Compliant,
            ),
            (cloudwatch(json!({"Enabled": false})), Verdict::Compliant),
            (
                cloudwatch(json!({"Enabled": "false"})),
                Verdict::Indeterminate,
            ),
            (step(KEY), Verdict::Compliant),
            (step(OTHER), Verdict::Noncompliant),
        ] {
            assert_eq!(verdict(&body), expected, "{body}");
        }
    }
}
