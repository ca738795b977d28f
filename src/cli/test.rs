//! `test`: judges the inputs of cases, and says which verdicts are not the expected ones.

use super::baselines::{FileSystem, chosen, show};
use super::check::{Judging, parameter_file, place};
use super::{Ended, Terminal, files};
use crate::baseline::case::{self, CASE_FILE, Case, Expectation};
use crate::baseline::{Baseline, Problem, beside, load};
use crate::control::Verdict;
use crate::escape::terminal as safe;
use crate::judge::{Before, Evaluation, Exit, Obstacle, Report};
use crate::observe::Given;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Ids of resources that are named where another one was expected.
const NAMED: usize = 5;

/// How the cases came out.
#[derive(Debug, Default)]
struct Counts {
    met: usize,
    failed: usize,
    mistaken: usize,
}

/// Runs `test DIR...`.
pub(super) fn run(folders: &[PathBuf], at: Timestamp, terminal: &mut Terminal<'_>) -> Ended {
    let (found, unlisted) = files::inputs(folders);
    for (path, why) in &unlisted {
        terminal.error(&format!("cannot read `{}`: {why}", path.display()))?;
    }
    let is_case = |input: &files::Input| {
        input.named || input.path.file_name().is_some_and(|name| name == CASE_FILE)
    };
    let paths: BTreeSet<PathBuf> = found
        .into_iter()
        .filter(is_case)
        .map(|input| input.path)
        .collect();
    if paths.is_empty() {
        terminal.error(&format!("no `{CASE_FILE}` was found: nothing was tested"))?;
        terminal.help("a case is a folder with that file; `emr-baseline test --help` shows one")?;
        return Ok(Exit::Unusable);
    }
    let mut counts = Counts::default();
    for path in &paths {
        let name = path.parent().filter(|name| !name.as_os_str().is_empty());
        let name = name.unwrap_or(path).display().to_string();
        let name = safe(&name);
        match tested(path, at, terminal)? {
            Ok(unmet) if unmet.is_empty() => {
                counts.met += 1;
                writeln!(terminal.out, "ok       {name}")?;
            }
            Ok(unmet) => {
                counts.failed += 1;
                writeln!(terminal.out, "failed   {name}")?;
                for one in &unmet {
                    one.write(&mut terminal.out)?;
                }
            }
            Err(problems) => {
                counts.mistaken += 1;
                writeln!(terminal.out, "mistake  {name}")?;
                show(&problems, terminal)?;
            }
        }
    }
    let Counts {
        met,
        failed,
        mistaken,
    } = counts;
    let (all, s) = (paths.len(), if paths.len() == 1 { "" } else { "s" });
    writeln!(
        terminal.out,
        "{all} case{s}: {met} as expected, {failed} failed, {mistaken} with mistakes"
    )?;
    Ok(match (mistaken + unlisted.len(), failed) {
        (0, 0) => Exit::Clean,
        (0, _) => Exit::Noncompliant,
        _ => Exit::Unusable,
    })
}

/// The expectations of a case that were not met, or the mistakes that keep it from being judged.
fn tested(
    path: &Path,
    at: Timestamp,
    terminal: &mut Terminal<'_>,
) -> io::Result<Result<Vec<Unmet>, Vec<Problem>>> {
    let name = path.display().to_string();
    let bytes = match files::read(path) {
        Ok(bytes) => bytes,
        Err(why) => {
            let mut problem = Problem::new("", format!("`{name}` cannot be read: {why}"));
            "case::unreadable-file".clone_into(&mut problem.code);
            return Ok(Err(vec![problem]));
        }
    };
    let case = match case::read(&name, bytes) {
        Ok(case) => case,
        Err(problems) => return Ok(Err(problems)),
    };
    let at = case.at.unwrap_or(at);
    let mut mistakes = Vec::new();
    let baseline = baseline(&case, &name, at);
    let baseline = baseline.map_err(|problems| mistakes.extend(problems)).ok();
    let inputs = inputs(&case, &name, &mut mistakes);
    let parameters = parameters(&case, &name, &mut mistakes);
    let baseline = match baseline {
        Some(baseline) if mistakes.is_empty() => baseline,
        _ => return Ok(Err(mistakes)),
    };
    let mut given = Given {
        parameters,
        ..Given::default()
    };
    place(&mut given, &baseline);
    let judging = Judging {
        baseline: &baseline,
        at,
        dialect: None,
        given: &given,
        here: None,
        compared: false,
    };
    let judged = judging.judged(&inputs, (true, Before::default()), terminal)?;
    let strangers = judged.strangers.iter().map(|stranger| {
        let named = |path: &PathBuf| files::neat(path).display().to_string() == *stranger;
        let index = inputs.iter().position(named).unwrap_or_default();
        let origin = case
            .input
            .get(index)
            .map_or(&case.baseline.origin, |said| &said.origin);
        let message = format!("nothing of EMR or Lake Formation is in `{stranger}`");
        case.problem(Problem::new("unknown-input", message), origin)
    });
    let strangers: Vec<Problem> = strangers.collect();
    if !strangers.is_empty() {
        return Ok(Err(strangers));
    }
    unmet(&case, &baseline, &judged.report).map(Ok)
}

/// The baseline of a case, bound to its target.
fn baseline(case: &Case, name: &str, at: Timestamp) -> Result<Baseline, Vec<Problem>> {
    let said = &case.baseline;
    let path = if said.text.starts_with("builtin:") {
        said.text.clone()
    } else {
        beside(Some(name), &said.text)
    };
    let blamed = |problems: Vec<Problem>, origin| -> Vec<Problem> {
        let fatal = problems.into_iter().filter(|problem| problem.fatal);
        fatal.map(|problem| case.blamed(problem, origin)).collect()
    };
    let loaded = load(&path, &FileSystem, at).map_err(|problems| blamed(problems, &said.origin))?;
    let target = case.target.as_ref();
    let origin = target.map_or(&said.origin, |target| &target.origin);
    let target = chosen(&loaded, target.map(|target| &*target.text));
    let baseline = loaded.resolve(target.as_deref());
    baseline.map_err(|problems| blamed(problems, origin))
}

/// What a case judges, as paths from here.
fn inputs(case: &Case, name: &str, mistakes: &mut Vec<Problem>) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for said in &case.input {
        let path = PathBuf::from(beside(Some(name), &said.text));
        let (_, failed) = files::inputs(std::slice::from_ref(&path));
        for (path, why) in failed {
            let message = format!("`{}` cannot be read: {why}", path.display());
            let problem = Problem::new("unreadable-input", message);
            let problem = problem.help("paths are relative to the case");
            mistakes.push(case.problem(problem, &said.origin));
        }
        paths.push(path);
    }
    paths
}

/// The values that a case gives to parameters: those of its files, the last of which counts, and its own over them.
fn parameters(case: &Case, name: &str, mistakes: &mut Vec<Problem>) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for said in &case.parameter_files {
        match parameter_file(&beside(Some(name), &said.text)) {
            Ok(found) => values.extend(found),
            Err(why) => {
                let message = format!("`{}` is no file of parameters: {why}", said.text);
                let problem = Problem::new("unreadable-parameters", message);
                let problem = problem.help("paths are relative to the case");
                mistakes.push(case.problem(problem, &said.origin));
            }
        }
    }
    values.extend(case.parameters.clone());
    values
}

/// An expectation that was not met.
#[derive(Debug)]
struct Unmet {
    /// `control: expected …, seen …`.
    head: String,
    /// Message, places.
    lines: Vec<String>,
}

impl Unmet {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "  {}", safe(&self.head))?;
        for line in &self.lines {
            writeln!(out, "    {}", safe(line))?;
        }
        Ok(())
    }
}

/// What is known about one expectation so far.
#[derive(Debug, Default)]
struct Seen {
    /// The worst evaluation.
    worst: Option<Evaluation>,
    /// Resources that the control judged.
    judged: BTreeSet<String>,
}

fn unmet(case: &Case, baseline: &Baseline, report: &Report) -> io::Result<Vec<Unmet>> {
    let mut seen: BTreeMap<usize, Seen> = BTreeMap::new();
    for evaluation in &report.evaluations {
        let evaluation = evaluation?;
        for (index, expected) in case.expected.iter().enumerate() {
            if expected.control != evaluation.control.id {
                continue;
            }
            let seen = seen.entry(index).or_default();
            let id = &evaluation.resource.id;
            seen.judged.insert(id.clone());
            let meant = expected.resource.as_ref().is_none_or(|wanted| wanted == id);
            let before = seen.worst.as_ref().map(|worst| worst.verdict);
            if meant && before.is_none_or(|before| before < evaluation.verdict) {
                seen.worst = Some(evaluation.clone().into_owned());
            }
        }
    }
    let obstacle = report.obstacles.first();
    let expected = case.expected.iter().enumerate();
    let unmet = expected.filter_map(|(index, expected)| {
        let seen = seen.remove(&index).unwrap_or_default();
        held_to(expected, &seen, obstacle, baseline)
    });
    Ok(unmet.collect())
}

/// What is to be said of an expectation; `None` when it is met.
fn held_to(
    expected: &Expectation,
    seen: &Seen,
    obstacle: Option<&Obstacle>,
    baseline: &Baseline,
) -> Option<Unmet> {
    let Expectation {
        control, verdict, ..
    } = expected;
    let origin = &expected.origin;
    let mut lines = Vec::new();
    let worst = seen.worst.as_ref();
    // A part of the input that could not be read may hold anything: what is known of the rest is no verdict on it.
    let unread = obstacle.filter(|_| {
        expected.resource.is_none()
            && worst.is_none_or(|worst| worst.verdict < Verdict::Indeterminate)
    });
    let found = match (unread, worst) {
        (Some(obstacle), _) => {
            lines.push(format!("{}: {}", obstacle.what, obstacle.why));
            Some(Verdict::Indeterminate)
        }
        (None, Some(worst)) => {
            lines.push(worst.message.to_string());
            lines.extend(
                worst
                    .reason
                    .iter()
                    .map(|reason| format!("missing: {reason}")),
            );
            lines.extend(worst.seen.iter().map(place_of));
            Some(worst.verdict)
        }
        (None, None) => {
            lines.push(nothing(expected, seen, baseline));
            None
        }
    };
    if found == Some(*verdict) {
        return None;
    }
    let found = found.map_or_else(|| "no verdict".to_owned(), |found| found.to_string());
    let on = match (unread, worst) {
        (None, Some(worst)) => format!(" on {} `{}`", worst.resource.kind, worst.resource.id),
        _ => String::new(),
    };
    lines.push(format!("expected at {}:{}", origin.file, origin.line));
    Some(Unmet {
        head: format!("{control}: expected {verdict}, seen {found}{on}"),
        lines,
    })
}

fn place_of(place: &crate::observed::Place) -> String {
    let file = place.file.as_deref().or(place.api.as_deref());
    let file = file.unwrap_or_default();
    format!("seen at {file}:{}:{}", place.line, place.column)
}

/// Why there is no verdict.
fn nothing(expected: &Expectation, seen: &Seen, baseline: &Baseline) -> String {
    if !baseline.requirements.contains_key(expected.control) {
        return format!("the baseline `{}` does not require it", baseline.name);
    }
    match &expected.resource {
        Some(wanted) if !seen.judged.is_empty() => {
            let ids = seen.judged.iter().take(NAMED);
            let mut ids: Vec<String> = ids.map(|id| format!("`{id}`")).collect();
            if seen.judged.len() > NAMED {
                ids.push("…".to_owned());
            }
            let ids = ids.join(", ");
            format!("there is no resource `{wanted}` that it judges; there are {ids}")
        }
        _ => "the input holds no resource that it judges".to_owned(),
    }
}
