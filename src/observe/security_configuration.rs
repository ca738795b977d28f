//! EMR security configurations: the document itself, `DescribeSecurityConfiguration` output, and the request
//! that creates one. In the latter two the document is a JSON text inside JSON.

use super::decode::json_in;
use super::own::{Below, Own};
use super::recognise::{SECTIONS, is_described_configuration};
use super::{Dialect, Reading, Seen, stem};
use crate::observed::tree::{Kind, NodeId, Tree};
use crate::observed::{Form, Identity, Node, Reason, ResourceKind, Value};

/// Reads a document, or an answer that holds one.
pub fn read(mut tree: Tree) -> Reading {
    let file = stem(&tree.source().name).to_owned();
    let root = tree.root_id();
    let seen = seen(&mut tree, root, &file);
    Reading::new(Dialect::SecurityConfiguration, tree, vec![seen])
}

/// A document, or an answer that holds one, wherever it stands; `otherwise` is what it is called when its name is not known.
pub(super) fn seen(tree: &mut Tree, at: NodeId, otherwise: &str) -> Seen {
    let kind = ResourceKind::EmrSecurityConfiguration;
    if !holds_document(tree.node(at)) {
        return Seen::new(Identity::new(kind, otherwise), Form::Document, at);
    }
    created(tree, at, otherwise)
}

/// Whether a request or an answer holds the document, rather than be it.
fn holds_document(node: Node<'_>) -> bool {
    let mut sections = SECTIONS.iter().map(|section| node.get(section));
    is_described_configuration(node)
        || node.get("SecurityConfiguration").is_set() && !sections.any(Node::is_set)
}

/// The members of the request and of the answer. Source: EMR API 2009-03-31, `CreateSecurityConfiguration`.
const REQUEST: &[&str] = &["CreationDateTime", "Name", "SecurityConfiguration"];

/// What is read of a document, or of what holds one.
pub(super) fn own(tree: &mut Tree, at: NodeId) -> Vec<Own> {
    let node = tree.node(at);
    if !holds_document(node) {
        return own_of_document(node);
    }
    let document = node.get("SecurityConfiguration");
    let mut own = vec![
        Own::these(node, REQUEST, Below::All),
        Own::all(document, Below::Nothing),
    ];
    if matches!(document.value(), Value::Map) {
        own.extend(own_of_document(document));
    } else if document.as_text().is_some() {
        let text = document.id();
        let document = json_in(tree, text).ok().map(|id| tree.node(id));
        own.extend(document.map(own_of_document).into_iter().flatten());
    }
    own
}

fn own_of_document(document: Node<'_>) -> Vec<Own> {
    let sections = SECTIONS.iter().map(|section| document.get(section));
    let sections = sections.filter(|section| section.is_set());
    let sections = sections.map(|section| Own::all(section, Below::All));
    std::iter::once(Own::these(document, SECTIONS, Below::All))
        .chain(sections)
        .collect()
}

/// A configuration as a request creates it, or as an answer describes it, wherever that stands; `otherwise` is what it
/// is called when its name is not known.
pub(super) fn created(tree: &mut Tree, request: NodeId, otherwise: &str) -> Seen {
    let node = tree.node(request);
    let name = node.get("Name").as_text().map(str::to_owned);
    let kind = ResourceKind::EmrSecurityConfiguration;
    let identity = Identity {
        name: name.clone(),
        ..Identity::new(kind, name.unwrap_or_else(|| otherwise.to_owned()))
    };
    let document = node.get("SecurityConfiguration");
    let body = match (node.reason().cloned(), document.value()) {
        (Some(_), _) => request,
        (None, Value::Absent) => {
            let what = "`SecurityConfiguration` is absent".to_owned();
            tree.push_unreadable(Reason::Malformed { what }, request)
        }
        (None, Value::Unreadable(reason)) if document.missing_key().is_some() => {
            let reason = reason.clone();
            tree.push_unreadable(reason, request)
        }
        (None, _) => {
            let document = document.id();
            document_in(tree, document)
        }
    };
    Seen::new(identity, Form::Document, body).within(request)
}

/// The document of a slot that is an object or JSON text. What is neither is unreadable.
pub(super) fn document_in(tree: &mut Tree, slot: NodeId) -> NodeId {
    if let Kind::Map(..) = tree.slot(slot).kind {
        return slot;
    }
    match json_in(tree, slot) {
        Ok(document) => match tree.slot(document).kind {
            Kind::Map(..) | Kind::Unreadable(_) => document,
            Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::String(_)
            | Kind::List(_)
            | Kind::Template(_) => {
                let what = "the security configuration is not a JSON object".to_owned();
                tree.push_unreadable(Reason::Malformed { what }, document)
            }
        },
        Err(syntax) => {
            let what = format!(
                "the security configuration is not JSON: {} (line {})",
                syntax.message, syntax.line
            );
            tree.push_unreadable(Reason::Malformed { what }, slot)
        }
    }
}
