//! Reading a baseline for a command, and showing its author every mistake.

use super::{Terminal, files};
use crate::baseline::{Baseline, Loaded, Loader, Problem, Style, beside, load, render};
use jiff::Timestamp;
use std::io;
use std::path::Path;

/// Reads baselines from the file system. A file's name is its path as the user would write it.
#[derive(Debug)]
pub(super) struct FileSystem;

impl Loader for FileSystem {
    fn read(&self, path: &str, relative_to: Option<&str>) -> Result<(String, Vec<u8>), String> {
        let name = beside(relative_to, path);
        files::read(Path::new(&name)).map(|bytes| (name, bytes))
    }
}

/// Loads a baseline; its mistakes are shown, and there is nothing to go on with.
///
/// # Errors
/// When the output cannot be written.
pub(super) fn loaded(
    path: &str,
    at: Timestamp,
    terminal: &mut Terminal<'_>,
) -> io::Result<Option<Loaded>> {
    match load(path, &FileSystem, at) {
        Ok(loaded) => Ok(Some(loaded)),
        Err(problems) => {
            show(&problems, terminal)?;
            Ok(None)
        }
    }
}

/// Resolves a loaded baseline for a target, or for none; its mistakes and warnings are shown.
///
/// # Errors
/// When the output cannot be written.
pub(super) fn resolved(
    loaded: &Loaded,
    target: Option<&str>,
    terminal: &mut Terminal<'_>,
) -> io::Result<Option<Baseline>> {
    match loaded.resolve(target) {
        Ok(baseline) => {
            show_once(&baseline.warnings, terminal)?;
            Ok(Some(baseline))
        }
        Err(problems) => {
            show_once(&problems, terminal)?;
            Ok(None)
        }
    }
}

/// The target to judge by: the one that is named, else the only one, else none. Whether it exists is `resolve`'s to say.
pub(super) fn chosen(loaded: &Loaded, named: Option<&str>) -> Option<String> {
    let only = match loaded.targets() {
        [only] => Some(only.name.clone()),
        _ => None,
    };
    named.map(str::to_owned).or(only)
}

/// Shows mistakes and warnings as they stand in their files.
///
/// # Errors
/// When the output cannot be written.
pub(super) fn show(problems: &[Problem], terminal: &mut Terminal<'_>) -> io::Result<()> {
    let style = Style::Graphical {
        width: terminal.width,
        colour: terminal.colour_err,
    };
    write!(terminal.err, "{}", render(problems, style))
}

/// Shows what was not shown before: what is wrong with a baseline is mostly wrong for each of its targets.
///
/// # Errors
/// When the output cannot be written.
pub(super) fn show_once(problems: &[Problem], terminal: &mut Terminal<'_>) -> io::Result<()> {
    let new = problems.iter().filter(|one| !terminal.shown.contains(one));
    let new: Vec<Problem> = new.cloned().collect();
    show(&new, terminal)?;
    terminal.shown.extend(new);
    Ok(())
}
