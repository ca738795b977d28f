//! Applications run in our VPC.

use crate::control::settings::{Choice, OneOf, Plain, Subnet, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::{Known, Node, ResourceKind, Value};

#[derive(Debug)]
pub(crate) enum Network {}

settings! {
    pub(crate) struct Setting {
        /// Subnets that applications may run in.
        subnets: OneOf<Subnet>,
        /// Security groups that applications may have.
        groups: OneOf<Plain>,
    }
}

impl Control for Network {
    const META: &'static Meta = &Meta {
        id: "serverless.network",
        title: "applications run in our VPC",
        severity: Severity::High,
        kinds: &[ResourceKind::EmrServerlessApplication],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own NIST-800-53 SC-7"],
        docs: include_str!("network.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let application = seen.resource.application();
        judge_list(
            application.subnet_ids(),
            ("subnets", "subnet"),
            &want.subnets,
            out,
        );
        let groups = application.security_group_ids();
        judge_list(groups, ("groups", "security group"), &want.groups, out);
    }
}

fn judge_list(
    list: Node<'_>,
    (setting, what): (&'static str, &str),
    allowed: &Choice,
    out: &mut Conditions,
) {
    let condition = match list.value() {
        Value::List if list.items().len() > 0 => {
            for item in list.items() {
                judge_item(item, (setting, what), allowed, out);
            }
            return;
        }
        Value::Unreadable(reason) => out.unknown(list, reason, format!("the {what}s are unknown")),
        Value::List | Value::Absent | Value::Null => out.failed(
            list,
            format!("no {what} is named, so jobs run in AWS's network"),
        ),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Template | Value::Map => out
            .failed(
                list,
                format!("the {what}s are {}", list.value().type_name()),
            ),
    };
    condition
        .under(setting)
        .expected(allowed.to_string())
        .observed(list.display());
}

fn judge_item(
    item: Node<'_>,
    (setting, what): (&'static str, &str),
    allowed: &Choice,
    out: &mut Conditions,
) {
    let condition = match item.text() {
        Known::Set("") | Known::Absent | Known::Mistyped => {
            out.failed(item, format!("a {what} is {}", item.display()))
        }
        Known::Set(id) if allowed.allows(id) => return out.held(),
        Known::Set(id) => out.failed(item, format!("{what} `{id}` is not among those allowed")),
        // Whatever it is, it is one of ours.
        Known::Unreadable(_) if allowed.is_any() => return out.held(),
        Known::Unreadable(reason) => out.unknown(item, reason, format!("a {what} is unknown")),
    };
    condition
        .under(setting)
        .expected(allowed.to_string())
        .observed(item.display());
}
