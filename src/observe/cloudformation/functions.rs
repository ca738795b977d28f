//! The functions of CloudFormation, apart from those that put texts together (see [`super::text`]).
//!
//! Source: CloudFormation User Guide, *Intrinsic function reference*.

use super::eval::{Evaluator, GONE};
use super::sections::member;
use crate::observed::Reason;
use crate::observed::tree::{Kind, NONE, NodeId};

impl Evaluator<'_> {
    /// Applies the function `name` to `argument`; the result stands at `at`.
    pub(super) fn function(&mut self, at: NodeId, name: &str, argument: NodeId) -> NodeId {
        match name {
            "Ref" => self.reference(at, argument),
            "Fn::GetAtt" => self.attribute(at, argument),
            "Fn::If" => self.choose(at, argument),
            "Fn::Sub" => self.substitute(at, argument),
            "Fn::Join" => self.join(at, argument),
            "Fn::Split" => self.split(at, argument),
            "Fn::Select" => self.select(at, argument),
            "Fn::FindInMap" => self.find_in_map(at, argument),
            "Fn::Base64" => self.base64(at, argument),
            "Fn::Length" => self.length(at, argument),
            "Fn::ToJsonString" => self.json_string(at, argument),
            "Fn::ImportValue" => {
                let argument = self.eval(argument);
                let name = self.shown(argument);
                self.unknown(Reason::Import { name }, at)
            }
            "Fn::GetAZs" => self.unknown(Reason::KnownAfterApply, at),
            "Fn::Transform" => self.transform(at, argument),
            "Fn::Cidr" => self.unsupported("`Fn::Cidr`", at),
            _ if name.starts_with("Fn::ForEach::") => self.unsupported(format!("`{name}`"), at),
            "Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Equals" => {
                self.malformed(format!("`{name}` belongs into a condition"), at)
            }
            _ => self.unsupported(format!("`{name}`"), at),
        }
    }

    /// The arguments of a function that takes a list of them.
    fn arguments<const N: usize>(&self, argument: NodeId) -> Option<[NodeId; N]> {
        self.items(argument)?.try_into().ok()
    }

    fn misuse(&mut self, name: &str, expects: &str, at: NodeId) -> NodeId {
        self.malformed(format!("`{name}` expects {expects}"), at)
    }

    /// The reason of an evaluated value that is not known, or that it has the wrong type. What a function makes of a
    /// reference is not what is referred to.
    pub(super) fn lost(&mut self, value: NodeId, name: &str, expects: &str, at: NodeId) -> NodeId {
        match self.tree.node(value).reason().cloned() {
            Some(reason) => self.unknown(reason.of_result(), at),
            None => self.misuse(name, expects, at),
        }
    }

    /// A value as a message shows it, text without quotes.
    fn shown(&self, value: NodeId) -> String {
        if value == GONE {
            return "AWS::NoValue".to_owned();
        }
        match self.scalar(value) {
            Some(text) => text.to_owned(),
            None => self.tree.node(value).display().trim_matches('"').to_owned(),
        }
    }

    fn reference(&mut self, at: NodeId, argument: NodeId) -> NodeId {
        let argument = self.eval(argument);
        let Some(name) = self.scalar(argument).map(str::to_owned) else {
            return self.lost(argument, "Ref", "a name", at);
        };
        self.named(&name, at)
    }

    /// What a name stands for: a pseudo parameter, a parameter or a resource.
    pub(super) fn named(&mut self, name: &str, at: NodeId) -> NodeId {
        if let Some(pseudo) = name.strip_prefix("AWS::") {
            return self.pseudo(name, pseudo, at);
        }
        if let Some(parameter) = self.sections.parameters.get(name).copied() {
            return self.parameter(name, parameter, at);
        }
        if !self.sections.may_declare(name) {
            return self.malformed(
                format!("`{name}` is neither a parameter nor a resource"),
                at,
            );
        }
        let reason = Reason::Reference {
            resource: name.to_owned(),
            attribute: None,
        };
        self.unknown(reason, at)
    }

    fn pseudo(&mut self, name: &str, pseudo: &str, at: NodeId) -> NodeId {
        let given = self.given;
        let suffix = match given.partition.as_deref() {
            Some("aws" | "aws-us-gov") => Some("amazonaws.com"),
            Some("aws-cn") => Some("amazonaws.com.cn"),
            _ => None,
        };
        let known = match pseudo {
            "NoValue" => return GONE,
            "AccountId" => given.account.as_deref(),
            "Region" => given.region.as_deref(),
            "Partition" => given.partition.as_deref(),
            "URLSuffix" => suffix,
            // Made by CloudFormation when the stack is.
            "StackId" | "StackName" | "NotificationARNs" => {
                return self.unknown(Reason::KnownAfterApply, at);
            }
            _ => return self.malformed(format!("`{name}` is no pseudo parameter"), at),
        };
        if let Some(text) = known {
            return self.put_text(text, at);
        }
        if let Some(text) = self.chosen(name) {
            return self.put_text(&text, at);
        }
        let name = name.to_owned();
        self.unknown(Reason::Pseudo { name }, at)
    }

    /// The value that a variable has in the present world, when the world decides it.
    fn chosen(&mut self, name: &str) -> Option<String> {
        let chosen = self.choice.values.get(name)?.clone();
        self.varies();
        chosen
    }

    /// Whether a parameter of this name is declared and nothing gives it a value.
    pub(super) fn is_without_value(&self, name: &str) -> bool {
        let declared = self.sections.parameters.get(name);
        declared.is_some_and(|declared| {
            !self.given.parameters.contains_key(name)
                && (!self.given.defaults(name) || member(&self.tree, *declared, "Default") == NONE)
        })
    }

    fn parameter(&mut self, name: &str, declared: NodeId, at: NodeId) -> NodeId {
        let text_of = |key| self.scalar(member(&self.tree, declared, key));
        let kind = text_of("Type").unwrap_or("String").to_owned();
        let secret = text_of("NoEcho").is_some_and(|text| text.eq_ignore_ascii_case("true"));
        let hidden = Reason::Parameter {
            name: name.to_owned(),
            secret,
        };
        let given = self.given.parameters.get(name).cloned();
        let default = if self.given.defaults(name) {
            member(&self.tree, declared, "Default")
        } else {
            NONE
        };
        if kind.starts_with("AWS::SSM::Parameter::Value<") {
            let key = given.or_else(|| self.scalar(default).map(str::to_owned));
            return match key {
                Some(key) => {
                    let reference = format!("{{{{resolve:ssm:{key}}}}}");
                    self.unknown(Reason::Dynamic { reference }, at)
                }
                None => self.unknown(hidden, at),
            };
        }
        // A secret that is given on the command line does not stand in the template.
        if given.is_some() && secret {
            return self.unknown(hidden, at);
        }
        let value = match given {
            Some(text) => self.put_text(&text, at),
            None if default != NONE => self.default_of(default, at),
            None if secret => return self.unknown(hidden, at),
            None => match self.chosen(name) {
                Some(text) => self.put_text(&text, at),
                None => return self.unknown(hidden, at),
            },
        };
        if kind.starts_with("List<") || kind == "CommaDelimitedList" {
            return self.comma_delimited(value, at);
        }
        value
    }

    /// A parameter's value is a text, whatever its type (CloudFormation User Guide, *Parameters*).
    fn default_of(&mut self, default: NodeId, at: NodeId) -> NodeId {
        match self.tree.slot(default).kind {
            Kind::Number(text) => self.put(Kind::String(text), at),
            Kind::Bool(value) => self.put_text(if value { "true" } else { "false" }, at),
            Kind::String(_) => {
                let value = self.eval(default);
                self.again(value, at)
            }
            Kind::Null
            | Kind::List(_)
            | Kind::Map(..)
            | Kind::Template(_)
            | Kind::Unreadable(_) => self.lost(default, "Default", "a text", at),
        }
    }

    fn comma_delimited(&mut self, value: NodeId, at: NodeId) -> NodeId {
        let Kind::String(text) = self.tree.slot(value).kind else {
            return value;
        };
        let whole = self.owned(text);
        let mut items = Vec::new();
        let mut start = 0;
        for item in whole.split(',') {
            let from = start + (item.len() - item.trim_start().len());
            let kind = Kind::String(text.part(from, from + item.trim().len()));
            items.push(self.put(kind, at));
            start += item.len() + 1;
        }
        let kind = self.tree.list_kind(&items);
        self.put(kind, at)
    }

    fn attribute(&mut self, at: NodeId, argument: NodeId) -> NodeId {
        const EXPECTS: &str = "a resource and an attribute";
        let parts = match self.arguments::<2>(argument) {
            Some([resource, attribute]) => {
                let (resource, attribute) = (self.eval(resource), self.eval(attribute));
                match (self.scalar(resource), self.scalar(attribute)) {
                    (Some(resource), Some(attribute)) => {
                        Some((resource.to_owned(), attribute.to_owned()))
                    }
                    (None, _) => return self.lost(resource, "Fn::GetAtt", EXPECTS, at),
                    (_, None) => return self.lost(attribute, "Fn::GetAtt", EXPECTS, at),
                }
            }
            None => self
                .scalar(argument)
                .and_then(|text| text.split_once('.'))
                .map(|(resource, attribute)| (resource.to_owned(), attribute.to_owned())),
        };
        match parts {
            Some((resource, attribute)) => self.attribute_of(resource, attribute, at),
            None => self.misuse("Fn::GetAtt", EXPECTS, at),
        }
    }

    /// An attribute of a resource of the template.
    pub(super) fn attribute_of(
        &mut self,
        resource: String,
        attribute: String,
        at: NodeId,
    ) -> NodeId {
        if !self.sections.may_declare(&resource) {
            return self.malformed(format!("`{resource}` is not a resource"), at);
        }
        let reason = Reason::Reference {
            resource,
            attribute: Some(attribute),
        };
        self.unknown(reason, at)
    }

    fn choose(&mut self, at: NodeId, argument: NodeId) -> NodeId {
        let Some([condition, then, otherwise]) = self.arguments::<3>(argument) else {
            return self.misuse("Fn::If", "a condition and two values", at);
        };
        let Some(name) = self.scalar(condition).map(str::to_owned) else {
            return self.misuse("Fn::If", "the name of a condition", at);
        };
        if !self.sections.conditions.contains_key(&name) {
            return self.malformed(format!("condition `{name}` is not declared"), at);
        }
        self.varies();
        match self.choice.holds(&name) {
            Some(true) => self.eval(then),
            Some(false) => self.eval(otherwise),
            None => self.unknown(Reason::Condition { name }, at),
        }
    }

    fn select(&mut self, at: NodeId, argument: NodeId) -> NodeId {
        const EXPECTS: &str = "an index and a list";
        let Some([index, list]) = self.arguments::<2>(argument) else {
            return self.misuse("Fn::Select", EXPECTS, at);
        };
        let (index, list) = (self.eval(index), self.eval(list));
        let Some(position) = self.scalar(index).map(|text| text.trim().parse::<usize>()) else {
            return self.lost(index, "Fn::Select", EXPECTS, at);
        };
        let Some(items) = self.items(list) else {
            return self.lost(list, "Fn::Select", EXPECTS, at);
        };
        match position.ok().and_then(|position| items.get(position)) {
            Some(item) => self.again(*item, at),
            None => self.malformed("`Fn::Select` has an index that the list does not have", at),
        }
    }

    fn find_in_map(&mut self, at: NodeId, argument: NodeId) -> NodeId {
        const EXPECTS: &str = "a mapping and two keys";
        let items = self.items(argument).unwrap_or_default();
        let (names, fallback) = match items.as_slice() {
            [map, top, second] => ([*map, *top, *second], NONE),
            [map, top, second, options] => (
                [*map, *top, *second],
                member(&self.tree, *options, "DefaultValue"),
            ),
            _ => return self.misuse("Fn::FindInMap", EXPECTS, at),
        };
        let mut keys = Vec::new();
        for name in names {
            let name = self.eval(name);
            let Some(key) = self.scalar(name).map(str::to_owned) else {
                return self.lost(name, "Fn::FindInMap", EXPECTS, at);
            };
            keys.push(key);
        }
        let mut found = NONE;
        if let [map, top, second] = keys.as_slice()
            && let Some(mapping) = self.sections.mappings.get(map)
        {
            let row = member(&self.tree, *mapping, top);
            found = if row == NONE {
                NONE
            } else {
                member(&self.tree, row, second)
            };
        }
        match (found, fallback) {
            (NONE, NONE) => {
                let what = format!("mapping `{}` has no such value", keys.join("/"));
                self.malformed(what, at)
            }
            (NONE, fallback) => self.eval(fallback),
            (found, _) => {
                let value = self.eval(found);
                self.again(value, at)
            }
        }
    }

    fn length(&mut self, at: NodeId, argument: NodeId) -> NodeId {
        let list = self.eval(argument);
        let Some(items) = self.items(list) else {
            return self.lost(list, "Fn::Length", "a list", at);
        };
        let text = self.tree.decoded_text(&items.len().to_string());
        self.put(Kind::Number(text), at)
    }

    /// The text is not written out; whoever wants JSON takes the value instead.
    fn json_string(&mut self, at: NodeId, argument: NodeId) -> NodeId {
        let value = self.eval(argument);
        let text = self.unsupported("`Fn::ToJsonString`", at);
        if value != GONE {
            self.structures.insert(text, value);
        }
        text
    }

    fn transform(&mut self, at: NodeId, argument: NodeId) -> NodeId {
        let name = member(&self.tree, argument, "Name");
        let name = self.scalar(name).unwrap_or("Fn::Transform").to_owned();
        self.unsupported(format!("macro `{name}`"), at)
    }
}
