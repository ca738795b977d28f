//! What will be, what of it is not known, and what of it is sensitive, laid over each other.
//!
//! Terraform prints three trees of the same shape. An unknown value is left out of the first and `true` in the
//! second; a sensitive one stands in the first in clear and is `true` in the third.

use super::configuration::Explanation;
use crate::observed::tree::{Kind, NodeId, Span, TextRef, Tree};
use crate::observed::{Node, Reason, Value};

/// So many members are looked through one by one.
const FEW: usize = 16;

/// Lays values over each other.
#[derive(Debug)]
pub(super) struct Overlay<'t, 'e> {
    pub(super) tree: &'t mut Tree,
    /// What the configuration says of the values, where there is one.
    pub(super) explain: Option<&'e Explanation<'e>>,
}

/// The members of a map; nothing for anything else.
pub(super) fn members(tree: &Tree, map: NodeId) -> Vec<(TextRef, Span, NodeId)> {
    let Kind::Map(entries, _) = tree.slot(map).kind else {
        return Vec::new();
    };
    let members = tree.members(entries).iter();
    members
        .filter_map(|entry| Some((entry.key?, entry.key_span, entry.value)))
        .collect()
}

/// Whether anything in a tree of marks is marked. Bounded by the depth of documents.
fn is_marked(node: Node<'_>) -> bool {
    match node.value() {
        Value::Bool(mark) => mark,
        Value::List => node.items().any(is_marked),
        Value::Map => node.members().any(|(_, member)| is_marked(member)),
        Value::Absent
        | Value::Unreadable(_)
        | Value::Null
        | Value::Number(_)
        | Value::String(_)
        | Value::Template => false,
    }
}

impl Overlay<'_, '_> {
    /// The values of a resource with their marks.
    pub(super) fn merge(
        &mut self,
        values: NodeId,
        unknown: Option<NodeId>,
        sensitive: Option<NodeId>,
    ) -> NodeId {
        let marked = |tree: &Tree, marks: NodeId| is_marked(tree.node(marks)).then_some(marks);
        let unknown = unknown.and_then(|marks| marked(self.tree, marks));
        let sensitive = sensitive.and_then(|marks| marked(self.tree, marks));
        self.value(Some(values), unknown, sensitive, "", "")
            .unwrap_or(values)
    }

    /// The values of a resource, of which nothing is unknown.
    pub(super) fn sensitive(&mut self, values: NodeId, sensitive: NodeId) -> NodeId {
        self.merge(values, None, Some(sensitive))
    }

    /// One value. `path` is the names of arguments down to it, `name` the last of them.
    fn value(
        &mut self,
        value: Option<NodeId>,
        unknown: Option<NodeId>,
        sensitive: Option<NodeId>,
        path: &str,
        name: &str,
    ) -> Option<NodeId> {
        let is_true = |tree: &Tree, marks: Option<NodeId>| {
            marks.is_some_and(|marks| matches!(tree.slot(marks).kind, Kind::Bool(true)))
        };
        if is_true(self.tree, unknown)
            && let Some(marks) = unknown
        {
            return self.unknown(marks, path);
        }
        if is_true(self.tree, sensitive) {
            let value = value?;
            self.withhold(value, name);
            return Some(value);
        }
        if unknown.is_none() && sensitive.is_none() {
            return value;
        }
        let marks = [unknown, sensitive];
        let shapes = value.into_iter().chain(marks.into_iter().flatten());
        let shape = shapes
            .map(|id| self.tree.slot(id).kind)
            .find(|kind| matches!(kind, Kind::Map(..) | Kind::List(_)));
        match shape {
            Some(Kind::Map(..)) => self.map(value, marks, path),
            Some(Kind::List(_)) => self.list(value, marks, path, name),
            _ => value,
        }
    }

    /// A value that is known only after apply: it stands where Terraform says so. Nothing where the configuration
    /// does not write it and the service's default will stand.
    fn unknown(&mut self, marks: NodeId, path: &str) -> Option<NodeId> {
        let reason = match self.explain {
            None => Some(Reason::KnownAfterApply),
            Some(explain) => explain.reason(self.tree, path),
        };
        Some(self.tree.push_unreadable(reason?, marks))
    }

    /// A sensitive value is there, and nobody reads it: it must not come into anybody's hands by another way either.
    fn withhold(&mut self, value: NodeId, name: &str) {
        if let Kind::Null = self.tree.slot(value).kind {
            return;
        }
        let what = if name.is_empty() {
            "a sensitive value"
        } else {
            name
        };
        let reason = Reason::Withheld {
            what: what.to_owned(),
        };
        self.tree.mask(value, reason);
    }

    fn map(
        &mut self,
        value: Option<NodeId>,
        marks: [Option<NodeId>; 2],
        path: &str,
    ) -> Option<NodeId> {
        let own = value.map(|id| members(self.tree, id)).unwrap_or_default();
        let [unknown, sensitive] = marks.map(|marks| self.by_key(marks));
        let mut made = Vec::with_capacity(own.len() + unknown.len());
        let mut seen = vec![false; unknown.len()];
        for (key, span, member) in own {
            let [at, marked] = [&unknown, &sensitive].map(|marks| self.position(marks, key));
            if at.is_none() && marked.is_none() {
                made.push((key, span, member));
                continue;
            }
            if let Some(seen) = at.and_then(|at| seen.get_mut(at)) {
                *seen = true;
            }
            let name = self.tree.text(key).to_owned();
            let marks =
                [(&unknown, at), (&sensitive, marked)].map(|(marks, at)| Some(marks.get(at?)?.2));
            let path = joined(path, &name);
            if let Some(value) = self.value(Some(member), marks[0], marks[1], &path, &name) {
                made.push((key, span, value));
            }
        }
        for (key, span, marks) in unknown
            .iter()
            .zip(&seen)
            .filter(|(_, seen)| !**seen)
            .map(|(one, _)| *one)
        {
            let name = self.tree.text(key).to_owned();
            let path = joined(path, &name);
            if let Some(value) = self.value(None, Some(marks), None, &path, &name) {
                made.push((key, span, value));
            }
        }
        let at = value.or(marks[0]).or(marks[1])?;
        let kind = self.tree.map_kind(&made, None);
        Some(self.tree.push_at(kind, at))
    }

    /// The members that hold a mark, by name; of equal names, the last.
    fn by_key(&self, marks: Option<NodeId>) -> Vec<(TextRef, Span, NodeId)> {
        let Some(marks) = marks else {
            return Vec::new();
        };
        let mut found = members(self.tree, marks);
        found.retain(|(.., value)| is_marked(self.tree.node(*value)));
        found.reverse();
        found.sort_by_key(|(key, ..)| self.tree.text(*key));
        found.dedup_by_key(|(key, ..)| self.tree.text(*key));
        found
    }

    /// Where among such members the one of a name is.
    fn position(&self, marks: &[(TextRef, Span, NodeId)], name: TextRef) -> Option<usize> {
        let name = self.tree.text(name);
        if marks.len() <= FEW {
            return marks.iter().position(|(key, ..)| self.tree.is(*key, name));
        }
        let found = marks.binary_search_by(|(key, ..)| self.tree.text(*key).cmp(name));
        found.ok()
    }

    fn list(
        &mut self,
        value: Option<NodeId>,
        marks: [Option<NodeId>; 2],
        path: &str,
        name: &str,
    ) -> Option<NodeId> {
        let items = |tree: &Tree, id: Option<NodeId>| -> Vec<NodeId> {
            let list = id.map(|id| tree.node(id).items().map(Node::id).collect());
            list.unwrap_or_default()
        };
        let own = items(self.tree, value);
        let [unknown, sensitive] = marks.map(|marks| items(self.tree, marks));
        let mut made = Vec::with_capacity(own.len());
        for index in 0..own.len().max(unknown.len()) {
            let marked = |marks: &[NodeId]| {
                let marks = marks.get(index).copied()?;
                is_marked(self.tree.node(marks)).then_some(marks)
            };
            let (unknown, sensitive) = (marked(&unknown), marked(&sensitive));
            let item = own.get(index).copied();
            // An item of a list cannot be left out.
            let made_of = self
                .value(item, unknown, sensitive, path, name)
                .or(item)
                .or(unknown);
            made.extend(made_of);
        }
        let at = value.or(marks[0]).or(marks[1])?;
        let kind = self.tree.list_kind(&made);
        Some(self.tree.push_at(kind, at))
    }
}

/// The path of an argument's argument.
fn joined(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}
