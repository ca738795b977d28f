//! What is done to a cluster after its launch, as parts of its request: so nothing is smuggled in after the launch, and
//! what is taken back later counts as not given.

use super::edit;
use crate::observed::tree::{Kind, NodeId, Tree};
use crate::observed::{Node, Reason, Value};

/// A change of a cluster. Source: EMR API Reference, and Step Functions Developer Guide for those that have other names
/// there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Adds steps.
    Steps,
    /// Adds one step, in the member `Step`.
    Step,
    /// Turns termination protection on or off.
    Protection,
    /// Reconfigures a group, in the member `InstanceGroup`.
    Group,
    /// Reconfigures a fleet, in the member `InstanceFleet`.
    Fleet,
    /// Reconfigures groups, in the list `InstanceGroups`.
    Groups,
    /// Adds groups.
    AddGroups,
    /// Adds a fleet.
    AddFleet,
    /// Gives a member of the cluster's request, at this path, the value that it has in what is sent.
    Set(&'static [&'static str]),
    /// Takes a member of the cluster's request away.
    Unset(&'static str),
}

/// A cluster's request after it was changed by what is `sent`.
pub(super) fn applied(tree: &mut Tree, body: NodeId, change: Change, sent: NodeId) -> NodeId {
    let node = tree.node(sent);
    match change {
        Change::Protection => {
            let path = &["Instances", "TerminationProtected"];
            applied(tree, body, Change::Set(path), sent)
        }
        Change::Set(path) => {
            let given = path.last().map(|key| node.get(key));
            match given.filter(|given| !given.is_absent()).map(Node::id) {
                Some(given) => set(tree, body, path, given),
                None => body,
            }
        }
        Change::Unset(member) => {
            let nothing = tree.push_at(Kind::Null, sent);
            set(tree, body, &[member], nothing)
        }
        Change::Step | Change::Steps => {
            let steps = steps(tree, change, sent);
            edit::with_items(tree, body, &["Steps"], &steps)
        }
        Change::Group | Change::Fleet | Change::Groups => {
            let configurations = reconfigurations(tree, change, sent);
            edit::with_items(tree, body, &["Configurations"], &configurations)
        }
        Change::AddGroups => {
            let groups = listed(tree, sent, "InstanceGroups");
            edit::with_items(tree, body, &["Instances", "InstanceGroups"], &groups)
        }
        Change::AddFleet => {
            let fleet = whole(tree, sent, "InstanceFleet");
            edit::with_items(tree, body, &["Instances", "InstanceFleets"], &fleet)
        }
    }
}

/// A request with the member at a path of keys set.
pub(super) fn set(tree: &mut Tree, body: NodeId, path: &[&str], value: NodeId) -> NodeId {
    let Some((key, rest)) = path.split_first() else {
        return value;
    };
    if rest.is_empty() {
        return edit::with(tree, body, key, value);
    }
    let inner = edit::member(tree, body, key);
    let open = tree.node(body).open().cloned();
    let inner = inner.unwrap_or_else(|| {
        let empty = edit::empty_map(tree, body);
        open.map_or(empty, |reason| edit::opened(tree, empty, reason))
    });
    let inner = set(tree, inner, rest, value);
    edit::with(tree, body, key, inner)
}

/// Whether a change turns termination protection off.
pub(super) fn turns_off(tree: &Tree, change: Change, sent: NodeId) -> bool {
    let protected = tree.node(sent).get("TerminationProtected");
    change == Change::Protection && matches!(protected.value(), Value::Bool(false))
}

/// A cluster of which nothing is known but what is done to it, for a change of one that another program launched.
pub(super) fn of_another(tree: &mut Tree, at: NodeId) -> NodeId {
    let none = edit::empty_map(tree, at);
    let place = "the request that created the cluster".to_owned();
    edit::opened(tree, none, Reason::Elsewhere { place })
}

/// The items of a member that is a list; a member that is not known is one item that is not known.
fn listed(tree: &mut Tree, map: NodeId, key: &str) -> Vec<NodeId> {
    let member = match whole(tree, map, key).first() {
        Some(member) => *member,
        None => return Vec::new(),
    };
    edit::items(tree, member).unwrap_or_else(|| vec![member])
}

/// A member, unless it is known that there is none.
fn whole(tree: &mut Tree, map: NodeId, key: &str) -> Vec<NodeId> {
    if let Some(member) = edit::member(tree, map, key) {
        return vec![member];
    }
    let open = tree.node(map).open().cloned();
    open.map(|reason| tree.push_unreadable(reason, map))
        .into_iter()
        .collect()
}

/// The steps that a task adds, each with the role that it runs under: that of the task, and none otherwise. The role in
/// the request that launched the cluster is for that request's own steps.
fn steps(tree: &mut Tree, change: Change, sent: NodeId) -> Vec<NodeId> {
    let steps = if change == Change::Step {
        whole(tree, sent, "Step")
    } else {
        listed(tree, sent, "Steps")
    };
    let role = whole(tree, sent, "ExecutionRoleArn").first().copied();
    let mut all = Vec::with_capacity(steps.len());
    for step in steps {
        let role = role.unwrap_or_else(|| tree.push_at(Kind::Null, step));
        all.push(edit::with(tree, step, "ExecutionRoleArn", role));
    }
    all
}

/// The classifications that a task puts on a group or fleet of a running cluster.
fn reconfigurations(tree: &mut Tree, change: Change, sent: NodeId) -> Vec<NodeId> {
    let groups = if change == Change::Group {
        whole(tree, sent, "InstanceGroup")
    } else if change == Change::Groups {
        listed(tree, sent, "InstanceGroups")
    } else {
        let fleets = whole(tree, sent, "InstanceFleet").into_iter();
        fleets
            .flat_map(|fleet| listed(tree, fleet, "InstanceTypeConfigs"))
            .collect()
    };
    let mut all = Vec::new();
    for group in groups {
        if tree.node(group).reason().is_some() {
            all.push(group);
        } else {
            all.extend(listed(tree, group, "Configurations"));
        }
    }
    all
}
