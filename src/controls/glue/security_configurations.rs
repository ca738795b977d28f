//! Glue security configurations encrypt everything they can.

use crate::control::settings::{Exactly, KmsKey, OneOf, Switch, settings, vocabulary};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::glue::SECURITY_CONFIGURATION;
use crate::observed::{Known, Node, ResourceKind, Value};

#[derive(Debug)]
pub(crate) enum SecurityConfigurations {}

vocabulary!(pub(crate) S3Mode: "SSE-KMS", "SSE-S3");
settings! {
    pub(crate) struct Setting {
        /// How output in S3 may be encrypted.
        s3: OneOf<S3Mode> = &["SSE-KMS"],
        /// Whether logs in `CloudWatch` must be encrypted.
        cloudwatch: Switch = true,
        /// Whether job bookmarks must be encrypted.
        bookmarks: Switch = true,
        /// The KMS key of all of them.
        kms_key: Exactly<KmsKey>,
    }
}

impl Control for SecurityConfigurations {
    const META: &'static Meta = &Meta {
        id: "glue.security-configurations",
        title: "Glue security configurations encrypt everything they can",
        severity: Severity::Medium,
        kinds: &[ResourceKind::GlueCatalog],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own NIST-800-53 SC-28"],
        docs: include_str!("security_configurations.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let Some(body) = seen.resource.glue(SECURITY_CONFIGURATION) else {
            return;
        };
        let encryption = body.get("EncryptionConfiguration");
        let judge = Judge { want, seen };
        judge.s3(encryption, out);
        if want.cloudwatch {
            let block = encryption.get("CloudWatchEncryption");
            judge.block(
                block,
                "CloudWatchEncryptionMode",
                "SSE-KMS",
                Some("cloudwatch"),
                out,
            );
        }
        if want.bookmarks {
            let block = encryption.get("JobBookmarksEncryption");
            judge.block(
                block,
                "JobBookmarksEncryptionMode",
                "CSE-KMS",
                Some("bookmarks"),
                out,
            );
        }
        // Younger than the others: a configuration may be without it.
        let quality = encryption.get("DataQualityEncryption");
        if seen.is_live() && quality.is_set() {
            judge.block(quality, "DataQualityEncryptionMode", "SSE-KMS", None, out);
        }
    }
}

struct Judge<'j, 'a, 't> {
    want: &'j Setting,
    seen: &'j View<'a, 't>,
}

impl Judge<'_, '_, '_> {
    fn s3(&self, encryption: Node<'_>, out: &mut Conditions) {
        // The API's answer says it in the singular.
        let key = if self.seen.is_live() {
            "S3Encryption"
        } else {
            "S3Encryptions"
        };
        let list = encryption.get(key);
        let items: Vec<Node<'_>> = match list.value() {
            Value::List => list.items().collect(),
            Value::Map => vec![list],
            Value::Absent | Value::Null => Vec::new(),
            Value::Unreadable(reason) => {
                out.unknown(list, reason, format!("`{key}` is unknown"))
                    .under("s3");
                return;
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Template => {
                let message = format!("`{key}` is {}", list.value().type_name());
                out.failed(list, message)
                    .under("s3")
                    .expected(self.want.s3.to_string());
                return;
            }
        };
        if items.is_empty() {
            out.failed(list, "output in S3 is not encrypted")
                .under("s3")
                .expected(self.want.s3.to_string())
                .observed(list.display());
        }
        for item in items {
            let name = "S3EncryptionMode";
            let words = &["DISABLED", "SSE-KMS", "SSE-S3"];
            let mode = out.must_be_allowed(item.get(name), name, &self.want.s3, "s3", words);
            if matches!(mode, Known::Set("SSE-KMS")) {
                self.key(item, out);
            }
        }
    }

    fn block(
        &self,
        block: Node<'_>,
        name: &'static str,
        mode: &str,
        setting: Option<&'static str>,
        out: &mut Conditions,
    ) {
        let node = block.get(name);
        let condition = match node.text() {
            Known::Set(found) if found == mode => {
                out.held();
                return self.key(block, out);
            }
            Known::Unreadable(reason) => out.unknown(node, reason, format!("`{name}` is unknown")),
            Known::Set(_) | Known::Absent | Known::Mistyped => {
                out.failed(node, format!("`{name}` is {}", node.display()))
            }
        };
        condition
            .expected(format!("`{mode}`"))
            .observed(node.display());
        condition.setting = setting;
    }

    fn key(&self, block: Node<'_>, out: &mut Conditions) {
        let want = self.want.kms_key.as_ref();
        out.must_name_key(
            block.get("KmsKeyArn"),
            "KmsKeyArn",
            want,
            "kms-key",
            self.seen.scope,
        );
    }
}
