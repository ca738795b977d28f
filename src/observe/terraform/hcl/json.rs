//! The JSON syntax of Terraform: objects are bodies, and strings are templates.
//!
//! Source: Terraform language, *JSON Configuration Syntax*.

use super::expr::{Argument, At, Block, Body, Expr, ExprKind, Key, Part};
use super::lower::Shift;
use crate::observed::tree::{Entry, Kind, NodeId, Tree, clamp};
use std::rc::Rc;

/// How many labels the blocks of each kind have, as levels of objects.
const LABELS: &[(&str, usize)] = &[
    ("resource", 2),
    ("data", 2),
    ("ephemeral", 2),
    ("variable", 1),
    ("output", 1),
    ("module", 1),
    ("provider", 1),
    ("check", 1),
    ("locals", 0),
    ("terraform", 0),
    ("import", 0),
    ("moved", 0),
    ("removed", 0),
];

/// Whether blocks of a kind are Terraform's.
pub(super) fn is_known(kind: &str) -> bool {
    LABELS.iter().any(|(known, _)| *known == kind)
}

/// A parsed JSON file whose first byte is at an offset of the module's files.
#[derive(Debug)]
pub(super) struct Json<'t> {
    pub(super) tree: &'t Tree,
    pub(super) base: u32,
}

impl Json<'_> {
    fn at(&self, id: NodeId) -> At {
        let (start, end) = self.tree.bytes(self.tree.slot(id).span);
        At {
            start: self.base + clamp(start),
            end: self.base + clamp(end),
        }
    }

    fn entries(&self, id: NodeId) -> &[Entry] {
        match self.tree.slot(id).kind {
            Kind::Map(entries, _) | Kind::List(entries) => self.tree.members(entries),
            Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::String(_)
            | Kind::Template(_)
            | Kind::Unreadable(_) => &[],
        }
    }

    /// The members of an object, or of all objects of a list. Comments are left out.
    fn members(&self, id: NodeId) -> Vec<(&str, At, NodeId)> {
        let mut found = Vec::new();
        for entry in self.entries(id) {
            if let Some(key) = entry.key {
                let (start, end) = self.tree.bytes(entry.key_span);
                let at = At {
                    start: self.base + clamp(start),
                    end: self.base + clamp(end),
                };
                found.push((self.tree.text(key), at, entry.value));
                continue;
            }
            let inner = self.entries(entry.value).iter();
            if inner.clone().all(|entry| entry.key.is_some()) {
                found.extend(self.members(entry.value));
            }
        }
        found.retain(|(key, ..)| *key != "//");
        found
    }

    /// A file of arguments only, such as values of variables.
    pub(super) fn arguments(&self, id: NodeId) -> Body {
        self.body(id, false)
    }

    /// A file of blocks.
    pub(super) fn file(&self, id: NodeId) -> Body {
        let mut file = Body::default();
        for (kind, at, value) in self.members(id) {
            let labels = LABELS.iter().find(|(known, _)| *known == kind);
            let labels = labels.map_or(0, |(_, labels)| *labels);
            self.blocks(kind, at, (value, labels), &[], &mut file.blocks);
        }
        file
    }

    /// The blocks of a kind: below `labels` levels of objects, one or a list of them.
    fn blocks(
        &self,
        kind: &str,
        head: At,
        (id, labels): (NodeId, usize),
        before: &[Rc<str>],
        blocks: &mut Vec<Block>,
    ) {
        if labels > 0 {
            for (label, at, value) in self.members(id) {
                let mut all = before.to_vec();
                all.push(label.into());
                self.blocks(kind, at, (value, labels - 1), &all, blocks);
            }
            return;
        }
        let entries = self.entries(id);
        let list = matches!(self.tree.slot(id).kind, Kind::List(_));
        let bodies = if list {
            entries.iter().map(|entry| entry.value).collect()
        } else {
            vec![id]
        };
        for id in bodies {
            blocks.push(Block {
                kind: kind.into(),
                labels: before.to_vec(),
                body: self.body(id, kind == "dynamic"),
                at: self.at(id),
                head,
            });
        }
    }

    fn body(&self, id: NodeId, dynamic: bool) -> Body {
        let mut body = Body::default();
        for (name, name_at, value) in self.members(id) {
            let labels = match name {
                "dynamic" => Some(1),
                "content" if dynamic => Some(0),
                _ => None,
            };
            match labels {
                Some(labels) => {
                    self.blocks(name, name_at, (value, labels), &[], &mut body.blocks);
                }
                None => body.arguments.push(Argument {
                    name: name.into(),
                    name_at,
                    value: Rc::new(self.expression(value)),
                }),
            }
        }
        body
    }

    fn expression(&self, id: NodeId) -> Expr {
        let at = self.at(id);
        let kind = match self.tree.slot(id).kind {
            Kind::Null | Kind::Template(_) | Kind::Unreadable(_) => ExprKind::Null,
            Kind::Bool(value) => ExprKind::Bool(value),
            Kind::Number(text) => ExprKind::Number(self.tree.text(text).into()),
            Kind::String(text) => ExprKind::Template(self.parts(self.tree.text(text), id)),
            Kind::List(_) => {
                let items = self.entries(id).iter();
                ExprKind::List(items.map(|entry| self.expression(entry.value)).collect())
            }
            Kind::Map(..) => {
                let members = self.members(id).into_iter();
                let members = members.map(|(key, key_at, value)| {
                    let key = match put_together(key, key_at) {
                        Some(key) => Key::Expr(Box::new(key)),
                        None => Key::Name(key.into(), key_at),
                    };
                    (key, self.expression(value))
                });
                ExprKind::Object(members.collect())
            }
        };
        Expr { at, kind }
    }

    /// The parts of a string. What is no template stands as it is.
    fn parts(&self, text: &str, id: NodeId) -> Vec<Part> {
        let at = self.at(id);
        let inside = At {
            start: at.start + 1,
            end: at.end.saturating_sub(1).max(at.start + 1),
        };
        if !text.contains("${") && !text.contains("%{") {
            return vec![Part::Text(text.into(), inside)];
        }
        let (start, end) = self.tree.bytes(self.tree.slot(id).span);
        let whole = self.tree.source().text();
        let written = whole.get(start + 1..end.saturating_sub(1));
        let shift = if written == Some(text) {
            Shift::By(inside.start)
        } else {
            Shift::Within(inside)
        };
        match text.parse() {
            Ok(template) => shift.template(&template),
            Err(_) => vec![Part::Text(text.into(), inside)],
        }
    }
}

/// A key that is put together.
fn put_together(key: &str, at: At) -> Option<Expr> {
    let template = key.contains("${").then(|| key.parse().ok())??;
    let kind = ExprKind::Template(Shift::Within(at).template(&template));
    Some(Expr { at, kind })
}
