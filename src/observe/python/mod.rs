//! Python: the literal arguments of the calls that launch clusters and create security configurations.
//!
//! Nothing is run. A name is followed to the one value that it is given in the file, with what is put into it in a
//! straight line; texts are put together as far as their parts are known. Whatever else there is (a call, a condition, an
//! argument, an import) is not known, with the reason, and what may have been changed out of sight is not known either:
//! a value that goes where it is not followed may be changed there. What is launched in a way that is not followed is
//! listed as something of which nothing is known.

mod afterwards;
mod airflow;
mod calls;
mod constructs;
mod launches;
mod mappings;
mod mentions;
mod names;
mod operations;
mod properties;
mod strings;
mod syntax;
mod texts;
mod values;

pub(super) use launches::names_ours;

use super::{Dialect, File, Problem, Reading};
use crate::observed::{Place, Source};
use std::sync::Arc;

/// Reads a file. A mistake in it is a problem, and the rest is judged.
pub(super) fn read(source: &Arc<Source>) -> File {
    let dialect = Some(Dialect::Python);
    let parsed = match syntax::parse(source.text()) {
        Ok(parsed) => parsed,
        Err(why) => {
            let problem = Problem::file(source, why);
            return File::Unreadable { dialect, problem };
        }
    };
    let mistake = syntax::mistake(&parsed);
    // A page that quotes Python is no Python with a mistake in it.
    if mistake.is_some() && super::recognise::has_fences(source.text()) {
        return File::NothingOfOurs;
    }
    let calls::Found {
        tree,
        seen,
        notes,
        problems,
    } = calls::read(source, &parsed);
    let problem = mistake.map(|(start, end)| Problem {
        what: format!("could not read all of `{}`", source.name),
        why: "this is not Python, and programs in other languages are not read".to_owned(),
        place: Some(Place::new(source, start, end, String::new())),
        action: None,
    });
    match problem {
        Some(problem) if seen.is_empty() && names_ours(source.text()) => {
            File::Unreadable { dialect, problem }
        }
        _ if seen.is_empty() && notes.is_empty() && problems.is_empty() => File::NothingOfOurs,
        problem => {
            let mut reading = Reading::new(Dialect::Python, tree, seen);
            reading.problems = problems;
            reading.problems.extend(problem);
            reading.notes = notes;
            File::Read(Box::new(reading))
        }
    }
}

#[cfg(test)]
mod tests;
