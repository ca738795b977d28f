//! Grants name principals and objects that exist.

use crate::aws::lake_formation::principal::{Principal, PrincipalKind};
use crate::control::settings::{Switch, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::{Node, ResourceKind};

#[derive(Debug)]
pub(crate) enum DanglingGrants {}

settings! {
    pub(crate) struct Setting {
        /// Whether tables and columns that were dropped count, too.
        objects: Switch = false,
    }
}

impl Control for DanglingGrants {
    const META: &'static Meta = &Meta {
        id: "lake.dangling-grants",
        title: "grants name principals and objects that exist",
        severity: Severity::Medium,
        kinds: &[ResourceKind::LakeFormationGrant],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-2"],
        docs: include_str!("dangling_grants.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if !seen.is_live() || seen.resource.is_opt_in() {
            return;
        }
        let grant = seen.grant();
        judge_principal(seen, grant.grant.principal, out);
        let lies_in_database = grant
            .object
            .as_ref()
            .is_ok_and(|object| object.database().is_some());
        if want.objects && lies_in_database {
            judge_object(seen, grant.grant.root.get("Resource"), out);
        }
    }
}

/// Roles and users of the account are looked up; of others nobody can say.
fn judge_principal(seen: &View<'_, '_>, node: Node<'_>, out: &mut Conditions) {
    let Some(text) = node.as_text() else {
        let reason = node.reason();
        match reason {
            Some(reason) => out.unknown(node, reason, "the principal is unknown"),
            None => out.undecided(node, "the principal is unknown", "observe again"),
        };
        return;
    };
    let own = seen.resource.identity.account.as_deref();
    let principal = Principal::of(text);
    let call = match principal.map(|one| one.kind) {
        Some(PrincipalKind::Role) => "iam:GetRole",
        Some(PrincipalKind::User) => "iam:GetUser",
        Some(
            PrincipalKind::IamAllowedPrincipals
            | PrincipalKind::AllPrincipals
            | PrincipalKind::Function
            | PrincipalKind::Root,
        ) => return out.held(),
        Some(
            PrincipalKind::Saml
            | PrincipalKind::IdentityCenter
            | PrincipalKind::QuickSight
            | PrincipalKind::Account
            | PrincipalKind::Organization,
        )
        | None => {
            let message = format!("whether `{text}` exists cannot be looked up");
            out.undecided(
                node,
                message,
                "look it up where it is kept, and waive the finding",
            );
            return;
        }
    };
    if principal.and_then(|one| one.account) != own {
        let message = format!("`{text}` is of another account, where it cannot be looked up");
        out.undecided(node, message, "grant to the account, or audit it");
        return;
    }
    let answer = seen.resource.body.get(call);
    must_be_found(node, answer, "NoSuchEntity", &format!("`{text}`"), out);
}

fn judge_object(seen: &View<'_, '_>, node: Node<'_>, out: &mut Conditions) {
    let body = seen.resource.body;
    let table = body.get("glue:GetTable");
    let answer = if table.is_set() || failed(table) {
        table
    } else {
        body.get("glue:GetDatabase")
    };
    let before = out.troubles().len();
    must_be_found(
        node,
        answer,
        "EntityNotFoundException",
        "what the grant is on",
        out,
    );
    if out.troubles().len() > before {
        return;
    }
    let columns = body
        .get("glue:GetTable")
        .path("Table/StorageDescriptor/Columns");
    let partitions = body.get("glue:GetTable").path("Table/PartitionKeys");
    let known = |name: &str| {
        let mut all = columns.items().chain(partitions.items());
        all.any(|column| {
            column
                .get("Name")
                .as_text()
                .is_some_and(|own| own.eq_ignore_ascii_case(name))
        })
    };
    for name in node.path("TableWithColumns/ColumnNames").items() {
        let gone = name.as_text().is_some_and(|name| !known(name));
        if gone && columns.is_set() {
            out.failed(name, format!("column {} does not exist", name.display()))
                .under("objects")
                .at(Severity::Low);
        }
    }
}

fn failed(answer: Node<'_>) -> bool {
    matches!(answer.reason(), Some(crate::observed::Reason::Call { .. }))
}

fn must_be_found(
    node: Node<'_>,
    answer: Node<'_>,
    missing: &str,
    what: &str,
    out: &mut Conditions,
) {
    let Some(reason) = answer.reason() else {
        if answer.is_absent() {
            out.undecided(
                node,
                format!("whether {what} exists is unknown"),
                "observe again",
            );
            return;
        }
        return out.held();
    };
    // "does not exist or requester is not authorized" says neither.
    let said = reason.to_string();
    if said.contains(missing) && !said.contains("not authorized") {
        let failed = out.failed(node, format!("{what} does not exist"));
        failed.fix("revoke the grant: what is made again under the name inherits it");
        if missing != "NoSuchEntity" {
            failed.under("objects").at(Severity::Low);
        }
        return;
    }
    out.unknown(node, reason, format!("whether {what} exists is unknown"));
}
