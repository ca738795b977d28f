//! `compile`: the artifacts of one, some or all targets, written whole or not at all.

use super::arguments::{Compile, Emit};
use super::baselines::{loaded, resolved, show_once};
use super::{Ended, Terminal, files};
use crate::baseline::{Baseline, Problem};
use crate::compile::{Compiled, compile};
use crate::control::{Refusal, Severity, Verdict};
use crate::controls::REGISTRY;
use crate::judge::{Exit, Judge};
use crate::observe::Reading;
use crate::observed::Source;
use jiff::Timestamp;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

/// Runs `compile BASELINE --out DIR`.
pub(super) fn run(arguments: &Compile, at: Timestamp, terminal: &mut Terminal<'_>) -> Ended {
    let Some(loaded) = loaded(&arguments.baseline, at, terminal)? else {
        return Ok(Exit::Unusable);
    };
    let known: Vec<String> = loaded
        .targets()
        .iter()
        .map(|target| target.name.clone())
        .collect();
    if known.is_empty() {
        terminal.error(&format!(
            "`{}` has no target to compile for",
            arguments.baseline
        ))?;
        terminal.help("add `[targets.<name>]` with its account, region and parameters")?;
        return Ok(Exit::Unusable);
    }
    let chosen = if arguments.target.is_empty() {
        &known
    } else {
        &arguments.target
    };
    let mut outputs: Vec<(String, Compiled)> = Vec::new();
    let mut failed = false;
    for name in chosen {
        match one(&loaded, name, at, terminal)? {
            Some(compiled) => outputs.push((name.clone(), compiled)),
            None => failed = true,
        }
    }
    if failed {
        return Ok(Exit::Unusable);
    }
    write(arguments, &outputs, terminal)
}

fn one(
    loaded: &crate::baseline::Loaded,
    target: &str,
    at: Timestamp,
    terminal: &mut Terminal<'_>,
) -> io::Result<Option<Compiled>> {
    let Some(baseline) = resolved(loaded, Some(target), terminal)? else {
        return Ok(None);
    };
    match compiled(&baseline) {
        Ok(compiled) => {
            show_once(&problems(&compiled.warnings, &baseline), terminal)?;
            let faults = own_audit(&baseline, &compiled, at);
            for fault in &faults {
                terminal.error(&format!(
                    "the document that `{target}` compiles to fails its own audit: {fault}"
                ))?;
            }
            Ok(Some(compiled).filter(|_| faults.is_empty()))
        }
        Err(refusals) => {
            show_once(&problems(&refusals, &baseline), terminal)?;
            Ok(None)
        }
    }
}

/// What the baseline itself finds wrong with the document that it compiles to, the schema of documents included.
/// Controls refuse what they cannot write; this is for what only the whole shows.
fn own_audit(baseline: &Baseline, compiled: &Compiled, at: Timestamp) -> Vec<String> {
    let (Some(text), Some(name)) = (
        compiled.files.get("security-configuration.json"),
        &compiled.name,
    ) else {
        return Vec::new();
    };
    let mut asked = baseline.clone();
    asked.requirements.entry("emr.document-schema").or_default();
    let source = Arc::new(Source::new("security-configuration.json", text.as_str()));
    let Some(reading) = Reading::of_document(&source, name.clone()) else {
        return vec!["it is not JSON".to_owned()];
    };
    let judge = Judge::new(&asked, at).with_compiled(Some(name.clone()), None);
    let evaluations = reading
        .scopes()
        .iter()
        .flat_map(|scope| judge.judge_scope(scope))
        .collect::<Vec<_>>();
    let failed = evaluations.iter().filter(|evaluation| {
        evaluation.verdict == Verdict::Noncompliant && evaluation.severity > Severity::Info
    });
    failed
        .map(|evaluation| format!("{}: {}", evaluation.control.id, evaluation.message))
        .collect()
}

/// Compiles a baseline that is bound to a target.
///
/// # Errors
/// Why it cannot be compiled.
pub(super) fn compiled(baseline: &Baseline) -> Result<Compiled, Vec<Refusal>> {
    let Some(target) = &baseline.target else {
        return Err(Vec::new());
    };
    compile(&baseline.name, &baseline.requirements, REGISTRY, target)
}

/// Refusals as the mistakes of the baseline's author that they are.
pub(super) fn problems(refusals: &[Refusal], baseline: &Baseline) -> Vec<Problem> {
    let problem = |refusal: &Refusal| {
        let mut problem =
            Problem::new(refusal.control, refusal.message.clone()).help(refusal.help.clone());
        for place in &refusal.places {
            problem = problem.at(place.clone(), "asked for here");
        }
        if refusal.fatal {
            problem
        } else {
            problem.warning()
        }
    };
    let mut problems: Vec<Problem> = refusals.iter().map(problem).collect();
    for problem in &mut problems {
        problem.attach(&baseline.sources);
    }
    problems
}

fn write(
    arguments: &Compile,
    outputs: &[(String, Compiled)],
    terminal: &mut Terminal<'_>,
) -> Ended {
    let mut all: Vec<(PathBuf, &[u8])> = Vec::new();
    for (target, compiled) in outputs {
        let folder = arguments.out.join(target);
        let files = compiled.files.iter();
        all.extend(
            files
                .filter(|(path, _)| emitted(path, &arguments.emit))
                .map(|(path, text)| (folder.join(path), text.as_bytes())),
        );
    }
    if let Err((file, error)) = files::write_all(&all) {
        terminal.error(&format!(
            "cannot write `{}`: {}",
            file.display(),
            files::plain(&error)
        ))?;
        return Ok(Exit::Unusable);
    }
    for (target, compiled) in outputs {
        let folder = arguments.out.join(target);
        let paths: Vec<&String> = compiled
            .files
            .keys()
            .filter(|path| emitted(path, &arguments.emit))
            .collect();
        writeln!(terminal.out, "{}: {} files", folder.display(), paths.len())?;
        for path in paths {
            writeln!(terminal.out, "  {path}")?;
        }
        if let Some(name) = &compiled.name {
            writeln!(terminal.out, "  security configuration name: {name}")?;
        }
    }
    Ok(Exit::Clean)
}

fn emitted(path: &str, kinds: &[Emit]) -> bool {
    kinds.is_empty()
        || kinds.iter().any(|kind| match kind {
            Emit::SecurityConfiguration => path == "security-configuration.json",
            Emit::Launch => path == "launch.json",
            Emit::LakeFormation => path.starts_with("lake-formation/"),
            Emit::Iam => ["iam/", "s3/", "scp/"]
                .iter()
                .any(|folder| path.starts_with(folder)),
            Emit::Kms => path.starts_with("kms/"),
            Emit::Leaves => path == "leaves.txt",
        })
}
