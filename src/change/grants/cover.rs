//! Whether what is held covers what is declared.

use crate::aws::lake_formation::grant::{Columns, Node as On, Object};
use crate::aws::lake_formation::name::Name;
use crate::aws::lake_formation::permissions::includes;
use crate::change::current::Held;
use crate::change::revoke::Cut;
use crate::control::lake::DeclaredGrant;
use crate::control::lake::standing::{members, squeezed};
use std::collections::BTreeSet;

/// Whether an object, as it is held, gives the declared one, or one member of its list.
pub(super) fn holds(held: &Object, declared: &Object, member: Option<&Name>) -> bool {
    if held.catalog != declared.catalog {
        return false;
    }
    match (&held.node, &declared.node, member) {
        (On::Table(..), On::Columns(..), _) => held.table() == declared.table(),
        (On::Columns(_, _, found), On::Columns(..), member) if held.table() == declared.table() => {
            match (found, &declared.node, member) {
                (Columns::Only(found), _, Some(member)) => found.contains(member),
                (Columns::AllBut(hidden), _, Some(member)) => !hidden.contains(member),
                (Columns::AllBut(hidden), On::Columns(_, _, Columns::AllBut(declared)), None) => {
                    hidden.is_subset(declared)
                }
                _ => false,
            }
        }
        (On::Tag(key, None), On::Tag(declared, _), _) => key == declared,
        (On::Tag(key, Some(found)), On::Tag(declared, Some(_)), Some(member)) => {
            key == declared && found.contains(member)
        }
        (held, declared, _) => held == declared,
    }
}

/// Whether what is left of a right is wholly in a grant that is declared.
pub(super) fn is_within(declared: &DeclaredGrant, held: &Held, rest: &Cut) -> bool {
    let condition = held.condition.as_deref().map(squeezed);
    let wanted = declared.condition.as_ref();
    let same = wanted.map(|one| squeezed(&one.to_string())) == condition;
    let class = declared.object.class();
    let gives =
        |set: &BTreeSet<String>| set.iter().any(|one| includes(class, one, &rest.permission));
    same && holds_all(&declared.object, &rest.object)
        && gives(&declared.permissions)
        && (!rest.grantable || gives(&declared.grantable))
}

/// Whether the columns of the second lie in the first.
fn holds_all(wide: &Object, narrow: &Object) -> bool {
    match members(narrow) {
        Some(listed) => listed.iter().all(|one| holds(wide, narrow, Some(one))),
        None => holds(wide, narrow, None),
    }
}
