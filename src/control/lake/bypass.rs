//! Who is governed by Lake Formation, and whether something lets them reach the objects without it.

use super::others::grants_of_role;
use super::places::locations_of;
use super::prefixes::{Asked, Prefix, Prefixes};
use super::seen::Context;
use crate::aws::iam;
use crate::aws::lake_formation::name::Name;
use crate::aws::policy::Pattern;
use crate::control::policy::{Allowed, Document, Held, Limit, Query, Who};
use crate::control::settings::Choice;
use crate::control::{Conditions, View, roles};
use crate::observed::{Node, Resource, named};

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
    let of_baseline = seen.declared_grants();
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
    let reached = places.within(&held, actions);
    out.held_times(places.len() - reached.len());
    for place in reached {
        let mut clear = true;
        let mut told: Vec<crate::observed::tree::NodeId> = Vec::new();
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
                clear = false;
                if told.contains(&grant.node.id()) {
                    continue;
                }
                told.push(grant.node.id());
                let message = format!(
                    "{} lets the role reach `{}` without Lake Formation, with `{action}`; {SCPS}",
                    grant.label, place.shown
                );
                let condition = if grant.sure == Allowed::Yes {
                    out.failed(grant.node, message)
                } else {
                    out.undecided(grant.node, message, "take the right away, or write the resources literally and without a condition")
                };
                condition
                    .expected("no right on the objects")
                    .observed(format!("`{action}`"));
            }
        }
        if clear {
            out.held();
        }
    }
}

/// So many locations whose buckets are not in sight are told of one by one.
const TOLD: usize = 32;

/// Whether the policy of a bucket in sight lets the role in; a bucket that is neither in sight nor named is unknown.
pub fn judge_bucket_policies(
    seen: &View<'_, '_>,
    places: &Prefixes,
    actions: &[&str],
    out: &mut Conditions,
) {
    let remedy = "declare the bucket beside it, list the location in `[[lake.locations.location]]`, or audit the live account";
    let (asked, more) = places.asked_of(seen, actions, TOLD);
    for Asked { prefix, policies } in asked {
        let Some(policies) = policies else {
            let message = format!(
                "whether the policy of the bucket of `{}` lets the role in is unknown",
                prefix.shown
            );
            let node = prefix.node(seen.scope).unwrap_or(seen.resource.body);
            out.undecided(node, message, remedy);
            continue;
        };
        for policy in policies {
            judge_bucket_policy(seen, policy, prefix, actions, out);
        }
    }
    if more > 0 {
        let message = format!(
            "whether the policies of the buckets of {more} more locations let the role in is unknown"
        );
        out.undecided(seen.resource.body, message, remedy);
    }
}

fn judge_bucket_policy<'t>(
    seen: &View<'_, 't>,
    node: Node<'t>,
    place: &Prefix,
    actions: &[&str],
    out: &mut Conditions,
) {
    let document = Document::of(node, seen.scope);
    if let Some((node, reason)) = document.trouble() {
        match reason {
            Some(reason) => out.unknown(node, reason, "the policy of the bucket is unknown"),
            None => out.undecided(
                node,
                "the policy of the bucket is no policy",
                "write the policy",
            ),
        };
    }
    let mut own = Pattern::of("arn:aws:iam::");
    own.push("*:role/*");
    if let Some(name) = seen.resource.identity.name.as_deref() {
        own = Pattern::of(&format!("arn:aws:iam::*:role/{name}"));
    }
    for opening in document.openings(actions, Some(&place.objects)) {
        let lets_in = match &opening.principal.who {
            Who::Anyone => true,
            Who::Identity(arn) => {
                arn.covers(&own) || own.covers(arn) || refers_to(seen, opening.principal.node)
            }
            Who::Account(_) | Who::Service(_) | Who::Outside(_) | Who::Deleted(_) => false,
            Who::Unknown => refers_to(seen, opening.principal.node),
        };
        if lets_in == opening.all_others {
            continue;
        }
        let limited = opening.statement.limit(|_| Limit::Unknown) != Limit::Open;
        let message = format!(
            "{} of the bucket's policy lets the role reach `{}` without Lake Formation",
            opening.statement.label(),
            place.shown
        );
        if limited || opening.sure != Allowed::Yes {
            out.undecided(
                opening.statement.node,
                message,
                "write the statement for other principals only",
            );
        } else {
            out.failed(opening.statement.node, message)
                .expected("no right on the objects");
        }
    }
}

fn refers_to(seen: &View<'_, '_>, node: Node<'_>) -> bool {
    seen.resource.identity.is_named_by(node)
}
