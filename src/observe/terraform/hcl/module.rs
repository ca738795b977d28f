//! A module as it is written: the blocks of all files of a folder, by what they declare.

use super::expr::{Argument, At, Block, Body, Expr};
use super::files::Files;
use super::json::{Json, is_known};
use super::lower::Shift;
use crate::observe::{Problem, Syntax};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// A module as it is written.
#[derive(Debug, Default)]
pub(super) struct Module {
    /// The folder, as the command line names it.
    pub(super) folder: String,
    pub(super) variables: BTreeMap<Rc<str>, Rc<Block>>,
    pub(super) locals: BTreeMap<Rc<str>, Rc<Expr>>,
    pub(super) outputs: BTreeMap<Rc<str>, Rc<Block>>,
    /// In the order written.
    pub(super) resources: Vec<Rc<Block>>,
    pub(super) data: Vec<Rc<Block>>,
    pub(super) calls: Vec<Rc<Block>>,
    pub(super) providers: Vec<Rc<Block>>,
    /// Blocks of kinds that Terraform does not know.
    pub(super) others: Vec<Rc<Block>>,
    /// What `*.tfvars` files give to variables; later files win.
    pub(super) given: BTreeMap<Rc<str>, Rc<Expr>>,
    by_name: BTreeMap<(bool, Rc<str>, Rc<str>), usize>,
}

impl Module {
    /// The module of these files. What cannot be read is a problem; the rest is read.
    pub(super) fn read(
        folder: &str,
        texts: &[(String, Arc<str>)],
        files: &mut Files,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut blocks = Vec::new();
        let mut overrides = Vec::new();
        let mut given = Vec::new();
        for (name, text) in texts {
            let Some(base) = files.add(name, Arc::clone(text)) else {
                problems.push(too_much(name));
                continue;
            };
            let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
            let values = is_values(file);
            match parse(file, base, text, values, files) {
                Ok(body) if values => given.push((order(file), file, body)),
                Ok(body) if is_override(file) => overrides.extend(body.blocks),
                Ok(body) => blocks.extend(body.blocks),
                Err(problem) => problems.push(*problem),
            }
        }
        refuse_duplicates(&blocks, files, problems);
        for block in overrides {
            override_with(block, &mut blocks, files, problems);
        }
        let mut module = Self {
            folder: folder.to_owned(),
            ..Self::default()
        };
        for block in blocks {
            module.declare(block);
        }
        given.sort_by(|one, other| (one.0, one.1).cmp(&(other.0, other.1)));
        for Argument { name, value, .. } in given.into_iter().flat_map(|(.., body)| body.arguments)
        {
            module.given.insert(name, value);
        }
        module
    }

    fn declare(&mut self, block: Block) {
        let label = |index: usize| block.labels.get(index).cloned().unwrap_or_default();
        let (first, second) = (label(0), label(1));
        match &*block.kind {
            "variable" => drop(self.variables.insert(first, Rc::new(block))),
            "output" => drop(self.outputs.insert(first, Rc::new(block))),
            "locals" => {
                let arguments = block.body.arguments.into_iter();
                let locals = arguments.map(|argument| (argument.name, argument.value));
                self.locals.extend(locals);
            }
            "resource" => {
                let key = (false, first, second);
                self.by_name.insert(key, self.resources.len());
                self.resources.push(Rc::new(block));
            }
            "data" => {
                self.by_name.insert((true, first, second), self.data.len());
                self.data.push(Rc::new(block));
            }
            "module" => self.calls.push(Rc::new(block)),
            "provider" => self.providers.push(Rc::new(block)),
            kind if !is_known(kind) => self.others.push(Rc::new(block)),
            _ => {}
        }
    }

    /// The block that declares a resource or data source.
    pub(super) fn declared(
        &self,
        data: bool,
        kind: &Rc<str>,
        name: &Rc<str>,
    ) -> Option<&Rc<Block>> {
        let key = (data, Rc::clone(kind), Rc::clone(name));
        let index = *self.by_name.get(&key)?;
        let blocks = if data { &self.data } else { &self.resources };
        blocks.get(index)
    }

    /// The block that calls a module.
    pub(super) fn call(&self, name: &str) -> Option<&Rc<Block>> {
        let named = |call: &&Rc<Block>| call.labels.first().is_some_and(|label| &**label == name);
        self.calls.iter().find(named)
    }
}

/// Whether a file holds values of variables, by its name.
pub fn is_values(file: &str) -> bool {
    let plain = file.strip_suffix(".json").unwrap_or(file);
    plain
        .rsplit_once('.')
        .is_some_and(|(_, ending)| ending == "tfvars")
}

/// Whether a file belongs to a module by its name. Values that Terraform does not take by itself belong to it only
/// when they are `named`.
pub fn is_module_file(file: &str, named: bool) -> bool {
    let plain = file.strip_suffix(".json").unwrap_or(file);
    let ending = plain.rsplit_once('.').map_or("", |(_, ending)| ending);
    ["tf", "tofu"].contains(&ending)
        || plain == "terraform.tfvars"
        || plain.ends_with(".auto.tfvars")
        || (named && ending == "tfvars")
}

/// `terraform.tfvars` comes first, then its JSON form, then the others by name (Terraform language, *Variable
/// definition precedence*).
fn order(file: &str) -> u8 {
    match file {
        "terraform.tfvars" => 0,
        "terraform.tfvars.json" => 1,
        _ if file.contains(".auto.tfvars") => 2,
        _ => 3,
    }
}

/// Whether a file's blocks change those of the others (Terraform language, *Override files*).
fn is_override(file: &str) -> bool {
    let stem = file.split('.').next().unwrap_or(file);
    stem == "override" || stem.ends_with("_override")
}

fn too_much(name: &str) -> Problem {
    Problem {
        what: format!("could not read `{name}`"),
        why: "the module and what it calls are too long".to_owned(),
        place: None,
        action: None,
    }
}

/// The body of a file.
fn parse(
    file: &str,
    base: u32,
    text: &Arc<str>,
    values: bool,
    files: &Files,
) -> Result<Body, Box<Problem>> {
    let Some((_, source)) = files.source(base).filter(|_| !text.is_empty()) else {
        return Ok(Body::default());
    };
    if is_json(file, text) {
        let tree = crate::observe::json::read(Arc::clone(source));
        let tree = tree.map_err(|syntax| Box::new(Problem::syntax(source, &syntax)))?;
        let json = Json { tree: &tree, base };
        let root = tree.root_id();
        return Ok(if values {
            json.arguments(root)
        } else {
            json.file(root)
        });
    }
    // Terraform takes a byte order mark, which `hcl-edit` does not.
    let (text, skipped) = match text.strip_prefix('\u{feff}') {
        Some(rest) => (rest, 3),
        None => (&**text, 0),
    };
    match hcl_edit::parser::parse_body(text) {
        Ok(body) => Ok(Shift::By(base + skipped).body(&body)),
        Err(error) => {
            let at = error.location().offset() + skipped as usize;
            let message = error.message().replace(['\n', '\r'], " ");
            let syntax = Syntax::new(source, (at, at), message);
            Err(Box::new(Problem::syntax(source, &syntax)))
        }
    }
}

/// Whether a text is in Terraform's JSON syntax: by its name, or by how it begins.
fn is_json(file: &str, text: &str) -> bool {
    file.strip_suffix(".json").is_some()
        || text
            .trim_start_matches('\u{feff}')
            .trim_start()
            .starts_with('{')
}

/// What a module declares twice, which Terraform refuses. Either is judged by what it says itself.
fn refuse_duplicates(blocks: &[Block], files: &Files, problems: &mut Vec<Problem>) {
    const NAMED: &[&str] = &["resource", "data", "module", "variable", "output"];
    let mut known = BTreeSet::new();
    for block in blocks.iter().filter(|block| NAMED.contains(&&*block.kind)) {
        if !known.insert((&block.kind, &block.labels)) {
            let name = block.labels.join(".");
            let what = format!("could not tell which `{name}` is meant");
            let why = format!("{} `{name}` is declared twice", block.kind);
            problems.push(problem_at(files, block.head, what, why));
        }
    }
    let locals = blocks.iter().filter(|block| &*block.kind == "locals");
    let mut known = BTreeSet::new();
    for local in locals.flat_map(|block| &block.body.arguments) {
        if !known.insert(&local.name) {
            let what = format!("could not tell which `local.{}` is meant", local.name);
            let why = "it is declared twice";
            problems.push(problem_at(files, local.name_at, what, why));
        }
    }
}

/// Merges a block of an override file into the one that it overrides.
fn override_with(
    block: Block,
    blocks: &mut Vec<Block>,
    files: &Files,
    problems: &mut Vec<Problem>,
) {
    if &*block.kind == "locals" {
        // Later definitions take the place of earlier ones.
        blocks.push(block);
        return;
    }
    let same = |known: &&mut Block| known.kind == block.kind && known.labels == block.labels;
    let Some(known) = blocks.iter_mut().find(same) else {
        if let Some((_, source)) = files.source(block.at.start)
            && &*block.kind == "resource"
        {
            let why = "an override file declares a resource that no other file does";
            problems.push(Problem::file(source, why));
        }
        blocks.push(block);
        return;
    };
    for argument in block.body.arguments {
        known
            .body
            .arguments
            .retain(|known| known.name != argument.name);
        known
            .body
            .blocks
            .retain(|known| known.kind != argument.name);
        known.body.arguments.push(argument);
    }
    for inner in &block.body.blocks {
        known
            .body
            .arguments
            .retain(|known| known.name != inner.kind);
        known.body.blocks.retain(|known| known.kind != inner.kind);
    }
    known.body.blocks.extend(block.body.blocks);
}

/// A problem somewhere in a module.
pub(super) fn problem_at(
    files: &Files,
    at: At,
    what: impl Into<String>,
    why: impl Into<String>,
) -> Problem {
    let place = files.source(at.start).map(|(base, source)| {
        let (start, end) = ((at.start - base) as usize, (at.end - base) as usize);
        crate::observed::Place::new(source, start, end, String::new())
    });
    Problem {
        what: what.into(),
        why: why.into(),
        place,
        action: None,
    }
}
