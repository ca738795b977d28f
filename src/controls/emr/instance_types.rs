//! Only allowed, current instance types.

use crate::aws::instance_type::{family, is_previous_generation};
use crate::control::settings::{Allowance, Excludes, OneOf, Pattern, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::{Known, Node, ResourceKind};

#[derive(Debug)]
pub(crate) enum InstanceTypes {}

settings! {
    pub(crate) struct Setting {
        /// Types that may be used.
        allowed: OneOf<Pattern>,
        /// Types that may not be used.
        denied: Excludes<Pattern>,
        /// Whether types of previous generations may be used.
        previous_generation: Allowance = false,
    }
}

impl Control for InstanceTypes {
    const META: &'static Meta = &Meta {
        id: "emr.instance-types",
        title: "only allowed, current instance types",
        severity: Severity::Low,
        kinds: &[ResourceKind::EmrCluster],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 CM-2"],
        docs: include_str!("instance_types.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let cluster = seen.resource.cluster();
        let groups = cluster.groups();
        out.may_be_more(&groups.gaps, "instance groups", None);
        if groups.items.is_empty() && groups.gaps.is_empty() {
            out.undecided(
                cluster.root().get("Instances"),
                "no instance group or fleet is written",
                "write the cluster's groups or fleets",
            );
        }
        for group in &groups.items {
            out.may_be_more(group.gap.as_slice(), "instance types of the fleet", None);
            if group.types.is_empty() && group.gap.is_none() {
                let message = "the fleet names no instance type";
                out.undecided(group.node, message, "name the fleet's instance types");
            }
            for node in &group.types {
                judge_type(want, *node, out);
            }
        }
    }
}

fn judge_type(want: &Setting, node: Node<'_>, out: &mut Conditions) {
    let kind = match node.text() {
        Known::Set(kind) => kind,
        Known::Unreadable(reason) => {
            out.unknown(node, reason, "an instance type is unknown");
            return;
        }
        Known::Absent | Known::Mistyped => {
            out.undecided(
                node,
                format!("`InstanceType` is {}", node.display()),
                "write an instance type",
            );
            return;
        }
    };
    if family(kind).is_none() {
        let message = format!("`{kind}` is not an instance type");
        out.undecided(node, message, "write an instance type");
        return;
    }
    let mut clean = true;
    if !want.allowed.allows(kind) {
        clean = false;
        out.failed(node, format!("instance type `{kind}` is not allowed"))
            .under("allowed")
            .expected(want.allowed.to_string())
            .observed(node.display());
    }
    let denied = want
        .denied
        .iter()
        .find(|text| text.accepts_as_pattern(kind));
    if let Some(pattern) = denied {
        clean = false;
        out.failed(node, format!("instance type `{kind}` is denied"))
            .under("denied")
            .expected(format!("no `{pattern}`"))
            .observed(node.display());
    }
    if !want.previous_generation && is_previous_generation(kind) {
        clean = false;
        out.failed(
            node,
            format!("instance type `{kind}` is of a previous generation"),
        )
        .under("previous-generation")
        .expected("a current generation")
        .observed(node.display());
    }
    if clean {
        out.held();
    }
}

#[cfg(test)]
mod tests {
    use super::InstanceTypes;
    use crate::control::testing::{all_of, cluster, etl_daily, one_of};
    use crate::control::{Entry, Verdict};
    use crate::lattice::Shape;
    use crate::observed::Form;
    use serde_json::{Value, json};

    const ENTRY: Entry = Entry::of::<InstanceTypes>();

    fn with(kind: &Value) -> Value {
        json!({"Instances": {"MasterInstanceGroup": {"InstanceType": kind, "InstanceCount": 1}}})
    }

    #[test]
    fn every_type_of_every_group_counts() {
        for (asked, expected) in [
            (vec![], Verdict::Compliant),
            (vec![("allowed", one_of(&["m6g.*"]))], Verdict::Compliant),
            (
                vec![("allowed", one_of(&["m6g.2xlarge"]))],
                Verdict::Noncompliant,
            ),
            (
                vec![("denied", all_of(&["*.2xlarge"]))],
                Verdict::Noncompliant,
            ),
        ] {
            let judged = cluster(&ENTRY, &asked, Form::Request, &etl_daily());
            assert_eq!(judged.verdict, expected, "{asked:?}");
        }
    }

    #[test]
    fn previous_generations_need_leave() {
        let leave = [("previous-generation", Shape::AtMost(1))];
        for (asked, expected) in [
            (&[][..], Verdict::Noncompliant),
            (&leave, Verdict::Compliant),
        ] {
            let judged = cluster(
                &ENTRY,
                asked,
                Form::CloudFormation,
                &with(&json!("m4.large")),
            );
            assert_eq!(judged.verdict, expected);
        }
    }

    #[test]
    fn what_is_not_known_is_not_current() {
        for body in [
            with(&json!({"$unknown": "Type"})),
            with(&json!("<type>")),
            json!({"Instances": {}}),
            json!({"Instances": {"CoreInstanceFleet": {"InstanceTypeConfigs": {"$unknown": "List"}}}}),
            json!({"Instances": {"$unknown": "I"}}),
        ] {
            let judged = cluster(&ENTRY, &[], Form::CloudFormation, &body);
            assert_eq!(judged.verdict, Verdict::Indeterminate, "{body}");
        }
        let api = cluster(&ENTRY, &[], Form::Described, &json!({"Name": "c"}));
        assert_eq!(api.verdict, Verdict::Indeterminate);
    }
}
