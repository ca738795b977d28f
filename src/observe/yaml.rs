//! YAML as CloudFormation reads it, with the place of every value and key.
//!
//! Scalars without quotes are typed by the rules of YAML 1.1 (see `scalar.rs`); the short forms of
//! CloudFormation's functions become their long forms, so that `!Sub x` and `Fn::Sub: x` are one thing to
//! all who come after. What YAML can say and CloudFormation does not read (merge keys, other tags, keys
//! that are not strings) is left unknown rather than guessed.

mod reader;
mod scalar;
mod tag;

use self::reader::{Reader, span_of};
use super::Syntax;
use super::json::TOO_LONG;
use crate::observed::Source;
use crate::observed::tree::{Kind, MAX_TEXT, Tree};
use granit_parser::{Event, Parser};
use std::sync::Arc;

/// How many documents a file may hold.
const MAX_DOCUMENTS: usize = 100;

/// Reads a file that holds one document. An empty file is `null`; a second document is a mistake, because
/// CloudFormation would not read it and a gate that skips it did not judge the file.
#[expect(
    clippy::needless_pass_by_value,
    reason = "every reader has the same signature"
)]
pub fn read(source: Arc<Source>) -> Result<Tree, Syntax> {
    let text = Arc::clone(source.text());
    only(documents(&source, &text, 1)?, &source)
}

/// Reads a file that holds one document, as if `masked` were written in it. The mask has each byte where the file has
/// it; where it holds the file's own text, values have that.
pub(super) fn read_masked(source: &Arc<Source>, masked: &str) -> Result<Tree, Syntax> {
    only(documents(source, masked, 1)?, source)
}

fn only(mut trees: Vec<Tree>, source: &Arc<Source>) -> Result<Tree, Syntax> {
    trees
        .pop()
        .ok_or_else(|| Syntax::new(source, (0, 0), "the file holds no document"))
}

/// Reads every document of a file: at least one.
pub fn read_all(source: &Arc<Source>) -> Result<Vec<Tree>, Syntax> {
    documents(source, source.text(), MAX_DOCUMENTS)
}

fn documents(source: &Arc<Source>, text: &str, limit: usize) -> Result<Vec<Tree>, Syntax> {
    if text.len() > MAX_TEXT {
        return Err(Syntax::new(source, (0, 0), TOO_LONG));
    }
    let mut trees = Vec::new();
    let mut reader = None;
    for next in Parser::new_from_str(text) {
        let (event, span) = next.map_err(|error| {
            let at = error.marker().byte_offset().unwrap_or(text.len());
            Syntax::new(source, (at, at), error.info())
        })?;
        let range = span.byte_range().unwrap_or_default();
        if matches!(event, Event::DocumentStart(..)) {
            if trees.len() == limit {
                return Err(Syntax::new(
                    source,
                    (range.start, range.end),
                    too_many(limit),
                ));
            }
            reader = Some(Reader::new(Tree::new(Arc::clone(source)), text));
        } else if event == Event::DocumentEnd {
            trees.extend(reader.take().map(|reader| reader.tree));
        } else if let Some(reader) = &mut reader {
            let tag_range = span.tag_span().and_then(|span| span.byte_range());
            reader
                .event(event, range, tag_range)
                .map_err(|mistake| Syntax::new(source, mistake.bytes, mistake.message))?;
        }
    }
    if trees.is_empty() {
        let mut tree = Tree::new(Arc::clone(source));
        let null = tree.push(Kind::Null, span_of(&(0..0)));
        tree.set_root(null);
        trees.push(tree);
    }
    Ok(trees)
}

fn too_many(limit: usize) -> String {
    if limit == 1 {
        "the file holds more than one YAML document".to_owned()
    } else {
        format!("the file holds more than {limit} YAML documents")
    }
}

#[cfg(test)]
mod tests;
