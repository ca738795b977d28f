//! Findings that may be fixed: those whose repairs are about plain values in files that may be changed.

use crate::cli::files::{self, Texts};
use crate::control::Repair;
use crate::fix::{self, Edit};
use crate::judge::Report;
use crate::observe::Dialect;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A finding with repairs that can be carried out.
pub(super) struct Candidate {
    pub(super) fingerprint: String,
    /// The best first. Each mends the finding, or so it seems.
    pub(super) alternatives: Vec<Vec<Repair>>,
    /// The files that they change.
    pub(super) files: BTreeSet<String>,
}

/// How many findings cannot be fixed, and why.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Left {
    /// The baseline does not say what is to stand there.
    pub(super) open: usize,
    /// It stands in a form that is not edited.
    pub(super) form: usize,
    /// It stands in a file that something else writes.
    pub(super) generated: usize,
    /// The file cannot be changed.
    pub(super) unchangeable: usize,
    /// Doing what the baseline says does not mend it, or makes something worse.
    pub(super) hopeless: usize,
}

/// Why a file is not edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    Form,
    Generated,
    Unchangeable(&'static str),
}

/// The files of a run as they are on the disk.
pub(super) struct Files {
    folders: Vec<PathBuf>,
    dialects: BTreeMap<String, Dialect>,
    read: BTreeMap<String, Result<(PathBuf, Arc<str>), Why>>,
}

impl Files {
    /// Those below these paths may be changed.
    pub(super) fn below(paths: &[PathBuf]) -> Self {
        Self {
            folders: files::folders_of(paths),
            dialects: BTreeMap::new(),
            read: BTreeMap::new(),
        }
    }

    /// Learns what files were taken for.
    pub(super) fn learn(&mut self, dialects: &BTreeMap<String, Dialect>) {
        self.dialects.extend(
            dialects
                .iter()
                .map(|(name, dialect)| (name.clone(), *dialect)),
        );
    }

    /// The path and the text of a file before anything was changed.
    pub(super) fn original(&self, name: &str) -> Option<(&PathBuf, &Arc<str>)> {
        let (path, text) = self.read.get(name)?.as_ref().ok()?;
        Some((path, text))
    }

    /// Files that cannot be changed, and why.
    pub(super) fn unchangeable(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.read.iter().filter_map(|(name, read)| match read {
            Err(Why::Unchangeable(why)) => Some((name.as_str(), *why)),
            Err(Why::Form | Why::Generated) | Ok(_) => None,
        })
    }

    fn open(&mut self, name: &str) -> Result<(), Why> {
        if !self.read.contains_key(name) {
            let read = self.read(name);
            self.read.insert(name.to_owned(), read);
        }
        match self.read.get(name) {
            Some(Err(why)) => Err(*why),
            Some(Ok(_)) | None => Ok(()),
        }
    }

    fn read(&self, name: &str) -> Result<(PathBuf, Arc<str>), Why> {
        let path = Path::new(name);
        match self.dialects.get(name) {
            Some(Dialect::TerraformPlan) => return Err(Why::Generated),
            Some(Dialect::Python) | None => return Err(Why::Form),
            Some(_) => {}
        }
        // What `cdk synth` writes, it writes again.
        if path.components().any(|part| part.as_os_str() == "cdk.out") {
            return Err(Why::Generated);
        }
        if !files::is_below(path, &self.folders) {
            return Err(Why::Unchangeable("is not below what is checked"));
        }
        if let Some(why) = files::unchangeable(path) {
            return Err(Why::Unchangeable(why));
        }
        let real = files::real(path).ok_or(Why::Form)?;
        // One file under two names is changed under the first.
        let mut known = self.read.values().flatten();
        if known.any(|(path, _)| *path == real) {
            return Err(Why::Form);
        }
        let bytes = files::read(path).map_err(|_| Why::Form)?;
        let text = String::from_utf8(bytes).map_err(|_| Why::Form)?;
        Ok((real, text.into()))
    }
}

/// The edits that these repairs are, by file; `None` when one of them cannot be carried out.
pub(super) fn edits(
    repairs: &[Repair],
    texts: &Texts,
    files: &Files,
) -> Option<BTreeMap<String, Vec<Edit>>> {
    let mut by_file: BTreeMap<&str, Vec<Repair>> = BTreeMap::new();
    for repair in repairs {
        by_file
            .entry(&repair.file)
            .or_default()
            .push(repair.clone());
    }
    let edits = by_file.into_iter().map(|(file, repairs)| {
        let text = match texts.get(file) {
            Some(text) => text,
            None => files.original(file)?.1,
        };
        Some((file.to_owned(), fix::edits(file, text, &repairs)?))
    });
    edits.collect()
}

/// The findings of a report that may be fixed, and how many may not. `texts` are the files' as they were judged.
pub(super) fn of(
    report: &Report,
    is_asked: &dyn Fn(&str) -> bool,
    texts: &Texts,
    files: &mut Files,
) -> io::Result<(Vec<Candidate>, Left)> {
    let mut candidates = Vec::new();
    let mut left = Left::default();
    for evaluation in &report.evaluations {
        let evaluation = evaluation?;
        if !evaluation.is_finding() || !is_asked(evaluation.control.id) {
            continue;
        }
        if evaluation.repairs.is_empty() {
            let place = evaluation
                .seen
                .iter()
                .find_map(|place| place.file.as_deref());
            match place.and_then(|file| files.dialects.get(file)) {
                Some(Dialect::TerraformPlan) => left.generated += 1,
                Some(Dialect::Python) => left.form += 1,
                Some(_) | None => left.open += 1,
            }
            continue;
        }
        let mut why = None;
        let mut alternatives = Vec::new();
        for repairs in &evaluation.repairs {
            let opened = repairs
                .iter()
                .try_for_each(|repair| files.open(&repair.file));
            match opened {
                Err(reason) => why = why.or(Some(reason)),
                Ok(()) if edits(repairs, texts, files).is_some() => {
                    alternatives.push(repairs.clone());
                }
                Ok(()) => why = why.or(Some(Why::Form)),
            }
        }
        if alternatives.is_empty() {
            match why {
                Some(Why::Generated) => left.generated += 1,
                Some(Why::Unchangeable(_)) => left.unchangeable += 1,
                Some(Why::Form) | None => left.form += 1,
            }
            continue;
        }
        candidates.push(Candidate {
            fingerprint: report.fingerprint(&evaluation),
            files: alternatives
                .iter()
                .flatten()
                .map(|repair| repair.file.clone())
                .collect(),
            alternatives,
        });
    }
    Ok((candidates, left))
}
