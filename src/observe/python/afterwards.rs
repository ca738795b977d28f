//! What a program does to clusters that are there: it counts as a part of every cluster that the program launches, because
//! which of them it is done to is told when the program runs.

use super::calls::Reader;
use super::names::Use;
use crate::observe::Seen;
use crate::observe::afterwards::{Change, applied, of_another, turns_off};
use crate::observed::tree::{NodeId, Tree};
use crate::observed::{Form, Identity, Reason, ResourceKind};

/// What is done to a cluster, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Changed {
    change: Change,
    body: NodeId,
    /// `None` when the function is handed on.
    at: Option<Use>,
}

impl Reader<'_, '_> {
    /// Takes note of a change.
    pub(super) fn change(&mut self, name: &str, change: Change, (body, at): (NodeId, Option<Use>)) {
        let body = self.root(body, name);
        self.changes.push(Changed { change, body, at });
    }

    /// Puts the changes into the clusters.
    pub(super) fn change_clusters(&mut self) {
        let mut changes = std::mem::take(&mut self.changes);
        // What is turned off anywhere is not on.
        let tree = &self.evaluator.tree;
        changes.sort_by_key(|one| turns_off(tree, one.change, one.body));
        for Changed { change, body, at } in changes {
            let off = turns_off(&self.evaluator.tree, change, body);
            if off && at.is_some_and(|at| self.is_ended(at)) {
                continue;
            }
            let launched = |seen: &&mut Seen| {
                seen.identity.kind == ResourceKind::EmrCluster && seen.form == Form::Request
            };
            let tree = &mut self.evaluator.tree;
            let body = if off && !self.ends.is_empty() {
                unknown(tree, body)
            } else {
                body
            };
            let mut any = false;
            if !is_of_another(tree, body) {
                for seen in self.seen.iter_mut().filter(launched) {
                    seen.body = applied(tree, seen.body, change, body);
                    any = true;
                }
            }
            if !any && change == Change::Protection {
                let none = of_another(tree, body);
                let request = applied(tree, none, change, body);
                let identity = Identity::new(ResourceKind::EmrCluster, self.file.clone());
                self.seen.push(Seen::new(identity, Form::Request, request));
            }
        }
    }

    /// Whether a cluster is ended after this, as surely as this is done.
    fn is_ended(&self, at: Use) -> bool {
        self.ends.iter().any(|end| {
            let surely = self
                .evaluator
                .names
                .encloses(end.context.block, at.context.block, true);
            end.context.scope == at.context.scope && end.at > at.at && surely
        })
    }
}

/// Protection that may be turned off only right before the end of the cluster.
fn unknown(tree: &mut Tree, body: NodeId) -> NodeId {
    let what = "`set_termination_protection` turns protection off, and the cluster may be ended right after it";
    let what = what.to_owned();
    tree.push_unreadable(Reason::Unsupported { what }, body)
}

/// Whether the clusters that are changed are written out by their ids: these are launched before the program runs.
fn is_of_another(tree: &Tree, body: NodeId) -> bool {
    let node = tree.node(body);
    let ids = node.get("JobFlowIds");
    let one = ["JobFlowId", "ClusterId"].map(|key| node.get(key));
    let mut all = ids.items().chain(one).filter(|id| id.is_set()).peekable();
    all.peek().is_some() && all.all(|id| id.as_text().is_some_and(|id| id.starts_with("j-")))
}
