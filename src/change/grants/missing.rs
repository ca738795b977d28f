//! Declared grants that are not held.

use super::cover::holds;
use super::{Change, Class, Evidence, Fate, Given, Kind, Sign, Work, key};
use crate::aws::lake_formation::name::Name;
use crate::aws::lake_formation::permissions::includes;
use crate::change::current::Held;
use crate::change::revoke::{Cut, Want, is_left};
use crate::control::lake::DeclaredGrant;
use crate::control::lake::request;
use crate::control::lake::standing::{members, squeezed};
use std::sync::Arc;

/// What is said of a grant that comes right after what gives way to it.
const EXCHANGED: &str =
    "AWS does not hold it beside what gives way to it: for a moment neither is granted";

impl Work<'_, '_, '_> {
    pub(super) fn weigh_declared(&mut self) {
        let desired = self.draft.desired;
        for declared in desired.grants.grants() {
            let missing = self.missing(declared);
            if !missing.permissions.is_empty() {
                self.give(declared, &missing);
            }
        }
    }

    /// What of a declared grant nobody's remaining grants give.
    fn missing(&self, declared: &DeclaredGrant) -> DeclaredGrant {
        let mut missing = declared.clone();
        Arc::make_mut(&mut missing.grantable)
            .retain(|permission| !self.is_given(declared, permission, true));
        Arc::make_mut(&mut missing.permissions).retain(|permission| {
            !self.is_given(declared, permission, false) || missing.grantable.contains(permission)
        });
        missing
    }

    /// Whether a permission is held already, and stays.
    fn is_given(&self, declared: &DeclaredGrant, permission: &str, grantable: bool) -> bool {
        let parts = declared.object.class().parts_of_all();
        if permission == "ALL"
            && !parts.is_empty()
            && parts
                .iter()
                .all(|part| self.covers(declared, part, grantable))
        {
            return true;
        }
        self.covers(declared, permission, grantable)
    }

    fn covers(&self, declared: &DeclaredGrant, permission: &str, grantable: bool) -> bool {
        let every = |member: Option<&Name>| {
            let want = Want { grantable, member };
            self.same_holders(declared)
                .any(|(at, held)| self.gives(at, held, (declared, permission), &want))
        };
        match members(&declared.object) {
            Some(listed) => listed.iter().all(|member| every(Some(member))),
            None => every(None),
        }
    }

    /// The grants of the same principal under the same condition that may cover the declared one.
    fn same_holders<'a>(
        &'a self,
        declared: &'a DeclaredGrant,
    ) -> impl Iterator<Item = (usize, &'a Held)> {
        let principal = declared.principal.to_string();
        let wanted = declared.condition.as_ref();
        let wanted = wanted.map(|condition| squeezed(&condition.to_string()));
        let near = self.near(&principal, &declared.object).to_vec();
        near.into_iter()
            .filter_map(|at| Some((at, self.held(at)?)))
            .filter(move |(_, held)| held.condition.as_deref().map(squeezed) == wanted)
    }

    /// Whether a held grant gives a permission on the declared object, or on one member of its list.
    fn gives(
        &self,
        at: usize,
        held: &Held,
        (declared, permission): (&DeclaredGrant, &str),
        want: &Want<'_>,
    ) -> bool {
        let taken = self.taken.get(&at);
        let cuts: Vec<Cut> = taken
            .map(|taken| taken.cuts.iter().map(|(cut, _)| cut.clone()).collect())
            .unwrap_or_default();
        let class = held.object.class();
        let came_with_all = self.loses_all(held, want.grantable);
        held.rights.iter().any(|right| {
            includes(class, &right.name, permission)
                && !(came_with_all && class.parts_of_all().contains(&right.name.as_str()))
                && is_left(held, right, &cuts, want)
                && holds(&held.object, &declared.object, want.member)
        })
    }

    /// Whether an `ALL` on the same goes. Whether what is listed beside it was granted by itself is not to be seen: what
    /// stays of it is granted before.
    fn loses_all(&self, held: &Held, grantable: bool) -> bool {
        let mut near = self.near(&held.principal, &held.object).iter();
        near.any(|at| {
            let same = self.held(*at).is_some_and(|other| {
                other.object == held.object && other.condition == held.condition
            });
            let taken = self.taken.get(at).filter(|_| same);
            taken.is_some_and(|taken| {
                let mut cuts = taken.cuts.iter();
                cuts.any(|(cut, _)| cut.permission == "ALL" && (grantable || !cut.option_only))
            })
        })
    }

    /// Makes a grant, unless something stands in its way that stays.
    fn give(&mut self, declared: &DeclaredGrant, missing: &DeclaredGrant) {
        let (unit, fate) = match self.way(declared) {
            Ok(unit) => (unit, Fate::Planned),
            Err(why) => (None, Fate::HeldBack(why)),
        };
        let planned = fate == Fate::Planned;
        let desired = self.draft.desired;
        let condition = declared.condition.as_ref();
        let condition = condition.map(|condition| format!("when {condition}"));
        let exchanged = unit.as_ref().map(|_| EXCHANGED.to_owned());
        let details: Vec<String> = condition.into_iter().chain(exchanged).collect();
        let number = self.draft.change(Change {
            kind: Kind::Grants,
            sign: Sign::Add,
            class: Class::Missing,
            fate,
            what: words(missing),
            holder: Some(declared.principal.to_string()),
            detail: (!details.is_empty()).then(|| details.join("; ")),
            wanted: desired.lines("lake.grants", "grant", &declared.identity),
            evidence: Evidence::default(),
        });
        if !planned {
            return;
        }
        let to = declared.principal.to_string();
        self.draft.given.push((to, declared.object.clone()));
        let mut entry = request::entry(
            "",
            missing,
            &desired.target.account,
            desired.target.partition,
        );
        if let serde_json::Value::Object(members) = &mut entry {
            members.shift_remove("Id");
        }
        self.given.push(Given {
            principal: declared.principal.to_string(),
            object: declared.object.clone(),
            key: key(&declared.object),
            entry,
            changes: vec![number],
            unit,
        });
    }
}

/// A grant in words.
fn words(grant: &DeclaredGrant) -> String {
    let each = grant.permissions.iter().map(|permission| {
        if grant.grantable.contains(permission) {
            format!("{permission} (with the grant option)")
        } else {
            permission.clone()
        }
    });
    let each: Vec<String> = each.collect();
    format!("{} on {}", each.join(", "), grant.object)
}
