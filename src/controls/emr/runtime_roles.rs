//! Every job runs under a role of its own.

use crate::artifact::Leaf;
use crate::control::settings::{Allowance, OneOf, RolePattern, Switch, settings};
use crate::control::{
    Conditions, Control, Draft, Meta, Severity, Span, View, Weakening, names_role,
};
use crate::observed::cluster::{Attribute, Fact};
use crate::observed::{Known, Node, ResourceKind};

#[derive(Debug)]
pub(crate) enum RuntimeRoles {}

settings! {
    pub(crate) struct Setting {
        /// Whether the source identity of the caller must reach the job's session.
        propagate_source_identity: Switch = true,
        /// The roles that jobs may run under, as patterns.
        roles: OneOf<RolePattern>,
        /// Whether every step that is seen must carry a role.
        steps: Switch = false,
        /// Whether Spark Connect sessions are allowed.
        sessions: Allowance = true,
    }
}

const SECTION: &str = "AuthorizationConfiguration/IAMConfiguration";

impl Control for RuntimeRoles {
    const META: &'static Meta = &Meta {
        id: "emr.runtime-roles",
        title: "every job runs under a role of its own",
        severity: Severity::High,
        kinds: &[
            ResourceKind::EmrSecurityConfiguration,
            ResourceKind::EmrCluster,
        ],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-6", "own NIST-800-53 AU-10"],
        docs: include_str!("runtime_roles.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if let Some(document) = seen.document(out) {
            let section = document.path(SECTION);
            let body = section.get("ApplicationScopedIAMRoleConfiguration");
            out.must_be_on_over(
                section.get("EnableApplicationScopedIAMRole"),
                "EnableApplicationScopedIAMRole",
                body,
                "ApplicationScopedIAMRoleConfiguration",
            );
            if want.propagate_source_identity {
                out.must_be_on(
                    body.get("PropagateSourceIdentity"),
                    "PropagateSourceIdentity",
                    Some("propagate-source-identity"),
                );
            }
            // EMR Management Guide, *Runtime roles for Amazon EMR steps*: from 6.7.0.
            out.must_reach_release(seen, &["emr-6.7.0"], "runtime roles", None);
        }
        if seen.is_cluster() {
            judge_steps(want, seen, out);
            judge_sessions(want, seen, out);
        }
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        draft.document(Leaf::EnableApplicationScopedIamRole, true, None);
        let mut actions = vec!["sts:AssumeRole", "sts:TagSession"];
        if want.propagate_source_identity {
            let setting = Some("propagate-source-identity");
            draft.document(Leaf::PropagateSourceIdentity, true, setting);
            actions.push("sts:SetSourceIdentity");
        }
        if want.roles.is_any() {
            draft.warn(
                None,
                "the policy of the instance profile does not name the runtime roles",
                "list them under `roles` in `[emr.runtime-roles]`",
            );
            return;
        }
        let roles = draft.bound_all("roles", &want.roles);
        draft.may_assume(
            &roles,
            "InstanceProfileAssumesRuntimeRoles",
            &actions,
            "roles",
        );
    }

    const WEAKENINGS: &'static [Weakening] = &[
        Weakening::set(
            "/AuthorizationConfiguration/IAMConfiguration/EnableApplicationScopedIAMRole",
            "false",
        )
        .also(LEAN_ON_ROLES),
        Weakening::remove("/AuthorizationConfiguration/IAMConfiguration").also(LEAN_ON_ROLES),
        Weakening::set(
            "/AuthorizationConfiguration/IAMConfiguration/ApplicationScopedIAMRoleConfiguration/PropagateSourceIdentity",
            "false",
        ),
    ];
}

/// Controls that ask for runtime roles beside their own feature, or see a switch off over a body.
const LEAN_ON_ROLES: &[&str] = &[
    "emr.document-schema",
    "emr.feature-combinations",
    "emr.lake-formation",
];

/// The role of the steps of a request; what a described or live cluster ran needs a call for each step.
fn judge_steps(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
    let cluster = seen.resource.cluster();
    let steps = cluster.attribute(Attribute::Steps);
    let Fact::Says(role) = cluster.fact(Attribute::StepExecutionRoleArn) else {
        if want.steps && !seen.resource.form.is_template() {
            out.undecided(
                cluster.root(),
                "the roles of the steps are unknown: only `elasticmapreduce:DescribeStep` tells them",
                "allow `elasticmapreduce:DescribeStep` and observe again",
            )
            .under("steps");
        }
        return;
    };
    // Steps that a workflow adds after the launch have a role of their own, or none: the request's is for its own steps.
    let (own, others): (Vec<_>, Vec<_>) = steps
        .items()
        .map(|step| step.get("ExecutionRoleArn"))
        .partition(|role| !role.is_absent() && role.missing_key().is_none());
    for role in own {
        judge_own_role(want, role, out);
    }
    match role.text() {
        Known::Set(name) if !name.is_empty() => judge_role(want, role, name, out),
        Known::Unreadable(reason) => {
            out.unknown(role, reason, "the role of the steps is unknown")
                .under("roles");
        }
        Known::Mistyped => {
            out.failed(role, "`StepExecutionRoleArn` is not a string")
                .under("roles");
        }
        Known::Set(_) | Known::Absent if want.steps => match steps.reason() {
            Some(reason) => {
                out.unknown(steps, reason, "the steps are unknown")
                    .under("steps");
            }
            None if !others.is_empty() => {
                out.failed(role, "the steps of the request carry no role")
                    .under("steps")
                    .expected("`StepExecutionRoleArn`")
                    .observed(role.display());
            }
            None => out.held(),
        },
        Known::Set(_) | Known::Absent => {}
    }
}

/// The role of a step that was added to a running cluster.
fn judge_own_role(want: &Setting, role: Node<'_>, out: &mut Conditions) {
    match role.text() {
        Known::Set(name) if !name.is_empty() => judge_role(want, role, name, out),
        Known::Unreadable(reason) => {
            out.unknown(role, reason, "the role of a step is unknown")
                .under("roles");
        }
        Known::Set(_) | Known::Absent | Known::Mistyped if want.steps => {
            out.failed(role, "a step that is added to the cluster carries no role")
                .under("steps")
                .expected("`ExecutionRoleArn`")
                .observed(role.display());
        }
        Known::Set(_) | Known::Absent | Known::Mistyped => {}
    }
}

fn judge_role(want: &Setting, role: Node<'_>, name: &str, out: &mut Conditions) {
    if want
        .roles
        .allows_by(|text| text.accepts_as_pattern(name) || names_role(text, name))
    {
        out.held();
    } else {
        out.failed(
            role,
            "the role of the steps is not among those that the baseline allows",
        )
        .under("roles")
        .expected(want.roles.to_string())
        .observed(role.display());
    }
}

fn judge_sessions(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
    if want.sessions {
        return;
    }
    // CloudFormation cannot write the switch at all.
    if let Fact::Says(node) = seen.resource.cluster().fact(Attribute::SessionEnabled) {
        out.must_be_off(node, "SessionEnabled", "sessions");
    }
}
