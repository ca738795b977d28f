//! Step Functions state machines: the requests that their tasks send to EMR and Lake Formation.
//!
//! What the machine works out when it runs (a path, a `JSONata` expression) is not known. Tasks that change a cluster
//! after its launch (steps, reconfigurations, termination protection) are read as parts of the cluster that the
//! machine creates, so that nothing is smuggled in after the launch; where it creates none, they make one of their
//! own, of which nothing else is known.

mod actions;
mod operations;
mod own;
mod states;
mod tasks;
mod values;

use super::afterwards::{Change, applied, of_another, turns_off};
use super::{
    Dialect, Problem, Reading, Seen, lake_formation, public_access, run_job_flow,
    security_configuration,
};
use crate::observed::tree::{NodeId, Tree};
use crate::observed::{Form, Identity, Node, ResourceKind, Value};
use operations::Action;
pub(in crate::observe) use operations::names_task;
#[cfg(test)]
pub(in crate::observe) use operations::operations_read;
pub(super) use own::own;

/// Whether a document is a state machine with a task of interest.
pub(super) fn recognises(root: Node<'_>) -> bool {
    matches!(
        root.get("States").value(),
        Value::Map | Value::Unreadable(_)
    ) && !root.get("StartAt").is_absent()
        && has_task(root)
}

/// Whether a machine has a task of interest.
pub(super) fn has_task(machine: Node<'_>) -> bool {
    super::recognise::mentions(machine.get("States"), 0, &names_task)
        || tasks::is_told_by_members(machine)
}

/// Reads a state machine's definition.
pub(super) fn read(mut tree: Tree) -> Reading {
    let root = tree.root_id();
    let machine = machine(&mut tree, root);
    let reading = Reading::new(Dialect::StepFunctions, tree, machine.seen);
    Reading {
        problems: machine.problems,
        notes: machine.notes,
        ..reading
    }
}

/// A task, its parameters as far as they are known.
#[derive(Clone, Debug)]
struct Task {
    state: String,
    action: Action,
    body: NodeId,
    /// Where the task's answer goes in the machine's data; empty when that is not known.
    result: String,
    /// Where the id of the cluster comes from; empty when that is not known.
    cluster: String,
    /// Whether a cluster is ended by what follows, whatever happens.
    last: bool,
}

/// What is found in a machine.
#[derive(Debug, Default)]
struct Found {
    tasks: Vec<Task>,
    problems: Vec<Problem>,
    /// Tasks that may change a cluster, and nothing says whether it is one of EMR's.
    hidden: Vec<Problem>,
    /// States of which nothing says that they are nothing of ours.
    unknown: Vec<Problem>,
    /// What is said of states that call what is put in later, and send what they are given: functions, most often.
    notes: Vec<String>,
}

/// What came of reading a machine.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) seen: Vec<Seen>,
    pub(super) problems: Vec<Problem>,
    pub(super) notes: Vec<String>,
}

/// The resources of a machine that stands in `root`.
pub(super) fn machine(tree: &mut Tree, root: NodeId) -> Machine {
    let mut found = Found::default();
    tasks::collect(tree, root, &mut found);
    let is_of_ours = !found.problems.is_empty() || !found.tasks.is_empty();
    let mut problems = found.problems;
    let mut notes = Vec::new();
    if is_of_ours {
        problems.append(&mut found.unknown);
        notes.append(&mut found.notes);
    }
    let mut created = Vec::new();
    let mut changes = Vec::new();
    let mut seen = Vec::new();
    for task in found.tasks {
        match task.action {
            Action::Create => created.push(task),
            Action::CreateConfiguration => seen.push(configuration(tree, &task)),
            Action::CreateApplication => seen.push(application(tree, &task)),
            Action::PublicAccess => {
                seen.push(public_access::request(tree, task.body, task.state));
            }
            Action::LakeFormation(request) => {
                let asked = lake_formation::asked(request, tree.node(task.body));
                seen.extend(asked.iter().map(Seen::of));
            }
            Action::LakeFormationByMembers => {
                let asked = lake_formation::requests_in(tree.node(task.body));
                seen.extend(asked.iter().map(Seen::of));
            }
            Action::Terminate => {}
            // Turned off right before the cluster's end, protection says nothing about the cluster's life.
            Action::Change(change) if task.last && turns_off(tree, change, task.body) => {
                changes.push((None, task));
            }
            Action::Change(change) => changes.push((Some(change), task)),
        }
    }
    if !created.is_empty() || !changes.is_empty() {
        problems.append(&mut found.hidden);
    }
    // States have no order: protection that is turned off anywhere is not on.
    changes.sort_by_key(|(change, task)| {
        change.is_some_and(|change| turns_off(tree, change, task.body))
    });
    let alone = join(tree, &mut created, changes);
    for task in created {
        let mut request = run_job_flow::request(tree, task.body, &task.state);
        request.outer = task.body;
        seen.push(request);
    }
    seen.extend(alone);
    Machine {
        seen,
        problems,
        notes,
    }
}

/// Puts each change into the clusters that it is about. Those about a cluster that this machine does not create are
/// put into one of their own.
fn join(
    tree: &mut Tree,
    created: &mut [Task],
    changes: Vec<(Option<Change>, Task)>,
) -> Option<Seen> {
    let mut alone: Option<(NodeId, String)> = None;
    for (what, change) in changes {
        let after = |tree: &mut Tree, body| {
            what.map_or(body, |what| applied(tree, body, what, change.body))
        };
        let of_answer = |task: &Task| {
            !task.result.is_empty()
                && change.cluster.starts_with(&task.result)
                && change.cluster.len() > task.result.len()
        };
        let named = created.iter().any(of_answer);
        let elsewhere = created.is_empty() || change.cluster == tasks::LITERAL;
        if elsewhere {
            let body = match alone {
                Some((body, _)) => body,
                None => of_another(tree, change.body),
            };
            alone = Some((after(tree, body), change.state.clone()));
            continue;
        }
        for task in created.iter_mut() {
            if !named || of_answer(task) {
                task.body = after(tree, task.body);
            }
        }
    }
    let (body, state) = alone?;
    let identity = Identity::new(ResourceKind::EmrCluster, state);
    Some(Seen::new(identity, Form::Request, body))
}

/// A security configuration that a task creates.
fn configuration(tree: &mut Tree, task: &Task) -> Seen {
    security_configuration::created(tree, task.body, &task.state)
}

/// An EMR Serverless application that a task creates. Step Functions writes the members of every service in upper case,
/// as CloudFormation does.
fn application(tree: &Tree, task: &Task) -> Seen {
    let name = tree.node(task.body).get("Name").as_text();
    let identity = Identity {
        name: name.map(str::to_owned),
        ..Identity::new(
            ResourceKind::EmrServerlessApplication,
            name.unwrap_or(&task.state),
        )
    };
    Seen::new(identity, Form::CloudFormation, task.body)
}

#[cfg(test)]
mod tests;
