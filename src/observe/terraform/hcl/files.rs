//! The texts that a module is made of, one after the other, so that one number says where something is written.

use super::expr::At;
use crate::observed::Source;
use crate::observed::tree::{MAX_TEXT, clamp};
use std::sync::Arc;

/// What only the command line can do: read what a module names.
pub trait Library {
    /// The files of a module's folder that is called by a path: their names and texts, in a stable order.
    ///
    /// # Errors
    /// Why there is none, or why it may not be read.
    fn folder(&self, path: &str) -> Result<Vec<(String, Arc<str>)>, String>;

    /// A file that `file` or `templatefile` names.
    ///
    /// # Errors
    /// Why there is none, or why it may not be read.
    fn file(&self, path: &str) -> Result<Arc<str>, String>;
}

/// No files but those that are given.
#[derive(Clone, Copy, Debug)]
pub struct Nothing;

impl Library for Nothing {
    fn folder(&self, _: &str) -> Result<Vec<(String, Arc<str>)>, String> {
        Err("it is not among what is checked".to_owned())
    }

    fn file(&self, _: &str) -> Result<Arc<str>, String> {
        Err("it is not among what is checked".to_owned())
    }
}

/// The texts of a module and of what it calls.
#[derive(Debug, Default)]
pub(super) struct Files {
    sources: Vec<(u32, Arc<Source>)>,
    length: usize,
}

impl Files {
    /// Adds a text and gives the offset of its first byte; `None` when it is all too much.
    pub(super) fn add(&mut self, name: &str, text: Arc<str>) -> Option<u32> {
        if self.length + text.len() > MAX_TEXT {
            return None;
        }
        let base = clamp(self.length);
        self.length += text.len();
        self.sources.push((base, Arc::new(Source::new(name, text))));
        Some(base)
    }

    /// The source of an offset, and where it begins.
    pub(super) fn source(&self, offset: u32) -> Option<(u32, &Arc<Source>)> {
        let after = self.sources.partition_point(|(base, _)| *base <= offset);
        let (base, source) = self.sources.get(after.checked_sub(1)?)?;
        Some((*base, source))
    }

    /// What is written somewhere.
    pub(super) fn written(&self, at: At) -> &str {
        let Some((base, source)) = self.source(at.start) else {
            return "";
        };
        let range = (at.start - base) as usize..(at.end.max(at.start) - base) as usize;
        source.text().get(range).unwrap_or_default()
    }

    /// Whether any of the texts passes a test.
    pub(super) fn mention(&self, test: impl Fn(&str) -> bool) -> bool {
        self.sources.iter().any(|(_, source)| test(source.text()))
    }

    /// All of it as one source.
    pub(super) fn joined(&self, name: &str) -> Source {
        let sources = self.sources.iter().map(|(_, source)| Arc::clone(source));
        Source::joined(name, sources.collect())
    }
}
