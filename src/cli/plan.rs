//! `plan`: what would change in an account and region, and by which calls.

use super::arguments::{Plan, PlanFormat};
use super::change::{baseline, desired, document, text, world};
use super::{Ended, Terminal, files};
use crate::baseline::Baseline;
use crate::change::{Current, Desired, Fate, plan};
use crate::judge::Exit;
use jiff::Timestamp;
use std::io;

/// Runs `plan BASELINE --target NAME`.
pub(super) fn run(arguments: &Plan, at: Timestamp, terminal: &mut Terminal<'_>) -> Ended {
    #[cfg(not(feature = "live"))]
    if arguments.snapshot.is_none() {
        return super::without_live("plan", terminal);
    }
    let Some(baseline) = baseline(&arguments.changing, at, terminal)? else {
        return Ok(Exit::Unusable);
    };
    let Some(desired) = desired(&baseline, terminal)? else {
        return Ok(Exit::Unusable);
    };
    let options = arguments.changing.options();
    let current = current(arguments, &baseline, &desired, at, terminal)?;
    let Some(current) = current else {
        return Ok(Exit::Unusable);
    };
    let plan = plan(&desired, &current, &options);
    let document = document::document(&baseline, &options, &plan);
    match arguments.format {
        PlanFormat::Text => text::plan(&baseline, &plan, terminal)?,
        PlanFormat::Json => writeln!(terminal.out, "{document:#}")?,
    }
    for (message, help) in &plan.refusals {
        terminal.error(message)?;
        terminal.help(help)?;
    }
    if !plan.refusals.is_empty() {
        return Ok(Exit::Unusable);
    }
    if let Some(file) = &arguments.save
        && let Err(error) = files::write(file, format!("{document:#}\n").as_bytes())
    {
        let why = files::plain(&error);
        terminal.error(&format!("cannot write `{}`: {why}", file.display()))?;
        return Ok(Exit::Unusable);
    }
    let changes = plan
        .changes
        .iter()
        .any(|one| !matches!(one.fate, Fate::Reported(_)));
    Ok(if arguments.detailed_exitcode && changes {
        Exit::Noncompliant
    } else if plan.unknown.is_empty() {
        Exit::Clean
    } else {
        Exit::Indeterminate
    })
}

/// The world as it is, saved or live; `None` when it cannot be read, which is said.
fn current(
    arguments: &Plan,
    baseline: &Baseline,
    desired: &Desired<'_>,
    at: Timestamp,
    terminal: &mut Terminal<'_>,
) -> io::Result<Option<Current>> {
    if let Some(path) = &arguments.snapshot {
        return match world::saved(path, baseline, desired, at) {
            Ok(current) => Ok(Some(current)),
            Err(why) => {
                terminal.error(&format!("`{}`: {why}", path.display()))?;
                Ok(None)
            }
        };
    }
    #[cfg(feature = "live")]
    if let Some(way) = world::way(&arguments.changing, desired, terminal)? {
        let options = arguments.changing.options();
        return world::live(&way, baseline, desired, &options, at, terminal);
    }
    Ok(None)
}
