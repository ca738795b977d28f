//! The files a baseline is read from, kept so that every later message can show the line that asks for it.

use crate::origin::Origin;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// One file of a baseline.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    name: Arc<str>,
    text: Arc<str>,
    /// The byte at which each line begins.
    lines: Vec<usize>,
    /// Ranges that hold secrets: they are never shown.
    secrets: Vec<Range<usize>>,
}

impl Source {
    /// A file by its name, which is a path as it was given or `builtin:NAME`.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0)
            .chain(breaks.map(|(at, _)| at + 1))
            .collect();
        Self {
            name: name.into(),
            text,
            lines,
            secrets: Vec::new(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place of these bytes.
    pub fn origin(&self, bytes: Range<usize>) -> Origin {
        let index = self.line_of(bytes.start);
        let begin = self.lines.get(index).copied().unwrap_or_default();
        let before = self.text.get(begin..bytes.start).unwrap_or_default();
        Origin {
            file: Arc::clone(&self.name),
            line: u32::try_from(index + 1).unwrap_or(u32::MAX),
            column: u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX),
            bytes: (bytes.start, bytes.end),
        }
    }

    /// The zero-based line that holds this byte.
    fn line_of(&self, byte: usize) -> usize {
        self.lines
            .partition_point(|begin| *begin <= byte)
            .saturating_sub(1)
    }
}

/// The files of a baseline, by name.
#[derive(Clone, Debug, Default)]
pub struct Sources(BTreeMap<Arc<str>, Arc<Source>>);

impl Sources {
    /// Adds a file.
    pub fn add(&mut self, source: Arc<Source>) {
        self.0.insert(Arc::clone(&source.name), source);
    }

    /// The file of this name.
    pub fn get(&self, name: &str) -> Option<&Arc<Source>> {
        self.0.get(name)
    }

    /// Every file, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Source>> {
        self.0.values()
    }
}
