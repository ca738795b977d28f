//! Data access can be traced to the person and the job.

use crate::artifact::{LakeSetting, Statement};
use crate::aws::iam;
use crate::control::lake::Context;
use crate::control::lake::places::locations_of;
use crate::control::lake::trails::records_reads;
use crate::control::settings::{Switch, settings};
use crate::control::{Conditions, Control, Draft, Meta, Once, Severity, Span, View, Weakening};
use crate::observed::{Known, Node, ResourceKind};
use serde_json::json;

#[derive(Debug)]
pub(crate) enum AuditContext {}

settings! {
    pub(crate) struct Setting {
        /// Whether the querying role stands in the data events of S3.
        source_identity: Switch = true,
        /// Whether the user of Identity Center stands in the trail.
        set_context: Switch = true,
        /// Whether a trail records reads of the registered buckets.
        data_events: Switch = true,
    }
}

impl Control for AuditContext {
    const META: &'static Meta = &Meta {
        id: "lake.audit-context",
        title: "data access can be traced to the person and the job",
        severity: Severity::Low,
        kinds: &[ResourceKind::LakeFormationSettings, ResourceKind::S3Bucket],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AU-3", "own NIST-800-53 AU-10"],
        docs: include_str!("audit_context.md"),
    };
    type Setting = Setting;
    const ONCE: Option<Once> = Some(Once::LakeSettings);

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if seen.resource.kind() == ResourceKind::S3Bucket {
            if want.data_events && seen.is_live() {
                judge_events(seen, out);
            }
            return;
        }
        let parameters = seen.resource.lake_settings().get("Parameters");
        if want.source_identity {
            let node = parameters.get("SET_SOURCE_IDENTITY");
            judge_parameter(
                node,
                "SET_SOURCE_IDENTITY",
                "source-identity",
                Severity::Low,
                out,
            );
        }
        if want.set_context {
            // `TRUE` in a fresh account, and not among the keys that the API documents.
            let node = parameters.get("SET_CONTEXT");
            let severity = if node.is_absent() {
                Severity::Info
            } else {
                Severity::Low
            };
            judge_parameter(node, "SET_CONTEXT", "set-context", severity, out);
        }
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        if want.set_context {
            draft.lake_setting(LakeSetting::SetContext, "TRUE", Some("set-context"));
        }
        if !want.source_identity {
            return;
        }
        draft.lake_setting(
            LakeSetting::SetSourceIdentity,
            "TRUE",
            Some("source-identity"),
        );
        for location in locations_of(draft.requirements.get("lake.locations")) {
            let role = location.role.as_ref().and_then(|role| role.as_literal());
            let Some(name) = role.and_then(iam::role_name).map(str::to_owned) else {
                continue;
            };
            let statement =
                Statement::allow("LakeFormationSourceIdentity", &["sts:SetSourceIdentity"])
                    .by(json!({ "Service": "lakeformation.amazonaws.com" }));
            draft.statement(
                &format!("iam/role-trust/{name}"),
                statement,
                Some("source-identity"),
            );
        }
    }

    const WEAKENINGS: &'static [Weakening] = &[
        Weakening::set(
            "/DataLakeSettings/Parameters/SET_SOURCE_IDENTITY",
            "\"FALSE\"",
        )
        .in_lake_settings(),
        Weakening::remove("/DataLakeSettings/Parameters/SET_SOURCE_IDENTITY").in_lake_settings(),
    ];
}

fn judge_parameter(
    node: Node<'_>,
    name: &str,
    setting: &'static str,
    severity: Severity,
    out: &mut Conditions,
) {
    let condition = match node.text() {
        Known::Set(text) if text.eq_ignore_ascii_case("true") => return out.held(),
        Known::Set(_) => out.failed(node, format!("`{name}` is {}", node.display())),
        Known::Absent => out.failed(node, format!("`{name}` is absent")),
        Known::Mistyped => out.undecided(
            node,
            format!("`{name}` is {}, not a text", node.display()),
            format!("write `{name}` as the text \"TRUE\""),
        ),
        Known::Unreadable(reason) => out.unknown(node, reason, format!("`{name}` is unknown")),
    };
    condition
        .under(setting)
        .at(severity)
        .expected("`TRUE`")
        .observed(node.display())
        .mended_as(node, name, Some("TRUE"));
}

/// A bucket that a registered location lies in must be recorded.
fn judge_events(seen: &View<'_, '_>, out: &mut Conditions) {
    let Some(name) = seen.resource.identity.name.as_deref() else {
        return;
    };
    let context = Context::of(seen);
    let registered = context.registered_places();
    let mut ours = registered.0.over(name).chain(registered.0.below(name));
    if ours.next().is_none() {
        return;
    }
    let answer = seen.resource.body.get("cloudtrail:GetEventSelectors");
    let condition = match answer.reason() {
        Some(reason) => out.unknown(
            answer,
            reason,
            "whether a trail records reads of the bucket is unknown",
        ),
        None if records_reads(answer, name) => return out.held(),
        None => out.failed(answer, format!("no trail records reads of bucket `{name}`")),
    };
    condition
        .under("data-events")
        .expected("data events of its objects, reads included");
}
