//! Controls over the roles of EMR.

pub(super) mod decrypt_scope;
pub(super) mod execution_roles;
pub(super) mod fallback_privilege;
pub(super) mod guardrails;
pub(super) mod instance_profile;
pub(super) mod pass_role;
pub(super) mod permission_management;
pub(super) mod role_trust;
pub(super) mod service_role;
