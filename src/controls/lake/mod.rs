//! Controls over Lake Formation: who administers it, what it governs, who holds what, and what filters show.

pub(super) mod admins;
pub(super) mod bypass;
pub(super) mod cross_account;
pub(super) mod data_filters;
pub(super) mod data_locations;
pub(super) mod default_permissions;
pub(super) mod external_filtering;
pub(super) mod grants;
pub(super) mod hybrid_access;
pub(super) mod iam_allowed_principals;
pub(super) mod locations;
pub(super) mod registration_role;
pub(super) mod tag_administration;
pub(super) mod tag_policies;
pub(super) mod tags;
pub(super) mod unfiltered_access;
pub(super) mod wide_grants;
