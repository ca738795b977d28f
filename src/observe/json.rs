//! JSON, strictly (RFC 8259), with the place of every value and key.
//!
//! One parser reads files and the JSON that stands inside strings. The latter may have holes, where a
//! template puts in what is not known: see [`decode::json_in`](super::decode::json_in). Strings without
//! escapes are references into the source; nothing else is allocated per value.
//!
//! Stricter than some readers, never laxer: a byte order mark is accepted, but unpaired surrogates, control
//! characters in strings, comments and trailing commas are mistakes. A key written twice is unreadable.

mod holes;
mod string;

use super::Syntax;
use super::duplicates::{self, Member};
use crate::observed::Source;
use crate::observed::tree::{Kind, MAX_TEXT, NodeId, Span, TextRef, Tree, clamp};
pub(super) use holes::{HOLE, Hole};
use std::sync::Arc;
pub(super) use string::escape_at;

/// How deep containers may be nested: AWS's documents need about ten.
pub(super) const MAX_DEPTH: u32 = 256;

/// Reads a JSON document.
pub fn read(source: Arc<Source>) -> Result<Tree, Syntax> {
    let text = Arc::clone(source.text());
    if text.len() > MAX_TEXT {
        return Err(Syntax::new(&source, (0, 0), TOO_LONG));
    }
    let mut tree = Tree::new(source);
    let base = tree.source_text(0, text.len());
    let input = Input {
        text: &text,
        base,
        layer: 0,
        holes: &[],
    };
    match parse(&mut tree, input) {
        Ok(root) => tree.set_root(root),
        Err(fault) => return Err(Syntax::within(&tree, fault.span, fault.message)),
    }
    Ok(tree)
}

/// What is said of a text over [`MAX_TEXT`].
pub(super) const TOO_LONG: &str = "text is longer than 1 GiB";

/// A text to parse: the source, or one decoded out of a string of the tree.
#[derive(Clone, Copy, Debug)]
pub(super) struct Input<'s> {
    /// The text.
    pub(super) text: &'s str,
    /// The same text as the tree knows it.
    pub(super) base: TextRef,
    /// The layer whose offsets count in the text.
    pub(super) layer: u32,
    /// Where it has holes, in order. Each hole is one [`HOLE`] in the text.
    pub(super) holes: &'s [Hole],
}

/// Why the text is not JSON.
#[derive(Debug)]
pub(super) struct Fault {
    /// Where, in the layer of the text.
    pub(super) span: Span,
    /// What is wrong.
    pub(super) message: String,
    /// The reason of the hole that the mistake may come from, as an index into the tree's reasons. With the hole
    /// filled, the text may well be JSON.
    pub(super) hole: Option<u32>,
}

/// Parses a whole text into values of `tree`; the root value has no parent yet.
pub(super) fn parse(tree: &mut Tree, input: Input<'_>) -> Result<NodeId, Fault> {
    let mut parser = Parser {
        input,
        bytes: input.text.as_bytes(),
        at: if input.text.starts_with('\u{feff}') {
            3
        } else {
            0
        },
        tree,
        depth: 0,
        // Enough for most documents: a snapshot has very many small ones.
        members: Vec::with_capacity(64),
        prints: Vec::with_capacity(64),
        spare: Vec::new(),
        items: Vec::with_capacity(32),
        decoded: String::new(),
        filled: None,
        doubt: None,
    };
    let root = parser.value()?;
    parser.blank();
    if parser.at < parser.bytes.len() {
        return Err(parser.expected("the end of the text"));
    }
    Ok(root)
}

/// The parser's state: a position, and stacks shared by all containers that are open.
struct Parser<'s, 't> {
    input: Input<'s>,
    bytes: &'s [u8],
    at: usize,
    tree: &'t mut Tree,
    depth: u32,
    members: Vec<Member>,
    /// Fingerprints of the keys of `members`.
    prints: Vec<u64>,
    spare: Vec<u64>,
    items: Vec<NodeId>,
    decoded: String,
    /// The hole that was read as a bare value last: where it ends, and its reason.
    filled: Option<(usize, u32)>,
    /// The first hole that may stand for members, items or punctuation: what follows may be read wrongly.
    doubt: Option<u32>,
}

type Parsed<T> = Result<T, Fault>;

impl Parser<'_, '_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span {
            layer: self.input.layer,
            start: clamp(start),
            end: clamp(end),
        }
    }

    /// Skips white space.
    fn blank(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
            // Indentation: eight blanks at a time.
            while self.bytes.get(self.at..).and_then(<[u8]>::first_chunk) == Some(&[b' '; 8]) {
                self.at += 8;
            }
        }
    }

    fn value(&mut self) -> Parsed<NodeId> {
        self.blank();
        match self.peek() {
            Some(b'"') => self.string(),
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::list),
            Some(b't') => self.word("true", Kind::Bool(true)),
            Some(b'f') => self.word("false", Kind::Bool(false)),
            Some(b'n') => self.word("null", Kind::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.bare_hole(),
        }
    }

    fn nested(&mut self, read: impl Fn(&mut Self) -> Parsed<NodeId>) -> Parsed<NodeId> {
        if self.depth == MAX_DEPTH {
            return Err(self.fault(self.at, format!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn word(&mut self, word: &str, kind: Kind) -> Parsed<NodeId> {
        let start = self.at;
        let end = start + word.len();
        if self.bytes.get(start..end) != Some(word.as_bytes()) {
            return self.bare_hole();
        }
        self.at = end;
        self.bare(start, kind)
    }

    fn number(&mut self) -> Parsed<NodeId> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
            if matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(self.fault(start, "a number must not start with `0`"));
            }
        } else {
            self.digits(start)?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits(start)?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits(start)?;
        }
        let text = self.input.base.part(start, self.at);
        self.bare(start, Kind::Number(text))
    }

    /// One digit or more of the number that started at `start`.
    fn digits(&mut self, start: usize) -> Parsed<()> {
        let first = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at > first || self.hole_at(self.at).is_some() {
            return Ok(());
        }
        Err(self.fault(start, "a number is not complete"))
    }

    /// The value of a bare word, unless a hole makes another word of it.
    fn bare(&mut self, start: usize, kind: Kind) -> Parsed<NodeId> {
        if self.hole_at(self.at).is_some() {
            self.at = start;
            return self.bare_hole();
        }
        let span = self.span(start, self.at);
        Ok(self.tree.push(kind, span))
    }

    fn list(&mut self) -> Parsed<NodeId> {
        let start = self.at;
        let first = self.items.len();
        let mut unclear = None;
        self.at += 1;
        self.blank();
        while self.peek() != Some(b']') || self.items.len() > first {
            let item = self.value()?;
            self.items.push(item);
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => {
                    unclear = Some(self.gap("`,` or `]`")?);
                    if self.peek() == Some(b']') {
                        break;
                    }
                }
            }
        }
        self.at += 1;
        let span = self.span(start, self.at);
        let items = self.items.get(first..).unwrap_or_default();
        // How many items a hole between items stands for is not known, and a list cannot be open.
        let list = match unclear {
            Some(reason) => self.tree.push(Kind::Unreadable(reason), span),
            None => self.tree.push_list(items, span),
        };
        self.items.truncate(first);
        Ok(list)
    }

    fn object(&mut self) -> Parsed<NodeId> {
        let start = self.at;
        let first = self.members.len();
        let mut open = None;
        self.at += 1;
        self.blank();
        let mut after_comma = false;
        while self.peek() != Some(b'}') || after_comma {
            if let Some(reason) = self.member()? {
                open = Some(reason);
            }
            self.blank();
            after_comma = self.peek() == Some(b',');
            if after_comma {
                self.at += 1;
                self.blank();
            } else if self.peek() != Some(b'}') {
                open = Some(self.gap("`,` or `}`")?);
                after_comma = false;
            }
        }
        self.at += 1;
        let prints = self.prints.get(first..).unwrap_or_default();
        if duplicates::collide(prints, &mut self.spare) {
            duplicates::merge(self.tree, &mut self.members, first);
        }
        let span = self.span(start, self.at);
        let members = self.members.get(first..).unwrap_or_default();
        let map = self.tree.push_map_open(members, span, open);
        self.members.truncate(first);
        self.prints.truncate(first);
        Ok(map)
    }

    /// A key, its colon and its value. Gives a reason when the key is not known.
    fn member(&mut self) -> Parsed<Option<u32>> {
        if self.peek() != Some(b'"') {
            return self.hole_member();
        }
        let key = self.quoted()?;
        let hole = self.holes_within(key.start, key.end).first().copied();
        let text = match hole {
            Some(_) => None,
            None => Some(self.text_of(key)?),
        };
        let key_span = self.span(key.start - 1, key.end + 1);
        let value = self.member_value()?;
        if let Some(text) = text {
            self.prints
                .push(duplicates::fingerprint(self.tree.text(text)));
            self.members.push((text, key_span, value));
        }
        Ok(hole.map(|hole| hole.reason))
    }

    /// The colon of a member, and its value.
    fn member_value(&mut self) -> Parsed<NodeId> {
        self.blank();
        if self.peek() != Some(b':') {
            return Err(self.expected("`:`"));
        }
        self.at += 1;
        self.value()
    }

    /// A mistake at `at`, one character wide.
    fn fault(&self, at: usize, message: impl Into<String>) -> Fault {
        let rest = self.input.text.get(at..).unwrap_or_default();
        let end = at + rest.chars().next().map_or(0, char::len_utf8);
        let touched = self.hole_at(at).map(|hole| hole.reason);
        let filled = self.filled.filter(|(end, _)| self.only_blank(*end, at));
        Fault {
            span: self.span(at, end),
            message: message.into(),
            hole: touched.or(filled.map(|(_, reason)| reason)).or(self.doubt),
        }
    }

    /// Something else stands here than what is expected.
    fn expected(&self, what: &str) -> Fault {
        let rest = self.input.text.get(self.at..).unwrap_or_default();
        let message = match rest.chars().next() {
            None => format!("expected {what}, but the text ends here"),
            Some(found @ ('"' | '\'' | '\\')) => format!("expected {what}, found `{found}`"),
            Some(found) => format!("expected {what}, found `{}`", found.escape_debug()),
        };
        self.fault(self.at, message)
    }
}

#[cfg(test)]
mod tests;
