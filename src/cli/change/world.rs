//! The world as it is: one account and region, from a saved estate or from live AWS.

use crate::baseline::Baseline;
#[cfg(feature = "live")]
use crate::change::Options;
use crate::change::{Current, Desired, Reading};
#[cfg(feature = "live")]
use crate::cli::Terminal;
#[cfg(feature = "live")]
use crate::cli::arguments::Changing;
use crate::cli::files;
#[cfg(feature = "live")]
use crate::cli::live::Way;
use crate::judge::Judge;
use crate::observe::snapshot::{Event, Reader};
use jiff::Timestamp;
#[cfg(feature = "live")]
use std::io;
use std::io::BufReader;
use std::path::Path;

/// What stands in the target's account and region, from a saved estate.
///
/// # Errors
/// Why there is nothing to plan from.
pub(in crate::cli) fn saved(
    path: &Path,
    baseline: &Baseline,
    desired: &Desired<'_>,
    at: Timestamp,
) -> Result<Current, String> {
    let file = BufReader::with_capacity(1 << 20, files::open(path)?);
    let name = path.display().to_string();
    let reader = Reader::new(name, file).map_err(|error| files::plain(&error))?;
    read(reader, baseline, desired, at)
}

/// The way into the target's account; `None` when there is none, which is said.
#[cfg(feature = "live")]
pub(in crate::cli) fn way(
    arguments: &Changing,
    desired: &Desired<'_>,
    terminal: &mut Terminal<'_>,
) -> io::Result<Option<Way>> {
    match Way::open(arguments, desired.target()) {
        Ok(way) => Ok(Some(way)),
        Err((why, help)) => {
            terminal.error(&why)?;
            terminal.help(&help)?;
            Ok(None)
        }
    }
}

/// What stands in the target's account and region now.
#[cfg(feature = "live")]
pub(in crate::cli) fn live(
    way: &Way,
    baseline: &Baseline,
    desired: &Desired<'_>,
    options: &Options,
    at: Timestamp,
    terminal: &mut Terminal<'_>,
) -> io::Result<Option<Current>> {
    let seen = way.observe(desired.rests_on(&options.only), at);
    for note in &seen.notes {
        terminal.note(note)?;
    }
    for warning in &seen.warnings {
        terminal.warning(warning)?;
    }
    let reader = Reader::new("AWS", seen.records.as_slice())?;
    match read(reader, baseline, desired, at) {
        Ok(current) => Ok(Some(current)),
        Err(why) => {
            terminal.error(&why)?;
            Ok(None)
        }
    }
}

/// What stands in the target's account and region, from the records of an estate.
///
/// # Errors
/// Why there is nothing to plan from.
pub(in crate::cli) fn read(
    reader: Reader<'_>,
    baseline: &Baseline,
    desired: &Desired<'_>,
    at: Timestamp,
) -> Result<Current, String> {
    let judge = Judge::new(baseline, at);
    let mut reading = Reading::new(desired, &judge);
    let (mut inside, mut found) = (false, false);
    for event in reader {
        match event {
            Event::Region(region) => {
                inside = desired.is_in(&region.account, &region.region);
                found |= inside;
            }
            Event::Fact(record) | Event::Resource(record) if inside => reading.see(&record),
            Event::End { complete, listed } if inside => {
                reading.end(complete, listed);
                inside = false;
            }
            Event::Problem(problem) => {
                reading.problem(format!("{}: {}", problem.what, problem.why));
            }
            Event::Estate { .. } | Event::Fact(_) | Event::Resource(_) | Event::End { .. } => {}
        }
    }
    let current = reading.finish();
    if found {
        return Ok(current);
    }
    let why = current.problems();
    let (account, region) = desired.place();
    let why = why
        .first()
        .map_or_else(String::new, |why| format!(": {why}"));
    Err(format!(
        "it holds nothing of account {account}, region {region}{why}"
    ))
}
