//! `CloudTrail` records EMR and Lake Formation calls.

use crate::control::settings::{Exactly, KmsKey, Switch, settings};
use crate::control::{Conditions, Control, Meta, Once, Severity, Span, View};
use crate::observed::{Node, Reason, Resource, ResourceKind, Switch as Seen, Value};

#[derive(Debug)]
pub(crate) enum AuditTrail {}

settings! {
    pub(crate) struct Setting {
        /// Whether the trail must cover every region.
        all_regions: Switch = true,
        /// Whether log files must be validated.
        log_file_validation: Switch = true,
        /// The key that log files are encrypted with.
        kms_key: Exactly<KmsKey>,
        /// Whether the trail must be the organisation's.
        organization: Switch = false,
    }
}

const TRAIL: &str = "AWS::CloudTrail::Trail";

impl Control for AuditTrail {
    const META: &'static Meta = &Meta {
        id: "account.audit-trail",
        title: "CloudTrail records EMR and Lake Formation calls",
        severity: Severity::Medium,
        kinds: &[ResourceKind::EmrAccount],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own NIST-800-53 AU-2", "own NIST-800-53 AU-12"],
        docs: include_str!("audit_trail.md"),
    };
    type Setting = Setting;
    const ONCE: Option<Once> = Some(Once::EmrAccount);

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let subject = seen.resource;
        if seen.is_live() {
            let reason = Reason::NotObserved {
                action: "cloudtrail:DescribeTrails".to_owned(),
            };
            out.unknown(
                subject.body,
                &reason,
                "the trails of the account are unknown",
            );
            return;
        }
        if !subject.is_a(TRAIL) {
            return;
        }
        judge_trail(want, subject, out);
        if out.clean() {
            return;
        }
        // One trail that records everything is enough: others may be for something else.
        let enough = seen.scope.kept(|| {
            let all = seen.scope.resources().iter().filter(|one| one.is_a(TRAIL));
            let enough = all.filter(|one| {
                let mut conditions = Conditions::new();
                judge_trail(want, one, &mut conditions);
                conditions.clean()
            });
            Enough(enough.map(|one| one.identity.id.clone()).collect())
        });
        if enough.0.iter().any(|id| *id != subject.identity.id) {
            *out = Conditions::new();
            out.held();
        }
    }
}

/// The ids of trails that record everything.
struct Enough(std::collections::BTreeSet<String>);

fn judge_trail(want: &Setting, trail: &Resource<'_>, out: &mut Conditions) {
    let body = trail.body;
    let mut on = |name: &'static str, setting| {
        let node = body.get(name);
        out.must_be_on_as(node, node.switch_leniently(), name, setting);
    };
    on("IsLogging", None);
    if want.all_regions {
        on("IsMultiRegionTrail", Some("all-regions"));
    }
    if want.log_file_validation {
        on("EnableLogFileValidation", Some("log-file-validation"));
    }
    if want.organization {
        on("IsOrganizationTrail", Some("organization"));
    }
    if want.kms_key.is_some() {
        out.must_equal(
            body.get("KMSKeyId"),
            "KMSKeyId",
            want.kms_key.as_ref(),
            "kms-key",
        );
    }
    judge_events(body, out);
}

/// Management events of both kinds must be recorded: those of EMR and Lake Formation are management events.
/// Source: `CloudTrail` User Guide, *Logging management events*. Without any selector a trail records them all.
fn judge_events(body: Node<'_>, out: &mut Conditions) {
    let (basic, advanced) = (
        body.get("EventSelectors"),
        body.get("AdvancedEventSelectors"),
    );
    let given = |node: Node<'_>| node.items().len() > 0;
    if let Some(reason) = basic.reason().or_else(|| advanced.reason()) {
        out.unknown(body, reason, "which events the trail records is unknown");
        return;
    }
    let records = match (given(basic), given(advanced)) {
        (false, false) => Records::All,
        (true, _) => basic.items().map(of_basic).max().unwrap_or(Records::Other),
        (false, true) => advanced
            .items()
            .map(of_advanced)
            .max()
            .unwrap_or(Records::Other),
    };
    let place = if given(basic) { basic } else { advanced };
    match records {
        Records::All => out.held(),
        Records::Perhaps => {
            out.undecided(
                place,
                "whether the trail records all management events cannot be told",
                "write a selector of management events without further fields",
            );
        }
        Records::Other => {
            out.failed(place, "the trail leaves management events out")
                .expected("management events, reads and writes")
                .observed(place.display());
        }
    }
}

/// How much of the management events a selector records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Records {
    Other,
    Perhaps,
    All,
}

fn of_basic(selector: Node<'_>) -> Records {
    let management = selector.get("IncludeManagementEvents").switch_leniently();
    let kind = selector.get("ReadWriteType");
    let excluded = selector.get("ExcludeManagementEventSources");
    let spares = |source: Node<'_>| {
        source.as_text().is_none_or(|text| {
            ["elasticmapreduce", "emr-", "lakeformation", "glue"]
                .iter()
                .any(|ours| text.starts_with(ours))
        })
    };
    match (management, kind.value()) {
        (Seen::Off | Seen::TextOff, _) => Records::Other,
        (Seen::Unreadable(_) | Seen::Odd, _) | (_, Value::Unreadable(_)) => Records::Perhaps,
        (
            Seen::On | Seen::TextOn | Seen::Absent,
            Value::Absent | Value::Null | Value::String("All"),
        ) => {
            if excluded.reason().is_some() {
                Records::Perhaps
            } else if excluded.items().any(spares) {
                Records::Other
            } else {
                Records::All
            }
        }
        (Seen::On | Seen::TextOn | Seen::Absent, _) => Records::Other,
    }
}

fn of_advanced(selector: Node<'_>) -> Records {
    let mut records = Records::Other;
    for field in selector.get("FieldSelectors").items() {
        match field.get("Field").as_text() {
            Some("eventCategory") => {
                let mut equals = field.get("Equals").items();
                if !equals.any(|value| value.as_text() == Some("Management")) {
                    return Records::Other;
                }
                records = records.max(Records::All);
            }
            // Any further field narrows what is recorded.
            Some(_) | None => {
                return if records == Records::Other {
                    Records::Other
                } else {
                    Records::Perhaps
                };
            }
        }
    }
    records
}

#[cfg(test)]
mod tests {
    use super::AuditTrail;
    use crate::control::testing::{judge, resource};
    use crate::control::{Entry, Verdict};
    use crate::observed::{Form, Resource, ResourceKind};
    use serde_json::{Value, json};

    fn trail(id: &str, change: &Value) -> Resource<'static> {
        let mut body = json!({ "IsLogging": true, "IsMultiRegionTrail": true, "EnableLogFileValidation": true });
        for (key, value) in change.as_object().unwrap() {
            body[key] = value.clone();
        }
        Resource {
            type_name: Some("AWS::CloudTrail::Trail"),
            ..resource(ResourceKind::EmrAccount, Form::CloudFormation, id, &body)
        }
    }

    fn verdict(trails: Vec<Resource<'static>>) -> Verdict {
        judge(&Entry::of::<AuditTrail>(), &[], &[], trails).verdict
    }

    #[test]
    fn a_trail_records_management_events_unless_selectors_leave_them_out() {
        for (change, expected) in [
            (json!({}), Verdict::Compliant),
            (json!({ "IsMultiRegionTrail": "true" }), Verdict::Compliant),
            (json!({ "IsLogging": false }), Verdict::Noncompliant),
            (
                json!({ "EnableLogFileValidation": null }),
                Verdict::Noncompliant,
            ),
            (
                json!({ "EventSelectors": [{ "ReadWriteType": "WriteOnly" }] }),
                Verdict::Noncompliant,
            ),
            (
                json!({ "EventSelectors": [{ "IncludeManagementEvents": false }] }),
                Verdict::Noncompliant,
            ),
            (
                json!({ "EventSelectors": [{ "ExcludeManagementEventSources": ["kms.amazonaws.com"] }] }),
                Verdict::Compliant,
            ),
            (
                json!({ "AdvancedEventSelectors": [{ "FieldSelectors": [{ "Field": "eventCategory", "Equals": ["Data"] }] }] }),
                Verdict::Noncompliant,
            ),
            (
                json!({ "AdvancedEventSelectors": [{ "FieldSelectors": [{ "Field": "eventCategory", "Equals": ["Management"] }] }] }),
                Verdict::Compliant,
            ),
            (
                json!({ "EventSelectors": { "$unknown": "Selectors" } }),
                Verdict::Indeterminate,
            ),
            (
                json!({ "IsLogging": { "$unknown": "On" } }),
                Verdict::Indeterminate,
            ),
        ] {
            assert_eq!(verdict(vec![trail("T", &change)]), expected, "{change}");
        }
    }

    #[test]
    fn one_trail_that_records_everything_is_enough() {
        let data = trail(
            "Data",
            &json!({ "EventSelectors": [{ "IncludeManagementEvents": false }] }),
        );
        assert_eq!(verdict(vec![data.clone()]), Verdict::Noncompliant);
        assert_eq!(
            verdict(vec![data, trail("All", &json!({}))]),
            Verdict::Compliant
        );
    }
}
