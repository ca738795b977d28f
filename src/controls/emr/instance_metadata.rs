//! Nodes accept IMDSv2 only, with a short hop limit.

use crate::artifact::Leaf;
use crate::control::settings::{AtLeast, AtMost, settings};
use crate::control::{
    Conditions, Control, Draft, Meta, NumberBound, Severity, Span, View, Weakening,
};
use crate::observed::cluster::Attribute;
use crate::observed::{Known, Node, Reason, ResourceKind};

#[derive(Debug)]
pub(crate) enum InstanceMetadata {}

settings! {
    pub(crate) struct Setting {
        /// The lowest version of the metadata service that nodes may accept.
        min_version: AtLeast<1, 2>,
        /// The most hops that an answer of the metadata service may travel.
        max_hop_limit: AtMost<1, 64>,
    }
}

const SECTION: &str = "InstanceMetadataServiceConfiguration";
/// EMR Management Guide, *Create a security configuration*: earlier releases fail to start without IMDSv1.
const FLOORS: &[&str] = &["emr-5.23.1", "emr-5.27.1", "emr-5.32.0", "emr-6.2.0"];

impl Control for InstanceMetadata {
    const META: &'static Meta = &Meta {
        id: "emr.instance-metadata",
        title: "nodes accept IMDSv2 only, with a short hop limit",
        severity: Severity::High,
        kinds: &[
            ResourceKind::EmrSecurityConfiguration,
            ResourceKind::EmrCluster,
        ],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["AWS-FSBP EC2.8", "own NIST-800-53 AC-3"],
        docs: include_str!("instance_metadata.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if seen.is_cluster() && seen.is_live() && !is_terminated(seen) {
            judge_nodes(want, seen, out);
            return;
        }
        let Some(document) = seen.document(out) else {
            return;
        };
        out.must_reach_release(seen, FLOORS, "choice of the metadata service", None);
        let section = document.get(SECTION);
        let version = NumberBound {
            min: want.min_version,
            max: Some(2),
            default: None,
        };
        out.must_be_within(
            section.get("MinimumInstanceMetadataServiceVersion"),
            "MinimumInstanceMetadataServiceVersion",
            version,
            "min-version",
        );
        let hops = NumberBound {
            min: Some(1),
            max: want.max_hop_limit.or(Some(64)),
            default: None,
        };
        out.must_be_within(
            section.get("HttpPutResponseHopLimit"),
            "HttpPutResponseHopLimit",
            hops,
            "max-hop-limit",
        );
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        // AWS requires both keys once the section stands.
        let (Some(version), Some(hops)) = (want.min_version, want.max_hop_limit) else {
            draft.refuse(
                None,
                "`emr.instance-metadata` needs `min-version` and `max-hop-limit` to compile",
                "set both in `[emr.instance-metadata]`: AWS requires both keys",
            );
            return;
        };
        draft.document(
            Leaf::MinimumInstanceMetadataServiceVersion,
            version,
            Some("min-version"),
        );
        draft.document(Leaf::HttpPutResponseHopLimit, hops, Some("max-hop-limit"));
    }

    const WEAKENINGS: &'static [Weakening] = &[
        Weakening::set(
            "/InstanceMetadataServiceConfiguration/MinimumInstanceMetadataServiceVersion",
            "1",
        ),
        Weakening::set(
            "/InstanceMetadataServiceConfiguration/HttpPutResponseHopLimit",
            "64",
        ),
        Weakening::remove("/InstanceMetadataServiceConfiguration/HttpPutResponseHopLimit")
            .also(&["emr.document-schema"]),
        Weakening::remove("/InstanceMetadataServiceConfiguration"),
    ];
}

fn is_terminated(seen: &View<'_, '_>) -> bool {
    let state = seen
        .resource
        .cluster()
        .attribute(Attribute::State)
        .as_text();
    state.is_some_and(|state| state.starts_with("TERMINAT"))
}

/// The nodes themselves decide: metadata options change outside the document.
fn judge_nodes(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
    let answer = seen.resource.body.get("ec2:DescribeInstances");
    if let Some(reason) = answer.reason().or_else(|| answer.open()) {
        out.unknown(answer, reason, "the nodes' metadata options are unknown");
        return;
    }
    let nodes: Vec<Node<'_>> = answer
        .get("Reservations")
        .items()
        .flat_map(|reservation| reservation.get("Instances").items())
        .chain(answer.get("Instances").items())
        .collect();
    if nodes.is_empty() {
        out.undecided(
            answer,
            "no node of the cluster was found",
            "observe again when the nodes run and bear their tags",
        );
    }
    for node in nodes {
        judge_node(want, node, out);
    }
}

fn judge_node(want: &Setting, node: Node<'_>, out: &mut Conditions) {
    let options = node.get("MetadataOptions");
    let id = node.get("InstanceId").as_text().unwrap_or("a node");
    if options.get("HttpEndpoint").as_text() == Some("disabled") {
        out.held();
        return;
    }
    let tokens = options.get("HttpTokens");
    match tokens.text() {
        _ if want.min_version.is_none_or(|version| version < 2) => out.held(),
        Known::Set("required") => out.held(),
        Known::Unreadable(reason) => unknown(tokens, reason, id, "min-version", out),
        Known::Set(_) | Known::Absent | Known::Mistyped => {
            out.failed(tokens, format!("`{id}` accepts IMDSv1"))
                .under("min-version")
                .expected("`required`")
                .observed(tokens.display());
        }
    }
    let hops = options.get("HttpPutResponseHopLimit");
    let bound = NumberBound {
        min: None,
        max: want.max_hop_limit,
        default: None,
    };
    if want.max_hop_limit.is_some() {
        out.must_be_within(hops, "HttpPutResponseHopLimit", bound, "max-hop-limit");
    }
}

fn unknown(node: Node<'_>, reason: &Reason, id: &str, setting: &'static str, out: &mut Conditions) {
    out.unknown(
        node,
        reason,
        format!("the metadata options of `{id}` are unknown"),
    )
    .under(setting);
}
