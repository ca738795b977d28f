//! `extends`: the files that a baseline stands on, each read once, bases before those that extend them.

use super::layer::{self, Layer};
use super::loader::{self, BUILTIN, Loader, SHIPPED};
use super::problem::Problem;
use super::secret;
use super::source::{Source, Sources};
use super::suggest;
use super::value;
use crate::origin::Origin;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How large a file may be. A baseline of ten thousand grants has two megabytes.
const LARGEST: usize = 16 << 20;

/// How much one message may quote.
const LONGEST: usize = 1_000;

/// The files of a baseline; the last one is the baseline itself.
#[derive(Debug, Default)]
pub(super) struct Layers {
    pub(super) list: Vec<Layer>,
    pub(super) sources: Sources,
    pub(super) problems: Vec<Problem>,
    /// True when some file could not be read or its syntax is broken: what is missing elsewhere may stand there.
    pub(super) incomplete: bool,
    /// Lines of broken syntax: what else is said of them is noise.
    broken: BTreeSet<(Arc<str>, u32)>,
    /// Secrets that stand in the files: no message quotes them.
    hidden: BTreeSet<String>,
}

impl Layers {
    /// Whether a problem is worth telling beside those of syntax.
    pub(super) fn concerns(&self, problem: &Problem) -> bool {
        problem.origin().is_none_or(|origin| {
            !self
                .broken
                .contains(&(Arc::clone(&origin.file), origin.line))
        })
    }

    /// Makes a problem fit to be shown: with its files, without secrets, and not longer than anyone reads.
    pub(super) fn finish(&self, problem: &mut Problem) {
        problem.attach(&self.sources);
        let labels = problem.labels.iter_mut().map(|label| &mut label.text);
        for text in labels
            .chain([&mut problem.message])
            .chain(&mut problem.help)
        {
            for secret in self.hidden.iter().filter(|secret| secret.len() > 2) {
                if text.contains(secret.as_str()) {
                    *text = text.replace(secret.as_str(), "…");
                }
            }
            if text.len() > LONGEST {
                *text = text.chars().take(LONGEST).chain(['…']).collect();
            }
        }
    }
}

/// Reads a baseline and everything that it extends.
pub(super) fn load(path: &str, files: &dyn Loader) -> Layers {
    let mut loading = Loading {
        files,
        done: BTreeMap::new(),
        open: Vec::new(),
        layers: Layers::default(),
    };
    loading.open(path, None);
    loading.layers
}

struct Loading<'a> {
    files: &'a dyn Loader,
    /// Files that were read, by name, and their layer; `None` when nothing came of it.
    done: BTreeMap<String, Option<usize>>,
    /// The chain of files from the baseline to the one being read, with the line that names the next one.
    open: Vec<(String, Option<Origin>)>,
    layers: Layers,
}

impl Loading<'_> {
    /// Reads a file once; returns its layer.
    fn open(&mut self, path: &str, from: Option<&Origin>) -> Option<usize> {
        let (name, bytes) = match self.fetch(path, from) {
            Ok(file) => file,
            Err(problem) => {
                self.fail(problem, from);
                return None;
            }
        };
        if let Some(at) = self.open.iter().position(|(open, _)| *open == name) {
            let problem = self.cycle(at, &name);
            self.fail(problem, from);
            return None;
        }
        if let Some(layer) = self.done.get(&name) {
            return *layer;
        }
        let layer = match decode(&name, bytes) {
            Ok(text) => {
                self.open.push((name.clone(), from.cloned()));
                let layer = self.read(&name, &text);
                self.open.pop();
                Some(layer)
            }
            Err(problem) => {
                self.fail(problem, from);
                None
            }
        };
        self.done.insert(name, layer);
        layer
    }

    fn fail(&mut self, problem: Problem, from: Option<&Origin>) {
        self.layers.incomplete = true;
        self.layers.problems.push(match from {
            Some(origin) => problem.at(origin.clone(), ""),
            None => problem,
        });
    }

    fn fetch(&self, path: &str, from: Option<&Origin>) -> Result<(String, Vec<u8>), Problem> {
        match loader::shipped(path) {
            Some(Ok(text)) => return Ok((path.to_owned(), text.as_bytes().to_vec())),
            Some(Err(name)) => {
                let known = SHIPPED.iter().map(|(name, _)| *name);
                let help = suggest::nearest(name, known.clone()).map_or_else(
                    || {
                        let names: Vec<String> =
                            known.map(|name| format!("`{BUILTIN}{name}`")).collect();
                        format!("there are {}", names.join(", "))
                    },
                    |near| format!("did you mean `{BUILTIN}{near}`?"),
                );
                let message = format!("there is no shipped baseline `{name}`");
                return Err(Problem::new("unknown-builtin", message).help(help));
            }
            None => {}
        }
        let from = from.map(|origin| &*origin.file);
        self.files.read(path, from).map_err(|why| {
            let problem =
                Problem::new("unreadable-file", format!("`{path}` cannot be read: {why}"));
            if SHIPPED.iter().any(|(name, _)| *name == path) {
                return problem.help(format!("did you mean `{BUILTIN}{path}`?"));
            }
            match from {
                Some(_) => problem.help("paths are relative to the file that names them"),
                None => problem,
            }
        })
    }

    fn cycle(&self, at: usize, name: &str) -> Problem {
        let mut problem = Problem::new("cycle", format!("`{name}` extends itself"))
            .help("a baseline cannot stand on itself: remove one of these lines");
        for (_, from) in self.open.iter().skip(at + 1) {
            if let Some(origin) = from {
                problem = problem.at(origin.clone(), "");
            }
        }
        problem.labels.reverse();
        problem
    }

    fn read(&mut self, name: &str, text: &str) -> usize {
        let secrets = secret::find(text);
        let hidden: Vec<_> = secrets.iter().map(|secret| secret.bytes.clone()).collect();
        let source = Arc::new(Source::new(name, text).hiding(&hidden));
        self.layers.sources.add(Arc::clone(&source));
        for secret in secrets {
            if let Some(value) = text.get(secret.bytes.clone()) {
                self.layers.hidden.insert(value.to_owned());
            }
            let message = format!("{} stands in a baseline", secret.what);
            self.layers.problems.push(
                Problem::new("secret", message)
                    .at(source.origin(&secret.bytes), "not shown")
                    .help("take it out and replace it where it is valid; a baseline names secrets, such as an ARN of Secrets Manager"),
            );
        }
        let mut document = value::parse(&source);
        let mut problems = Vec::new();
        let mut layer = layer::read(&source, document.pairs, &mut problems);
        if !document.broken.is_empty() {
            self.layers.incomplete = true;
            problems.retain(|problem| !problem.code.starts_with("baseline::missing-"));
            let file: Arc<str> = Arc::from(name);
            let lines = document
                .broken
                .iter()
                .map(|line| (Arc::clone(&file), *line));
            self.layers.broken.extend(lines);
        }
        self.layers.problems.append(&mut document.problems);
        problems.retain(|problem| self.layers.concerns(problem));
        self.layers.problems.append(&mut problems);
        layer.bases = self.bases(&layer);
        self.layers.list.push(layer);
        self.layers.list.len() - 1
    }

    fn bases(&mut self, layer: &Layer) -> Vec<usize> {
        let mut bases = Vec::new();
        let mut listed: BTreeMap<usize, &Origin> = BTreeMap::new();
        for (path, origin) in &layer.extends {
            let Some(base) = self.open(path, Some(origin)) else {
                continue;
            };
            if let Some(first) = listed.insert(base, origin) {
                let message = format!("`{path}` is listed twice");
                self.layers.problems.push(
                    Problem::new("extends-twice", message)
                        .at(origin.clone(), "again here")
                        .at(first.clone(), "first here")
                        .help("remove one of the two"),
                );
            } else {
                bases.push(base);
            }
        }
        bases
    }
}

/// The text of a file, or what is wrong with its bytes.
pub(super) fn decode(name: &str, bytes: Vec<u8>) -> Result<String, Problem> {
    if bytes.len() > LARGEST {
        let message = format!("`{name}` is larger than a baseline can be");
        return Err(Problem::new("too-large", message).help("the limit is 16 MiB"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let before = error.as_bytes().get(..at).unwrap_or_default();
        let line = String::from_utf8_lossy(before).split('\n').count();
        let message = format!("`{name}` is not UTF-8: its line {line} holds other bytes");
        Problem::new("not-utf-8", message).help("save the file as UTF-8, which TOML asks for")
    })
}
