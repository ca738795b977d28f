//! What is read of a machine, so that what else stands in it is looked at by itself.

use super::actions::Asked;
use super::operations::Action;
use super::states::{Met, State, met};
use crate::observe::inside::What;
use crate::observe::lake_formation;
use crate::observe::own::{Below, Own};
use crate::observed::Node;

/// The members of a machine. Source: Amazon States Language, *State Machine structure*.
const MACHINE: &[&str] = &[
    "Comment",
    "ProcessorConfig",
    "QueryLanguage",
    "StartAt",
    "States",
    "TimeoutSeconds",
    "Version",
];

/// What is read of a machine: what its tasks send is requests of ours, or is given to others.
pub(in crate::observe) fn own(machine: Node<'_>) -> Vec<Own> {
    let all = met(machine).into_iter();
    all.flat_map(|met| match met {
        Met::Machine(machine) => own_of_machine(machine),
        Met::State(state) => own_of_state(state),
    })
    .collect()
}

fn own_of_machine(machine: Node<'_>) -> Vec<Own> {
    let states = machine.get("States");
    let states = (states.missing_key().is_none()).then(|| Own::all(states, Below::All));
    std::iter::once(Own::these(machine, MACHINE, Below::All))
        .chain(states)
        .collect()
}

fn own_of_state(state: State<'_>) -> Vec<Own> {
    let mut own = vec![Own::all(state.node, Below::All)];
    let given = state.sent();
    if given.missing_key().is_none() {
        own.extend(own_of_task(state.asked(), given));
    }
    let branches = state.node.get("Branches");
    if branches.missing_key().is_none() {
        own.push(Own::all(branches, Below::All));
    }
    own
}

/// What is read of what a task is sent.
fn own_of_task(asked: Asked<'_>, given: Node<'_>) -> Vec<Own> {
    let action = match asked {
        Asked::Read(action) | Asked::Open(Some(action)) => action,
        // A problem tells of these.
        Asked::Unread(_) | Asked::Open(None) | Asked::Handed => {
            return vec![Own::all(given, Below::Nothing)];
        }
        Asked::Hidden | Asked::Unclear | Asked::Other => return Vec::new(),
    };
    let what = match action {
        Action::Create => What::Cluster,
        Action::CreateConfiguration => What::Configuration,
        Action::PublicAccess => What::PublicAccess,
        Action::LakeFormationByMembers => What::LakeFormation,
        Action::LakeFormation(request) => return lake_formation::own_of_request(request, given),
        Action::CreateApplication | Action::Change(_) | Action::Terminate => {
            return vec![Own::all(given, Below::AllButParts)];
        }
    };
    vec![Own::Thing(given.id(), what)]
}
