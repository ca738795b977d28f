//! What a service's configuration says elsewhere in the same file: `${self:custom.resources}`.
//!
//! Source: Serverless Framework, *Variables*, "Referencing `serverless.yml` Properties".

use crate::observed::tree::{NodeId, Tree};
use crate::observed::{Node, Value};

/// How many references one way goes through.
const MAX_HOPS: usize = 8;

/// How many values are looked at: a list may refer to itself.
const MAX_VALUES: usize = 20_000;

/// What a value is that refers to another of the file as a whole; any other value as it is.
pub(super) fn followed<'t>(root: Node<'t>, node: Node<'t>) -> Node<'t> {
    let mut found = node;
    for _ in 0..MAX_HOPS {
        let Some(path) = path(found) else {
            return found;
        };
        let there = path.split('.').fold(root, Node::get);
        if there.is_absent() {
            return found;
        }
        found = there;
    }
    found
}

/// The path that a reference as a whole names. What is put into the path itself is not known.
fn path(node: Node<'_>) -> Option<&str> {
    let written = match node.value() {
        Value::String(text) => text,
        Value::Unreadable(_) if node.missing_key().is_none() => {
            let (start, end) = node.bytes();
            node.tree().source().text().get(start..end)?
        }
        Value::Absent
        | Value::Unreadable(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Template
        | Value::List
        | Value::Map => return None,
    };
    let written = written.trim().trim_matches(['"', '\'']);
    let inner = written.strip_prefix("${")?.strip_suffix('}')?;
    let path = inner.trim().strip_prefix("self:")?;
    // What follows a comma is taken where there is no such value.
    let path = path.split(',').next().unwrap_or(path).trim();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (!path.is_empty() && path.bytes().all(plain)).then_some(path)
}

/// Puts what references stand for in their place: in the templates, their sections and resources, and in the state
/// machines and their definitions.
pub(super) fn resolve(tree: &mut Tree) {
    let root = tree.root_id();
    let mut open: Vec<(NodeId, usize)> = Vec::new();
    for (key, depth) in [("resources", 4), ("stepFunctions", 5)] {
        let section = tree.node(root).get(key);
        if section.is_set() || section.reason().is_some() && section.missing_key().is_none() {
            open.push((section.id(), depth));
        }
    }
    for _ in 0..MAX_VALUES {
        let Some((id, depth)) = open.pop() else { break };
        let there = followed(tree.root(), tree.node(id)).id();
        if there != id {
            tree.replace(id, there);
        }
        let node = tree.node(id);
        if let Some(depth) = depth.checked_sub(1) {
            let items = node.items().map(|item| (item.id(), depth));
            let members = node.members().map(|(_, value)| (value.id(), depth));
            open.extend(items.chain(members));
        }
    }
}
