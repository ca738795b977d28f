//! What a file declares beside its controls: parameters, targets, severities.

use super::binding::BUILT_IN;
use super::layer::{Parameter, Walk, is_name, unknown_control};
use super::suggest;
use super::value::{Item, Pair, Value};
use crate::control::Severity;
use crate::control::settings::{Domain, TextType};
use crate::controls;
use std::sync::Arc;

const SEVERITIES: &[&str] = &["critical", "high", "medium", "low", "info"];

impl Walk<'_> {
    pub(super) fn parameters(&mut self, pair: &Pair) {
        let Value::Table(pairs) = &pair.item.value else {
            self.reader()
                .mistyped::<()>("parameters", "a table", &pair.item, "");
            return;
        };
        for pair in pairs {
            if BUILT_IN.contains(&pair.key.as_str()) {
                let message = format!(
                    "`{}` cannot be a parameter: every target binds it",
                    pair.key
                );
                self.reader().wrong(
                    "reserved-parameter",
                    message,
                    &pair.key_bytes,
                    "give it another name",
                );
                continue;
            }
            if let Some((kind, list)) = self.parameter(pair) {
                let default = default_of(pair).map(|item| (Arc::clone(&self.layer.source), item));
                let parameter = Parameter {
                    kind,
                    list,
                    default,
                    origin: self.origin(pair),
                };
                self.layer.parameters.insert(pair.key.clone(), parameter);
            }
        }
    }

    fn parameter(&mut self, pair: &Pair) -> Option<(TextType, bool)> {
        let key = format!("parameters.{}", pair.key);
        let Value::Table(pairs) = &pair.item.value else {
            let help = format!("write `{} = {{ type = \"kms-key\" }}`", pair.key);
            return self.reader().mistyped(&key, "a table", &pair.item, &help);
        };
        let mut kind = None;
        for pair in pairs {
            match pair.key.as_str() {
                "type" => kind = Some(self.kind(&key, pair)),
                "description" => drop(self.plain(&key, pair)),
                // Held to the type when all layers are known.
                "default" => {}
                _ => self
                    .reader()
                    .unknown_key(&key, pair, ["type", "description", "default"]),
            }
        }
        if kind.is_none() {
            let message = format!("`{key}` lacks `type`");
            self.reader().wrong(
                "missing-key",
                message,
                &pair.bytes(),
                "say what it stands for, as `type = \"kms-key\"`",
            );
        }
        kind.flatten()
    }

    fn kind(&mut self, key: &str, pair: &Pair) -> Option<(TextType, bool)> {
        let name = self.plain(&format!("{key}.type"), pair);
        let (list, word) = name
            .strip_prefix("list of ")
            .map_or((false, name.as_str()), |word| (true, word));
        let found = TextType::ALL.into_iter().find(|kind| kind.name() == word);
        if found.is_none() && !name.is_empty() {
            let message = format!("`{name}` is no type of parameter");
            let help = suggest::help(word, TextType::ALL.iter().map(|kind| kind.name()));
            self.reader()
                .wrong("unknown-type", message, &pair.item.bytes, &help);
        }
        found.map(|kind| (kind, list))
    }

    pub(super) fn targets(&mut self, pair: Pair) {
        let Value::Table(pairs) = pair.item.value else {
            let help = "write each target under `[targets.<name>]`";
            self.reader()
                .mistyped::<()>("targets", "a table of targets", &pair.item, help);
            return;
        };
        for pair in pairs {
            let key = format!("targets.{}", pair.key);
            if !is_name(&pair.key) {
                let help =
                    "use letters, digits, `-`, `_` and `.`, and begin with a letter or digit";
                self.reader().wrong(
                    "bad-name",
                    "the name of a target becomes a folder",
                    &pair.key_bytes,
                    help,
                );
            } else if matches!(pair.item.value, Value::Table(_)) {
                self.layer.targets.insert(pair.key.clone(), pair);
            } else {
                self.reader()
                    .mistyped::<()>(&key, "a table", &pair.item, "");
            }
        }
    }

    pub(super) fn severities(&mut self, pair: &Pair) {
        let Value::Table(pairs) = &pair.item.value else {
            self.reader()
                .mistyped::<()>("severity", "a table", &pair.item, "");
            return;
        };
        for pair in pairs {
            let Some(entry) = controls::find(&pair.key) else {
                if matches!(pair.item.value, Value::Table(_)) {
                    let help = "a control's id has a dot: write it in quotes, as `\"emr.kerberos\" = \"low\"`";
                    self.reader().wrong(
                        "unquoted-control",
                        format!("`{}` is no control", pair.key),
                        &pair.bytes(),
                        help,
                    );
                } else {
                    let problem = unknown_control(&pair.key);
                    self.problems
                        .push(problem.at(self.layer.source.origin(&pair.key_bytes), ""));
                }
                continue;
            };
            let key = format!("severity.{}", pair.key);
            let word = self
                .reader()
                .text(&key, Domain::Words(SEVERITIES), &pair.item);
            let severity = word.and_then(|word| Severity::of_name(word.as_literal()?));
            if let Some(severity) = severity {
                let origin = self.origin(pair);
                self.layer
                    .severities
                    .insert(entry.meta.id, (severity, origin));
            }
        }
    }
}

/// The default of a parameter.
fn default_of(parameter: &Pair) -> Option<Item> {
    let Value::Table(pairs) = &parameter.item.value else {
        return None;
    };
    let default = pairs.iter().find(|pair| pair.key == "default");
    default.map(|pair| pair.item.clone())
}
