//! What is launched in a way that is not followed: it is listed as something of which nothing is known.

use super::calls::Reader;
use super::launches::{self, Call, LAKE_FORMATION, Launch};
use super::names::{Context, literal};
use super::syntax::{Code, bare, children, field};
use crate::observe::{Problem, Seen, cloudformation};
use crate::observed::{Form, Identity, Place};
use std::collections::BTreeSet;

/// Functions that call an operation by its name. Sources: *operator*, botocore.
const BY_NAME: &[&str] = &["methodcaller", "_make_api_call", "getattr", "attrgetter"];

/// Operations by their names, in Python's spelling and in the service's.
const OPERATIONS: &[(&str, Call)] = &[
    ("run_job_flow", Call::RunJobFlow),
    ("RunJobFlow", Call::RunJobFlow),
    ("create_job_flow", Call::Airflow),
    ("create_security_configuration", Call::SecurityConfiguration),
    ("CreateSecurityConfiguration", Call::SecurityConfiguration),
    ("put_block_public_access_configuration", Call::PublicAccess),
    ("PutBlockPublicAccessConfiguration", Call::PublicAccess),
];

/// Beginnings of the names of operations that look, or end something.
const LOOKING: &[&str] = &[
    "describe",
    "list",
    "get",
    "terminate",
    "cancel",
    "remove_tags",
    "add_tags",
    "Describe",
    "List",
    "Get",
    "Terminate",
    "search",
    "delete",
    "revoke",
];

/// Whether the text that a name is put together of begins like one that only looks.
fn only_looks(written: &str) -> bool {
    let written = written.trim_start_matches(['f', 'r', '"', '\'', '(']);
    LOOKING.iter().any(|start| written.starts_with(start))
}

/// Whether what is given from elsewhere is called a client of EMR's.
fn is_called_so(written: &str) -> bool {
    let last = written
        .rsplit('.')
        .next()
        .unwrap_or(written)
        .to_ascii_lowercase();
    last.contains("emr") && !last.contains("serverless") && !last.contains("containers")
}

impl<'p> Reader<'p, '_> {
    /// What launches something is handed on: as an argument, in a container, or under a name that is set more than once.
    pub(super) fn mentions(&mut self) {
        let names = self.evaluator.names;
        let mut met = BTreeSet::new();
        for (code, context) in &names.mentions {
            // A call of it hands on its result, not itself.
            if !met.insert(code.start_byte()) || self.is_launch_itself(*code, *context) {
                continue;
            }
            let found = launches::find(names, self.evaluator.parsed, *code, *context);
            if let Some(launch) = found.filter(|launch| self.is_likely(launch)) {
                let what = format!("what is done with `{}`, which is handed on,", launch.name);
                self.unread(&launch, *code, &what);
            }
        }
        for (call, context) in &names.calls {
            self.by_name(*call, *context);
            self.by_unknown_name(*call, *context);
        }
    }

    fn is_launch_itself(&self, code: Code<'p>, context: Context) -> bool {
        let function = field(code, "function").filter(|_| code.kind() == "call");
        function.is_some_and(|function| {
            let (names, parsed) = (self.evaluator.names, self.evaluator.parsed);
            launches::find(names, parsed, function, context).is_some()
        })
    }

    /// Whether it is ours, as far as the whole file tells.
    fn is_likely(&self, launch: &Launch<'p>) -> bool {
        let text = self.evaluator.parsed.text;
        match launch.call {
            Call::SecurityConfiguration => text.contains("\"emr\"") || text.contains("'emr'"),
            Call::Application => text.contains("emr-serverless"),
            Call::LakeFormation(_) => text.contains(LAKE_FORMATION),
            Call::AnyConstruct | Call::AnyOperation | Call::Terminate => false,
            Call::RunJobFlow
            | Call::Airflow
            | Call::AirflowApplication
            | Call::Construct(_)
            | Call::ClusterTask
            | Call::Change(_)
            | Call::PublicAccess => true,
        }
    }

    /// An operation whose name is a text that is given to a function.
    fn by_name(&mut self, call: Code<'p>, context: Context) {
        let (Some(function), Some(arguments)) = (field(call, "function"), field(call, "arguments"))
        else {
            return;
        };
        let name = field(function, "attribute").unwrap_or(function);
        let name = self.evaluator.written(name);
        let own = self.evaluator.names.defines(name);
        let (names, parsed) = (self.evaluator.names, self.evaluator.parsed);
        if !own && !BY_NAME.contains(&name)
            || launches::find(names, parsed, call, context).is_some()
        {
            return;
        }
        let texts = children(arguments).into_iter();
        let mut texts = texts.filter_map(|argument| {
            let value = field(argument, "value").unwrap_or(argument);
            literal(parsed, bare(value))
        });
        let found = texts.find_map(|text| OPERATIONS.iter().find(|(known, _)| *known == text));
        if let Some((operation, called)) = found {
            let launch = Launch {
                call: *called,
                name: operation,
                bound: Vec::new(),
                class: None,
                mapped: false,
            };
            if self.is_likely(&launch) {
                let what = format!("`{operation}`, which is called by its name,");
                self.unread(&launch, call, &what);
            }
        }
    }

    /// An operation of EMR's or Lake Formation's whose name is put together when the program runs: it may be any.
    fn by_unknown_name(&mut self, call: Code<'p>, context: Context) {
        let (Some(function), Some(arguments)) = (field(call, "function"), field(call, "arguments"))
        else {
            return;
        };
        let parsed = self.evaluator.parsed;
        let method = field(function, "attribute").unwrap_or(function);
        let given = children(arguments);
        let (object, name) = match (parsed.written(method), given.as_slice()) {
            ("getattr", [object, name, ..]) => (Some(*object), *name),
            ("_make_api_call", [name, ..]) => (field(function, "object"), *name),
            _ => return,
        };
        let is_client = object.is_some_and(|object| self.is_client(bare(object), context, 0));
        if !is_client || self.is_known_text(name, context) || only_looks(parsed.written(name)) {
            return;
        }
        let source = self.evaluator.tree.source();
        let place = Place::new(source, call.start_byte(), call.end_byte(), String::new());
        self.problems.push(Problem {
            what: format!("could not judge all of `{}`", source.name),
            why: "the operation that is called here has a name that is put together when the program runs: it may launch or open anything".to_owned(),
            place: Some(place),
            action: None,
        });
    }

    /// Whether a name of an operation is written out, here or where the name of a variable is set.
    fn is_known_text(&self, name: Code<'p>, context: Context) -> bool {
        let (names, parsed) = (self.evaluator.names, self.evaluator.parsed);
        let name = bare(name);
        let value = (name.kind() == "identifier")
            .then(|| names.only_value(parsed.written(name), context.scope))
            .flatten()
            .and_then(|binding| binding.value);
        literal(parsed, bare(value.unwrap_or(name))).is_some()
    }

    /// Whether an expression is a client of EMR's or Lake Formation's, as far as the file tells.
    fn is_client(&self, code: Code<'p>, context: Context, hops: usize) -> bool {
        let (names, parsed) = (self.evaluator.names, self.evaluator.parsed);
        match code.kind() {
            "call" => {
                let function = field(code, "function");
                let method =
                    function.and_then(|function| field(function, "attribute").or(Some(function)));
                let of_ours = |argument: &Code<'p>| {
                    let value = field(*argument, "value").unwrap_or(*argument);
                    matches!(literal(parsed, bare(value)), Some("emr" | LAKE_FORMATION))
                };
                let given = field(code, "arguments").map(children).unwrap_or_default();
                method.is_some_and(|method| parsed.written(method) == "client")
                    && given.iter().any(of_ours)
            }
            "identifier" => {
                let binding = names.only_value(parsed.written(code), context.scope);
                match binding.and_then(|binding| Some((binding.value?, binding.context))) {
                    Some((value, context)) => {
                        hops < 8 && self.is_client(bare(value), context, hops + 1)
                    }
                    None => is_called_so(parsed.written(code)),
                }
            }
            "attribute" => is_called_so(parsed.written(code)),
            _ => false,
        }
    }

    /// Lists what a call makes of which nothing is known.
    pub(super) fn unread(&mut self, launch: &Launch<'p>, code: Code<'p>, what: &str) {
        let body = self.evaluator.unknown(what, code);
        match launch.call {
            Call::RunJobFlow | Call::ClusterTask => self.request(body, "run_job_flow", None),
            Call::Airflow => self.request(body, "job_flow_overrides", None),
            Call::SecurityConfiguration => self.security_configuration(body),
            Call::Application | Call::AirflowApplication => {
                self.application(body, "create_application");
            }
            Call::PublicAccess => self.public_access(body),
            Call::LakeFormation(request) => {
                let body = self.root(body, launch.name);
                self.asked.push((request, body));
            }
            Call::Construct(one) => {
                if let Some((makes, kind, _)) = cloudformation::judged_type(one.makes) {
                    let body = self.root(body, one.name);
                    let identity = Identity::new(kind, self.file.clone());
                    let seen = Seen::new(identity, Form::CloudFormation, body);
                    self.seen.push(seen.declared_as(makes));
                }
            }
            Call::Change(change) => self.change(launch.name, change, (body, None)),
            Call::AnyConstruct | Call::AnyOperation | Call::Terminate => {}
        }
    }
}
