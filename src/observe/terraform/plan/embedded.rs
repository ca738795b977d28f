//! CloudFormation in Terraform: the template of an `aws_cloudformation_stack`, judged like any other.

pub(in crate::observe) use crate::observe::cloudformation::mentions_ours;
use crate::observe::cloudformation::{self, template_in};
use crate::observe::terraform::shape::Instance;
use crate::observe::{Given, Problem, Withheld, World, recognise};
use crate::observed::Value;
use crate::observed::tree::{NodeId, Tree};

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

/// The template of a stack; `None` where it holds nothing of ours.
fn template(tree: &mut Tree, stack: &Instance) -> Result<Option<NodeId>, Box<Problem>> {
    let values = tree.node(stack.values);
    let body = values.get("template_body");
    if !matches!(body.value(), Value::Absent | Value::Null) {
        let id = body.id();
        return template_in(tree, id, &stack.address);
    }
    // A stack without a body takes its template from S3.
    let url = values.get("template_url");
    if !url.is_set() || matches!(url.value(), Value::Null) {
        return Ok(None);
    }
    let what = format!("could not judge the stack of `{}`", stack.address);
    let why = "its template stands at a URL, which is not read";
    Err(Box::new(Problem::at(url, what, why)))
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
