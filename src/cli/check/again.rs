//! Files that asked for what another file turned out to declare: they are judged again, that file at hand.
//!
//! The declaring files are read again too, and forgotten batch by batch, so that memory does not grow with all that
//! files name of each other.

use super::nested::Givens;
use super::passed::{Judged, Origin, Passed, Verdicts};
use super::passes::{BATCH, Passes, directory};
use crate::cli::files;
use crate::observe::{File, Reading, read_file};
use crate::observed::{KindAndName, Source};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// Which files declare a name, by their numbers.
type Declaring = BTreeMap<KindAndName, Vec<usize>>;

/// Files that declare what others name, by their numbers; `None` of what cannot be read a second time.
type Holders = BTreeMap<usize, Option<Reading>>;

/// What these verdicts asked for beyond their file and some file declares.
fn found(verdicts: &Verdicts<'_>, declaring: &Declaring) -> BTreeSet<KindAndName> {
    let asked = verdicts.asked.iter();
    let found = asked.filter(|name| declaring.contains_key(*name));
    found.cloned().collect()
}

impl<'b> Passes<'_, 'b> {
    /// Judges those files again that asked for what another one declares.
    pub(super) fn look_again(&self, passed: &mut Passed<'b>) {
        let declaring = passed.declaring();
        let asking = |file: &Judged<'b>| {
            let mut asked = file.verdicts.asked.iter();
            asked.any(|name| declaring.contains_key(name))
        };
        let judged = passed.judged.iter().enumerate();
        let again: Vec<usize> = judged
            .filter(|(_, file)| asking(file))
            .map(|(at, _)| at)
            .collect();
        let mut holders = Holders::new();
        for batch in again.chunks(BATCH) {
            let files = (passed.judged.as_slice(), &passed.givens);
            let verdicts = self.judged_again(batch, files, &declaring, &mut holders);
            for (at, verdicts) in verdicts {
                if let Some(file) = passed.judged.get_mut(at) {
                    file.verdicts = verdicts;
                }
            }
        }
    }

    /// A file with all of its text: what is hidden or was let go is read from the file again.
    pub(super) fn whole(&self, source: &Arc<Source>) -> Option<Arc<Source>> {
        if !source.is_masked() && !source.is_forgotten() {
            return Some(Arc::clone(source));
        }
        let name = source.name.clone();
        let text = if let Some(text) = self.texts.get(&name) {
            Arc::clone(text)
        } else {
            String::from_utf8(files::read(Path::new(&name)).ok()?)
                .ok()?
                .into()
        };
        Some(Arc::new(Source::new(name, text)))
    }

    /// The final verdicts of some files. `holders` keeps what was at hand for them: the next may name the same.
    fn judged_again(
        &self,
        batch: &[usize],
        (judged, givens): (&[Judged<'b>], &Givens),
        declaring: &Declaring,
        holders: &mut Holders,
    ) -> Vec<(usize, Verdicts<'b>)> {
        let read = |at: usize| {
            let judged = judged.get(at)?;
            let file = match &judged.origin {
                Origin::Module(module) => self.modules.read(*module, self.given)?.file,
                Origin::File => {
                    let given = givens.get(&judged.source.name).unwrap_or(self.given);
                    read_file(&self.whole(&judged.source)?, self.dialect, given)
                }
                Origin::Parts(parts) => return self.together_again(parts),
            };
            match file {
                File::Read(reading) => Some(*reading),
                File::NothingOfOurs | File::Unreadable { .. } => None,
            }
        };
        let files = batch.iter().filter_map(|at| judged.get(*at));
        let mut wanted: BTreeSet<KindAndName> = files
            .flat_map(|file| found(&file.verdicts, declaring))
            .collect();
        // What is found may name further things in its turn: until nothing new is asked for.
        loop {
            // A name that several bear is none of theirs, whatever they say.
            let (once, several): (Vec<_>, Vec<_>) = wanted
                .iter()
                .filter_map(|name| Some((name, declaring.get(name)?.as_slice())))
                .partition(|(_, files)| files.len() == 1);
            let needed: BTreeSet<usize> =
                once.iter().flat_map(|(_, files)| *files).copied().collect();
            holders.retain(|at, _| needed.contains(at));
            let new: Vec<usize> = { needed.iter() }
                .filter(|at| !holders.contains_key(at))
                .copied()
                .collect();
            holders.par_extend(new.into_par_iter().map(|at| (at, read(at))));
            let readings = holders.values().flatten();
            let mut directory = directory(self.compiled.into_iter().chain(readings));
            for (name, _) in several {
                directory.add_several(name.clone());
            }
            let directory = Arc::new(directory);
            let verdicts: Vec<_> = batch
                .par_iter()
                .filter_map(|at| Some((*at, self.judge(&read(*at)?, &directory))))
                .collect();
            let before = wanted.len();
            wanted.extend({ verdicts.iter() }.flat_map(|(_, verdicts)| found(verdicts, declaring)));
            if wanted.len() == before {
                return verdicts;
            }
        }
    }
}
