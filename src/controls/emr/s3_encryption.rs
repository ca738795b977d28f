//! EMRFS encrypts what it writes to S3, in an allowed mode, with the right key.

use crate::artifact::Leaf;
use crate::aws::kms::{self, OTHER_KEY};
use crate::control::settings::{
    CellKind, Choice, Column, Domain, Exactly, KmsKey, OneOf, Plain, Prefer, Rows, S3Object, Table,
    TextType, cell_text, settings, vocabulary,
};
use crate::control::{Conditions, Control, Draft, Meta, Review, Severity, Span, View, Weakening};
use crate::lattice::{Row, Text};
use crate::observed::{Known, Node, ResourceKind, Value};
use serde_json::json;
use std::collections::BTreeMap;

#[derive(Debug)]
pub(crate) enum S3Encryption {}

vocabulary!(pub(crate) Mode: "SSE-S3", "SSE-KMS", "CSE-KMS", "CSE-Custom");
const MODES: &[&str] = &["SSE-S3", "SSE-KMS", "CSE-KMS", "CSE-Custom"];

/// The columns of `[[emr.s3-encryption.override]]`.
#[derive(Debug)]
pub(crate) enum Override {}
impl Table for Override {
    const COLUMNS: &'static [Column] = &[
        Column::required(
            "bucket",
            CellKind::One(Domain::Texts(TextType::String)),
            "The bucket, by its bare name.",
        )
        .identifying(),
        Column::required(
            "mode",
            CellKind::One(Domain::Words(MODES)),
            "The mode of this bucket.",
        ),
        Column::optional(
            "kms-key",
            CellKind::One(Domain::Texts(TextType::KmsKey)),
            "The KMS key of this bucket; `kms-key` of the control when it is not given.",
        ),
    ];
}

settings! {
    pub(crate) struct Setting {
        /// The modes that may stand.
        mode: OneOf<Mode>,
        /// The mode that is compiled.
        prefer: Prefer<Mode>,
        /// The KMS key, for `SSE-KMS` and `CSE-KMS`.
        kms_key: Exactly<KmsKey>,
        /// The modes that may stand for single buckets; those of `mode` when it is not given.
        override_mode: OneOf<Mode>,
        /// Buckets that are encrypted otherwise.
        r#override: Rows<Override>,
        /// The JAR of the key provider, for `CSE-Custom`.
        provider_object: Exactly<S3Object>,
        /// The class of the key provider, for `CSE-Custom`.
        provider_class: Exactly<Plain>,
    }
}

const SWITCH: &str = "EncryptionConfiguration/EnableAtRestEncryption";
const BLOCK: &str =
    "EncryptionConfiguration/AtRestEncryptionConfiguration/S3EncryptionConfiguration";

impl Control for S3Encryption {
    const META: &'static Meta = &Meta {
        id: "emr.s3-encryption",
        title: "EMRFS encrypts what it writes to S3, in an allowed mode, with the right key",
        severity: Severity::High,
        kinds: &[
            ResourceKind::EmrSecurityConfiguration,
            ResourceKind::EmrCluster,
        ],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &[
            "AWS-FSBP EMR.3",
            "CT.EMR.PR.1",
            "CT.EMR.PR.2",
            "NIST-800-53 CA-9(1)",
            "NIST-800-53 CP-9(8)",
            "NIST-800-53 SI-12",
        ],
        docs: include_str!("s3_encryption.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let Some(document) = seen.document(out) else {
            return;
        };
        let block = document.path(BLOCK);
        out.must_be_on_over(
            document.path(SWITCH),
            "EnableAtRestEncryption",
            block,
            "S3EncryptionConfiguration",
        );
        // EMR Management Guide, *Create a security configuration*: from 4.8.0.
        out.must_reach_release(seen, &["emr-4.8.0"], "S3 encryption", None);
        if block.is_absent() {
            out.failed(block, "`S3EncryptionConfiguration` is absent: encryption of local disks encrypts nothing in S3")
                .expected("an encryption mode for S3")
                .observed("absent");
            return;
        }
        judge_block(want, block, seen, out);
        judge_overrides(want, block, seen, out);
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        let Some(mode) = draft.choose("mode", &want.mode, want.prefer.as_ref()) else {
            return;
        };
        draft.document(Leaf::EnableAtRestEncryption, true, None);
        draft.document(Leaf::S3EncryptionMode, mode.as_str(), Some("mode"));
        if is_kms(&mode) {
            if let Some(key) = draft.need("kms-key", want.kms_key.as_ref()) {
                draft.key_user(&key, "InstanceProfileUsesS3Key", kms::USE, "kms-key");
                draft.document(Leaf::S3AwsKmsKey, key, Some("kms-key"));
            }
        } else if mode == "CSE-Custom" {
            if let Some(object) = draft.need("provider-object", want.provider_object.as_ref()) {
                draft.object_reader(&object, "InstanceProfileReadsProviders", "provider-object");
                draft.document(Leaf::S3ProviderObject, object, Some("provider-object"));
            }
            if let Some(class) = draft.need("provider-class", want.provider_class.as_ref()) {
                draft.document(Leaf::S3ProviderClass, class, Some("provider-class"));
            }
        }
        compile_overrides(want, draft);
    }

    fn review(want: &Setting, review: &mut Review<'_>) {
        for (identity, row) in want.r#override.iter() {
            let mode = cell_text(row, "mode").and_then(Text::as_literal);
            let problem = match mode {
                Some("CSE-Custom") => "no AWS page says that an override may use `CSE-Custom`",
                Some(mode) if !override_modes(want).allows(mode) => {
                    "the mode of this override is not among those that may stand"
                }
                Some("SSE-S3") if row.contains_key("kms-key") => "`SSE-S3` uses no KMS key",
                _ => continue,
            };
            let places = review.own().row_places("override", identity).iter();
            let places = places
                .map(|place| (place.clone(), "this override".to_owned()))
                .collect();
            review.object(
                places,
                problem,
                "change the mode, or allow it under `override-mode`",
            );
        }
    }

    const WEAKENINGS: &'static [Weakening] = &[
        Weakening::set("/EncryptionConfiguration/EnableAtRestEncryption", "false").also(&[
            "emr.disk-encryption",
            "emr.document-schema",
            "emr.in-transit-encryption",
            "emr.volume-encryption",
            "emr.feature-combinations",
        ]),
        Weakening::remove(
            "/EncryptionConfiguration/AtRestEncryptionConfiguration/S3EncryptionConfiguration",
        )
        .also(&["emr.document-schema"]),
        Weakening::set(
            "/EncryptionConfiguration/AtRestEncryptionConfiguration/S3EncryptionConfiguration/EncryptionMode",
            "\"SSE-S3\"",
        ),
        Weakening::set(
            "/EncryptionConfiguration/AtRestEncryptionConfiguration/S3EncryptionConfiguration/AwsKmsKey",
            OTHER_KEY,
        ),
        Weakening::set(
            "/EncryptionConfiguration/AtRestEncryptionConfiguration/S3EncryptionConfiguration/Overrides",
            r#"[{"BucketName":"somebody-elses-bucket","EncryptionMode":"SSE-S3"}]"#,
        ),
    ];
}

fn is_kms(mode: &str) -> bool {
    matches!(mode, "SSE-KMS" | "CSE-KMS")
}

/// The modes that may stand for a single bucket.
fn override_modes(want: &Setting) -> &Choice {
    if want.override_mode.is_any() {
        &want.mode
    } else {
        &want.override_mode
    }
}

fn compile_overrides(want: &Setting, draft: &mut Draft<'_>) {
    let mut overrides = Vec::new();
    for row in want.r#override.values() {
        let bound = |draft: &mut Draft<'_>, key| {
            cell_text(row, key).and_then(|text| draft.bound("override", text))
        };
        let (Some(bucket), Some(mode)) = (bound(draft, "bucket"), bound(draft, "mode")) else {
            continue;
        };
        if !is_kms(&mode) {
            overrides.push(json!({ "BucketName": bucket, "EncryptionMode": mode }));
            continue;
        }
        let own = cell_text(row, "kms-key").or(want.kms_key.as_ref());
        if let Some(key) = draft.need("kms-key", own) {
            draft.key_user(&key, "InstanceProfileUsesS3Key", kms::USE, "override");
            overrides
                .push(json!({ "BucketName": bucket, "EncryptionMode": mode, "AwsKmsKey": key }));
        }
    }
    if !overrides.is_empty() {
        draft.document(Leaf::S3Overrides, overrides, Some("override"));
    }
}

fn judge_block(want: &Setting, block: Node<'_>, seen: &View<'_, '_>, out: &mut Conditions) {
    let mode = block.get("EncryptionMode");
    match out.must_be_allowed(mode, "EncryptionMode", &want.mode, "mode", MODES) {
        Known::Set("SSE-KMS" | "CSE-KMS") => out.must_name_key(
            block.get("AwsKmsKey"),
            "AwsKmsKey",
            want.kms_key.as_ref(),
            "kms-key",
            seen.scope,
        ),
        Known::Set("CSE-Custom") => {
            out.must_name_object(
                block.get("S3Object"),
                "S3Object",
                want.provider_object.as_ref(),
                "provider-object",
            );
            out.must_equal(
                block.get("EncryptionKeyProviderClass"),
                "EncryptionKeyProviderClass",
                want.provider_class.as_ref(),
                "provider-class",
            );
        }
        Known::Set(_) | Known::Absent | Known::Mistyped | Known::Unreadable(_) => {}
    }
}

fn judge_overrides(want: &Setting, block: Node<'_>, seen: &View<'_, '_>, out: &mut Conditions) {
    let list = block.get("Overrides");
    let mut missing: BTreeMap<&str, &Row> = want
        .r#override
        .iter()
        .map(|(prefix, row)| (&**prefix, row))
        .collect();
    let known = match list.value() {
        Value::List => list.open().is_none(),
        Value::Absent => true,
        Value::Unreadable(reason) => {
            out.unknown(list, reason, "`Overrides` is unknown")
                .under("override");
            false
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Template
        | Value::Map => {
            out.failed(
                list,
                format!("`Overrides` is {}, not a list", list.value().type_name()),
            )
            .under("override")
            .expected("a list")
            .observed(list.display());
            return;
        }
    };
    for item in list.items() {
        let bucket = item.get("BucketName");
        let declared = bucket.as_text().and_then(|name| {
            want.r#override
                .iter()
                .find(|(_, row)| cell_text(row, "bucket").is_some_and(|want| want.accepts(name)))
        });
        if let Some((identity, _)) = declared {
            missing.remove(&**identity);
        }
        judge_override(want, item, declared.map(|(_, row)| row), block, seen, out);
    }
    if known {
        for row in missing.into_values() {
            let bucket = cell_text(row, "bucket")
                .map(Text::to_string)
                .unwrap_or_default();
            out.failed(list, format!("bucket `{bucket}` has no override"))
                .under("override")
                .expected(format!("an override of `{bucket}`"))
                .observed(list.display());
        }
    }
}

fn judge_override(
    want: &Setting,
    item: Node<'_>,
    declared: Option<&Row>,
    block: Node<'_>,
    seen: &View<'_, '_>,
    out: &mut Conditions,
) {
    let bucket = item.get("BucketName");
    out.must_equal(bucket, "BucketName", None, "override");
    let name = bucket.as_text().unwrap_or("an unknown bucket");
    let mode = item.get("EncryptionMode");
    let declared_mode = declared.and_then(|row| cell_text(row, "mode"));
    if let Some(want) = declared_mode {
        out.must_equal(mode, "EncryptionMode", Some(want), "override");
    } else {
        let setting = if want.override_mode.is_any() {
            "mode"
        } else {
            "override-mode"
        };
        out.must_be_allowed(mode, "EncryptionMode", override_modes(want), setting, MODES);
    }
    let default = block.get("EncryptionMode").as_text();
    // A weaker mode stands only where the baseline writes it: for this bucket, or under `override-mode`.
    let accepted = declared_mode.is_some() || !want.override_mode.is_any();
    if !accepted && mode.as_text() == Some("SSE-S3") && default.is_some_and(|mode| mode != "SSE-S3")
    {
        out.failed(
            mode,
            format!(
                "the override of `{name}` is weaker than the default `{}`",
                default.unwrap_or_default()
            ),
        )
        .under("override-mode")
        .expected("a mode as strong as the default")
        .observed(mode.display());
    }
    if mode.as_text().is_some_and(is_kms) {
        let key = declared.and_then(|row| cell_text(row, "kms-key"));
        let node = item.get("AwsKmsKey");
        let setting = if key.is_some() { "override" } else { "kms-key" };
        let key = key.or(want.kms_key.as_ref());
        out.must_name_key(node, "AwsKmsKey", key, setting, seen.scope);
    }
}
