//! The exit code: a pure function of the report.

use super::{BySeverity, Report};
use crate::control::Severity;

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Everything judged, nothing at or above the threshold.
    Clean = 0,
    /// At least one noncompliant finding at or above the threshold.
    Noncompliant = 1,
    /// Usage error, a mistake in the baseline, or nothing was judged.
    Unusable = 2,
    /// No finding, but something required could not be determined.
    Indeterminate = 3,
}

/// What counts.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// The least severity that fails a run.
    pub fail_on: Severity,
    /// Whether what could not be determined is accepted.
    pub allow_indeterminate: bool,
    /// Whether an input with nothing to judge is accepted.
    pub allow_empty: bool,
}

impl Exit {
    /// The exit code of a report.
    pub fn of(report: &Report, policy: Policy) -> Self {
        let any = |counts: BySeverity| {
            counts
                .worst()
                .is_some_and(|severity| severity >= policy.fail_on)
        };
        if any(report.counts.noncompliant) {
            return Self::Noncompliant;
        }
        if report.coverage.resources == 0 && !policy.allow_empty {
            return Self::Unusable;
        }
        let incomplete = any(report.counts.indeterminate) || !report.obstacles.is_empty();
        if incomplete && !policy.allow_indeterminate {
            return Self::Indeterminate;
        }
        Self::Clean
    }
}
