//! The documents AWS accepts, for writing: complete, strict, deterministic. The counterpart of `observed`,
//! with which it shares no types on purpose.

mod document;
mod policy;

pub use document::{AccountSetting, Document, LakeSetting, Leaf, Member, Written};
pub use policy::{Policy, Statement};

use serde_json::Value;
use std::collections::BTreeMap;

/// Everything that is compiled for one target.
#[derive(Clone, Debug, Default)]
pub struct Artifacts {
    /// The EMR security configuration.
    pub document: Document,
    /// The members that the launcher of a cluster must set.
    pub launch: Document,
    /// The members of data lake settings that must stand as they are; the others stay as they are found.
    pub settings: Document,
    /// EMR's block public access in the account and region.
    pub block_public_access: Document,
    /// IAM and KMS policies, by file without extension: `iam/instance-profile`, `kms/<key id>`.
    pub policies: BTreeMap<String, Policy>,
    /// Lake Formation request bodies, by file without extension.
    pub requests: BTreeMap<String, Request>,
}

/// A request body.
#[derive(Clone, Debug)]
pub struct Request {
    /// What the call takes.
    pub body: Value,
    /// Who wrote each part of it, by JSON pointer.
    pub parts: Vec<(String, Written)>,
}

impl Artifacts {
    /// Adds a statement to a policy; an equal one is added once.
    pub fn add_statement(&mut self, policy: &str, statement: Statement, written: Written) {
        self.policies
            .entry(policy.to_owned())
            .or_default()
            .add(statement, written);
    }

    /// Adds a request body under a file name.
    pub fn add_request(&mut self, file: &str, request: Request) {
        self.requests.insert(file.to_owned(), request);
    }
}
