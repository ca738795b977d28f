//! The double, held to the rules that it doubles: one test each.

mod errors;
mod normalised;
mod over_time;
mod things;
mod witnessed;

use super::{ACCOUNT, Lake, Refusal};
use serde_json::{Value, json};

/// A closed lake with two tables, a tag of each, and a filter.
pub(super) fn lake() -> Lake {
    let mut lake = Lake::new();
    lake.database("sales");
    lake.table(
        "sales",
        "orders",
        &["id bigint", "country", "amount double", "card"],
        &["day"],
    );
    lake.table("sales", "customers", &["id bigint", "name"], &[]);
    lake.fine(
        "CreateLFTag",
        json!({"TagKey": "Module", "TagValues": ["Orders", "Sales"]}),
    );
    lake.fine(
        "CreateDataCellsFilter",
        json!({"TableData": {"TableCatalogId": ACCOUNT, "DatabaseName": "sales", "TableName": "orders", "Name": "eu",
            "RowFilter": {"FilterExpression": "country = 'DE'"}, "ColumnNames": ["id", "country"]}}),
    );
    lake
}

pub(super) fn role(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

pub(super) fn to(name: &str, resource: &Value, permissions: &[&str], grantable: &[&str]) -> Value {
    let principal = if name.starts_with("arn:")
        || name.bytes().all(|one| one.is_ascii_digit())
        || name.contains("IAM")
    {
        name.to_owned()
    } else {
        role(name)
    };
    json!({"Principal": {"DataLakePrincipalIdentifier": principal}, "Resource": resource,
        "Permissions": permissions, "PermissionsWithGrantOption": grantable})
}

pub(super) fn table(name: &str) -> Value {
    json!({"Table": {"DatabaseName": "sales", "Name": name}})
}

pub(super) fn every_table() -> Value {
    json!({"Table": {"DatabaseName": "sales", "TableWildcard": {}}})
}

pub(super) fn columns(names: &[&str]) -> Value {
    json!({"TableWithColumns": {"DatabaseName": "sales", "Name": "orders", "ColumnNames": names}})
}

pub(super) fn without(names: &[&str]) -> Value {
    json!({"TableWithColumns": {"DatabaseName": "sales", "Name": "orders",
        "ColumnWildcard": {"ExcludedColumnNames": names}}})
}

impl Lake {
    pub fn fine(&mut self, operation: &str, input: Value) -> Value {
        let answer = self.answer("lakeformation", operation, &input);
        answer.unwrap_or_else(|refusal| panic!("{operation} {input}: {refusal:?}"))
    }

    pub fn refused(&mut self, operation: &str, input: Value) -> Refusal {
        let answer = self.answer("lakeformation", operation, &input);
        answer
            .err()
            .unwrap_or_else(|| panic!("{operation} {input}"))
    }

    /// Every page of a listing.
    pub fn all(&mut self, operation: &str, member: &str, input: Value) -> Vec<Value> {
        let mut input = input;
        let mut all = Vec::new();
        loop {
            let answer = self.fine(operation, input.clone());
            all.extend(answer[member].as_array().unwrap().iter().cloned());
            match answer.get("NextToken") {
                Some(token) => input["NextToken"] = token.clone(),
                None => return all,
            }
        }
    }

    /// What a principal holds, as it is listed: resource, permissions, those with the grant option.
    pub fn listed_for(&mut self, name: &str) -> Vec<(Value, Value, Value)> {
        let grants = self.all("ListPermissions", "PrincipalResourcePermissions", json!({}));
        let of = if name.contains("IAM") {
            name.to_owned()
        } else {
            role(name)
        };
        let own = grants.into_iter();
        own.filter(|grant| grant["Principal"]["DataLakePrincipalIdentifier"] == of)
            .map(|grant| {
                let part = |member: &str| grant[member].clone();
                (
                    part("Resource"),
                    part("Permissions"),
                    part("PermissionsWithGrantOption"),
                )
            })
            .collect()
    }
}
