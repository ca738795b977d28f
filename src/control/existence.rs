//! Whether a thing that a document only names exists (rule 13).

use super::verdict::Conditions;
use super::view::View;
use crate::aws::iam;
use crate::observed::{Form, Known, Lookup, Node, Reason, ResourceKind};

impl Conditions {
    /// The named role must exist.
    ///
    /// In files a role passes when the input declares it, or on the baseline's word when that names it; otherwise
    /// it is unknown. Live, only what was seen counts.
    pub fn must_exist(
        &mut self,
        node: Node<'_>,
        name: &str,
        kind: ResourceKind,
        named: impl Fn(&str) -> bool,
        seen: &View<'_, '_>,
    ) {
        let expected = format!("{kind} that exists");
        let condition = match node.text() {
            Known::Set(text) => match find(text, kind, seen) {
                Lookup::Found(_) => return self.held(),
                Lookup::DoesNotExist => self.failed(node, format!("`{name}` names a {kind} that does not exist")),
                Lookup::NotInSight | Lookup::Ambiguous if seen.is_live() => {
                    let reason = Reason::NotObserved { action: "iam:GetRole".to_owned() };
                    self.unknown(node, &reason, format!("whether `{name}` exists is unknown"))
                }
                Lookup::NotInSight | Lookup::Ambiguous if named(text) => return self.held(),
                Lookup::NotInSight | Lookup::Ambiguous => self.undecided(
                    node,
                    format!("whether the {kind} in `{name}` exists is unknown: neither the input declares it nor the baseline names it"),
                    "name it in the baseline, or audit the live account",
                ),
            },
            Known::Unreadable(reason) => {
                let declared = node
                    .reference()
                    .is_some_and(|(id, _)| matches!(seen.scope.by_id(kind, id), Lookup::Found(_)));
                if declared {
                    return self.held();
                }
                self.unknown(node, reason, format!("`{name}` is unknown"))
            }
            Known::Absent => self.failed(node, format!("`{name}` is absent")),
            Known::Mistyped => self.failed(node, format!("`{name}` is {}", node.value().type_name())),
        };
        condition.expected(expected).observed(node.display());
    }
}

fn find<'a, 't>(text: &str, kind: ResourceKind, seen: &View<'a, 't>) -> Lookup<'a, 't> {
    let mut by_arn = seen.scope.by_arn(kind, text);
    if let Some(found) = by_arn.find(|resource| resource.form != Form::Named) {
        return Lookup::Found(found);
    }
    let name = iam::role_name(text).unwrap_or(text);
    let found = seen.scope.by_name(kind, name);
    // Only its name was seen: that is no evidence.
    if matches!(found, Lookup::Found(resource) if resource.form == Form::Named) {
        return Lookup::NotInSight;
    }
    found
}
