//! Terraform's functions, as far as configuration of EMR and Lake Formation uses them. Any other is unknown.
//!
//! Source: Terraform language, *Functions*.

use super::eval::Evaluator;
use super::expr::{At, Call};
use super::list_functions::{
    chunks, common, compact, converted, element, first_filled, first_given, keys_of, length,
    on_list, one, position, range, slice, sort, sum, truths, values_of, zipmap,
};
use super::scope::Env;
use super::value::{Kind, Map, Unknown, Value, equal};
use super::{json_text, text_functions};
use crate::observed::Reason;
use std::rc::Rc;

impl Evaluator<'_> {
    /// A function call.
    pub(super) fn call(&mut self, call: &Call, at: At, env: &Env) -> Value {
        match &*call.name {
            "try" => return self.first_that_works(call, at, env),
            "can" => return self.works(call, at, env),
            "contains" if call.arguments.len() == 2 && !call.spread => {
                let found = call.arguments.iter().map(|one| self.eval(one, env));
                let found: Vec<Value> = found.collect();
                return match found.as_slice() {
                    [list, value] => match self.among(list, value) {
                        Ok(value) => Value::new(Kind::Bool(value), at),
                        Err(why) => Value::lost(&why, at),
                    },
                    _ => Value::malformed("`contains` expects two arguments", at),
                };
            }
            _ => {}
        }
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            arguments.push(self.eval(argument, env));
        }
        if call.spread
            && let Some(last) = arguments.pop()
        {
            match &last.kind {
                Kind::List(items) => arguments.extend(items.iter().cloned()),
                Kind::Null
                | Kind::Bool(_)
                | Kind::Number(_)
                | Kind::Text(_)
                | Kind::Map(_)
                | Kind::Unknown(_)
                | Kind::Resource(_) => return mistaken(&last, "`...` expects a list", at),
            }
        }
        self.apply(&call.name, &arguments, at)
    }

    /// What a function yields for these arguments.
    fn apply(&mut self, name: &str, arguments: &[Value], at: At) -> Value {
        match (name, arguments) {
            // JSON is YAML, too.
            ("jsonencode" | "yamlencode", [value]) => self.json_of(value, at),
            ("jsondecode", [text]) => self.decoded(text, false, at),
            ("yamldecode", [text]) => self.decoded(text, true, at),
            ("file", [path]) => self.file(path, at),
            ("templatefile", [path, variables]) => self.template_file(path, variables, at),
            ("join", [between, list]) => self.join(between, list, at),
            ("format", [form, rest @ ..]) => self.format(form, rest, at),
            ("merge", maps) => self.merge(maps, at),
            ("concat", lists) => self.concat(lists, at),
            ("flatten", [list]) => self.flatten(list, at),
            ("coalesce", values) => first_given(values, at),
            ("coalescelist", lists) => first_filled(lists, at),
            ("sensitive" | "nonsensitive" | "tolist" | "tomap" | "ephemeralasnull", [value]) => {
                value.used(at)
            }
            ("toset" | "distinct", [list]) => self.distinct(list, at),
            ("keys", [map]) => keys_of(map, at),
            ("values", [map]) => values_of(map, at),
            ("lookup", [map, key, rest @ ..]) => self.lookup(map, key, rest.first(), at),
            ("element", [list, index]) => element(list, index, at),
            ("one", [list]) => one(list, at),
            ("length", [value]) => length(value, at),
            ("compact", [list]) => compact(list, at),
            ("slice", [list, from, to]) => slice(list, from, to, at),
            ("reverse", [list]) => on_list(list, at, |items| {
                Value::list(items.iter().rev().cloned().collect(), at)
            }),
            ("zipmap", [keys, values]) => zipmap(keys, values, at),
            ("tostring", [value])
                if matches!(value.kind, Kind::Text(_) | Kind::Null | Kind::Unknown(_)) =>
            {
                value.used(at)
            }
            ("tobool", [value]) => converted(value, at, |value| value.as_bool().map(Kind::Bool)),
            ("tonumber", [value]) => converted(value, at, |value| {
                value.as_number()?;
                value.as_text().map(Kind::Number)
            }),
            ("abspath" | "pathexpand", [value]) => match value.why() {
                Some(why) => Value::lost(why, at),
                None => value.used(at),
            },
            _ => {
                if let Some(value) = self.of_sets(name, arguments, at) {
                    return value;
                }
                let known = arguments.iter().find_map(Value::why_deep);
                if let Some(why) = known.filter(|_| text_functions::is_one(name)) {
                    return Value::lost(&why, at);
                }
                text_functions::apply(name, arguments, at)
            }
        }
    }

    /// What functions of orders and sets yield; `None` for any other function.
    fn of_sets(&mut self, name: &str, arguments: &[Value], at: At) -> Option<Value> {
        Some(match (name, arguments) {
            ("sort", [list]) => sort(list, at),
            ("chunklist", [list, size]) => chunks(list, size, at),
            ("range", bounds) => range(bounds, at),
            ("alltrue" | "anytrue", [list]) => truths(list, name == "alltrue", at),
            ("index", [list, value]) => position(list, value, at),
            ("sum", [list]) => sum(list, at),
            ("setintersection" | "setsubtract", [first, rest @ ..]) => {
                let all = self.distinct(first, at);
                common(all, rest, name == "setintersection", at)
            }
            ("setproduct", lists) => self.product(lists, at),
            ("formatlist", [form, rest @ ..]) => self.format_list(form, rest, at),
            ("setunion", lists) => {
                let all = self.concat(lists, at);
                self.distinct(&all, at)
            }
            _ => return None,
        })
    }

    /// `try`: the first argument without a mistake. What is merely unknown is no mistake.
    fn first_that_works(&mut self, call: &Call, at: At, env: &Env) -> Value {
        for argument in &call.arguments {
            let value = self.eval(argument, env);
            if !is_mistake(&value) {
                return value.used(at);
            }
        }
        Value::malformed("no argument of `try` can be evaluated", at)
    }

    fn works(&mut self, call: &Call, at: At, env: &Env) -> Value {
        let Some(argument) = call.arguments.first() else {
            return Value::malformed("`can` expects an argument", at);
        };
        let value = self.eval(argument, env);
        if is_mistake(&value) {
            return Value::new(Kind::Bool(false), at);
        }
        match value.why() {
            Some(why) => Value::lost(why, at),
            None => Value::new(Kind::Bool(true), at),
        }
    }

    fn json_of(&mut self, value: &Value, at: At) -> Value {
        let mut writer = json_text::Writer::default();
        writer.value(value);
        let pieces = writer.finish();
        if !self.afford(pieces.len()) {
            return Self::too_much(at);
        }
        Value::new(Kind::Text(pieces.into()), at)
    }

    fn decoded(&mut self, text: &Value, yaml: bool, at: At) -> Value {
        match text.as_text() {
            Some(said) if self.afford(said.len() / 16) => {
                let pieces = text.pieces().unwrap_or_default();
                json_text::decode(&said, &pieces, yaml, at)
            }
            Some(_) => Self::too_much(at),
            None => match text.why() {
                Some(why) => Value::lost(why, at),
                None => Value::malformed("what is to be decoded is no text", at),
            },
        }
    }

    fn join(&mut self, between: &Value, list: &Value, at: At) -> Value {
        let Some(items) = list.as_list() else {
            return mistaken(list, "`join` expects a list", at);
        };
        let mut pieces = Vec::new();
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.append(between, between.at, &mut pieces);
            }
            self.append(item, item.at, &mut pieces);
            if !self.afford(1) {
                return Self::too_much(at);
            }
        }
        Value::new(Kind::Text(pieces.into()), at)
    }

    /// `setproduct`: every choice of an item of each list, the last changing first.
    fn product(&mut self, lists: &[Value], at: At) -> Value {
        let mut all: Vec<Vec<Value>> = vec![Vec::new()];
        for list in lists {
            let Some(items) = list.as_list() else {
                return mistaken(list, "`setproduct` expects lists", at);
            };
            let mut more = Vec::new();
            for chosen in &all {
                for item in items.iter() {
                    if !self.afford(1 + chosen.len()) {
                        return Self::too_much(at);
                    }
                    let mut chosen = chosen.clone();
                    chosen.push(item.clone());
                    more.push(chosen);
                }
            }
            all = more;
        }
        let all = all.into_iter().map(|chosen| Value::list(chosen, at));
        Value::list(all.collect(), at)
    }

    /// `formatlist`: a text for each item of the lists; what is no list is the same for each.
    fn format_list(&mut self, form: &Value, arguments: &[Value], at: At) -> Value {
        let mut count = None;
        for argument in arguments {
            if let Kind::Unknown(why) = &argument.kind {
                return Value::lost(why, at);
            }
            let length = argument.as_list().map(|items| items.len());
            if let (Some(length), Some(other)) = (length, count)
                && length != other
            {
                return Value::malformed("the lists of `formatlist` differ in length", at);
            }
            count = count.or(length);
        }
        let mut all = Vec::new();
        for number in 0..count.unwrap_or(1) {
            if !self.afford(1 + arguments.len()) {
                return Self::too_much(at);
            }
            let item = |argument: &Value| match argument.as_list() {
                Some(items) => items.get(number).cloned(),
                None => Some(argument.clone()),
            };
            let items: Vec<Value> = arguments.iter().filter_map(item).collect();
            all.push(self.format(form, &items, at));
        }
        Value::list(all, at)
    }

    /// `format` with `%s`, `%d`, `%v`, `%q` and `%%`; other verbs make the whole unknown.
    fn format(&mut self, form: &Value, arguments: &[Value], at: At) -> Value {
        let Some(text) = form.as_text() else {
            return mistaken(form, "`format` expects a text", at);
        };
        let mut arguments = arguments.iter();
        let mut pieces = Vec::new();
        let mut rest = &*text;
        while let Some((before, after)) = rest.split_once('%') {
            if !before.is_empty() {
                pieces.push(super::value::Piece::Text(before.into(), form.at));
            }
            let mut letters = after.chars();
            match letters.next() {
                Some('%') => pieces.push(super::value::Piece::Text("%".into(), form.at)),
                Some(verb @ ('s' | 'd' | 'v' | 'q')) => {
                    let Some(value) = arguments.next() else {
                        return Value::malformed("`format` lacks an argument", at);
                    };
                    let quote = || super::value::Piece::Text("\"".into(), value.at);
                    if verb == 'q' {
                        pieces.push(quote());
                    }
                    self.append(value, value.at, &mut pieces);
                    if verb == 'q' {
                        pieces.push(quote());
                    }
                }
                _ => return Value::unsupported("a verb of `format`", at),
            }
            rest = letters.as_str();
        }
        if !rest.is_empty() {
            pieces.push(super::value::Piece::Text(rest.into(), form.at));
        }
        Value::new(Kind::Text(pieces.into()), at)
    }

    /// `merge`: later members take the place of earlier ones. Behind an unknown map nothing before it is certain.
    pub(super) fn merge(&mut self, maps: &[Value], at: At) -> Value {
        let mut merged = Map::default();
        let mut place = at;
        for value in maps {
            match (&value.kind, value.why()) {
                (Kind::Map(map), _) => {
                    if let Some(why) = &map.open {
                        doubt(&mut merged, why);
                    }
                    place = if maps.len() == 1 { value.at } else { place };
                    for member in &map.members {
                        if !self.afford(1 + merged.members.len() / 64) {
                            return Self::too_much(at);
                        }
                        merged.put(member.clone());
                    }
                }
                (Kind::Null, _) => {}
                (_, Some(why)) => doubt(&mut merged, why),
                (_, None) => return Value::malformed("`merge` expects maps", at),
            }
        }
        Value::map(merged, place)
    }

    fn concat(&mut self, lists: &[Value], at: At) -> Value {
        let mut all = Vec::new();
        for list in lists {
            match (list.as_list(), list.why()) {
                (Some(items), _) if self.afford(items.len()) => all.extend(items.iter().cloned()),
                (Some(_), _) => return Self::too_much(at),
                // Some items: the others are there all the same.
                (None, Some(why)) => all.push(Value::lost(why, list.at)),
                (None, None) => return Value::malformed("`concat` expects lists", at),
            }
        }
        Value::list(all, at)
    }

    fn flatten(&mut self, list: &Value, at: At) -> Value {
        let Some(items) = list.as_list() else {
            return mistaken(list, "`flatten` expects a list", at);
        };
        let mut all = Vec::new();
        let mut open: Vec<(Value, u32)> =
            items.iter().rev().map(|item| (item.clone(), 0)).collect();
        while let Some((item, depth)) = open.pop() {
            if !self.afford(1) {
                return Self::too_much(at);
            }
            match item.as_list() {
                Some(items) if depth < 64 => {
                    open.extend(items.iter().rev().map(|item| (item.clone(), depth + 1)));
                }
                _ => all.push(item),
            }
        }
        Value::list(all, at)
    }

    fn distinct(&mut self, list: &Value, at: At) -> Value {
        let Some(items) = list.as_list() else {
            return mistaken(list, "a list is expected", at);
        };
        let mut all: Vec<Value> = Vec::new();
        for item in items.iter() {
            if !self.afford(1 + all.len() / 16) {
                return Self::too_much(at);
            }
            if !all.iter().any(|known| equal(known, item) == Some(true)) {
                all.push(item.clone());
            }
        }
        Value::list(all, at)
    }

    fn lookup(&mut self, map: &Value, key: &Value, default: Option<&Value>, at: At) -> Value {
        let found = self.index(map, key, at);
        match (default, map.why().or_else(|| key.why())) {
            (Some(default), None) if is_mistake(&found) => default.used(at),
            _ => found,
        }
    }
}

/// Makes every member of a map uncertain: what follows may have put others in their place.
fn doubt(map: &mut Map, why: &Rc<Unknown>) {
    for member in &mut map.members {
        member.value = Value::lost(why, member.value.at);
    }
    map.open.get_or_insert_with(|| Rc::clone(why));
}

/// Whether a value is a mistake rather than unknown.
fn is_mistake(value: &Value) -> bool {
    if let Kind::Unknown(unknown) = &value.kind {
        matches!(unknown.reason, Reason::Malformed { .. })
    } else {
        false
    }
}

/// An argument of a wrong kind: unknown for its own reason, or a mistake.
pub(super) fn mistaken(value: &Value, what: &str, at: At) -> Value {
    match value.why() {
        Some(why) => Value::lost(why, at),
        None => Value::malformed(what, at),
    }
}
