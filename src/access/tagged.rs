//! What a tag policy reaches of a table: tags are inherited from database to table to column, and the nearest wins.
//!
//! Source: Lake Formation Developer Guide, *How Lake Formation tag-based access control works*.

use super::{Estate, Rows, Shown, TagExpression};
use crate::aws::lake_formation::grant::{Columns, Expression, TagPolicy};
use crate::aws::lake_formation::name::{Likeness, Name};
use std::collections::{BTreeMap, BTreeSet};

/// What of a table a tag policy reaches; `None` where it reaches nothing of it.
pub(super) fn reached(
    estate: &Estate,
    policy: &TagPolicy,
    database: &Name,
    table: &Name,
) -> Option<Shown> {
    let wanted = match &policy.expression {
        Expression::Tags(tags) => tags,
        Expression::Saved(saved) => estate
            .expressions
            .iter()
            .find(|(name, _)| name == saved)
            .and_then(|(_, tags)| tags.as_ref())?,
    };
    let own = tags_of(estate, &[database, table]);
    let whole = fits(wanted, &own);
    let columns = estate.tagged.iter().filter_map(|tagged| {
        let [of, own, column] = tagged.bearer.as_slice() else {
            return None;
        };
        (of == database && own == table).then_some(column)
    });
    let other: BTreeSet<Name> = columns
        .filter(|column| fits(wanted, &tags_of(estate, &[database, table, column])) != whole)
        .cloned()
        .collect();
    let columns = match (whole, other.is_empty()) {
        (true, true) => None,
        (true, false) => Some(Columns::AllBut(other)),
        (false, true) => return None,
        (false, false) => Some(Columns::Only(other)),
    };
    Some(Shown {
        sure: Likeness::Same,
        columns,
        rows: Rows::All,
    })
}

/// The tags of something, its own over those that it inherits.
fn tags_of<'a>(estate: &'a Estate, names: &[&Name]) -> BTreeMap<&'a str, &'a Name> {
    let mut tags = BTreeMap::new();
    for depth in 1..=names.len() {
        for tagged in &estate.tagged {
            let same = tagged.bearer.len() == depth
                && tagged
                    .bearer
                    .iter()
                    .zip(names)
                    .all(|(own, name)| own == *name);
            if same {
                tags.extend(tagged.tags.iter().map(|(key, value)| (key.as_str(), value)));
            }
        }
    }
    tags
}

/// Whether every key has one of the values that are asked for.
fn fits(wanted: &TagExpression, tags: &BTreeMap<&str, &Name>) -> bool {
    wanted.iter().all(|(key, values)| {
        tags.get(key.as_str())
            .is_some_and(|value| values.contains(value) || values.contains(&Name::from("*")))
    })
}
