//! Evaluation of values: known, unknown with a reason, or removed.
//!
//! A value without any function is its own result. What a function yields is a new slot that stands where the
//! function stands. Results that do not depend on the choice of a condition are shared by all worlds.

use super::sections::Sections;
use super::worlds::Choice;
use crate::observe::Given;
use crate::observed::Reason;
use crate::observed::tree::{Entry, Kind, NONE, NodeId, TextRef, Tree};
use std::collections::BTreeMap;

/// The result of `AWS::NoValue`: the member or item is not there.
pub(super) const GONE: NodeId = NONE - 1;
/// How deep values and functions may be nested.
const MAX_DEPTH: u32 = 300;
/// How many values and bytes of text evaluation may add. Templates are at most 1 MB, so this is generous; it
/// stops functions that multiply each other's results.
const MAX_ADDED: usize = 24 << 20;

/// A result that was worked out before.
#[derive(Clone, Copy, Debug)]
struct Known {
    result: NodeId,
    /// True when it holds in the present world only.
    varied: bool,
}

/// The evaluator of one template.
#[derive(Debug)]
pub(super) struct Evaluator<'g> {
    pub(super) tree: Tree,
    pub(super) given: &'g Given,
    pub(super) sections: Sections,
    /// The present world.
    pub(super) choice: Choice,
    /// For a text that stands in one place and was written in another (a parameter's default): the latter.
    pub(super) origins: BTreeMap<NodeId, NodeId>,
    /// For the result of `Fn::ToJsonString`: the value that it writes.
    pub(super) structures: BTreeMap<NodeId, NodeId>,
    known: Vec<Option<Known>>,
    varied: bool,
    depth: u32,
    added: usize,
}

impl<'g> Evaluator<'g> {
    pub(super) fn new(tree: Tree, given: &'g Given, sections: Sections) -> Self {
        Self {
            tree,
            given,
            sections,
            choice: Choice::default(),
            origins: BTreeMap::new(),
            structures: BTreeMap::new(),
            known: Vec::new(),
            varied: false,
            depth: 0,
            added: 0,
        }
    }

    /// Goes to another world: forgets what held in the last one only.
    pub(super) fn enter(&mut self, choice: Choice) {
        self.choice = choice;
        for known in &mut self.known {
            if known.is_some_and(|known| known.varied) {
                *known = None;
            }
        }
    }

    /// Forgets every result: what was evaluated so far stood in no world.
    pub(super) fn forget(&mut self) {
        self.known.clear();
    }

    /// Says that the value being evaluated holds in the present world only.
    pub(super) fn varies(&mut self) {
        self.varied = true;
    }

    /// Accounts for what evaluation adds; false when it is too much.
    pub(super) fn afford(&mut self, amount: usize) -> bool {
        self.added = self.added.saturating_add(amount);
        self.added <= MAX_ADDED
    }

    /// The members or items of a slot.
    pub(super) fn entries(&self, id: NodeId) -> Vec<Entry> {
        match self.tree.slot(id).kind {
            Kind::Map(entries, _) | Kind::List(entries) | Kind::Template(entries) => {
                self.tree.members(entries).to_vec()
            }
            Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::String(_)
            | Kind::Unreadable(_) => Vec::new(),
        }
    }

    /// The ids of a list's items, or `None` for anything else.
    pub(super) fn items(&self, id: NodeId) -> Option<Vec<NodeId>> {
        let Kind::List(entries) = self.tree.slot(id).kind else {
            return None;
        };
        let members = self.tree.members(entries);
        Some(members.iter().map(|entry| entry.value).collect())
    }

    /// The text of a scalar slot that is known.
    pub(super) fn scalar(&self, id: NodeId) -> Option<&str> {
        match self.tree.slot(id).kind {
            Kind::String(text) | Kind::Number(text) => Some(self.tree.text(text)),
            Kind::Bool(true) => Some("true"),
            Kind::Bool(false) => Some("false"),
            Kind::Null
            | Kind::List(_)
            | Kind::Map(..)
            | Kind::Template(_)
            | Kind::Unreadable(_) => None,
        }
    }

    /// The text of a reference into the tree, as an owned string.
    pub(super) fn owned(&self, text: TextRef) -> String {
        self.tree.text(text).to_owned()
    }

    /// A slot that could not be known, standing at `at`.
    pub(super) fn unknown(&mut self, reason: Reason, at: NodeId) -> NodeId {
        self.afford(1);
        self.tree.push_unreadable(reason, at)
    }

    pub(super) fn malformed(&mut self, what: impl Into<String>, at: NodeId) -> NodeId {
        self.unknown(Reason::Malformed { what: what.into() }, at)
    }

    pub(super) fn unsupported(&mut self, what: impl Into<String>, at: NodeId) -> NodeId {
        self.unknown(Reason::Unsupported { what: what.into() }, at)
    }

    /// The slot `of` again, standing at `at`.
    pub(super) fn again(&mut self, of: NodeId, at: NodeId) -> NodeId {
        if of == GONE {
            return GONE;
        }
        self.afford(1);
        let kind = self.tree.slot(of).kind;
        let copy = self.tree.push_at(kind, at);
        if matches!(kind, Kind::String(_) | Kind::Template(_)) {
            self.origins.insert(copy, of);
        }
        if let Some(structure) = self.structures.get(&of).copied() {
            self.structures.insert(copy, structure);
        }
        copy
    }

    /// Evaluates a value in the present world.
    pub(super) fn eval(&mut self, id: NodeId) -> NodeId {
        if let Some(Some(known)) = self.known.get(id as usize).copied() {
            self.varied |= known.varied;
            return known.result;
        }
        let kind = self.tree.slot(id).kind;
        if matches!(
            kind,
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Unreadable(_) | Kind::Template(_)
        ) {
            return id;
        }
        if self.depth >= MAX_DEPTH {
            return self.unsupported(format!("nesting of more than {MAX_DEPTH} levels"), id);
        }
        if self.added > MAX_ADDED {
            return self.unsupported("a template whose functions multiply their results", id);
        }
        let around = std::mem::take(&mut self.varied);
        self.depth += 1;
        let result = match kind {
            Kind::List(_) => self.list(id),
            Kind::Map(..) => self.map(id),
            Kind::String(text) => self.string(id, text),
            Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::Template(_)
            | Kind::Unreadable(_) => id,
        };
        self.depth -= 1;
        self.remember(id, result);
        self.varied |= around;
        result
    }

    fn remember(&mut self, id: NodeId, result: NodeId) {
        let at = id as usize;
        if self.known.len() <= at {
            self.known.resize(at + 1, None);
        }
        if let Some(known) = self.known.get_mut(at) {
            *known = Some(Known {
                result,
                varied: self.varied,
            });
        }
    }

    fn list(&mut self, id: NodeId) -> NodeId {
        let items = self.items(id).unwrap_or_default();
        let results: Vec<NodeId> = items.iter().map(|item| self.eval(*item)).collect();
        if results == items {
            return id;
        }
        let there: Vec<NodeId> = results.into_iter().filter(|item| *item != GONE).collect();
        self.afford(there.len());
        let kind = self.tree.list_kind(&there);
        self.tree.push_at(kind, id)
    }

    fn map(&mut self, id: NodeId) -> NodeId {
        let entries = self.entries(id);
        if let [only] = entries.as_slice()
            && let Some(key) = only.key
        {
            let name = self.tree.text(key);
            if name == "Ref" || name.starts_with("Fn::") {
                let name = name.to_owned();
                return self.function(id, &name, only.value);
            }
        }
        self.members(id, &entries)
    }

    /// Evaluates a map that is no function. A macro or loop among its members may add others.
    fn members(&mut self, id: NodeId, entries: &[Entry]) -> NodeId {
        let mut changed = false;
        let mut open = None;
        let mut members = Vec::with_capacity(entries.len());
        for entry in entries {
            let Some(key) = entry.key else { continue };
            let name = self.tree.text(key);
            if name.starts_with("Fn::") {
                if name != "Fn::Transform" && !name.starts_with("Fn::ForEach::") {
                    let what = format!("`{name}` stands beside other keys");
                    return self.malformed(what, id);
                }
                let what = format!("`{name}`");
                open.get_or_insert(Reason::Unsupported { what });
                changed = true;
                continue;
            }
            let result = self.eval(entry.value);
            changed |= result != entry.value;
            if result != GONE {
                members.push((key, entry.key_span, result));
            }
        }
        if !changed {
            return id;
        }
        self.afford(members.len());
        if open.is_none()
            && let Kind::Map(_, Some(reason)) = self.tree.slot(id).kind
        {
            open = Some(self.tree.reason(reason).clone());
        }
        let kind = self.tree.map_kind(&members, open);
        self.tree.push_at(kind, id)
    }
}
