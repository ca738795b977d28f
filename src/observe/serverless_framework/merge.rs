//! Objects of a service's configuration put together, the later ones over the earlier.

use crate::observe::duplicates::Member;
use crate::observe::edit;
use crate::observed::Reason;
use crate::observed::tree::{Kind, NodeId, Tree};
use std::collections::BTreeMap;

/// What the framework makes of several values that one after the other are merged (lodash's `merge`): objects at every
/// depth, lists item by item, and of anything else the last. A member that is taken back by `null` is not there.
pub(super) fn merged(tree: &mut Tree, values: &[NodeId]) -> NodeId {
    let Some((last, before)) = values.split_last() else {
        return tree.root_id();
    };
    if before.is_empty() {
        return *last;
    }
    let is_map = |value: &NodeId| matches!(tree.slot(*value).kind, Kind::Map(..));
    let is_list = |value: &NodeId| matches!(tree.slot(*value).kind, Kind::List(_));
    // What is neither wipes out what stood there before.
    let run = if is_map(last) {
        values
            .iter()
            .rev()
            .take_while(|value| is_map(value))
            .count()
    } else if is_list(last) {
        values
            .iter()
            .rev()
            .take_while(|value| is_list(value))
            .count()
    } else {
        return *last;
    };
    let lists = is_list(last);
    let (earlier, run) = values.split_at(values.len() - run);
    let unknown = earlier
        .last()
        .and_then(|earlier| tree.node(*earlier).reason().cloned());
    match (lists, unknown) {
        (true, Some(reason)) => tree.push_unreadable(reason, *last),
        (true, None) => lists_merged(tree, run),
        (false, unknown) => maps_merged(tree, run, unknown),
    }
}

fn lists_merged(tree: &mut Tree, lists: &[NodeId]) -> NodeId {
    let all: Vec<Vec<NodeId>> = lists
        .iter()
        .map(|list| edit::items(tree, *list).unwrap_or_default())
        .collect();
    let longest = all.iter().map(Vec::len).max().unwrap_or_default();
    let mut items = Vec::with_capacity(longest);
    for at in 0..longest {
        let here: Vec<NodeId> = all
            .iter()
            .filter_map(|list| list.get(at).copied())
            .collect();
        items.push(merged(tree, &here));
    }
    let kind = tree.list_kind(&items);
    lists
        .first()
        .map_or(tree.root_id(), |first| tree.push_at(kind, *first))
}

/// The values of one member, and the number of the object that gave the last.
type Given = (Member, Vec<NodeId>, usize);

fn maps_merged(tree: &mut Tree, maps: &[NodeId], unknown: Option<Reason>) -> NodeId {
    let mut open = unknown;
    // The last object that may have any member: it may take the place of everything before it.
    let mut last_open: Option<(usize, Reason)> = None;
    let mut order: Vec<Given> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for (number, map) in maps.iter().enumerate() {
        let Some((members, why)) = edit::members(tree, *map) else {
            continue;
        };
        if let Some(why) = why {
            open.get_or_insert(why.clone());
            last_open = Some((number, why));
        }
        for member in members {
            let name = tree.text(member.0).to_owned();
            let at = *known.entry(name).or_insert(order.len());
            match order.get_mut(at) {
                Some((_, values, last)) => {
                    values.push(member.2);
                    *last = number;
                }
                None => order.push((member, vec![member.2], number)),
            }
        }
    }
    let mut members = Vec::with_capacity(order.len());
    for ((key, key_span, _), values, last) in order {
        let mut value = merged(tree, &values);
        if values.len() > 1 && matches!(tree.slot(value).kind, Kind::Null) {
            continue;
        }
        if let Some((number, why)) = &last_open
            && *number > last
        {
            value = tree.push_unreadable(why.clone(), value);
        }
        members.push((key, key_span, value));
    }
    let kind = tree.map_kind(&members, open);
    maps.first()
        .map_or(tree.root_id(), |first| tree.push_at(kind, *first))
}

/// An object whose members take the place of another's, none of them merged. What is not known stays so.
pub(super) fn assigned(tree: &mut Tree, own: NodeId, given: NodeId) -> NodeId {
    let Some((new, hidden)) = edit::members(tree, given) else {
        return match tree.node(given).reason().cloned() {
            Some(reason) => tree.push_unreadable(reason, own),
            None => own,
        };
    };
    let Some((mut members, open)) = edit::members(tree, own) else {
        return match tree.node(own).reason().cloned() {
            Some(reason) => edit::opened(tree, given, reason),
            None => given,
        };
    };
    if let Some(reason) = &hidden {
        for (_, _, value) in &mut members {
            *value = tree.push_unreadable(reason.clone(), *value);
        }
    }
    for member in new {
        let name = tree.text(member.0).to_owned();
        members.retain(|(key, ..)| tree.text(*key) != name);
        if !matches!(tree.slot(member.2).kind, Kind::Null) {
            members.push(member);
        }
    }
    let kind = tree.map_kind(&members, open.or(hidden));
    tree.push_at(kind, own)
}
