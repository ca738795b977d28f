//! How things stand: what is found in the files of one state, for comparing two.

use crate::control::{Severity, Verdict};
use crate::judge::Report;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

/// What is found in one state of the files.
pub(super) struct Standing {
    findings: BTreeMap<String, Finding>,
    /// How many there are.
    pub(super) count: usize,
    resources: u64,
    /// What could not be read, by file.
    obstacles: BTreeSet<(String, String)>,
}

/// What is said of a thing; of several that are called alike, the worst.
#[derive(Clone)]
struct Finding {
    worst: (Verdict, Severity),
    conditions: usize,
    files: BTreeSet<String>,
}

/// Which files something became worse in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Worse {
    /// Nothing became worse.
    Nowhere,
    /// In these.
    In(BTreeSet<String>),
    /// Nobody can tell.
    Somewhere,
}

impl Standing {
    /// How things stand in a report. Findings of controls that nobody asked for are no findings to be counted.
    pub(super) fn of(report: &Report, is_asked: &dyn Fn(&str) -> bool) -> io::Result<Self> {
        let mut findings: BTreeMap<String, Finding> = BTreeMap::new();
        let mut count = 0;
        for evaluation in &report.evaluations {
            let evaluation = evaluation?;
            if !evaluation.is_finding() {
                continue;
            }
            count += usize::from(is_asked(evaluation.control.id));
            let now = Finding {
                worst: (evaluation.verdict, evaluation.severity),
                conditions: evaluation.message.split("; ").count(),
                files: evaluation
                    .seen
                    .iter()
                    .filter_map(|place| place.file.clone())
                    .collect(),
            };
            findings
                .entry(report.fingerprint(&evaluation))
                .and_modify(|known| {
                    known.worst = known.worst.max(now.worst);
                    known.conditions += now.conditions;
                    known.files.extend(now.files.iter().cloned());
                })
                .or_insert(now);
        }
        let obstacles = report.obstacles.iter().map(|obstacle| {
            let file = obstacle.file.clone().unwrap_or_default();
            (file, obstacle.what.clone())
        });
        Ok(Self {
            findings,
            count,
            resources: report.coverage.resources,
            obstacles: obstacles.collect(),
        })
    }

    /// Whether something is found of this fingerprint.
    pub(super) fn finds(&self, fingerprint: &str) -> bool {
        self.findings.contains_key(fingerprint)
    }

    /// Where something is worse than it was: new, more severe, for more reasons, or no longer read.
    pub(super) fn worse_than(&self, before: &Self) -> Worse {
        if self.resources < before.resources {
            return Worse::Somewhere;
        }
        let mut files = BTreeSet::new();
        for (fingerprint, now) in &self.findings {
            let is_worse = before
                .findings
                .get(fingerprint)
                .is_none_or(|then| now.worst > then.worst || now.conditions > then.conditions);
            if is_worse {
                if now.files.is_empty() {
                    return Worse::Somewhere;
                }
                files.extend(now.files.iter().cloned());
            }
        }
        for (file, _) in self.obstacles.difference(&before.obstacles) {
            if file.is_empty() {
                return Worse::Somewhere;
            }
            files.insert(file.clone());
        }
        if files.is_empty() {
            Worse::Nowhere
        } else {
            Worse::In(files)
        }
    }
}

impl Worse {
    /// Whether a change to these files may be why.
    pub(super) fn touches(&self, changed: &BTreeSet<String>) -> bool {
        match self {
            Self::Nowhere => false,
            Self::In(files) => !files.is_disjoint(changed),
            Self::Somewhere => true,
        }
    }
}
