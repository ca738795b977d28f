//! The world as it is: one account and region, from a saved estate or from live AWS.

use crate::baseline::Baseline;
use crate::change::{Current, Desired, Reading};
use crate::cli::files;
use crate::judge::Judge;
use crate::observe::snapshot::{Event, Reader};
use jiff::Timestamp;
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
            Event::End { listed, .. } if inside => {
                reading.end(listed);
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
