//! Terraform modules as they are written: `.tf` and `.tf.json` files of a folder, evaluated as far as they tell.
//!
//! The files are parsed by `hcl-edit`, or as JSON; the expressions of what is judged are evaluated. What only a
//! plan would know is unknown, with its reason: nothing is guessed. A condition that the files do not decide is
//! taken both ways, each a world of its own (`choice`). Modules that are called by a path are evaluated with
//! their arguments; others are not fetched, and said to be left out.
//!
//! Places are those of the files: a value stands where a resource uses it, members of objects and documents inside
//! texts where they are written.

mod address_functions;
mod bodies;
mod calls;
mod choice;
mod data;
mod emit;
mod eval;
mod expr;
mod files;
mod functions;
mod hidden;
mod json;
mod json_text;
mod lifecycle;
mod list_functions;
mod lower;
mod module;
mod names;
mod operators;
mod pattern_functions;
mod provisioners;
mod scope;
mod template;
mod text_functions;
mod tools;
mod value;
mod variables;

use super::plan::embedded;
use super::shape;
use crate::observe::{Dialect, File, Given, Reading, World, looks_like_ours};
use crate::observed::tree::{NodeId, Tree};
use choice::{Choice, worlds_of};
use emit::Emitter;
use eval::{Evaluator, Instance};
use expr::{At, Block};
pub use files::{Library, Nothing};
pub use module::{is_module_file, is_values};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;
use tools::Tool;
use value::Value;

/// The files of a root module.
#[derive(Clone, Debug)]
pub struct ModuleFiles {
    /// What reports call the module: its folder, or its only file.
    pub name: String,
    /// The folder that its paths go from.
    pub folder: String,
    /// The files' names and texts, in a stable order.
    pub files: Vec<(String, Arc<str>)>,
}

/// The folders of modules that files call by a path, without evaluating anything: quick, and enough to tell which
/// folders are called by others.
pub fn calls(files: &ModuleFiles) -> Vec<String> {
    let mut folders = Vec::new();
    for (_, text) in &files.files {
        for (at, _) in text.match_indices("source") {
            let rest = text.get(at + "source".len()..).unwrap_or_default();
            let rest = rest.trim_start_matches(['"', ' ', '\t', '=', ':']);
            let end = rest.find(['"', '\n', ' ']).unwrap_or(rest.len());
            let path = rest.get(..end).unwrap_or_default();
            if calls::is_local(path) {
                folders.push(calls::neat(&format!("{}/{path}", files.folder)));
            }
        }
    }
    folders.sort();
    folders.dedup();
    folders
}

/// What came of a module.
#[derive(Debug)]
pub struct Read {
    /// What it says.
    pub file: File,
    /// The folders of modules that were evaluated as parts of it, and the files that it read.
    pub called: Vec<String>,
}

/// A resource instance of one world.
struct Found {
    kind: Rc<str>,
    address: String,
    /// Where it is declared, and the instance of the module that it is declared in: a module may declare one address twice.
    declared: (u32, usize),
    value: Value,
    varied: bool,
}

/// A world of a module: what applies it, what is chosen, and what there is.
type FoundWorld = (Tool, Choice, Vec<Found>);

/// Reads a module and what it calls.
pub fn read(files: &ModuleFiles, library: &dyn Library, given: &Given) -> Read {
    let mut evaluator = Evaluator::new(library, given);
    let mut worlds = Vec::new();
    let mut called = BTreeSet::new();
    let mut ours = explore(&mut evaluator, files, Tool::Either, &mut worlds);
    called.extend(evaluator.modules.keys().cloned());
    if evaluator.tools_differ {
        evaluator = Evaluator::new(library, given);
        worlds.clear();
        for tool in [Tool::Terraform, Tool::OpenTofu] {
            ours |= explore(&mut evaluator, files, tool, &mut worlds);
        }
    }
    called.extend(evaluator.read.keys().cloned());
    let hidden = evaluator.hidden();
    // A broken file of a module of which nothing is ours is not ours either, unless it says so itself.
    let named =
        |text: &Arc<str>| looks_like_ours(text) || crate::observe::recognise_text(text).is_some();
    let broken =
        !evaluator.problems.is_empty() && (files.files.iter().any(|(_, text)| named(text)));
    let remote = evaluator
        .problems
        .iter()
        .any(|problem| problem.what.contains("module `"));
    let file = if ours || broken || remote || !hidden.is_empty() {
        evaluator.problems.extend(hidden);
        File::Read(Box::new(reading(files, evaluator, worlds)))
    } else {
        File::NothingOfOurs
    };
    let called = called.into_iter().collect();
    Read { file, called }
}

/// Adds the worlds of a module as a tool applies it. Says whether anything in them is worth judging by itself.
fn explore(
    evaluator: &mut Evaluator<'_>,
    files: &ModuleFiles,
    tool: Tool,
    worlds: &mut Vec<FoundWorld>,
) -> bool {
    evaluator.begin(tool);
    let root = evaluator.module(&files.folder, &files.files);
    evaluator.instances.push(Instance {
        module: Rc::new(root),
        path: String::new(),
        relative: ".".to_owned(),
        call: None,
    });
    let before = worlds.len();
    let mut open = vec![Choice::default()];
    let mut ours = false;
    while let Some(choice) = open.pop() {
        evaluator.enter(choice);
        let mut found = Vec::new();
        ours |= collect(evaluator, 0, &mut found);
        let choice = evaluator.choice.clone();
        match &choice.open {
            Some(atom) if worlds.len() - before + open.len() + 2 <= worlds_of(found.len()) => {
                open.push(choice.with(atom.clone(), false));
                open.push(choice.with(atom.clone(), true));
            }
            _ => worlds.push((tool, choice, found)),
        }
    }
    ours
}

/// The values of all resources that are read, in a module instance and in what it calls. Says whether any of them
/// is worth judging by itself.
fn collect(evaluator: &mut Evaluator<'_>, instance: usize, found: &mut Vec<Found>) -> bool {
    let module = evaluator.module_of(instance);
    let mut ours = false;
    for block in module.resources.iter().chain(&module.data) {
        ours |= evaluator.tell_of_commands(block, instance);
    }
    for block in &module.resources {
        let Some(kind) = kind_of(block) else { continue };
        evaluator.note_ignored(block, &kind, instance);
        evaluator.varied = false;
        for (address, value) in evaluator.values(block, instance) {
            found.push(Found {
                kind: Rc::clone(&kind),
                address,
                declared: (block.at.start, instance),
                value,
                varied: evaluator.varied,
            });
        }
        // A stack's template may stand in a file that has been read by now.
        ours |= shape::is_ours(&kind)
            || embedded::is_stack(&kind) && evaluator.files.mention(embedded::mentions_ours)
            || shape::may_be_ours(&kind, |test| evaluator.files.mention(test));
    }
    for call in &module.calls {
        let expanded = evaluator.expanded(call, false, instance);
        for (key, env) in expanded.iter() {
            if let Some(child) = evaluator.child(call, key, env) {
                ours |= collect(evaluator, child, found);
            }
        }
    }
    ours
}

fn kind_of(block: &Rc<Block>) -> Option<Rc<str>> {
    let kind = block.labels.first()?;
    (shape::is_read(kind) || embedded::is_stack(kind)).then(|| Rc::clone(kind))
}

/// The worlds' resources in one tree.
fn reading(files: &ModuleFiles, evaluator: Evaluator<'_>, worlds: Vec<FoundWorld>) -> Reading {
    let source = Arc::new(evaluator.files.joined(&files.name));
    let mut emitter = Emitter {
        files: &evaluator.files,
        tree: Tree::new(source),
        added: 0,
    };
    // What is the same in every world is added once.
    let mut known: BTreeMap<(String, (u32, usize)), NodeId> = BTreeMap::new();
    let (mut problems, mut notes) = (evaluator.problems, evaluator.notes);
    let mut judged = Vec::with_capacity(worlds.len());
    let mut stacks: Vec<shape::Instance> = Vec::new();
    for (tool, choice, found) in worlds {
        let mut instances = Vec::with_capacity(found.len());
        for one in found {
            let key = (one.address.clone(), one.declared);
            let values = match known.get(&key) {
                Some(values) if !one.varied => *values,
                _ => emitter.value(&one.value, 0),
            };
            if !one.varied {
                known.insert(key, values);
            }
            instances.push(shape::Instance {
                kind: one.kind.to_string(),
                address: one.address,
                values,
                outer: values,
            });
        }
        let new = |one: &&shape::Instance| {
            embedded::is_stack(&one.kind) && !stacks.iter().any(|known| known.values == one.values)
        };
        let new: Vec<_> = instances.iter().filter(new).cloned().collect();
        stacks.extend(new);
        let shaped = shape::shape(&mut emitter.tree, &instances, evaluator.given);
        for problem in shaped.problems {
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
        notes.extend(shaped.notes);
        judged.push(World {
            label: tool.label(choice.label()),
            facts: tool.facts(choice.facts()),
            resources: shaped.resources,
            neighbours: shaped.neighbours,
        });
    }
    let root = emitter.value(&Value::null(At::default()), 0);
    emitter.tree.set_root(root);
    let with = embedded::with_stacks(emitter.tree, &stacks, judged, evaluator.given);
    problems.extend(with.problems);
    Reading {
        problems,
        notes: notes.into_iter().chain(with.notes).collect(),
        worlds: with.worlds,
        ..Reading::new(Dialect::Terraform, with.tree, Vec::new())
    }
}

#[cfg(test)]
mod tests;
