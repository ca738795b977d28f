//! Controls over Lake Formation: who holds what, and what filters show.

pub(super) mod data_filters;
pub(super) mod grants;
pub(super) mod iam_allowed_principals;
pub(super) mod wide_grants;
