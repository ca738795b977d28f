//! CloudFormation in Terraform: the template of an `aws_cloudformation_stack`, judged like any other.

use crate::observe::cloudformation;
use crate::observe::decode::json_in;
use crate::observe::terraform::shape::Instance;
use crate::observe::{Given, Problem, World, recognise};
use crate::observed::Value;
use crate::observed::tree::{NodeId, Tree};

/// The type of a stack.
pub(in crate::observe) const STACK: &str = "aws_cloudformation_stack";

/// Adds the resources of stacks to those of the plan: each stack in worlds of its own, for its names are its own.
pub(in crate::observe) fn with_stacks(
    mut tree: Tree,
    instances: &[Instance],
    mut worlds: Vec<World>,
    given: &Given,
) -> (Tree, Vec<World>, Vec<Problem>) {
    let mut problems = Vec::new();
    let root = tree.root_id();
    for stack in instances.iter().filter(|instance| instance.kind == STACK) {
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
    }
    tree.set_root(root);
    (tree, worlds, problems)
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
    let text = match body.value() {
        Value::String(text) => text,
        Value::Unreadable(reason) => {
            return Err(problem(
                tree,
                body.id(),
                format!("its template is not known: {reason}"),
            ));
        }
        Value::Map => return Ok(Some(body.id())),
        // A stack without a body takes its template from S3.
        Value::Absent
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Template
        | Value::List => {
            let url = tree.node(stack.values).get("template_url");
            if !url.is_set() || matches!(url.value(), Value::Null) {
                return Ok(None);
            }
            let why = "its template stands at a URL, which is not read".to_owned();
            return Err(problem(tree, url.id(), why));
        }
    };
    if !mentions_ours(text) {
        return Ok(None);
    }
    let id = body.id();
    if !text.trim_start().starts_with('{') {
        let why = "a template in YAML inside a plan is not read: judge the template's own file"
            .to_owned();
        return Err(problem(tree, id, why));
    }
    json_in(tree, id).map(Some).map_err(|syntax| {
        problem(
            tree,
            id,
            format!("its template is not JSON: {}", syntax.message),
        )
    })
}

/// What is given, with the parameters of a stack in the place of the template's defaults.
fn with_parameters(tree: &Tree, stack: &Instance, given: &Given) -> Given {
    let mut given = given.clone();
    for (name, value) in tree.node(stack.values).get("parameters").members() {
        if let Some(text) = value.as_text() {
            given.parameters.insert(name.to_owned(), text.to_owned());
        }
    }
    given
}
