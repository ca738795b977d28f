//! A lake with everything in it, over HTTP: what is observed of it, what controls say, and who may read what.

use super::estate::{ACCOUNT, Estate};
use super::outside::{Live, sorted};
use crate::lake_double::{Lake, invalid, refusal};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

fn role(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

fn grant(lake: &mut Lake, name: &str, resource: &Value, permissions: &[&str]) {
    let principal = if name.contains("IAM") {
        name.to_owned()
    } else {
        role(name)
    };
    let request = json!({"Principal": {"DataLakePrincipalIdentifier": principal}, "Resource": resource,
        "Permissions": permissions, "PermissionsWithGrantOption": []});
    lake.fine("GrantPermissions", request);
}

/// Two databases, one of them with a registered location and tags; grants of every kind that lets somebody read.
fn lake() -> Lake {
    let mut lake = Lake::new();
    lake.database("sales");
    lake.database("raw");
    let columns = ["id bigint", "country", "amount double", "card"];
    lake.table("sales", "orders", &columns, &[]);
    lake.table("sales", "customers", &["id bigint", "name", "country"], &[]);
    lake.table("raw", "events", &["id bigint", "body"], &[]);
    let open = json!([{"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}]);
    lake.amend("raw", None, "CreateTableDefaultPermissions", open);
    let place = json!({"ResourceArn": format!("arn:aws:s3:::lake-{ACCOUNT}/sales"), "RoleArn": role("registration")});
    lake.fine("RegisterResource", place);
    lake.fine(
        "CreateLFTag",
        json!({"TagKey": "module", "TagValues": ["orders", "sales"]}),
    );
    let tag = |value: &str| json!([{"TagKey": "module", "TagValues": [value]}]);
    lake.fine(
        "AddLFTagsToResource",
        json!({"Resource": {"Database": {"Name": "sales"}}, "LFTags": tag("sales")}),
    );
    let card = json!({"TableWithColumns": {"DatabaseName": "sales", "Name": "orders", "ColumnNames": ["card"]}});
    lake.fine(
        "AddLFTagsToResource",
        json!({"Resource": card, "LFTags": tag("orders")}),
    );
    lake.fine(
        "CreateLFTagExpression",
        json!({"Name": "mine", "Expression": tag("orders")}),
    );
    let ids = json!({"TableCatalogId": ACCOUNT, "DatabaseName": "sales", "TableName": "orders", "Name": "eu"});
    let mut filter = ids.clone();
    filter["RowFilter"] = json!({"FilterExpression": "country = 'DE'"});
    filter["ColumnWildcard"] = json!({"ExcludedColumnNames": ["card"]});
    lake.fine("CreateDataCellsFilter", json!({"TableData": filter}));

    let table = |name: &str| json!({"Table": {"DatabaseName": "sales", "Name": name}});
    let policy = |asked: Value| {
        let mut on = json!({"ResourceType": "TABLE"});
        on.as_object_mut()
            .unwrap()
            .extend(asked.as_object().unwrap().clone());
        json!({"LFTagPolicy": on})
    };
    grant(
        &mut lake,
        "eu-analyst",
        &json!({"DataCellsFilter": ids}),
        &["SELECT"],
    );
    grant(&mut lake, "etl", &table("orders"), &["SELECT", "INSERT"]);
    grant(&mut lake, "loader", &table("customers"), &["INSERT"]);
    let some = json!({"TableWithColumns": {"DatabaseName": "sales", "Name": "customers", "ColumnNames": ["id", "country"]}});
    grant(&mut lake, "analyst", &some, &["SELECT"]);
    let but = json!({"TableWithColumns": {"DatabaseName": "sales", "Name": "orders",
        "ColumnWildcard": {"ExcludedColumnNames": ["card", "amount"]}}});
    grant(&mut lake, "analyst", &but, &["SELECT"]);
    grant(
        &mut lake,
        "tagged",
        &policy(json!({"Expression": tag("sales")})),
        &["SELECT"],
    );
    grant(
        &mut lake,
        "saved",
        &policy(json!({"ExpressionName": "mine"})),
        &["SELECT"],
    );
    let every = json!({"Table": {"DatabaseName": "sales", "TableWildcard": {}}});
    grant(&mut lake, "auditor", &every, &["SELECT"]);
    grant(
        &mut lake,
        "admin-of-raw",
        &json!({"Table": {"DatabaseName": "raw", "Name": "events"}}),
        &["ALL"],
    );
    grant(
        &mut lake,
        "IAM_ALLOWED_PRINCIPALS",
        &json!({"Table": {"DatabaseName": "raw", "Name": "events"}}),
        &["ALL"],
    );
    let nested = lake.nested_catalog("s3tablescatalog/bucket");
    lake.database_of(&nested, "space");
    lake.table_of(&nested, "space", "points", &["x", "y"], &[]);
    let points = json!({"Table": {"CatalogId": nested, "DatabaseName": "space", "Name": "points"}});
    grant(&mut lake, "etl", &points, &["SELECT"]);
    lake.row_policy_of("EU", "country = 'DE'");
    lake.attach("EU", "sales", "orders", &role("eu-analyst"));
    lake
}

/// The lake as the auditor sees it.
fn seen(mut lake: Lake) -> Live {
    lake.ask_as("emr-baseline-audit");
    Live::over(Estate::of(1).with(lake))
}

const BASELINE: &str = r#"
schema = 1

[baseline]
name        = "lake"
version     = "1.0.0"
owner       = "tests"
description = "What a lake is judged by."

[targets.prod]
account = "111122223333"
region  = "us-west-2"

[lake.visibility]
auditor = ["arn:aws:iam::${account}:role/emr-baseline-audit"]

[lake.default-permissions]

[lake.iam-allowed-principals]

[lake.tags]
required  = ["module"]
databases = ["sales"]

[[lake.tags.tag]]
key    = "module"
values = ["sales", "orders"]

[[lake.tags.assignment]]
resource = "sales.orders.card"
tags     = { module = "sales" }

[lake.locations]
databases = ["sales", "raw"]

[[lake.locations.location]]
path = "s3://lake-111122223333/sales/"
role = "arn:aws:iam::${account}:role/registration"

[[lake.data-filters.filter]]
name  = "eu"
table = "sales.orders"
rows  = "country = 'DE'"
excluded-columns = ["card"]

[[lake.row-policies.policy]]
name = "eu"
rows = "country = 'DE'"

[[lake.row-policies.attachment]]
policy    = "eu"
table     = "sales.orders"
principal = "arn:aws:iam::${account}:role/other"

[[lake.grants.grant]]
principal   = "arn:aws:iam::${account}:role/etl"
table       = "sales.orders"
permissions = ["SELECT", "INSERT"]
"#;

#[test]
fn what_stands_in_a_lake_is_observed_and_judged() {
    let live = seen(lake());
    let baseline = live.bench.path().join("lake.toml");
    std::fs::write(&baseline, BASELINE).unwrap();
    let ran = live.run(&[
        "audit",
        "lake.toml",
        "--format",
        "json",
        "--all",
        "--share",
        "100",
        "--services",
        "lakeformation,glue",
    ]);
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
    assert_eq!(report["problems"], json!([]), "{}", ran.err);
    let mut verdicts: BTreeMap<(String, String), String> = BTreeMap::new();
    for one in report["evaluations"].as_array().unwrap() {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let resource = one["resource"]["name"]
            .as_str()
            .unwrap_or(one["resource"]["id"].as_str().unwrap());
        let key = (text(&one["control"]), resource.to_owned());
        verdicts.insert(key, text(&one["verdict"]));
    }
    for (control, resource, verdict) in [
        ("lake.visibility", ACCOUNT, "compliant"),
        ("lake.default-permissions", "sales", "compliant"),
        ("lake.default-permissions", "raw", "noncompliant"),
        (
            "lake.default-permissions",
            "s3tablescatalog/bucket",
            "compliant",
        ),
        ("lake.tags", "sales.customers", "compliant"),
        ("lake.tags", "sales.orders", "noncompliant"),
        ("lake.locations", "sales.orders", "compliant"),
        ("lake.locations", "raw.events", "noncompliant"),
        ("lake.data-filters", "eu", "compliant"),
        ("lake.row-policies", "EU", "noncompliant"),
    ] {
        let found = verdicts.get(&(control.to_owned(), resource.to_owned()));
        assert_eq!(
            found.map(String::as_str),
            Some(verdict),
            "{control} {resource}: {verdicts:#?}"
        );
    }
    let of = |control: &str, verdict: &str| {
        let evaluations = report["evaluations"].as_array().unwrap().iter();
        let own = evaluations.filter(|one| one["control"] == control && one["verdict"] == verdict);
        own.count()
    };
    // One entry of the declared grant for `SELECT`, one for `INSERT`; everything else is more than is declared.
    assert_eq!(
        (
            of("lake.grants", "compliant"),
            of("lake.grants", "indeterminate")
        ),
        (2, 0),
        "{verdicts:#?}"
    );
    // Of the databases that the baseline grants in.
    assert_eq!(of("lake.grants", "noncompliant"), 7, "{verdicts:#?}");
    // The table and its columns.
    assert_eq!(of("lake.iam-allowed-principals", "noncompliant"), 2);
}

/// What `access` says, column by column.
fn reads(document: &Value, lake: &Lake) -> BTreeSet<(String, String, String, Option<String>)> {
    let mut all = BTreeSet::new();
    for reader in document["regions"][0]["readers"].as_array().unwrap() {
        let named = reader["reads"].as_array().unwrap().iter();
        for read in named.filter(|read| read["named"] == true) {
            let name = read["table"].as_str().unwrap();
            for part in read["parts"].as_array().unwrap() {
                let has = |list: &Value, column: &str| {
                    list.as_array().unwrap().iter().any(|one| one == column)
                };
                for column in lake.columns_of(name) {
                    let columns = &part["columns"];
                    let shown = if columns["only"].is_array() {
                        has(&columns["only"], &column)
                    } else if columns["all_but"].is_array() {
                        !has(&columns["all_but"], &column)
                    } else {
                        true
                    };
                    if shown {
                        let rows = part["rows"]["where"].as_str().map(str::to_owned);
                        let who = reader["principal"].as_str().unwrap().to_owned();
                        all.insert((who, name.to_owned(), column, rows));
                    }
                }
            }
        }
    }
    all
}

#[test]
fn who_may_read_what_is_what_trying_every_grant_on_every_column_says() {
    let lake = lake();
    let tried: BTreeSet<_> = lake
        .reads()
        .into_iter()
        .map(|read| (read.principal, read.table, read.column, read.rows))
        .collect();
    let live = seen(lake);
    let (_, ran) = live.observe(&["-o", "estate.jsonl", "--services", "lakeformation,glue"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let ran = live.run(&["access", "estate.jsonl", "--format", "json"]);
    let document: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
    let estate = live.server.estate.lock().unwrap();
    let told = reads(&document, estate.lake.as_ref().unwrap());
    assert_eq!(told, tried, "{}", ran.out);
    let unknown = document["regions"][0]["unknown"].as_array().unwrap();
    assert_eq!(unknown.len(), 1, "{unknown:?}");
    assert!(
        unknown[0]
            .to_string()
            .contains("row-level-security policy `EU`")
    );
}

#[test]
fn short_pages_tell_the_same() {
    let whole = seen(lake());
    let (records, ran) = whole.observe(&["--services", "lakeformation,glue"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let mut lake = lake();
    lake.quirks.page = 1;
    let paged = seen(lake);
    let (others, ran) = paged.observe(&["--services", "lakeformation,glue"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(sorted(records), sorted(others));
}

#[test]
fn a_part_that_cannot_be_read_is_said_and_takes_nothing_else_with_it() {
    for (operation, what, action) in [
        (
            "GetTables",
            "could not list tables of database `",
            "glue:GetTables",
        ),
        (
            "GetCatalogs",
            "could not list nested catalogs",
            "glue:GetCatalogs",
        ),
        (
            "ListLFTags",
            "could not list Lake Formation tags",
            "lakeformation:ListLFTags",
        ),
        (
            "ListRLSPolicies",
            "could not list row-level-security policies",
            "lakeformation:ListRLSPolicies",
        ),
    ] {
        let mut lake = lake();
        for _ in 0..2 {
            lake.refuse(operation, refusal(400, "AccessDeniedException", "no"));
        }
        let live = seen(lake);
        let (records, ran) = live.observe(&["--services", "lakeformation,glue"]);
        assert_eq!(ran.code, Some(3), "{operation}: {}", ran.err);
        let footer = records.last().unwrap();
        let problem = &footer["problems"][0];
        assert!(
            problem["what"].as_str().unwrap().starts_with(what),
            "{problem}"
        );
        assert_eq!(problem["action"], action);
        assert!(
            footer["listed"]
                .to_string()
                .contains("lake-formation-grant"),
            "{footer}"
        );
    }
}

#[test]
fn grants_on_filters_that_cannot_be_read_make_the_listing_of_grants_a_part() {
    let mut lake = lake();
    lake.fault_listing_of_filters(invalid("no"));
    let live = seen(lake);
    let (records, ran) = live.observe(&["--services", "lakeformation,glue"]);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    let footer = records.last().unwrap();
    assert!(
        !footer["listed"]
            .to_string()
            .contains("lake-formation-grant"),
        "{footer}"
    );
    let why = footer["problems"][0]["what"].as_str().unwrap();
    assert!(why.ends_with("of `111122223333/sales.orders`"), "{why}");
}

#[test]
fn who_administers_nothing_is_told_what_is_missing() {
    let mut lake = lake();
    lake.ask_as("nobody");
    let live = Live::over(Estate::of(0).with(lake));
    let (records, ran) = live.observe(&["--services", "lakeformation,glue"]);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    let calls = live.server.calls();
    for call in [
        "lakeformation:ListPermissions",
        "lakeformation:ListLFTags",
        "glue:GetDatabases",
    ] {
        assert!(!calls.contains_key(call), "{call}");
    }
    let problems = records.last().unwrap()["problems"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!(problems, 6);
}
