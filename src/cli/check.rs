//! `check`: configuration files and folders, judged offline.

mod named;
mod passes;

use super::arguments::Check;
use super::baselines::{chosen, loaded, resolved};
use super::reporting::{deliver, sinks, wants_everything};
use super::{Ended, Terminal, compile, files, homes, spill};
use crate::baseline::Baseline;
use crate::judge::{Counted, Counts, Coverage, Evaluations, Exit, Judge, Obstacle, Report};
use crate::observe::{Dialect, Given, Reading};
use crate::observed::Source;
use jiff::Timestamp;
use passes::{Passes, unreadable};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Runs `check BASELINE PATH...`.
pub(super) fn run(arguments: &Check, at: Timestamp, terminal: &mut Terminal<'_>) -> Ended {
    let sinks = match sinks(&arguments.reporting) {
        Ok(sinks) => sinks,
        Err(message) => return unusable(&message, terminal),
    };
    let (dialect, mut given) = match said_of_inputs(arguments) {
        Ok(said) => said,
        Err(message) => return unusable(&message, terminal),
    };
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
    let compiled = compiled_document(&baseline);
    let name = compiled.as_ref().map(|(name, _)| name.clone());
    let judge = Judge::new(&baseline, at).with_compiled(name);
    let compiled = compiled.map(|(_, reading)| reading);
    let passes = Passes {
        judge: &judge,
        compiled: compiled.as_ref(),
        dialect,
        given: &given,
        everything: wants_everything(&sinks, &arguments.reporting),
    };
    let files = passes.run(&inputs, |done| terminal.progress(done, inputs.len()))?;
    for name in &files.strangers {
        terminal.warning(&format!("nothing of EMR or Lake Formation is in `{name}`"))?;
    }
    let mut report = empty_report(&baseline, at);
    if let Some(source) = compiled.as_ref().map(|reading| reading.tree().source()) {
        report
            .sources
            .insert(source.name.clone(), Arc::clone(source.text()));
    }
    files.report(&passes, &mut report)?;
    let failed = failed.iter();
    report
        .obstacles
        .extend(failed.map(|(path, why)| unreadable(path, why)));
    let tallies = BTreeMap::from([((String::new(), String::new()), report.tally())]);
    let run = Counted::of(judge.finish(&tallies, false), passes.everything);
    report.add(run)?;
    let names = inputs.iter().map(|input| input.path.display().to_string());
    let names = names.chain(report.sources.keys().cloned());
    report.homes = homes::of(names, &arguments.paths);
    if report.coverage.resources == 0 && !arguments.reporting.allow_empty {
        terminal.error("nothing was judged: no input of EMR or Lake Formation was found")?;
        terminal.help("name a file that holds some, or give `--allow-empty`")?;
    }
    deliver(&report, &sinks, &arguments.reporting, terminal)
}

/// What the user says of the input: its dialect, and values of its parameters.
fn said_of_inputs(arguments: &Check) -> Result<(Option<Dialect>, Given), String> {
    let mut dialect = None;
    if let Some(name) = &arguments.dialect {
        let known: Vec<&str> = Dialect::ALL.iter().map(|dialect| dialect.name()).collect();
        let unknown = || format!("`{name}` is not a dialect: {}", known.join(", "));
        dialect = Some(Dialect::of_name(name).ok_or_else(unknown)?);
    }
    let mut given = Given::default();
    for parameter in &arguments.parameters {
        let (key, value) = parameter
            .split_once('=')
            .ok_or_else(|| format!("`--parameters {parameter}` is not KEY=VALUE"))?;
        given.parameters.insert(key.to_owned(), value.to_owned());
    }
    Ok((dialect, given))
}

fn unusable(message: &str, terminal: &mut Terminal<'_>) -> Ended {
    terminal.error(message)?;
    Ok(Exit::Unusable)
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
        homes: BTreeMap::new(),
    }
}
