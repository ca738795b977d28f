//! Where a permission that somebody holds stands against the declared grants. What judges grants and what changes them
//! asks here, so that both mean the same by excess and by wider.

use super::declared::{self, DeclaredGrant, Fault};
use super::index::Index;
use crate::aws::lake_formation::grant::{Columns, Node, Object};
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::aws::lake_formation::permissions::{ObjectClass, PERMISSIONS, includes};
use crate::aws::lake_formation::principal::is_everybody;
use crate::control::Requirement;
use crate::lattice::Text;
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// Declared grants, by who holds them and by what they are on: an account has very many, and few are one principal's
/// on one table.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    grants: Vec<DeclaredGrant>,
    faults: Vec<Fault>,
    index: OnceLock<Index>,
}

impl Declared {
    /// The grants that a control's settings declare, in the account of a target.
    pub fn of(requirement: Option<&Requirement>, account: Option<&str>) -> Self {
        let rows = requirement.and_then(|own| own.rows("grant"));
        let (grants, faults) =
            rows.map_or_else(Default::default, |rows| declared::grants(rows, account));
        Self {
            grants,
            faults,
            index: OnceLock::new(),
        }
    }

    /// All of them.
    pub fn grants(&self) -> &[DeclaredGrant] {
        &self.grants
    }

    /// What is wrong with those that cannot be understood.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::new(&self.grants))
    }

    fn numbered(&self, mut numbers: Vec<usize>) -> impl Iterator<Item = (usize, &DeclaredGrant)> {
        numbers.sort_unstable();
        numbers.dedup();
        let found = numbers.into_iter();
        found.filter_map(|at| Some((at, self.grants.get(at)?)))
    }

    /// Those that have to do with what a principal holds, in their order.
    pub fn near(&self, holding: &Holding<'_>) -> impl Iterator<Item = &DeclaredGrant> {
        self.numbered_near(holding).map(|(_, grant)| grant)
    }

    /// [`Self::near`], each with its number among all.
    pub(super) fn numbered_near(
        &self,
        holding: &Holding<'_>,
    ) -> impl Iterator<Item = (usize, &DeclaredGrant)> {
        let index = self.index();
        self.numbered(if holding.principal.as_known().is_some() {
            let own = index.holders.get(holding.principal);
            let own = own.map_or(&[][..], |own| own.near(&self.grants, holding.object));
            own.iter().chain(&index.open).copied().collect()
        } else {
            (0..self.grants.len()).collect()
        })
    }

    /// Those on parts of tables that a grant to this holder on this object may open: of the same holder, or of anybody
    /// where the holder is every principal of an account.
    pub fn opened_by(
        &self,
        holder: &Name,
        object: &Object,
    ) -> impl Iterator<Item = &DeclaredGrant> {
        let own = || self.index().holders.get(holder);
        let found = self.numbered(if is_everybody(&holder.to_string()) {
            (0..self.grants.len()).collect()
        } else if object.database().is_some() {
            own().map_or_else(Vec::new, |own| {
                let near = own.near(&self.grants, object);
                near.iter().chain(&own.open).copied().collect()
            })
        } else {
            own().map_or_else(Vec::new, |own| own.all.clone())
        });
        found.map(|(_, grant)| grant)
    }

    /// Whether some grant lies in the database.
    fn lies_in(&self, database: &Name) -> Likeness {
        let index = self.index();
        if index.databases.contains(database) {
            return Likeness::Same;
        }
        let known = (database.as_known().is_none()).then_some(&index.databases);
        let others = known.into_iter().flatten().chain(&index.open_databases);
        let each = others.map(|declared| declared.likeness(database));
        each.max().unwrap_or(Likeness::Different)
    }
}

/// What a baseline asks of grants as a whole.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The declared grants.
    pub declared: &'a Declared,
    /// Whether nothing else may be granted.
    pub exact: bool,
    /// Patterns of the databases that are governed; empty for those of the declared grants.
    pub scope: &'a BTreeSet<Text>,
}

/// Who holds something, on what, under which condition.
#[derive(Clone, Copy, Debug)]
pub struct Holding<'a> {
    /// Who.
    pub principal: &'a Name,
    /// On what.
    pub object: &'a Object,
    /// Under which attribute condition.
    pub condition: Option<&'a Name>,
}

/// A permission, and whether it may be granted on.
#[derive(Clone, Copy, Debug)]
pub struct Right<'a> {
    /// Its name.
    pub name: &'a Name,
    /// Whether it may be granted on.
    pub grantable: bool,
}

/// Where a permission stands.
#[derive(Clone, Debug)]
pub enum Standing<'a> {
    /// A declared grant gives it.
    Declared,
    /// No declared grant gives it, nor anything less of the same.
    Excess,
    /// It is `ALL`, and each of its parts is declared: it also covers permissions to come.
    AllOfItsParts,
    /// It goes beyond a declared grant, in this respect.
    Wider(&'a DeclaredGrant, String),
    /// It depends on what is not known.
    Unknown,
    /// The permission is not known to this version.
    Unheard,
}

impl<'a> Asked<'a> {
    /// Whether the baseline asks for anything.
    pub fn is_silent(&self) -> bool {
        self.declared.grants.is_empty() && self.scope.is_empty()
    }

    /// Whether the baseline governs grants on the object. What lies in no database is always governed.
    pub fn governs(&self, object: &Object) -> Likeness {
        let Some(database) = object.database() else {
            return Likeness::Same;
        };
        if self.scope.is_empty() {
            return self.declared.lies_in(database);
        }
        match database.as_known() {
            Some(database) => Likeness::of(
                self.scope
                    .iter()
                    .any(|pattern| pattern.accepts_as_pattern(database)),
            ),
            None => Likeness::Possible,
        }
    }

    /// Whether the baseline gives the holder anything on the same table, or on the same otherwise.
    pub fn gives_something(&self, holding: &Holding<'_>) -> bool {
        let mut near = self.declared.near(holding);
        near.any(|declared| holding.same_holder(declared) != Likeness::Different)
    }

    /// Where a permission stands that is held on an object which the baseline `governs` so surely.
    pub fn standing(
        &self,
        holding: &Holding<'_>,
        right: Right<'_>,
        governs: Likeness,
    ) -> Standing<'a> {
        let known = right.name.as_known();
        if known.is_some_and(|name| !PERMISSIONS.contains(&name)) {
            return Standing::Unheard;
        }
        let best = self.covered(holding, right);
        match best {
            Likeness::Same => Standing::Declared,
            Likeness::Possible => Standing::Unknown,
            Likeness::Different if governs == Likeness::Possible => Standing::Unknown,
            Likeness::Different => self.undeclared(holding, right),
        }
    }

    /// Whether some declared grant gives it.
    fn covered(&self, holding: &Holding<'_>, right: Right<'_>) -> Likeness {
        let declared = self.declared.near(holding);
        let each = declared.map(|declared| holding.is_covered_by(declared, right));
        let best = each.max().unwrap_or(Likeness::Different);
        if best == Likeness::Same {
            return best;
        }
        let together = members(holding.object).is_some_and(|found| {
            !found.is_empty()
                && self
                    .beyond(holding, right)
                    .is_some_and(|rest| rest.is_empty())
        });
        if together { Likeness::Same } else { best }
    }

    /// Of an object that lists columns, or values of a tag: those that no declared grant gives. AWS lists what several
    /// grants name as one. `None` for any other object.
    pub fn beyond(&self, holding: &Holding<'_>, right: Right<'_>) -> Option<BTreeSet<Name>> {
        let mut rest = members(holding.object)?.clone();
        let same = self.declared.near(holding).filter(|declared| {
            holding.same_holder(declared) == Likeness::Same
                && holding.same_condition(declared) == Likeness::Same
                && gives(declared, right) == Likeness::Same
        });
        for declared in same {
            rest.retain(|one| {
                let one = with_members(holding.object, BTreeSet::from([one.clone()]));
                declared.object.relation(&one).within != Likeness::Same
            });
        }
        Some(rest)
    }

    fn undeclared(&self, holding: &Holding<'_>, right: Right<'_>) -> Standing<'a> {
        if right.name.as_known() == Some("ALL") && self.has_all_parts(holding, right) {
            return Standing::AllOfItsParts;
        }
        match self.exceeded(holding, right) {
            Some((declared, how)) => Standing::Wider(declared, how),
            None => Standing::Excess,
        }
    }

    fn has_all_parts(&self, holding: &Holding<'_>, right: Right<'_>) -> bool {
        let parts = holding.object.class().parts_of_all();
        !parts.is_empty()
            && parts.iter().all(|part| {
                let name = Name::from(*part);
                let part = Right {
                    name: &name,
                    ..right
                };
                self.covered(holding, part) == Likeness::Same
            })
    }

    /// The declared grant that this one goes beyond, and how.
    fn exceeded(
        &self,
        holding: &Holding<'_>,
        right: Right<'_>,
    ) -> Option<(&'a DeclaredGrant, String)> {
        let without_condition =
            |declared: &DeclaredGrant| declared.condition.is_some() && holding.condition.is_none();
        let beyond = |declared: &&DeclaredGrant| {
            let relation = declared.object.relation(holding.object);
            let same = relation.within == Likeness::Same;
            let condition = holding.same_condition(declared) == Likeness::Same;
            (same && (condition || without_condition(declared)))
                || (relation.broader && holding.includes_some_of(declared, right))
        };
        let declared: &'a Declared = self.declared;
        let mut holders = declared
            .near(holding)
            .filter(|declared| holding.same_holder(declared) == Likeness::Same);
        let declared = holders.find(beyond)?;
        let relation = declared.object.relation(holding.object);
        let how = if relation.within != Likeness::Same {
            format!("the baseline declares {}", declared.object)
        } else if without_condition(declared) {
            "the declared condition is missing".to_owned()
        } else if right.grantable && !lists(&declared.grantable, declared, right) {
            if lists(&declared.permissions, declared, right) {
                "the grant option is not declared".to_owned()
            } else {
                "neither the permission nor the grant option is declared".to_owned()
            }
        } else {
            "the permission is not declared".to_owned()
        };
        Some((declared, how))
    }
}

impl Holding<'_> {
    /// Whether a declared grant is surely for this holder under this condition.
    pub(super) fn is_of(&self, declared: &DeclaredGrant) -> bool {
        self.same_holder(declared) == Likeness::Same
            && self.same_condition(declared) == Likeness::Same
    }

    /// Whether the declared grant gives all of this.
    fn is_covered_by(&self, declared: &DeclaredGrant, right: Right<'_>) -> Likeness {
        self.same_holder(declared)
            .and(|| self.same_condition(declared))
            .and(|| declared.object.relation(self.object).within)
            .and(|| gives(declared, right))
    }

    /// Whether the right, held on this object, gives something that the grant declares: by itself, or as a part of it.
    fn includes_some_of(&self, declared: &DeclaredGrant, right: Right<'_>) -> bool {
        let class = self.object.class();
        let mut declared_ones = declared.permissions.iter();
        let held = right.name.as_known();
        gives(declared, right) == Likeness::Same
            || held.is_some_and(|held| declared_ones.any(|one| includes(class, held, one)))
    }

    fn same_holder(&self, declared: &DeclaredGrant) -> Likeness {
        declared.principal.likeness(self.principal)
    }

    /// Whether a condition, blanks aside, is the declared one.
    pub fn same_condition(&self, declared: &DeclaredGrant) -> Likeness {
        match (&declared.condition, self.condition) {
            (None, None) => Likeness::Same,
            (Some(declared), Some(seen)) => declared.map(squeezed).likeness(&seen.map(squeezed)),
            // A condition that is unknown may turn out to be none.
            (None, Some(seen)) if seen.as_known().is_none() => Likeness::Possible,
            (None, Some(_)) | (Some(_), None) => Likeness::Different,
        }
    }
}

/// The columns, or the values of a tag, that an object lists.
pub fn members(object: &Object) -> Option<&BTreeSet<Name>> {
    if let Node::Columns(_, _, Columns::Only(listed)) | Node::Tag(_, Some(listed)) = &object.node {
        Some(listed)
    } else {
        None
    }
}

/// The object with other columns, or other values.
#[must_use]
pub fn with_members(object: &Object, listed: BTreeSet<Name>) -> Object {
    let mut object = object.clone();
    if let Node::Columns(_, _, Columns::Only(own)) | Node::Tag(_, Some(own)) = &mut object.node {
        *own = listed;
    }
    object
}

/// Whether the declared grant gives the permission, with the grant option if the seen one has it.
fn gives(declared: &DeclaredGrant, right: Right<'_>) -> Likeness {
    if right.name.as_known().is_none() {
        return Likeness::Possible;
    }
    let held = lists(&declared.permissions, declared, right);
    let grantable = !right.grantable || lists(&declared.grantable, declared, right);
    Likeness::of(held && grantable)
}

/// Whether the permission is in the set, by itself or in `ALL`.
fn lists(set: &BTreeSet<String>, declared: &DeclaredGrant, right: Right<'_>) -> bool {
    let class: ObjectClass = declared.object.class();
    right.name.as_known().is_some_and(|name| {
        set.contains(name) || (set.contains("ALL") && class.parts_of_all().contains(&name))
    })
}

/// An expression without the blanks that do not count: those outside of texts.
pub fn squeezed(text: &str) -> String {
    text.split('"')
        .enumerate()
        .map(|(at, piece)| {
            if at % 2 == 0 {
                piece.split_whitespace().collect::<String>()
            } else {
                format!("\"{piece}\"")
            }
        })
        .collect()
}
