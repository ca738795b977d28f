//! The baseline language: TOML files are read into layers, layers meet, and what they together ask for in one
//! account and region is a [`Baseline`].
//!
//! Every mistake of every file is a [`Problem`] with its place; nothing here prints, opens files or asks the time.

mod binding;
mod canonical;
pub mod case;
mod check;
pub mod compare;
mod declare;
pub mod explain;
mod layer;
mod layers;
mod loader;
mod problem;
mod reader;
mod resolve;
pub mod schema;
mod secret;
mod show;
mod source;
mod suggest;
mod tables;
mod target;
#[cfg(test)]
mod tests;
mod value;
mod waiver;

pub(crate) use check::objection as objection_to;
pub use loader::{Loader, Memory, SHIPPED, beside};
pub use problem::{Label, Problem, Style, render};
pub use resolve::{AllWritten, Written};
pub use show::{default_shape, show};
pub use source::{Source, Sources};
pub use target::target_of_place;
pub use waiver::{Waived, Waiver};

use crate::control::lake::declared::DeclaredOnce;
use crate::control::{Requirements, Review, Severity, Target};
use crate::controls;
use crate::lattice::Text;
use crate::origin::Origin;
use jiff::Timestamp;
use layers::Layers;
use resolve::Met;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use target::Targets;

/// What the layers of a baseline together ask for, in one target or in none.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Who answers for it.
    pub owner: String,
    /// What it is for.
    pub description: String,
    /// `sha256:` and the digest of what it asks for in effect, however its files write it.
    pub digest: String,
    /// The account and region it is bound to.
    pub target: Option<Target>,
    /// Every control that is required; `baseline.waivers` always.
    pub requirements: Requirements,
    /// Severities other than the controls' own, and the line that says so.
    pub severities: BTreeMap<&'static str, (Severity, Origin)>,
    /// The waivers of every layer.
    pub waivers: Vec<Waiver>,
    /// The parameters that have no value here: any value of their type passes.
    pub unbound: BTreeSet<String>,
    /// How far away a waiver may expire, in days.
    pub max_waiver_days: Option<i64>,
    /// The files it was read from.
    pub sources: Sources,
    /// What its author should know, but which stops nothing.
    pub warnings: Vec<Problem>,
    /// By control and key, every line that asks for it.
    pub written: AllWritten,
    /// The grants that it declares, understood once for all that asks for them.
    pub(crate) declared: Arc<DeclaredOnce>,
}

/// A baseline whose files are read, not yet bound to a target.
#[derive(Debug)]
pub struct Loaded {
    layers: Layers,
    targets: Targets,
    at: Timestamp,
    /// What the layers ask for without a target, and what is wrong with that.
    unbound: (Met, Vec<Problem>),
    warnings: Vec<Problem>,
}

/// Reads a baseline and everything that it extends. Waivers are held to `at`.
///
/// # Errors
/// Every mistake of every file that shows without a target.
pub fn load(path: &str, files: &dyn Loader, at: Timestamp) -> Result<Loaded, Vec<Problem>> {
    let (loaded, problems) = read(path, files, at);
    if problems.iter().any(|problem| problem.fatal) {
        return Err(problems);
    }
    Ok(Loaded {
        warnings: problems,
        ..loaded
    })
}

/// Everything that is wrong with a baseline: its files, their merge, each of its targets, and what its controls
/// object to. Warnings come with the mistakes; see [`Problem::fatal`].
pub fn validate(path: &str, files: &dyn Loader, at: Timestamp) -> Vec<Problem> {
    let (loaded, mut problems) = read(path, files, at);
    if loaded.layers.incomplete {
        return problems;
    }
    let names = loaded.targets().iter().map(|target| Some(&*target.name));
    let of_files = problems.clone();
    for name in std::iter::once(None).chain(names) {
        let (_, more) = loaded.bind(loaded.find(name));
        // What differs before anything is bound differs in every target, and would be said in other words for each.
        let more = more.into_iter();
        let more = more.filter(|one| !of_files.iter().any(|known| known.is_conflict_of(one)));
        problems.extend(more);
    }
    finish(problems, &loaded.layers)
}

fn read(path: &str, files: &dyn Loader, at: Timestamp) -> (Loaded, Vec<Problem>) {
    let mut layers = layers::load(path, files);
    let mut problems = std::mem::take(&mut layers.problems);
    let mut more = Vec::new();
    let targets = target::read(&layers.list, &mut more);
    let mut loaded = Loaded {
        layers,
        targets,
        at,
        unbound: (Met::default(), Vec::new()),
        warnings: Vec::new(),
    };
    loaded.unbound = loaded.meet(None);
    more.extend(loaded.unbound.1.iter().cloned());
    if loaded.layers.incomplete {
        // A parameter or a base that seems to be missing may stand in what could not be read.
        more.retain(|problem| {
            !problem.code.ends_with("-parameter") && loaded.layers.concerns(problem)
        });
    }
    problems.extend(more);
    let problems = finish(problems, &loaded.layers);
    (loaded, problems)
}

/// Problems in the order of their places, each once.
fn finish(mut problems: Vec<Problem>, layers: &Layers) -> Vec<Problem> {
    for problem in &mut problems {
        layers.finish(problem);
    }
    problems.sort_by(|a, b| {
        let place = |problem: &Problem| {
            problem
                .origin()
                .map(|origin| (origin.file.clone(), origin.bytes))
        };
        place(a)
            .cmp(&place(b))
            .then_with(|| (&a.code, &a.message).cmp(&(&b.code, &b.message)))
    });
    problems
        .dedup_by(|a, b| a.code == b.code && a.message == b.message && a.origin() == b.origin());
    problems
}

impl Loaded {
    /// Its targets, by name.
    pub fn targets(&self) -> &[Target] {
        &self.targets.list
    }

    /// The files it was read from.
    pub fn sources(&self) -> &Sources {
        &self.layers.sources
    }

    /// What the layers ask for in a target, or in none.
    ///
    /// # Errors
    /// Mistakes that show in this target only, objections of controls, or that there is no such target.
    pub fn resolve(&self, target: Option<&str>) -> Result<Baseline, Vec<Problem>> {
        let found = self.find(target);
        if let (Some(name), None) = (target, found) {
            return Err(vec![self.unknown_target(name)]);
        }
        let (baseline, mut problems) = self.bind(found);
        problems.extend(self.warnings.iter().cloned());
        let problems = finish(problems, &self.layers);
        if problems.iter().any(|problem| problem.fatal) {
            return Err(problems);
        }
        Ok(Baseline {
            digest: canonical::digest(&baseline),
            warnings: problems,
            ..baseline
        })
    }

    fn find(&self, name: Option<&str>) -> Option<&Target> {
        name.and_then(|name| self.targets.list.iter().find(|target| target.name == name))
    }

    fn unknown_target(&self, name: &str) -> Problem {
        let names = self.targets.list.iter().map(|target| &*target.name);
        let help = if self.targets.list.is_empty() {
            "the baseline has no targets: write one under `[targets.<name>]`".to_owned()
        } else {
            suggest::help(name, names)
        };
        Problem::new("unknown-target", format!("there is no target `{name}`")).help(help)
    }

    fn meet(&self, target: Option<&Target>) -> (Met, Vec<Problem>) {
        let mut problems = Vec::new();
        let binding = self.targets.binding(target);
        let met = resolve::meet(&self.layers.list, &binding, &mut problems);
        if let Some(days) = met.most_days() {
            let line = met.max_waiver_days.as_ref();
            let line = line.and_then(|asked| asked.origins.last());
            waiver::hold_to(&met.waivers, (days, line), self.at, &mut problems);
        }
        (met, problems)
    }

    fn bind(&self, target: Option<&Target>) -> (Baseline, Vec<Problem>) {
        let (met, mut problems) = match target {
            Some(_) => self.meet(target),
            None => self.unbound.clone(),
        };
        let declared = Arc::default();
        problems.extend(review(&met.requirements, target, &declared));
        let head = self.layers.list.last().map(|layer| layer.head.clone());
        let head = head.unwrap_or_default();
        let max_waiver_days = met.most_days();
        let mut unbound = self.targets.unbound(target);
        if target.is_none() {
            unbound.extend(open_names(&met));
        }
        let baseline = Baseline {
            name: head.name,
            version: head.version,
            owner: head.owner,
            description: head.description,
            digest: String::new(),
            target: target.cloned(),
            requirements: met.requirements,
            severities: met.severities,
            waivers: met.waivers,
            unbound,
            max_waiver_days,
            sources: self.layers.sources.clone(),
            warnings: Vec::new(),
            written: met.written,
            declared,
        };
        (baseline, problems)
    }
}

/// The names that every target binds by itself and that are asked for: without a target, nothing binds them.
fn open_names(met: &Met) -> impl Iterator<Item = String> {
    let asked = met
        .requirements
        .values()
        .flat_map(|requirement| requirement.asked.values());
    let demanded = asked.flat_map(|asked| asked.shape.texts());
    let waived = met.waivers.iter().flat_map(|waiver| {
        let covers = &waiver.resource;
        let texts = [&covers.id, &covers.name, &covers.account, &covers.region];
        texts.into_iter().flatten().chain(covers.tags.values())
    });
    demanded
        .chain(waived)
        .flat_map(Text::open)
        .filter(|name| binding::BUILT_IN.contains(name))
        .map(str::to_owned)
}

/// What the controls object to.
fn review(
    requirements: &Requirements,
    target: Option<&Target>,
    declared: &DeclaredOnce,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (id, requirement) in requirements {
        let Some(entry) = controls::find(id) else {
            continue;
        };
        let mut review = Review::new(entry.meta.id, requirement, requirements, target, declared);
        (entry.bind)(requirement).review(&mut review);
        for objection in review.into_objections() {
            let problem = Problem {
                code: objection.control.to_owned(),
                message: objection.message,
                help: None,
                labels: Vec::new(),
                fatal: objection.fatal,
            };
            let places = objection.places.into_iter();
            problems.push(
                places
                    .fold(problem, |problem, (origin, text)| problem.at(origin, text))
                    .help(objection.help),
            );
        }
    }
    problems
}
