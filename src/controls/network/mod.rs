//! Controls over the network that clusters and their neighbours stand in.

pub(super) mod egress;
pub(super) mod managed_security_groups;
pub(super) mod private_subnet;
pub(super) mod public_address;
pub(super) mod security_groups;
pub(super) mod vpc_endpoints;
