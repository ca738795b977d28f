//! Controls over KMS keys, and over how they are named.

pub(super) mod alias_pinning;
pub(super) mod customer_managed;
