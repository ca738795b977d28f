//! Controls over the buckets that clusters and lakes use.

pub(super) mod bucket_encryption;
pub(super) mod ownership;
pub(super) mod public_access;
pub(super) mod tls_only;

#[cfg(test)]
mod tests;
