//! A tiny lake in the forms that the program reads: a baseline, and an estate as the service lists it.

use super::lake::{ACCOUNT, Columns, EXPRESSIONS, Grant, Lake, On, Rows, Table};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

pub const CONDITION: &str = r#"context.iam.principalTags.hasTag("team")"#;

fn quoted<'a>(names: impl IntoIterator<Item = &'a &'a str>) -> String {
    let names: Vec<String> = names
        .into_iter()
        .map(|name| format!("\"{name}\""))
        .collect();
    format!("[{}]", names.join(", "))
}

fn tags_text(wanted: &BTreeMap<&str, BTreeSet<&str>>) -> String {
    let pair = |(key, values): (&&str, &BTreeSet<&str>)| {
        let values: Vec<&str> = values.iter().copied().collect();
        format!("{key}={}", values.join(","))
    };
    wanted.iter().map(pair).collect::<Vec<_>>().join(" & ")
}

fn columns_text(columns: &Columns) -> String {
    match columns {
        Columns::All => String::new(),
        Columns::Only(names) => format!("columns = {}\n", quoted(names)),
        Columns::AllBut(names) => format!("excluded-columns = {}\n", quoted(names)),
    }
}

/// The baseline that declares the lake, and nothing else.
pub fn baseline(lake: &Lake) -> String {
    let mut text = format!(
        "schema = 1\n[baseline]\nname = \"tiny\"\nversion = \"1\"\n[targets.prod]\naccount = \"{ACCOUNT}\"\nregion = \"us-west-2\"\n\
         [lake.grants]\nexact = true\nscope = [\"*\"]\n"
    );
    for grant in &lake.grants {
        let on = match &grant.on {
            On::Catalog => format!("catalog = \"{ACCOUNT}\"\n"),
            On::Database(name) => format!("database = \"{name}\"\n"),
            On::AllTables(name) => format!("table = \"{name}.*\"\n"),
            On::Table((database, table), columns) => {
                format!("table = \"{database}.{table}\"\n{}", columns_text(columns))
            }
            On::Filter((database, table), name) => {
                format!("filter = \"{database}.{table}.{name}\"\n")
            }
            On::Tags(databases, wanted) => {
                let kind = if *databases { "DATABASE" } else { "TABLE" };
                format!("tag-policy = \"{kind} {}\"\n", tags_text(wanted))
            }
        };
        let _ = write!(
            text,
            "[[lake.grants.grant]]\nprincipal = \"{}\"\n{on}permissions = {}\n",
            grant.holder,
            quoted(&grant.permissions)
        );
        if !grant.grantable.is_empty() {
            let _ = writeln!(text, "grantable = {}", quoted(&grant.grantable));
        }
        if grant.conditional {
            let _ = writeln!(text, "condition = '{CONDITION}'");
        }
    }
    text.push_str("[lake.data-filters]\nexact = true\n");
    for (((database, table), name), filter) in &lake.filters {
        let _ = write!(
            text,
            "[[lake.data-filters.filter]]\nname = \"{name}\"\ntable = \"{database}.{table}\"\n{}",
            columns_text(&filter.columns)
        );
        if let Rows::Where(at) = filter.rows {
            let _ = writeln!(text, "rows = \"{}\"", EXPRESSIONS[at].0);
        }
    }
    text.push_str("[lake.tags]\n");
    for key in super::lake::KEYS {
        let _ = writeln!(
            text,
            "[[lake.tags.tag]]\nkey = \"{key}\"\nvalues = [\"x\", \"y\"]"
        );
    }
    for (bearer, tags) in &lake.tags {
        let pairs: Vec<String> = { tags.iter() }
            .map(|(key, value)| format!("{key} = \"{value}\""))
            .collect();
        let _ = writeln!(
            text,
            "[[lake.tags.assignment]]\nresource = \"{bearer}\"\ntags = {{ {} }}",
            pairs.join(", ")
        );
    }
    text
}

/// A grant as the service lists it: with the account for its catalog, `SELECT` on a table apart, on all its columns, and the
/// parts of `ALL` beside it.
fn listed(grant: &Grant) -> Vec<Value> {
    let entry = |resource: Value, permissions: &[&str]| {
        let grantable: Vec<&str> = { permissions.iter().copied() }
            .filter(|one| grant.grantable.contains(one) || grant.grantable.contains("ALL"))
            .collect();
        let mut entry = json!({
            "Principal": { "DataLakePrincipalIdentifier": grant.holder }, "Resource": resource,
            "Permissions": permissions, "PermissionsWithGrantOption": grantable,
            "LastUpdated": "2026-11-01T06:00:00Z", "LastUpdatedBy": format!("arn:aws:iam::{ACCOUNT}:role/lake-admin"),
        });
        if grant.conditional {
            entry["Condition"] = json!({ "Expression": CONDITION });
        }
        entry
    };
    let all: Vec<&str> = grant.permissions.iter().copied().collect();
    let of_table = |database: &str, name: &str, whole: Value| {
        let mut permissions = all.clone();
        if grant.permissions.contains("ALL") {
            permissions.extend(["ALTER", "DELETE", "DESCRIBE", "DROP", "INSERT", "SELECT"]);
        }
        let (select, rest): (Vec<&str>, Vec<&str>) =
            permissions.into_iter().partition(|one| *one == "SELECT");
        let mut found = Vec::new();
        if !rest.is_empty() {
            found.push(entry(whole, &rest));
        }
        if !select.is_empty() {
            let columns = json!({ "TableWithColumns": { "CatalogId": ACCOUNT, "DatabaseName": database, "Name": name, "ColumnWildcard": {} } });
            found.push(entry(columns, &select));
        }
        found
    };
    match &grant.on {
        On::Catalog => vec![entry(json!({ "Catalog": { "Id": ACCOUNT } }), &all)],
        On::Database(name) => {
            let mut permissions = all;
            if permissions.contains(&"ALL") {
                permissions.extend(["ALTER", "CREATE_TABLE", "DESCRIBE", "DROP"]);
            }
            vec![entry(
                json!({ "Database": { "CatalogId": ACCOUNT, "Name": name } }),
                &permissions,
            )]
        }
        On::AllTables(database) => of_table(
            database,
            "ALL_TABLES",
            json!({ "Table": { "CatalogId": ACCOUNT, "DatabaseName": database, "Name": "ALL_TABLES", "TableWildcard": {} } }),
        ),
        On::Table((database, table), Columns::All) => of_table(
            database,
            table,
            json!({ "Table": { "CatalogId": ACCOUNT, "DatabaseName": database, "Name": table } }),
        ),
        On::Table(table, columns) => {
            vec![entry(
                json!({ "TableWithColumns": with_columns(*table, "Name", columns) }),
                &all,
            )]
        }
        On::Filter((database, table), name) => vec![entry(
            json!({ "DataCellsFilter": { "TableCatalogId": ACCOUNT, "DatabaseName": database, "TableName": table, "Name": name } }),
            &all,
        )],
        On::Tags(databases, wanted) => {
            let kind = if *databases { "DATABASE" } else { "TABLE" };
            let expression: Vec<Value> = { wanted.iter() }
                .map(|(key, values)| json!({ "TagKey": key, "TagValues": values }))
                .collect();
            vec![entry(
                json!({ "LFTagPolicy": { "CatalogId": ACCOUNT, "ResourceType": kind, "Expression": expression } }),
                &all,
            )]
        }
    }
}

/// A table with columns, whose own name stands under this key.
fn with_columns((database, table): Table, key: &str, columns: &Columns) -> Value {
    let mut body = json!({ "DatabaseName": database, key: table });
    body[if key == "Name" {
        "CatalogId"
    } else {
        "TableCatalogId"
    }] = json!(ACCOUNT);
    match columns {
        Columns::All => body["ColumnWildcard"] = json!({}),
        Columns::Only(names) => body["ColumnNames"] = json!(names),
        Columns::AllBut(names) => {
            body["ColumnWildcard"] = json!({ "ExcludedColumnNames": names });
        }
    }
    body
}

/// What `GetResourceLFTags` tells of a database or a table, by its name.
fn tags_of(lake: &Lake, bearer: &str) -> Value {
    let pairs = |bearer: &str| -> Option<Value> {
        let tags = lake.tags.get(bearer)?;
        let each = tags.iter().map(
            |(key, value)| json!({ "CatalogId": ACCOUNT, "TagKey": key, "TagValues": [value] }),
        );
        Some(each.collect())
    };
    let mut answer = Map::new();
    let database = bearer.split('.').next().unwrap_or_default();
    answer.extend(pairs(database).map(|tags| ("LFTagOnDatabase".to_owned(), tags)));
    if bearer != database {
        answer.extend(pairs(bearer).map(|tags| ("LFTagsOnTable".to_owned(), tags)));
        let columns = lake.tags.keys().filter_map(|other| {
            let column = other.strip_prefix(bearer)?.strip_prefix('.')?;
            Some(json!({ "Name": column, "LFTags": pairs(other)? }))
        });
        let columns: Vec<Value> = columns.collect();
        answer.insert("LFTagsOnColumns".to_owned(), json!(columns));
    }
    Value::Object(answer)
}

/// The estate in which the lake was observed.
pub fn estate(lake: &Lake) -> String {
    let mut facts: Vec<(&str, String, &str, Value)> = Vec::new();
    let grants = lake.grants.iter().flat_map(listed).enumerate();
    facts.extend(grants.map(|(at, answer)| {
        (
            "lake-formation-grant",
            format!("grant-{at}"),
            "lakeformation:ListPermissions",
            answer,
        )
    }));
    for ((table, name), filter) in &lake.filters {
        let mut body = with_columns(*table, "TableName", &filter.columns);
        body["Name"] = json!(name);
        body["RowFilter"] = match filter.rows {
            Rows::All => json!({ "AllRowsWildcard": {} }),
            Rows::Where(at) => json!({ "FilterExpression": EXPRESSIONS[at].0 }),
        };
        let id = format!("{}.{}.{name}", table.0, table.1);
        facts.push((
            "lake-formation-filter",
            id,
            "lakeformation:ListDataCellsFilter",
            body,
        ));
    }
    for key in super::lake::KEYS {
        let body = json!({ "CatalogId": ACCOUNT, "TagKey": key, "TagValues": super::lake::VALUES });
        facts.push((
            "lake-formation-tag",
            format!("tag/{key}"),
            "lakeformation:ListLFTags",
            body,
        ));
    }
    let tables = super::lake::tables().map(|(database, table)| format!("{database}.{table}"));
    let databases = super::lake::DATABASES.into_iter().map(str::to_owned);
    for bearer in databases.chain(tables) {
        let answer = tags_of(lake, &bearer);
        facts.push((
            "lake-formation-tag",
            bearer,
            "lakeformation:GetResourceLFTags",
            answer,
        ));
    }
    let settings = json!({ "DataLakeSettings": {
        "DataLakeAdmins": [{ "DataLakePrincipalIdentifier": format!("arn:aws:iam::{ACCOUNT}:role/lake-admin") }] } });
    facts.push((
        "lake-formation-settings",
        ACCOUNT.to_owned(),
        "lakeformation:GetDataLakeSettings",
        settings,
    ));
    let mut lines = vec![
        json!({ "record": "estate", "schema": "emr-baseline/snapshot/v1", "observed_at": "2026-11-22T02:00:00Z" }),
        json!({ "record": "region", "account": ACCOUNT, "region": "us-west-2" }),
    ];
    for (kind, id, call, answer) in facts {
        let mut record = json!({ "record": "fact", "kind": kind, "id": id, "name": id, "calls": { call: { "answer": answer } } });
        if kind == "lake-formation-settings" {
            let caller = format!("arn:aws:sts::{ACCOUNT}:assumed-role/lake-admin/me");
            record["calls"]["sts:GetCallerIdentity"] = json!({ "answer": { "Arn": caller } });
        }
        lines.push(record);
    }
    lines.push(json!({ "record": "end-of-region", "complete": true, "listed": [
        "lake-formation-grant", "lake-formation-filter", "lake-formation-tag", "lake-formation-location",
        "lake-formation-settings" ] }));
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    lines.join("\n")
}
