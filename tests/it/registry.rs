//! Each control has all its parts, under the names that its id gives them.

use crate::support::{Failures, declared, fixtures, root};
use emr_baseline::controls::REGISTRY;
use std::collections::BTreeSet;

const HEADINGS: [&str; 6] = [
    "## Why",
    "## Compliant",
    "## Noncompliant",
    "## Indeterminate",
    "## Fix",
    "## References",
];

#[test]
fn ids_are_unique_and_well_formed() {
    let mut seen = BTreeSet::new();
    for entry in REGISTRY {
        for id in entry.meta.aliases.iter().chain([&entry.meta.id]) {
            assert!(seen.insert(*id), "{id} is used twice");
            let (group, name) = id.split_once('.').expect("an id is group.name");
            let kebab = |text: &str| {
                !text.is_empty()
                    && text.split('-').all(|word| {
                        !word.is_empty()
                            && word
                                .chars()
                                .all(|char| char.is_ascii_lowercase() || char.is_ascii_digit())
                    })
            };
            assert!(kebab(group) && kebab(name), "{id} is not kebab case");
        }
    }
}

/// What no file can show: a file tells who manages a key or owns a bucket, or leaves it to an audit; only a live answer
/// can be missing, or tell of somebody else.
const NOT_IN_FILES: &[(&str, &str)] = &[
    ("iam.guardrails", "compliant"),
    ("iam.guardrails", "noncompliant"),
    ("iam.guardrails", "indeterminate"),
    ("kms.grants", "compliant"),
    ("kms.grants", "noncompliant"),
    ("kms.grants", "indeterminate"),
    ("s3.ownership", "noncompliant"),
    ("s3.ownership", "indeterminate"),
];

#[test]
fn every_control_has_its_source_its_page_and_three_kinds_of_fixture() {
    let mut failures = Failures::default();
    let fixtures = fixtures();
    for entry in REGISTRY {
        let id = entry.meta.id;
        let (group, name) = id.split_once('.').unwrap();
        let stem = root()
            .join("src/controls")
            .join(group)
            .join(name.replace('-', "_"));
        for ending in ["rs", "md"] {
            if !stem.with_extension(ending).is_file() {
                failures.add(
                    id,
                    format!("{} is missing", stem.with_extension(ending).display()),
                );
            }
        }
        let page = entry.meta.docs;
        let mut from = 0;
        for heading in HEADINGS {
            match page[from..].find(&format!("\n{heading}\n")) {
                Some(at) => from += at,
                None => failures.add(
                    format!("{id} {heading}"),
                    "is missing from the page, or out of order",
                ),
            }
        }
        if !page.starts_with(&format!("# {id}\n")) {
            failures.add(id, "its page does not begin with its id");
        }
        if page.lines().count() > 80 {
            failures.add(id, "its page is longer than 80 lines");
        }
        // What only a run or an account shows has fixtures of its own kind elsewhere.
        if entry.meta.span == emr_baseline::control::Span::Resource {
            for verdict in ["compliant", "noncompliant", "indeterminate"] {
                if NOT_IN_FILES.contains(&(id, verdict)) {
                    continue;
                }
                if !fixtures
                    .iter()
                    .any(|(of, fixture)| of == id && declared(fixture) == verdict)
                {
                    failures.add(format!("{id} {verdict}"), "has no fixture");
                }
            }
        }
    }
    failures.check();
}

#[test]
fn every_fixture_belongs_to_a_control() {
    for (id, fixture) in fixtures() {
        assert!(
            emr_baseline::controls::find(&id).is_some(),
            "{} belongs to no control",
            fixture.display()
        );
    }
}

#[test]
fn every_setting_is_documented_and_every_reference_names_its_source() {
    let mut failures = Failures::default();
    for entry in REGISTRY {
        for field in (entry.fields)() {
            if field.doc.len() < 10 {
                failures.add(
                    format!("{} {}", entry.meta.id, field.key),
                    "has no documentation",
                );
            }
        }
        if entry.meta.references.is_empty() {
            failures.add(
                entry.meta.id,
                "has no reference; write `own` where the mapping is ours",
            );
        }
    }
    failures.check();
}
