//! What `plan` and `apply` share: the baseline, the world as it is, and how the difference is told.

pub(super) mod document;
pub(super) mod text;
pub(super) mod world;

use super::Terminal;
use super::arguments::Changing;
use super::baselines::{chosen, loaded, resolved, show};
use super::compile::problems;
use crate::baseline::Baseline;
use crate::change::Desired;
use jiff::Timestamp;
use std::io;

/// The baseline, resolved for its target; `None` when it cannot be, which is said.
pub(super) fn baseline(
    arguments: &Changing,
    at: Timestamp,
    terminal: &mut Terminal<'_>,
) -> io::Result<Option<Baseline>> {
    let Some(loaded) = loaded(&arguments.baseline, at, terminal)? else {
        return Ok(None);
    };
    let target = chosen(&loaded, arguments.target.as_deref());
    if target.is_none() {
        let names: Vec<&str> = loaded
            .targets()
            .iter()
            .map(|target| target.name.as_str())
            .collect();
        if names.is_empty() {
            let file = &arguments.baseline;
            terminal.error(&format!("`{file}` has no target to change"))?;
            terminal.help("add `[targets.<name>]` with its account, region and parameters")?;
        } else {
            terminal.error("several targets, and none is named")?;
            terminal.help(&format!("name one with `--target`: {}", names.join(", ")))?;
        }
        return Ok(None);
    }
    resolved(&loaded, target.as_deref(), terminal)
}

/// What the baseline asks for; `None` when it cannot be written out, which is said.
pub(super) fn desired<'b>(
    baseline: &'b Baseline,
    terminal: &mut Terminal<'_>,
) -> io::Result<Option<Desired<'b>>> {
    match Desired::of(baseline) {
        Some(Ok(desired)) => Ok(Some(desired)),
        Some(Err(refusals)) => {
            show(&problems(&refusals, baseline), terminal)?;
            Ok(None)
        }
        None => Ok(None),
    }
}
