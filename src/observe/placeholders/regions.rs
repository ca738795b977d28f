//! What stands inside a condition or loop of a template, taken out of the document: it may be there, or not, or many
//! times.

use super::find::{Region, marks};
use crate::observe::edit;
use crate::observed::Reason;
use crate::observed::tree::{Kind, NodeId, Tree};

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
    let whole = value(tree, root, None, regions);
    match new {
        // What was worked out member by member is not gone through once more.
        Some((key, map)) => edit::with(tree, whole, key, map),
        None => whole,
    }
}

/// A map whose members stay, wherever they stand. What a placeholder in a key stands for is left out of it.
fn members_of(tree: &mut Tree, map: NodeId, regions: &[Region]) -> Option<NodeId> {
    let (members, open) = edit::members(tree, map)?;
    let mut all = Vec::with_capacity(members.len());
    for (key, key_span, member) in members {
        let (start, _) = tree.bytes(key_span);
        let member = value(tree, member, region_at(regions, start), regions);
        let name = shortened(tree.text(key));
        let key = name.map_or(key, |name| tree.decoded_text(&name));
        all.push((key, key_span, member));
    }
    let kind = tree.map_kind(&all, open);
    Some(tree.push_at(kind, map))
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

/// A value whose key, or whose list, stands in the region `holder`.
fn value(tree: &mut Tree, id: NodeId, holder: Option<usize>, regions: &[Region]) -> NodeId {
    match tree.slot(id).kind {
        Kind::Map(..) => {
            let Some((members, mut open)) = edit::members(tree, id) else {
                return id;
            };
            let mut kept = Vec::with_capacity(members.len());
            for (key, key_span, member) in members {
                let (start, _) = tree.bytes(key_span);
                let here = region_at(regions, start);
                if here != holder && here.is_some() {
                    open.get_or_insert_with(reason);
                    continue;
                }
                let member = value(tree, member, here, regions);
                kept.push((key, key_span, member));
            }
            let kind = tree.map_kind(&kept, open);
            tree.push_at(kind, id)
        }
        Kind::List(_) => {
            let items = edit::items(tree, id).unwrap_or_default();
            let mut kept = Vec::with_capacity(items.len());
            for item in items {
                let here = region_at(regions, tree.node(item).bytes().0);
                if here != holder && here.is_some() {
                    kept.push(tree.push_unreadable(reason(), item));
                } else {
                    kept.push(value(tree, item, here, regions));
                }
            }
            let kind = tree.list_kind(&kept);
            tree.push_at(kind, id)
        }
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
