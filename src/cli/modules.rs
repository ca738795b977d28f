//! Terraform modules among the inputs: the files of a folder are read as one, and modules that others call are
//! judged where they are called.

use super::files::{self, Input, Texts};
use crate::observe::terraform::hcl::{self, Library, ModuleFiles, Read};
use crate::observe::{Dialect, File, Given, garbled, parameters};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is read as one.
#[derive(Debug)]
pub(super) enum Unit {
    /// A file.
    File(Input),
    /// The files of a module's folder; its number among the modules.
    Module(usize, Vec<Input>),
}

impl Unit {
    /// The files that it is made of.
    pub(super) fn inputs(&self) -> &[Input] {
        match self {
            Self::File(input) => std::slice::from_ref(input),
            Self::Module(_, inputs) => inputs,
        }
    }
}

/// The inputs, files of one module together where the first of them stood.
pub(super) fn units(inputs: Vec<Input>, dialect: Option<Dialect>) -> Vec<Unit> {
    let mut units = Vec::with_capacity(inputs.len());
    let mut folders: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for input in inputs {
        let name = input.path.file_name().unwrap_or_default();
        let is_part = match dialect {
            None => hcl::is_module_file(&name.to_string_lossy(), input.named),
            Some(dialect) => dialect == Dialect::Terraform,
        };
        if !is_part {
            units.push(Unit::File(input));
            continue;
        }
        let folder = input.path.parent().unwrap_or(Path::new("")).to_owned();
        let number = folders.len();
        let at = *folders.entry(folder).or_insert(units.len());
        match units.get_mut(at) {
            Some(Unit::Module(_, files)) => files.push(input),
            _ => units.push(Unit::Module(number, vec![input])),
        }
    }
    units
}

/// The modules of a run, and what they may name: each other, folders that they call by a path, and files below what
/// is checked.
#[derive(Debug, Default)]
pub(super) struct Modules {
    opened: Vec<Opened>,
    by_folder: BTreeMap<String, usize>,
    /// Folders that look as if they were called.
    called: BTreeSet<String>,
    roots: Vec<PathBuf>,
    texts: Texts,
    /// Values of variables among the files that Terraform does not take by itself, with the folder of the module that they
    /// stand in or below.
    unused: BTreeMap<String, Vec<PathBuf>>,
}

#[derive(Debug)]
struct Opened {
    files: ModuleFiles,
    failed: Vec<(PathBuf, String)>,
}

impl Modules {
    /// Opens the files of every module. `texts` stand for what the disk has.
    pub(super) fn open(
        units: &[Unit],
        paths: &[PathBuf],
        (texts, here): (&Texts, Option<&Path>),
    ) -> Self {
        let opened: Vec<Opened> = units
            .par_iter()
            .filter_map(|unit| match unit {
                Unit::Module(_, inputs) => Some(open(inputs, texts)),
                Unit::File(_) => None,
            })
            .collect();
        if opened.is_empty() {
            return Self::default();
        }
        let folders = opened.iter().enumerate();
        let unused = unused(units, &opened);
        let here: Vec<PathBuf> = here.into_iter().map(Path::to_path_buf).collect();
        Self {
            by_folder: folders
                .map(|(at, opened)| (opened.files.folder.clone(), at))
                .collect(),
            called: opened
                .iter()
                .flat_map(|opened| hcl::calls(&opened.files))
                .collect(),
            roots: files::real_folders(&[paths, &here].concat()),
            texts: texts.clone(),
            unused,
            opened,
        }
    }

    /// Reads a module and what it calls.
    pub(super) fn read(&self, module: usize, given: &Given) -> Option<Read> {
        let opened = self.opened.get(module)?;
        let mut read = hcl::read(&opened.files, self, given);
        if let File::Read(reading) = &mut read.file {
            let note = self.note_of_unused(&opened.files.folder, given);
            reading.notes.extend(note);
        }
        Some(read)
    }

    /// Says which values of variables are there and not used. What `given` repeats was given on the command line.
    fn note_of_unused(&self, folder: &str, given: &Given) -> Option<String> {
        let is_given = |path: &&PathBuf| {
            let text = text(path, &self.texts).ok();
            let values =
                text.and_then(|text| parameters::read(&path.to_string_lossy(), &text).ok());
            values.is_some_and(|values| {
                let mut values = values.iter();
                values.all(|(name, value)| given.parameters.get(name) == Some(value))
            })
        };
        let folder = files::neat(Path::new(folder)).display().to_string();
        let unused = self.unused.get(&folder)?.iter();
        let mut unused = unused.filter(|path| !is_given(path)).peekable();
        let first = unused.peek()?.display().to_string();
        let names: Vec<String> = unused.map(|path| format!("`{}`", path.display())).collect();
        Some(format!(
            "Terraform takes these values of variables only when they are named, and they are not used: {}; for those of one deployment give `--parameters {first}`",
            names.join(", ")
        ))
    }

    /// Files of a module that could not be opened.
    pub(super) fn failed(&self, module: usize) -> &[(PathBuf, String)] {
        self.opened
            .get(module)
            .map_or(&[], |opened| opened.failed.as_slice())
    }

    /// The folder of a module.
    pub(super) fn folder(&self, module: usize) -> &str {
        self.opened
            .get(module)
            .map_or("", |opened| opened.files.folder.as_str())
    }

    /// Whether a module looks as if another one called it.
    pub(super) fn is_called(&self, module: usize) -> bool {
        self.called.contains(self.folder(module))
    }
}

/// Values of variables that no module takes by itself, by the folder of the innermost module that they stand in or below.
fn unused(units: &[Unit], opened: &[Opened]) -> BTreeMap<String, Vec<PathBuf>> {
    let folders: BTreeSet<PathBuf> = opened
        .iter()
        .map(|opened| files::neat(Path::new(&opened.files.folder)))
        .collect();
    let mut unused: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for unit in units {
        let Unit::File(input) = unit else { continue };
        let name = input.path.file_name().unwrap_or_default();
        if !hcl::is_values(&name.to_string_lossy()) {
            continue;
        }
        let path = files::neat(&input.path);
        let mut around = path.ancestors().skip(1);
        if let Some(folder) = around.find(|folder| folders.contains(*folder)) {
            let folder = folder.display().to_string();
            unused.entry(folder).or_default().push(input.path.clone());
        }
    }
    unused
}

/// The texts of a module's files.
fn open(inputs: &[Input], changed: &Texts) -> Opened {
    let mut failed = Vec::new();
    let mut texts = Vec::with_capacity(inputs.len());
    for input in inputs {
        match text(&input.path, changed) {
            Ok(text) => texts.push((input.path.display().to_string(), text)),
            Err(why) => failed.push((input.path.clone(), why)),
        }
    }
    let folder = inputs.first().and_then(|input| input.path.parent());
    let folder = folder.map(|folder| folder.display().to_string());
    let folder = folder.filter(|folder| !folder.is_empty());
    let folder = folder.unwrap_or_else(|| ".".to_owned());
    let name = match texts.as_slice() {
        [(only, _)] => only.clone(),
        _ => folder.clone(),
    };
    let files = ModuleFiles {
        name,
        folder,
        files: texts,
    };
    Opened { files, failed }
}

fn text(path: &Path, changed: &Texts) -> Result<Arc<str>, String> {
    if let Some(text) = changed.get(&path.display().to_string()) {
        return Ok(Arc::clone(text));
    }
    let text = garbled::text_of(files::read(path)?).map_err(|garbled| garbled.why)?;
    Ok(text.into())
}

impl Library for Modules {
    fn folder(&self, path: &str) -> Result<Vec<(String, Arc<str>)>, String> {
        let known = self.by_folder.get(path).and_then(|at| self.opened.get(*at));
        if let Some(known) = known {
            return Ok(known.files.files.clone());
        }
        let found = files::in_folder(Path::new(path), |name| {
            hcl::is_module_file(name, false) && !name.contains(".tfvars")
        })?;
        if found.is_empty() {
            return Err("it holds no Terraform".to_owned());
        }
        found
            .iter()
            .map(|path| Ok((path.display().to_string(), text(path, &self.texts)?)))
            .collect()
    }

    fn file(&self, path: &str) -> Result<Arc<str>, String> {
        if files::is_below(Path::new(path), &self.roots) {
            text(Path::new(path), &self.texts)
        } else {
            Err("it is not below what is checked".to_owned())
        }
    }
}
