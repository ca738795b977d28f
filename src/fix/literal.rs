//! Scalars as they are written: one in the place of another, in the same quotes.

use super::Language;
use crate::observe::yaml;
use crate::observed::{self, Source};
use serde_json::Value;
use std::sync::Arc;

/// What `slice` becomes, which was read as `was`, when `new` is to stand there. `None` when it is not that plain
/// scalar.
pub(super) fn replacement(
    language: Language,
    slice: &str,
    was: &Value,
    new: &Value,
) -> Option<String> {
    if slice.contains("${") || slice.contains("%{") {
        return None;
    }
    if json_scalar(slice).as_ref() == Some(was) {
        return Some(new.to_string());
    }
    if language == Language::Yaml && yaml_scalar(slice).as_ref() == Some(was) {
        return Some(match (slice.chars().next(), new) {
            (Some('\''), Value::String(new)) => format!("'{}'", new.replace('\'', "''")),
            (Some('"' | '\''), _) => new.to_string(),
            // Plain words are texts only where the others are.
            (_, Value::String(_)) if !was.is_string() => new.to_string(),
            _ => yaml_text(new),
        });
    }
    // A scalar of a document that stands in a text, which escapes its quotes.
    let inner = unescaped(slice)?;
    (json_scalar(&inner).as_ref() == Some(was)).then(|| escaped(&new.to_string()))
}

fn json_scalar(text: &str) -> Option<Value> {
    let value: Value = serde_json::from_str(text).ok()?;
    (text.trim() == text && !value.is_object() && !value.is_array()).then_some(value)
}

/// A scalar of one line, as YAML reads it.
fn yaml_scalar(text: &str) -> Option<Value> {
    if text.contains('\n') || text.starts_with(['&', '*', '!', '|', '>', '{', '[', '#']) {
        return None;
    }
    let tree = yaml::read(Arc::new(Source::new("", text))).ok()?;
    match tree.root().value() {
        observed::Value::Bool(value) => Some(value.into()),
        observed::Value::Number(number) => serde_json::from_str(number).ok(),
        observed::Value::String(text) => Some(text.into()),
        observed::Value::Absent
        | observed::Value::Unreadable(_)
        | observed::Value::Null
        | observed::Value::Template
        | observed::Value::List
        | observed::Value::Map => None,
    }
}

/// A scalar as YAML has it: without quotes where that is safe.
pub(super) fn yaml_text(value: &Value) -> String {
    if let Value::String(text) = value
        && is_plain(text)
    {
        return text.clone();
    }
    value.to_string()
}

/// Whether a text means itself without quotes.
fn is_plain(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(char::is_alphanumeric)
        && text.is_ascii()
        && !text.ends_with(':')
        && characters.all(|letter| letter.is_ascii_alphanumeric() || "_./:-+=@".contains(letter))
        && yaml_scalar(text) == Some(text.into())
}

/// A text as it stands in a string, without the quotes.
pub(super) fn escaped(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    let inner = quoted.get(1..quoted.len().saturating_sub(1));
    inner.unwrap_or_default().to_owned()
}

/// What the content of a string means, when it is written as [`escaped`] writes it.
pub(super) fn unescaped(slice: &str) -> Option<String> {
    let inner: String = serde_json::from_str(&format!("\"{slice}\"")).ok()?;
    (inner != slice && escaped(&inner) == slice).then_some(inner)
}
