//! Long-running clusters cannot be terminated by a slip.

use crate::artifact::Member;
use crate::control::settings::{Allowance, settings};
use crate::control::{Conditions, Control, Draft, Meta, Severity, Span, View};
use crate::observed::cluster::Attribute;
use crate::observed::{Known, ResourceKind, Switch};

#[derive(Debug)]
pub(crate) enum TerminationProtection {}

settings! {
    pub(crate) struct Setting {
        /// Whether clusters that end after their steps may go without protection.
        exempt_transient: Allowance = true,
    }
}

const NAME: &str = "TerminationProtected";

impl Control for TerminationProtection {
    const META: &'static Meta = &Meta {
        id: "emr.termination-protection",
        title: "long-running clusters cannot be terminated by a slip",
        severity: Severity::Low,
        kinds: &[ResourceKind::EmrCluster],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 CP-10"],
        docs: include_str!("termination_protection.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let cluster = seen.resource.cluster();
        if cluster.terminated() {
            return;
        }
        let node = cluster.attribute(Attribute::TerminationProtected);
        let switch = cluster.switch(node);
        if want.exempt_transient && switch != Switch::On {
            let (written, transient) = cluster.transient();
            match transient {
                Known::Set(true) => return,
                Known::Set(false) | Known::Absent => {}
                Known::Mistyped => {
                    out.undecided(
                        written,
                        "whether the cluster ends after its steps is not written as a boolean",
                        "write it as the boolean true or false",
                    )
                    .under("exempt-transient");
                    return;
                }
                Known::Unreadable(reason) => {
                    let message = "whether the cluster ends after its steps is unknown";
                    out.unknown(written, reason, message)
                        .under("exempt-transient");
                    return;
                }
            }
        }
        out.must_be_on_as(node, switch, NAME, None);
    }

    fn compile(_: &Setting, draft: &mut Draft<'_>) {
        draft.launch(Member::TerminationProtected, true, None);
    }
}

#[cfg(test)]
mod tests {
    use super::TerminationProtection;
    use crate::control::testing::{cluster, etl_daily};
    use crate::control::{Entry, Verdict};
    use crate::lattice::Shape;
    use crate::observed::Form;
    use serde_json::{Value, json};

    const ENTRY: Entry = Entry::of::<TerminationProtection>();

    fn verdict(strict: bool, form: Form, body: &Value) -> Verdict {
        let asked = [("exempt-transient", Shape::AtMost(0))];
        let asked = if strict { &asked[..] } else { &[] };
        cluster(&ENTRY, asked, form, body).verdict
    }

    #[test]
    fn a_transient_cluster_is_exempt_unless_the_baseline_says_not() {
        assert_eq!(
            verdict(false, Form::Request, &etl_daily()),
            Verdict::NotApplicable
        );
        assert_eq!(
            verdict(true, Form::Request, &etl_daily()),
            Verdict::Noncompliant
        );
    }

    #[test]
    fn a_long_running_cluster_must_be_protected() {
        for (protected, expected) in [
            (json!(true), Verdict::Compliant),
            (json!(false), Verdict::Noncompliant),
            (json!("true"), Verdict::Indeterminate),
            (json!({"$unknown": "P"}), Verdict::Indeterminate),
        ] {
            let body = json!({"Instances": {"KeepJobFlowAliveWhenNoSteps": true, "TerminationProtected": protected}});
            assert_eq!(verdict(false, Form::Request, &body), expected, "{body}");
        }
    }

    #[test]
    fn cloudformation_converts_strings() {
        let body = json!({"Instances": {"KeepJobFlowAliveWhenNoSteps": "true", "TerminationProtected": "true"}});
        assert_eq!(
            verdict(false, Form::CloudFormation, &body),
            Verdict::Compliant
        );
    }

    #[test]
    fn whether_it_stays_must_be_known_for_the_exemption() {
        let body = json!({"Instances": {"KeepJobFlowAliveWhenNoSteps": {"$unknown": "K"}}});
        assert_eq!(verdict(false, Form::Request, &body), Verdict::Indeterminate);
        assert_eq!(verdict(true, Form::Request, &body), Verdict::Noncompliant);
    }

    #[test]
    fn a_terminated_cluster_is_beyond_protection() {
        let body = json!({"AutoTerminate": false, "TerminationProtected": false, "Status": {"State": "TERMINATED"}});
        assert_eq!(
            verdict(true, Form::Described, &body),
            Verdict::NotApplicable
        );
    }
}
