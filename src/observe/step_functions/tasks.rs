//! The tasks of a state machine, at every depth.

use super::actions::{Action, Asked, asked, is_open, names_cluster};
use super::{Found, Task, values};
use crate::observe::inside::What;
use crate::observe::own::{Below, Own};
use crate::observe::{Problem, lake_formation};
use crate::observed::tree::{NodeId, Tree};
use crate::observed::{Node, Reason};

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

/// How many states are looked at for the end of a cluster.
const MAX_STATES: usize = 64;

/// What a task is sent, as it is written.
fn written<'t>(state: Node<'t>, members: [&'static str; 2]) -> Node<'t> {
    let given = members.into_iter().map(|name| state.get(name));
    given
        .into_iter()
        .find(|node| !node.is_absent())
        .unwrap_or_else(|| state.get(PARAMETERS[0]))
}

/// The machines in a state: those of its branches and of its iterations.
fn inner(state: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let iterations = ["Iterator", "ItemProcessor"].map(|key| state.get(key));
    let set = iterations.into_iter().filter(|node| node.is_set());
    state.get("Branches").items().chain(set)
}

/// Whether a machine has a task of ours of which only what it is sent tells.
pub(super) fn is_told_by_members(machine: Node<'_>, inherited: [&'static str; 2]) -> bool {
    let inherited = sent(machine, inherited);
    let mut states = machine.get("States").members();
    // Documents nest as deep as the reader allows, so this ends.
    states.any(|(_, state)| {
        let members = sent(state, inherited);
        let task = asked(state.get("Resource"), written(state, members));
        matches!(task, Asked::Read(action) if action != Action::Terminate)
            || matches!(task, Asked::Handed | Asked::Open(_))
            || inner(state).any(|machine| is_told_by_members(machine, members))
    })
}

/// The members of a machine. Source: Amazon States Language, *State Machine structure*.
const MACHINE: &[&str] = &[
    "Comment",
    "ProcessorConfig",
    "QueryLanguage",
    "StartAt",
    "States",
    "TimeoutSeconds",
    "Version",
];

/// What is read of a machine: what its tasks send is requests of ours, or is given to others.
pub(super) fn own(machine: Node<'_>, inherited: [&'static str; 2], all: &mut Vec<Own>) {
    let inherited = sent(machine, inherited);
    let states = machine.get("States");
    all.push(Own::these(machine, MACHINE, Below::All));
    if states.missing_key().is_some() {
        return;
    }
    all.push(Own::all(states, Below::All));
    for (_, state) in states.members() {
        let members = sent(state, inherited);
        all.push(Own::all(state, Below::All));
        let given = written(state, members);
        if given.missing_key().is_none() {
            all.extend(own_of_task(asked(state.get("Resource"), given), given));
        }
        let branches = state.get("Branches");
        if branches.missing_key().is_none() {
            all.push(Own::all(branches, Below::All));
        }
        for machine in inner(state) {
            own(machine, members, all);
        }
    }
}

/// What is read of what a task is sent.
fn own_of_task(asked: Asked<'_>, given: Node<'_>) -> Vec<Own> {
    let action = match asked {
        Asked::Read(action) | Asked::Open(Some(action)) => action,
        // A problem tells of these.
        Asked::Unread(_) | Asked::Open(None) | Asked::Handed => {
            return vec![Own::all(given, Below::Nothing)];
        }
        Asked::Hidden | Asked::Unclear | Asked::Other => return Vec::new(),
    };
    let what = match action {
        Action::Create => What::Cluster,
        Action::CreateConfiguration => What::Configuration,
        Action::PublicAccess => What::PublicAccess,
        Action::LakeFormationByMembers => What::LakeFormation,
        Action::LakeFormation(request) => return lake_formation::own_of_request(request, given),
        Action::CreateApplication | Action::Change(_) | Action::Terminate => {
            return vec![Own::all(given, Below::AllButParts)];
        }
    };
    vec![Own::Thing(given.id(), what)]
}

/// Finds the tasks of a machine, those of its branches and iterations included, and what in it cannot be judged.
pub(super) fn collect(
    tree: &mut Tree,
    machine: NodeId,
    inherited: [&'static str; 2],
    found: &mut Found,
) {
    let inherited = sent(tree.node(machine), inherited);
    let written_states = tree.node(machine).get("States");
    if is_open(written_states) || written_states.open().is_some() {
        let why = format!("it may have further states that are not known{GIVE}");
        let what = "could not judge all of a state machine";
        found.unknown.push(Problem::at(written_states, what, why));
    }
    let states: Vec<(String, NodeId)> = tree
        .node(machine)
        .get("States")
        .members()
        .map(|(name, state)| (name.to_owned(), state.id()))
        .collect();
    for (name, state) in states {
        let node = tree.node(state);
        let members = sent(node, inherited);
        let machines: Vec<NodeId> = inner(node).map(Node::id).collect();
        if let Some(unknown) = unknown_inner(node) {
            found.unknown.push(unclear(unknown, &name));
        }
        match asked(node.get("Resource"), written(node, members)) {
            Asked::Read(action) => {
                let [own, other] = members;
                if node.get(own).is_set() && node.get(other).is_set() {
                    let why = format!(
                        "`{own}` is what its task is sent, and Step Functions rejects `{other}` beside it"
                    );
                    found
                        .problems
                        .push(Problem::at(node.get(other), not_all(&name), why));
                }
                let last = ends_cluster(tree.node(machine), node);
                let task = task(tree, name, (state, members), action);
                found.tasks.push(Task { last, ..task });
            }
            other @ (Asked::Unread(_)
            | Asked::Open(_)
            | Asked::Hidden
            | Asked::Unclear
            | Asked::Handed
            | Asked::Other) => {
                not_read(node, (&name, written(node, members)), other, found);
                if let Asked::Open(Some(action)) = other {
                    found.tasks.push(task(tree, name, (state, members), action));
                }
            }
        }
        for machine in machines {
            collect(tree, machine, members, found);
        }
    }
}

/// What makes the places known that a file is filled in at.
const GIVE: &str = "; `--parameters` may say what is put in";

fn not_all(state: &str) -> String {
    format!("could not judge all of state `{state}`")
}

/// The branches or iterations of a state that are not known.
fn unknown_inner(state: Node<'_>) -> Option<Node<'_>> {
    let kind = state.get("Type");
    let members: &[&'static str] = match kind.as_text().filter(|_| !is_open(kind)) {
        Some("Parallel") => &["Branches"],
        Some("Map") => &["ItemProcessor", "Iterator"],
        Some(_) => &[],
        None => &["Branches", "ItemProcessor", "Iterator"],
    };
    // A state that is not known as a whole has a resource that is not known, which is told once.
    if state.reason().is_some() {
        return None;
    }
    let is_told = inner(state).next().is_some();
    let mut members = members.iter().map(|name| state.get(name));
    members.find(|node| is_open(*node) && !(is_told && node.missing_key().is_some()))
}

fn unclear(node: Node<'_>, state: &str) -> Problem {
    let why = format!("nothing says that it asks EMR or Lake Formation for nothing{GIVE}");
    Problem::at(node, not_all(state), why)
}

/// Adds why a state's task cannot be judged, if it is so.
fn not_read(state: Node<'_>, (name, given): (&str, Node<'_>), asked: Asked<'_>, found: &mut Found) {
    let resource = state.get("Resource");
    let kind = state.get("Type");
    // Only a task calls anything.
    let is_task = is_open(kind) || kind.as_text().is_none_or(|kind| kind == "Task");
    match asked {
        Asked::Unread(operation) => {
            let why = format!("what `{operation}` asks for is not read by this version");
            found
                .problems
                .push(Problem::at(resource, not_all(name), why));
        }
        Asked::Open(_) => {
            let why =
                format!("which operation of EMR or Lake Formation it calls is not known{GIVE}");
            found
                .problems
                .push(Problem::at(resource, not_all(name), why));
        }
        Asked::Hidden | Asked::Unclear if names_cluster(given) => {
            let why = "its `Resource`, which says what is done to the cluster, is not known";
            found.hidden.push(Problem::at(resource, not_all(name), why));
        }
        Asked::Unclear if is_task && is_bare(state, given) => found.notes.push(format!(
            "what state `{name}` calls is put in later, and is taken for nothing of EMR or Lake Formation{GIVE}"
        )),
        Asked::Unclear if is_task => found.unknown.push(unclear(resource, name)),
        Asked::Handed => {
            let why = "what looks like a request for a cluster is given to a function, and what that makes of it is not known";
            found.problems.push(Problem::at(given, not_all(name), why));
        }
        Asked::Read(_) | Asked::Hidden | Asked::Unclear | Asked::Other => {}
    }
}

/// Whether a state says nothing of its task but that something is put in later, as templates do that name a function.
fn is_bare(state: Node<'_>, given: Node<'_>) -> bool {
    let resource = state.get("Resource");
    let is_written = |node: Node<'_>| node.missing_key().is_none();
    let known = resource.pieces().into_iter().flatten().collect::<String>();
    is_written(resource)
        && !is_written(given)
        && state.open().is_none()
        && (known.is_empty() || known.find('}') == Some(known.len() - 1))
}

/// Whether the states that follow upon a state end a cluster, whatever happens.
fn ends_cluster(machine: Node<'_>, state: Node<'_>) -> bool {
    let states = machine.get("States");
    let mut state = state;
    for _ in 0..MAX_STATES {
        let Some(next) = state.get("Next").as_text() else {
            return false;
        };
        state = states.get(next);
        if asked(state.get("Resource"), state) == Asked::Read(Action::Terminate) {
            return true;
        }
    }
    false
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
        last: false,
    }
}

/// Where the id of the cluster comes from: a path, or [`LITERAL`].
fn cluster_of(tree: &Tree, state: NodeId) -> String {
    let given = tree.node(state).get("Parameters");
    for key in ["ClusterId.$", "JobFlowId.$", "JobFlowIds.$"] {
        if let Some(path) = given.get(key).as_text() {
            let inside = path.strip_prefix("States.Array(");
            let inside = inside.and_then(|rest| rest.strip_suffix(')'));
            return inside.unwrap_or(path).trim().to_owned();
        }
    }
    let of_list = given
        .get("JobFlowIds")
        .items()
        .chain(tree.node(state).get("Arguments").get("JobFlowIds").items());
    let arguments = tree.node(state).get("Arguments");
    let single = [given, arguments]
        .into_iter()
        .flat_map(|node| ["ClusterId", "JobFlowId"].map(|key| node.get(key)));
    let is_literal = |node: Node<'_>| node.as_text().is_some_and(|id| id.starts_with("j-"));
    if single.chain(of_list).any(is_literal) {
        LITERAL.to_owned()
    } else {
        String::new()
    }
}
