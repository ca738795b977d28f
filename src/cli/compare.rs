//! `compare OLD NEW`: control by control, is the new baseline stricter, equal, weaker or incomparable?

use super::arguments::Compare;
use super::baselines::{loaded, resolved};
use super::{Ended, Terminal};
use crate::baseline::compare::{Change, Comparison, ControlChange, compare};
use crate::escape::terminal as safe;
use crate::judge::Exit;
use crate::origin::Origin;
use jiff::Timestamp;
use std::io::{self, Write};

/// Runs `compare OLD NEW`.
pub(super) fn run(arguments: &Compare, at: Timestamp, terminal: &mut Terminal<'_>) -> Ended {
    let mut both = Vec::new();
    for path in [&arguments.old, &arguments.new] {
        let Some(loaded) = loaded(path, at, terminal)? else {
            continue;
        };
        both.extend(resolved(&loaded, None, terminal)?);
    }
    let [old, new] = both.as_slice() else {
        return Ok(Exit::Unusable);
    };
    let comparison = compare(old, new);
    let changed: Vec<&ControlChange> = comparison
        .controls
        .iter()
        .filter(|change| change.change != Change::Equal || !change.keys.is_empty())
        .collect();
    for change in &changed {
        show(change, terminal)?;
    }
    for (control, old, new) in &comparison.severities {
        writeln!(terminal.out, "severity      {control}: {old} is now {new}")?;
    }
    for waiver in &comparison.waivers_added {
        writeln!(
            terminal.out,
            "weaker        waiver of {} until {} by {}: {}",
            waiver.control,
            waiver.expires,
            safe(&waiver.owner),
            safe(&waiver.reason)
        )?;
    }
    for waiver in &comparison.waivers_removed {
        writeln!(
            terminal.out,
            "stricter      no waiver of {} until {} any more",
            waiver.control, waiver.expires
        )?;
    }
    summary(&comparison, terminal)?;
    Ok(if arguments.deny_weaker && comparison.is_weaker() {
        Exit::Noncompliant
    } else {
        Exit::Clean
    })
}

fn show(change: &ControlChange, terminal: &mut Terminal<'_>) -> io::Result<()> {
    let what = match (change.in_old, change.in_new) {
        (false, true) => " (new)",
        (true, false) => " (no longer required)",
        (true, true) | (false, false) => "",
    };
    writeln!(
        terminal.out,
        "{:<12}  {}{what}",
        change.change.name(),
        change.control
    )?;
    for key in &change.keys {
        let side = |value: &Option<String>, origins: &[Origin]| {
            let value = value.as_deref().unwrap_or("nothing");
            let lines: Vec<String> = origins
                .iter()
                .map(|origin| format!("{}:{}", origin.file, origin.line))
                .collect();
            if lines.is_empty() {
                safe(value).into_owned()
            } else {
                safe(&format!("{value}  ({})", lines.join(", "))).into_owned()
            }
        };
        writeln!(
            terminal.out,
            "{:14}{} is {}",
            "",
            key.key,
            key.change.name()
        )?;
        if key.rows.is_empty() {
            writeln!(
                terminal.out,
                "{:16}- {}\n{:16}+ {}",
                "",
                side(&key.old, &key.old_origins),
                "",
                side(&key.new, &key.new_origins)
            )?;
        }
        for row in &key.rows {
            writeln!(terminal.out, "{:16}{}", "", safe(row))?;
        }
    }
    Ok(())
}

fn summary(comparison: &Comparison, terminal: &mut Terminal<'_>) -> io::Result<()> {
    let count = |wanted: Change| {
        comparison
            .controls
            .iter()
            .filter(|change| change.change == wanted)
            .count()
    };
    writeln!(
        terminal.out,
        "{} stricter, {} equal, {} weaker, {} incomparable",
        count(Change::Stricter),
        count(Change::Equal),
        count(Change::Weaker),
        count(Change::Incomparable)
    )
}
