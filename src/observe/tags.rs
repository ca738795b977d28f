//! Tags, in the forms that AWS writes them.

use crate::observed::{Node, Value};
use std::collections::BTreeMap;

/// The tags of a list of `{"Key", "Value"}`, or of a map. Those that are not known are left out.
pub(super) fn of(tags: Node<'_>) -> BTreeMap<String, String> {
    let pair = |key: Option<&str>, value: Node<'_>| {
        let value = match value.value() {
            Value::String(text) => text,
            // A tag's value may be left out.
            Value::Absent => "",
            Value::Unreadable(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Template
            | Value::List
            | Value::Map => return None,
        };
        Some((key?.to_owned(), value.to_owned()))
    };
    let listed = tags
        .items()
        .filter_map(|tag| pair(tag.get("Key").as_text(), tag.get("Value")));
    let mapped = tags
        .members()
        .filter_map(|(key, value)| pair(Some(key), value));
    listed.chain(mapped).collect()
}
