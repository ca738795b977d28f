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
    /// By what it is known again besides the pointer, where there is more.
    pub marks: Option<Box<Marks>>,
    /// One-based line in the file.
    pub line: u32,
    /// One-based column in the file, in characters.
    pub column: u32,
    /// First byte and one past the last byte in the file.
    pub bytes: (usize, usize),
}

/// By what a place is known again, whatever the order of lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Marks {
    /// The pointer with the items of lists by their names instead of their numbers, where it leads through a list; see
    /// [`Place::path`].
    pub named: Option<String>,
    /// What the statement of a policy, or the entry of a list of permissions, that stands here lets whom do: more of it is
    /// worse. Nothing for anything else.
    pub extent: Vec<String>,
}

impl Marks {
    /// About what holding them takes.
    pub fn weight(&self) -> usize {
        let extent = self.extent.iter().map(|one| size_of_val(one) + one.len());
        size_of_val(self) + self.named.as_ref().map_or(0, String::len) + extent.sum::<usize>()
    }
}

impl Place {
    /// Where in its document this is, whatever the order of the lists that lead there: a pointer that has `*` for items
    /// without a name, and nothing of the functions that chose between values.
    pub fn path(&self) -> &str {
        let named = self.marks.as_ref().and_then(|marks| marks.named.as_deref());
        named.unwrap_or(&self.pointer)
    }

    /// See [`Marks::extent`].
    pub fn extent(&self) -> &[String] {
        self.marks.as_ref().map_or(&[], |marks| &marks.extent)
    }

    /// The same place, with what else it is known by.
    #[must_use]
    pub(super) fn known_by(mut self, named: Option<String>, extent: Vec<String>) -> Self {
        if named.is_some() || !extent.is_empty() {
            self.marks = Some(Box::new(Marks { named, extent }));
        }
        self
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
                marks: None,
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
            marks: None,
            line,
            column,
            bytes: (start - begin, end.saturating_sub(begin)),
        }
    }
}
