//! Local disks and EBS volumes are encrypted with an allowed key provider.

use crate::artifact::Leaf;
use crate::aws::kms::{self, OTHER_KEY};
use crate::control::settings::{
    Exactly, KmsKey, OneOf, Plain, Prefer, S3Object, Switch, settings, vocabulary,
};
use crate::control::{Conditions, Control, Draft, Meta, Severity, Span, View, Weakening};
use crate::observed::{Known, Node, ResourceKind};

#[derive(Debug)]
pub(crate) enum DiskEncryption {}

vocabulary!(pub(crate) Provider: "AwsKms", "Custom");
settings! {
    pub(crate) struct Setting {
        /// Who may supply the keys of local disks.
        provider: OneOf<Provider>,
        /// The provider that is compiled.
        prefer: Prefer<Provider>,
        /// The KMS key, for `AwsKms`.
        kms_key: Exactly<KmsKey>,
        /// Whether EBS volumes, the root volume included, are encrypted too.
        ebs: Switch = false,
        /// The JAR of the key provider, for `Custom`.
        provider_object: Exactly<S3Object>,
        /// The class of the key provider, for `Custom`.
        provider_class: Exactly<Plain>,
    }
}

const SWITCH: &str = "EncryptionConfiguration/EnableAtRestEncryption";
const BLOCK: &str =
    "EncryptionConfiguration/AtRestEncryptionConfiguration/LocalDiskEncryptionConfiguration";

impl Control for DiskEncryption {
    const META: &'static Meta = &Meta {
        id: "emr.disk-encryption",
        title: "local disks and EBS volumes are encrypted with an allowed key provider",
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
            "CT.EMR.PR.3",
            "NIST-800-53 CA-9(1)",
            "NIST-800-53 CP-9(8)",
            "NIST-800-53 SI-12",
        ],
        docs: include_str!("disk_encryption.md"),
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
            "LocalDiskEncryptionConfiguration",
        );
        // EMR Management Guide, *Create a security configuration*: from 4.8.0.
        out.must_reach_release(seen, &["emr-4.8.0"], "local disk encryption", None);
        if block.is_absent() {
            out.failed(block, "`LocalDiskEncryptionConfiguration` is absent")
                .expected("a key provider for local disks")
                .observed("absent");
            return;
        }
        judge_provider(want, block, seen, out);
        if want.ebs {
            out.must_be_on(
                block.get("EnableEbsEncryption"),
                "EnableEbsEncryption",
                Some("ebs"),
            );
            // EMR Management Guide, *Data encryption options*: root volumes are encrypted from 5.24.0.
            out.must_reach_release(seen, &["emr-5.24.0"], "EBS encryption", Some("ebs"));
        }
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        let Some(provider) = draft.choose("provider", &want.provider, want.prefer.as_ref()) else {
            return;
        };
        draft.document(Leaf::EnableAtRestEncryption, true, None);
        draft.document(Leaf::DiskProviderType, provider.as_str(), Some("provider"));
        if provider == "AwsKms" {
            let Some(key) = draft.need("kms-key", want.kms_key.as_ref()) else {
                return;
            };
            draft.document(Leaf::DiskAwsKmsKey, key.as_str(), Some("kms-key"));
            draft.key_user(&key, "InstanceProfileUsesDiskKey", kms::USE, "kms-key");
            if want.ebs {
                draft.document(Leaf::EnableEbsEncryption, true, Some("ebs"));
                draft.key_user_service(&key, "ServiceRoleUsesDiskKey", SERVICE_KEY_USE, "ebs");
            }
        } else {
            let (Some(object), Some(class)) = (
                draft.need("provider-object", want.provider_object.as_ref()),
                draft.need("provider-class", want.provider_class.as_ref()),
            ) else {
                return;
            };
            draft.object_reader(&object, "InstanceProfileReadsProviders", "provider-object");
            draft.document(Leaf::DiskProviderObject, object, Some("provider-object"));
            draft.document(Leaf::DiskProviderClass, class, Some("provider-class"));
        }
    }

    const WEAKENINGS: &'static [Weakening] = &[
        Weakening::set(SWITCH_LEAF, "false").also(&[
            "emr.s3-encryption",
            "emr.document-schema",
            "emr.in-transit-encryption",
            "emr.feature-combinations",
            "emr.volume-encryption",
        ]),
        Weakening::set(KEY_LEAF, OTHER_KEY),
        Weakening::remove(BLOCK_LEAF).also(&[
            "emr.document-schema",
            "emr.in-transit-encryption",
            "emr.feature-combinations",
            "emr.volume-encryption",
        ]),
        Weakening::set(EBS, "false"),
        Weakening::remove(EBS),
    ];
}

const SWITCH_LEAF: &str = "/EncryptionConfiguration/EnableAtRestEncryption";
const BLOCK_LEAF: &str =
    "/EncryptionConfiguration/AtRestEncryptionConfiguration/LocalDiskEncryptionConfiguration";
const KEY_LEAF: &str = "/EncryptionConfiguration/AtRestEncryptionConfiguration/LocalDiskEncryptionConfiguration/AwsKmsKey";

const EBS: &str = "/EncryptionConfiguration/AtRestEncryptionConfiguration/LocalDiskEncryptionConfiguration/EnableEbsEncryption";

/// What the service role needs for EBS encryption. Source: EMR Management Guide, *Using a custom AMI*.
const SERVICE_KEY_USE: &[&str] = &[
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncrypt*",
    "kms:CreateGrant",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:DescribeKey",
];

fn judge_provider(want: &Setting, block: Node<'_>, seen: &View<'_, '_>, out: &mut Conditions) {
    let node = block.get("EncryptionKeyProviderType");
    let provider = out.must_be_allowed(
        node,
        "EncryptionKeyProviderType",
        &want.provider,
        "provider",
        &["AwsKms", "Custom"],
    );
    match provider {
        Known::Set("AwsKms") => out.must_name_key(
            block.get("AwsKmsKey"),
            "AwsKmsKey",
            want.kms_key.as_ref(),
            "kms-key",
            seen.scope,
        ),
        Known::Set("Custom") => {
            if want.ebs {
                out.failed(node, "EBS encryption needs the `AwsKms` provider")
                    .under("ebs")
                    .expected("`AwsKms`")
                    .observed(node.display());
            }
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
