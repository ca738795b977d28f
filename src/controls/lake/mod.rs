//! Controls over Lake Formation: who administers it, what it governs, who holds what, and what filters show.

pub(super) mod abac_conditions;
pub(super) mod admins;
pub(super) mod audit_context;
pub(super) mod bypass;
pub(super) mod cross_account;
pub(super) mod dangling_grants;
pub(super) mod data_filters;
pub(super) mod data_locations;
pub(super) mod default_permissions;
pub(super) mod external_filtering;
pub(super) mod filter_enforcement;
pub(super) mod grants;
pub(super) mod hybrid_access;
pub(super) mod iam_allowed_principals;
pub(super) mod identity_center;
pub(super) mod locations;
pub(super) mod query_results;
pub(super) mod registration_role;
pub(super) mod row_policies;
pub(super) mod table_properties;
pub(super) mod tag_administration;
pub(super) mod tag_policies;
pub(super) mod tags;
pub(super) mod unfiltered_access;
pub(super) mod visibility;
pub(super) mod wide_grants;
