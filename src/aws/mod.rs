//! What AWS is, as far as many controls share it: names, releases, tables of properties and permissions.
//! Pure knowledge; nothing here reads input or judges.

pub mod iam;
pub mod kms;
pub mod release;
pub mod s3;
