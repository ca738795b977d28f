//! Cluster size has a ceiling, with scaling counted.

use crate::control::settings::{AtMost, settings};
use crate::control::size::{Sum, managed_scaling};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::ResourceKind;
use crate::observed::groups::Role;

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
        if let Some(reach) = managed_scaling(cluster, &mut whole, &mut task) {
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
