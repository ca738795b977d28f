//! Values as slots of the tree that is judged, each at the bytes where it stands.

use super::expr::At;
use super::files::Files;
use super::value::{Kind, Map, Piece, Unknown, Value};
use crate::observe::decode::segments;
use crate::observed::Reason;
use crate::observed::tree::{self, NodeId, Segment, Span, TextRef, Tree, clamp};

/// How many slots and bytes of text the values of a module may take.
const MAX_ADDED: usize = 8 << 20;
const MAX_DEPTH: u32 = 200;

/// Adds values to a tree over the module's files.
#[derive(Debug)]
pub(super) struct Emitter<'f> {
    pub(super) files: &'f Files,
    pub(super) tree: Tree,
    pub(super) added: usize,
}

fn span(at: At) -> Span {
    Span {
        layer: 0,
        start: at.start,
        end: at.end.max(at.start),
    }
}

impl Emitter<'_> {
    /// The slot of a value, and of all that it holds.
    pub(super) fn value(&mut self, value: &Value, depth: u32) -> NodeId {
        self.added += 1;
        let at = span(value.at);
        if self.added > MAX_ADDED || depth > MAX_DEPTH {
            let what = "a module whose expressions multiply their results".to_owned();
            return self.tree.push_lost(Reason::Unsupported { what }, at);
        }
        match &value.kind {
            Kind::Null => self.tree.push(tree::Kind::Null, at),
            Kind::Bool(value) => self.tree.push(tree::Kind::Bool(*value), at),
            Kind::Number(number) => {
                let text = self.tree.decoded_text(number);
                self.tree.push(tree::Kind::Number(text), at)
            }
            Kind::Text(pieces) => self.text(pieces, at),
            Kind::List(items) => {
                let mut slots = Vec::with_capacity(items.len());
                for item in items.iter() {
                    slots.push(self.value(item, depth + 1));
                }
                self.tree.push_list(&slots, at)
            }
            Kind::Map(map) => self.map(map, at, depth),
            Kind::Unknown(unknown) => self.tree.push_lost(unknown.reason.clone(), at),
            Kind::Resource(handle) => {
                let reason = Reason::Reference {
                    resource: super::names::address_of(handle),
                    attribute: None,
                };
                self.tree.push_lost(reason, at)
            }
        }
    }

    fn map(&mut self, map: &Map, at: Span, depth: u32) -> NodeId {
        let mut members = Vec::with_capacity(map.members.len());
        for member in &map.members {
            let value = self.value(&member.value, depth + 1);
            let key = self.said(&member.key, member.key_at);
            members.push((key, span(member.key_at), value));
        }
        let open = map.open.as_ref().map(|why| why.reason.clone());
        self.tree.push_map(&members, at, open)
    }

    /// A text: where it stands in the files as it is, it is not copied.
    fn said(&mut self, text: &str, at: At) -> TextRef {
        if self.files.written(at) == text {
            return self.tree.source_text(at.start as usize, at.end as usize);
        }
        self.added += text.len();
        self.tree.decoded_text(text)
    }

    fn text(&mut self, pieces: &[Piece], at: Span) -> NodeId {
        let holes = pieces.iter().any(|piece| matches!(piece, Piece::Hole(..)));
        match pieces {
            [] => {
                let text = self.tree.decoded_text("");
                self.tree.push(tree::Kind::String(text), at)
            }
            [Piece::Text(text, written)] => {
                let reference = self.said(text, *written);
                let string = self.tree.push(tree::Kind::String(reference), at);
                self.layer(string, reference, pieces, at);
                string
            }
            [Piece::Hole(why, _)] => self.tree.push_lost(why.reason.clone(), at),
            _ if !holes => {
                let mut whole = String::new();
                for piece in pieces {
                    if let Piece::Text(text, _) = piece {
                        whole.push_str(text);
                    }
                }
                self.added += whole.len();
                let reference = self.tree.decoded_text(&whole);
                let string = self.tree.push(tree::Kind::String(reference), at);
                self.layer(string, reference, pieces, at);
                string
            }
            _ => self.template(pieces, at),
        }
    }

    /// Leads the bytes of a string back to where its pieces are written. What is written between quotes, and used
    /// there, is found by itself.
    fn layer(&mut self, string: NodeId, text: TextRef, pieces: &[Piece], at: Span) {
        if let [Piece::Text(_, written)] = pieces
            && written.start == at.start + 1
            && written.end + 1 == at.end
        {
            return;
        }
        let mut all: Vec<Segment> = Vec::with_capacity(pieces.len());
        let mut inner = 0;
        for piece in pieces {
            let Piece::Text(text, written) = piece else {
                continue;
            };
            for segment in segments(&self.tree, text, span(*written)) {
                all.push(Segment {
                    inner: inner + segment.inner,
                    ..segment
                });
            }
            inner += clamp(text.len());
        }
        let layer = self.tree.push_text_layer(text, all);
        self.tree.set_string_layer(string, layer);
    }

    fn template(&mut self, pieces: &[Piece], at: Span) -> NodeId {
        let mut parts = Vec::with_capacity(pieces.len());
        for piece in pieces {
            self.added += 1;
            parts.push(match piece {
                Piece::Hole(why, written) => self.hole(why, *written),
                Piece::Text(text, written) => {
                    let reference = self.said(text, *written);
                    let part = self
                        .tree
                        .push(tree::Kind::String(reference), span(*written));
                    self.layer(part, reference, std::slice::from_ref(piece), span(*written));
                    part
                }
            });
        }
        let kind = self.tree.template_kind(&parts);
        let template = self.tree.push(kind, at);
        for part in parts {
            self.tree.graft(part, template);
        }
        template
    }

    fn hole(&mut self, why: &Unknown, at: At) -> NodeId {
        self.tree.push_lost(why.reason.clone(), span(at))
    }
}
