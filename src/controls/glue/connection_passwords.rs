//! Connection passwords stay encrypted in answers.

use crate::control::settings::{Exactly, KmsKey, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::ResourceKind;

#[derive(Debug)]
pub(crate) enum ConnectionPasswords {}

settings! {
    pub(crate) struct Setting {
        /// The KMS key.
        kms_key: Exactly<KmsKey>,
    }
}

impl Control for ConnectionPasswords {
    const META: &'static Meta = &Meta {
        id: "glue.connection-passwords",
        title: "connection passwords stay encrypted in answers",
        severity: Severity::High,
        kinds: &[ResourceKind::GlueCatalog],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own NIST-800-53 IA-5(7)", "own NIST-800-53 SC-28"],
        docs: include_str!("connection_passwords.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let Some(settings) = seen.resource.catalog_settings() else {
            return;
        };
        let passwords = settings.get("ConnectionPasswordEncryption");
        let node = passwords.get("ReturnConnectionPasswordEncrypted");
        let switch = if seen.is_live() {
            node.switch()
        } else {
            node.switch_leniently()
        };
        let is_on = out.must_be_on_as(node, switch, "ReturnConnectionPasswordEncrypted", None);
        if !is_on && node.reason().is_none() {
            return;
        }
        // The API and CloudFormation name it differently.
        let key = if seen.is_live() {
            "AwsKmsKeyId"
        } else {
            "KmsKeyId"
        };
        let want = want.kms_key.as_ref();
        out.must_name_key_or_id(passwords.get(key), key, want, "kms-key", seen.scope);
    }
}

#[cfg(test)]
mod tests {
    use super::ConnectionPasswords;
    use crate::control::testing::{judge, resource};
    use crate::control::{Entry, Verdict};
    use crate::observed::{Form, ResourceKind, glue};
    use serde_json::{Value, json};

    const KEY: &str = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

    fn verdict(form: Form, passwords: &Value) -> Verdict {
        let settings =
            json!({"DataCatalogEncryptionSettings": {"ConnectionPasswordEncryption": passwords}});
        let body = if form == Form::Live {
            json!({"glue:GetDataCatalogEncryptionSettings": settings})
        } else {
            settings
        };
        let mut catalog = resource(ResourceKind::GlueCatalog, form, "111122223333", &body);
        catalog.type_name = (form != Form::Live).then_some(glue::SETTINGS);
        judge(&Entry::of::<ConnectionPasswords>(), &[], &[], vec![catalog]).verdict
    }

    #[test]
    fn each_form_names_the_key_in_its_own_way() {
        let api = json!({"ReturnConnectionPasswordEncrypted": true, "AwsKmsKeyId": KEY});
        let template = json!({"ReturnConnectionPasswordEncrypted": true, "KmsKeyId": KEY});
        assert_eq!(verdict(Form::Live, &api), Verdict::Compliant);
        assert_eq!(verdict(Form::CloudFormation, &template), Verdict::Compliant);
        assert_eq!(verdict(Form::CloudFormation, &api), Verdict::Noncompliant);
    }

    #[test]
    fn absent_or_off_is_noncompliant_and_unknown_is_not_compliant() {
        for (passwords, expected) in [
            (json!({}), Verdict::Noncompliant),
            (
                json!({"ReturnConnectionPasswordEncrypted": false, "KmsKeyId": KEY}),
                Verdict::Noncompliant,
            ),
            (
                json!({"ReturnConnectionPasswordEncrypted": true}),
                Verdict::Noncompliant,
            ),
            (
                json!({"ReturnConnectionPasswordEncrypted": "true", "KmsKeyId": KEY}),
                Verdict::Compliant,
            ),
            (
                json!({"ReturnConnectionPasswordEncrypted": {"$unknown": "P"}, "KmsKeyId": KEY}),
                Verdict::Indeterminate,
            ),
        ] {
            assert_eq!(
                verdict(Form::CloudFormation, &passwords),
                expected,
                "{passwords}"
            );
        }
    }
}
