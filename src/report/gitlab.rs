//! GitLab's Code Quality report: a JSON array with one issue for each finding and for each thing that was not judged.
//!
//! The report has no place for anything else: what is compliant or waived is left out. GitLab takes two issues with
//! one fingerprint for one, so a fingerprint that is taken already is made another.

use super::Options;
use super::finding::{self, Spot, headline, spot, spot_of, trouble};
use crate::control::{Severity, Verdict};
use crate::digest::hex;
use crate::escape;
use crate::judge::{Evaluation, Obstacle, Report};
use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::io::{self, Write};

/// The longest description, in characters.
const LONGEST: usize = 2000;
/// What an issue that stands in no file is pinned to: GitLab drops issues without a path.
const NOWHERE: Spot<'static> = Spot {
    file: "emr-baseline",
    line: 1,
    column: 1,
};

pub(super) fn render(report: &Report, _: Options, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Issues(report))?;
    out.write_all(b"\n")
}

struct Issues<'r>(&'r Report);

impl Serialize for Issues<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut issues = serializer.serialize_seq(None)?;
        let mut taken = BTreeSet::new();
        for obstacle in &self.0.obstacles {
            issues.serialize_element(&Issue::of_obstacle(obstacle, &mut taken))?;
        }
        for evaluation in &self.0.evaluations {
            let evaluation = evaluation.map_err(S::Error::custom)?;
            if evaluation.is_finding() {
                issues.serialize_element(&Issue::of(self.0, &evaluation, &mut taken))?;
            }
        }
        issues.end()
    }
}

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

impl Issue {
    fn of(report: &Report, evaluation: &Evaluation, taken: &mut BTreeSet<String>) -> Self {
        let unknown = evaluation.verdict == Verdict::Indeterminate;
        let mut description = headline(evaluation);
        if unknown {
            description.insert_str(0, "not determined: ");
        }
        Self {
            description: finding::cut(&description, LONGEST),
            check_name: evaluation.control.id,
            fingerprint: unique(&report.fingerprint(evaluation), taken),
            severity: severity(evaluation.severity),
            location: location(spot(evaluation)),
        }
    }

    fn of_obstacle(obstacle: &Obstacle, taken: &mut BTreeSet<String>) -> Self {
        let mut hash = Sha256::new();
        let file = obstacle.file.as_deref().unwrap_or_default();
        for text in ["problem", &obstacle.what, file, &obstacle.why] {
            hash.update(text.len().to_le_bytes());
            hash.update(text);
        }
        Self {
            description: finding::cut(&format!("not judged: {}", trouble(obstacle)), LONGEST),
            check_name: "emr-baseline.problem",
            fingerprint: unique(&hex(&hash.finalize(), 32), taken),
            severity: "critical",
            location: location(spot_of(obstacle)),
        }
    }
}

/// GitLab's word for a severity; its `blocker` is worse than its `critical`.
const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
        Severity::Info => "info",
    }
}

/// Paths are relative to the repository, without `./`; lines count from one.
fn location(spot: Option<Spot<'_>>) -> Location {
    let spot = spot.unwrap_or(NOWHERE);
    let path = spot.file.trim_start_matches("./");
    let path = if path.is_empty() { NOWHERE.file } else { path };
    Location {
        path: escape::terminal(path).into_owned(),
        lines: Lines {
            begin: spot.line.max(1),
        },
    }
}

/// The fingerprint, or one made from it that nothing has yet. The same report gives the same ones.
fn unique(fingerprint: &str, taken: &mut BTreeSet<String>) -> String {
    let mut candidate = fingerprint.to_owned();
    let mut copy = 1_u32;
    while !taken.insert(candidate.clone()) {
        copy += 1;
        candidate = hex(&Sha256::digest(format!("{fingerprint}/{copy}")), 32);
    }
    candidate
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_that_is_taken_becomes_another_and_always_the_same() {
        let all = || {
            let mut taken = BTreeSet::new();
            ["a", "a", "b", "a"].map(|one| unique(one, &mut taken))
        };
        assert_eq!(all(), all());
        assert_eq!(BTreeSet::from(all()).len(), 4);
        assert_eq!(all()[0], "a");
    }

    #[test]
    fn an_issue_always_has_a_path_and_a_line() {
        let bare = Spot {
            file: "./a/b.json",
            line: 0,
            column: 0,
        };
        let placed = location(Some(bare));
        assert_eq!((placed.path.as_str(), placed.lines.begin), ("a/b.json", 1));
        assert_eq!(location(None).path, "emr-baseline");
    }
}
