//! JSON texts: written of values, each member at its place, and read back.

use super::expr::At;
use super::value::{Kind, Map, Member, Piece, Value};
use crate::observe::{json, yaml};
use crate::observed::tree::{self, NodeId, Tree, clamp};
use crate::observed::{Reason, Source};
use std::rc::Rc;
use std::sync::Arc;

/// Texts longer than this are not written: what is judged is never near it.
const MAX_WRITTEN: usize = 8 << 20;
/// How deep values may be nested to be written.
const MAX_DEPTH: u32 = 200;

/// Writes a value as JSON (`jsonencode`). Each scalar and key is a piece that stands where it is written, so that
/// a finding in the text points at the member.
#[derive(Debug, Default)]
pub(super) struct Writer {
    pieces: Vec<Piece>,
    /// Punctuation that belongs before the next piece.
    pending: String,
    length: usize,
    depth: u32,
}

impl Writer {
    fn push(&mut self, text: &str, at: At) {
        let mut whole = std::mem::take(&mut self.pending);
        whole.push_str(text);
        self.length += whole.len();
        self.pieces.push(Piece::Text(whole.into(), at));
    }

    /// Writes punctuation that stands by itself, at these bytes.
    fn mark(&mut self, text: &str, at: At) {
        if !self.pending.is_empty() {
            self.push("", at);
        }
        self.push(text, at);
    }

    fn hole(&mut self, value: &Value) {
        if !self.pending.is_empty() {
            self.push("", value.at);
        }
        let reason = Reason::Unsupported {
            what: "what has no JSON form".to_owned(),
        };
        let why = value.why().cloned();
        let lost = Value::unknown(reason, value.at);
        if let Some(why) = why.or_else(|| lost.why().cloned()) {
            self.pieces.push(Piece::Hole(why, value.at));
        }
    }

    /// Writes a value.
    pub(super) fn value(&mut self, value: &Value) {
        let at = value.at;
        if self.depth >= MAX_DEPTH || self.length > MAX_WRITTEN {
            let what = "a value that is too large to be written as JSON";
            return self.hole(&Value::unsupported(what, at));
        }
        self.depth += 1;
        match &value.kind {
            Kind::Null => self.push("null", at),
            Kind::Bool(value) => self.push(if *value { "true" } else { "false" }, at),
            Kind::Number(number) => self.push(number, at),
            Kind::Text(pieces) => match value.as_text() {
                Some(text) => self.push(&quoted(&text), at),
                None => self.text(pieces, at),
            },
            Kind::List(items) => {
                self.mark("[", first_of(at));
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.pending.push(',');
                    }
                    self.value(item);
                }
                self.mark("]", last_of(at));
            }
            Kind::Map(map) => self.map(map, at),
            Kind::Unknown(_) | Kind::Resource(_) => self.hole(value),
        }
        self.depth -= 1;
    }

    fn text(&mut self, pieces: &[Piece], at: At) {
        self.mark("\"", first_of(at));
        for piece in pieces {
            match piece {
                Piece::Text(text, at) => {
                    let quoted = quoted(text);
                    let inner = quoted.get(1..quoted.len().saturating_sub(1));
                    self.push(inner.unwrap_or_default(), *at);
                }
                hole @ Piece::Hole(..) => self.pieces.push(hole.clone()),
            }
        }
        self.mark("\"", last_of(at));
    }

    fn map(&mut self, map: &Map, at: At) {
        self.mark("{", first_of(at));
        for (index, member) in map.members.iter().enumerate() {
            if index > 0 {
                self.pending.push(',');
            }
            self.push(&quoted(&member.key), member.key_at);
            self.pending.push(':');
            self.value(&member.value);
        }
        if let Some(why) = &map.open {
            if !map.members.is_empty() {
                self.mark(",", last_of(at));
            }
            self.pieces.push(Piece::Hole(Rc::clone(why), at));
        }
        self.mark("}", last_of(at));
    }

    /// The pieces of the text.
    pub(super) fn finish(mut self) -> Vec<Piece> {
        if !self.pending.is_empty() {
            self.push("", At::default());
        }
        self.pieces
    }
}

/// The byte that an object or list begins with, so that its place goes from there to its end.
fn first_of(at: At) -> At {
    At {
        end: at.end.min(at.start + 1),
        ..at
    }
}

fn last_of(at: At) -> At {
    At {
        start: at.start.max(at.end.saturating_sub(1)),
        ..at
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Reads a known JSON or YAML text as a value (`jsondecode`, `yamldecode`). Members stand where they are written,
/// when the text stands somewhere as it is; else where it is decoded.
pub(super) fn decode(text: &str, pieces: &[Piece], yaml: bool, at: At) -> Value {
    let source = Arc::new(Source::new("", text));
    let tree = if yaml {
        yaml::read(source)
    } else {
        json::read(source)
    };
    let tree = match tree {
        Ok(tree) => tree,
        Err(syntax) => {
            return Value::malformed(format!("the text cannot be decoded: {syntax}"), at);
        }
    };
    let base = match pieces {
        [Piece::Text(_, written)] if (written.end - written.start) as usize == text.len() => {
            Some(written.start)
        }
        _ => None,
    };
    let reader = Reader {
        tree: &tree,
        base,
        at,
    };
    reader.value(tree.root_id(), 0)
}

struct Reader<'t> {
    tree: &'t Tree,
    base: Option<u32>,
    at: At,
}

impl Reader<'_> {
    fn place(&self, span: tree::Span) -> At {
        let Some(base) = self.base else {
            return self.at;
        };
        let (start, end) = self.tree.bytes(span);
        At {
            start: base + clamp(start),
            end: base + clamp(end),
        }
    }

    fn value(&self, id: NodeId, depth: u32) -> Value {
        let slot = self.tree.slot(id);
        let at = self.place(slot.span);
        if depth > MAX_DEPTH {
            return Value::unsupported("deep nesting", at);
        }
        match slot.kind {
            tree::Kind::Null => Value::null(at),
            tree::Kind::Bool(value) => Value::new(Kind::Bool(value), at),
            tree::Kind::Number(text) => Value::new(Kind::Number(self.tree.text(text).into()), at),
            tree::Kind::String(text) => Value::text(self.tree.text(text), at),
            tree::Kind::List(entries) => {
                let items = self.tree.members(entries).iter();
                let items = items.map(|entry| self.value(entry.value, depth + 1));
                Value::list(items.collect(), at)
            }
            tree::Kind::Map(entries, _) => {
                let mut map = Map::default();
                for entry in self.tree.members(entries) {
                    map.members.push(Member {
                        key: entry.key.map_or("", |key| self.tree.text(key)).into(),
                        key_at: self.place(entry.key_span),
                        value: self.value(entry.value, depth + 1),
                    });
                }
                Value::map(map, at)
            }
            tree::Kind::Template(_) => Value::unsupported("a text with holes", at),
            tree::Kind::Unreadable(reason) => Value::unknown(self.tree.reason(reason).clone(), at),
        }
    }
}
