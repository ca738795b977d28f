//! What extracts of a report share: how a finding is called, and where it stands.

use crate::escape;
use crate::judge::{Evaluation, Obstacle, Report};
use crate::observed::Identity;
use std::fmt::Write as _;

/// A line of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot<'r> {
    pub(super) file: &'r str,
    /// One-based; 0 when only the file is known.
    pub(super) line: u32,
    /// One-based; 0 when only the line is known.
    pub(super) column: u32,
}

/// Where a reader of files should look: at the first place seen in one, else at the line of the baseline that asks.
pub(super) fn spot(evaluation: &Evaluation) -> Option<Spot<'_>> {
    let seen = evaluation.seen.iter().find_map(|place| {
        Some(Spot {
            file: place.file.as_deref()?,
            line: place.line,
            column: place.column,
        })
    });
    seen.or_else(|| required(evaluation))
}

/// The first line of the baseline that asks.
pub(super) fn required(evaluation: &Evaluation) -> Option<Spot<'_>> {
    let origin = evaluation.required.first()?;
    Some(Spot {
        file: &origin.file,
        line: origin.line,
        column: origin.column,
    })
}

impl Spot<'_> {
    /// `FILE:LINE`, or the file alone.
    pub(super) fn label(self) -> String {
        if self.line == 0 {
            self.file.to_owned()
        } else {
            format!("{}:{}", self.file, self.line)
        }
    }

    /// Whether the file is one on disk: the shipped baselines are not.
    pub(super) fn is_on_disk(self) -> bool {
        !self.file.starts_with("builtin:")
    }
}

/// What people call a resource.
pub(super) fn name(identity: &Identity) -> &str {
    identity.name.as_deref().unwrap_or(&identity.id)
}

/// What is said of which resource, in one line without anything that could steer a terminal.
pub(super) fn headline(evaluation: &Evaluation) -> String {
    let identity = &*evaluation.resource;
    let said = if evaluation.message.is_empty() {
        evaluation.verdict.name()
    } else {
        &evaluation.message
    };
    let text = format!("{} `{}`: {said}", identity.kind, name(identity));
    escape::terminal(&text).into_owned()
}

/// What could not be judged and why, in one line.
pub(super) fn trouble(obstacle: &Obstacle) -> String {
    let action = obstacle.action.as_deref();
    let action = action.map_or(String::new(), |action| format!(" (needs {action})"));
    let text = format!("{}: {}{action}", obstacle.what, obstacle.why);
    escape::terminal(&text).into_owned()
}

/// Where an obstacle stands.
pub(super) fn spot_of(obstacle: &Obstacle) -> Option<Spot<'_>> {
    Some(Spot {
        file: obstacle.file.as_deref()?,
        line: obstacle.line.unwrap_or(0),
        column: obstacle.column.unwrap_or(0),
    })
}

/// What an extract does not list, in words: `12 compliant, 2 waived`.
pub(super) fn unlisted(report: &Report) -> String {
    let counts = report.counts;
    let mut text = format!("{} compliant, {} waived", counts.compliant, counts.waived);
    if report.before.ratchet.is_some() {
        let _ = write!(text, ", {} tolerated", counts.tolerated());
    }
    if let Some((base, _)) = &report.before.base {
        let count = report.before.unchanged.applicable();
        let _ = write!(text, ", {count} unchanged since {}", escape::terminal(base));
    }
    text
}

/// Whether there are findings that are not listed because they were there before: without new ones, the report is
/// still not compliant.
pub(super) fn has_old(report: &Report) -> bool {
    report.counts.tolerated() + report.before.unchanged.applicable() > 0
}

/// `1 finding`, `2 findings`.
pub(super) fn plural(count: u64, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

/// The text, cut to a number of characters with an ellipsis.
pub(super) fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}
