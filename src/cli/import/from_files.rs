//! Templates, modules and plans as sources of a baseline: what they declare whatever a condition says.

use super::{Found, Import};
use crate::baseline::target_of_place;
use crate::cli::files::{self, Texts};
use crate::cli::modules::{self, Modules, Unit};
use crate::cli::stacks::{self, MAX_DEPTH};
use crate::control::Target;
use crate::import::Inventory;
use crate::observe::{File, Given, Reading, read_file};
use crate::observed::{Node, Resource, Scope, Source, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What was read, by the names of files.
type Files = BTreeMap<String, File>;

/// Reads files as they are deployed in an account and region.
pub(super) fn found((account, region): (&str, &str), arguments: &Import) -> Found {
    let target = target_of_place(account, region);
    let given = Given {
        account: Some(account.to_owned()),
        region: Some(region.to_owned()),
        partition: Some(target.partition.to_owned()),
        ..Given::default()
    };
    let mut inventory = Inventory::default();
    let (inputs, failed) = files::inputs(&arguments.sources);
    for (path, why) in failed {
        inventory.lacks(format!("`{}`: {why}", path.display()));
    }
    let units = modules::units(inputs, None);
    let modules = Modules::open(&units, &arguments.sources, (&Texts::default(), None));
    let mut all = Files::new();
    for unit in &units {
        match unit {
            Unit::Module(at, _) if modules.is_called(*at) => {}
            Unit::Module(at, _) => {
                let read = modules.read(*at, &given);
                all.extend(read.map(|read| (format!("module {at}"), read.file)));
            }
            Unit::File(input) => match text_of(&input.path, input.named) {
                Ok(text) => all.extend(text.map(|text| read(&input.path, text, &given))),
                Err(why) => inventory.lacks(format!("`{}`: {why}", input.path.display())),
            },
        }
    }
    read_nested(&mut all, &given);
    say_unseen_stacks(&all, &mut inventory);
    for file in all.values() {
        match file {
            File::Read(reading) => take(&mut inventory, reading, &target),
            File::Unreadable { problem, .. } => {
                inventory.lacks(format!("{}: {}", problem.what, problem.why));
            }
            File::NothingOfOurs => {}
        }
    }
    Found {
        inventory,
        account: account.to_owned(),
        region: region.to_owned(),
        estate: None,
    }
}

fn text_of(path: &Path, named: bool) -> Result<Option<String>, String> {
    let bytes = files::read_unless_binary(path, named)?;
    Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()))
}

fn read(path: &Path, text: String, given: &Given) -> (String, File) {
    let name = path.display().to_string();
    let file = read_file(&Arc::new(Source::new(name.clone(), text)), None, given);
    (name, file)
}

/// The stacks of what was read, each with the name of its template.
fn stacks_of(all: &Files) -> impl Iterator<Item = (&str, &crate::observe::Nested)> {
    all.iter().flat_map(|(name, file)| {
        let nested = match file {
            File::Read(reading) => reading.nested.as_slice(),
            File::Unreadable { .. } | File::NothingOfOurs => &[],
        };
        nested.iter().map(|nested| (name.as_str(), nested))
    })
}

/// Reads templates once more that others make stacks of, with what they are given there for their parameters.
fn read_nested(all: &mut Files, given: &Given) {
    let mut known: BTreeMap<String, Given> = BTreeMap::new();
    for _ in 0..MAX_DEPTH {
        let mut again = Vec::new();
        for (name, nested) in stacks::by_file(stacks_of(all)) {
            let given_there = nested.given(given);
            if all.contains_key(&name) && given_there != *known.get(&name).unwrap_or(given) {
                again.push((name, given_there));
            }
        }
        if again.is_empty() {
            return;
        }
        for (name, given) in again {
            let path = PathBuf::from(&name);
            if let Ok(Some(text)) = text_of(&path, true) {
                all.extend([read(&path, text, &given)]);
            }
            known.insert(name, given);
        }
    }
}

/// Says which stacks are made of templates that are not among the files.
fn say_unseen_stacks(all: &Files, inventory: &mut Inventory) {
    for (name, nested) in stacks_of(all) {
        if all.contains_key(&stacks::target(name, &nested.path)) {
            continue;
        }
        let [what, part] = nested.said();
        inventory.lacks(format!(
            "`{name}`: the {part} of {} `{}` is not among the files that are imported: `{}`",
            what.trim_end_matches(" of"),
            nested.stack,
            nested.path
        ));
    }
}

/// Takes a file in. What depends on a condition is not known to be there.
fn take(inventory: &mut Inventory, reading: &Reading, target: &Target) {
    let name = &reading.tree().source().name;
    for problem in &reading.problems {
        inventory.lacks(format!("{}: {}", problem.what, problem.why));
    }
    for note in &reading.notes {
        inventory.lacks(format!("`{name}`: {note}"));
    }
    if let Some(left) = unread_types(reading) {
        inventory.lacks(format!("`{name}`: {left}"));
    }
    let (scope, open) = unconditional(reading.scopes());
    for id in open {
        inventory.lacks(format!("`{name}`: `{id}` depends on conditions"));
    }
    for resource in scope.resources() {
        inventory.see(resource, &scope, target);
    }
}

/// What every choice of the open conditions has alike, and the names of the rest.
fn unconditional(mut scopes: Vec<Scope<'_>>) -> (Scope<'_>, Vec<String>) {
    if scopes.len() == 1 {
        return (scopes.pop().unwrap_or_default(), Vec::new());
    }
    let (mut shared, mut open) = (Scope::new(), Vec::new());
    for resource in scopes.iter().flat_map(Scope::resources) {
        let is_it = |other: &&Resource<'_>| is_alike(resource, other);
        let id = &*resource.identity.id;
        if open.iter().any(|open| open == id) || shared.resources().iter().any(|one| is_it(&one)) {
            continue;
        }
        if scopes
            .iter()
            .all(|scope| scope.resources().iter().any(|one| is_it(&one)))
        {
            shared.push(resource.clone());
        } else {
            open.push(id.to_owned());
        }
    }
    (shared, open)
}

fn is_alike(one: &Resource<'_>, other: &Resource<'_>) -> bool {
    one.kind() == other.kind()
        && one.identity.id == other.identity.id
        && is_same(one.body, other.body)
}

/// Whether two values are the same, what is not known of them included.
fn is_same(one: Node<'_>, other: Node<'_>) -> bool {
    match (one.value(), other.value()) {
        (Value::Absent, Value::Absent) | (Value::Null, Value::Null) => true,
        (Value::Unreadable(one), Value::Unreadable(other)) => one == other,
        (Value::Bool(one), Value::Bool(other)) => one == other,
        (Value::Number(one), Value::Number(other)) | (Value::String(one), Value::String(other)) => {
            one == other
        }
        (Value::Template, Value::Template) | (Value::List, Value::List) => {
            one.items().count() == other.items().count()
                && one
                    .items()
                    .zip(other.items())
                    .all(|(one, other)| is_same(one, other))
        }
        (Value::Map, Value::Map) => {
            one.open() == other.open()
                && one.members().count() == other.members().count()
                && one
                    .members()
                    .zip(other.members())
                    .all(|(one, other)| one.0 == other.0 && is_same(one.1, other.1))
        }
        _ => false,
    }
}

/// Custom resources of a template that nothing was said of yet: what they make may be grants.
fn unread_types(reading: &Reading) -> Option<String> {
    let names = reading.custom_resources();
    let names: Vec<String> = names.iter().map(|id| format!("`{id}`")).collect();
    (!names.is_empty()).then(|| {
        format!(
            "what custom resources make is not seen: {}",
            names.join(", ")
        )
    })
}
