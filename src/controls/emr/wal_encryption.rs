//! HBase write-ahead logs of EMR WAL are encrypted with a customer's key.

use crate::artifact::Leaf;
use crate::aws::kms::OTHER_KEY;
use crate::control::settings::{Allowance, Exactly, KmsKey, settings};
use crate::control::{
    Conditions, Control, Draft, Installed, Meta, Severity, Span, View, Weakening,
};
use crate::observed::ResourceKind;

#[derive(Debug)]
pub(crate) enum WalEncryption {}

settings! {
    pub(crate) struct Setting {
        /// The KMS key of the write-ahead logs.
        kms_key: Exactly<KmsKey>,
        /// Whether clusters without HBase are left alone.
        hbase_only: Allowance = true,
    }
}

const BLOCK: &str = "EncryptionConfiguration/EMRWALEncryptionConfiguration";

impl Control for WalEncryption {
    const META: &'static Meta = &Meta {
        id: "emr.wal-encryption",
        title: "HBase write-ahead logs of EMR WAL are encrypted with a customer's key",
        severity: Severity::Low,
        kinds: &[
            ResourceKind::EmrSecurityConfiguration,
            ResourceKind::EmrCluster,
        ],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 SC-28"],
        docs: include_str!("wal_encryption.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if want.hbase_only && seen.is_cluster() {
            match seen.installed("HBase") {
                Installed::Yes => {}
                Installed::No => return,
                Installed::Unknown(node, reason) => {
                    out.unknown(node, reason, "whether HBase is installed is unknown")
                        .under("hbase-only");
                }
            }
        }
        let Some(document) = seen.document(out) else {
            return;
        };
        // EMR Release Guide, *Write-ahead logs for Amazon EMR*: from 6.15.0. The floor of the key itself is not published.
        out.must_reach_release(seen, &["emr-6.15.0"], "EMR WAL", None);
        let block = document.path(BLOCK);
        let key = block.get("AwsKmsKey");
        if block.is_set() && key.is_absent() {
            out.failed(
                key,
                "`EMRWALEncryptionConfiguration` names no key, which means a key that EMR owns",
            )
            .under("kms-key")
            .expected("a KMS key by its ARN")
            .observed("absent");
            return;
        }
        out.must_name_key(
            key,
            "AwsKmsKey",
            want.kms_key.as_ref(),
            "kms-key",
            seen.scope,
        );
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        if let Some(key) = draft.need("kms-key", want.kms_key.as_ref()) {
            draft.key_user(&key, "InstanceProfileUsesWalKey", KEY_USE, "kms-key");
            draft.document(Leaf::WalAwsKmsKey, key, Some("kms-key"));
        }
    }

    const WEAKENINGS: &'static [Weakening] = &[
        Weakening::remove("/EncryptionConfiguration/EMRWALEncryptionConfiguration"),
        Weakening::set(
            "/EncryptionConfiguration/EMRWALEncryptionConfiguration",
            "{}",
        ),
        Weakening::set(
            "/EncryptionConfiguration/EMRWALEncryptionConfiguration/AwsKmsKey",
            OTHER_KEY,
        ),
    ];
}

/// EMR Management Guide, *Encrypting data at rest using an AWS KMS key* for EMR WAL.
const KEY_USE: &[&str] = &["kms:Decrypt", "kms:GenerateDataKey*"];
