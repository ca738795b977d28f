//! What judging yields: one control, one resource, one verdict.

use super::{Evidence, Trace};
use crate::control::{Meta, Origin, Repair, Severity, Verdict};
use crate::observed::{Identity, Place};
use std::borrow::Cow;
use std::sync::Arc;

/// A waiver as it applied to an evaluation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waived {
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// Ticket, where one is given.
    pub ticket: Option<String>,
    /// Last day, UTC, as `2027-01-31`.
    pub expires: String,
    /// Where it is written.
    pub origin: Origin,
}

/// One control, one resource, one verdict.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// The control.
    pub control: &'static Meta,
    /// The verdict.
    pub verdict: Verdict,
    /// The severity of what decided it.
    pub severity: Severity,
    /// The resource.
    pub resource: Arc<Identity>,
    /// Every condition that failed or could not be known, in one line each, joined by "; ".
    pub message: Cow<'static, str>,
    /// What the baseline asks for.
    pub expected: String,
    /// What was seen.
    pub observed: String,
    /// Where it was seen.
    pub seen: Vec<Place>,
    /// The lines that require it.
    pub required: Arc<[Origin]>,
    /// For an indeterminate verdict: what was missing.
    pub reason: Option<String>,
    /// What to do, or how to supply what was missing.
    pub remediation: Cow<'static, str>,
    /// The waiver that applies.
    pub waiver: Option<Waived>,
    /// Whether the rest is left to `audit` (the resource is only named in the input).
    pub left_to_audit: bool,
    /// Whether a ratchet file tolerates it: the verdict stands, and fails nothing.
    pub tolerated: bool,
    /// What may mend it, where the baseline determines that: the best first.
    pub repairs: Vec<Vec<Repair>>,
    /// What a finding rests on, condition by condition and in all worlds, where it is to be compared with what was there
    /// before; else nothing.
    pub evidence: Vec<Evidence>,
}

impl Evaluation {
    /// Whether somebody has to do something about it.
    pub fn is_finding(&self) -> bool {
        matches!(self.verdict, Verdict::Noncompliant | Verdict::Indeterminate) && !self.tolerated
    }

    /// What it rests on; where that was not kept, itself as one condition.
    pub(super) fn evidence_or_whole(&self) -> Cow<'_, [Evidence]> {
        if self.evidence.is_empty() {
            Cow::Owned(vec![Evidence::whole(self)])
        } else {
            Cow::Borrowed(&self.evidence)
        }
    }

    /// By what its conditions are known again; only those that a ratchet file tolerates, when `tolerated`.
    pub fn traces(&self, tolerated: bool) -> Vec<Trace> {
        let evidence = self.evidence_or_whole();
        let wanted = evidence.iter().filter(|one| one.tolerated || !tolerated);
        wanted.map(|one| one.trace.clone()).collect()
    }

    /// Whether `check --fix` may have something to do about it.
    pub fn may_be_fixed(&self) -> bool {
        self.is_finding() && !self.repairs.is_empty()
    }
}
