//! Members of YAML mappings, in block and in flow style.

use super::literal::yaml_text;
use super::render::yaml_block;
use super::{Edit, Members, lines};
use granit_parser::{Event, Parser};
use serde_json::Value;
use std::ops::Range;

/// A member on a line of its own behind the last one of a block mapping.
pub(super) fn into_block(text: &str, bytes: (usize, usize), members: &Members) -> Option<Edit> {
    let start = lines::start_of(text, bytes.0);
    let before = text.get(start..bytes.0)?.trim_start_matches('\u{feff}');
    // The first key stands by itself, or behind the dashes of a list.
    if !before.chars().all(|letter| matches!(letter, ' ' | '-')) || ends_with_blanks(text, bytes) {
        return None;
    }
    let end = lines::end_of(text, bytes.1);
    let rest = text.get(bytes.1..end)?.trim_start();
    if !(rest.is_empty() || rest.starts_with('#')) {
        return None;
    }
    let newline = lines::break_at(text, bytes.0);
    let indent = " ".repeat(before.len());
    let added = members.iter().map(|(key, value)| {
        let key = yaml_text(&Value::from(key.as_str()));
        format!(
            "{newline}{indent}{key}:{}",
            yaml_block(value, newline, &indent)
        )
    });
    Some(Edit {
        bytes: (end, end),
        text: added.collect(),
        container: bytes.0,
    })
}

/// Whether the blank lines behind a mapping belong to a text in it (`|+`).
fn ends_with_blanks(text: &str, bytes: (usize, usize)) -> bool {
    let inner = text.get(bytes.0..bytes.1).unwrap_or_default();
    inner.lines().any(|line| {
        let line = line.split(" #").next().unwrap_or_default().trim_end();
        line.ends_with('+') && line.contains(['|', '>'])
    })
}

/// A member before the closing brace of a flow mapping that is no JSON.
pub(super) fn into_flow(slice: &str, members: &Members) -> Option<(usize, String)> {
    let inner = slice.strip_prefix('{')?.strip_suffix('}')?;
    let kept = inner.trim_end();
    // A comment would swallow what follows.
    if kept.is_empty() || kept.ends_with(',') || kept.contains('#') {
        return None;
    }
    let added = members.iter().map(|(key, value)| {
        let value = match value {
            Value::Object(_) | Value::Array(_) => value.to_string(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => yaml_text(value),
        };
        format!(", {}: {value}", yaml_text(&Value::from(key.as_str())))
    });
    Some((1 + kept.len(), added.collect()))
}

/// The extents of what has an anchor.
pub(super) fn anchored(text: &str) -> Vec<Range<usize>> {
    if !text.contains('&') {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut end = 0;
    for event in Parser::new_from_str(text) {
        let Ok((event, span)) = event else { break };
        let range = span.byte_range().unwrap_or_default();
        end = end.max(range.end);
        if let Event::Scalar(_, _, anchor, _) = event
            && anchor != 0
        {
            found.push(range);
        } else if let Event::SequenceStart(_, anchor, _) | Event::MappingStart(_, anchor, _) = event
        {
            open.push((anchor != 0).then_some(range.start));
        } else if matches!(event, Event::SequenceEnd | Event::MappingEnd)
            && let Some(start) = open.pop().flatten()
        {
            found.push(start..end);
        }
    }
    found
}
