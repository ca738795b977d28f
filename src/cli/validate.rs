//! `validate`: every mistake of every baseline in one run.

use super::baselines::{FileSystem, show};
use super::{Ended, Terminal};
use crate::baseline::validate;
use crate::judge::Exit;
use jiff::Timestamp;
use std::io::Write;

/// Runs `validate BASELINE...`.
pub(super) fn run(baselines: &[String], at: Timestamp, terminal: &mut Terminal<'_>) -> Ended {
    let mut exit = Exit::Clean;
    for path in baselines {
        let problems = validate(path, &FileSystem, at);
        show(&problems, terminal)?;
        let mistakes = problems.iter().filter(|problem| problem.fatal).count();
        if mistakes == 0 {
            writeln!(terminal.out, "{}: valid", crate::escape::terminal(path))?;
        } else {
            terminal.error(&format!(
                "`{path}` has {mistakes} mistake{}",
                if mistakes == 1 { "" } else { "s" }
            ))?;
            exit = Exit::Unusable;
        }
    }
    Ok(exit)
}
