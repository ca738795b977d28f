//! Values put beside or in place of those that were written: what readers make of a document whose form says less,
//! or says it elsewhere. What is put in stands where the value stands that it was made of.

use super::decode::text_layer;
use super::duplicates::Member;
use crate::observed::tree::{Kind, NONE, NodeId, Segment, Span, Tree, clamp};
use crate::observed::{Node, Reason};
use std::ops::Range;

/// The members of a map, and why there may be more; `None` for anything else.
pub(super) fn members(tree: &Tree, map: NodeId) -> Option<(Vec<Member>, Option<Reason>)> {
    let Kind::Map(entries, open) = tree.slot(map).kind else {
        return None;
    };
    let known = tree.members(entries).iter();
    let members = known.filter_map(|entry| Some((entry.key?, entry.key_span, entry.value)));
    Some((
        members.collect(),
        open.map(|open| tree.reason(open).clone()),
    ))
}

/// The items of a list; `None` for anything else.
pub(super) fn items(tree: &Tree, list: NodeId) -> Option<Vec<NodeId>> {
    let Kind::List(entries) = tree.slot(list).kind else {
        return None;
    };
    Some(
        tree.members(entries)
            .iter()
            .map(|entry| entry.value)
            .collect(),
    )
}

/// The id of a member, if there is one.
pub(super) fn member(tree: &Tree, map: NodeId, key: &str) -> Option<NodeId> {
    let found = tree
        .node(map)
        .members()
        .rev()
        .find(|(name, _)| *name == key);
    found.map(|(_, node)| node.id())
}

/// A text that does not stand in the file as such.
pub(super) fn text(tree: &mut Tree, text: &str, at: NodeId) -> NodeId {
    let text = tree.decoded_text(text);
    tree.push_at(Kind::String(text), at)
}

/// The bytes `range` of a string slot as a piece of its own; `None` for what is no string.
pub(super) fn part(tree: &mut Tree, string: NodeId, range: Range<usize>) -> Option<NodeId> {
    let text = tree.string_of(string)?;
    let span = Span {
        layer: text_layer(tree, string)?,
        start: clamp(range.start),
        end: clamp(range.end),
    };
    let piece = tree.push(Kind::String(text.part(range.start, range.end)), span);
    tree.graft(piece, string);
    Some(piece)
}

/// The pieces of a value that stands where text is needed. Numbers and booleans are written out; what is no text is
/// not known.
pub(super) fn pieces(tree: &mut Tree, value: NodeId) -> Vec<NodeId> {
    match tree.slot(value).kind {
        Kind::String(_) | Kind::Unreadable(_) => vec![value],
        Kind::Template(_) => tree.node(value).items().map(Node::id).collect(),
        Kind::Number(number) => vec![tree.push_at(Kind::String(number), value)],
        Kind::Bool(on) => vec![text(tree, if on { "true" } else { "false" }, value)],
        Kind::Null | Kind::List(_) | Kind::Map(..) => {
            let what = format!("{} in a text", tree.node(value).value().type_name());
            vec![tree.push_unreadable(Reason::Unsupported { what }, value)]
        }
    }
}

/// One text of all pieces: a string when all are known, else a text with holes.
pub(super) fn joined(tree: &mut Tree, pieces: &[NodeId], at: NodeId) -> NodeId {
    let is_empty = |piece: &NodeId| {
        let text = tree.string_of(*piece).map(|text| tree.text(text));
        text == Some("")
    };
    let there: Vec<NodeId> = pieces
        .iter()
        .copied()
        .filter(|piece| !is_empty(piece))
        .collect();
    if let [only] = there.as_slice()
        && tree.string_of(*only).is_none()
    {
        let kind = tree.slot(*only).kind;
        return tree.push_at(kind, at);
    }
    if there.iter().any(|piece| tree.string_of(*piece).is_none()) {
        let kind = tree.template_kind(&there);
        return tree.push_at(kind, at);
    }
    whole(tree, &there, at)
}

/// A string of known pieces, whose layer leads back to where each piece was written.
fn whole(tree: &mut Tree, pieces: &[NodeId], at: NodeId) -> NodeId {
    let mut all = String::new();
    let mut segments = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let layer = text_layer(tree, *piece);
        let said = tree.string_of(*piece).map_or("", |text| tree.text(text));
        let outer = layer.map_or(tree.slot(*piece).span, |layer| Span {
            layer,
            start: 0,
            end: clamp(said.len()),
        });
        segments.push(Segment {
            inner: clamp(all.len()),
            outer,
        });
        all.push_str(said);
    }
    let string = text(tree, &all, at);
    if let Some(base) = tree.string_of(string)
        && !segments.is_empty()
    {
        let layer = tree.push_text_layer(base, segments);
        tree.set_string_layer(string, layer);
    }
    string
}

/// A map with a member set. What is no map stays as it is.
pub(super) fn with(tree: &mut Tree, map: NodeId, key: &str, value: NodeId) -> NodeId {
    let Some((mut members, open)) = members(tree, map) else {
        return map;
    };
    members.retain(|(name, ..)| tree.text(*name) != key);
    let span = tree.slot(map).span;
    members.push((tree.decoded_text(key), span, value));
    let kind = tree.map_kind(&members, open);
    tree.push_at(kind, map)
}

/// A map to which something else may add members.
pub(super) fn opened(tree: &mut Tree, map: NodeId, reason: Reason) -> NodeId {
    let Some((members, open)) = members(tree, map) else {
        return map;
    };
    let kind = tree.map_kind(&members, open.or(Some(reason)));
    tree.push_at(kind, map)
}

/// An empty map that stands at `at`.
pub(super) fn empty_map(tree: &mut Tree, at: NodeId) -> NodeId {
    let kind = tree.map_kind(&[], None);
    tree.push_at(kind, at)
}

/// A map with items added to the list at a path of keys. What is not known stays so.
pub(super) fn with_items(tree: &mut Tree, map: NodeId, path: &[&str], added: &[NodeId]) -> NodeId {
    let Some((key, rest)) = path.split_first() else {
        return map;
    };
    let own = member(tree, map, key);
    if own.is_none() && tree.node(map).open().is_some() {
        // Beside what may be written elsewhere, what is added here is one more thing that is not wholly known.
        return added_to_unknown(tree, map, path, added);
    }
    let value = if rest.is_empty() {
        let known = own.map_or(Some(Vec::new()), |own| items(tree, own));
        let Some(mut all) = known else {
            return map;
        };
        all.extend_from_slice(added);
        let kind = tree.list_kind(&all);
        tree.push_at(kind, own.unwrap_or(map))
    } else {
        let inner = own.unwrap_or_else(|| empty_map(tree, map));
        with_items(tree, inner, rest, added)
    };
    with(tree, map, key, value)
}

/// The list at `path` of an open map: what is added, and an item for what may stand there besides.
fn added_to_unknown(tree: &mut Tree, map: NodeId, path: &[&str], added: &[NodeId]) -> NodeId {
    let Some(reason) = tree.node(map).open().cloned() else {
        return map;
    };
    let more = tree.push_unreadable(reason.clone(), map);
    let mut all = added.to_vec();
    all.push(more);
    let kind = tree.list_kind(&all);
    let mut value = tree.push_at(kind, map);
    for key in path.iter().skip(1).rev() {
        let name = tree.decoded_text(key);
        let span = tree.slot(map).span;
        let kind = tree.map_kind(&[(name, span, value)], Some(reason.clone()));
        value = tree.push_at(kind, map);
    }
    path.first().map_or(map, |key| with(tree, map, key, value))
}

/// What a rewriting makes of the values it meets.
pub(super) trait Rewrite {
    /// What a string is to be instead.
    fn string(&mut self, tree: &mut Tree, id: NodeId) -> Option<NodeId>;

    /// What a member is to be instead: its key and its value.
    fn member(&mut self, _tree: &mut Tree, _member: Member) -> Option<Member> {
        None
    }

    /// Why a key is not known, if it is not: then its map may have any member.
    fn unknown_key(&mut self, _tree: &Tree, _key: &str) -> Option<Reason> {
        None
    }
}

/// A value as a rewriting makes it, at every depth. Values without anything to rewrite are shared.
pub(super) fn rewritten(tree: &mut Tree, id: NodeId, rewrite: &mut dyn Rewrite) -> NodeId {
    match tree.slot(id).kind {
        Kind::String(_) => rewrite.string(tree, id).unwrap_or(id),
        Kind::List(_) => {
            let before = items(tree, id).unwrap_or_default();
            let after: Vec<NodeId> = before
                .iter()
                .map(|item| rewritten(tree, *item, rewrite))
                .collect();
            if after == before {
                return id;
            }
            let kind = tree.list_kind(&after);
            tree.push_at(kind, id)
        }
        Kind::Map(..) => rewritten_map(tree, id, rewrite),
        Kind::Template(_) => rewritten_template(tree, id, rewrite),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Unreadable(_) => id,
    }
}

fn rewritten_map(tree: &mut Tree, id: NodeId, rewrite: &mut dyn Rewrite) -> NodeId {
    let Some((before, mut open)) = members(tree, id) else {
        return id;
    };
    let mut changed = false;
    let mut after = Vec::with_capacity(before.len());
    for (key, key_span, value) in before {
        if let Some(reason) = rewrite.unknown_key(tree, tree.text(key)) {
            open.get_or_insert(reason);
            changed = true;
            continue;
        }
        if let Some(new) = rewrite.member(tree, (key, key_span, value)) {
            changed = true;
            after.push(new);
            continue;
        }
        let new = rewritten(tree, value, rewrite);
        changed |= new != value;
        after.push((key, key_span, new));
    }
    if !changed {
        return id;
    }
    super::duplicates::merge(tree, &mut after, 0);
    let kind = tree.map_kind(&after, open);
    let map = tree.push_at(kind, id);
    for (key, _, value) in after {
        // What merging made has no place of its own yet.
        if tree.slot(value).parent == NONE {
            tree.rehome(value, map, key);
        }
    }
    map
}

fn rewritten_template(tree: &mut Tree, id: NodeId, rewrite: &mut dyn Rewrite) -> NodeId {
    let before: Vec<NodeId> = tree.node(id).items().map(Node::id).collect();
    let mut all = Vec::with_capacity(before.len());
    for piece in &before {
        match tree
            .string_of(*piece)
            .and_then(|_| rewrite.string(tree, *piece))
        {
            Some(new) => all.extend(pieces(tree, new)),
            None => all.push(*piece),
        }
    }
    if all == before {
        return id;
    }
    joined(tree, &all, id)
}
