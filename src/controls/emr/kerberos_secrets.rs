//! No KDC, trust or domain-join password stands in plain text.

use crate::control::secrets::Secret;
use crate::control::settings::settings;
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::cluster::Attribute;
use crate::observed::{Form, Node, ResourceKind};

#[derive(Debug)]
pub(crate) enum KerberosSecrets {}

settings! {
    pub(crate) struct Setting {}
}

/// Members of `KerberosAttributes` that are secrets. Source: EMR API, `KerberosAttributes`.
const PASSWORDS: [&str; 3] = [
    "KdcAdminPassword",
    "CrossRealmTrustPrincipalPassword",
    "ADDomainJoinPassword",
];
const FIX: &str = "keep it in AWS Secrets Manager and write `{{resolve:secretsmanager:…}}`; change the password, which this file has made known";

impl Control for KerberosSecrets {
    const META: &'static Meta = &Meta {
        id: "emr.kerberos-secrets",
        title: "no KDC, trust or domain-join password stands in plain text",
        severity: Severity::High,
        kinds: &[ResourceKind::EmrCluster],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 IA-5(7)"],
        docs: include_str!("kerberos_secrets.md"),
    };
    type Setting = Setting;

    fn judge(_: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        // Live values are masked or left out, so they tell nothing of where the password is kept.
        if seen.is_live() {
            return;
        }
        let attributes = seen
            .resource
            .cluster()
            .attribute(Attribute::KerberosAttributes);
        if let Some(reason) = attributes.reason() {
            out.unknown(attributes, reason, "`KerberosAttributes` is unknown");
            return;
        }
        for name in PASSWORDS {
            judge_password(attributes.get(name), name, seen.resource.form, out);
        }
    }
}

fn judge_password(node: Node<'_>, name: &str, form: Form, out: &mut Conditions) {
    let template = form == Form::CloudFormation;
    let condition = match Secret::of(node) {
        Secret::Nothing => return out.held(),
        // Only CloudFormation resolves dynamic references; elsewhere only a hidden parameter is one.
        Secret::Reference if template || node.reason().is_some() => return out.held(),
        Secret::Masked if form == Form::Described => return,
        // Plans and states keep in clear what they call sensitive.
        Secret::Masked if form == Form::Terraform && node.reason().is_some() => out.failed(
            node,
            format!("`{name}` stands in plain text in the plan or state"),
        ),
        Secret::Reference => out.undecided(
            node,
            format!("`{name}` is a dynamic reference, which only CloudFormation resolves"),
            "let the launcher fetch the password when it launches",
        ),
        Secret::Literal => out.failed(node, format!("`{name}` is written in plain text")),
        Secret::PlainReference => out.failed(
            node,
            format!("`{name}` is kept as a plain string of the parameter store"),
        ),
        Secret::OpenParameter if template => out.failed(
            node,
            format!(
                "`{name}` comes from a parameter without `NoEcho`, which anybody may read back"
            ),
        ),
        Secret::OpenParameter => match node.reason() {
            Some(reason) => out.unknown(node, reason, format!("`{name}` is unknown")),
            None => return,
        },
        Secret::Masked | Secret::Odd => out.undecided(
            node,
            format!("what stands in `{name}` cannot be told"),
            "write a reference to a secret",
        ),
        Secret::Unknown(reason) => out.unknown(node, reason, format!("`{name}` is unknown")),
    };
    condition
        .expected("a reference to a secret")
        .observed("a value that is not shown")
        .fix(FIX);
}

#[cfg(test)]
mod tests {
    use super::KerberosSecrets;
    use crate::control::testing::{cluster, etl_daily};
    use crate::control::{Entry, Verdict};
    use crate::observed::Form;
    use serde_json::{Value, json};

    const ENTRY: Entry = Entry::of::<KerberosSecrets>();

    fn body(password: Value) -> Value {
        let mut body = json!({"KerberosAttributes": {"Realm": "EMR.EXAMPLE.COM"}});
        body["KerberosAttributes"]["KdcAdminPassword"] = password;
        body
    }

    #[test]
    fn in_a_template_only_references_to_secrets_pass() {
        let dynamic = |text: &str| json!({"$dynamic": text});
        for (password, expected) in [
            (json!("hunter2"), Verdict::Noncompliant),
            (json!(12345), Verdict::Noncompliant),
            (json!(""), Verdict::Compliant),
            (
                dynamic("{{resolve:secretsmanager:kdc}}"),
                Verdict::Compliant,
            ),
            (dynamic("{{resolve:ssm-secure:/kdc:1}}"), Verdict::Compliant),
            (dynamic("{{resolve:ssm:/kdc}}"), Verdict::Noncompliant),
            (json!("{{resolve:secretsmanager:kdc}}"), Verdict::Compliant),
            (json!({"$secret": "Password"}), Verdict::Compliant),
            (json!({"$unknown": "Password"}), Verdict::Noncompliant),
            (json!({"$ref": "Secret"}), Verdict::Indeterminate),
            (
                json!({"$sub": ["hunter", {"$secret": "Two"}]}),
                Verdict::Noncompliant,
            ),
            (
                json!({"$sub": [{"$secret": "One"}, {"$secret": "Two"}]}),
                Verdict::Compliant,
            ),
            (
                json!({"$sub": ["{{resolve:secretsmanager:", {"$ref": "Secret"}, "::password}}"]}),
                Verdict::Compliant,
            ),
        ] {
            let judged = cluster(&ENTRY, &[], Form::CloudFormation, &body(password.clone()));
            assert_eq!(judged.verdict, expected, "{password}");
        }
    }

    #[test]
    fn a_request_resolves_nothing() {
        for (body, expected) in [
            (etl_daily(), Verdict::Compliant),
            (body(json!("hunter2")), Verdict::Noncompliant),
            (
                body(json!("{{resolve:secretsmanager:kdc}}")),
                Verdict::Indeterminate,
            ),
            (body(json!({"$unknown": "p"})), Verdict::Indeterminate),
            (body(json!({"$secret": "p"})), Verdict::Compliant),
        ] {
            let judged = cluster(&ENTRY, &[], Form::Request, &body);
            assert_eq!(judged.verdict, expected, "{body}");
        }
    }

    #[test]
    fn no_message_holds_the_password() {
        let judged = cluster(&ENTRY, &[], Form::Request, &body(json!("hunter2")));
        assert!(judged.messages.iter().all(|text| !text.contains("hunter2")));
    }

    #[test]
    fn live_masks_tell_nothing() {
        let described = cluster(&ENTRY, &[], Form::Described, &body(json!("****")));
        assert_ne!(described.verdict, Verdict::Noncompliant);
        let live = json!({"elasticmapreduce:DescribeCluster": {"Cluster": body(json!("hunter2"))}});
        let live = cluster(&ENTRY, &[], Form::Live, &live);
        assert_eq!(live.verdict, Verdict::NotApplicable);
    }
}
