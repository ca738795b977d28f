//! What the readers' tests share.

use crate::observed::Source;
use crate::observed::tree::Tree;
use crate::observed::{Node, Value};
use std::sync::Arc;

/// A source named `t`.
pub(super) fn source(text: &str) -> Arc<Source> {
    Arc::new(Source::new("t", text))
}

/// The value as `serde_json` has it; what is unreadable is the string `?` and its reason.
pub(super) fn plain(node: Node<'_>) -> serde_json::Value {
    match node.value() {
        Value::Absent => "absent".into(),
        Value::Unreadable(reason) => format!("?{reason}").into(),
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => value.into(),
        Value::Number(text) => serde_json::from_str(text).unwrap(),
        Value::String(text) => text.into(),
        Value::Template => node.display().into(),
        Value::List => node.items().map(plain).collect(),
        Value::Map => node
            .members()
            .map(|(key, value)| (key.to_owned(), plain(value)))
            .collect(),
    }
}

/// Every value of a tree below a node, itself first.
pub(super) fn all(node: Node<'_>) -> Vec<Node<'_>> {
    let mut nodes = vec![node];
    nodes.extend(node.items().flat_map(all));
    nodes.extend(node.members().flat_map(|(_, value)| all(value)));
    nodes
}

/// Fails unless every value stands on whole characters of the file.
pub(super) fn assert_whole_characters(tree: &Tree) {
    let text = tree.source().text();
    for node in all(tree.root()) {
        let (start, end) = node.bytes();
        assert!(
            text.get(start..end).is_some(),
            "{} at {start}..{end} of {text:?}",
            node.pointer()
        );
    }
}

/// What a value was written as.
pub(super) fn written(node: Node<'_>) -> &str {
    let (start, end) = node.bytes();
    node.tree().source().text().get(start..end).unwrap()
}

/// Numbers that look random and are the same in every run.
#[derive(Debug)]
pub(super) struct Dice(pub(super) u64);

impl Dice {
    /// A number below `limit`, which is not zero.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    /// `text` with a few characters changed, doubled, moved or dropped.
    pub(super) fn mutant(&mut self, text: &str, alphabet: &[char]) -> String {
        let mut characters: Vec<char> = text.chars().collect();
        for _ in 0..=self.below(4) {
            let at = self.below(characters.len().max(1));
            let new = alphabet[self.below(alphabet.len())];
            match self.below(5) {
                0 if !characters.is_empty() => drop(characters.remove(at)),
                1 if !characters.is_empty() => characters[at] = new,
                2 => characters.truncate(at),
                3 if !characters.is_empty() => {
                    let end = (at + self.below(9)).min(characters.len());
                    let piece = characters[at..end].to_vec();
                    let to = self.below(characters.len());
                    characters.splice(to..to, piece);
                }
                _ => characters.insert(at.min(characters.len()), new),
            }
        }
        characters.into_iter().collect()
    }
}
