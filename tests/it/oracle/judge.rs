//! Who reads what of a tiny lake, one cell at a time, from the documentation: grants add up, nothing is taken away.
//!
//! Sources: Lake Formation Developer Guide, *Lake Formation permissions reference* (which permission reads), *Data filtering
//! and cell-level security* (filters), *How Lake Formation tag-based access control works* and *LF-Tag considerations* (tags
//! that only some columns of a table bear leave `SELECT` and `DESCRIBE`).

use super::lake::{
    COLUMNS, Columns, EVERYBODY, Grant, KEYS, LEFT_TO_IAM, Lake, On, Row, Rows, Table, UNNAMED,
    VALUES,
};
use std::collections::{BTreeMap, BTreeSet};

/// How surely something is read: an attribute condition leaves it open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reads {
    No,
    Perhaps,
    Yes,
}

/// Every column of a table.
pub fn columns() -> impl Iterator<Item = &'static str> {
    COLUMNS.into_iter().chain([UNNAMED])
}

/// The value of a key that a column bears: its own, or its table's, or its database's.
fn tag(
    lake: &Lake,
    (database, table): Table,
    column: Option<&str>,
    key: &str,
) -> Option<&'static str> {
    let mut bearers = vec![format!("{database}.{table}"), database.to_owned()];
    if let Some(column) = column {
        bearers.insert(0, format!("{database}.{table}.{column}"));
    }
    let own = |bearer: &String| lake.tags.get(&**bearer).and_then(|tags| tags.get(key));
    bearers.iter().find_map(own).copied()
}

fn fits(
    lake: &Lake,
    wanted: &BTreeMap<&str, BTreeSet<&str>>,
    table: Table,
    column: Option<&str>,
) -> bool {
    wanted.iter().all(|(key, values)| {
        tag(lake, table, column, key).is_some_and(|value| values.contains(value))
    })
}

/// The rows of a column that a grant opens; none when it does not open the column.
fn opened(lake: &Lake, grant: &Grant, table: Table, column: &str) -> Option<Rows> {
    let has = |any: &[&str]| any.iter().any(|one| grant.permissions.contains(one));
    let reads = has(&["ALL", "SELECT", "INSERT", "DELETE"]);
    match &grant.on {
        On::Catalog | On::Database(_) | On::Tags(true, _) => None,
        On::AllTables(database) => (*database == table.0 && reads).then_some(Rows::All),
        On::Table(of, columns) => {
            (*of == table && columns.has(column) && reads).then_some(Rows::All)
        }
        On::Filter(of, name) => {
            let filter = &lake.filters[&(*of, *name)];
            (*of == table && has(&["SELECT"]) && filter.columns.has(column)).then_some(filter.rows)
        }
        On::Tags(false, wanted) => {
            let whole = fits(lake, wanted, table, None)
                && columns().all(|column| fits(lake, wanted, table, Some(column)));
            let left = reads && (whole || has(&["ALL", "SELECT"]));
            (left && fits(lake, wanted, table, Some(column))).then_some(Rows::All)
        }
    }
}

/// Whether the holder of a grant is this principal, or one of all of the account's.
fn is_held(grant: &Grant, principal: &str) -> bool {
    grant.holder == principal || grant.holder == EVERYBODY && principal != LEFT_TO_IAM
}

/// How surely a principal reads the rows of a column.
pub fn reads(lake: &Lake, principal: &str, table: Table, column: &str, rows: Rows) -> Reads {
    let each = lake.grants.iter().filter(|grant| is_held(grant, principal));
    let each = each.filter_map(|grant| {
        let open = opened(lake, grant, table, column)?;
        let sure = if grant.conditional {
            Reads::Perhaps
        } else {
            Reads::Yes
        };
        (open == Rows::All || open == rows).then_some(sure)
    });
    each.max().unwrap_or(Reads::No)
}

/// How surely a principal reads a cell.
pub fn reads_cell(lake: &Lake, principal: &str, table: Table, column: &str, row: Row) -> Reads {
    let each = Rows::every().into_iter().filter(|rows| rows.has(row));
    let each = each.map(|rows| reads(lake, principal, table, column, rows));
    each.max().unwrap_or(Reads::No)
}

/// Whether anything is granted to a principal by its own name.
pub fn is_named(lake: &Lake, principal: &str) -> bool {
    lake.grants.iter().any(|grant| grant.holder == principal)
}

/// A permission on one of the smallest things there are, `+` for the grant option; and whether a condition narrows it.
pub type Atom = (bool, String);

/// The smallest things that an object is made of. What is granted on all tables is granted on those to come, and all
/// columns are those to come, too.
pub fn parts(on: &On) -> BTreeSet<String> {
    let of_table = |database: &str, table: &str, shown: &Columns| -> BTreeSet<String> {
        let own = columns().filter(|column| shown.has(column));
        own.map(|column| format!("{database}.{table}.{column}"))
            .collect()
    };
    match on {
        On::Catalog => BTreeSet::from(["catalog".to_owned()]),
        On::Database(database) => BTreeSet::from([format!("database {database}")]),
        On::AllTables(database) => super::lake::TABLES
            .into_iter()
            .chain(["to-come"])
            .flat_map(|table| of_table(database, table, &Columns::All))
            .collect(),
        On::Table((database, table), shown) => of_table(database, table, shown),
        On::Filter((database, table), name) => {
            BTreeSet::from([format!("filter {database}.{table}.{name}")])
        }
        On::Tags(databases, wanted) => {
            // What may bear which tags, or none of a key.
            let values = VALUES.map(Some).into_iter().chain([None]);
            let values: Vec<Option<&str>> = values.collect();
            let each = values
                .iter()
                .flat_map(|one| values.iter().map(move |other| [*one, *other]));
            let fit = each.filter(|borne| {
                KEYS.iter().zip(borne).all(|(key, value)| {
                    wanted
                        .get(key)
                        .is_none_or(|any| value.is_some_and(|one| any.contains(one)))
                })
            });
            fit.map(|borne| format!("{databases} {borne:?}")).collect()
        }
    }
}

/// All that a grant gives.
pub fn atoms_of(grant: &Grant) -> BTreeSet<Atom> {
    let plain = grant.permissions.iter().map(|one| format!("{one} on"));
    let optional = grant.grantable.iter().map(|one| format!("{one}+ on"));
    let each = plain.chain(optional).flat_map(|right| {
        let parts = parts(&grant.on).into_iter();
        parts.map(move |part| (grant.conditional, format!("{right} {part}")))
    });
    each.collect()
}

/// All that a principal holds.
pub fn atoms(lake: &Lake, holder: &str) -> BTreeSet<Atom> {
    let own = lake.grants.iter().filter(|grant| grant.holder == holder);
    own.flat_map(atoms_of).collect()
}
