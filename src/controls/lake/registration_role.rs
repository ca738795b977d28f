//! Registered locations use a narrow role of ours, never the service-linked one.

use crate::aws::lake_formation::name::{Likeness, Name};
use crate::aws::lake_formation::principal::{Principal, PrincipalKind, is_account};
use crate::control::lake::Context;
use crate::control::lake::members::permitted;
use crate::control::lake::places::locations_of;
use crate::control::lake::registration::{compile_role, judge_role};
use crate::control::settings::{OneOf, RolePattern, Switch, settings};
use crate::control::{Conditions, Control, Draft, Meta, Severity, Span, View};
use crate::observed::{Node, ResourceKind, Switch as Seen, Value};

#[derive(Debug)]
pub(crate) enum RegistrationRole {}

settings! {
    pub(crate) struct Setting {
        /// Patterns of the roles that locations may be registered with.
        roles: OneOf<RolePattern>,
        /// Whether the trust of the role must let Lake Formation set a source identity.
        source_identity: Switch = false,
    }
}

const SERVICE_LINKED: &str = "AWSServiceRoleForLakeFormationDataAccess";

impl Control for RegistrationRole {
    const META: &'static Meta = &Meta {
        id: "lake.registration-role",
        title: "registered locations use a narrow role of ours, never the service-linked one",
        severity: Severity::High,
        kinds: &[ResourceKind::LakeFormationLocation, ResourceKind::IamRole],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-6"],
        docs: include_str!("registration_role.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if seen.resource.kind() == ResourceKind::IamRole {
            return judge_role(seen, want.source_identity, out);
        }
        let root = seen.resource.registered_location();
        let linked = root.get("UseServiceLinkedRole");
        match seen.resource.lake_switch(linked) {
            Seen::On | Seen::TextOn => {
                out.failed(linked, "the location uses the service-linked role")
                    .expected("a role of ours")
                    .observed(linked.display());
                return;
            }
            Seen::Unreadable(reason) => {
                out.unknown(
                    linked,
                    reason,
                    "whether the location uses the service-linked role is unknown",
                );
            }
            Seen::Off | Seen::Absent | Seen::TextOff | Seen::Odd => {}
        }
        judge_name(want, &Context::of(seen), root.get("RoleArn"), out);
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        for location in locations_of(draft.requirements.get("lake.locations")) {
            let role = location.role.as_ref().and_then(|role| role.as_literal());
            if let (Some(role), Some(place)) = (role, location.place.as_known()) {
                compile_role(draft, role, place, want.source_identity);
            }
        }
    }
}

/// The role that is named must be an allowed one of ours.
fn judge_name<'t>(want: &Setting, context: &Context<'_, 't>, node: Node<'t>, out: &mut Conditions) {
    if matches!(node.value(), Value::Absent | Value::Null) {
        out.failed(node, "the location is registered with no role of ours")
            .under("roles")
            .expected(want.roles.to_string())
            .observed(node.display());
        return;
    }
    let name = match context.text(node) {
        Ok(name) => name,
        Err(trouble) => return trouble.record(out),
    };
    let shown = name.to_string();
    let role = shown.rsplit('/').next().unwrap_or_default();
    if role == SERVICE_LINKED {
        out.failed(node, "the location uses the service-linked role")
            .expected("a role of ours")
            .observed(node.display());
        return;
    }
    if !is_role_arn(&name) {
        out.failed(node, format!("`{shown}` is not the ARN of a role"))
            .expected("`arn:<partition>:iam::<account>:role/<name>`")
            .observed(node.display());
        return;
    }
    let condition = match (permitted(&want.roles, &name), node.reason()) {
        (Likeness::Same, _) if !want.roles.is_any() || name.as_known().is_some() => {
            return out.held();
        }
        (Likeness::Different, _) => {
            out.failed(node, format!("the location is registered with `{shown}`"))
        }
        (Likeness::Same | Likeness::Possible, Some(reason)) => {
            out.unknown(node, reason, "the role of the location is unknown")
        }
        (Likeness::Same | Likeness::Possible, None) => out.undecided(
            node,
            "the role of the location is unknown",
            "choose a target with `--target`",
        ),
    };
    condition
        .under("roles")
        .expected(want.roles.to_string())
        .observed(node.display());
}

/// Whether a name can be the ARN of a role. The API's own pattern names partition `aws` only; others are not failed for it.
fn is_role_arn(name: &Name) -> bool {
    let shown = name.to_string();
    match name.as_known() {
        Some(text) => Principal::of(text).is_some_and(|one| {
            one.kind == PrincipalKind::Role && one.account.is_some_and(is_account)
        }),
        None => {
            !shown.starts_with("arn:")
                || Principal::of(&shown).is_some_and(|one| one.kind == PrincipalKind::Role)
        }
    }
}
