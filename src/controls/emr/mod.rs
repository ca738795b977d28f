//! Controls over EMR on EC2: the security configuration document, and the cluster around it.

pub(super) mod disk_encryption;
pub(super) mod in_transit_encryption;
pub(super) mod instance_metadata;
pub(super) mod s3_encryption;
pub(super) mod wal_encryption;
