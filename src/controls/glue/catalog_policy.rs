//! The catalog's resource policy lets in nobody unknown.

use crate::aws::policy::{Pattern, Reach};
use crate::control::policy::{Allowed, Document, Effect, Limit, Opening, Test, Who, own_account};
use crate::control::settings::{Allowance, Only, Plain, Switch, settings};
use crate::control::{Conditions, Control, Meta, Once, Severity, Span, View};
use crate::observed::glue::RESOURCE_POLICY;
use crate::observed::{Node, Reason, ResourceKind, Value};

#[derive(Debug)]
pub(crate) enum CatalogPolicy {}

settings! {
    pub(crate) struct Setting {
        /// Foreign accounts that may be let in.
        accounts: Only<Plain> = &[] as &[&str],
        /// Ids of organisations whose members may be let in.
        organizations: Only<Plain> = &[] as &[&str],
        /// Whether there must be a policy.
        required: Switch = false,
        /// Whether a statement may allow every action.
        wildcard_actions: Allowance = false,
    }
}

const ALL: &str = "glue:GetResourcePolicies";
const ONE: &str = "glue:GetResourcePolicy";

impl Control for CatalogPolicy {
    const META: &'static Meta = &Meta {
        id: "glue.catalog-policy",
        title: "the catalog's resource policy lets in nobody unknown",
        severity: Severity::Critical,
        kinds: &[ResourceKind::GlueCatalog],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-3", "own NIST-800-53 AC-4"],
        docs: include_str!("catalog_policy.md"),
    };
    type Setting = Setting;
    const ONCE: Option<Once> = Some(Once::Catalog);

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let body = seen.resource.body;
        if seen.resource.is_a(RESOURCE_POLICY) {
            return judge_document(want, body.get("PolicyInJson"), seen, out);
        }
        if !seen.resource.is_live_catalog() {
            return;
        }
        match live_policies(body) {
            Err((node, reason)) => {
                out.unknown(
                    node,
                    reason,
                    "the resource policy of the catalog is unknown",
                );
            }
            Ok(policies) if policies.is_empty() && want.required => {
                out.failed(body, "the catalog has no resource policy")
                    .under("required")
                    .at(Severity::Low)
                    .expected("a resource policy")
                    .observed("none");
            }
            Ok(policies) => {
                out.held();
                for policy in policies {
                    judge_document(want, policy, seen, out);
                }
            }
        }
    }
}

/// Every policy that the answers hold: of the catalog, and those that sharing puts on single resources.
fn live_policies(body: Node<'_>) -> Result<Vec<Node<'_>>, (Node<'_>, &Reason)> {
    let (all, one) = (body.get(ALL), body.get(ONE));
    let policies = all.get("GetResourcePoliciesResponseList");
    if let Value::List = policies.value() {
        return Ok(policies
            .items()
            .map(|item| item.get("PolicyInJson"))
            .collect());
    }
    if one.is_set() {
        let policy = one.get("PolicyInJson");
        return Ok(if policy.is_absent() {
            Vec::new()
        } else {
            vec![policy]
        });
    }
    match (one.reason(), all.reason()) {
        // Source: Glue API, `GetResourcePolicy`: so it answers when there is none.
        (Some(Reason::Call { why, .. }), _) if why.starts_with("EntityNotFoundException") => {
            Ok(Vec::new())
        }
        (_, Some(reason)) => Err((all, reason)),
        (Some(reason), None) => Err((one, reason)),
        (None, None) => Ok(Vec::new()),
    }
}

fn judge_document(want: &Setting, node: Node<'_>, seen: &View<'_, '_>, out: &mut Conditions) {
    let document = Document::of(node, seen.scope);
    match document.trouble() {
        Some((part, Some(reason))) => {
            out.unknown(part, reason, "part of the resource policy is unknown");
        }
        Some((part, None)) => {
            out.undecided(
                part,
                "part of the resource policy is no statement",
                "write the policy as IAM reads it",
            );
        }
        None => out.held(),
    }
    for opening in document.openings(&["glue:*"], None) {
        judge_opening(want, &opening, seen, out);
    }
    for statement in document.statements() {
        let is_wide =
            statement.effect() == Effect::Allow && statement.action("glue:*") == Reach::All;
        if is_wide && !want.wildcard_actions {
            out.failed(
                statement.node,
                format!("{} allows every action of Glue", statement.label()),
            )
            .under("wildcard-actions")
            .at(Severity::Medium)
            .expected("single actions")
            .observed("every action");
        }
    }
}

fn judge_opening(
    want: &Setting,
    opening: &Opening<'_, '_>,
    seen: &View<'_, '_>,
    out: &mut Conditions,
) {
    let node = opening.principal.node;
    let who = &opening.principal.who;
    let standing = |account: &Pattern| standing(account, want, seen);
    let limit = opening.statement.limit(|test| limit_of(test, want, seen));
    let by_name = match who {
        _ if opening.all_others => Limit::Open,
        Who::Account(_) | Who::Identity(_) => who
            .account()
            .map_or(Limit::Unknown, |account| standing(&account)),
        // Lake Formation shares through Resource Access Manager. Source: Lake Formation Developer Guide, *Managing
        // cross-account permissions using both AWS Glue and Lake Formation*.
        Who::Service(name) if name == "ram.amazonaws.com" => Limit::Closed,
        Who::Deleted(_) => Limit::Closed,
        Who::Anyone | Who::Outside(_) => Limit::Open,
        Who::Service(_) | Who::Unknown => Limit::Unknown,
    };
    let is_anyone = opening.all_others || *who == Who::Anyone;
    let label = opening.statement.label();
    let who = if opening.all_others {
        "everybody but some".to_owned()
    } else {
        who.display()
    };
    let condition = match (by_name, limit) {
        (Limit::Closed, _) | (_, Limit::Closed) => return out.held(),
        // A condition that is not understood may close a statement to everybody, and narrows one that names a stranger.
        (Limit::Open, Limit::Open) if opening.sure == Allowed::Yes => out.failed(node, format!("{label} lets in {who}")),
        (Limit::Open, Limit::Unknown) if opening.sure == Allowed::Yes && !is_anyone => {
            out.failed(node, format!("{label} lets in {who}"))
        }
        (Limit::Open | Limit::Unknown, _) => out.undecided(
            node,
            format!("whether {label} lets in strangers is unknown: {who}"),
            "name accounts and organisations literally, in conditions that IAM documents for all services",
        ),
    };
    condition
        .under("accounts")
        .expected(format!("the own account, {}", want.accounts))
        .observed(who);
    if !is_anyone {
        condition.at(Severity::High);
    }
}

fn limit_of(test: &Test<'_>, want: &Setting, seen: &View<'_, '_>) -> Limit {
    let about_organizations = [
        "aws:PrincipalOrgID",
        "aws:SourceOrgID",
        "aws:PrincipalOrgPaths",
        "aws:SourceOrgPaths",
    ];
    if !about_organizations.into_iter().any(|name| test.is(name)) {
        return test.closes_to(seen.scope, |account| standing(account, want, seen));
    }
    test.each(seen.scope, |value| match value.literal() {
        _ if value.is_everything() => Limit::Open,
        Some(path) => {
            let id = path.split('/').next().unwrap_or_default();
            if want.organizations.allows(id) {
                Limit::Closed
            } else {
                Limit::Open
            }
        }
        None => Limit::Unknown,
    })
}

/// Whether an account is ours, or one that the baseline lets in.
fn standing(account: &Pattern, want: &Setting, seen: &View<'_, '_>) -> Limit {
    let own = seen
        .resource
        .identity
        .account
        .as_deref()
        .or_else(|| seen.target.map(|target| target.account.as_str()));
    if *account == own_account(seen.resource) {
        return Limit::Closed;
    }
    match account.literal() {
        Some(text) if own == Some(text.as_str()) || want.accounts.allows(&text) => Limit::Closed,
        Some(_) if own.is_some() => Limit::Open,
        Some(_) | None if account.is_everything() => Limit::Open,
        Some(_) | None => Limit::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::CatalogPolicy;
    use crate::control::testing::{judge, only, resource};
    use crate::control::{Entry, Verdict};
    use crate::observed::{Form, ResourceKind, glue};
    use serde_json::{Value, json};

    fn judged(statement: &Value) -> (Verdict, &'static str) {
        let body = json!({"PolicyInJson": {"Version": "2012-10-17", "Statement": [statement]}});
        let mut policy = resource(ResourceKind::GlueCatalog, Form::Terraform, "P", &body);
        policy.type_name = Some(glue::RESOURCE_POLICY);
        let asked = [
            ("accounts", only(&["444455556666"])),
            ("organizations", only(&["o-ours"])),
        ];
        let judged = judge(&Entry::of::<CatalogPolicy>(), &asked, &[], vec![policy]);
        (judged.verdict, judged.severity)
    }

    fn allow(principal: &Value, condition: &Value) -> Value {
        json!({"Effect": "Allow", "Principal": principal, "Action": "glue:GetTable", "Resource": "*",
            "Condition": condition})
    }

    #[test]
    fn strangers_are_let_in_by_name_or_for_want_of_a_condition() {
        let none = json!({});
        let ours = json!({"StringEquals": {"aws:PrincipalOrgID": "o-ours"}});
        let theirs = json!({"StringEquals": {"aws:PrincipalOrgID": "o-theirs"}});
        let odd = json!({"StringEquals": {"glue:Odd": "x"}});
        let anyone = json!("*");
        let foreign = json!({"AWS": "999999999999"});
        for (principal, condition, expected) in [
            (&anyone, &none, (Verdict::Noncompliant, "critical")),
            (&anyone, &ours, (Verdict::Compliant, "critical")),
            (&anyone, &theirs, (Verdict::Noncompliant, "critical")),
            (&anyone, &odd, (Verdict::Indeterminate, "critical")),
            (&foreign, &none, (Verdict::Noncompliant, "high")),
            (&foreign, &odd, (Verdict::Noncompliant, "high")),
            (
                &json!({"AWS": "arn:aws:iam::444455556666:root"}),
                &none,
                (Verdict::Compliant, "critical"),
            ),
            (
                &json!({"AWS": "arn:aws:iam::111122223333:role/etl"}),
                &none,
                (Verdict::Compliant, "critical"),
            ),
            (
                &json!({"Service": "ram.amazonaws.com"}),
                &none,
                (Verdict::Compliant, "critical"),
            ),
        ] {
            assert_eq!(
                judged(&allow(principal, condition)),
                expected,
                "{principal} {condition}"
            );
        }
    }

    #[test]
    fn every_action_is_too_much_even_for_our_own() {
        let mut statement = allow(
            &json!({"AWS": "arn:aws:iam::111122223333:root"}),
            &json!({}),
        );
        statement["Action"] = json!(["glue:*"]);
        assert_eq!(judged(&statement), (Verdict::Noncompliant, "medium"));
    }

    #[test]
    fn an_answer_without_a_policy_tells_that_there_is_none() {
        let body = json!({"glue:GetResourcePolicies": {"GetResourcePoliciesResponseList": []}});
        for (required, expected) in [(0, Verdict::Compliant), (1, Verdict::Noncompliant)] {
            let catalog = resource(ResourceKind::GlueCatalog, Form::Live, "111122223333", &body);
            let asked = [("required", crate::lattice::Shape::AtLeast(required))];
            let judged = judge(&Entry::of::<CatalogPolicy>(), &asked, &[], vec![catalog]);
            assert_eq!(judged.verdict, expected);
        }
    }
}
