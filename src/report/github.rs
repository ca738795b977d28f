//! Workflow annotations of GitHub Actions: a line `::error file=…::message` for each finding, worst first.
//!
//! GitHub shows ten errors, ten warnings and ten notices of a step and silently drops the rest, so no more are
//! written and the last line says how many are not. Names and values come from whoever wrote the input: nothing of
//! theirs can end a command or begin another.

use super::finding::{self, Spot, headline, plural, required, spot, spot_of, trouble, unlisted};
use super::{Options, level};
use crate::control::{Severity, Verdict};
use crate::escape;
use crate::judge::{Evaluation, Report};
use std::io::{self, Write};

/// Annotations of each level that GitHub shows of one step.
const SHOWN: usize = 10;
/// The longest message, in characters.
const LONGEST: usize = 4000;
/// The levels of annotations, the loudest first.
const LEVELS: [&str; 3] = ["error", "warning", "notice"];

pub(super) fn render(report: &Report, _: Options, out: &mut dyn Write) -> io::Result<()> {
    let mut shelf = Shelf::default();
    for obstacle in &report.obstacles {
        let text = finding::cut(&trouble(obstacle), LONGEST);
        let line = command("error", spot_of(obstacle), "not judged", &[text]);
        shelf.put(0, Severity::Critical, line);
    }
    for evaluation in &report.evaluations {
        let evaluation = evaluation?;
        if evaluation.is_finding() {
            let (rank, line) = annotation(&evaluation);
            shelf.put(rank, evaluation.severity, line);
        }
    }
    shelf.write(report, out)
}

/// Annotations by level and severity, no more of each than can be shown.
#[derive(Default)]
struct Shelf {
    lines: [[Vec<String>; Severity::ALL.len()]; LEVELS.len()],
    count: u64,
}

impl Shelf {
    fn put(&mut self, level: usize, severity: Severity, line: String) {
        self.count += 1;
        let worst_first = Severity::ALL.iter().position(|one| *one == severity);
        let row = self
            .lines
            .get_mut(level)
            .and_then(|rows| rows.get_mut(worst_first.unwrap_or_default()));
        if let Some(row) = row.filter(|row| row.len() < SHOWN) {
            row.push(line);
        }
    }

    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let mut written = 0;
        for rows in &self.lines {
            for line in rows.iter().flatten().take(SHOWN) {
                writeln!(out, "{line}")?;
                written += 1;
            }
        }
        let cut = self.count - written;
        let cut = if cut == 0 {
            String::new()
        } else {
            format!(
                "; {} beyond the {SHOWN} of each level that GitHub shows",
                plural(cut, "more finding")
            )
        };
        let (annotated, others) = (plural(written, "annotation"), unlisted(report));
        writeln!(
            out,
            "emr-baseline: {annotated}{cut}; not annotated: {others}"
        )
    }
}

/// The level of a finding, as an index into [`LEVELS`], and its line.
fn annotation(evaluation: &Evaluation) -> (usize, String) {
    let loudest = match level(evaluation.severity) {
        "error" => 0,
        "warning" => 1,
        _ => 2,
    };
    // What could not be known is no failure yet: it must not crowd failures out.
    let (rank, verdict) = if evaluation.verdict == Verdict::Indeterminate {
        (loudest.max(1), ", not determined")
    } else {
        (loudest, "")
    };
    let title = format!(
        "{} ({}{verdict})",
        evaluation.control.id, evaluation.severity
    );
    let mut lines = vec![headline(evaluation)];
    let reason = evaluation.reason.as_deref();
    lines.extend(reason.map(|reason| format!("missing: {reason}")));
    if !evaluation.remediation.is_empty() {
        lines.push(format!("fix: {}", evaluation.remediation));
    }
    lines.extend(required(evaluation).map(|line| format!("required by {}", line.label())));
    let lines: Vec<String> = lines
        .iter()
        .map(|line| finding::cut(&escape::terminal(line), LONGEST))
        .collect();
    let name = LEVELS.get(rank).copied().unwrap_or("notice");
    (rank, command(name, spot(evaluation), &title, &lines))
}

fn command(level: &str, spot: Option<Spot<'_>>, title: &str, lines: &[String]) -> String {
    let mut properties = Vec::new();
    if let Some(spot) = spot.filter(|spot| spot.is_on_disk()) {
        properties.push(format!("file={}", property(&escape::terminal(spot.file))));
        if spot.line > 0 {
            properties.push(format!("line={}", spot.line));
        }
        if spot.line > 0 && spot.column > 0 {
            properties.push(format!("col={}", spot.column));
        }
    }
    properties.push(format!("title={}", property(&escape::terminal(title))));
    let message = data(&lines.join("\n"));
    format!("::{level} {}::{message}", properties.join(","))
}

/// A message as the runner's toolkit escapes it.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property as the runner's toolkit escapes it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_end_a_command_or_add_a_property() {
        let spot = Spot {
            file: "a,line=1::b\n::error::c%0A.json",
            line: 7,
            column: 2,
        };
        let line = command("error", Some(spot), "t:1,2", &["50%\n::warning::x".into()]);
        assert_eq!(
            line,
            "::error file=a%2Cline=1%3A%3Ab\\n%3A%3Aerror%3A%3Ac%250A.json,line=7,col=2,title=t%3A1%2C2\
             ::50%25%0A::warning::x"
        );
    }

    #[test]
    fn a_shipped_baseline_is_no_file_of_the_repository() {
        let spot = Spot {
            file: "builtin:minimum",
            line: 7,
            column: 2,
        };
        assert_eq!(
            command("notice", Some(spot), "t", &["m".into()]),
            "::notice title=t::m"
        );
    }
}
