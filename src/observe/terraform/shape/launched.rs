//! Resources that launch clusters when they run: state machines of Step Functions, and schedules that call EMR. Their
//! requests are read by the readers of requests.

use super::{Instance, Shaped};
use crate::observe::cloudformation::RUN_JOB_FLOW;
use crate::observe::decode::json_in;
use crate::observe::recognise::{may_be_ours, named_after_ours};
use crate::observe::{Given, Problem, Seen, inside, run_job_flow, step_functions};
use crate::observed::tree::{NodeId, Tree};
use crate::observed::{Node, Value};
use std::sync::Arc;

const MACHINE: &str = "aws_sfn_state_machine";
const SCHEDULE: &str = "aws_scheduler_schedule";

/// Whether a type may launch clusters.
pub(super) fn is_launcher(kind: &str) -> bool {
    [MACHINE, SCHEDULE].contains(&kind)
}

/// Whether a text names what launches a cluster.
pub(super) fn names_launch(text: &str) -> bool {
    step_functions::names_task(text) || text.contains(RUN_JOB_FLOW)
}

/// Adds what an instance launches.
pub(super) fn read(tree: &mut Tree, instance: &Instance, given: &Given, shaped: &mut Shaped) {
    let found = match instance.kind.as_str() {
        MACHINE => tree.node(instance.values).get("definition"),
        SCHEDULE => {
            let target = tree.node(instance.values).get("target");
            let target = target.items().next().unwrap_or(target);
            let arn = target.get("arn").pieces();
            let operation = arn.last().copied().flatten();
            if !operation.is_some_and(|end| end.ends_with(RUN_JOB_FLOW)) {
                return;
            }
            target.get("input")
        }
        _ => return,
    };
    let id = found.id();
    if instance.kind == MACHINE && !names_task(found) && !has_task(tree, id) {
        unseen(tree.node(id), instance, shaped);
        return;
    }
    let root = match object(tree, id) {
        Ok(root) => root,
        Err(why) => {
            let what = format!("could not read the requests of `{}`", instance.address);
            let problem = Problem::at(tree.node(id), what, why);
            shaped.problems.push(problem);
            return;
        }
    };
    let mut seen = if instance.kind == MACHINE {
        let machine = step_functions::machine(tree, root);
        shaped.problems.extend(machine.problems);
        shaped.notes.extend(machine.notes);
        shaped.problems.extend(inside::beside_tasks(tree, root));
        machine.seen
    } else {
        vec![run_job_flow::request(tree, root, &instance.address)]
    };
    let region = tree.node(instance.values).get("region").as_text();
    for one in &mut seen {
        place(one, region, given);
    }
    shaped.resources.extend(seen);
}

/// Whether the known pieces of a definition name a task of interest.
fn names_task(definition: Node<'_>) -> bool {
    let pieces = definition.pieces();
    pieces.into_iter().flatten().any(step_functions::names_task)
}

/// Whether a definition has a task that only what it is sent tells for one of interest.
fn has_task(tree: &mut Tree, definition: NodeId) -> bool {
    let pieces = tree.node(definition).pieces();
    let likely = pieces.into_iter().flatten().any(may_be_ours);
    likely && object(tree, definition).is_ok_and(|root| step_functions::has_task(tree.node(root)))
}

/// A definition that is not known may launch anything.
fn unseen(definition: Node<'_>, instance: &Instance, shaped: &mut Shaped) {
    let Value::Unreadable(reason) = definition.value() else {
        return;
    };
    let address = &instance.address;
    if named_after_ours(address) {
        let what = format!("could not read the requests of `{address}`");
        let problem = Problem::at(definition, what, reason.to_string());
        shaped.problems.push(problem);
    } else {
        shaped.notes.push(format!(
            "the definition of `{address}` is not known, and nothing in it is judged: {reason}"
        ));
    }
}

/// The object that a text holds; `Err` says why there is none.
fn object(tree: &mut Tree, value: NodeId) -> Result<NodeId, String> {
    let root = match tree.node(value).value() {
        Value::String(_) | Value::Template => json_in(tree, value)
            .map_err(|syntax| format!("{} (line {})", syntax.message, syntax.line))?,
        Value::Absent
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::List
        | Value::Map
        | Value::Unreadable(_) => value,
    };
    match tree.node(root).reason() {
        Some(reason) => Err(reason.to_string()),
        None if matches!(tree.node(root).value(), Value::Map) => Ok(root),
        None => Err("it is not an object".to_owned()),
    }
}

/// Where what is launched will be.
fn place(seen: &mut Seen, region: Option<&str>, given: &Given) {
    let identity = Arc::make_mut(&mut seen.identity);
    identity.account.clone_from(&given.account);
    identity.region = region.map(str::to_owned).or_else(|| given.region.clone());
}
