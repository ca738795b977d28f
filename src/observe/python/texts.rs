//! Texts made of a pattern and values: `"…".format(…)` and `"…" % …`.

use super::syntax::{Code, children, field};
use super::values::{At, Evaluator};
use crate::observe::edit;
use crate::observed::tree::{Kind, NodeId};
use std::collections::BTreeMap;

/// A part of a pattern.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// Text.
    Text(String),
    /// A field, by its name; `None` for the next in order. Only whole, plain values can be put in.
    Field(Option<String>, bool),
}

impl<'p> Evaluator<'p, '_> {
    /// `pattern.format(…)`.
    pub(super) fn format(
        &mut self,
        code: Code<'p>,
        pattern: Code<'p>,
        arguments: Code<'p>,
        at: At,
    ) -> NodeId {
        let pattern = self.eval(pattern, at);
        let Some(parts) = self.known_text(pattern).and_then(|text| braces(&text)) else {
            let what = self.describe(code);
            return self.unknown(what, code);
        };
        let mut values = Vec::new();
        let mut named = BTreeMap::new();
        for argument in children(arguments) {
            match argument.kind() {
                "keyword_argument" => {
                    if let (Some(name), Some(value)) =
                        (field(argument, "name"), field(argument, "value"))
                    {
                        let name = self.written(name).to_owned();
                        let value = self.eval(value, at);
                        named.insert(name, value);
                    }
                }
                // What is unpacked fills fields that cannot be told.
                "dictionary_splat" | "list_splat" => values.clear(),
                _ => values.push(self.eval(argument, at)),
            }
        }
        self.fill(code, pattern, parts, &values, &named)
    }

    /// `pattern % values`.
    pub(super) fn percent(
        &mut self,
        code: Code<'p>,
        pattern: Code<'p>,
        values: Code<'p>,
        at: At,
    ) -> NodeId {
        let (pattern, given) = (self.eval(pattern, at), self.eval(values, at));
        let Some(parts) = self.known_text(pattern).and_then(|text| percents(&text)) else {
            return self.unknown("this expression", code);
        };
        let named = edit::members(&self.tree, given).map_or_else(BTreeMap::new, |(members, _)| {
            let members = members.into_iter();
            members
                .map(|(key, _, value)| (self.tree.text(key).to_owned(), value))
                .collect()
        });
        let values = if values.kind() == "tuple" {
            edit::items(&self.tree, given).unwrap_or_default()
        } else {
            vec![given]
        };
        self.fill(code, pattern, parts, &values, &named)
    }

    fn known_text(&self, value: NodeId) -> Option<String> {
        let text = self.tree.string_of(value)?;
        Some(self.tree.text(text).to_owned())
    }

    fn fill(
        &mut self,
        code: Code<'p>,
        pattern: NodeId,
        parts: Vec<Part>,
        values: &[NodeId],
        named: &BTreeMap<String, NodeId>,
    ) -> NodeId {
        let mut next = 0;
        let mut pieces = Vec::new();
        for part in parts {
            let (name, plain) = match part {
                Part::Text(text) => {
                    pieces.push(edit::text(&mut self.tree, &text, pattern));
                    continue;
                }
                Part::Field(name, plain) => (name, plain),
            };
            let value = if let Some(name) = name {
                match name.parse::<usize>() {
                    Ok(index) => values.get(index).copied(),
                    Err(_) => named.get(&name).copied(),
                }
            } else {
                next += 1;
                values.get(next - 1).copied()
            };
            match value.filter(|_| plain) {
                Some(value) => pieces.push(value),
                None => pieces.push(self.unknown("a field of this text", code)),
            }
        }
        let at = self.push(Kind::Null, code);
        let mut all = Vec::with_capacity(pieces.len());
        for piece in pieces {
            all.extend(edit::pieces(&mut self.tree, piece));
        }
        edit::joined(&mut self.tree, &all, at)
    }
}

/// The parts of a pattern with braces; `None` when it is not one.
fn braces(pattern: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut rest = pattern.chars().peekable();
    while let Some(next) = rest.next() {
        match next {
            '{' | '}' if rest.peek() == Some(&next) => {
                rest.next();
                text.push(next);
            }
            '{' => {
                let mut inside = String::new();
                loop {
                    match rest.next()? {
                        '}' => break,
                        '{' => return None,
                        other => inside.push(other),
                    }
                }
                parts.push(Part::Text(std::mem::take(&mut text)));
                let name = inside
                    .split([':', '!', '.', '['])
                    .next()
                    .unwrap_or_default();
                let plain = name.len() == inside.len();
                parts.push(Part::Field(
                    (!name.is_empty()).then(|| name.to_owned()),
                    plain,
                ));
            }
            '}' => return None,
            other => text.push(other),
        }
    }
    parts.push(Part::Text(text));
    Some(parts)
}

/// The parts of a pattern with percent signs; `None` when it is not one.
fn percents(pattern: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut rest = pattern.chars().peekable();
    while let Some(next) = rest.next() {
        if next != '%' {
            text.push(next);
            continue;
        }
        if rest.peek() == Some(&'%') {
            rest.next();
            text.push('%');
            continue;
        }
        let mut name = None;
        if rest.peek() == Some(&'(') {
            rest.next();
            let mut inside = String::new();
            loop {
                match rest.next()? {
                    ')' => break,
                    other => inside.push(other),
                }
            }
            name = Some(inside);
        }
        let conversion = rest.next()?;
        parts.push(Part::Text(std::mem::take(&mut text)));
        // With a width or a precision, what follows belongs to the field.
        let plain = matches!(conversion, 's' | 'd' | 'i');
        parts.push(Part::Field(name, plain));
        if !plain {
            while rest.next_if(|char| !char.is_ascii_alphabetic()).is_some() {}
            if !conversion.is_ascii_alphabetic() {
                rest.next();
            }
        }
    }
    parts.push(Part::Text(text));
    Some(parts)
}
