//! One finding: what is wrong, the line it is about, the line that asks for it, and what to do.

use super::excerpt::excerpt;
use super::page::{BOLD, DIM, MAGENTA, Page};
use super::{columns, severity_style};
use crate::control::{Origin, Verdict};
use crate::escape;
use crate::judge::{Evaluation, Report};
use crate::observed::Place;
use std::io;

/// Columns before a finding's details.
const INDENT: usize = 4;
/// Further places of either sort that are listed.
const PLACES: usize = 3;

pub(super) fn write(page: &mut Page<'_>, report: &Report, finding: &Evaluation) -> io::Result<()> {
    head(page, finding)?;
    let mut shown = String::new();
    let mut seen = finding.seen.iter();
    if let Some(first) = seen.next() {
        place(page, "-->", first)?;
        shown = line_of(page, report, finding, first)?;
    }
    for place_too in seen.by_ref().take(PLACES) {
        place(page, "and", place_too)?;
    }
    if let more @ 1.. = seen.len() {
        page.line(&format!("{:INDENT$}and {more} more places", ""))?;
    }
    required(page, report, &finding.required)?;
    values(page, finding, &shown)?;
    advice(page, finding)
}

fn head(page: &mut Page<'_>, finding: &Evaluation) -> io::Result<()> {
    let style = severity_style(finding.severity);
    let mut line = page.paint(style, finding.severity.name());
    let mut columns = finding.severity.name().len();
    if finding.verdict == Verdict::Indeterminate {
        let word = ", indeterminate";
        line.push_str(&page.paint(MAGENTA, word));
        columns += word.len();
    }
    let id = finding.control.id;
    let label = format!("{line}[{}]:", page.paint(BOLD, id));
    // The label is longer in bytes than in columns when it is painted.
    columns += id.len() + "[]:".len();
    let message = escape::terminal(&finding.message);
    if 2 + columns + 1 + columns::width(&message) <= page.width {
        return page.line(&format!("  {label} {message}"));
    }
    page.line(&format!("  {label}"))?;
    page.paragraph(INDENT, (BOLD, ""), &finding.message, INDENT)
}

fn place(page: &mut Page<'_>, arrow: &str, place: &Place) -> io::Result<()> {
    let text = match (&place.file, &place.api) {
        (Some(file), _) => format!("{}:{}:{}", escape::terminal(file), place.line, place.column),
        (None, Some(api)) => format!(
            "{} {}",
            escape::terminal(api),
            escape::terminal(&place.pointer)
        ),
        (None, None) => escape::terminal(&place.pointer).into_owned(),
    };
    let arrow = page.paint(DIM, arrow);
    page.line(&format!("{:INDENT$}{arrow} {text}", ""))
}

/// The line of the input, with a caret under what is meant; returns what it shows.
fn line_of(
    page: &mut Page<'_>,
    report: &Report,
    finding: &Evaluation,
    place: &Place,
) -> io::Result<String> {
    let source = place
        .file
        .as_ref()
        .and_then(|file| report.sources.get(file));
    let Some(source) = source else {
        return Ok(String::new());
    };
    let number = place.line.to_string();
    let gutter = number.len().max(5) + " | ".len();
    let room = page.width.saturating_sub(gutter);
    let hide = is_about_secrets(finding);
    let Some(excerpt) = excerpt(source, place.bytes, room, hide) else {
        return Ok(String::new());
    };
    let bar = page.paint(DIM, "|");
    page.line(&format!("{number:>5} {bar} {}", excerpt.text))?;
    let carets = "^".repeat(excerpt.caret.len());
    let carets = page.paint(severity_style(finding.severity), &carets);
    let blank = " ".repeat(gutter - " | ".len());
    page.line(&format!(
        "{blank} {bar} {}{carets}",
        " ".repeat(excerpt.caret.start)
    ))?;
    Ok(excerpt.text)
}

/// Controls whose findings point at secrets; the value is never shown.
fn is_about_secrets(finding: &Evaluation) -> bool {
    let id = finding.control.id;
    ["secret", "password", "credential", "connections"]
        .iter()
        .any(|word| id.contains(word))
}

/// The lines of the baseline, each on one line.
fn required(page: &mut Page<'_>, report: &Report, origins: &[Origin]) -> io::Result<()> {
    const LABEL: &str = "required by";
    for (at, origin) in origins.iter().take(PLACES).enumerate() {
        let label = if at == 0 { LABEL } else { "" };
        let label = page.paint(DIM, &format!("{label:width$}", width = LABEL.len()));
        let file = escape::terminal(&origin.file);
        let place = format!("{file}:{}", origin.line);
        let room = page
            .width
            .saturating_sub(INDENT + LABEL.len() + columns::width(&place) + 3)
            .max(20);
        let line = report
            .sources
            .get(&*origin.file)
            .and_then(|source| excerpt(source, origin.bytes, room, false));
        let line = line.map_or(String::new(), |line| format!(": {}", line.text));
        page.line(&format!("{:INDENT$}{label} {place}{line}", ""))?;
    }
    if origins.len() > PLACES {
        let more = origins.len() - PLACES;
        page.line(&format!(
            "{:INDENT$}{:width$} and {more} more lines",
            "",
            "",
            width = LABEL.len()
        ))?;
    }
    Ok(())
}

/// What was asked for and what was seen, as far as neither the message nor the line says it.
fn values(page: &mut Page<'_>, finding: &Evaluation, shown: &str) -> io::Result<()> {
    let said = |text: &str| says(&finding.message, text) || says(&finding.remediation, text);
    let mut parts = Vec::new();
    if !said(&finding.expected) {
        parts.push(format!("expected {}", finding.expected));
    }
    if !says(&finding.message, &finding.observed) && !says(shown, &finding.observed) {
        parts.push(format!("observed {}", finding.observed));
    }
    if parts.is_empty() {
        return Ok(());
    }
    page.paragraph(INDENT, (DIM, ""), &parts.join(", "), INDENT + 2)
}

/// Whether `text` stands in `message` as a word of its own.
fn says(message: &str, text: &str) -> bool {
    let inside = |at: usize| {
        let joined = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        let before = message
            .get(..at)
            .and_then(|before| before.chars().next_back());
        let after = message
            .get(at + text.len()..)
            .and_then(|after| after.chars().next());
        !joined(before) && !joined(after)
    };
    text.is_empty() || message.match_indices(text).any(|(at, _)| inside(at))
}

fn advice(page: &mut Page<'_>, finding: &Evaluation) -> io::Result<()> {
    let mut label = "fix:";
    if finding.verdict == Verdict::Indeterminate {
        label = "supply:";
        let reason = finding.reason.as_deref().unwrap_or_default();
        if !says(&finding.message, reason) {
            page.paragraph(INDENT, (DIM, "missing:"), reason, INDENT + 2)?;
        }
    }
    if finding.remediation.is_empty() {
        return Ok(());
    }
    page.paragraph(INDENT, (DIM, label), &finding.remediation, INDENT + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_said_only_as_a_word_of_its_own() {
        assert!(says("`EnableX` is false", "false"));
        assert!(says("anything", ""));
        assert!(!says("`EnableX` is 12", "2"));
        assert!(!says("truest", "true"));
    }
}
