//! The end of the report: what a reader in a hurry takes away.

use super::page::{BOLD, GREEN, MAGENTA, NONE, Page, RED};
use super::severity_style;
use crate::control::Severity;
use crate::judge::{Counts, Report};
use crate::report::evaluated_at;
use crate::report::finding::{has_old, unlisted};
use std::io;

pub(super) fn write(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let counts = report.counts;
    let troubled = [counts.noncompliant, counts.indeterminate];
    if troubled.iter().any(|counts| counts.total() > 0) {
        table(page, counts)?;
        page.line("")?;
    }
    let coverage = report.coverage;
    let rest = format!(
        "{}, {} left to audit; {} judged",
        unlisted(report),
        coverage.left_to_audit,
        plural(coverage.resources, "resource"),
    );
    page.paragraph(0, (NONE, ""), &rest, 2)?;
    let digest = report
        .digest
        .char_indices()
        .nth("sha256:".len() + 12)
        .and_then(|(end, _)| report.digest.get(..end))
        .unwrap_or(&report.digest);
    let baseline = format!(
        "{} {} ({digest}), at {}",
        report.baseline,
        report.version,
        evaluated_at(report)
    );
    page.paragraph(0, (NONE, "baseline"), &baseline, 2)?;
    if counts.noncompliant.worst().is_some() {
        page.line("`emr-baseline controls ID` says what a control asks for, and why")?;
    }
    if report.offers_fixes && report.fixable > 0 {
        let noun = plural(report.fixable, "finding");
        page.line(&format!(
            "{noun} may be fixed with `--fix`; `--fix --dry-run` shows how"
        ))?;
    }
    page.line("")?;
    verdict(page, report)
}

fn table(page: &mut Page<'_>, counts: Counts) -> io::Result<()> {
    let head = Severity::ALL.map(|severity| {
        let name = format!("{severity:>8}", severity = severity.name());
        page.paint(severity_style(severity), &name)
    });
    page.line(&format!("{:13}{}", "", head.join("  ")))?;
    for (name, counts) in [
        ("noncompliant", counts.noncompliant),
        ("indeterminate", counts.indeterminate),
    ] {
        let cells = counts.iter().map(|(_, count)| match count {
            0 => format!("{:>8}", "-"),
            _ => page.paint(BOLD, &format!("{count:>8}")),
        });
        let cells: Vec<_> = cells.collect();
        page.line(&format!("{name:13}{}", cells.join("  ")))?;
    }
    Ok(())
}

/// What the report comes to. Not the exit code: that depends on a threshold which the report does not know.
fn verdict(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let mut parts = Vec::new();
    let unknown = report.counts.indeterminate.total();
    if unknown > 0 {
        parts.push(format!("{unknown} indeterminate"));
    }
    let obstacles = report.obstacles.len();
    if obstacles > 0 {
        parts.push(format!("{obstacles} not judged"));
    }
    let failed = report.counts.noncompliant;
    let (style, word) = if let Some(worst) = failed.worst() {
        let noun = plural(failed.total(), "finding");
        parts.insert(0, format!("{noun}, the worst {worst}"));
        (RED, "noncompliant")
    } else if report.coverage.resources == 0 {
        (RED, "nothing was judged")
    } else if parts.is_empty() && has_old(report) {
        (GREEN, "nothing new")
    } else if parts.is_empty() {
        (GREEN, "compliant")
    } else {
        (MAGENTA, "indeterminate")
    };
    let label = if parts.is_empty() {
        word.to_owned()
    } else {
        format!("{word}:")
    };
    page.paragraph(0, (style, &label), &parts.join("; "), 2)
}

fn plural(count: u64, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}
