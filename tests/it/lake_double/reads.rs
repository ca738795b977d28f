//! Who may read what, by trying every grant on every column: slow, and written without a look at what it checks.

use super::node::{Asked, Columns, Node, Table};
use super::tag_search::fits;
use super::{Lake, World};
use serde_json::Value;
use std::collections::BTreeSet;

/// That somebody may read a column of a table: all rows, or those of an expression.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Read {
    pub principal: String,
    pub condition: Option<String>,
    /// `database.table`, with the catalog before it when it is not the account's.
    pub table: String,
    pub column: String,
    pub rows: Option<String>,
}

/// The rows that a grant shows.
enum Shown {
    None,
    All,
    Where(String),
}

/// What lets somebody read ("A principal with this permission can insert, update, and read underlying data").
const READING: [&str; 4] = ["SELECT", "ALL", "INSERT", "DELETE"];

impl Lake {
    /// Everything that anybody may read, in a world of this lake's.
    pub fn reads_in(&self, world: &World) -> BTreeSet<Read> {
        let mut reads = BTreeSet::new();
        for (catalog, database, table) in self.catalog.tables() {
            let (own, partitions) = self.catalog.columns(catalog, database, table).unwrap();
            let columns: BTreeSet<String> = own.union(&partitions).cloned().collect();
            for column in &columns {
                let is_partition = partitions.contains(column);
                for ((principal, condition), nodes) in &world.held {
                    for (node, entry) in nodes {
                        let held: Vec<&str> =
                            entry.permissions.keys().map(String::as_str).collect();
                        let on = [catalog.as_str(), database, table, column];
                        let rows = match world.shows(node, &held, on, &columns, is_partition) {
                            Shown::None => continue,
                            Shown::All => None,
                            Shown::Where(rows) => Some(rows),
                        };
                        reads.insert(Read {
                            principal: principal.clone(),
                            condition: condition.clone(),
                            table: if *catalog == self.account {
                                format!("{database}.{table}")
                            } else {
                                format!("{catalog}:{database}.{table}")
                            },
                            column: column.clone(),
                            rows,
                        });
                    }
                }
            }
        }
        reads
    }

    /// Everything that anybody may read now.
    pub fn reads(&self) -> BTreeSet<Read> {
        self.reads_in(self.world())
    }
}

impl World {
    /// The rows of a column that a grant shows.
    fn shows(
        &self,
        node: &Node,
        held: &[&str],
        [catalog, database, table, column]: [&str; 4],
        columns: &BTreeSet<String>,
        is_partition: bool,
    ) -> Shown {
        let reads = held.iter().any(|one| READING.contains(one));
        let on = |c: &str, d: &str, t: &Table| {
            let named = match t {
                Table::Named(name) => name == table,
                Table::Every => true,
            };
            c == catalog && d == database && named
        };
        let all = |shown: bool| if shown { Shown::All } else { Shown::None };
        match node {
            Node::Table(c, d, t) => all(reads && on(c, d, t)),
            Node::Columns(c, d, t, shown) => all(held.contains(&"SELECT")
                && on(c, d, t)
                && match shown {
                    Columns::All => true,
                    // What a table is partitioned by is not hidden.
                    Columns::Only(names) => is_partition || names.contains(column),
                    Columns::But(names) => is_partition || !names.contains(column),
                }),
            Node::Filter(c, d, t, name) => {
                let key = [c, d, t, name].map(Clone::clone);
                let Some(filter) = self.filters.get(&key) else {
                    return Shown::None;
                };
                let on = (c.as_str(), d.as_str(), t.as_str()) == (catalog, database, table);
                if !(held.contains(&"SELECT") && on && cells(filter, column, is_partition)) {
                    return Shown::None;
                }
                match filter["RowFilter"]["FilterExpression"].as_str() {
                    None | Some("" | "true") => Shown::All,
                    Some(text) => Shown::Where(text.to_owned()),
                }
            }
            Node::TagPolicy(c, over, asked) if over == "TABLE" && c == catalog => {
                let tags = match asked {
                    Asked::Tags(tags) => tags,
                    Asked::Saved(name) => match self.expressions.get(name) {
                        Some((_, tags)) => tags,
                        None => return Shown::None,
                    },
                };
                let bears = |column: Option<&String>| {
                    let (catalog, database) = (catalog.to_owned(), database.to_owned());
                    let bearer = (catalog, database, Some(table.to_owned()), column.cloned());
                    fits(tags, &self.tags_of(&bearer))
                };
                // Where only some columns bear the tags, nothing but `SELECT` is left of what was granted. Whether a
                // table does whose columns all do, no page says: here it does not.
                let selects = held.iter().any(|one| ["SELECT", "ALL"].contains(one));
                let whole = || bears(None) && columns.iter().all(|one| bears(Some(one)));
                all(bears(Some(&column.to_owned())) && (selects || reads && whole()))
            }
            _ => Shown::None,
        }
    }
}

fn cells(filter: &Value, column: &str, is_partition: bool) -> bool {
    let has = |list: &Value| {
        let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
        items.iter().any(|one| one == column)
    };
    if filter["ColumnNames"].is_array() {
        is_partition || has(&filter["ColumnNames"])
    } else {
        !has(&filter["ColumnWildcard"]["ExcludedColumnNames"])
    }
}
