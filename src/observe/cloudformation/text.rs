//! Texts put together: `Fn::Sub`, `Fn::Join`, `Fn::Split`, `Fn::Base64`, and references that the service
//! resolves inside texts.
//!
//! A text is a list of pieces: string slots, which know where they were written, and slots that are not known.

use super::eval::{Evaluator, GONE};
use super::sections::member;
use crate::observe::base64;
use crate::observe::decode::text_layer;
use crate::observed::tree::{Kind, NONE, NodeId, Segment, Span, TextRef, clamp};
use crate::observed::{Node, Reason};
use std::ops::Range;

const DYNAMIC: &str = "{{resolve:";

impl Evaluator<'_> {
    /// A value that evaluation makes, standing at `at`.
    pub(super) fn put(&mut self, kind: Kind, at: NodeId) -> NodeId {
        self.afford(1);
        self.tree.push_at(kind, at)
    }

    /// A text that does not stand in the template.
    pub(super) fn put_text(&mut self, text: &str, at: NodeId) -> NodeId {
        if !self.afford(text.len()) {
            return self.unsupported("a template whose functions multiply their results", at);
        }
        let text = self.tree.decoded_text(text);
        self.put(Kind::String(text), at)
    }

    /// A string as written: it may hold references that the service resolves.
    pub(super) fn string(&mut self, id: NodeId, text: TextRef) -> NodeId {
        if self.tree.text(text).contains(DYNAMIC) {
            self.concatenate(vec![id], id)
        } else {
            id
        }
    }

    /// The bytes `range` of a string slot as a piece of their own.
    fn part(&mut self, string: NodeId, text: TextRef, range: Range<usize>) -> NodeId {
        let layer = text_layer(&mut self.tree, string).unwrap_or_default();
        let span = Span {
            layer,
            start: clamp(range.start),
            end: clamp(range.end),
        };
        let kind = Kind::String(text.part(range.start, range.end));
        self.afford(1);
        let piece = self.tree.push(kind, span);
        self.tree.graft(piece, string);
        piece
    }

    /// The pieces of an evaluated value that stands where text is needed.
    pub(super) fn pieces(&mut self, value: NodeId, function: &str) -> Vec<NodeId> {
        if value == GONE {
            return Vec::new();
        }
        match self.tree.slot(value).kind {
            Kind::String(_) | Kind::Unreadable(_) => vec![value],
            Kind::Template(_) => {
                let parts = self.tree.node(value).items();
                parts.map(Node::id).collect()
            }
            Kind::Number(text) => vec![self.put(Kind::String(text), value)],
            Kind::Bool(on) => vec![self.put_text(if on { "true" } else { "false" }, value)],
            Kind::Null | Kind::List(_) | Kind::Map(..) => {
                vec![self.malformed(format!("`{function}` expects text"), value)]
            }
        }
    }

    /// One text of all pieces: a string when all are known, else a text with holes.
    pub(super) fn concatenate(&mut self, pieces: Vec<NodeId>, at: NodeId) -> NodeId {
        if !self.afford(pieces.len()) {
            return self.unsupported("a template whose functions multiply their results", at);
        }
        let pieces = self.resolve_dynamic(pieces, at);
        let there: Vec<NodeId> = pieces
            .into_iter()
            .filter(|piece| self.scalar(*piece) != Some(""))
            .collect();
        if there.iter().all(|piece| self.scalar(*piece).is_some()) {
            return self.whole(&there, at);
        }
        if let [only] = there.as_slice() {
            return self.again(*only, at);
        }
        let kind = self.tree.template_kind(&there);
        self.put(kind, at)
    }

    /// A string of known pieces, whose layer leads back to where each piece was written.
    fn whole(&mut self, pieces: &[NodeId], at: NodeId) -> NodeId {
        let mut text = String::new();
        let mut segments = Vec::with_capacity(pieces.len().max(1));
        for piece in pieces {
            let layer = text_layer(&mut self.tree, *piece);
            let said = self.scalar(*piece).unwrap_or_default();
            let inner = clamp(text.len());
            let outer = layer.map_or(self.tree.slot(*piece).span, |layer| Span {
                layer,
                start: 0,
                end: clamp(said.len()),
            });
            text.push_str(said);
            segments.push(Segment { inner, outer });
        }
        let string = self.put_text(&text, at);
        if let Some(base) = self.tree.string_of(string)
            && !segments.is_empty()
        {
            let layer = self.tree.push_text_layer(base, segments);
            self.tree.set_string_layer(string, layer);
        }
        string
    }

    pub(super) fn substitute(&mut self, at: NodeId, argument: NodeId) -> NodeId {
        const EXPECTS: &str = "a text, or a text and a map";
        let (template, variables) = match self.items(argument).as_deref() {
            Some([template, variables]) => (*template, *variables),
            Some([template]) => (*template, NONE),
            Some(_) => return self.lost(argument, "Fn::Sub", EXPECTS, at),
            None => (argument, NONE),
        };
        let Kind::String(text) = self.tree.slot(template).kind else {
            return self.lost(template, "Fn::Sub", EXPECTS, at);
        };
        let whole = self.owned(text);
        let mut pieces = Vec::new();
        for part in parts_of(&whole) {
            match part {
                Part::Text(range) => pieces.push(self.part(template, text, range)),
                Part::Variable(range) => {
                    let name = whole.get(range.clone()).unwrap_or_default().trim();
                    // The place of a variable is the whole of `${Name}`.
                    let stands = self.part(template, text, range.start - 2..range.end + 1);
                    let value = self.variable(name, variables, stands);
                    pieces.extend(self.pieces(value, "Fn::Sub"));
                }
            }
        }
        self.concatenate(pieces, at)
    }

    fn variable(&mut self, name: &str, variables: NodeId, at: NodeId) -> NodeId {
        let own = if variables == NONE {
            NONE
        } else {
            member(&self.tree, variables, name)
        };
        if own != NONE {
            return self.eval(own);
        }
        match name.split_once('.') {
            Some((resource, attribute)) => {
                self.attribute_of(resource.to_owned(), attribute.to_owned(), at)
            }
            None => self.named(name, at),
        }
    }

    pub(super) fn join(&mut self, at: NodeId, argument: NodeId) -> NodeId {
        const EXPECTS: &str = "a delimiter and a list";
        let items = self.items(argument).unwrap_or_default();
        let [delimiter, list] = items.as_slice() else {
            return self.lost(argument, "Fn::Join", EXPECTS, at);
        };
        let delimiter = self.eval(*delimiter);
        if self.scalar(delimiter).is_none() {
            return self.lost(delimiter, "Fn::Join", EXPECTS, at);
        }
        let list = self.eval(*list);
        let Some(items) = self.items(list) else {
            return self.lost(list, "Fn::Join", EXPECTS, at);
        };
        let mut pieces = Vec::with_capacity(items.len() * 2);
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                pieces.push(delimiter);
            }
            pieces.extend(self.pieces(item, "Fn::Join"));
            if !self.afford(1) {
                break;
            }
        }
        self.concatenate(pieces, at)
    }

    pub(super) fn split(&mut self, at: NodeId, argument: NodeId) -> NodeId {
        const EXPECTS: &str = "a delimiter and a text";
        let items = self.items(argument).unwrap_or_default();
        let [delimiter, source] = items.as_slice() else {
            return self.lost(argument, "Fn::Split", EXPECTS, at);
        };
        let (delimiter, source) = (self.eval(*delimiter), self.eval(*source));
        let Some(between) = self.scalar(delimiter).map(str::to_owned) else {
            return self.lost(delimiter, "Fn::Split", EXPECTS, at);
        };
        let Some(text) = self.tree.string_of(source).filter(|_| !between.is_empty()) else {
            return self.lost(source, "Fn::Split", EXPECTS, at);
        };
        let whole = self.owned(text);
        let mut items = Vec::new();
        let mut start = 0;
        for item in whole.split(&between) {
            items.push(self.put(Kind::String(text.part(start, start + item.len())), at));
            start += item.len() + between.len();
        }
        let kind = self.tree.list_kind(&items);
        self.put(kind, at)
    }

    pub(super) fn base64(&mut self, at: NodeId, argument: NodeId) -> NodeId {
        let value = self.eval(argument);
        match self.scalar(value) {
            Some(text) => {
                let text = base64::encode(text.as_bytes());
                self.put_text(&text, at)
            }
            None => self.lost(value, "Fn::Base64", "text", at),
        }
    }

    /// Makes one hole of each `{{resolve:…}}`, however many pieces it spans.
    fn resolve_dynamic(&mut self, pieces: Vec<NodeId>, at: NodeId) -> Vec<NodeId> {
        let has = |piece: &NodeId| {
            self.scalar(*piece)
                .is_some_and(|text| text.contains(DYNAMIC))
        };
        if !pieces.iter().any(has) {
            return pieces;
        }
        let mut out = Vec::new();
        let mut reference: Option<String> = None;
        for piece in pieces {
            let Some(text) = self.tree.string_of(piece) else {
                match &mut reference {
                    Some(reference) => reference.push_str("${…}"),
                    None => out.push(piece),
                }
                continue;
            };
            let whole = self.owned(text);
            let mut from = 0;
            while let Some(rest) = whole.get(from..).filter(|rest| !rest.is_empty()) {
                let (mark, inside) = match &reference {
                    Some(_) => ("}}", true),
                    None => (DYNAMIC, false),
                };
                let found = rest.find(mark);
                let end = found.map_or(whole.len(), |found| {
                    from + found + if inside { mark.len() } else { 0 }
                });
                let said = whole.get(from..end).unwrap_or_default();
                if let Some(reference) = &mut reference {
                    reference.push_str(said);
                } else if from == 0 && end == whole.len() {
                    out.push(piece);
                } else if !said.is_empty() {
                    out.push(self.part(piece, text, from..end));
                }
                if found.is_some() {
                    match reference.take() {
                        Some(reference) => {
                            let hole = Reason::Dynamic { reference };
                            out.push(self.unknown(hole, at));
                        }
                        None => reference = Some(String::new()),
                    }
                }
                from = end;
            }
        }
        if let Some(reference) = reference {
            out.push(self.unknown(Reason::Dynamic { reference }, at));
        }
        out
    }
}

/// A part of the text of `Fn::Sub`.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// These bytes as they are.
    Text(Range<usize>),
    /// The variable whose name stands in these bytes, between `${` and `}`.
    Variable(Range<usize>),
}

/// Takes the text of `Fn::Sub` apart. `${!Name}` is the text `${Name}`; a `${` without its `}` is text.
fn parts_of(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut from = 0;
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find("${")) {
        let start = at + start;
        let inside = start + 2;
        let Some(end) = text.get(inside..).and_then(|rest| rest.find('}')) else {
            break;
        };
        let end = inside + end;
        if text.get(inside..).is_some_and(|rest| rest.starts_with('!')) {
            parts.push(Part::Text(from..inside));
            from = inside + 1;
        } else {
            parts.push(Part::Text(from..start));
            parts.push(Part::Variable(inside..end));
            from = end + 1;
        }
        at = end + 1;
    }
    parts.push(Part::Text(from..text.len()));
    parts.retain(|part| !matches!(part, Part::Text(range) if range.is_empty()));
    parts
}
