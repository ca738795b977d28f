//! SARIF 2.1.0, complete: every evaluation is a result, and what could not be known has `kind: "open"`.
//!
//! Waived findings are failures with a suppression, compliant ones are passes. GitHub shows every result as an
//! alert, whatever its `kind` (microsoft/PSRule#955), and takes so much and no more;
//! [`Options::github_limits`] keeps to that.

mod limits;
mod log;
mod place;
mod rules;

use super::{Options, evaluated_at, json, level};
use crate::control::{Origin, Verdict};
use crate::judge::{Evaluation, Obstacle, Report};
use crate::observed::{Identity, Place};
use limits::Quota;
use log::{
    Artifact, ArtifactChange, Driver, Fingerprints, Fix, Id, Invocation, Location, Log, Logical,
    Notification, Outcome, OutcomeProperties, Physical, Region, Replacement, Run, RunProperties,
    SCHEMA, Suppression, SuppressionProperties, Text, Tool,
};
use rules::Rules;
use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::io::{self, Write};

pub(super) fn render(report: &Report, options: Options, out: &mut dyn Write) -> io::Result<()> {
    let rules = Rules::of(report);
    let mut results = Results {
        report,
        options,
        rules: &rules,
        quota: None,
    };
    if options.github_limits {
        results.quota = Some(results.quota()?);
    }
    let driver = Driver {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        semantic_version: env!("CARGO_PKG_VERSION"),
        rules: rules.objects(),
    };
    let run = Run {
        tool: Tool { driver },
        invocations: [invocation(report, results.quota.as_ref())],
        automation_details: Id {
            id: concat!(env!("CARGO_PKG_NAME"), "/"),
        },
        column_kind: "unicodeCodePoints",
        results,
        properties: RunProperties {
            evaluated_at: evaluated_at(report),
            baseline: json::Baseline::of(report),
            coverage: json::Coverage::of(report),
            summary: json::Summary::of(report),
        },
    };
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [run],
    };
    if options.github_limits {
        serde_json::to_writer(&mut *out, &log)?;
    } else {
        serde_json::to_writer_pretty(&mut *out, &log)?;
    }
    out.write_all(b"\n")
}

/// A run that could not see everything was not successful, whatever it found.
fn invocation<'r>(report: &'r Report, quota: Option<&Quota>) -> Invocation<'r> {
    let obstacles = report
        .obstacles
        .iter()
        .map(|obstacle| of_obstacle(report, obstacle));
    let notes = report.notes.iter().map(|note| Notification {
        level: "note",
        message: Text { text: plain(note) },
        locations: Vec::new(),
    });
    let cut = quota.map(|quota| Notification {
        level: "note",
        message: Text {
            text: quota.said().into(),
        },
        locations: Vec::new(),
    });
    let room = if quota.is_some() {
        limits::NOTIFICATIONS
    } else {
        usize::MAX
    };
    Invocation {
        execution_successful: report.counts.unknown() == 0 && report.obstacles.is_empty(),
        tool_execution_notifications: cut
            .into_iter()
            .chain(obstacles.chain(notes).take(room))
            .collect(),
    }
}

fn of_obstacle<'r>(report: &'r Report, obstacle: &'r Obstacle) -> Notification<'r> {
    let action = obstacle.action.as_deref();
    let action = action.map_or(String::new(), |action| format!(" ({action})"));
    let text = format!("{}: {}{action}", obstacle.what, obstacle.why);
    let location = obstacle.file.as_deref().map(|file| Location {
        physical: Some(place::physical(
            &report.sources,
            file,
            obstacle.line.unwrap_or(0),
            obstacle.column.unwrap_or(0),
            (0, 0),
        )),
        ..NOWHERE
    });
    Notification {
        level: "error",
        message: Text {
            text: plain(&text).into_owned().into(),
        },
        locations: location.into_iter().collect(),
    }
}

const NOWHERE: Location<'static> = Location {
    id: None,
    message: None,
    physical: None,
    logical: Vec::new(),
};

struct Results<'r> {
    report: &'r Report,
    options: Options,
    rules: &'r Rules,
    /// How many results are written, if not all.
    quota: Option<Quota>,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        let mut shares = self.quota.as_ref().map(Quota::shares);
        for evaluation in &self.report.evaluations {
            let evaluation = evaluation.map_err(S::Error::custom)?;
            let kept = match &mut shares {
                None => self.options.shows(&evaluation),
                Some(shares) => shares.takes(&evaluation),
            };
            if kept {
                list.serialize_element(&self.outcome(&evaluation))?;
            }
        }
        list.end()
    }
}

impl Results<'_> {
    /// What GitHub takes of these results: the worst, as many and as long as it takes.
    fn quota(&self) -> io::Result<Quota> {
        let mut quota = Quota::default();
        for evaluation in &self.report.evaluations {
            let evaluation = evaluation?;
            if limits::rank(&evaluation).is_some() {
                let size = serde_json::to_vec(&self.outcome(&evaluation))?.len();
                quota.offer(&evaluation, size + 1);
            }
        }
        quota.settle(self.report);
        Ok(quota)
    }

    fn outcome<'r>(&'r self, evaluation: &'r Evaluation) -> Outcome<'r> {
        let (kind, level) = match evaluation.verdict {
            Verdict::Compliant => ("pass", "none"),
            Verdict::Noncompliant | Verdict::Waived => ("fail", level(evaluation.severity)),
            Verdict::Indeterminate => ("open", "none"),
            Verdict::NotApplicable => ("notApplicable", "none"),
        };
        let (locations, related_locations) = self.locations(evaluation);
        Outcome {
            rule_id: evaluation.control.id,
            rule_index: self.rules.index(evaluation.control.id),
            kind,
            level,
            message: Text {
                text: message(evaluation).into(),
            },
            locations,
            related_locations,
            partial_fingerprints: Fingerprints {
                ours: self.report.fingerprint(evaluation),
            },
            baseline_state: self.state(evaluation),
            suppressions: self.suppression(evaluation).into_iter().collect(),
            fixes: self.fix(evaluation).into_iter().collect(),
            properties: OutcomeProperties {
                verdict: evaluation.verdict.name(),
                severity: evaluation.severity.name(),
                resource: json::Resource::of(&evaluation.resource),
                expected: &evaluation.expected,
                observed: &evaluation.observed,
                reason: evaluation.reason.as_deref(),
                remediation: &evaluation.remediation,
            },
        }
    }

    /// The first place in a file is the result's; what was seen live has the baseline's line instead, because
    /// viewers refuse results that stand nowhere. All other places are related.
    fn locations<'r>(&self, evaluation: &'r Evaluation) -> (Vec<Location<'r>>, Vec<Location<'r>>) {
        let mut seen = evaluation.seen.iter().filter_map(|place| self.seen(place));
        let mut required = evaluation.required.iter();
        let first = seen
            .next()
            .or_else(|| required.next().map(|origin| self.required(origin)));
        let main = Location {
            physical: first,
            logical: vec![logical(&evaluation.resource)],
            ..NOWHERE
        };
        let seen = seen.map(|physical| ("also seen here", physical));
        let required = required.map(|origin| ("required here", self.required(origin)));
        let related = seen
            .chain(required)
            .enumerate()
            .map(|(at, (text, physical))| Location {
                id: Some(at + 1),
                message: Some(Text { text: text.into() }),
                physical: Some(physical),
                ..NOWHERE
            });
        let room = if self.options.github_limits {
            limits::RELATED
        } else {
            usize::MAX
        };
        (vec![main], related.take(room).collect())
    }

    fn seen(&self, place: &Place) -> Option<Physical> {
        let file = place.file.as_deref()?;
        Some(place::physical(
            &self.report.sources,
            file,
            place.line,
            place.column,
            place.bytes,
        ))
    }

    fn required(&self, origin: &Origin) -> Physical {
        place::physical(
            &self.report.sources,
            &origin.file,
            origin.line,
            origin.column,
            origin.bytes,
        )
    }

    /// With a ratchet file, what it tolerates is not new, in SARIF's own words; without one nothing is compared.
    fn state(&self, evaluation: &Evaluation) -> Option<&'static str> {
        self.report.before.ratchet.as_ref()?;
        Some(if evaluation.tolerated {
            "unchanged"
        } else {
            "new"
        })
    }

    /// What was seen to mend it, if that was worked out.
    fn fix<'r>(&'r self, evaluation: &Evaluation) -> Option<Fix<'r>> {
        let patches = self.report.patches_of(evaluation);
        if patches.is_empty() {
            return None;
        }
        let files = patches.chunk_by(|one, next| one.file == next.file);
        let changes = files.filter_map(|patches| {
            let replacements = patches.iter().map(|patch| Replacement {
                deleted_region: Region {
                    start_line: patch.start.0,
                    start_column: Some(patch.start.1),
                    end_line: Some(patch.end.0),
                    end_column: Some(patch.end.1),
                },
                inserted_content: Text {
                    text: Cow::Borrowed(patch.text.as_str()),
                },
            });
            Some(ArtifactChange {
                artifact_location: Artifact {
                    uri: place::uri(&patches.first()?.file),
                },
                replacements: replacements.collect(),
            })
        });
        Some(Fix {
            description: Text {
                text: "write what the baseline determines".into(),
            },
            artifact_changes: changes.collect(),
        })
    }

    fn suppression<'r>(&self, evaluation: &'r Evaluation) -> Option<Suppression<'r>> {
        if evaluation.verdict != Verdict::Waived {
            return None;
        }
        let waived = evaluation.waiver.as_ref()?;
        let ticket = waived.ticket.as_deref();
        let ticket = ticket.map_or(String::new(), |ticket| format!(", {ticket}"));
        Some(Suppression {
            kind: "external",
            status: "accepted",
            justification: format!(
                "{} ({}, until {}{ticket})",
                waived.reason, waived.owner, waived.expires
            ),
            location: Location {
                physical: Some(self.required(&waived.origin)),
                ..NOWHERE
            },
            properties: SuppressionProperties {
                waiver: json::Waiver::of(waived),
            },
        })
    }
}

fn logical(identity: &Identity) -> Logical<'_> {
    Logical {
        name: identity.name.as_deref().unwrap_or(&identity.id),
        fully_qualified_name: identity.arn.as_deref().unwrap_or(&identity.id),
        kind: "resource",
    }
}

/// What is said of which resource, and then what to do: viewers show the message and nothing else.
fn message(evaluation: &Evaluation) -> String {
    let identity = &*evaluation.resource;
    let name = identity
        .arn
        .as_deref()
        .or(identity.name.as_deref())
        .unwrap_or(&identity.id);
    let said = if evaluation.message.is_empty() {
        evaluation.verdict.name()
    } else {
        &evaluation.message
    };
    let mut text = format!("{} `{name}`: {said}", identity.kind);
    let reason = evaluation
        .reason
        .as_deref()
        .filter(|reason| !said.contains(reason));
    for more in reason.into_iter().chain([&*evaluation.remediation]) {
        if !more.is_empty() {
            text.push('\n');
            text.push_str(more);
        }
    }
    plain(&text).into_owned()
}

/// Text from outside must not become a link: `[text](target)` is one in SARIF messages, unless escaped
/// (SARIF 2.1.0, section 3.11.6).
fn plain(text: &str) -> Cow<'_, str> {
    if text.contains("](") {
        text.replace('[', "\\[").replace(']', "\\]").into()
    } else {
        text.into()
    }
}
