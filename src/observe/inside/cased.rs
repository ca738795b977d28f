//! Documents like ours whose keys are in another case, such as `encryptionConfiguration` or `release_label`: AWS takes none
//! of these, and what makes requests of them is not known.

use super::what::{What, is_cluster, is_configuration, is_request_to_lake_formation, is_schema};
use crate::observe::Problem;
use crate::observe::duplicates::Member;
use crate::observe::edit::{self, Rewrite};
use crate::observed::Node;
use crate::observed::tree::{NodeId, Tree};
use std::collections::BTreeSet;

/// What in a value would be ours but for the case of its keys, beside what was found.
pub(super) fn problem(tree: &mut Tree, value: NodeId, found: &[(NodeId, What)]) -> Option<Problem> {
    let upper = edit::rewritten(tree, value, &mut Upper);
    if upper == value {
        return None;
    }
    // What is rewritten stands where it stood.
    let found = found.iter().map(|(id, _)| tree.node(*id).pointer());
    let found: BTreeSet<String> = found.collect();
    let mut open = vec![upper];
    while let Some(id) = open.pop() {
        let node = tree.node(id);
        if !found.is_empty() && found.contains(&node.pointer()) {
            continue;
        }
        if let Some((what, key)) = like(node) {
            let what = format!("what looks like {what}");
            return Some(Problem::at(
                node,
                format!("could not judge all of `{}`", tree.source().name),
                format!(
                    "{what} has keys in another case than AWS's (`{key}`): what is made of it is not known; judge that, or write `{key}` as AWS does"
                ),
            ));
        }
        open.extend(node.items().rev().map(Node::id));
        open.extend(node.members().rev().map(|(_, value)| value.id()));
    }
    None
}

/// What an object is like, with a key by which that is told.
fn like(node: Node<'_>) -> Option<(&'static str, &'static str)> {
    if is_schema(node) {
        return None;
    }
    if is_cluster(node) {
        return Some(("a `RunJobFlow` request", "Instances"));
    }
    if is_configuration(node) {
        let section = crate::observe::SECTIONS.iter();
        let section = section.copied().find(|section| node.get(section).is_set());
        return Some((
            "a security configuration",
            section.unwrap_or("SecurityConfiguration"),
        ));
    }
    let principal = node.get("Principal").get("DataLakePrincipalIdentifier");
    (principal.is_set() && is_request_to_lake_formation(node))
        .then_some(("a request to Lake Formation", "DataLakePrincipalIdentifier"))
}

/// Writes keys as AWS does: `releaseLabel`, `release_label` and `release-label` are `ReleaseLabel`.
struct Upper;

impl Rewrite for Upper {
    fn string(&mut self, _: &mut Tree, _: NodeId) -> Option<NodeId> {
        None
    }

    fn member(&mut self, tree: &mut Tree, (key, span, value): Member) -> Option<Member> {
        let after = edit::rewritten(tree, value, self);
        let name = tree.text(key);
        let upper = upper(name);
        if upper == name && after == value {
            return None;
        }
        let key = tree.decoded_text(&upper);
        Some((key, span, after))
    }
}

fn upper(key: &str) -> String {
    let words = key.split(['_', '-']).filter(|word| !word.is_empty());
    words
        .flat_map(|word| {
            let mut characters = word.chars();
            let first = characters.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(characters)
        })
        .collect()
}
