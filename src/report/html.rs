//! One page for a browser: findings by severity, what is waived, what was not judged, and a summary.
//!
//! It reads in order without its style.

use super::finding::{self, Spot, name, plural, required, spot, spot_of, trouble, unlisted};
use super::page::{self, text};
use super::{Options, evaluated_at};
use crate::control::Verdict;
use crate::judge::{Evaluation, Report};
use std::io::{self, Write};

const STYLE: &str = "td, th { padding: .3rem .5rem; }
table { width: 100%; }
p { margin: .2rem 0; }
";

pub(super) fn render(report: &Report, options: Options, out: &mut dyn Write) -> io::Result<()> {
    let title = format!("{} {}", report.baseline, report.version);
    page::begin(&format!("emr-baseline: {title}"), STYLE, out)?;
    writeln!(
        out,
        "<p>Judged at <time>{}</time>, baseline <code>{}</code>.</p>",
        evaluated_at(report),
        text(&report.digest)
    )?;
    summary(report, out)?;
    let unknown = report.counts.indeterminate.iter();
    for ((severity, failed), (_, unknown)) in report.counts.noncompliant.iter().zip(unknown) {
        let count = failed + unknown;
        let heading = format!("Findings, {severity}");
        let wanted = |one: &Evaluation| one.is_finding() && one.severity == severity;
        section(report, out, (&heading, count), wanted)?;
    }
    let of = |verdict: Verdict| move |one: &Evaluation| one.verdict == verdict;
    let counts = report.counts;
    section(report, out, ("Waived", counts.waived), of(Verdict::Waived))?;
    let tolerated = ("Tolerated", counts.tolerated());
    section(report, out, tolerated, |one| one.tolerated)?;
    obstacles(report, out)?;
    if options.all {
        let passed = ("Compliant", counts.compliant);
        section(report, out, passed, of(Verdict::Compliant))?;
        let silent = ("Not applicable", counts.not_applicable);
        section(report, out, silent, of(Verdict::NotApplicable))?;
    } else {
        writeln!(
            out,
            "<p>Beside the tables: {}; {} left to <code>audit</code>.</p>",
            text(&unlisted(report)),
            report.coverage.left_to_audit
        )?;
    }
    page::end(out)
}

fn summary(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let counts = report.counts;
    writeln!(out, "<table>\n<caption>Summary</caption>\n<tbody>")?;
    for (label, count) in [
        ("Resources judged", report.coverage.resources),
        ("Noncompliant", counts.noncompliant.total()),
        ("Indeterminate", counts.indeterminate.total()),
        ("Waived", counts.waived),
        ("Compliant", counts.compliant),
        ("Not judged", report.obstacles.len() as u64),
    ] {
        writeln!(
            out,
            "<tr><th scope=\"row\">{label}</th><td>{count}</td></tr>"
        )?;
    }
    writeln!(out, "</tbody>\n</table>")
}

/// One pass over the report for one table, which is left out when it would be empty.
fn section(
    report: &Report,
    out: &mut dyn Write,
    (heading, count): (&str, u64),
    wanted: impl Fn(&Evaluation) -> bool,
) -> io::Result<()> {
    if count == 0 {
        return Ok(());
    }
    writeln!(
        out,
        "<h2>{heading}</h2>\n<table>\n<caption>{}</caption>\n<thead>\n<tr><th scope=\"col\">Control</th>\
         <th scope=\"col\">Resource</th><th scope=\"col\">Verdict</th><th scope=\"col\">What and why</th>\
         <th scope=\"col\">Seen</th><th scope=\"col\">Required by</th></tr>\n</thead>\n<tbody>",
        plural(count, "evaluation")
    )?;
    for evaluation in &report.evaluations {
        let evaluation = evaluation?;
        if wanted(&evaluation) {
            row(&evaluation, out)?;
        }
    }
    writeln!(out, "</tbody>\n</table>")
}

fn row(evaluation: &Evaluation, out: &mut dyn Write) -> io::Result<()> {
    let identity = &*evaluation.resource;
    let waiver = evaluation.waiver.as_ref().map_or(String::new(), |waiver| {
        format!(
            "{} by {} until {}",
            waiver.reason, waiver.owner, waiver.expires
        )
    });
    write!(
        out,
        "<tr><th scope=\"row\"><code>{}</code></th><td>{} <code>{}</code></td><td>{}</td><td>",
        text(evaluation.control.id),
        identity.kind,
        text(name(identity)),
        evaluation.verdict
    )?;
    for (label, said) in [
        ("", evaluation.message.as_ref()),
        ("Expected: ", &evaluation.expected),
        ("Observed: ", &evaluation.observed),
        (
            "Missing: ",
            evaluation.reason.as_deref().unwrap_or_default(),
        ),
        ("Fix: ", &evaluation.remediation),
        ("Waived: ", &waiver),
    ] {
        if !said.is_empty() {
            write!(out, "<p>{label}{}</p>", text(said))?;
        }
    }
    let place = |spot: Option<Spot<'_>>| {
        spot.map_or(String::new(), |spot| {
            format!("<code>{}</code>", text(&spot.label()))
        })
    };
    writeln!(
        out,
        "</td><td>{}</td><td>{}</td></tr>",
        place(spot(evaluation)),
        place(required(evaluation))
    )
}

fn obstacles(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.obstacles.is_empty() {
        return Ok(());
    }
    writeln!(out, "<h2>Not judged</h2>\n<ul>")?;
    for obstacle in &report.obstacles {
        let place = spot_of(obstacle).map_or(String::new(), |spot| spot.label() + ": ");
        let said = finding::cut(&format!("{place}{}", trouble(obstacle)), 2000);
        writeln!(out, "<li>{}</li>", text(&said))?;
    }
    writeln!(out, "</ul>")
}
