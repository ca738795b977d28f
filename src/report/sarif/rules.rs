//! The rules of a log: every control of this version, whether it found something or not.

use super::limits;
use super::log::{Configuration, Help, Rule, RuleProperties, Text};
use crate::control::{Meta, Severity};
use crate::controls::REGISTRY;
use crate::judge::Report;
use crate::report::level;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The controls in the order of `rules`, and where each stands.
pub(super) struct Rules {
    metas: Vec<&'static Meta>,
    index: BTreeMap<&'static str, usize>,
}

impl Rules {
    /// The registry, and whatever else the report speaks of.
    pub(super) fn of(report: &Report) -> Self {
        let mut rules = Self {
            metas: Vec::new(),
            index: BTreeMap::new(),
        };
        let registered = REGISTRY.iter().map(|entry| entry.meta);
        let reported = report.evaluations.controls().iter().copied();
        for meta in registered.chain(reported) {
            let next = rules.metas.len();
            if *rules.index.entry(meta.id).or_insert(next) == next {
                rules.metas.push(meta);
            }
        }
        rules
    }

    pub(super) fn index(&self, id: &str) -> Option<usize> {
        self.index.get(id).copied()
    }

    pub(super) fn objects(&self) -> Vec<Rule<'static>> {
        self.metas.iter().copied().map(rule).collect()
    }
}

fn rule(meta: &'static Meta) -> Rule<'static> {
    let why = section(meta.docs, "Why").map_or(Cow::Borrowed(meta.title), |text| {
        text.replace('\n', " ").into()
    });
    let group = meta.id.split('.').next().unwrap_or_default();
    let tags = ["security", group]
        .into_iter()
        .chain(meta.references.iter().copied())
        .take(limits::TAGS)
        .collect();
    Rule {
        id: meta.id,
        name: pascal_case(meta.id),
        short_description: Text {
            text: meta.title.into(),
        },
        full_description: Text { text: why },
        help: Help {
            text: section(meta.docs, "Fix").unwrap_or(meta.title),
            markdown: if meta.docs.is_empty() {
                meta.title
            } else {
                meta.docs
            },
        },
        default_configuration: Configuration {
            level: level(meta.severity),
        },
        deprecated_ids: meta.aliases,
        properties: RuleProperties {
            tags,
            severity: meta.severity.name(),
            security_severity: security_severity(meta.severity),
            precision: "very-high",
        },
    }
}

/// A score in GitHub's range for the severity: critical from 9.0, high from 7.0, medium from 4.0, low below.
const fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "0.5",
    }
}

/// The text under a heading of the second level, up to the next one.
fn section<'d>(docs: &'d str, heading: &str) -> Option<&'d str> {
    let mut parts = docs.split("\n## ").skip(1);
    let found = parts.find_map(|part| {
        let (name, body) = part.split_once('\n')?;
        (name.trim() == heading).then(|| body.trim())
    })?;
    (!found.is_empty()).then_some(found)
}

fn pascal_case(id: &str) -> String {
    let words = id.split(['.', '-']);
    words
        .flat_map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_named_and_explained_by_its_page() {
        assert_eq!(pascal_case("emr.disk-encryption"), "EmrDiskEncryption");
        let docs = "# x\n\n## Why\n\nBecause\nof it.\n\n## Fix\n\nDo it.\n";
        assert_eq!(section(docs, "Why"), Some("Because\nof it."));
        assert_eq!(section(docs, "Fix"), Some("Do it."));
        assert_eq!(section(docs, "References"), None);
    }
}
