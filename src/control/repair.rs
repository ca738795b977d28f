//! What would mend a condition: a value that the baseline determines, and where in a file it is to stand.
//!
//! A repair is a proposal. Whoever carries it out reads the file again, takes only what stands there as it was read,
//! and judges the result before it counts.

use super::verdict::Condition;
use crate::observed::{Node, Value};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// A change to one place of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Repair {
    /// The file, as places name it.
    pub file: String,
    /// The bytes of the value, or of the container that lacks it.
    pub bytes: (usize, usize),
    /// What is changed there.
    pub change: Change,
    /// The new value, as JSON text.
    pub value: String,
}

/// What a [`Repair`] changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Change {
    /// The scalar that was read, as JSON text, becomes the new value.
    Replace(String),
    /// The container gets a member of this name.
    Insert(String),
}

impl Repair {
    /// Puts a value where this node stands, or is missing. `None` where nothing that stands in a file can be changed:
    /// answers of calls, what is not known, lists and objects.
    pub fn at(node: Node<'_>, value: &Json) -> Option<Self> {
        let change = match node.value() {
            Value::Absent => {
                Change::Insert(node.missing_key().filter(|key| !key.is_empty())?.to_owned())
            }
            Value::Null => Change::Replace(Json::Null.to_string()),
            Value::Bool(was) => Change::Replace(Json::from(was).to_string()),
            Value::Number(was) => Change::Replace(was.to_owned()),
            Value::String(was) => Change::Replace(Json::from(was).to_string()),
            Value::Unreadable(_) | Value::Template | Value::List | Value::Map => return None,
        };
        let (file, bytes) = node.written()?;
        Some(Self {
            file: file.to_owned(),
            bytes,
            change,
            value: value.to_string(),
        })
    }
}

impl Condition {
    /// The baseline determines what is to stand at `node`: this value.
    pub fn mended_by(&mut self, node: Node<'_>, value: impl Into<Json>) -> &mut Self {
        self.repairs = Repair::at(node, &value.into()).map(|repair| vec![repair]);
        self
    }

    /// As [`Self::mended_by`], of a value that was looked for under `name`: a section that is missing above it is
    /// more than this value.
    pub fn mended_as(
        &mut self,
        node: Node<'_>,
        name: &str,
        value: Option<impl Into<Json>>,
    ) -> &mut Self {
        let last = name.rsplit(['.', '/']).next().unwrap_or(name);
        if let Some(value) = value
            && node.missing_key().is_none_or(|key| key == last)
        {
            self.mended_by(node, value);
        }
        self
    }

    /// It goes away with the other conditions of the same evaluation.
    pub fn mended_with_others(&mut self) -> &mut Self {
        self.repairs = Some(Vec::new());
        self
    }
}

/// The repairs of all these conditions, each once; nothing when one of them has none, because mending the others
/// would not mend the finding.
pub fn of_all<'c>(conditions: impl IntoIterator<Item = &'c Condition>) -> Vec<Repair> {
    let mut all: Vec<Repair> = Vec::new();
    for condition in conditions {
        let Some(repairs) = &condition.repairs else {
            return Vec::new();
        };
        for repair in repairs {
            if !all.contains(repair) {
                all.push(repair.clone());
            }
        }
    }
    all
}
