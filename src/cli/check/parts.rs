//! Files that hold parts of requests: they are kept until every file is read, and judged with the others of their folder.

use super::passed::{Judged, Origin, Parts, Passed};
use super::passes::{BATCH, Passes};
use crate::cli::files::{self, Input};
use crate::cli::modules::Unit;
use crate::observe::{File, Reading, garbled, joined, read_few, read_file, says_of_a_request};
use crate::observed::{Directory, Source};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The parts that were met, by their folders.
pub(super) type Held = BTreeMap<PathBuf, Vec<Arc<Source>>>;

/// How the names of files end that launchers read and fill in.
const FILLED: &[&str] = &[
    ".yaml",
    ".yml",
    ".json",
    ".tpl",
    ".tmpl",
    ".template",
    ".j2",
    ".jinja",
    ".jinja2",
];

/// Whether launchers read files of this name, and fill them in.
fn is_filled_in(input: &Input) -> bool {
    let name = input.path.display().to_string();
    FILLED.iter().any(|end| name.ends_with(end))
}

/// The folder of a file.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).to_owned()
}

impl<'b> Passes<'_, 'b> {
    /// Judges the parts of each folder, put together as far as they can be.
    pub(super) fn parts(&self, units: &[Unit], passed: &mut Passed<'b>) {
        let held: Vec<_> = std::mem::take(&mut passed.held).into_iter().collect();
        let folders: BTreeSet<&PathBuf> = held.iter().map(|(folder, _)| folder).collect();
        let mut others: BTreeMap<PathBuf, Vec<&Input>> = BTreeMap::new();
        for unit in units {
            if let Unit::File(input) = unit
                && folders.contains(&folder_of(&input.path))
                && !passed.is_part(unit, &self.modules)
            {
                others
                    .entry(folder_of(&input.path))
                    .or_default()
                    .push(input);
            }
        }
        for batch in held.chunks(BATCH) {
            let directory = Arc::new(self.directory());
            let named = &passed.named;
            let read: Vec<_> = batch
                .par_iter()
                .map(|(folder, held)| {
                    let beside = others.get(folder).map_or(&[][..], Vec::as_slice);
                    let readings = self.put_together(held, beside).into_iter();
                    let judged = readings.map(|(reading, origin)| {
                        let verdicts = self.judge(&reading, &directory);
                        Judged::of(reading, verdicts, origin, named)
                    });
                    judged.collect::<Vec<_>>()
                })
                .collect();
            for judged in read.into_iter().flatten() {
                passed.keep(judged);
            }
        }
    }

    /// What the parts of a folder give, and where that comes from.
    fn put_together(&self, held: &[Arc<Source>], beside: &[&Input]) -> Vec<(Reading, Origin)> {
        let known = |input: &&&Input| {
            let name = input.path.display().to_string();
            !held.iter().any(|source| source.name == name)
        };
        let mut sources: Vec<Arc<Source>> = held.to_vec();
        let mut unread = None;
        for input in beside.iter().filter(known) {
            let Some((source, garbled)) = self.text_of(input) else {
                continue;
            };
            if garbled {
                if unread.is_none() && is_filled_in(input) && says_of_a_request(source.text()) {
                    unread = input.path.file_name();
                }
            } else if read_few(&source).is_some() {
                sources.push(source);
            } else if unread.is_none() && self.may_be_a_part(input, &source) {
                unread = input.path.file_name();
            }
        }
        let unread = unread.map(|name| name.display().to_string());
        sources.sort_by(|one, other| one.name.cmp(&other.name));
        let parts = Parts { sources, unread };
        match self.together_again(&parts) {
            Some(reading) => vec![(reading, Origin::Parts(parts))],
            // A few members by themselves are nothing of ours.
            None => held
                .iter()
                .filter_map(|source| Some((self.read_alone(source)?, Origin::File)))
                .collect(),
        }
    }

    /// Reads a part beside which nothing makes a request of it. One that was compiled from the baseline says what every
    /// request is to say, and nothing of any.
    fn read_alone(&self, source: &Arc<Source>) -> Option<Reading> {
        let reading = self.read_part(source)?;
        let is_compiled = self.launch.is_some_and(|launch| launch == &**source.text());
        if !is_compiled {
            return Some(reading);
        }
        let why = "members that `compile` writes for requests, and no request: what launches with them is judged";
        Some(reading.left_out(why.to_owned()))
    }

    /// Whether a file says something of a request that was not understood: a launcher may read it with the parts.
    fn may_be_a_part(&self, input: &Input, source: &Arc<Source>) -> bool {
        is_filled_in(input)
            && says_of_a_request(source.text())
            && !matches!(read_file(source, self.dialect, self.given), File::Read(_))
    }

    /// The text of a file, when it is one, and whether it is only what can be made out of another encoding.
    pub(super) fn text_of(&self, input: &Input) -> Option<(Arc<Source>, bool)> {
        let name = input.path.display().to_string();
        if let Some(text) = self.texts.get(&name) {
            return Some((Arc::new(Source::new(name, Arc::clone(text))), false));
        }
        let bytes = files::read_unless_binary(&input.path, false).ok()??;
        let (text, garbled) = match garbled::text_of(bytes) {
            Ok(text) => (text, false),
            Err(garbled) => (garbled.text?, true),
        };
        Some((Arc::new(Source::new(name, text)), garbled))
    }

    /// Reads what is put together.
    pub(super) fn together_again(&self, parts: &Parts) -> Option<Reading> {
        let folder = folder_of(Path::new(&parts.sources.first()?.name));
        let readings = self.read_parts(&parts.sources);
        let joined = joined(&name_of(&folder), readings, parts.unread.as_deref()).ok();
        joined.map(|reading| reading.placed(self.given))
    }

    fn read_parts(&self, sources: &[Arc<Source>]) -> Vec<Reading> {
        let parts = sources.iter().filter_map(|source| self.read_part(source));
        parts.collect()
    }

    fn read_part(&self, source: &Arc<Source>) -> Option<Reading> {
        match read_file(source, self.dialect, self.given) {
            File::Read(reading) => Some(*reading),
            File::NothingOfOurs | File::Unreadable { .. } => read_few(source),
        }
    }

    /// What can be looked up from every file.
    pub(super) fn directory(&self) -> Directory<'_> {
        super::passes::directory(self.compiled)
    }
}

/// A folder as notes name it.
fn name_of(folder: &Path) -> String {
    let name = folder.display().to_string();
    if name.is_empty() {
        ".".to_owned()
    } else {
        name
    }
}
