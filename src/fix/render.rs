//! Values as they are written into a file: in the notation of the members that are there, on as many lines as they.

use super::literal::yaml_text;
use serde_json::{Map, Value};

/// How members are written.
#[derive(Clone, Debug)]
pub(super) struct Notation {
    /// What stands between a key and its value.
    pub(super) between: String,
    /// Whether keys that are names stand without quotes.
    pub(super) bare: bool,
    /// Whether members on lines of their own end with commas.
    pub(super) commas: bool,
    /// How lines are laid out; `None` for one line.
    pub(super) lines: Option<Lines>,
}

/// How lines are laid out.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    /// The line break.
    pub(super) newline: String,
    /// What the line of a member begins with.
    pub(super) indent: String,
    /// What a level adds.
    pub(super) unit: String,
}

impl Notation {
    /// A member: its key and its value.
    pub(super) fn member(&self, key: &str, value: &Value) -> String {
        format!("{}{}{}", self.key(key), self.between, self.value(value, 0))
    }

    /// The key as it is written.
    pub(super) fn key(&self, key: &str) -> String {
        let is_name = key.chars().next().is_some_and(char::is_alphabetic)
            && key
                .chars()
                .all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'));
        if self.bare && is_name {
            key.to_owned()
        } else {
            Value::from(key).to_string()
        }
    }

    /// A value that stands `depth` levels below the members.
    pub(super) fn value(&self, value: &Value, depth: usize) -> String {
        match value {
            Value::Object(map) if !map.is_empty() => {
                let members: Vec<(String, String)> = map
                    .iter()
                    .map(|(key, value)| (self.key(key), self.value(value, depth + 1)))
                    .collect();
                self.within(('{', '}'), &self.columns(&members), depth)
            }
            Value::Array(list) if !list.is_empty() => {
                let items: Vec<String> = list
                    .iter()
                    .map(|item| self.value(item, depth + 1))
                    .collect();
                self.within(('[', ']'), &items, depth)
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => value.to_string(),
        }
    }

    /// Keys with their values. Terraform's equals signs stand in one column on consecutive lines.
    fn columns(&self, members: &[(String, String)]) -> Vec<String> {
        let aligns = self.lines.is_some() && self.between.contains('=');
        let is_short = |value: &str| aligns && !value.contains('\n');
        let mut written = Vec::with_capacity(members.len());
        for run in members.chunk_by(|(_, one), (_, next)| is_short(one) == is_short(next)) {
            let of_run = run.iter().filter(|(_, value)| is_short(value));
            let width = of_run.map(|(key, _)| key.len()).max().unwrap_or(0);
            let member =
                |(key, value): &(String, String)| format!("{key:width$}{}{value}", self.between);
            written.extend(run.iter().map(member));
        }
        written
    }

    fn within(&self, (open, close): (char, char), parts: &[String], depth: usize) -> String {
        let Some(lines) = &self.lines else {
            let space = if self.between.ends_with(' ') { " " } else { "" };
            return format!("{open}{}{close}", parts.join(&format!(",{space}")));
        };
        let at = |depth: usize| {
            format!(
                "{}{}{}",
                lines.newline,
                lines.indent,
                lines.unit.repeat(depth)
            )
        };
        // Items of lists are parted by commas in every language.
        let comma = if self.commas || open == '[' { "," } else { "" };
        let parts = parts.join(&format!("{comma}{}", at(depth + 1)));
        format!("{open}{}{parts}{}{close}", at(depth + 1), at(depth))
    }
}

/// A value in YAML's block style, as it follows the colon of its key.
pub(super) fn yaml_block(value: &Value, newline: &str, indent: &str) -> String {
    match value {
        Value::Object(map) if !map.is_empty() => {
            let deeper = format!("{indent}  ");
            format!("{newline}{deeper}{}", yaml_members(map, newline, &deeper))
        }
        Value::Array(list) if !list.is_empty() => {
            let deeper = format!("{indent}  ");
            let inner = format!("{deeper}  ");
            let items = list.iter().map(|item| match item {
                Value::Object(map) if !map.is_empty() => {
                    format!("{newline}{deeper}- {}", yaml_members(map, newline, &inner))
                }
                Value::Array(_) => format!("{newline}{deeper}- {item}"),
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Object(_) => format!("{newline}{deeper}- {}", yaml_text(item)),
            });
            items.collect()
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => format!(" {}", yaml_text(value)),
    }
}

fn yaml_members(map: &Map<String, Value>, newline: &str, indent: &str) -> String {
    let members = map.iter().map(|(key, value)| {
        let key = yaml_text(&Value::from(key.as_str()));
        format!("{key}:{}", yaml_block(value, newline, indent))
    });
    let members: Vec<String> = members.collect();
    members.join(&format!("{newline}{indent}"))
}
