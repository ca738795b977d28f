//! Clusters are replaced before their image is old.

use crate::control::settings::{AtMost, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View, timestamp};
use crate::observed::ResourceKind;
use crate::observed::cluster::Attribute;

#[derive(Debug)]
pub(crate) enum ClusterAge {}

settings! {
    pub(crate) struct Setting {
        /// Days that a cluster may live.
        max_days: AtMost<1, 36_500>,
    }
}

const SECONDS_OF_A_DAY: i64 = 86_400;

impl Control for ClusterAge {
    const META: &'static Meta = &Meta {
        id: "emr.cluster-age",
        title: "clusters are replaced before their image is old",
        severity: Severity::Low,
        kinds: &[ResourceKind::EmrCluster],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own NIST-800-53 SI-2"],
        docs: include_str!("cluster_age.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let cluster = seen.resource.cluster();
        // A file tells of no cluster that runs.
        let (Some(max), true) = (want.max_days, seen.is_live()) else {
            return;
        };
        if cluster.terminated() {
            return;
        }
        let node = cluster.attribute(Attribute::CreationDateTime);
        let condition = match (timestamp(node), node.reason()) {
            (Some(created), _) => {
                let age = seen.at.as_second().saturating_sub(created.as_second());
                if age <= max.saturating_mul(SECONDS_OF_A_DAY) {
                    return out.held();
                }
                let days = age / SECONDS_OF_A_DAY;
                out.failed(node, format!("the cluster has run for {days} days"))
            }
            (None, Some(reason)) => {
                out.unknown(node, reason, "when the cluster was created is unknown")
            }
            (None, None) => out.undecided(
                node,
                "the answer does not tell when the cluster was created",
                "observe the cluster again",
            ),
        };
        condition
            .under("max-days")
            .expected(format!("at most {max} days"))
            .observed(node.display());
    }
}

#[cfg(test)]
mod tests {
    use super::ClusterAge;
    use crate::control::testing::{cluster, etl_daily};
    use crate::control::{Entry, Verdict};
    use crate::lattice::Shape;
    use crate::observed::Form;
    use serde_json::{Value, json};

    const ENTRY: Entry = Entry::of::<ClusterAge>();

    fn verdict(state: &str, created: &Value) -> Verdict {
        let status = json!({ "State": state, "Timeline": { "CreationDateTime": created } });
        let body =
            json!({ "elasticmapreduce:DescribeCluster": { "Cluster": { "Status": status } } });
        let asked = [("max-days", Shape::AtMost(90))];
        cluster(&ENTRY, &asked, Form::Live, &body).verdict
    }

    #[test]
    fn a_running_cluster_may_be_as_old_as_the_baseline_says_and_not_a_second_older() {
        for (created, expected) in [
            (json!("2026-08-24T12:00:00Z"), Verdict::Compliant),
            (json!("2026-08-24T11:59:59Z"), Verdict::Noncompliant),
            (json!(1_787_572_799), Verdict::Noncompliant),
            (json!("2027-01-01T00:00:00Z"), Verdict::Compliant),
            (json!("yesterday"), Verdict::Indeterminate),
            (json!({ "$unknown": "T" }), Verdict::Indeterminate),
            (Value::Null, Verdict::Indeterminate),
        ] {
            assert_eq!(verdict("RUNNING", &created), expected, "{created}");
        }
    }

    #[test]
    fn what_has_ended_and_what_is_only_written_has_no_age() {
        let old = json!("2020-01-01T00:00:00Z");
        assert_eq!(verdict("TERMINATED", &old), Verdict::NotApplicable);
        let asked = [("max-days", Shape::AtMost(90))];
        let written = cluster(&ENTRY, &asked, Form::Request, &etl_daily());
        assert_eq!(written.verdict, Verdict::NotApplicable);
    }

    #[test]
    fn without_a_ceiling_nothing_is_asked() {
        let body = json!({ "elasticmapreduce:DescribeCluster": { "Cluster": { "Status": {} } } });
        let judged = cluster(&ENTRY, &[], Form::Live, &body);
        assert_eq!(judged.verdict, Verdict::NotApplicable);
    }
}
