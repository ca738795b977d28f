//! One walk over a program, without recursion: programs nest as deep as they like.

use super::flow::{End, Flows, LEAK, Load, READ, Sink, Step, first_argument, key, literal};
use super::{
    Block, BlockKind, Context, MODULE, Names, Scope, ScopeKind, attribute_name, known, result_name,
    returned_name,
};
use crate::observe::python::syntax::{Code, Parsed, bare, children, field};
use std::collections::{BTreeMap, BTreeSet};

mod bindings;
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
            "for_statement" | "for_in_clause" => self.repeated(code, context),
            "return_statement" => {
                let sink = self.returned(context);
                self.all(code, context, sink);
            }
            "raise_statement" | "with_item" => self.all(code, context, LEAK),
            "decorated_definition" => {
                let definition = field(code, "definition");
                self.decorated.extend(definition.map(|code| code.id()));
                self.go_on(code, context);
            }
            "global_statement" | "nonlocal_statement" => self.outward(code, context),
            "delete_statement" | "as_pattern_target" => self.lose_all(code, context),
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

    fn repeated(&mut self, code: Code<'p>, context: Context) {
        self.lose(field(code, "left"), context);
        let each = self.each(field(code, "left"), context);
        let right = field(code, "right");
        self.push(right, context, each);
        let rest = children(code).into_iter().rev();
        for child in
            rest.filter(|child| Some(*child) != right && Some(*child) != field(code, "left"))
        {
            let inner = self.inner(code, child, context);
            self.open.push((child, inner, READ));
        }
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
                self.conditional(code, context, sink);
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

    fn conditional(&mut self, code: Code<'p>, context: Context, sink: usize) {
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
}
