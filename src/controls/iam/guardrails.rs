//! Only the pipeline may weaken the guard rails.

use crate::artifact::Statement;
use crate::aws::policy::{Pattern, Reach};
use crate::control::policy::{Allowed, Document, Effect, Statement as Seen, Test, pattern_of};
use crate::control::settings::{
    Includes, OneOf, Only, Pattern as Patterns, RolePattern, settings, vocabulary,
};
use crate::control::{Conditions, Control, Draft, Meta, Once, Severity, Span, View};
use crate::lattice::Text;
use crate::observed::{Node, ResourceKind};
use serde_json::json;

#[derive(Debug)]
pub(crate) enum Guardrails {}

vocabulary!(pub(crate) Means: "scp", "boundary");
settings! {
    pub(crate) struct Setting {
        /// The actions that weaken what all the rest relies on.
        actions: Includes<Patterns> = ACTIONS,
        /// The roles, by ARN, that may do them.
        pipeline: Only<RolePattern>,
        /// By which means everybody else is kept from it.
        by: OneOf<Means>,
    }
}

const ACTIONS: &[&str] = &[
    "elasticmapreduce:PutBlockPublicAccessConfiguration",
    "elasticmapreduce:CreateSecurityConfiguration",
    "elasticmapreduce:DeleteSecurityConfiguration",
    "lakeformation:PutDataLakeSettings",
    "lakeformation:RegisterResource",
    "lakeformation:DeregisterResource",
];

impl Control for Guardrails {
    const META: &'static Meta = &Meta {
        id: "iam.guardrails",
        title: "only the pipeline may weaken the guard rails",
        severity: Severity::High,
        kinds: &[ResourceKind::EmrAccount],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 CM-5"],
        docs: include_str!("guardrails.md"),
    };
    type Setting = Setting;
    const ONCE: Option<Once> = Some(Once::EmrAccount);

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        // Organisations are in no file.
        if !seen.is_live() {
            return;
        }
        let body = seen.resource.body;
        let listed = body.get("organizations:ListPoliciesForTarget");
        if let Some(reason) = listed.reason() {
            let why = reason.to_string();
            if why.contains("AWSOrganizationsNotInUse")
                && want.by.allows("scp")
                && !want.by.allows("boundary")
            {
                out.failed(
                    listed,
                    "the account is in no organisation, so no service control policy holds",
                )
                .under("by")
                .expected("a service control policy");
                return;
            }
            out.unknown(
                listed,
                reason,
                "the service control policies of the account are unknown",
            )
            .under("by")
            .fix("audit with a role of the management account, or of one that is delegated to it");
            return;
        }
        let policies = body.get("organizations:DescribePolicy").get("Policies");
        if let Some(reason) = policies.reason() {
            out.unknown(
                policies,
                reason,
                "the service control policies of the account are unknown",
            )
            .under("by");
            return;
        }
        let documents: Vec<_> = policies
            .items()
            .map(|policy| Document::of(policy.get("Content"), seen.scope))
            .collect();
        judge_denies(want, policies, &documents, out);
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        if !want.by.allows("scp") || want.pipeline.is_any() {
            return;
        }
        let pipeline = draft.bound_all("pipeline", &want.pipeline);
        let actions: Vec<&str> = want.actions.iter().filter_map(Text::as_literal).collect();
        let mut deny = Statement::deny("OnlyThePipelineWeakensGuardRails", &actions).on(["*"]);
        if !pipeline.is_empty() {
            deny = deny.when(json!({ "ArnNotLike": { "aws:PrincipalArn": pipeline } }));
        }
        draft.statement("scp/guardrails", deny, Some("actions"));
    }
}

/// Each action must be denied to everybody but the pipeline.
fn judge_denies(
    want: &Setting,
    policies: Node<'_>,
    documents: &[Document<'_, '_>],
    out: &mut Conditions,
) {
    let unknown = out.unknown_policies(documents, "a service control policy");
    let statements: Vec<_> = documents.iter().flat_map(Document::statements).collect();
    for action in want.actions.iter().filter_map(Text::as_literal) {
        let best = statements
            .iter()
            .map(|statement| denies(want, statement, action))
            .max()
            .unwrap_or(Allowed::No);
        match best {
            Allowed::Yes => out.held(),
            Allowed::No if want.by.allows("boundary") && !want.by.is_any() => {
                out.undecided(
                    policies,
                    format!("whether permission boundaries deny `{action}` is not read"),
                    "deny it by a service control policy",
                );
            }
            Allowed::Perhaps => {
                out.undecided(
                    policies,
                    format!("whether `{action}` is denied depends on what is not known"),
                    "write the deny literally",
                )
                .under("actions");
            }
            Allowed::No if unknown => {}
            Allowed::No => {
                out.failed(
                    policies,
                    format!("nothing keeps others than the pipeline from `{action}`"),
                )
                .under("actions")
                .expected("a deny with the pipeline as its only way out");
            }
        }
    }
}

/// Whether a statement denies the action to everybody but the pipeline.
fn denies(want: &Setting, statement: &Seen<'_, '_>, action: &str) -> Allowed {
    let reach = statement
        .action(action)
        .min(statement.resource(&Pattern::of("*")));
    let whole = match (statement.effect(), reach) {
        (Effect::Deny, Reach::All) => Allowed::Yes,
        (Effect::Allow, _) | (_, Reach::None | Reach::Part) => Allowed::No,
        (Effect::Deny | Effect::Unknown, _) => Allowed::Perhaps,
    };
    let Ok(tests) = statement.tests() else {
        return whole.min(Allowed::Perhaps);
    };
    let ways = tests
        .iter()
        .map(|test| only_the_pipeline(want, test, statement))
        .min();
    whole.min(ways.unwrap_or(Allowed::Yes))
}

fn only_the_pipeline(want: &Setting, test: &Test<'_>, statement: &Seen<'_, '_>) -> Allowed {
    let operators = [
        "arnnotlike",
        "arnnotequals",
        "stringnotlike",
        "stringnotequals",
    ];
    if !test.is("aws:PrincipalArn")
        || !operators.contains(&test.operator.to_ascii_lowercase().as_str())
    {
        return Allowed::No;
    }
    let is_pipeline = |arn: &str| {
        let own = want.pipeline.texts();
        want.pipeline.allows(arn) || own.iter().any(|own| own.as_literal() == Some(arn))
    };
    let each = test.values().into_iter().map(|node| match node.as_text() {
        Some(arn) if is_pipeline(arn) => Allowed::Yes,
        None if pattern_of(node, statement.scope()).is_open() => Allowed::Perhaps,
        Some(_) | None => Allowed::No,
    });
    each.min().unwrap_or(Allowed::No)
}

#[cfg(test)]
mod tests {
    use super::Guardrails;
    use crate::control::testing::{judge, only, resource};
    use crate::control::{Entry, Verdict};
    use crate::observed::{Form, ResourceKind};
    use serde_json::{Value, json};

    fn verdict(listed: &Value, statement: &Value) -> Verdict {
        let answers = json!({
            "organizations:ListPoliciesForTarget": listed,
            "organizations:DescribePolicy": { "Policies": [{ "Content": { "Statement": [statement] } }] },
        });
        let account = resource(
            ResourceKind::EmrAccount,
            Form::Live,
            "111122223333",
            &answers,
        );
        let settings = [(
            "pipeline",
            only(&["arn:aws:iam::*:role/emr-baseline-apply"]),
        )];
        judge(&Entry::of::<Guardrails>(), &settings, &[], vec![account]).verdict
    }

    #[test]
    fn a_deny_whose_only_way_out_is_the_pipeline_holds() {
        let listed = json!({ "Policies": [] });
        let deny = |condition: Value| json!({ "Effect": "Deny", "Action": ["elasticmapreduce:*", "lakeformation:*"], "Resource": "*", "Condition": condition });
        let but = |arn: Value| deny(json!({ "ArnNotLike": { "aws:PrincipalArn": arn } }));
        assert_eq!(verdict(&listed, &deny(json!({}))), Verdict::Compliant);
        assert_eq!(
            verdict(
                &listed,
                &but(json!("arn:aws:iam::*:role/emr-baseline-apply"))
            ),
            Verdict::Compliant
        );
        assert_eq!(
            verdict(
                &listed,
                &but(json!([
                    "arn:aws:iam::*:role/emr-baseline-apply",
                    "arn:aws:iam::*:role/admin"
                ]))
            ),
            Verdict::Noncompliant
        );
        assert_eq!(verdict(&listed, &but(json!("*"))), Verdict::Noncompliant);
        assert_eq!(
            verdict(
                &listed,
                &deny(json!({ "Bool": { "aws:MultiFactorAuthPresent": "false" } }))
            ),
            Verdict::Noncompliant
        );
        assert_eq!(
            verdict(
                &listed,
                &json!({ "Effect": "Deny", "Action": "lakeformation:*", "Resource": "*" })
            ),
            Verdict::Noncompliant
        );
        assert_eq!(
            verdict(
                &listed,
                &json!({ "Effect": "Deny", "Action": { "$unknown": "A" }, "Resource": "*" })
            ),
            Verdict::Indeterminate
        );
    }

    #[test]
    fn an_organisation_that_was_not_read_is_not_known() {
        let deny = json!({ "Effect": "Deny", "Action": "*", "Resource": "*" });
        let denied =
            json!({ "$call": ["organizations:ListPoliciesForTarget", "AccessDeniedException"] });
        assert_eq!(verdict(&denied, &deny), Verdict::Indeterminate);
    }
}
