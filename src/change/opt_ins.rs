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
    let mut made = Vec::new();
    for one in desired.opt_ins.iter().filter(|one| !is_there(draft, one)) {
        let holds = holders.hold(&one.principal, &one.object);
        made.push((one, holds));
    }
    let declared = desired.opt_ins.iter();
    let declared: BTreeSet<(&str, &Object)> = declared
        .map(|one| (one.principal.as_str(), &one.object))
        .collect();
    let others = current.opt_ins.iter().filter(|(principal, object, _)| {
        !declared.contains(&(principal.as_str(), object)) && !holders.hold(principal, object)
    });
    let others: Vec<_> = others.collect();
    for (one, holds) in made {
        opt_in(draft, one, holds);
    }
    for (principal, object, _) in others {
        let why = "its principal holds nothing there, and IAM does not count for it: grant it something, or delete the opt-in by hand, and IAM decides again";
        let fate = Fate::Reported(why.to_owned());
        let mut made = change(draft, principal, object, fate);
        (made.sign, made.class) = (Sign::Remove, Class::Excess);
        draft.change(made);
    }
    if needed {
        by_tags(draft);
    }
}

fn is_there(draft: &Draft<'_, '_>, one: &DeclaredOptIn) -> bool {
    let key = (
        one.principal.clone(),
        one.object.clone(),
        one.condition.clone(),
    );
    draft.current.opt_ins.contains(&key)
}

fn change(draft: &Draft<'_, '_>, principal: &str, object: &Object, fate: Fate) -> Change {
    Change {
        kind: Kind::OptIns,
        sign: Sign::Add,
        class: Class::Missing,
        fate,
        what: format!("opt-in on {object}"),
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
    let made = change(draft, &one.principal, &one.object, fate);
    let number = draft.change(made);
    if holds {
        let key = super::grants::key(&one.object);
        let body = one.body.clone();
        draft.call(Phase::OptIns, &CREATE_OPT_IN, key, body, vec![number]);
    }
}

/// Opt-ins are on what has a name. Source: Lake Formation Developer Guide, *Hybrid access mode*, notes and limitations.
fn by_tags(draft: &mut Draft<'_, '_>) {
    let desired = draft.desired;
    let by_tag = desired.grants.grants().iter();
    let by_tag = by_tag.filter(|grant| matches!(grant.object.node, On::TagPolicy(_)));
    let holders: BTreeSet<String> = by_tag.map(|grant| grant.principal.to_string()).collect();
    for holder in holders {
        let now = draft
            .current
            .opt_ins
            .iter()
            .map(|(principal, ..)| principal);
        let soon = desired.opt_ins.iter().map(|one| &one.principal);
        if now.chain(soon).any(|principal| *principal == holder) {
            continue;
        }
        let why = "AWS takes no opt-in on tags: opt it in by hand on the databases or tables that it is to read in hybrid access";
        let everywhere = Object {
            catalog: None,
            node: On::Catalog,
        };
        let made = Change {
            what: "opt-in on what bears its tags".to_owned(),
            ..change(draft, &holder, &everywhere, Fate::Reported(why.to_owned()))
        };
        draft.change(made);
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
