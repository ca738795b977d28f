//! Requests and documents that stand inside something else: in a list of requests, under a name of an environment, as a
//! text in another service's request.
//!
//! What is found there is judged at its place. Who reads the file may put more into a request that is not whole, so that
//! what it does not say is unknown; a whole one is taken as it stands. What only looks like ours, such as a document whose
//! keys are in another case, is a problem.
//!
//! The same goes for what stands below or beside the members of a thing that is read, be that the whole document.

mod cased;
mod search;
mod what;
mod whole;

use super::own::Own;
use super::{
    Dialect, File, Given, Problem, Reading, Seen, application, containers, edit, foreign, json,
    lake_formation, mrjob, parts, public_access, recognise, run_job_flow, security_configuration,
    serverless_framework, stem, step_functions,
};
use crate::observed::tree::{NodeId, Tree};
use crate::observed::{Node, Reason, Source};
use std::sync::Arc;
pub(super) use what::{What, is_cluster};

/// Reads what stands inside a document that is nothing of ours as a whole; `None` when nothing does.
pub(super) fn read(mut tree: Tree) -> Option<File> {
    if whole::is_of_constructs(tree.root()) {
        return None;
    }
    let others = whole::of_others(tree.root());
    let found = match others {
        Some(dialect) => beside(&mut tree, dialect),
        None => search::everywhere(&mut tree),
    };
    let cased = if let Some(dialect) = others {
        cased_beside(&mut tree, dialect, &found)
    } else {
        let root = tree.root_id();
        cased::problem(&mut tree, root, &found)
    };
    let mut problems = if found.is_empty() && others.is_some() {
        Vec::new()
    } else {
        declared(&tree, &found)
    };
    problems.extend(cased);
    if found.is_empty() && problems.len() < 2 {
        let problem = problems.pop()?;
        let dialect = None;
        return Some(File::Unreadable { dialect, problem });
    }
    let judged = judged(&mut tree, &found);
    let dialect = { found.iter() }
        .map(|(_, what)| what.dialect())
        .next()
        .unwrap_or(Dialect::RunJobFlow);
    let mut reading = Reading::new(dialect, tree, Vec::new());
    judged.put_into(&mut reading);
    reading.problems.extend(problems);
    Some(File::Read(Box::new(reading)))
}

/// What other tools declare in a document, but for what something was found in.
fn declared(tree: &Tree, found: &[(NodeId, What)]) -> Vec<Problem> {
    let found = found.iter().map(|(id, _)| tree.node(*id).pointer());
    let found: Vec<String> = found.collect();
    let holds = |within: Node<'_>| {
        let pointer = within.pointer();
        let mut inside = found.iter().filter_map(|one| one.strip_prefix(&pointer));
        inside.any(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let declared = foreign::declared(tree.root()).into_iter();
    declared
        .filter(|one| !holds(one.within))
        .map(|one| Problem::at(one.at, not_judged(tree), one.why))
        .collect()
}

/// What of ours stands in a document of a dialect that the dialect's reader does not read.
fn beside(tree: &mut Tree, dialect: Dialect) -> Vec<(NodeId, What)> {
    let own = whole::own_of_document(tree.root(), dialect);
    if own.is_empty() {
        return Vec::new();
    }
    let mut found = search::beside(tree, own);
    found.retain(|(id, what)| !whole::is_read_elsewhere(tree.node(*id), *what));
    // What a service refers to is read where it is put in.
    if serverless_framework::is_service(tree.root()) {
        found.retain(|(id, _)| !serverless_framework::is_referred_to(tree.node(*id)));
    }
    found
}

/// Reads a document of a dialect by `reader`, and with it what else of ours stands in it.
pub(super) fn with_beside(
    mut tree: Tree,
    (dialect, given): (Dialect, &Given),
    reader: impl Fn(Tree, Dialect, &Given) -> Result<Reading, String>,
) -> Result<Reading, String> {
    let found = beside(&mut tree, dialect);
    let cased = cased_beside(&mut tree, dialect, &found);
    let named = found.iter().map(|(node, what)| named(&tree, *node, *what));
    let named: Vec<Problem> = named.collect();
    let judged = judged(&mut tree, &found);
    let mut reading = reader(tree, dialect, given)?;
    // What is put together of several files, or of what it evaluates to, is no place for a request as it is written.
    let evaluated = matches!(dialect, Dialect::CloudFormation | Dialect::TerraformPlan);
    if evaluated || reading.is_part() {
        reading.problems.extend(named);
    } else {
        judged.put_into(&mut reading);
    }
    reading.problems.extend(cased);
    Ok(reading)
}

/// What beside the members of a document, and beside what was found, would be ours but for the case of its keys.
fn cased_beside(tree: &mut Tree, dialect: Dialect, found: &[(NodeId, What)]) -> Option<Problem> {
    // What a service has beside its resources is of other shapes, and referred to.
    if serverless_framework::is_service(tree.root()) {
        return None;
    }
    let root = tree.root_id();
    let own = whole::own_of_document(tree.root(), dialect).pop()?;
    let own = match own {
        Own::Thing(at, what) if at == root => what.own(tree, at),
        Own::Value { .. } | Own::Thing(..) => vec![own],
    };
    let members = own.into_iter().find_map(|own| match own {
        Own::Value { at, members, .. } if at == root => Some(members),
        Own::Value { .. } | Own::Thing(..) => None,
    })?;
    let rest = search::rest_of(tree, root, &members)?;
    cased::problem(tree, rest, found)
}

fn named(tree: &Tree, node: NodeId, what: What) -> Problem {
    let what = what.described();
    let why = format!(
        "what looks like {what} stands here, and is not read with the rest of the file: give it a file of its own"
    );
    Problem::at(tree.node(node), not_judged(tree), why)
}

/// What came of reading what stands inside a document.
#[derive(Default)]
struct Judged {
    seen: Vec<Seen>,
    problems: Vec<Problem>,
    notes: Vec<String>,
}

impl Judged {
    fn put_into(self, reading: &mut Reading) {
        reading.problems.extend(self.problems);
        reading.notes.extend(self.notes);
        if let Some(world) = reading.worlds.first_mut() {
            world.resources.extend(self.seen);
        }
    }
}

fn judged(tree: &mut Tree, found: &[(NodeId, What)]) -> Judged {
    let mut judged = Judged::default();
    let file = stem(&tree.source().name).to_owned();
    for (node, what) in found {
        let name = called(tree.node(*node), &file);
        match what {
            What::Part(part) => judged.seen.push(parts::within(tree, *node, *part, &name)),
            What::Overrides => judged.seen.push(parts::overriding(tree, *node, &name)),
            What::Cluster => {
                let whole = what::is_whole(tree.node(*node));
                let body = if whole { *node } else { open(tree, *node) };
                judged.seen.push(run_job_flow::seen(tree, body, &name));
            }
            What::Configuration => {
                let seen = security_configuration::seen(tree, *node, &name);
                judged.seen.push(seen);
            }
            What::Machine => {
                let machine = step_functions::machine(tree, *node);
                judged.seen.extend(machine.seen);
                judged.problems.extend(machine.problems);
                judged.notes.extend(machine.notes);
            }
            What::LakeFormation => {
                let asked = lake_formation::requests_in(tree.node(*node));
                judged.seen.extend(asked.iter().map(Seen::of));
            }
            What::PublicAccess => match account(tree, *node, name) {
                Ok(one) => judged.seen.push(one),
                Err(problem) => judged.problems.push(*problem),
            },
            What::Application => {
                let seen = application::seen(tree.node(*node), &name);
                judged.seen.push(seen);
            }
            What::Containers => match containers::seen(tree.node(*node), &name) {
                Ok(one) => judged.seen.push(one),
                Err(note) => judged.notes.push(note),
            },
            What::Mrjob => judged.seen.push(mrjob::seen(tree, *node, &name)),
            What::Template => judged.problems.push(template(tree, *node)),
            What::Text => judged.problems.push(unopened(tree, *node)),
        }
    }
    judged
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

fn unopened(tree: &Tree, at: NodeId) -> Problem {
    let why = "this text names something of EMR or Lake Formation, and is one of too many, or too deep in others, to be read as a document";
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

/// The first place in a value where something of ours stands, or a text that names it.
pub(super) fn first(value: Node<'_>) -> Option<Node<'_>> {
    let mut open = vec![value];
    while let Some(node) = open.pop() {
        let named = node.as_text().is_some_and(recognise::names_ours);
        if named || what::but_template(node).is_some() {
            return Some(node);
        }
        open.extend(node.items().rev());
        open.extend(node.members().rev().map(|(_, value)| value));
    }
    None
}

/// The first place in a value where something of ours stands for certain, as an object or as JSON in a text.
pub(super) fn request(value: Node<'_>) -> Option<Node<'_>> {
    let mut open = vec![value];
    while let Some(node) = open.pop() {
        let found = if let Some(text) = node.as_text() {
            holds_request(text)
        } else {
            let what = what::but_template(node);
            what.is_some_and(|what| !matches!(what, What::Part(_)))
        };
        if found {
            return Some(node);
        }
        open.extend(node.items().rev());
        open.extend(node.members().rev().map(|(_, value)| value));
    }
    None
}

/// The first place in a value that nobody reads where something of ours stands, and what it is called.
pub(super) fn hidden(tree: &mut Tree, value: NodeId) -> Option<(NodeId, &'static str)> {
    let found = search::within(tree, value);
    let found = found.first();
    found.map(|(at, what)| (*at, what.described()))
}

/// Whether a text is JSON that holds something of ours.
pub(super) fn holds_request(text: &str) -> bool {
    if !search::holds_json(text) {
        return false;
    }
    match json::read(Arc::new(Source::new(String::new(), text))) {
        Ok(mut tree) => !search::everywhere(&mut tree).is_empty(),
        Err(_) => recognise::looks_like_ours(text),
    }
}

/// A problem for each thing that stands in a state machine and is nothing that the machine sends.
pub(super) fn beside_tasks(tree: &mut Tree, machine: NodeId) -> Vec<Problem> {
    let found = search::beside(tree, vec![Own::Thing(machine, What::Machine)]);
    let named = found.iter().map(|(node, what)| named(tree, *node, *what));
    named.collect()
}

#[cfg(test)]
mod tests;
