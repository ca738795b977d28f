//! What calls do with what they are given, and with what they are called on.

use super::{Code, Context, End, LEAK, READ, Step, Visit, bare, children, field, first_argument};
use super::{known, literal, result_name, returned_name};
use crate::observe::python::names::known::Callee;

/// Calls that set a property of a construct of CDK's by its path.
const OVERRIDING: &[&str] = &[
    "add_property_override",
    "add_property_deletion_override",
    "add_override",
    "add_deletion_override",
];

impl<'p> Visit<'_, 'p, '_> {
    pub(super) fn call(&mut self, code: Code<'p>, context: Context, sink: usize) {
        self.names.calls.push((code, context));
        let (Some(function), Some(arguments)) = (field(code, "function"), field(code, "arguments"))
        else {
            return self.all(code, context, LEAK);
        };
        self.load(result_name(code), code, context, sink);
        let function = bare(function);
        if !name_of(self, function).is_empty() {
            let returned = returned_name(name_of(self, function));
            self.load(returned, code, context, sink);
        }
        let object = field(function, "object");
        let name = field(function, "attribute").unwrap_or(function);
        let name = self.written(name);
        if arguments.kind() != "argument_list" {
            self.push(object, context, LEAK);
            return self.open.push((arguments, context, LEAK));
        }
        match (function.kind(), object) {
            ("attribute", Some(object)) => {
                self.method((code, object), name, (arguments, context, sink));
            }
            ("identifier", _) => {
                self.reflection(code, name, arguments, context);
                self.given(code, name, (arguments, context, sink));
            }
            _ => {
                self.open.push((function, context, READ));
                self.given(code, "", (arguments, context, sink));
            }
        }
    }

    /// `exec`, `globals()` and the like reach every name.
    fn reflection(&mut self, code: Code<'p>, name: &str, arguments: Code<'p>, context: Context) {
        let any = match name {
            "exec" | "eval" | "__import__" | "import_module" => true,
            "globals" | "locals" | "vars" => children(arguments).is_empty(),
            _ => false,
        };
        if any && !self.is_literal_import(name, arguments) {
            self.anything(code, context);
        }
    }

    fn is_literal_import(&self, name: &str, arguments: Code<'p>) -> bool {
        let module = first_argument(arguments).and_then(|first| literal(self.parsed, first));
        matches!(name, "__import__" | "import_module")
            && module.is_some_and(|module| module != "__main__")
    }

    fn method(
        &mut self,
        (call, object): (Code<'p>, Code<'p>),
        name: &'p str,
        (arguments, context, sink): (Code<'p>, Context, usize),
    ) {
        let first = first_argument(arguments);
        let text = first.and_then(|first| literal(self.parsed, first));
        if name == "import_module" && !self.is_literal_import(name, arguments) {
            self.anything(call, context);
        }
        let count = children(arguments).len();
        let taken = match name {
            "get" if first.is_some() => {
                let rest = self.step(Step::Maybe, sink);
                self.arguments(arguments, context, rest);
                let get = self.step(Step::Get(text), sink);
                return self.open.push((object, context, get));
            }
            "items" | "values" if count == 0 => self.step(Step::Any, sink),
            "copy" if count == 0 => self.step(Step::Shallow, sink),
            "update" => {
                self.merged(object, arguments, context);
                self.ending(End::Merge(arguments))
            }
            "setdefault" | "pop" | "popitem" => {
                self.put_in(object, arguments, context, Step::Member(None));
                let shape = self.ending(End::Shape);
                let got = self.step(Step::Get(text), sink);
                self.step(Step::Also(shape), got)
            }
            _ if known::shapes(name) => {
                let step = match name {
                    "extend" => Step::Shallow,
                    _ => Step::Member(None),
                };
                self.put_in(object, arguments, context, step);
                self.ending(End::Shape)
            }
            _ if OVERRIDING.contains(&name) => {
                self.arguments(arguments, context, READ);
                let path = text.map(|text| text.trim_start_matches("Properties."));
                let property = path.and_then(|path| path.split('.').next());
                self.ending(End::Override(property))
            }
            "of" if self.written(object).rsplit('.').next() == Some("Tags") => {
                let lost = self.ending(End::Lost);
                let tags = self.step(Step::Attribute("tags"), lost);
                self.arguments(arguments, context, tags);
                READ
            }
            _ => {
                self.given(call, name, (arguments, context, sink));
                if known::only_reads(name) {
                    self.step(Step::Given(call, context), READ)
                } else {
                    // A method that is not known may change what it is called on.
                    let harmless = known::is_construct_method(name);
                    let name = if harmless { name } else { "*" };
                    self.step(Step::Attribute(name), LEAK)
                }
            }
        };
        self.open.push((object, context, taken));
    }

    fn arguments(&mut self, arguments: Code<'p>, context: Context, sink: usize) {
        for argument in children(arguments) {
            let named = argument.kind() == "keyword_argument";
            let value = field(argument, "value").filter(|_| named);
            self.open.push((value.unwrap_or(argument), context, sink));
        }
    }

    /// `x.update(…)`.
    fn merged(&mut self, object: Code<'p>, arguments: Code<'p>, context: Context) {
        let into = self.ending(End::Into(object, context));
        self.made(arguments, context, into);
    }

    /// What `dict(…)` makes of its arguments.
    fn made(&mut self, arguments: Code<'p>, context: Context, sink: usize) {
        for argument in children(arguments) {
            let name = field(argument, "name").map(|name| self.written(name));
            let (value, step) = match (argument.kind(), field(argument, "value")) {
                ("keyword_argument", Some(value)) => (value, Step::Member(name)),
                // What is unpacked is taken as a copy by its own step.
                _ => (argument, Step::Shallow),
            };
            let sink = self.step(step, sink);
            self.open.push((value, context, sink));
        }
    }

    fn put_in(&mut self, object: Code<'p>, arguments: Code<'p>, context: Context, step: Step<'p>) {
        let into = self.ending(End::Into(object, context));
        let member = self.step(step, into);
        self.arguments(arguments, context, member);
    }

    /// The arguments of a call of a function or class.
    fn given(
        &mut self,
        call: Code<'p>,
        name: &str,
        (arguments, context, sink): (Code<'p>, Context, usize),
    ) {
        let imported = self.names.import(name);
        let last = imported.map_or(name, |path| path.rsplit('.').next().unwrap_or(path));
        let plain = field(call, "function").map(|code| bare(code).kind()) == Some("identifier");
        let copies = match last {
            "copy" | "ChainMap" | "MappingProxyType" | "OrderedDict" => Some(Callee::Copies),
            _ => known::builtin(last).filter(|_| plain),
        };
        let next = match copies {
            Some(Callee::Copies) if matches!(last, "dict" | "OrderedDict") => {
                let given = self.step(Step::Given(call, context), sink);
                return self.made(arguments, context, given);
            }
            Some(Callee::Copies) => self.step(Step::Shallow, sink),
            Some(Callee::Iterates) => self.step(Step::Any, sink),
            _ => READ,
        };
        // `sorted` and the like hand the members to a function.
        let handed = children(arguments).into_iter().any(|argument| {
            field(argument, "name").is_some_and(|name| self.written(name) == "key")
        });
        let given = match copies {
            Some(_) if handed => LEAK,
            _ => self.step(Step::Given(call, context), next),
        };
        self.arguments(arguments, context, given);
    }
}

/// The name of a function, of whatever object.
fn name_of<'p>(visit: &Visit<'_, 'p, '_>, function: Code<'p>) -> &'p str {
    let name = field(function, "attribute").unwrap_or(function);
    match name.kind() {
        "identifier" => visit.written(name),
        _ => "",
    }
}
