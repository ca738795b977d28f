//! Resources that launch clusters when they run: state machines of Step Functions, and schedules that call EMR.
//!
//! Their requests stand in the template as an object or as a text, often put together by `Fn::Join` or `Fn::Sub`. They
//! are read as requests, with the names of the template in them resolved.

use super::eval::{Evaluator, GONE};
use super::sections::member;
use crate::observe::decode::json_in;
use crate::observe::edit::{self, Rewrite};
use crate::observe::{
    Problem, Seen, inside, placeholders, recognise, run_job_flow, step_functions,
};
use crate::observed::tree::{Kind, NONE, NodeId, Tree};
use crate::observed::{Node, Reason, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

const MACHINES: &[&str] = &[
    "AWS::StepFunctions::StateMachine",
    "AWS::Serverless::StateMachine",
];
/// What holds the definition of a state machine.
const DEFINITIONS: &[&str] = &["Definition", "DefinitionString"];
const SCHEDULE: &str = "AWS::Scheduler::Schedule";
/// The end of the target that launches a cluster. Source: Amazon `EventBridge` Scheduler User Guide, *Using universal targets*.
pub(in crate::observe) const RUN_JOB_FLOW: &str = ":aws-sdk:emr:runJobFlow";

/// Whether a resource launches clusters, by its type and the words in it.
pub(in crate::observe) fn may_launch(resource: Node<'_>) -> bool {
    let Some(kind) = resource.get("Type").as_text() else {
        return false;
    };
    let names = |text: &str| {
        step_functions::names_task(text) || kind == SCHEDULE && text.contains(RUN_JOB_FLOW)
    };
    let properties = resource.get("Properties");
    if !MACHINES.contains(&kind) && kind != SCHEDULE {
        return false;
    }
    let mut definitions = DEFINITIONS.iter().map(|key| properties.get(key));
    recognise::mentions(properties, 0, &names)
        || MACHINES.contains(&kind)
            && definitions.any(|definition| {
                step_functions::has_task(definition)
                    || !matches!(definition.value(), Value::Map)
                        && recognise::mentions(definition, 0, &sends_a_request)
                    || recognise::mentions(definition.get("Fn::Sub"), 0, &sends_a_request)
                    || recognise::mentions(definition.get("Fn::Join"), 0, &sends_a_request)
            })
}

/// Whether a piece of a definition holds what stands in requests for clusters only: what its tasks call may be put in.
fn sends_a_request(text: &str) -> bool {
    ["\"ReleaseLabel", "\"JobFlowRole"]
        .iter()
        .any(|key| text.contains(key))
}

/// The launchers of a template, in the order written.
pub(super) fn of(evaluator: &Evaluator<'_>) -> Vec<(String, NodeId)> {
    let all = evaluator.sections.resources.iter();
    all.filter(|(_, resource)| may_launch(evaluator.tree.node(*resource)))
        .cloned()
        .collect()
}

/// What came of reading a launcher.
#[derive(Debug, Default)]
pub(super) struct Launched {
    pub(super) seen: Vec<Seen>,
    pub(super) problems: Vec<Problem>,
    pub(super) notes: Vec<String>,
}

/// Reads a launcher in the present world.
pub(super) fn read(evaluator: &mut Evaluator<'_>, id: &str, declared: NodeId) -> Launched {
    let condition = evaluator.scalar(member(&evaluator.tree, declared, "Condition"));
    if condition.is_some_and(|name| evaluator.choice.holds(name) == Some(false)) {
        return Launched::default();
    }
    let properties = match member(&evaluator.tree, declared, "Properties") {
        NONE => return Launched::default(),
        written => evaluator.eval(written),
    };
    let kind = evaluator.scalar(member(&evaluator.tree, declared, "Type"));
    let mut launched = if kind == Some(SCHEDULE) {
        schedule(evaluator, id, properties)
    } else {
        machine(evaluator, id, properties)
    };
    for seen in &mut launched.seen {
        let identity = Arc::make_mut(&mut seen.identity);
        identity.account.clone_from(&evaluator.given.account);
        identity.region.clone_from(&evaluator.given.region);
    }
    launched
}

fn problem(evaluator: &Evaluator<'_>, id: &str, at: NodeId, why: impl Into<String>) -> Launched {
    let what = format!("could not read the requests of `{id}`");
    Launched {
        problems: vec![Problem::at(evaluator.tree.node(at), what, why)],
        ..Launched::default()
    }
}

/// A schedule whose target is EMR's own operation: its input is the request.
fn schedule(evaluator: &mut Evaluator<'_>, id: &str, properties: NodeId) -> Launched {
    let target = evaluator.tree.node(properties).get("Target");
    let arn = target.get("Arn").pieces();
    let calls = arn.last().copied().flatten();
    if !calls.is_some_and(|end| end.ends_with(RUN_JOB_FLOW)) {
        return Launched::default();
    }
    let input = origin(evaluator, target.get("Input").id());
    match object(evaluator, input) {
        Ok(body) => Launched {
            seen: vec![run_job_flow::request(&mut evaluator.tree, body, id)],
            ..Launched::default()
        },
        Err(why) => problem(evaluator, id, input, why),
    }
}

fn machine(evaluator: &mut Evaluator<'_>, id: &str, properties: NodeId) -> Launched {
    let node = evaluator.tree.node(properties);
    let substitutions = substitutions(evaluator, node.get("DefinitionSubstitutions").id());
    let found = DEFINITIONS
        .iter()
        .map(|key| member(&evaluator.tree, properties, key))
        .find(|found| *found != NONE && *found != GONE);
    let Some(found) = found else {
        return Launched::default();
    };
    let written = origin(evaluator, found);
    let mut fill = Substitutions(substitutions);
    let filled = edit::rewritten(&mut evaluator.tree, written, &mut fill);
    match object(evaluator, filled) {
        Ok(root) => {
            let read = step_functions::machine(&mut evaluator.tree, root);
            let mut problems = read.problems;
            problems.extend(inside::beside_tasks(&mut evaluator.tree, root));
            Launched {
                seen: read.seen,
                problems,
                notes: read.notes,
            }
        }
        Err(why) => problem(evaluator, id, written, why),
    }
}

/// Where a text was written that stands in another place, or what `Fn::ToJsonString` wrote as text.
pub(super) fn origin(evaluator: &Evaluator<'_>, value: NodeId) -> NodeId {
    if let Some(structure) = evaluator.structures.get(&value) {
        return *structure;
    }
    let mut value = value;
    // INVARIANT: an origin is an earlier slot, so this ends.
    while let Some(origin) = evaluator.origins.get(&value).copied() {
        value = origin;
    }
    value
}

/// An object, or the object that a text holds; `Err` says why there is none.
fn object(evaluator: &mut Evaluator<'_>, value: NodeId) -> Result<NodeId, String> {
    let kind = evaluator.tree.slot(value).kind;
    let root = if matches!(kind, Kind::String(_) | Kind::Template(_)) {
        json_in(&mut evaluator.tree, value)
            .map_err(|syntax| format!("{} (line {})", syntax.message, syntax.line))?
    } else {
        value
    };
    let node = evaluator.tree.node(root);
    match node.reason() {
        Some(reason) => Err(reason.to_string()),
        None if matches!(evaluator.tree.slot(root).kind, Kind::Map(..)) => Ok(root),
        None => Err("it is not an object".to_owned()),
    }
}

/// The values of `DefinitionSubstitutions`, evaluated.
fn substitutions(evaluator: &Evaluator<'_>, map: NodeId) -> BTreeMap<String, NodeId> {
    let members = evaluator.tree.node(map).members();
    members
        .map(|(name, value)| (name.to_owned(), value.id()))
        .collect()
}

/// Puts in what `DefinitionSubstitutions` gives for `${Name}`.
struct Substitutions(BTreeMap<String, NodeId>);

impl Rewrite for Substitutions {
    fn string(&mut self, tree: &mut Tree, id: NodeId) -> Option<NodeId> {
        placeholders::filled(tree, id, &mut |tree, name, at| {
            let written = tree.string_of(at).map(|text| tree.text(text))?;
            if !written.starts_with("${") {
                return None;
            }
            if let Some(value) = self.0.get(name) {
                return Some(edit::pieces(tree, *value));
            }
            let place = "a definition substitution that is not given".to_owned();
            Some(vec![tree.push_unreadable(Reason::Elsewhere { place }, at)])
        })
    }
}
