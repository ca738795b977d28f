//! What resources of others, and outputs, of a plan or state are given.

use super::{embedded, in_all_modules, shape, will_be};
use crate::observe::Problem;
use crate::observe::inside;
use crate::observe::terraform::hidden;
use crate::observed::Node;
use crate::observed::tree::{NodeId, Tree};

/// A problem for each that something of ours stands in.
pub(super) fn problems(tree: &mut Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (value, what, holder) in values(tree.root()) {
        problems.extend(hidden::problem(tree, value, (&what, &holder)));
    }
    problems
}

/// Whether an output is, or holds, something of ours.
pub(in crate::observe) fn hands_on(root: Node<'_>) -> bool {
    outputs(root).any(|(_, output)| inside::request(output.get("value")).is_some())
}

fn outputs(root: Node<'_>) -> impl Iterator<Item = (&str, Node<'_>)> {
    let values = ["planned_values", "values"].map(|member| root.get(member));
    let outputs = values.into_iter().map(|values| values.get("outputs"));
    outputs.flat_map(Node::members)
}

/// Each value that is not read: what it is given to, and what holds it.
fn values(root: Node<'_>) -> Vec<(NodeId, String, String)> {
    let mut found = Vec::new();
    let mut add = |resource: Node<'_>, values: Node<'_>| {
        let text = |key: &'static str| resource.get(key).as_text().unwrap_or_default();
        let (kind, address) = (text("type"), text("address"));
        if !shape::is_read(kind) && !embedded::is_stack(kind) {
            let what = format!("what `{address}` is given");
            let holder = format!("a resource of type `{kind}`");
            found.push((values.id(), what, holder));
        }
    };
    let changes = root.get("resource_changes");
    if changes.is_set() {
        for change in changes.items().filter(|change| will_be(*change)) {
            add(change, change.path("change/after"));
        }
    } else {
        in_all_modules(root, &mut |resource| add(resource, resource.get("values")));
    }
    for (name, output) in outputs(root) {
        let what = format!("what output `{name}` hands on");
        found.push((output.get("value").id(), what, "an output".to_owned()));
    }
    found
}
