//! Controls over EMR on EC2: the security configuration document, and the cluster around it.

pub(super) mod application_overrides;
pub(super) mod auto_termination;
pub(super) mod certificate_source;
pub(super) mod disk_encryption;
pub(super) mod document_schema;
pub(super) mod identity_center;
pub(super) mod in_transit_encryption;
pub(super) mod instance_count;
pub(super) mod instance_metadata;
pub(super) mod instance_types;
pub(super) mod kerberos;
pub(super) mod lake_formation;
pub(super) mod ldap;
pub(super) mod log_destination;
pub(super) mod log_encryption;
pub(super) mod ranger;
pub(super) mod release;
pub(super) mod role_mappings;
pub(super) mod runtime_roles;
pub(super) mod s3_encryption;
pub(super) mod security_configuration;
pub(super) mod ssh_key;
pub(super) mod tags;
pub(super) mod termination_protection;
pub(super) mod wal_encryption;
