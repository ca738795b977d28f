//! Terraform and `OpenTofu`: plans and states as `terraform show -json` prints them, and modules as they are written.
//!
//! Terraform is normalised here, at the edge: each resource of the AWS provider becomes a body shaped like the
//! properties of the CloudFormation type that declares the same thing, so that controls need not know who wrote
//! it. Values keep the places where they were really written.

mod address;
pub mod hcl;
mod hidden;
pub(super) mod plan;
pub mod shape;

pub use shape::{Instance, Shaped, shape};
