//! Catalog metadata is encrypted, with a customer's key.

use crate::control::settings::{Exactly, IamRole, KmsKey, OneOf, settings, vocabulary};
use crate::control::{Conditions, Control, Meta, Once, Severity, Span, View};
use crate::observed::{Known, ResourceKind};

#[derive(Debug)]
pub(crate) enum CatalogEncryption {}

vocabulary!(pub(crate) Mode: "SSE-KMS", "SSE-KMS-WITH-SERVICE-ROLE");
settings! {
    pub(crate) struct Setting {
        /// How the metadata may be encrypted.
        mode: OneOf<Mode> = &["SSE-KMS", "SSE-KMS-WITH-SERVICE-ROLE"],
        /// The KMS key.
        kms_key: Exactly<KmsKey>,
        /// The role that uses the key, for `SSE-KMS-WITH-SERVICE-ROLE`.
        service_role: Exactly<IamRole>,
    }
}

/// Source: Glue API, `EncryptionAtRest`.
const WORDS: &[&str] = &["DISABLED", "SSE-KMS", "SSE-KMS-WITH-SERVICE-ROLE"];

impl Control for CatalogEncryption {
    const META: &'static Meta = &Meta {
        id: "glue.catalog-encryption",
        title: "catalog metadata is encrypted, with a customer's key",
        severity: Severity::Medium,
        kinds: &[ResourceKind::GlueCatalog],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own NIST-800-53 SC-28"],
        docs: include_str!("catalog_encryption.md"),
    };
    type Setting = Setting;
    const ONCE: Option<Once> = Some(Once::Catalog);

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let Some(settings) = seen.resource.catalog_settings() else {
            return;
        };
        let at_rest = settings.get("EncryptionAtRest");
        let node = at_rest.get("CatalogEncryptionMode");
        let name = "CatalogEncryptionMode";
        let mode = out.must_be_allowed(node, name, &want.mode, "mode", WORDS);
        let Known::Set(mode @ ("SSE-KMS" | "SSE-KMS-WITH-SERVICE-ROLE")) = mode else {
            return;
        };
        out.must_name_key_or_id(
            at_rest.get("SseAwsKmsKeyId"),
            "SseAwsKmsKeyId",
            want.kms_key.as_ref(),
            "kms-key",
            seen.scope,
        );
        if mode == "SSE-KMS-WITH-SERVICE-ROLE" {
            let role = at_rest.get("CatalogEncryptionServiceRole");
            if want.service_role.is_some() || role.reason().is_none() {
                let name = "CatalogEncryptionServiceRole";
                out.must_name_role(role, name, want.service_role.as_ref(), "service-role");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CatalogEncryption;
    use crate::control::testing::{exactly, judge, resource};
    use crate::control::{Entry, Verdict};
    use crate::observed::{Form, Resource, ResourceKind, glue};
    use serde_json::{Value, json};

    const KEY: &str = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

    fn declared(at_rest: &Value) -> Resource<'static> {
        let body = json!({"DataCatalogEncryptionSettings": {"EncryptionAtRest": at_rest}});
        let mut settings = resource(ResourceKind::GlueCatalog, Form::CloudFormation, "S", &body);
        settings.type_name = Some(glue::SETTINGS);
        settings
    }

    #[test]
    fn the_key_of_aws_is_no_key_of_ours() {
        let entry = Entry::of::<CatalogEncryption>();
        for (key, verdict) in [
            (json!(KEY), Verdict::Compliant),
            (
                json!("1234abcd-12ab-34cd-56ef-1234567890ab"),
                Verdict::Compliant,
            ),
            (json!("alias/aws/glue"), Verdict::Noncompliant),
            (json!(null), Verdict::Noncompliant),
            (json!("alias/catalog"), Verdict::Indeterminate),
            (json!({"$unknown": "Key"}), Verdict::Indeterminate),
        ] {
            let at_rest = json!({"CatalogEncryptionMode": "SSE-KMS", "SseAwsKmsKeyId": key});
            let judged = judge(&entry, &[], &[], vec![declared(&at_rest)]);
            assert_eq!(judged.verdict, verdict, "{key}");
        }
        let settings = [(
            "kms-key",
            exactly("arn:aws:kms:us-west-2:111122223333:key/other"),
        )];
        let at_rest = json!({"CatalogEncryptionMode": "SSE-KMS", "SseAwsKmsKeyId": KEY});
        let judged = judge(&entry, &settings, &[], vec![declared(&at_rest)]);
        assert_eq!(judged.verdict, Verdict::Noncompliant);
    }

    #[test]
    fn other_things_of_glue_are_not_concerned() {
        let mut job = resource(
            ResourceKind::GlueCatalog,
            Form::CloudFormation,
            "J",
            &json!({}),
        );
        job.type_name = Some(glue::JOB);
        let live = resource(
            ResourceKind::GlueCatalog,
            Form::Live,
            "1/job/etl",
            &json!({}),
        );
        for one in [job, live] {
            let judged = judge(&Entry::of::<CatalogEncryption>(), &[], &[], vec![one]);
            assert_eq!(judged.verdict, Verdict::NotApplicable);
        }
    }
}
