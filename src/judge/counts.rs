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

    fn remove(&mut self, severity: Severity) {
        for (count, other) in self.0.iter_mut().zip(Severity::ALL) {
            *count = count.saturating_sub(u64::from(other == severity));
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
    /// Seen to fail, and tolerated: not among the noncompliant.
    pub tolerated_noncompliant: u64,
    /// Not knowable, and tolerated: not among the indeterminate.
    pub tolerated_indeterminate: u64,
}

impl Counts {
    /// Counts one more evaluation.
    pub fn add(&mut self, evaluation: &Evaluation) {
        match evaluation.verdict {
            Verdict::Noncompliant if evaluation.tolerated => self.tolerated_noncompliant += 1,
            Verdict::Indeterminate if evaluation.tolerated => self.tolerated_indeterminate += 1,
            Verdict::Compliant => self.compliant += 1,
            Verdict::Noncompliant => self.noncompliant.add(evaluation.severity),
            Verdict::Indeterminate => self.indeterminate.add(evaluation.severity),
            Verdict::Waived => self.waived += 1,
            Verdict::NotApplicable => self.not_applicable += 1,
        }
    }

    /// Takes a finding that was counted back out.
    pub(super) fn remove(&mut self, finding: &Evaluation) {
        match finding.verdict {
            Verdict::Noncompliant => self.noncompliant.remove(finding.severity),
            Verdict::Indeterminate => self.indeterminate.remove(finding.severity),
            Verdict::Compliant | Verdict::Waived | Verdict::NotApplicable => {}
        }
    }

    pub(super) fn add_all(&mut self, other: &Self) {
        self.compliant += other.compliant;
        self.noncompliant.add_all(other.noncompliant);
        self.indeterminate.add_all(other.indeterminate);
        self.waived += other.waived;
        self.not_applicable += other.not_applicable;
        self.tolerated_noncompliant += other.tolerated_noncompliant;
        self.tolerated_indeterminate += other.tolerated_indeterminate;
    }

    /// Evaluations that apply.
    pub fn applicable(&self) -> u64 {
        self.compliant
            + self.noncompliant.total()
            + self.indeterminate.total()
            + self.waived
            + self.tolerated()
    }

    /// Findings that a ratchet file tolerates.
    pub fn tolerated(&self) -> u64 {
        self.tolerated_noncompliant + self.tolerated_indeterminate
    }

    /// Evaluations that are indeterminate, tolerated ones too.
    pub fn unknown(&self) -> u64 {
        self.indeterminate.total() + self.tolerated_indeterminate
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
    /// Whether no evaluation is listed.
    pub fn lists_nothing(&self) -> bool {
        self.evaluations.is_empty()
    }

    /// The files in which the listed evaluations were seen.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        let places = self.evaluations.iter().flat_map(|one| &one.seen);
        places.filter_map(|place| place.file.as_deref())
    }

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

impl Counted {
    /// The same without repairs: nobody is to change what they are about.
    #[must_use]
    pub fn unrepaired(mut self) -> Self {
        for evaluation in &mut self.evaluations {
            evaluation.repairs.clear();
        }
        self
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
