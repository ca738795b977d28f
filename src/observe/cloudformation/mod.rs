//! CloudFormation templates, evaluated as far as the text allows.
//!
//! Every value of a resource of ours is known, absent, or unreadable with the reason: a function that rests on
//! what only the deployment decides is never guessed. Where a condition cannot be decided, the template is
//! evaluated once for each consistent choice (a *world*), so that two `Fn::If` on one condition stay together.
//!
//! Places are those of the template: a value that a function yields stands where the function stands, and a
//! security configuration inside a text is traced back to the bytes it was written as.

mod attached;
mod conditions;
mod eval;
mod functions;
pub(super) mod kinds;
mod launchers;
mod meaning;
mod nested;
mod resources;
mod sections;
mod templates;
mod text;
mod worlds;

use super::{Given, Nested, Problem, World, recognise};
use crate::observed::tree::{NodeId, Tree};
use crate::observed::{Facts, Node, Value};
use conditions::Formulas;
use eval::Evaluator;
pub(super) use kinds::is_meant_for_ours;
pub(super) use launchers::{RUN_JOB_FLOW, may_launch};
pub(super) use nested::is_stack;
use resources::Declared;
pub(super) use resources::{is_ours, judged_type};
use sections::{Sections, member};
use std::collections::BTreeSet;
pub(super) use templates::{mentions_ours, template_in};

/// A template after evaluation.
#[derive(Debug)]
pub struct Evaluated {
    /// The template, and the values that evaluation added to it.
    pub tree: Tree,
    /// Its resources under each choice of the undecidable conditions; at least one.
    pub worlds: Vec<World>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// What is not seen, and nothing says that it is ours.
    pub notes: Vec<String>,
    /// Its stacks that are made of templates in files.
    pub nested: Vec<Nested>,
}

/// Macros that add or rewrite nothing of the resources that are read here.
const HARMLESS: &[&str] = &[
    "AWS::LanguageExtensions",
    "AWS::Serverless-2016-10-31",
    "AWS::SecretsManager-2020-07-23",
    "AWS::SecretsManager-2024-09-16",
    "AWS::CodeDeployBlueGreen",
    "AWS::ServiceCatalog",
];

/// Evaluates a template.
pub fn evaluate(tree: Tree, given: &Given) -> Evaluated {
    evaluate_within(tree, given, 0)
}

/// Evaluates a template that stands in so many others.
fn evaluate_within(tree: Tree, given: &Given, depth: u32) -> Evaluated {
    let (evaluated, bodies) = evaluate_alone(tree, given);
    bodies.iter().fold(evaluated, |evaluated, (id, body)| {
        templates::with_body(evaluated, (id, *body), given, depth)
    })
}

/// Evaluates a template without those that stand in it, which are told.
fn evaluate_alone(tree: Tree, given: &Given) -> (Evaluated, Vec<Declaration>) {
    let mut problems = problems(&tree);
    let unseen = kinds::unseen(&tree);
    problems.extend(unseen.problems);
    let sections = Sections::of(&tree);
    let declared = read_resources(&tree, &sections);
    let mut evaluator = Evaluator::new(tree, given, sections);
    let parts = parts_of(&evaluator);
    let launchers = launchers::of(&evaluator);
    let stacks = nested::of(&evaluator);
    let mut found = nested::Found {
        notes: unseen.notes,
        problems,
        ..nested::Found::default()
    };
    let mut needs = Needs::default();
    for (_, resource) in declared.iter().chain(&parts).chain(&launchers) {
        needs.condition_of(&evaluator, *resource);
    }
    for (_, stack) in &stacks {
        needs.condition_of(&evaluator, *stack);
    }
    // Worlds may run out, so what matters most comes first.
    let (documents, others): (Vec<NodeId>, Vec<NodeId>) = declared
        .iter()
        .chain(&parts)
        .chain(&launchers)
        .map(|(_, resource)| *resource)
        .partition(|resource| resources::is_document(&evaluator.tree, *resource));
    for resource in documents.into_iter().chain(others) {
        needs.choices_of(&evaluator, resource);
    }
    let mut formulas = Formulas::default();
    for name in &needs.conditions {
        formulas.add(name, &mut evaluator, 0);
    }
    for name in &needs.keys {
        formulas.tell_apart(name, &evaluator);
    }
    evaluator.forget();
    let mut worlds = Vec::new();
    for (label, facts, choice) in worlds::worlds(&formulas, &needs.conditions, &needs.keys) {
        evaluator.enter(choice);
        worlds.push(world(
            &mut evaluator,
            (label, facts),
            [&declared, &parts, &launchers],
            &mut found,
        ));
        for (id, stack) in &stacks {
            nested::read(&mut evaluator, (id, *stack), &mut found);
        }
    }
    let evaluated = Evaluated {
        tree: evaluator.tree,
        worlds,
        problems: found.problems,
        notes: found.notes,
        nested: found.nested,
    };
    (evaluated, found.bodies)
}

/// The parts of clusters that are declared by themselves, in the order written.
fn parts_of(evaluator: &Evaluator<'_>) -> Vec<Declaration> {
    let all = evaluator.sections.resources.iter();
    all.filter(|(_, part)| attached::list_of(evaluator, *part).is_some())
        .cloned()
        .collect()
}

/// A declaration: its logical id, and where it stands.
type Declaration = (String, NodeId);

/// What there is in the world that was entered: the resources, with the parts of clusters put where they belong, and what state
/// machines and schedules launch.
fn world(
    evaluator: &mut Evaluator<'_>,
    (label, facts): (Option<String>, Facts),
    [declared, parts, launchers]: [&[Declaration]; 3],
    found: &mut nested::Found,
) -> World {
    let (mut resources, mut neighbours) = (Vec::new(), Vec::new());
    for (id, resource) in declared {
        match resources::read(evaluator, id, *resource) {
            Some(Declared::Resource(seen)) => resources.push(seen),
            Some(Declared::Neighbour(seen)) => neighbours.push(seen),
            None => {}
        }
    }
    for (id, part) in parts {
        let problem = attached::attach(evaluator, (id, *part), &mut resources);
        found.tell(problem, Vec::new());
    }
    for (id, launcher) in launchers {
        let read = launchers::read(evaluator, id, *launcher);
        resources.extend(read.seen);
        found.tell(read.problems, read.notes);
    }
    World {
        label,
        facts,
        resources,
        neighbours,
    }
}

/// The resources that are read, in the order written.
fn read_resources(tree: &Tree, sections: &Sections) -> Vec<Declaration> {
    let is_read = |resource: &NodeId| {
        tree.node(*resource)
            .get("Type")
            .as_text()
            .is_some_and(resources::is_read)
    };
    let all = sections.resources.iter();
    all.filter(|(_, resource)| is_read(resource))
        .cloned()
        .collect()
}

/// Whether a resource that is read, launches something or is a stack satisfies a test.
pub(super) fn reads_what(template: Node<'_>, test: &dyn Fn(Node<'_>) -> bool) -> bool {
    let mut all = template.get("Resources").members();
    all.any(|(_, resource)| {
        let kind = resource.get("Type").as_text();
        let is_read = kind.is_some_and(resources::is_read)
            || may_launch(resource)
            || nested::is_stack(resource);
        is_read && test(resource.get("Properties"))
    })
}

/// What in a template hides resources from view.
fn problems(tree: &Tree) -> Vec<Problem> {
    let root = tree.root();
    let mut problems = Vec::new();
    let transform = root.get("Transform");
    let macros: Vec<Node<'_>> = match transform.value() {
        Value::List => transform.items().collect(),
        Value::Absent => Vec::new(),
        Value::Unreadable(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Template
        | Value::Map => vec![transform],
    };
    for one in macros {
        let name = one.as_text().or_else(|| one.get("Name").as_text());
        if !name.is_some_and(|name| HARMLESS.contains(&name)) {
            let what = format!("could not apply macro `{}`", name.unwrap_or("Transform"));
            let why = "a macro may rewrite every resource, and is not evaluated";
            problems.push(Problem::at(one, what, why));
        }
    }
    let resources = root.get("Resources");
    if let Some(reason) = resources.reason() {
        let what = "could not read the resources of the template";
        problems.push(Problem::at(resources, what, reason.to_string()));
    }
    if let Some(reason) = resources.open() {
        let what = "could not read all resources of the template";
        problems.push(Problem::at(resources, what, reason.to_string()));
    }
    for (name, resource) in resources.members() {
        if name == "Fn::Transform" {
            let why = "a macro may add resources, and is not evaluated";
            problems.push(Problem::at(
                resource,
                "could not apply `Fn::Transform`",
                why,
            ));
        } else if name.starts_with("Fn::ForEach::")
            && recognise::mentions(resource, 0, &resources::is_read)
        {
            let what = format!("could not repeat the resources of `{name}`");
            problems.push(Problem::at(resource, what, "loops are not evaluated"));
        } else if let Some(reason) = resource.reason() {
            let what = format!("could not read resource `{name}`");
            problems.push(Problem::at(resource, what, reason.to_string()));
        }
    }
    problems
}

/// What the resources of ours rest on.
#[derive(Debug, Default)]
struct Needs {
    /// Names of conditions, in the order met.
    conditions: Vec<String>,
    /// Parameters that mappings are looked up by.
    keys: Vec<String>,
    seen: BTreeSet<NodeId>,
}

impl Needs {
    /// Whether a resource exists rests on its condition.
    fn condition_of(&mut self, evaluator: &Evaluator<'_>, resource: NodeId) {
        let condition = member(&evaluator.tree, resource, "Condition");
        if let Some(name) = evaluator.scalar(condition) {
            push_new(&mut self.conditions, name);
        }
    }

    /// What a resource's properties are rests on what they choose by.
    fn choices_of(&mut self, evaluator: &Evaluator<'_>, resource: NodeId) {
        let mut open = vec![member(&evaluator.tree, resource, "Properties")];
        while let Some(id) = open.pop() {
            if !self.seen.insert(id) {
                continue;
            }
            let entries = evaluator.entries(id);
            if let [only] = entries.as_slice()
                && let Some(key) = only.key
            {
                let items = evaluator.items(only.value).unwrap_or_default();
                match (evaluator.tree.text(key), items.as_slice()) {
                    ("Fn::If", [condition, ..]) => {
                        if let Some(name) = evaluator.scalar(*condition) {
                            push_new(&mut self.conditions, name);
                        }
                    }
                    ("Fn::FindInMap", [_, keys @ ..]) => {
                        for key in keys {
                            let name = member(&evaluator.tree, *key, "Ref");
                            if let Some(name) = evaluator.scalar(name)
                                && evaluator.is_without_value(name)
                            {
                                push_new(&mut self.keys, name);
                            }
                        }
                    }
                    _ => {}
                }
            }
            // Last in, first out: in the order written.
            open.extend(entries.iter().rev().map(|entry| entry.value));
        }
    }
}

fn push_new(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

#[cfg(test)]
mod tests;
