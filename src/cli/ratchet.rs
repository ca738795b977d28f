//! `check --ratchet` and `--write-ratchet`: reads what is tolerated, says what is not needed any more, and writes it
//! anew.

use super::{Terminal, files};
use crate::judge::{Earlier, Report};
use crate::ratchet::{self, Entry};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// Entries that are named one by one when they are not needed any more.
const NAMED: usize = 10;

/// A ratchet file that was read.
#[derive(Debug)]
pub(super) struct Ratchet {
    name: String,
    entries: Vec<Entry>,
}

impl Ratchet {
    /// Reads a ratchet file.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let name = path.display().to_string();
        let entries = files::read(path).and_then(|text| ratchet::read(&text));
        match entries {
            Ok(entries) => Ok(Self { name, entries }),
            Err(why) => Err(format!("cannot read the ratchet `{name}`: {why}")),
        }
    }

    /// What it tolerates.
    pub(super) fn earlier(&self) -> Earlier {
        ratchet::earlier(&self.entries, is_gone)
    }

    /// Its entries that no finding met, each with whether its file was looked at.
    fn unmet<'r>(
        &'r self,
        report: &'r Report,
        looked: &'r Looked,
    ) -> impl Iterator<Item = (&'r Entry, bool)> {
        let earlier = report.before.ratchet.as_ref();
        let met = move |number| earlier.is_some_and(|earlier| earlier.is_met(number));
        let unmet = self.entries.iter().enumerate();
        unmet
            .filter(move |(number, _)| !met(*number))
            .map(|(_, entry)| (entry, looked.at(entry)))
    }

    /// Says in the report which entries are not needed any more.
    pub(super) fn say(&self, report: &mut Report, looked: &Looked) {
        let unmet = self.unmet(report, looked);
        let gone: Vec<String> = unmet
            .filter(|(_, looked)| *looked)
            .map(|(entry, _)| entry.label())
            .collect();
        if gone.is_empty() {
            return;
        }
        let mut named: Vec<String> = gone.iter().take(NAMED).cloned().collect();
        if gone.len() > NAMED {
            named.push(format!("and {} more", gone.len() - NAMED));
        }
        let (name, count) = (&self.name, gone.len());
        report.notes.push(format!(
            "{count} of {} entries of the ratchet `{name}` are not found any more; write it anew with \
             `--ratchet {name} --write-ratchet {name}`: {}",
            self.entries.len(),
            named.join(", ")
        ));
    }
}

/// Whether a file is not there: its name goes from here, or from the root of the repository.
fn is_gone(file: &str) -> bool {
    let here = std::env::current_dir().unwrap_or_default();
    !here.ancestors().any(|folder| folder.join(file).exists())
}

/// The files that a run looked at.
#[derive(Debug)]
pub(super) struct Looked {
    files: BTreeSet<String>,
}

impl Looked {
    /// At these inputs, and whatever else is in the report.
    pub(super) fn of(inputs: &[PathBuf], report: &Report) -> Self {
        let inputs = inputs.iter().map(|path| path.display().to_string());
        let unread = report.obstacles.iter();
        let unread: BTreeSet<&str> = unread.filter_map(|one| one.file.as_deref()).collect();
        let names = inputs.chain(report.sources.keys().cloned());
        let read = names.filter(|name| !unread.contains(name.as_str()));
        let files = read
            .map(|name| report.homes.get(&name).cloned().unwrap_or(name))
            .collect();
        Self { files }
    }

    /// Whether the entry would have been met if it still stood: its file was judged, or is gone.
    fn at(&self, entry: &Entry) -> bool {
        let Some(file) = &entry.file else {
            return true;
        };
        self.files.contains(file) || is_gone(file)
    }
}

/// Writes the findings of a report: all of them, or with a ratchet those that it tolerates and those that this run did
/// not look at, so that it only shrinks.
///
/// # Errors
/// When the terminal or the evaluations cannot be used; `false` when the file cannot be written, which is then said.
pub(super) fn write(
    path: &Path,
    ratchet: Option<&Ratchet>,
    report: &Report,
    looked: &Looked,
    terminal: &mut Terminal<'_>,
) -> io::Result<bool> {
    let mut entries = Vec::new();
    for evaluation in &report.evaluations {
        let evaluation = evaluation?;
        let mut evidence = evaluation.evidence.iter();
        let shrunk = ratchet.is_some();
        if shrunk && evidence.any(|one| one.tolerated) || !shrunk && evaluation.is_finding() {
            entries.push(Entry::of(report, &evaluation, shrunk));
        }
    }
    let kept = ratchet.map(|ratchet| ratchet.unmet(report, looked));
    let kept = kept.into_iter().flatten();
    entries.extend(
        kept.filter(|(_, looked)| !looked)
            .map(|(entry, _)| entry.clone()),
    );
    let count = entries.len();
    let name = path.display();
    if let Err(error) = files::write(path, ratchet::write(entries).as_bytes()) {
        terminal.error(&format!("cannot write `{name}`: {}", files::plain(&error)))?;
        return Ok(false);
    }
    terminal.note(&format!(
        "wrote {count} finding{} to `{name}`; `--ratchet {name}` tolerates them",
        if count == 1 { "" } else { "s" }
    ))?;
    Ok(true)
}
