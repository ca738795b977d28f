//! What stands inside a condition or loop of a template, taken out of the document: it may be there, or not, or many
//! times.

use super::find::{Region, marks};
use crate::observe::edit;
use crate::observed::Reason;
use crate::observed::tree::{Kind, NodeId, Tree};
use std::ops::Range;

/// The document without what stands inside a region; the containers that it stood in may have more than they show. The
/// members of the root's member `kept` stay: each is taken for one that is there.
pub(super) fn without(tree: &mut Tree, regions: &[Region], kept: Option<&str>) -> NodeId {
    let root = tree.root_id();
    let kept = kept.and_then(|kept| Some((kept, edit::member(tree, root, kept)?)));
    let new = kept.and_then(|(key, map)| Some((key, members_of(tree, map, regions)?)));
    let root = match new {
        Some((key, map)) => edit::with(tree, root, key, map),
        None => root,
    };
    if regions.is_empty() {
        return root;
    }
    let all = 0..usize::MAX;
    let whole = value(tree, root, (None, &all), regions);
    match new {
        // What was worked out member by member is not gone through once more.
        Some((key, map)) => edit::with(tree, whole, key, map),
        None => whole,
    }
}

/// A map whose members stay, wherever they stand. What a placeholder in a key stands for is left out of it.
fn members_of(tree: &mut Tree, map: NodeId, regions: &[Region]) -> Option<NodeId> {
    let (members, mut open) = edit::members(tree, map)?;
    // The root's member that comes next is not known here: what is put in further on may be put in here.
    let (start, end) = tree.node(map).bytes();
    let extent = start..next_at_the_margin(tree, end);
    if puts_in(tree, map, &extent, regions) {
        open.get_or_insert_with(inserted);
    }
    let starts: Vec<usize> = members
        .iter()
        .map(|(_, key, _)| tree.bytes(*key).0)
        .collect();
    let mut all = Vec::with_capacity(members.len());
    for (at, (key, key_span, member)) in members.into_iter().enumerate() {
        let here = starts.get(at).and_then(|start| region_at(regions, *start));
        let extent = part_of(&extent, &starts, at);
        let member = value(tree, member, (here, &extent), regions);
        let name = shortened(tree.text(key));
        let key = name.map_or(key, |name| tree.decoded_text(&name));
        all.push((key, key_span, member));
    }
    let kind = tree.map_kind(&all, open);
    Some(tree.push_at(kind, map))
}

/// Where the next line begins that is not indented, and is neither empty nor a comment.
fn next_at_the_margin(tree: &Tree, from: usize) -> usize {
    let text = tree.source().text();
    let mut at = from;
    for line in text.get(from..).unwrap_or_default().split_inclusive('\n') {
        let margin =
            line.starts_with(|char: char| char.is_ascii_alphabetic() || "\"'".contains(char));
        if margin && at > from {
            return at;
        }
        at += line.len();
    }
    text.len()
}

/// A key with a mark for each placeholder in it; `None` when it has none.
fn shortened(key: &str) -> Option<String> {
    let marks = marks(key);
    let mut name = String::new();
    let mut at = 0;
    for mark in &marks {
        name.push_str(key.get(at..mark.range.start)?);
        name.push('…');
        at = mark.range.end;
    }
    name.push_str(key.get(at..)?);
    (!marks.is_empty()).then_some(name)
}

/// The region that a byte of the file stands in.
fn region_at(regions: &[Region], at: usize) -> Option<usize> {
    regions.iter().position(|region| region.range.contains(&at))
}

fn reason() -> Reason {
    Reason::Elsewhere {
        place: "a condition or loop of the template".to_owned(),
    }
}

fn inserted() -> Reason {
    Reason::Elsewhere {
        place: "what the template puts in".to_owned(),
    }
}

/// From where one of the members or items begins to where the next one does.
fn part_of(extent: &Range<usize>, starts: &[usize], at: usize) -> Range<usize> {
    let start = starts.get(at).copied().unwrap_or(extent.start);
    start..starts.get(at + 1).copied().unwrap_or(extent.end)
}

/// What a value can be extended by up to the end of its extent. What stands in brackets ends with them.
fn extent_of(tree: &Tree, id: NodeId, extent: &Range<usize>) -> Range<usize> {
    let (start, end) = tree.node(id).bytes();
    let begins = tree.source().text().as_bytes().get(start);
    match begins {
        Some(b'{' | b'[') => start..end,
        _ => extent.clone(),
    }
}

/// Whether text is put in where it may add to a map or list. That which is put in further out than the members stand may
/// bring its own indentation; that which is put in further in belongs to what stands there, if anything does.
fn puts_in(tree: &Tree, id: NodeId, extent: &Range<usize>, regions: &[Region]) -> bool {
    let text = tree.source().text();
    let inserted: Vec<&Region> = regions
        .iter()
        .filter(|region| region.inserts && extent.contains(&region.range.start))
        .collect();
    if inserted.is_empty() {
        return false;
    }
    let mut starts: Vec<usize> = match edit::members(tree, id) {
        Some((members, _)) => members
            .iter()
            .map(|(_, key, _)| tree.bytes(*key).0)
            .collect(),
        None => Vec::new(),
    };
    let values: Vec<NodeId> = match edit::members(tree, id) {
        Some((members, _)) => members.iter().map(|(_, _, member)| *member).collect(),
        None => edit::items(tree, id).unwrap_or_default(),
    };
    if starts.is_empty() {
        starts = values
            .iter()
            .map(|value| tree.node(*value).bytes().0)
            .collect();
    }
    let column = starts.first().map_or(0, |start| column_of(text, *start));
    inserted.iter().any(|region| {
        let deeper = values.iter().enumerate().any(|(at, value)| {
            let takes = matches!(
                tree.slot(*value).kind,
                Kind::Map(..) | Kind::List(_) | Kind::Null
            );
            let part = part_of(extent, &starts, at);
            takes && extent_of(tree, *value, &part).contains(&region.range.start)
        });
        column >= region.column || !deeper
    })
}

fn column_of(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    let begins = before.rfind('\n').map_or(0, |line| line + 1);
    at - begins
}

/// A value whose key, or whose list, stands in the region `holder`, up to where the next one begins.
fn value(
    tree: &mut Tree,
    id: NodeId,
    (holder, extent): (Option<usize>, &Range<usize>),
    regions: &[Region],
) -> NodeId {
    let extent = extent_of(tree, id, extent);
    match tree.slot(id).kind {
        Kind::Map(..) => {
            let Some((members, mut open)) = edit::members(tree, id) else {
                return id;
            };
            if puts_in(tree, id, &extent, regions) {
                open.get_or_insert_with(inserted);
            }
            let starts: Vec<usize> = members
                .iter()
                .map(|(_, key, _)| tree.bytes(*key).0)
                .collect();
            let mut kept = Vec::with_capacity(members.len());
            for (at, (key, key_span, member)) in members.into_iter().enumerate() {
                let here = starts.get(at).and_then(|start| region_at(regions, *start));
                if here != holder && here.is_some() {
                    open.get_or_insert_with(reason);
                    continue;
                }
                let extent = part_of(&extent, &starts, at);
                let member = value(tree, member, (here, &extent), regions);
                kept.push((key, key_span, member));
            }
            let kind = tree.map_kind(&kept, open);
            tree.push_at(kind, id)
        }
        Kind::List(_) => list(tree, id, (holder, &extent), regions),
        Kind::Null if extends_nothing(&extent, regions) => tree.push_unreadable(inserted(), id),
        Kind::Null
        | Kind::Bool(_)
        | Kind::Number(_)
        | Kind::String(_)
        | Kind::Template(_)
        | Kind::Unreadable(_) => {
            let here = region_at(regions, tree.node(id).bytes().0);
            if here != holder && here.is_some() {
                tree.push_unreadable(reason(), id)
            } else {
                id
            }
        }
    }
}

/// Whether text is put in where a key has no value.
fn extends_nothing(extent: &Range<usize>, regions: &[Region]) -> bool {
    let mut inserted = regions.iter().filter(|region| region.inserts);
    inserted.any(|region| extent.contains(&region.range.start))
}

fn list(
    tree: &mut Tree,
    id: NodeId,
    (holder, extent): (Option<usize>, &Range<usize>),
    regions: &[Region],
) -> NodeId {
    let items = edit::items(tree, id).unwrap_or_default();
    let starts: Vec<usize> = items
        .iter()
        .map(|item| tree.node(*item).bytes().0)
        .collect();
    let more = puts_in(tree, id, extent, regions);
    let mut kept = Vec::with_capacity(items.len() + 1);
    for (at, item) in items.into_iter().enumerate() {
        let here = starts.get(at).and_then(|start| region_at(regions, *start));
        if here != holder && here.is_some() {
            kept.push(tree.push_unreadable(reason(), item));
        } else {
            let extent = part_of(extent, &starts, at);
            kept.push(value(tree, item, (here, &extent), regions));
        }
    }
    if more {
        kept.push(tree.push_unreadable(inserted(), id));
    }
    let kind = tree.list_kind(&kept);
    tree.push_at(kind, id)
}
