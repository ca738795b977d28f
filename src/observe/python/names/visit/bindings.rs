//! What binds names: assignments, imports, loops, parameters, patterns.

use super::{Code, Context, End, LEAK, READ, ScopeKind, Step, Visit, bare, children, field};
use crate::observe::python::names::{Binding, Change, Name, What, attribute_name};

impl<'p> Visit<'_, 'p, '_> {
    fn name(&mut self, name: &str, scope: usize) -> Option<&mut Name<'p>> {
        let scope = self.names.scopes.get_mut(scope)?;
        Some(scope.names.entry(name.to_owned()).or_default())
    }

    pub(super) fn bind(&mut self, name: Code<'p>, value: Option<Code<'p>>, context: Context) {
        let (written, at) = (self.written(name), name.start_byte());
        let line = name.start_position().row + 1;
        if let Some(name) = self.name(written, context.scope) {
            name.bindings.push(Binding {
                value,
                context,
                at,
                line,
            });
        }
    }

    /// Binds every identifier of a pattern to what is not followed; what else it names is changed.
    pub(super) fn lose(&mut self, pattern: Option<Code<'p>>, context: Context) {
        let mut open: Vec<Code<'p>> = pattern.into_iter().collect();
        while let Some(code) = open.pop() {
            match code.kind() {
                "identifier" => self.bind(code, None, context),
                "subscript" | "attribute" => {
                    let lost = self.ending(End::Lost);
                    self.open.push((code, context, lost));
                }
                _ => open.extend(children(code)),
            }
        }
    }

    pub(super) fn lose_all(&mut self, code: Code<'p>, context: Context) {
        for child in children(code) {
            self.lose(Some(child), context);
        }
    }

    /// `:=` binds in the function around comprehensions.
    pub(super) fn lose_walrus(&mut self, name: Option<Code<'p>>, context: Context) {
        let mut scope = context.scope;
        let written = name.map_or("", |name| self.written(name));
        while let Some(known) = self.names.scopes.get_mut(scope)
            && known.kind == ScopeKind::Comprehension
            && let Some(parent) = known.parent
        {
            known.outward.insert(written.to_owned(), false);
            scope = parent;
        }
        self.lose(name, Context { scope, ..context });
    }

    /// A name of an outer scope that is set from here is set out of sight.
    pub(super) fn outward(&mut self, code: Code<'p>, context: Context) {
        let global = code.kind() == "global_statement";
        for child in children(code) {
            let name = self.written(child).to_owned();
            let Some(scope) = self.names.scopes.get_mut(context.scope) else {
                continue;
            };
            let mut next = scope.parent;
            scope.outward.insert(name, global);
            while let Some(scope) = next {
                self.bind(child, None, Context { scope, ..context });
                next = self.names.scopes.get(scope).and_then(|scope| scope.parent);
            }
        }
    }

    /// The names that a pattern of `match` binds.
    pub(super) fn captures(&mut self, code: Code<'p>, context: Context) {
        let mut open = vec![code];
        while let Some(code) = open.pop() {
            match code.kind() {
                "identifier" => self.bind(code, None, context),
                _ => open.extend(children(code)),
            }
        }
    }

    /// Binds the first identifier of a parameter, whatever its form.
    pub(super) fn lose_first(&mut self, parameter: Code<'p>, context: Context) {
        let mut code = parameter;
        while code.kind() != "identifier" {
            match children(code).first() {
                Some(first) => code = *first,
                None => return,
            }
        }
        self.bind(code, None, context);
    }

    pub(super) fn assignment(&mut self, code: Code<'p>, context: Context) {
        let (Some(left), Some(right)) = (field(code, "left"), field(code, "right")) else {
            return;
        };
        let right = bare(right);
        let mut sinks = Vec::new();
        let mut value = right;
        let mut lefts = vec![left];
        // `a = b = {}` gives one value two names, through both of which it may be changed.
        while value.kind() == "assignment"
            && let (Some(left), Some(right)) = (field(value, "left"), field(value, "right"))
        {
            lefts.push(left);
            value = bare(right);
        }
        let single = lefts.len() == 1;
        for left in lefts {
            sinks.push(self.target(left, value, single, context));
        }
        if value.kind() == "call" {
            let written = self.written(left).to_owned();
            self.names.results.insert(value.id(), written);
        }
        let mut sink = READ;
        for one in sinks {
            sink = if sink == READ {
                one
            } else {
                self.step(Step::Also(one), sink)
            };
        }
        self.open.push((value, context, sink));
    }

    /// What an assignment does with its value at one target.
    pub(super) fn target(
        &mut self,
        left: Code<'p>,
        value: Code<'p>,
        single: bool,
        context: Context,
    ) -> usize {
        match left.kind() {
            "identifier" => {
                self.bind(left, single.then_some(value), context);
                self.ending(End::Bind(left, context))
            }
            "subscript" => {
                let end = if single {
                    End::Assign(value)
                } else {
                    End::Lost
                };
                let assigned = self.ending(end);
                self.open.push((left, context, assigned));
                self.ending(End::Into(left, context))
            }
            "attribute" => {
                let assigned = self.ending(End::Lost);
                let name = field(left, "attribute").map_or("", |name| self.written(name));
                let own = self.ending(End::Assign(value));
                self.load(attribute_name(name), left, context, own);
                let set = self.step(Step::Attribute(name), assigned);
                self.push(field(left, "object"), context, set);
                self.ending(End::BindAttribute(name))
            }
            _ => {
                self.lose(Some(left), context);
                LEAK
            }
        }
    }

    pub(super) fn augmented(&mut self, code: Code<'p>, context: Context) {
        let (Some(left), Some(right)) = (field(code, "left"), field(code, "right")) else {
            return;
        };
        let operator = field(code, "operator").map(|code| self.written(code));
        let end = match operator {
            Some("|=") => End::Merge(right),
            _ => End::Lost,
        };
        let changed = self.ending(end);
        self.open.push((left, context, changed));
        let into = self.ending(End::Into(left, context));
        let members = self.step(Step::Shallow, into);
        self.open.push((right, context, members));
    }

    pub(super) fn import(&mut self, code: Code<'p>, context: Context) {
        let module = field(code, "module_name").map_or("", |code| self.written(code));
        let change = anything_at(code, context);
        for child in children(code) {
            if field(code, "module_name") == Some(child) {
                continue;
            }
            if child.kind() == "wildcard_import" {
                self.names.stars.push(change.clone());
                continue;
            }
            let imported = field(child, "name").unwrap_or(child);
            let name = field(child, "alias").unwrap_or(imported);
            if self.written(imported) == "__main__" {
                self.names.anything.push(change.clone());
            }
            let from = format!("{module}.{}", self.written(imported));
            let called = self.written(name).to_owned();
            self.names.imports.insert(called, from);
            self.lose_first(name, context);
        }
    }

    /// Something from which any name can be set.
    pub(super) fn anything(&mut self, code: Code<'p>, context: Context) {
        let change = anything_at(code, context);
        self.names.anything.push(change);
    }
}

fn anything_at(code: Code<'_>, context: Context) -> Change<'_> {
    Change {
        path: Vec::new(),
        what: What::Anything,
        context,
        line: code.start_position().row + 1,
        at: code.start_byte(),
        by: None,
    }
}
