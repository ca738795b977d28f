//! One walk over a program, without recursion: programs nest as deep as they like.

use super::flow::{End, Flows, LEAK, Load, READ, Sink, Step, first_argument, key, literal};
use super::{
    Binding, Block, BlockKind, Change, Context, MODULE, Name, Names, Scope, ScopeKind, What,
    attribute_name, known, result_name, returned_name,
};
use crate::observe::python::syntax::{Code, Parsed, bare, children, field};
use std::collections::{BTreeMap, BTreeSet};

mod calls;

struct Visit<'n, 'p, 's> {
    names: &'n mut Names<'p>,
    parsed: &'p Parsed<'s>,
    flows: Flows<'p>,
    open: Vec<(Code<'p>, Context, usize)>,
    /// Functions that something else is made of.
    decorated: BTreeSet<usize>,
}

pub(super) fn visit<'p>(names: &mut Names<'p>, parsed: &'p Parsed<'_>) -> Flows<'p> {
    let context = Context {
        scope: MODULE,
        block: 0,
    };
    let mut visit = Visit {
        names,
        parsed,
        flows: Flows::new(),
        open: vec![(parsed.root(), context, READ)],
        decorated: BTreeSet::new(),
    };
    while let Some((code, context, sink)) = visit.open.pop() {
        visit.one(code, context, sink);
    }
    let flows = visit.flows;
    names.calls.sort_by_key(|(call, _)| call.start_byte());
    flows
}

impl<'p> Visit<'_, 'p, '_> {
    fn written(&self, code: Code<'p>) -> &'p str {
        self.parsed.written(code)
    }

    fn step(&mut self, step: Step<'p>, next: usize) -> usize {
        self.flows.sinks.push(Sink { step, next });
        self.flows.sinks.len() - 1
    }

    fn ending(&mut self, end: End<'p>) -> usize {
        self.step(Step::End(end), READ)
    }

    fn push(&mut self, code: Option<Code<'p>>, context: Context, sink: usize) {
        self.open.extend(code.map(|code| (code, context, sink)));
    }

    fn all(&mut self, code: Code<'p>, context: Context, sink: usize) {
        for child in children(code).into_iter().rev() {
            self.open.push((child, context, sink));
        }
    }

    fn load(&mut self, name: String, code: Code<'p>, context: Context, sink: usize) {
        self.flows.loads.push(Load {
            name,
            code,
            context,
            at: code.start_byte(),
            line: code.start_position().row + 1,
            sink,
        });
    }

    fn one(&mut self, code: Code<'p>, context: Context, sink: usize) {
        match code.kind() {
            "identifier" => self.load(self.written(code).to_owned(), code, context, sink),
            "function_definition" | "class_definition" | "lambda" => {
                self.definition(code, context);
            }
            "list_comprehension"
            | "dictionary_comprehension"
            | "set_comprehension"
            | "generator_expression" => self.comprehension(code, context, sink),
            "call" => self.call(code, context, sink),
            _ if self.is_statement(code, context) => {}
            _ => self.expression(code, context, sink),
        }
    }

    fn is_statement(&mut self, code: Code<'p>, context: Context) -> bool {
        match code.kind() {
            "assignment" => self.assignment(code, context),
            "augmented_assignment" => self.augmented(code, context),
            "for_statement" | "for_in_clause" => {
                self.lose(field(code, "left"), context);
                let each = self.each(field(code, "left"), context);
                let right = field(code, "right");
                self.push(right, context, each);
                let rest = children(code).into_iter().rev();
                for child in rest
                    .filter(|child| Some(*child) != right && Some(*child) != field(code, "left"))
                {
                    let inner = self.inner(code, child, context);
                    self.open.push((child, inner, READ));
                }
            }
            "return_statement" => {
                let sink = self.returned(context);
                self.all(code, context, sink);
            }
            "raise_statement" => self.all(code, context, LEAK),
            "decorated_definition" => {
                let definition = field(code, "definition");
                self.decorated.extend(definition.map(|code| code.id()));
                self.go_on(code, context);
            }
            "global_statement" | "nonlocal_statement" => self.outward(code, context),
            "delete_statement" => self.lose_all(code, context),
            "as_pattern_target" => self.lose_all(code, context),
            "case_pattern" => self.captures(code, context),
            "import_statement" | "import_from_statement" | "future_import_statement" => {
                self.import(code, context);
            }
            "exec_statement" => self.anything(code, context),
            "type" | "type_parameter" | "type_alias_statement" => {}
            "match_statement" => {
                for child in children(code).into_iter().rev() {
                    let sink = if child.kind() == "block" { READ } else { LEAK };
                    self.open.push((child, context, sink));
                }
            }
            "with_item" => self.all(code, context, LEAK),
            "module"
            | "block"
            | "expression_statement"
            | "if_statement"
            | "elif_clause"
            | "else_clause"
            | "while_statement"
            | "try_statement"
            | "except_clause"
            | "except_group_clause"
            | "finally_clause"
            | "case_clause"
            | "if_clause"
            | "with_statement"
            | "with_clause"
            | "decorator"
            | "assert_statement"
            | "print_statement"
            | "ERROR" => self.go_on(code, context),
            _ => return false,
        }
        true
    }

    /// Goes on with the parts of a statement.
    fn go_on(&mut self, code: Code<'p>, context: Context) {
        let sink = match code.kind() {
            "ERROR" => self.ending(End::Broken),
            _ => READ,
        };
        for child in children(code).into_iter().rev() {
            let inner = self.inner(code, child, context);
            self.open.push((child, inner, sink));
        }
    }

    /// Where a part of a statement is: what may be run or not, or more than once, is a block of its own.
    fn inner(&mut self, code: Code<'p>, child: Code<'p>, context: Context) -> Context {
        let body = child.kind() == "block";
        let kind = match code.kind() {
            "for_statement" if body => BlockKind::Repeated,
            "while_statement" => BlockKind::Repeated,
            "if_statement" if body && self.is_main(code) => BlockKind::Entered,
            "with_statement" if body => BlockKind::Entered,
            "if_statement"
            | "else_clause"
            | "try_statement"
            | "except_clause"
            | "except_group_clause"
            | "match_statement"
                if body =>
            {
                BlockKind::Plain
            }
            "elif_clause" | "case_clause" | "assert_statement" => BlockKind::Plain,
            _ => return context,
        };
        self.block(context, kind)
    }

    /// `if __name__ == "__main__"`: what a program is, and a module is not.
    fn is_main(&self, code: Code<'p>) -> bool {
        let condition = field(code, "condition").map(|condition| self.written(bare(condition)));
        condition.is_some_and(|condition| {
            let parts: Vec<&str> = condition.split("==").map(str::trim).collect();
            matches!(
                parts.as_slice(),
                ["__name__", "'__main__'" | "\"__main__\""]
            )
        })
    }

    fn block(&mut self, context: Context, kind: BlockKind) -> Context {
        self.names.blocks.push(Block {
            parent: Some(context.block),
            kind,
        });
        Context {
            block: self.names.blocks.len() - 1,
            ..context
        }
    }

    fn scope(&mut self, context: Context, kind: ScopeKind, code: Code<'p>) -> Context {
        self.names.scopes.push(Scope {
            kind,
            parent: Some(context.scope),
            names: BTreeMap::new(),
            outward: BTreeMap::new(),
            code: Some(code),
        });
        Context {
            scope: self.names.scopes.len() - 1,
            ..self.block(context, BlockKind::Plain)
        }
    }

    fn expression(&mut self, code: Code<'p>, context: Context, sink: usize) {
        match code.kind() {
            "parenthesized_expression" => self.all(code, context, sink),
            "attribute" => self.attribute(code, context, sink),
            "subscript" => self.subscript(code, context, sink),
            "dictionary" | "list" | "tuple" | "set" | "expression_list" => {
                self.display(code, context, sink);
            }
            "boolean_operator" | "conditional_expression" => {
                let maybe = self.step(Step::Maybe, sink);
                let parts = children(code);
                let boolean = code.kind() == "boolean_operator";
                for (index, child) in parts.into_iter().enumerate().rev() {
                    let sink = if boolean || index != 1 { maybe } else { READ };
                    // The first is looked at in any case, of a conditional expression it is the second.
                    let always = index == usize::from(!boolean);
                    let inner = if always {
                        context
                    } else {
                        self.block(context, BlockKind::Plain)
                    };
                    self.open.push((child, inner, sink));
                }
            }
            "binary_operator" => {
                let operator = field(code, "operator").map(|operator| operator.kind());
                let sink = match operator {
                    Some("|" | "+" | "*") => self.step(Step::Shallow, sink),
                    _ => READ,
                };
                self.all(code, context, sink);
            }
            "named_expression" => {
                let name = field(code, "name");
                self.lose_walrus(name, context);
                let sink = match name {
                    Some(name) => {
                        let bind = self.ending(End::Bind(name, context));
                        let sink = self.step(Step::Maybe, sink);
                        self.step(Step::Also(bind), sink)
                    }
                    None => LEAK,
                };
                self.push(field(code, "value"), context, sink);
            }
            "await" => {
                let any = self.step(Step::Any, sink);
                self.all(code, context, any);
            }
            "list_splat" | "dictionary_splat" => {
                let shallow = self.step(Step::Shallow, sink);
                self.all(code, context, shallow);
            }
            "comparison_operator"
            | "not_operator"
            | "unary_operator"
            | "string"
            | "concatenated_string"
            | "interpolation"
            | "format_specifier"
            | "format_expression"
            | "slice" => self.all(code, context, READ),
            _ => self.all(code, context, LEAK),
        }
    }

    fn display(&mut self, code: Code<'p>, context: Context, sink: usize) {
        for child in children(code).into_iter().rev() {
            match child.kind() {
                "pair" => self.pair(child, context, sink),
                "list_splat" | "dictionary_splat" => {
                    self.open.push((child, context, sink));
                }
                _ => {
                    let member = self.step(Step::Member(None), sink);
                    self.open.push((child, context, member));
                }
            }
        }
    }

    fn pair(&mut self, code: Code<'p>, context: Context, sink: usize) {
        let name = field(code, "key").and_then(|key| literal(self.parsed, bare(key)));
        let member = self.step(Step::Member(name), sink);
        self.push(field(code, "value"), context, member);
        self.push(field(code, "key"), context, READ);
    }

    fn attribute(&mut self, code: Code<'p>, context: Context, sink: usize) {
        let (Some(object), Some(name)) = (field(code, "object"), field(code, "attribute")) else {
            return;
        };
        let name = self.written(name);
        let of_modules = name == "modules" && self.written(object) == "sys";
        if known::reflects(name) || of_modules {
            self.anything(code, context);
        }
        self.load(attribute_name(name), code, context, sink);
        let taken = self.step(Step::Attribute(name), sink);
        self.open.push((object, context, taken));
    }

    fn subscript(&mut self, code: Code<'p>, context: Context, sink: usize) {
        let value = field(code, "value");
        let rest: Vec<Code<'p>> = children(code);
        let rest = rest.into_iter().filter(|child| Some(*child) != value);
        let rest: Vec<Code<'p>> = rest.collect();
        let taken = if rest.iter().any(|child| child.kind() == "slice") {
            self.step(Step::Shallow, sink)
        } else {
            self.step(Step::Subscript(key(self.parsed, code)), sink)
        };
        self.push(value, context, taken);
        for child in rest {
            self.open.push((child, context, READ));
        }
    }

    /// The sink of what a function gives back: whoever calls it in this file.
    fn returned(&mut self, context: Context) -> usize {
        let scope = self.names.scopes.get(context.scope);
        let function = scope.and_then(|scope| scope.code);
        let plain = function.filter(|code| {
            code.kind() == "function_definition" && !self.decorated.contains(&code.id())
        });
        match plain.and_then(|code| field(code, "name")) {
            Some(name) => self.ending(End::Return(self.written(name))),
            None => LEAK,
        }
    }

    fn definition(&mut self, code: Code<'p>, context: Context) {
        self.lose(field(code, "name"), context);
        if let Some(name) = field(code, "name") {
            self.names.defined.insert(self.written(name), code);
        }
        let kind = if code.kind() == "class_definition" {
            ScopeKind::Class
        } else {
            ScopeKind::Function
        };
        let inner = self.scope(context, kind, code);
        if let Some(parameters) = field(code, "parameters") {
            for parameter in children(parameters) {
                let name = field(parameter, "name").unwrap_or(parameter);
                self.lose_first(name, inner);
                if let Some(value) = field(parameter, "value") {
                    let bind = self.ending(End::Bind(name, inner));
                    self.open.push((value, context, bind));
                }
            }
        }
        if let Some(arguments) = field(code, "superclasses") {
            for argument in children(arguments) {
                let value = field(argument, "value").unwrap_or(argument);
                self.open.push((value, context, READ));
            }
        }
        if let Some(body) = field(code, "body") {
            let sink = if code.kind() == "lambda" { LEAK } else { READ };
            self.open.push((body, inner, sink));
        }
    }

    fn comprehension(&mut self, code: Code<'p>, context: Context, sink: usize) {
        let inner = self.scope(context, ScopeKind::Comprehension, code);
        for child in children(code).into_iter().rev() {
            match child.kind() {
                "for_in_clause" | "if_clause" => self.open.push((child, inner, READ)),
                "pair" => {
                    let member = self.step(Step::Member(None), sink);
                    self.push(field(child, "key"), inner, READ);
                    self.push(field(child, "value"), inner, member);
                }
                _ => {
                    let member = self.step(Step::Member(None), sink);
                    self.open.push((child, inner, member));
                }
            }
        }
    }

    /// The sink of what a loop goes through.
    fn each(&mut self, pattern: Option<Code<'p>>, context: Context) -> usize {
        let Some(pattern) = pattern else { return LEAK };
        if pattern.kind() == "identifier" {
            let bind = self.ending(End::Bind(pattern, context));
            return self.step(Step::Subscript(None), bind);
        }
        let mut open = vec![pattern];
        let mut sink = READ;
        while let Some(code) = open.pop() {
            match code.kind() {
                "identifier" => {
                    let bind = self.ending(End::Bind(code, context));
                    sink = self.step(Step::Also(bind), sink);
                }
                "subscript" | "attribute" => return LEAK,
                _ => open.extend(children(code)),
            }
        }
        self.step(Step::Any, sink)
    }

    fn name(&mut self, name: &str, scope: usize) -> Option<&mut Name<'p>> {
        let scope = self.names.scopes.get_mut(scope)?;
        Some(scope.names.entry(name.to_owned()).or_default())
    }

    fn bind(&mut self, name: Code<'p>, value: Option<Code<'p>>, context: Context) {
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
    fn lose(&mut self, pattern: Option<Code<'p>>, context: Context) {
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

    fn lose_all(&mut self, code: Code<'p>, context: Context) {
        for child in children(code) {
            self.lose(Some(child), context);
        }
    }

    /// `:=` binds in the function around comprehensions.
    fn lose_walrus(&mut self, name: Option<Code<'p>>, context: Context) {
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
    fn outward(&mut self, code: Code<'p>, context: Context) {
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
    fn captures(&mut self, code: Code<'p>, context: Context) {
        let mut open = vec![code];
        while let Some(code) = open.pop() {
            match code.kind() {
                "identifier" => self.bind(code, None, context),
                _ => open.extend(children(code)),
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
    fn target(&mut self, left: Code<'p>, value: Code<'p>, single: bool, context: Context) -> usize {
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

    fn augmented(&mut self, code: Code<'p>, context: Context) {
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

    fn import(&mut self, code: Code<'p>, context: Context) {
        let module = field(code, "module_name").map_or("", |code| self.written(code));
        let change = self.anything_at(code, context);
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

    fn anything_at(&self, code: Code<'p>, context: Context) -> Change<'p> {
        Change {
            path: Vec::new(),
            what: What::Anything,
            context,
            line: code.start_position().row + 1,
            at: code.start_byte(),
            by: None,
        }
    }

    /// Something from which any name can be set.
    fn anything(&mut self, code: Code<'p>, context: Context) {
        let change = self.anything_at(code, context);
        self.names.anything.push(change);
    }
}
