//! What stands inside a condition or loop of a template, taken out of the document: it may be there, or not, or many
//! times.

use super::find::Region;
use crate::observe::edit;
use crate::observed::Reason;
use crate::observed::tree::{Kind, NodeId, Tree};

/// The document without what stands inside a region; the containers that it stood in may have more than they show.
pub(super) fn without(tree: &mut Tree, regions: &[Region]) -> NodeId {
    let root = tree.root_id();
    if regions.is_empty() {
        return root;
    }
    value(tree, root, None, regions)
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
