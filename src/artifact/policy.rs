//! IAM and KMS policies, for writing.

use super::Written;
use serde_json::{Map, Value, json};

/// A statement of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its `Sid`: letters and digits.
    pub sid: String,
    /// `Allow` or `Deny`.
    pub effect: &'static str,
    /// The `Principal` element; `None` in identity policies.
    pub principal: Option<Value>,
    /// The actions.
    pub actions: Vec<String>,
    /// The resources; empty in trust policies.
    pub resources: Vec<String>,
    /// The `Condition` element.
    pub condition: Option<Value>,
}

impl Statement {
    /// An allowing statement.
    pub fn allow(sid: impl Into<String>, actions: &[&str]) -> Self {
        let actions = actions.iter().map(|&action| action.to_owned()).collect();
        Self {
            sid: sid.into(),
            effect: "Allow",
            principal: None,
            actions,
            resources: Vec::new(),
            condition: None,
        }
    }

    /// A denying statement.
    pub fn deny(sid: impl Into<String>, actions: &[&str]) -> Self {
        Self {
            effect: "Deny",
            ..Self::allow(sid, actions)
        }
    }

    /// The same statement on these resources.
    #[must_use]
    pub fn on(mut self, resources: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.resources = resources.into_iter().map(Into::into).collect();
        self
    }

    /// The same statement for this principal.
    #[must_use]
    pub fn by(mut self, principal: Value) -> Self {
        self.principal = Some(principal);
        self
    }

    /// The same statement under this condition.
    #[must_use]
    pub fn when(mut self, condition: Value) -> Self {
        self.condition = Some(condition);
        self
    }

    fn to_json(&self) -> Value {
        let mut map = Map::new();
        map.insert("Sid".to_owned(), json!(self.sid));
        map.insert("Effect".to_owned(), json!(self.effect));
        if let Some(principal) = &self.principal {
            map.insert("Principal".to_owned(), principal.clone());
        }
        map.insert("Action".to_owned(), json!(self.actions));
        if !self.resources.is_empty() {
            map.insert("Resource".to_owned(), json!(self.resources));
        }
        if let Some(condition) = &self.condition {
            map.insert("Condition".to_owned(), condition.clone());
        }
        Value::Object(map)
    }
}

/// A policy document.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    statements: Vec<(Statement, Vec<Written>)>,
}

impl Policy {
    /// Adds a statement; an equal one gains a writer instead, and one of the same `Sid` its resources.
    pub fn add(&mut self, statement: Statement, written: Written) {
        let same = |other: &Statement| {
            other.sid == statement.sid
                && other.effect == statement.effect
                && other.principal == statement.principal
                && other.actions == statement.actions
                && other.condition == statement.condition
        };
        if let Some((other, writers)) = self.statements.iter_mut().find(|(other, _)| same(other)) {
            for resource in statement.resources {
                if !other.resources.contains(&resource) {
                    other.resources.push(resource);
                }
            }
            other.resources.sort();
            writers.push(written);
        } else {
            self.statements.push((statement, vec![written]));
        }
    }

    /// The statements, each with who wrote it.
    pub fn statements(&self) -> &[(Statement, Vec<Written>)] {
        &self.statements
    }

    /// The policy as IAM takes it.
    pub fn to_json(&self) -> Value {
        json!({ "Version": "2012-10-17", "Statement": self.statements.iter().map(|(statement, _)| statement.to_json()).collect::<Vec<_>>() })
    }
}
