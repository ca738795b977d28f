//! What GitHub's code scanning takes of a log: of one run the 5,000 worst of at most 25,000 results, of one file
//! 10 MB compressed, of one rule 20 tags, and it shows 100 places of a result. A log beyond that is refused or cut
//! without a word; here it is cut with one.

use crate::control::{Severity, Verdict};
use crate::judge::{Evaluation, Report};

/// Results of one run that GitHub keeps.
const RESULTS: usize = 5_000;
/// Bytes of results. What is not compressed and fits into 10 MB fits compressed, whatever it holds.
const BYTES: usize = 9_000_000;
/// Places of a result beside its main one.
pub(super) const RELATED: usize = 99;
/// Tags of a rule.
pub(super) const TAGS: usize = 20;
/// Notes and obstacles.
pub(super) const NOTIFICATIONS: usize = 1_000;

/// Verdicts that GitHub should show, the worst first.
const SHOWN: [Verdict; 3] = [
    Verdict::Noncompliant,
    Verdict::Indeterminate,
    Verdict::Waived,
];
const RANKS: usize = SHOWN.len() * Severity::ALL.len();

/// How bad an evaluation is, 0 the worst; none if it is no problem.
pub(super) fn rank(evaluation: &Evaluation) -> Option<usize> {
    let verdict = SHOWN
        .iter()
        .position(|verdict| *verdict == evaluation.verdict)?;
    let severity = Severity::ALL
        .iter()
        .position(|severity| *severity == evaluation.severity)?;
    Some(verdict * Severity::ALL.len() + severity)
}

/// How many results of each rank are written.
#[derive(Debug, Default)]
pub(super) struct Quota {
    /// Sizes of the first results of each rank.
    sizes: [Vec<usize>; RANKS],
    offered: usize,
    kept: [usize; RANKS],
    silent: u64,
}

impl Quota {
    /// Takes note of one result and its size in bytes.
    pub(super) fn offer(&mut self, evaluation: &Evaluation, size: usize) {
        self.offered += 1;
        let sizes = rank(evaluation).and_then(|rank| self.sizes.get_mut(rank));
        if let Some(sizes) = sizes.filter(|sizes| sizes.len() < RESULTS) {
            sizes.push(size);
        }
    }

    /// Decides, after everything was offered: the worst first, until there is no more room.
    pub(super) fn settle(&mut self, report: &Report) {
        self.silent = report.counts.compliant;
        let (mut results, mut bytes) = (RESULTS, BYTES);
        for (sizes, kept) in self.sizes.iter().zip(&mut self.kept) {
            for size in sizes {
                let Some(rest) = bytes.checked_sub(*size).filter(|_| results > 0) else {
                    return;
                };
                bytes = rest;
                results -= 1;
                *kept += 1;
            }
        }
    }

    /// What was cut, in words.
    pub(super) fn said(&self) -> String {
        let kept: usize = self.kept.iter().sum();
        let cut = self.offered - kept;
        format!(
            "for GitHub's limits, {cut} of {} problems were left out, the worst kept, and {} compliant evaluations",
            self.offered, self.silent
        )
    }

    /// The shares, to be used up in the order in which results were offered.
    pub(super) fn shares(&self) -> Shares {
        Shares { left: self.kept }
    }
}

/// What is left of a quota while results are written.
#[derive(Debug)]
pub(super) struct Shares {
    left: [usize; RANKS],
}

impl Shares {
    /// Whether this result is written.
    pub(super) fn takes(&mut self, evaluation: &Evaluation) -> bool {
        let left = rank(evaluation).and_then(|rank| self.left.get_mut(rank));
        let Some(left) = left.filter(|left| **left > 0) else {
            return false;
        };
        *left -= 1;
        true
    }
}
