//! Data cells filters.

use super::{Answer, Lake, Refusal, invalid, missing, needed, refusal, texts};
use serde_json::{Value, json};
use std::sync::Arc;

/// Catalog, database, table and name, as the service keeps them.
fn key(data: &Value) -> Result<[String; 4], Refusal> {
    let lower = |member: &str| needed(data, member).map(str::to_lowercase);
    Ok([
        needed(data, "TableCatalogId")?.to_owned(),
        lower("DatabaseName")?,
        lower("TableName")?,
        needed(data, "Name")?.to_owned(),
    ])
}

impl Lake {
    pub(super) fn filter(&mut self, operation: &str, input: &Value) -> Answer {
        match operation {
            "ListDataCellsFilter" => return self.list_filters(input),
            "GetDataCellsFilter" => {
                let filter = self.world.filters.get(&key(input)?);
                let filter = filter.ok_or_else(missing)?;
                return Ok(json!({"DataCellsFilter": filter}));
            }
            _ => self.only_administrators()?,
        }
        if operation == "DeleteDataCellsFilter" {
            let key = key(input)?;
            let world = Arc::make_mut(&mut self.world);
            return world
                .filters
                .remove(&key)
                .map(|_| json!({}))
                .ok_or_else(missing);
        }
        let data = &input["TableData"];
        let key = key(data)?;
        let known = self.world.filters.get(&key).cloned();
        if operation == "CreateDataCellsFilter" {
            if known.is_some() {
                return Err(refusal(
                    400,
                    "AlreadyExistsException",
                    "A data cells filter of this name already exists",
                ));
            }
        } else {
            let known = known.ok_or_else(missing)?;
            let stale = !data["VersionId"].is_null() && data["VersionId"] != known["VersionId"];
            if stale && self.quirks.versions_are_checked {
                return Err(refusal(
                    400,
                    "ConcurrentModificationException",
                    "The data cells filter was changed. Please retry in a short while",
                ));
            }
        }
        let filter = self.kept(&key, data)?;
        Arc::make_mut(&mut self.world).filters.insert(key, filter);
        Ok(json!({}))
    }

    /// A filter as the service keeps it.
    fn kept(&self, key: &[String; 4], data: &Value) -> Answer {
        let [catalog, database, table, name] = key;
        let Some((own, partitions)) = self.catalog.columns(catalog, database, table) else {
            return Err(missing());
        };
        let mut filter = json!({"TableCatalogId": catalog, "DatabaseName": database, "TableName": table, "Name": name,
            "VersionId": format!("{:08x}-0000-4000-8000-000000000000", self.calls)});
        let expression = data["RowFilter"]["FilterExpression"].as_str();
        let every = data["RowFilter"]["AllRowsWildcard"].is_object();
        match (expression, every) {
            (Some(text), false) if text.len() <= 2048 && !text.is_empty() => {
                filter["RowFilter"] = json!({"FilterExpression": text});
            }
            (None, true) => {
                filter["RowFilter"] = json!({"FilterExpression": "", "AllRowsWildcard": {}});
            }
            _ => {
                return Err(invalid(
                    "One of FilterExpression and AllRowsWildcard is needed",
                ));
            }
        }
        let named = texts(&data["ColumnNames"]);
        let wildcard = &data["ColumnWildcard"];
        if named.is_empty() != wildcard.is_object() {
            return Err(invalid("One of ColumnNames and ColumnWildcard is needed"));
        }
        let excluded = texts(&wildcard["ExcludedColumnNames"]);
        for column in named.union(&excluded) {
            let column = column.to_lowercase();
            if partitions.contains(&column) {
                return Err(invalid("Partition columns cannot be filtered"));
            }
            if !own.contains(&column) && !column.contains('.') {
                return Err(invalid(&format!("Column {column} does not exist")));
            }
        }
        if named.is_empty() {
            // An empty list of exceptions comes back as none.
            filter["ColumnWildcard"] = if excluded.is_empty() {
                json!({})
            } else {
                json!({"ExcludedColumnNames": excluded.iter().rev().collect::<Vec<_>>()})
            };
        } else {
            filter["ColumnNames"] = json!(named.iter().rev().collect::<Vec<_>>());
        }
        Ok(filter)
    }

    fn list_filters(&self, input: &Value) -> Answer {
        let table = &input["Table"];
        let lower = |member: &str| table[member].as_str().map(str::to_lowercase);
        let (database, name) = (lower("DatabaseName"), lower("Name"));
        let all = self.world.filters.iter().filter(|(key, _)| {
            self.sees_all()
                && database.as_ref().is_none_or(|database| *database == key[1])
                && name.as_ref().is_none_or(|name| *name == key[2])
        });
        let all = all.map(|(_, filter)| filter.clone()).collect();
        self.page("DataCellsFilters", all, input, 1000)
    }
}
