//! The states of a machine, at every depth, and what their tasks are sent.

use super::actions::{Asked, asked};
use crate::observed::Node;

/// The member of a state that its task is sent, and the one that it is not.
pub(super) type Sending = [&'static str; 2];

/// Which member of a state its task is sent. Source: Amazon States Language, *`QueryLanguage`*: `JSONPath` unless the state
/// or the whole machine says otherwise.
fn sent(node: Node<'_>, inherited: Sending) -> Sending {
    match node.get("QueryLanguage").as_text() {
        Some("JSONata") => ["Arguments", "Parameters"],
        Some("JSONPath") => PARAMETERS,
        _ => inherited,
    }
}

/// What a task of `JSONPath` is sent, and what it is not.
const PARAMETERS: Sending = ["Parameters", "Arguments"];

/// What a task is sent, as it is written.
fn written(state: Node<'_>, members: Sending) -> Node<'_> {
    let given = members.into_iter().map(|name| state.get(name));
    given
        .into_iter()
        .find(|node| !node.is_absent())
        .unwrap_or_else(|| state.get(PARAMETERS[0]))
}

/// The machines in a state: those of its branches and of its iterations.
pub(super) fn inner(state: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let iterations = ["Iterator", "ItemProcessor"].map(|key| state.get(key));
    let set = iterations.into_iter().filter(|node| node.is_set());
    state.get("Branches").items().chain(set)
}

/// What is met in a machine, at every depth.
pub(super) enum Met<'t> {
    Machine(Node<'t>),
    State(State<'t>),
}

/// A state, and which of its members its task is sent.
#[derive(Clone, Copy)]
pub(super) struct State<'t> {
    pub(super) machine: Node<'t>,
    pub(super) name: &'t str,
    pub(super) node: Node<'t>,
    pub(super) sending: Sending,
}

impl<'t> State<'t> {
    /// What its task is sent, as it is written.
    pub(super) fn sent(self) -> Node<'t> {
        written(self.node, self.sending)
    }

    /// What its task asks for.
    pub(super) fn asked(self) -> Asked<'t> {
        asked(self.node.get("Resource"), self.sent())
    }
}

/// Everything in a machine in the order written, each state before the machines in it. Documents nest as deep as the reader
/// allows, so this ends.
fn walk<'t>(machine: Node<'t>, inherited: Sending, met: &mut Vec<Met<'t>>) {
    let inherited = sent(machine, inherited);
    met.push(Met::Machine(machine));
    for (name, node) in machine.get("States").members() {
        let sending = sent(node, inherited);
        met.push(Met::State(State {
            machine,
            name,
            node,
            sending,
        }));
        for machine in inner(node) {
            walk(machine, sending, met);
        }
    }
}

/// Everything in a machine, as [`walk`] meets it.
pub(super) fn met(machine: Node<'_>) -> Vec<Met<'_>> {
    let mut met = Vec::new();
    walk(machine, PARAMETERS, &mut met);
    met
}
