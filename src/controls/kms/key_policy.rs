//! Those who need a key may use it, and nobody else.

use crate::aws::policy::{Pattern, Reach};
use crate::control::kms::is_ours;
use crate::control::policy::{
    Allowed, Document, Limit, Opening, RolesInUse, Who, pattern_of_identity,
};
use crate::control::roles::is_role;
use crate::control::settings::{Allowance, Only, Pattern as Patterns, Switch, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::{Form, ResourceKind, named};

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

/// Which declared roles need a key, by what it is used for; see [`RolesInUse::used`].
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
    let by_account = openings
        .iter()
        .any(|one| matches!(&one.principal.who, Who::Account(_) | Who::Anyone));
    let roles = RolesInUse::of(seen.scope);
    for user in roles.used(users(seen), seen.scope) {
        let (role, best) = (user.role, user.decrypts);
        if by_account && best == Allowed::Yes {
            out.held();
            continue;
        }
        let arn = pattern_of_identity(role);
        let by_name = openings.iter().any(
            |one| matches!(&one.principal.who, Who::Identity(own) if own.reach(&arn) == Reach::All),
        );
        if by_name {
            out.held();
            continue;
        }
        let id = &role.identity.id;
        let condition = match best {
            _ if by_account && (best == Allowed::Perhaps || !user.is_known) => out.undecided(
                document.node,
                format!("whether `{id}`, which needs the key, may use it depends on policies of its own that are not known"),
                "name the role in the key's policy, or declare its policies",
            ),
            Allowed::Yes | Allowed::Perhaps | Allowed::No => out.failed(document.node, format!("`{id}` needs the key, and the key's policy does not let it")),
        };
        condition
            .under("derived-users")
            .expected(format!("an allow for `{id}`"))
            .observed("none");
    }
}
