//! Grants in the language of baselines.

use super::group::{Group, Line, grouped};
use super::toml;
use super::words::{OWN, line, objection};
use crate::aws::lake_formation::grant::{Columns, Node, Object};
use crate::aws::lake_formation::name::Name;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Who holds what, under which condition.
pub(super) type Key = (Name, Object, Option<Name>);

/// Who holds columns: the holder, the catalog, the database, the table, the condition.
type OfTable = (Name, Option<Name>, Name, Name, Option<Name>);

/// What may be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) permissions: BTreeSet<String>,
    pub(super) grantable: BTreeSet<String>,
    /// The columns that may be granted on, where others of the same list may not.
    pub(super) grantable_columns: BTreeSet<Name>,
    /// Where it was seen.
    pub(super) place: String,
}

/// Grants as they were seen. What the service shows as several entries for one holder and object is one.
#[derive(Clone, Debug, Default)]
pub(super) struct Grants(BTreeMap<Key, Given>);

impl Grants {
    /// Adds what an entry gives.
    pub(super) fn add(&mut self, key: Key, given: Given) {
        let own = self.0.entry(key).or_insert_with(|| Given {
            place: given.place.clone(),
            ..Given::default()
        });
        own.permissions.extend(given.permissions);
        own.grantable.extend(given.grantable);
    }

    /// The tables of the baseline, and what cannot be said in it.
    pub(super) fn written(&self, account: &str, left: &mut Vec<String>) -> String {
        let mut lines = Vec::new();
        for ((holder, object, condition), given) in self.joined(left) {
            let line = line(&holder, &object, condition.as_ref(), &given);
            match line
                .map_err(str::to_owned)
                .and_then(|line| objection(&line, &object, account).map_or(Ok(line), Err))
            {
                Ok(line) => lines.push(line),
                Err(why) => left.push(format!(
                    "{}: grant on {object} for `{holder}`: {why}",
                    given.place
                )),
            }
        }
        let mut groups = grouped(without_collisions(lines, left));
        groups.sort_by(|one, other| {
            (home(one), &one.on, &one.principals).cmp(&(home(other), &other.on, &other.principals))
        });
        let mut text = toml::table(
            "[lake.grants]",
            &[
                ("exact", "true".to_owned()),
                ("scope", toml::list(&[toml::string("*")], 8)),
            ],
        );
        let mut before = None;
        for group in &groups {
            let home = home(group);
            if before.as_ref() != Some(&home) {
                let _ = writeln!(text, "\n# {}", toml::comment(&home.1));
                before = Some(home);
            }
            let _ = write!(text, "\n{}", table(group, account));
        }
        text
    }

    /// Several lists of columns of one table that one holder has are one list.
    ///
    /// No page tells whether the service keeps them apart; together they show what each shows.
    fn joined(&self, left: &mut Vec<String>) -> Vec<(Key, Given)> {
        let mut joined: Vec<(Key, Given)> = Vec::new();
        let mut lists: BTreeMap<OfTable, (Columns, Given)> = BTreeMap::new();
        for ((holder, object, condition), given) in &self.0 {
            let Node::Columns(database, table, columns) = &object.node else {
                joined.push((
                    (holder.clone(), object.clone(), condition.clone()),
                    given.clone(),
                ));
                continue;
            };
            let key = (
                holder.clone(),
                object.catalog.clone(),
                database.clone(),
                table.clone(),
                condition.clone(),
            );
            let new = (columns.clone(), given.clone());
            let Some(own) = lists.get_mut(&key) else {
                lists.insert(key, new);
                continue;
            };
            match together(own, &new) {
                Some(both) => *own = both,
                None => left.push(format!(
                    "{}: grant on {object} for `{holder}`: another list of columns of the table is held with other permissions",
                    given.place
                )),
            }
        }
        for ((holder, catalog, database, table, condition), (columns, given)) in lists {
            // A baseline that declares the table does not mean two lists of its columns.
            if matches!(&columns, Columns::AllBut(names) if names.is_empty()) {
                left.push(format!(
                    "{}: grant on lists of columns of `{database}.{table}` for `{holder}`: together they are the table, \
                     and a baseline declares one of them",
                    given.place
                ));
                continue;
            }
            let node = Node::Columns(database, table, columns);
            joined.push(((holder, Object { catalog, node }, condition), given));
        }
        joined
    }
}

/// Two lists of columns of one table as one, where a baseline can say that: with the same permissions, and the grant option
/// on both, on neither, or on some of the columns.
fn together(
    (own, with): &(Columns, Given),
    (columns, given): &(Columns, Given),
) -> Option<(Columns, Given)> {
    if with.permissions != given.permissions {
        return None;
    }
    let both = union(own, columns);
    if with.grantable == given.grantable && with.grantable_columns.is_empty() {
        return Some((both, with.clone()));
    }
    let options = [&with.grantable, &given.grantable];
    let mut options: BTreeSet<_> = options.into_iter().filter(|all| !all.is_empty()).collect();
    let (Columns::Only(all), Some(option), true) = (&both, options.pop_first(), options.is_empty())
    else {
        return None;
    };
    let mut on = BTreeSet::new();
    for (listed, given) in [(own, with), (columns, given)] {
        match listed {
            Columns::Only(_) if !given.grantable_columns.is_empty() => {
                on.extend(given.grantable_columns.iter().cloned());
            }
            Columns::Only(listed) if !given.grantable.is_empty() => {
                on.extend(listed.iter().cloned());
            }
            Columns::Only(_) => {}
            Columns::AllBut(_) => return None,
        }
    }
    let given = Given {
        grantable: option.clone(),
        grantable_columns: if on == *all { BTreeSet::new() } else { on },
        ..with.clone()
    };
    Some((both, given))
}

/// The lines that a baseline may hold together: it refuses a table and columns of it for one principal.
fn without_collisions(lines: Vec<Line>, left: &mut Vec<String>) -> Vec<Line> {
    let has_columns = |line: &Line| !line.rest.columns.is_empty() || !line.rest.excluded.is_empty();
    let whole: BTreeSet<(String, String)> = lines
        .iter()
        .filter(|line| line.key == "table" && !has_columns(line))
        .filter(|line| line.rest.permissions.iter().any(|one| one != "DESCRIBE"))
        .map(|line| (line.principal.clone(), line.on.clone()))
        .collect();
    let (kept, collide): (Vec<Line>, Vec<Line>) = lines.into_iter().partition(|line| {
        !has_columns(line) || !whole.contains(&(line.principal.clone(), line.on.clone()))
    });
    for line in collide {
        left.push(format!(
            "columns of `{}` for `{}`: the principal holds the table as well, and a baseline declares one of them",
            line.on, line.principal
        ));
    }
    kept
}

fn union(one: &Columns, other: &Columns) -> Columns {
    match (one, other) {
        (Columns::Only(one), Columns::Only(other)) => Columns::Only(one | other),
        (Columns::AllBut(one), Columns::AllBut(other)) => Columns::AllBut(one & other),
        (Columns::Only(shown), Columns::AllBut(hidden))
        | (Columns::AllBut(hidden), Columns::Only(shown)) => Columns::AllBut(hidden - shown),
    }
}

/// Where a reader looks for a group: objects in databases by the database, others by their kind.
fn home(group: &Group) -> (u8, String) {
    let first = group.on.first().map_or("", String::as_str);
    let database = |text: &str| {
        text.split_once('.')
            .map_or(text, |(database, _)| database)
            .to_owned()
    };
    match group.key {
        "catalog" => (0, "the catalog".to_owned()),
        "database" | "table" | "filter" | "function" => (1, database(first)),
        "tag-policy" => (2, "by tags".to_owned()),
        "tag" => (3, "tags".to_owned()),
        _ => (4, "locations".to_owned()),
    }
}

fn table(group: &Group, account: &str) -> String {
    let strings = |texts: &BTreeSet<String>| {
        texts
            .iter()
            .map(|one| toml::string(one))
            .collect::<Vec<_>>()
    };
    let principals: Vec<String> = group
        .principals
        .iter()
        .map(|one| in_account(one, account))
        .collect();
    let on: Vec<String> = group
        .on
        .iter()
        .map(|one| {
            if one == OWN {
                format!("\"{OWN}\"")
            } else {
                toml::string(one)
            }
        })
        .collect();
    let mut settings = vec![
        ("principal", toml::one_or_more(&principals, 14)),
        (group.key, toml::one_or_more(&on, 14)),
    ];
    let rest = &group.rest;
    for (key, names) in [
        ("columns", &rest.columns),
        ("excluded-columns", &rest.excluded),
    ] {
        if !names.is_empty() {
            settings.push((key, toml::list(&strings(names), 19)));
        }
    }
    settings.push(("permissions", toml::list(&strings(&rest.permissions), 14)));
    if !rest.grantable.is_empty() {
        settings.push(("grantable", toml::list(&strings(&rest.grantable), 14)));
    }
    if !rest.grantable_columns.is_empty() {
        let columns = strings(&rest.grantable_columns);
        settings.push(("grantable-columns", toml::list(&columns, 20)));
    }
    if let Some(condition) = &rest.condition {
        settings.push(("condition", toml::string(condition)));
    }
    toml::table("[[lake.grants.grant]]", &settings)
}

/// A principal as a string in which the account is named by what every target binds.
pub(super) fn in_account(principal: &str, account: &str) -> String {
    let written = toml::string(principal);
    let of_arn = written.replacen(&format!(":{account}:"), ":${account}:", 1);
    match of_arn.strip_prefix(&format!("\"{account}:")) {
        Some(rest) => format!("\"${{account}}:{rest}"),
        None => of_arn,
    }
}
