//! What names stand for: variables, locals, modules and their outputs, resources and their attributes.

use super::eval::{Evaluator, Space};
use super::expr::{At, Block};
use super::module::Module;
use super::scope::Env;
use super::value::{Handle, InstanceKey, Kind, Map, Member, Unknown, Value};
use crate::observed::Reason;
use std::rc::Rc;

/// How many instances of one resource are told apart.
const MAX_INSTANCES: usize = 500;
/// How many are told apart of everything that a root module and what it calls repeat: modules repeat modules.
const MAX_TOLD_APART: usize = 2000;

/// An instance of a resource or module call, and where its body is evaluated.
pub(super) type Expanded = Rc<[(InstanceKey, Env)]>;

/// The address of a resource, as reasons name it.
pub(super) fn address_of(handle: &Handle) -> String {
    let data = if handle.data { "data." } else { "" };
    let (path, kind, name) = (&handle.path, &handle.kind, &handle.name);
    format!("{path}{data}{kind}.{name}{}", handle.key.shown())
}

/// A reference as controls know it: what is referred to without attribute, as its id, and by its ARN are told apart
/// by CloudFormation's names.
pub(super) fn reference_to(handle: &Handle, attribute: &str) -> Reason {
    Reason::Reference {
        resource: address_of(handle),
        attribute: match attribute {
            "id" | "name" | "bucket" | "key_id" => None,
            "arn" => Some("Arn".to_owned()),
            other => Some(other.to_owned()),
        },
    }
}

/// Attributes that are another argument of the resource under another name (provider documentation, *Attribute
/// Reference* of each).
const SAME: &[(&str, &str, &str)] = &[
    ("aws_emr_security_configuration", "id", "name"),
    ("aws_s3_bucket", "id", "bucket"),
    ("aws_iam_role", "id", "name"),
    ("aws_iam_instance_profile", "id", "name"),
    ("aws_kms_alias", "id", "name"),
    ("aws_glue_catalog_database", "id", "name"),
];

impl Evaluator<'_> {
    /// What addresses in a module instance begin with.
    pub(super) fn path_of(&self, instance: usize) -> String {
        let instance = self.instances.get(instance);
        instance.map_or_else(String::new, |instance| instance.path.clone())
    }

    pub(super) fn module_of(&self, instance: usize) -> Rc<Module> {
        let instance = self.instances.get(instance);
        instance.map_or_else(Rc::default, |instance| Rc::clone(&instance.module))
    }

    /// `local.name`.
    pub(super) fn local(&mut self, name: &Rc<str>, instance: usize, at: At) -> Value {
        let key = (instance, Space::Local, Rc::clone(name));
        self.once(key, at, |evaluator| {
            let module = evaluator.module_of(instance);
            match module.locals.get(name) {
                Some(value) => evaluator.eval(value, &Env::of(instance)),
                None => Value::malformed(format!("local `{name}` is not declared"), at),
            }
        })
    }

    /// `path.module` and its like: the root module is where Terraform runs.
    pub(super) fn path(&mut self, name: &str, instance: usize, at: At) -> Value {
        match name {
            "module" => {
                let relative = self
                    .instances
                    .get(instance)
                    .map(|one| one.relative.as_str());
                Value::text(relative.unwrap_or("."), at)
            }
            "root" => Value::text(".", at),
            _ => {
                let place = "the folder that it is applied in".to_owned();
                Value::unknown(Reason::Elsewhere { place }, at)
            }
        }
    }

    /// The instances of a block that may have `count` or `for_each`, and where each is evaluated.
    pub(super) fn expand(&mut self, block: &Block, instance: usize) -> Expanded {
        let env = Env::of(instance);
        let unknown = |reason: &Unknown| {
            let lost = |at| Value::lost(reason, at);
            let value = Value::part_of(reason, block.head);
            let each = bound(&[("key", lost(block.head)), ("value", value)]);
            let count = bound(&[("index", lost(block.head))]);
            let env = env.with("each", each).with("count", count);
            Rc::from([(InstanceKey::Unknown, env)])
        };
        if let Some(count) = block.body.argument("count") {
            let value = self.eval(&count.value, &env);
            if let Some(why) = value.why() {
                return unknown(why);
            }
            let Some(count) = value.as_count().filter(|count| *count <= MAX_INSTANCES) else {
                return unknown(&self.uncounted(block, value.at));
            };
            if let Err(why) = self.tell_apart(count, block, value.at) {
                return unknown(&why);
            }
            let one = |index| {
                let index_value = bound(&[("index", Value::count(index, block.head))]);
                (InstanceKey::Index(index), env.with("count", index_value))
            };
            return (0..count).map(one).collect();
        }
        let Some(each) = block.body.argument("for_each") else {
            return Rc::from([(InstanceKey::Only, env)]);
        };
        let value = self.eval(&each.value, &env);
        let pairs = match Self::pairs(&value) {
            Ok(pairs) if pairs.len() <= MAX_INSTANCES => pairs,
            Ok(_) => return unknown(&self.uncounted(block, value.at)),
            Err(why) => return unknown(&why),
        };
        if let Err(why) = self.tell_apart(pairs.len(), block, value.at) {
            return unknown(&why);
        }
        let set = value.as_list().is_some();
        let mut instances = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            let key = if set { value.clone() } else { key };
            let each = bound(&[("key", key.clone()), ("value", value)]);
            let name = match key.as_text() {
                Some(key) => InstanceKey::Key(key),
                None => InstanceKey::Unknown,
            };
            instances.push((name, env.with("each", each)));
        }
        instances.into()
    }

    /// More instances than are told apart, or no number at all: one is judged for all.
    fn uncounted(&mut self, block: &Block, at: At) -> Unknown {
        let why = format!("it does not say a number of instances up to {MAX_INSTANCES}");
        self.unrepeated(why, block, at)
    }

    /// Accounts for instances; beyond what is told apart in all, one is judged for all.
    fn tell_apart(&mut self, count: usize, block: &Block, at: At) -> Result<(), Unknown> {
        if count <= 1 {
            return Ok(());
        }
        let all = self.told_apart + count;
        if all > MAX_TOLD_APART {
            let why = format!(
                "the module and what it calls repeat more than {MAX_TOLD_APART} modules and resources"
            );
            return Err(self.unrepeated(why, block, at));
        }
        self.told_apart = all;
        Ok(())
    }

    fn unrepeated(&mut self, why: String, block: &Block, at: At) -> Unknown {
        let name = block.labels.join(".");
        let what = format!("could not repeat `{name}`");
        self.problem(at, what, why.clone());
        Unknown {
            reason: Reason::Unsupported { what: why },
            variable: None,
        }
    }

    /// The instances of a declared resource, worked out once in each world.
    pub(super) fn expanded(&mut self, block: &Rc<Block>, data: bool, instance: usize) -> Expanded {
        let key: Rc<str> = format!("{data} {} {}", block.labels.join("."), block.at.start).into();
        let key = (instance, key);
        if let Some((expanded, varied)) = self.expansions.get(&key) {
            self.varied |= *varied;
            return Rc::clone(expanded);
        }
        if !self.expanding.insert(key.clone()) {
            let reason = Reason::Malformed {
                what: format!("`{}` refers to itself", block.labels.join(".")),
            };
            let at = block.head;
            let lost = bound(&[
                ("key", Value::unknown(reason.clone(), at)),
                ("index", Value::unknown(reason, at)),
            ]);
            let env = Env::of(instance)
                .with("each", lost.clone())
                .with("count", lost);
            return Rc::from([(InstanceKey::Unknown, env)]);
        }
        let around = std::mem::take(&mut self.varied);
        let expanded = self.expand(block, instance);
        self.expanding.remove(&key);
        self.expansions
            .insert(key, (Rc::clone(&expanded), self.varied));
        self.varied |= around;
        expanded
    }

    /// `type.name` or `data.type.name`: the resource, or all instances of it.
    pub(super) fn resource(
        &mut self,
        data: bool,
        kind: &Rc<str>,
        name: &Rc<str>,
        instance: usize,
        at: At,
    ) -> Value {
        let module = self.module_of(instance);
        let path: Rc<str> = self.path_of(instance).into();
        let handle = |key| {
            let handle = Handle {
                instance,
                path: Rc::clone(&path),
                data,
                kind: Rc::clone(kind),
                name: Rc::clone(name),
                key,
            };
            Value::new(Kind::Resource(Rc::new(handle)), at)
        };
        let Some(block) = module.declared(data, kind, name).cloned() else {
            // In another file than was given, or nowhere.
            return handle(InstanceKey::Unknown);
        };
        let expanded = self.expanded(&block, data, instance);
        Self::instances_as_value(&expanded, &block, handle, at)
    }

    /// `module.name`: the module, or all instances of it.
    pub(super) fn called(&mut self, name: &Rc<str>, instance: usize, at: At) -> Value {
        let module = self.module_of(instance);
        let path: Rc<str> = self.path_of(instance).into();
        let handle = |key| {
            let handle = Handle {
                instance,
                path: Rc::clone(&path),
                data: false,
                kind: "module".into(),
                name: Rc::clone(name),
                key,
            };
            Value::new(Kind::Resource(Rc::new(handle)), at)
        };
        let Some(block) = module.call(name).cloned() else {
            return Value::malformed(format!("module `{name}` is not called"), at);
        };
        let expanded = self.expanded(&block, false, instance);
        Self::instances_as_value(&expanded, &block, handle, at)
    }

    fn instances_as_value(
        expanded: &Expanded,
        block: &Block,
        handle: impl Fn(InstanceKey) -> Value,
        at: At,
    ) -> Value {
        match &**expanded {
            [(key @ (InstanceKey::Only | InstanceKey::Unknown), _)] => handle(key.clone()),
            all if block.body.argument("count").is_some() => {
                Value::list(all.iter().map(|(key, _)| handle(key.clone())).collect(), at)
            }
            all => {
                let mut map = Map::default();
                for (key, _) in all {
                    match key {
                        InstanceKey::Key(name) => map.members.push(Member {
                            key: Rc::clone(name),
                            key_at: at,
                            value: handle(key.clone()),
                        }),
                        InstanceKey::Only | InstanceKey::Index(_) | InstanceKey::Unknown => {
                            return handle(InstanceKey::Unknown);
                        }
                    }
                }
                Value::map(map, at)
            }
        }
    }

    /// The attribute of a resource, data source or module.
    pub(super) fn attribute_of(&mut self, handle: &Handle, name: &str, at: At) -> Value {
        let address = address_of(handle);
        let key: Rc<str> = format!("{address}.{name}").into();
        let key = (handle.instance, Space::Attribute, key);
        let value = self.once(key, at, |evaluator| {
            evaluator.attribute_once(handle, name, at)
        });
        value.used(at)
    }

    fn attribute_once(&mut self, handle: &Handle, name: &str, at: At) -> Value {
        let reference = || Value::unknown(reference_to(handle, name), at);
        let module = self.module_of(handle.instance);
        if &*handle.kind == "module" {
            return self.output(handle, &module, name, at);
        }
        let Some(block) = module
            .declared(handle.data, &handle.kind, &handle.name)
            .cloned()
        else {
            return if handle.data {
                self.data_attribute(handle, None, name, at)
            } else {
                reference()
            };
        };
        let expanded = self.expanded(&block, handle.data, handle.instance);
        let Some((_, env)) = expanded.iter().find(|(key, _)| *key == handle.key) else {
            return reference();
        };
        if handle.data {
            return self.data_attribute(handle, Some((&block, env)), name, at);
        }
        let same = SAME
            .iter()
            .find(|(kind, attribute, _)| *kind == &*handle.kind && *attribute == name);
        let name = same.map_or(name, |(.., argument)| argument);
        if let Some(argument) = block.body.argument(name) {
            let value = self.eval(&argument.value, env);
            // What the provider works out when nothing is given.
            return if value.is_null() { reference() } else { value };
        }
        let mut blocks = Vec::new();
        for inner in block.body.blocks_of(name) {
            blocks.push(self.body(&inner.body, inner.at, env));
        }
        if blocks.is_empty() {
            reference()
        } else {
            Value::list(blocks, at)
        }
    }
}

/// What a name of the language is bound to.
fn bound(members: &[(&str, Value)]) -> Value {
    let at = members
        .first()
        .map_or_else(At::default, |(_, value)| value.at);
    let members = members.iter().map(|(key, value)| Member {
        key: (*key).into(),
        key_at: value.at,
        value: value.clone(),
    });
    let map = Map {
        members: members.collect(),
        open: None,
    };
    Value::map(map, at)
}
