//! The one tree that every reader yields: JSON, YAML, templates, requests and snapshots alike.
//!
//! A tree is an arena. Readers push slots, wire them together and never remove any; a template's
//! evaluation adds slots beside the ones that were parsed, so that both keep their places. Each slot
//! knows the bytes it was written as (a span in a *layer*; layer 0 is the file, further layers are texts
//! decoded out of strings) and its parent, from which its JSON pointer follows.

mod join;

use super::layer::Layer;
pub use super::slot::{Entries, Kind, MAX_TEXT, NONE, NodeId, Segment, Span, Step, TextRef};
pub(crate) use super::slot::{Entry, Slot, clamp};
use super::{Node, Reason, Source, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A document: the parsed values, and what evaluation added to them.
#[derive(Debug)]
pub struct Tree {
    source: Arc<Source>,
    slots: Vec<Slot>,
    entries: Vec<Entry>,
    reasons: Vec<Reason>,
    buffer: String,
    layers: Vec<Layer>,
    string_layers: BTreeMap<NodeId, u32>,
    root: NodeId,
    above: String,
    /// As `above`, see [`super::Place::path`]; `None` where that is the same.
    above_by_name: Option<Box<str>>,
}

impl Tree {
    /// An empty tree over a source. The root is [`NONE`] until a reader sets it.
    pub fn new(source: Arc<Source>) -> Self {
        let expected = source.text().len() / 24 + 4;
        let mut tree = Self::small(source);
        tree.slots.reserve(expected);
        tree.entries.reserve(expected);
        tree
    }

    /// An empty tree that is not going to hold all of its source.
    fn small(source: Arc<Source>) -> Self {
        Self {
            slots: Vec::new(),
            entries: Vec::new(),
            reasons: Vec::new(),
            buffer: String::new(),
            layers: Vec::new(),
            string_layers: BTreeMap::new(),
            root: NONE,
            above: String::new(),
            above_by_name: None,
            source,
        }
    }

    /// A tree of one text, in the place of the original: what is left of a document when only something that it
    /// names has to be remembered. What is no text comes out as null.
    pub fn of_text(node: Node<'_>) -> Self {
        let mut tree = Self::small(Arc::clone(node.tree().source()));
        let (start, end) = node.bytes();
        let span = Span {
            layer: 0,
            start: clamp(start),
            end: clamp(end),
        };
        tree.above = node.pointer();
        tree.above_by_name = node.named_pointer().map(String::into_boxed_str);
        tree.root = tree.copy_text(node, span);
        tree
    }

    fn copy_text(&mut self, node: Node<'_>, span: Span) -> NodeId {
        let kind = match node.value() {
            Value::String(text) => Kind::String(self.decoded_text(text)),
            Value::Unreadable(reason) => Kind::Unreadable(self.reason_id(reason.clone())),
            Value::Template => {
                let parts: Vec<NodeId> = node
                    .items()
                    .map(|part| self.copy_text(part, span))
                    .collect();
                self.template_kind(&parts)
            }
            Value::Absent
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::List
            | Value::Map => Kind::Null,
        };
        self.push(kind, span)
    }

    /// The pointer of the root: empty, unless the tree is a part of a document.
    pub(crate) fn above(&self) -> &str {
        &self.above
    }

    /// The same with the items of lists by name, where that differs.
    pub(crate) fn above_by_name(&self) -> Option<&str> {
        self.above_by_name.as_deref()
    }

    /// The file or answer that this tree was read from.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// The root value.
    pub fn root(&self) -> Node<'_> {
        Node::new(self, self.root)
    }

    /// The root slot.
    pub fn root_id(&self) -> NodeId {
        self.root
    }

    /// Makes a slot the root.
    pub fn set_root(&mut self, root: NodeId) {
        self.root = root;
    }

    /// The value of a slot.
    pub fn node(&self, id: NodeId) -> Node<'_> {
        Node::new(self, id)
    }

    /// A text of the source, by bytes.
    pub fn source_text(&self, start: usize, end: usize) -> TextRef {
        TextRef {
            start: clamp(start),
            len: clamp(end.saturating_sub(start)),
            decoded: false,
        }
    }

    /// A text that does not stand in the source as such: it is copied into the tree.
    pub fn decoded_text(&mut self, text: &str) -> TextRef {
        let start = clamp(self.buffer.len());
        self.buffer.push_str(text);
        TextRef {
            start,
            len: clamp(text.len()),
            decoded: true,
        }
    }

    /// The text behind a reference.
    pub fn text(&self, text: TextRef) -> &str {
        let range = text.start as usize..(text.start + text.len) as usize;
        let whole = if text.decoded {
            self.buffer.as_str()
        } else {
            self.source.text()
        };
        whole.get(range).unwrap_or_default()
    }

    /// Whether the text behind a reference is `text`. Most are told apart by their length.
    #[inline]
    pub(crate) fn is(&self, reference: TextRef, text: &str) -> bool {
        if reference.len as usize != text.len() {
            return false;
        }
        let whole = if reference.decoded {
            self.buffer.as_bytes()
        } else {
            self.source.text().as_bytes()
        };
        let start = reference.start as usize;
        whole.get(start..start + text.len()) == Some(text.as_bytes())
    }

    /// Adds a value without a parent; wiring it into a map or list gives it one.
    pub fn push(&mut self, kind: Kind, span: Span) -> NodeId {
        let id = clamp(self.slots.len());
        self.slots.push(Slot {
            kind,
            span,
            parent: NONE,
            step: Step::Root,
        });
        id
    }

    /// Adds a value that stands where `origin` stands: same span, same pointer. Evaluation uses this.
    pub fn push_at(&mut self, kind: Kind, origin: NodeId) -> NodeId {
        let slot = self.slot(origin);
        let id = clamp(self.slots.len());
        self.slots.push(Slot { kind, ..slot });
        id
    }

    /// Adds an unreadable value that stands where `origin` stands.
    pub fn push_unreadable(&mut self, reason: Reason, origin: NodeId) -> NodeId {
        let reason = self.reason_id(reason);
        self.push_at(Kind::Unreadable(reason), origin)
    }

    /// Adds an unreadable value without a parent; wiring it into a map or list gives it one.
    pub fn push_lost(&mut self, reason: Reason, span: Span) -> NodeId {
        let reason = self.reason_id(reason);
        self.push(Kind::Unreadable(reason), span)
    }

    /// The text of a slot that holds a known string.
    pub(crate) fn string_of(&self, id: NodeId) -> Option<TextRef> {
        if let Kind::String(text) = self.slot(id).kind {
            Some(text)
        } else {
            None
        }
    }

    /// Stores a reason.
    pub fn reason_id(&mut self, reason: Reason) -> u32 {
        self.reasons.push(reason);
        clamp(self.reasons.len() - 1)
    }

    pub(crate) fn reason(&self, id: u32) -> &Reason {
        static LOST: Reason = Reason::KnownAfterApply;
        self.reasons.get(id as usize).unwrap_or(&LOST)
    }

    /// Adds a list of these values. Values without a parent become its children.
    pub fn push_list(&mut self, items: &[NodeId], span: Span) -> NodeId {
        let entries = self.push_entries(items.iter().map(|value| (None, span, *value)));
        let id = self.push(Kind::List(entries), span);
        self.adopt(id, entries);
        id
    }

    /// Adds a map of these members. Values without a parent become its children.
    pub fn push_map(
        &mut self,
        members: &[(TextRef, Span, NodeId)],
        span: Span,
        open: Option<Reason>,
    ) -> NodeId {
        let open = open.map(|reason| self.reason_id(reason));
        self.push_map_open(members, span, open)
    }

    /// [`Self::push_map`] with a reason that is already stored.
    pub(crate) fn push_map_open(
        &mut self,
        members: &[(TextRef, Span, NodeId)],
        span: Span,
        open: Option<u32>,
    ) -> NodeId {
        let entries = self.push_entries(
            members
                .iter()
                .map(|(key, key_span, value)| (Some(*key), *key_span, *value)),
        );
        let id = self.push(Kind::Map(entries, open), span);
        self.adopt(id, entries);
        id
    }

    /// The list kind over these values, for [`Self::push_at`]: children keep the places they have.
    pub fn list_kind(&mut self, items: &[NodeId]) -> Kind {
        let none = Span {
            layer: 0,
            start: 0,
            end: 0,
        };
        Kind::List(self.push_entries(items.iter().map(|value| (None, none, *value))))
    }

    /// The map kind over these members, for [`Self::push_at`]: children keep the places they have.
    pub fn map_kind(&mut self, members: &[(TextRef, Span, NodeId)], open: Option<Reason>) -> Kind {
        let entries = self.push_entries(
            members
                .iter()
                .map(|(key, key_span, value)| (Some(*key), *key_span, *value)),
        );
        let open = open.map(|reason| self.reason_id(reason));
        Kind::Map(entries, open)
    }

    /// The template kind over these parts (`String` and `Unreadable` slots), for [`Self::push_at`].
    pub fn template_kind(&mut self, parts: &[NodeId]) -> Kind {
        let none = Span {
            layer: 0,
            start: 0,
            end: 0,
        };
        Kind::Template(self.push_entries(parts.iter().map(|value| (None, none, *value))))
    }

    fn push_entries(
        &mut self,
        members: impl Iterator<Item = (Option<TextRef>, Span, NodeId)>,
    ) -> Entries {
        let start = clamp(self.entries.len());
        self.entries
            .extend(members.map(|(key, key_span, value)| Entry {
                key,
                key_span,
                value,
            }));
        Entries {
            start,
            end: clamp(self.entries.len()),
        }
    }

    fn adopt(&mut self, parent: NodeId, entries: Entries) {
        for at in entries.start..entries.end {
            let Some(entry) = self.entries.get(at as usize) else {
                continue;
            };
            let step = entry.key.map_or(Step::Index(at - entries.start), Step::Key);
            if let Some(slot) = self.slots.get_mut(entry.value as usize)
                && slot.parent == NONE
            {
                slot.parent = parent;
                slot.step = step;
            }
        }
    }

    /// Gives a value another place in pointers: the member `key` of `parent`. Its bytes stay where they are.
    pub fn rehome(&mut self, value: NodeId, parent: NodeId, key: TextRef) {
        if let Some(slot) = self.slots.get_mut(value as usize) {
            slot.parent = parent;
            slot.step = Step::Key(key);
        }
    }

    /// Makes a value unreadable where it stands: a secret, which must not come into anybody's hands.
    pub fn mask(&mut self, value: NodeId, reason: Reason) {
        let reason = self.reason_id(reason);
        if let Some(slot) = self.slots.get_mut(value as usize) {
            slot.kind = Kind::Unreadable(reason);
        }
    }

    /// Puts what stands at `other` in the place of `value`: a document for the text that it was decoded out of.
    pub fn replace(&mut self, value: NodeId, other: NodeId) {
        let kind = self.slot(other).kind;
        if let Some(slot) = self.slots.get_mut(value as usize) {
            slot.kind = kind;
        }
    }

    /// Hides ranges of bytes from those who will show the source's text; see [`Source::hiding`].
    pub fn hide(&mut self, ranges: &[(usize, usize)]) {
        if !ranges.is_empty() {
            self.source = Arc::new(self.source.hiding(ranges));
        }
    }

    /// Makes `root`'s pointer continue below `parent`: a document decoded out of the string `parent`.
    pub fn graft(&mut self, root: NodeId, parent: NodeId) {
        if let Some(slot) = self.slots.get_mut(root as usize) {
            slot.parent = parent;
            slot.step = Step::Root;
        }
    }

    /// Adds a layer: a text of `len` bytes, decoded piece by piece out of earlier layers.
    pub fn push_layer(&mut self, len: usize, segments: Vec<Segment>) -> u32 {
        self.layers.push(Layer {
            len: clamp(len),
            segments,
            text: None,
        });
        clamp(self.layers.len())
    }

    /// Adds a layer whose text the tree holds, so that values decoded out of it can find what they were written as.
    pub(crate) fn push_text_layer(&mut self, text: TextRef, segments: Vec<Segment>) -> u32 {
        let layer = self.push_layer(text.len as usize, segments);
        if let Some(last) = self.layers.last_mut() {
            last.text = Some(text);
        }
        layer
    }

    /// The text that a layer's offsets count in, where the tree holds it.
    pub(crate) fn layer_text(&self, layer: u32) -> Option<&str> {
        let Some(index) = layer.checked_sub(1) else {
            return Some(self.source.text());
        };
        let text = self.layers.get(index as usize)?.text?;
        Some(self.text(text))
    }

    /// The layer that was made of a string slot's text, if one was.
    pub(crate) fn string_layer(&self, string: NodeId) -> Option<u32> {
        self.string_layers.get(&string).copied()
    }

    /// Remembers the layer that was made of a string slot's text.
    pub(crate) fn set_string_layer(&mut self, string: NodeId, layer: u32) {
        self.string_layers.insert(string, layer);
    }

    #[inline]
    pub(crate) fn slot(&self, id: NodeId) -> Slot {
        const EMPTY: Slot = Slot {
            kind: Kind::Null,
            span: Span {
                layer: 0,
                start: 0,
                end: 0,
            },
            parent: NONE,
            step: Step::Root,
        };
        #[cfg(test)]
        super::work::done();
        self.slots.get(id as usize).copied().unwrap_or(EMPTY)
    }

    #[inline]
    pub(crate) fn members(&self, entries: Entries) -> &[Entry] {
        self.entries
            .get(entries.start as usize..entries.end as usize)
            .unwrap_or_default()
    }

    /// The bytes of the file that a span goes back to, through every layer.
    pub fn bytes(&self, span: Span) -> (usize, usize) {
        let start = self.file_offset(span.layer, span.start, false);
        let end = self.file_offset(span.layer, span.end.max(span.start), true);
        (start as usize, end.max(start) as usize)
    }

    /// The file offset of an offset in a layer; `end` asks for the end of what stands before it.
    fn file_offset(&self, mut layer: u32, mut offset: u32, end: bool) -> u32 {
        // INVARIANT: a layer's segments point into earlier layers only, so this ends.
        while let Some(at) = layer
            .checked_sub(1)
            .and_then(|index| self.layers.get(index as usize))
        {
            (layer, offset) = at.outer(offset, end);
        }
        offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::json;

    #[test]
    fn what_is_left_of_a_document_stands_where_it_stood() {
        let source = Source::new("f.json", "{\n \"a/b\": [\"x\", \"é\\u0041\"]\n}");
        let tree = json::read(Arc::new(source)).unwrap();
        let text = tree.root().get("a/b").items().nth(1).unwrap();
        let left = Tree::of_text(text);
        assert_eq!(left.root().as_text(), Some("éA"));
        assert_eq!(left.root().place(), text.place());
        let missing = Tree::of_text(tree.root().get("c"));
        assert_eq!(missing.root().place(), tree.root().get("c").place());
    }
}
