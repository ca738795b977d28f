//! Cluster size has a ceiling, with scaling counted.

use crate::control::settings::{AtMost, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::cluster::{Attribute, Cluster};
use crate::observed::groups::{Group, Role};
use crate::observed::{Known, Node, Reason, ResourceKind};

#[derive(Debug)]
pub(crate) enum InstanceCount {}

settings! {
    pub(crate) struct Setting {
        /// Nodes, or units of fleets, that a cluster may have.
        max: AtMost<1, 1_000_000>,
        /// Nodes, or units of fleets, that its task groups may have.
        max_task: AtMost<0, 1_000_000>,
    }
}

impl Control for InstanceCount {
    const META: &'static Meta = &Meta {
        id: "emr.instance-count",
        title: "cluster size has a ceiling, with scaling counted",
        severity: Severity::Low,
        kinds: &[ResourceKind::EmrCluster],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 SC-6"],
        docs: include_str!("instance_count.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if want.max.is_none() && want.max_task.is_none() {
            return;
        }
        let cluster = seen.resource.cluster();
        let groups = cluster.groups();
        let mut whole = Sum::default();
        let mut primary = Sum::default();
        let mut task = Sum::default();
        for gap in &groups.gaps {
            whole.unknown(
                gap.node,
                Some(gap.reason.clone()),
                "not all groups are known",
            );
            task.unknown(
                gap.node,
                Some(gap.reason.clone()),
                "not all groups are known",
            );
        }
        for group in &groups.items {
            whole.add(cluster, group);
            match group.role {
                Role::Primary => primary.add(cluster, group),
                Role::Task => task.add(cluster, group),
                Role::Core => {}
                Role::Unknown => {
                    task.unknown(group.node, None, "the role of a group is unknown");
                }
            }
        }
        if let Some(reach) = scaling(cluster, &mut whole, &mut task) {
            // Managed scaling leaves the primary alone and keeps one core node at least. Source: EMR API, `ComputeLimits`.
            whole.least = whole.least.max(primary.least.saturating_add(reach));
            task.least = task.least.max(reach.saturating_sub(1));
        }
        let root = cluster.root().get("Instances");
        for (limit, sum, setting, what) in [
            (want.max, &whole, "max", "the cluster"),
            (want.max_task, &task, "max-task", "its task groups"),
        ] {
            if let Some(limit) = limit {
                sum.judge(limit, root, setting, what, out);
            }
        }
    }
}

/// Sizes added up: what is known, and what is not.
#[derive(Debug, Default)]
struct Sum<'t> {
    least: i64,
    unknown: Vec<(Node<'t>, Option<Reason>, String)>,
}

impl<'t> Sum<'t> {
    fn unknown(&mut self, node: Node<'t>, reason: Option<Reason>, message: &str) {
        self.unknown.push((node, reason, message.to_owned()));
    }

    /// The larger of what a group asks for and what its own scaling may reach.
    fn add(&mut self, cluster: Cluster<'_, 't>, group: &Group<'t>) {
        let mut size: i64 = 0;
        for node in &group.sizes {
            match cluster.number(*node) {
                Known::Set(count) => size = size.saturating_add(count.max(0)),
                Known::Absent if group.fleet => {}
                Known::Unreadable(reason) => {
                    self.unknown(*node, Some(reason.clone()), "a count is unknown");
                }
                Known::Absent | Known::Mistyped => {
                    self.unknown(*node, None, "a count is not a number");
                }
            }
        }
        let reach = match cluster.number(group.scaling_maximum) {
            Known::Set(reach) => reach,
            Known::Absent => 0,
            Known::Mistyped => {
                self.unknown(group.scaling_maximum, None, "`MaxCapacity` is not a number");
                0
            }
            Known::Unreadable(reason) => {
                let reason = Some(reason.clone());
                self.unknown(group.scaling_maximum, reason, "`MaxCapacity` is unknown");
                0
            }
        };
        self.least = self.least.saturating_add(size.max(reach));
    }

    fn judge(
        &self,
        limit: i64,
        root: Node<'t>,
        setting: &'static str,
        what: &str,
        out: &mut Conditions,
    ) {
        let least = self.least;
        if least > limit {
            out.failed(root, format!("{what} may reach {least} nodes or units"))
                .under(setting)
                .expected(format!("at most {limit}"))
                .observed(least.to_string());
        }
        if least <= limit && self.unknown.is_empty() {
            out.held();
        }
        for (node, reason, message) in &self.unknown {
            let condition = match reason {
                Some(reason) => out.unknown(*node, reason, message),
                None => out.undecided(*node, message, "write the size as a number"),
            };
            condition
                .under(setting)
                .expected(format!("at most {limit}"))
                .observed(node.display());
        }
    }
}

/// How many nodes or units managed scaling may reach, besides the primary.
fn scaling<'t>(cluster: Cluster<'_, 't>, whole: &mut Sum<'t>, task: &mut Sum<'t>) -> Option<i64> {
    let policy = cluster.attribute(Attribute::ManagedScalingPolicy);
    let mut both = |node, reason: Option<Reason>, message| {
        whole.unknown(node, reason.clone(), message);
        task.unknown(node, reason, message);
        None
    };
    if let Some(reason) = cluster
        .out_of_sight(Attribute::ManagedScalingPolicy)
        .or_else(|| policy.reason().cloned())
    {
        return both(
            policy,
            Some(reason),
            "the managed scaling policy is unknown",
        );
    }
    if !policy.is_set() {
        return None;
    }
    let limits = policy.get("ComputeLimits");
    match limits.get("UnitType").text() {
        Known::Set("Instances" | "InstanceFleetUnits") => {}
        Known::Unreadable(reason) => {
            let reason = Some(reason.clone());
            return both(limits, reason, "the unit of managed scaling is unknown");
        }
        Known::Set(_) | Known::Absent | Known::Mistyped => {
            let message = "managed scaling does not count in nodes or units of fleets";
            return both(limits.get("UnitType"), None, message);
        }
    }
    let node = limits.get("MaximumCapacityUnits");
    match cluster.number(node) {
        Known::Set(reach) => Some(reach),
        Known::Unreadable(reason) => both(
            node,
            Some(reason.clone()),
            "the limit of managed scaling is unknown",
        ),
        Known::Absent | Known::Mistyped => {
            both(node, None, "the limit of managed scaling is not a number")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::InstanceCount;
    use crate::control::testing::{cluster, etl_daily};
    use crate::control::{Entry, Verdict};
    use crate::lattice::Shape;
    use crate::observed::Form;
    use serde_json::{Value, json};

    const ENTRY: Entry = Entry::of::<InstanceCount>();

    fn verdict(key: &str, limit: i64, form: Form, body: &Value) -> Verdict {
        cluster(&ENTRY, &[(key, Shape::AtMost(limit))], form, body).verdict
    }

    #[test]
    fn groups_add_up() {
        for (key, limit, expected) in [
            ("max", 11, Verdict::Compliant),
            ("max", 10, Verdict::Noncompliant),
            ("max-task", 8, Verdict::Compliant),
            ("max-task", 7, Verdict::Noncompliant),
        ] {
            assert_eq!(verdict(key, limit, Form::Request, &etl_daily()), expected);
        }
    }

    #[test]
    fn scaling_counts() {
        let mut body = etl_daily();
        body["ManagedScalingPolicy"] =
            json!({"ComputeLimits": {"UnitType": "Instances", "MaximumCapacityUnits": 50}});
        assert_eq!(verdict("max", 51, Form::Request, &body), Verdict::Compliant);
        assert_eq!(
            verdict("max", 50, Form::Request, &body),
            Verdict::Noncompliant
        );
        body["ManagedScalingPolicy"]["ComputeLimits"]["UnitType"] = json!("VCPU");
        assert_eq!(
            verdict("max", 51, Form::Request, &body),
            Verdict::Indeterminate
        );
        assert_eq!(
            verdict("max", 10, Form::Request, &body),
            Verdict::Noncompliant
        );
    }

    #[test]
    fn what_is_not_known_is_not_small() {
        let count = |count: Value| json!({"Instances": {"CoreInstanceGroup": {"InstanceType": "m6g.large", "InstanceCount": count}}});
        for (body, expected) in [
            (count(json!("3")), Verdict::Compliant),
            (count(json!({"$unknown": "N"})), Verdict::Indeterminate),
            (count(json!("many")), Verdict::Indeterminate),
        ] {
            assert_eq!(
                verdict("max", 5, Form::CloudFormation, &body),
                expected,
                "{body}"
            );
        }
        let api = json!({"AutoTerminate": true});
        assert_eq!(
            verdict("max", 5, Form::Described, &api),
            Verdict::Indeterminate
        );
    }
}
