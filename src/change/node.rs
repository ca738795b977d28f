//! Observed values as JSON, to be sent back as they came.

use crate::observed::{Node, Value as Seen};
use serde_json::{Map, Value};

/// The value as JSON; `None` when anything in it is not known.
pub(super) fn json(node: Node<'_>) -> Option<Value> {
    Some(match node.value() {
        Seen::Absent | Seen::Unreadable(_) | Seen::Template => return None,
        Seen::Null => Value::Null,
        Seen::Bool(value) => Value::Bool(value),
        Seen::Number(text) => serde_json::from_str(text).ok()?,
        Seen::String(text) => Value::String(text.to_owned()),
        Seen::List => Value::Array(node.items().map(json).collect::<Option<_>>()?),
        Seen::Map => {
            if node.open().is_some() {
                return None;
            }
            let mut map = Map::new();
            for (key, value) in node.members() {
                map.insert(key.to_owned(), json(value)?);
            }
            Value::Object(map)
        }
    })
}

/// A time as AWS's JSON has it (seconds since 1970) or as it is written, for people.
pub(super) fn time(node: Node<'_>) -> Option<String> {
    match node.value() {
        Seen::String(text) => Some(text.to_owned()),
        Seen::Number(text) => {
            let seconds = text.split('.').next().unwrap_or_default();
            let seconds: i64 = seconds.parse().ok()?;
            let time = jiff::Timestamp::from_second(seconds).ok()?;
            Some(time.to_string())
        }
        Seen::Absent
        | Seen::Unreadable(_)
        | Seen::Template
        | Seen::Null
        | Seen::Bool(_)
        | Seen::List
        | Seen::Map => None,
    }
}
