//! Documents name keys by ARN, or by an alias whose target is pinned.

use crate::aws::kms::KeyName;
use crate::control::settings::{KmsKey, OnlyPairs, settings};
use crate::control::{Condition, Conditions, Control, Effective, Meta, Severity, Span, View};
use crate::lattice::Text;
use crate::observed::{Form, Known, Lookup, Node, ResourceKind, Scope, named};
use std::collections::BTreeSet;

#[derive(Debug)]
pub(crate) enum AliasPinning {}

settings! {
    pub(crate) struct Setting {
        /// The aliases that may stand, each with the ARN of the key that it must point at. None unless given.
        pins: OnlyPairs<KmsKey>,
    }
}

impl Control for AliasPinning {
    const META: &'static Meta = &Meta {
        id: "kms.alias-pinning",
        title: "documents name keys by ARN, or by an alias whose target is pinned",
        severity: Severity::Medium,
        kinds: &[
            ResourceKind::EmrSecurityConfiguration,
            ResourceKind::EmrCluster,
            ResourceKind::GlueCatalog,
            ResourceKind::EmrServerlessApplication,
        ],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 CM-6", "own NIST-800-53 SC-12"],
        docs: include_str!("alias_pinning.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if let Some(reason) = seen.resource.body.reason() {
            out.unknown(seen.resource.body, reason, "its keys are unknown");
            return;
        }
        for (_, node) in named::key_nodes(seen.resource) {
            judge_key(want, node, seen.scope, out);
        }
        if !seen.is_cluster() {
            return;
        }
        match seen.document {
            Effective::Document(document) => {
                for (_, node) in named::document_keys(*document) {
                    judge_key(want, node, seen.scope, out);
                }
            }
            Effective::Unknown(node, reason) => {
                out.unknown(
                    *node,
                    reason,
                    "the keys of the cluster's document are unknown",
                );
            }
            // A cluster without a document names no keys in it; that it has none is `emr.security-configuration`'s.
            Effective::None | Effective::Unnamed(_) | Effective::Missing(..) => {}
        }
    }
}

fn judge_key(want: &Setting, node: Node<'_>, scope: &Scope<'_>, out: &mut Conditions) {
    let key = || {
        node.missing_key()
            .map_or_else(|| last_step(node), str::to_owned)
    };
    let condition = match node.text() {
        Known::Absent | Known::Set("") => return,
        Known::Mistyped => out.failed(
            node,
            format!("`{}` is {}, not a key ARN", key(), node.value().type_name()),
        ),
        Known::Unreadable(reason) => match declared(node, scope) {
            Some("Arn") => return out.held(),
            Some("") => bare_id(node, &key(), out),
            Some(_) | None => out.unknown(
                node,
                reason,
                format!("how `{}` names its key is unknown", key()),
            ),
        },
        Known::Set(text) => match KeyName::of(text) {
            KeyName::KeyArn { .. } => return out.held(),
            KeyName::Id(_) => bare_id(node, &key(), out),
            KeyName::Malformed => out.failed(node, format!("`{}` is not a key ARN", key())),
            KeyName::Alias { name } => match want.pins.get(name) {
                Some(pin) => match target(text, scope) {
                    Some(arn) if pin.iter().all(|text| text.accepts(arn)) => return out.held(),
                    Some(_) => out.failed(
                        node,
                        format!("`{name}` points at another key than the one it is pinned to"),
                    ),
                    None => unresolved(node, name, out),
                }
                .under("pins")
                .expected(display(pin)),
                None => out
                    .failed(node, format!("`{}` names the alias `{name}`", key()))
                    .under("pins"),
            },
        },
    };
    if condition.expected.is_empty() {
        condition.expected("a key ARN");
    }
    condition.observed(node.display());
}

/// A key id without region and account: it names one key wherever it is read, though AWS asks for the ARN.
fn bare_id<'c>(node: Node<'_>, key: &str, out: &'c mut Conditions) -> &'c mut Condition {
    out.failed(
        node,
        format!("`{key}` names its key by id, where AWS asks for the ARN"),
    )
    .at(Severity::Info)
}

fn unresolved<'c>(node: Node<'_>, alias: &str, out: &'c mut Conditions) -> &'c mut Condition {
    out.undecided(
        node,
        format!("which key `{alias}` points at is not known here"),
        "write the key's ARN, or audit the live resource",
    )
}

/// The attribute of a declared key that a reference asks for, if it refers to one; empty for a plain reference.
fn declared<'t>(node: Node<'t>, scope: &Scope<'_>) -> Option<&'t str> {
    let (id, attribute) = node.reference()?;
    matches!(scope.by_id(ResourceKind::KmsKey, id), Lookup::Found(_))
        .then_some(attribute.unwrap_or_default())
}

/// The ARN of the key that an alias points at, where that was observed.
fn target<'t>(alias: &str, scope: &Scope<'t>) -> Option<&'t str> {
    let Lookup::Found(key) = scope.by_id(ResourceKind::KmsKey, alias) else {
        return None;
    };
    let answer = (key.form == Form::Live).then(|| key.body.get("kms:DescribeKey"))?;
    answer.path("KeyMetadata/Arn").as_text()
}

fn last_step(node: Node<'_>) -> String {
    let pointer = node.pointer();
    pointer.rsplit('/').next().unwrap_or_default().to_owned()
}

fn display(pin: &BTreeSet<Text>) -> String {
    let texts: Vec<String> = pin.iter().map(|text| format!("`{text}`")).collect();
    texts.join(" and ")
}

#[cfg(test)]
mod tests {
    use super::AliasPinning;
    use crate::control::testing::{Judged, document, judge, resource};
    use crate::control::{Entry, Verdict};
    use crate::lattice::{Shape, Text};
    use crate::observed::{Form, Resource, ResourceKind};
    use serde_json::{Value, json};
    use std::collections::{BTreeMap, BTreeSet};

    const ARN: &str = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

    fn disk(key: &Value) -> Value {
        json!({ "EncryptionConfiguration": { "AtRestEncryptionConfiguration": {
            "LocalDiskEncryptionConfiguration": { "EncryptionKeyProviderType": "AwsKms", "AwsKmsKey": key },
        } } })
    }

    fn pinned(key: &Value, others: Vec<Resource<'static>>) -> Judged {
        let pin = BTreeMap::from([(
            "alias/emr-disk".to_owned(),
            BTreeSet::from([Text::from(ARN)]),
        )]);
        let resources = [document("d", &disk(key))].into_iter().chain(others);
        judge(
            &Entry::of::<AliasPinning>(),
            &[("pins", Shape::OnlyPairs(pin))],
            &[],
            resources.collect(),
        )
    }

    #[test]
    fn an_arn_holds_an_alias_fails_and_a_pinned_alias_is_unknown_offline() {
        for (key, verdict) in [
            (json!(ARN), Verdict::Compliant),
            (json!("alias/other"), Verdict::Noncompliant),
            (json!("alias/aws/ebs"), Verdict::Noncompliant),
            (
                json!("arn:aws:kms:us-west-2:111122223333:alias/other"),
                Verdict::Noncompliant,
            ),
            (json!("alias/emr-disk"), Verdict::Indeterminate),
            (
                json!("arn:aws:kms:us-west-2:111122223333:alias/emr-disk"),
                Verdict::Indeterminate,
            ),
            (json!({ "$unknown": "Key" }), Verdict::Indeterminate),
            (json!(7), Verdict::Noncompliant),
            (json!("not a key"), Verdict::Noncompliant),
        ] {
            assert_eq!(pinned(&key, Vec::new()).verdict, verdict, "{key}");
        }
    }

    #[test]
    fn a_pinned_alias_is_judged_by_the_key_it_points_at() {
        for (target, verdict) in [
            (ARN, Verdict::Compliant),
            (
                "arn:aws:kms:us-west-2:111122223333:key/other",
                Verdict::Noncompliant,
            ),
        ] {
            let answers = json!({ "kms:DescribeKey": { "KeyMetadata": { "Arn": target } } });
            let key = resource(ResourceKind::KmsKey, Form::Live, "alias/emr-disk", &answers);
            let judged = pinned(&json!("alias/emr-disk"), vec![key]);
            assert_eq!(judged.verdict, verdict, "{target}");
        }
    }

    #[test]
    fn a_declared_key_is_named_by_its_arn_attribute() {
        let key = resource(ResourceKind::KmsKey, Form::CloudFormation, "K", &json!({}));
        let judged = pinned(&json!({ "$attribute": ["K", "Arn"] }), vec![key.clone()]);
        assert_eq!(judged.verdict, Verdict::Compliant);
        let judged = pinned(&json!({ "$ref": "K" }), vec![key]);
        assert_eq!(
            (judged.verdict, judged.severity),
            (Verdict::Noncompliant, "info")
        );
    }

    #[test]
    fn a_cluster_answers_for_its_log_key_and_for_its_document() {
        let cluster = |log: &str| {
            let body = json!({ "SecurityConfiguration": "d", "LogEncryptionKmsKeyId": log });
            resource(ResourceKind::EmrCluster, Form::Request, "c", &body)
        };
        for (log, disk_key, verdict) in [
            (ARN, ARN, Verdict::Compliant),
            ("alias/logs", ARN, Verdict::Noncompliant),
            (ARN, "alias/disk", Verdict::Noncompliant),
        ] {
            let resources = vec![cluster(log), document("d", &disk(&json!(disk_key)))];
            let judged = judge(&Entry::of::<AliasPinning>(), &[], &[], resources);
            assert_eq!(judged.verdict, verdict, "{log} {disk_key}");
        }
        let judged = judge(&Entry::of::<AliasPinning>(), &[], &[], vec![cluster(ARN)]);
        assert_eq!(judged.verdict, Verdict::Indeterminate);
    }
}
