//! The condition "this names the key that the baseline asks for", which many controls share.

use super::verdict::Conditions;
use crate::aws::kms::KeyName;
use crate::lattice::Text;
use crate::observed::{Known, Lookup, Node, ResourceKind, Scope};

impl Conditions {
    /// The node must name a KMS key: `want` when the baseline gives one, else any key by its full ARN.
    ///
    /// An alias or a bare id cannot be compared with an ARN offline, so it is unknown; it is known to be wrong
    /// when it is one of AWS's own aliases, or a bare id other than the wanted one.
    pub fn must_name_key(
        &mut self,
        node: Node<'_>,
        name: &str,
        want: Option<&Text>,
        setting: &'static str,
        scope: &Scope<'_>,
    ) {
        self.judge_key(node, name, (want, setting), scope, Takes::Arns);
    }

    /// As [`Self::must_name_key`], of a service that takes the id of a key as well: an id that is not said to be
    /// another key's is the key's own name, and so is a reference to a declared key.
    pub fn must_name_key_or_id(
        &mut self,
        node: Node<'_>,
        name: &str,
        want: Option<&Text>,
        setting: &'static str,
        scope: &Scope<'_>,
    ) {
        self.judge_key(node, name, (want, setting), scope, Takes::Ids);
    }

    fn judge_key(
        &mut self,
        node: Node<'_>,
        name: &str,
        (want, setting): (Option<&Text>, &'static str),
        scope: &Scope<'_>,
        takes: Takes,
    ) {
        let condition = match node.text() {
            Known::Absent => self.failed(node, format!("`{name}` is absent")),
            Known::Mistyped => self.failed(
                node,
                format!("`{name}` is {}, not a key", node.value().type_name()),
            ),
            Known::Unreadable(reason) => {
                if want.is_none_or(|want| want.as_literal().is_none())
                    && refers_to_key(node, scope, takes)
                {
                    return self.held();
                }
                self.unknown(node, reason, format!("the key in `{name}` is unknown"))
            }
            Known::Set(text) => match (KeyName::of(text), want) {
                (KeyName::KeyArn { .. }, None) => return self.held(),
                (KeyName::KeyArn { .. }, Some(want)) if want.accepts(text) => return self.held(),
                (KeyName::KeyArn { .. }, Some(_)) => {
                    self.failed(node, format!("`{name}` names another key"))
                }
                (key @ KeyName::Alias { .. }, _) if key.is_aws_managed_alias() => {
                    self.failed(node, format!("`{name}` names a key that AWS manages"))
                }
                (KeyName::Id(id), Some(want))
                    if want
                        .as_literal()
                        .is_some_and(|want| !want.ends_with(&format!("/{id}"))) =>
                {
                    self.failed(node, format!("`{name}` names another key"))
                }
                (KeyName::Id(_), _) if takes == Takes::Ids => return self.held(),
                (KeyName::Alias { .. } | KeyName::Id(_), _) => self.undecided(
                    node,
                    format!("`{name}` is an alias or id, whose key is not known here"),
                    "write the key's ARN, or audit the live resource",
                ),
                (KeyName::Malformed, _) => {
                    self.failed(node, format!("`{name}` is not a KMS key ARN"))
                }
            },
        };
        let expected = want.map_or_else(
            || "a KMS key by its ARN".to_owned(),
            |want| format!("`{want}`"),
        );
        condition
            .under(setting)
            .expected(expected)
            .observed(node.display())
            .mended_as(node, name, want.and_then(Text::as_literal));
    }
}

/// By what a service takes keys.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Arns,
    Ids,
}

/// Whether the node is the ARN of a key that the same input declares, or its id where that is taken.
fn refers_to_key(node: Node<'_>, scope: &Scope<'_>, takes: Takes) -> bool {
    let reference = node.reference();
    reference.is_some_and(|(id, attribute)| {
        let names = match attribute {
            Some("Arn" | "arn") => true,
            None | Some("KeyId" | "key_id" | "id") => takes == Takes::Ids,
            Some(_) => false,
        };
        names && matches!(scope.by_id(ResourceKind::KmsKey, id), Lookup::Found(_))
    })
}
