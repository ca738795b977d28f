//! A job summary in GitHub's Markdown: what the run came to, and a table of findings, the worst first.
//!
//! GitHub takes 1 MiB of a step and drops a longer summary whole, so the table ends before that and says how much it
//! left out. Names and values come from whoever wrote the input and are shown as they are, never as markup.

use super::finding::{self, Spot, name, plural, required, spot, spot_of, trouble, unlisted};
use super::{Options, evaluated_at};
use crate::control::{Severity, Verdict};
use crate::escape;
use crate::judge::{Evaluation, Report};
use std::fmt::Write as _;
use std::io::{self, Write};

/// The longest summary, in bytes: GitHub's 1 MiB, less room for what else the step writes.
const BUDGET: usize = 1_000_000;
/// Room in it for everything but the rows of the table.
const REST: usize = 100_000;
/// The longest text in a cell, in characters.
const LONGEST: usize = 600;
/// Things not judged, and notes, that are listed.
const LISTED: usize = 50;

const HEAD: &str = "\
| Severity | Control | Resource | Finding | Seen | Required by |
| --- | --- | --- | --- | --- | --- |
";

pub(super) fn render(report: &Report, _: Options, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::default();
    for evaluation in &report.evaluations {
        let evaluation = evaluation?;
        if evaluation.is_finding() {
            table.put(&evaluation);
        }
    }
    writeln!(out, "## emr-baseline: {}\n", outcome(report))?;
    writeln!(
        out,
        "Baseline {} {}, judged at {}: {}.\n",
        code(&report.baseline),
        code(&report.version),
        evaluated_at(report),
        plural(report.coverage.resources, "resource"),
    )?;
    table.write(out)?;
    let obstacles = report.obstacles.iter().map(|obstacle| {
        let place = spot_of(obstacle).map_or(String::new(), |spot| spot.label() + ": ");
        format!("{}{}", code(&place), prose(&trouble(obstacle)))
    });
    list(out, "Not judged", obstacles)?;
    writeln!(
        out,
        "Not listed here: {}; {} left to `audit`.",
        plain(&unlisted(report)),
        report.coverage.left_to_audit
    )
}

/// What the run came to, in few words.
fn outcome(report: &Report) -> String {
    let counts = report.counts;
    let obstacles = report.obstacles.len() as u64;
    let parts = [
        (counts.noncompliant.total(), "noncompliant"),
        (counts.indeterminate.total(), "indeterminate"),
        (obstacles, "not judged"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if !parts.is_empty() {
        parts.join(", ")
    } else if report.coverage.resources == 0 {
        "nothing was judged".to_owned()
    } else if finding::has_old(report) {
        "nothing new".to_owned()
    } else {
        "compliant".to_owned()
    }
}

/// Rows by how bad they are, and how many there would be.
#[derive(Default)]
struct Table {
    ranks: [Rank; 2 * Severity::ALL.len()],
}

#[derive(Default)]
struct Rank {
    rows: Vec<String>,
    bytes: usize,
    count: u64,
}

impl Table {
    fn put(&mut self, evaluation: &Evaluation) {
        let severity = Severity::ALL
            .iter()
            .position(|one| *one == evaluation.severity)
            .unwrap_or_default();
        let unknown = usize::from(evaluation.verdict == Verdict::Indeterminate);
        let Some(rank) = self.ranks.get_mut(severity + unknown * Severity::ALL.len()) else {
            return;
        };
        rank.count += 1;
        // More of one rank than the whole page takes need not be kept.
        if rank.bytes <= BUDGET {
            let row = row(evaluation);
            rank.bytes += row.len();
            rank.rows.push(row);
        }
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let total: u64 = self.ranks.iter().map(|rank| rank.count).sum();
        if total == 0 {
            return Ok(());
        }
        out.write_all(HEAD.as_bytes())?;
        let (mut left, mut written) = (BUDGET - REST, 0);
        for row in self.ranks.iter().flat_map(|rank| &rank.rows) {
            let Some(rest) = left.checked_sub(row.len()) else {
                break;
            };
            left = rest;
            written += 1;
            out.write_all(row.as_bytes())?;
        }
        if written < total {
            writeln!(
                out,
                "\n**{} left out**: GitHub takes 1 MiB of a job summary. The JSON report has all.",
                plural(total - written, "finding")
            )?;
        }
        writeln!(out)
    }
}

fn row(evaluation: &Evaluation) -> String {
    let identity = &*evaluation.resource;
    let unknown = evaluation.verdict == Verdict::Indeterminate;
    let severity = if unknown {
        format!("{}, not determined", evaluation.severity)
    } else {
        format!("**{}**", evaluation.severity)
    };
    let mut said = prose(&evaluation.message);
    for (label, text) in [
        ("missing", evaluation.reason.as_deref().unwrap_or_default()),
        ("fix", &evaluation.remediation),
    ] {
        if !text.is_empty() {
            let _ = write!(said, "<br>{label}: {}", prose(text));
        }
    }
    let place = |spot: Option<Spot<'_>>| spot.map_or(String::new(), |spot| code(&spot.label()));
    format!(
        "| {severity} | {} | {} {} | {said} | {} | {} |\n",
        code(evaluation.control.id),
        identity.kind,
        code(name(identity)),
        place(spot(evaluation)),
        place(required(evaluation)),
    )
}

/// A heading and a list, if there is anything to list.
fn list(
    out: &mut dyn Write,
    heading: &str,
    mut lines: impl ExactSizeIterator<Item = String>,
) -> io::Result<()> {
    if lines.len() == 0 {
        return Ok(());
    }
    writeln!(out, "### {heading}\n")?;
    for line in lines.by_ref().take(LISTED) {
        writeln!(out, "- {line}")?;
    }
    if lines.len() > 0 {
        writeln!(out, "- and {} more", lines.len())?;
    }
    writeln!(out)
}

/// A name or a place, set as code.
fn code(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("<code>{}</code>", plain(&finding::cut(text, LONGEST)))
    }
}

/// A message of ours with words of theirs between backticks, which are set as code.
fn prose(text: &str) -> String {
    let text = finding::cut(text, LONGEST);
    let pieces: Vec<&str> = text.split('`').collect();
    if pieces.len().is_multiple_of(2) {
        // A backtick of theirs: nobody knows what is quoted.
        return plain(&text);
    }
    let mut marked = String::new();
    for (at, piece) in pieces.into_iter().enumerate() {
        if at % 2 == 0 {
            marked.push_str(&plain(piece));
        } else {
            let _ = write!(marked, "<code>{}</code>", plain(piece));
        }
    }
    marked
}

/// Text without any meaning to Markdown or HTML: every mark is written as a character reference, which stands for
/// the character and never for markup (`CommonMark` 0.31, section 2.5).
fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    for letter in escape::terminal(text).chars() {
        let harmless = match letter {
            ',' | '-' | '/' | '(' | ')' | ';' => true,
            // `www.` begins a link.
            '.' => !matches!(before, 'w' | 'W'),
            _ => !letter.is_ascii_punctuation(),
        };
        if harmless {
            safe.push(letter);
        } else {
            let _ = write!(safe, "&#{};", u32::from(letter));
        }
        before = letter;
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_markup() {
        assert_eq!(
            code("a|b](x)<script>"),
            "<code>a&#124;b&#93;(x)&#60;script&#62;</code>"
        );
        assert_eq!(code("a\n|"), "<code>a&#92;n&#124;</code>");
        // GitHub makes links of these without any mark around them.
        assert_eq!(
            plain("www.x.org https://x.org"),
            "www&#46;x.org https&#58;//x.org"
        );
    }

    #[test]
    fn words_between_backticks_are_code_unless_a_backtick_is_theirs() {
        assert_eq!(prose("`A` is off"), "<code>A</code> is off");
        assert_eq!(prose("`a`b` is off"), "&#96;a&#96;b&#96; is off");
    }
}
