//! `check`: configuration files and folders, judged offline.

mod again;
mod excerpts;
mod fix;
mod given;
mod named;
mod nested;
mod parameter_files;
mod parts;
mod passed;
mod passes;

use super::arguments::Check;
use super::base::Base;
use super::baselines::{chosen, loaded, resolved};
use super::files::Texts;
use super::modules::{self, Modules, Unit};
use super::ratchet::{self, Looked, Ratchet};
use super::reporting::{Sink, deliver, sinks, wants_everything};
use super::{Ended, Terminal, files, homes, spill};
use crate::baseline::Baseline;
use crate::compile::documents;
use crate::controls::REGISTRY;
use crate::judge::{
    Before, Counted, Counts, Coverage, Determined, Evaluations, Exit, Judge, Obstacle, Patches,
    Report,
};
use crate::observe::{Dialect, Given, Reading, parameters};
use crate::observed::Source;
use jiff::Timestamp;
use passed::unreadable;
use passes::Passes;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Runs `check BASELINE PATH...`.
pub(super) fn run(arguments: &Check, at: Timestamp, terminal: &mut Terminal<'_>) -> Ended {
    let sinks = sinks(&arguments.reporting);
    let sinks = match sinks.and_then(|sinks| beside_a_diff(sinks, arguments.dry_run)) {
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
    place(&mut given, &baseline);
    let everything = wants_everything(&sinks, &arguments.reporting);
    let judging = Judging {
        baseline: &baseline,
        at,
        dialect,
        given: &given,
        here: None,
        compared: is_compared(arguments),
    };
    let (before, ratchet) = match before(arguments, &judging, terminal)? {
        Ok(before) => before,
        Err(message) => return unusable(&message, terminal),
    };
    let patches = match fix::run(arguments, &judging, &before, terminal)? {
        Ok(patches) => patches,
        Err(message) => return unusable(&message, terminal),
    };
    let Judged {
        mut report,
        inputs,
        strangers,
        ..
    } = judging.judged(&arguments.paths, (everything, before), terminal)?;
    report.patches = patches;
    report.offers_fixes = !arguments.fix;
    say_what_was_not_judged(arguments, &report, &strangers, terminal)?;
    for name in given::unused(&arguments.parameters, &inputs) {
        terminal.warning(&format!(
            "no file has a parameter `{name}`, which `--parameters` gives"
        ))?;
    }
    let looked = Looked::of(&inputs, &report);
    if let Some(ratchet) = &ratchet {
        ratchet.say(&mut report, &looked);
    }
    let exit = deliver(&report, &sinks, &arguments.reporting, terminal)?;
    // A run that judged nothing says nothing of what there is to tolerate.
    if let Some(file) = arguments.write_ratchet.as_deref()
        && exit != Exit::Unusable
        && !ratchet::write(file, ratchet.as_ref(), &report, &looked, terminal)?
    {
        return Ok(Exit::Unusable);
    }
    Ok(exit)
}

/// Whether the findings of a run are compared with others, or may be one day.
fn is_compared(arguments: &Check) -> bool {
    arguments.diff.is_some() || arguments.ratchet.is_some() || arguments.write_ratchet.is_some()
}

/// The reports of a run; when it prints a diff, those that go to files.
fn beside_a_diff(mut sinks: Vec<Sink>, prints_diff: bool) -> Result<Vec<Sink>, String> {
    if !prints_diff {
        return Ok(sinks);
    }
    let shown = sinks.iter().find(|(_, file)| file.is_none());
    if let Some((format, _)) = shown.filter(|(format, _)| format.name() != "text") {
        let name = format.name();
        return Err(format!(
            "`--dry-run` prints the changes: give `{name}` a file, as in `--format {name}=FILE`"
        ));
    }
    sinks.retain(|(_, file)| file.is_some());
    Ok(sinks)
}

fn say_what_was_not_judged(
    arguments: &Check,
    report: &Report,
    strangers: &[String],
    terminal: &mut Terminal<'_>,
) -> io::Result<()> {
    for name in strangers {
        terminal.warning(&format!("nothing of EMR or Lake Formation is in `{name}`"))?;
    }
    if report.coverage.resources == 0 && !arguments.reporting.allow_empty {
        terminal.error("nothing was judged: no input of EMR or Lake Formation was found")?;
        terminal.help("name a file that holds some, or give `--allow-empty`")?;
    }
    Ok(())
}

/// What the findings of a run are compared with, as its arguments say; or what keeps that from being known.
fn before(
    arguments: &Check,
    judging: &Judging<'_>,
    terminal: &mut Terminal<'_>,
) -> io::Result<Result<(Before, Option<Ratchet>), String>> {
    let mut before = Before::default();
    let ratchet = match arguments.ratchet.as_deref().map(Ratchet::read) {
        None => None,
        Some(Ok(ratchet)) => Some(ratchet),
        Some(Err(message)) => return Ok(Err(message)),
    };
    before.ratchet = ratchet.as_ref().map(Ratchet::earlier);
    if let Some(reference) = &arguments.diff {
        let base = match Base::check_out(reference, &arguments.paths) {
            Ok(base) => base,
            Err(message) => return Ok(Err(message)),
        };
        let judging = Judging {
            here: Some(&base.here),
            ..*judging
        };
        let then = judging.judged(&base.paths, (false, Before::default()), terminal)?;
        before.base = Some((reference.clone(), base.earlier(&then.report)?));
    }
    Ok(Ok((before, ratchet)))
}

/// Inputs are read as in the account and region of the target, if there is one.
pub(super) fn place(given: &mut Given, baseline: &Baseline) {
    if let Some(target) = &baseline.target {
        given.account = Some(target.account.clone());
        given.region = Some(target.region.clone());
        given.partition = Some(target.partition.to_owned());
    }
}

/// How the files of a run are read and judged.
pub(super) struct Judging<'a> {
    pub(super) baseline: &'a Baseline,
    pub(super) at: Timestamp,
    pub(super) dialect: Option<Dialect>,
    pub(super) given: &'a Given,
    /// What stands for the current folder, besides that folder itself: modules read files below it.
    pub(super) here: Option<&'a Path>,
    /// Whether its findings are compared with others, now or later.
    pub(super) compared: bool,
}

/// What came of that.
pub(super) struct Judged {
    pub(super) report: Report,
    /// The files that were looked at.
    inputs: Vec<PathBuf>,
    /// Files that the user named and that hold nothing of ours.
    pub(super) strangers: Vec<String>,
    /// What each file was taken for.
    dialects: BTreeMap<String, Dialect>,
}

/// What a run keeps, and what it takes for granted.
struct Run<'a> {
    /// Whether compliant evaluations are kept.
    everything: bool,
    /// What its findings are compared with.
    before: Before,
    /// Texts that stand for those of files.
    texts: &'a Texts,
    /// What controls write, for repairs.
    determined: Option<Determined>,
}

impl Judging<'_> {
    /// Reads and judges everything below these paths.
    pub(super) fn judged(
        &self,
        paths: &[PathBuf],
        (everything, before): (bool, Before),
        terminal: &mut Terminal<'_>,
    ) -> io::Result<Judged> {
        let run = Run {
            everything,
            before,
            texts: &Texts::new(),
            determined: None,
        };
        self.judged_as(paths, run, terminal)
    }

    fn judged_as(
        &self,
        paths: &[PathBuf],
        run: Run<'_>,
        terminal: &mut Terminal<'_>,
    ) -> io::Result<Judged> {
        let Run {
            everything,
            before,
            texts,
            determined,
        } = run;
        let (inputs, failed) = files::inputs(paths);
        let launch = compiled_launch(self.baseline);
        let compiled = compiled_document(self.baseline);
        let judge = judge_of(self.baseline, self.at, compiled.as_ref())
            .with_determined(determined)
            .with_evidence(self.compared);
        let compiled = compiled.map(|(_, reading)| reading);
        let units = modules::units(inputs, self.dialect);
        let passes = Passes {
            modules: Modules::open(&units, paths, (texts, self.here)),
            judge: &judge,
            compiled: compiled.as_ref(),
            launch: launch.as_deref(),
            dialect: self.dialect,
            given: self.given,
            everything,
            texts,
        };
        let mut files = passes.run(&units, |done| terminal.progress(done, units.len()))?;
        let strangers = std::mem::take(&mut files.strangers);
        let dialects = files.dialects();
        let mut report = empty_report(self.baseline, self.at);
        report.before = before;
        // Evaluations are compared by these as they come; texts that files bring along have theirs afterwards.
        let inputs = || units.iter().flat_map(Unit::inputs);
        let named = || inputs().map(|input| input.path.display().to_string());
        report.homes = homes::of(named(), paths);
        if let Some(source) = compiled.as_ref().map(|reading| reading.tree().source()) {
            report
                .sources
                .insert(source.name.clone(), Arc::clone(source.text()));
        }
        let mut excerpts = files.report(&passes, &mut report)?;
        let failed = failed.iter();
        report
            .obstacles
            .extend(failed.map(|(path, why)| unreadable(path, why)));
        let tallies = BTreeMap::from([((String::new(), String::new()), report.tally())]);
        let finished = Counted::of(judge.finish(&tallies, false), everything);
        excerpts.note(&finished);
        report.add(finished)?;
        excerpts.read(&mut report);
        report.homes = homes::of(named().chain(report.sources.keys().cloned()), paths);
        Ok(Judged {
            report,
            inputs: inputs().map(|input| input.path.clone()).collect(),
            strangers,
            dialects,
        })
    }
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
        if let Some((key, value)) = parameter.split_once('=') {
            given.parameters.insert(key.to_owned(), value.to_owned());
        } else {
            let values = parameter_file(parameter).map_err(|why| {
                format!(
                    "`--parameters {parameter}` is not KEY=VALUE, and no file of parameters: {why}"
                )
            })?;
            given.parameters.extend(values);
        }
    }
    Ok((dialect, given))
}

/// The values of a file of parameters; `Err` says why there are none.
pub(super) fn parameter_file(path: &str) -> Result<BTreeMap<String, String>, String> {
    let bytes = files::read(Path::new(path))?;
    let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    parameters::read(path, &text)
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

/// A judge that knows what is compiled for the target.
pub(super) fn judge_of<'b>(
    baseline: &'b Baseline,
    at: Timestamp,
    compiled: Option<&(String, Reading)>,
) -> Judge<'b> {
    let name = compiled.map(|(name, _)| name.clone());
    let document = compiled.map(|(_, reading)| reading.tree().root());
    Judge::new(baseline, at).with_compiled(name, document)
}

/// The document that compiles for the target: a cluster that names it is judged by it.
pub(super) fn compiled_document(baseline: &Baseline) -> Option<(String, Reading)> {
    let target = baseline.target.as_ref()?;
    let compiled = documents(&baseline.name, &baseline.requirements, REGISTRY, target);
    let (compiled, _) = compiled.ok()?;
    let name = compiled.name?;
    let text = compiled.files.get("security-configuration.json")?;
    let source = Source::new(
        format!("compiled for target {}", target.name),
        text.as_str(),
    );
    Reading::of_document(&Arc::new(source), name.clone()).map(|reading| (name, reading))
}

/// The members of a request that compile for the target.
fn compiled_launch(baseline: &Baseline) -> Option<String> {
    let target = baseline.target.as_ref()?;
    let (mut compiled, _) =
        documents(&baseline.name, &baseline.requirements, REGISTRY, target).ok()?;
    compiled.files.remove("launch.json")
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
        before: Before::default(),
        patches: Patches::new(),
        offers_fixes: false,
        fixable: 0,
    }
}
