//! `audit --changes`: what the last run found, so that a run which finds the same need not speak.
//!
//! Silence is about what is said, never about the verdict: files of reports are written and the exit code is that of the
//! report all the same. Whatever is wrong with what was kept, the run speaks.

use super::super::lock::Lock;
use super::super::{Terminal, files};
use crate::control::Verdict;
use crate::judge::{Evaluation, Report};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// The version of the format.
const SCHEMA: &str = "emr-baseline/changes/v1";
/// Changes that are named one by one.
const NAMED: usize = 9;

/// What a run found.
#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Found {
    schema: String,
    /// The time of evaluation.
    at: String,
    /// Digest of the baseline's effective requirements.
    baseline: String,
    /// Findings, and what could not be observed.
    findings: BTreeMap<String, Finding>,
}

/// One finding, by its fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Finding {
    /// What it is called.
    label: String,
    /// Verdict, severity and what it says.
    says: String,
}

/// What was kept by the last run, and the lock on it.
#[derive(Debug)]
pub(super) struct Changes {
    path: PathBuf,
    before: Option<Found>,
    _lock: Lock,
}

impl Changes {
    /// Locks the file and reads it. `None` when another run is under way, which is then said.
    pub(super) fn begin(path: &Path, terminal: &mut Terminal<'_>) -> io::Result<Option<Self>> {
        let mut lock = path.as_os_str().to_owned();
        lock.push(".lock");
        let Some(lock) = Lock::take(Some(Path::new(&lock)), terminal)? else {
            return Ok(None);
        };
        let read = match std::fs::exists(path) {
            Ok(false) => Ok(None),
            Ok(true) | Err(_) => files::read(path).and_then(|text| read(&text).map(Some)),
        };
        let before = match read {
            Ok(before) => before,
            Err(why) => {
                let shown = path.display();
                terminal.warning(&format!(
                    "what the last run found cannot be read from `{shown}`: {why}; everything counts as changed"
                ))?;
                None
            }
        };
        Ok(Some(Self {
            path: path.to_path_buf(),
            before,
            _lock: lock,
        }))
    }

    /// Compares a report with the last run's. True when nothing changed; else the report is told what did.
    pub(super) fn is_quiet(&self, report: &mut Report) -> io::Result<bool> {
        if report.coverage.resources == 0 {
            return Ok(false);
        }
        let now = found(report)?;
        let Some(before) = &self.before else {
            return Ok(false);
        };
        if before.baseline == now.baseline && before.findings == now.findings {
            return Ok(true);
        }
        let notes = told(before, &now);
        report.notes.splice(0..0, notes);
        Ok(false)
    }

    /// Keeps what this run found. False when it cannot, which is then said.
    pub(super) fn keep(&self, report: &Report, terminal: &mut Terminal<'_>) -> io::Result<bool> {
        let mut text = serde_json::to_vec_pretty(&found(report)?)?;
        text.push(b'\n');
        if let Err(error) = files::write(&self.path, &text) {
            let (shown, why) = (self.path.display(), files::plain(&error));
            terminal.error(&format!("cannot write `{shown}`: {why}"))?;
            return Ok(false);
        }
        Ok(true)
    }
}

fn read(text: &[u8]) -> Result<Found, String> {
    let found: Found = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    if found.schema != SCHEMA {
        let schema = &found.schema;
        return Err(format!("its schema is `{schema}` and not `{SCHEMA}`"));
    }
    Ok(found)
}

fn found(report: &Report) -> io::Result<Found> {
    let mut findings = BTreeMap::new();
    for evaluation in &report.evaluations {
        let evaluation = evaluation?;
        if evaluation.is_finding() {
            findings.insert(report.fingerprint(&evaluation), finding(&evaluation));
        }
    }
    // Why something could not be observed is worded anew by AWS each time; that it could not is what counts.
    for obstacle in &report.obstacles {
        let action = obstacle.action.as_deref().unwrap_or_default();
        let label = format!("problem: {}", obstacle.what);
        let says = action.to_owned();
        findings.insert(format!("{label} {action}"), Finding { label, says });
    }
    Ok(Found {
        schema: SCHEMA.to_owned(),
        at: report.evaluated_at.to_string(),
        baseline: report.digest.clone(),
        findings,
    })
}

fn finding(evaluation: &Evaluation) -> Finding {
    let identity = &evaluation.resource;
    let place = [&identity.account, &identity.region];
    let place: Vec<&str> = place.into_iter().flatten().map(String::as_str).collect();
    let place = match place.as_slice() {
        [] => String::new(),
        known => format!(" ({})", known.join(", ")),
    };
    let (control, kind, id) = (evaluation.control.id, identity.kind.name(), &identity.id);
    let mut says = format!(
        "{}, {}",
        evaluation.verdict.name(),
        evaluation.severity.name()
    );
    // What is missing of an indeterminate one may be worded anew each time.
    if evaluation.verdict == Verdict::Noncompliant {
        says = format!("{says}: {}", evaluation.message);
    }
    Finding {
        label: format!("{control} of {kind} `{id}`{place}"),
        says,
    }
}

/// What changed, in a line for each change and one about all of them.
fn told(before: &Found, now: &Found) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut new, mut other, mut gone) = (0_usize, 0_usize, 0_usize);
    for (name, finding) in &now.findings {
        match before.findings.get(name) {
            None => {
                new += 1;
                lines.push(format!("new: {}", finding.label));
            }
            Some(known) if known != finding => {
                other += 1;
                lines.push(format!("changed: {}", finding.label));
            }
            Some(_) => {}
        }
    }
    for (name, finding) in &before.findings {
        if !now.findings.contains_key(name) {
            gone += 1;
            lines.push(format!("gone: {}", finding.label));
        }
    }
    let more = lines.len().saturating_sub(NAMED);
    lines.truncate(NAMED);
    if more > 0 {
        lines.push(format!("and {more} more changes"));
    }
    let mut first = format!(
        "since the run at {}: {new} new, {other} changed, {gone} gone",
        before.at
    );
    if before.baseline != now.baseline {
        first.push_str("; the baseline changed, too");
    }
    lines.insert(0, first);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(findings: &[(&str, &str)]) -> Found {
        let finding = |(name, says): &(&str, &str)| {
            let label = format!("c of k `{name}`");
            let says = (*says).to_owned();
            ((*name).to_owned(), Finding { label, says })
        };
        Found {
            schema: SCHEMA.to_owned(),
            at: "2026-11-11T00:00:00Z".to_owned(),
            baseline: "0".to_owned(),
            findings: findings.iter().map(finding).collect(),
        }
    }

    #[test]
    fn changes_are_counted_and_named() {
        let before = of(&[("a", "low"), ("b", "low"), ("c", "low")]);
        let now = of(&[("a", "low"), ("b", "high"), ("d", "low")]);
        assert_eq!(
            told(&before, &now),
            [
                "since the run at 2026-11-11T00:00:00Z: 1 new, 1 changed, 1 gone",
                "changed: c of k `b`",
                "new: c of k `d`",
                "gone: c of k `c`",
            ]
        );
    }

    #[test]
    fn very_many_changes_are_not_all_named() {
        let names: Vec<String> = (0..100).map(|at| at.to_string()).collect();
        let now: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
        let lines = told(&of(&[]), &of(&now));
        assert_eq!(lines.len(), NAMED + 2);
        assert_eq!(lines.last().unwrap(), "and 91 more changes");
    }

    #[test]
    fn what_was_kept_is_read_back_and_anything_else_is_refused() {
        let kept = of(&[("a", "low")]);
        let text = serde_json::to_vec(&kept).unwrap();
        assert_eq!(read(&text), Ok(kept));
        assert!(read(b"").is_err());
        let other = String::from_utf8(text).unwrap().replace("/v1", "/v9");
        assert!(read(other.as_bytes()).unwrap_err().contains("v9"));
    }
}
