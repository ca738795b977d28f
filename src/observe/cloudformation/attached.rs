//! Resources that are parts of a cluster: instance groups, fleets and steps declared beside it.
//!
//! They are read as if they stood in the cluster's own lists, so that a group cannot be hidden by declaring it
//! apart. Their places stay their own.

use super::eval::{Evaluator, GONE};
use super::sections::member;
use crate::observe::{Problem, Seen};
use crate::observed::tree::{Kind, NONE, NodeId, Span, TextRef};
use crate::observed::{Node, ResourceKind};

/// The parts, and the list of the cluster that holds such parts.
const PARTS: &[(&str, &[&str])] = &[
    (
        "AWS::EMR::InstanceGroupConfig",
        &["Instances", "TaskInstanceGroups"],
    ),
    (
        "AWS::EMR::InstanceFleetConfig",
        &["Instances", "TaskInstanceFleets"],
    ),
    ("AWS::EMR::Step", &["Steps"]),
];

/// Whether a resource of this type is a part of a cluster.
pub(super) fn is_part(name: &str) -> bool {
    PARTS.iter().any(|(part, _)| *part == name)
}

/// The list that a resource belongs into, if it is a part of a cluster.
pub(super) fn list_of(
    evaluator: &Evaluator<'_>,
    declared: NodeId,
) -> Option<&'static [&'static str]> {
    let name = evaluator.scalar(member(&evaluator.tree, declared, "Type"))?;
    let part = PARTS.iter().find(|(part, _)| *part == name)?;
    Some(part.1)
}

/// Adds a part to its cluster in the present world, or says why that cannot be.
pub(super) fn attach(
    evaluator: &mut Evaluator<'_>,
    (id, declared): (&str, NodeId),
    resources: &mut [Seen],
) -> Option<Problem> {
    let list = list_of(evaluator, declared)?;
    let condition = evaluator.scalar(member(&evaluator.tree, declared, "Condition"));
    if condition.is_some_and(|name| evaluator.choice.holds(name) == Some(false)) {
        return None;
    }
    let properties = match member(&evaluator.tree, declared, "Properties") {
        NONE => GONE,
        written => evaluator.eval(written),
    };
    let named = (properties != GONE).then(|| evaluator.tree.node(properties).get("JobFlowId"));
    let cluster = named.and_then(Node::reference).map(|(id, _)| id);
    let found = resources.iter_mut().find(|seen| {
        seen.identity.kind == ResourceKind::EmrCluster && Some(seen.identity.id.as_str()) == cluster
    });
    let Some(cluster) = found else {
        return Some(Problem::at(
            evaluator.tree.node(declared),
            format!("could not judge `{id}`"),
            "the cluster that it is a part of is not declared in this template",
        ));
    };
    cluster.body = with_item(evaluator, cluster.body, list, properties);
    None
}

/// A map with an item added to the list at a path. What is not known stays so.
fn with_item(evaluator: &mut Evaluator<'_>, map: NodeId, path: &[&str], item: NodeId) -> NodeId {
    let Some((key, rest)) = path.split_first() else {
        return map;
    };
    let own = member(&evaluator.tree, map, key);
    let value = if rest.is_empty() {
        let mut items = match own {
            NONE => Vec::new(),
            own => match evaluator.items(own) {
                Some(items) => items,
                None => return map,
            },
        };
        items.push(item);
        let kind = evaluator.tree.list_kind(&items);
        evaluator.put(kind, if own == NONE { map } else { own })
    } else {
        let inner = if own == NONE {
            let none = evaluator.tree.map_kind(&[], None);
            evaluator.put(none, map)
        } else {
            own
        };
        with_item(evaluator, inner, rest, item)
    };
    with_member(evaluator, map, key, value)
}

fn with_member(evaluator: &mut Evaluator<'_>, map: NodeId, key: &str, value: NodeId) -> NodeId {
    let slot = evaluator.tree.slot(map);
    let Kind::Map(entries, open) = slot.kind else {
        return map;
    };
    let open = open.map(|reason| evaluator.tree.reason(reason).clone());
    let mut members: Vec<(TextRef, Span, NodeId)> = Vec::new();
    for entry in evaluator.tree.members(entries) {
        if let Some(name) = entry.key
            && evaluator.tree.text(name) != key
        {
            members.push((name, entry.key_span, entry.value));
        }
    }
    members.push((evaluator.tree.decoded_text(key), slot.span, value));
    let kind = evaluator.tree.map_kind(&members, open);
    evaluator.put(kind, map)
}
