//! Strictness: what it means for one demand to be stricter than another, and what two demands give together.
//!
//! Every setting of every control is a [`Shape`]. Two shapes [`meet`](Shape::meet) to the weakest demand that
//! satisfies both; the meet is commutative, associative and idempotent, and an empty one is a conflict.
//! [`Shape::compare`] is its order. This module knows nothing of AWS and imports nothing of ours.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

mod table;
mod text;

pub use table::{Cell, KeyedRows, Row};
pub use text::{Piece, Text, pattern_accepts};

/// A conjunction of sets: a value must be accepted by a member of each.
pub type Sets = BTreeSet<BTreeSet<Text>>;

/// A demand, with the order of strictness that its setting declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The value must be at least this. A switch that must be on is `AtLeast(1)`.
    AtLeast(i64),
    /// The value must be at most this. A permission that is withheld is `AtMost(0)`.
    AtMost(i64),
    /// One of these must stand. Sets of patterns stay side by side; an empty intersection is a conflict.
    OneOf(Sets),
    /// Nothing but these may stand. An empty set permits nothing.
    Only(Sets),
    /// All of these are required, or forbidden: more is stricter.
    AllOf(BTreeSet<Text>),
    /// Exactly this text. Open texts stay side by side until they are bound.
    Exactly(BTreeSet<Text>),
    /// Exactly this table.
    ExactlyTable(Row),
    /// Exactly these tables, in this order.
    ExactlyRows(Vec<Row>),
    /// All of these tables, by identity: one identity with two contents is a conflict.
    Rows(KeyedRows),
    /// Nothing but what these tables describe may stand: fewer are stricter.
    OnlyRows(KeyedRows),
    /// Nothing but these names may stand, each for what all its texts accept. Fewer names are stricter.
    OnlyPairs(BTreeMap<String, BTreeSet<Text>>),
    /// For each named family at least this version; families that are not named are refused.
    Versions(BTreeMap<String, Vec<u32>>),
    /// The member of a choice that is compiled. It demands nothing; two different ones leave none.
    Prefer(BTreeSet<Text>),
}

impl Shape {
    /// Every text in it.
    pub fn texts(&self) -> Vec<&Text> {
        match self {
            Self::AtLeast(_) | Self::AtMost(_) | Self::Versions(_) => Vec::new(),
            Self::OneOf(sets) | Self::Only(sets) => sets.iter().flatten().collect(),
            Self::AllOf(set) | Self::Exactly(set) | Self::Prefer(set) => set.iter().collect(),
            Self::ExactlyTable(row) => row.values().flat_map(Cell::texts).collect(),
            Self::ExactlyRows(rows) => rows
                .iter()
                .flat_map(Row::values)
                .flat_map(Cell::texts)
                .collect(),
            Self::Rows(rows) | Self::OnlyRows(rows) => rows
                .values()
                .flat_map(Row::values)
                .flat_map(Cell::texts)
                .collect(),
            Self::OnlyPairs(pairs) => pairs.values().flatten().collect(),
        }
    }
}

/// Two demands that nothing can satisfy together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict;

impl Shape {
    /// The weakest demand that satisfies both.
    ///
    /// # Errors
    /// [`Conflict`] when no value satisfies both, or the shapes are of different kinds.
    pub fn meet(&self, other: &Self) -> Result<Self, Conflict> {
        Ok(match (self, other) {
            (Self::AtLeast(a), Self::AtLeast(b)) => Self::AtLeast(*a.max(b)),
            (Self::AtMost(a), Self::AtMost(b)) => Self::AtMost(*a.min(b)),
            (Self::OneOf(a), Self::OneOf(b)) => Self::OneOf(meet_sets(a, b, false)?),
            (Self::Only(a), Self::Only(b)) => Self::Only(meet_sets(a, b, true)?),
            (Self::AllOf(a), Self::AllOf(b)) => Self::AllOf(a | b),
            (Self::Exactly(a), Self::Exactly(b)) => Self::Exactly(meet_exactly(a, b)?),
            (Self::ExactlyTable(a), Self::ExactlyTable(b)) if a == b => {
                Self::ExactlyTable(a.clone())
            }
            (Self::ExactlyRows(a), Self::ExactlyRows(b)) if a == b => Self::ExactlyRows(a.clone()),
            (Self::Rows(a), Self::Rows(b)) => Self::Rows(meet_rows(a, b)?),
            (Self::OnlyRows(a), Self::OnlyRows(b)) => Self::OnlyRows(meet_only_rows(a, b)),
            (Self::OnlyPairs(a), Self::OnlyPairs(b)) => Self::OnlyPairs(meet_pairs(a, b)),
            (Self::Versions(a), Self::Versions(b)) => Self::Versions(meet_versions(a, b)?),
            (Self::Prefer(a), Self::Prefer(b)) => Self::Prefer(a | b),
            _ => return Err(Conflict),
        })
    }

    /// How strict `self` is, seen from `other`: `Greater` is stricter; `None` is incomparable.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        if self == other || matches!((self, other), (Self::Prefer(_), Self::Prefer(_))) {
            return Some(Ordering::Equal);
        }
        match (self.satisfies(other), other.satisfies(self)) {
            (true, true) => Some(Ordering::Equal),
            (true, false) => Some(Ordering::Greater),
            (false, true) => Some(Ordering::Less),
            (false, false) => None,
        }
    }

    /// True when whatever satisfies `self` satisfies `other`.
    pub fn satisfies(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::AtLeast(a), Self::AtLeast(b)) => a >= b,
            (Self::AtMost(a), Self::AtMost(b)) => a <= b,
            (Self::OneOf(a), Self::OneOf(b)) | (Self::Only(a), Self::Only(b)) => b
                .iter()
                .all(|outer| a.iter().any(|inner| inside(inner, outer))),
            (Self::AllOf(a), Self::AllOf(b)) => a.is_superset(b),
            (Self::Exactly(a), Self::Exactly(b)) => implies(a, b),
            (Self::OnlyPairs(a), Self::OnlyPairs(b)) => a
                .iter()
                .all(|(name, texts)| b.get(name).is_some_and(|other| implies(texts, other))),
            (Self::Rows(a), Self::Rows(b)) => {
                b.iter().all(|(identity, row)| a.get(identity) == Some(row))
            }
            (Self::OnlyRows(a), Self::OnlyRows(b)) => {
                a.iter().all(|(identity, row)| b.get(identity) == Some(row))
            }
            (Self::Versions(a), Self::Versions(b)) => a
                .iter()
                .all(|(family, version)| b.get(family).is_some_and(|floor| version >= floor)),
            (Self::Prefer(_), Self::Prefer(_)) => true,
            _ => self == other,
        }
    }
}

fn meet_sets(a: &Sets, b: &Sets, may_be_empty: bool) -> Result<Sets, Conflict> {
    let (plain, patterns): (Vec<_>, Vec<_>) = a
        .union(b)
        .cloned()
        .partition(|set| set.iter().all(|text| !text.is_open() && !text.is_pattern()));
    let Some(mut plain) = plain.into_iter().reduce(|a, b| &a & &b) else {
        return Ok(patterns.into_iter().collect());
    };
    plain.retain(|text| {
        text.as_literal().is_some_and(|value| {
            patterns
                .iter()
                .all(|set| set.iter().any(|pattern| pattern.accepts_as_pattern(value)))
        })
    });
    if plain.is_empty() && !may_be_empty {
        return Err(Conflict);
    }
    Ok(patterns.into_iter().chain([plain]).collect())
}

fn meet_exactly(a: &BTreeSet<Text>, b: &BTreeSet<Text>) -> Result<BTreeSet<Text>, Conflict> {
    let both: BTreeSet<Text> = a | b;
    let mut closed = both.iter().filter_map(Text::as_literal);
    match (closed.next(), closed.next()) {
        (Some(_), Some(_)) => Err(Conflict),
        (Some(value), None) if !both.iter().all(|text| text.accepts(value)) => Err(Conflict),
        _ => Ok(both),
    }
}

/// True when a value that all of `a` accept is accepted by all of `b`.
fn implies(a: &BTreeSet<Text>, b: &BTreeSet<Text>) -> bool {
    b.iter().all(|text| {
        a.contains(text)
            || a.iter()
                .any(|mine| mine.as_literal().is_some_and(|value| text.accepts(value)))
    })
}

/// The names that both permit. Texts stay side by side: a name with two different ones permits nothing that exists.
fn meet_pairs(
    a: &BTreeMap<String, BTreeSet<Text>>,
    b: &BTreeMap<String, BTreeSet<Text>>,
) -> BTreeMap<String, BTreeSet<Text>> {
    let both = a.iter().filter_map(|(name, texts)| {
        let other = b.get(name)?;
        Some((name.clone(), texts | other))
    });
    both.collect()
}

fn meet_rows(a: &KeyedRows, b: &KeyedRows) -> Result<KeyedRows, Conflict> {
    if Arc::ptr_eq(a, b) {
        return Ok(Arc::clone(a));
    }
    if a.iter()
        .any(|(identity, row)| b.get(identity).is_some_and(|other| other != row))
    {
        return Err(Conflict);
    }
    let both = a.iter().chain(b.iter());
    let both = both.map(|(identity, row)| (Arc::clone(identity), row.clone()));
    Ok(Arc::new(both.collect()))
}

/// The tables that both permit.
fn meet_only_rows(a: &KeyedRows, b: &KeyedRows) -> KeyedRows {
    let both = a
        .iter()
        .filter(|(identity, row)| b.get(*identity) == Some(row));
    let both = both.map(|(identity, row)| (Arc::clone(identity), row.clone()));
    Arc::new(both.collect())
}

fn meet_versions(
    a: &BTreeMap<String, Vec<u32>>,
    b: &BTreeMap<String, Vec<u32>>,
) -> Result<BTreeMap<String, Vec<u32>>, Conflict> {
    let both: BTreeMap<_, _> = a
        .iter()
        .filter_map(|(family, floor)| {
            b.get(family)
                .map(|other| (family.clone(), floor.max(other).clone()))
        })
        .collect();
    if both.is_empty() {
        Err(Conflict)
    } else {
        Ok(both)
    }
}

/// True when every member of `inner` is accepted by some member of `outer`.
fn inside(inner: &BTreeSet<Text>, outer: &BTreeSet<Text>) -> bool {
    inner
        .iter()
        .all(|text| outer.contains(text) || outer.iter().any(|pattern| pattern.covers(text)))
}

#[cfg(test)]
mod tests;
