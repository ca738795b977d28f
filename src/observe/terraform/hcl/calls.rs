//! Modules that modules call, and their outputs.

use super::eval::{Evaluator, Instance};
use super::expr::At;
use super::expr::Block;
use super::module::Module;
use super::names::address_of;
use super::scope::Env;
use super::value::{Handle, InstanceKey, Value};
use crate::observe::recognise::named_after_ours;
use crate::observed::Reason;
use std::rc::Rc;

/// How deep modules may call modules.
const MAX_CALLS: usize = 16;

impl Evaluator<'_> {
    pub(super) fn output(&mut self, handle: &Handle, module: &Module, name: &str, at: At) -> Value {
        let address = address_of(handle);
        let import = || {
            let name = format!("{address}.{name}");
            Value::unknown(Reason::Import { name }, at)
        };
        let Some(call) = module.call(&handle.name).cloned() else {
            return import();
        };
        let expanded = self.expanded(&call, false, handle.instance);
        let Some((key, env)) = expanded.iter().find(|(key, _)| *key == handle.key) else {
            return import();
        };
        let Some(child) = self.child(&call, key, env) else {
            return import();
        };
        let module = self.module_of(child);
        let Some(output) = module.outputs.get(name) else {
            return Value::malformed(format!("module `{address}` has no output `{name}`"), at);
        };
        match output.body.argument("value") {
            Some(value) => self.eval(&value.value, &Env::of(child)),
            None => import(),
        }
    }

    /// The module instance that a call makes; `None` when its source is not in reach. That is said once.
    pub(super) fn child(
        &mut self,
        call: &Rc<Block>,
        key: &InstanceKey,
        env: &Env,
    ) -> Option<usize> {
        let name = call.labels.first().cloned().unwrap_or_default();
        let declared = format!("{} {}", key.shown(), call.at.start);
        let known = (env.instance, Rc::clone(&name), declared);
        if let Some(child) = self.children.get(&known) {
            return *child;
        }
        let child = self
            .called_module(call, &name, env)
            .map(|(module, relative)| {
                let path = format!(
                    "{}module.{name}{}.",
                    self.path_of(env.instance),
                    key.shown()
                );
                self.instances.push(Instance {
                    module,
                    path,
                    relative,
                    call: Some((Rc::clone(call), env.clone())),
                });
                self.instances.len() - 1
            });
        self.children.insert(known, child);
        child
    }

    fn called_module(
        &mut self,
        call: &Block,
        name: &str,
        env: &Env,
    ) -> Option<(Rc<Module>, String)> {
        let source = call.body.argument("source")?;
        let path = self.eval(&source.value, env).as_text();
        let at = source.value.at;
        let Some(path) = path else {
            self.problem(
                at,
                format!("could not read module `{name}`"),
                "its source is not known",
            );
            return None;
        };
        if !is_local(&path) {
            self.remote(call, name, &path);
            return None;
        }
        let mut depth = 0;
        let mut above = Some(env.instance);
        while let Some(instance) = above.and_then(|above| self.instances.get(above)) {
            depth += 1;
            above = instance.call.as_ref().map(|(_, env)| env.instance);
        }
        if depth > MAX_CALLS || !self.afford(1000) {
            let why = "modules call modules without end";
            self.problem(at, format!("could not read module `{name}`"), why);
            return None;
        }
        let caller = self.instances.get(env.instance)?;
        let relative = neat(&format!("{}/{path}", caller.relative));
        let folder = neat(&format!("{}/{path}", caller.module.folder));
        if let Some(module) = self.modules.get(&folder) {
            return Some((Rc::clone(module.as_ref()?), relative));
        }
        let module = match self.library.folder(&folder) {
            Ok(texts) => Some(Rc::new(self.module(&folder, &texts))),
            Err(why) => {
                self.problem(at, format!("could not read module `{folder}`"), why);
                None
            }
        };
        self.modules.insert(folder, module.clone());
        Some((module?, relative))
    }

    /// A module of a registry or repository, which is not fetched.
    fn remote(&mut self, call: &Block, name: &str, source: &str) {
        let given = call.body.arguments.iter();
        let ours = given
            .map(|given| &*given.name)
            .find(|name| is_argument_of_ours(name));
        if named_after_ours(source) || ours.is_some() {
            let why = format!("module `{source}` is not fetched: judge the plan instead");
            self.problem(call.head, format!("could not read module `{name}`"), why);
        } else {
            self.notes.insert(format!(
                "module `{name}` is not fetched, and nothing in it is judged: `{source}`"
            ));
        }
    }
}

/// Whether an argument is named after one that only clusters, security configurations and their like have.
fn is_argument_of_ours(name: &str) -> bool {
    [
        "release_label",
        "security_configuration",
        "bootstrap_action",
        "master_instance_",
        "core_instance_",
        "kerberos_attributes",
        "lakeformation_",
        "lake_formation_",
    ]
    .iter()
    .any(|word| name.contains(word))
}

/// Whether a module's source is a folder beside the module.
pub(super) fn is_local(source: &str) -> bool {
    source.starts_with("./") || source.starts_with("../") || source == "." || source == ".."
}

/// A path without `.` and, as far as that can be, without `..`.
pub(super) fn neat(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (path.starts_with('/'), joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}
