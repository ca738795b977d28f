//! What tasks do to a cluster after its launch, as parts of its request.

use super::Task;
use super::actions::Action;
use crate::observe::edit;
use crate::observed::tree::{Kind, NodeId, Tree};
use crate::observed::{Node, Value};

/// A cluster's request after a task changed the cluster.
pub(super) fn applied(tree: &mut Tree, body: NodeId, change: &Task) -> NodeId {
    let node = tree.node(change.body);
    match change.action {
        Action::Protection => {
            let protected = node.get("TerminationProtected");
            // Turned off right before the cluster's end, it says nothing about the cluster's life.
            let end = change.last && matches!(protected.value(), Value::Bool(false));
            if end || protected.is_absent() {
                return body;
            }
            let protected = protected.id();
            set(
                tree,
                body,
                &["Instances", "TerminationProtected"],
                protected,
            )
        }
        Action::Set(path) => {
            let given = path.last().map(|key| node.get(key));
            match given.filter(|given| !given.is_absent()).map(Node::id) {
                Some(given) => set(tree, body, path, given),
                None => body,
            }
        }
        Action::Unset(member) => {
            let nothing = tree.push_at(Kind::Null, change.body);
            set(tree, body, &[member], nothing)
        }
        Action::Step | Action::Steps => {
            let steps = steps(tree, change);
            edit::with_items(tree, body, &["Steps"], &steps)
        }
        Action::Group | Action::Fleet | Action::Groups => {
            let configurations = reconfigurations(tree, change);
            edit::with_items(tree, body, &["Configurations"], &configurations)
        }
        Action::AddGroups => {
            let groups = listed(tree, change.body, "InstanceGroups");
            edit::with_items(tree, body, &["Instances", "InstanceGroups"], &groups)
        }
        Action::AddFleet => {
            let fleet = whole(tree, change.body, "InstanceFleet");
            edit::with_items(tree, body, &["Instances", "InstanceFleets"], &fleet)
        }
        Action::Create
        | Action::CreateConfiguration
        | Action::CreateApplication
        | Action::PublicAccess
        | Action::LakeFormation(_)
        | Action::LakeFormationByMembers
        | Action::Terminate => body,
    }
}

/// A request with the member at a path of keys set.
fn set(tree: &mut Tree, body: NodeId, path: &[&str], value: NodeId) -> NodeId {
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
pub(super) fn turns_off(tree: &Tree, change: &Task) -> bool {
    let protected = tree.node(change.body).get("TerminationProtected");
    change.action == Action::Protection && matches!(protected.value(), Value::Bool(false))
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
fn steps(tree: &mut Tree, change: &Task) -> Vec<NodeId> {
    let steps = if change.action == Action::Step {
        whole(tree, change.body, "Step")
    } else {
        listed(tree, change.body, "Steps")
    };
    let role = whole(tree, change.body, "ExecutionRoleArn")
        .first()
        .copied();
    let mut all = Vec::with_capacity(steps.len());
    for step in steps {
        let role = role.unwrap_or_else(|| tree.push_at(Kind::Null, step));
        all.push(edit::with(tree, step, "ExecutionRoleArn", role));
    }
    all
}

/// The classifications that a task puts on a group or fleet of a running cluster.
fn reconfigurations(tree: &mut Tree, change: &Task) -> Vec<NodeId> {
    let groups = if change.action == Action::Group {
        whole(tree, change.body, "InstanceGroup")
    } else if change.action == Action::Groups {
        listed(tree, change.body, "InstanceGroups")
    } else {
        let fleets = whole(tree, change.body, "InstanceFleet").into_iter();
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
