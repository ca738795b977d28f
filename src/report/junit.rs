//! JUnit XML, complete: every evaluation is a test case, named after its resource in the class of its control.
//!
//! Noncompliant is a failure, indeterminate an error, waived and not applicable are skipped with the word as their
//! type, as is a finding that a ratchet file tolerates. A test case has no members for an identity, so its `system-out` holds the whole of it as one line of JSON.
//! What could not be judged is no evaluation: it stands in the suite's `system-err`.

use super::finding::{self, trouble};
use super::{Options, evaluated_at, json};
use crate::control::Verdict;
use crate::escape;
use crate::judge::{Evaluation, Report};
use serde::Serialize;
use std::fmt::Write as _;
use std::io::{self, Write};

pub(super) fn render(report: &Report, options: Options, out: &mut dyn Write) -> io::Result<()> {
    let counts = report.counts;
    let silent = if options.all {
        counts.not_applicable
    } else {
        0
    };
    let numbers = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\"",
        counts.applicable() + silent,
        counts.noncompliant.total(),
        counts.indeterminate.total()
    );
    let name = attribute(&format!("{} {}", report.baseline, report.version));
    // `evaluated_at` ends in `Z`, which the type of a time stamp does not take.
    let at = evaluated_at(report);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"emr-baseline\" {numbers}>")?;
    writeln!(
        out,
        "  <testsuite name=\"{name}\" {numbers} skipped=\"{}\" timestamp=\"{}\">",
        counts.waived + silent + counts.tolerated(),
        at.trim_end_matches('Z')
    )?;
    writeln!(
        out,
        "    <properties>\n      <property name=\"baseline.digest\" value=\"{}\"/>\n    </properties>",
        attribute(&report.digest)
    )?;
    for evaluation in &report.evaluations {
        let evaluation = evaluation?;
        if options.shows(&evaluation) {
            out.write_all(test_case(report, &evaluation)?.as_bytes())?;
        }
    }
    let notes = report.notes.iter();
    block(out, "system-out", notes.map(|note| format!("note: {note}")))?;
    let obstacles = report.obstacles.iter();
    block(
        out,
        "system-err",
        obstacles.map(|obstacle| format!("not judged: {}", placed(obstacle))),
    )?;
    writeln!(out, "  </testsuite>\n</testsuites>")
}

fn placed(obstacle: &crate::judge::Obstacle) -> String {
    let place = finding::spot_of(obstacle).map_or(String::new(), |spot| spot.label() + ": ");
    format!("{place}{}", trouble(obstacle))
}

/// Lines in an element of their own, if there are any.
fn block(
    out: &mut dyn Write,
    element: &str,
    lines: impl ExactSizeIterator<Item = String>,
) -> io::Result<()> {
    if lines.len() == 0 {
        return Ok(());
    }
    writeln!(out, "    <{element}>")?;
    for line in lines {
        writeln!(out, "{}", content(&escape::terminal(&line)))?;
    }
    writeln!(out, "    </{element}>")
}

/// Who the test case is about, for readers that are programs.
#[derive(Serialize)]
struct About<'r> {
    control: &'r str,
    verdict: &'r str,
    severity: &'r str,
    resource: json::Resource<'r>,
    fingerprint: String,
}

fn test_case(report: &Report, evaluation: &Evaluation) -> io::Result<String> {
    let identity = &*evaluation.resource;
    let scope = [identity.account.as_deref(), identity.region.as_deref()];
    let scope: Vec<&str> = scope.into_iter().flatten().collect();
    let scope = if scope.is_empty() {
        String::new()
    } else {
        format!(" ({})", scope.join(", "))
    };
    let about = About {
        control: evaluation.control.id,
        verdict: evaluation.verdict.name(),
        severity: evaluation.severity.name(),
        resource: json::Resource::of(identity),
        fingerprint: report.fingerprint(evaluation),
    };
    // Of what JSON leaves as it is, XML refuses these two.
    let about = serde_json::to_string(&about)?
        .replace('\u{fffe}', "\\ufffe")
        .replace('\u{ffff}', "\\uffff");
    Ok(format!(
        "    <testcase classname=\"{}\" name=\"{}\">\n{}      <system-out>{}</system-out>\n    </testcase>\n",
        attribute(evaluation.control.id),
        attribute(&format!("{} {}{scope}", identity.kind, identity.id)),
        outcome(evaluation),
        content(&about),
    ))
}

/// What came out, unless it is a pass.
fn outcome(evaluation: &Evaluation) -> String {
    let message = attribute(&evaluation.message);
    let (element, word) = match evaluation.verdict {
        Verdict::Noncompliant | Verdict::Indeterminate if evaluation.tolerated => {
            ("skipped", "tolerated")
        }
        Verdict::Compliant => return String::new(),
        Verdict::Noncompliant => ("failure", evaluation.severity.name()),
        Verdict::Indeterminate => ("error", evaluation.severity.name()),
        Verdict::Waived | Verdict::NotApplicable => ("skipped", evaluation.verdict.name()),
    };
    let mut text = String::new();
    let _ = write!(
        text,
        "      <{element} type=\"{word}\" message=\"{message}\">"
    );
    for line in details(evaluation) {
        text.push_str(&content(&escape::terminal(&line)));
        text.push('\n');
    }
    let _ = writeln!(text, "</{element}>");
    text
}

/// What a reader of a test report wants to know, line by line.
fn details(evaluation: &Evaluation) -> Vec<String> {
    let seen = evaluation.seen.iter().map(|place| {
        let spot = place.file.as_deref().map(|file| finding::Spot {
            file,
            line: place.line,
            column: place.column,
        });
        let api = place.api.as_deref().unwrap_or_default();
        let at = spot.map_or(api.to_owned(), finding::Spot::label);
        format!("seen at {at} {}", place.pointer)
    });
    let required = evaluation
        .required
        .iter()
        .map(|origin| format!("required by {}:{}", origin.file, origin.line));
    let texts = [
        ("expected", evaluation.expected.as_str()),
        ("observed", &evaluation.observed),
        ("missing", evaluation.reason.as_deref().unwrap_or_default()),
        ("fix", &evaluation.remediation),
    ];
    let texts = texts
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(label, text)| format!("{label}: {text}"));
    let waiver = evaluation.waiver.iter().map(|waiver| {
        format!(
            "waived by {} until {}: {}",
            waiver.owner, waiver.expires, waiver.reason
        )
    });
    seen.chain(required).chain(texts).chain(waiver).collect()
}

/// Text between tags.
fn content(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            // Readers turn a bare one into a line feed.
            '\r' => safe.push_str("&#13;"),
            '\n' | '\t' => safe.push(letter),
            // XML 1.0 has no way to write these.
            '\u{fffe}' | '\u{ffff}' | '\0'..='\u{1f}' => {
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(letter));
            }
            _ => safe.push(letter),
        }
    }
    safe
}

/// Text between quotes, where readers turn white space into spaces unless it is written out.
fn attribute(text: &str) -> String {
    content(text)
        .replace('"', "&quot;")
        .replace('\n', "&#10;")
        .replace('\t', "&#9;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_stays_text() {
        assert_eq!(content("</a>&]]>"), "&lt;/a&gt;&amp;]]&gt;");
        assert_eq!(
            attribute("\" x=\"1\"\r\n\t"),
            "&quot; x=&quot;1&quot;&#13;&#10;&#9;"
        );
        assert_eq!(content("\0\u{1b}\u{ffff}"), "\\u{0}\\u{1b}\\u{ffff}");
    }
}
