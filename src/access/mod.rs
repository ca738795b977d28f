//! Who may read what: grants, filters and tags added up to columns and rows of tables.
//!
//! Grants only ever add. What a principal reads of a table is the union of what each of its grants shows, and a
//! filter beside a wider grant hides nothing. Nothing here asks IAM: whoever is let in by Lake Formation still needs
//! `lakeformation:GetDataAccess`, and whoever reads a bucket directly is not asked by Lake Formation at all.
//!
//! Source: Lake Formation Developer Guide, *Lake Formation permissions reference*, *Data filtering and cell-level
//! security*, *Lake Formation tag-based access control*.

mod declared;
mod diff;
mod facts;
mod observed;
mod part;
mod reach;
mod tagged;

pub use declared::estate;
pub use diff::{Change, Changes, TableChange, changes};
pub use observed::Observed;
pub use part::{Part, Rows};

use crate::aws::lake_formation::grant::{Columns, Node as On, Object, TagPolicy};
use crate::aws::lake_formation::name::{Likeness, Name};
use facts::{Facts, Held, Tables};
use reach::part_of;
use std::collections::{BTreeMap, BTreeSet};

/// A grant.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Who holds it.
    pub holder: Name,
    /// What it is on.
    pub object: Object,
    /// What may be done.
    pub permissions: BTreeSet<String>,
    /// Whether an attribute condition narrows who holds it.
    pub conditional: bool,
    /// Where it stands.
    pub place: String,
}

/// A data cells filter.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Its name.
    pub name: Name,
    /// The table, as an object.
    pub table: Object,
    /// The rows that it shows.
    pub rows: Rows,
    /// The columns that it shows; `None` is all.
    pub columns: Option<Columns>,
}

/// Tags on a database, a table or a column.
#[derive(Clone, Debug)]
pub struct Tagged {
    /// Its names: one for a database, two for a table, three for a column.
    pub bearer: Vec<Name>,
    /// The value of each key.
    pub tags: BTreeMap<String, Name>,
}

/// A role that EMRFS assumes for some users, and so reads S3 for them without Lake Formation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The role.
    pub role: Name,
    /// For whom: `group analysts`, `user ann`, `prefix s3://…`.
    pub subjects: Vec<String>,
    /// Where it stands.
    pub place: String,
}

/// The values of each key that a tag expression asks for.
pub type TagExpression = BTreeMap<String, BTreeSet<Name>>;

/// All that says who may read what.
#[derive(Clone, Debug, Default)]
pub struct Estate {
    /// The grants.
    pub grants: Vec<Grant>,
    /// The filters that grants may be on.
    pub filters: Vec<Filter>,
    /// The tags that tables bear; none where it is known that a table bears none of its own.
    pub tagged: Vec<Tagged>,
    /// What bears tags that are not all known, by its names; columns are meant with their table, and no name is everything.
    pub untold: Vec<Vec<Name>>,
    /// The saved tag expressions; `None` for one that cannot be understood.
    pub expressions: Vec<(Name, Option<TagExpression>)>,
    /// The roles of EMRFS.
    pub mappings: Vec<Mapping>,
    /// Who may grant themselves anything.
    pub administrators: Vec<Name>,
}

/// What of a table one holder reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The table; or what reaches tables that nothing names: all others of a database, whatever bears a tag.
    pub table: Object,
    /// The parts; together they are what is read. No part lies in another.
    pub parts: Vec<Part>,
    /// Parts that add nothing to the others.
    pub covered: Vec<Part>,
}

/// One who reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// Who.
    pub holder: Name,
    /// What.
    pub readings: Vec<Reading>,
    /// The mappings of EMRFS that lead to this role.
    pub mappings: Vec<Mapping>,
}

/// What is asked of an estate.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Only this table: database and name.
    pub table: Option<(Name, Name)>,
    /// Only who reads this column.
    pub column: Option<Name>,
}

/// Every reader of an estate, in the order of their names.
pub fn readers(estate: &Estate, question: &Question) -> Vec<Reader> {
    let facts = Facts::of(estate);
    let tables = Tables::of(tables(&facts, question));
    let readers = facts.holders().into_iter().map(|holder| {
        let held = facts.held_by(holder);
        let tables = held.among(&tables).into_iter();
        Reader {
            holder: holder.clone(),
            readings: tables
                .filter_map(|table| reading(&facts, &held, table, question))
                .collect(),
            mappings: facts.mappings_of(holder).cloned().collect(),
        }
    });
    let asked = question.table.is_some() || question.column.is_some();
    readers
        .filter(|reader| !reader.readings.is_empty() || !asked && !reader.mappings.is_empty())
        .collect()
}

/// The tables that anything names, and the reaches beyond them, each once.
fn tables(facts: &Facts<'_>, question: &Question) -> BTreeSet<Object> {
    let estate = facts.estate;
    let named = |catalog: &Option<Name>, database: &Name, table: &Name| Object {
        catalog: catalog.clone(),
        node: On::Table(database.clone(), table.clone()),
    };
    let mut tables = BTreeSet::new();
    let objects = estate.grants.iter().map(|grant| &grant.object);
    let of_filters = estate.filters.iter().map(|filter| &filter.table);
    for object in objects.chain(of_filters) {
        if let Some((database, table)) = object.table() {
            tables.insert(named(&object.catalog, database, table));
        } else if beyond(object) {
            tables.insert(object.clone());
        }
    }
    for tagged in { estate.tagged.iter() }.filter(|one| !one.tags.is_empty()) {
        if let [database, table, ..] = tagged.bearer.as_slice() {
            tables.insert(named(&None, database, table));
        }
    }
    let Some((database, table)) = &question.table else {
        return tables;
    };
    tables.insert(named(&None, database, table));
    tables.retain(|one| {
        if let On::Table(of, name) = &one.node {
            return of == database && name == table;
        }
        // Where nothing tells the table's tags, it may be among those that bear them.
        matches!(one.node, On::TagPolicy(_)) && !facts.is_tagged(database, table)
    });
    tables
}

/// Whether an object reaches tables that it does not name.
const fn beyond(object: &Object) -> bool {
    matches!(
        object.node,
        On::AllTables(_)
            | On::AnyTable
            | On::Catalog
            | On::TagPolicy(TagPolicy {
                databases: false,
                ..
            })
    )
}

fn reading(
    facts: &Facts<'_>,
    held: &Held<'_>,
    table: &Object,
    question: &Question,
) -> Option<Reading> {
    let parts = held.on(table).into_iter();
    let parts = parts.filter_map(|grant| part_of(facts, grant, held.holder, table));
    let (mut parts, covered) = part::added_up(parts.collect());
    if let Some(column) = &question.column {
        parts.retain(|part| part.shows(column) != Likeness::Different);
    }
    (!parts.is_empty()).then(|| Reading {
        table: table.clone(),
        parts,
        covered,
    })
}

#[cfg(test)]
mod tests;
