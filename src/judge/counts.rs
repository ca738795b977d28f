//! How many of what: everything that a summary and an exit code need to know of evaluations.

use super::Evaluation;
use crate::control::{Severity, Verdict};

/// How many of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BySeverity([u64; Severity::ALL.len()]);

impl BySeverity {
    /// Every severity with its count, worst first.
    pub fn iter(self) -> impl Iterator<Item = (Severity, u64)> {
        Severity::ALL.into_iter().zip(self.0)
    }

    /// All of them.
    pub fn total(self) -> u64 {
        self.0.iter().sum()
    }

    /// The worst severity of which there is one.
    pub fn worst(self) -> Option<Severity> {
        self.iter()
            .find_map(|(severity, count)| (count > 0).then_some(severity))
    }

    fn add(&mut self, severity: Severity) {
        for (count, other) in self.0.iter_mut().zip(Severity::ALL) {
            *count += u64::from(other == severity);
        }
    }

    fn add_all(&mut self, other: Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }
}

/// How many of what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Seen to hold.
    pub compliant: u64,
    /// Seen to fail.
    pub noncompliant: BySeverity,
    /// Not knowable.
    pub indeterminate: BySeverity,
    /// Accepted until a date.
    pub waived: u64,
    /// Not applicable.
    pub not_applicable: u64,
}

impl Counts {
    /// Counts one more evaluation.
    pub fn add(&mut self, evaluation: &Evaluation) {
        match evaluation.verdict {
            Verdict::Compliant => self.compliant += 1,
            Verdict::Noncompliant => self.noncompliant.add(evaluation.severity),
            Verdict::Indeterminate => self.indeterminate.add(evaluation.severity),
            Verdict::Waived => self.waived += 1,
            Verdict::NotApplicable => self.not_applicable += 1,
        }
    }

    pub(super) fn add_all(&mut self, other: &Self) {
        self.compliant += other.compliant;
        self.noncompliant.add_all(other.noncompliant);
        self.indeterminate.add_all(other.indeterminate);
        self.waived += other.waived;
        self.not_applicable += other.not_applicable;
    }

    /// Evaluations that apply.
    pub fn applicable(&self) -> u64 {
        self.compliant + self.noncompliant.total() + self.indeterminate.total() + self.waived
    }
}

/// Evaluations on their way into a report: all of them counted, those kept that some format lists.
#[derive(Debug)]
pub struct Counted {
    pub(super) counts: Counts,
    pub(super) left_to_audit: u64,
    pub(super) evaluations: Vec<Evaluation>,
}

impl Counted {
    /// Counts evaluations. Unless `everything` is listed, what needs nobody's attention is then dropped.
    pub fn of(mut evaluations: Vec<Evaluation>, everything: bool) -> Self {
        let mut counts = Counts::default();
        let mut left_to_audit = 0;
        for evaluation in &evaluations {
            counts.add(evaluation);
            left_to_audit += u64::from(evaluation.left_to_audit);
        }
        if !everything {
            evaluations.retain(|evaluation| evaluation.verdict.needs_attention());
            // Very many of these wait for their report: they must not hold room for what was dropped.
            evaluations.shrink_to_fit();
        }
        Self {
            counts,
            left_to_audit,
            evaluations,
        }
    }
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Resources judged.
    pub resources: u64,
    /// Evaluations left to `audit`, because a file only names the resource.
    pub left_to_audit: u64,
}
