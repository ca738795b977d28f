//! How far a finding reaches where its message does not tell: a grant that is wrong for whom it is made to is worse with
//! every permission that it gives.

use crate::control::View;
use crate::observed::{ResourceKind, UNCONDITIONAL, UNDER_CONDITION};
use std::collections::BTreeSet;

/// What a grant gives, on what and under which condition; nothing of other resources.
pub(super) fn of(view: &View<'_, '_>) -> BTreeSet<String> {
    let mut extent = BTreeSet::new();
    if view.resource.kind() != ResourceKind::LakeFormationGrant || view.resource.is_opt_in() {
        return extent;
    }
    let grant = view.grant();
    if let Ok(permissions) = &grant.permissions {
        for permission in permissions {
            extent.insert(permission.name.to_string());
            if permission.grantable {
                extent.insert(format!("{} with the grant option", permission.name));
            }
        }
    } else {
        extent.insert("unknown permissions".to_owned());
    }
    if let Ok(object) = &grant.object {
        extent.insert(format!("on {object}"));
    }
    if let Ok(principal) = &grant.principal {
        extent.insert(format!("to {principal}"));
    }
    extent.insert(match &grant.condition {
        Some(condition) => format!("{UNDER_CONDITION}{condition}"),
        None => UNCONDITIONAL.to_owned(),
    });
    extent
}
