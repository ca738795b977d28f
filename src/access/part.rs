//! A part of a table: some of its columns, of some of its rows. Parts add up.

use crate::aws::lake_formation::grant::Columns;
use crate::aws::lake_formation::name::{Likeness, Name};
use std::collections::BTreeSet;

/// The rows of a part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rows {
    /// All of them.
    All,
    /// Those for which the expression holds.
    Where(String),
    /// Those of a filter that is not known.
    Unknown(String),
}

/// A part of a table that somebody reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The columns; `None` is all.
    pub columns: Option<Columns>,
    /// The rows.
    pub rows: Rows,
    /// Whether it is sure to be read: an attribute condition, or a name with an opening, leaves it possible.
    pub sure: Likeness,
    /// Where the grants stand that give it.
    pub places: BTreeSet<String>,
}

impl Part {
    /// Whether it shows a column.
    pub fn shows(&self, column: &Name) -> Likeness {
        let within = |names: &BTreeSet<Name>| {
            let each = names.iter().map(|name| {
                if name == column {
                    Likeness::Same
                } else {
                    name.likeness(column).min(Likeness::Possible)
                }
            });
            each.max().unwrap_or(Likeness::Different)
        };
        let shown = match &self.columns {
            None => Likeness::Same,
            Some(Columns::Only(names)) => within(names),
            Some(Columns::AllBut(names)) => match within(names) {
                Likeness::Same => Likeness::Different,
                Likeness::Possible => Likeness::Possible,
                Likeness::Different => Likeness::Same,
            },
        };
        shown.min(self.sure)
    }

    /// Whether all that `other` shows is shown here, as surely.
    fn covers(&self, other: &Self) -> bool {
        self.sure >= other.sure
            && (self.rows == Rows::All || self.rows == other.rows)
            && holds(self.columns.as_ref(), other.columns.as_ref())
    }
}

/// Whether the columns of one are among the columns of the other.
fn holds(outer: Option<&Columns>, inner: Option<&Columns>) -> bool {
    match (outer, inner) {
        (None, _) => true,
        (Some(Columns::Only(outer)), Some(Columns::Only(inner))) => inner.is_subset(outer),
        (Some(_), None) | (Some(Columns::Only(_)), Some(Columns::AllBut(_))) => false,
        (Some(Columns::AllBut(hidden)), Some(Columns::Only(inner))) => inner.is_disjoint(hidden),
        (Some(Columns::AllBut(hidden)), Some(Columns::AllBut(inner))) => hidden.is_subset(inner),
    }
}

/// Takes the columns of others away from some; false where none is left.
fn lessen(columns: &mut Option<Columns>, others: Option<&Columns>) -> bool {
    use Columns::{AllBut, Only};
    let Some(others) = others else {
        return false;
    };
    let rest = match (&*columns, others) {
        (None, Only(others)) => AllBut(others.clone()),
        (None, AllBut(hidden)) => Only(hidden.clone()),
        (Some(Only(own)), Only(others)) => Only(own - others),
        (Some(Only(own)), AllBut(hidden)) => Only(own & hidden),
        (Some(AllBut(not)), Only(others)) => AllBut(not | others),
        (Some(AllBut(not)), AllBut(hidden)) => Only(hidden - not),
    };
    let left = !matches!(&rest, Only(names) if names.is_empty());
    *columns = Some(rest);
    left
}

/// What of these parts the others do not show, as surely. Rows that two expressions tell are taken for other rows
/// unless the expressions are one text.
pub(super) fn beyond(parts: &[Part], others: &[Part]) -> Vec<Part> {
    let left = |part: &Part| {
        let mut left = part.clone();
        let shown = others.iter().filter(|other| {
            let rows = other.rows == Rows::All || other.rows == part.rows;
            rows && other.sure >= part.sure
        });
        for other in shown {
            if !lessen(&mut left.columns, other.columns.as_ref()) {
                return None;
            }
        }
        Some(left)
    };
    parts.iter().filter_map(left).collect()
}

/// The columns of both.
fn union(one: Option<Columns>, other: Option<Columns>) -> Option<Columns> {
    use Columns::{AllBut, Only};
    let hidden = |hidden: BTreeSet<Name>| (!hidden.is_empty()).then_some(AllBut(hidden));
    match (one?, other?) {
        (Only(one), Only(other)) => Some(Only(&one | &other)),
        (AllBut(one), AllBut(other)) => hidden(&one & &other),
        (AllBut(not), Only(shown)) | (Only(shown), AllBut(not)) => hidden(&not - &shown),
    }
}

/// Parts that together are all of them, none within another; and those that add nothing. Parts of the same rows are
/// one: who sees some columns of all rows by one grant and others by another sees both.
pub(super) fn added_up(parts: Vec<Part>) -> (Vec<Part>, Vec<Part>) {
    let mut joined: Vec<Part> = Vec::new();
    let mut covered = Vec::new();
    for part in parts {
        let alike = joined
            .iter_mut()
            .find(|one| one.rows == part.rows && one.sure == part.sure);
        let Some(alike) = alike else {
            joined.push(part);
            continue;
        };
        if alike.covers(&part) && !part.covers(alike) {
            covered.push(part);
        } else if part.covers(alike) && !alike.covers(&part) {
            covered.push(std::mem::replace(alike, part));
        } else {
            alike.columns = union(alike.columns.take(), part.columns);
            alike.places.extend(part.places);
        }
    }
    let all = joined.clone();
    let (inner, outer) = joined
        .into_iter()
        .partition(|part| all.iter().any(|other| other != part && other.covers(part)));
    covered.extend::<Vec<Part>>(inner);
    (outer, covered)
}
