//! The example of the documentation, as far as its controls are registered.

use super::{asked, files, now};
use crate::baseline::{Style, load, render, validate};
use crate::controls;

const EXAMPLE: &str = include_str!("../../../golden/baselines/analytics-prod/prod.toml");
const CORPORATE: &str = include_str!("../../../golden/baselines/corporate.toml");

/// The example without the tables of controls that are not registered.
fn example() -> String {
    let mut kept = true;
    let mut text = String::new();
    for line in EXAMPLE.lines() {
        if let Some(table) = line.strip_prefix('[') {
            let table = table.trim_start_matches('[').split(']').next().unwrap();
            let mut parts = table.split('.');
            let id = format!(
                "{}.{}",
                parts.next().unwrap(),
                parts.next().unwrap_or_default()
            );
            kept = !id.contains('.')
                || id.ends_with('.')
                || table.starts_with("targets")
                || controls::find(&id).is_some();
        }
        if kept {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

#[test]
fn the_example_of_the_documentation_holds() {
    let text = example();
    let files = files(&[
        ("analytics-prod/prod.toml", &text),
        ("corporate.toml", CORPORATE),
    ]);
    let problems = validate("analytics-prod/prod.toml", &files, now());
    let fatal: Vec<_> = problems
        .into_iter()
        .filter(|problem| problem.fatal)
        .collect();
    assert!(fatal.is_empty(), "{}", render(&fatal, Style::Plain));
    let loaded = load("analytics-prod/prod.toml", &files, now()).unwrap();
    let baseline = loaded.resolve(Some("prod-us")).unwrap();
    assert!(baseline.unbound.is_empty());
    assert_eq!(baseline.waivers.len(), 1);
    let key = asked(&baseline, "emr.disk-encryption", "kms-key");
    assert_eq!(
        key.origins.len(),
        2,
        "the shipped baseline and the example both ask for the key"
    );
}
