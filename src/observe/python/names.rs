//! What names stand for: where each is bound, and what is done to its value afterwards.
//!
//! A name that is bound once, in a block that the use is in, stands for what it is bound to. Changes in a straight line
//! before the use are carried out; what any other change touches is not known. A value that goes where it is not followed
//! (an argument of a function, a result, another name through which it is changed) may be changed there, so it is not known
//! either: see [`flow`] for where values go, and [`spread`] for what is changed under several names.

mod changes;
mod flow;
mod known;
mod part;
mod spread;
mod visit;

use changes::after_copy;
pub(super) use changes::{Change, Copied, What};
pub(super) use flow::{first_argument, literal};
pub(super) use known::is_construct_method;

use super::syntax::{Code, Parsed};
use std::collections::BTreeMap;

/// Where something stands: its scope (module, class or function) and its block (a body that may be run or not).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Context {
    pub(super) scope: usize,
    pub(super) block: usize,
}

/// Where and when a value is used: what is done to it later does not count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Use {
    pub(super) context: Context,
    pub(super) at: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ScopeKind {
    Module,
    Class,
    Function,
    Comprehension,
}

#[derive(Debug)]
struct Scope<'p> {
    kind: ScopeKind,
    parent: Option<usize>,
    names: BTreeMap<String, Name<'p>>,
    /// The names that are said to be those of the module (true) or of a function around this one.
    outward: BTreeMap<String, bool>,
    /// What makes it.
    code: Option<Code<'p>>,
}

#[derive(Debug)]
struct Block {
    parent: Option<usize>,
    kind: BlockKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BlockKind {
    /// It may be run or not.
    Plain,
    /// It may be run more than once.
    Repeated,
    /// It is run, though perhaps not to its end.
    Entered,
}

/// The scope that everything else is in.
const MODULE: usize = 0;
/// How many changes to one value are looked through.
const MAX_CHANGES: usize = 2_000;

/// A name of a scope.
#[derive(Debug, Default)]
struct Name<'p> {
    bindings: Vec<Binding<'p>>,
    changes: Vec<Change<'p>>,
}

/// A place where a name is bound.
#[derive(Clone, Copy, Debug)]
pub(super) struct Binding<'p> {
    /// What it is bound to; `None` when that is no plain value (a parameter, an import, a loop's variable).
    pub(super) value: Option<Code<'p>>,
    /// Where.
    pub(super) context: Context,
    at: usize,
    line: usize,
}

/// What a name stands for at a use.
#[derive(Debug)]
pub(super) enum Meaning<'p> {
    /// A value, and what is done to it before the use, in order.
    Value(Binding<'p>, Vec<Change<'p>>),
    /// Something that is not followed, and why.
    Unknown(&'static str),
}

/// Every name and call of a program.
#[derive(Debug)]
pub(super) struct Names<'p> {
    scopes: Vec<Scope<'p>>,
    blocks: Vec<Block>,
    /// Every call, in the order written.
    pub(super) calls: Vec<(Code<'p>, Context)>,
    /// What each imported name is imported from, as it is written.
    imports: BTreeMap<String, String>,
    /// The expressions, as they are written, that a call's result is assigned to.
    pub(super) results: BTreeMap<usize, String>,
    /// The functions and classes of the file.
    defined: BTreeMap<&'p str, Code<'p>>,
    /// What may set any name, such as `exec`.
    anything: Vec<Change<'p>>,
    /// What may set any name of the module: an import of all names of another.
    stars: Vec<Change<'p>>,
    /// Uses of something that launches or declares, other than calls of it.
    pub(super) mentions: Vec<(Code<'p>, Context)>,
}

impl<'p> Names<'p> {
    /// The names of a program.
    pub(super) fn of(parsed: &'p Parsed<'_>) -> Self {
        let mut names = Self {
            scopes: vec![Scope {
                kind: ScopeKind::Module,
                parent: None,
                names: BTreeMap::new(),
                outward: BTreeMap::new(),
                code: None,
            }],
            blocks: vec![Block {
                parent: None,
                kind: BlockKind::Plain,
            }],
            calls: Vec::new(),
            imports: BTreeMap::new(),
            results: BTreeMap::new(),
            defined: BTreeMap::new(),
            anything: Vec::new(),
            stars: Vec::new(),
            mentions: Vec::new(),
        };
        let flows = visit::visit(&mut names, parsed);
        let edges = flow::arrivals(&mut names, parsed, flows);
        spread::spread(&mut names, edges);
        names
    }

    /// Whether a function is Python's own or its library's, as far as its name tells.
    pub(super) fn is_library(
        &self,
        parsed: &'p Parsed<'_>,
        function: Code<'p>,
        context: Context,
    ) -> bool {
        flow::callee_of(self, parsed, function, context).is_some()
    }

    /// What a name is imported from, as it is written.
    pub(super) fn import(&self, name: &str) -> Option<&str> {
        self.imports.get(name).map(String::as_str)
    }

    /// Whether the file has a function or class of this name.
    pub(super) fn defines(&self, name: &str) -> bool {
        self.defined.contains_key(name)
    }

    /// The class of the file that a name stands for.
    pub(super) fn class(&self, name: &str) -> Option<Code<'p>> {
        let found = self.defined.get(name).copied();
        found.filter(|code| code.kind() == "class_definition")
    }

    /// What is done to the result of a call, wherever it goes.
    pub(super) fn changes_of_result(&self, call: Code<'p>) -> &[Change<'p>] {
        let known = self.known(MODULE, &result_name(call));
        known.map_or(&[], |known| &known.changes)
    }

    /// The class that a scope is in, or in one of whose functions it is.
    pub(super) fn class_around(&self, scope: usize) -> Option<(Code<'p>, Context)> {
        let mut next = Some(scope);
        while let Some(index) = next {
            let scope = self.scopes.get(index)?;
            next = scope.parent;
            if scope.kind == ScopeKind::Class {
                let block = MODULE;
                let context = Context {
                    scope: scope.parent?,
                    block,
                };
                return Some((scope.code?, context));
            }
        }
        None
    }

    /// What the functions of a class do to the object that they are called on.
    pub(super) fn changes_of_self(&self, class: Code<'p>) -> Vec<Change<'p>> {
        let own = |scope: &Scope<'p>| {
            let parent = scope.parent.and_then(|parent| self.scopes.get(parent));
            parent.and_then(|parent| parent.code).map(|code| code.id()) == Some(class.id())
        };
        let own = self.scopes.iter().filter(|scope| own(scope));
        own.filter_map(|scope| scope.names.get("self"))
            .flat_map(|known| known.changes.iter().cloned())
            .collect()
    }

    /// What is done to an attribute of whatever object.
    pub(super) fn changes_of_attribute(&self, attribute: &str) -> &[Change<'p>] {
        let known = self.known(MODULE, &attribute_name(attribute));
        known.map_or(&[], |known| &known.changes)
    }

    fn known(&self, scope: usize, name: &str) -> Option<&Name<'p>> {
        self.scopes.get(scope)?.names.get(name)
    }

    /// Every name of every scope that is bound to a value, in the order written.
    pub(super) fn bound(&self) -> Vec<(&str, Binding<'p>)> {
        let mut all: Vec<(&str, Binding<'p>)> = self
            .scopes
            .iter()
            .flat_map(|scope| &scope.names)
            .filter_map(|(name, known)| Some((name.as_str(), *known.bindings.first()?)))
            .filter(|(_, binding)| binding.value.is_some())
            .collect();
        all.sort_by_key(|(_, binding)| binding.at);
        all
    }

    /// The one value that a name is bound to, whatever is done to it.
    pub(super) fn only_value(&self, name: &str, from: usize) -> Option<Binding<'p>> {
        let known = self.known(self.scope_of(name, from)?, name)?;
        match known.bindings.as_slice() {
            [binding] if binding.value.is_some() => Some(*binding),
            _ => None,
        }
    }

    /// The scope that a name belongs to when it is used in another.
    pub(super) fn scope_of(&self, name: &str, from: usize) -> Option<usize> {
        if name.starts_with(['.', '@', '(']) {
            return Some(MODULE);
        }
        let mut next = Some(from);
        while let Some(index) = next {
            let scope = self.scopes.get(index)?;
            if let Some(global) = scope.outward.get(name) {
                next = if *global { Some(MODULE) } else { scope.parent };
                continue;
            }
            let visible = index == from || scope.kind != ScopeKind::Class;
            let bound = scope
                .names
                .get(name)
                .is_some_and(|name| !name.bindings.is_empty());
            if visible && bound {
                return Some(index);
            }
            next = scope.parent;
        }
        None
    }

    /// What a name stands for that is written in `own`, when its value counts as of `used`, or of a copy made before.
    pub(super) fn meaning(
        &self,
        name: &str,
        own: Use,
        used: Use,
        copied: Option<Copied>,
    ) -> Meaning<'p> {
        let scope = self.scope_of(name, own.context.scope);
        let Some((scope, known)) = scope.and_then(|scope| Some((scope, self.known(scope, name)?)))
        else {
            return Meaning::Unknown("is not set in this file");
        };
        let [binding] = known.bindings.as_slice() else {
            return Meaning::Unknown("is set more than once");
        };
        if binding.value.is_none() {
            return Meaning::Unknown("is given from elsewhere");
        }
        if !self.encloses(binding.context.block, own.context.block, true) {
            return Meaning::Unknown("is set under a condition");
        }
        if scope == own.context.scope && binding.at > own.at {
            return Meaning::Unknown("is set after it is used");
        }
        if known.changes.len() + self.anything.len() > MAX_CHANGES {
            return Meaning::Unknown("is changed too often");
        }
        let stars = self.stars.iter();
        let stars = stars.filter(|star| scope == MODULE && star.at > binding.at);
        let changes = known.changes.iter().chain(&self.anything).chain(stars);
        let mut changes: Vec<Change<'p>> = changes
            .filter_map(|change| match copied {
                None => self.counts(change, binding, used),
                Some(copied) => self
                    .counts(change, binding, copied.when)
                    .or_else(|| after_copy(self.counts(change, binding, used)?, copied.depth)),
            })
            .collect();
        changes.sort_by_key(|change| (change.what.stays(), change.at));
        Meaning::Value(*binding, changes)
    }

    /// A change as far as it counts at a use: carried out, lost, or too late.
    fn counts(&self, change: &Change<'p>, binding: &Binding<'p>, used: Use) -> Option<Change<'p>> {
        let same = change.context.scope == used.context.scope;
        let before = change.at < used.at;
        // What a function has not made itself is there again in its next call.
        let again =
            self.is_repeated(change.context.block) || binding.context.scope != change.context.scope;
        if same && !before && !again {
            return None;
        }
        // A module that is imported, or a loop, makes what it sets anew.
        if change.what == What::Anything && same && change.at < binding.at {
            return None;
        }
        let follows = self.encloses(change.context.block, used.context.block, false)
            && change.at > binding.at
            && before;
        let carried_out = matches!(change.what, What::Set(_) | What::Merge(_));
        let what = if carried_out && !follows {
            What::Lost
        } else {
            change.what
        };
        Some(Change {
            what,
            ..change.clone()
        })
    }

    /// Whether a block is another or holds it: what is done in the one is done before the other goes on. A body that is
    /// run but for errors holds what is bound in it.
    pub(super) fn encloses(&self, outer: usize, inner: usize, bound: bool) -> bool {
        let held = |index: usize| {
            let mut next = Some(inner);
            while let Some(at) = next {
                if at == index {
                    return true;
                }
                next = self.blocks.get(at).and_then(|block| block.parent);
            }
            false
        };
        let mut outer = outer;
        while let Some(block) = self.blocks.get(outer)
            && bound
            && block.kind == BlockKind::Entered
            && let Some(parent) = block.parent
        {
            outer = parent;
        }
        held(outer)
    }

    fn is_repeated(&self, block: usize) -> bool {
        let mut next = Some(block);
        while let Some(block) = next.and_then(|index| self.blocks.get(index)) {
            if block.kind == BlockKind::Repeated {
                return true;
            }
            next = block.parent;
        }
        false
    }
}

/// What the result of a call is called.
fn result_name(call: Code<'_>) -> String {
    format!("@{}-{}", call.start_byte(), call.end_byte())
}

/// What an attribute of whatever object is called.
fn attribute_name(attribute: &str) -> String {
    format!(".{attribute}")
}

/// What a function of this name gives back is called.
fn returned_name(function: &str) -> String {
    format!("(){function}")
}
