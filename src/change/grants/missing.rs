//! Declared grants that are not held.

use super::{Change, Class, Evidence, Fate, Given, Kind, Sign, Work, key};
use crate::aws::lake_formation::name::Name;
use crate::aws::lake_formation::permissions::includes;
use crate::change::current::Held;
use crate::change::revoke::{Cut, Want, is_left};
use crate::control::lake::DeclaredGrant;
use crate::control::lake::outstanding::holds;
use crate::control::lake::request;
use crate::control::lake::standing::{members, squeezed};

/// What is said of a grant that comes right after what gives way to it.
const EXCHANGED: &str =
    "AWS does not hold it beside what gives way to it: for a moment neither is granted";

impl Work<'_, '_, '_> {
    pub(super) fn weigh_declared(&mut self) {
        let desired = self.draft.desired;
        for declared in desired.grants.grants() {
            if let Some(missing) = self.missing(declared) {
                self.give(declared, &missing);
            }
        }
    }

    /// What of a declared grant nobody's remaining grants give, where that is something.
    fn missing(&self, declared: &DeclaredGrant) -> Option<DeclaredGrant> {
        let near = self.same_holders(declared);
        declared
            .less(|permission, grantable| self.is_given(&near, declared, (permission, grantable)))
    }

    /// Whether a permission is held already, and stays.
    fn is_given(
        &self,
        near: &[(usize, &Held)],
        declared: &DeclaredGrant,
        (permission, grantable): (&str, bool),
    ) -> bool {
        let parts = declared.object.class().parts_of_all();
        if permission == "ALL"
            && !parts.is_empty()
            && parts
                .iter()
                .all(|part| self.covers(near, declared, (part, grantable)))
        {
            return true;
        }
        self.covers(near, declared, (permission, grantable))
    }

    fn covers(
        &self,
        near: &[(usize, &Held)],
        declared: &DeclaredGrant,
        (permission, grantable): (&str, bool),
    ) -> bool {
        let every = |member: Option<&Name>| {
            let want = Want { grantable, member };
            near.iter()
                .any(|(at, held)| self.gives(*at, held, (declared, permission), &want))
        };
        match members(&declared.object) {
            Some(listed) => listed.iter().all(|member| every(Some(member))),
            None => every(None),
        }
    }

    /// The grants of the same principal under the same condition that may cover the declared one.
    fn same_holders(&self, declared: &DeclaredGrant) -> Vec<(usize, &Held)> {
        let principal = declared.principal.to_string();
        let wanted = declared.condition.as_ref();
        let wanted = wanted.map(|condition| squeezed(&condition.to_string()));
        self.near(&principal, &declared.object)
            .filter_map(|at| Some((at, self.held(at)?)))
            .filter(|(_, held)| held.condition.as_deref().map(squeezed) == wanted)
            .collect()
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
        held.rights.iter().any(|right| {
            let is_part = class.parts_of_all().contains(&right.name.as_str());
            includes(class, &right.name, permission)
                && !(is_part && self.loses_all(held, want.grantable))
                && is_left(held, right, &cuts, want)
                && holds(&held.object, &declared.object, want.member)
        })
    }

    /// Whether an `ALL` on the same goes. Whether what is listed beside it was granted by itself is not to be seen: what
    /// stays of it is granted before.
    fn loses_all(&self, held: &Held, grantable: bool) -> bool {
        if self.taken.is_empty() {
            return false;
        }
        let mut near = self.near(&held.principal, &held.object);
        near.any(|at| {
            let same = self.held(at).is_some_and(|other| {
                other.object == held.object && other.condition == held.condition
            });
            let taken = self.taken.get(&at).filter(|_| same);
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
            what: missing.words(),
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
