//! Bodies of blocks as values in the shape that plans have: arguments by name, nested blocks as lists of objects.

use super::eval::Evaluator;
use super::expr::{At, Block, Body};
use super::names::Expanded;
use super::scope::Env;
use super::value::{InstanceKey, Kind, Map, Member, Value};
use std::rc::Rc;

/// Arguments and blocks that say how Terraform handles a resource, and nothing of the resource.
const META: &[&str] = &[
    "count",
    "for_each",
    "provider",
    "depends_on",
    "lifecycle",
    "provisioner",
    "connection",
    "timeouts",
];

/// The items of the nested blocks of one kind.
struct Nested {
    kind: Rc<str>,
    kind_at: At,
    at: At,
    items: Vec<Value>,
}

impl Evaluator<'_> {
    /// A body as an object. What is `null` is not there.
    pub(super) fn body(&mut self, body: &Body, at: At, env: &Env) -> Value {
        let mut map = Map::default();
        for argument in &body.arguments {
            let value = self.eval(&argument.value, env);
            if !value.is_null() {
                map.put(Member {
                    key: Rc::clone(&argument.name),
                    key_at: argument.name_at,
                    value,
                });
            }
        }
        let mut nested: Vec<Nested> = Vec::new();
        for block in &body.blocks {
            let (kind, items) = if &*block.kind == "dynamic" {
                let kind = block.labels.first().cloned().unwrap_or_default();
                (kind, self.dynamic(block, env))
            } else {
                let value = self.body(&block.body, block.at, env);
                (Rc::clone(&block.kind), vec![value])
            };
            match nested.iter_mut().find(|known| known.kind == kind) {
                Some(known) => known.items.extend(items),
                None => nested.push(Nested {
                    kind,
                    kind_at: block.head,
                    at: block.at,
                    items,
                }),
            }
        }
        for Nested {
            kind,
            kind_at,
            at,
            items,
        } in nested
        {
            map.put(Member {
                key: kind,
                key_at: kind_at,
                value: Value::list(items, at),
            });
        }
        Value::map(map, at)
    }

    /// The blocks that a `dynamic` block makes; one that is not known, when it is not known how many.
    fn dynamic(&mut self, block: &Block, env: &Env) -> Vec<Value> {
        let name = block.labels.first().cloned().unwrap_or_default();
        let iterator = block.body.argument("iterator");
        let iterator = iterator.map_or(name, |iterator| {
            self.files
                .written(iterator.value.at)
                .trim_matches('"')
                .into()
        });
        let Some(each) = block.body.argument("for_each") else {
            let what = "a `dynamic` block without `for_each`";
            return vec![Value::malformed(what, block.at)];
        };
        let Some(content) = block.body.blocks_of("content").next() else {
            return vec![Value::malformed(
                "a `dynamic` block without `content`",
                block.at,
            )];
        };
        let collection = self.eval(&each.value, env);
        let pairs = match Self::pairs(&collection) {
            Ok(pairs) => pairs,
            Err(why) => return vec![Value::lost(&why, each.value.at)],
        };
        let set = collection.as_list().is_some();
        let mut made = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            if !self.afford(1) {
                return vec![Self::too_much(block.at)];
            }
            let key = if set && value.as_text().is_some() {
                value.clone()
            } else {
                key
            };
            let member = |key: &str, value: Value| Member {
                key: key.into(),
                key_at: value.at,
                value,
            };
            let turn = Map {
                members: vec![member("key", key), member("value", value)],
                open: None,
            };
            let env = env.with(Rc::clone(&iterator), Value::map(turn, block.head));
            made.push(self.body(&content.body, content.at, &env));
        }
        made
    }

    /// The values of each instance of a resource, with what its provider adds, by address.
    pub(super) fn values(&mut self, block: &Rc<Block>, instance: usize) -> Vec<(String, Value)> {
        let expanded: Expanded = self.expanded(block, false, instance);
        let name = block.labels.join(".");
        let path = self.path_of(instance);
        let mut all = Vec::with_capacity(expanded.len());
        for (key, env) in expanded.iter() {
            let value = self.body(&block.body, block.at, env);
            let value = self.with_provider(&value, block, instance);
            let key: &InstanceKey = key;
            all.push((format!("{path}{name}{}", key.shown()), value));
        }
        all
    }

    /// Adds the tags and the region of the provider's configuration.
    fn with_provider(&mut self, value: &Value, block: &Block, instance: usize) -> Value {
        let Some(map) = value.as_map() else {
            return value.clone();
        };
        let mut map = Map::clone(map);
        map.members.retain(|member| !META.contains(&&*member.key));
        let alias = block.body.argument("provider");
        let alias = alias.map(|alias| {
            self.files
                .written(alias.value.at)
                .trim_matches('"')
                .to_owned()
        });
        let alias = alias.as_deref().and_then(|alias| alias.split_once('.'));
        let alias = alias.map(|(_, alias)| alias.to_owned());
        let provider = self.provider(instance, alias.as_deref());
        if let Some(tags) = provider.as_map().and_then(|map| map.get("default_tags")) {
            let own = map.get("tags").cloned();
            let place = own.as_ref().map_or(block.head, |own| own.at);
            let all: Vec<Value> = [Some(tags.clone()), own].into_iter().flatten().collect();
            let merged = self.merge(&all, place);
            map.put(Member {
                key: "tags_all".into(),
                key_at: block.head,
                value: merged.standing(place),
            });
        }
        if let Some(region) = provider.as_map().and_then(|map| map.get("region"))
            && map.get("region").is_none()
        {
            map.put(Member {
                key: "region".into(),
                key_at: block.head,
                value: region.standing(block.head),
            });
        }
        Value::map(map, value.at)
    }

    /// The region and default tags of the AWS provider that a module instance uses, under an alias or none.
    pub(super) fn provider(&mut self, instance: usize, alias: Option<&str>) -> Value {
        let name: Rc<str> = alias.unwrap_or_default().into();
        let key = (instance, super::eval::Space::Provider, name);
        self.once(key, At::default(), |evaluator| {
            evaluator.provider_once(instance, alias)
        })
    }

    fn provider_once(&mut self, instance: usize, alias: Option<&str>) -> Value {
        let none = || Value::map(Map::default(), At::default());
        let module = self.module_of(instance);
        let env = Env::of(instance);
        for block in &module.providers {
            if block.labels.first().is_none_or(|name| &**name != "aws") {
                continue;
            }
            let own = block.body.argument("alias");
            let own = own.and_then(|own| self.eval(&own.value, &env).as_text());
            if own.as_deref() != alias {
                continue;
            }
            let mut map = Map::default();
            let mut put = |key: &str, value: Value| {
                map.put(Member {
                    key: key.into(),
                    key_at: value.at,
                    value,
                });
            };
            if let Some(region) = block.body.argument("region") {
                let region = self.eval(&region.value, &env);
                if region.as_text().is_some() {
                    put("region", region);
                }
            }
            let tags = block.body.blocks_of("default_tags").next();
            let tags = tags.and_then(|block| block.body.argument("tags"));
            let json = block.body.argument("default_tags");
            if let Some(tags) = tags {
                put("default_tags", self.eval(&tags.value, &env));
            } else if let Some(json) = json {
                let value = self.eval(&json.value, &env);
                let block = value.as_list().and_then(|list| list.first()).cloned();
                let block = block.unwrap_or(value);
                put("default_tags", self.attribute(&block, "tags", block.at));
            }
            return Value::map(map, At::default());
        }
        // What the caller passes, or else its own.
        let call = self
            .instances
            .get(instance)
            .and_then(|one| one.call.clone());
        let Some((call, env)) = call else {
            return none();
        };
        let wanted = alias.map_or_else(|| "aws".to_owned(), |alias| format!("aws.{alias}"));
        let passed = call
            .body
            .argument("providers")
            .and_then(|providers| self.passed(&providers.value, &wanted));
        match (passed, alias) {
            (Some(passed), _) => {
                let alias = passed.split_once('.').map(|(_, alias)| alias.to_owned());
                self.provider(env.instance, alias.as_deref())
            }
            (None, None) => self.provider(env.instance, None),
            (None, Some(_)) => none(),
        }
    }

    /// Which provider of the caller's a `providers` map gives for one of the callee's.
    fn passed(&self, providers: &super::expr::Expr, wanted: &str) -> Option<String> {
        let super::expr::ExprKind::Object(members) = &providers.kind else {
            return None;
        };
        members.iter().find_map(|(key, value)| {
            let key = match key {
                super::expr::Key::Name(name, _) => name.to_string(),
                super::expr::Key::Expr(key) => self.files.written(key.at).to_owned(),
            };
            let value = self.files.written(value.at).trim_matches('"');
            (key.trim_matches('"') == wanted).then(|| value.to_owned())
        })
    }
}

/// The items of a list; anything else there is the only one.
pub(super) fn items_of(value: &Value) -> Vec<Value> {
    match &value.kind {
        Kind::List(items) => items.to_vec(),
        Kind::Null => Vec::new(),
        Kind::Bool(_)
        | Kind::Number(_)
        | Kind::Text(_)
        | Kind::Map(_)
        | Kind::Unknown(_)
        | Kind::Resource(_) => vec![value.clone()],
    }
}
