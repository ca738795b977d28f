//! Grants are exactly the declared ones.

use crate::control::lake::declared::{GrantTable, grants};
use crate::control::lake::outstanding::Owed;
use crate::control::lake::{self, Asked, Context, checks, request};
use crate::control::settings::{Includes, Pattern, Rows, Switch, settings};
use crate::control::{
    Absent, Conditions, Control, Declares, Draft, Meta, Missing, Review, RunFindings, Severity,
    Span, View,
};
use crate::lattice::{Cell, Row};
use crate::observed::ResourceKind;
use serde_json::{Value, json};

#[derive(Debug)]
pub(crate) enum Grants {}

settings! {
    pub(crate) struct Setting {
        /// The grants, keyed by principal, object and condition.
        grant: Rows<GrantTable>,
        /// Whether nothing else may be granted in the scope.
        exact: Switch = true,
        /// Patterns of the databases that are governed; without any, those of the grants.
        scope: Includes<Pattern>,
        /// Patterns of tables, `database.table`, to which no other layer may add a grant.
        sealed: Includes<Pattern>,
    }
}

/// The most entries of one call. Source: API model, `BatchGrantPermissions`.
const MAX_ENTRIES: usize = 20;

const LISTED: Declares = Declares {
    kind: ResourceKind::LakeFormationGrant,
    what: "declared grants",
    action: "lakeformation:ListPermissions",
    setting: "grant",
};

/// Why it cannot be known whether somebody holds what is owed.
fn unclear(owed: &Owed) -> Option<String> {
    let catalog = owed.grant.object.catalog.as_ref();
    if let Some(catalog) = catalog.map(ToString::to_string)
        && catalog.contains(':')
    {
        return Some(format!(
            "what is granted in catalog `{catalog}` is not among what was listed"
        ));
    }
    let who = &owed.grant.principal;
    owed.may_be_held
        .then(|| format!("a grant that may be for `{who}` could not be understood"))
}

impl Control for Grants {
    const META: &'static Meta = &Meta {
        id: "lake.grants",
        title: "grants are exactly the declared ones",
        severity: Severity::High,
        kinds: &[ResourceKind::LakeFormationGrant],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-3", "own NIST-800-53 AC-6"],
        docs: include_str!("grants.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if seen.resource.is_opt_in() {
            return;
        }
        let asked = Asked {
            declared: seen.declared(),
            exact: want.exact,
            scope: &want.scope,
        };
        lake::judge(asked, seen.grant(), &Context::of(seen), out);
    }

    fn judge_absent(_: &Setting, seen: &Absent<'_>, out: &mut RunFindings) {
        let grants = &seen.presence.grants;
        let missing: Vec<Owed> = grants.owed().collect();
        let missing = missing.iter().map(|owed| Missing {
            identity: &owed.grant.identity,
            shown: format!("{} for `{}`", owed.grant.words(), owed.grant.principal),
            unclear: unclear(owed),
        });
        seen.tell(&LISTED, missing, out, |condition| {
            condition
                .at(Severity::Medium)
                .fix("grant it: `plan` shows the call, and `apply` makes it");
        });
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        let cells = want.grant.values().flat_map(Row::values);
        let unbound = cells
            .flat_map(Cell::texts)
            .filter(|text| draft.bound("grant", text).is_none())
            .count();
        if unbound > 0 || !draft.with_requests {
            return;
        }
        let target = draft.target.clone();
        let (mut declared, _) = grants(&want.grant, Some(&target.account));
        // One object at a time: concurrent changes of one object's grants fail at the service.
        declared.sort_by(|a, b| (&a.object, &a.principal).cmp(&(&b.object, &b.principal)));
        for (number, batch) in declared.chunks(MAX_ENTRIES).enumerate() {
            let entries: Vec<Value> = batch
                .iter()
                .enumerate()
                .map(|(at, grant)| {
                    let id = format!("grant-{:04}", number * MAX_ENTRIES + at + 1);
                    request::entry(&id, grant, &target.account, target.partition)
                })
                .collect();
            let body = json!({ "CatalogId": target.account, "Entries": entries });
            let file = format!("batch-grant-permissions-{:03}", number + 1);
            let parts = batch
                .iter()
                .enumerate()
                .map(|(at, grant)| (format!("/Entries/{at}"), grant.identity.clone()));
            draft.request(&file, body, "grant", parts);
        }
    }

    fn review(want: &Setting, review: &mut Review<'_>) {
        let declared = review.declared();
        checks::faults(review, "grant", declared.faults());
        checks::each(review, declared.grants());
        checks::collisions(review, declared.grants());
        checks::sealed(review, declared.grants(), &want.sealed);
    }
}
