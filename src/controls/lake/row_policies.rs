//! Row-level-security policies and attachments are declared.

use crate::control::lake::row_policies::{
    ATTACHMENTS, AttachmentTable, PolicyTable, attached, attachments, policies,
};
use crate::control::settings::{Allowance, Rows, settings};
use crate::control::{
    Absent, Conditions, Control, Declares, Meta, Missing, RunFindings, Severity, Span, View,
};
use crate::observed::{Node, ResourceKind, Switch};

#[derive(Debug)]
pub(crate) enum RowPolicies {}

settings! {
    pub(crate) struct Setting {
        /// The policies, each with its rows.
        policy: Rows<PolicyTable>,
        /// What each policy is attached to, and for whom.
        attachment: Rows<AttachmentTable>,
        /// Whether a policy may be attached for all principals.
        default: Allowance = false,
    }
}

const POLICIES: Declares = Declares {
    kind: ResourceKind::LakeFormationFilter,
    what: "declared row-level-security policies",
    action: "lakeformation:ListRLSPolicies",
    setting: "policy",
};

const ATTACHED: Declares = Declares {
    kind: ResourceKind::LakeFormationFilter,
    what: "declared attachments of row-level-security policies",
    action: ATTACHMENTS,
    setting: "attachment",
};

impl Control for RowPolicies {
    const META: &'static Meta = &Meta {
        id: "lake.row-policies",
        title: "row-level-security policies and attachments are declared",
        severity: Severity::High,
        kinds: &[ResourceKind::LakeFormationFilter],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-3"],
        docs: include_str!("row_policies.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        // Of the same kind as data cells filters, which another control judges.
        let Some(policy) = seen.resource.row_policy() else {
            return;
        };
        match policy.reason() {
            Some(reason) => {
                out.unknown(policy, reason, "the policy is unknown");
            }
            None => judge_policy(want, policy, out),
        }
        let items = match attached(seen.resource) {
            Ok(items) => items,
            Err(answer) => {
                match answer.reason() {
                    Some(reason) => {
                        let what = "what the policy is attached to is unknown";
                        out.unknown(answer, reason, what)
                    }
                    None => out.undecided(
                        answer,
                        "what the policy is attached to is not in the answer",
                        "observe again",
                    ),
                };
                return;
            }
        };
        for item in items.items() {
            judge_attachment(want, policy, item, out);
        }
        out.held();
    }

    fn judge_absent(want: &Setting, seen: &Absent<'_>, out: &mut RunFindings) {
        let policies_seen = &seen.presence.policies;
        let unclear = |known: Option<bool>| {
            let why = "AWS did not tell all of the policies and what they are attached to";
            known.is_none().then(|| why.to_owned())
        };
        let declared = policies(&want.policy);
        let missing = declared.iter().filter_map(|one| {
            let known = policies_seen.has(one);
            (known != Some(true)).then(|| Missing {
                identity: &one.identity,
                shown: format!("row-level-security policy `{}`", one.name),
                unclear: unclear(known),
            })
        });
        seen.tell(&POLICIES, missing, out, |condition| {
            condition.fix("create it by hand: `apply` makes no row-level-security policies");
        });
        let declared = attachments(&want.attachment);
        let missing = declared.iter().filter_map(|one| {
            let known = policies_seen.has_attachment(one);
            (known != Some(true)).then(|| Missing {
                identity: &one.identity,
                shown: one.to_string(),
                unclear: unclear(known),
            })
        });
        seen.tell(&ATTACHED, missing, out, |condition| {
            condition.fix("attach it by hand: `apply` attaches no row-level-security policies");
        });
    }
}

fn judge_policy(want: &Setting, policy: Node<'_>, out: &mut Conditions) {
    let name = policy.get("Name").as_text().unwrap_or_default();
    let declared = policies(&want.policy);
    let Some(own) = declared.iter().find(|one| one.is(name)) else {
        out.failed(policy, format!("policy `{name}` is not declared"))
            .under("policy")
            .expected("the declared policies")
            .observed(format!("`{name}`"));
        return;
    };
    let rows = policy.get("FilterExpression");
    if own.has_rows(rows) {
        return out.held();
    }
    match rows.reason() {
        Some(reason) => out.unknown(rows, reason, "the rows of the policy are unknown"),
        None => out.failed(
            rows,
            format!("the rows of policy `{name}` are not the declared ones"),
        ),
    }
    .under("policy")
    .row(own.identity.clone())
    .expected(own.rows.to_string())
    .observed(rows.display());
}

fn judge_attachment(want: &Setting, policy: Node<'_>, item: Node<'_>, out: &mut Conditions) {
    let default = item.get("DefaultRLSPolicy");
    let set = matches!(default.switch(), Switch::On | Switch::TextOn)
        || default
            .as_text()
            .is_some_and(|text| !text.is_empty() && !text.eq_ignore_ascii_case("false"));
    if set && !want.default {
        out.failed(
            default,
            "the policy is the default: it opens its rows to every principal",
        )
        .under("default")
        .expected("an attachment for named principals")
        .observed(default.display());
        return;
    }
    let name = policy.get("Name").as_text().unwrap_or_default();
    let principal = item.get("Principal").get("DataLakePrincipalIdentifier");
    let declared = attachments(&want.attachment);
    let known = declared
        .iter()
        .any(|one| one.is(name, item.get("Resource"), principal));
    if known || set {
        return out.held();
    }
    out.failed(
        item,
        format!(
            "an attachment of policy `{name}` for {} is not declared",
            principal.display()
        ),
    )
    .under("attachment")
    .expected("the declared attachments");
}
