//! No node has a public address.

use crate::control::settings::{Allowance, Level, settings, vocabulary};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::{Node, Reason, ResourceKind};

#[derive(Debug)]
pub(crate) enum PublicAddress {}

vocabulary!(pub(crate) Nodes: "primary", "all");
settings! {
    pub(crate) struct Setting {
        /// Which nodes must have none.
        nodes: Level<Nodes> = "all",
        /// Whether nodes may have global IPv6 addresses.
        ipv6: Allowance = false,
    }
}

const INSTANCES: &str = "ec2:DescribeInstances";
const LISTED: &str = "elasticmapreduce:ListInstances";
/// The tag by which EMR marks what a node is for. Source: EMR Management Guide, *Tag clusters*.
const ROLE_TAG: &str = "aws:elasticmapreduce:instance-group-role";

impl Control for PublicAddress {
    const META: &'static Meta = &Meta {
        id: "network.public-address",
        title: "no node has a public address",
        severity: Severity::High,
        kinds: &[ResourceKind::EmrCluster],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &[
            "AWS-FSBP EMR.1",
            "PCI-DSS 4.0.1 1.4.4",
            "NIST-800-53 AC-3",
            "NIST-800-53 AC-4",
            "NIST-800-53 SC-7",
        ],
        docs: include_str!("public_address.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        // In a file there are no nodes yet: `network.private-subnet` judges where they will stand.
        if !seen.is_live() || seen.resource.cluster().terminated() {
            return;
        }
        let all = want.nodes != "primary";
        let answer = seen.resource.body.get(INSTANCES);
        if answer.is_set() && answer.reason().is_none() {
            let groups = answer.get("Reservations");
            let nodes = groups
                .items()
                .flat_map(|group| group.get("Instances").items());
            return judge_nodes(
                want,
                nodes.filter(|node| all || is_primary(*node)),
                answer,
                out,
            );
        }
        // EMR's own listing knows addresses, and neither roles nor IPv6.
        let listed = seen.resource.body.get(LISTED);
        if listed.is_set() && listed.reason().is_none() && all && want.ipv6 {
            return judge_nodes(want, listed.get("Instances").items(), listed, out);
        }
        let missing = Reason::NotObserved {
            action: INSTANCES.to_owned(),
        };
        let reason = match answer.reason() {
            Some(reason @ Reason::Call { .. }) => reason,
            Some(_) | None => &missing,
        };
        out.unknown(answer, reason, "the addresses of the nodes are unknown");
    }
}

fn is_primary(node: Node<'_>) -> bool {
    let tag = node
        .get("Tags")
        .items()
        .find(|tag| tag.get("Key").as_text() == Some(ROLE_TAG));
    // A node that does not say what it is may be a primary.
    tag.and_then(|tag| tag.get("Value").as_text())
        .is_none_or(|role| role.eq_ignore_ascii_case("MASTER"))
}

fn judge_nodes<'t>(
    want: &Setting,
    nodes: impl Iterator<Item = Node<'t>>,
    answer: Node<'t>,
    out: &mut Conditions,
) {
    let mut any = false;
    for node in nodes {
        any = true;
        judge_node(want, node, out);
    }
    if !any {
        // EC2 tags appear late: an active cluster without a node is one that is not seen yet (rule 9).
        out.undecided(
            answer,
            "no node of the cluster was found",
            "observe again when its nodes are running",
        );
    }
}

fn judge_node(want: &Setting, node: Node<'_>, out: &mut Conditions) {
    let interfaces = node.get("NetworkInterfaces");
    let mut addresses = vec![node.get("PublicIpAddress")];
    addresses.extend(
        interfaces
            .items()
            .map(|one| one.path("Association/PublicIp")),
    );
    if !want.ipv6 {
        let listed = interfaces
            .items()
            .flat_map(|one| one.get("Ipv6Addresses").items());
        addresses.extend(listed.map(|one| one.get("Ipv6Address")));
    }
    for address in addresses {
        if let Some(reason) = address.reason() {
            out.unknown(address, reason, "an address of a node is unknown");
        } else if let Some(text) = address.as_text().filter(|text| !text.is_empty()) {
            let condition = out.failed(address, format!("a node has the public address `{text}`"));
            condition
                .under(if text.contains(':') { "ipv6" } else { "nodes" })
                .expected("no public address")
                .observed(address.display());
        } else {
            out.held();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PublicAddress;
    use crate::control::testing::{cluster, etl_daily};
    use crate::control::{Entry, Verdict};
    use crate::lattice::Shape;
    use crate::observed::Form;
    use serde_json::{Value, json};

    const ENTRY: Entry = Entry::of::<PublicAddress>();

    fn verdict(instances: &Value, settings: &[(&str, Shape)]) -> Verdict {
        let answer = json!({ "Reservations": [{ "Instances": instances }] });
        let body = json!({ "elasticmapreduce:DescribeCluster": { "Cluster": {} },
            "ec2:DescribeInstances": answer });
        cluster(&ENTRY, settings, Form::Live, &body).verdict
    }

    #[test]
    fn any_public_address_is_noncompliant() {
        let private = json!({ "PrivateIpAddress": "10.0.0.7" });
        assert_eq!(verdict(&json!([private]), &[]), Verdict::Compliant);
        for public in [
            json!({ "PublicIpAddress": "203.0.113.7" }),
            json!({ "NetworkInterfaces": [{ "Association": { "PublicIp": "203.0.113.7" } }] }),
            json!({ "NetworkInterfaces": [{ "Ipv6Addresses": [{ "Ipv6Address": "2001:db8::7" }] }] }),
        ] {
            let nodes = json!([private, public]);
            assert_eq!(verdict(&nodes, &[]), Verdict::Noncompliant, "{nodes}");
        }
        let v6 = json!([{ "NetworkInterfaces": [{ "Ipv6Addresses": [{ "Ipv6Address": "2001:db8::7" }] }] }]);
        assert_eq!(
            verdict(&v6, &[("ipv6", Shape::AtMost(1))]),
            Verdict::Compliant
        );
    }

    #[test]
    fn only_primaries_count_when_the_baseline_says_so() {
        let node = |role: &str| {
            json!({ "PublicIpAddress": "203.0.113.7",
            "Tags": [{ "Key": "aws:elasticmapreduce:instance-group-role", "Value": role }] })
        };
        let primary = [("nodes", Shape::AtLeast(0))];
        let private = json!({ "Tags": [{ "Key": "aws:elasticmapreduce:instance-group-role", "Value": "MASTER" }] });
        assert_eq!(
            verdict(&json!([node("CORE"), private]), &primary),
            Verdict::Compliant
        );
        assert_eq!(
            verdict(&json!([node("MASTER")]), &primary),
            Verdict::Noncompliant
        );
        assert_eq!(verdict(&json!([node("CORE")]), &[]), Verdict::Noncompliant);
    }

    #[test]
    fn nodes_that_were_not_seen_are_unknown() {
        assert_eq!(verdict(&json!([]), &[]), Verdict::Indeterminate);
        let none = json!({ "elasticmapreduce:DescribeCluster": { "Cluster": {} } });
        assert_eq!(
            cluster(&ENTRY, &[], Form::Live, &none).verdict,
            Verdict::Indeterminate
        );
    }

    #[test]
    fn a_file_has_no_nodes() {
        let judged = cluster(&ENTRY, &[], Form::Request, &etl_daily());
        assert_eq!(judged.verdict, Verdict::NotApplicable);
    }
}
