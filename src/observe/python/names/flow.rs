//! Where values go: from each place where a name is used to what is done there with its value.
//!
//! The walk over the program gives each expression a sink: what stands around it does with its value, step by step outwards.
//! A use of a name ends in something that is done to its value (a change), in another name that holds it (an edge), or in
//! nothing. What has no step of its own is a leak: somebody else has the value.

use super::known::{self, Callee};
use super::part::Part;
use super::{Change, Context, Names, What, attribute_name};
use crate::observe::python::launches;
use crate::observe::python::syntax::{Code, Parsed, bare, children, field};

/// What is done with a value on its way.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step<'p> {
    /// It becomes a member of a new container.
    Member(Option<&'p str>),
    /// A member of it is taken.
    Subscript(Option<&'p str>),
    /// The same by `get`, which may give something else.
    Get(Option<&'p str>),
    /// Its members get into a new container.
    Shallow,
    /// Anything in it, or itself, is handed out.
    Any,
    /// It may be the value of the expression, or another may.
    Maybe,
    /// An attribute of it is taken.
    Attribute(&'p str),
    /// A function or class is given it, which by its name does no harm.
    Given(Code<'p>, Context),
    /// Something else is done to it, too.
    Also(usize),
    /// The end of the way.
    End(End<'p>),
}

/// The end of a value's way.
#[derive(Clone, Copy, Debug)]
pub(super) enum End<'p> {
    Read,
    Leak,
    /// It stands in what is not Python.
    Broken,
    /// A function of this name gives it back.
    Return(&'p str),
    /// A name is bound to it.
    Bind(Code<'p>, Context),
    /// An attribute is set to it.
    BindAttribute(&'p str),
    /// It gets into what an expression names.
    Into(Code<'p>, Context),
    /// It is what is assigned to.
    Assign(Code<'p>),
    Merge(Code<'p>),
    Lost,
    Shape,
    /// CDK's override of a property.
    Override(Option<&'p str>),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Sink<'p> {
    pub(super) step: Step<'p>,
    pub(super) next: usize,
}

/// The sink of what is only read.
pub(super) const READ: usize = 0;
/// The sink of what goes where it is not followed.
pub(super) const LEAK: usize = 1;

/// A use of a name, of an attribute or of a call's result.
#[derive(Clone, Debug)]
pub(super) struct Load<'p> {
    pub(super) name: String,
    pub(super) code: Code<'p>,
    pub(super) context: Context,
    pub(super) at: usize,
    pub(super) line: usize,
    pub(super) sink: usize,
}

/// Every use, and what is done with the values.
#[derive(Debug)]
pub(super) struct Flows<'p> {
    pub(super) loads: Vec<Load<'p>>,
    pub(super) sinks: Vec<Sink<'p>>,
}

impl Flows<'_> {
    pub(super) fn new() -> Self {
        let end = |end| Sink {
            step: Step::End(end),
            next: READ,
        };
        Self {
            loads: Vec::new(),
            sinks: vec![end(End::Read), end(End::Leak)],
        }
    }
}

/// A name whose value holds another's, or a part of it.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub(super) holder: (usize, String),
    /// The keys that lead to it there; `None` for a key that is not known.
    pub(super) prefix: Vec<Option<String>>,
    /// Whether it may be anywhere below.
    pub(super) loose: bool,
    pub(super) target: (usize, String),
    /// The keys that lead to the part.
    pub(super) inner: Vec<String>,
    /// Whether these keys are all.
    pub(super) exact: bool,
    /// Whether only the members of the part are shared.
    pub(super) below: bool,
    pub(super) context: Context,
    pub(super) at: usize,
    pub(super) line: usize,
}

/// Longer ways are not followed.
const MAX_STEPS: usize = 256;

/// Follows every use to its ends: changes go to the names, edges are handed out.
pub(super) fn arrivals<'p>(
    names: &mut Names<'p>,
    parsed: &'p Parsed<'_>,
    flows: Flows<'p>,
) -> Vec<Edge> {
    let mut arrivals = Arrivals {
        names,
        parsed,
        sinks: flows.sinks,
        edges: Vec::new(),
    };
    for load in &flows.loads {
        let scope = arrivals.names.scope_of(&load.name, load.context.scope);
        arrivals.arrive(load, scope.unwrap_or(load.context.scope));
        // Whoever has a function may call it.
        let name = load.name.trim_start_matches('.');
        if load.sink != READ && arrivals.names.defines(name) {
            let load = Load {
                name: super::returned_name(name),
                sink: LEAK,
                ..load.clone()
            };
            arrivals.arrive(&load, super::MODULE);
        }
    }
    arrivals.edges
}

struct Arrivals<'n, 'p, 's> {
    names: &'n mut Names<'p>,
    parsed: &'p Parsed<'s>,
    sinks: Vec<Sink<'p>>,
    edges: Vec<Edge>,
}

impl<'p> Arrivals<'_, 'p, '_> {
    fn arrive(&mut self, load: &Load<'p>, scope: usize) {
        let whole = Part::whole();
        let mut open = vec![(load.sink, whole)];
        let mut steps = 0;
        while let Some((mut sink, mut part)) = open.pop() {
            loop {
                steps += 1;
                if steps > MAX_STEPS {
                    return self.change(load, scope, &[], What::Leaked);
                }
                let Some(Sink { step, next }) = self.sinks.get(sink).copied() else {
                    break;
                };
                sink = next;
                match step {
                    Step::Also(other) => open.push((other, part.clone())),
                    Step::Given(call, context) if !self.is_harmless(call, context) => {
                        sink = LEAK;
                    }
                    Step::End(end) => {
                        self.end(load, scope, &part, end);
                        break;
                    }
                    Step::Member(_)
                    | Step::Subscript(_)
                    | Step::Get(_)
                    | Step::Shallow
                    | Step::Any
                    | Step::Maybe
                    | Step::Attribute(_)
                    | Step::Given(..) => {
                        if !part.go(step) {
                            break;
                        }
                    }
                }
            }
        }
    }

    /// Whether what a call names is what it looks like, and not something of this file.
    fn is_harmless(&self, call: Code<'p>, context: Context) -> bool {
        let (names, parsed) = (&*self.names, self.parsed);
        let function = field(call, "function");
        function.is_some_and(|function| callee_of(names, parsed, function, context).is_some())
            // What launches something with arguments that it is given here.
            || launches::find(names, parsed, call, context).is_some()
    }

    fn end(&mut self, load: &Load<'p>, scope: usize, part: &Part<'p>, end: End<'p>) {
        if let (Some(attribute), false) = (part.attribute, matches!(end, End::Read)) {
            return self.change(load, scope, &part.inner, What::Attribute(attribute));
        }
        if self.goes_on(part, end) && part.inner.is_empty() && part.attribute.is_none() {
            self.names.mentions.push((load.code, load.context));
        }
        let temporary = !part.outer.is_empty() || part.below;
        let own = part.direct && part.exact;
        let what = match end {
            End::Read => return,
            End::Leak if part.below && part.outer.is_empty() => What::LeakedMembers,
            End::Leak | End::Broken => What::Leaked,
            End::Bind(name, context) => {
                let name = self.parsed.written(name).to_owned();
                let holder = self.names.scope_of(&name, context.scope);
                let holder = (holder.unwrap_or(context.scope), name);
                return self.edge(load, scope, part, (holder, Vec::new(), true));
            }
            End::Return(function) => {
                let holder = (super::MODULE, super::returned_name(function));
                return self.edge(load, scope, part, (holder, Vec::new(), true));
            }
            End::BindAttribute(attribute) => {
                let holder = (super::MODULE, attribute_name(attribute));
                return self.edge(load, scope, part, (holder, Vec::new(), true));
            }
            End::Into(target, context) => match path(self.parsed, target) {
                Some((name, path, exact)) => {
                    let holder = self.names.scope_of(&name, context.scope);
                    let holder = (holder.unwrap_or(context.scope), name);
                    let own = self.is_own_container(&holder.1, context);
                    self.edge(load, scope, part, (holder, path, exact));
                    if own {
                        return;
                    }
                    What::Leaked
                }
                None => What::Leaked,
            },
            _ if temporary => return,
            End::Assign(value) if own => What::Set(value),
            End::Merge(arguments) if own => What::Merge(arguments),
            // Which member it is that is changed is not known: it is in this part.
            End::Assign(_) | End::Lost | End::Merge(_) | End::Shape if !part.exact => What::Leaked,
            End::Assign(_) | End::Lost => What::Lost,
            End::Merge(_) | End::Shape => What::Shape,
            End::Override(property) => What::Attribute(property.unwrap_or("*")),
        };
        self.change(load, scope, &part.inner, what);
    }

    /// Whether a name stands for a container that is made here: what is put into another's is the other's, too.
    fn is_own_container(&self, name: &str, context: Context) -> bool {
        let value = self.names.only_value(name, context.scope);
        let value = value.and_then(|binding| binding.value);
        name.starts_with('.')
            || value.is_some_and(|value| match value.kind() {
                "dictionary" | "list" | "set" => true,
                "call" => field(value, "function").is_some_and(|function| {
                    let function = self.parsed.written(function);
                    matches!(
                        function.rsplit('.').next(),
                        Some("dict" | "list" | "set" | "copy" | "deepcopy")
                    )
                }),
                _ => false,
            })
    }

    /// Whether a value goes where it may be called and that is not seen.
    fn goes_on(&self, part: &Part<'p>, end: End<'p>) -> bool {
        match end {
            End::Leak | End::Into(..) | End::BindAttribute(_) | End::Return(_) => true,
            End::Bind(name, context) => {
                let name = self.parsed.written(name);
                !part.direct || self.names.only_value(name, context.scope).is_none()
            }
            End::Read
            | End::Broken
            | End::Assign(_)
            | End::Merge(_)
            | End::Lost
            | End::Shape
            | End::Override(_) => false,
        }
    }

    fn change(&mut self, load: &Load<'p>, scope: usize, path: &[&str], what: What<'p>) {
        let Some(scope) = self.names.scopes.get_mut(scope) else {
            return;
        };
        let known = scope.names.entry(load.name.clone()).or_default();
        known.changes.push(Change {
            path: path.iter().map(|key| (*key).to_owned()).collect(),
            what,
            context: load.context,
            line: load.line,
            at: load.at,
            by: None,
        });
    }

    fn edge(
        &mut self,
        load: &Load<'p>,
        scope: usize,
        part: &Part<'p>,
        (holder, path, exact): ((usize, String), Vec<&'p str>, bool),
    ) {
        let path = path.into_iter().map(Some);
        let outer = part.outer.iter().copied().filter(|_| exact);
        let prefix = path.chain(outer).map(|key| key.map(str::to_owned));
        self.edges.push(Edge {
            holder,
            prefix: prefix.collect(),
            loose: !exact,
            target: (scope, load.name.clone()),
            inner: part.inner.iter().map(|key| (*key).to_owned()).collect(),
            exact: part.exact,
            below: part.below,
            context: load.context,
            at: load.at,
            line: load.line,
        });
    }
}

/// What the function of a call does with its arguments, when that is known.
pub(super) fn callee_of<'p>(
    names: &Names<'p>,
    parsed: &'p Parsed<'_>,
    function: Code<'p>,
    context: Context,
) -> Option<Callee> {
    let function = bare(function);
    if launches::is_known(names, parsed, function, context) {
        return Some(Callee::Launches);
    }
    match function.kind() {
        "identifier" => {
            let name = parsed.written(function);
            if names.scope_of(name, context.scope).is_none() {
                return known::builtin(name);
            }
            let path = names.import(name)?;
            let (module, name) = path.rsplit_once('.')?;
            known::library(module, name)
        }
        "attribute" => {
            let method = parsed.written(field(function, "attribute")?);
            let object = parsed.written(field(function, "object")?);
            if names.defined.contains_key(method) {
                return None;
            }
            let path = names.import(object);
            let module = path.map_or(object, |path| path.trim_start_matches('.'));
            let own = path.is_none() && names.scope_of(object, context.scope).is_some();
            let found = known::library(module, method).filter(|_| !own);
            found.or_else(|| known::only_reads(method).then_some(Callee::Reads))
        }
        _ => None,
    }
}

/// The name and the keys that lead to a value; false when a key is not literal, and the path ends before it.
pub(super) fn path<'p>(
    parsed: &'p Parsed<'_>,
    target: Code<'p>,
) -> Option<(String, Vec<&'p str>, bool)> {
    let mut path = Vec::new();
    let mut exact = true;
    let mut code = bare(target);
    loop {
        match code.kind() {
            "identifier" => {
                path.reverse();
                return Some((parsed.written(code).to_owned(), path, exact));
            }
            "attribute" => {
                path.reverse();
                let name = attribute_name(parsed.written(field(code, "attribute")?));
                return Some((name, path, exact));
            }
            "subscript" => {
                if let Some(key) = key(parsed, code) {
                    path.push(key);
                } else {
                    path.clear();
                    exact = false;
                }
                code = bare(field(code, "value")?);
            }
            _ => return None,
        }
    }
}

/// The literal key of a subscript.
pub(super) fn key<'p>(parsed: &'p Parsed<'_>, subscript: Code<'p>) -> Option<&'p str> {
    let mut cursor = subscript.walk();
    let mut keys = subscript.children_by_field_name("subscript", &mut cursor);
    let (key, more) = (keys.next()?, keys.next());
    literal(parsed, bare(key)).filter(|_| more.is_none())
}

/// A string without a prefix, escapes or holes.
pub(in crate::observe::python) fn literal<'p>(
    parsed: &'p Parsed<'_>,
    code: Code<'p>,
) -> Option<&'p str> {
    let written = parsed.written(code);
    let quote = written
        .chars()
        .next()
        .filter(|char| "'\"".contains(*char))?;
    let inside = written.strip_prefix(quote)?.strip_suffix(quote)?;
    (code.kind() == "string" && !inside.contains(['\\', quote])).then_some(inside)
}

/// The first argument of a call that has no name.
pub(in crate::observe::python) fn first_argument(arguments: Code<'_>) -> Option<Code<'_>> {
    let all = children(arguments).into_iter();
    all.filter(|argument| argument.kind() != "keyword_argument")
        .map(bare)
        .next()
}
