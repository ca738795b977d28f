//! One call and how it ended.

use super::operation::Operation;
use serde_json::{Map, Value, json};

/// A call to make.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// What is asked.
    pub operation: &'static Operation,
    /// What it is about: a cluster's id, a configuration's name, a key, a bucket. Empty for the account and region.
    pub about: String,
    /// The members of the request.
    pub input: Map<String, Value>,
    /// Where to ask, when a bucket turned out to be in another region than the one that is observed.
    pub region: Option<String>,
}

impl Call {
    /// A call about something, asked by one member of the request.
    pub fn new(operation: &'static Operation, about: impl Into<String>, input: Value) -> Self {
        let Value::Object(input) = input else {
            return Self::new(operation, about, json!({}));
        };
        Self {
            operation,
            about: about.into(),
            input,
            region: None,
        }
    }
}

/// Why a call gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The service's word for it, such as `AccessDeniedException`.
    pub code: String,
    /// The service's sentence.
    pub message: String,
    /// The HTTP status, when there was an answer at all.
    pub status: Option<u16>,
    /// The region in which a bucket is, when it is another one.
    pub moved_to: Option<String>,
}

impl Failure {
    /// A failure that is ours or the network's.
    pub fn of(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            status: None,
            moved_to: None,
        }
    }

    /// As a snapshot records it.
    pub fn record(&self) -> Value {
        json!({"code": self.code, "message": self.message})
    }
}

/// How a call ended: the members of the answer, or why there are none.
pub type Outcome = Result<Map<String, Value>, Failure>;
