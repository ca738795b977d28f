//! What a grant is on, in one form: names in lower case, catalogs filled in, lists as sets.

use super::{Refusal, invalid, needed, texts};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// One table, or every one of its database.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    Named(String),
    Every,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Columns {
    All,
    Only(BTreeSet<String>),
    But(BTreeSet<String>),
}

/// The tags that a policy asks for.
pub type Tags = BTreeMap<String, BTreeSet<String>>;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    Tags(Tags),
    Saved(String),
}

/// What a grant is on. Its first member is the catalog.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    Catalog(String),
    Database(String, String),
    Table(String, String, Table),
    Columns(String, String, Table, Columns),
    Location(String, String),
    Filter(String, String, String, String),
    /// `None` is every value.
    Tag(String, String, Option<BTreeSet<String>>),
    /// Over databases or over tables.
    TagPolicy(String, String, Asked),
    TagExpression(String, String),
    RowPolicy(String, String),
    /// `None` is every function of the database.
    Function(String, String, Option<String>),
    AnyTable(String),
}

const ALL_TABLES: &str = "ALL_TABLES";

/// Glue keeps the names of databases and tables in lower case.
fn lower(input: &Value, member: &str) -> Result<String, Refusal> {
    needed(input, member).map(str::to_lowercase)
}

pub(super) fn expression(list: &Value) -> Result<Tags, Refusal> {
    let mut tags = Tags::new();
    for tag in list.as_array().map(Vec::as_slice).unwrap_or_default() {
        let values = texts(&tag["TagValues"]);
        if values.is_empty() {
            return Err(invalid("TagValues must not be empty"));
        }
        let values = values.iter().map(|value| value.to_lowercase()).collect();
        if tags.insert(lower(tag, "TagKey")?, values).is_some() {
            return Err(invalid("A tag key stands twice in the expression"));
        }
    }
    Ok(tags)
}

pub(super) fn expression_json(tags: &Tags) -> Value {
    let pairs = tags.iter();
    let pairs: Vec<Value> = pairs
        .map(|(key, values)| json!({"TagKey": key, "TagValues": values}))
        .collect();
    json!(pairs)
}

impl Node {
    /// Reads a `Resource`; `outer` is the catalog of the request.
    pub fn read(resource: &Value, outer: &str) -> Result<Self, Refusal> {
        let empty = Map::new();
        let members = resource.as_object().unwrap_or(&empty);
        let mut given = members.iter().filter(|(_, value)| !value.is_null());
        let (Some((kind, on)), None) = (given.next(), given.next()) else {
            return Err(invalid("Exactly one member of Resource must be set"));
        };
        let catalog = |member: &str| on[member].as_str().unwrap_or(outer).to_owned();
        let own = catalog("CatalogId");
        Ok(match kind.as_str() {
            "Catalog" => Self::Catalog(catalog("Id")),
            "Database" => Self::Database(own, lower(on, "Name")?),
            "Table" => Self::Table(own, lower(on, "DatabaseName")?, table(on)?),
            "TableWithColumns" => {
                if on["Name"] == ALL_TABLES {
                    // What a listing says is not what a grant takes.
                    return Err(invalid("TableWithColumns does not take ALL_TABLES"));
                }
                let named = Table::Named(lower(on, "Name")?);
                Self::Columns(own, lower(on, "DatabaseName")?, named, columns(on)?)
            }
            "DataLocation" => {
                let arn = needed(on, "ResourceArn")?;
                if !arn.starts_with("arn:aws") || !arn.contains(":s3:::") {
                    return Err(invalid(&format!("Invalid resource ARN: {arn}")));
                }
                Self::Location(own, arn.trim_end_matches('/').to_owned())
            }
            "DataCellsFilter" => Self::Filter(
                catalog("TableCatalogId"),
                lower(on, "DatabaseName")?,
                lower(on, "TableName")?,
                needed(on, "Name")?.to_owned(),
            ),
            "LFTag" => {
                let values = texts(&on["TagValues"]);
                let values: BTreeSet<String> =
                    values.iter().map(|value| value.to_lowercase()).collect();
                if values.is_empty() {
                    return Err(invalid("TagValues must not be empty"));
                }
                let every = values.contains("*");
                Self::Tag(own, lower(on, "TagKey")?, (!every).then_some(values))
            }
            "LFTagPolicy" => {
                let over = needed(on, "ResourceType")?;
                if !["DATABASE", "TABLE"].contains(&over) {
                    return Err(invalid("ResourceType must be DATABASE or TABLE"));
                }
                let tags = expression(&on["Expression"])?;
                let asked = match (on["ExpressionName"].as_str(), tags.is_empty()) {
                    (Some(saved), true) => Asked::Saved(saved.to_owned()),
                    (None, false) => Asked::Tags(tags),
                    _ => return Err(invalid("One of Expression and ExpressionName is needed")),
                };
                Self::TagPolicy(own, over.to_owned(), asked)
            }
            "LFTagExpression" => Self::TagExpression(own, needed(on, "Name")?.to_owned()),
            "RLSPolicy" => Self::RowPolicy(own, lower(on, "Name")?),
            "UserDefinedFunction" => {
                let name = on["Name"].as_str().map(str::to_lowercase);
                if name.is_some() != on["UserDefinedFunctionWildcard"].is_null() {
                    return Err(invalid(
                        "One of Name and UserDefinedFunctionWildcard is needed",
                    ));
                }
                Self::Function(own, lower(on, "DatabaseName")?, name)
            }
            "AnyResource" => Self::AnyTable(own),
            other => return Err(invalid(&format!("Unknown parameter in Resource: {other}"))),
        })
    }

    /// As a listing says it.
    pub fn json(&self) -> Value {
        match self {
            Self::Catalog(id) => json!({"Catalog": {"Id": id}}),
            Self::Database(catalog, name) => {
                json!({"Database": {"CatalogId": catalog, "Name": name}})
            }
            Self::Table(catalog, database, Table::Named(name)) => {
                json!({"Table": {"CatalogId": catalog, "DatabaseName": database, "Name": name}})
            }
            Self::Table(catalog, database, Table::Every) => json!({"Table": {"CatalogId": catalog,
                "DatabaseName": database, "Name": ALL_TABLES, "TableWildcard": {}}}),
            Self::Columns(catalog, database, table, columns) => {
                let name = match table {
                    Table::Named(name) => name,
                    Table::Every => ALL_TABLES,
                };
                let mut on = json!({"CatalogId": catalog, "DatabaseName": database, "Name": name});
                match columns {
                    Columns::All => on["ColumnWildcard"] = json!({}),
                    // In no order that anybody asked for.
                    Columns::Only(names) => {
                        on["ColumnNames"] = json!(names.iter().rev().collect::<Vec<_>>());
                    }
                    Columns::But(names) => {
                        on["ColumnWildcard"] =
                            json!({"ExcludedColumnNames": names.iter().rev().collect::<Vec<_>>()});
                    }
                }
                json!({"TableWithColumns": on})
            }
            Self::Location(catalog, arn) => {
                json!({"DataLocation": {"CatalogId": catalog, "ResourceArn": arn}})
            }
            Self::Filter(catalog, database, table, name) => {
                json!({"DataCellsFilter": {"TableCatalogId": catalog, "DatabaseName": database,
                    "TableName": table, "Name": name}})
            }
            Self::Tag(catalog, key, values) => {
                let every = BTreeSet::from(["*".to_owned()]);
                let values = values.as_ref().unwrap_or(&every);
                json!({"LFTag": {"CatalogId": catalog, "TagKey": key, "TagValues": values}})
            }
            Self::TagPolicy(catalog, over, asked) => {
                let mut on = json!({"CatalogId": catalog, "ResourceType": over});
                match asked {
                    Asked::Tags(tags) => on["Expression"] = expression_json(tags),
                    Asked::Saved(name) => on["ExpressionName"] = json!(name),
                }
                json!({"LFTagPolicy": on})
            }
            Self::TagExpression(catalog, name) => {
                json!({"LFTagExpression": {"CatalogId": catalog, "Name": name}})
            }
            Self::RowPolicy(catalog, name) => {
                json!({"RLSPolicy": {"CatalogId": catalog, "Name": name}})
            }
            Self::Function(catalog, database, name) => {
                let mut on = json!({"CatalogId": catalog, "DatabaseName": database});
                match name {
                    Some(name) => on["Name"] = json!(name),
                    None => on["UserDefinedFunctionWildcard"] = json!({}),
                }
                json!({"UserDefinedFunction": on})
            }
            Self::AnyTable(catalog) => {
                json!({"AnyResource": {"CatalogId": catalog, "ResourceType": "TABLE"}})
            }
        }
    }

    pub fn catalog(&self) -> &str {
        match self {
            Self::Catalog(catalog)
            | Self::Database(catalog, _)
            | Self::Table(catalog, ..)
            | Self::Columns(catalog, ..)
            | Self::Location(catalog, _)
            | Self::Filter(catalog, ..)
            | Self::Tag(catalog, ..)
            | Self::TagPolicy(catalog, ..)
            | Self::TagExpression(catalog, _)
            | Self::RowPolicy(catalog, _)
            | Self::Function(catalog, ..)
            | Self::AnyTable(catalog) => catalog,
        }
    }

    /// The table that this is, or is a part of.
    pub fn table(&self) -> Option<(&str, &str, Option<&str>)> {
        match self {
            Self::Table(catalog, database, table) | Self::Columns(catalog, database, table, _) => {
                let name = match table {
                    Table::Named(name) => Some(name.as_str()),
                    Table::Every => None,
                };
                Some((catalog, database, name))
            }
            Self::Filter(catalog, database, table, _) => Some((catalog, database, Some(table))),
            _ => None,
        }
    }
}

fn table(on: &Value) -> Result<Table, Refusal> {
    match (on["Name"].as_str(), on["TableWildcard"].is_object()) {
        (Some(ALL_TABLES) | None, false) => Err(invalid("One of Name and TableWildcard is needed")),
        (Some(name), false) => Ok(Table::Named(name.to_lowercase())),
        (None, true) => Ok(Table::Every),
        (Some(_), true) => Err(invalid("Name and TableWildcard exclude each other")),
    }
}

fn columns(on: &Value) -> Result<Columns, Refusal> {
    let lower = |list: &Value| {
        let names = texts(list).into_iter();
        names
            .map(|name| name.to_lowercase())
            .collect::<BTreeSet<_>>()
    };
    let named = lower(&on["ColumnNames"]);
    let wildcard = &on["ColumnWildcard"];
    match (named.is_empty(), wildcard.is_object()) {
        (false, false) => Ok(Columns::Only(named)),
        (true, true) => {
            let excluded = lower(&wildcard["ExcludedColumnNames"]);
            Ok(if excluded.is_empty() {
                Columns::All
            } else {
                Columns::But(excluded)
            })
        }
        _ => Err(invalid("One of ColumnNames and ColumnWildcard is needed")),
    }
}
