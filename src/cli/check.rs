//! `check`: configuration files and folders, judged offline.

use super::arguments::Check;
use super::baselines::{chosen, loaded, resolved};
use super::files::{self, Input};
use super::reporting::{deliver, sinks, wants_everything};
use super::{Ended, Terminal, compile, spill};
use crate::baseline::Baseline;
use crate::judge::{
    Counted, Counts, Coverage, Evaluation, Evaluations, Exit, Judge, Obstacle, Report, merge,
};
use crate::observe::{Dialect, File, Given, Reading, read_file};
use crate::observed::named::{self, Named};
use crate::observed::{Directory, Resource, ResourceKind, Scope, Source};
use jiff::Timestamp;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Runs `check BASELINE PATH...`.
pub(super) fn run(arguments: &Check, at: Timestamp, terminal: &mut Terminal<'_>) -> Ended {
    let sinks = match sinks(&arguments.reporting) {
        Ok(sinks) => sinks,
        Err(message) => return unusable(&message, terminal),
    };
    let dialect = match arguments
        .dialect
        .as_deref()
        .map(|name| Dialect::of_name(name).ok_or(name))
    {
        None => None,
        Some(Ok(dialect)) => Some(dialect),
        Some(Err(name)) => {
            let known: Vec<&str> = Dialect::ALL.iter().map(|dialect| dialect.name()).collect();
            return unusable(
                &format!("`{name}` is not a dialect: {}", known.join(", ")),
                terminal,
            );
        }
    };
    let mut given = Given::default();
    for parameter in &arguments.parameters {
        let Some((key, value)) = parameter.split_once('=') else {
            return unusable(
                &format!("`--parameters {parameter}` is not KEY=VALUE"),
                terminal,
            );
        };
        given.parameters.insert(key.to_owned(), value.to_owned());
    }
    let Some(loaded) = loaded(&arguments.baseline, at, terminal)? else {
        return Ok(Exit::Unusable);
    };
    let target = chosen(&loaded, arguments.target.as_deref());
    let Some(baseline) = resolved(&loaded, target.as_deref(), terminal)? else {
        return Ok(Exit::Unusable);
    };
    if let Some(target) = &baseline.target {
        given.account = Some(target.account.clone());
        given.region = Some(target.region.clone());
        given.partition = Some(target.partition.to_owned());
    }
    let (inputs, failed) = files::inputs(&arguments.paths);
    let mut read = read_all(&inputs, dialect, &given);
    read.obstacles.extend(
        failed
            .into_iter()
            .map(|(path, why)| unreadable(&path, &why)),
    );
    for name in &read.strangers {
        terminal.warning(&format!("nothing of EMR or Lake Formation is in `{name}`"))?;
    }
    let everything = wants_everything(&sinks, &arguments.reporting);
    let report = judge_all(&baseline, at, read, everything)?;
    if report.coverage.resources == 0 && !arguments.reporting.allow_empty {
        terminal.error("nothing was judged: no input of EMR or Lake Formation was found")?;
        terminal.help("name a file that holds some, or give `--allow-empty`")?;
    }
    deliver(&report, &sinks, &arguments.reporting, terminal)
}

fn unusable(message: &str, terminal: &mut Terminal<'_>) -> Ended {
    terminal.error(message)?;
    Ok(Exit::Unusable)
}

fn unreadable(path: &Path, why: &str) -> Obstacle {
    let file = path.display().to_string();
    Obstacle {
        what: format!("could not read `{file}`"),
        file: Some(file),
        why: why.to_owned(),
        ..Obstacle::default()
    }
}

/// What reading the inputs gave.
#[derive(Debug, Default)]
pub(super) struct ReadAll {
    pub(super) readings: Vec<Reading>,
    pub(super) obstacles: Vec<Obstacle>,
    /// Files that the user named and that hold nothing of ours.
    pub(super) strangers: Vec<String>,
}

fn read_all(inputs: &[Input], dialect: Option<Dialect>, given: &Given) -> ReadAll {
    let read: Vec<_> = inputs
        .par_iter()
        .map(|input| read_one(input, dialect, given))
        .collect();
    let mut all = ReadAll::default();
    for (input, read) in inputs.iter().zip(read) {
        match read {
            Ok(File::Read(reading)) => {
                all.obstacles.extend(reading.problems.iter().map(obstacle));
                all.readings.push(*reading);
            }
            Ok(File::Unreadable { problem, .. }) => all.obstacles.push(obstacle(&problem)),
            Ok(File::NothingOfOurs) if input.named => {
                all.strangers.push(input.path.display().to_string());
            }
            Ok(File::NothingOfOurs) => {}
            Err(why) => all.obstacles.push(unreadable(&input.path, &why)),
        }
    }
    all
}

fn read_one(input: &Input, dialect: Option<Dialect>, given: &Given) -> Result<File, String> {
    let Some(bytes) = files::read_unless_binary(&input.path, input.named)? else {
        return Ok(File::NothingOfOurs);
    };
    match String::from_utf8(bytes) {
        Ok(text) => Ok(read_file(
            &Arc::new(Source::new(input.path.display().to_string(), text)),
            dialect,
            given,
        )),
        // A binary that lies in a folder is nobody's configuration; one that is named is a mistake.
        Err(_) if !input.named => Ok(File::NothingOfOurs),
        Err(error) => Err(format!(
            "is not UTF-8 from byte {}",
            error.utf8_error().valid_up_to()
        )),
    }
}

/// A problem of reading as the report lists it.
pub(super) fn obstacle(problem: &crate::observe::Problem) -> Obstacle {
    let place = problem.place.as_ref();
    Obstacle {
        what: problem.what.clone(),
        file: place.and_then(|place| place.file.clone()),
        line: place.map(|place| place.line),
        column: place.map(|place| place.column),
        action: problem.action.clone(),
        why: problem.why.clone(),
    }
}

/// Judges everything that was read, each file in its own scope, names looked up in all. Compliant evaluations are
/// kept only when `everything` is asked for.
pub(super) fn judge_all(
    baseline: &Baseline,
    at: Timestamp,
    read: ReadAll,
    everything: bool,
) -> io::Result<Report> {
    let compiled = compiled_document(baseline);
    let name = compiled.as_ref().map(|(name, _)| name.clone());
    let judge = Judge::new(baseline, at).with_compiled(name);
    let compiled = compiled.map(|(_, reading)| reading);
    let directory = Arc::new(directory(compiled.iter().chain(&read.readings)));
    let scopes: Vec<Vec<Scope<'_>>> = read
        .readings
        .par_iter()
        .map(|reading| scopes(reading, &directory))
        .collect();
    let judged: Vec<Counted> = scopes
        .par_iter()
        .map(|worlds| {
            let worlds = worlds
                .iter()
                .map(|scope| (scope.world.clone(), judge.judge_scope(scope)))
                .collect();
            Counted::of(merge(worlds), everything)
        })
        .collect();
    let mut report = empty_report(baseline, at);
    report.obstacles = read.obstacles;
    for (worlds, counted) in scopes.iter().zip(judged) {
        report.coverage.resources += worlds
            .iter()
            .map(|scope| scope.resources().len() as u64)
            .max()
            .unwrap_or_default();
        report.add(counted)?;
    }
    let named = judge_named(&judge, scopes.iter().flatten(), &directory);
    report.add(Counted::of(named, everything))?;
    let tallies = BTreeMap::from([((String::new(), String::new()), report.tally())]);
    report.add(Counted::of(judge.finish(&tallies, false), everything))?;
    for reading in &read.readings {
        report.notes.push(format!(
            "{}: {}",
            reading.tree().source().name,
            reading.dialect
        ));
    }
    for source in compiled
        .iter()
        .chain(&read.readings)
        .map(|reading| reading.tree().source())
    {
        report
            .sources
            .insert(source.name.clone(), Arc::clone(source.text()));
    }
    Ok(report)
}

/// What may be named from any file: the resources that exist in every world of theirs.
fn directory<'r>(readings: impl Iterator<Item = &'r Reading>) -> Directory<'r> {
    let mut directory = Directory::default();
    for reading in readings.filter(|reading| reading.worlds().len() == 1) {
        for resource in reading.scopes().iter().flat_map(Scope::resources) {
            directory.add(resource);
        }
    }
    directory
}

fn scopes<'r>(reading: &'r Reading, directory: &Arc<Directory<'r>>) -> Vec<Scope<'r>> {
    let mut scopes = reading.scopes();
    for scope in &mut scopes {
        scope.look_beyond(Arc::clone(directory));
    }
    scopes
}

/// Uses of a named thing that are kept for messages.
const USES: usize = 16;

/// Judges keys, roles and buckets that are only named: each once, whichever files name it.
fn judge_named<'s, 'r: 's>(
    judge: &Judge<'_>,
    scopes: impl Iterator<Item = &'s Scope<'r>>,
    directory: &Arc<Directory<'r>>,
) -> Vec<Evaluation> {
    let mut kept: BTreeMap<(ResourceKind, String, Option<String>), Resource<'r>> = BTreeMap::new();
    for scope in scopes {
        for resource in scope.resources() {
            let full = |one: Named<'_>| {
                let known = kept.get(&(one.kind, one.id, None));
                known.is_some_and(|kept| kept.uses.len() >= USES)
            };
            // Where a key stands is worked out for as many uses as are shown, and no more.
            if !named::named(resource, scope).into_iter().all(full) {
                keep(judge.named_in(std::iter::once(resource), scope), &mut kept);
            }
        }
    }
    let mut around = Scope::new();
    around.look_beyond(Arc::clone(directory));
    let mut evaluations = Vec::new();
    for resource in kept.values() {
        judge.judge(resource, &around, &mut evaluations);
    }
    evaluations
}

/// Keeps what is only named, or more of its uses.
fn keep<'r>(
    found: Vec<Resource<'r>>,
    kept: &mut BTreeMap<(ResourceKind, String, Option<String>), Resource<'r>>,
) {
    for only in found {
        // What has no known name is called after what needs it, and that name is its file's own.
        let file = only.body.reason().and_then(|_| only.body.place().file);
        match kept.entry((only.kind(), only.identity.id.clone(), file)) {
            Entry::Vacant(entry) => drop(entry.insert(only)),
            Entry::Occupied(mut entry) => {
                let uses = &mut entry.get_mut().uses;
                for by in only.uses {
                    if uses.len() < USES && !uses.contains(&by) {
                        uses.push(by);
                    }
                }
            }
        }
    }
}

/// The document that compiles for the target: a cluster that names it is judged by it.
fn compiled_document(baseline: &Baseline) -> Option<(String, Reading)> {
    let compiled = compile::compiled(baseline).ok()?;
    let (name, target) = (compiled.name?, baseline.target.as_ref()?);
    let text = compiled.files.get("security-configuration.json")?;
    let source = Source::new(
        format!("compiled for target {}", target.name),
        text.as_str(),
    );
    Reading::of_document(&Arc::new(source), name.clone()).map(|reading| (name, reading))
}

/// Evaluations of a report that are held, in bytes. Those of most runs fit; more wait in a temporary file.
const HELD: usize = 16 << 20;

/// A report without evaluations yet.
pub(super) fn empty_report(baseline: &Baseline, at: Timestamp) -> Report {
    let mut notes = Vec::new();
    if !baseline.unbound.is_empty() {
        let names: Vec<String> = baseline
            .unbound
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        notes.push(format!(
            "parameters without a value here, any value passes: {}",
            names.join(", ")
        ));
    }
    Report {
        baseline: baseline.name.clone(),
        version: baseline.version.clone(),
        digest: baseline.digest.clone(),
        evaluated_at: at,
        coverage: Coverage::default(),
        counts: Counts::default(),
        evaluations: Evaluations::spilling(HELD, spill::open),
        obstacles: Vec::new(),
        notes,
        sources: baseline
            .sources
            .iter()
            .map(|source| (source.name().to_owned(), Arc::from(source.text())))
            .collect(),
    }
}
