//! One walk over a program, without recursion: programs nest as deep as they like.

use super::{Binding, Block, Change, Context, Name, Names, Scope, ScopeKind, What};
use crate::observe::python::syntax::{Code, Parsed, bare, children, field};
use std::collections::BTreeMap;

/// Methods that change what they are called on.
const CHANGING: &[&str] = &[
    "setdefault",
    "pop",
    "popitem",
    "clear",
    "append",
    "extend",
    "insert",
    "remove",
    "sort",
    "reverse",
    "__setitem__",
    "__delitem__",
];

/// Functions and methods that do not change what they are given.
const HARMLESS: &[&str] = &[
    "print",
    "pprint",
    "pformat",
    "dumps",
    "dump",
    "len",
    "str",
    "repr",
    "dict",
    "list",
    "tuple",
    "set",
    "sorted",
    "isinstance",
    "type",
    "bool",
    "enumerate",
    "zip",
    "copy",
    "deepcopy",
    "info",
    "debug",
    "warning",
    "error",
    "exception",
    "log",
    "format",
    "update",
    "run_job_flow",
    "create_job_flow",
    "create_security_configuration",
    "create_application",
    "EmrCreateJobFlowOperator",
    "EmrServerlessCreateApplicationOperator",
    "CfnCluster",
    "CfnSecurityConfiguration",
    "CfnApplication",
    "append",
    "extend",
    "get",
    "ChainMap",
    "MappingProxyType",
];

/// Calls that set a property of a construct of CDK's by its path.
const OVERRIDING: &[&str] = &[
    "add_property_override",
    "add_property_deletion_override",
    "add_override",
    "add_deletion_override",
];

struct Visit<'n, 'p, 's> {
    names: &'n mut Names<'p>,
    parsed: &'p Parsed<'s>,
    open: Vec<(Code<'p>, Context)>,
}

pub(super) fn visit<'p>(names: &mut Names<'p>, parsed: &'p Parsed<'_>) {
    let context = Context { scope: 0, block: 0 };
    let mut visit = Visit {
        names,
        parsed,
        open: vec![(parsed.root(), context)],
    };
    while let Some((code, context)) = visit.open.pop() {
        visit.one(code, context);
    }
    visit.aliases();
    visit.names.calls.sort_by_key(|(call, _)| call.start_byte());
}

/// How many names one value may go through before all of them count as changed.
const ALIASES: usize = 8;

impl<'p> Visit<'_, 'p, '_> {
    fn written(&self, code: Code<'p>) -> &'p str {
        self.parsed.written(code)
    }

    fn one(&mut self, code: Code<'p>, context: Context) {
        match code.kind() {
            "function_definition" | "class_definition" | "lambda" => {
                return self.definition(code, context);
            }
            "list_comprehension"
            | "dictionary_comprehension"
            | "set_comprehension"
            | "generator_expression" => return self.comprehension(code, context),
            "assignment" => self.assignment(code, context),
            "augmented_assignment" => self.augmented(code, context),
            "named_expression" => self.lose(field(code, "name"), context),
            "for_in_clause" | "for_statement" => self.lose(field(code, "left"), context),
            "as_pattern_target" | "global_statement" | "nonlocal_statement"
            | "delete_statement" => {
                self.lose_all(code, context);
            }
            "import_statement" | "import_from_statement" => self.import(code, context),
            "call" => self.call(code, context),
            _ => {}
        }
        self.go_on(code, context);
    }

    /// Goes on with the parts of a part; those that may be run or not, or more than once, are blocks of their own.
    fn go_on(&mut self, code: Code<'p>, context: Context) {
        let repeated = matches!(code.kind(), "for_statement" | "while_statement");
        let optional = repeated
            || matches!(
                code.kind(),
                "if_statement"
                    | "elif_clause"
                    | "else_clause"
                    | "try_statement"
                    | "except_clause"
                    | "except_group_clause"
                    | "case_clause"
                    | "match_statement"
            );
        let main = code.kind() == "if_statement"
            && field(code, "condition")
                .is_some_and(|condition| self.written(condition).contains("__name__"));
        for child in children(code).into_iter().rev() {
            let inner = if optional && !main && child.kind() == "block" {
                self.block(context, repeated)
            } else {
                context
            };
            self.open.push((child, inner));
        }
    }

    fn block(&mut self, context: Context, repeated: bool) -> Context {
        self.names.blocks.push(Block {
            parent: Some(context.block),
            repeated,
        });
        Context {
            block: self.names.blocks.len() - 1,
            ..context
        }
    }

    fn scope(&mut self, context: Context, kind: ScopeKind) -> Context {
        self.names.scopes.push(Scope {
            kind,
            parent: Some(context.scope),
            names: BTreeMap::new(),
        });
        Context {
            scope: self.names.scopes.len() - 1,
            ..self.block(context, false)
        }
    }

    fn definition(&mut self, code: Code<'p>, context: Context) {
        self.lose(field(code, "name"), context);
        let kind = if code.kind() == "class_definition" {
            ScopeKind::Class
        } else {
            ScopeKind::Function
        };
        let inner = self.scope(context, kind);
        if let Some(parameters) = field(code, "parameters") {
            for parameter in children(parameters) {
                let name = field(parameter, "name").unwrap_or(parameter);
                self.lose_first(name, inner);
                if let Some(value) = field(parameter, "value") {
                    self.open.push((value, context));
                }
            }
        }
        if let Some(arguments) = field(code, "superclasses") {
            self.open.push((arguments, context));
        }
        if let Some(body) = field(code, "body") {
            self.open.push((body, inner));
        }
    }

    fn comprehension(&mut self, code: Code<'p>, context: Context) {
        let inner = self.scope(context, ScopeKind::Function);
        for child in children(code).into_iter().rev() {
            self.open.push((child, inner));
        }
    }

    fn name(&mut self, name: &str, scope: usize) -> Option<&mut Name<'p>> {
        let scope = self.names.scopes.get_mut(scope)?;
        Some(scope.names.entry(name.to_owned()).or_default())
    }

    fn bind(&mut self, name: Code<'p>, value: Option<Code<'p>>, context: Context) {
        let (written, at) = (self.written(name), name.start_byte());
        if let Some(name) = self.name(written, context.scope) {
            name.bindings.push(Binding { value, context, at });
        }
    }

    /// Binds every identifier of a pattern to what is not followed; what else it names is changed.
    fn lose(&mut self, pattern: Option<Code<'p>>, context: Context) {
        let mut open: Vec<Code<'p>> = pattern.into_iter().collect();
        while let Some(code) = open.pop() {
            match code.kind() {
                "identifier" => self.bind(code, None, context),
                "subscript" | "attribute" => self.change(code, What::Lost, context),
                _ => open.extend(children(code)),
            }
        }
    }

    fn lose_all(&mut self, code: Code<'p>, context: Context) {
        for child in children(code) {
            self.lose(Some(child), context);
            // A name of an outer scope that is set from here is set out of sight.
            if matches!(code.kind(), "global_statement" | "nonlocal_statement") {
                let mut next = self
                    .names
                    .scopes
                    .get(context.scope)
                    .and_then(|scope| scope.parent);
                while let Some(scope) = next {
                    self.bind(child, None, Context { scope, ..context });
                    next = self.names.scopes.get(scope).and_then(|scope| scope.parent);
                }
            }
        }
    }

    /// Binds the first identifier of a parameter, whatever its form.
    fn lose_first(&mut self, parameter: Code<'p>, context: Context) {
        let mut code = parameter;
        while code.kind() != "identifier" {
            match children(code).first() {
                Some(first) => code = *first,
                None => return,
            }
        }
        self.bind(code, None, context);
    }

    fn assignment(&mut self, code: Code<'p>, context: Context) {
        let (Some(left), right) = (field(code, "left"), field(code, "right")) else {
            return;
        };
        let Some(right) = right else { return };
        let right = bare(right);
        if right.kind() == "call" {
            let written = self.written(left).to_owned();
            self.names.results.insert(right.id(), written);
        }
        match left.kind() {
            // `a = b = {}` gives one value two names, through both of which it may be changed.
            "identifier" if right.kind() == "assignment" => self.bind(left, None, context),
            "identifier" => {
                self.bind(left, Some(right), context);
                self.alias(left, right, context);
            }
            "subscript" => self.change(left, What::Set(right), context),
            "attribute" => self.attribute(left),
            _ => self.lose(Some(left), context),
        }
    }

    /// A name or member on the right gives its value a second name.
    fn alias(&mut self, left: Code<'p>, right: Code<'p>, context: Context) {
        if matches!(right.kind(), "identifier" | "subscript") {
            let name = self.written(left).to_owned();
            self.names.aliases.push((name, right, context));
        }
    }

    /// What is changed through a second name is changed under the first, too.
    fn aliases(&mut self) {
        for round in 0..=ALIASES {
            let changed = |(name, _, context): &(String, Code<'p>, Context)| {
                let scope = self.names.scopes.get(context.scope);
                let known = scope.and_then(|scope| scope.names.get(name));
                round == ALIASES || known.is_some_and(|name| !name.changes.is_empty())
            };
            let (hit, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.names.aliases)
                .into_iter()
                .partition(changed);
            self.names.aliases = rest;
            if hit.is_empty() {
                return;
            }
            for (_, value, context) in hit {
                self.change(value, What::Lost, context);
            }
        }
    }

    fn attribute(&mut self, target: Code<'p>) {
        let object = field(target, "object").map(|code| self.written(code));
        let name = field(target, "attribute").map(|code| self.written(code));
        if let (Some(object), Some(name)) = (object, name) {
            let set = self.names.attributes.entry(object.to_owned()).or_default();
            set.insert(name.to_owned());
        }
    }

    fn augmented(&mut self, code: Code<'p>, context: Context) {
        let (Some(left), Some(right)) = (field(code, "left"), field(code, "right")) else {
            return;
        };
        let operator = field(code, "operator").map(|code| self.written(code));
        match operator {
            Some("|=") => self.change(left, What::Merge(right), context),
            _ => self.change(left, What::Lost, context),
        }
        if left.kind() == "attribute" {
            self.attribute(left);
        }
    }

    /// Records that something is done to what `target` names: a name, or a member of its value.
    fn change(&mut self, target: Code<'p>, what: What<'p>, context: Context) {
        let Some((name, path, exact)) = self.path(target) else {
            return;
        };
        let what = if exact { what } else { What::Lost };
        let at = target.start_byte();
        if let Some(name) = self.name(name, context.scope) {
            name.changes.push(Change {
                path,
                what,
                context,
                at,
            });
        }
    }

    /// The name and the keys that lead to a value; false when a key is not literal, and the path ends before it.
    fn path(&self, target: Code<'p>) -> Option<(&'p str, Vec<String>, bool)> {
        let mut path = Vec::new();
        let mut exact = true;
        let mut code = bare(target);
        loop {
            match code.kind() {
                "identifier" => break,
                "subscript" => {
                    let key = field(code, "subscript").and_then(|key| self.literal(key));
                    if let Some(key) = key {
                        path.push(key.to_owned());
                    } else {
                        path.clear();
                        exact = false;
                    }
                    code = bare(field(code, "value")?);
                }
                "attribute" => {
                    path.clear();
                    exact = false;
                    code = bare(field(code, "object")?);
                }
                _ => return None,
            }
        }
        path.reverse();
        Some((self.written(code), path, exact))
    }

    /// A string without a prefix, escapes or holes.
    fn literal(&self, code: Code<'p>) -> Option<&'p str> {
        let written = self.written(code);
        let quote = written
            .chars()
            .next()
            .filter(|char| "'\"".contains(*char))?;
        let inside = written.strip_prefix(quote)?.strip_suffix(quote)?;
        (code.kind() == "string" && !inside.contains(['\\', quote])).then_some(inside)
    }

    fn import(&mut self, code: Code<'p>, context: Context) {
        let module = field(code, "module_name").map_or("", |code| self.written(code));
        for child in children(code) {
            if field(code, "module_name") == Some(child) {
                continue;
            }
            let imported = field(child, "name").unwrap_or(child);
            let name = field(child, "alias").unwrap_or(imported);
            let from = format!("{module}.{}", self.written(imported));
            let called = self.written(name).to_owned();
            self.names.imports.insert(called, from);
            self.lose_first(name, context);
        }
    }

    fn call(&mut self, code: Code<'p>, context: Context) {
        self.names.calls.push((code, context));
        let (Some(function), Some(arguments)) = (field(code, "function"), field(code, "arguments"))
        else {
            return;
        };
        let method = field(function, "attribute").unwrap_or(function);
        let method = self.written(method);
        if let Some(object) = field(function, "object") {
            if method == "update" {
                self.change(object, What::Merge(arguments), context);
            } else if CHANGING.contains(&method) {
                self.change(object, What::Lost, context);
            }
            if OVERRIDING.contains(&method) {
                let path = children(arguments)
                    .first()
                    .and_then(|path| self.literal(*path));
                let object = self.written(object).to_owned();
                let path = path.unwrap_or("*").trim_start_matches("Properties.");
                let first = path.split('.').next().unwrap_or("*").to_owned();
                self.names
                    .attributes
                    .entry(object)
                    .or_default()
                    .insert(first);
            }
        }
        if HARMLESS.contains(&method) || method.ends_with("Property") {
            return;
        }
        for argument in children(arguments) {
            let value = field(argument, "value").filter(|_| argument.kind() == "keyword_argument");
            let value = bare(value.unwrap_or(argument));
            // What is unpacked is copied, and its own members are not.
            if matches!(value.kind(), "identifier" | "subscript") {
                self.change(value, What::Lost, context);
            }
        }
    }
}
