//! Several trees as one, for resources that are spread over several files.

use super::super::layer::Layer;
use super::{Entries, Entry, Kind, NONE, NodeId, Slot, Source, Span, Step, TextRef};
use super::{Segment, Tree, clamp};
use std::sync::Arc;

impl Tree {
    /// Trees of files as one tree over all of the files, in their order, and what the ids of each have grown by. The root
    /// is that of the first; places are those that values have in their files. The files have no more than
    /// [`MAX_TEXT`](super::MAX_TEXT) bytes together.
    pub(crate) fn joined(name: &str, trees: Vec<Self>) -> (Self, Vec<NodeId>) {
        let files: Vec<Arc<Source>> = trees.iter().map(|tree| Arc::clone(&tree.source)).collect();
        let mut joined = Self::small(Arc::new(Source::joined(name, files)));
        joined.root = trees.first().map_or(NONE, |tree| tree.root);
        let mut offset = 0;
        let mut grown = Vec::with_capacity(trees.len());
        for tree in trees {
            grown.push(clamp(joined.slots.len()));
            let length = tree.source.text().len();
            joined.take(tree, Home::File(clamp(offset)));
            offset += length;
        }
        (joined, grown)
    }

    /// Adds a document that was read out of a text of this tree: the text's offsets count in `layer`. What it gives is the
    /// document's root.
    pub(crate) fn take_document(&mut self, document: Self, text: TextRef, layer: u32) -> NodeId {
        let root = document.root;
        let by = clamp(self.slots.len());
        self.take(document, Home::Text(text, layer));
        root + by
    }

    /// Adds what another tree holds, whose text has a home in this one.
    fn take(&mut self, other: Self, home: Home) {
        let shift = Shift {
            home,
            buffer: clamp(self.buffer.len()),
            slots: clamp(self.slots.len()),
            entries: clamp(self.entries.len()),
            reasons: clamp(self.reasons.len()),
            layers: clamp(self.layers.len()),
        };
        self.buffer.push_str(&other.buffer);
        self.reasons.extend(other.reasons);
        let slots = other.slots.into_iter().map(|slot| shift.slot(slot));
        self.slots.extend(slots);
        let entries = other.entries.into_iter().map(|entry| Entry {
            key: entry.key.map(|key| shift.text(key)),
            key_span: shift.span(entry.key_span),
            value: shift.id(entry.value),
        });
        self.entries.extend(entries);
        let layers = other.layers.into_iter().map(|layer| shift.layer(layer));
        self.layers.extend(layers);
        let strings = other.string_layers.into_iter();
        let strings = strings.map(|(slot, layer)| (shift.id(slot), layer + shift.layers));
        self.string_layers.extend(strings);
    }
}

/// Where the text of a tree stands in another one.
#[derive(Clone, Copy)]
enum Home {
    /// In the files, from this byte on.
    File(u32),
    /// In a text, whose offsets count in a layer.
    Text(TextRef, u32),
}

/// What the numbers of a tree grow by that is added to another one.
struct Shift {
    home: Home,
    buffer: u32,
    slots: u32,
    entries: u32,
    reasons: u32,
    layers: u32,
}

impl Shift {
    fn id(&self, id: NodeId) -> NodeId {
        if id == NONE { NONE } else { id + self.slots }
    }

    fn text(&self, text: TextRef) -> TextRef {
        let (by, decoded) = match self.home {
            _ if text.decoded => (self.buffer, true),
            Home::File(start) => (start, false),
            Home::Text(whole, _) => (whole.start, whole.decoded),
        };
        TextRef {
            start: text.start + by,
            len: text.len,
            decoded,
        }
    }

    fn span(&self, span: Span) -> Span {
        let (layer, by) = match self.home {
            _ if span.layer > 0 => (span.layer + self.layers, 0),
            Home::File(start) => (0, start),
            Home::Text(_, layer) => (layer, 0),
        };
        Span {
            layer,
            start: span.start + by,
            end: span.end + by,
        }
    }

    fn range(&self, entries: Entries) -> Entries {
        Entries {
            start: entries.start + self.entries,
            end: entries.end + self.entries,
        }
    }

    fn slot(&self, slot: Slot) -> Slot {
        let kind = match slot.kind {
            Kind::Null | Kind::Bool(_) => slot.kind,
            Kind::Number(text) => Kind::Number(self.text(text)),
            Kind::String(text) => Kind::String(self.text(text)),
            Kind::List(entries) => Kind::List(self.range(entries)),
            Kind::Map(entries, open) => {
                Kind::Map(self.range(entries), open.map(|open| open + self.reasons))
            }
            Kind::Template(entries) => Kind::Template(self.range(entries)),
            Kind::Unreadable(reason) => Kind::Unreadable(reason + self.reasons),
        };
        let step = match slot.step {
            Step::Key(key) => Step::Key(self.text(key)),
            Step::Root | Step::Index(_) => slot.step,
        };
        Slot {
            kind,
            span: self.span(slot.span),
            parent: self.id(slot.parent),
            step,
        }
    }

    fn layer(&self, layer: Layer) -> Layer {
        let segments = layer.segments.into_iter().map(|segment| Segment {
            outer: self.span(segment.outer),
            ..segment
        });
        Layer {
            len: layer.len,
            segments: segments.collect(),
            text: layer.text.map(|text| self.text(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tree;
    use crate::observe::decode::json_in;
    use crate::observe::yaml;
    use crate::observed::{Node, Source};
    use std::sync::Arc;

    const TEXTS: [&str; 3] = [
        "a: [1, 'x''y']\nb: \"é\\u0041\"",
        "document: |\n  {\"k\": [true, \"v\\n\"]}\n",
        "c: !Sub x\n",
    ];

    /// The trees of the texts; the root of the second is what its string holds.
    fn trees() -> Vec<Tree> {
        let files = TEXTS.iter().enumerate();
        let trees = files.map(|(at, text)| {
            let source = Arc::new(Source::new(format!("{at}.yaml"), *text));
            let mut tree = yaml::read(source).unwrap();
            let document = tree.root().get("document");
            if document.is_set() {
                let id = document.id();
                let inner = json_in(&mut tree, id).unwrap();
                tree.set_root(inner);
            }
            tree
        });
        trees.collect()
    }

    fn all(node: Node<'_>) -> Vec<Node<'_>> {
        let mut nodes = vec![node];
        nodes.extend(node.items().flat_map(all));
        nodes.extend(node.members().flat_map(|(_, value)| all(value)));
        nodes
    }

    #[test]
    fn values_of_joined_trees_keep_their_texts_and_places() {
        let apart = trees();
        let (joined, grown) = Tree::joined("folder", trees());
        let mut seen = 0;
        for (tree, by) in apart.iter().zip(grown) {
            let (own, same) = (all(tree.root()), all(joined.node(tree.root_id() + by)));
            assert_eq!(own.len(), same.len());
            for (one, other) in own.iter().zip(&same) {
                assert_eq!(format!("{:?}", one.value()), format!("{:?}", other.value()));
                assert_eq!(one.place(), other.place());
                seen += 1;
            }
        }
        assert!(seen > 9);
    }
}
