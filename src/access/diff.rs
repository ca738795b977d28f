//! Who gains and who loses what to read, from one estate to another.

use super::facts::{Facts, Held, Tables};
use super::part::{self, Part, Rows};
use super::reach::{lets_read, part_of};
use super::{Estate, Mapping, On, Question, beyond, tables};
use crate::aws::lake_formation::grant::{Expression, Object, TagPolicy};
use crate::aws::lake_formation::name::{Likeness, Name};
use std::collections::BTreeSet;

/// What changes for one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableChange {
    /// The table, or what reaches tables that nothing names.
    pub table: Object,
    /// What is read now and was not before.
    pub gained: Vec<Part>,
    /// What was read before and is not now.
    pub lost: Vec<Part>,
    /// All that is read now.
    pub now: Vec<Part>,
}

/// What changes for one principal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Who.
    pub holder: Name,
    /// Of which tables.
    pub tables: Vec<TableChange>,
    /// Mappings of EMRFS that lead to this role now and did not before.
    pub mappings_gained: Vec<Mapping>,
    /// Mappings of EMRFS that led to this role before and do not now.
    pub mappings_lost: Vec<Mapping>,
}

impl Change {
    /// Whether anything is gained.
    pub fn gains(&self) -> bool {
        !self.mappings_gained.is_empty() || self.tables.iter().any(|one| !one.gained.is_empty())
    }
}

/// What changes from one estate to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// By principal, in the order of their names; only those for whom something changes.
    pub principals: Vec<Change>,
    /// Who is an administrator now and was not before.
    pub administrators_gained: Vec<Name>,
    /// Who was an administrator before and is not now.
    pub administrators_lost: Vec<Name>,
}

impl Changes {
    /// Whether anybody gains anything.
    pub fn any_gain(&self) -> bool {
        !self.administrators_gained.is_empty() || self.principals.iter().any(Change::gains)
    }
}

/// Who gains and who loses what.
pub fn changes(old: &Estate, new: &Estate, question: &Question) -> Changes {
    let (old, new) = (&spelt_out(old), &spelt_out(new));
    let (before, after) = (Facts::of(old), Facts::of(new));
    let tables = Tables::of(&tables(&before, question) | &tables(&after, question));
    let holders: BTreeSet<&Name> = &before.holders() | &after.holders();
    let asked = question.table.is_some() || question.column.is_some();
    let mappings = |facts: &Facts<'_>, other: &Facts<'_>, holder: &Name| -> Vec<Mapping> {
        let own = facts.mappings_of(holder).filter(|_| !asked);
        let had: BTreeSet<&String> = other
            .mappings_of(holder)
            .flat_map(|one| &one.subjects)
            .collect();
        let more = own.filter_map(|one| {
            let mut more = one.clone();
            more.subjects.retain(|subject| !had.contains(subject));
            (!more.subjects.is_empty()).then_some(more)
        });
        more.collect()
    };
    let principals = holders.into_iter().filter_map(|holder| {
        let (had, has) = (before.held_by(holder), after.held_by(holder));
        let reached = &had.among(&tables) | &has.among(&tables);
        let tables = reached.into_iter().filter_map(|table| {
            let (old, new) = (shown(&before, &had, table), shown(&after, &has, table));
            table_change((&old, &new), table, question)
        });
        let change = Change {
            holder: holder.clone(),
            tables: tables.collect(),
            mappings_gained: mappings(&after, &before, holder),
            mappings_lost: mappings(&before, &after, holder),
        };
        let same = change.tables.is_empty()
            && change.mappings_gained.is_empty()
            && change.mappings_lost.is_empty();
        (!same).then_some(change)
    });
    let more = |one: &Estate, other: &Estate| -> Vec<Name> {
        let names = one.administrators.iter();
        let new = names.filter(|name| !other.administrators.contains(name));
        new.cloned().collect()
    };
    Changes {
        principals: principals.collect(),
        administrators_gained: more(new, old),
        administrators_lost: more(old, new),
    }
}

fn table_change(
    (before, after): (&[Part], &[Part]),
    table: &Object,
    question: &Question,
) -> Option<TableChange> {
    let asked = |mut parts: Vec<Part>| {
        if let Some(column) = &question.column {
            parts.retain(|part| part.shows(column) != Likeness::Different);
        }
        parts
    };
    let change = TableChange {
        table: table.clone(),
        gained: asked(part::beyond(after, before)),
        lost: asked(part::beyond(before, after)),
        now: asked(after.to_vec()),
    };
    (!change.gained.is_empty() || !change.lost.is_empty()).then_some(change)
}

/// All that a holder reads of a table, or of all that an object reaches.
fn shown(facts: &Facts<'_>, held: &Held<'_>, table: &Object) -> Vec<Part> {
    let parts = held.on(table).into_iter().filter_map(|grant| {
        if !beyond(table) || !is_within(table, &grant.object) {
            return part_of(facts, grant, held.holder, table);
        }
        let sure = lets_read(grant, held.holder);
        (sure != Likeness::Different).then(|| Part {
            columns: None,
            rows: Rows::All,
            sure,
            places: BTreeSet::from([grant.place.clone()]),
        })
    });
    part::added_up(parts.collect()).0
}

/// Whether one object reaches every table that another reaches.
fn is_within(inner: &Object, outer: &Object) -> bool {
    if inner.catalog != outer.catalog {
        return false;
    }
    match (&inner.node, &outer.node) {
        (_, On::AnyTable | On::Catalog) => true,
        (On::TagPolicy(inner), On::TagPolicy(outer)) => is_narrower(inner, outer),
        (inner, outer) => inner == outer,
    }
}

/// Whether all that one tag policy asks for is asked for by the other, too, with fewer values.
fn is_narrower(inner: &TagPolicy, outer: &TagPolicy) -> bool {
    let (Expression::Tags(own), Expression::Tags(wider)) = (&inner.expression, &outer.expression)
    else {
        return inner == outer;
    };
    inner.databases == outer.databases
        && wider.iter().all(|(key, values)| {
            let all = values.contains(&Name::from("*"));
            own.get(key).is_some_and(|own| all || own.is_subset(values))
        })
}

/// The same estate with the tags in the place of the saved expressions that name them: one name may stand for other
/// tags in another estate.
fn spelt_out(estate: &Estate) -> Estate {
    let mut estate = estate.clone();
    for grant in &mut estate.grants {
        let On::TagPolicy(policy) = &mut grant.object.node else {
            continue;
        };
        let Expression::Saved(saved) = &policy.expression else {
            continue;
        };
        let known = estate.expressions.iter().find(|(name, _)| name == saved);
        if let Some((_, Some(tags))) = known {
            policy.expression = Expression::Tags(tags.clone());
        }
    }
    estate
}

#[cfg(test)]
mod tests;
