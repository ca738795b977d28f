//! CloudFormation in Terraform: the template of an `aws_cloudformation_stack`, judged like any other.

use crate::observe::cloudformation;
use crate::observe::decode::{json_in, yaml_in};
use crate::observe::terraform::shape::Instance;
use crate::observe::{Given, Problem, Withheld, World, recognise};
use crate::observed::tree::{NodeId, Tree};
use crate::observed::{Place, Value};

const STACK_SET: &str = "aws_cloudformation_stack_set";

/// Whether a type is one of stacks.
pub(in crate::observe) fn is_stack(kind: &str) -> bool {
    ["aws_cloudformation_stack", STACK_SET].contains(&kind)
}

/// A plan or module with the templates of its stacks.
pub(in crate::observe) struct WithStacks {
    pub(in crate::observe) tree: Tree,
    pub(in crate::observe) worlds: Vec<World>,
    pub(in crate::observe) problems: Vec<Problem>,
    pub(in crate::observe) notes: Vec<String>,
}

/// Adds the resources of stacks to those of the plan: each stack in worlds of its own, for its names are its own.
pub(in crate::observe) fn with_stacks(
    mut tree: Tree,
    instances: &[Instance],
    mut worlds: Vec<World>,
    given: &Given,
) -> WithStacks {
    let (mut problems, mut notes) = (Vec::new(), Vec::new());
    let root = tree.root_id();
    for stack in instances.iter().filter(|instance| is_stack(&instance.kind)) {
        let template = match template(&mut tree, stack) {
            Ok(Some(template)) => template,
            Ok(None) => continue,
            Err(problem) => {
                problems.push(*problem);
                continue;
            }
        };
        if recognise(tree.node(template)).is_none() {
            continue;
        }
        let given = with_parameters(&tree, stack, given);
        tree.set_root(template);
        let evaluated = cloudformation::evaluate(tree, &given);
        tree = evaluated.tree;
        worlds.extend(evaluated.worlds);
        problems.extend(evaluated.problems);
        notes.extend(evaluated.notes);
        // Terraform packages nothing: a path in a template is no place that CloudFormation reads.
        for nested in evaluated.nested {
            let (id, path) = (nested.stack, nested.path);
            notes.push(format!(
                "the template of stack `{id}` is not seen, and nothing in it is judged: `{path}`"
            ));
        }
    }
    tree.set_root(root);
    WithStacks {
        tree,
        worlds,
        problems,
        notes,
    }
}

/// Whether a text may be a template with something of ours in it.
pub(in crate::observe) fn mentions_ours(text: &str) -> bool {
    ["AWS::EMR", "AWS::LakeFormation::"]
        .iter()
        .any(|prefix| text.contains(prefix))
}

/// The template of a stack; `None` where it holds nothing of ours.
fn template(tree: &mut Tree, stack: &Instance) -> Result<Option<NodeId>, Box<Problem>> {
    let problem = |tree: &Tree, at: NodeId, why: String| {
        let what = format!("could not judge the stack of `{}`", stack.address);
        Box::new(Problem::at(tree.node(at), what, why))
    };
    let body = tree.node(stack.values).get("template_body");
    let id = body.id();
    match body.value() {
        Value::String(_) | Value::Template => {}
        Value::Unreadable(reason) => {
            let why = format!("its template is not known: {reason}");
            return Err(problem(tree, id, why));
        }
        Value::Map => return Ok(Some(id)),
        // A stack without a body takes its template from S3.
        Value::Absent | Value::Null | Value::Bool(_) | Value::Number(_) | Value::List => {
            let url = tree.node(stack.values).get("template_url");
            if !url.is_set() || matches!(url.value(), Value::Null) {
                return Ok(None);
            }
            let why = "its template stands at a URL, which is not read".to_owned();
            return Err(problem(tree, url.id(), why));
        }
    }
    let pieces = body.pieces();
    let known = pieces.iter().copied().flatten();
    if !known.clone().any(mentions_ours) {
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
        let mut problem = problem(tree, id, why);
        let (start, end) = syntax.bytes;
        problem.place = Some(Place::new(
            tree.source(),
            start,
            end,
            tree.node(id).pointer(),
        ));
        problem
    })?;
    if let Value::Unreadable(reason) = tree.node(template).value() {
        let why = format!("its template is not known: {reason}");
        return Err(problem(tree, id, why));
    }
    Ok(Some(template))
}

/// What is given, with the parameters of a stack in the place of the template's defaults. Any instance of a stack set may
/// have values of its own.
fn with_parameters(tree: &Tree, stack: &Instance, given: &Given) -> Given {
    let mut given = given.clone();
    let parameters = tree.node(stack.values).get("parameters");
    let absent = matches!(parameters.value(), Value::Absent | Value::Null);
    let known = absent || matches!(parameters.value(), Value::Map) && parameters.open().is_none();
    if !known || stack.kind == STACK_SET {
        given.withheld = Withheld::Any;
    }
    if stack.kind == STACK_SET {
        return given;
    }
    for (name, value) in parameters.members() {
        let text = match value.value() {
            Value::String(text) | Value::Number(text) => text.to_owned(),
            Value::Bool(flag) => flag.to_string(),
            Value::Absent
            | Value::Null
            | Value::List
            | Value::Map
            | Value::Template
            | Value::Unreadable(_) => {
                given.withhold(name);
                continue;
            }
        };
        given.parameters.insert(name.to_owned(), text);
    }
    given
}
