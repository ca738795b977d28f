//! What is owed of declared grants: all of it, until the grants that somebody holds have been counted.

use super::declared::DeclaredGrant;
use super::seen::SeenGrant;
use super::standing::{Declared, Holding, members, with_members};
use crate::aws::lake_formation::grant::{Columns, Node as On, Object};
use crate::aws::lake_formation::name::Name;
use crate::aws::lake_formation::permissions::{ObjectClass, PERMISSIONS, includes};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Declared grants, and what of each somebody holds already. No more is kept than what is counted, however many grants
/// there are.
#[derive(Debug)]
pub struct Outstanding<'d> {
    declared: &'d Declared,
    /// By the number of the grant.
    given: BTreeMap<usize, Given>,
    /// Of those on all columns but some, likewise.
    columns: BTreeMap<usize, SomeColumns>,
    /// Who holds grants that could not be understood; `None` where not even that is known.
    obscure: BTreeSet<Option<Name>>,
}

/// A declared grant that is not held in full.
#[derive(Clone, Debug)]
pub struct Owed {
    /// What of it nobody's grants give.
    pub grant: DeclaredGrant,
    /// Whether a grant that could not be understood may give it.
    pub may_be_held: bool,
}

/// What somebody holds of a declared grant, for each member of its list: permissions, and those with the grant option.
type Given = Vec<[Permissions; 2]>;

/// Permissions: a bit for each of [`PERMISSIONS`].
type Permissions = u32;

impl<'d> Outstanding<'d> {
    /// All of the declared grants.
    pub fn of(declared: &'d Declared) -> Self {
        Self {
            declared,
            given: BTreeMap::new(),
            columns: BTreeMap::new(),
            obscure: BTreeSet::new(),
        }
    }

    /// Counts a grant that somebody holds.
    pub fn count(&mut self, seen: &SeenGrant<'_>) {
        let principal = seen.principal.as_ref().ok();
        let principal = principal.filter(|name| name.as_known().is_some());
        let (Some(principal), Ok(object), Ok(permissions)) =
            (principal, &seen.object, &seen.permissions)
        else {
            self.obscure.insert(principal.cloned());
            return;
        };
        let holding = Holding {
            principal,
            object,
            condition: seen.condition.as_ref(),
        };
        let rights = |option: bool| {
            let those = permissions
                .iter()
                .filter(|right| right.grantable || !option);
            let names = those.filter_map(|right| right.name.as_known());
            names.fold(0, |all, name| all | included(object.class(), name))
        };
        let rights = [rights(false), rights(true)];
        for (at, declared) in self.declared.numbered_near(&holding) {
            if !holding.is_of(declared) {
                continue;
            }
            if let Some(columns) = columns_of(object, &declared.object)
                && rights[0] & bit("SELECT") != 0
            {
                self.columns.entry(at).or_default().add(columns);
            }
            let asked = members(&declared.object);
            let held: Vec<bool> = match asked {
                Some(asked) => {
                    let each = asked.iter().map(Some);
                    each.map(|one| holds(object, &declared.object, one))
                        .collect()
                }
                None => vec![holds(object, &declared.object, None)],
            };
            if !held.contains(&true) {
                continue;
            }
            let given = self.given.entry(at).or_default();
            given.resize(held.len(), [0, 0]);
            let given = given.iter_mut().zip(held);
            for (own, _) in given.filter(|(_, held)| *held) {
                for (own, rights) in own.iter_mut().zip(rights) {
                    *own |= rights;
                }
            }
        }
    }

    /// What nobody holds of what is declared.
    pub fn owed(&self) -> impl Iterator<Item = Owed> + use<'_, 'd> {
        let all = self.declared.grants().iter().enumerate();
        all.filter_map(|(at, declared)| {
            let owed = self.owed_of(at, declared)?;
            Some(Owed {
                may_be_held: self.obscure.contains(&None)
                    || self.obscure.contains(&Some(declared.principal.clone())),
                grant: owed,
            })
        })
    }

    fn owed_of(&self, at: usize, declared: &DeclaredGrant) -> Option<DeclaredGrant> {
        let given = self.given.get(&at).map_or(&[][..], Vec::as_slice);
        let all = declared.object.class().parts_of_all();
        let has = |held: &[Permissions; 2], permission: &str, option: bool| {
            let [plain, with_option] = held;
            let own = if option { with_option } else { plain };
            let whole = permission == "ALL" && !all.is_empty();
            own & bit(permission) != 0 || whole && all.iter().all(|part| own & bit(part) != 0)
        };
        let together = self.columns.get(&at);
        let together = together.is_some_and(|columns| columns.are_all_of(&declared.object));
        let mut owed = declared.less(|permission, option| {
            let each = !given.is_empty() && given.iter().all(|held| has(held, permission, option));
            each || together && permission == "SELECT" && !option
        })?;
        if let Some(listed) = members(&declared.object) {
            let is_held = |held: &[Permissions; 2]| {
                let plain = owed.permissions.iter().all(|one| has(held, one, false));
                plain && owed.grantable.iter().all(|one| has(held, one, true))
            };
            let each = listed.iter().enumerate();
            let lacking = each.filter(|(at, _)| !given.get(*at).is_some_and(is_held));
            let lacking = lacking.map(|(_, member)| member.clone()).collect();
            owed.object = with_members(&declared.object, lacking);
        }
        Some(owed)
    }
}

/// Columns of a table that one principal may select, by several grants.
#[derive(Debug, Default)]
struct SomeColumns {
    /// Those that every list of all columns but some leaves out; `None` where there is no such list.
    hidden: Option<BTreeSet<Name>>,
    listed: BTreeSet<Name>,
}

impl SomeColumns {
    fn add(&mut self, columns: &Columns) {
        match columns {
            Columns::Only(names) => self.listed.extend(names.iter().cloned()),
            Columns::AllBut(names) => {
                let before = self.hidden.take();
                let both = before.map(|before| before.intersection(names).cloned().collect());
                self.hidden = Some(both.unwrap_or_else(|| names.clone()));
            }
        }
    }

    /// Whether these are all columns of the table but those that the object leaves out, or more.
    fn are_all_of(&self, object: &Object) -> bool {
        let (On::Columns(_, _, Columns::AllBut(declared)), Some(hidden)) =
            (&object.node, &self.hidden)
        else {
            return false;
        };
        let mut lacking = hidden.difference(&self.listed);
        lacking.all(|one| declared.contains(one))
    }
}

/// The columns that somebody holds, of the table of which all but some are declared.
fn columns_of<'o>(held: &'o Object, declared: &Object) -> Option<&'o Columns> {
    match (&held.node, &declared.node) {
        (On::Columns(_, _, columns), On::Columns(_, _, Columns::AllBut(_)))
            if held.catalog == declared.catalog && held.table() == declared.table() =>
        {
            Some(columns)
        }
        _ => None,
    }
}

/// The permissions that holding one gives.
fn included(class: ObjectClass, held: &str) -> Permissions {
    let all = PERMISSIONS.iter();
    let given = all.filter(|one| includes(class, held, one));
    given.fold(0, |all, one| all | bit(one))
}

fn bit(permission: &str) -> Permissions {
    let at = PERMISSIONS.iter().position(|one| *one == permission);
    at.and_then(|at| Permissions::checked_shl(1, u32::try_from(at).ok()?))
        .unwrap_or_default()
}

impl DeclaredGrant {
    /// What is left of it without the permissions, and grant options, that somebody holds; nothing where that is all.
    pub fn less(&self, is_held: impl Fn(&str, bool) -> bool) -> Option<Self> {
        let grantable = self.grantable.iter().filter(|one| !is_held(one, true));
        let grantable: BTreeSet<&String> = grantable.collect();
        let permissions = self.permissions.iter();
        let permissions = permissions.filter(|one| grantable.contains(one) || !is_held(one, false));
        let permissions: BTreeSet<&String> = permissions.collect();
        let owned = |set: BTreeSet<&String>| Arc::new(set.into_iter().cloned().collect());
        (!permissions.is_empty()).then(|| Self {
            grantable: owned(grantable),
            permissions: owned(permissions),
            ..self.clone()
        })
    }

    /// What it gives, in words.
    pub fn words(&self) -> String {
        let each = self.permissions.iter().map(|permission| {
            if self.grantable.contains(permission) {
                format!("{permission} (with the grant option)")
            } else {
                permission.clone()
            }
        });
        let each: Vec<String> = each.collect();
        format!("{} on {}", each.join(", "), self.object)
    }
}

/// Whether an object, as it is held, gives the declared one, or one member of its list.
pub fn holds(held: &Object, declared: &Object, member: Option<&Name>) -> bool {
    if held.catalog != declared.catalog {
        return false;
    }
    match (&held.node, &declared.node, member) {
        (On::Table(..), On::Columns(..), _) => held.table() == declared.table(),
        (On::Columns(_, _, found), On::Columns(..), member) if held.table() == declared.table() => {
            match (found, &declared.node, member) {
                (Columns::Only(found), _, Some(member)) => found.contains(member),
                (Columns::AllBut(hidden), _, Some(member)) => !hidden.contains(member),
                (Columns::AllBut(hidden), On::Columns(_, _, Columns::AllBut(declared)), None) => {
                    hidden.is_subset(declared)
                }
                _ => false,
            }
        }
        (On::Tag(key, None), On::Tag(declared, _), _) => key == declared,
        (On::Tag(key, Some(found)), On::Tag(declared, Some(_)), Some(member)) => {
            key == declared && found.contains(member)
        }
        (held, declared, _) => held == declared,
    }
}

/// Whether the columns of the second lie in the first.
pub fn holds_all(wide: &Object, narrow: &Object) -> bool {
    match members(narrow) {
        Some(listed) => listed.iter().all(|one| holds(wide, narrow, Some(one))),
        None => holds(wide, narrow, None),
    }
}
