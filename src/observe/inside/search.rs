//! The search for what of ours stands inside a document.

use super::what::{self, What};
use crate::observe::decode::{json_in, yaml_in};
use crate::observe::own::{Below, Members, Own};
use crate::observe::{edit, parts, recognise};
use crate::observed::tree::{NodeId, Tree};
use crate::observed::{Node, Value};
use std::collections::BTreeSet;

/// How many texts are read as documents, and how deep in each other.
const MAX_TEXTS: usize = 256;
const MAX_DEPTH: u32 = 2;

/// What of ours stands inside a document.
pub(super) fn everywhere(tree: &mut Tree) -> Vec<(NodeId, What)> {
    let mut search = Search::default();
    search.open.push(Look {
        at: tree.root_id(),
        depth: 0,
        below: Below::All,
    });
    search.run(tree)
}

/// What of ours stands in a value that nobody reads; parts of requests others have, too.
pub(super) fn within(tree: &mut Tree, value: NodeId) -> Vec<(NodeId, What)> {
    let mut search = Search::default();
    search.open.push(Look {
        at: value,
        depth: 0,
        below: Below::AllButParts,
    });
    search.run(tree)
}

/// What of ours stands in a document and is not read with what it is as a whole.
pub(super) fn beside(tree: &mut Tree, own: Vec<Own>) -> Vec<(NodeId, What)> {
    let mut search = Search::default();
    search.leave(tree, own, 0);
    search.run(tree)
}

/// A value to look at.
#[derive(Clone, Copy)]
struct Look {
    at: NodeId,
    /// How deep in texts it is.
    depth: u32,
    /// What is looked for in it.
    below: Below,
}

#[derive(Default)]
struct Search {
    /// What is still to be looked at, the next one last.
    open: Vec<Look>,
    found: Vec<(NodeId, What)>,
    /// What is read with things.
    read: BTreeSet<NodeId>,
    texts: usize,
}

impl Search {
    fn run(mut self, tree: &mut Tree) -> Vec<(NodeId, What)> {
        while let Some(look) = self.open.pop() {
            if self.read.contains(&look.at) {
                continue;
            }
            let node = tree.node(look.at);
            match what::of(node).filter(|what| !what.is_left_out(node, look.below)) {
                Some(what) => self.find(tree, look, what),
                None => self.descend(tree, look),
            }
        }
        self.found
    }

    /// Takes a thing, and goes on with what is not read with it.
    fn find(&mut self, tree: &mut Tree, look: Look, what: What) {
        self.found.push((look.at, what));
        let own = what.own(tree, look.at);
        self.leave(tree, own, look.depth);
    }

    /// Goes on with what is not read with a thing.
    fn leave(&mut self, tree: &mut Tree, own: Vec<Own>, depth: u32) {
        let mut own = own;
        let mut values = Vec::new();
        while let Some(next) = own.pop() {
            self.read.insert(next.at());
            match next {
                Own::Thing(at, what) => own.extend(what.own(tree, at)),
                Own::Value { at, members, below } => values.push((at, members, below)),
            }
        }
        for (at, members, below) in values {
            let rest = rest_of(tree, at, &members);
            self.open.extend(rest.map(|at| Look {
                at,
                depth,
                below: Below::All,
            }));
            if below == Below::Nothing {
                continue;
            }
            let node = tree.node(at);
            let held = node.members().filter(|(key, _)| members.hold(key));
            let values = held.map(|(_, value)| value).chain(node.items());
            let looks = values
                .filter(|value| may_hold_more(*value))
                .filter(|value| !self.read.contains(&value.id()));
            let looks: Vec<Look> = looks
                .map(|value| Look {
                    at: value.id(),
                    depth,
                    below,
                })
                .collect();
            self.open.extend(looks.into_iter().rev());
        }
    }

    fn descend(&mut self, tree: &mut Tree, look: Look) {
        let node = tree.node(look.at);
        let below = |at: NodeId| Look { at, ..look };
        match node.value() {
            Value::Map => {
                let (overrides, others): (Vec<_>, Vec<_>) = node
                    .members()
                    .partition(|(key, value)| parts::is_overriding(key, *value));
                let overrides = overrides.iter().map(|(_, value)| value.id());
                let overrides: Vec<NodeId> =
                    overrides.filter(|id| !self.read.contains(id)).collect();
                let others = others.iter().rev().map(|(_, value)| below(value.id()));
                self.open.extend(others);
                for id in overrides {
                    self.find(tree, below(id), What::Overrides);
                }
            }
            Value::List => {
                let items = node.items().rev().map(|item| below(item.id()));
                self.open.extend(items);
            }
            Value::String(text) => {
                let json = holds_json(text);
                if !json && !holds_yaml(text) {
                    return;
                }
                if look.depth >= MAX_DEPTH || self.texts >= MAX_TEXTS {
                    if recognise::names_ours(text) {
                        self.found.push((look.at, What::Text));
                    }
                    return;
                }
                self.open_text(tree, look, json);
            }
            Value::Template => {
                let pieces: String = node.pieces().into_iter().flatten().collect();
                if look.depth < MAX_DEPTH && self.texts < MAX_TEXTS && holds_json(&pieces) {
                    self.open_text(tree, look, true);
                }
            }
            Value::Absent
            | Value::Unreadable(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_) => {}
        }
    }

    /// Goes on with the document in a text.
    fn open_text(&mut self, tree: &mut Tree, look: Look, is_json: bool) {
        self.texts += 1;
        let document = if is_json {
            json_in(tree, look.at)
        } else {
            yaml_in(tree, look.at)
        };
        self.open.extend(document.ok().map(|at| Look {
            at,
            depth: look.depth + 1,
            ..look
        }));
    }
}

/// An object with those members only that are not read.
pub(super) fn rest_of(tree: &mut Tree, at: NodeId, read: &Members) -> Option<NodeId> {
    let is_read = |(key, _): (&str, Node<'_>)| read.hold(key);
    if tree.node(at).members().all(is_read) {
        return None;
    }
    let (mut members, open) = edit::members(tree, at)?;
    members.retain(|(key, ..)| !read.hold(tree.text(*key)));
    let kind = tree.map_kind(&members, open);
    Some(tree.push_at(kind, at))
}

/// Whether something may stand in a value.
fn may_hold_more(value: Node<'_>) -> bool {
    match value.value() {
        Value::Map | Value::List => true,
        Value::String(text) => text.contains(['{', '[', '\n']),
        Value::Absent
        | Value::Unreadable(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Template => false,
    }
}

/// Whether a text may be a document of ours in JSON.
pub(super) fn holds_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) && recognise::may_be_ours(text)
}

/// Whether a text of several lines may be a document of ours in YAML: any text can be read as YAML.
fn holds_yaml(text: &str) -> bool {
    text.contains('\n') && recognise::names_ours(text)
}
