//! Disks, managed logs and S3 logs use customer keys.

use crate::control::settings::{Allowance, Exactly, KmsKey, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::{Node, ResourceKind, Switch, Value};

#[derive(Debug)]
pub(crate) enum Encryption {}

settings! {
    pub(crate) struct Setting {
        /// The KMS key of disks.
        disk_key: Exactly<KmsKey>,
        /// The KMS key of logs, wherever they go.
        log_key: Exactly<KmsKey>,
        /// Whether AWS may keep logs in storage of its own.
        managed_logs: Allowance = true,
    }
}

impl Control for Encryption {
    const META: &'static Meta = &Meta {
        id: "serverless.encryption",
        title: "disks, managed logs and S3 logs use customer keys",
        severity: Severity::Medium,
        kinds: &[ResourceKind::EmrServerlessApplication],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own NIST-800-53 SC-28", "own NIST-800-53 AU-9"],
        docs: include_str!("encryption.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        judge_disk(want, seen, out);
        let logs = seen.resource.application().logs();
        let key = |node: Node<'_>, out: &mut Conditions| {
            let (name, key) = ("encryptionKeyArn", want.log_key.as_ref());
            out.must_name_key(node, name, key, "log-key", seen.scope);
        };
        if !matches!(logs.s3.value(), Value::Absent | Value::Null) {
            key(logs.s3_key, out);
        }
        let converts = seen.resource.form.is_template();
        // Off unless it is turned on.
        match state(logs.cloudwatch, converts) {
            State::Off | State::Absent => {}
            State::On => key(logs.cloudwatch_key, out),
            State::Unknown => note(
                logs.cloudwatch,
                "whether logs go to CloudWatch is unknown",
                None,
                out,
            ),
        }
        match (state(logs.managed, converts), want.managed_logs) {
            (State::Off, _) => out.held(),
            (State::On | State::Absent, true) => key(logs.managed_key, out),
            (State::On | State::Absent, false) => {
                out.failed(logs.managed, "AWS keeps logs in storage of its own")
                    .under("managed-logs")
                    .expected("false")
                    .observed(logs.managed.display());
            }
            (State::Unknown, _) => {
                note(
                    logs.managed,
                    "whether AWS keeps logs is unknown",
                    Some("managed-logs"),
                    out,
                );
            }
        }
    }
}

fn judge_disk(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
    let node = seen.resource.application().disk_key();
    let key = want.disk_key.as_ref();
    if !seen.resource.form.is_template() || !node.is_absent() {
        let name = "encryptionKeyArn";
        return out.must_name_key(node, name, key, "disk-key", seen.scope);
    }
    out.undecided(
        seen.resource.body,
        "a template has no property for the key of disks",
        "audit the live application",
    )
    .under("disk-key")
    .expected(key.map_or_else(|| "a KMS key".to_owned(), |key| format!("`{key}`")));
}

enum State {
    On,
    Off,
    Absent,
    Unknown,
}

fn state(node: Node<'_>, converts: bool) -> State {
    let switch = if converts {
        node.switch_leniently()
    } else {
        node.switch()
    };
    match switch {
        Switch::On => State::On,
        Switch::Off => State::Off,
        Switch::Absent => State::Absent,
        Switch::Odd if matches!(node.value(), Value::Null) => State::Absent,
        Switch::TextOn | Switch::TextOff | Switch::Odd | Switch::Unreadable(_) => State::Unknown,
    }
}

fn note(node: Node<'_>, message: &str, setting: Option<&'static str>, out: &mut Conditions) {
    let condition = match node.reason() {
        Some(reason) => out.unknown(node, reason, message),
        None => out.undecided(node, message, "write a boolean"),
    };
    condition.observed(node.display());
    condition.setting = setting;
}
