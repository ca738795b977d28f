//! Whether what is held covers what is declared.

use crate::aws::lake_formation::permissions::includes;
use crate::change::current::Held;
use crate::change::revoke::Cut;
use crate::control::lake::DeclaredGrant;
use crate::control::lake::outstanding::holds_all;
use crate::control::lake::standing::squeezed;
use std::collections::BTreeSet;

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
