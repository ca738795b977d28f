//! How each source becomes an estate: raw text is read into an [`observed::Tree`](crate::observed::Tree),
//! and the reader of each form finds the resources in it.
//!
//! Readers never guess. What they cannot tell is an unreadable value with its reason, and a text that is
//! not in its format at all is a [`Syntax`] error with a place.

mod afterwards;
mod application;
mod base64;
mod below;
pub mod cloudformation;
mod containers;
pub mod decode;
mod dialect;
mod duplicates;
mod edit;
#[cfg(test)]
mod files_tests;
mod foreign;
pub mod garbled;
mod inside;
pub mod json;
pub mod lake_formation;
mod mrjob;
mod own;
pub mod parameters;
mod parts;
mod placeholders;
mod public_access;
mod python;
mod reading;
mod recognise;
pub mod run_job_flow;
pub mod security_configuration;
mod serverless_framework;
pub mod snapshot;
mod spelling;
mod step_functions;
mod syntax;
mod tags;
pub mod terraform;
#[cfg(test)]
mod testing;
pub mod yaml;

pub use dialect::Dialect;
use inside::What;
pub use parts::{joined, says_of_a_request};
pub use reading::{Nested, Problem, Reading, Seen, SeenNeighbour, World};
pub use recognise::{SECTIONS, looks_like_ours, may_be_ours, recognise, recognise_text};
pub use syntax::Syntax;

use crate::observed::tree::Tree;
use crate::observed::{Reason, Scope, Source};
use placeholders::Values;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// What is known of a deployment besides its files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Values of a template's parameters. They take the place of defaults.
    pub parameters: BTreeMap<String, String>,
    /// What of resources some parameters get, whose values are known by these names only.
    pub references: BTreeMap<String, Reason>,
    /// Parameters that get a value that is not known: their defaults say nothing.
    pub withheld: Withheld,
    /// Twelve digits, when a target is bound.
    pub account: Option<String>,
    /// Region, when a target is bound.
    pub region: Option<String>,
    /// `aws`, `aws-cn`, `aws-us-gov` …, when a target is bound.
    pub partition: Option<String>,
}

/// Which parameters of a template get a value that is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Withheld {
    /// None: what is not given has its default.
    #[default]
    None,
    /// These.
    Some(BTreeSet<String>),
    /// Any may.
    Any,
}

impl Given {
    /// What is known of placeholders.
    fn values(&self) -> Values {
        Values {
            known: self.parameters.clone(),
            unknown: self.references.clone(),
        }
    }

    /// Takes a parameter's default from it: it gets another value, which is not known.
    fn withhold(&mut self, parameter: &str) {
        match &mut self.withheld {
            Withheld::Any => {}
            Withheld::Some(names) => {
                names.insert(parameter.to_owned());
            }
            none @ Withheld::None => {
                *none = Withheld::Some(BTreeSet::from([parameter.to_owned()]));
            }
        }
    }

    /// Whether a parameter that is not given has its default.
    pub fn defaults(&self, parameter: &str) -> bool {
        match &self.withheld {
            Withheld::None => true,
            Withheld::Some(names) => !names.contains(parameter),
            Withheld::Any => false,
        }
    }
}

/// What came of a file.
#[derive(Debug)]
pub enum File {
    /// Something of ours is in it.
    Read(Box<Reading>),
    /// Nothing of ours is in it.
    NothingOfOurs,
    /// It looks like ours, or was said to be, and cannot be read.
    Unreadable {
        /// What it was taken for, when that could be told.
        dialect: Option<Dialect>,
        /// Why it cannot be read.
        problem: Problem,
    },
}

/// Reads a file by its content. `dialect` overrides what it is taken for.
pub fn read_file(source: &Arc<Source>, dialect: Option<Dialect>, given: &Given) -> File {
    match read_anywhere(source, dialect, given) {
        File::Read(reading) => File::Read(Box::new(reading.placed(given))),
        other @ (File::NothingOfOurs | File::Unreadable { .. }) => other,
    }
}

/// A file as it is read whatever the target is.
fn read_anywhere(source: &Arc<Source>, dialect: Option<Dialect>, given: &Given) -> File {
    let text = Arc::clone(source.text());
    if dialect.is_none() && !may_be_ours(&text) {
        return File::NothingOfOurs;
    }
    let unread = |dialect: Option<Dialect>, problem: Problem| File::Unreadable { dialect, problem };
    let found = (dialect.is_none() && !is_page(&source.name))
        .then(|| recognise_text(&text))
        .flatten();
    match dialect.or(found) {
        Some(Dialect::Python) => return python::read(source),
        Some(Dialect::Terraform) => return read_terraform(source, given),
        _ => {}
    }
    if let Some(found) = found {
        return unread(Some(found), Problem::file(source, not_read(found)));
    }
    let plain = parse(source);
    let (tree, not_json) = match filled_in_later(source, plain.as_ref().ok(), (dialect, given))
        .map_or(plain, |tree| Ok((tree, None)))
    {
        Ok(parsed) => parsed,
        Err(syntax) if dialect.is_some() || looks_like_ours(&text) => {
            return unread(dialect, Problem::syntax(source, &syntax));
        }
        Err(_) => return below::read(source),
    };
    match (dialect.or_else(|| recognise(tree.root())), not_json) {
        // CloudFormation takes YAML in flow style; what the other services are sent is JSON, and they reject the rest.
        (Some(dialect), Some(syntax)) if dialect != Dialect::CloudFormation => {
            unread(Some(dialect), Problem::syntax(source, &syntax))
        }
        (Some(Dialect::Terraform), None) => read_terraform(source, given),
        (Some(dialect), _) => match inside::with_beside(tree, (dialect, given), read_tree) {
            Ok(reading) => File::Read(Box::new(reading)),
            Err(why) => unread(Some(dialect), Problem::file(source, why)),
        },
        (None, _) => inside::read(tree).unwrap_or_else(|| below::read(source)),
    }
}

/// Members of a request by which alone nobody would tell one, such as the name of a security configuration in a file of its
/// own: they count where other files of the folder are parts of a request. `None` for any other text.
pub fn read_few(source: &Arc<Source>) -> Option<Reading> {
    let (plain, _) = parse(source).ok().unzip();
    if plain
        .as_ref()
        .is_some_and(|tree| recognise(tree.root()).is_some())
    {
        return None;
    }
    let filled = placeholders::any(source.text())
        .then(|| placeholders::read(source, &Values::default()))
        .flatten();
    let tree = filled.or(plain)?;
    recognise(tree.root())
        .is_none()
        .then(|| parts::few(tree))
        .flatten()
}

/// A file that has placeholders, read as what it is made into. CloudFormation and Terraform have such texts of their
/// own; a file that is nothing of ours even so is left alone.
fn filled_in_later(
    source: &Arc<Source>,
    plain: Option<&(Tree, Option<Syntax>)>,
    (dialect, given): (Option<Dialect>, &Given),
) -> Option<Tree> {
    let of = |dialect: Dialect| {
        matches!(
            dialect,
            Dialect::SecurityConfiguration
                | Dialect::RunJobFlow
                | Dialect::StepFunctions
                | Dialect::LakeFormation
        )
    };
    let known = dialect.or_else(|| plain.and_then(|(tree, _)| recognise(tree.root())));
    if known.is_none_or(of)
        && placeholders::any(source.text())
        && let Some(tree) = placeholders::read(source, &given.values())
        && dialect.or_else(|| recognise(tree.root())).is_some_and(of)
    {
        return Some(tree);
    }
    let template = |known: Dialect| known == Dialect::CloudFormation;
    let tree = known
        .is_none_or(template)
        .then(|| placeholders::read_template(source))??;
    let found = dialect.or_else(|| recognise(tree.root()));
    found.is_some_and(template).then_some(tree)
}

/// Whether a file is a page by its name: what looks like a program in it is quoted.
fn is_page(name: &str) -> bool {
    let ending = Path::new(name).extension();
    let ending = ending.and_then(std::ffi::OsStr::to_str).unwrap_or_default();
    ["adoc", "markdown", "md", "mdx", "rst"]
        .iter()
        .any(|page| ending.eq_ignore_ascii_case(page))
}

/// Reads a file as a Terraform module of its own: nothing beside it is seen.
fn read_terraform(source: &Arc<Source>, given: &Given) -> File {
    let folder = match source.name.rsplit_once(['/', '\\']) {
        Some((folder, _)) => folder,
        None => ".",
    };
    let files = terraform::hcl::ModuleFiles {
        name: source.name.clone(),
        folder: folder.to_owned(),
        files: vec![(source.name.clone(), Arc::clone(source.text()))],
    };
    terraform::hcl::read(&files, &terraform::hcl::Nothing, given).file
}

/// Parses JSON, or else YAML. What starts like JSON may be YAML in flow style: then the mistake that the JSON
/// reader found comes with the tree, for those to whom it is one.
fn parse(source: &Arc<Source>) -> Result<(Tree, Option<Syntax>), Syntax> {
    let text = source.text().trim_start_matches('\u{feff}').trim_start();
    if !text.starts_with(['{', '[']) {
        return yaml::read(Arc::clone(source)).map(|tree| (tree, None));
    }
    match json::read(Arc::clone(source)) {
        Ok(tree) => Ok((tree, None)),
        Err(syntax) => match yaml::read(Arc::clone(source)) {
            Ok(tree) => Ok((tree, Some(syntax))),
            Err(_) => Err(syntax),
        },
    }
}

/// Reads a parsed file of a dialect; `Err` says why it cannot be.
fn read_tree(tree: Tree, dialect: Dialect, given: &Given) -> Result<Reading, String> {
    match dialect {
        Dialect::SecurityConfiguration => Ok(security_configuration::read(tree)),
        Dialect::RunJobFlow => Ok(read_request(tree)),
        Dialect::CloudFormation => {
            let (tree, mut problems) = serverless_framework::template(tree);
            let evaluated = cloudformation::evaluate(tree, given);
            problems.extend(evaluated.problems);
            Ok(Reading {
                dialect,
                problems,
                notes: evaluated.notes,
                nested: evaluated.nested,
                tree: evaluated.tree,
                worlds: evaluated.worlds,
                passed_over: false,
                part: None,
            })
        }
        Dialect::LakeFormation => {
            let mut scope = Scope::new();
            lake_formation::read(&tree, &mut scope);
            let resources = scope.resources().iter().map(Seen::of).collect();
            Ok(Reading::new(dialect, tree, resources))
        }
        Dialect::StepFunctions => Ok(step_functions::read(tree)),
        Dialect::TerraformPlan => terraform::plan::read(tree, given),
        Dialect::Python | Dialect::Terraform | Dialect::Snapshot => Err(not_read(dialect)),
    }
}

/// Reads a request to EMR, or a part of one.
fn read_request(tree: Tree) -> Reading {
    match What::of_request(tree.root()) {
        What::Containers => containers::read(tree),
        What::Mrjob => mrjob::read(tree),
        What::PublicAccess => public_access::read(tree),
        What::Application => application::read(tree),
        What::Part(_) | What::Overrides => parts::read(tree),
        What::Cluster
        | What::Configuration
        | What::Machine
        | What::LakeFormation
        | What::Template
        | What::Text => {
            let lacks_instances = parts::lacks_instances(tree.root());
            let mut reading = run_job_flow::read(tree);
            reading.part = lacks_instances.then_some(parts::Portion::Members);
            reading
        }
    }
}

fn not_read(dialect: Dialect) -> String {
    if dialect == Dialect::Snapshot {
        return "a snapshot is judged by `audit --snapshot`".to_owned();
    }
    format!("dialect `{dialect}` is not read by this version")
}

/// The file's name without folders and extension: what a document without a name of its own is called.
pub(crate) fn stem(name: &str) -> &str {
    let stem = Path::new(name).file_stem();
    stem.and_then(std::ffi::OsStr::to_str).unwrap_or(name)
}
