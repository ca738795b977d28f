//! LF-Tags as a baseline declares them and as they were seen: definitions, and what bears them.
//!
//! Keys and values are compared in lower case. Source: Lake Formation Developer Guide, *LF-Tag considerations*.

use super::declared::{Fault, Wrong, wrong};
use super::members::likeness;
use super::seen::{Context, Trouble};
use super::{name, parsed};
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::control::settings::{CellKind, Column, Domain, Table, TextType, cell_text, cell_texts};
use crate::lattice::{Cell, KeyedRows, Row, Text};
use crate::observed::{Node, Resource, Value};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The table `[[lake.tags.tag]]`.
#[derive(Debug)]
pub enum TagTable {}

const ONE: CellKind = CellKind::One(Domain::Texts(TextType::String));
const EACH: CellKind = CellKind::Each(Domain::Texts(TextType::String));
const MANY: CellKind = CellKind::Many(Domain::Texts(TextType::String));

impl Table for TagTable {
    const COLUMNS: &'static [Column] = &[
        Column::required("key", ONE, "The tag's key.").identifying(),
        Column::required("values", MANY, "All its values."),
    ];
}

/// The table `[[lake.tags.assignment]]`.
#[derive(Debug)]
pub enum AssignmentTable {}

impl Table for AssignmentTable {
    const COLUMNS: &'static [Column] = &[
        Column::required(
            "resource",
            EACH,
            "`database`, `database.table` or `database.table.column`.",
        )
        .identifying(),
        Column::required("tags", CellKind::Map, "The value of each key."),
    ];
}

/// What bears tags: a database, a table or a column, by its names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bearer(pub Vec<Name>);

impl std::fmt::Display for Bearer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&names.join("."))
    }
}

impl Bearer {
    /// The database or table whose tags a resource tells: it is called `database` or `database.table`.
    pub fn of(resource: &Resource<'_>) -> Self {
        let identity = &resource.identity;
        let name = identity.name.as_deref().unwrap_or(&identity.id);
        let parts = name.splitn(2, '.');
        Self(parts.map(|part| Name::from(part).lower()).collect())
    }

    /// The table of a column; a table or database itself.
    #[must_use]
    pub fn table(&self) -> Self {
        Self(self.0.iter().take(2).cloned().collect())
    }

    /// The column of this name of a table.
    #[must_use]
    pub fn column(&self, name: Name) -> Self {
        let mut names = self.0.clone();
        names.push(name);
        Self(names)
    }

    /// Whether this lies in what a baseline names, or is it.
    pub fn lies_in(&self, outer: &Self) -> Likeness {
        if self.0.len() < outer.0.len() {
            return Likeness::Different;
        }
        let each = outer.0.iter().zip(&self.0);
        let each = each.map(|(want, seen)| want.likeness(seen));
        each.min().unwrap_or(Likeness::Same)
    }

    /// Whether `seen` is the one that a baseline names.
    pub fn likeness(&self, seen: &Self) -> Likeness {
        if self.0.len() != seen.0.len() {
            return Likeness::Different;
        }
        let each = self
            .0
            .iter()
            .zip(&seen.0)
            .map(|(want, seen)| want.likeness(seen));
        each.min().unwrap_or(Likeness::Same)
    }
}

/// An assignment of the baseline.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// Its key among the tables of the list.
    pub identity: Arc<str>,
    /// What bears the tags.
    pub bearer: Bearer,
    /// The value of each key, in lower case.
    pub tags: BTreeMap<String, Name>,
}

impl Assignment {
    /// The tags, in words.
    pub fn words(&self) -> String {
        let each = self
            .tags
            .iter()
            .map(|(key, value)| format!("`{key}={value}`"));
        let each: Vec<String> = each.collect();
        each.join(", ")
    }
}

/// The tags of the settings: each key with its values, in lower case, and with the key among the tables of the list.
pub fn definitions(rows: &KeyedRows) -> BTreeMap<String, (Arc<str>, BTreeSet<Name>)> {
    rows.iter()
        .map(|(identity, row)| {
            let key = cell_text(row, "key").map(ToString::to_string);
            let values = cell_texts(row, "values")
                .into_iter()
                .map(|text| name(text).lower());
            let key = key.unwrap_or_default().to_lowercase();
            (key, (Arc::clone(identity), values.collect()))
        })
        .collect()
}

/// The assignments of the settings that can be understood, and what is wrong with the others.
pub fn assignments(rows: &KeyedRows) -> (Vec<Assignment>, Vec<Fault>) {
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for (identity, row) in rows.iter() {
        match assignment(identity, row) {
            Ok(assignment) => found.push(assignment),
            Err((message, help)) => faults.push(Fault {
                identity: Arc::clone(identity),
                message,
                help,
            }),
        }
    }
    (found, faults)
}

fn assignment(identity: &Arc<str>, row: &Row) -> Result<Assignment, Wrong> {
    let text = cell_text(row, "resource")
        .map(ToString::to_string)
        .unwrap_or_default();
    let parts: Vec<Name> = text
        .splitn(3, '.')
        .map(|part| parsed(part).lower())
        .collect();
    if parts.iter().any(|part| part.as_known() == Some("")) {
        return wrong(
            format!("`{text}` is no database, table or column"),
            "write `database`, `database.table` or `database.table.column`",
        );
    }
    let Some(Cell::Map(tags)) = row.get("tags") else {
        return wrong("the assignment has no `tags`", "give the value of each key");
    };
    let tags = tags
        .iter()
        .map(|(key, value)| (key.to_lowercase(), name(value).lower()));
    Ok(Assignment {
        identity: Arc::clone(identity),
        bearer: Bearer(parts),
        tags: tags.collect(),
    })
}

/// Tags as they were seen on something.
#[derive(Clone, Debug)]
pub struct SeenTag<'t> {
    /// Where it stands.
    pub node: Node<'t>,
    /// The key, in lower case.
    pub key: Name,
    /// The values, in lower case.
    pub values: Vec<(Node<'t>, Name)>,
}

impl SeenTag<'_> {
    /// Whether another has the same values, known ones.
    pub fn has_values_of(&self, other: &Self) -> bool {
        let known = |tag: &Self| -> Option<BTreeSet<String>> {
            let each = tag.values.iter();
            each.map(|(_, value)| value.as_known().map(str::to_owned))
                .collect()
        };
        known(self).is_some_and(|own| known(other) == Some(own))
    }
}

/// Tags on things, as a request puts them there or as `GetResourceLFTags` tells them.
#[derive(Debug, Default)]
pub struct Borne<'t> {
    /// The value of each key that something bears itself.
    pub known: Vec<(Bearer, BTreeMap<String, Name>)>,
    /// What bears tags that are not all known, each with why. A table's columns are meant with it.
    pub unknown: Vec<(Bearer, Trouble<'t>)>,
}

impl<'t> Borne<'t> {
    fn take(&mut self, bearer: Bearer, tags: Result<BTreeMap<String, Name>, Trouble<'t>>) {
        match tags {
            Ok(tags) if tags.is_empty() => {}
            Ok(tags) => self.known.push((bearer, tags)),
            Err(trouble) => self.unknown.push((bearer, trouble)),
        }
    }
}

impl<'t> Context<'_, 't> {
    /// The tags that an association tells, and of what.
    ///
    /// # Errors
    /// Why it is not known what bears them.
    pub fn borne(&self, resource: &Resource<'t>, root: Node<'t>) -> Result<Borne<'t>, Trouble<'t>> {
        let mut borne = Borne::default();
        let on = root.get("Resource");
        if on.is_set() {
            for bearer in self.bearers(on)? {
                borne.take(bearer, self.values_of(root.get("LFTags")));
            }
            return Ok(borne);
        }
        let own = Bearer::of(resource);
        if root.reason().is_some() {
            let trouble = Trouble::new(root, format!("the tags of `{own}` are unknown"));
            borne.unknown.push((own, trouble));
            return Ok(borne);
        }
        let database = Bearer(own.0.iter().take(1).cloned().collect());
        borne.take(database, self.values_of(root.get("LFTagOnDatabase")));
        if own.0.len() > 1 {
            borne.take(own.clone(), self.values_of(root.get("LFTagsOnTable")));
        }
        let columns = root.get("LFTagsOnColumns");
        if !matches!(columns.value(), Value::Absent | Value::Null | Value::List) {
            let why = format!("the tags of the columns of `{own}` are unknown");
            borne.unknown.push((own, Trouble::new(columns, why)));
            return Ok(borne);
        }
        for column in columns.items() {
            match self.name(column.get("Name"), "the column") {
                Ok(name) => borne.take(
                    own.column(name.lower()),
                    self.values_of(column.get("LFTags")),
                ),
                Err(trouble) => borne.unknown.push((own.clone(), trouble)),
            }
        }
        Ok(borne)
    }

    /// The value of each key of a list of tags: nothing bears two of one key.
    ///
    /// Source: Lake Formation Developer Guide, *LF-Tag considerations*.
    fn values_of(&self, list: Node<'t>) -> Result<BTreeMap<String, Name>, Trouble<'t>> {
        match list.value() {
            Value::Absent | Value::Null | Value::List => {}
            Value::Unreadable(_)
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Template
            | Value::Map => {
                return Err(Trouble::new(
                    list,
                    format!("the tags are {}", list.display()),
                ));
            }
        }
        let mut tags = BTreeMap::new();
        for item in list.items() {
            let tag = self.lf_tag(item)?;
            let Some(key) = tag.key.as_known() else {
                return Err(Trouble::new(item, "the key of a tag is not known"));
            };
            let [(_, value)] = tag.values.as_slice() else {
                let why = format!(
                    "tag `{key}` has {} values, where one is borne",
                    tag.values.len()
                );
                return Err(Trouble::new(item, why));
            };
            let other = tags.insert(key.to_owned(), value.clone());
            if other.is_some_and(|other| other != *value) {
                let why = format!("tag `{key}` is told twice, with different values");
                return Err(Trouble::new(item, why));
            }
        }
        Ok(tags)
    }

    /// One tag with its values.
    pub fn lf_tag(&self, node: Node<'t>) -> Result<SeenTag<'t>, Trouble<'t>> {
        let key = self.name(node.get("TagKey"), "the key of the tag")?.lower();
        let list = node.get("TagValues");
        if !matches!(list.value(), Value::List) {
            return Err(Trouble::new(
                list,
                format!("the values of tag `{key}` are {}", list.display()),
            ));
        }
        let mut values = Vec::new();
        for item in list.items() {
            values.push((item, self.name(item, "a value of the tag")?.lower()));
        }
        Ok(SeenTag { node, key, values })
    }

    /// What an assignment puts tags on: one database or table, or several columns.
    pub fn bearers(&self, resource: Node<'t>) -> Result<Vec<Bearer>, Trouble<'t>> {
        let lower = |node, what: &str| self.name(node, what).map(|name| name.lower());
        let (database, table, columns) = (
            resource.get("Database"),
            resource.get("Table"),
            resource.get("TableWithColumns"),
        );
        if database.is_set() {
            return Ok(vec![Bearer(vec![lower(
                database.get("Name"),
                "the database",
            )?])]);
        }
        if table.is_set() {
            let names = vec![
                lower(table.get("DatabaseName"), "the database")?,
                lower(table.get("Name"), "the table")?,
            ];
            return Ok(vec![Bearer(names)]);
        }
        if columns.is_set() {
            let database = lower(columns.get("DatabaseName"), "the database")?;
            let table = lower(columns.get("Name"), "the table")?;
            let names = self.names(columns.get("ColumnNames"), "the columns")?;
            let each = names.into_iter();
            return Ok(each
                .map(|column| Bearer(vec![database.clone(), table.clone(), column]))
                .collect());
        }
        Err(Trouble::new(
            resource,
            "what bears the tags is not known to this version",
        ))
    }
}

/// The body of `CreateLFTag`, in lower case, as the service stores it.
pub fn tag_request(key: &str, values: &BTreeSet<Name>, account: &str) -> Json {
    let values: Vec<String> = values.iter().map(Name::to_string).collect();
    json!({ "CatalogId": account, "TagKey": key, "TagValues": values })
}

/// The body of `AddLFTagsToResource`.
pub fn assignment_request(assignment: &Assignment, account: &str) -> Json {
    let text: Vec<String> = assignment.bearer.0.iter().map(Name::to_string).collect();
    let resource = match text.as_slice() {
        [database] => json!({ "Database": { "CatalogId": account, "Name": database } }),
        [database, table] => json!({ "Table": {
            "CatalogId": account, "DatabaseName": database, "Name": table
        } }),
        [database, table, column, ..] => json!({ "TableWithColumns": {
            "CatalogId": account, "DatabaseName": database, "Name": table, "ColumnNames": [column]
        } }),
        [] => json!({}),
    };
    let tags: Vec<Json> = assignment
        .tags
        .iter()
        .map(|(key, value)| json!({ "CatalogId": account, "TagKey": key, "TagValues": [value.to_string()] }))
        .collect();
    let mut body = Map::new();
    body.insert("CatalogId".to_owned(), json!(account));
    body.insert("Resource".to_owned(), resource);
    body.insert("LFTags".to_owned(), Json::Array(tags));
    Json::Object(body)
}

/// Whether a key is one of these, in any case.
pub fn is_key(keys: &BTreeSet<Text>, seen: &Name) -> Likeness {
    let each = keys.iter().map(|key| likeness(&lower(key), seen));
    each.max().unwrap_or(Likeness::Different)
}

fn lower(text: &Text) -> Text {
    text.as_literal()
        .map_or_else(|| text.clone(), |text| Text::literal(text.to_lowercase()))
}
