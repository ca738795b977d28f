//! Buckets encrypt by default with KMS.

use crate::control::buckets::{is_error, is_in_scope};
use crate::control::settings::{
    BucketClass, Exactly, Includes, KmsKey, OneOf, settings, vocabulary,
};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::lattice::Text;
use crate::observed::{Known, Node, ResourceKind, buckets};

#[derive(Debug)]
pub(crate) enum BucketEncryption {}

vocabulary!(pub(crate) Algorithm: "AES256", "aws:kms", "aws:kms:dsse");
settings! {
    pub(crate) struct Setting {
        /// The classes of buckets that are judged.
        r#for: Includes<BucketClass> = buckets::CLASSES,
        /// How new objects may be encrypted by default.
        algorithm: OneOf<Algorithm> = &["aws:kms", "aws:kms:dsse"],
        /// The KMS key.
        kms_key: Exactly<KmsKey>,
    }
}

impl Control for BucketEncryption {
    const META: &'static Meta = &Meta {
        id: "s3.bucket-encryption",
        title: "buckets encrypt by default with KMS",
        severity: Severity::Medium,
        kinds: &[ResourceKind::S3Bucket],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 SC-28"],
        docs: include_str!("bucket_encryption.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if !is_in_scope(&want.r#for, seen) || out.leave_named_bucket(seen) {
            return;
        }
        let body = seen.resource.body;
        let (rules, inner) = if seen.is_live() {
            (
                body.get("s3:GetEncryptionConfiguration")
                    .path("ServerSideEncryptionConfiguration/Rules"),
                "ApplyServerSideEncryptionByDefault",
            )
        } else {
            (
                body.path("BucketEncryption/ServerSideEncryptionConfiguration"),
                "ServerSideEncryptionByDefault",
            )
        };
        match rules.reason() {
            Some(reason) if !is_error(reason, "ServerSideEncryptionConfigurationNotFoundError") => {
                out.unknown(
                    rules,
                    reason,
                    "the default encryption of the bucket is unknown",
                );
                return;
            }
            Some(_) | None => {}
        }
        let Some(rule) = rules.items().next() else {
            // Source: S3 User Guide, *Setting default server-side encryption behavior*: SSE-S3 since January 2023.
            if want.algorithm.allows("AES256") && want.kms_key.is_none() {
                return out.held();
            }
            out.failed(rules, "the bucket has no default encryption of its own, so S3 uses its own keys (`AES256`)")
                .under("algorithm")
                .expected(want.algorithm.to_string())
                .observed(rules.display());
            return;
        };
        judge_rule(want, rule.get(inner), seen, out);
    }
}

/// The algorithm must be allowed, and its key the baseline's.
fn judge_rule(want: &Setting, default: Node<'_>, seen: &View<'_, '_>, out: &mut Conditions) {
    let algorithm = default.get("SSEAlgorithm");
    let words = &["AES256", "aws:kms", "aws:kms:dsse"];
    let read = out.must_be_allowed(
        algorithm,
        "SSEAlgorithm",
        &want.algorithm,
        "algorithm",
        words,
    );
    let key = default.get("KMSMasterKeyID");
    match read {
        Known::Set("AES256") => {
            if want.kms_key.is_some() {
                out.failed(
                    algorithm,
                    "`AES256` uses keys of S3's, not the baseline's key",
                )
                .under("kms-key");
            }
        }
        Known::Set(_) if key.is_absent() => {
            out.failed(key, "`KMSMasterKeyID` is absent, which means the key that AWS manages for S3 (`aws/s3`)")
                .under("kms-key")
                .expected(want.kms_key.as_ref().map_or_else(|| "a customer-managed key".to_owned(), |key| format!("`{key}`")))
                .observed("absent")
                .mended_as(key, "KMSMasterKeyID", want.kms_key.as_ref().and_then(Text::as_literal));
        }
        // Source: S3 API, `ServerSideEncryptionByDefault`: an id, an ARN or an alias.
        Known::Set(_) => out.must_name_key_or_id(
            key,
            "KMSMasterKeyID",
            want.kms_key.as_ref(),
            "kms-key",
            seen.scope,
        ),
        Known::Absent | Known::Mistyped | Known::Unreadable(_) => {}
    }
}
