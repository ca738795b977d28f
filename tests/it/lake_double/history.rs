//! What was called, what became of it, and what was true after it.

use super::node::{Columns, Node};
use super::{Lake, NO_ANSWER, Refusal, World, refusal};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What becomes of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is refused, and nothing is done.
    Refuse(Refusal),
    /// It is done, and its answer is lost.
    LoseAnswer,
    /// The caller dies before it: nothing is done, and no later call comes through.
    KillBefore,
    /// The caller dies after it: it is done, and no later call comes through.
    KillAfter,
}

/// One permission that one grantee holds on one thing; of a list of columns, on one of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Atom {
    pub principal: String,
    pub condition: Option<String>,
    /// The resource as a listing says it, in compact JSON.
    pub on: String,
    pub permission: String,
    pub grantable: bool,
}

/// A call and what was true after it.
#[derive(Clone, Debug)]
pub struct Step {
    /// IAM prefix and operation.
    pub call: String,
    pub input: Value,
    pub outcome: Result<(), Refusal>,
    pub world: Arc<World>,
}

impl World {
    /// What is held, in its smallest parts. A permission that may be granted on is held without the option, too.
    pub fn atoms(&self) -> BTreeSet<Atom> {
        let mut atoms = BTreeSet::new();
        for ((principal, condition), nodes) in &self.held {
            for (node, entry) in nodes {
                for on in parts(node) {
                    for (permission, grantable) in &entry.permissions {
                        let mut atom = Atom {
                            principal: principal.clone(),
                            condition: condition.clone(),
                            on: on.json().to_string(),
                            permission: permission.clone(),
                            grantable: false,
                        };
                        atoms.insert(atom.clone());
                        if *grantable {
                            atom.grantable = true;
                            atoms.insert(atom);
                        }
                    }
                }
            }
        }
        atoms
    }
}

fn parts(node: &Node) -> Vec<Node> {
    let Node::Columns(catalog, database, table, Columns::Only(names)) = node else {
        return vec![node.clone()];
    };
    let one = |name: &String| {
        let only = Columns::Only(BTreeSet::from([name.clone()]));
        Node::Columns(catalog.clone(), database.clone(), table.clone(), only)
    };
    names.iter().map(one).collect()
}

impl Lake {
    /// Every call so far, with what was true after it.
    pub fn history(&self) -> &[Step] {
        &self.history
    }

    /// Forgets the calls so far, and counts from 1 again.
    pub fn forget(&mut self) {
        self.history.clear();
        self.calls = 0;
        self.faults.clear();
    }

    /// Keeps one from here on.
    pub fn keep_history(&mut self) {
        self.keeps_history = true;
    }

    /// Keeps no history from here on: a large lake's takes its time.
    pub fn keep_no_history(&mut self) {
        self.keeps_history = false;
    }

    /// How many calls were made.
    pub fn calls(&self) -> usize {
        self.calls
    }

    /// Lets something become of a call to come, counted from 1 since the last [`Self::forget`].
    pub fn fault_at(&mut self, call: usize, fault: Fault) {
        self.faults.insert(call, fault);
    }

    /// Refuses the next call of an operation; several wait in line.
    pub fn refuse(&mut self, operation: &str, refusal: Refusal) {
        let queue = self.refusals.entry(operation.to_owned()).or_default();
        queue.push_back(refusal);
    }

    /// Refuses the next entry of a batch; several wait in line.
    pub fn refuse_entry(&mut self, refusal: Refusal) {
        self.entry_refusals.push_back(refusal);
    }

    /// Refuses the next listing of grants that asks for those on filters.
    pub fn fault_listing_of_filters(&mut self, refusal: Refusal) {
        self.related_refusal = Some(refusal);
    }

    /// Whether the caller died by a fault.
    pub fn is_killed(&self) -> bool {
        self.killed
    }

    /// A new caller takes the place of the one that died.
    pub fn revive(&mut self) {
        self.killed = false;
    }
}

pub(super) fn no_answer() -> Refusal {
    refusal(NO_ANSWER, "NoAnswer", "the connection closed")
}

/// Grants on the same resource at once (Lake Formation API, `ConcurrentModificationException`).
pub fn concurrent() -> Refusal {
    refusal(
        400,
        "ConcurrentModificationException",
        "Permission update failed for Resource. Please retry in a short while",
    )
}

pub fn throttled() -> Refusal {
    refusal(400, "ThrottlingException", "Rate exceeded")
}

pub fn unavailable() -> Refusal {
    refusal(500, "InternalServiceException", "Internal service error")
}
