//! Controls over what holds for a whole account and region.

pub(super) mod audit_trail;
pub(super) mod block_public_access;
