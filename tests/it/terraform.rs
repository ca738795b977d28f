//! Terraform fixtures are written by hand: every argument in them is one of the provider's, by its schema.

use crate::support::{Failures, fixtures, relative, root};
use serde_json::Value;
use std::collections::BTreeMap;

/// Attributes that are only read, and therefore no arguments: the schema at hand has none of them.
const READ_ONLY: &[&str] = &["arn", "cluster_state", "id", "key_id", "master_public_dns"];

type Schema = BTreeMap<(String, String), String>;

fn schema() -> Schema {
    let text =
        std::fs::read_to_string(root().join("tests/witness/terraform-provider-aws.txt")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let mut parts = line.splitn(3, ' ').map(str::to_owned);
            let mut part = || parts.next().unwrap();
            ((part(), part()), part())
        })
        .collect()
}

/// What in values, or in marks over values, is no argument of the type.
fn strangers(schema: &Schema, kind: &str, path: &str, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            for item in items {
                strangers(schema, kind, path, item, found);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                let inner = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                match schema.get(&(kind.to_owned(), inner.clone())) {
                    Some(held) if held.ends_with("Map") => {}
                    Some(held) => {
                        let fits = match value {
                            Value::String(_) => held == "string",
                            Value::Number(_) => held == "number",
                            // In marks, `true` stands for a value of any type.
                            Value::Bool(mark) => *mark || held == "boolean",
                            Value::Array(_) => held.contains(':') || held.ends_with("List"),
                            Value::Object(_) => held.ends_with("Map"),
                            Value::Null => true,
                        };
                        if !fits {
                            found.push(format!("{inner} holds {held}, not {value}"));
                        }
                        strangers(schema, kind, &inner, value, found);
                    }
                    None if path.is_empty() && READ_ONLY.contains(&name.as_str()) => {}
                    None => found.push(inner),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn fixtures_of_terraform_are_of_the_providers_schema() {
    let schema = schema();
    let mut failures = Failures::default();
    let mut seen = 0;
    for (_, fixture) in fixtures() {
        let Some(document) = std::fs::read_to_string(&fixture)
            .ok()
            .and_then(|text| serde_json::from_str::<Value>(&text).ok())
            .filter(|document| document["format_version"].is_string())
        else {
            continue;
        };
        seen += 1;
        let changes = document["resource_changes"]
            .as_array()
            .into_iter()
            .flatten();
        let states = document["values"]["root_module"]["resources"]
            .as_array()
            .into_iter()
            .flatten();
        for resource in changes.chain(states) {
            let kind = resource["type"].as_str().unwrap();
            let mut found = Vec::new();
            for part in ["after", "after_unknown", "after_sensitive"] {
                strangers(&schema, kind, "", &resource["change"][part], &mut found);
            }
            strangers(&schema, kind, "", &resource["values"], &mut found);
            for stranger in found {
                failures.add(relative(&fixture), format!("{kind}: {stranger}"));
            }
        }
    }
    assert!(seen > 50, "{seen} fixtures");
    failures.check();
}
