//! The files of a run: read, judged and forgotten a batch at a time, so that memory grows with the texts of the files
//! and with what is found in them, not with their trees.
//!
//! Names are looked up in all files, and what all files declare is known only at the end. So a file is judged at once,
//! and what it asked for beyond itself is kept with its evaluations. A file that asked for something that another file
//! turned out to declare is then judged again, that file at hand. What waivers met the first time is forgotten with it.

use super::named::NamedOnly;
use super::obstacle;
use super::parts::{Held, folder_of};
use crate::cli::files::{self, Input, Texts};
use crate::cli::modules::{Modules, Unit};
use crate::judge::{Counted, Judge, Obstacle, Report, merge};
use crate::observe::{Dialect, File, Given, Reading, read_file};
use crate::observed::{Directory, KindAndName, Scope, Source};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Files read and judged at a time. Enough to keep every core busy, few enough to forget soon.
pub(super) const BATCH: usize = 64;

/// How every file of a run is read and judged.
pub(super) struct Passes<'a, 'b> {
    pub(super) judge: &'a Judge<'b>,
    /// The Terraform modules among the files.
    pub(super) modules: Modules,
    /// What can be looked up from every file besides the files: the document that is compiled for the target.
    pub(super) compiled: Option<&'a Reading>,
    pub(super) dialect: Option<Dialect>,
    pub(super) given: &'a Given,
    /// Whether compliant evaluations are kept.
    pub(super) everything: bool,
    /// Texts that stand for those of files.
    pub(super) texts: &'a Texts,
}

/// What is kept of a file.
struct Judged<'b> {
    source: Arc<Source>,
    origin: Origin,
    dialect: Dialect,
    /// What was left out on purpose.
    notes: Vec<String>,
    resources: u64,
    /// The names by which other files may look its resources up.
    declares: Vec<KindAndName>,
    verdicts: Verdicts<'b>,
}

/// What a judged file is, so that it can be read once more.
pub(super) enum Origin {
    /// A file.
    File,
    /// A module, by its number.
    Module(usize),
    /// Files that hold parts of one request.
    Parts(Vec<Arc<Source>>),
}

/// What came of judging a file, final or not.
pub(super) struct Verdicts<'b> {
    counted: Counted,
    /// The names that were looked up beyond the file.
    asked: BTreeSet<KindAndName>,
    /// Knows what the waivers met.
    judge: Judge<'b>,
}

/// What came of the files.
#[derive(Default)]
pub(super) struct Passed<'b> {
    judged: Vec<Judged<'b>>,
    named: NamedOnly,
    obstacles: Vec<Obstacle>,
    /// Files that the user named and that hold nothing of ours.
    pub(super) strangers: Vec<String>,
    /// Folders of modules that were judged where others call them, and files that modules read.
    called: BTreeSet<String>,
    /// Parts of requests that were met.
    pub(super) held: Held,
}

/// A file or module that was read.
struct Taken {
    file: File,
    /// Folders of modules, and files, that were read as parts of it.
    called: Vec<String>,
}

impl From<File> for Taken {
    fn from(file: File) -> Self {
        let called = Vec::new();
        Self { file, called }
    }
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
        self.parts(units, &mut passed);
        progress(units.len())?;
        self.look_again(&mut passed);
        Ok(passed)
    }

    fn batch(&self, batch: &[&Unit], passed: &mut Passed<'b>) {
        let directory = Arc::new(self.directory());
        let read: Vec<Result<_, String>> = batch
            .par_iter()
            .map(|unit| {
                let taken = self.read(unit)?;
                let judged = match &taken.file {
                    File::Read(reading) if !reading.is_part() => {
                        Some(self.judge(reading, &directory))
                    }
                    File::Read(_) | File::NothingOfOurs | File::Unreadable { .. } => None,
                };
                Ok((taken, judged))
            })
            .collect();
        for (unit, read) in batch.iter().zip(read) {
            if let Unit::Module(at, _) = unit {
                let failed = self.modules.failed(*at).iter();
                let failed = failed.map(|(path, why)| unreadable(path, why));
                passed.obstacles.extend(failed);
            }
            passed.take(unit, read);
        }
    }

    fn read(&self, unit: &Unit) -> Result<Taken, String> {
        match unit {
            Unit::File(input) => self.read_file(input).map(Taken::from),
            Unit::Module(at, _) => {
                let read = self.modules.read(*at, self.given);
                Ok(read.map_or_else(
                    || File::NothingOfOurs.into(),
                    |read| Taken {
                        file: read.file,
                        called: read.called,
                    },
                ))
            }
        }
    }

    fn read_file(&self, input: &Input) -> Result<File, String> {
        let name = input.path.display().to_string();
        if let Some(text) = self.texts.get(&name) {
            let source = Source::new(name, Arc::clone(text));
            return Ok(read_file(&Arc::new(source), self.dialect, self.given));
        }
        let Some(bytes) = files::read_unless_binary(&input.path, input.named)? else {
            return Ok(File::NothingOfOurs);
        };
        match String::from_utf8(bytes) {
            Ok(text) => {
                let source = Source::new(name, text);
                Ok(read_file(&Arc::new(source), self.dialect, self.given))
            }
            // A binary that lies in a folder is nobody's configuration; one that is named is a mistake.
            Err(_) if !input.named => Ok(File::NothingOfOurs),
            Err(error) => Err(format!(
                "is not UTF-8 from byte {}",
                error.utf8_error().valid_up_to()
            )),
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
            let label = scope.world.take();
            asked.extend(scope.into_asked());
            (label, evaluations)
        });
        let counted = Counted::of(merge(worlds.collect()), self.everything);
        Verdicts {
            counted,
            asked,
            judge,
        }
    }

    /// Judges those files again that asked for what another one declares.
    fn look_again(&self, passed: &mut Passed<'b>) {
        let declaring = passed.declaring();
        let found = |verdicts: &Verdicts<'_>| -> BTreeSet<KindAndName> {
            let asked = verdicts.asked.iter();
            asked
                .filter(|name| declaring.contains_key(*name))
                .cloned()
                .collect()
        };
        let judged = passed.judged.iter().map(|file| found(&file.verdicts));
        let (again, mut wanted): (Vec<usize>, Vec<_>) = judged
            .enumerate()
            .filter(|(_, found)| !found.is_empty())
            .unzip();
        let mut wanted: BTreeSet<KindAndName> = wanted.drain(..).flatten().collect();
        let read = |at: &usize| {
            let judged = passed.judged.get(*at)?;
            let file = match &judged.origin {
                Origin::Module(module) => self.modules.read(*module, self.given)?.file,
                Origin::File => read_file(&judged.source, self.dialect, self.given),
                Origin::Parts(parts) => return self.together_again(parts),
            };
            match file {
                File::Read(reading) => Some(*reading),
                File::NothingOfOurs | File::Unreadable { .. } => None,
            }
        };
        // What is found may name further things in its turn: until nothing new is asked for.
        let final_verdicts = loop {
            let holders: BTreeSet<usize> = wanted
                .iter()
                .filter_map(|name| declaring.get(name))
                .flatten()
                .copied()
                .collect();
            let holders: Vec<Reading> = holders.par_iter().filter_map(read).collect();
            let directory = Arc::new(directory(self.compiled.into_iter().chain(&holders)));
            let verdicts: Vec<_> = again
                .par_iter()
                .filter_map(|at| Some((*at, self.judge(&read(at)?, &directory))))
                .collect();
            let before = wanted.len();
            wanted.extend(verdicts.iter().flat_map(|(_, verdicts)| found(verdicts)));
            if wanted.len() == before {
                break verdicts;
            }
        };
        for (at, verdicts) in final_verdicts {
            if let Some(file) = passed.judged.get_mut(at) {
                file.verdicts = verdicts;
            }
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

/// The names under which [`directory`] lists what a file declares.
fn declares(reading: &Reading) -> Vec<KindAndName> {
    let [world] = reading.worlds() else {
        return Vec::new();
    };
    let identities = world.resources.iter().map(|seen| &seen.identity);
    identities
        .filter_map(|identity| Some((identity.kind, identity.name.clone()?)))
        .collect()
}

/// A file of which nothing is known.
pub(super) fn unreadable(path: &Path, why: &str) -> Obstacle {
    let file = path.display().to_string();
    Obstacle {
        what: format!("could not read `{file}`"),
        file: Some(file),
        why: why.to_owned(),
        ..Obstacle::default()
    }
}

impl<'b> Passed<'b> {
    /// Whether a unit was judged as a part of a module. What is named by itself is judged by itself, too.
    pub(super) fn is_part(&self, unit: &Unit, modules: &Modules) -> bool {
        match unit {
            Unit::Module(at, _) => self.called.contains(modules.folder(*at)),
            Unit::File(input) => {
                !input.named && self.called.contains(&input.path.display().to_string())
            }
        }
    }

    /// Takes one file in, in the order of the input.
    fn take(&mut self, unit: &Unit, read: Result<(Taken, Option<Verdicts<'b>>), String>) {
        let read = read.map(|(taken, verdicts)| {
            self.called.extend(taken.called);
            (taken.file, verdicts)
        });
        match read {
            Ok((File::Read(reading), Some(verdicts))) => {
                let origin = match unit {
                    Unit::Module(at, _) => Origin::Module(*at),
                    Unit::File(_) => Origin::File,
                };
                self.keep(&reading, verdicts, origin);
            }
            Ok((File::Read(reading), None)) => {
                let source = Arc::clone(reading.tree().source());
                let folder = folder_of(Path::new(&source.name));
                self.held.entry(folder).or_default().push(source);
            }
            Ok((File::Unreadable { problem, .. }, _)) => self.obstacles.push(obstacle(&problem)),
            Ok((File::NothingOfOurs, _)) => {
                let inputs = unit.inputs().iter().filter(|input| input.named);
                let strangers = inputs.map(|input| input.path.display().to_string());
                self.strangers.extend(strangers);
            }
            Err(why) => {
                let inputs = unit.inputs().iter();
                let failed = inputs.map(|input| unreadable(&input.path, &why));
                self.obstacles.extend(failed);
            }
        }
    }

    /// Keeps what is to be known of a file that was judged.
    pub(super) fn keep(&mut self, reading: &Reading, verdicts: Verdicts<'b>, origin: Origin) {
        let problems = reading.problems.iter().map(obstacle);
        self.obstacles.extend(problems);
        let scopes = reading.scopes();
        for scope in &scopes {
            self.named.add(&verdicts.judge, scope);
        }
        if let Origin::Parts(parts) = &origin {
            let judged = |name: &String| parts.iter().any(|part| part.name == *name);
            self.strangers.retain(|name| !judged(name));
        }
        let resources = scopes.iter().map(|scope| scope.resources().len() as u64);
        self.judged.push(Judged {
            source: Arc::clone(reading.tree().source()),
            origin,
            dialect: reading.dialect,
            notes: reading.notes.clone(),
            resources: resources.max().unwrap_or_default(),
            declares: declares(reading),
            verdicts,
        });
    }

    /// Which files declare which names, a file as often as it declares one.
    fn declaring(&self) -> BTreeMap<KindAndName, Vec<usize>> {
        let mut declaring: BTreeMap<KindAndName, Vec<usize>> = BTreeMap::new();
        for (at, file) in self.judged.iter().enumerate() {
            for name in &file.declares {
                declaring.entry(name.clone()).or_default().push(at);
            }
        }
        declaring
    }

    /// What each file was taken for.
    pub(super) fn dialects(&self) -> BTreeMap<String, Dialect> {
        let files = self.judged.iter().flat_map(|judged| {
            let files = judged.source.files();
            files.map(|file| (file.name.clone(), judged.dialect))
        });
        files.collect()
    }

    /// Puts everything into the report, in the order of the input, and what is only named after that.
    pub(super) fn report(self, passes: &Passes<'_, 'b>, report: &mut Report) -> io::Result<()> {
        let mut once = self.declaring();
        once.retain(|_, files| files.len() == 1);
        report.obstacles.extend(self.obstacles);
        for file in self.judged {
            let name = &file.source.name;
            report.notes.push(format!("{name}: {}", file.dialect));
            let more = file.notes.iter().map(|note| format!("{name}: {note}"));
            report.notes.extend(more);
            for source in file.source.files() {
                let text = Arc::clone(source.text());
                report.sources.insert(source.name.clone(), text);
            }
            report.coverage.resources += file.resources;
            passes.judge.absorb(&file.verdicts.judge);
            // A plan is what Terraform made of something else, and Python is a program.
            report.add(match file.dialect {
                Dialect::TerraformPlan | Dialect::Python | Dialect::Snapshot => {
                    file.verdicts.counted.unrepaired()
                }
                Dialect::SecurityConfiguration
                | Dialect::RunJobFlow
                | Dialect::StepFunctions
                | Dialect::CloudFormation
                | Dialect::Terraform
                | Dialect::LakeFormation => file.verdicts.counted,
            })?;
        }
        let known = |name: &KindAndName| once.contains_key(name);
        let named = self.named.judge(passes.judge, known);
        report.add(Counted::of(named, passes.everything))
    }
}
