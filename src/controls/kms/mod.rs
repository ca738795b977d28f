//! Controls over KMS keys, and over how they are named.

pub(super) mod alias_pinning;
pub(super) mod customer_managed;
pub(super) mod grants;
pub(super) mod key_policy;
pub(super) mod key_state;
pub(super) mod rotation;
pub(super) mod separation;
