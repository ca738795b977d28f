//! The end of the report: what a reader in a hurry takes away.

use super::page::{BOLD, GREEN, MAGENTA, NONE, Page, RED};
use super::severity_style;
use crate::control::{Severity, Verdict};
use crate::judge::Report;
use crate::report::evaluated_at;
use std::io;

/// Findings by severity.
struct Tally {
    noncompliant: [u64; Severity::ALL.len()],
    indeterminate: [u64; Severity::ALL.len()],
}

impl Tally {
    fn of(report: &Report) -> Self {
        let count = |verdict: Verdict| {
            Severity::ALL.map(|severity| {
                let of_both = report
                    .evaluations
                    .iter()
                    .filter(|one| one.verdict == verdict && one.severity == severity);
                of_both.map(|_| 1_u64).sum()
            })
        };
        Self {
            noncompliant: count(Verdict::Noncompliant),
            indeterminate: count(Verdict::Indeterminate),
        }
    }

    fn worst(&self) -> Option<Severity> {
        let counted = Severity::ALL.into_iter().zip(self.noncompliant);
        counted
            .into_iter()
            .find_map(|(severity, count)| (count > 0).then_some(severity))
    }
}

pub(super) fn write(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let tally = Tally::of(report);
    let troubled = [tally.noncompliant, tally.indeterminate];
    if troubled.as_flattened().iter().any(|count| *count > 0) {
        table(page, &tally)?;
        page.line("")?;
    }
    let counts = report.counts;
    let coverage = report.coverage;
    let rest = format!(
        "{} compliant, {} waived, {} left to audit; {} judged",
        counts.compliant,
        counts.waived,
        coverage.left_to_audit,
        plural(coverage.resources, "resource"),
    );
    page.line(&rest)?;
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
    if tally.worst().is_some() {
        page.line("`emr-baseline controls ID` says what a control asks for, and why")?;
    }
    page.line("")?;
    verdict(page, report, &tally)
}

fn table(page: &mut Page<'_>, tally: &Tally) -> io::Result<()> {
    let head = Severity::ALL.map(|severity| {
        let name = format!("{severity:>8}", severity = severity.name());
        page.paint(severity_style(severity), &name)
    });
    page.line(&format!("{:13}{}", "", head.join("  ")))?;
    for (name, counts) in [
        ("noncompliant", tally.noncompliant),
        ("indeterminate", tally.indeterminate),
    ] {
        let cells = counts.map(|count| match count {
            0 => format!("{:>8}", "-"),
            _ => page.paint(BOLD, &format!("{count:>8}")),
        });
        page.line(&format!("{name:13}{}", cells.join("  ")))?;
    }
    Ok(())
}

/// What the report comes to. Not the exit code: that depends on a threshold which the report does not know.
fn verdict(page: &mut Page<'_>, report: &Report, tally: &Tally) -> io::Result<()> {
    let mut parts = Vec::new();
    let unknown: u64 = tally.indeterminate.iter().sum();
    if unknown > 0 {
        parts.push(format!("{unknown} indeterminate"));
    }
    let obstacles = report.obstacles.len();
    if obstacles > 0 {
        parts.push(format!("{obstacles} not judged"));
    }
    let (style, word) = if let Some(worst) = tally.worst() {
        let failed: u64 = tally.noncompliant.iter().sum();
        let noun = plural(failed, "finding");
        parts.insert(0, format!("{noun}, the worst {worst}"));
        (RED, "noncompliant")
    } else if report.coverage.resources == 0 {
        (RED, "nothing was judged")
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
