//! Declared grants and filters as the requests that make them.

use super::declared::DeclaredGrant;
use super::filter::DeclaredFilter;
use super::places::DeclaredLocation;
use crate::aws::lake_formation::grant::{Columns, Expression, Node, TagPolicy};
use crate::aws::lake_formation::name::Name;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// An entry of `BatchGrantPermissions`.
pub fn entry(id: &str, grant: &DeclaredGrant, account: &str, partition: &str) -> Value {
    let mut entry = Map::new();
    entry.insert("Id".to_owned(), json!(id));
    let principal = json!({ "DataLakePrincipalIdentifier": grant.principal.to_string() });
    entry.insert("Principal".to_owned(), principal);
    entry.insert("Resource".to_owned(), resource(grant, account, partition));
    entry.insert("Permissions".to_owned(), json!(*grant.permissions));
    if !grant.grantable.is_empty() {
        let grantable = json!(*grant.grantable);
        entry.insert("PermissionsWithGrantOption".to_owned(), grantable);
    }
    if let Some(condition) = &grant.condition {
        let condition = json!({ "Expression": condition.to_string() });
        entry.insert("Condition".to_owned(), condition);
    }
    Value::Object(entry)
}

fn resource(grant: &DeclaredGrant, account: &str, partition: &str) -> Value {
    let own = Name::from(account);
    let catalog = grant.object.catalog.as_ref().unwrap_or(&own).to_string();
    let text = Name::to_string;
    match &grant.object.node {
        Node::Catalog => json!({ "Catalog": { "Id": catalog } }),
        Node::Database(name) => {
            json!({ "Database": { "CatalogId": catalog, "Name": text(name) } })
        }
        Node::AllTables(database) => json!({ "Table": {
            "CatalogId": catalog, "DatabaseName": text(database), "TableWildcard": {}
        } }),
        Node::Table(database, table) => json!({ "Table": {
            "CatalogId": catalog, "DatabaseName": text(database), "Name": text(table)
        } }),
        Node::Columns(database, table, Columns::Only(names)) => json!({ "TableWithColumns": {
            "CatalogId": catalog, "DatabaseName": text(database), "Name": text(table), "ColumnNames": list(names)
        } }),
        Node::Columns(database, table, Columns::AllBut(names)) => json!({ "TableWithColumns": {
            "CatalogId": catalog, "DatabaseName": text(database), "Name": text(table),
            "ColumnWildcard": { "ExcludedColumnNames": list(names) }
        } }),
        Node::Filter(database, table, name) => json!({ "DataCellsFilter": {
            "TableCatalogId": catalog, "DatabaseName": text(database), "TableName": text(table), "Name": text(name)
        } }),
        Node::Location(path) => json!({ "DataLocation": {
            "CatalogId": catalog, "ResourceArn": format!("arn:{partition}:s3:::{path}")
        } }),
        Node::Tag(key, values) => json!({ "LFTag": {
            "CatalogId": catalog, "TagKey": text(key),
            "TagValues": values.as_ref().map_or_else(|| vec!["*".to_owned()], list)
        } }),
        Node::TagPolicy(policy) => tag_policy(policy, &catalog),
        Node::TagExpression(name) => {
            json!({ "LFTagExpression": { "CatalogId": catalog, "Name": text(name) } })
        }
        Node::Function(database, Some(name)) => json!({ "UserDefinedFunction": {
            "CatalogId": catalog, "DatabaseName": text(database), "Name": text(name)
        } }),
        Node::Function(database, None) => json!({ "UserDefinedFunction": {
            "CatalogId": catalog, "DatabaseName": text(database), "UserDefinedFunctionWildcard": {}
        } }),
        Node::AnyTable => {
            json!({ "AnyResource": { "CatalogId": catalog, "ResourceType": "TABLE" } })
        }
        Node::RowPolicy(name) => {
            json!({ "RLSPolicy": { "CatalogId": catalog, "Name": text(name) } })
        }
    }
}

fn tag_policy(policy: &TagPolicy, catalog: &str) -> Value {
    let kind = if policy.databases {
        "DATABASE"
    } else {
        "TABLE"
    };
    match &policy.expression {
        Expression::Saved(name) => json!({ "LFTagPolicy": {
            "CatalogId": catalog, "ResourceType": kind, "ExpressionName": name.to_string()
        } }),
        Expression::Tags(tags) => {
            let pairs: Vec<Value> = tags
                .iter()
                .map(|(key, values)| json!({ "TagKey": key, "TagValues": list(values) }))
                .collect();
            json!({ "LFTagPolicy": { "CatalogId": catalog, "ResourceType": kind, "Expression": pairs } })
        }
    }
}

fn list(names: &BTreeSet<Name>) -> Vec<String> {
    names.iter().map(Name::to_string).collect()
}

/// The body of `CreateDataCellsFilter`. Rows and columns are always both said: the service wants both, and
/// what is left out of an update would stay as it was.
pub fn filter(filter: &DeclaredFilter, account: &str) -> Value {
    let own = Name::from(account);
    let catalog = filter.table.catalog.as_ref().unwrap_or(&own).to_string();
    let mut data = Map::new();
    data.insert("TableCatalogId".to_owned(), json!(catalog));
    data.insert(
        "DatabaseName".to_owned(),
        json!(filter.table.database.to_string()),
    );
    data.insert(
        "TableName".to_owned(),
        json!(filter.table.table.to_string()),
    );
    data.insert("Name".to_owned(), json!(filter.name.to_string()));
    let rows = filter.rows.as_ref().map_or_else(
        || json!({ "AllRowsWildcard": {} }),
        |rows| json!({ "FilterExpression": rows.to_string() }),
    );
    data.insert("RowFilter".to_owned(), rows);
    match &filter.columns {
        None => data.insert("ColumnWildcard".to_owned(), json!({})),
        Some(Columns::Only(names)) => data.insert("ColumnNames".to_owned(), json!(list(names))),
        Some(Columns::AllBut(names)) => data.insert(
            "ColumnWildcard".to_owned(),
            json!({ "ExcludedColumnNames": list(names) }),
        ),
    };
    json!({ "TableData": data })
}

/// The body of `RegisterResource`.
pub fn location(location: &DeclaredLocation, role: &str, partition: &str) -> Value {
    let mut body = Map::new();
    let arn = format!("arn:{partition}:s3:::{}", location.place);
    body.insert("ResourceArn".to_owned(), json!(arn));
    body.insert("RoleArn".to_owned(), json!(role));
    if location.hybrid {
        body.insert("HybridAccessEnabled".to_owned(), json!(true));
    }
    Value::Object(body)
}

/// The body of `CreateLakeFormationOptIn` for a grant on a database or a table, columns and filters of it included.
/// Source: Lake Formation Developer Guide, *Hybrid access mode*: opt-ins are on named objects only.
pub fn opt_in(grant: &DeclaredGrant, account: &str) -> Option<Value> {
    let own = Name::from(account);
    let catalog = grant.object.catalog.as_ref().unwrap_or(&own).to_string();
    let resource = match &grant.object.node {
        Node::Database(name) => {
            json!({ "Database": { "CatalogId": catalog, "Name": name.to_string() } })
        }
        Node::AllTables(database) => json!({ "Table": {
            "CatalogId": catalog, "DatabaseName": database.to_string(), "TableWildcard": {}
        } }),
        Node::Table(database, table)
        | Node::Columns(database, table, _)
        | Node::Filter(database, table, _) => json!({ "Table": {
            "CatalogId": catalog, "DatabaseName": database.to_string(), "Name": table.to_string()
        } }),
        Node::Catalog
        | Node::Location(_)
        | Node::Tag(..)
        | Node::TagPolicy(_)
        | Node::TagExpression(_)
        | Node::Function(..)
        | Node::AnyTable
        | Node::RowPolicy(_) => return None,
    };
    let mut body = Map::new();
    let principal = json!({ "DataLakePrincipalIdentifier": grant.principal.to_string() });
    body.insert("Principal".to_owned(), principal);
    body.insert("Resource".to_owned(), resource);
    if let Some(condition) = &grant.condition {
        body.insert(
            "Condition".to_owned(),
            json!({ "Expression": condition.to_string() }),
        );
    }
    Some(Value::Object(body))
}
