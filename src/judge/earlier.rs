//! Findings that were there before: in the tree that a change starts from, or in a ratchet file.
//!
//! A finding is an old one when it is about the same thing in the same place, is no worse, and says nothing that was
//! not said then: whoever mends one of two conditions has an old finding, whoever breaks a third or changes the value
//! to another wrong one has a new one.

use super::{Counts, Evaluation, Subject};
use crate::control::{Severity, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// What was said of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its verdict.
    pub verdict: Verdict,
    /// Its severity.
    pub severity: Severity,
    /// Its message: conditions joined by "; ".
    pub message: String,
    /// What was seen, joined likewise.
    pub observed: String,
}

impl Said {
    /// What is said of an evaluation.
    pub fn of(evaluation: &Evaluation) -> Self {
        Self {
            verdict: evaluation.verdict,
            severity: evaluation.severity,
            message: evaluation.message.clone().into_owned(),
            observed: evaluation.observed.clone(),
        }
    }

    fn covers(&self, evaluation: &Evaluation) -> bool {
        let within = |now: &str, then: &str| parts(now).is_subset(&parts(then));
        evaluation.verdict == self.verdict
            && evaluation.severity <= self.severity
            && within(&evaluation.message, &self.message)
            && within(&evaluation.observed, &self.observed)
    }
}

fn parts(text: &str) -> BTreeSet<&str> {
    text.split("; ").collect()
}

/// Findings that were there before. Each covers one finding of now.
#[derive(Clone, Debug, Default)]
pub struct Earlier {
    findings: Vec<(Said, bool)>,
    by_fingerprint: BTreeMap<String, Vec<usize>>,
}

impl Earlier {
    /// Adds a finding; they are numbered in the order in which they are added.
    pub fn add(&mut self, fingerprint: String, said: Said) {
        let number = self.findings.len();
        self.by_fingerprint
            .entry(fingerprint)
            .or_default()
            .push(number);
        self.findings.push((said, false));
    }

    /// Adds a finding whose file is gone: it covers the same finding in any other file, for the file may have moved.
    pub fn add_moved(&mut self, anywhere: String, fingerprint: String, said: Said) {
        let number = self.findings.len();
        self.add(fingerprint, said);
        self.by_fingerprint
            .entry(anywhere)
            .or_default()
            .push(number);
    }

    /// Whether the finding is one of these, which is then met and covers no other.
    fn covers(&mut self, evaluation: &Evaluation, subject: &Subject<'_>) -> bool {
        let known = |fingerprint: &str| self.by_fingerprint.get(fingerprint);
        let own = known(&subject.fingerprint());
        let moved = known(&subject.anywhere());
        for number in own.into_iter().chain(moved).flatten() {
            if let Some((said, met)) = self.findings.get_mut(*number)
                && !*met
                && said.covers(evaluation)
            {
                *met = true;
                return true;
            }
        }
        false
    }

    /// Whether the finding of this number was met.
    pub fn is_met(&self, number: usize) -> bool {
        self.findings.get(number).is_some_and(|(_, met)| *met)
    }
}

/// What a report is compared with.
#[derive(Clone, Debug, Default)]
pub struct Before {
    /// What a ratchet file tolerates.
    pub ratchet: Option<Earlier>,
    /// What the tree that a change starts from has, and how the user calls that tree.
    pub base: Option<(String, Earlier)>,
    /// The findings that stood in that tree already: they are counted here and nowhere else.
    pub unchanged: Counts,
}

impl Before {
    /// Sorts evaluations that were counted: tolerated ones are marked, unchanged ones leave.
    pub(super) fn settle(
        &mut self,
        counts: &mut Counts,
        evaluations: &mut Vec<Evaluation>,
        homes: &BTreeMap<String, String>,
    ) {
        let here = BTreeMap::new();
        if self.ratchet.is_none() && self.base.is_none() {
            return;
        }
        evaluations.retain_mut(|evaluation| {
            if !evaluation.is_finding() {
                return true;
            }
            let ratchet = self.ratchet.as_mut();
            let tolerated = ratchet
                .is_some_and(|earlier| earlier.covers(evaluation, &Subject::of(evaluation, homes)));
            // Both trees are looked at from here: names of this machine will do.
            let base = self.base.as_mut();
            let unchanged = base.is_some_and(|(_, earlier)| {
                earlier.covers(evaluation, &Subject::of(evaluation, &here))
            });
            if unchanged {
                counts.remove(evaluation);
                self.unchanged.add(evaluation);
            } else if tolerated {
                counts.remove(evaluation);
                evaluation.tolerated = true;
                counts.add(evaluation);
            }
            !unchanged
        });
    }
}
