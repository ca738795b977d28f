//! Comma-separated values after RFC 4180, complete: a row for each evaluation, for spreadsheets and scripts.
//!
//! Spreadsheets run a cell that begins like a formula, and names in it are chosen by whoever wrote the input: such a
//! cell gets an apostrophe in front, as does one that begins with an apostrophe, so that one is always to be taken off.

use super::{Options, evaluated_at};
use crate::escape;
use crate::judge::{Evaluation, Report};
use std::borrow::Cow;
use std::io::{self, Write};

/// The columns, in order.
const COLUMNS: [&str; 27] = [
    "control",
    "verdict",
    "severity",
    "resource_kind",
    "resource_id",
    "resource_name",
    "account",
    "region",
    "arn",
    "message",
    "expected",
    "observed",
    "reason",
    "remediation",
    "seen_file",
    "seen_line",
    "seen_column",
    "seen_api",
    "seen_pointer",
    "required_file",
    "required_line",
    "waiver_owner",
    "waiver_expires",
    "fingerprint",
    "baseline_digest",
    "evaluated_at",
    "tolerated",
];

pub(super) fn render(report: &Report, options: Options, out: &mut dyn Write) -> io::Result<()> {
    row(out, COLUMNS.map(Cow::Borrowed))?;
    let at = evaluated_at(report);
    for evaluation in &report.evaluations {
        let evaluation = evaluation?;
        if options.shows(&evaluation) {
            row(out, cells(&evaluation, report, &at))?;
        }
    }
    Ok(())
}

fn cells<'r>(evaluation: &'r Evaluation, report: &'r Report, at: &'r str) -> [Cow<'r, str>; 27] {
    let identity = &*evaluation.resource;
    let seen = evaluation.seen.first();
    let file = seen.and_then(|place| place.file.as_deref());
    // Lines and columns are of files: an API's answer has neither.
    let in_file = seen.filter(|place| place.file.is_some());
    let required = evaluation.required.first();
    let waiver = evaluation.waiver.as_ref();
    [
        evaluation.control.id.into(),
        evaluation.verdict.name().into(),
        evaluation.severity.name().into(),
        identity.kind.name().into(),
        identity.id.as_str().into(),
        text(identity.name.as_deref()),
        text(identity.account.as_deref()),
        text(identity.region.as_deref()),
        text(identity.arn.as_deref()),
        evaluation.message.as_ref().into(),
        evaluation.expected.as_str().into(),
        evaluation.observed.as_str().into(),
        text(evaluation.reason.as_deref()),
        evaluation.remediation.as_ref().into(),
        text(file),
        number(in_file.map(|place| place.line)),
        number(in_file.map(|place| place.column)),
        text(seen.and_then(|place| place.api.as_deref())),
        text(seen.map(|place| place.pointer.as_str())),
        text(required.map(|origin| &*origin.file)),
        number(required.map(|origin| origin.line)),
        text(waiver.map(|waiver| waiver.owner.as_str())),
        text(waiver.map(|waiver| waiver.expires.as_str())),
        report.fingerprint(evaluation).into(),
        report.digest.as_str().into(),
        at.into(),
        if evaluation.tolerated { "yes" } else { "" }.into(),
    ]
}

fn text(text: Option<&str>) -> Cow<'_, str> {
    text.unwrap_or_default().into()
}

fn number(number: Option<u32>) -> Cow<'static, str> {
    number
        .filter(|number| *number > 0)
        .map_or(Cow::Borrowed(""), |number| number.to_string().into())
}

fn row<'c>(out: &mut dyn Write, cells: impl IntoIterator<Item = Cow<'c, str>>) -> io::Result<()> {
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            out.write_all(b",")?;
        }
        // A spreadsheet reads line breaks in a cell; a log takes what follows them for a line of its own.
        out.write_all(quoted(&escape::terminal(&cell)).as_bytes())?;
    }
    out.write_all(b"\r\n")
}

/// A cell that no spreadsheet runs, in quotes where it needs them.
fn quoted(cell: &str) -> Cow<'_, str> {
    let guarded: Cow<'_, str> = if starts_a_formula(cell) {
        format!("'{cell}").into()
    } else {
        cell.into()
    };
    if guarded.contains([',', '"', '\r', '\n'])
        || guarded.starts_with(' ')
        || guarded.ends_with(' ')
    {
        format!("\"{}\"", guarded.replace('"', "\"\"")).into()
    } else {
        guarded
    }
}

/// The characters that make a spreadsheet run what follows, as OWASP lists them, with their full-width forms; white
/// space before them is skipped by some. An apostrophe is what such a cell is told by.
fn starts_a_formula(cell: &str) -> bool {
    let formula = [
        '=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ];
    cell.starts_with(['\'', '\t', '\r', '\n']) || cell.trim_start().starts_with(formula)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_a_spreadsheet_would_run_is_text() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\u{ff1d}1", "'x"] {
            assert!(
                quoted(cell).trim_start_matches('"').starts_with('\''),
                "{cell}"
            );
        }
        assert_eq!(
            quoted("=HYPERLINK(\"x\",1)"),
            "\"'=HYPERLINK(\"\"x\"\",1)\""
        );
        assert_eq!(quoted("\t=1"), "'\t=1");
    }

    #[test]
    fn a_line_break_in_a_name_begins_no_line() {
        let mut out = Vec::new();
        row(&mut out, ["a\n::error::pwn".into(), "\u{1b}[31m".into()]).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "a\\n::error::pwn,\\u{1b}[31m\r\n"
        );
    }

    #[test]
    fn a_cell_is_quoted_only_where_it_must_be() {
        for cell in ["", "a", "a-b", "emr.x", "größe", "a'b"] {
            assert_eq!(quoted(cell), cell);
        }
        assert_eq!(quoted("a,b"), "\"a,b\"");
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
        assert_eq!(quoted("a\nb"), "\"a\nb\"");
    }
}
