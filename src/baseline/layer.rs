//! One file of a baseline, read as far as no target is needed: its head, what it declares, and its tables of settings.

use super::binding::Binding;
use super::problem::Problem;
use super::reader::{Read, Reader};
use super::source::Source;
use super::suggest;
use super::value::{Item, Pair, Value};
use crate::control::settings::TextType;
use crate::control::{Entry, Severity};
use crate::controls;
use crate::origin::Origin;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// The version of the baseline language that is read.
const SCHEMA: i64 = 1;
const HEAD: [&str; 6] = [
    "name",
    "version",
    "owner",
    "description",
    "extends",
    "max-waiver-days",
];

/// What a baseline says about itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Head {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) owner: String,
    pub(super) description: String,
}

/// A declared parameter.
#[derive(Clone, Debug)]
pub(super) struct Parameter {
    pub(super) kind: TextType,
    pub(super) list: bool,
    /// What it stands for in targets that give it no value.
    pub(super) default: Option<(Arc<Source>, Item)>,
    pub(super) origin: Origin,
}

/// A table of settings of one control.
#[derive(Clone, Debug)]
pub(super) struct ControlTable {
    pub(super) entry: &'static Entry,
    pub(super) origin: Origin,
    pub(super) settings: Vec<Setting>,
}

/// A setting of a control as a file writes it.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    pub(super) pair: Pair,
    /// What it asks for, and what is wrong with it, where no parameter stands in it: the same in every target, and read
    /// once.
    pub(super) same: Option<OnceLock<(Option<Read>, Vec<Problem>)>>,
}

impl Setting {
    fn new(pair: Pair) -> Self {
        let same = (!pair.item.mentions_parameters()).then(OnceLock::new);
        Self { pair, same }
    }
}

/// One file of a baseline.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    pub(super) source: Arc<Source>,
    /// The layers that it extends, by their index.
    pub(super) bases: Vec<usize>,
    pub(super) head: Head,
    pub(super) extends: Vec<(String, Origin)>,
    pub(super) max_waiver_days: Option<(i64, Origin)>,
    pub(super) parameters: BTreeMap<String, Parameter>,
    pub(super) targets: BTreeMap<String, Pair>,
    pub(super) controls: Vec<ControlTable>,
    pub(super) severities: BTreeMap<&'static str, (Severity, Origin)>,
    pub(super) waivers: Vec<Item>,
}

/// Reads a file's tables.
pub(super) fn read(source: &Arc<Source>, pairs: Vec<Pair>, problems: &mut Vec<Problem>) -> Layer {
    let layer = Layer {
        source: Arc::clone(source),
        bases: Vec::new(),
        head: Head::default(),
        extends: Vec::new(),
        max_waiver_days: None,
        parameters: BTreeMap::new(),
        targets: BTreeMap::new(),
        controls: Vec::new(),
        severities: BTreeMap::new(),
        waivers: Vec::new(),
    };
    let mut walk = Walk {
        layer,
        binding: Binding::default(),
        problems,
    };
    walk.file(pairs);
    walk.layer
}

pub(super) struct Walk<'a> {
    pub(super) layer: Layer,
    binding: Binding,
    pub(super) problems: &'a mut Vec<Problem>,
}

impl Walk<'_> {
    pub(super) fn reader(&mut self) -> Reader<'_> {
        Reader {
            source: &self.layer.source,
            binding: &self.binding,
            problems: self.problems,
        }
    }

    pub(super) fn origin(&self, pair: &Pair) -> Origin {
        self.layer.source.origin(&pair.bytes())
    }

    fn file(&mut self, pairs: Vec<Pair>) {
        let has = |key: &str| pairs.iter().any(|pair| pair.key == key);
        let (schema, head) = (has("schema"), has("baseline"));
        for pair in pairs {
            match pair.key.as_str() {
                "schema" => self.schema(&pair),
                "baseline" => self.head(pair),
                "parameters" => self.parameters(&pair),
                "targets" => self.targets(pair),
                "severity" => self.severities(&pair),
                "waivers" => self.waivers(pair),
                group if is_group(group) => self.group(pair, &[]),
                _ => self.unknown_table(&pair),
            }
        }
        if !schema {
            let origin = self.layer.source.origin(&(0..0));
            self.problems.push(
                Problem::new(
                    "missing-schema",
                    "the file does not say which schema it has",
                )
                .at(origin, "")
                .help(format!("begin it with `schema = {SCHEMA}`")),
            );
        }
        if !head {
            self.missing_name(&self.layer.source.origin(&(0..0)));
        }
    }

    fn missing_name(&mut self, origin: &Origin) {
        self.problems.push(
            Problem::new("missing-name", "the baseline has no name")
                .at(origin.clone(), "")
                .help("write `name = \"…\"` under `[baseline]`"),
        );
    }

    fn schema(&mut self, pair: &Pair) {
        let number = self
            .reader()
            .number("schema", &pair.item, i64::MIN, i64::MAX);
        if number.is_some_and(|number| number != SCHEMA) {
            self.reader().wrong(
                "unknown-schema",
                "this schema is not known here",
                &pair.item.bytes,
                &format!("this version reads `schema = {SCHEMA}`"),
            );
        }
    }

    fn unknown_table(&mut self, pair: &Pair) {
        let ids = controls::REGISTRY.iter().map(|entry| entry.meta.id);
        let groups = ids
            .filter_map(|id| id.split_once('.'))
            .map(|(group, _)| group);
        let known = [
            "schema",
            "baseline",
            "parameters",
            "targets",
            "severity",
            "waivers",
        ];
        let mut known: Vec<&str> = known.into_iter().chain(groups).collect();
        known.dedup();
        let message = format!("there is no table `{}` in a baseline", pair.key);
        let help = suggest::help(&pair.key, known);
        self.reader()
            .wrong("unknown-table", message, &pair.key_bytes, &help);
    }

    fn head(&mut self, pair: Pair) {
        let origin = self.origin(&pair);
        let Value::Table(pairs) = pair.item.value else {
            self.reader()
                .mistyped::<()>("baseline", "a table", &pair.item, "");
            return;
        };
        let mut rest = Vec::new();
        for pair in pairs {
            match pair.key.as_str() {
                "name" => self.layer.head.name = self.name(&pair),
                "version" => self.layer.head.version = self.plain("baseline.version", &pair),
                "owner" => self.layer.head.owner = self.plain("baseline.owner", &pair),
                "description" => {
                    self.layer.head.description = self.plain("baseline.description", &pair);
                }
                "extends" => self.extends(&pair),
                "max-waiver-days" => {
                    let origin = self.origin(&pair);
                    let days =
                        self.reader()
                            .number("baseline.max-waiver-days", &pair.item, 1, 36_500);
                    self.layer.max_waiver_days = days.map(|days| (days, origin));
                }
                _ => rest.push(pair),
            }
        }
        if self.layer.head.name.is_empty()
            && !self
                .problems
                .iter()
                .any(|problem| problem.code == "baseline::bad-name")
        {
            self.missing_name(&origin);
        }
        self.tables("baseline", rest, &HEAD);
    }

    /// A name that can be a part of file names and of the names of AWS objects.
    fn name(&mut self, pair: &Pair) -> String {
        let name = self.plain("baseline.name", pair);
        if !name.is_empty() && !is_name(&name) {
            self.reader().wrong(
                "bad-name",
                "the name of a baseline becomes a part of file names",
                &pair.item.bytes,
                "use letters, digits, `-`, `_` and `.`, and begin with a letter or digit",
            );
        }
        name
    }

    /// A text in which nothing is replaced.
    pub(super) fn plain(&mut self, key: &str, pair: &Pair) -> String {
        if let Value::Text(text) = &pair.item.value {
            return text.clone();
        }
        let help = if matches!(pair.item.value, Value::Number(_) | Value::Other(_)) {
            "write it in quotes"
        } else {
            ""
        };
        self.reader()
            .mistyped::<()>(key, "a string", &pair.item, help);
        String::new()
    }

    fn extends(&mut self, pair: &Pair) {
        for item in pair.item.elements() {
            if let Value::Text(path) = &item.value {
                let origin = self.layer.source.origin(&item.bytes);
                self.layer.extends.push((path.clone(), origin));
            } else {
                let help = "name files, or baselines of ours as `builtin:recommended`";
                self.reader()
                    .mistyped::<()>("baseline.extends", "a list of strings", item, help);
            }
        }
    }

    fn waivers(&mut self, pair: Pair) {
        if let Value::List(items) = pair.item.value {
            self.layer.waivers = items;
        } else {
            let help = "each waiver is written under `[[waivers]]`";
            self.reader()
                .mistyped::<()>("waivers", "a list of tables", &pair.item, help);
        }
    }

    fn group(&mut self, pair: Pair, known: &[&str]) {
        if let Value::Table(pairs) = pair.item.value {
            self.tables(&pair.key, pairs, known);
        } else {
            let help = format!("controls are tables, as `[{}.<control>]`", pair.key);
            self.reader()
                .mistyped::<()>(&pair.key, "a table of controls", &pair.item, &help);
        }
    }

    /// The tables of controls of one group; `known` are the other keys that the group's table has.
    fn tables(&mut self, group: &str, pairs: Vec<Pair>, known: &[&str]) {
        for pair in pairs {
            let id = format!("{group}.{}", pair.key);
            let Some(entry) = controls::find(&id) else {
                self.unknown_in_group(group, &pair, known);
                continue;
            };
            let origin = self.origin(&pair);
            if entry.meta.id != id {
                let message = format!("`{id}` is now called `{}`", entry.meta.id);
                self.problems.push(
                    Problem::new("renamed-control", message)
                        .at(origin.clone(), "")
                        .warning(),
                );
            }
            let Value::Table(settings) = pair.item.value else {
                let help = format!("write its settings under `[{id}]`");
                self.reader()
                    .mistyped::<()>(&id, "a table of settings", &pair.item, &help);
                continue;
            };
            self.layer.controls.push(ControlTable {
                entry,
                origin,
                settings: settings.into_iter().map(Setting::new).collect(),
            });
        }
    }

    fn unknown_in_group(&mut self, group: &str, pair: &Pair, known: &[&str]) {
        if !matches!(pair.item.value, Value::Table(_) | Value::List(_)) {
            if known.is_empty() {
                let message = format!("`{group}` has no key `{}`", pair.key);
                let help = format!("controls are tables, as `[{group}.<control>]`");
                self.reader()
                    .wrong("unknown-key", message, &pair.key_bytes, &help);
            } else {
                let keys = known.iter().copied();
                self.reader().unknown_key(group, pair, keys);
            }
            return;
        }
        let problem = unknown_control(&format!("{group}.{}", pair.key));
        self.problems
            .push(problem.at(self.layer.source.origin(&pair.bytes()), ""));
    }
}

/// The mistake of naming a control that does not exist; it has no place yet.
pub(super) fn unknown_control(id: &str) -> Problem {
    let ids = controls::REGISTRY.iter().map(|entry| entry.meta.id);
    Problem::new("unknown-control", format!("there is no control `{id}`"))
        .help(suggest::help(id, ids))
}

fn is_group(name: &str) -> bool {
    controls::REGISTRY.iter().any(|entry| {
        entry
            .meta
            .id
            .split_once('.')
            .is_some_and(|(group, _)| group == name)
    })
}

pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|char: char| char.is_ascii_alphanumeric())
        && name.len() <= 100
        && name
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.'))
}
