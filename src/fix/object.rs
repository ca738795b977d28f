//! Members of JSON objects, wherever JSON stands: in a file, in the text of a heredoc, escaped in a string.

use super::literal::{escaped, unescaped};
use super::render::{Lines, Notation};
use super::{Members, lines};
use crate::observe::json;
use crate::observed::Source;
use crate::observed::tree::Kind;
use std::ops::Range;
use std::sync::Arc;

/// A member as it is written: the bytes of its key, quotes included, and of its value.
struct Written {
    key: Range<usize>,
    value: Range<usize>,
}

/// Where, in an object, what is to be inserted for it to have these members. `None` for what is no JSON object.
pub(super) fn into_json(slice: &str, members: &Members) -> Option<(usize, String)> {
    let written = written(slice)?;
    let Some(last) = written.last() else {
        return into_empty(slice, members);
    };
    let before = written
        .len()
        .checked_sub(2)
        .and_then(|at| written.get(at))
        .map_or(1, |previous| previous.value.end);
    // Nothing but a comma and white space stands between members.
    let lead = slice.get(before..last.key.start)?;
    let (_, lead) = lead.split_once(',').unwrap_or(("", lead));
    let between = slice.get(last.key.end..last.value.start)?;
    let between = if between.contains('\n') {
        ": "
    } else {
        between
    };
    let mut space = lead.to_owned();
    if space.is_empty() && between.ends_with(' ') {
        " ".clone_into(&mut space);
    }
    let notation = Notation {
        between: between.to_owned(),
        bare: false,
        commas: true,
        lines: layout(slice, &space),
    };
    let text = members
        .iter()
        .map(|(key, value)| format!(",{space}{}", notation.member(key, value)));
    Some((last.value.end, text.collect()))
}

/// As [`into_json`], of an object in the content of a string.
pub(super) fn into_escaped(slice: &str, members: &Members) -> Option<(usize, String)> {
    let inner = unescaped(slice)?;
    let (at, text) = into_json(&inner, members)?;
    Some((escaped(inner.get(..at)?).len(), escaped(&text)))
}

fn written(slice: &str) -> Option<Vec<Written>> {
    let tree = json::read(Arc::new(Source::new("", slice))).ok()?;
    let root = tree.slot(tree.root_id());
    let Kind::Map(entries, None) = root.kind else {
        return None;
    };
    let of = |span: crate::observed::tree::Span| span.start as usize..span.end as usize;
    let members = tree.members(entries).iter().map(|entry| {
        let key = of(entry.key_span);
        let bytes = slice.as_bytes();
        let quoted = bytes.get(key.start) == Some(&b'"');
        let around = usize::from(!quoted);
        Written {
            key: key.start.saturating_sub(around)..key.end + around,
            value: of(tree.slot(entry.value).span),
        }
    });
    Some(members.collect())
}

/// How lines are laid out where a member begins behind this white space.
fn layout(slice: &str, space: &str) -> Option<Lines> {
    let (_, indent) = space.rsplit_once('\n')?;
    let newline = if space.contains("\r\n") { "\r\n" } else { "\n" };
    let last = slice.rsplit('\n').next().unwrap_or_default();
    let outer = lines::indent(last);
    let unit = indent.strip_prefix(outer).filter(|unit| !unit.is_empty());
    Some(Lines {
        newline: newline.to_owned(),
        indent: indent.to_owned(),
        unit: unit.unwrap_or("  ").to_owned(),
    })
}

fn into_empty(slice: &str, members: &Members) -> Option<(usize, String)> {
    let inner = slice.strip_prefix('{')?.strip_suffix('}')?;
    let spread = inner.contains('\n');
    let newline = if inner.contains("\r\n") { "\r\n" } else { "\n" };
    let outer = lines::indent(inner.rsplit('\n').next().unwrap_or_default());
    let notation = Notation {
        between: ": ".to_owned(),
        bare: false,
        commas: true,
        lines: spread.then(|| Lines {
            newline: newline.to_owned(),
            indent: format!("{outer}  "),
            unit: "  ".to_owned(),
        }),
    };
    let parts: Vec<String> = members
        .iter()
        .map(|(key, value)| notation.member(key, value))
        .collect();
    let text = if spread {
        let at = format!("{newline}{outer}  ");
        format!("{at}{}", parts.join(&format!(",{at}")))
    } else {
        parts.join(", ")
    };
    Some((1, text))
}
