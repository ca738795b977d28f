//! Requests and documents that stand inside something else: in a list of requests, under a name of an environment, as a
//! text in another service's request.
//!
//! What is found there is judged at its place. Who reads the file may put more into a request that is not whole, so that
//! what it does not say is unknown; a whole one is taken as it stands. What only looks like ours, such as a document whose
//! keys are in another case, is a problem.

mod cased;
mod what;

use super::decode::{json_in, yaml_in};
use super::{
    Dialect, File, Problem, Reading, Seen, application, containers, edit, foreign, lake_formation,
    parts, public_access, recognise, run_job_flow, security_configuration, stem, step_functions,
};
use crate::observed::tree::{NodeId, Tree};
use crate::observed::{Node, Reason, Value};
use what::What;
pub(super) use what::is_cluster;

/// How many texts are read as documents, and how deep in each other.
const MAX_TEXTS: usize = 256;
const MAX_DEPTH: u32 = 2;

/// Reads what stands inside a document that is nothing of ours as a whole; `None` when nothing does.
pub(super) fn read(mut tree: Tree) -> Option<File> {
    if what::is_of_others(tree.root()) {
        return None;
    }
    let found = found(&mut tree);
    if found.is_empty() {
        if let Some((node, why)) = foreign::declared(tree.root()) {
            let problem = Problem::at(node, not_judged(&tree), why);
            return Some(File::Unreadable {
                dialect: None,
                problem,
            });
        }
        return cased::read(tree);
    }
    let mut seen = Vec::new();
    let mut problems = Vec::new();
    let mut notes = Vec::new();
    let file = stem(&tree.source().name).to_owned();
    for (node, what) in &found {
        let name = called(tree.node(*node), &file);
        match what {
            What::Part(part) => seen.push(parts::within(&mut tree, *node, *part, &name)),
            What::Cluster => {
                let whole = what::is_whole(tree.node(*node));
                let body = if whole { *node } else { open(&mut tree, *node) };
                seen.push(run_job_flow::seen(&mut tree, body, &name));
            }
            What::Configuration => {
                seen.push(security_configuration::seen(&mut tree, *node, &name));
            }
            What::Machine => {
                let machine = step_functions::machine(&mut tree, *node);
                seen.extend(machine.seen);
                problems.extend(machine.problems);
            }
            What::LakeFormation => {
                let asked = lake_formation::requests_in(tree.node(*node));
                seen.extend(asked.iter().map(Seen::of));
            }
            What::PublicAccess => match account(&tree, *node, name) {
                Ok(one) => seen.push(one),
                Err(problem) => problems.push(*problem),
            },
            What::Application => seen.push(application::seen(tree.node(*node), &name)),
            What::Containers => match containers::seen(tree.node(*node), &name) {
                Ok(one) => seen.push(one),
                Err(note) => notes.push(note),
            },
            What::Template => problems.push(template(&tree, *node)),
        }
    }
    let dialect = { found.iter() }
        .map(|(_, what)| what.dialect())
        .next()
        .unwrap_or(Dialect::RunJobFlow);
    let mut reading = Reading::new(dialect, tree, seen);
    reading.problems = problems;
    reading.notes = notes;
    Some(File::Read(Box::new(reading)))
}

/// A request about block public access, unless something else fills it in.
fn account(tree: &Tree, request: NodeId, name: String) -> Result<Seen, Box<Problem>> {
    let why = "a request about block public access is put in here later";
    match public_access::put_in(tree.node(request)) {
        Some(text) => Err(Box::new(Problem::at(text, not_judged(tree), why))),
        None => Ok(public_access::request(tree, request, name)),
    }
}

fn template(tree: &Tree, at: NodeId) -> Problem {
    let why = "what looks like a CloudFormation template is read as a file of its own only";
    Problem::at(tree.node(at), not_judged(tree), why)
}

fn not_judged(tree: &Tree) -> String {
    format!("could not judge all of `{}`", tree.source().name)
}

/// A request that is not whole: who reads the file may add to it.
fn open(tree: &mut Tree, request: NodeId) -> NodeId {
    let place = "what reads this file".to_owned();
    edit::opened(tree, request, Reason::Elsewhere { place })
}

/// What is called by its place.
fn called(node: Node<'_>, file: &str) -> String {
    format!("{file}#{}", node.pointer())
}

/// What of ours stands inside, in the order written; nothing is looked for in what is found.
fn found(tree: &mut Tree) -> Vec<(NodeId, What)> {
    let mut found = Vec::new();
    let mut open = vec![(tree.root_id(), 0)];
    let mut texts = 0;
    while let Some((id, depth)) = open.pop() {
        let node = tree.node(id);
        if let Some(what) = what::of(node) {
            found.push((id, what));
            continue;
        }
        match node.value() {
            Value::Map => {
                let members = node.members().rev();
                open.extend(members.map(|(_, value)| (value.id(), depth)));
            }
            Value::List => open.extend(node.items().rev().map(|item| (item.id(), depth))),
            Value::String(text) if depth < MAX_DEPTH && texts < MAX_TEXTS => {
                let json = holds_json(text);
                if json || holds_yaml(text) {
                    texts += 1;
                    let document = if json {
                        json_in(tree, id)
                    } else {
                        yaml_in(tree, id)
                    };
                    open.extend(document.ok().map(|document| (document, depth + 1)));
                }
            }
            Value::Absent
            | Value::Unreadable(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Template => {}
        }
    }
    found
}

/// Whether a text may be a document of ours in JSON.
fn holds_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) && recognise::may_be_ours(text)
}

/// Whether a text of several lines may be a document of ours in YAML: any text can be read as YAML.
fn holds_yaml(text: &str) -> bool {
    text.contains('\n') && recognise::names_ours(text)
}

/// The first place in a value where something of ours stands, or a text that names it.
pub(super) fn first(value: Node<'_>) -> Option<Node<'_>> {
    let mut open = vec![value];
    while let Some(node) = open.pop() {
        let named = node.as_text().is_some_and(recognise::names_ours);
        if named || what::of(node).is_some() {
            return Some(node);
        }
        open.extend(node.items().rev());
        open.extend(node.members().rev().map(|(_, value)| value));
    }
    None
}

#[cfg(test)]
mod tests;
