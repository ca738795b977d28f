//! `check --diff`: the tree that a change starts from, as git has it. It is checked out into a temporary folder and
//! judged like any other; what is found there is called by the names that the files have now.

use super::files;
use crate::judge::{Earlier, Evaluation, Report, Said, Subject};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

/// Files that are checked out wherever they are, because files that are checked may name them.
const NAMED_FROM_ELSEWHERE: [&str; 5] = [".tf", ".tf.json", ".tfvars", ".tpl", ".tftpl"];
/// The files that make a folder a Terraform module.
const MODULE: [&str; 4] = [".tf", ".tf.json", ".tofu", ".tofu.json"];
/// Files that are checked out in the folders of Terraform's modules and below: modules read documents beside them.
const READ_BY_MODULES: [&str; 4] = [".json", ".yaml", ".yml", ".j2"];

/// A tree of git's in a folder that is gone with this.
#[derive(Debug)]
pub(super) struct Base {
    /// The paths of the user as they are in that folder, those that are there.
    pub(super) paths: Vec<PathBuf>,
    /// The current folder as it is there.
    pub(super) here: PathBuf,
    /// What names begin with there, and here; longest first.
    names: Vec<(String, String)>,
    folder: tempfile::TempDir,
}

/// A path of the user, and where it is in the repository.
struct Scope<'p> {
    given: &'p Path,
    relative: String,
}

impl Scope<'_> {
    fn holds(&self, name: &str) -> bool {
        let rest = name.strip_prefix(self.relative.as_str());
        self.relative.is_empty()
            || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl Base {
    /// Checks out what `paths` were at `reference`.
    ///
    /// # Errors
    /// Why that cannot be had, in words.
    pub(super) fn check_out(reference: &str, paths: &[PathBuf]) -> Result<Self, String> {
        let top = line(&git(
            Path::new("."),
            None,
            &["rev-parse", "--show-toplevel"],
        )?);
        let top = std::fs::canonicalize(&top).map_err(|error| files::plain(&error))?;
        let commit = commit(&top, reference)?;
        let scopes = scopes(&top, paths)?;
        let within = |name: &str| scopes.iter().any(|scope| scope.holds(name));
        let renames: Vec<(String, String)> = renames(&top, &commit)?
            .into_iter()
            .filter(|(_, new)| within(new))
            .collect();
        let folder = tempfile::Builder::new()
            .prefix("emr-baseline-base-")
            .tempdir()
            .map_err(|error| files::plain(&error))?;
        let all = listed(&top, &commit)?;
        let modules: BTreeSet<&str> = all
            .iter()
            .filter(|name| MODULE.iter().any(|end| name.ends_with(end)))
            .filter_map(|name| folder_of(name))
            .collect();
        let beside_module = |name: &str| {
            let mut folder = folder_of(name);
            let is_read = READ_BY_MODULES.iter().any(|end| name.ends_with(end));
            is_read
                && std::iter::from_fn(|| {
                    let own = folder?;
                    folder = folder_of(own);
                    Some(own)
                })
                .any(|folder| modules.contains(folder))
        };
        let wanted = |name: &str| {
            within(name)
                || beside_module(name)
                || renames.iter().any(|(old, _)| old == name)
                || NAMED_FROM_ELSEWHERE.iter().any(|end| name.ends_with(end))
        };
        let names: Vec<String> = all.iter().filter(|name| wanted(name)).cloned().collect();
        materialise(&top, &commit, &names, folder.path())?;
        let tree = folder.path().join("tree");
        for (old, new) in &renames {
            // A file that cannot take its new name is one that was not there.
            let _ = rename(&tree.join(old), &tree.join(new));
        }
        Ok(Self::of(folder, &top, &scopes))
    }

    fn of(folder: tempfile::TempDir, top: &Path, scopes: &[Scope<'_>]) -> Self {
        let tree = folder.path().join("tree");
        let (mut paths, mut names) = (Vec::new(), Vec::new());
        for scope in scopes {
            let there = tree.join(&scope.relative);
            let called = |path: &Path| files::neat(path).display().to_string();
            names.push((called(&there), called(scope.given)));
            if there.exists() {
                paths.push(there);
            }
        }
        names.sort_by_key(|(there, _)| std::cmp::Reverse(there.len()));
        let here = std::env::current_dir().and_then(std::fs::canonicalize).ok();
        let within = here.as_deref().and_then(|here| here.strip_prefix(top).ok());
        // Modules that are called from what is checked may stand beside it.
        let mut given = scopes.iter().map(|scope| files::neat(scope.given));
        let up = match within {
            Some(within) if !given.any(|path| path.is_absolute()) => {
                vec![".."; within.components().count()].join("/")
            }
            _ => top.display().to_string(),
        };
        names.push((files::neat(&tree).display().to_string(), up));
        Self {
            here: within.map_or_else(|| tree.clone(), |within| tree.join(within)),
            paths,
            names,
            folder,
        }
    }

    /// The findings of a report on this tree.
    ///
    /// # Errors
    /// When its evaluations cannot be read back.
    pub(super) fn earlier(self, report: &Report) -> io::Result<Earlier> {
        let mut earlier = Earlier::default();
        for evaluation in &report.evaluations {
            let evaluation = evaluation?;
            if evaluation.is_finding() {
                let evaluation = self.renamed(evaluation.into_owned());
                let here = BTreeMap::new();
                let subject = Subject::of(&evaluation, &here);
                earlier.add(&subject, Said::of(&evaluation), |_| false);
            }
        }
        self.folder.close()?;
        Ok(earlier)
    }

    /// The evaluation as it would be of the files here.
    fn renamed(&self, mut evaluation: Evaluation) -> Evaluation {
        for place in &mut evaluation.seen {
            place.file = place.file.as_deref().map(|file| self.name(file));
        }
        let id = self.name(&evaluation.resource.id);
        if id != evaluation.resource.id {
            Arc::make_mut(&mut evaluation.resource).id = id;
        }
        for one in &mut evaluation.evidence {
            let trace = &mut one.trace;
            trace.file = trace.file.as_deref().map(|file| self.name(file));
            trace.message = self.name(&trace.message);
            trace.observed = self.name(&trace.observed);
            trace.reason = self.name(&trace.reason);
        }
        evaluation.message = self.name(&evaluation.message).into();
        evaluation.observed = self.name(&evaluation.observed);
        evaluation
    }

    /// A text with the names here. The folder's name is random: nothing else is called so.
    fn name(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (there, here) in &self.names {
            if text.contains(there.as_str()) {
                let below = if here.is_empty() {
                    String::new()
                } else {
                    format!("{here}/")
                };
                text = text.replace(&format!("{there}/"), &below);
                text = text.replace(there.as_str(), here);
            }
        }
        text
    }
}

/// The folder of a file or folder, as git names them; `None` at the top.
fn folder_of(name: &str) -> Option<&str> {
    name.rsplit_once('/').map(|(folder, _)| folder)
}

/// Runs git without a shell, and gives what it prints.
fn git(
    folder: &Path,
    index: Option<(&Path, std::fs::File)>,
    words: &[&str],
) -> Result<Vec<u8>, String> {
    let mut command = Command::new("git");
    command.args(words).current_dir(folder).stdin(Stdio::null());
    if let Some((path, stdin)) = index {
        command.env("GIT_INDEX_FILE", path).stdin(stdin);
    }
    let output = command.output().map_err(|error| {
        let why = files::plain(&error);
        format!("`--diff` needs `git`, which cannot be run: {why}")
    })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().next().unwrap_or_default();
    let first = first.strip_prefix("fatal: ").unwrap_or(first);
    let what = words.first().copied().unwrap_or_default();
    Err(format!("git {what}: {first}"))
}

fn line(output: &[u8]) -> String {
    String::from_utf8_lossy(output).trim_end().to_owned()
}

/// The commit that a reference is about. One that begins with a dash would be an option of git's.
fn commit(top: &Path, reference: &str) -> Result<String, String> {
    let unknown = || format!("`{reference}` is no commit that git knows here");
    if reference.starts_with('-') || reference.is_empty() {
        return Err(unknown());
    }
    let wanted = format!("{reference}^{{commit}}");
    let found = git(top, None, &["rev-parse", "--verify", "--quiet", &wanted]);
    let found = found.map_err(|_| unknown())?;
    Ok(line(&found))
}

/// Where the user's paths are in the repository. What does not exist is said elsewhere.
fn scopes<'p>(top: &Path, paths: &'p [PathBuf]) -> Result<Vec<Scope<'p>>, String> {
    let mut scopes = Vec::new();
    for given in paths {
        let Ok(real) = std::fs::canonicalize(given) else {
            continue;
        };
        let relative = real.strip_prefix(top).map_err(|_| {
            let given = given.display();
            format!("`{given}` is not in the git repository of the current folder")
        })?;
        let relative = relative.to_str().map(|text| text.replace('\\', "/"));
        let relative = relative.ok_or("`--diff` needs paths in UTF-8")?;
        scopes.push(Scope { given, relative });
    }
    Ok(scopes)
}

/// Files that git takes for renamed, between the commit and the files as they are: old and new name.
fn renames(top: &Path, commit: &str) -> Result<Vec<(String, String)>, String> {
    let words = [
        "diff",
        "--no-ext-diff",
        "--name-status",
        "--find-renames",
        "--diff-filter=R",
        "-z",
        commit,
        "--",
    ];
    let output = git(top, None, &words)?;
    let output = String::from_utf8_lossy(&output);
    let mut fields = output.split('\0');
    let mut found = Vec::new();
    while let (Some(_), Some(old), Some(new)) = (fields.next(), fields.next(), fields.next()) {
        found.push((old.to_owned(), new.to_owned()));
    }
    Ok(found)
}

/// The names of the files in a commit. Links and submodules are no files, as in a walk of folders.
fn listed(top: &Path, commit: &str) -> Result<Vec<String>, String> {
    let output = git(top, None, &["ls-tree", "-r", "-z", "--full-tree", commit])?;
    let entries = output.split(|byte| *byte == 0);
    let names = entries.filter_map(|entry| {
        let (about, name) = std::str::from_utf8(entry).ok()?.split_once('\t')?;
        about.starts_with("100").then(|| name.to_owned())
    });
    Ok(names.collect())
}

/// Writes these files of a commit below `folder/tree`, through an index of its own: the user's is left alone.
fn materialise(top: &Path, commit: &str, names: &[String], folder: &Path) -> Result<(), String> {
    let failed = |error: io::Error| files::plain(&error);
    let mut list = tempfile::tempfile().map_err(failed)?;
    list.write_all(names.join("\0").as_bytes())
        .map_err(failed)?;
    io::Seek::rewind(&mut list).map_err(failed)?;
    let index = folder.join("index");
    let nothing = tempfile::tempfile().map_err(failed)?;
    git(top, Some((&index, nothing)), &["read-tree", commit])?;
    if names.is_empty() {
        return Ok(());
    }
    let prefix = format!("--prefix={}/", folder.join("tree").display());
    let words = [
        "checkout-index",
        "--quiet",
        "--force",
        &prefix,
        "-z",
        "--stdin",
    ];
    git(top, Some((&index, list)), &words)?;
    Ok(())
}

fn rename(old: &Path, new: &Path) -> io::Result<()> {
    let steps = new.components().chain(old.components());
    if steps
        .into_iter()
        .any(|part| part.as_os_str() == OsStr::new(".."))
    {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    if let Some(folder) = new.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::rename(old, new)
}
