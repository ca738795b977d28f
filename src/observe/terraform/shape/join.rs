//! Resources that are parts of others: what CloudFormation writes as one resource and Terraform as several.
//!
//! A part finds what it belongs to by reference, or by the id, name or ARN that both know. It is read as if it
//! stood there, so that an instance group cannot be hidden by declaring it apart. Its place stays its own.

use super::convert::Converter;
use super::row::{Row, follow};
use super::{Instance, emr, keys};
use crate::observe::{Problem, Seen};
use crate::observed::tree::{Kind, NodeId, Span, TextRef, Tree};
use std::collections::{BTreeMap, BTreeSet};

/// How a part stands in its whole.
#[derive(Debug)]
enum Place {
    /// As an item of the list at a path, an object of these members.
    Item(&'static [&'static str], &'static [Row]),
    /// As an item of the list at a path, which is the value of an argument.
    Value(&'static [&'static str], &'static str),
    /// As members of the whole.
    Members(&'static [Row]),
}

/// A type whose resources are parts.
struct Part {
    name: &'static str,
    /// The type of the whole.
    of: &'static str,
    /// The argument that names the whole.
    key: &'static str,
    place: Place,
    /// Whether a part without its whole is worth a problem: it is of EMR's.
    ours: bool,
}

const fn part(
    name: &'static str,
    of: &'static str,
    key: &'static str,
    place: Place,
    ours: bool,
) -> Part {
    Part {
        name,
        of,
        key,
        place,
        ours,
    }
}

const PARTS: &[Part] = &[
    part(
        "aws_emr_instance_group",
        "aws_emr_cluster",
        "cluster_id",
        Place::Item(&["Instances", "TaskInstanceGroups"], emr::TASK_GROUP),
        true,
    ),
    part(
        "aws_emr_instance_fleet",
        "aws_emr_cluster",
        "cluster_id",
        Place::Item(&["Instances", "TaskInstanceFleets"], emr::FLEET),
        true,
    ),
    part(
        "aws_emr_managed_scaling_policy",
        "aws_emr_cluster",
        "cluster_id",
        Place::Members(emr::MANAGED_SCALING),
        true,
    ),
    part(
        "aws_kms_key_policy",
        "aws_kms_key",
        "key_id",
        Place::Members(keys::KEY_POLICY),
        false,
    ),
    part(
        "aws_iam_role_policy",
        "aws_iam_role",
        "role",
        Place::Item(&["Policies"], keys::ROLE_POLICY),
        false,
    ),
    part(
        "aws_iam_role_policy_attachment",
        "aws_iam_role",
        "role",
        Place::Value(&["ManagedPolicyArns"], "policy_arn"),
        false,
    ),
    part(
        "aws_s3_bucket_versioning",
        "aws_s3_bucket",
        "bucket",
        Place::Members(keys::BUCKET_VERSIONING),
        false,
    ),
    part(
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket",
        "bucket",
        Place::Members(keys::BUCKET_ENCRYPTION),
        false,
    ),
    part(
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket",
        "bucket",
        Place::Members(keys::BUCKET_PUBLIC_ACCESS),
        false,
    ),
    part(
        "aws_s3_bucket_ownership_controls",
        "aws_s3_bucket",
        "bucket",
        Place::Members(keys::BUCKET_OWNERSHIP),
        false,
    ),
];

fn part_of(name: &str) -> Option<&'static Part> {
    PARTS.iter().find(|part| part.name == name)
}

/// The rows of parts, by type.
#[cfg(test)]
pub(super) fn parts() -> Vec<(&'static str, &'static [Row])> {
    let rows = |part: &'static Part| match part.place {
        Place::Item(_, rows) | Place::Members(rows) => Some((part.name, rows)),
        Place::Value(..) => None,
    };
    PARTS.iter().filter_map(rows).collect()
}

/// Whether resources of this type are parts of others.
pub(super) fn is_part(name: &str) -> bool {
    part_of(name).is_some()
}

/// Whether a part of this type is worth judging without anything else.
pub(super) fn is_ours(name: &str) -> bool {
    part_of(name).is_some_and(|part| part.ours)
}

/// Arguments and attributes by which others name a resource.
const NAMES: &[&str] = &["id", "name", "bucket", "key_id", "arn"];

/// Where wholes are, by what parts call them.
#[derive(Debug, Default)]
pub(super) struct Joins {
    by_address: BTreeMap<String, usize>,
    /// The types of the wholes there are.
    kinds: BTreeSet<String>,
    /// By type and name; `None` where several bear a name.
    by_name: BTreeMap<(String, String), Option<usize>>,
    /// Items by the whole and the list that they belong into.
    items: BTreeMap<(usize, &'static [&'static str]), Vec<NodeId>>,
}

impl Joins {
    /// Remembers a resource that parts may belong to.
    pub(super) fn declare(&mut self, tree: &Tree, instance: &Instance, index: usize) {
        if !PARTS.iter().any(|part| part.of == instance.kind) {
            return;
        }
        self.kinds.insert(instance.kind.clone());
        self.by_address.insert(instance.address.clone(), index);
        for name in NAMES {
            let Some(text) = tree.node(instance.values).get(name).as_text() else {
                continue;
            };
            self.by_name
                .entry((instance.kind.clone(), text.to_owned()))
                .and_modify(|found| *found = found.filter(|known| *known == index))
                .or_insert(Some(index));
        }
    }

    /// Finds what a part belongs to, or says why that cannot be.
    pub(super) fn attach(
        &mut self,
        tree: &mut Tree,
        instance: &Instance,
        resources: &mut [Seen],
    ) -> Option<Problem> {
        let part = part_of(&instance.kind)?;
        let found = self.whole_of(tree, instance, part);
        let Some((index, whole)) = found.and_then(|index| Some((index, resources.get_mut(index)?)))
        else {
            // A part of something unknown may be one of what is judged here.
            let key = follow(tree.node(instance.values), part.key);
            let lost = key.is_ok_and(|key| {
                key.reason()
                    .is_some_and(|reason| reason.reference().is_none())
            });
            let known = self.kinds.contains(part.of);
            return (part.ours || lost && known).then(|| {
                Problem::at(
                    tree.node(instance.outer),
                    format!("could not judge `{}`", instance.address),
                    "what it is a part of is not in sight",
                )
            });
        };
        let (path, item) = match &part.place {
            Place::Item(path, rows) => {
                let item = Converter { tree }.object(instance.values, rows);
                (*path, Some(item))
            }
            Place::Value(path, from) => {
                (*path, Converter { tree }.read(instance.values, from, false))
            }
            Place::Members(rows) => {
                let made = Converter { tree }.object(instance.values, rows);
                for (key, _, value) in members_of(tree, made) {
                    let key = tree.text(key).to_owned();
                    whole.body = with_member(tree, whole.body, &key, value);
                }
                return None;
            }
        };
        self.items.entry((index, path)).or_default().extend(item);
        None
    }

    /// Puts the items where they belong: each list is made once, however long it is.
    pub(super) fn finish(self, tree: &mut Tree, resources: &mut [Seen]) {
        for ((index, path), items) in self.items {
            if let Some(whole) = resources.get_mut(index) {
                whole.body = with_items(tree, whole.body, path, items);
            }
        }
    }

    fn whole_of(&self, tree: &Tree, instance: &Instance, part: &Part) -> Option<usize> {
        let named = follow(tree.node(instance.values), part.key).ok()?;
        if let Some((address, _)) = named.reference() {
            return self.by_address.get(address).copied();
        }
        let name = named.as_text()?;
        let known = (part.of.to_owned(), name.to_owned());
        self.by_name.get(&known).copied().flatten()
    }
}

fn members_of(tree: &Tree, map: NodeId) -> Vec<(TextRef, Span, NodeId)> {
    let Kind::Map(entries, _) = tree.slot(map).kind else {
        return Vec::new();
    };
    let members = tree.members(entries).iter();
    members
        .filter_map(|entry| Some((entry.key?, entry.key_span, entry.value)))
        .collect()
}

/// A map with items added to the list at a path. What is not known stays so.
fn with_items(tree: &mut Tree, map: NodeId, path: &[&str], new: Vec<NodeId>) -> NodeId {
    let Some((key, rest)) = path.split_first() else {
        return map;
    };
    let members = members_of(tree, map);
    let own = members.iter().rev().find(|(name, ..)| tree.is(*name, key));
    let own = own.map(|(.., value)| *value);
    let at = own.unwrap_or(map);
    let value = if rest.is_empty() {
        let mut items = match own.map(|own| tree.slot(own).kind) {
            None | Some(Kind::Null) => Vec::new(),
            Some(Kind::List(_)) => tree
                .node(at)
                .items()
                .map(crate::observed::Node::id)
                .collect(),
            Some(_) => return map,
        };
        items.extend(new);
        let kind = tree.list_kind(&items);
        tree.push_at(kind, at)
    } else {
        let inner = own.unwrap_or_else(|| {
            let none = tree.map_kind(&[], None);
            tree.push_at(none, map)
        });
        with_items(tree, inner, rest, new)
    };
    with_member(tree, map, key, value)
}

fn with_member(tree: &mut Tree, map: NodeId, key: &str, value: NodeId) -> NodeId {
    let Kind::Map(_, open) = tree.slot(map).kind else {
        return map;
    };
    let open = open.map(|reason| tree.reason(reason).clone());
    let mut members = members_of(tree, map);
    members.retain(|(name, ..)| !tree.is(*name, key));
    let span = tree.slot(value).span;
    members.push((tree.decoded_text(key), span, value));
    let kind = tree.map_kind(&members, open);
    tree.push_at(kind, map)
}
