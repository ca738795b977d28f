//! What AWS is, as far as many controls share it: names, releases, tables of properties and permissions.
//! Pure knowledge; nothing here reads input or judges.

pub mod code;
pub mod features;
pub mod iam;
pub mod instance_type;
pub mod kerberos;
pub mod kms;
pub mod lake_formation;
pub mod managed_policy;
pub mod network;
pub mod overrides;
pub mod policy;
pub mod release;
pub mod s3;
pub mod secrets;
pub mod security_configuration;
pub mod support;
