//! Attribute conditions test something, and only trusted hands set the attribute.

use crate::aws::lake_formation::condition::branches;
use crate::control::policy::{Allowed, Held, Limit, Query, is_principal};
use crate::control::roles;
use crate::control::settings::{Only, Pattern, Plain, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::grant::{Grant, is_given};
use crate::observed::{Form, ResourceKind};

#[derive(Debug)]
pub(crate) enum AbacConditions {}

settings! {
    pub(crate) struct Setting {
        /// Patterns of the principals that may tag roles, users and sessions.
        taggers: Only<Pattern>,
        /// The tag keys that a condition may test.
        keys: Only<Plain>,
    }
}

/// What sets the tags that conditions test. Source: Service Authorization Reference, *IAM*, *STS*.
const TAGGING: [&str; 3] = ["iam:TagRole", "iam:TagUser", "sts:TagSession"];

impl Control for AbacConditions {
    const META: &'static Meta = &Meta {
        id: "lake.abac-conditions",
        title: "attribute conditions test something, and only trusted hands set the attribute",
        severity: Severity::High,
        kinds: &[ResourceKind::LakeFormationGrant, ResourceKind::IamRole],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-16"],
        docs: include_str!("abac_conditions.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if seen.resource.kind() == ResourceKind::IamRole {
            return judge_tagger(want, seen, out);
        }
        let grant = if seen.resource.is_opt_in() {
            Grant::at(seen.resource.opt_in())
        } else {
            seen.resource.grant()
        };
        let node = grant.condition;
        if !is_given(node) && node.reason().is_none() {
            return;
        }
        let Some(text) = node.as_text() else {
            match node.reason() {
                Some(reason) => out.unknown(node, reason, "the condition is unknown"),
                None => out.failed(node, format!("the condition is {}", node.display())),
            };
            return;
        };
        let Some(branches) = branches(text) else {
            out.undecided(
                node,
                "the condition is not understood",
                "write it with `hasTag`, `getTag`, `&&` and `||`",
            );
            return;
        };
        for branch in branches.iter().filter(|branch| !branch.never) {
            let others: Vec<&str> = branch
                .keys()
                .into_iter()
                .filter(|key| !want.keys.allows(key))
                .collect();
            if !others.is_empty() {
                out.failed(
                    node,
                    format!("the condition tests the tag `{}`", others.join("`, `")),
                )
                .under("keys")
                .expected(want.keys.to_string());
            } else if branch.tests_a_value() {
                out.held();
            } else if branch.unknown {
                out.undecided(
                    node,
                    "a branch of the condition is not understood",
                    "write it with `hasTag` and `getTag`",
                );
            } else {
                out.failed(node, "the condition holds, on some branch, without a tag that is there and has a value")
                    .expected("`hasTag` and a value on every branch");
            }
        }
        if out.clean() {
            out.held();
        }
    }
}

/// Whoever may set the tag holds what the condition opens.
fn judge_tagger(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
    if want.taggers.is_any() || !is_principal(seen.resource) {
        return;
    }
    if seen.resource.form == Form::Named {
        return out.leave_to_audit();
    }
    let identity = &seen.resource.identity;
    let own = [identity.arn.as_deref(), identity.name.as_deref()];
    let listed = own
        .into_iter()
        .flatten()
        .any(|own| want.taggers.allows_by(|text| roles::is_role(text, own)));
    if listed {
        return out.held();
    }
    let held = Held::of(seen.resource, seen.scope);
    for gap in &held.gaps {
        match gap.reason {
            Some(reason) => out.unknown(gap.node, reason, gap.what.clone()),
            None => out.undecided(
                gap.node,
                gap.what.clone(),
                "write the policy in the input, or audit the live account",
            ),
        }
        .under("taggers");
    }
    for action in TAGGING {
        let query = Query {
            action,
            on: None,
            limit: &|_, _| Limit::Unknown,
        };
        for grant in held.grants(&query) {
            let message = format!("{} lets it set tags, with `{action}`", grant.label);
            if grant.sure == Allowed::Yes {
                out.failed(grant.node, message)
            } else {
                out.undecided(
                    grant.node,
                    message,
                    "take the right away, or write it without a condition",
                )
            }
            .under("taggers")
            .expected(want.taggers.to_string());
        }
    }
    if out.clean() {
        out.held();
    }
}
