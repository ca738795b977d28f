//! The files of a run: read, judged and forgotten one by one on every core, so that memory grows with the texts of the
//! files and with what is found in them, not with their trees.
//!
//! Names are looked up in all files, and what all files declare is known only at the end. So a file is judged at once,
//! and what it asked for beyond itself is kept with its evaluations. A file that asked for something that another file
//! turned out to declare is then judged again, that file at hand (`again`). What waivers met the first time is forgotten
//! with it.

use super::named::NamedOnly;
use super::passed::{Done, Judged, Origin, Passed, Verdicts, What};
use crate::cli::files::{self, Input, Texts};
use crate::cli::modules::{Modules, Unit};
use crate::judge::{Counted, Judge, World, merge};
use crate::observe::{Dialect, File, Given, Reading, garbled, read_file};
use crate::observed::{Directory, Scope, Source};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

/// Files read and judged between two looks at the progress: enough to keep every core busy.
pub(super) const BATCH: usize = 64;

/// How every file of a run is read and judged.
pub(super) struct Passes<'a, 'b> {
    pub(super) judge: &'a Judge<'b>,
    /// The Terraform modules among the files.
    pub(super) modules: Modules,
    /// What can be looked up from every file besides the files: the document that is compiled for the target.
    pub(super) compiled: Option<&'a Reading>,
    /// The members of requests that are compiled for the target.
    pub(super) launch: Option<&'a str>,
    pub(super) dialect: Option<Dialect>,
    pub(super) given: &'a Given,
    /// Whether compliant evaluations are kept.
    pub(super) everything: bool,
    /// Texts that stand for those of files.
    pub(super) texts: &'a Texts,
}

impl<'b> Passes<'_, 'b> {
    /// Reads and judges every file. `progress` is told how many files are done.
    pub(super) fn run(
        &self,
        units: &[Unit],
        mut progress: impl FnMut(usize) -> io::Result<()>,
    ) -> io::Result<Passed<'b>> {
        let mut passed = Passed::default();
        // A module that another one calls is judged there, with its arguments; what only looked as if it was called,
        // by itself. Then come files, but for those that a module reads: what they say is judged there.
        let turn = |unit: &Unit| match unit {
            Unit::Module(at, _) if !self.modules.is_called(*at) => 0,
            Unit::Module(..) => 1,
            Unit::File(_) => 2,
        };
        let mut done = 0;
        for now in 0..3 {
            let left: Vec<&Unit> = units
                .iter()
                .filter(|unit| turn(unit) == now && !passed.is_part(unit, &self.modules))
                .collect();
            for batch in left.chunks(BATCH) {
                progress(done)?;
                self.batch(batch, &mut passed);
                done += batch.len();
            }
        }
        self.parameter_files(units, &mut passed);
        self.parts(units, &mut passed);
        self.nested(units, &mut passed);
        progress(units.len())?;
        self.look_again(&mut passed);
        Ok(passed)
    }

    fn batch(&self, batch: &[&Unit], passed: &mut Passed<'b>) {
        let directory = Arc::new(self.directory());
        let named = &passed.named;
        let done: Vec<Result<Done<'b>, String>> = batch
            .par_iter()
            .map(|unit| self.done(unit, &directory, named))
            .collect();
        for (unit, done) in batch.iter().zip(done) {
            if let Unit::Module(at, _) = unit {
                passed.failed(self.modules.failed(*at));
            }
            passed.take(unit, done);
        }
    }

    /// Reads and judges one file or module, and forgets its tree. `named` is what was only named before.
    fn done(
        &self,
        unit: &Unit,
        directory: &Arc<Directory<'_>>,
        named: &NamedOnly,
    ) -> Result<Done<'b>, String> {
        let (file, called) = self.read(unit)?;
        let what = match file {
            File::Read(reading) if reading.is_part() => {
                What::Part(Arc::clone(reading.tree().source()))
            }
            File::Read(reading) => {
                let origin = match unit {
                    Unit::Module(at, _) => Origin::Module(*at),
                    Unit::File(_) => Origin::File,
                };
                let verdicts = self.judge(&reading, directory);
                let mut judged = Judged::of(*reading, verdicts, origin, named);
                if self.is_on_disk(unit) {
                    judged.forget_text();
                }
                What::Judged(Box::new(judged))
            }
            File::NothingOfOurs => What::NothingOfOurs,
            File::Unreadable { problem, .. } => What::Unreadable(problem),
        };
        Ok(Done { what, called })
    }

    /// Whether a unit is a file that can be read again: one that is named by itself may be a pipe.
    fn is_on_disk(&self, unit: &Unit) -> bool {
        match unit {
            Unit::File(input) => {
                !input.named && !self.texts.contains_key(&input.path.display().to_string())
            }
            Unit::Module(..) => false,
        }
    }

    /// A file or module, and the folders of modules, and files, that were read as parts of it.
    fn read(&self, unit: &Unit) -> Result<(File, Vec<String>), String> {
        match unit {
            Unit::File(input) => Ok((self.read_file(input, self.given)?, Vec::new())),
            Unit::Module(at, _) => {
                let read = self.modules.read(*at, self.given);
                Ok(read.map_or_else(
                    || (File::NothingOfOurs, Vec::new()),
                    |read| (read.file, read.called),
                ))
            }
        }
    }

    pub(super) fn read_file(&self, input: &Input, given: &Given) -> Result<File, String> {
        let name = input.path.display().to_string();
        if let Some(text) = self.texts.get(&name) {
            let source = Source::new(name, Arc::clone(text));
            return Ok(read_file(&Arc::new(source), self.dialect, given));
        }
        let Some(bytes) = files::read_unless_binary(&input.path, input.named)? else {
            return Ok(File::NothingOfOurs);
        };
        match garbled::text_of(bytes) {
            Ok(text) => {
                let source = Source::new(name, text);
                Ok(read_file(&Arc::new(source), self.dialect, given))
            }
            // A binary that lies in a folder is nobody's configuration; one that is named is a mistake.
            Err(garbled) => {
                let why = garbled.why.clone();
                if input.named || garbled.is_ours(&name, self.dialect, given) {
                    Err(why)
                } else {
                    Ok(File::NothingOfOurs)
                }
            }
        }
    }

    /// Judges a file in its own scope, names looked up in `directory`, too.
    pub(super) fn judge<'t>(
        &self,
        reading: &'t Reading,
        directory: &Arc<Directory<'t>>,
    ) -> Verdicts<'b> {
        let judge = self.judge.apart();
        let mut asked = BTreeSet::new();
        let worlds = reading.scopes().into_iter().map(|mut scope| {
            scope.look_beyond(Arc::clone(directory));
            let evaluations = judge.judge_scope(&scope);
            let (label, facts) = (scope.world.take(), std::mem::take(&mut scope.facts));
            asked.extend(scope.into_asked());
            World {
                label,
                facts,
                evaluations,
            }
        });
        let counted = Counted::of(merge(worlds.collect()), self.everything);
        Verdicts {
            counted,
            asked,
            judge,
        }
    }
}

/// What may be named from any file: the resources that exist in every world of theirs.
pub(super) fn directory<'r>(readings: impl IntoIterator<Item = &'r Reading>) -> Directory<'r> {
    let mut directory = Directory::default();
    for reading in readings
        .into_iter()
        .filter(|reading| reading.worlds().len() == 1)
    {
        for resource in reading.scopes().iter().flat_map(Scope::resources) {
            directory.add(resource);
        }
    }
    directory
}
