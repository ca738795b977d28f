//! Controls over Lake Formation: who administers it, what it governs, who holds what, and what filters show.

pub(super) mod admins;
pub(super) mod cross_account;
pub(super) mod data_filters;
pub(super) mod default_permissions;
pub(super) mod external_filtering;
pub(super) mod grants;
pub(super) mod iam_allowed_principals;
pub(super) mod wide_grants;
