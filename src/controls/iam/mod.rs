//! Controls over the roles of EMR.

pub(super) mod instance_profile;
pub(super) mod service_role;
