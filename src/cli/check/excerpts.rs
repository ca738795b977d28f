//! The texts that findings are shown in. Most files have nothing to show, and their texts are not kept; where a finding
//! of the end of the run points into one, that file is read again.

use crate::cli::files;
use crate::judge::{Counted, Report};
use crate::observed::Source;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// Which texts were forgotten, and which of them are asked for after all.
#[derive(Debug, Default)]
pub(super) struct Excerpts {
    forgotten: BTreeSet<String>,
    shown: BTreeSet<String>,
}

impl Excerpts {
    /// Gives the report the texts of a source, but for one that was forgotten.
    pub(super) fn keep(&mut self, source: &Source, report: &mut Report) {
        for file in source.files() {
            if file.is_forgotten() {
                self.forgotten.insert(file.name.clone());
            } else {
                let text = Arc::clone(file.text());
                report.sources.insert(file.name.clone(), text);
            }
        }
    }

    /// Takes note of the files that findings point into.
    pub(super) fn note(&mut self, counted: &Counted) {
        self.shown.extend(counted.files().map(str::to_owned));
    }

    /// Reads what is shown and was forgotten. A file that is gone meanwhile is shown by its name and line alone.
    pub(super) fn read(self, report: &mut Report) {
        for name in self.forgotten.intersection(&self.shown) {
            let bytes = files::read(Path::new(name)).ok();
            if let Some(text) = bytes.and_then(|bytes| String::from_utf8(bytes).ok()) {
                report.sources.insert(name.clone(), text.into());
            }
        }
    }
}
