//! Controls over the Glue Data Catalog and what works on it.

pub(super) mod catalog_encryption;
pub(super) mod catalog_policy;
pub(super) mod connection_passwords;
pub(super) mod connections;
pub(super) mod job_secrets;
pub(super) mod jobs;
pub(super) mod security_configurations;
pub(super) mod workload_encryption;
