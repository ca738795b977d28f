//! Templates that stand as texts in other resources: the body of a stack set, of a stack in Terraform.

use super::{Evaluated, evaluate_within};
use crate::observe::decode::{json_in, yaml_in};
use crate::observe::{Given, Problem, Withheld, recognise};
use crate::observed::tree::{NodeId, Tree};
use crate::observed::{Place, Value};
use std::collections::BTreeMap;

/// So deep are templates read that stand in templates.
const DEPTH: u32 = 3;

/// Whether a text may be a template with something of ours in it.
pub(in crate::observe) fn mentions_ours(text: &str) -> bool {
    ["AWS::EMR", "AWS::LakeFormation::"]
        .iter()
        .any(|prefix| text.contains(prefix))
}

/// The template that is written in `id`; `None` where it holds nothing of ours. `stack` is what problems call it.
pub(in crate::observe) fn template_in(
    tree: &mut Tree,
    id: NodeId,
    stack: &str,
) -> Result<Option<NodeId>, Box<Problem>> {
    let body = tree.node(id);
    match body.value() {
        Value::String(_) | Value::Template => {}
        Value::Unreadable(reason) => {
            let why = format!("its template is not known: {reason}");
            return Err(problem(tree, id, stack, why));
        }
        Value::Map => return Ok(Some(id)),
        Value::Absent | Value::Null | Value::Bool(_) | Value::Number(_) | Value::List => {
            return Ok(None);
        }
    }
    let pieces = body.pieces();
    if !pieces.iter().copied().flatten().any(mentions_ours) {
        return Ok(None);
    }
    let starts = pieces.first().copied().flatten().unwrap_or_default();
    let (read, format) = if starts.trim_start().starts_with('{') {
        (json_in(tree, id), "JSON")
    } else {
        (yaml_in(tree, id), "YAML")
    };
    let template = read.map_err(|syntax| {
        let why = format!("its template is not {format}: {}", syntax.message);
        let mut problem = problem(tree, id, stack, why);
        let (start, end) = syntax.bytes;
        let pointer = tree.node(id).pointer();
        problem.place = Some(Place::new(tree.source(), start, end, pointer));
        problem
    })?;
    if let Value::Unreadable(reason) = tree.node(template).value() {
        let why = format!("its template is not known: {reason}");
        return Err(problem(tree, id, stack, why));
    }
    Ok(Some(template))
}

fn problem(tree: &Tree, at: NodeId, stack: &str, why: String) -> Box<Problem> {
    let what = format!("could not judge the stack of `{stack}`");
    Box::new(Problem::at(tree.node(at), what, why))
}

/// A template with what the body of a stack set in it makes: in worlds of its own, for its names are its own. Each of
/// its instances may have values of its own, so no parameter is known.
pub(super) fn with_body(
    mut outer: Evaluated,
    (id, body): (&str, NodeId),
    given: &Given,
    depth: u32,
) -> Evaluated {
    if depth >= DEPTH {
        let why = "stack sets are nested too deeply".to_owned();
        let problem = problem(&outer.tree, body, id, why);
        outer.problems.push(*problem);
        return outer;
    }
    let template = match template_in(&mut outer.tree, body, id) {
        Ok(Some(template)) if recognise(outer.tree.node(template)).is_some() => template,
        Ok(_) => return outer,
        Err(problem) => {
            outer.problems.push(*problem);
            return outer;
        }
    };
    let given = Given {
        parameters: BTreeMap::new(),
        withheld: Withheld::Any,
        ..given.clone()
    };
    let root = outer.tree.root_id();
    outer.tree.set_root(template);
    let inner = evaluate_within(outer.tree, &given, depth + 1);
    outer.tree = inner.tree;
    outer.tree.set_root(root);
    outer.worlds.extend(inner.worlds);
    outer.problems.extend(inner.problems);
    outer.notes.extend(inner.notes);
    // Nothing packages a text: a path in it is no place that CloudFormation reads.
    for nested in inner.nested {
        let (id, path) = (nested.stack, nested.path);
        outer.notes.push(format!(
            "the template of stack `{id}` is not seen, and nothing in it is judged: `{path}`"
        ));
    }
    outer
}
