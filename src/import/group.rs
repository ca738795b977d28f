//! Grants that differ in who or what only, said once.

use std::collections::{BTreeMap, BTreeSet};

/// A grant as the language writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line {
    /// The key of what it is on, such as `table`.
    pub(super) key: &'static str,
    /// What it is on.
    pub(super) on: String,
    /// Who holds it.
    pub(super) principal: String,
    /// All else that it says.
    pub(super) rest: Rest,
}

/// What a grant says besides who and what.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rest {
    /// The only columns.
    pub(super) columns: BTreeSet<String>,
    /// The columns left out.
    pub(super) excluded: BTreeSet<String>,
    /// What may be done.
    pub(super) permissions: BTreeSet<String>,
    /// What of that may be granted on.
    pub(super) grantable: BTreeSet<String>,
    /// The only columns that may be granted on, where others may not.
    pub(super) grantable_columns: BTreeSet<String>,
    /// The attribute condition.
    pub(super) condition: Option<String>,
}

/// Grants of several principals on several things, each of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) key: &'static str,
    pub(super) on: BTreeSet<String>,
    pub(super) principals: BTreeSet<String>,
    pub(super) rest: Rest,
}

/// The fewest tables that say the same: first the things of one principal are put together, then principals of the same
/// things. Columns belong to their table, so such grants are put together by principals alone.
pub(super) fn grouped(lines: impl IntoIterator<Item = Line>) -> Vec<Group> {
    let mut of_principal: BTreeMap<(&'static str, Rest, String, Option<String>), BTreeSet<String>> =
        BTreeMap::new();
    for line in lines {
        let has_columns = !line.rest.columns.is_empty() || !line.rest.excluded.is_empty();
        // The database is where a reader looks for a table: what lies in two is not put together.
        let place = if has_columns {
            Some(line.on.clone())
        } else {
            line.on
                .split_once('.')
                .map(|(database, _)| database.to_owned())
        };
        let of = (line.key, line.rest, line.principal, place);
        of_principal.entry(of).or_default().insert(line.on);
    }
    let mut together: BTreeMap<(&'static str, BTreeSet<String>, Rest), BTreeSet<String>> =
        BTreeMap::new();
    for ((key, rest, principal, _), on) in of_principal {
        together
            .entry((key, on, rest))
            .or_default()
            .insert(principal);
    }
    let groups = together
        .into_iter()
        .map(|((key, on, rest), principals)| Group {
            key,
            on,
            principals,
            rest,
        });
    groups.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(principal: &str, on: &str, permission: &str) -> Line {
        Line {
            key: "table",
            on: on.to_owned(),
            principal: principal.to_owned(),
            rest: Rest {
                permissions: [permission.to_owned()].into(),
                ..Rest::default()
            },
        }
    }

    #[test]
    fn what_differs_in_who_and_what_only_is_said_once_and_says_the_same() {
        let lines = [
            line("a", "s.x", "SELECT"),
            line("a", "s.y", "SELECT"),
            line("b", "s.x", "SELECT"),
            line("b", "s.y", "SELECT"),
            line("c", "s.x", "SELECT"),
            line("a", "s.x", "INSERT"),
            line("a", "t.x", "SELECT"),
        ];
        let groups = grouped(lines.clone());
        assert_eq!(groups.len(), 4, "{groups:?}");
        let mut said: Vec<Line> = Vec::new();
        for group in groups {
            for principal in &group.principals {
                for on in &group.on {
                    said.push(Line {
                        key: group.key,
                        on: on.clone(),
                        principal: principal.clone(),
                        rest: group.rest.clone(),
                    });
                }
            }
        }
        let (said, lines): (BTreeSet<_>, BTreeSet<_>) = (said.into_iter().collect(), lines.into());
        assert_eq!(said, lines);
    }
}
