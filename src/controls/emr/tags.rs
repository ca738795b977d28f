//! Clusters carry the tags that the organisation and AWS's v2 policies need.

use crate::artifact::Member;
use crate::control::settings::{Includes, Pattern, Switch, settings};
use crate::control::{Conditions, Control, Draft, Meta, Severity, Span, View, Weakening};
use crate::lattice::Text;
use crate::observed::cluster::Attribute;
use crate::observed::{Known, Node, Reason, ResourceKind, Value};
use serde_json::json;

#[derive(Debug)]
pub(crate) enum Tags {}

settings! {
    pub(crate) struct Setting {
        /// Tags that every cluster carries: `key`, or `key=value` with `*` and `?` in the value.
        required: Includes<Pattern>,
        /// Whether the tag that AWS's v2 managed policies ask for is required.
        managed_policies: Switch = false,
    }
}

/// The tag on which `AmazonEMRServicePolicy_v2` lets EMR act. Source: EMR Management Guide, *EMR managed policies*.
const MANAGED: &str = "for-use-with-amazon-emr-managed-policies=true";

impl Control for Tags {
    const META: &'static Meta = &Meta {
        id: "emr.tags",
        title: "clusters carry the tags that the organisation and AWS's v2 policies need",
        severity: Severity::Low,
        kinds: &[ResourceKind::EmrCluster],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 CM-8"],
        docs: include_str!("tags.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let tags = seen.resource.cluster().attribute(Attribute::Tags);
        let converts = seen.resource.form.is_template();
        for required in &want.required {
            judge_tag(required, "required", tags, converts, out);
        }
        if want.managed_policies {
            let required = Text::from(MANAGED);
            judge_tag(&required, "managed-policies", tags, converts, out);
        }
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        let mut fixed = Vec::new();
        for text in &want.required {
            if key_of(text).is_some() && !text.is_pattern() {
                let Some(tag) = draft.bound("required", text) else {
                    return;
                };
                fixed.push(tag);
            }
        }
        if want.managed_policies && !fixed.iter().any(|tag| tag == MANAGED) {
            fixed.push(MANAGED.to_owned());
        }
        let tags: Vec<_> = fixed
            .iter()
            .filter_map(|tag| tag.split_once('='))
            .map(|(key, value)| json!({"Key": key, "Value": value}))
            .collect();
        if !tags.is_empty() {
            draft.launch(Member::Tags, tags, None);
        }
    }

    const WEAKENINGS: &'static [Weakening] = &[
        Weakening::remove("/Tags").in_launch(),
        Weakening::set("/Tags", "[]").in_launch(),
    ];
}

/// The key of a required `key=value`; nothing for a required key alone.
fn key_of(required: &Text) -> Option<String> {
    let written = required.to_string();
    written.split_once('=').map(|(key, _)| key.to_owned())
}

/// How one tag of the cluster answers one that is required.
enum Answer<'t> {
    Right,
    Other,
    Unknown(Node<'t>, &'t Reason),
    NotThis,
}

fn answer<'t>(required: &Text, key: Option<&str>, tag: Node<'t>, converts: bool) -> Answer<'t> {
    let written = match tag.get("Key").text() {
        Known::Set(written) => written,
        Known::Unreadable(reason) => return Answer::Unknown(tag.get("Key"), reason),
        Known::Absent | Known::Mistyped => return Answer::NotThis,
    };
    let Some(key) = key else {
        return if required.accepts(written) {
            Answer::Right
        } else {
            Answer::NotThis
        };
    };
    if !Text::from(key).accepts_as_pattern(written) {
        return Answer::NotThis;
    }
    let value = tag.get("Value");
    let text = match value.value() {
        Value::String(text) => text,
        Value::Absent => "",
        Value::Number(text) if converts => text,
        Value::Bool(true) if converts => "true",
        Value::Bool(false) if converts => "false",
        Value::Unreadable(reason) => return Answer::Unknown(value, reason),
        Value::Template => {
            let reason = value.reason();
            return reason.map_or(Answer::Other, |reason| Answer::Unknown(value, reason));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::List | Value::Map => {
            return Answer::Other;
        }
    };
    if required.accepts_as_pattern(&format!("{written}={text}")) {
        Answer::Right
    } else {
        Answer::Other
    }
}

fn judge_tag(
    required: &Text,
    setting: &'static str,
    tags: Node<'_>,
    converts: bool,
    out: &mut Conditions,
) {
    let key = key_of(required);
    let mut other = None;
    let mut unknown = tags.reason().map(|reason| (tags, reason));
    for tag in tags.items() {
        match answer(required, key.as_deref(), tag, converts) {
            Answer::Right => return out.held(),
            Answer::Other => other = Some(tag.get("Value")),
            Answer::Unknown(node, reason) => unknown = unknown.or(Some((node, reason))),
            Answer::NotThis => {}
        }
    }
    let wanted = key.unwrap_or_else(|| required.to_string());
    let condition = match (unknown, other) {
        (_, Some(value)) => out.failed(value, format!("tag `{wanted}` has another value")),
        (Some((node, reason)), None) => {
            let message = format!("whether tag `{wanted}` is right is unknown");
            out.unknown(node, reason, message)
        }
        (None, None) => out.failed(tags, format!("tag `{wanted}` is missing")),
    };
    let observed = match (other, unknown) {
        (Some(value), _) => value.display(),
        (None, Some((node, _))) => node.display(),
        // The other tags are not what is wrong.
        (None, None) if matches!(tags.value(), Value::List) => "absent".to_owned(),
        (None, None) => tags.display(),
    };
    condition
        .under(setting)
        .expected(format!("`{required}`"))
        .observed(observed);
    let value = required.as_literal().and_then(|text| text.split_once('='));
    if let (Some(node), Some((_, value))) = (
        other,
        value.filter(|(_, value)| !value.contains(['*', '?'])),
    ) {
        condition.mended_by(node, value);
    }
}

#[cfg(test)]
mod tests {
    use super::Tags;
    use crate::control::testing::{all_of, cluster, etl_daily};
    use crate::control::{Entry, Verdict};
    use crate::lattice::Shape;
    use crate::observed::Form;
    use serde_json::{Value, json};

    const ENTRY: Entry = Entry::of::<Tags>();

    fn verdict(required: &str, form: Form, body: &Value) -> Verdict {
        cluster(&ENTRY, &[("required", all_of(&[required]))], form, body).verdict
    }

    #[test]
    fn a_tag_is_there_with_a_matching_value() {
        for (required, expected) in [
            ("Owner", Verdict::Compliant),
            ("Owner=data-*", Verdict::Compliant),
            ("Owner=ops", Verdict::Noncompliant),
            ("owner", Verdict::Noncompliant),
            ("Own", Verdict::Noncompliant),
        ] {
            assert_eq!(
                verdict(required, Form::Request, &etl_daily()),
                expected,
                "{required}"
            );
        }
    }

    #[test]
    fn an_unknown_value_is_enough_for_a_key_alone() {
        let body = json!({"Tags": [{"Key": "Owner", "Value": {"$unknown": "Team"}}]});
        assert_eq!(
            verdict("Owner", Form::CloudFormation, &body),
            Verdict::Compliant
        );
        assert_eq!(
            verdict("Owner=x", Form::CloudFormation, &body),
            Verdict::Indeterminate
        );
    }

    #[test]
    fn an_unknown_key_or_list_may_be_the_tag() {
        for body in [
            json!({"Tags": [{"Key": {"$unknown": "K"}, "Value": "x"}]}),
            json!({"Tags": {"$unknown": "T"}}),
            json!({"$open": "the connection"}),
        ] {
            assert_eq!(
                verdict("Owner", Form::Request, &body),
                Verdict::Indeterminate,
                "{body}"
            );
        }
        assert_eq!(
            verdict("Owner", Form::Request, &json!({})),
            Verdict::Noncompliant
        );
    }

    #[test]
    fn cloudformation_converts_values() {
        let body =
            json!({"Tags": [{"Key": "for-use-with-amazon-emr-managed-policies", "Value": true}]});
        let asked = [("managed-policies", Shape::AtLeast(1))];
        let template = cluster(&ENTRY, &asked, Form::CloudFormation, &body);
        assert_eq!(template.verdict, Verdict::Compliant);
        let request = cluster(&ENTRY, &asked, Form::Request, &body);
        assert_eq!(request.verdict, Verdict::Noncompliant);
    }
}
