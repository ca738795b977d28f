//! Arguments of Terraform's blocks, and members of its objects.

use super::render::{Lines, Notation};
use super::{Edit, Members, lines};
use crate::observe::terraform::shape::argument;
use hcl_edit::Span;
use hcl_edit::expr::{Expression, Object, ObjectKey};
use hcl_edit::structure::{Block, BlockLabel, Body, Structure};
use serde_json::Value;
use std::ops::Range;

const MARK: char = '\u{feff}';

/// Arguments on lines of their own behind the last one of a block. Members have the names that the properties of the
/// CloudFormation type of the same thing have.
pub(super) fn into_block(
    text: &str,
    bytes: (usize, usize),
    members: &Members,
) -> Option<Vec<Edit>> {
    let plain = text.trim_start_matches(MARK);
    let base = text.len() - plain.len();
    let body: Body = plain.parse().ok()?;
    let wanted = bytes.0.checked_sub(base)?..bytes.1.checked_sub(base)?;
    let mut path = Vec::new();
    let block = find(&body, &wanted, &mut path)?;
    let kind = resource_kind(&body, &wanted)?;
    let mut edits = Vec::new();
    for (key, value) in members {
        for (property, value) in leaves(key, value) {
            if !is_literal(value) {
                return None;
            }
            let names = argument(kind, &path, &property)?;
            let (block, name) = within(block, names)?;
            let (at, added) = line(plain, block, name, &literal(value))?;
            edits.push(Edit {
                bytes: (base + at, base + at),
                text: added,
                container: bytes.0,
            });
        }
    }
    Some(edits)
}

/// The block at these bytes; `path` gets the names of nested blocks on the way.
fn find<'b>(body: &'b Body, wanted: &Range<usize>, path: &mut Vec<&'b str>) -> Option<&'b Block> {
    for structure in body {
        let Structure::Block(block) = structure else {
            continue;
        };
        let span = block.span()?;
        if span == *wanted {
            return Some(block);
        }
        if span.start <= wanted.start && wanted.end <= span.end {
            for inner in &block.body {
                let Structure::Block(inner) = inner else {
                    continue;
                };
                let span = inner.span()?;
                if span.start <= wanted.start && wanted.end <= span.end {
                    path.push(inner.ident.as_str());
                    return if span == *wanted {
                        Some(inner)
                    } else {
                        find(&inner.body, wanted, path)
                    };
                }
            }
        }
    }
    None
}

/// The type of the resource whose block these bytes are in.
fn resource_kind<'b>(body: &'b Body, wanted: &Range<usize>) -> Option<&'b str> {
    let mut blocks = body.iter().filter_map(|structure| match structure {
        Structure::Block(block) => Some(block),
        Structure::Attribute(_) => None,
    });
    let around = |block: &&Block| {
        let span = block.span().unwrap_or_default();
        span.start <= wanted.start && wanted.end <= span.end
    };
    let block = blocks.find(around)?;
    let is_resource = block.ident.as_str() == "resource";
    block
        .labels
        .first()
        .filter(|_| is_resource)
        .map(BlockLabel::as_str)
}

/// A scalar, or a list of some: what is written alike in every language.
fn is_literal(value: &Value) -> bool {
    let nests = |value: &Value| value.is_object() || value.is_array();
    match value {
        Value::Array(items) => !items.is_empty() && !items.iter().any(nests),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            !value.is_object()
        }
    }
}

fn literal(value: &Value) -> String {
    let Value::Array(items) = value else {
        return value.to_string();
    };
    let items: Vec<String> = items.iter().map(Value::to_string).collect();
    format!("[{}]", items.join(", "))
}

/// The ends of a value, each with the path of names that leads to it.
fn leaves<'v>(key: &str, value: &'v Value) -> Vec<(String, &'v Value)> {
    match value {
        Value::Object(map) if !map.is_empty() => map
            .iter()
            .flat_map(|(inner, value)| leaves(&format!("{key}/{inner}"), value))
            .collect(),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => vec![(key.to_owned(), value)],
    }
}

/// The block that an argument of this dotted name belongs into, and its own name.
fn within<'b, 'n>(block: &'b Block, names: &'n str) -> Option<(&'b Block, &'n str)> {
    let Some((first, rest)) = names.split_once('.') else {
        return Some((block, names));
    };
    let mut nested = block.body.iter().filter_map(|structure| match structure {
        Structure::Block(inner) if inner.ident.as_str() == first => Some(inner),
        Structure::Block(_) | Structure::Attribute(_) => None,
    });
    match (nested.next(), nested.next()) {
        (Some(inner), None) => within(inner, rest),
        _ => None,
    }
}

/// Where an argument's line goes, and the line.
fn line(text: &str, block: &Block, name: &str, value: &str) -> Option<(usize, String)> {
    let last = block.body.iter().filter_map(|structure| match structure {
        Structure::Attribute(attribute) => Some(attribute),
        Structure::Block(_) => None,
    });
    let span = block.span()?;
    let newline = lines::break_at(text, span.start);
    let Some(last) = last.last() else {
        return into_empty(text, &span, name, value);
    };
    let (key, value_span) = (last.key.span()?, last.value.span()?);
    let end = line_end(text, value_span.end)?;
    if end >= span.end {
        return None;
    }
    let start = lines::start_of(text, key.start);
    let indent = text.get(start..key.start)?;
    if !indent.trim().is_empty() {
        return None;
    }
    let between = text.get(key.end..value_span.start)?;
    let between = if text.get(value_span)?.contains('\n') {
        " = ".to_owned()
    } else {
        aligned(between, key.len(), name.len())
    };
    Some((end, format!("{newline}{indent}{name}{between}{value}")))
}

fn into_empty(text: &str, span: &Range<usize>, name: &str, value: &str) -> Option<(usize, String)> {
    let newline = lines::break_at(text, span.start);
    let head = text.get(span.clone())?;
    let open = span.start + head.find('{')? + 1;
    let start = lines::start_of(text, span.start);
    let indent = lines::indent(text.get(start..span.start)?);
    let end = if text
        .get(open..span.end)?
        .trim_start_matches([' ', '\t'])
        .starts_with(['\n', '\r'])
    {
        String::new()
    } else {
        format!("{newline}{indent}")
    };
    Some((open, format!("{newline}{indent}  {name} = {value}{end}")))
}

/// The end of the line that something ends on, if nothing but a comment follows there.
fn line_end(text: &str, at: usize) -> Option<usize> {
    let before = text.get(..at)?;
    let at = at - usize::from(before.ends_with('\n'));
    let end = lines::end_of(text, at);
    let rest = text.get(at..end)?.trim();
    (rest.is_empty() || rest.starts_with('#') || rest.starts_with("//")).then_some(end)
}

/// What stands between a key and its value, so that the signs of this line and the one above stand in one column.
fn aligned(between: &str, above: usize, length: usize) -> String {
    let sign = between.trim();
    let sign = if sign.is_empty() { "=" } else { sign };
    let blanks = between.len() - between.trim_start().len();
    let after = between
        .get(blanks + sign.len()..)
        .filter(|after| after.trim().is_empty());
    let column = above + blanks;
    let blanks = column.saturating_sub(length).max(usize::from(blanks > 0));
    format!("{}{sign}{}", " ".repeat(blanks), after.unwrap_or(" "))
}

/// The last member of an object, in its text.
struct Last<'s> {
    slice: &'s str,
    key: Range<usize>,
    value: Range<usize>,
    /// What stands between the two.
    between: &'s str,
    /// What follows on its line.
    tail: &'s str,
}

/// What is inserted where, for an object to have these members.
pub(super) fn into_object(slice: &str, members: &Members) -> Option<Vec<(usize, String)>> {
    let Expression::Object(object) = slice.parse::<Expression>().ok()? else {
        return None;
    };
    // One without members is JSON as well, unless a comment stands in it.
    let (key, value) = object.iter().last()?;
    let (key, value) = (key_span(key)?, value.expr().span()?);
    let last = Last {
        slice,
        between: slice.get(key.end..value.start)?,
        tail: slice.get(value.end..lines::end_of(slice, value.end))?,
        key,
        value,
    };
    if last.tail.contains('}') || !slice.get(..last.value.end)?.contains('\n') {
        last.followed_on_its_line(members)
    } else {
        last.followed_on_lines(members, has_commas(slice, &object))
    }
}

impl Last<'_> {
    fn notation(&self, commas: bool, lines: Option<Lines>) -> Notation {
        let key = self.slice.get(self.key.clone()).unwrap_or_default();
        Notation {
            between: format!(" {} ", self.between.trim()),
            bare: !key.starts_with('"'),
            commas,
            lines,
        }
    }

    fn followed_on_its_line(&self, members: &Members) -> Option<Vec<(usize, String)>> {
        let rest = self.slice.get(self.value.end..)?;
        if rest.trim_start().starts_with(',') || self.tail.contains(['#', '/']) {
            return None;
        }
        let notation = self.notation(true, None);
        let added = members
            .iter()
            .map(|(name, value)| format!(", {}", notation.member(name, value)));
        Some(vec![(self.value.end, added.collect())])
    }

    fn followed_on_lines(&self, members: &Members, commas: bool) -> Option<Vec<(usize, String)>> {
        let tail = self.tail.trim_start();
        let own_comma = tail.starts_with(',');
        let comment = tail.trim_start_matches(',').trim_start();
        if !(comment.is_empty() || comment.starts_with('#') || comment.starts_with("//")) {
            return None;
        }
        let layout = self.layout()?;
        let (newline, indent) = (layout.newline.clone(), layout.indent.clone());
        let notation = self.notation(commas || own_comma, Some(layout));
        let several = self.slice.get(self.value.clone())?.contains('\n');
        let mut added = String::new();
        for (at, (name, value)) in members.iter().enumerate() {
            let name = notation.key(name);
            let value = notation.value(value, 0);
            // Only what takes one line stands in columns.
            let between = if several || value.contains('\n') {
                notation.between.clone()
            } else {
                aligned(self.between, self.key.len(), name.len())
            };
            let comma = own_comma || commas && at + 1 < members.len();
            let parts = [&newline, &indent, &name, &between, &value];
            added.extend(parts.into_iter().map(String::as_str));
            added.push_str(if comma { "," } else { "" });
        }
        let mut edits = Vec::new();
        if commas && !own_comma {
            edits.push((self.value.end, ",".to_owned()));
        }
        edits.push((self.value.end + self.tail.len(), added));
        Some(edits)
    }

    fn layout(&self) -> Option<Lines> {
        let start = lines::start_of(self.slice, self.key.start);
        let indent = lines::indent(self.slice.get(start..self.key.start)?);
        let outer = lines::indent(self.slice.rsplit('\n').next()?);
        let unit = indent.strip_prefix(outer).filter(|unit| !unit.is_empty());
        Some(Lines {
            newline: lines::break_at(self.slice, 0).to_owned(),
            indent: indent.to_owned(),
            unit: unit.unwrap_or("  ").to_owned(),
        })
    }
}

fn key_span(key: &ObjectKey) -> Option<Range<usize>> {
    match key {
        ObjectKey::Ident(name) => name.span(),
        ObjectKey::Expression(expression) => expression.span(),
    }
}

/// Whether members are parted by commas.
fn has_commas(slice: &str, object: &Object) -> bool {
    let mut last = None;
    for (key, value) in object {
        let (Some(key), Some(value)) = (key_span(key), value.expr().span()) else {
            return false;
        };
        if let Some(end) = last
            && !slice
                .get(end..key.start)
                .is_some_and(|between| between.trim_start().starts_with(','))
        {
            return false;
        }
        last = Some(value.end);
    }
    object.len() > 1
}
