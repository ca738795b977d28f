//! Evaluation of expressions: known, or unknown with a reason. Nothing is guessed.

use super::choice::Choice;
use super::expr::{At, Expr, ExprKind, Key};
use super::files::{Files, Library};
use super::module::Module;
use super::names::Expanded;
use super::scope::Env;
use super::tools::Tool;
use super::value::{Kind, Map, Member, Value};
use crate::observe::{Given, Problem};
use crate::observed::Reason;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// How deep expressions and what they refer to may be nested.
const MAX_DEPTH: u32 = 160;
/// How much work evaluation may make of one module: values made, and bytes of text put together over 64.
const MAX_WORK: usize = 4 << 20;

/// A module with its arguments.
#[derive(Debug)]
pub(super) struct Instance {
    pub(super) module: Rc<Module>,
    /// What addresses of its resources begin with: nothing, or `module.name.`.
    pub(super) path: String,
    /// `path.module`: the folder from the root module's.
    pub(super) relative: String,
    /// The block that calls it, and where that is evaluated.
    pub(super) call: Option<(Rc<super::expr::Block>, Env)>,
}

/// What a remembered result is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Space {
    Variable,
    Local,
    Attribute,
    Provider,
}

/// What a remembered result is called: module instance, kind of thing, name.
pub(super) type Remembered = (usize, Space, Rc<str>);

#[derive(Clone, Debug)]
struct Known {
    value: Value,
    /// True when it holds in the present world only.
    varied: bool,
}

/// The evaluator of one root module and what it calls.
pub(super) struct Evaluator<'l> {
    pub(super) files: Files,
    pub(super) library: &'l dyn Library,
    pub(super) given: &'l Given,
    pub(super) modules: BTreeMap<String, Option<Rc<Module>>>,
    pub(super) read: BTreeMap<String, Result<(u32, Arc<str>), String>>,
    pub(super) instances: Vec<Instance>,
    pub(super) children: BTreeMap<(usize, Rc<str>, String), Option<usize>>,
    known: BTreeMap<Remembered, Known>,
    open: BTreeSet<Remembered>,
    /// Instances of resources and calls by module instance and name, and whether they hold in this world only.
    pub(super) expansions: BTreeMap<(usize, Rc<str>), (Expanded, bool)>,
    pub(super) expanding: BTreeSet<(usize, Rc<str>)>,
    /// How many instances the expansions tell apart in all.
    pub(super) told_apart: usize,
    pub(super) choice: Choice,
    pub(super) varied: bool,
    depth: u32,
    work: usize,
    /// What applies the module, and whether that makes a difference.
    tool: Tool,
    pub(super) tools_differ: bool,
    pub(super) problems: Vec<Problem>,
    pub(super) notes: BTreeSet<String>,
}

impl<'l> Evaluator<'l> {
    pub(super) fn new(library: &'l dyn Library, given: &'l Given) -> Self {
        Self {
            files: Files::default(),
            library,
            given,
            modules: BTreeMap::new(),
            read: BTreeMap::new(),
            instances: Vec::new(),
            children: BTreeMap::new(),
            known: BTreeMap::new(),
            open: BTreeSet::new(),
            expansions: BTreeMap::new(),
            expanding: BTreeSet::new(),
            told_apart: 0,
            choice: Choice::default(),
            varied: false,
            depth: 0,
            work: 0,
            tool: Tool::Either,
            tools_differ: false,
            problems: Vec::new(),
            notes: BTreeSet::new(),
        }
    }

    /// Begins anew, as another tool does.
    pub(super) fn begin(&mut self, tool: Tool) {
        self.tool = tool;
        self.modules.clear();
        self.instances.clear();
        self.known.clear();
        self.expansions.clear();
    }

    /// The module of these files.
    pub(super) fn module(&mut self, folder: &str, texts: &[(String, Arc<str>)]) -> Module {
        self.tools_differ |= super::tools::differ(texts);
        let texts = self.tool.files(texts);
        let mut found = Vec::new();
        let module = Module::read(folder, &texts, &mut self.files, &mut found);
        for problem in found {
            if !self.problems.contains(&problem) {
                self.problems.push(problem);
            }
        }
        module
    }

    /// Goes to another world: forgets what held in the last one only.
    pub(super) fn enter(&mut self, choice: Choice) {
        self.choice = choice;
        self.known
            .retain(|(instance, ..), known| *instance == 0 && !known.varied);
        self.expansions
            .retain(|(instance, _), (_, varied)| *instance == 0 && !*varied);
        let kept = self.expansions.values().map(|(kept, _)| kept.len());
        self.told_apart = kept.filter(|kept| *kept > 1).sum();
        self.children.clear();
        self.instances.truncate(1);
    }

    /// Accounts for work; false when it is too much.
    pub(super) fn afford(&mut self, amount: usize) -> bool {
        self.work = self.work.saturating_add(amount);
        self.work <= MAX_WORK
    }

    pub(super) fn too_much(at: At) -> Value {
        Value::unsupported("a module whose expressions multiply their results", at)
    }

    pub(super) fn problem(&mut self, at: At, what: impl Into<String>, why: impl Into<String>) {
        let problem = super::module::problem_at(&self.files, at, what, why);
        if !self.problems.contains(&problem) && self.problems.len() < 100 {
            self.problems.push(problem);
        }
    }

    /// Whether something was worked out in this world.
    pub(super) fn knows(&self, key: &Remembered) -> bool {
        self.known.contains_key(key)
    }

    /// The result of `work` under this name, worked out once in each world.
    pub(super) fn once(
        &mut self,
        key: Remembered,
        at: At,
        work: impl FnOnce(&mut Self) -> Value,
    ) -> Value {
        if let Some(known) = self.known.get(&key) {
            self.varied |= known.varied;
            return known.value.clone();
        }
        if !self.open.insert(key.clone()) {
            return Value::malformed(format!("`{}` refers to itself", key.2), at);
        }
        let around = std::mem::take(&mut self.varied);
        let value = work(self);
        self.open.remove(&key);
        let varied = self.varied;
        self.varied |= around;
        let known = Known {
            value: value.clone(),
            varied,
        };
        self.known.insert(key, known);
        value
    }

    /// Evaluates an expression.
    pub(super) fn eval(&mut self, expr: &Expr, env: &Env) -> Value {
        if self.depth >= MAX_DEPTH {
            let what = format!("nesting of more than {MAX_DEPTH} levels");
            return Value::unsupported(what, expr.at);
        }
        if !self.afford(1) {
            return Self::too_much(expr.at);
        }
        self.depth += 1;
        let value = self.evaluate(expr, env);
        self.depth -= 1;
        value
    }

    fn evaluate(&mut self, expr: &Expr, env: &Env) -> Value {
        let at = expr.at;
        match &expr.kind {
            ExprKind::Null => Value::null(at),
            ExprKind::Bool(value) => Value::new(Kind::Bool(*value), at),
            ExprKind::Number(text) => Value::new(Kind::Number(Rc::clone(text)), at),
            ExprKind::List(items) => {
                let items = items.iter().map(|item| self.eval(item, env)).collect();
                Value::list(items, at)
            }
            ExprKind::Object(members) => self.object(members, at, env),
            ExprKind::Template(parts) => self.template(parts, at, env),
            ExprKind::Name(name) => match env.bound(name) {
                Some(value) => value.used(at),
                None => Value::malformed(format!("`{name}` is not defined"), at),
            },
            ExprKind::Get(base, name) => self.get(base, name, at, env),
            ExprKind::Index(base, index) => {
                let base = self.eval(base, env);
                let index = self.eval(index, env);
                self.index(&base, &index, at)
            }
            ExprKind::Splat(base, steps) => self.splat(base, steps, at, env),
            ExprKind::Call(call) => self.call(call, at, env),
            ExprKind::Conditional(parts) => self.conditional(parts, at, env),
            ExprKind::Unary(operator, operand) => self.unary(*operator, operand, at, env),
            ExprKind::Binary(operator, operands) => self.binary(*operator, (operands, expr), env),
            ExprKind::For(made) => self.made(made, at, env),
        }
    }

    fn object(&mut self, members: &[(Key, Expr)], at: At, env: &Env) -> Value {
        let mut map = Map::default();
        for (key, value) in members {
            let value = self.eval(value, env);
            let (key, key_at) = match key {
                Key::Name(name, at) => (Ok(Rc::clone(name)), *at),
                Key::Expr(key) => {
                    let found = self.eval(key, env);
                    let text = found.as_text();
                    (text.ok_or_else(|| found.why().cloned()), key.at)
                }
            };
            match key {
                Ok(key) if self.afford(map.members.len() / 64) => {
                    map.put(Member { key, key_at, value });
                }
                Ok(_) => return Self::too_much(at),
                Err(Some(why)) => map.open = map.open.or(Some(why)),
                Err(None) => return Value::malformed("a key is no text", at),
            }
        }
        Value::map(map, at)
    }

    /// Whether a name is one of the language's own, and not bound here.
    fn is_free(name: &str, env: &Env) -> bool {
        env.bound(name).is_none()
    }

    fn get(&mut self, base: &Expr, name: &Rc<str>, at: At, env: &Env) -> Value {
        if let ExprKind::Name(root) = &base.kind
            && Self::is_free(root, env)
        {
            if env.closed {
                return Value::malformed(format!("`{root}` is not given to the template"), at);
            }
            return match &**root {
                "var" => self.variable(name, env.instance, at).used(at),
                "local" => self.local(name, env.instance, at).used(at),
                "path" => self.path(name, env.instance, at),
                "terraform" | "tofu" => {
                    let place = "the workspace that is chosen when it is applied".to_owned();
                    Value::unknown(Reason::Elsewhere { place }, at)
                }
                "module" => self.called(name, env.instance, at),
                "data" | "ephemeral" => {
                    Value::malformed(format!("`{root}.{name}` is no value"), at)
                }
                kind => self.resource(false, &kind.into(), name, env.instance, at),
            };
        }
        if let ExprKind::Get(inner, kind) = &base.kind
            && let ExprKind::Name(root) = &inner.kind
            && &**root == "data"
            && Self::is_free(root, env)
            && !env.closed
        {
            return self.resource(true, kind, name, env.instance, at);
        }
        let base = self.eval(base, env);
        self.attribute(&base, name, at)
    }

    /// The attribute of a value.
    pub(super) fn attribute(&mut self, base: &Value, name: &str, at: At) -> Value {
        match &base.kind {
            Kind::Map(map) => match (map.get(name), &map.open) {
                (Some(value), _) => value.used(at),
                (None, Some(why)) => Value::lost(why, at),
                (None, None) => Value::malformed(format!("there is no attribute `{name}`"), at),
            },
            Kind::Resource(handle) => self.attribute_of(handle, name, at),
            Kind::Unknown(why) => Value::part_of(why, at),
            Kind::List(_) | Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) => {
                Value::malformed(format!("`.{name}` is asked of what has no attributes"), at)
            }
        }
    }

    /// An item of a list, or a member of a map.
    pub(super) fn index(&mut self, base: &Value, index: &Value, at: At) -> Value {
        if let Kind::Unknown(why) = &base.kind
            && index.why().is_none()
        {
            return Value::part_of(why, at);
        }
        if let Some(why) = base.why().or_else(|| index.why()) {
            return Value::lost(why, at);
        }
        match &base.kind {
            Kind::List(items) => match index.as_count().map(|index| items.get(index)) {
                Some(Some(item)) => item.used(at),
                Some(None) | None => Value::malformed("there is no such item", at),
            },
            Kind::Resource(handle) if handle.key == super::value::InstanceKey::Unknown => {
                base.clone()
            }
            Kind::Map(_) | Kind::Resource(_) => match index.as_text() {
                Some(key) => self.attribute(base, &key, at),
                None => Value::malformed("the key is no text", at),
            },
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::Unknown(_) => {
                Value::malformed("an item is asked of what has none", at)
            }
        }
    }
}
