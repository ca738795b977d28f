//! What a tree was read from: a file, or the answer of an API call, and where its lines begin.

use super::tree::clamp;
use std::sync::{Arc, OnceLock};

/// A file, or the answer of an API call.
#[derive(Debug)]
pub struct Source {
    /// The path as the user gave it, or a name such as `snapshot.jsonl`.
    pub name: String,
    /// True when the tree holds answers of API calls: places then name the call instead of a file.
    pub api: bool,
    text: Arc<str>,
    first_line: u32,
    lines: OnceLock<Vec<u32>>,
}

impl Source {
    /// A source of this name and text.
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            api: false,
            text: text.into(),
            first_line: 1,
            lines: OnceLock::new(),
        }
    }

    /// A source whose places name API calls.
    pub fn answers(name: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        Self {
            api: true,
            ..Self::new(name, text)
        }
    }

    /// The same source, its first line counted as `line` (a record of a longer file).
    #[must_use]
    pub fn starting_at(mut self, line: u32) -> Self {
        self.first_line = line;
        self
    }

    /// The whole text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// One-based line and column (in characters) of a byte offset.
    pub fn position(&self, offset: usize) -> (u32, u32) {
        let lines = self.lines.get_or_init(|| {
            let starts = memchr::memchr_iter(b'\n', self.text.as_bytes()).map(|at| at + 1);
            std::iter::once(0).chain(starts).map(clamp).collect()
        });
        let offset = offset.min(self.text.len());
        let line = lines
            .partition_point(|start| *start as usize <= offset)
            .saturating_sub(1);
        let start = lines.get(line).copied().unwrap_or(0) as usize;
        let column = self
            .text
            .get(start..offset)
            .map_or(0, |before| before.chars().count());
        (self.first_line + clamp(line), clamp(column) + 1)
    }
}
