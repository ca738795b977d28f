//! `emr-baseline/report/v1`: the whole report as one JSON object, written evaluation by evaluation.

use super::{Options, evaluated_at};
use crate::control::Origin;
use crate::judge::{Evaluation, Obstacle, Patch, Report, Waived};
use crate::observed::{Identity, Place};
use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Serialize, Serializer};
use std::io::{self, Write};

pub(super) fn render(report: &Report, options: Options, out: &mut dyn Write) -> io::Result<()> {
    let root = Root {
        schema: "emr-baseline/report/v1",
        tool: Tool::THIS,
        baseline: Baseline::of(report),
        evaluated_at: evaluated_at(report),
        coverage: Coverage::of(report),
        summary: Summary::of(report),
        evaluations: Evaluations(report, options),
        problems: report.obstacles.iter().map(Problem::of).collect(),
        notes: &report.notes,
    };
    serde_json::to_writer_pretty(&mut *out, &root)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Root<'r> {
    schema: &'static str,
    tool: Tool,
    baseline: Baseline<'r>,
    evaluated_at: String,
    coverage: Coverage,
    summary: Summary,
    evaluations: Evaluations<'r>,
    problems: Vec<Problem<'r>>,
    /// Beyond the promised members: what the reader should know, such as parameters without a value.
    notes: &'r [String],
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

impl Tool {
    const THIS: Self = Self {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
    };
}

/// Which baseline was judged against.
#[derive(Serialize)]
pub(super) struct Baseline<'r> {
    name: &'r str,
    version: &'r str,
    digest: &'r str,
}

impl<'r> Baseline<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        Self {
            name: &report.baseline,
            version: &report.version,
            digest: &report.digest,
        }
    }
}

/// How much was looked at, and how much of it could not be known.
#[derive(Serialize)]
pub(super) struct Coverage {
    resources: u64,
    evaluations: u64,
    indeterminate: u64,
    left_to_audit: u64,
}

impl Coverage {
    pub(super) fn of(report: &Report) -> Self {
        Self {
            resources: report.coverage.resources,
            evaluations: report.counts.applicable(),
            indeterminate: report.counts.unknown(),
            left_to_audit: report.coverage.left_to_audit,
        }
    }
}

/// How many of what.
#[derive(Serialize)]
pub(super) struct Summary {
    compliant: u64,
    noncompliant: u64,
    indeterminate: u64,
    waived: u64,
    /// Of the noncompliant and indeterminate, those that a ratchet file tolerates, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    tolerated: Option<u64>,
    /// Findings that stood in the tree compared with, if there is one; they are in no other number.
    #[serde(skip_serializing_if = "Option::is_none")]
    unchanged: Option<u64>,
}

impl Summary {
    pub(super) fn of(report: &Report) -> Self {
        let (counts, before) = (report.counts, &report.before);
        Self {
            compliant: counts.compliant,
            noncompliant: counts.noncompliant.total() + counts.tolerated_noncompliant,
            indeterminate: counts.unknown(),
            waived: counts.waived,
            tolerated: before.ratchet.as_ref().map(|_| counts.tolerated()),
            unchanged: before.base.as_ref().map(|_| before.unchanged.applicable()),
        }
    }
}

/// Each evaluation becomes its JSON shape only while it is written: a report may hold hundreds of thousands.
struct Evaluations<'r>(&'r Report, Options);

impl Serialize for Evaluations<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(report, options) = self;
        let mut list = serializer.serialize_seq(None)?;
        for evaluation in &report.evaluations {
            let evaluation = evaluation.map_err(S::Error::custom)?;
            if options.shows(&evaluation) {
                list.serialize_element(&Judged::of(report, &evaluation))?;
            }
        }
        list.end()
    }
}

#[derive(Serialize)]
struct Judged<'r> {
    control: &'static str,
    verdict: &'static str,
    severity: &'static str,
    resource: Resource<'r>,
    message: &'r str,
    expected: &'r str,
    observed: &'r str,
    seen: Vec<Seen<'r>>,
    required: Vec<Required<'r>>,
    reason: Option<&'r str>,
    remediation: &'r str,
    references: &'static [&'static str],
    waiver: Option<Waiver<'r>>,
    fingerprint: String,
    /// Whether a ratchet file tolerates it; written only where one does.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    tolerated: bool,
    /// What was seen to mend it; written only where that was worked out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fix: Vec<Change<'r>>,
}

/// A change to a file.
#[derive(Serialize)]
struct Change<'r> {
    file: &'r str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    text: &'r str,
}

impl<'r> Change<'r> {
    fn of(patch: &'r Patch) -> Self {
        Self {
            file: &patch.file,
            line: patch.start.0,
            column: patch.start.1,
            end_line: patch.end.0,
            end_column: patch.end.1,
            text: &patch.text,
        }
    }
}

impl<'r> Judged<'r> {
    fn of(report: &'r Report, evaluation: &'r Evaluation) -> Self {
        let fix = report.patches_of(evaluation);
        Self {
            control: evaluation.control.id,
            verdict: evaluation.verdict.name(),
            severity: evaluation.severity.name(),
            resource: Resource::of(&evaluation.resource),
            message: &evaluation.message,
            expected: &evaluation.expected,
            observed: &evaluation.observed,
            seen: evaluation.seen.iter().map(Seen::of).collect(),
            required: evaluation.required.iter().map(Required::of).collect(),
            reason: evaluation.reason.as_deref(),
            remediation: &evaluation.remediation,
            references: evaluation.control.references,
            waiver: evaluation.waiver.as_ref().map(Waiver::of),
            fingerprint: report.fingerprint(evaluation),
            tolerated: evaluation.tolerated,
            fix: fix.iter().map(Change::of).collect(),
        }
    }
}

/// What a finding is about.
#[derive(Serialize)]
pub(super) struct Resource<'r> {
    kind: &'static str,
    id: &'r str,
    name: Option<&'r str>,
    account: Option<&'r str>,
    region: Option<&'r str>,
    arn: Option<&'r str>,
}

impl<'r> Resource<'r> {
    pub(super) fn of(identity: &'r Identity) -> Self {
        Self {
            kind: identity.kind.name(),
            id: &identity.id,
            name: identity.name.as_deref(),
            account: identity.account.as_deref(),
            region: identity.region.as_deref(),
            arn: identity.arn.as_deref(),
        }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Seen<'r> {
    File {
        file: &'r str,
        line: u32,
        column: u32,
        pointer: &'r str,
    },
    Answer {
        api: Option<&'r str>,
        pointer: &'r str,
    },
}

impl<'r> Seen<'r> {
    fn of(place: &'r Place) -> Self {
        let pointer = place.pointer.as_str();
        match place.file.as_deref() {
            Some(file) => Self::File {
                file,
                line: place.line,
                column: place.column,
                pointer,
            },
            None => Self::Answer {
                api: place.api.as_deref(),
                pointer,
            },
        }
    }
}

#[derive(Serialize)]
struct Required<'r> {
    file: &'r str,
    line: u32,
    column: u32,
}

impl<'r> Required<'r> {
    fn of(origin: &'r Origin) -> Self {
        Self {
            file: &origin.file,
            line: origin.line,
            column: origin.column,
        }
    }
}

/// Who accepted a finding, why, and until when.
#[derive(Serialize)]
pub(super) struct Waiver<'r> {
    owner: &'r str,
    reason: &'r str,
    ticket: Option<&'r str>,
    expires: &'r str,
    file: &'r str,
    line: u32,
}

impl<'r> Waiver<'r> {
    pub(super) fn of(waived: &'r Waived) -> Self {
        Self {
            owner: &waived.owner,
            reason: &waived.reason,
            ticket: waived.ticket.as_deref(),
            expires: &waived.expires,
            file: &waived.origin.file,
            line: waived.origin.line,
        }
    }
}

#[derive(Serialize)]
struct Problem<'r> {
    what: &'r str,
    file: Option<&'r str>,
    line: Option<u32>,
    action: Option<&'r str>,
    why: &'r str,
}

impl<'r> Problem<'r> {
    fn of(obstacle: &'r Obstacle) -> Self {
        Self {
            what: &obstacle.what,
            file: obstacle.file.as_deref(),
            line: obstacle.line,
            action: obstacle.action.as_deref(),
            why: &obstacle.why,
        }
    }
}
