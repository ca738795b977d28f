//! The provisioners of a plan's configuration whose command lines ask EMR or Lake Formation for something. They are not read.

use super::DEPTH;
use crate::observe::{Problem, foreign};
use crate::observed::Node;

/// A problem for each resource that runs such a command.
pub(super) fn problems(root: Node<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut open = vec![(root.get("configuration").get("root_module"), 0)];
    while let Some((module, depth)) = open.pop() {
        for resource in module.get("resources").items() {
            problems.extend(problem(resource));
        }
        if depth < DEPTH {
            let calls = module.get("module_calls").members();
            open.extend(calls.map(|(_, call)| (call.get("module"), depth + 1)));
        }
    }
    problems
}

fn problem(resource: Node<'_>) -> Option<Problem> {
    let is_program = resource.get("type").as_text() == Some("external");
    let program = is_program.then(|| resource.get("expressions"));
    let mut run = resource.get("provisioners").items().chain(program);
    let (at, command) = run.find_map(|run| Some((run, command(run, 0)?)))?;
    let address = resource.get("address").as_text().unwrap_or_default();
    let what = format!("could not judge what `{address}` runs");
    Some(Problem::at(at, what, foreign::not_read_of(command)))
}

/// The first command in the texts of a value.
fn command(node: Node<'_>, depth: usize) -> Option<&'static str> {
    if depth > DEPTH {
        return None;
    }
    let values = node
        .items()
        .chain(node.members().map(|(_, value)| value))
        .map(|value| command(value, depth + 1));
    let own = node.as_text().and_then(foreign::command);
    std::iter::once(own).chain(values).flatten().next()
}
