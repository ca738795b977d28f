//! What a module gives to resources of others, hands on in outputs, or says where nobody reads it.

use super::emit::Emitter;
use super::eval::{Evaluator, Space};
use super::expr::{At, Block};
use super::module::Module;
use super::scope::Env;
use super::value::Value;
use crate::observe::Problem;
use crate::observe::terraform::hidden;
use crate::observed::tree::Tree;
use std::rc::Rc;
use std::sync::Arc;

/// A value that is not read: what could not be judged if it holds something of ours, and what holds it.
type Held = (Value, String, String);

impl Evaluator<'_> {
    /// A problem for each value that is not read and that something of ours stands in. What is read of it in other files is
    /// judged there.
    pub(super) fn hidden(&mut self) -> Vec<Problem> {
        if !self.files.mention(names_a_member) {
            return Vec::new();
        }
        // What is found out of them by the way is nobody's.
        let (problems, notes) = (self.problems.clone(), self.notes.clone());
        let mut held = Vec::new();
        for instance in 0..self.instances.len() {
            let module = self.module_of(instance);
            self.in_blocks(&module, instance, &mut held);
            self.in_locals(&module, instance, &mut held);
        }
        (self.problems, self.notes) = (problems, notes);
        let mut emitter = Emitter {
            files: &self.files,
            tree: Tree::new(Arc::new(self.files.joined("module"))),
            added: 0,
        };
        let mut found: Vec<Problem> = Vec::new();
        for (value, what, holder) in held {
            let at = emitter.value(&value, 0);
            let problem = hidden::problem(&mut emitter.tree, at, (&what, &holder));
            let new = problem.filter(|new| !found.iter().any(|known| known.place == new.place));
            found.extend(new.filter(|new| !self.is_of_a_file_read(new)));
        }
        found
    }

    /// Whether a problem is in a file that the module reads: that is a file of its own.
    fn is_of_a_file_read(&self, problem: &Problem) -> bool {
        let file = problem
            .place
            .as_ref()
            .and_then(|place| place.file.as_deref());
        let mut read = self.read.values().flatten();
        read.any(|(base, _)| {
            let source = self.files.source(*base);
            source.is_some_and(|(_, source)| file == Some(&*source.name))
        })
    }

    fn in_blocks(&mut self, module: &Module, instance: usize, held: &mut Vec<Held>) {
        let path = self.path_of(instance);
        let others = module.resources.iter().filter(|block| !is_read(block));
        for block in others {
            let holder = format!("a resource of type `{}`", type_of(block));
            for (address, value) in self.values(block, instance) {
                let what = format!("what `{address}` is given");
                held.push((value, what, holder.clone()));
            }
        }
        let env = Env::of(instance);
        for block in module.data.iter().chain(&module.others) {
            let labels = block.labels.iter().map(|label| &**label);
            let name: Vec<&str> = std::iter::once(&*block.kind).chain(labels).collect();
            let what = format!("what `{path}{}` is given", name.join("."));
            let holder = format!("a `{}` block", block.kind);
            held.push((self.body(&block.body, block.at, &env), what, holder));
        }
        // What other modules hand on is found where it arrives.
        for (name, block) in module.outputs.iter().filter(|_| instance == 0) {
            let what = format!("what output `{name}` hands on");
            let value = self.body(&block.body, block.at, &env);
            held.push((value, what, "an output".to_owned()));
        }
    }

    /// The locals that nothing rests on that is read, or may be.
    fn in_locals(&mut self, module: &Module, instance: usize, held: &mut Vec<Held>) {
        let names: Vec<Rc<str>> = module.locals.keys().cloned().collect();
        for name in names {
            let key = (instance, Space::Local, Rc::clone(&name));
            if self.knows(&key) || self.is_used(module, &format!("local.{name}")) {
                continue;
            }
            let value = self.local(&name, instance, At::default());
            let what = format!("`local.{name}`");
            held.push((value, what, "a local value that nothing uses".to_owned()));
        }
    }

    /// Whether what is read, or another module, is given a local by name.
    fn is_used(&self, module: &Module, name: &str) -> bool {
        let read = module.resources.iter().filter(|block| is_read(block));
        let mut blocks = read.chain(&module.calls);
        blocks.any(|block| {
            let written = self.files.written(block.at);
            let mut after = written.match_indices(name);
            after.any(|(at, _)| {
                let rest = written.get(at + name.len()..).unwrap_or_default();
                !rest.starts_with(|next: char| next.is_alphanumeric() || "_-".contains(next))
            })
        })
    }
}

fn type_of(block: &Block) -> &str {
    block.labels.first().map_or("", |kind| &**kind)
}

fn is_read(block: &Rc<Block>) -> bool {
    super::kind_of(block).is_some()
}

/// Whether a text names what requests and documents of ours hold.
fn names_a_member(text: &str) -> bool {
    const MEMBERS: &[&str] = &[
        "AWS::EMR",
        "AWS::LakeFormation::",
        "AuthenticationConfiguration",
        "AuthorizationConfiguration",
        "BlockPublicAccessConfiguration",
        "BlockPublicSecurityGroupRules",
        "DataLakeAdmins",
        "DataLakePrincipalIdentifier",
        "DataLakeSettings",
        "EncryptionConfiguration",
        "InstanceMetadataServiceConfiguration",
        "Instances",
        "LFTags",
        "ResourceArn",
        "StartAt",
        "TableData",
        "TagKey",
        "containerProvider",
        "releaseLabel",
        "securityConfigurationData",
    ];
    MEMBERS.iter().any(|member| text.contains(member))
}
