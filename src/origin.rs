//! A place in a baseline file. It has a module of its own because everything cites it: requirements,
//! artifacts' leaves, findings.

use std::sync::Arc;

/// A place in a baseline file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The file's path as it was given, or `builtin:NAME`.
    pub file: Arc<str>,
    /// One-based line.
    pub line: u32,
    /// One-based column, in characters.
    pub column: u32,
    /// Bytes in the file.
    pub bytes: (usize, usize),
}
