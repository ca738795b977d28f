//! Opt-ins of hybrid access mode: for whom Lake Formation decides on what is left to IAM for everybody else.
//!
//! Whoever is opted in and holds nothing is locked out, and whoever is opted out is IAM's again: so nobody is opted in who
//! is granted nothing, and no opt-in is ever deleted.

use super::desired::DeclaredOptIn;
use super::plan::{Change, Class, Draft, Evidence, Fate, Kind, Sign};
use super::step::Phase;
use crate::aws::lake_formation::grant::{Node as On, Object};
use crate::aws::lake_formation::name::Name;
use crate::control::lake::others::OptIn;
use crate::live::operation::CREATE_OPT_IN;
use crate::observed::ResourceKind;
use std::collections::{BTreeMap, BTreeSet};

/// Plans the opt-ins of the declared grants, where the baseline has hybrid locations.
pub(super) fn opt_ins(draft: &mut Draft<'_, '_>) {
    let (desired, current) = (draft.desired, draft.current);
    let needed = !desired.opt_ins.is_empty();
    if !desired.requires("lake.hybrid-access")
        || !needed && current.opt_ins.is_empty()
        || !draft.is_listed(ResourceKind::LakeFormationGrant, "opt-ins of hybrid access")
    {
        return;
    }
    let holders = Holders::of(draft);
    let missing = desired.opt_ins.iter();
    for one in missing.filter(|one| !current.opt_ins.contains(&one.key())) {
        opt_in(draft, one, holders.hold(&one.principal, &one.object));
    }
    let declared = desired.opt_ins.iter();
    let declared: BTreeSet<(&str, &Object)> = declared
        .map(|one| (one.principal.as_str(), &one.object))
        .collect();
    for (principal, object, _) in &current.opt_ins {
        if !declared.contains(&(principal, object)) && !holders.hold(principal, object) {
            tell_of_idle(draft, principal, object);
        }
    }
    if needed {
        by_tags(draft);
    }
}

fn change(draft: &Draft<'_, '_>, principal: &str, what: String, fate: Fate) -> Change {
    Change {
        kind: Kind::OptIns,
        sign: Sign::Add,
        class: Class::Missing,
        fate,
        what,
        holder: Some(principal.to_owned()),
        detail: None,
        wanted: draft.desired.lines_of("lake.hybrid-access"),
        evidence: Evidence::default(),
    }
}

fn opt_in(draft: &mut Draft<'_, '_>, one: &DeclaredOptIn, holds: bool) {
    let fate = if holds {
        Fate::Planned
    } else {
        let why = "its principal would hold nothing there, and IAM would not count for it any more";
        Fate::HeldBack(why.to_owned())
    };
    let what = format!("opt-in on {}", one.object);
    let made = change(draft, &one.principal, what, fate);
    let number = draft.change(made);
    if holds {
        let key = super::grants::key(&one.object);
        let body = one.body.clone();
        draft.call(Phase::OptIns, &CREATE_OPT_IN, key, body, vec![number]);
    }
}

fn tell_of_idle(draft: &mut Draft<'_, '_>, principal: &str, object: &Object) {
    let why = "its principal holds nothing there, and IAM does not count for it: grant it something, or delete the opt-in by hand, and IAM decides again";
    let fate = Fate::Reported(why.to_owned());
    let told = change(draft, principal, format!("opt-in on {object}"), fate);
    draft.change(Change {
        sign: Sign::Remove,
        class: Class::Excess,
        ..told
    });
}

/// Opt-ins are on what has a name. Source: Lake Formation Developer Guide, *Hybrid access mode*, notes and limitations.
fn by_tags(draft: &mut Draft<'_, '_>) {
    let (desired, current) = (draft.desired, draft.current);
    let now = current.opt_ins.iter();
    let now = now.map(|(principal, ..)| principal.as_str());
    let soon = desired.opt_ins.iter();
    let soon = soon.map(|one| one.principal.as_str());
    let opted: BTreeSet<&str> = now.chain(soon).collect();
    let by_tag = desired.grants.grants().iter();
    let by_tag = by_tag.filter(|grant| matches!(grant.object.node, On::TagPolicy(_)));
    let holders: BTreeSet<String> = by_tag.map(|grant| grant.principal.to_string()).collect();
    for holder in holders.iter().filter(|one| !opted.contains(one.as_str())) {
        let why = "AWS takes no opt-in on tags: opt it in by hand on the databases or tables that it is to read in hybrid access";
        let what = "opt-in on what bears its tags".to_owned();
        let told = change(draft, holder, what, Fate::Reported(why.to_owned()));
        draft.change(told);
    }
}

impl DeclaredOptIn {
    /// What it is known by among those that stand.
    fn key(&self) -> (String, Object, Option<String>) {
        let (principal, object) = (self.principal.clone(), self.object.clone());
        (principal, object, self.condition.clone())
    }
}

/// Who holds what once the plan is carried out.
struct Holders<'d> {
    held: BTreeMap<&'d str, Vec<&'d Object>>,
    given: BTreeMap<String, Vec<Object>>,
}

impl<'d> Holders<'d> {
    fn of(draft: &Draft<'d, '_>) -> Self {
        let mut held: BTreeMap<&str, Vec<&Object>> = BTreeMap::new();
        let grants = draft.current.grants.iter();
        for one in grants.filter(|one| !draft.revokes(one)) {
            held.entry(&one.principal).or_default().push(&one.object);
        }
        let mut given: BTreeMap<String, Vec<Object>> = BTreeMap::new();
        for (principal, object) in &draft.given {
            given
                .entry(principal.clone())
                .or_default()
                .push(object.clone());
        }
        Self { held, given }
    }

    /// Whether somebody holds anything that an opt-in on the object is for.
    fn hold(&self, principal: &str, object: &Object) -> bool {
        let opt_in = OptIn {
            principal: Name::from(principal),
            object: object.clone(),
        };
        let held = self.held.get(principal).into_iter().flatten().copied();
        let given = self.given.get(principal).into_iter().flatten();
        held.chain(given).any(|one| opt_in.reaches(one))
    }
}
