//! A seen grant against the declared ones: what is not declared, and what is wider than declared.

use super::declared::DeclaredGrant;
use super::maker::is_maker;
use super::seen::{Context, SeenGrant, SeenPermission};
use super::standing::{Asked, Holding, Right, Standing};
use crate::aws::lake_formation::grant::Object;
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::control::{Conditions, Severity};

/// Judges every permission of a grant.
pub fn judge(
    asked: Asked<'_>,
    seen: &SeenGrant<'_>,
    context: &Context<'_, '_>,
    out: &mut Conditions,
) {
    if asked.is_silent() {
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
        context,
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

/// One grant that is judged.
struct One<'a, 't> {
    asked: Asked<'a>,
    seen: &'a SeenGrant<'t>,
    object: &'a Object,
    principal: &'a Name,
    governed: Likeness,
    context: &'a Context<'a, 'a>,
}

impl One<'_, '_> {
    fn judge(&self, permission: &SeenPermission<'_>, out: &mut Conditions) {
        let holding = Holding {
            principal: self.principal,
            object: self.object,
            condition: self.seen.condition.as_ref(),
        };
        let right = Right {
            name: &permission.name,
            grantable: permission.grantable,
        };
        match self.asked.standing(&holding, right, self.governed) {
            Standing::Declared => out.held(),
            Standing::Unknown => self.unknown(permission, out),
            Standing::Unheard => {
                let subject = self.subject(permission);
                out.undecided(
                    permission.node,
                    format!("{subject}: the permission is not known to this version"),
                    "write a permission of the Lake Formation API",
                );
            }
            Standing::AllOfItsParts => {
                let subject = self.subject(permission);
                out.failed(
                    permission.node,
                    format!(
                        "{subject} also covers permissions to come, where its parts are declared"
                    ),
                )
                .under("grant")
                .at(Severity::Low)
                .expected(self.object.class().parts_of_all().join(", "))
                .observed("ALL");
            }
            Standing::Wider(declared, how) => {
                let subject = self.subject(permission);
                out.failed(
                    permission.node,
                    format!("{subject} is wider than declared: {how}"),
                )
                .under("grant")
                .row(declared.identity.clone())
                .expected(shown(declared))
                .observed(subject)
                .fix("grant what is declared, and revoke the rest");
            }
            Standing::Excess if self.asked.exact => self.excess(&holding, permission, out),
            Standing::Excess => {}
        }
    }

    /// Records what nobody declares: without weight where it comes with having made the table.
    fn excess(&self, holding: &Holding<'_>, permission: &SeenPermission<'_>, out: &mut Conditions) {
        let subject = self.subject(permission);
        let comes_by_itself = !self.asked.gives_something(holding)
            && is_maker(self.context, self.principal, self.object);
        let mut message = format!("{subject} is not declared");
        if comes_by_itself {
            message += ", and comes with having made the table";
        }
        let condition = out
            .failed(permission.node, message)
            .under("grant")
            .expected("no grant but the declared ones")
            .observed(subject);
        if comes_by_itself {
            condition
                .at(Severity::Info)
                .fix("AWS revokes no such right: declare it, or have another role make the table");
        } else {
            condition.fix("revoke it, or declare it in `[[lake.grants.grant]]`");
        }
    }

    /// What is granted, on what, and to whom.
    fn subject(&self, permission: &SeenPermission<'_>) -> String {
        let (name, object) = (&permission.name, self.object);
        format!("`{name}` on {object} for `{}`", self.principal)
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
