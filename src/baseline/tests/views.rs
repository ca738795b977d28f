//! What is shown of baselines: comparisons, explanations, the schema for editors.

use super::waivers::WAIVER;
use super::{resolved, with_head};
use crate::baseline::Baseline;
use crate::baseline::compare::{Change, Comparison, compare};
use crate::baseline::explain::explain;
use crate::baseline::schema::schema;
use crate::controls::REGISTRY;
use serde_json::Value;

fn of(rest: &str) -> Baseline {
    resolved(&[("test.toml", &with_head(rest))], None)
}

fn compared(old: &str, new: &str) -> Comparison {
    compare(&of(old), &of(new))
}

/// The change of `emr.disk-encryption`, and of its keys.
fn changed(old: &str, new: &str) -> (Change, Vec<(String, Change)>) {
    let comparison = compared(old, new);
    let control = comparison
        .controls
        .iter()
        .find(|control| control.control == "emr.disk-encryption")
        .unwrap();
    let keys = control.keys.iter().map(|key| (key.key.clone(), key.change));
    (control.change, keys.collect())
}

#[test]
fn each_key_is_compared_in_its_own_order() {
    let disk = |rest: &str| format!("[emr.disk-encryption]\n{rest}");
    let both = disk("provider = [\"AwsKms\", \"Custom\"]\n");
    let one = disk("provider = [\"AwsKms\"]\n");
    assert_eq!(changed(&both, &one).0, Change::Stricter);
    assert_eq!(changed(&one, &both).0, Change::Weaker);
    let switched = disk("provider = [\"AwsKms\", \"Custom\"]\nebs = true\n");
    let (change, keys) = changed(&one, &switched);
    assert_eq!(change, Change::Incomparable);
    assert_eq!(
        keys,
        [
            ("provider".to_owned(), Change::Weaker),
            ("ebs".to_owned(), Change::Stricter)
        ]
    );
    assert!(compared(&one, &switched).is_weaker());
    assert_eq!(
        changed(&disk(""), &disk("ebs = false\n")),
        (Change::Equal, vec![]),
        "a default written out"
    );
    assert_eq!(
        changed(&disk(""), &disk("prefer = \"AwsKms\"\n")).0,
        Change::Equal
    );
}

#[test]
fn a_control_that_goes_is_weaker_and_one_that_comes_is_stricter() {
    let (none, some) = ("", "[emr.disk-encryption]\n");
    assert_eq!(changed(none, some).0, Change::Stricter);
    assert_eq!(changed(some, none).0, Change::Weaker);
    assert!(!compared(none, some).is_weaker());
    assert!(compared(some, none).is_weaker());
}

#[test]
fn waivers_and_severities_count() {
    let comparison = compared("", WAIVER);
    assert_eq!(comparison.waivers_added.len(), 1);
    assert!(comparison.is_weaker());
    assert!(!compared(WAIVER, "").is_weaker());
    let lower = "[severity]\n\"emr.disk-encryption\" = \"low\"\n";
    assert_eq!(
        compared("", lower).severities,
        [("emr.disk-encryption", "high", "low")]
    );
    assert!(compared("", lower).is_weaker());
}

#[test]
fn an_explanation_names_every_line_of_every_layer() {
    let base = with_head("[emr.disk-encryption]\nprovider = [\"AwsKms\", \"Custom\"]\n");
    let child = "schema = 1\n[baseline]\nname = \"c\"\nextends = \"b.toml\"\n[emr.disk-encryption]\nprovider = \"AwsKms\"\n";
    let baseline = resolved(&[("c.toml", child), ("b.toml", &base)], None);
    let explained = explain(&baseline, "emr.disk-encryption").unwrap();
    let provider = &explained.settings[0];
    assert_eq!(provider.value.as_deref(), Some("[\"AwsKms\"]"));
    let lines: Vec<_> = provider
        .lines
        .iter()
        .map(|(origin, value)| (&*origin.file, origin.line, &**value))
        .collect();
    assert_eq!(
        lines,
        [
            ("b.toml", 6, "[\"AwsKms\", \"Custom\"]"),
            ("c.toml", 6, "[\"AwsKms\"]")
        ]
    );
    let ebs = explained
        .settings
        .iter()
        .find(|setting| setting.key == "ebs")
        .unwrap();
    assert_eq!(
        (ebs.value.as_deref(), ebs.is_default),
        (Some("false"), true)
    );
    assert!(explain(&baseline, "emr.s3-encryption").is_none());
}

#[test]
fn the_schema_knows_every_setting_and_nothing_else() {
    let schema = schema();
    for entry in REGISTRY {
        let (group, name) = entry.meta.id.split_once('.').unwrap();
        let table = &schema["properties"][group]["properties"][name];
        assert_eq!(table["additionalProperties"], false, "{}", entry.meta.id);
        assert_eq!(table["description"], entry.meta.title);
        let keys: Vec<String> = (entry.fields)()
            .into_iter()
            .map(|field| field.key)
            .collect();
        let known: Vec<&String> = table["properties"].as_object().unwrap().keys().collect();
        assert_eq!(known, keys.iter().collect::<Vec<_>>());
        for (key, setting) in table["properties"].as_object().unwrap() {
            let doc = setting["description"].as_str().unwrap();
            assert!(
                !doc.is_empty(),
                "{}.{key} has no description",
                entry.meta.id
            );
        }
    }
    open_tables(&schema, "");
}

/// Every table is closed, or says what its values are.
fn open_tables(schema: &Value, path: &str) {
    if schema["type"] == "object" {
        let more = &schema["additionalProperties"];
        assert!(more == false || more.is_object(), "{path} is open");
    }
    if let Value::Object(members) = schema {
        for (key, member) in members {
            open_tables(member, &format!("{path}/{key}"));
        }
    }
}
