//! Idle clusters end.

use crate::artifact::Member;
use crate::control::settings::{AtMost, settings};
use crate::control::{Conditions, Control, Draft, Meta, Severity, Span, View, Weakening};
use crate::observed::cluster::{Attribute, Cluster};
use crate::observed::{Known, Node, ResourceKind};

#[derive(Debug)]
pub(crate) enum AutoTermination {}

settings! {
    pub(crate) struct Setting {
        /// Seconds that a cluster may be idle before it ends.
        max_idle_seconds: AtMost<60, 604_800> = 604_800,
    }
}

const SETTING: &str = "max-idle-seconds";

impl Control for AutoTermination {
    const META: &'static Meta = &Meta {
        id: "emr.auto-termination",
        title: "idle clusters end",
        severity: Severity::Low,
        kinds: &[ResourceKind::EmrCluster],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own"],
        docs: include_str!("auto_termination.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let cluster = seen.resource.cluster();
        let node = cluster.attribute(Attribute::IdleTimeout);
        let max = want.max_idle_seconds.unwrap_or(MAX);
        if let Some(reason) = cluster.out_of_sight(Attribute::IdleTimeout) {
            if cluster.transient().1 == Known::Set(true) {
                out.held();
            } else {
                let message = "the auto-termination policy is unknown";
                out.unknown(node, &reason, message).under(SETTING);
            }
            return;
        }
        let condition = match cluster.number(node) {
            Known::Set(seconds) if (MIN..=max).contains(&seconds) => return out.held(),
            Known::Set(seconds) if seconds < MIN => out.failed(
                node,
                format!("`IdleTimeout` is {seconds}, which AWS does not accept"),
            ),
            Known::Set(seconds) => out.failed(
                node,
                format!("the cluster may be idle for {seconds} seconds"),
            ),
            Known::Absent => return judge_without(cluster, node, max, out),
            Known::Mistyped => out.failed(
                node,
                format!("`IdleTimeout` is {}", node.value().type_name()),
            ),
            Known::Unreadable(reason) => {
                if cluster.transient().1 == Known::Set(true) {
                    return out.held();
                }
                out.unknown(node, reason, "`IdleTimeout` is unknown")
            }
        };
        condition
            .under(SETTING)
            .expected(format!("at most {max} seconds"))
            .observed(node.display());
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        let max = want.max_idle_seconds.unwrap_or(MAX);
        draft.launch(Member::IdleTimeout, max, Some(SETTING));
    }

    const WEAKENINGS: &'static [Weakening] =
        &[Weakening::set("/AutoTerminationPolicy/IdleTimeout", "604801").in_launch()];
}

/// Bounds of the API. Source: EMR Management Guide, *Using an auto-termination policy*.
const MIN: i64 = 60;
const MAX: i64 = 604_800;

/// Without a policy the cluster must end after its steps.
fn judge_without(cluster: Cluster<'_, '_>, node: Node<'_>, max: i64, out: &mut Conditions) {
    let (written, transient) = cluster.transient();
    let condition = match transient {
        Known::Set(true) => return out.held(),
        Known::Set(false) | Known::Absent => {
            out.failed(node, "the cluster has no auto-termination policy and outlives its steps")
        }
        Known::Mistyped => out.undecided(
            written,
            "whether the cluster ends after its steps is not written as a boolean",
            "write it as the boolean true or false",
        ),
        Known::Unreadable(reason) => out.unknown(
            written,
            reason,
            "whether the cluster ends after its steps is unknown, and it has no auto-termination policy",
        ),
    };
    condition
        .under(SETTING)
        .expected(format!("at most {max} seconds"))
        .observed(node.display());
}

#[cfg(test)]
mod tests {
    use super::AutoTermination;
    use crate::control::testing::{cluster, etl_daily};
    use crate::control::{Entry, Verdict};
    use crate::lattice::Shape;
    use crate::observed::Form;
    use serde_json::{Value, json};

    const ENTRY: Entry = Entry::of::<AutoTermination>();

    fn verdict(form: Form, body: &Value) -> Verdict {
        let asked = [("max-idle-seconds", Shape::AtMost(7200))];
        cluster(&ENTRY, &asked, form, body).verdict
    }

    #[test]
    fn a_cluster_ends_when_idle_or_after_its_steps() {
        let with = |timeout: Value| json!({"Instances": {"KeepJobFlowAliveWhenNoSteps": true}, "AutoTerminationPolicy": {"IdleTimeout": timeout}});
        let without = json!({"Instances": {"KeepJobFlowAliveWhenNoSteps": true}});
        for (body, expected) in [
            (etl_daily(), Verdict::Compliant),
            (with(json!(7200)), Verdict::Compliant),
            (with(json!(7201)), Verdict::Noncompliant),
            (with(json!(0)), Verdict::Noncompliant),
            (with(json!("7200")), Verdict::Noncompliant),
            (with(json!({"$unknown": "T"})), Verdict::Indeterminate),
            (without, Verdict::Noncompliant),
        ] {
            assert_eq!(verdict(Form::Request, &body), expected, "{body}");
        }
    }

    #[test]
    fn cloudformation_converts_strings_and_states_no_default() {
        let text = json!({"Instances": {}, "AutoTerminationPolicy": {"IdleTimeout": "60"}});
        assert_eq!(verdict(Form::CloudFormation, &text), Verdict::Compliant);
        let nothing = json!({"Instances": {}});
        assert_eq!(
            verdict(Form::CloudFormation, &nothing),
            Verdict::Noncompliant
        );
    }

    #[test]
    fn a_described_cluster_does_not_tell_its_policy() {
        let stays = json!({"AutoTerminate": false});
        let ends = json!({"AutoTerminate": true});
        assert_eq!(verdict(Form::Described, &stays), Verdict::Indeterminate);
        assert_eq!(verdict(Form::Described, &ends), Verdict::Compliant);
    }
}
