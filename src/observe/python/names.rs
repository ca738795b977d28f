//! What names stand for: where each is bound, and what is done to its value afterwards.
//!
//! A name that is bound once, in a block that the use is in, stands for what it is bound to. Changes in a straight line
//! before the use are carried out; what any other change touches is not known.

mod visit;

use super::syntax::{Code, Parsed};
use std::collections::{BTreeMap, BTreeSet};

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
}

#[derive(Debug)]
struct Scope<'p> {
    kind: ScopeKind,
    parent: Option<usize>,
    names: BTreeMap<String, Name<'p>>,
}

#[derive(Debug)]
struct Block {
    parent: Option<usize>,
    repeated: bool,
}

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
}

/// Something that is done to a name's value.
#[derive(Clone, Debug)]
pub(super) struct Change<'p> {
    /// The keys that lead to what is changed.
    pub(super) path: Vec<String>,
    /// What is done.
    pub(super) what: What<'p>,
    /// Where.
    pub(super) context: Context,
    at: usize,
}

/// What is done to a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum What<'p> {
    /// It is replaced.
    Set(Code<'p>),
    /// A mapping, or what the arguments of a call make, is put into it.
    Merge(Code<'p>),
    /// Something that is not followed.
    Lost,
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
    pub(super) imports: BTreeMap<String, String>,
    /// For each expression, as it is written, the attributes that are set on it or overridden by a call.
    pub(super) attributes: BTreeMap<String, BTreeSet<String>>,
    /// The expressions, as they are written, that a call's result is assigned to.
    pub(super) results: BTreeMap<usize, String>,
    /// Names that are given to the value of another name, or of a member of its value.
    aliases: Vec<(String, Code<'p>, Context)>,
}

impl<'p> Names<'p> {
    /// The names of a program.
    pub(super) fn of(parsed: &'p Parsed<'_>) -> Self {
        let mut names = Self {
            scopes: vec![Scope {
                kind: ScopeKind::Module,
                parent: None,
                names: BTreeMap::new(),
            }],
            blocks: vec![Block {
                parent: None,
                repeated: false,
            }],
            calls: Vec::new(),
            imports: BTreeMap::new(),
            attributes: BTreeMap::new(),
            results: BTreeMap::new(),
            aliases: Vec::new(),
        };
        visit::visit(&mut names, parsed);
        names.settle();
        names
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

    /// The scope that a name belongs to when it is used in another.
    pub(super) fn scope_of(&self, name: &str, from: usize) -> Option<usize> {
        let mut next = Some(from);
        while let Some(index) = next {
            let scope = self.scopes.get(index)?;
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

    /// What a name stands for that is written in `own`, at byte `at`, when its value counts as of `used`.
    pub(super) fn meaning(&self, name: &str, own: Use, used: Use) -> Meaning<'p> {
        let Some(scope) = self.scope_of(name, own.context.scope) else {
            return Meaning::Unknown("is not set in this file");
        };
        let known = self
            .scopes
            .get(scope)
            .and_then(|scope| scope.names.get(name));
        let Some(known) = known else {
            return Meaning::Unknown("is not set in this file");
        };
        let [binding] = known.bindings.as_slice() else {
            return Meaning::Unknown("is set more than once");
        };
        if binding.value.is_none() {
            return Meaning::Unknown("is given from elsewhere");
        }
        if !self.encloses(binding.context.block, own.context.block) {
            return Meaning::Unknown("is set under a condition");
        }
        if scope == own.context.scope && binding.at > own.at {
            return Meaning::Unknown("is set after it is used");
        }
        let changes = known.changes.iter();
        let mut changes: Vec<Change<'p>> = changes
            .filter_map(|change| self.counts(change, binding, used))
            .collect();
        changes.sort_by_key(|change| change.at);
        Meaning::Value(*binding, changes)
    }

    /// A change as far as it counts at a use: carried out, lost, or too late.
    fn counts(&self, change: &Change<'p>, binding: &Binding<'p>, used: Use) -> Option<Change<'p>> {
        let follows =
            self.encloses(change.context.block, used.context.block) && change.at > binding.at;
        let later = change.context.scope == used.context.scope && change.at > used.at;
        if later && !self.is_repeated(change.context.block) {
            return None;
        }
        let what = if follows && !later {
            change.what
        } else {
            What::Lost
        };
        Some(Change {
            what,
            ..change.clone()
        })
    }

    /// Gives each change to the scope that its name belongs to: a function changes what the module has bound.
    fn settle(&mut self) {
        for index in 0..self.scopes.len() {
            let Some(scope) = self.scopes.get_mut(index) else {
                continue;
            };
            let elsewhere = scope
                .names
                .iter_mut()
                .filter(|(_, name)| name.bindings.is_empty());
            let moved: Vec<(String, Vec<Change<'p>>)> = elsewhere
                .map(|(name, known)| (name.clone(), std::mem::take(&mut known.changes)))
                .collect();
            for (name, changes) in moved {
                let owner = self.scope_of(&name, index);
                let known = owner
                    .and_then(|owner| self.scopes.get_mut(owner))
                    .and_then(|scope| scope.names.get_mut(&name));
                if let Some(known) = known {
                    known.changes.extend(changes);
                }
            }
        }
    }

    /// Whether a block is another or holds it: what is done in the one is done before the other goes on.
    fn encloses(&self, outer: usize, inner: usize) -> bool {
        let mut next = Some(inner);
        while let Some(index) = next {
            if index == outer {
                return true;
            }
            next = self.blocks.get(index).and_then(|block| block.parent);
        }
        false
    }

    fn is_repeated(&self, block: usize) -> bool {
        let mut next = Some(block);
        while let Some(block) = next.and_then(|index| self.blocks.get(index)) {
            if block.repeated {
                return true;
            }
            next = block.parent;
        }
        false
    }
}
