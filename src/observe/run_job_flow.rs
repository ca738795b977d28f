//! Clusters as requests (`RunJobFlow` members, as JSON or as boto3 keyword arguments) and as
//! `describe-cluster` output.

use super::own::{Below, Own};
use super::recognise::is_described;
use super::{Dialect, Reading, Seen, spelling, stem, tags};
use crate::observed::tree::{Kind, NodeId, Span, TextRef, Tree};
use crate::observed::{Form, Identity, Node, Reason, ResourceKind};

/// Reads a request, or a described cluster.
pub fn read(mut tree: Tree) -> Reading {
    let file = stem(&tree.source().name).to_owned();
    let root = tree.root_id();
    let seen = seen(&mut tree, root, &file);
    Reading::new(Dialect::RunJobFlow, tree, vec![seen])
}

/// A request, or a described cluster, wherever it stands; `otherwise` is what it is called when its name is not known.
pub(super) fn seen(tree: &mut Tree, at: NodeId, otherwise: &str) -> Seen {
    let root = tree.node(at);
    let described = [root.get("Cluster"), root]
        .into_iter()
        .find(|cluster| is_described(*cluster));
    if let Some(cluster) = described {
        let identity = described_identity(cluster, otherwise);
        let (body, outer) = (cluster.id(), root.id());
        let body = with_other_calls(tree, body);
        return Seen::new(identity, Form::Described, body).within(outer);
    }
    request(tree, at, otherwise)
}

/// Members of a described cluster that no request has. Source: EMR API 2009-03-31, `Cluster`, and what
/// `aws emr describe-cluster` adds.
const DESCRIBED: &[&str] = &[
    "AutoTerminate",
    "ClusterArn",
    "Ec2InstanceAttributes",
    "Id",
    "InstanceCollectionType",
    "InstanceFleets",
    "InstanceGroups",
    "MasterPublicDnsName",
    "NormalizedInstanceHours",
    "OutpostArn",
    "PlacementGroups",
    "RequestedAmiVersion",
    "RunningAmiVersion",
    "Status",
    "TerminationProtected",
    "UnhealthyNodeReplacement",
];

/// What is read of a request, or of a described cluster.
pub(super) fn own(root: Node<'_>) -> Vec<Own> {
    let described = [spelling::CLUSTER, DESCRIBED].concat();
    let cluster = root.get("Cluster");
    if is_described(cluster) {
        return vec![
            Own::these(root, ["Cluster"].as_slice(), Below::AllButParts),
            Own::these(cluster, described, Below::AllButParts),
        ];
    }
    let own = if is_described(root) {
        Own::these(root, described, Below::AllButParts)
    } else {
        Own::these(root, spelling::read(), Below::AllButParts)
    };
    vec![own]
}

/// A request for a cluster, wherever it stands; `otherwise` is what it is called when its name is not known.
pub(super) fn request(tree: &mut Tree, body: NodeId, otherwise: &str) -> Seen {
    let body = spelling::read_over(tree, body);
    let body = tree.node(body);
    let name = body.get("Name").as_text();
    let identity = Identity {
        name: name.map(str::to_owned),
        tags: tags::of(body.get("Tags")),
        ..Identity::new(ResourceKind::EmrCluster, name.unwrap_or(otherwise))
    };
    Seen::new(identity, Form::Request, body.id())
}

/// What a `Cluster` of the API is called.
pub(super) fn described_identity(cluster: Node<'_>, otherwise: &str) -> Identity {
    let text = |key: &'static str| cluster.get(key).as_text().map(str::to_owned);
    let arn = text("ClusterArn");
    let part = |index| {
        let part = arn.as_deref()?.split(':').nth(index)?;
        (!part.is_empty()).then(|| part.to_owned())
    };
    let id = text("Id").or_else(|| text("Name"));
    let id = id.unwrap_or_else(|| otherwise.to_owned());
    Identity {
        name: text("Name"),
        region: part(3),
        account: part(4),
        tags: tags::of(cluster.get("Tags")),
        arn: arn.clone(),
        ..Identity::new(ResourceKind::EmrCluster, id)
    }
}

/// The cluster with the members that other calls answer marked as not observed. `DescribeCluster` itself
/// never has them; `aws emr describe-cluster` adds them, the instances as groups or as fleets.
fn with_other_calls(tree: &mut Tree, cluster: NodeId) -> NodeId {
    const GROUPS: (&str, &str) = ("InstanceGroups", "elasticmapreduce:ListInstanceGroups");
    const FLEETS: (&str, &str) = ("InstanceFleets", "elasticmapreduce:ListInstanceFleets");
    const ACTIONS: (&str, &str) = ("BootstrapActions", "elasticmapreduce:ListBootstrapActions");
    let node = tree.node(cluster);
    let lacks = |member: (&'static str, &str)| node.get(member.0).is_absent();
    let mut missing = Vec::new();
    if lacks(GROUPS) && lacks(FLEETS) {
        match node.get("InstanceCollectionType").as_text() {
            Some("INSTANCE_GROUP") => missing.push(GROUPS),
            Some("INSTANCE_FLEET") => missing.push(FLEETS),
            _ => missing.extend([GROUPS, FLEETS]),
        }
    }
    if lacks(ACTIONS) {
        missing.push(ACTIONS);
    }
    let Kind::Map(entries, open) = tree.slot(cluster).kind else {
        return cluster;
    };
    if missing.is_empty() {
        return cluster;
    }
    let open = open.map(|reason| tree.reason(reason).clone());
    let known = tree.members(entries).iter();
    let mut members: Vec<(TextRef, Span, NodeId)> = known
        .filter_map(|entry| Some((entry.key?, entry.key_span, entry.value)))
        .collect();
    let span = tree.slot(cluster).span;
    for (key, action) in missing {
        let reason = Reason::NotObserved {
            action: action.to_owned(),
        };
        let value = tree.push_unreadable(reason, cluster);
        members.push((tree.decoded_text(key), span, value));
    }
    let kind = tree.map_kind(&members, open);
    tree.push_at(kind, cluster)
}
