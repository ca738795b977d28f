//! Keys are customer-managed.

use crate::aws::kms::KeyName;
use crate::control::kms::KeyUse;
use crate::control::settings::{Includes, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::{Form, Known, Node, ResourceKind, named};

#[derive(Debug)]
pub(crate) enum CustomerManaged {}

settings! {
    pub(crate) struct Setting {
        /// For which uses a key must be customer-managed. A key of a use without a word here, such as that of EMR's own
        /// certificate authority, is always judged.
        uses: Includes<KeyUse> = USES,
    }
}

const USES: &[&str] = &[
    "s3",
    "disk",
    "wal",
    "logs",
    "catalog",
    "passwords",
    "studio",
    "serverless",
    "eks",
    "buckets",
];

impl Control for CustomerManaged {
    const META: &'static Meta = &Meta {
        id: "kms.customer-managed",
        title: "keys are customer-managed",
        severity: Severity::High,
        kinds: &[ResourceKind::KmsKey],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 SC-12"],
        docs: include_str!("customer_managed.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let key = seen.resource;
        let purposes = named::purposes(key, seen.scope);
        let asked = |purpose: &str| {
            !USES.contains(&purpose)
                || want
                    .uses
                    .iter()
                    .any(|text| text.as_literal() == Some(purpose))
        };
        if !purposes.is_empty() && !purposes.iter().any(|purpose| asked(purpose)) {
            return;
        }
        if key.form == Form::Named
            && let Some(reason) = key.body.reason()
            && !names_own_key(key.body)
        {
            out.unknown(
                key.body,
                reason,
                "the key is unknown, and so who manages it",
            )
            .under("uses")
            .expected("a customer-managed key")
            .observed(key.body.display());
            return;
        }
        // `DescribeKey` is never called on AWS's own aliases, because the call can create the key: the name tells.
        let name = key
            .body
            .as_text()
            .filter(|_| key.form == Form::Named)
            .unwrap_or(&key.identity.id);
        if KeyName::of(name).is_aws_managed_alias() {
            fail(key.body, &purposes, out).observed(format!("`{name}`"));
            return;
        }
        match key.form {
            Form::Named => out.leave_to_audit(),
            Form::Live => judge_live(key.body, &purposes, out),
            // Whoever declares a key manages it: no template can declare an AWS managed one.
            Form::CloudFormation
            | Form::Terraform
            | Form::Document
            | Form::Request
            | Form::Described => out.held(),
        }
    }
}

/// Whether a text with holes ends as the ARN of a key does: AWS's own keys are named by their aliases.
fn names_own_key(node: Node<'_>) -> bool {
    let last = node.pieces().into_iter().next_back().flatten();
    last.is_some_and(|text| text.contains(":key/") || text.starts_with("key/"))
}

fn judge_live(answers: Node<'_>, purposes: &[&str], out: &mut Conditions) {
    let manager = answers
        .get("kms:DescribeKey")
        .path("KeyMetadata/KeyManager");
    match manager.text() {
        Known::Set("CUSTOMER") => out.held(),
        Known::Set("AWS") => {
            fail(manager, purposes, out).observed(manager.display());
        }
        Known::Unreadable(reason) => {
            out.unknown(manager, reason, "who manages the key is unknown")
                .expected("`CUSTOMER`");
        }
        Known::Set(_) | Known::Absent | Known::Mistyped => {
            out.undecided(
                manager,
                "the answer does not say who manages the key",
                "observe the key again",
            )
            .expected("`CUSTOMER`")
            .observed(manager.display());
        }
    }
}

fn fail<'c>(
    node: Node<'_>,
    purposes: &[&str],
    out: &'c mut Conditions,
) -> &'c mut crate::control::Condition {
    let uses = if purposes.is_empty() {
        String::new()
    } else {
        format!(", used for {}", purposes.join(", "))
    };
    out.failed(node, format!("AWS manages this key{uses}"))
        .under("uses")
        .expected("a customer-managed key")
        .fix("create a key of your own and name it by its ARN")
}

#[cfg(test)]
mod tests {
    use super::CustomerManaged;
    use crate::control::testing::{judge, resource};
    use crate::control::{Entry, Verdict};
    use crate::lattice::{Shape, Text};
    use crate::observed::{Form, Place, Resource, ResourceKind, Use};
    use serde_json::json;
    use std::collections::BTreeSet;

    fn named(text: &str, purpose: &'static str) -> Resource<'static> {
        let mut key = resource(ResourceKind::KmsKey, Form::Named, text, &json!(text));
        key.uses.push(Use {
            purpose,
            by: "d".to_owned(),
            place: Place::from(key.body),
        });
        key
    }

    #[test]
    fn a_key_whose_name_is_not_known_is_not_known_to_be_ours() {
        let verdict = |body: &serde_json::Value| {
            let mut key = resource(ResourceKind::KmsKey, Form::Named, "d s3 key", body);
            key.uses.push(Use {
                purpose: "s3",
                by: "d".to_owned(),
                place: Place::from(key.body),
            });
            let judged = judge(&Entry::of::<CustomerManaged>(), &[], &[], vec![key]);
            (judged.verdict, judged.left_to_audit)
        };
        let parameter = json!({ "$unknown": "Key" });
        assert_eq!(verdict(&parameter), (Verdict::Indeterminate, false));
        let alias = json!({ "$sub": ["alias/", { "$unknown": "Key" }] });
        assert_eq!(verdict(&alias), (Verdict::Indeterminate, false));
        let own = json!({ "$sub": ["arn:aws:kms:", { "$unknown": "AWS::Region" },
            ":111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"] });
        assert_eq!(verdict(&own), (Verdict::NotApplicable, true));
    }

    #[test]
    fn an_alias_of_awss_own_is_noncompliant_by_its_name() {
        for alias in [
            "alias/aws/s3",
            "arn:aws:kms:us-west-2:111122223333:alias/aws/s3",
        ] {
            let judged = judge(
                &Entry::of::<CustomerManaged>(),
                &[],
                &[],
                vec![named(alias, "s3")],
            );
            assert_eq!(judged.verdict, Verdict::Noncompliant, "{alias}");
            assert_eq!(judged.messages, ["AWS manages this key, used for s3"]);
        }
    }

    #[test]
    fn who_manages_a_key_that_is_only_named_is_left_to_audit() {
        let arn = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        let judged = judge(
            &Entry::of::<CustomerManaged>(),
            &[],
            &[],
            vec![named(arn, "s3")],
        );
        assert_eq!(judged.verdict, Verdict::NotApplicable);
        assert!(judged.left_to_audit);
    }

    #[test]
    fn a_use_that_is_not_asked_for_is_not_judged() {
        let uses = Shape::AllOf(BTreeSet::from([Text::from("disk")]));
        for (purpose, verdict) in [
            ("logs", Verdict::NotApplicable),
            ("disk", Verdict::Noncompliant),
            ("certificates-ca", Verdict::Noncompliant),
        ] {
            let judged = judge(
                &Entry::of::<CustomerManaged>(),
                &[("uses", uses.clone())],
                &[],
                vec![named("alias/aws/ebs", purpose)],
            );
            assert_eq!(judged.verdict, verdict, "{purpose}");
        }
    }

    #[test]
    fn a_live_key_is_what_describe_key_says() {
        for (body, verdict) in [
            (json!({ "KeyManager": "CUSTOMER" }), Verdict::Compliant),
            (json!({ "KeyManager": "AWS" }), Verdict::Noncompliant),
            (json!({}), Verdict::Indeterminate),
            (
                json!({ "KeyManager": { "$unknown": "denied" } }),
                Verdict::Indeterminate,
            ),
        ] {
            let answers = json!({ "kms:DescribeKey": { "KeyMetadata": body } });
            let key = resource(ResourceKind::KmsKey, Form::Live, "k", &answers);
            let judged = judge(&Entry::of::<CustomerManaged>(), &[], &[], vec![key]);
            assert_eq!(judged.verdict, verdict, "{answers}");
        }
    }

    #[test]
    fn a_declared_key_is_customer_managed() {
        let key = resource(ResourceKind::KmsKey, Form::CloudFormation, "K", &json!({}));
        let judged = judge(&Entry::of::<CustomerManaged>(), &[], &[], vec![key]);
        assert_eq!(judged.verdict, Verdict::Compliant);
    }
}
