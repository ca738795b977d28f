//! Grants on keys are few, narrow and for known principals.

use crate::control::settings::{Allowance, AtLeast, Only, Pattern, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::{Known, Node, ResourceKind};

#[derive(Debug)]
pub(crate) enum Grants {}

settings! {
    pub(crate) struct Setting {
        /// The principals, by ARN, that may have grants besides services of AWS's.
        grantees: Only<Pattern>,
        /// Whether grantees may grant on.
        create_grant: Allowance = false,
        /// How many pages of grants an audit reads at least before it gives up; a page has a hundred.
        max_pages: AtLeast<1, 10_000> = 20,
    }
}

impl Control for Grants {
    const META: &'static Meta = &Meta {
        id: "kms.grants",
        title: "grants on keys are few, narrow and for known principals",
        severity: Severity::Medium,
        kinds: &[ResourceKind::KmsKey],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-6"],
        docs: include_str!("grants.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        // No file shows grants: services make them as they run.
        if !seen.is_live() {
            return;
        }
        let answer = seen.resource.body.get("kms:ListGrants");
        let grants = answer.get("Grants");
        if let Some(reason) = grants.reason() {
            out.unknown(grants, reason, "the grants of the key are unknown");
            return;
        }
        for grant in grants.items() {
            judge_grant(want, grant, seen, out);
        }
        let more = answer.get("Truncated");
        if more.switch() != crate::observed::Switch::Off && !more.is_absent() {
            out.undecided(
                more,
                format!(
                    "the key has more than the {} grants that were read",
                    grants.items().len()
                ),
                format!(
                    "raise `max-pages` above {} and observe the key again",
                    want.max_pages.unwrap_or(20)
                ),
            )
            .under("max-pages");
        } else {
            out.held();
        }
    }
}

fn judge_grant(want: &Setting, grant: Node<'_>, seen: &View<'_, '_>, out: &mut Conditions) {
    let grantee = grant.get("GranteePrincipal");
    let service = grant.get("GranteeServicePrincipal");
    match grantee.text() {
        _ if service.as_text().is_some() => return out.held(),
        Known::Set(text) if is_service(text, seen.resource.identity.account.as_deref()) => {
            return out.held();
        }
        Known::Set(text) if want.grantees.is_any() || want.grantees.allows(text) => out.held(),
        Known::Set(text) => {
            out.failed(grantee, format!("`{text}` has a grant on the key"))
                .under("grantees")
                .expected(want.grantees.to_string())
                .observed(format!("`{text}`"));
        }
        Known::Unreadable(reason) => {
            out.unknown(grantee, reason, "who has a grant on the key is unknown")
                .under("grantees");
        }
        Known::Absent | Known::Mistyped => {
            out.undecided(
                grantee,
                "the answer does not say who has a grant on the key",
                "observe the key again",
            )
            .under("grantees");
        }
    }
    let further = grant
        .get("Operations")
        .items()
        .find(|operation| operation.as_text() == Some("CreateGrant"));
    if let Some(operation) = further.filter(|_| !want.create_grant) {
        out.failed(operation, "a grantee may grant on")
            .under("create-grant")
            .expected("no `CreateGrant`")
            .observed("`CreateGrant`");
    }
}

/// A service of AWS's: by its name, or by the session that it takes in the own account for a resource, as EBS does.
fn is_service(grantee: &str, account: Option<&str>) -> bool {
    let by_name = grantee.ends_with(".amazonaws.com") || grantee.ends_with(".amazonaws.com.cn");
    let session = grantee
        .split_once(":assumed-role/aws:")
        .map(|(before, _)| before);
    by_name && !grantee.starts_with("arn:")
        || session.is_some_and(|before| account.is_none_or(|own| before.ends_with(own)))
}

#[cfg(test)]
mod tests {
    use super::Grants;
    use crate::control::testing::{judge, only, resource};
    use crate::control::{Entry, Verdict};
    use crate::observed::{Form, ResourceKind};
    use serde_json::{Value, json};

    fn verdict(answer: &Value) -> Verdict {
        let key = resource(
            ResourceKind::KmsKey,
            Form::Live,
            "k",
            &json!({ "kms:ListGrants": answer }),
        );
        let settings = [("grantees", only(&["arn:aws:iam::111122223333:role/emr-*"]))];
        judge(&Entry::of::<Grants>(), &settings, &[], vec![key]).verdict
    }

    #[test]
    fn a_grant_is_a_services_or_an_allowed_grantees() {
        let grant = |grantee: &str, operation: &str| json!({ "Grants": [{ "GranteePrincipal": grantee, "Operations": [operation] }], "Truncated": false });
        let role = "arn:aws:iam::111122223333:role/emr-nodes";
        assert_eq!(verdict(&grant(role, "Decrypt")), Verdict::Compliant);
        assert_eq!(verdict(&grant(role, "CreateGrant")), Verdict::Noncompliant);
        assert_eq!(
            verdict(&grant("arn:aws:iam::111122223333:role/other", "Decrypt")),
            Verdict::Noncompliant
        );
        assert_eq!(
            verdict(&grant(
                "arn:aws:sts::111122223333:assumed-role/aws:ec2-infrastructure/i-1",
                "Decrypt"
            )),
            Verdict::Compliant
        );
        assert_eq!(
            verdict(&grant("ec2.us-west-2.amazonaws.com", "Decrypt")),
            Verdict::Compliant
        );
    }

    #[test]
    fn grants_that_were_not_all_read_are_not_known() {
        assert_eq!(
            verdict(&json!({ "Grants": [], "Truncated": false })),
            Verdict::Compliant
        );
        assert_eq!(
            verdict(&json!({ "Grants": [], "Truncated": true })),
            Verdict::Indeterminate
        );
        assert_eq!(
            verdict(&json!({ "$call": ["kms:ListGrants", "AccessDenied"] })),
            Verdict::Indeterminate
        );
    }
}
