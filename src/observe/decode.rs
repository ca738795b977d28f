//! Documents inside strings: a security configuration given as JSON text, a policy document inside a
//! template's `Fn::Sub`. What is decoded keeps the place it was written at in the file, through every escape
//! and indentation, so that a message can point at the member that is wrong and not at the whole string.

mod align;
mod yaml;

use super::Syntax;
use super::json::{self, HOLE, Hole, Input};
use crate::observed::tree::{Kind, MAX_TEXT, NodeId, Segment, Span, TextRef, Tree, clamp};
use crate::observed::{Node, Reason};
pub use yaml::yaml_in;

/// The layer of a string's text: its offsets count bytes of the decoded text, and lead back to the bytes of
/// the file. A part of the string stands at `Span { layer, start, end }`. `None` for what is not a string.
///
/// Where the text does not follow from what is written (an evaluated one, for instance), every part of it
/// stands where the whole string stands.
pub fn text_layer(tree: &mut Tree, string: NodeId) -> Option<u32> {
    let text = tree.string_of(string)?;
    if let Some(layer) = tree.string_layer(string) {
        return Some(layer);
    }
    let span = tree.slot(string).span;
    let segments = tree
        .layer_text(span.layer)
        .and_then(|outer| outer.get(span.start as usize..span.end as usize))
        .and_then(|raw| align::segments(raw, tree.text(text), span))
        .filter(|segments| !segments.is_empty())
        .unwrap_or_else(|| {
            vec![Segment {
                inner: 0,
                outer: span,
            }]
        });
    let layer = tree.push_text_layer(text, segments);
    tree.set_string_layer(string, layer);
    Some(layer)
}

/// The segments that lead from a text to the bytes of the file that it was written as. Where it does not follow
/// from them, every part of it stands where the whole stands.
pub(in crate::observe) fn segments(tree: &Tree, text: &str, written: Span) -> Vec<Segment> {
    let raw = tree.layer_text(written.layer);
    let raw = raw.and_then(|raw| raw.get(written.start as usize..written.end as usize));
    let whole = || {
        vec![Segment {
            inner: 0,
            outer: written,
        }]
    };
    match raw {
        Some(raw) if raw == text => whole(),
        Some(raw) => align::segments(raw, text, written)
            .filter(|segments| !segments.is_empty())
            .unwrap_or_else(whole),
        None => whole(),
    }
}

/// A text to be parsed, decoded out of a slot.
struct Decoded {
    text: String,
    base: TextRef,
    layer: u32,
    holes: Vec<Hole>,
}

/// Parses the JSON that stands in a string or in a text with holes. The value is added to the same tree; its
/// pointers continue below the text's, and its places are those of the file.
///
/// A hole that is a value, bare or as all of a quoted string, is an unreadable value with the hole's reason. A
/// hole inside a longer string makes a text with holes of it. One where a key or further members could stand
/// opens the map. Where a hole leaves nothing of the structure certain, the whole is unreadable, as it is when
/// `text` itself is.
pub fn json_in(tree: &mut Tree, text: NodeId) -> Result<NodeId, Syntax> {
    let decoded = match tree.slot(text).kind {
        Kind::Unreadable(_) => return Ok(text),
        Kind::String(_) => whole(tree, text),
        Kind::Template(_) => joined(tree, text, |_| HOLE.to_string()),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::List(_) | Kind::Map(..) => None,
    };
    let Some(decoded) = decoded else {
        let found = tree.node(text).value().type_name();
        let message = format!("expected JSON in a string, found {found}");
        return Err(Syntax::within(tree, tree.slot(text).span, message));
    };
    if decoded.text.len() > MAX_TEXT {
        return Err(Syntax::within(tree, tree.slot(text).span, json::TOO_LONG));
    }
    let input = Input {
        text: &decoded.text,
        base: decoded.base,
        layer: decoded.layer,
        holes: &decoded.holes,
    };
    match json::parse(tree, input) {
        Ok(root) => {
            tree.graft(root, text);
            Ok(root)
        }
        Err(fault) => match fault.hole {
            Some(reason) => Ok(tree.push_at(Kind::Unreadable(reason), text)),
            None => Err(Syntax::within(tree, fault.span, fault.message)),
        },
    }
}

/// The text of a string.
fn whole(tree: &mut Tree, string: NodeId) -> Option<Decoded> {
    let layer = text_layer(tree, string)?;
    let base = tree.string_of(string)?;
    Some(Decoded {
        text: tree.text(base).to_owned(),
        base,
        layer,
        holes: Vec::new(),
    })
}

/// The text of a template, a mark for each hole; they are counted from one.
fn joined(tree: &mut Tree, template: NodeId, mark: fn(usize) -> String) -> Option<Decoded> {
    let parts: Vec<NodeId> = tree.node(template).items().map(Node::id).collect();
    let mut text = String::new();
    let mut holes = Vec::new();
    let mut segments = Vec::with_capacity(parts.len());
    for part in parts {
        let inner = clamp(text.len());
        let outer = if let Some(layer) = text_layer(tree, part) {
            let piece = tree.string_of(part).map_or("", |piece| tree.text(piece));
            text.push_str(piece);
            Span {
                layer,
                start: 0,
                end: clamp(piece.len()),
            }
        } else {
            let reason = hole_reason(tree, part);
            holes.push(Hole {
                at: text.len(),
                reason,
            });
            text.push_str(&mark(holes.len()));
            tree.slot(part).span
        };
        segments.push(Segment { inner, outer });
    }
    if text.len() > MAX_TEXT {
        return None;
    }
    if segments.is_empty() {
        let outer = tree.slot(template).span;
        segments.push(Segment { inner: 0, outer });
    }
    let base = tree.decoded_text(&text);
    let layer = tree.push_text_layer(base, segments);
    Some(Decoded {
        text,
        base,
        layer,
        holes,
    })
}

/// Why a part of a template is not known. Whatever is no text is not known as text.
fn hole_reason(tree: &mut Tree, part: NodeId) -> u32 {
    if let Kind::Unreadable(reason) = tree.slot(part).kind {
        return reason;
    }
    let found = tree.node(part).value().type_name();
    let what = format!("{found} stands where text is needed");
    tree.reason_id(Reason::Malformed { what })
}

#[cfg(test)]
mod tests;
