//! The Data Catalog: databases, tables and nested catalogs.
//!
//! Lake Formation leaves out of them what the caller may not describe, so that only administrators of the lake are
//! asked to list them. Links to databases elsewhere have no tables of their own.

use super::related::Bearer;
use super::{Call, Observer, Outcome, items, text};
use crate::live::operation::{
    GET_CATALOGS, GET_DATA_CATALOG_ENCRYPTION_SETTINGS, GET_DATABASES, GET_TABLES,
    LIST_PERMISSIONS, Operation,
};
use crate::observed::ResourceKind;
use serde_json::{Map, Value, json};

const CATALOG: ResourceKind = ResourceKind::GlueCatalog;

/// The calls that list what stands in the catalog.
pub(super) fn begin() -> [Call; 2] {
    [
        Call::new(&GET_DATABASES, "", json!({"MaxResults": 100})),
        Call::new(&GET_CATALOGS, "", json!({"Recursive": true})),
    ]
}

impl Observer {
    pub(super) fn catalog(&mut self, call: &Call, outcome: &Outcome) -> Vec<Call> {
        if call.operation == &GET_DATA_CATALOG_ENCRYPTION_SETTINGS {
            let catalog = self.region.account.clone();
            self.kept
                .thing(CATALOG, &catalog)
                .keep(call.operation.action, outcome);
            return self.follow(CATALOG, &catalog);
        }
        let answer = match outcome {
            Ok(answer) => answer,
            Err(failure) => {
                let what = match call.operation.name {
                    "GetTables" => format!("tables of database `{}`", call.about),
                    "GetCatalogs" => "nested catalogs".to_owned(),
                    _ => "databases of the Data Catalog".to_owned(),
                };
                self.listing_failed(call.operation, &what, failure);
                return Vec::new();
            }
        };
        if call.operation == &GET_CATALOGS {
            self.nested(answer)
        } else if call.operation == &GET_TABLES {
            self.tables(&call.about, answer)
        } else {
            self.databases(answer)
        }
    }

    /// Keeps what stands in the catalog under a path within it.
    fn keep_entry(&mut self, operation: &'static Operation, path: &str, name: &str, entry: &Value) {
        let id = format!("{}/{path}", self.region.account);
        let thing = self.kept.thing(CATALOG, &id);
        thing.name = Some(name.to_owned());
        let entry = entry.as_object().cloned().unwrap_or_default();
        thing.keep(operation.action, &Ok(entry));
    }

    fn databases(&mut self, answer: &Map<String, Value>) -> Vec<Call> {
        let (mut calls, mut bearers): (Vec<Call>, Vec<Bearer>) = (Vec::new(), Vec::new());
        for entry in items(answer, "DatabaseList") {
            let Some(name) = text(entry, "/Name") else {
                continue;
            };
            self.keep_entry(&GET_DATABASES, &format!("database/{name}"), name, entry);
            if entry.get("TargetDatabase").is_none_or(Value::is_null) {
                let input = json!({"DatabaseName": name, "MaxResults": 100});
                calls.push(Call::new(&GET_TABLES, name, input));
                bearers.push((name.to_owned(), None));
            }
        }
        calls.extend(self.ask_tags_of(bearers));
        calls
    }

    fn tables(&mut self, database: &str, answer: &Map<String, Value>) -> Vec<Call> {
        let mut bearers: Vec<Bearer> = Vec::new();
        for entry in items(answer, "TableList") {
            let Some(name) = text(entry, "/Name") else {
                continue;
            };
            let path = format!("table/{database}/{name}");
            self.keep_entry(&GET_TABLES, &path, &format!("{database}.{name}"), entry);
            if entry.get("TargetTable").is_none_or(Value::is_null) {
                bearers.push((database.to_owned(), Some(name.to_owned())));
            }
        }
        self.ask_tags_of(bearers)
    }

    /// Whether the listing of everything holds grants in nested catalogs, no AWS page says: they are asked for each.
    fn nested(&mut self, answer: &Map<String, Value>) -> Vec<Call> {
        let mut calls = Vec::new();
        for entry in items(answer, "CatalogList") {
            let within = text(entry, "/CatalogId").and_then(|id| Some((id, id.split_once(':')?.1)));
            let Some((id, within)) = within else {
                continue;
            };
            self.keep_entry(&GET_CATALOGS, &format!("catalog/{within}"), within, entry);
            let input = json!({"CatalogId": id, "MaxResults": 1000});
            calls.push(Call::new(&LIST_PERMISSIONS, id, input));
        }
        calls
    }
}
