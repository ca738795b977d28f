//! Who is governed by Lake Formation, and whether something lets them reach the objects without it.

use super::others::grants_of_role;
use super::places::locations_of;
use super::prefixes::{Prefix, Prefixes};
use super::seen::Context;
use crate::aws::iam;
use crate::aws::lake_formation::name::Name;
use crate::control::policy::{Allowed, Held, Limit, Query};
use crate::control::settings::Choice;
use crate::control::{Conditions, TOLD, View, roles};
use crate::observed::tree::NodeId;
use crate::observed::{Resource, named};
use std::collections::BTreeSet;

/// Whether Lake Formation governs a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Governed {
    /// Nothing says so.
    No,
    /// It does, and the baseline lets it reach the objects.
    Exempt,
    /// It does.
    Yes,
}

/// A text that names a role, as its identity does.
fn names(resource: &Resource<'_>, text: &str) -> bool {
    let own = [
        resource.identity.arn.as_deref(),
        resource.identity.name.as_deref(),
    ];
    own.into_iter()
        .flatten()
        .any(|own| own == text || iam::is_same_role(own, text))
}

/// Whether Lake Formation governs a role: by a grant in sight or in the baseline, or as a runtime role.
pub fn governed_by(seen: &View<'_, '_>, exempt: &Choice) -> Governed {
    let role = seen.resource;
    let context = Context::of(seen);
    let own = [role.identity.arn.as_deref(), role.identity.name.as_deref()];
    let own: Vec<&str> = own.into_iter().flatten().collect();
    let of_baseline = seen.declared().grants();
    let declared = of_baseline
        .iter()
        .any(|grant| is_holder(role, &grant.principal));
    let granted = || {
        grants_of_role(&context, seen).any(|(_, grant)| {
            role.identity.is_named_by(grant.grant.principal)
                || grant.principal.is_ok_and(|holder| is_holder(role, &holder))
        })
    };
    let runtime = || named::purposes(role, seen.scope).contains(&"runtime");
    if !declared && !granted() && !runtime() {
        return Governed::No;
    }
    let listed = !exempt.is_any()
        && own
            .iter()
            .any(|own| exempt.allows_by(|text| roles::is_role(text, own)));
    let registers = || {
        let declared = locations_of(seen.requirement("lake.locations"));
        let of_baseline = declared.iter().filter_map(|one| one.role.as_ref());
        let mut registered = context.registered_with(&role.identity);
        of_baseline
            .into_iter()
            .any(|want| own.iter().any(|own| roles::is_role(want, own)))
            || registered.any(|one| {
                let node = one.registered_location().get("RoleArn");
                role.identity.is_named_by(node)
                    || node.as_text().is_some_and(|text| names(role, text))
            })
    };
    if listed || exempt.is_any() && registers() {
        Governed::Exempt
    } else {
        Governed::Yes
    }
}

fn is_holder(role: &Resource<'_>, holder: &Name) -> bool {
    let shown = holder.to_string();
    let name = shown.rsplit('/').next().unwrap_or_default();
    names(role, &shown)
        || holder.as_known().is_none()
            && shown.contains(":role/")
            && role.identity.name.as_deref() == Some(name)
}

/// Conditions are not modelled: a right under one may be used.
const fn any_condition(
    _: &crate::control::policy::Statement<'_, '_>,
    _: &crate::control::policy::Test<'_>,
) -> Limit {
    Limit::Unknown
}

const SCPS: &str = "service control policies that might deny it are not read";

/// Whether what the role carries lets it reach a prefix.
pub fn judge_role(seen: &View<'_, '_>, places: &Prefixes, actions: &[&str], out: &mut Conditions) {
    let held = Held::of(seen.resource, seen.scope);
    for gap in &held.gaps {
        match gap.reason {
            Some(reason) => out.unknown(gap.node, reason, gap.what.clone()),
            None => out.undecided(
                gap.node,
                gap.what.clone(),
                "write the policy in the input, or audit the live account",
            ),
        };
    }
    let reached = places.about(&held, |one| one.allows(actions, None) > Allowed::No);
    out.held_times(places.all().len() - reached.len());
    let (mut worst, mut told) = (Allowed::No, 0);
    let order = Order::of(places, &held, actions, reached);
    for (at, number) in order.numbers.iter().enumerate() {
        // What is left is no worse than what was told.
        if told >= TOLD && (worst == Allowed::Yes || at >= order.may_fail) {
            let more = order.numbers.len() - at;
            let message =
                format!("the role may reach {more} more locations without Lake Formation; {SCPS}");
            if worst == Allowed::Yes {
                out.failed(seen.resource.body, message);
            } else {
                out.undecided(seen.resource.body, message, REMEDY);
            }
            break;
        }
        let Some(place) = places.all().get(*number) else {
            continue;
        };
        let sure = judge_place(&held, place, actions, out);
        if sure == Allowed::No {
            out.held();
        } else {
            told += 1;
        }
        worst = worst.max(sure);
    }
}

/// In which order a role is held against prefixes that it may reach.
struct Order {
    /// Their numbers.
    numbers: Vec<usize>,
    /// No more than so many of the first ones are surely reached.
    may_fail: usize,
}

impl Order {
    /// Few are taken as they are. Of many, those come first that may decide the verdict.
    fn of(
        places: &Prefixes,
        held: &Held<'_, '_>,
        actions: &[&str],
        reached: BTreeSet<usize>,
    ) -> Self {
        if reached.len() <= TOLD {
            let may_fail = reached.len();
            let numbers = reached.into_iter().collect();
            return Self { numbers, may_fail };
        }
        let on_anything = actions.iter().flat_map(|action| {
            held.grants(&Query {
                action,
                on: None,
                limit: &any_condition,
            })
        });
        let mut first = BTreeSet::new();
        if on_anything.map(|grant| grant.sure).max() == Some(Allowed::Yes) {
            first = places.about(held, |one| {
                let is_open = one.limit(|_| Limit::Unknown) == Limit::Open;
                is_open && one.allows(actions, None) == Allowed::Yes
            });
        }
        let may_fail = first.len();
        let rest = reached.difference(&first).copied();
        let numbers = first.iter().copied().chain(rest).collect();
        Self { numbers, may_fail }
    }
}

const REMEDY: &str =
    "take the right away, or write the resources literally and without a condition";

/// How sure it is that the role reaches a prefix, which is told.
fn judge_place(
    held: &Held<'_, '_>,
    place: &Prefix,
    actions: &[&str],
    out: &mut Conditions,
) -> Allowed {
    let mut worst = Allowed::No;
    let mut told: Vec<NodeId> = Vec::new();
    for action in actions {
        let on = if *action == "s3:ListBucket" {
            &place.bucket
        } else {
            &place.objects
        };
        let query = Query {
            action,
            on: Some(on),
            limit: &any_condition,
        };
        for grant in held.grants(&query) {
            if told.contains(&grant.node.id()) {
                continue;
            }
            told.push(grant.node.id());
            worst = worst.max(grant.sure);
            let message = format!(
                "{} lets the role reach `{}` without Lake Formation, with `{action}`; {SCPS}",
                grant.label, place.shown
            );
            let condition = if grant.sure == Allowed::Yes {
                out.failed(grant.node, message)
            } else {
                out.undecided(grant.node, message, REMEDY)
            };
            condition
                .expected("no right on the objects")
                .observed(format!("`{action}`"));
        }
    }
    worst
}
