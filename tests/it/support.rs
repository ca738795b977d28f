//! What the tests share: the command line run in memory, and the walk over golden folders.

use clap::Parser;
use emr_baseline::cli::{Arguments, Terminal};
use emr_baseline::judge::Exit;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The time at which goldens are judged.
pub const AT: &str = "2026-11-22T12:00:00Z";

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What a command printed, and how it ended.
#[derive(Debug)]
pub struct Ran {
    pub out: String,
    pub err: String,
    pub exit: Exit,
}

/// Runs the command line in this process, without a terminal, a clock or an environment.
pub fn run(arguments: &[&str]) -> Ran {
    let parsed = Arguments::try_parse_from(["emr-baseline", "--at", AT].iter().chain(arguments))
        .unwrap_or_else(|error| panic!("{error}"));
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut terminal = Terminal::plain(&mut out, &mut err);
    let exit = emr_baseline::cli::run(&parsed, &mut terminal).unwrap();
    terminal.flush().unwrap();
    drop(terminal);
    Ran {
        out: String::from_utf8(out).unwrap(),
        err: String::from_utf8(err).unwrap(),
        exit,
    }
}

/// Runs `check` and returns the JSON report.
pub fn check(arguments: &[&str]) -> (Value, Exit) {
    let ran = run(&[&["check", "--format", "json", "--all"], arguments].concat());
    let report = serde_json::from_str(&ran.out)
        .unwrap_or_else(|error| panic!("{error}: {arguments:?}\n{}\n{}", ran.out, ran.err));
    (report, ran.exit)
}

/// Judges a fixture as what it is: a snapshot by `audit`, anything else by `check`.
pub fn judge_fixture(baseline: &str, fixture: &str) -> (Value, Exit) {
    if !is_snapshot(Path::new(fixture)) {
        return check(&[baseline, fixture]);
    }
    let audit = [
        "audit",
        "--format",
        "json",
        "--all",
        baseline,
        "--snapshot",
        fixture,
    ];
    let ran = run(&audit);
    let report = serde_json::from_str(&ran.out)
        .unwrap_or_else(|error| panic!("{error}: {fixture}\n{}\n{}", ran.out, ran.err));
    (report, ran.exit)
}

/// Whether a fixture is a snapshot of live answers.
pub fn is_snapshot(fixture: &Path) -> bool {
    fixture.extension().is_some_and(|found| found == "jsonl")
}

/// The worst verdict of a control over all resources of a report.
pub fn worst(report: &Value, control: &str) -> Option<String> {
    const ORDER: [&str; 5] = [
        "not-applicable",
        "compliant",
        "waived",
        "indeterminate",
        "noncompliant",
    ];
    let verdicts = report["evaluations"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|evaluation| evaluation["control"] == control);
    verdicts
        .map(|evaluation| evaluation["verdict"].as_str().unwrap().to_owned())
        .max_by_key(|verdict| ORDER.iter().position(|known| known == verdict))
}

/// The entries of a folder, sorted; empty when there is none.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    entries
}

/// Whether goldens are rewritten instead of compared.
pub fn updating() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}

/// Compares a text with a golden file, or rewrites the file.
pub fn golden(path: &Path, text: &str) {
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    if updating() {
        // What is up to date is left alone: other tests may be reading it.
        if expected != text {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        return;
    }
    assert!(
        expected == text,
        "{} is stale: run UPDATE_GOLDEN=1 cargo test --test it\n--- expected\n{expected}\n--- now\n{text}",
        path.display()
    );
}

/// Every fixture of every control: (control id, fixture path), the fixture a file or a folder.
pub fn fixtures() -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for group in entries(&root().join("golden/controls")) {
        for control in entries(&group) {
            let id = format!(
                "{}.{}",
                group.file_name().unwrap().to_str().unwrap(),
                control.file_name().unwrap().to_str().unwrap()
            );
            for fixture in entries(&control) {
                if fixture.file_name().unwrap() != "baseline.toml" {
                    found.push((id.clone(), fixture));
                }
            }
        }
    }
    found
}

/// The verdict that a fixture's name declares.
pub fn declared(fixture: &Path) -> &'static str {
    let name = fixture.file_name().unwrap().to_str().unwrap();
    let known = [
        "compliant",
        "noncompliant",
        "indeterminate",
        "not-applicable",
        "waived",
    ];
    known
        .into_iter()
        .find(|verdict| {
            name.strip_prefix(verdict)
                .is_some_and(|rest| rest.starts_with(['-', '.']))
        })
        .unwrap_or_else(|| panic!("{} does not begin with a verdict", fixture.display()))
}

/// A path relative to the repository, as the tests name it.
pub fn relative(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned()
}

/// Problems by subject, shown all at once.
#[derive(Debug, Default)]
pub struct Failures(BTreeMap<String, String>);

impl Failures {
    pub fn add(&mut self, subject: impl Into<String>, problem: impl Into<String>) {
        self.0.insert(subject.into(), problem.into());
    }

    pub fn check(&self) {
        assert!(
            self.0.is_empty(),
            "{}",
            self.0
                .iter()
                .map(|(subject, problem)| format!("{subject}: {problem}\n"))
                .collect::<String>()
        );
    }
}
