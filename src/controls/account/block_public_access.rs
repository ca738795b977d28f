//! EMR block public access is on, with no more exceptions than declared.

use crate::artifact::AccountSetting;
use crate::aws::network::Ports;
use crate::control::network::port_layers;
use crate::control::settings::{Only, Plain, settings};
use crate::control::{Conditions, Control, Draft, Meta, Once, Severity, Span, View};
use crate::observed::{Form, Known, Node, Reason, ResourceKind, Switch, Value as Seen};
use serde_json::{Value, json};

#[derive(Debug)]
pub(crate) enum BlockPublicAccess {}

settings! {
    pub(crate) struct Setting {
        /// Ports, or ranges such as `8000-8010`, that may be open to the world.
        permitted_ports: Only<Plain> = &["22"],
    }
}

const CALL: &str = "elasticmapreduce:GetBlockPublicAccessConfiguration";

impl Control for BlockPublicAccess {
    const META: &'static Meta = &Meta {
        id: "account.block-public-access",
        title: "EMR block public access is on, with no more exceptions than declared",
        severity: Severity::Critical,
        kinds: &[ResourceKind::EmrAccount],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &[
            "AWS-FSBP EMR.2",
            "PCI-DSS 4.0.1 1.4.4",
            "NIST-800-53 AC-3",
            "NIST-800-53 AC-4",
            "NIST-800-53 SC-7",
        ],
        docs: include_str!("block_public_access.md"),
    };
    type Setting = Setting;
    const ONCE: Option<Once> = Some(Once::EmrAccount);

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let configuration = if seen.is_live() {
            let answer = seen.resource.body.get(CALL);
            if let Some(reason) = answer.reason() {
                out.unknown(
                    answer,
                    &not_observed(reason),
                    "block public access is unknown",
                );
                return;
            }
            answer.get("BlockPublicAccessConfiguration")
        } else {
            seen.resource.body
        };
        // What else a file declares for the whole account, such as a trail, is no setting of EMR's; a request is one.
        if !seen.is_live()
            && seen.resource.form != Form::Request
            && configuration
                .get("BlockPublicSecurityGroupRules")
                .is_absent()
            && configuration
                .get("PermittedPublicSecurityGroupRuleRanges")
                .is_absent()
        {
            return;
        }
        let switch = configuration.get("BlockPublicSecurityGroupRules");
        let read = if seen.resource.form == Form::Live {
            switch.switch()
        } else {
            switch.switch_leniently()
        };
        out.must_be_on_as(switch, read, "BlockPublicSecurityGroupRules", None);
        if matches!(read, Switch::Off | Switch::TextOff | Switch::Absent) {
            return;
        }
        judge_ranges(
            want,
            configuration.get("PermittedPublicSecurityGroupRuleRanges"),
            out,
        );
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        let layers = port_layers(&want.permitted_ports);
        // What every layer permits: the ranges that lie in all of them.
        let ranges = layers.iter().flatten().filter(|range| {
            let mut all = layers.iter();
            all.all(|layer| range.lie_in(layer))
        });
        let mut ranges: Vec<(u16, u16)> = ranges.map(|range| (range.from, range.to)).collect();
        ranges.sort_unstable();
        ranges.dedup();
        let ranges: Vec<Value> = ranges
            .into_iter()
            .map(|(from, to)| json!({ "MinRange": from, "MaxRange": to }))
            .collect();
        let (switch, list) = (
            AccountSetting::BlockPublicSecurityGroupRules,
            AccountSetting::PermittedPublicSecurityGroupRuleRanges,
        );
        draft.block_public_access(switch, true, None);
        draft.block_public_access(list, ranges, Some("permitted-ports"));
    }
}

fn not_observed(reason: &Reason) -> Reason {
    if matches!(reason, Reason::Call { .. }) {
        return reason.clone();
    }
    Reason::NotObserved {
        action: CALL.to_owned(),
    }
}

fn judge_ranges(want: &Setting, ranges: Node<'_>, out: &mut Conditions) {
    match ranges.value() {
        Seen::Absent | Seen::Null | Seen::List => {}
        Seen::Unreadable(reason) => {
            out.unknown(ranges, reason, "the permitted ranges are unknown")
                .under("permitted-ports");
        }
        Seen::Bool(_) | Seen::Number(_) | Seen::String(_) | Seen::Template | Seen::Map => {
            out.undecided(
                ranges,
                "the permitted ranges are not a list",
                "write a list",
            );
        }
    }
    let layers = port_layers(&want.permitted_ports);
    for range in ranges.items() {
        let min = range.get("MinRange").number_leniently();
        let max = range.get("MaxRange").number_leniently();
        // One port, when only its beginning is given.
        let max = if max == Known::Absent { min } else { max };
        let condition = match (min, max) {
            (Known::Unreadable(reason), _) | (_, Known::Unreadable(reason)) => {
                out.unknown(range, reason, "a permitted range is unknown")
            }
            (Known::Set(min), Known::Set(max)) => {
                let ports = u16::try_from(min).ok().zip(u16::try_from(max).ok());
                match ports.map(|(from, to)| Ports { from, to }) {
                    Some(ports) if layers.iter().all(|ranges| ports.lie_in(ranges)) => {
                        out.held();
                        continue;
                    }
                    Some(ports) => out.failed(
                        range,
                        format!("security groups may open {ports} to the world"),
                    ),
                    None => out.failed(range, "a permitted range is no range of ports"),
                }
            }
            _ => out.failed(range, "a permitted range has no `MinRange`"),
        };
        condition
            .under("permitted-ports")
            .expected(want.permitted_ports.to_string())
            .observed(range.display());
    }
}

#[cfg(test)]
mod tests {
    use super::BlockPublicAccess;
    use crate::control::testing::{judge, only, resource};
    use crate::control::{Entry, Verdict};
    use crate::observed::{Form, ResourceKind};
    use serde_json::{Value, json};

    fn verdict(form: Form, body: &Value, ports: Option<&[&str]>) -> Verdict {
        let account = resource(ResourceKind::EmrAccount, form, "a", body);
        let settings: Vec<_> = ports
            .map(|ports| ("permitted-ports", only(ports)))
            .into_iter()
            .collect();
        let entry = Entry::of::<BlockPublicAccess>();
        judge(&entry, &settings, &[], vec![account]).verdict
    }

    #[test]
    fn exceptions_must_lie_inside_what_is_permitted() {
        let body = |ranges: Value| {
            json!({ "BlockPublicSecurityGroupRules": true,
            "PermittedPublicSecurityGroupRuleRanges": ranges })
        };
        for (ranges, ports, expected) in [
            (json!([]), None, Verdict::Compliant),
            (json!([{ "MinRange": 22 }]), None, Verdict::Compliant),
            (
                json!([{ "MinRange": 22, "MaxRange": 22 }]),
                Some(&[][..]),
                Verdict::Noncompliant,
            ),
            (
                json!([{ "MinRange": 0, "MaxRange": 65535 }]),
                None,
                Verdict::Noncompliant,
            ),
            (json!([{ "MinRange": 23 }]), None, Verdict::Noncompliant),
            (
                json!([{ "MinRange": 8001, "MaxRange": 8002 }]),
                Some(&["8000-8010"][..]),
                Verdict::Compliant,
            ),
            (
                json!([{ "MinRange": { "$unknown": "Port" } }]),
                None,
                Verdict::Indeterminate,
            ),
            (
                json!({ "$unknown": "Ranges" }),
                None,
                Verdict::Indeterminate,
            ),
        ] {
            assert_eq!(
                verdict(Form::Terraform, &body(ranges.clone()), ports),
                expected,
                "{ranges}"
            );
        }
    }

    #[test]
    fn off_or_absent_is_noncompliant() {
        for switch in [json!(false), json!("false"), json!(null)] {
            let body = json!({ "BlockPublicSecurityGroupRules": switch });
            assert_eq!(
                verdict(Form::Terraform, &body, None),
                Verdict::Noncompliant,
                "{body}"
            );
        }
        let live = |answer: Value| {
            json!({
            "elasticmapreduce:GetBlockPublicAccessConfiguration": answer })
        };
        let off = live(json!({ "BlockPublicAccessConfiguration": {} }));
        assert_eq!(verdict(Form::Live, &off, None), Verdict::Noncompliant);
        let unseen = live(json!({ "$unknown": "x" }));
        assert_eq!(verdict(Form::Live, &unseen, None), Verdict::Indeterminate);
    }

    #[test]
    fn another_setting_of_the_account_is_not_concerned() {
        let trail = json!({ "IsLogging": true });
        assert_eq!(
            verdict(Form::CloudFormation, &trail, None),
            Verdict::NotApplicable
        );
    }
}
