//! Plans of changes: from saved estates, what differs, in which order it is mended, and what is never touched.

mod absent;
mod at_random;
mod calls;
mod carried;
mod grants;
mod hybrid;
mod others;
#[cfg(feature = "live")]
mod outside;
mod over;
mod owners;
mod told;
mod unheard;

use crate::support::{entries, judge_fixture, run};
use serde_json::{Value, json};
use std::path::Path;

pub const ACCOUNT: &str = "111122223333";

/// A baseline for one target, whatever it asks for.
pub fn baseline(body: &str) -> String {
    format!(
        r#"schema = 1

[baseline]
name        = "lake"
version     = "1.0.0"
owner       = "tests"
description = "What the lake grants."

[targets.prod]
account = "{ACCOUNT}"
region  = "us-west-2"
{body}"#
    )
}

/// Grants of a baseline: to whom, a role by its name; on what, and what else, as it is written; which permissions.
pub fn declared(grants: &[(&str, &str, &[&str])]) -> String {
    let each = grants.iter().map(|(principal, rest, permissions)| {
        let principal = if principal.contains(':') {
            (*principal).to_owned()
        } else {
            format!("arn:aws:iam::${{account}}:role/{principal}")
        };
        format!("\n[[lake.grants.grant]]\nprincipal = \"{principal}\"\n{rest}\npermissions = {permissions:?}\n")
    });
    each.collect()
}

/// A record of a snapshot: its kind, the call, the answer.
pub type Fact = (&'static str, &'static str, Value);

pub const GRANT: (&str, &str) = ("lake-formation-grant", "lakeformation:ListPermissions");
pub const FILTER: (&str, &str) = ("lake-formation-filter", "lakeformation:ListDataCellsFilter");
pub const TAG: (&str, &str) = ("lake-formation-tag", "lakeformation:ListLFTags");
pub const TAGGED: (&str, &str) = ("lake-formation-tag", "lakeformation:GetResourceLFTags");
pub const EXPRESSION: (&str, &str) = ("lake-formation-tag", "lakeformation:ListLFTagExpressions");
pub const LOCATION: (&str, &str) = ("lake-formation-location", "lakeformation:ListResources");
pub const CATALOG: (&str, &str) = ("glue-catalog", "glue:GetTables");
pub const SETTINGS: (&str, &str) = (
    "lake-formation-settings",
    "lakeformation:GetDataLakeSettings",
);
pub const CONFIGURATION: (&str, &str) = (
    "emr-security-configuration",
    "elasticmapreduce:DescribeSecurityConfiguration",
);
pub const BLOCKED: (&str, &str) = (
    "emr-account",
    "elasticmapreduce:GetBlockPublicAccessConfiguration",
);

pub fn fact((kind, call): (&'static str, &'static str), answer: Value) -> Fact {
    (kind, call, answer)
}

/// A snapshot of one account and region in which everything was listed.
pub fn snapshot(facts: &[Fact]) -> String {
    listing(
        facts,
        &[
            "lake-formation-grant",
            "lake-formation-filter",
            "lake-formation-tag",
            "lake-formation-location",
            "emr-security-configuration",
        ],
    )
}

pub fn listing(facts: &[Fact], listed: &[&str]) -> String {
    let mut lines = vec![
        json!({ "record": "estate", "schema": "emr-baseline/snapshot/v1", "observed_at": "2026-11-22T02:00:00Z" }),
        json!({ "record": "region", "account": ACCOUNT, "region": "us-west-2" }),
    ];
    for (at, (kind, call, answer)) in facts.iter().enumerate() {
        let name = answer.pointer("/Name").or(answer.pointer("/named"));
        let mut record = json!({
            "record": "fact", "kind": kind, "id": format!("{kind}-{at}"), "name": name,
            "calls": { *call: { "answer": answer } },
        });
        if *kind == "lake-formation-settings" {
            let caller = "arn:aws:sts::111122223333:assumed-role/lake-admin/me";
            record["calls"]["sts:GetCallerIdentity"] = json!({ "answer": { "Arn": caller } });
        }
        lines.push(record);
    }
    lines.push(json!({ "record": "end-of-region", "complete": true, "listed": listed }));
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    lines.join("\n")
}

/// The plan over a snapshot as a document, and its exit code.
pub fn planned(baseline: &str, snapshot: &str, options: &[&str]) -> (Value, u8) {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (baseline, snapshot) = (
        &*write("lake.toml", baseline),
        &*write("estate.jsonl", snapshot),
    );
    let mut words = vec!["plan", baseline, "--target", "prod", "--snapshot", snapshot];
    words.extend(["--format", "json", "--detailed-exitcode"]);
    words.extend(options);
    let ran = run(&words);
    let document = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
    if options.is_empty() {
        absent::as_planned(&document, &judge_fixture(baseline, snapshot).0);
    }
    (document, ran.exit as u8)
}

/// The report of an audit of a snapshot.
pub fn audited(baseline: &str, snapshot: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (baseline, snapshot) = (
        write("lake.toml", baseline),
        write("estate.jsonl", snapshot),
    );
    judge_fixture(&baseline, &snapshot).0
}

/// Each change in short: its sign, class and fate, what it is and who holds it.
pub fn changes(plan: &Value) -> Vec<String> {
    let text = |change: &Value, member: &str| change[member].as_str().unwrap_or("-").to_owned();
    let each = plan["changes"].as_array().unwrap().iter().map(|change| {
        let holder = text(change, "holder");
        let holder = holder.rsplit('/').next().unwrap().to_owned();
        format!(
            "{} {} {}: {} ({holder})",
            text(change, "sign"),
            text(change, "class"),
            text(change, "fate"),
            text(change, "what")
        )
    });
    each.collect()
}

/// Each call in short: its phase, its name, and what its parts are on.
pub fn calls(plan: &Value) -> Vec<String> {
    let each = plan["steps"].as_array().unwrap().iter().map(|step| {
        let parts = step["parts"].as_array().unwrap().iter();
        let parts: Vec<&str> = parts.map(|part| part["on"].as_str().unwrap()).collect();
        let (phase, operation) = (&step["phase"], &step["operation"]);
        format!(
            "{} {} {}",
            phase.as_str().unwrap(),
            operation.as_str().unwrap(),
            parts.join(" ")
        )
    });
    each.collect()
}

/// What is compiled, by file name.
pub fn compiled(baseline: &str, folder: &Path) -> Vec<(String, Value)> {
    let file = folder.join("baseline.toml");
    std::fs::write(&file, baseline).unwrap();
    let out = folder.join("out");
    let ran = run(&[
        "compile",
        file.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ]);
    assert_eq!(ran.exit as u8, 0, "{}", ran.err);
    let mut found = Vec::new();
    for path in entries(&out.join("prod/lake-formation")) {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        found.push((name, serde_json::from_str(&text).unwrap()));
    }
    found
}

/// What Lake Formation lists of a grant that was made so: rewritten as it rewrites.
/// Sources: Lake Formation Developer Guide, *Viewing permissions*; the Terraform provider's filters of its answers.
pub fn listed(entry: &Value) -> Vec<Value> {
    let mut entry = entry.clone();
    let members = entry.as_object_mut().unwrap();
    members.remove("Id");
    members.insert("LastUpdated".to_owned(), json!(1_700_000_000.0));
    members.insert(
        "LastUpdatedBy".to_owned(),
        json!("arn:aws:iam::111122223333:role/someone"),
    );
    let grantable = members
        .entry("PermissionsWithGrantOption")
        .or_insert(json!([]))
        .clone();
    let permissions = entry["Permissions"].as_array().unwrap().clone();
    let Some(table) = entry.pointer("/Resource/Table").cloned() else {
        return vec![entry];
    };
    let all = table.get("TableWildcard").is_some();
    let name = if all {
        json!("ALL_TABLES")
    } else {
        table["Name"].clone()
    };
    let whole: Vec<Value> = if permissions.contains(&json!("ALL")) {
        [
            "ALL", "ALTER", "DELETE", "DESCRIBE", "DROP", "INSERT", "SELECT",
        ]
        .map(|one| json!(one))
        .to_vec()
    } else {
        permissions
    };
    let keep = |list: &[Value], select: bool| -> Vec<Value> {
        let kept = list.iter().filter(|one| (**one == "SELECT") == select);
        kept.cloned().collect()
    };
    let options = grantable.as_array().unwrap();
    let mut found = Vec::new();
    if !keep(&whole, false).is_empty() {
        let mut one = entry.clone();
        one["Resource"]["Table"]["Name"] = name.clone();
        one["Permissions"] = json!(keep(&whole, false));
        one["PermissionsWithGrantOption"] = json!(keep(options, false));
        found.push(one);
    }
    if !keep(&whole, true).is_empty() {
        let mut one = entry;
        one["Resource"] = json!({ "TableWithColumns": {
            "CatalogId": table["CatalogId"], "DatabaseName": table["DatabaseName"], "Name": name,
            "ColumnWildcard": { "ExcludedColumnNames": null },
        } });
        one["Permissions"] = json!(["SELECT"]);
        one["PermissionsWithGrantOption"] = json!(keep(options, true));
        found.push(one);
    }
    found
}

/// What is listed after everything was made that is compiled.
pub fn made(baseline: &str) -> Vec<Fact> {
    let folder = tempfile::tempdir().unwrap();
    let mut facts = Vec::new();
    for (name, request) in compiled(baseline, folder.path()) {
        if name.starts_with("batch-grant") {
            for entry in request["Entries"].as_array().unwrap() {
                facts.extend(listed(entry).into_iter().map(|one| fact(GRANT, one)));
            }
        } else if name.starts_with("create-data-cells-filter") {
            facts.push(fact(FILTER, request["TableData"].clone()));
        } else if name.starts_with("create-lf-tag") {
            facts.push(fact(TAG, request));
        } else if name.starts_with("register-resource") {
            facts.push(fact(LOCATION, request));
        } else if name == "settings.json" {
            facts.push(fact(SETTINGS, request));
        }
    }
    facts
}

/// A grant as it is listed.
pub fn grant(principal: &str, resource: &Value, permissions: &[&str], grantable: &[&str]) -> Fact {
    let principal = if principal.contains(':') || principal.starts_with("IAM_") {
        principal.to_owned()
    } else {
        format!("arn:aws:iam::{ACCOUNT}:role/{principal}")
    };
    fact(
        GRANT,
        json!({
            "Principal": { "DataLakePrincipalIdentifier": principal }, "Resource": resource,
            "Permissions": permissions, "PermissionsWithGrantOption": grantable,
            "LastUpdated": 1_700_000_000.0, "LastUpdatedBy": "arn:aws:iam::111122223333:role/someone",
        }),
    )
}

pub fn table(name: &str) -> Value {
    json!({ "Table": { "CatalogId": ACCOUNT, "DatabaseName": "sales", "Name": name } })
}

pub fn all_columns(name: &str) -> Value {
    json!({ "TableWithColumns": {
        "CatalogId": ACCOUNT, "DatabaseName": "sales", "Name": name, "ColumnWildcard": {}
    } })
}

pub fn columns(name: &str, list: &[&str]) -> Value {
    json!({ "TableWithColumns": {
        "CatalogId": ACCOUNT, "DatabaseName": "sales", "Name": name, "ColumnNames": list
    } })
}

pub fn database(name: &str) -> Value {
    json!({ "Database": { "CatalogId": ACCOUNT, "Name": name } })
}
