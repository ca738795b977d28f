//! A seen grant against the declared ones: what is not declared, and what is wider than declared.

use super::declared::DeclaredGrant;
use super::seen::{SeenGrant, SeenPermission};
use crate::aws::lake_formation::grant::Object;
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::aws::lake_formation::permissions::{ObjectClass, PERMISSIONS};
use crate::control::{Conditions, Severity};
use crate::lattice::Text;
use std::collections::BTreeSet;

/// What a baseline asks of grants as a whole.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The declared grants.
    pub declared: &'a [DeclaredGrant],
    /// Whether nothing else may be granted.
    pub exact: bool,
    /// Patterns of the databases that are governed; empty for those of the declared grants.
    pub scope: &'a BTreeSet<Text>,
}

/// Judges every permission of a grant.
pub fn judge(asked: Asked<'_>, seen: &SeenGrant<'_>, out: &mut Conditions) {
    if asked.declared.is_empty() && asked.scope.is_empty() {
        return;
    }
    let object = match &seen.object {
        Ok(object) => object,
        Err(trouble) => return trouble.record(out),
    };
    let governed = asked.governs(object);
    if governed == Likeness::Different {
        return;
    }
    let (principal, permissions) = match (&seen.principal, &seen.permissions) {
        (Ok(principal), Ok(permissions)) => (principal, permissions),
        (Err(trouble), _) | (_, Err(trouble)) => return trouble.record(out),
    };
    let one = One {
        asked,
        seen,
        object,
        principal,
        governed,
    };
    let all = permissions
        .iter()
        .find(|permission| permission.name.as_known() == Some("ALL"));
    for permission in permissions {
        let part_of_all = all.is_some_and(|all| {
            let name = permission.name.as_known().unwrap_or_default();
            object.class().parts_of_all().contains(&name)
                && (all.grantable || !permission.grantable)
        });
        if !part_of_all {
            one.judge(permission, out);
        }
    }
}

impl Asked<'_> {
    /// Whether the baseline governs grants on the object. What lies in no database is always governed.
    fn governs(&self, object: &Object) -> Likeness {
        let Some(database) = object.database() else {
            return Likeness::Same;
        };
        if self.scope.is_empty() {
            let declared = self
                .declared
                .iter()
                .filter_map(|grant| grant.object.database());
            return declared
                .map(|declared| declared.likeness(database))
                .max()
                .unwrap_or(Likeness::Different);
        }
        match database.as_known() {
            Some(database) => Likeness::of(
                self.scope
                    .iter()
                    .any(|pattern| pattern.accepts_as_pattern(database)),
            ),
            None => Likeness::Possible,
        }
    }
}

/// One grant that is judged.
struct One<'a, 't> {
    asked: Asked<'a>,
    seen: &'a SeenGrant<'t>,
    object: &'a Object,
    principal: &'a Name,
    governed: Likeness,
}

impl<'a> One<'a, '_> {
    fn judge(&self, permission: &SeenPermission<'_>, out: &mut Conditions) {
        let known = permission.name.as_known();
        if known.is_some_and(|name| !PERMISSIONS.contains(&name)) {
            let subject = self.subject(permission);
            out.undecided(
                permission.node,
                format!("{subject}: the permission is not known to this version"),
                "write a permission of the Lake Formation API",
            );
            return;
        }
        let declared = self.asked.declared.iter();
        let best = declared
            .map(|declared| self.covered_by(declared, permission))
            .max()
            .unwrap_or(Likeness::Different);
        match best.min(if best == Likeness::Same {
            best
        } else {
            self.governed.max(best)
        }) {
            Likeness::Same => out.held(),
            Likeness::Possible => self.unknown(permission, out),
            Likeness::Different if self.governed == Likeness::Possible => {
                self.unknown(permission, out);
            }
            Likeness::Different => self.undeclared(permission, out),
        }
    }

    /// What is granted, on what, and to whom.
    fn subject(&self, permission: &SeenPermission<'_>) -> String {
        let (name, object) = (&permission.name, self.object);
        format!("`{name}` on {object} for `{}`", self.principal)
    }

    /// A permission that no declared grant covers.
    fn undeclared(&self, permission: &SeenPermission<'_>, out: &mut Conditions) {
        let subject = self.subject(permission);
        if permission.name.as_known() == Some("ALL") && self.has_all_parts(permission) {
            out.failed(
                permission.node,
                format!("{subject} also covers permissions to come, where its parts are declared"),
            )
            .under("grant")
            .at(Severity::Low)
            .expected(self.object.class().parts_of_all().join(", "))
            .observed("ALL");
            return;
        }
        if let Some((declared, how)) = self.widened(permission) {
            out.failed(
                permission.node,
                format!("{subject} is wider than declared: {how}"),
            )
            .under("grant")
            .row(declared.identity.clone())
            .expected(shown(declared))
            .observed(subject)
            .fix("grant what is declared, and revoke the rest");
        } else if self.asked.exact {
            out.failed(permission.node, format!("{subject} is not declared"))
                .under("grant")
                .expected("no grant but the declared ones")
                .observed(subject)
                .fix("revoke it, or declare it in `[[lake.grants.grant]]`");
        }
    }

    fn unknown(&self, permission: &SeenPermission<'_>, out: &mut Conditions) {
        let subject = self.subject(permission);
        let message = format!("whether {subject} is declared is unknown");
        let grant = &self.seen.grant;
        let nodes = [
            grant.principal,
            permission.node,
            grant.condition,
            grant.root.get("Resource"),
        ];
        let reason = nodes
            .into_iter()
            .find_map(|node| Some((node, first_reason(node)?)));
        match reason {
            Some((node, reason)) => out.unknown(node, reason, message),
            None => out.undecided(
                permission.node,
                message,
                "name the principal and the object literally, or choose a target with `--target`",
            ),
        };
    }

    /// Whether the declared grant gives all of this.
    fn covered_by(&self, declared: &DeclaredGrant, permission: &SeenPermission<'_>) -> Likeness {
        self.same_holder(declared)
            .and(|| self.same_condition(declared))
            .and(|| declared.object.relation(self.object).within)
            .and(|| gives(declared, permission))
    }

    fn same_holder(&self, declared: &DeclaredGrant) -> Likeness {
        declared.principal.likeness(self.principal)
    }

    fn same_condition(&self, declared: &DeclaredGrant) -> Likeness {
        match (&declared.condition, &self.seen.condition) {
            (None, None) => Likeness::Same,
            (Some(declared), Some(seen)) => declared.map(squeezed).likeness(&seen.map(squeezed)),
            // A condition that is unknown may turn out to be none.
            (None, Some(seen)) if seen.as_known().is_none() => Likeness::Possible,
            (None, Some(_)) | (Some(_), None) => Likeness::Different,
        }
    }

    fn has_all_parts(&self, permission: &SeenPermission<'_>) -> bool {
        let parts = self.object.class().parts_of_all();
        !parts.is_empty()
            && parts.iter().all(|part| {
                let part = SeenPermission {
                    name: Name::from(*part),
                    ..permission.clone()
                };
                self.asked
                    .declared
                    .iter()
                    .any(|declared| self.covered_by(declared, &part) == Likeness::Same)
            })
    }

    /// The declared grant that this one goes beyond, and how.
    fn widened(&self, permission: &SeenPermission<'_>) -> Option<(&'a DeclaredGrant, String)> {
        let declared = self.asked.declared;
        let holders = || {
            declared
                .iter()
                .filter(|declared| self.same_holder(declared) == Likeness::Same)
        };
        let without_condition = |declared: &DeclaredGrant| {
            declared.condition.is_some() && self.seen.condition.is_none()
        };
        let beyond = |declared: &&DeclaredGrant| {
            let relation = declared.object.relation(self.object);
            let same = relation.within == Likeness::Same;
            let condition = self.same_condition(declared) == Likeness::Same;
            (same && (condition || without_condition(declared)))
                || (relation.broader && gives(declared, permission) == Likeness::Same)
        };
        let declared = holders().find(beyond)?;
        let relation = declared.object.relation(self.object);
        let how = if relation.within != Likeness::Same {
            format!("the baseline declares {}", declared.object)
        } else if without_condition(declared) {
            "the declared condition is missing".to_owned()
        } else if permission.grantable && !lists(&declared.grantable, declared, permission) {
            if lists(&declared.permissions, declared, permission) {
                "the grant option is not declared".to_owned()
            } else {
                "neither the permission nor the grant option is declared".to_owned()
            }
        } else {
            "the permission is not declared".to_owned()
        };
        Some((declared, how))
    }
}

/// Whether the declared grant gives the permission, with the grant option if the seen one has it.
fn gives(declared: &DeclaredGrant, permission: &SeenPermission<'_>) -> Likeness {
    if permission.name.as_known().is_none() {
        return Likeness::Possible;
    }
    let held = lists(&declared.permissions, declared, permission);
    let grantable = !permission.grantable || lists(&declared.grantable, declared, permission);
    Likeness::of(held && grantable)
}

/// Whether the permission is in the set, by itself or in `ALL`.
fn lists(
    set: &BTreeSet<String>,
    declared: &DeclaredGrant,
    permission: &SeenPermission<'_>,
) -> bool {
    let class: ObjectClass = declared.object.class();
    permission.name.as_known().is_some_and(|name| {
        set.contains(name) || (set.contains("ALL") && class.parts_of_all().contains(&name))
    })
}

/// The first thing in a value that is not known.
fn first_reason(node: crate::observed::Node<'_>) -> Option<&crate::observed::Reason> {
    node.reason().or_else(|| {
        node.items()
            .chain(node.members().map(|(_, value)| value))
            .find_map(first_reason)
    })
}

/// A declared grant, in words.
fn shown(declared: &DeclaredGrant) -> String {
    let permissions: Vec<&str> = declared.permissions.iter().map(String::as_str).collect();
    format!(
        "{} on {} for `{}`",
        permissions.join(", "),
        declared.object,
        declared.principal
    )
}

/// An expression without the blanks that do not count: those outside of texts.
fn squeezed(text: &str) -> String {
    text.split('"')
        .enumerate()
        .map(|(at, piece)| {
            if at % 2 == 0 {
                piece.split_whitespace().collect::<String>()
            } else {
                format!("\"{piece}\"")
            }
        })
        .collect()
}
