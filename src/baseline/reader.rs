//! Values of a baseline as demands: a control's table is read by the settings that the control declares.

use super::binding::{Binding, Filled};
use super::check;
use super::problem::Problem;
use super::source::Source;
use super::suggest;
use super::value::{Item, Pair, Value};
use crate::aws::release::Release;
use crate::control::settings::{Domain, Places, Spec, TextType};
use crate::lattice::{Shape, Text};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// A demand as one layer writes it, with the places of its tables.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub(super) shape: Shape,
    pub(super) rows: Places,
}

/// Reads the values of one file, in one target or in none. Mistakes are collected; what they concern is `None`.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub(super) source: &'a Source,
    pub(super) binding: &'a Binding,
    pub(super) problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    /// Reads a setting.
    pub(super) fn setting(&mut self, key: &str, spec: &Spec, item: &Item) -> Option<Read> {
        let mut rows = BTreeMap::new();
        let shape = match *spec {
            Spec::Switch => Shape::AtLeast(i64::from(self.flag(key, item)?)),
            Spec::Allowance => Shape::AtMost(i64::from(self.flag(key, item)?)),
            Spec::Stated => {
                let flag = self.flag(key, item)?;
                Shape::Exactly(BTreeSet::from([Text::literal(flag.to_string())]))
            }
            Spec::AtLeast(min, max) => Shape::AtLeast(self.number(key, item, min, max)?),
            Spec::AtMost(min, max) => Shape::AtMost(self.number(key, item, min, max)?),
            Spec::Level(words) => Shape::AtLeast(self.level(key, words, item)?),
            Spec::OneOf(domain) => {
                let texts = self.texts(key, domain, item)?;
                if texts.is_empty() {
                    self.wrong(
                        "empty-choice",
                        format!("`{key}` allows nothing"),
                        &item.bytes,
                        "one of a choice must stand; leave the key out to allow any",
                    );
                    return None;
                }
                Shape::OneOf(BTreeSet::from([texts]))
            }
            Spec::Only(domain) => Shape::Only(BTreeSet::from([self.texts(key, domain, item)?])),
            Spec::Includes(domain) | Spec::Excludes(domain) => {
                Shape::AllOf(self.texts(key, domain, item)?)
            }
            Spec::Exactly(domain) => {
                Shape::Exactly(BTreeSet::from([self.text(key, domain, item)?]))
            }
            Spec::Prefer(domain) => Shape::Prefer(BTreeSet::from([self.text(key, domain, item)?])),
            Spec::ExactlyTable(columns) => Shape::ExactlyTable(self.row(key, columns, item)?),
            Spec::ExactlyRows(columns) => {
                let list = self.rows(key, columns, item)?;
                for (index, (_, origin)) in list.iter().enumerate() {
                    rows.insert(index.to_string().into(), vec![origin.clone()]);
                }
                Shape::ExactlyRows(list.into_iter().map(|(row, _)| row).collect())
            }
            Spec::Rows(columns) => Shape::Rows(self.keyed(key, columns, item, &mut rows)?),
            Spec::OnlyRows(columns) => Shape::OnlyRows(self.keyed(key, columns, item, &mut rows)?),
            Spec::OnlyPairs(domain) => Shape::OnlyPairs(self.pairs(key, domain, item)?),
            Spec::Releases => Shape::Versions(self.releases(key, item)?),
        };
        Some(Read {
            shape,
            rows: Arc::new(rows),
        })
    }

    pub(super) fn wrong(
        &mut self,
        code: &str,
        message: impl Into<String>,
        bytes: &Range<usize>,
        help: &str,
    ) {
        let problem = Problem::new(code, message).at(self.source.origin(bytes), "");
        self.problems.push(problem.help(help));
    }

    /// Says what its author should know, but which stops nothing.
    pub(super) fn warn(
        &mut self,
        code: &str,
        message: impl Into<String>,
        bytes: &Range<usize>,
        help: &str,
    ) {
        let problem = Problem::new(code, message).at(self.source.origin(bytes), "");
        self.problems.push(problem.help(help).warning());
    }

    /// Says that a value is of the wrong type.
    pub(super) fn mistyped<T>(
        &mut self,
        key: &str,
        wanted: &str,
        item: &Item,
        help: &str,
    ) -> Option<T> {
        if !matches!(item.value, Value::Broken) {
            let message = format!("`{key}` must be {wanted}");
            let label = format!("this is {}", item.value.kind());
            let problem = Problem::new("wrong-type", message);
            let problem = problem.at(self.source.origin(&item.bytes), label);
            self.problems.push(problem.help(help));
        }
        None
    }

    pub(super) fn flag(&mut self, key: &str, item: &Item) -> Option<bool> {
        if let Value::Flag(flag) = item.value {
            return Some(flag);
        }
        let quoted = matches!(&item.value, Value::Text(text) if text == "true" || text == "false");
        let help = if quoted { "leave out the quotes" } else { "" };
        self.mistyped(key, "`true` or `false`", item, help)
    }

    /// Reads a whole number within bounds.
    pub(super) fn number(&mut self, key: &str, item: &Item, min: i64, max: i64) -> Option<i64> {
        let Value::Number(number) = item.value else {
            let quoted = matches!(&item.value, Value::Text(text) if text.parse::<i64>().is_ok());
            let help = if quoted { "leave out the quotes" } else { "" };
            return self.mistyped(key, "a whole number", item, help);
        };
        if (min..=max).contains(&number) {
            return Some(number);
        }
        let help = if max == i64::MAX {
            format!("it is at least {min}")
        } else {
            format!("it is between {min} and {max}")
        };
        let message = format!("{number} is out of range for `{key}`");
        self.wrong("out-of-range", message, &item.bytes, &help);
        None
    }

    fn level(&mut self, key: &str, words: &'static [&'static str], item: &Item) -> Option<i64> {
        let text = self.text(key, Domain::Words(words), item)?;
        let index = words
            .iter()
            .position(|word| text.as_literal() == Some(word));
        if index.is_none() {
            let message = format!("`{key}` cannot be a parameter");
            self.wrong(
                "parameter-not-allowed",
                message,
                &item.bytes,
                &suggest::help("", words.iter().copied()),
            );
        }
        i64::try_from(index?).ok()
    }

    /// Reads one text.
    pub(super) fn text(&mut self, key: &str, domain: Domain, item: &Item) -> Option<Text> {
        let Value::Text(text) = &item.value else {
            return self.mistyped(key, "a string", item, help_for_text(&item.value));
        };
        match self.filled(key, domain, text, &item.bytes)? {
            Filled::One(text, _) => Some(text),
            Filled::Many(_) => {
                let message = format!("`{key}` is one text, and the parameter is a list");
                self.wrong("list-in-text", message, &item.bytes, "");
                None
            }
        }
    }

    /// Reads a list of texts; a single text is a list of one.
    pub(super) fn texts(
        &mut self,
        key: &str,
        domain: Domain,
        item: &Item,
    ) -> Option<BTreeSet<Text>> {
        let items = item.elements();
        let mut texts = BTreeSet::new();
        let mut sound = true;
        for item in items {
            let Value::Text(text) = &item.value else {
                sound = false;
                self.mistyped::<()>(key, "a list of strings", item, help_for_text(&item.value));
                continue;
            };
            match self.filled(key, domain, text, &item.bytes) {
                Some(Filled::One(text, _)) => {
                    texts.insert(text);
                }
                Some(Filled::Many(many)) => texts.extend(many),
                None => sound = false,
            }
        }
        sound.then_some(texts)
    }

    /// Replaces parameters, and holds what comes of it to the domain.
    fn filled(
        &mut self,
        key: &str,
        domain: Domain,
        text: &str,
        bytes: &Range<usize>,
    ) -> Option<Filled> {
        let filled = match self.binding.fill(text) {
            Ok(filled) => filled,
            Err(problem) => {
                self.problems
                    .push(problem.at(self.source.origin(bytes), ""));
                return None;
            }
        };
        let objection = match &filled {
            Filled::One(text, kind) => {
                mismatch(domain, *kind).or_else(|| objection(key, domain, text))
            }
            Filled::Many(texts) => texts.iter().find_map(|text| objection(key, domain, text)),
        };
        if let Some((code, message, help)) = objection {
            self.wrong(code, message, bytes, &help);
            return None;
        }
        Some(filled)
    }

    /// Says that a table has no such key.
    pub(super) fn unknown_key<'k>(
        &mut self,
        table: &str,
        pair: &Pair,
        known: impl IntoIterator<Item = &'k str>,
    ) {
        let message = format!("`{table}` has no key `{}`", pair.key);
        let help = suggest::help(&pair.key, known);
        self.wrong("unknown-key", message, &pair.key_bytes, &help);
    }

    fn releases(&mut self, key: &str, item: &Item) -> Option<BTreeMap<String, Vec<u32>>> {
        let items = item.elements();
        if items.is_empty() {
            let message = format!("`{key}` permits no release");
            let help = "give a minimum for each family, or leave the key out";
            self.wrong("empty-choice", message, &item.bytes, help);
            return None;
        }
        let mut floors = BTreeMap::new();
        let mut sound = true;
        for item in items {
            let Value::Text(label) = &item.value else {
                return self.mistyped(key, "a list of release labels", item, "");
            };
            let Some(release) = Release::of(label) else {
                let message = format!("`{label}` is not a release label");
                self.wrong(
                    "not-a-release",
                    message,
                    &item.bytes,
                    "write it as `emr-7.2.0` or `emr-spark-8.0`",
                );
                sound = false;
                continue;
            };
            let family = release.family();
            if floors
                .insert(family.clone(), release.version.to_vec())
                .is_some()
            {
                let message = format!("`{key}` names the family `{family}` twice");
                self.wrong(
                    "duplicate-family",
                    message,
                    &item.bytes,
                    "give one minimum for each family",
                );
                sound = false;
            }
        }
        sound.then_some(floors)
    }
}

fn help_for_text(value: &Value) -> &'static str {
    if matches!(value, Value::Number(_) | Value::Flag(_)) {
        "write it in quotes"
    } else {
        ""
    }
}

type Objection = (&'static str, String, String);

/// Whether a parameter of this type may stand where the domain asks for another.
fn mismatch(domain: Domain, parameter: Option<TextType>) -> Option<Objection> {
    let (Domain::Texts(wanted) | Domain::Patterns(wanted), Some(given)) = (domain, parameter)
    else {
        return None;
    };
    let fits = wanted == given
        || wanted == TextType::String
        || given == TextType::String
        || (wanted == TextType::S3Prefix && given == TextType::S3Object);
    (!fits).then(|| {
        let message = format!(
            "a parameter of type `{}` stands where a `{}` is asked for",
            given.name(),
            wanted.name()
        );
        ("parameter-type", message, check::example(wanted).to_owned())
    })
}

fn objection(key: &str, domain: Domain, text: &Text) -> Option<Objection> {
    let value = text.as_literal()?;
    match domain {
        Domain::Words(words) if !words.contains(&value) => Some((
            "unknown-word",
            format!("`{value}` is no value of `{key}`"),
            suggest::help(value, words.iter().copied()),
        )),
        Domain::Texts(kind) => typed(key, kind, value),
        Domain::Patterns(kind) if !text.is_pattern() => typed(key, kind, value),
        Domain::Words(_) | Domain::Patterns(_) => None,
    }
}

fn typed(key: &str, kind: TextType, value: &str) -> Option<Objection> {
    let help = check::objection(kind, value)?;
    let message = format!(
        "`{value}` is not a `{}`, which `{key}` asks for",
        kind.name()
    );
    Some(("wrong-text", message, help.to_owned()))
}
