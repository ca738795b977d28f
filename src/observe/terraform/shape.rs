//! Resources of the AWS provider in the shape of CloudFormation's properties.
//!
//! What is read is the shape that plans give values: attributes by name, nested blocks as lists of objects,
//! unknown values as unreadable slots. What a type's arguments are called in CloudFormation is a table, one row
//! an argument: `emr`, `lake`, `keys`. The conversion itself (`convert`) knows no argument.

mod beside;
mod convert;
mod emr;
mod glue;
mod join;
mod keys;
mod lake;
mod launched;
mod network;
mod row;
mod unread;

use crate::observe::{
    Given, Problem, Seen, SeenNeighbour, cloudformation, security_configuration, tags,
};
use crate::observed::tree::{Kind, NONE, NodeId, Tree};
use crate::observed::{Form, Identity, Reason, ResourceKind};
use convert::Converter;
use row::Row;

/// A resource instance of a Terraform configuration, plan or state.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Its type, such as `aws_emr_cluster`.
    pub kind: String,
    /// Its address, such as `module.etl.aws_emr_cluster.main["a"]`.
    pub address: String,
    /// The object of its attributes, in the shape of a plan's values. Unreadable and open objects are understood.
    pub values: NodeId,
    /// What stands around the values: the resource of a plan, the block of a file.
    pub outer: NodeId,
}

/// What came of instances.
#[derive(Debug, Default)]
pub struct Shaped {
    /// Resources, in the order of the instances.
    pub resources: Vec<Seen>,
    /// What stands beside them, in the same order.
    pub neighbours: Vec<SeenNeighbour>,
    /// What could not be judged.
    pub problems: Vec<Problem>,
    /// What is not seen, and nothing says that it is ours.
    pub notes: Vec<String>,
}

/// A type of the provider.
#[derive(Debug)]
struct Type {
    /// The provider's name of it.
    name: &'static str,
    kind: ResourceKind,
    /// The CloudFormation type of the same thing; empty where there is none.
    declared_as: &'static str,
    /// The argument that names it.
    named_by: Option<&'static str>,
    /// Whether a configuration with nothing else is worth judging.
    alone: bool,
    rows: &'static [Row],
    /// Sets of arguments of which the provider takes one at most: where one is written, an unknown other is not.
    exclusive: &'static [&'static [&'static str]],
}

const TYPES: &[&[Type]] = &[emr::TYPES, lake::TYPES, glue::TYPES, keys::TYPES];

fn type_of(name: &str) -> Option<&'static Type> {
    let mut types = TYPES.iter().copied().flatten();
    types.find(|known| known.name == name)
}

/// What the argument is called that becomes this property: its name in a block of a resource of this type, dotted
/// where it stands in nested blocks. `blocks` are the nested blocks that lead to the block. `None` where no argument
/// of that property is written just like it, or more than one.
pub fn argument(kind: &str, blocks: &[&str], property: &str) -> Option<&'static str> {
    let mut rows = type_of(kind)?.rows;
    for block in blocks {
        rows = rows
            .iter()
            .filter(|row| row.from == *block)
            .find_map(Row::nested)?;
    }
    let ends = |row: &&Row| {
        let rest = row.to.strip_suffix(property);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    let mut found = rows.iter().filter(|row| row.is_as_written() && ends(row));
    match (found.next(), found.next()) {
        (Some(row), None) => Some(row.from),
        _ => None,
    }
}

/// Whether a resource of this type is read, by itself or as a part of another.
pub fn is_read(name: &str) -> bool {
    type_of(name).is_some()
        || join::is_part(name)
        || beside::is_read(name)
        || launched::is_launcher(name)
        || unread::is_ours(name)
        || unread::may_be_ours(name)
}

/// Whether an argument of this name, or blocks, are judged of a resource of this type.
pub fn judges(kind: &str, argument: &str) -> bool {
    let rows = type_of(kind).map_or(&[][..], |known| known.rows);
    rows.iter()
        .any(|row| row.from.split('.').next() == Some(argument))
}

/// Whether a text names what a state machine or a schedule launches.
pub fn names_launch(text: &str) -> bool {
    launched::names_launch(text)
}

/// Whether a resource of this type is worth judging where a text of its configuration says so, by the test of texts.
pub fn may_be_ours(kind: &str, mention: impl Fn(fn(&str) -> bool) -> bool) -> bool {
    launched::is_launcher(kind) && mention(launched::names_launch)
        || unread::may_be_ours(kind) && mention(cloudformation::mentions_ours)
}

/// Whether a configuration with a resource of this type is worth judging.
pub fn is_ours(name: &str) -> bool {
    type_of(name).is_some_and(|known| known.alone) || join::is_ours(name) || unread::is_ours(name)
}

/// Reads instances as resources. Those of other types are left out.
pub fn shape(tree: &mut Tree, instances: &[Instance], given: &Given) -> Shaped {
    let mut shaped = Shaped::default();
    let mut joins = join::Joins::default();
    for instance in instances {
        if let Some(known) = type_of(&instance.kind) {
            let seen = read(tree, instance, known, given);
            joins.declare(tree, instance, shaped.resources.len());
            shaped.resources.push(seen);
        }
        shaped.neighbours.extend(beside::read(tree, instance));
        launched::read(tree, instance, given, &mut shaped);
        shaped.problems.extend(unread::problem(tree, instance));
    }
    for instance in instances {
        if let Some(problem) = joins.attach(tree, instance, &mut shaped.resources) {
            shaped.problems.push(problem);
        }
    }
    joins.finish(tree, &mut shaped.resources);
    shaped
}

fn read(tree: &mut Tree, instance: &Instance, known: &Type, given: &Given) -> Seen {
    let mut identity = identity_of(tree, instance, known, given);
    let values = without_excluded(tree, instance.values, known);
    let body = Converter { tree }.object(values, known.rows);
    identity.tags = tags::of(tree.node(body).get("Tags"));
    let body = if known.kind == ResourceKind::EmrSecurityConfiguration {
        document(tree, body)
    } else {
        body
    };
    let seen = Seen::new(identity, Form::Terraform, body).within(instance.outer);
    if known.declared_as.is_empty() {
        seen
    } else {
        seen.declared_as(known.declared_as)
    }
}

fn identity_of(tree: &Tree, instance: &Instance, known: &Type, given: &Given) -> Identity {
    let text = |path: &'static str| {
        let found = row::follow(tree.node(instance.values), path).ok()?;
        let text = found.as_text().filter(|text| !text.is_empty())?;
        Some(text.to_owned())
    };
    let arn = text("arn").filter(|arn| arn.starts_with("arn:"));
    let part = |index: usize| {
        let part = arn.as_deref()?.split(':').nth(index)?;
        (!part.is_empty()).then(|| part.to_owned())
    };
    Identity {
        name: known.named_by.and_then(text),
        account: part(4).or_else(|| given.account.clone()),
        // Since version 6 of the provider every resource may say its own region.
        region: text("region")
            .or_else(|| part(3))
            .or_else(|| given.region.clone()),
        arn,
        ..Identity::new(known.kind, &instance.address)
    }
}

/// The values without unknown arguments that the provider refuses beside those that are written.
fn without_excluded(tree: &mut Tree, values: NodeId, known: &Type) -> NodeId {
    let Kind::Map(entries, None) = tree.slot(values).kind else {
        return values;
    };
    let node = tree.node(values);
    let written = |name: &str| {
        tree.members(entries).iter().any(|entry| {
            entry.key.is_some_and(|key| tree.is(key, name))
                && row::is_written(tree.node(entry.value))
        })
    };
    let excluded: Vec<&'static str> = known
        .exclusive
        .iter()
        .flat_map(|set| {
            let one = set.iter().find(|name| written(name));
            set.iter()
                .copied()
                .filter(move |name| one.is_some_and(|one| one != name))
        })
        .filter(|name| node.get(name).reason().is_some())
        .collect();
    if excluded.is_empty() {
        return values;
    }
    let members: Vec<_> = tree
        .members(entries)
        .iter()
        .filter_map(|entry| Some((entry.key?, entry.key_span, entry.value)))
        .filter(|(key, ..)| !excluded.contains(&tree.text(*key)))
        .collect();
    let kind = tree.map_kind(&members, None);
    tree.push_at(kind, values)
}

/// The security configuration document: the decoded `configuration`.
fn document(tree: &mut Tree, body: NodeId) -> NodeId {
    let found = tree.node(body).get("SecurityConfiguration");
    if let Some(reason) = found.reason().cloned()
        && found.missing_key().is_some()
    {
        return tree.push_unreadable(reason, body);
    }
    if found.is_absent() {
        let what = "`configuration` is absent".to_owned();
        return tree.push_unreadable(Reason::Malformed { what }, body);
    }
    let id = found.id();
    debug_assert_ne!(id, NONE, "a member has a slot");
    security_configuration::document_in(tree, id)
}

#[cfg(test)]
mod tests;
