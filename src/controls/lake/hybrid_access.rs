//! Hybrid mode is a declared, passing state.

use crate::aws::lake_formation::grant::Node as On;
use crate::aws::lake_formation::name::Likeness;
use crate::aws::lake_formation::principal::is_iam_allowed_principals;
use crate::control::lake::others::{OptIn, grants_held_by, grants_left_to_iam, opt_ins_of};
use crate::control::lake::places::{lies_in, place};
use crate::control::lake::standing::Declared;
use crate::control::lake::{Context, SeenGrant, request};
use crate::control::settings::{Only, S3Prefix, settings};
use crate::control::{Conditions, Control, Draft, Meta, Severity, Span, View};
use crate::observed::{Node, ResourceKind, Switch, Value};
use std::collections::BTreeSet;

#[derive(Debug)]
pub(crate) enum HybridAccess {}

settings! {
    pub(crate) struct Setting {
        /// Locations that may be in hybrid access mode.
        paths: Only<S3Prefix> = &[],
    }
}

impl Control for HybridAccess {
    const META: &'static Meta = &Meta {
        id: "lake.hybrid-access",
        title: "hybrid mode is a declared, passing state",
        severity: Severity::High,
        kinds: &[
            ResourceKind::LakeFormationLocation,
            ResourceKind::LakeFormationGrant,
        ],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-3"],
        docs: include_str!("hybrid_access.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if seen.resource.kind() == ResourceKind::LakeFormationLocation {
            return judge_location(want, seen, out);
        }
        let context = Context::of(seen);
        if seen.resource.is_opt_in() {
            judge_opt_in(&context, seen, out);
        } else {
            judge_grant(&context, seen, out);
        }
    }

    /// Which tables lie on a path is not in a baseline: every declared grant on a table or database gets its opt-in,
    /// which changes nothing where no location is hybrid.
    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        if want.paths.texts().is_empty() || !draft.with_requests {
            return;
        }
        let target = draft.target.clone();
        let declared = Declared::of(draft.requirements.get("lake.grants"), Some(&target.account));
        let grants = declared.grants();
        let (mut bodies, mut written) = (Vec::new(), BTreeSet::new());
        for grant in grants {
            let known = grant.principal.as_known().is_some();
            if let Some(body) = request::opt_in(grant, &target.account).filter(|_| known)
                && written.insert(body.to_string())
            {
                bodies.push(body);
            }
        }
        for (at, body) in bodies.into_iter().enumerate() {
            let file = format!("create-lake-formation-opt-in-{:03}", at + 1);
            draft.request(&file, body, "paths", [(String::new(), String::new())]);
        }
    }
}

fn judge_location(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
    let root = seen.resource.registered_location();
    let node = root.get("HybridAccessEnabled");
    let arn = root.get("ResourceArn");
    let condition = match seen.resource.lake_switch(node) {
        Switch::Off | Switch::Absent => return out.held(),
        Switch::Odd if matches!(node.value(), Value::Null) => return out.held(),
        Switch::Unreadable(reason) => out.unknown(node, reason, "`HybridAccessEnabled` is unknown"),
        Switch::On | Switch::TextOn => match (arn.as_text(), arn.reason()) {
            (Some(text), _) if is_allowed(want, text) => {
                return out.held();
            }
            (None, Some(reason)) if !want.paths.texts().is_empty() => {
                out.unknown(arn, reason, "which location is hybrid is unknown")
            }
            _ => out.failed(
                node,
                "the location is in hybrid access mode: principals without an opt-in use IAM there",
            ),
        },
        Switch::TextOff | Switch::Odd => out.undecided(
            node,
            format!("`HybridAccessEnabled` is {}, not a boolean", node.display()),
            "write it as the boolean false",
        ),
    };
    condition
        .under("paths")
        .expected(format!("hybrid access on {}", want.paths))
        .observed(node.display());
}

/// Whether a location is one of the listed ones, or lies in one.
fn is_allowed(want: &Setting, seen: &str) -> bool {
    let seen = place(seen);
    want.paths.allows_by(|path| {
        let path = place(&path.to_string());
        path.likeness(&seen) == Likeness::Same || lies_in(&seen, &path)
    })
}

/// Where IAM decides on an object, a grant does nothing for a principal without an opt-in.
fn judge_grant<'a, 't>(context: &Context<'a, 't>, seen: &View<'a, 't>, out: &mut Conditions) {
    let grant = seen.grant();
    let (Ok(principal), Ok(object)) = (&grant.principal, &grant.object) else {
        return;
    };
    let of_iam = |grant: &SeenGrant<'_>| {
        let name = grant
            .principal
            .as_ref()
            .ok()
            .and_then(|name| name.as_known());
        name.is_some_and(is_iam_allowed_principals)
    };
    let tables = matches!(
        object.node,
        On::Table(..) | On::AllTables(_) | On::Columns(..) | On::Filter(..) | On::Database(_)
    );
    if of_iam(grant) || !tables {
        return;
    }
    let left = grants_left_to_iam(context, seen, object.database()).any(|(_, other)| {
        of_iam(&other)
            && other.object.as_ref().is_ok_and(|other| {
                other.database() == object.database()
                    && (other.table() == object.table() || other.table().is_none())
            })
    });
    if !left {
        return;
    }
    let opted = opt_ins_of(context, seen, principal)
        .filter(|one| one.covers(principal, object))
        .count();
    if opted > 0 {
        return out.held();
    }
    let node: Node<'_> = grant.grant.principal;
    let message =
        format!("`{principal}` has no opt-in on {object}, which is left to IAM for others");
    if seen.is_live() {
        out.failed(node, message).expected("an opt-in");
    } else {
        out.undecided(
            node,
            message,
            "audit the live account, where opt-ins are listed, or give the request that makes one",
        );
    }
}

/// An opt-in without a grant locks its principal out.
fn judge_opt_in<'a, 't>(context: &Context<'a, 't>, seen: &View<'a, 't>, out: &mut Conditions) {
    let opt_in = match OptIn::of(context, seen.resource) {
        Ok(opt_in) => opt_in,
        Err(trouble) => return trouble.record(out),
    };
    let node = seen.resource.opt_in();
    let policy = matches!(opt_in.object.node, On::TagPolicy(_));
    if policy {
        out.failed(
            node,
            "opt-ins are on catalogs, databases and tables, never on tag policies",
        )
        .expected("a database or table");
        return;
    }
    let declared = seen.declared().grants();
    let granted = declared.iter().any(|grant| {
        grant.principal.likeness(&opt_in.principal) == Likeness::Same
            && opt_in.reaches(&grant.object)
    });
    let seen_one = || {
        grants_held_by(context, seen, &opt_in.principal).any(|(_, grant)| {
            match (&grant.principal, &grant.object) {
                (Ok(principal), Ok(object)) => {
                    *principal == opt_in.principal && opt_in.reaches(object)
                }
                _ => false,
            }
        })
    };
    if granted || seen_one() {
        return out.held();
    }
    let message = format!(
        "`{}` has an opt-in on {} and no grant in sight",
        opt_in.principal, opt_in.object
    );
    if seen.is_live() {
        out.failed(node, message)
            .at(Severity::Low)
            .expected("a grant");
    } else {
        out.undecided(
            node,
            message,
            "declare the grant in `[[lake.grants.grant]]`, or audit the live account",
        )
        .severity = Some(Severity::Low);
    }
}
