//! Clusters carry the tags that the organisation and AWS's v2 policies need.

use crate::artifact::Member;
use crate::control::settings::{Includes, Pattern, Switch, settings};
use crate::control::{Conditions, Control, Draft, Meta, Severity, Span, View, Weakening};
use crate::lattice::Text;
use crate::observed::cluster::Attribute;
use crate::observed::{Form, Known, Node, ResourceKind, Value};
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
        let converts = seen.resource.form == Form::CloudFormation;
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

fn judge_tag(
    required: &Text,
    setting: &'static str,
    tags: Node<'_>,
    converts: bool,
    out: &mut Conditions,
) {
    let key_alone = key_of(required);
    let same_key = |key: &str| match &key_alone {
        Some(wanted) => Text::from(wanted.as_str()).accepts_as_pattern(key),
        None => required.accepts(key),
    };
    let mut other = None;
    let mut unknown = tags.reason().map(|reason| (tags, reason));
    for tag in tags.items() {
        let key = match tag.get("Key").text() {
            Known::Set(key) => key,
            Known::Unreadable(reason) => {
                unknown = unknown.or(Some((tag.get("Key"), reason)));
                continue;
            }
            Known::Absent | Known::Mistyped => continue,
        };
        if !same_key(key) {
            continue;
        }
        let value = tag.get("Value");
        let text = match value.value() {
            Value::String(text) | Value::Number(text) if converts => text,
            Value::Bool(value) if converts => {
                if value {
                    "true"
                } else {
                    "false"
                }
            }
            Value::String(text) => text,
            Value::Absent => "",
            Value::Unreadable(reason) if key_alone.is_some() => {
                unknown = unknown.or(Some((value, reason)));
                continue;
            }
            Value::Template if key_alone.is_some() => {
                unknown = unknown.or(value.reason().map(|reason| (value, reason)));
                continue;
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::List | Value::Map => {
                other = Some(value);
                continue;
            }
            Value::Unreadable(_) | Value::Template => return out.held(),
        };
        if key_alone.is_none() || required.accepts_as_pattern(&format!("{key}={text}")) {
            return out.held();
        }
        other = Some(value);
    }
    let wanted = key_alone.unwrap_or_else(|| required.to_string());
    let condition = match (unknown, other) {
        (_, Some(value)) => out.failed(value, format!("tag `{wanted}` has another value")),
        (Some((node, reason)), None) => out.unknown(
            node,
            reason,
            format!("whether tag `{wanted}` is right is unknown"),
        ),
        (None, None) => out.failed(tags, format!("tag `{wanted}` is missing")),
    };
    condition
        .under(setting)
        .expected(format!("`{required}`"))
        .observed(other.map_or_else(|| tags.display(), Node::display));
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
