//! The report for people, in a terminal or a log: findings by resource, the worst first, each with the line that it
//! is about and the line that asks for it; then what is waived, what could not be read, and a summary.
//!
//! Everything that comes from the input is made harmless before it is written, and read the same without colour.

mod columns;
mod excerpt;
mod finding;
mod page;

pub(crate) mod secret;
mod summary;

use super::Options;
use crate::control::{Severity, Verdict};
use crate::escape;
use crate::judge::{Evaluation, Obstacle, Report};
use crate::observed::Identity;
use anstyle::Style;
use page::{BLUE, BOLD, DIM, Page, RED, YELLOW};
use std::borrow::Cow;
use std::cmp::Reverse;
use std::io::{self, Write};

/// Notes that are listed; a run over a large folder has one a file.
const NOTES: usize = 20;
/// The narrowest page: below it nothing fits, and the terminal wraps.
const NARROWEST: usize = 40;

pub(super) fn render(report: &Report, options: Options, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page {
        out,
        width: options.width.max(NARROWEST),
        colour: options.colour,
    };
    notes(&mut page, &report.notes)?;
    resources(&mut page, report, options)?;
    waived(&mut page, report)?;
    obstacles(&mut page, &report.obstacles)?;
    summary::write(&mut page, report)
}

fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Critical | Severity::High => RED,
        Severity::Medium => YELLOW,
        Severity::Low => BLUE,
        Severity::Info => DIM,
    }
}

/// What was judged, and how it was taken.
fn notes(page: &mut Page<'_>, notes: &[String]) -> io::Result<()> {
    for note in notes.iter().take(NOTES) {
        page.paragraph(0, (BOLD, "note:"), note, 2)?;
    }
    if notes.len() > NOTES {
        page.line(&format!("and {} more notes", notes.len() - NOTES))?;
    }
    if notes.is_empty() {
        Ok(())
    } else {
        page.line("")
    }
}

/// The evaluations of each resource, resources in the order in which they were seen. One resource is held at a time.
fn resources(page: &mut Page<'_>, report: &Report, options: Options) -> io::Result<()> {
    let mut evaluations: Vec<Cow<'_, Evaluation>> = Vec::new();
    for evaluation in &report.evaluations {
        let evaluation = evaluation?;
        let same = |last: &Cow<'_, Evaluation>| last.resource == evaluation.resource;
        if !evaluations.last().is_none_or(same) {
            resource(page, report, options, &mut evaluations)?;
            evaluations.clear();
        }
        evaluations.push(evaluation);
    }
    resource(page, report, options, &mut evaluations)
}

fn resource(
    page: &mut Page<'_>,
    report: &Report,
    options: Options,
    evaluations: &mut [Cow<'_, Evaluation>],
) -> io::Result<()> {
    // Noncompliant before indeterminate, and the worst first in each.
    evaluations.sort_by_key(|evaluation| Reverse((evaluation.verdict, evaluation.severity)));
    let findings: Vec<_> = evaluations.iter().filter(|one| one.is_finding()).collect();
    let Some(first) = evaluations
        .first()
        .filter(|_| options.all || !findings.is_empty())
    else {
        return Ok(());
    };
    title(page, &first.resource)?;
    page.line("")?;
    for evaluation in findings {
        finding::write(page, report, evaluation)?;
        page.line("")?;
    }
    if options.all {
        silent(page, evaluations)?;
    }
    Ok(())
}

/// Kind and name, then what tells it from others of that name.
fn title(page: &mut Page<'_>, identity: &Identity) -> io::Result<()> {
    let name = identity.name.as_deref().unwrap_or(&identity.id);
    let id = Some(identity.id.as_str()).filter(|id| *id != name);
    let scope = [id, identity.account.as_deref(), identity.region.as_deref()];
    let scope: Vec<_> = scope.into_iter().flatten().collect();
    let label = format!(
        "{} {}",
        identity.kind,
        columns::cut(&escape::terminal(name), 200)
    );
    if scope.is_empty() {
        page.line(&page.paint(BOLD, &label))
    } else {
        page.paragraph(0, (BOLD, &label), &format!("({})", scope.join(", ")), 2)
    }
}

/// The controls that found nothing, by name only.
fn silent(page: &mut Page<'_>, evaluations: &[Cow<'_, Evaluation>]) -> io::Result<()> {
    let mut any = false;
    let of = |verdict: Verdict| move |one: &&Cow<'_, Evaluation>| one.verdict == verdict;
    let ids = |wanted: &dyn Fn(&&Cow<'_, Evaluation>) -> bool| -> Vec<&str> {
        let wanted = evaluations.iter().filter(|one| wanted(one));
        wanted.map(|one| one.control.id).collect()
    };
    for (ids, label) in [
        (ids(&|one| one.tolerated), "tolerated:"),
        (ids(&of(Verdict::Compliant)), "compliant:"),
        (ids(&of(Verdict::NotApplicable)), "not applicable:"),
    ] {
        if !ids.is_empty() {
            any = true;
            page.paragraph(2, (DIM, label), &ids.join(", "), 4)?;
        }
    }
    if any { page.line("") } else { Ok(()) }
}

fn waived(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    // A pass over everything only where there is something to find.
    if report.counts.waived == 0 {
        return Ok(());
    }
    let head = page.paint(BOLD, "waived");
    page.line(&head)?;
    for evaluation in &report.evaluations {
        let evaluation = evaluation?;
        let Some(waiver) = &evaluation.waiver else {
            continue;
        };
        if evaluation.verdict != Verdict::Waived {
            continue;
        }
        let ticket = waiver.ticket.as_deref();
        let ticket = ticket.map_or(String::new(), |ticket| format!(" ({ticket})"));
        let identity = &evaluation.resource;
        let text = format!(
            "{} {} by {} until {}{ticket}",
            identity.kind,
            identity.name.as_deref().unwrap_or(&identity.id),
            waiver.owner,
            waiver.expires
        );
        let label = format!("{}[{}]:", evaluation.severity, evaluation.control.id);
        page.paragraph(2, (DIM, &label), &text, 4)?;
    }
    page.line("")
}

fn obstacles(page: &mut Page<'_>, obstacles: &[Obstacle]) -> io::Result<()> {
    if obstacles.is_empty() {
        return Ok(());
    }
    let head = page.paint(BOLD, "not judged");
    page.line(&head)?;
    for obstacle in obstacles {
        let place = obstacle.file.as_ref().map_or(String::new(), |file| {
            let numbers = [obstacle.line, obstacle.column].into_iter().flatten();
            let parts =
                std::iter::once(file.clone()).chain(numbers.map(|number| number.to_string()));
            format!("{}: ", parts.collect::<Vec<_>>().join(":"))
        });
        let action = obstacle.action.as_deref();
        let action = action.map_or(String::new(), |action| format!(" (needs {action})"));
        let text = format!("{place}{}: {}{action}", obstacle.what, obstacle.why);
        page.paragraph(2, (DIM, ""), &text, 4)?;
    }
    page.line("")
}
