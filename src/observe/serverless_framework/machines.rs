//! State machines of the plug-in `serverless-step-functions`: `stepFunctions.stateMachines.<name>.definition`.

use crate::observe::edit;
use crate::observe::recognise::{mentions, named_after_ours};
use crate::observe::step_functions;
use crate::observed::tree::{NodeId, Tree};
use crate::observed::{Node, Value};

use super::own::followed;

const TYPE: &str = "AWS::StepFunctions::StateMachine";

/// A state machine of a service.
#[derive(Clone, Copy, Debug)]
pub(super) struct Machine<'t> {
    pub(super) name: &'t str,
    pub(super) definition: Node<'t>,
}

impl Machine<'_> {
    /// Whether a task of interest is in it.
    pub(super) fn is_ours(&self) -> bool {
        step_functions::has_task(self.definition)
            || mentions(self.definition, 0, &step_functions::names_task)
    }
}

/// The state machines of a service whose definitions are there. What stands for others is told, with what it is called.
pub(super) fn of<'t>(root: Node<'t>, hidden: &mut Vec<(String, Node<'t>)>) -> Vec<Machine<'t>> {
    let section = followed(root, root.get("stepFunctions"));
    let machines = followed(root, section.get("stateMachines"));
    let mut found = Vec::new();
    for (what, node) in [
        ("the service's `stepFunctions`", section),
        ("the service's state machines", machines),
    ] {
        if is_elsewhere(node) {
            hidden.push((what.to_owned(), node));
            return found;
        }
    }
    // The plug-in takes a list of such objects, too.
    let lists = machines.items().map(|item| followed(root, item));
    for map in std::iter::once(machines).chain(lists) {
        for (name, machine) in map.members() {
            let machine = followed(root, machine);
            let definition = followed(root, machine.get("definition"));
            if is_elsewhere(definition) || is_elsewhere(machine) {
                let node = if is_elsewhere(machine) {
                    machine
                } else {
                    definition
                };
                hidden.push((format!("the definition of state machine `{name}`"), node));
            } else if definition.is_set() {
                found.push(Machine { name, definition });
            }
        }
    }
    found
}

/// Whether something else stands here than what is written.
fn is_elsewhere(node: Node<'_>) -> bool {
    match node.value() {
        Value::Unreadable(_) => node.missing_key().is_none(),
        Value::String(text) => text.trim_start().starts_with("${"),
        Value::Template => node.pieces().first() == Some(&None),
        Value::Absent
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::List
        | Value::Map => false,
    }
}

/// Whether what stands elsewhere is called after something of ours, by itself or by the state machine's name.
pub(super) fn is_named_after_ours(what: &str) -> bool {
    what.rsplit_once("state machine `")
        .is_some_and(|(_, name)| named_after_ours(name))
}

/// The template with the state machines as resources of it.
pub(super) fn declared(
    tree: &mut Tree,
    template: NodeId,
    machines: Vec<(String, NodeId)>,
) -> NodeId {
    if machines.is_empty() {
        return template;
    }
    let resources = edit::member(tree, template, "Resources");
    let mut resources = resources.unwrap_or_else(|| edit::empty_map(tree, template));
    for (name, definition) in machines {
        let empty = edit::empty_map(tree, definition);
        let properties = edit::with(tree, empty, "DefinitionString", definition);
        let kind = edit::text(tree, TYPE, definition);
        let resource = edit::with(tree, empty, "Type", kind);
        let resource = edit::with(tree, resource, "Properties", properties);
        // The plug-in makes a logical id of its own of the name.
        resources = edit::with(
            tree,
            resources,
            &format!("{name}StepFunctionsStateMachine"),
            resource,
        );
    }
    edit::with(tree, template, "Resources", resources)
}
