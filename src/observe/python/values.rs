//! What an expression comes to, as far as it is written out.

use super::constructs::enumerated;
use super::launches;
use super::mappings::Members;
use super::names::{Context, Copied, Meaning, Names, Use};
use super::syntax::{Code, Parsed, bare, children, field, is_broken};
use crate::observe::edit;
use crate::observed::tree::{Kind, NodeId, Span, Tree, clamp};
use crate::observed::{Known, Reason};
use std::collections::{BTreeMap, BTreeSet};

/// How deep expressions may be nested, names that are followed included.
const MAX_DEPTH: usize = 100;
/// How many values a file may come to, each counted as often as its name is followed.
const MAX_VALUES: usize = 200_000;

/// Evaluates expressions of one program into a tree.
pub(super) struct Evaluator<'p, 's> {
    pub(super) tree: Tree,
    pub(super) parsed: &'p Parsed<'s>,
    pub(super) names: &'p Names<'p>,
    /// Names that were followed, by the byte of their value.
    pub(super) followed: BTreeSet<usize>,
    /// For each call of `json.dumps`: the value that it writes.
    dumped: BTreeMap<NodeId, NodeId>,
    active: Vec<usize>,
    depth: usize,
    pub(super) values: usize,
}

/// An expression's place: the scope that its names are looked up in, and the use that it is evaluated for.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub(super) context: Context,
    pub(super) used: Use,
    /// The copy that is made of its value before that.
    pub(super) copied: Option<Copied>,
}

impl At {
    /// The place of what `code` copies, with so many levels of what is in it.
    pub(super) fn copy(self, code: Code<'_>, depth: usize) -> Self {
        let around = self
            .copied
            .filter(|copied| copied.when.at <= code.start_byte() && code.end_byte() <= copied.end);
        let when = Use {
            context: self.context,
            at: code.start_byte(),
        };
        let depth = around.map_or(depth, |around| around.depth.max(depth));
        Self {
            copied: Some(Copied {
                when,
                end: code.end_byte(),
                depth,
            }),
            ..self
        }
    }

    /// The place of what a member is taken of by `code`.
    fn container(self, code: Code<'_>) -> Self {
        let copy = self.copy(code, 0);
        let around = self
            .copied
            .filter(|copied| copied.when.at <= code.start_byte() && code.end_byte() <= copied.end);
        let depth = around.map_or(0, |around| around.depth.saturating_add(1));
        Self {
            copied: copy.copied.map(|copied| Copied { depth, ..copied }),
            ..self
        }
    }

    /// The place of the members of a container that is written out.
    pub(super) fn of_members(self) -> Self {
        Self {
            copied: self.copied.and_then(|copied| copied.of_members(1)),
            ..self
        }
    }
}

impl<'p, 's> Evaluator<'p, 's> {
    pub(super) fn new(tree: Tree, parsed: &'p Parsed<'s>, names: &'p Names<'p>) -> Self {
        Self {
            tree,
            parsed,
            names,
            followed: BTreeSet::new(),
            dumped: BTreeMap::new(),
            active: Vec::new(),
            depth: 0,
            values: 0,
        }
    }

    pub(super) fn written(&self, code: Code<'p>) -> &'p str {
        self.parsed.written(code)
    }

    pub(super) fn push(&mut self, kind: Kind, code: Code<'p>) -> NodeId {
        self.values += 1;
        self.tree.push(kind, span(code))
    }

    /// A value that is not known, because of what it is.
    pub(super) fn unknown(&mut self, what: impl Into<String>, code: Code<'p>) -> NodeId {
        self.values += 1;
        let what = what.into();
        self.tree
            .push_lost(Reason::Unsupported { what }, span(code))
    }

    /// What an expression comes to.
    pub(super) fn eval(&mut self, code: Code<'p>, at: At) -> NodeId {
        let code = bare(code);
        if is_broken(code) {
            let what = "this is not Python".to_owned();
            return self.tree.push_lost(Reason::Malformed { what }, span(code));
        }
        if self.depth >= MAX_DEPTH {
            return self.unknown(format!("nesting of more than {MAX_DEPTH} levels"), code);
        }
        if self.values > MAX_VALUES {
            return self.unknown("a file whose names multiply their values", code);
        }
        self.depth += 1;
        let value = self.expression(code, at);
        self.depth -= 1;
        value
    }

    fn expression(&mut self, code: Code<'p>, at: At) -> NodeId {
        match code.kind() {
            "string" => self.string(code, at),
            "concatenated_string" => {
                let parts = children(code);
                let values: Vec<NodeId> = parts.iter().map(|part| self.eval(*part, at)).collect();
                self.join(&values, code)
            }
            "integer" | "float" | "unary_operator" => self.number(code),
            "true" => self.push(Kind::Bool(true), code),
            "false" => self.push(Kind::Bool(false), code),
            "none" => self.push(Kind::Null, code),
            "dictionary" => self.dictionary(code, at),
            "list" | "tuple" | "set" | "expression_list" => self.list(code, at),
            "identifier" => self.name(code, at),
            "binary_operator" => self.binary(code, at),
            "call" => self.call(code, at),
            "subscript" => self.member(code, at),
            "attribute" => self.attribute(code, at),
            _ => {
                let what = self.describe(code);
                self.unknown(what, code)
            }
        }
    }

    /// What an expression is called when it is not evaluated. Arguments and texts are not repeated.
    pub(super) fn describe(&self, code: Code<'p>) -> String {
        match code.kind() {
            "call" => match field(code, "function").and_then(|function| self.dotted(function)) {
                Some(name) => format!("a call of `{name}`"),
                None => "a call".to_owned(),
            },
            "identifier" | "attribute" => self
                .dotted(code)
                .map_or_else(|| "an attribute".to_owned(), |name| format!("`{name}`")),
            "subscript" => field(code, "value")
                .and_then(|value| self.dotted(value))
                .map_or_else(
                    || "a member".to_owned(),
                    |name| format!("a member of `{name}`"),
                ),
            "conditional_expression" | "boolean_operator" => "a conditional expression".to_owned(),
            "list_comprehension" | "dictionary_comprehension" | "set_comprehension" => {
                "a comprehension".to_owned()
            }
            _ => "this expression".to_owned(),
        }
    }

    /// Names with dots between them, and nothing else.
    fn dotted(&self, code: Code<'p>) -> Option<&'p str> {
        let written = self.written(code);
        let plain = |char: char| char.is_alphanumeric() || "._".contains(char);
        (written.len() < 100 && written.chars().all(plain)).then_some(written)
    }

    fn number(&mut self, code: Code<'p>) -> NodeId {
        let written = self.written(code);
        let digits = written.strip_prefix('-').unwrap_or(written);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let decimal =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let plain =
            decimal(whole) && decimal(fraction) && (whole == "0" || !whole.starts_with('0'));
        if !plain {
            return self.unknown("this expression", code);
        }
        let text = self.tree.source_text(code.start_byte(), code.end_byte());
        self.push(Kind::Number(text), code)
    }

    fn list(&mut self, code: Code<'p>, at: At) -> NodeId {
        let mut items = Vec::new();
        for item in children(code) {
            if item.kind() == "list_splat" {
                let copy = at.copy(item, 0);
                let inner = children(item).first().map(|inner| self.eval(*inner, copy));
                match inner.map(|inner| (inner, edit::items(&self.tree, inner))) {
                    Some((_, Some(more))) => items.extend(more),
                    Some((unknown, None)) => items.push(self.hole(unknown, item)),
                    None => {}
                }
            } else {
                items.push(self.eval(item, at.of_members()));
            }
        }
        self.values += 1;
        self.tree.push_list(&items, span(code))
    }

    /// A value that is not known, in place of one that is not what it should be.
    pub(super) fn hole(&mut self, value: NodeId, code: Code<'p>) -> NodeId {
        match self.tree.node(value).reason().cloned() {
            Some(reason) => self.tree.push_lost(reason, span(code)),
            None => self.unknown("this expression", code),
        }
    }

    fn name(&mut self, code: Code<'p>, at: At) -> NodeId {
        let own = Use {
            context: at.context,
            at: code.start_byte(),
        };
        self.follow(self.written(code), code, own, at)
    }

    /// What a name comes to that a file may take from this one.
    pub(super) fn named(&mut self, name: &str, code: Code<'p>, at: At) -> NodeId {
        self.follow(name, code, at.used, at)
    }

    fn follow(&mut self, name: &str, code: Code<'p>, own: Use, at: At) -> NodeId {
        let (binding, changes) = match self.names.meaning(name, own, at.used, at.copied) {
            Meaning::Value(binding, changes) => (binding, changes),
            Meaning::Unknown(why) => {
                let place = format!("`{name}`, which {why}");
                return self.tree.push_lost(Reason::Elsewhere { place }, span(code));
            }
        };
        let Some(value) = binding.value else {
            return self.unknown(format!("`{name}`"), code);
        };
        if self.active.contains(&value.id()) {
            return self.unknown(format!("`{name}`, which holds itself,"), code);
        }
        self.active.push(value.id());
        self.followed.insert(value.start_byte());
        let inner = At {
            context: binding.context,
            ..at
        };
        let mut result = self.eval(value, inner);
        for change in changes {
            let path: Vec<&str> = change.path.iter().map(String::as_str).collect();
            result = self.changed(result, &path, &change, (code, at));
        }
        self.active.pop();
        result
    }

    fn binary(&mut self, code: Code<'p>, at: At) -> NodeId {
        let (Some(left), Some(right)) = (field(code, "left"), field(code, "right")) else {
            return self.unknown("this expression", code);
        };
        match field(code, "operator").map(|operator| operator.kind()) {
            Some("|") => {
                let mut members = Members::default();
                for side in [left, right] {
                    let value = self.eval(side, at.copy(code, 0));
                    self.merge(value, &mut members);
                }
                self.finish(members, code)
            }
            Some("+") => self.sum(code, left, right, at),
            Some("%") => self.percent(code, left, right, at),
            _ => self.unknown("this expression", code),
        }
    }

    /// Texts or lists one after the other. Sums lean to the left, as deep as they are long.
    fn sum(&mut self, code: Code<'p>, left: Code<'p>, right: Code<'p>, at: At) -> NodeId {
        let at = at.copy(code, 0);
        let (left, right) = (self.eval(left, at), self.eval(right, at));
        let sides = [left, right];
        let kinds = sides.map(|side| self.tree.slot(side).kind);
        if kinds
            .iter()
            .any(|kind| matches!(kind, Kind::String(_) | Kind::Template(_)))
        {
            return self.join(&sides, code);
        }
        if !kinds.iter().any(|kind| matches!(kind, Kind::List(_))) {
            return self.hole(left, code);
        }
        let mut all = Vec::new();
        for side in sides {
            match edit::items(&self.tree, side) {
                Some(items) => all.extend(items),
                None => all.push(self.hole(side, code)),
            }
        }
        self.values += all.len();
        self.tree.push_list(&all, span(code))
    }

    fn call(&mut self, code: Code<'p>, at: At) -> NodeId {
        let (Some(function), Some(arguments)) = (field(code, "function"), field(code, "arguments"))
        else {
            return self.unknown("a call", code);
        };
        let object = field(function, "object");
        let method = field(function, "attribute").unwrap_or(function);
        let first = children(arguments)
            .into_iter()
            .find(|argument| argument.kind() != "keyword_argument");
        let name = self.written(method);
        let library = matches!(
            name,
            "dict" | "dumps" | "deepcopy" | "copy" | "dedent" | "list"
        );
        // A function of the file, or one that is imported from elsewhere, may do something else.
        let own_method = object.is_some() && name == "copy" && first.is_none();
        if library && !own_method && !self.names.is_library(self.parsed, function, at.context) {
            let what = self.describe(code);
            return self.unknown(what, code);
        }
        match (name, object, first) {
            ("dict", None, _) => {
                let mut members = Members::default();
                self.arguments_into(arguments, at, &mut members);
                self.finish(members, code)
            }
            ("dumps", _, Some(value)) => {
                let value = self.eval(value, at.copy(code, usize::MAX));
                let text = self.unknown("a call of `json.dumps`", code);
                self.dumped.insert(text, value);
                text
            }
            (unit @ ("seconds" | "minutes" | "hours" | "days"), Some(object), Some(value))
                if self.written(object).rsplit('.').next() == Some("Duration") =>
            {
                self.duration(code, unit, value, at)
            }
            ("deepcopy", _, Some(value)) => self.eval(value, at.copy(code, usize::MAX)),
            ("dedent", _, Some(value)) => self.eval(value, at),
            ("copy", _, Some(value)) => self.eval(value, at.copy(code, 0)),
            ("list", None, Some(value)) => {
                let list = self.eval(value, at.copy(code, 0));
                match edit::items(&self.tree, list) {
                    Some(_) => list,
                    None => self.hole(list, code),
                }
            }
            ("copy", Some(object), None) => self.eval(object, at.copy(code, 0)),
            ("format", Some(object), _) => self.format(code, object, arguments, at),
            (name, ..)
                if name.starts_with("Cfn") && name.ends_with("Tag")
                    || name.ends_with("Property") =>
            {
                self.keywords(arguments, at)
            }
            _ => {
                let what = self.describe(code);
                self.unknown(what, code)
            }
        }
    }

    /// A duration of CDK's, as the requests of EMR have it: in seconds.
    fn duration(&mut self, code: Code<'p>, unit: &str, value: Code<'p>, at: At) -> NodeId {
        let count = self.eval(value, at);
        let Known::Set(count) = self.tree.node(count).number() else {
            return self.hole(count, code);
        };
        let unit = match unit {
            "seconds" => 1,
            "minutes" => 60,
            "hours" => 3600,
            _ => 86400,
        };
        let text = count.saturating_mul(unit).to_string();
        let text = self.tree.decoded_text(&text);
        self.push(Kind::Number(text), code)
    }

    /// The value that a text is the JSON of, when a call of `json.dumps` wrote it.
    pub(super) fn document(&self, text: NodeId) -> NodeId {
        self.dumped.get(&text).copied().unwrap_or(text)
    }

    /// A member of a mapping by a literal key.
    fn member(&mut self, code: Code<'p>, at: At) -> NodeId {
        let (Some(value), Some(key)) = (field(code, "value"), field(code, "subscript")) else {
            return self.unknown("a member", code);
        };
        let (map, key) = (self.eval(value, at.container(code)), self.eval(key, at));
        let known = self
            .tree
            .string_of(key)
            .map(|key| self.tree.text(key).to_owned());
        if let Some(member) = known.and_then(|key| edit::member(&self.tree, map, &key)) {
            return member;
        }
        let what = self.describe(code);
        self.unknown(what, code)
    }

    /// `x.ref` and the like, of a construct that this file makes.
    fn attribute(&mut self, code: Code<'p>, at: At) -> NodeId {
        if let Some(value) = enumerated(self.written(code)) {
            let text = self.tree.decoded_text(value);
            return self.push(Kind::String(text), code);
        }
        let object = field(code, "object").filter(|object| object.kind() == "identifier");
        let made = object.and_then(|object| {
            let own = Use {
                context: at.context,
                at: object.start_byte(),
            };
            match self.names.meaning(self.written(object), own, at.used, None) {
                Meaning::Value(binding, _) => binding.value,
                Meaning::Unknown(_) => None,
            }
        });
        let id = made.and_then(|call| self.construct_id(call, at));
        if let Some(resource) = id {
            let reason = Reason::Reference {
                resource,
                attribute: None,
            };
            return self.tree.push_lost(reason, span(code));
        }
        let what = self.describe(code);
        self.unknown(what, code)
    }

    /// What a call of CDK's calls its construct: the second argument.
    pub(super) fn construct_id(&mut self, call: Code<'p>, at: At) -> Option<String> {
        let callee = field(call, "function")?;
        let name = field(callee, "attribute").unwrap_or(callee);
        let name = self.written(name);
        let ours = || launches::find(self.names, self.parsed, callee, at.context).is_some();
        if name == "__init__" || !name.starts_with("Cfn") && !ours() {
            return None;
        }
        let arguments = children(field(call, "arguments")?);
        let named = arguments.iter().find(|argument| {
            field(**argument, "name").is_some_and(|name| self.written(name) == "id")
        });
        let code = match named {
            Some(named) => field(*named, "value")?,
            None => *arguments
                .get(1)
                .filter(|second| second.kind() != "keyword_argument")?,
        };
        let value = self.eval(code, at);
        let text = self.tree.string_of(value)?;
        Some(self.tree.text(text).to_owned())
    }
}

/// Where a part stands.
pub(super) fn span(code: Code<'_>) -> Span {
    Span {
        layer: 0,
        start: clamp(code.start_byte()),
        end: clamp(code.end_byte()),
    }
}
