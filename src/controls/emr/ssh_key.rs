//! No key pair opens nodes as `hadoop`.

use crate::control::settings::{Only, Plain, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::cluster::Attribute;
use crate::observed::{Known, Node, ResourceKind, Value};

#[derive(Debug)]
pub(crate) enum SshKey {}

settings! {
    pub(crate) struct Setting {
        /// Names of the key pairs that may be used.
        keys: Only<Plain> = &[],
    }
}

impl Control for SshKey {
    const META: &'static Meta = &Meta {
        id: "emr.ssh-key",
        title: "no key pair opens nodes as `hadoop`",
        severity: Severity::Medium,
        kinds: &[ResourceKind::EmrCluster],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 IA-2", "own NIST-800-53 AC-17"],
        docs: include_str!("ssh_key.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let cluster = seen.resource.cluster();
        judge_key(
            want,
            cluster.attribute(Attribute::KeyName),
            "Ec2KeyName",
            out,
        );
        if seen.is_live() && !cluster.terminated() {
            judge_nodes(want, seen.resource.body.get("ec2:DescribeInstances"), out);
        }
    }
}

fn judge_key(want: &Setting, node: Node<'_>, name: &str, out: &mut Conditions) {
    let condition = match node.text() {
        Known::Absent | Known::Set("") => return out.held(),
        Known::Set(key) if want.keys.allows(key) => return out.held(),
        Known::Set(key) => out.failed(node, format!("key pair `{key}` opens nodes as `hadoop`")),
        Known::Mistyped if matches!(node.value(), Value::Null) => return out.held(),
        Known::Mistyped => out.failed(node, format!("`{name}` is {}", node.value().type_name())),
        Known::Unreadable(reason) => out.unknown(node, reason, format!("`{name}` is unknown")),
    };
    condition
        .under("keys")
        .expected(if want.keys.texts().is_empty() {
            "no key pair".to_owned()
        } else {
            format!("no key pair, or {}", want.keys)
        })
        .observed(node.display())
        .fix("launch without a key pair; open sessions with AWS Systems Manager instead");
}

/// Nodes can have been started with another key than the cluster says, by a changed launch template for instance.
fn judge_nodes(want: &Setting, answer: Node<'_>, out: &mut Conditions) {
    if let Some(reason) = answer.reason() {
        out.unknown(answer, reason, "the key pairs of the nodes are unknown")
            .under("keys");
        return;
    }
    let mut nodes = 0;
    for reservation in answer.get("Reservations").items() {
        for instance in reservation.get("Instances").items() {
            nodes += 1;
            judge_key(want, instance.get("KeyName"), "KeyName", out);
        }
    }
    if nodes == 0 {
        // EC2 tags appear late, so none found is not none there.
        out.undecided(
            answer,
            "no node of the cluster was found",
            "observe again when nodes run",
        )
        .under("keys");
    }
}

#[cfg(test)]
mod tests {
    use super::SshKey;
    use crate::control::testing::{cluster, etl_daily, only};
    use crate::control::{Entry, Verdict};
    use crate::observed::Form;
    use serde_json::json;

    const ENTRY: Entry = Entry::of::<SshKey>();

    #[test]
    fn only_a_listed_key_may_stand() {
        let with = |key: serde_json::Value| json!({"Instances": {"Ec2KeyName": key}});
        for (body, verdict) in [
            (etl_daily(), Verdict::Compliant),
            (with(json!("")), Verdict::Compliant),
            (with(json!("break-glass")), Verdict::Compliant),
            (with(json!("jdoe")), Verdict::Noncompliant),
            (with(json!(7)), Verdict::Noncompliant),
            (with(json!({"$unknown": "Key"})), Verdict::Indeterminate),
        ] {
            let keys = [("keys", only(&["break-glass"]))];
            let judged = cluster(&ENTRY, &keys, Form::Request, &body);
            assert_eq!(judged.verdict, verdict, "{body}");
        }
        let none = cluster(&ENTRY, &[], Form::Request, &with(json!("break-glass")));
        assert_eq!(none.verdict, Verdict::Noncompliant);
    }

    #[test]
    fn live_every_node_counts() {
        let body = |nodes: serde_json::Value| {
            json!({"elasticmapreduce:DescribeCluster": {"Cluster": {"Ec2InstanceAttributes": {}}},
                "ec2:DescribeInstances": {"Reservations": [{"Instances": nodes}]}})
        };
        for (nodes, verdict) in [
            (json!([{}]), Verdict::Compliant),
            (json!([{"KeyName": "jdoe"}, {}]), Verdict::Noncompliant),
            (json!([]), Verdict::Indeterminate),
        ] {
            let judged = cluster(&ENTRY, &[], Form::Live, &body(nodes));
            assert_eq!(judged.verdict, verdict);
        }
    }
}
