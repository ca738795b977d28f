//! The conversion of values, by rows. Every slot that it adds stands where the value stands that it is made of.

use super::row::{How, Row, follow, is_written, only};
use crate::observe::decode::{json_in, text_layer};
use crate::observed::tree::{Kind, NodeId, Span, TextRef, Tree, clamp};
use crate::observed::{Node, Reason, Switch, Value};

/// The provider looks at this end of a text, and at no other spelling of it.
fn is_file(text: &str) -> bool {
    text.as_bytes().ends_with(b".json")
}

/// Adds converted values to a tree.
#[derive(Debug)]
pub(super) struct Converter<'t> {
    pub(super) tree: &'t mut Tree,
}

/// An object that grows by paths.
#[derive(Debug, Default)]
struct Branch(Vec<(&'static str, Grown)>);

#[derive(Debug)]
enum Grown {
    Leaf(NodeId),
    Branch(Branch),
}

impl Branch {
    fn insert(&mut self, path: &'static str, value: NodeId) {
        let Some((key, rest)) = path.split_once('/') else {
            // The later of two rows for one property says more: `tags_all` has the tags of `tags`.
            self.0.retain(|(name, _)| *name != path);
            return self.0.push((path, Grown::Leaf(value)));
        };
        let at = self
            .0
            .iter()
            .position(|(name, grown)| *name == key && matches!(grown, Grown::Branch(_)));
        if let Some((_, Grown::Branch(branch))) = at.and_then(|at| self.0.get_mut(at)) {
            return branch.insert(rest, value);
        }
        let mut branch = Self::default();
        branch.insert(rest, value);
        self.0.retain(|(name, _)| *name != key);
        self.0.push((key, Grown::Branch(branch)));
    }
}

impl Converter<'_> {
    /// The object that rows make of an object of arguments. What is unknown stays so.
    pub(super) fn object(&mut self, values: NodeId, rows: &[Row]) -> NodeId {
        match self.tree.slot(values).kind {
            Kind::Map(..) => {}
            Kind::Unreadable(_) => return values,
            Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::String(_)
            | Kind::List(_)
            | Kind::Template(_) => return self.malformed("this is no block", values),
        }
        let mut branch = Branch::default();
        for row in rows {
            let found = self.read(values, row.from, row.how.keeps_empty());
            if let Some(value) = self.convert(found, row, values) {
                branch.insert(row.to, value);
            }
        }
        let open = self.tree.node(values).open().cloned();
        self.plant(branch, values, open.as_ref())
    }

    fn plant(&mut self, branch: Branch, at: NodeId, open: Option<&Reason>) -> NodeId {
        let span = self.tree.slot(at).span;
        let mut members = Vec::with_capacity(branch.0.len());
        for (key, grown) in branch.0 {
            let value = match grown {
                Grown::Leaf(value) => value,
                Grown::Branch(branch) => self.plant(branch, at, open),
            };
            members.push((self.tree.decoded_text(key), span, value));
        }
        let kind = self.tree.map_kind(&members, open.cloned());
        self.tree.push_at(kind, at)
    }

    /// The argument at a path, when anything is written there or may be.
    pub(super) fn read(
        &mut self,
        values: NodeId,
        path: &'static str,
        keeps_empty: bool,
    ) -> Option<NodeId> {
        let node = match follow(self.tree.node(values), path) {
            Ok(node) => node,
            Err(block) => {
                let id = block.id();
                return Some(
                    self.malformed("a block that may stand once stands several times", id),
                );
            }
        };
        if let Value::Unreadable(reason) = node.value() {
            if node.missing_key().is_none() {
                return Some(node.id());
            }
            let (reason, id) = (reason.clone(), node.id());
            return Some(self.tree.push_unreadable(reason, id));
        }
        let empty = keeps_empty && matches!(node.value(), Value::List);
        (empty || is_written(node)).then(|| node.id())
    }

    fn malformed(&mut self, what: &str, at: NodeId) -> NodeId {
        let what = what.to_owned();
        self.tree.push_unreadable(Reason::Malformed { what }, at)
    }

    fn convert(&mut self, found: Option<NodeId>, row: &Row, block: NodeId) -> Option<NodeId> {
        let Some(value) = found else {
            let kind = match row.how {
                How::Default(number) => Kind::Number(self.tree.decoded_text(number)),
                How::On => Kind::Bool(true),
                How::Same
                | How::Flag
                | How::Tags
                | How::Commas
                | How::One
                | How::Each(_)
                | How::Json
                | How::JsonOrPlace
                | How::Block(_)
                | How::Blocks(_) => return None,
            };
            return Some(self.tree.push_at(kind, block));
        };
        // Of one value that is not known it is known that it is one: a reference to a role is a role.
        if let (Kind::Unreadable(_), false) =
            (&self.tree.slot(value).kind, matches!(row.how, How::One))
        {
            return Some(value);
        }
        Some(match row.how {
            How::Same | How::Default(_) | How::On => value,
            How::Flag => return self.flag(value),
            How::Tags => self.tags(value),
            How::Commas => self.commas(value),
            How::One => {
                let kind = self.tree.list_kind(&[value]);
                self.tree.push_at(kind, value)
            }
            How::Each(member) => self.each(value, member),
            How::Json => self.json(value),
            How::JsonOrPlace => self.json_or_place(value),
            How::Block(rows) => match only(self.tree.node(value)).map(Node::id) {
                Ok(item) => self.object(item, rows),
                Err(_) => self.malformed("a block that may stand once stands several times", value),
            },
            How::Blocks(rows) => {
                let items = self.items(value);
                let made: Vec<NodeId> = items
                    .into_iter()
                    .map(|item| self.object(item, rows))
                    .collect();
                let kind = self.tree.list_kind(&made);
                self.tree.push_at(kind, value)
            }
        })
    }

    /// The items of a list; anything else is the only one.
    fn items(&self, value: NodeId) -> Vec<NodeId> {
        match self.tree.slot(value).kind {
            Kind::List(_) => self.tree.node(value).items().map(Node::id).collect(),
            Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::String(_)
            | Kind::Map(..)
            | Kind::Template(_)
            | Kind::Unreadable(_) => vec![value],
        }
    }

    fn flag(&mut self, value: NodeId) -> Option<NodeId> {
        match self.tree.node(value).switch_leniently() {
            Switch::On => {
                let kind = self.tree.map_kind(&[], None);
                Some(self.tree.push_at(kind, value))
            }
            Switch::Off => None,
            Switch::Absent
            | Switch::TextOn
            | Switch::TextOff
            | Switch::Odd
            | Switch::Unreadable(_) => Some(value),
        }
    }

    fn tags(&mut self, value: NodeId) -> NodeId {
        let slot = self.tree.slot(value);
        let Kind::Map(entries, open) = slot.kind else {
            return value;
        };
        let tags: Vec<(TextRef, Span, NodeId)> = self
            .tree
            .members(entries)
            .iter()
            .filter_map(|entry| Some((entry.key?, entry.key_span, entry.value)))
            .collect();
        let mut list = Vec::with_capacity(tags.len());
        for (key, span, value) in tags {
            let name = self.tree.push_at(Kind::String(key), value);
            let members = [
                (self.tree.decoded_text("Key"), span, name),
                (self.tree.decoded_text("Value"), span, value),
            ];
            let kind = self.tree.map_kind(&members, None);
            list.push(self.tree.push_at(kind, value));
        }
        // Further tags may stand where nobody sees them.
        if let Some(reason) = open {
            list.push(self.tree.push_at(Kind::Unreadable(reason), value));
        }
        let kind = self.tree.list_kind(&list);
        self.tree.push_at(kind, value)
    }

    fn each(&mut self, value: NodeId, member: &'static str) -> NodeId {
        let mut list = Vec::new();
        for item in self.items(value) {
            let span = self.tree.slot(item).span;
            let members = [(self.tree.decoded_text(member), span, item)];
            let kind = self.tree.map_kind(&members, None);
            list.push(self.tree.push_at(kind, item));
        }
        let kind = self.tree.list_kind(&list);
        self.tree.push_at(kind, value)
    }

    fn json(&mut self, value: NodeId) -> NodeId {
        if let Kind::Map(..) | Kind::List(_) = self.tree.slot(value).kind {
            return value;
        }
        match json_in(self.tree, value) {
            Ok(decoded) => decoded,
            Err(syntax) => {
                let what = format!("this is not JSON: {}", syntax.message);
                self.malformed(&what, value)
            }
        }
    }

    /// Source: the provider reads a text that starts with `http` from there, one that ends with `.json` from a
    /// file beside the module, and takes any other for JSON.
    fn json_or_place(&mut self, value: NodeId) -> NodeId {
        let node = self.tree.node(value);
        let pieces = node.pieces();
        let first = pieces.first().copied().flatten().unwrap_or_default();
        let last = pieces.last().copied().flatten().unwrap_or_default();
        if !first.starts_with("http") && !is_file(last) {
            return self.json(value);
        }
        let place = match node.as_text() {
            Some(text) => format!("`{text}`, which is not read"),
            None => "a file, which is not read".to_owned(),
        };
        self.tree
            .push_unreadable(Reason::Elsewhere { place }, value)
    }

    /// The parts between commas, each at its own place.
    fn commas(&mut self, value: NodeId) -> NodeId {
        let parts = match self.tree.slot(value).kind {
            Kind::String(_) => vec![value],
            Kind::Template(_) => self.tree.node(value).items().map(Node::id).collect(),
            Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::List(_)
            | Kind::Map(..)
            | Kind::Unreadable(_) => return value,
        };
        let mut items: Vec<Vec<NodeId>> = vec![Vec::new()];
        for part in parts {
            let Some(text) = self.tree.string_of(part) else {
                items
                    .last_mut()
                    .into_iter()
                    .for_each(|item| item.push(part));
                continue;
            };
            for (index, piece) in self.split(part, text).into_iter().enumerate() {
                if index > 0 {
                    items.push(Vec::new());
                }
                if let (Some(piece), Some(item)) = (piece, items.last_mut()) {
                    item.push(piece);
                }
            }
        }
        let mut list = Vec::new();
        for item in items {
            match item.as_slice() {
                [] => {}
                [only] => list.push(*only),
                several => {
                    let kind = self.tree.template_kind(several);
                    list.push(self.tree.push_at(kind, value));
                }
            }
        }
        let kind = self.tree.list_kind(&list);
        self.tree.push_at(kind, value)
    }

    /// The parts of one text between its commas, without the blanks around them; an empty one is `None`.
    fn split(&mut self, string: NodeId, text: TextRef) -> Vec<Option<NodeId>> {
        let layer = text_layer(self.tree, string).unwrap_or_default();
        let whole = self.tree.text(text).to_owned();
        let mut pieces = Vec::new();
        let mut start = 0;
        for piece in whole.split(',') {
            let from = start + (piece.len() - piece.trim_start().len());
            let to = from + piece.trim().len();
            start += piece.len() + 1;
            pieces.push((from < to).then(|| {
                let span = Span {
                    layer,
                    start: clamp(from),
                    end: clamp(to),
                };
                let slot = self.tree.push(Kind::String(text.part(from, to)), span);
                self.tree.graft(slot, string);
                slot
            }));
        }
        pieces
    }
}
