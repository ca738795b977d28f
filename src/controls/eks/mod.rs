//! Controls over EMR on EKS.

pub(super) mod encryption;
pub(super) mod execution_roles;
pub(super) mod lake_formation;
pub(super) mod security_configuration;
