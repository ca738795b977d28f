//! `terraform show -json` of a plan or a state, and the same of `OpenTofu`.
//!
//! Of a plan, what each managed resource will be is judged: `after`, with what is known only after apply unknown
//! (`after_unknown`) and what is sensitive withheld (`after_sensitive`). What is deleted or forgotten is not there.
//! Source: Terraform, *JSON Output Format*.

mod configuration;
pub(in crate::observe) mod embedded;
mod hidden;
mod overlay;
mod provisioners;
mod secrets;

use super::shape::{self, Instance};
use crate::observe::{Dialect, Given, Problem, Reading, World};
use crate::observed::tree::{NodeId, Tree};
use crate::observed::{Facts, Node, Reason, Value};
use configuration::Configuration;
pub(in crate::observe) use hidden::hands_on;
use overlay::Overlay;

/// Modules nested deeper than this are no modules of Terraform's.
const DEPTH: usize = 64;

/// The major versions of the format that are known: 0 is that of Terraform before 1.2.
const MAJORS: &[&str] = &["0", "1"];

/// Reads a plan or a state; `Err` says why it cannot be.
pub(in crate::observe) fn read(mut tree: Tree, given: &Given) -> Result<Reading, String> {
    let root = tree.root();
    if root.get("lineage").is_set() {
        return Err(
            "this is Terraform's own state file: judge what `terraform show -json` prints of it"
                .to_owned(),
        );
    }
    let mut problems = problems(root);
    if let Some(problem) = unknown_format(root) {
        problems.push(problem);
        let mut reading = Reading::new(Dialect::TerraformPlan, tree, Vec::new());
        reading.problems = problems;
        return Ok(reading);
    }
    problems.extend(provisioners::problems(tree.root()));
    secrets::hide(&mut tree);
    problems.extend(hidden::problems(&mut tree));
    let instances = instances(&mut tree);
    let shaped = shape::shape(&mut tree, &instances, given);
    problems.extend(shaped.problems);
    let world = World {
        label: None,
        facts: Facts::new(),
        resources: shaped.resources,
        neighbours: shaped.neighbours,
    };
    let mut with = embedded::with_stacks(tree, &instances, vec![world], given);
    problems.extend(with.problems);
    with.notes.extend(shaped.notes);
    Ok(Reading {
        dialect: Dialect::TerraformPlan,
        problems,
        notes: with.notes,
        nested: Vec::new(),
        tree: with.tree,
        worlds: with.worlds,
        passed_over: false,
        part: None,
    })
}

/// The problem with a format that is not known.
fn unknown_format(root: Node<'_>) -> Option<Problem> {
    let version = root.get("format_version");
    let text = version.as_text()?;
    let major = text.split('.').next().unwrap_or_default();
    (!MAJORS.contains(&major)).then(|| {
        Problem::at(
            version,
            "could not read the plan or state",
            format!("version `{text}` of the format is not known"),
        )
    })
}

/// What in a plan keeps resources from view.
fn problems(root: Node<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let errored = root.get("errored");
    if matches!(errored.value(), Value::Bool(true)) {
        problems.push(Problem::at(
            errored,
            "could not judge the whole plan",
            "planning failed, and the plan holds only what came before",
        ));
    } else if matches!(root.get("complete").value(), Value::Bool(false)) {
        problems.push(Problem::at(
            root.get("complete"),
            "could not judge the whole plan",
            "the plan is not complete: changes were targeted or deferred",
        ));
    }
    let changes = root.get("resource_changes").items();
    for change in changes.filter(|change| !matches!(change.get("change").value(), Value::Map)) {
        if change.get("type").as_text().is_some_and(shape::is_read) {
            let address = change.get("address").as_text().unwrap_or_default();
            problems.push(Problem::at(
                change,
                format!("could not judge `{address}`"),
                "the plan does not say how it changes",
            ));
        }
    }
    for deferred in root.get("deferred_changes").items() {
        let change = deferred.get("resource_change");
        if change.get("type").as_text().is_some_and(shape::is_read) {
            let address = change.get("address").as_text().unwrap_or_default();
            problems.push(Problem::at(
                deferred,
                format!("could not judge `{address}`"),
                "its change is deferred to a later plan",
            ));
        }
    }
    problems
}

/// The managed resources of interest, as they will be or are.
fn instances(tree: &mut Tree) -> Vec<Instance> {
    let changes = tree.root().get("resource_changes");
    if changes.is_set() {
        return of_changes(tree);
    }
    let mut instances = Vec::new();
    let planned = tree.root().get("planned_values");
    let unknown = planned.is_set().then_some(Reason::KnownAfterApply);
    let values = if planned.is_set() {
        planned
    } else {
        tree.root().get("values")
    };
    let mut found = Vec::new();
    in_module(values.get("root_module"), 0, &mut found);
    for (resource, kind, address) in found {
        let node = tree.node(resource);
        let values = node.get("values").id();
        let sensitive = node.get("sensitive_values").id();
        let mut values = Overlay {
            tree,
            explain: None,
        }
        .sensitive(values, sensitive);
        // Values that are not known are left out of planned values, and so are those that are not set.
        if let Some(reason) = &unknown {
            values = opened(tree, values, reason);
        }
        instances.push(Instance {
            kind,
            address,
            values,
            outer: resource,
        });
    }
    instances
}

/// The resources below a module, of which the values are told.
fn in_module(module: Node<'_>, depth: usize, found: &mut Vec<(NodeId, String, String)>) {
    if depth > DEPTH {
        return;
    }
    for resource in module.get("resources").items() {
        if let Some((kind, address)) = managed(resource)
            && resource.get("values").is_set()
        {
            found.push((resource.id(), kind.to_owned(), address.to_owned()));
        }
    }
    for child in module.get("child_modules").items() {
        in_module(child, depth + 1, found);
    }
}

/// Goes through all resources below the modules of what is planned or there.
fn in_all_modules<'t>(root: Node<'t>, see: &mut dyn FnMut(Node<'t>)) {
    let values = ["planned_values", "values"].map(|member| root.get(member));
    let mut open: Vec<(Node<'t>, usize)> = Vec::new();
    open.extend(values.map(|values| (values.get("root_module"), 0)));
    while let Some((module, depth)) = open.pop() {
        module.get("resources").items().for_each(&mut *see);
        if depth < DEPTH {
            let children = module.get("child_modules").items();
            open.extend(children.map(|child| (child, depth + 1)));
        }
    }
}

/// Type and address of a managed resource of interest.
fn managed(resource: Node<'_>) -> Option<(&str, &str)> {
    let kind = resource.get("type").as_text()?;
    let data = resource.get("mode").as_text() == Some("data");
    let read = !data && (shape::is_read(kind) || embedded::is_stack(kind));
    read.then_some((kind, resource.get("address").as_text()?))
}

/// The same object, of which members may be out of sight.
fn opened(tree: &mut Tree, values: NodeId, reason: &Reason) -> NodeId {
    let members = overlay::members(tree, values);
    let kind = tree.map_kind(&members, Some(reason.clone()));
    tree.push_at(kind, values)
}

/// The resources of a plan's changes, each as it will be.
fn of_changes(tree: &mut Tree) -> Vec<Instance> {
    let configuration = Configuration::of(tree);
    let root = tree.root();
    let changes = root.get("resource_changes").items();
    let found: Vec<(NodeId, String, String)> = changes
        .filter(|change| will_be(*change))
        .filter_map(|change| {
            let (kind, address) = managed(change)?;
            Some((change.id(), kind.to_owned(), address.to_owned()))
        })
        .collect();
    let mut instances = Vec::with_capacity(found.len());
    for (resource, kind, address) in found {
        let change = tree.node(resource).get("change");
        let [after, unknown, sensitive] =
            ["after", "after_unknown", "after_sensitive"].map(|key| change.get(key).id());
        let [has_unknown, has_sensitive] =
            ["after_unknown", "after_sensitive"].map(|key| change.get(key).is_set());
        let explain = configuration.explain(tree, &kind, &address);
        let mut overlay = Overlay {
            tree,
            explain: Some(&explain),
        };
        let values = overlay.merge(
            after,
            has_unknown.then_some(unknown),
            has_sensitive.then_some(sensitive),
        );
        instances.push(Instance {
            kind,
            address,
            values,
            outer: resource,
        });
    }
    instances
}

/// Whether a resource will exist, and be Terraform's, after the change.
fn will_be(change: Node<'_>) -> bool {
    let actions = change.get("change").get("actions");
    let mut gone = actions.items().filter_map(Node::as_text);
    let is_gone =
        actions.items().len() == 1 && gone.any(|action| ["delete", "forget"].contains(&action));
    let after = change.get("change").get("after");
    // A deposed object is what a replacement left behind, to be deleted.
    !is_gone
        && change.get("deposed").is_absent()
        && !matches!(after.value(), Value::Absent | Value::Null)
}

#[cfg(test)]
pub(super) use configuration::worked_out;
#[cfg(test)]
mod tests;
