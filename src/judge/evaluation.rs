//! What judging yields: evaluations, and the report they make up. Every format renders this one model.

use crate::control::{Meta, Origin, Severity, Tally, Verdict};
use crate::digest::hex;
use crate::observed::{Identity, Place};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;
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
}

impl Evaluation {
    /// Stable across runs, machines and line moves: it hashes what the finding is about, not what it says.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        let file = self
            .seen
            .first()
            .and_then(|place| place.file.as_deref())
            .unwrap_or_default();
        let identity = &*self.resource;
        let texts = [
            self.control.id,
            identity.kind.name(),
            &identity.id,
            identity.account.as_deref().unwrap_or_default(),
            identity.region.as_deref().unwrap_or_default(),
            file,
        ];
        for text in texts {
            hash.update(text.len().to_le_bytes());
            hash.update(text);
        }
        hex(&hash.finalize(), 32)
    }
}

/// Something that kept a part of the input from being judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Obstacle {
    /// What could not be done.
    pub what: String,
    /// In which file.
    pub file: Option<String>,
    /// One-based line.
    pub line: Option<u32>,
    /// One-based column.
    pub column: Option<u32>,
    /// The IAM action that was refused.
    pub action: Option<String>,
    /// Why.
    pub why: String,
}

/// How many of what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Seen to hold.
    pub compliant: u64,
    /// Seen to fail.
    pub noncompliant: u64,
    /// Not knowable.
    pub indeterminate: u64,
    /// Accepted until a date.
    pub waived: u64,
    /// Not applicable.
    pub not_applicable: u64,
}

impl Counts {
    /// Counts one more verdict.
    pub fn add(&mut self, verdict: Verdict) {
        let count = match verdict {
            Verdict::Compliant => &mut self.compliant,
            Verdict::Noncompliant => &mut self.noncompliant,
            Verdict::Indeterminate => &mut self.indeterminate,
            Verdict::Waived => &mut self.waived,
            Verdict::NotApplicable => &mut self.not_applicable,
        };
        *count += 1;
    }

    fn add_all(&mut self, other: &Self) {
        self.compliant += other.compliant;
        self.noncompliant += other.noncompliant;
        self.indeterminate += other.indeterminate;
        self.waived += other.waived;
        self.not_applicable += other.not_applicable;
    }

    /// Evaluations that apply.
    pub fn applicable(&self) -> u64 {
        self.compliant + self.noncompliant + self.indeterminate + self.waived
    }
}

/// Evaluations on their way into a report: all of them counted, those kept that some format lists.
#[derive(Debug)]
pub struct Counted {
    counts: Counts,
    left_to_audit: u64,
    evaluations: Vec<Evaluation>,
}

impl Counted {
    /// Counts evaluations. Unless `everything` is listed, what needs nobody's attention is then dropped.
    pub fn of(mut evaluations: Vec<Evaluation>, everything: bool) -> Self {
        let mut counts = Counts::default();
        let mut left_to_audit = 0;
        for evaluation in &evaluations {
            counts.add(evaluation.verdict);
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

/// The result of a run.
#[derive(Clone, Debug)]
pub struct Report {
    /// Name of the baseline.
    pub baseline: String,
    /// Its version.
    pub version: String,
    /// Digest of its effective requirements.
    pub digest: String,
    /// The time of evaluation.
    pub evaluated_at: Timestamp,
    /// How much was looked at.
    pub coverage: Coverage,
    /// How many of what.
    pub counts: Counts,
    /// Every evaluation, resource by resource in the order seen. Compliant and not-applicable ones are left out
    /// when no format asks for them; `counts` counts them all the same.
    pub evaluations: Vec<Evaluation>,
    /// What could not be judged.
    pub obstacles: Vec<Obstacle>,
    /// What the reader should know: files and their dialects, parameters without a value.
    pub notes: Vec<String>,
    /// Texts of the files that places point into, for excerpts.
    pub sources: BTreeMap<String, Arc<str>>,
}

impl Report {
    /// Adds evaluations that were counted.
    pub fn add(&mut self, counted: Counted) {
        self.counts.add_all(&counted.counts);
        self.coverage.left_to_audit += counted.left_to_audit;
        self.evaluations.extend(counted.evaluations);
    }

    /// How much of the run came to a verdict.
    pub fn tally(&self) -> Tally {
        Tally {
            determined: self.counts.applicable() - self.counts.indeterminate,
            indeterminate: self.counts.indeterminate,
            ..Tally::default()
        }
    }
}
