//! The tasks of a state machine, at every depth, and what each does to a cluster.

use super::{Task, values};
use crate::observe::{Problem, edit};
use crate::observed::tree::{Kind, NodeId, Tree};
use crate::observed::{Node, Reason, Value};

/// What a task asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Creates a cluster.
    Create,
    /// Creates a security configuration.
    CreateConfiguration,
    /// Creates an EMR Serverless application.
    CreateApplication,
    /// Asks Lake Formation for something.
    LakeFormation,
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
}

/// Source: Step Functions Developer Guide, *Create and manage Amazon EMR clusters with Step Functions* and *AWS SDK
/// service integrations*. A task that waits for its job ends with `.sync`.
pub(super) const ACTIONS: &[(&str, Action)] = &[
    ("elasticmapreduce:createCluster", Action::Create),
    ("aws-sdk:emr:runJobFlow", Action::Create),
    (
        "aws-sdk:emr:createSecurityConfiguration",
        Action::CreateConfiguration,
    ),
    (
        "emr-serverless:createApplication",
        Action::CreateApplication,
    ),
    (
        "aws-sdk:emrserverless:createApplication",
        Action::CreateApplication,
    ),
    (
        "aws-sdk:lakeformation:grantPermissions",
        Action::LakeFormation,
    ),
    (
        "aws-sdk:lakeformation:batchGrantPermissions",
        Action::LakeFormation,
    ),
    (
        "aws-sdk:lakeformation:createDataCellsFilter",
        Action::LakeFormation,
    ),
    ("elasticmapreduce:addStep", Action::Step),
    ("aws-sdk:emr:addJobFlowSteps", Action::Steps),
    (
        "elasticmapreduce:setClusterTerminationProtection",
        Action::Protection,
    ),
    ("aws-sdk:emr:setTerminationProtection", Action::Protection),
    ("elasticmapreduce:modifyInstanceGroupByName", Action::Group),
    ("elasticmapreduce:modifyInstanceFleetByName", Action::Fleet),
    ("aws-sdk:emr:modifyInstanceFleet", Action::Fleet),
    ("aws-sdk:emr:modifyInstanceGroups", Action::Groups),
    ("aws-sdk:emr:addInstanceGroups", Action::AddGroups),
    ("aws-sdk:emr:addInstanceFleet", Action::AddFleet),
];

/// The cluster's id is written out: it is none that this machine creates.
pub(super) const LITERAL: &str = "\u{0}literal";

/// Which member of a state its task is sent. Source: Amazon States Language, *`QueryLanguage`*: `JSONPath` unless the state
/// or the whole machine says otherwise.
fn sent(node: Node<'_>, inherited: [&'static str; 2]) -> [&'static str; 2] {
    match node.get("QueryLanguage").as_text() {
        Some("JSONata") => ["Arguments", "Parameters"],
        Some("JSONPath") => PARAMETERS,
        _ => inherited,
    }
}

/// What a task of `JSONPath` is sent, and what it is not.
pub(super) const PARAMETERS: [&str; 2] = ["Parameters", "Arguments"];

/// What in the tasks of a machine is not sent, although it stands there.
pub(super) fn problems(
    machine: Node<'_>,
    inherited: [&'static str; 2],
    problems: &mut Vec<Problem>,
) {
    let inherited = sent(machine, inherited);
    for (name, state) in machine.get("States").members() {
        let [own, other] = sent(state, inherited);
        let both = state.get(own).is_set() && state.get(other).is_set();
        if both && action_of(state.get("Resource")).is_some() {
            problems.push(Problem::at(
                state.get(other),
                format!("could not judge all of state `{name}`"),
                format!("`{own}` is what its task is sent, and Step Functions rejects `{other}` beside it"),
            ));
        }
        let iterations = ["Iterator", "ItemProcessor"].map(|key| state.get(key));
        for inner in state.get("Branches").items().chain(iterations) {
            self::problems(inner, [own, other], problems);
        }
    }
}

/// Finds the tasks of a machine, those of its branches and iterations included.
pub(super) fn collect(
    tree: &mut Tree,
    machine: NodeId,
    inherited: [&'static str; 2],
    tasks: &mut Vec<Task>,
) {
    let inherited = sent(tree.node(machine), inherited);
    let states: Vec<(String, NodeId)> = tree
        .node(machine)
        .get("States")
        .members()
        .map(|(name, state)| (name.to_owned(), state.id()))
        .collect();
    for (name, state) in states {
        let node = tree.node(state);
        let members = sent(node, inherited);
        // Documents nest as deep as the reader allows, so this ends.
        let mut inner: Vec<NodeId> = node.get("Branches").items().map(Node::id).collect();
        inner.extend(
            ["Iterator", "ItemProcessor"]
                .into_iter()
                .map(|key| node.get(key))
                .filter(|node| node.is_set())
                .map(Node::id),
        );
        if let Some(action) = action_of(node.get("Resource")) {
            tasks.push(task(tree, name, (state, members), action));
        }
        for machine in inner {
            collect(tree, machine, members, tasks);
        }
    }
}

/// What a task's resource asks for, whichever partition it is of.
fn action_of(resource: Node<'_>) -> Option<Action> {
    let pieces = resource.pieces();
    let last = pieces.last().copied().flatten()?;
    // The end of the name is all that counts; before it stands the partition, which a template may put in.
    let name = last.rsplit(":::").next()?;
    let name = name.strip_suffix(".sync").unwrap_or(name);
    let name = name.strip_suffix(".waitForTaskToken").unwrap_or(name);
    let known = ACTIONS.iter().find(|(known, _)| *known == name)?;
    Some(known.1)
}

fn task(
    tree: &mut Tree,
    state: String,
    (id, members): (NodeId, [&'static str; 2]),
    action: Action,
) -> Task {
    let node = tree.node(id);
    let given = members
        .into_iter()
        .map(|name| node.get(name))
        .find(|node| !node.is_absent())
        .map(Node::id);
    let result = node.get("ResultPath").as_text().unwrap_or("$").to_owned();
    let body = if let Some(given) = given {
        values::resolved(tree, given)
    } else {
        // Without parameters the task is sent what the state is given.
        let place = "the execution, as the state's whole input".to_owned();
        tree.push_unreadable(Reason::Elsewhere { place }, id)
    };
    let cluster = given.map_or_else(String::new, |_| cluster_of(tree, id));
    Task {
        state,
        action,
        body,
        // `$` would be the beginning of every path.
        result: if result == "$" { String::new() } else { result },
        cluster,
    }
}

/// Where the id of the cluster comes from: a path, or [`LITERAL`].
fn cluster_of(tree: &Tree, state: NodeId) -> String {
    let given = tree.node(state).get("Parameters");
    for key in ["ClusterId.$", "JobFlowId.$"] {
        if let Some(path) = given.get(key).as_text() {
            return path.to_owned();
        }
    }
    let arguments = tree.node(state).get("Arguments");
    let literal = [given, arguments].into_iter().any(|node| {
        ["ClusterId", "JobFlowId"].iter().any(|key| {
            node.get(key)
                .as_text()
                .is_some_and(|id| id.starts_with("j-"))
        })
    });
    if literal {
        LITERAL.to_owned()
    } else {
        String::new()
    }
}

/// A cluster's request after a task changed the cluster.
pub(super) fn applied(tree: &mut Tree, body: NodeId, change: &Task) -> NodeId {
    let node = tree.node(change.body);
    match change.action {
        Action::Protection => {
            let protected = node.get("TerminationProtected");
            // Turning it off precedes a cluster's end, and says nothing about its life.
            if matches!(protected.value(), Value::Bool(false) | Value::Absent) {
                return body;
            }
            let protected = protected.id();
            let instances = edit::member(tree, body, "Instances");
            let instances = instances.unwrap_or_else(|| edit::empty_map(tree, body));
            let instances = edit::with(tree, instances, "TerminationProtected", protected);
            edit::with(tree, body, "Instances", instances)
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
        | Action::LakeFormation => body,
    }
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
