//! Where a value was seen: a range of a file's bytes, or a pointer into an API answer.

use super::source::Source;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Where a value was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The file's path as the user gave it; `None` for an API answer.
    pub file: Option<String>,
    /// The call that answered, such as `elasticmapreduce:DescribeCluster`; `None` for a file.
    pub api: Option<String>,
    /// JSON pointer in the document, or in the answer. It continues inside decoded strings.
    pub pointer: String,
    /// The pointer with the items of lists by their names instead of their numbers, where it leads through a list; see
    /// [`Self::path`].
    pub named: Option<Box<str>>,
    /// One-based line in the file.
    pub line: u32,
    /// One-based column in the file, in characters.
    pub column: u32,
    /// First byte and one past the last byte in the file.
    pub bytes: (usize, usize),
}

impl Place {
    /// Where in its document this is, whatever the order of the lists that lead there: a pointer that has `*` for items
    /// without a name, and nothing of the functions that chose between values.
    pub fn path(&self) -> &str {
        self.named.as_deref().unwrap_or(&self.pointer)
    }

    pub(crate) fn new(source: &Arc<Source>, start: usize, end: usize, pointer: String) -> Self {
        let (line, column) = source.position(start);
        if source.api {
            let rest = pointer.trim_start_matches('/');
            let (call, inner) = rest.split_once('/').unwrap_or((rest, ""));
            let pointer = if inner.is_empty() {
                String::new()
            } else {
                format!("/{inner}")
            };
            let api =
                Some(call.replace("~1", "/").replace("~0", "~")).filter(|call| !call.is_empty());
            return Self {
                file: None,
                api,
                pointer,
                named: None,
                line,
                column,
                bytes: (start, end),
            };
        }
        let (begin, file) = source.file_at(start);
        Self {
            file: Some(file.name.clone()),
            api: None,
            pointer,
            named: None,
            line,
            column,
            bytes: (start - begin, end.saturating_sub(begin)),
        }
    }
}
