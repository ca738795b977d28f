//! What a tag policy reaches of a table: tags are inherited from database to table to column, and the nearest wins.
//!
//! Source: Lake Formation Developer Guide, *How Lake Formation tag-based access control works*.

use super::facts::{Facts, Tags};
use super::reach::Shown;
use super::{Rows, TagExpression};
use crate::aws::lake_formation::grant::{Columns, Expression, TagPolicy};
use crate::aws::lake_formation::name::{Likeness, Name};
use std::collections::BTreeSet;

/// What of a table a tag policy reaches; `None` where it reaches nothing of it. Where the tags that are asked for, or that
/// the table bears, are not all known, it may be all of it.
pub(super) fn reached(
    facts: &Facts<'_>,
    policy: &TagPolicy,
    database: &Name,
    table: &Name,
) -> Option<Shown> {
    let wanted = match &policy.expression {
        Expression::Tags(tags) => tags,
        Expression::Saved(saved) => match facts.expression(saved) {
            Some(tags) => tags,
            None => return Some(Shown::whole(Likeness::Possible)),
        },
    };
    if facts.is_untold(database, table) {
        return Some(Shown::whole(Likeness::Possible));
    }
    let whole = fits(wanted, &facts.tags_of(&[database, table]));
    let other: BTreeSet<Name> = facts
        .tagged_columns(database, table)
        .filter(|column| fits(wanted, &facts.tags_of(&[database, table, column])) != whole)
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

/// Whether every key has one of the values that are asked for.
fn fits(wanted: &TagExpression, tags: &Tags<'_>) -> bool {
    wanted.iter().all(|(key, values)| {
        tags.get(key.as_str())
            .is_some_and(|value| values.contains(value) || values.contains(&Name::from("*")))
    })
}
