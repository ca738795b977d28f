//! Findings show the wrong value that they point at, so that another wrong value in its place is told from it.

use crate::support::{Failures, declared, fixtures, judge_fixture, relative, root};
use serde_json::Value;

/// What is found of a value and does not show it: the control, the end of the pointer, and why.
const NOT_SHOWN: &[(&str, &str, &str)] = &[
    ("emr.kerberos-secrets", "", "a secret"),
    ("emr.plaintext-secrets", "", "a secret"),
    ("glue.connections", "/PASSWORD", "a secret"),
    ("glue.job-secrets", "", "a secret"),
    (
        "emr.document-schema",
        "/EnableEbsEncryption",
        "it is found where it is true only",
    ),
    (
        "emr.log-destination",
        "/LogUri.$",
        "its text is shown, with what is put in as holes",
    ),
    (
        "glue.catalog-policy",
        "/Principal",
        "`*` is shown as everybody",
    ),
    (
        "lake.data-locations",
        "/DataLakePrincipalIdentifier",
        "how many they are is wrong, not who they are",
    ),
    (
        "lake.locations",
        "/ResourceArn",
        "the location is shown without the beginning of its ARN",
    ),
];

/// The value that a pointer leads to, on through documents in strings.
fn value_at(document: &Value, pointer: &str) -> Option<Value> {
    let mut at = document.clone();
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        if let Value::String(text) = &at {
            at = serde_json::from_str(text).ok()?;
        }
        at = match &at {
            Value::Array(items) => items.get(step.parse::<usize>().ok()?)?.clone(),
            Value::Object(members) => members.get(&step)?.clone(),
            _ => return None,
        };
    }
    Some(at)
}

#[test]
fn every_finding_shows_the_value_that_it_points_at() {
    std::env::set_current_dir(root()).unwrap();
    let mut failures = Failures::default();
    let mut looked_at = 0;
    for (id, fixture) in fixtures() {
        let is_json = fixture.extension().is_some_and(|ending| ending == "json");
        if !is_json || !["noncompliant", "indeterminate"].contains(&declared(&fixture)) {
            continue;
        }
        let document = std::fs::read_to_string(&fixture).unwrap();
        let Ok(document) = serde_json::from_str::<Value>(&document) else {
            continue;
        };
        let path = relative(&fixture);
        let baseline = relative(&fixture.parent().unwrap().join("baseline.toml"));
        let (report, _) = judge_fixture(&baseline, &path);
        for found in report["evaluations"].as_array().unwrap() {
            if found["control"] != id.as_str() || found["seen"].is_null() {
                continue;
            }
            let said = |member: &str| found[member].as_str().unwrap_or_default();
            let said = format!(
                "{} {} {}",
                said("message"),
                said("observed"),
                said("reason")
            );
            for seen in found["seen"].as_array().unwrap() {
                let pointer = seen["pointer"].as_str().unwrap_or_default();
                // What a plan does not know says `true` there.
                if pointer.contains("/after_unknown/") {
                    continue;
                }
                let value = match value_at(&document, pointer) {
                    Some(Value::String(text)) if !text.starts_with('{') => text,
                    Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
                    _ => continue,
                };
                looked_at += 1;
                let quoted = format!("{value:?}");
                let shown = said.contains(&value) || said.contains(quoted.trim_matches('"'));
                let excepted = NOT_SHOWN
                    .iter()
                    .any(|(control, end, _)| *control == id && pointer.ends_with(end));
                if !shown && !excepted {
                    failures.add(
                        format!("{path} {pointer}"),
                        format!("`{value}` is not in: {said}"),
                    );
                }
            }
        }
    }
    assert!(looked_at > 300, "{looked_at}");
    failures.check();
}
