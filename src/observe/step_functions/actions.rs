//! What the task of a state asks for, by the resource that it names; and where that is hidden, by what it sends.

use super::operations::{Action, action, is_harmless, services, unread};
use crate::observe::inside::is_cluster;
use crate::observe::recognise::{is_described_configuration, is_run_job_flow};
use crate::observe::{lake_formation, public_access};
use crate::observed::{Node, Value};

/// What a state's task asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked<'t> {
    /// Something that is read.
    Read(Action),
    /// An operation of EMR's or Lake Formation's that is not read, by its name.
    Unread(&'t str),
    /// An operation of EMR's or Lake Formation's, and which one is put in when the machine is deployed. What is sent may
    /// tell what is asked for.
    Open(Option<Action>),
    /// Something that is put in when the machine is deployed, and what is sent does not tell what.
    Hidden,
    /// Such a thing, and nothing says that it is none of ours.
    Unclear,
    /// A function that is sent what looks like a request for a cluster.
    Handed,
    /// Something of others, or nothing.
    Other,
}

/// What a task's resource asks for, whichever partition it is of. `sent` is what goes with it.
pub(super) fn asked<'t>(resource: Node<'t>, sent: Node<'_>) -> Asked<'t> {
    let Some(name) = name(resource) else {
        if resource.is_absent() {
            return Asked::Other;
        }
        let told = told_by_members(sent);
        return match (openness(resource), told) {
            (Openness::Operation, told) => Asked::Open(told),
            (_, Some(action)) => Asked::Read(action),
            (Openness::Others, None) => Asked::Other,
            (Openness::All, None) if is_of_others(sent) => Asked::Hidden,
            (Openness::All | Openness::Service, None) => Asked::Unclear,
        };
    };
    match action(name) {
        Some(action) => Asked::Read(action),
        None if unread(name).is_some() => Asked::Unread(name),
        None if is_function(name) && (is_cluster(sent) || is_cluster(sent.get("Payload"))) => {
            Asked::Handed
        }
        None => Asked::Other,
    }
}

/// Whether a task calls a function.
fn is_function(name: &str) -> bool {
    name.contains(":lambda:") || name.starts_with("lambda:")
}

/// The name of an operation of ours or of others; `None` when it is not known. The end of a resource is all that counts;
/// before it stands the partition, which a template may put in.
fn name(resource: Node<'_>) -> Option<&str> {
    let last = resource.pieces().last().copied().flatten()?;
    let name = last.rsplit_once(":::").map_or(last, |(_, name)| name);
    let whole = resource.as_text().is_some() || name.len() < last.len();
    if !whole || is_filled_in(name) {
        return None;
    }
    let name = name.strip_suffix(".sync").unwrap_or(name);
    Some(name.strip_suffix(".waitForTaskToken").unwrap_or(name))
}

/// What begins a place that something else fills in.
const FILLED_IN: [&str; 3] = ["${", "{{", "{%"];

/// Whether a text has a place that something else fills in.
fn is_filled_in(text: &str) -> bool {
    FILLED_IN.iter().any(|start| text.contains(start))
}

/// Whether a value, or a part of it, is not known before the machine is deployed.
pub(super) fn is_open(node: Node<'_>) -> bool {
    node.reason().is_some() || node.as_text().is_some_and(is_filled_in)
}

/// What of a task's resource is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Openness {
    /// The operation, of a service of ours.
    Operation,
    /// The service, of those whose operations a task calls by name.
    Service,
    /// All that would say whose it is.
    All,
    /// Nothing that matters: it is a service of others, or a resource of the same input.
    Others,
}

/// Whether what a template gives of a resource is a name of the resource's own, rather than a text that it keeps for others:
/// the value of a parameter in Systems Manager, an output of a stack.
fn is_own_name((_, attribute): (&str, Option<&str>)) -> bool {
    attribute.is_none_or(|attribute| attribute != "Value" && !attribute.starts_with("Outputs."))
}

/// What of a resource that is not known as a whole may be ours.
fn openness(resource: Node<'_>) -> Openness {
    if resource.reference().is_some_and(is_own_name) {
        return Openness::Others;
    }
    let pieces = resource.pieces().into_iter();
    let text: String = pieces.map(|piece| piece.unwrap_or(FILLED_IN[0])).collect();
    let Some((_, tail)) = text.rsplit_once(":::") else {
        let others = [":lambda:", ":function:", ":activity:"];
        let is_of_others = others.iter().any(|name| text.contains(name));
        return if is_of_others {
            Openness::Others
        } else {
            Openness::All
        };
    };
    let starts = FILLED_IN.iter().filter_map(|start| tail.find(start));
    let known = starts.min().and_then(|end| tail.get(..end)).unwrap_or(tail);
    let begins = known.to_ascii_lowercase();
    let of_ours = services().find(|one| begins.starts_with(one));
    if let Some(service) = of_ours {
        let operation = known.get(service.len()..).unwrap_or_default();
        return if is_harmless(operation) {
            Openness::Others
        } else {
            Openness::Operation
        };
    }
    let operation = tail.rsplit(':').next().unwrap_or_default();
    if is_harmless(operation) || !services().any(|one| one.starts_with(&begins)) {
        Openness::Others
    } else if known.is_empty() {
        Openness::All
    } else {
        Openness::Service
    }
}

/// Members of requests of ours by which alone no request is told.
const MEMBERS: &[&str] = &[
    "BlockPublicAccessConfiguration",
    "DataLakeSettings",
    "Entries",
    "LFTags",
    "Principal",
    "SecurityConfiguration",
    "TableData",
    "TagKey",
];

/// Whether all the members that are sent are known, and are none of ours.
fn is_of_others(sent: Node<'_>) -> bool {
    let ours =
        |(key, _): (&str, Node<'_>)| MEMBERS.contains(&key.strip_suffix(".$").unwrap_or(key));
    matches!(sent.value(), Value::Map) && sent.open().is_none() && !sent.members().any(ours)
}

/// What is asked for with these members, when nothing else tells.
fn told_by_members(sent: Node<'_>) -> Option<Action> {
    let has = |key: &str| {
        let named = |(name, _): (&str, Node<'_>)| name.strip_suffix(".$").unwrap_or(name) == key;
        sent.members().any(named)
    };
    if has("ReleaseLabel") && has("Type") && !has("Instances") {
        return Some(Action::CreateApplication);
    }
    if is_run_job_flow(sent) || has("ReleaseLabel") || has("JobFlowRole") {
        return Some(Action::Create);
    }
    if is_described_configuration(sent) {
        return Some(Action::CreateConfiguration);
    }
    if public_access::recognises(sent) {
        return Some(Action::PublicAccess);
    }
    lake_formation::recognises(sent).then_some(Action::LakeFormationByMembers)
}

/// Whether members say which cluster a hidden task changes.
pub(super) fn names_cluster(sent: Node<'_>) -> bool {
    let mut keys = sent.members().map(|(key, _)| key);
    keys.any(|key| key.starts_with("JobFlowId") || key == "ClusterId" || key == "ClusterId.$")
}
