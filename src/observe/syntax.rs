//! A text that is not in its format.

use crate::observed::Source;
use crate::observed::tree::{Span, Tree};

/// Why a text could not be read, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Syntax {
    /// What is wrong, for instance "expected a value, found `}`".
    pub message: String,
    /// First byte and one past the last byte in the file.
    pub bytes: (usize, usize),
    /// One-based line in the file.
    pub line: u32,
    /// One-based column in the file, in characters.
    pub column: u32,
}

impl Syntax {
    /// A mistake at these bytes of a source.
    pub(super) fn new(source: &Source, bytes: (usize, usize), message: impl Into<String>) -> Self {
        let (line, column) = source.position(bytes.0);
        Self {
            message: message.into(),
            bytes,
            line,
            column,
        }
    }

    /// A mistake at a span of a tree, which may lie in a decoded text.
    pub(super) fn within(tree: &Tree, span: Span, message: impl Into<String>) -> Self {
        Self::new(tree.source(), tree.bytes(span), message)
    }
}
