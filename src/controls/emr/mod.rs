//! Controls over EMR on EC2: the security configuration document, and the cluster around it.

pub(super) mod disk_encryption;
