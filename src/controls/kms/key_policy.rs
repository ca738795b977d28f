//! Those who need a key may use it, and nobody else.

use crate::aws::policy::Pattern;
use crate::control::kms::is_ours;
use crate::control::policy::{Allowed, Document, Limit, Needing, Opening, RolesInUse, Who};
use crate::control::roles::is_role;
use crate::control::settings::{Allowance, Only, Pattern as Patterns, Switch, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, TOLD, View};
use crate::observed::{Form, Node, ResourceKind, named};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug)]
pub(crate) enum KeyPolicy {}

settings! {
    pub(crate) struct Setting {
        /// The principals, by ARN, that may use keys besides those that need to; any of the accounts, when none is given.
        principals: Only<Patterns>,
        /// The accounts whose principals may; the target's, when none is given.
        accounts: Only<Patterns>,
        /// Whether a statement may leave the decision to the account's own policies.
        account_root: Allowance = true,
        /// Whether those that need the key must be allowed.
        derived_users: Switch = true,
    }
}

/// What a principal must not be let do, unless it may use the key.
const ACTIONS: &[&str] = &[
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:ReEncryptFrom",
    "kms:GenerateDataKey",
    "kms:CreateGrant",
    "kms:PutKeyPolicy",
];

impl Control for KeyPolicy {
    const META: &'static Meta = &Meta {
        id: "kms.key-policy",
        title: "those who need a key may use it, and nobody else",
        severity: Severity::High,
        kinds: &[ResourceKind::KmsKey],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &[
            "AWS-FSBP KMS.5",
            "own NIST-800-53 AC-6",
            "own NIST-800-53 SC-12",
        ],
        docs: include_str!("key_policy.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let key = seen.resource;
        let node = match key.form {
            Form::Named => return out.leave_to_audit(),
            Form::Live => key.body.get("kms:GetKeyPolicy").get("Policy"),
            Form::CloudFormation
            | Form::Terraform
            | Form::Document
            | Form::Request
            | Form::Described => key.body.get("KeyPolicy"),
        };
        // Source: KMS Developer Guide, *Default key policy*: without one, the account decides.
        if node.is_absent() && !seen.is_live() {
            if want.account_root {
                out.held();
            } else {
                out.failed(
                    node,
                    "`KeyPolicy` is absent, which leaves the decision to the account",
                )
                .under("account-root")
                .expected("named principals")
                .observed("absent");
            }
            return;
        }
        let document = Document::of(node, seen.scope);
        let openings = document.openings(ACTIONS, None);
        if out.unknown_policies(&[document], "the policy of the key") {
            return;
        }
        for opening in &openings {
            judge_opening(want, opening, seen, out);
        }
        if openings.is_empty() {
            out.held();
        }
        if want.derived_users {
            judge_users(&openings, document, seen, out);
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
    let label = opening.statement.label();
    let who = &opening.principal.who;
    let ours = |account: &Pattern| is_ours(account, &want.accounts, seen);
    let closed = opening
        .statement
        .limit(|test| test.closes_to(seen.scope, ours));
    let (limit, setting) = match who {
        _ if opening.all_others => (Limit::Open, None),
        _ if closed == Limit::Closed => (Limit::Closed, None),
        Who::Anyone => (closed, None),
        Who::Account(account) if ours(account) == Limit::Closed && !want.account_root => {
            (Limit::Open, Some("account-root"))
        }
        Who::Account(account) => (ours(account), Some("accounts")),
        Who::Identity(arn) => judge_identity(want, arn, seen),
        // A service acts for somebody who may: through grants, or under its own conditions.
        Who::Service(_) => (Limit::Closed, None),
        Who::Outside(_) | Who::Deleted(_) => (Limit::Open, Some("principals")),
        Who::Unknown => (Limit::Unknown, Some("principals")),
    };
    let limit = if limit == Limit::Open && opening.sure == Allowed::Perhaps {
        Limit::Unknown
    } else {
        limit
    };
    let condition = match limit {
        Limit::Closed => return out.held(),
        Limit::Open if opening.all_others => out.failed(node, format!("{label} lets everybody but a few use the key")),
        Limit::Open => out.failed(node, format!("{label} lets {} use the key", who.display())),
        Limit::Unknown => out.undecided(
            node,
            format!("whether {label} lets others use the key depends on what is not known, or on a condition that is not understood"),
            "name principals literally, or give the account with `--target`",
        ),
    };
    condition
        .expected("those who need the key")
        .observed(node.display());
    condition.setting = setting;
}

fn judge_identity(
    want: &Setting,
    arn: &Pattern,
    seen: &View<'_, '_>,
) -> (Limit, Option<&'static str>) {
    let account = arn.segments().into_iter().nth(4).unwrap_or_default();
    let by_account = is_ours(&account, &want.accounts, seen);
    if by_account != Limit::Closed || want.principals.is_any() {
        return (by_account, Some("accounts"));
    }
    let needs = RolesInUse::of(seen.scope).cover(users(seen), arn);
    let name = arn.last_name();
    match name {
        _ if needs => (Limit::Closed, None),
        Some(name) if want.principals.allows_by(|text| is_role(text, &name)) => {
            (Limit::Closed, None)
        }
        Some(_) => (Limit::Open, Some("principals")),
        None => (Limit::Unknown, Some("principals")),
    }
}

/// Which declared roles need a key, by what it is used for; see [`RolesInUse::needing`].
/// Source: EMR Management Guide, *Create keys and certificates for data encryption*.
fn users(seen: &View<'_, '_>) -> [bool; 3] {
    let own = named::purposes(seen.resource, seen.scope);
    let (s3, disk) = (own.contains(&"s3"), own.contains(&"disk"));
    [s3 || disk || own.contains(&"wal"), s3, disk]
}

/// Each that needs the key must be let in: by name, or by the account's statement and a policy of its own.
fn judge_users<'t>(
    openings: &[Opening<'_, 't>],
    document: Document<'_, 't>,
    seen: &View<'_, 't>,
    out: &mut Conditions,
) {
    let leaves_it =
        |one: &Opening<'_, 't>| matches!(&one.principal.who, Who::Account(_) | Who::Anyone);
    let by_account = openings.iter().any(leaves_it);
    let roles = RolesInUse::of(seen.scope);
    let Some(needing) = roles.needing(users(seen)) else {
        return;
    };
    let arns = openings.iter().filter_map(|one| match &one.principal.who {
        Who::Identity(arn) => Some(arn),
        Who::Anyone
        | Who::Account(_)
        | Who::Service(_)
        | Who::Outside(_)
        | Who::Deleted(_)
        | Who::Unknown => None,
    });
    let by_name: BTreeSet<usize> = arns.flat_map(|arn| roles.within(arn)).collect();
    let Needing { sure, open, closed } = needing;
    let (held, open, closed): (&[usize], &[usize], Vec<&Vec<usize>>) = if by_account {
        (sure, open, vec![closed])
    } else {
        (&[], &[], vec![sure, open, closed])
    };
    out.held_times(held.len());
    let left = |all: &[usize]| {
        let named = by_name.iter().filter(|one| all.binary_search(one).is_ok());
        all.len() - named.count()
    };
    let count = left(open) + closed.iter().map(|all| left(all)).sum::<usize>();
    let most = open.len() + closed.iter().map(|all| all.len()).sum::<usize>();
    out.held_times(most - count);
    // Those first that fail; told in their order.
    let first = closed
        .iter()
        .flat_map(|all| all.iter().map(|one| (*one, false)));
    let all = first.chain(open.iter().map(|one| (*one, true)));
    let told = all.filter(|(number, _)| !by_name.contains(number));
    let told: BTreeMap<usize, bool> = told.take(TOLD).collect();
    for (number, is_open) in &told {
        if let Some(role) = roles.role(*number, seen.scope) {
            tell(&role.identity.id, *is_open, document.node, out);
        }
    }
    let more = count - told.len();
    if more > 0 {
        let fails = told.values().any(|is_open| !*is_open);
        tell_more(more, fails, document.node, out);
    }
}

/// Says that so many more roles are not let in, or may not be.
fn tell_more(more: usize, fails: bool, node: Node<'_>, out: &mut Conditions) {
    let what = format!("{more} more roles need the key");
    let condition = if fails {
        let message = format!("{what}, and its policy does not let them, or may not");
        out.failed(node, message)
    } else {
        out.undecided(
            node,
            format!("{what}, and whether they may use it depends on policies of their own that are not known"),
            "name the roles in the key's policy, or declare their policies",
        )
    };
    condition
        .under("derived-users")
        .expected(format!("an allow for {more} more"));
}

/// Says that a role is not let in, or that this is open.
fn tell(id: &str, is_open: bool, node: Node<'_>, out: &mut Conditions) {
    let condition = if is_open {
        out.undecided(
            node,
            format!("whether `{id}`, which needs the key, may use it depends on policies of its own that are not known"),
            "name the role in the key's policy, or declare its policies",
        )
    } else {
        out.failed(
            node,
            format!("`{id}` needs the key, and the key's policy does not let it"),
        )
    };
    condition
        .under("derived-users")
        .expected(format!("an allow for `{id}`"))
        .observed("none");
}
