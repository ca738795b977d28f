//! The Serverless Framework's `serverless.yml`: its `resources` are a CloudFormation template, or a list of them, which the
//! framework merges at every depth, and `extensions` of what they declare; the `stepFunctions` of its plug-in for them are
//! state machines.
//!
//! A `${self:…}` that stands for one of these as a whole is followed within the file.
//!
//! Sources: Serverless Framework, *AWS - Resources* and *Variables - Self References*; the manual of
//! `serverless-step-functions`.

mod machines;
mod merge;
mod own;

use super::Problem;
use super::edit;
use super::recognise::named_after_ours;
use crate::observed::tree::{Kind, NodeId, Tree};
use crate::observed::{Node, Reason, Value};
use machines::Machine;
use own::followed;
use std::collections::BTreeMap;

/// The members of a service that are read.
pub(super) const READ: &[&str] = &["resources", "service", "stepFunctions"];

/// Whether a document is a service's configuration.
pub(super) fn is_service(root: Node<'_>) -> bool {
    !root.get("service").is_absent() && matches!(root.get("provider").value(), Value::Map)
}

/// Whether a value of a service, or what it stands in, is referred to by a `${self:…}` of the service: then it is read where
/// it is put in.
pub(super) fn is_referred_to(node: Node<'_>) -> bool {
    let pointer = node.pointer();
    let path = pointer.trim_start_matches('/').replace('/', ".");
    let text = node.tree().source().text();
    let ends = path.match_indices('.').map(|(at, _)| at);
    // The first member alone holds too much to say what of it is meant.
    let mut prefixes = ends.skip(1).chain([path.len()]);
    prefixes.any(|end| {
        let Some(prefix) = path.get(..end) else {
            return false;
        };
        let reference = format!("self:{prefix}");
        let mut found = text.match_indices(&reference);
        found.any(|(at, _)| {
            let rest = text.get(at + reference.len()..).unwrap_or_default();
            !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || "_-".contains(next))
        })
    })
}

/// The sections that declare and change resources.
const SECTIONS: [&str; 2] = ["Resources", "extensions"];

/// What a service says of its resources.
#[derive(Default)]
struct Service<'t> {
    /// The templates, in the order written.
    templates: Vec<Node<'t>>,
    /// What stands for templates, sections or resources and cannot be read, with what it is called.
    hidden: Vec<(String, Node<'t>)>,
    /// Resources whose text stands elsewhere: their key, and the text in their place.
    elsewhere: Vec<(&'t str, Node<'t>)>,
    /// The state machines.
    machines: Vec<Machine<'t>>,
}

impl<'t> Service<'t> {
    /// The resources of a service's configuration; `None` of any other document.
    fn of(root: Node<'t>) -> Option<Self> {
        if !is_service(root) {
            return None;
        }
        let mut service = Self::default();
        let resources = followed(root, root.get("resources"));
        match resources.value() {
            Value::Absent | Value::Null => {}
            Value::Map => service.add(root, resources),
            Value::List => {
                for item in resources.items().map(|item| followed(root, item)) {
                    match item.value() {
                        Value::Map => service.add(root, item),
                        Value::Absent | Value::Null => {}
                        Value::Unreadable(_)
                        | Value::Bool(_)
                        | Value::Number(_)
                        | Value::String(_)
                        | Value::Template
                        | Value::List => service
                            .hidden
                            .push(("an item of the service's `resources`".to_owned(), item)),
                    }
                }
            }
            Value::Unreadable(_)
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Template => service
                .hidden
                .push(("the service's `resources`".to_owned(), resources)),
        }
        service.machines = machines::of(root, &mut service.hidden);
        Some(service)
    }

    fn add(&mut self, root: Node<'t>, template: Node<'t>) {
        self.templates.push(template);
        for section in SECTIONS {
            let found = followed(root, template.get(section));
            let is_map = matches!(found.value(), Value::Map);
            if !is_map && !matches!(found.value(), Value::Absent | Value::Null) {
                let what = format!("`{section}` of the service's `resources`");
                self.hidden.push((what, found));
            }
        }
        for (name, resource) in followed(root, template.get("Resources")).members() {
            let resource = followed(root, resource);
            if !matches!(resource.value(), Value::Map | Value::Null) {
                self.elsewhere.push((name, resource));
            }
        }
    }
}

/// Whether a document is a service's configuration with something of ours in it: a resource that `is_ours`, a state machine
/// with a task of interest, or what stands elsewhere and is called after something of ours.
pub(super) fn recognises(root: Node<'_>, is_ours: impl Fn(&str, Node<'_>) -> bool) -> bool {
    let Some(service) = Service::of(root) else {
        return false;
    };
    let named = |node: &Node<'_>| {
        let (start, end) = node.bytes();
        let written = node.tree().source().text().get(start..end);
        written.is_some_and(named_after_ours)
    };
    let holds_ours = |template: &Node<'_>| {
        let resources = followed(root, template.get("Resources"));
        { resources }
            .members()
            .any(|(name, resource)| is_ours(name, followed(root, resource)))
    };
    service.templates.iter().any(holds_ours)
        || service.machines.iter().any(Machine::is_ours)
        || { service.hidden }
            .iter()
            .any(|(what, node)| named(node) || machines::is_named_after_ours(what))
        || service
            .elsewhere
            .iter()
            .any(|(key, node)| named_after_ours(key) || named(node))
}

/// The document whose root is the template of a service, any other as it is; and what of the template is not known.
pub(super) fn template(mut tree: Tree) -> (Tree, Vec<Problem>) {
    if Service::of(tree.root()).is_some() {
        own::resolve(&mut tree);
    }
    let Some(service) = Service::of(tree.root()) else {
        return (tree, Vec::new());
    };
    let unread = service.hidden.iter().map(|(what, node)| {
        let why = "it may hold any resource, and change those that are read: judge the template that `serverless package` writes";
        Problem::at(*node, format!("could not read {what}"), why)
    });
    let problems: Vec<Problem> = unread.collect();
    let found: Vec<NodeId> = service.templates.iter().map(|one| one.id()).collect();
    let elsewhere: Vec<NodeId> = service.elsewhere.iter().map(|(_, one)| one.id()).collect();
    let machines = service.machines.iter();
    let machines: Vec<(String, NodeId)> = machines
        .map(|one| (one.name.to_owned(), one.definition.id()))
        .collect();
    for id in elsewhere {
        if tree.node(id).reason().is_none() {
            let place = "what the Serverless Framework puts there".to_owned();
            tree.mask(id, Reason::Elsewhere { place });
        }
    }
    // What is hidden is a problem, and takes nothing away from what is not.
    let found: Vec<NodeId> = found
        .into_iter()
        .map(|one| without_hidden(&mut tree, one))
        .collect();
    let whole = match found.as_slice() {
        [] => {
            let root = tree.root_id();
            edit::empty_map(&mut tree, root)
        }
        found => merge::merged(&mut tree, found),
    };
    let whole = extended(&mut tree, whole);
    let whole = machines::declared(&mut tree, whole, machines);
    tree.set_root(whole);
    (tree, problems)
}

/// A template without sections that are no objects.
fn without_hidden(tree: &mut Tree, template: NodeId) -> NodeId {
    let Some((mut members, open)) = edit::members(tree, template) else {
        return template;
    };
    let before = members.len();
    members.retain(|(key, _, value)| {
        !SECTIONS.contains(&tree.text(*key)) || matches!(tree.slot(*value).kind, Kind::Map(..))
    });
    if members.len() == before {
        return template;
    }
    let kind = tree.map_kind(&members, open);
    tree.push_at(kind, template)
}

/// A template with its `extensions` put into the resources that it declares. Those of other resources are of what the
/// framework makes of functions and events.
fn extended(tree: &mut Tree, template: NodeId) -> NodeId {
    let extensions = edit::member(tree, template, "extensions");
    let resources = edit::member(tree, template, "Resources");
    let Some((extensions, resources)) = extensions.zip(resources) else {
        return template;
    };
    let (Some((extensions, hidden)), Some((mut members, open))) = (
        edit::members(tree, extensions),
        edit::members(tree, resources),
    ) else {
        return template;
    };
    let extensions: BTreeMap<String, NodeId> = extensions
        .into_iter()
        .map(|(key, _, value)| (tree.text(key).to_owned(), value))
        .collect();
    for (key, _, resource) in &mut members {
        if let Some(extension) = extensions.get(tree.text(*key)) {
            *resource = extended_by(tree, *resource, *extension);
        } else if let Some(reason) = &hidden {
            *resource = tree.push_unreadable(reason.clone(), *resource);
        }
    }
    let kind = tree.map_kind(&members, open);
    let resources = tree.push_at(kind, resources);
    edit::with(tree, template, "Resources", resources)
}

/// Attributes that an extension overwrites; of those, what a verdict may rest on.
const OVERWRITTEN: &[&str] = &["Condition", "DeletionPolicy", "UpdateReplacePolicy"];

/// A resource with an extension put into it: each of the properties that it gives takes the place of the resource's own.
fn extended_by(tree: &mut Tree, resource: NodeId, extension: NodeId) -> NodeId {
    let Some((_, open)) = edit::members(tree, extension) else {
        let reason = tree.node(extension).reason().cloned();
        let reason = reason.unwrap_or_else(|| Reason::Malformed {
            what: "its extension is no object".to_owned(),
        });
        return tree.push_unreadable(reason, resource);
    };
    if let Some(reason) = open {
        return tree.push_unreadable(reason, resource);
    }
    let mut resource = resource;
    for attribute in OVERWRITTEN {
        if let Some(value) = edit::member(tree, extension, attribute) {
            resource = edit::with(tree, resource, attribute, value);
        }
    }
    let Some(given) = edit::member(tree, extension, "Properties") else {
        return resource;
    };
    let properties = match edit::member(tree, resource, "Properties") {
        Some(own) => merge::assigned(tree, own, given),
        None => given,
    };
    edit::with(tree, resource, "Properties", properties)
}

#[cfg(test)]
mod tests;
