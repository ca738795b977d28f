//! What is kept of the files of a run: their texts, what was found in them, and what they named and declared.

use super::excerpts::Excerpts;
use super::named::{Kept, NamedOnly};
use super::nested::Givens;
use super::obstacle;
use super::parts::{Held, folder_of};
use super::passes::Passes;
use crate::cli::modules::{Modules, Unit};
use crate::judge::{Counted, Judge, Obstacle, Report};
use crate::observe::{Dialect, Nested, Problem, Reading};
use crate::observed::{KindAndName, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is kept of a file.
pub(super) struct Judged<'b> {
    /// What it was read from; of a module, names and texts of its files only.
    pub(super) source: Arc<Source>,
    pub(super) origin: Origin,
    dialect: Dialect,
    /// What was left out on purpose.
    pub(super) notes: Vec<String>,
    /// Whether that is all there is to say of it.
    passed_over: bool,
    /// Its stacks that are made of templates in files.
    pub(super) nested: Vec<Nested>,
    /// The parameters that it takes, if it is a template.
    pub(super) parameters: Vec<String>,
    resources: u64,
    /// The names by which other files may look its resources up.
    declares: Vec<KindAndName>,
    /// What kept parts of it from being judged.
    pub(super) problems: Vec<Problem>,
    /// What it only names.
    pub(super) named: Vec<Kept>,
    pub(super) verdicts: Verdicts<'b>,
}

/// Files of a folder that hold parts of one request.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub(super) sources: Vec<Arc<Source>>,
    /// A file beside them that says something of a request, and is no part that is understood.
    pub(super) unread: Option<String>,
}

/// What a judged file is, so that it can be read once more.
pub(super) enum Origin {
    /// A file.
    File,
    /// A module, by its number.
    Module(usize),
    /// Files that hold parts of one request.
    Parts(Parts),
}

/// What came of judging a file, final or not.
pub(super) struct Verdicts<'b> {
    pub(super) counted: Counted,
    /// The names that were looked up beyond the file.
    pub(super) asked: BTreeSet<KindAndName>,
    /// Knows what the waivers met.
    pub(super) judge: Judge<'b>,
}

/// What came of the files.
#[derive(Default)]
pub(super) struct Passed<'b> {
    pub(super) judged: Vec<Judged<'b>>,
    /// What was only named.
    pub(super) named: NamedOnly,
    pub(super) obstacles: Vec<Obstacle>,
    /// Files that the user named and that hold nothing of ours.
    pub(super) strangers: Vec<String>,
    /// Folders of modules that were judged where others call them, and files that modules read.
    called: BTreeSet<String>,
    /// Parts of requests that were met.
    pub(super) held: Held,
    /// How files are deployed that stacks of others are made of.
    pub(super) givens: Givens,
}

/// What came of a file or module.
pub(super) struct Done<'b> {
    pub(super) what: What<'b>,
    /// Folders of modules, and files, that were read as parts of it.
    pub(super) called: Vec<String>,
}

/// What a file or module turned out to be.
pub(super) enum What<'b> {
    /// Something of ours is in it.
    Judged(Box<Judged<'b>>),
    /// Nothing of ours is in it.
    NothingOfOurs,
    /// A part of a request is in it.
    Part(Arc<Source>),
    /// It looks like ours, and cannot be read.
    Unreadable(Problem),
}

impl<'b> Judged<'b> {
    /// What is kept of a reading. `before` is what was only named before it.
    pub(super) fn of(
        mut reading: Reading,
        verdicts: Verdicts<'b>,
        origin: Origin,
        before: &NamedOnly,
    ) -> Self {
        let scopes = reading.scopes();
        let named = before.of(&verdicts.judge, &scopes);
        let resources = scopes.iter().map(|scope| scope.resources().len() as u64);
        let resources = resources.max().unwrap_or_default();
        drop(scopes);
        let source = reading.tree().source();
        Self {
            source: match origin {
                Origin::Module(_) => Arc::new(source.only_files()),
                Origin::File | Origin::Parts(_) => Arc::clone(source),
            },
            origin,
            dialect: reading.dialect,
            resources,
            declares: declares(&reading),
            passed_over: reading.passed_over,
            notes: std::mem::take(&mut reading.notes),
            nested: std::mem::take(&mut reading.nested),
            parameters: reading.parameters(),
            problems: std::mem::take(&mut reading.problems),
            named,
            verdicts,
        }
    }

    /// Forgets the text of a file in which nothing was found, and which can be read again.
    pub(super) fn forget_text(&mut self) {
        let shown = !self.verdicts.counted.lists_nothing() || !self.problems.is_empty();
        if !shown && !self.source.is_masked() {
            self.source = Arc::new(self.source.only_name());
        }
    }
}

/// The names under which other files may look up what a file declares.
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
    pub(super) fn take(&mut self, unit: &Unit, done: Result<Done<'b>, String>) {
        let done = done.map(|done| {
            self.called.extend(done.called);
            done.what
        });
        match done {
            Ok(What::Judged(judged)) => self.keep(*judged),
            Ok(What::Part(source)) => {
                let folder = folder_of(Path::new(&source.name));
                self.held.entry(folder).or_default().push(source);
            }
            Ok(What::Unreadable(problem)) => self.obstacles.push(obstacle(&problem)),
            Ok(What::NothingOfOurs) => {
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
    pub(super) fn keep(&mut self, mut judged: Judged<'b>) {
        let problems = std::mem::take(&mut judged.problems);
        self.obstacles.extend(problems.iter().map(obstacle));
        self.named.keep(std::mem::take(&mut judged.named));
        if let Origin::Parts(parts) = &judged.origin {
            let judged = |name: &String| parts.sources.iter().any(|part| part.name == *name);
            self.strangers.retain(|name| !judged(name));
        }
        self.judged.push(judged);
    }

    /// Takes files of a module in that could not be opened.
    pub(super) fn failed(&mut self, files: &[(PathBuf, String)]) {
        let failed = files.iter().map(|(path, why)| unreadable(path, why));
        self.obstacles.extend(failed);
    }

    /// Which files declare which names, a file as often as it declares one.
    pub(super) fn declaring(&self) -> BTreeMap<KindAndName, Vec<usize>> {
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

    /// Puts everything into the report, in the order of the input, and what is only named after that. Of the texts, those
    /// are left that were forgotten.
    pub(super) fn report(
        self,
        passes: &Passes<'_, 'b>,
        report: &mut Report,
    ) -> io::Result<Excerpts> {
        let mut once = self.declaring();
        once.retain(|_, files| files.len() == 1);
        report.obstacles.extend(self.obstacles);
        let mut excerpts = Excerpts::default();
        for file in self.judged {
            let name = &file.source.name;
            if !file.passed_over {
                report.notes.push(format!("{name}: {}", file.dialect));
            }
            let more = file.notes.iter().map(|note| format!("{name}: {note}"));
            report.notes.extend(more);
            excerpts.keep(&file.source, report);
            excerpts.note(&file.verdicts.counted);
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
        let named = Counted::of(named, passes.everything);
        excerpts.note(&named);
        report.add(named)?;
        Ok(excerpts)
    }
}
