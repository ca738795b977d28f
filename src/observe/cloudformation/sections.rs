//! The sections of a template, by name.

use crate::observed::tree::{NONE, NodeId, Tree};
use std::collections::BTreeMap;

/// Where each named thing of a template is declared.
#[derive(Clone, Debug, Default)]
pub(super) struct Sections {
    /// Parameters.
    pub(super) parameters: BTreeMap<String, NodeId>,
    /// Mappings.
    pub(super) mappings: BTreeMap<String, NodeId>,
    /// Conditions.
    pub(super) conditions: BTreeMap<String, NodeId>,
    /// Resources, in the order written.
    pub(super) resources: Vec<(String, NodeId)>,
    /// Whether a macro rewrites the template, so that names may exist that are not declared in it.
    pub(super) rewritten: bool,
}

impl Sections {
    /// The sections of a template.
    pub(super) fn of(tree: &Tree) -> Self {
        let root = tree.root();
        let named = |section: &'static str| -> Vec<(String, NodeId)> {
            root.get(section)
                .members()
                .map(|(name, node)| (name.to_owned(), node.id()))
                .collect()
        };
        Self {
            parameters: named("Parameters").into_iter().collect(),
            mappings: named("Mappings").into_iter().collect(),
            conditions: named("Conditions").into_iter().collect(),
            resources: named("Resources"),
            rewritten: root.get("Transform").is_set(),
        }
    }

    /// Whether a resource of this logical id is declared, or may be by a macro or loop.
    pub(super) fn may_declare(&self, name: &str) -> bool {
        self.rewritten
            || self
                .resources
                .iter()
                .any(|(declared, _)| declared == name || declared.starts_with("Fn::"))
    }
}

/// The id of a node, or [`NONE`] when nothing stands there.
pub(super) fn member(tree: &Tree, of: NodeId, key: &str) -> NodeId {
    tree.node(of)
        .members()
        .rev()
        .find(|(name, _)| *name == key)
        .map_or(NONE, |(_, node)| node.id())
}
