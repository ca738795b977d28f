//! The tasks of a state machine, at every depth.

use super::actions::{Asked, asked, is_open, names_cluster};
use super::operations::Action;
use super::states::{Met, Sending, State, inner, met};
use super::{Found, Task, values};
use crate::observe::Problem;
use crate::observed::tree::{NodeId, Tree};
use crate::observed::{Node, Reason};

/// The cluster's id is written out: it is none that this machine creates.
pub(super) const LITERAL: &str = "\u{0}literal";

/// How many states are looked at for the end of a cluster.
const MAX_STATES: usize = 64;

/// Whether a machine has a task of ours of which only what it is sent tells.
pub(super) fn is_told_by_members(machine: Node<'_>) -> bool {
    let met = met(machine).into_iter();
    let mut asked = met.filter_map(|met| match met {
        Met::Machine(_) => None,
        Met::State(state) => Some(state.asked()),
    });
    asked.any(|asked| match asked {
        Asked::Read(action) => action != Action::Terminate,
        Asked::Handed | Asked::Open(_) => true,
        Asked::Unread(_) | Asked::Hidden | Asked::Unclear | Asked::Other => false,
    })
}

/// Finds the tasks of a machine, those of its branches and iterations included, and what in it cannot be judged.
pub(super) fn collect(tree: &mut Tree, machine: NodeId, found: &mut Found) {
    let mut read = Vec::new();
    for met in met(tree.node(machine)) {
        match met {
            Met::Machine(machine) => found.unknown.extend(unknown_states(machine)),
            Met::State(state) => {
                look(state, found);
                let action = match state.asked() {
                    Asked::Read(action) => Some((action, ends_cluster(state))),
                    Asked::Open(Some(action)) => Some((action, false)),
                    Asked::Open(None)
                    | Asked::Unread(_)
                    | Asked::Hidden
                    | Asked::Unclear
                    | Asked::Handed
                    | Asked::Other => None,
                };
                let (name, place) = (state.name.to_owned(), (state.node.id(), state.sending));
                read.extend(action.map(|(action, last)| (name, place, action, last)));
            }
        }
    }
    for (name, place, action, last) in read {
        let task = task(tree, name, place, action);
        found.tasks.push(Task { last, ..task });
    }
}

/// What hides states of a machine from view.
fn unknown_states(machine: Node<'_>) -> Option<Problem> {
    let states = machine.get("States");
    let hidden = is_open(states) || states.open().is_some();
    hidden.then(|| {
        let why = format!("it may have further states that are not known{GIVE}");
        Problem::at(states, "could not judge all of a state machine", why)
    })
}

/// Adds what in a state cannot be judged.
fn look(state: State<'_>, found: &mut Found) {
    if let Some(unknown) = unknown_inner(state.node) {
        found.unknown.push(unclear(unknown, state.name));
    }
    let [own, other] = state.sending;
    let asked = state.asked();
    if matches!(asked, Asked::Read(_))
        && state.node.get(own).is_set()
        && state.node.get(other).is_set()
    {
        let why = format!(
            "`{own}` is what its task is sent, and Step Functions rejects `{other}` beside it"
        );
        let problem = Problem::at(state.node.get(other), not_all(state.name), why);
        found.problems.push(problem);
    }
    not_read(state, asked, found);
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
fn not_read(state: State<'_>, asked: Asked<'_>, found: &mut Found) {
    let State { name, node, .. } = state;
    let given = state.sent();
    let resource = node.get("Resource");
    let kind = node.get("Type");
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
        Asked::Unclear if is_task && is_bare(node, given) => found.notes.push(format!(
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
fn ends_cluster(state: State<'_>) -> bool {
    let states = state.machine.get("States");
    let mut state = state.node;
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

fn task(tree: &mut Tree, state: String, (id, members): (NodeId, Sending), action: Action) -> Task {
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
