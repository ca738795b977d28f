//! EMRFS role mappings as a document holds them, and which of them can never match.

use crate::aws::s3::Location;
use crate::observed::{Known, Node};

/// One mapping.
#[derive(Clone, Copy, Debug)]
pub struct RoleMapping<'t> {
    /// The whole.
    pub node: Node<'t>,
    /// `User`, `Group` or `Prefix`.
    pub kind: Known<'t, &'t str>,
}

impl<'t> RoleMapping<'t> {
    /// Reads a mapping.
    pub fn of(node: Node<'t>) -> Self {
        Self {
            node,
            kind: node.get("IdentifierType").text(),
        }
    }

    /// The identifiers, when every one is known.
    pub fn identifiers(&self) -> Option<Vec<&'t str>> {
        let list = self.node.get("Identifiers");
        if list.open().is_some() {
            return None;
        }
        list.items().map(Node::as_text).collect()
    }

    /// Whether this mapping matches whatever the identifier of that kind matches.
    fn matches(&self, kind: &str, identifier: &str) -> bool {
        if self.kind != Known::Set(kind) {
            return false;
        }
        self.node
            .get("Identifiers")
            .items()
            .filter_map(Node::as_text)
            .any(|own| {
                if kind == "Prefix" {
                    Location::of(own)
                        .zip(Location::of(identifier))
                        .is_some_and(|(own, other)| own.covers(other))
                } else {
                    own == identifier
                }
            })
    }
}

/// The mappings, by index, that can never match because earlier ones match all of their identifiers.
/// Source: EMR Management Guide, *Configure IAM roles for EMRFS requests to Amazon S3*: the first match wins.
pub fn shadowed<'m, 't>(
    mappings: &'m [RoleMapping<'t>],
) -> impl Iterator<Item = (usize, &'m RoleMapping<'t>)> {
    mappings.iter().enumerate().filter(|(at, later)| {
        let (Known::Set(kind), Some(identifiers)) = (later.kind, later.identifiers()) else {
            return false;
        };
        !identifiers.is_empty()
            && identifiers.iter().all(|identifier| {
                mappings
                    .iter()
                    .take(*at)
                    .any(|earlier| earlier.matches(kind, identifier))
            })
    })
}

#[cfg(test)]
mod tests {
    use super::{RoleMapping, shadowed};
    use crate::control::testing::tree;
    use serde_json::json;

    fn dead(mappings: &serde_json::Value) -> Vec<usize> {
        let mappings: Vec<_> = tree(mappings).root().items().map(RoleMapping::of).collect();
        shadowed(&mappings).map(|(at, _)| at).collect()
    }

    #[test]
    fn a_mapping_whose_names_all_stand_earlier_never_matches() {
        let user = |names: &[&str]| json!({"IdentifierType": "User", "Identifiers": names});
        assert_eq!(
            dead(&json!([user(&["a", "b"]), user(&["c"]), user(&["b", "c"])])),
            [2]
        );
        assert!(dead(&json!([user(&["a"]), user(&["a", "b"])])).is_empty());
    }

    #[test]
    fn a_prefix_below_an_earlier_one_never_matches() {
        let prefix = |text: &str| json!({"IdentifierType": "Prefix", "Identifiers": [text]});
        assert_eq!(
            dead(&json!([prefix("s3://b/"), prefix("s3a://b/sales/")])),
            [1]
        );
        assert!(dead(&json!([prefix("s3://b/sales/"), prefix("s3://b/")])).is_empty());
    }

    #[test]
    fn names_of_different_kinds_do_not_shadow_each_other() {
        let list = json!([
            {"IdentifierType": "User", "Identifiers": ["a"]},
            {"IdentifierType": "Group", "Identifiers": ["a"]}
        ]);
        assert!(dead(&list).is_empty());
    }
}
