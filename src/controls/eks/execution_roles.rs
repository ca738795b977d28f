//! Execution roles of EMR on EKS trust one namespace and service account.

use crate::artifact::Statement;
use crate::aws::iam;
use crate::control::policy::{Document, Opening, is_principal, trust_of};
use crate::control::roles::is_role;
use crate::control::service_accounts::{ForPods, ForWeb, Who, may_be_emr};
use crate::control::settings::{Exactly, OneOf, Plain, RolePattern, settings};
use crate::control::{Conditions, Control, Draft, Meta, Severity, Span, View};
use crate::observed::{Form, Known, Node, Reason, ResourceKind, Value};
use serde_json::json;
use std::collections::BTreeSet;

#[derive(Debug)]
pub(crate) enum ExecutionRoles {}

settings! {
    pub(crate) struct Setting {
        /// The execution roles, by ARN. Roles that trust EMR's service accounts and are none of them are noncompliant.
        roles: OneOf<RolePattern>,
        /// The namespaces whose jobs may assume them.
        namespaces: OneOf<Plain>,
        /// The OIDC provider of the EKS cluster, without `https://`: needed to compile, and then the only one trusted.
        oidc_provider: Exactly<Plain>,
    }
}

const ASSOCIATIONS: &str = "eks:ListPodIdentityAssociations";

impl Control for ExecutionRoles {
    const META: &'static Meta = &Meta {
        id: "eks.execution-roles",
        title: "execution roles trust one namespace and service account",
        severity: Severity::High,
        kinds: &[ResourceKind::IamRole],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-6"],
        docs: include_str!("execution_roles.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let role = seen.resource;
        let name = role
            .identity
            .arn
            .as_deref()
            .or(role.identity.name.as_deref());
        let listed = !want.roles.is_any()
            && name.is_some_and(|name| want.roles.allows_by(|text| is_role(text, name)));
        if role.form == Form::Named {
            if listed {
                out.leave_to_audit();
            }
            return;
        }
        if !is_principal(role) || role.is_a("AWS::IAM::User") || role.is_a("AWS::IAM::Group") {
            return;
        }
        let trust = Document::of(trust_of(role), seen.scope);
        if !listed {
            if !may_be_emr(trust) {
                return;
            }
            match name {
                Some(name) => drop(out.must_be_role(trust.node, name, &want.roles)),
                None if want.roles.is_any() => {}
                None => {
                    out.undecided(
                        trust.node,
                        "whether the role is among those allowed is not known, because its name is not",
                        "give the role a name",
                    )
                    .under("roles");
                }
            }
        }
        if out.unknown_policies(&[trust], "the trust of the role") {
            return;
        }
        judge_trust(want, trust, seen, out);
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        let (roles, namespaces) = (
            draft.bound_all("roles", &want.roles),
            draft.bound_all("namespaces", &want.namespaces),
        );
        let names: BTreeSet<&str> = roles
            .iter()
            .filter(|role| !role.contains(['*', '?']))
            .filter_map(|role| iam::role_name(role))
            .collect();
        if names.is_empty() || namespaces.is_empty() {
            return;
        }
        let Some(provider) = &want.oidc_provider else {
            draft.warn(
                Some("roles"),
                "the trust of these roles is not written: the OIDC provider of the EKS cluster is not named",
                "name it under `oidc-provider` in `[eks.execution-roles]`",
            );
            return;
        };
        let Some(provider) = draft.bound("oidc-provider", provider) else {
            return;
        };
        // EMR on EKS Development Guide, *Update the trust policy of the job execution role*.
        let accounts: Vec<String> = namespaces
            .iter()
            .map(|namespace| format!("system:serviceaccount:{namespace}:emr-containers-sa-*"))
            .collect();
        let (partition, account) = (draft.target.partition, draft.target.account.clone());
        let federated = format!("arn:{partition}:iam::{account}:oidc-provider/{provider}");
        let statement = Statement::allow("EmrServiceAccounts", &["sts:AssumeRoleWithWebIdentity"])
            .by(json!({ "Federated": federated }))
            .when(json!({ "StringLike": { format!("{provider}:sub"): accounts } }));
        for name in names {
            let file = format!("iam/role-trust/{name}");
            draft.statement(&file, statement.clone(), Some("roles"));
        }
    }
}

fn judge_trust(want: &Setting, trust: Document<'_, '_>, seen: &View<'_, '_>, out: &mut Conditions) {
    let openings = trust.openings(ASSUMING, None);
    for opening in &openings {
        let node = opening.principal.node;
        match Who::of(opening) {
            Who::Web => judge_web(want, opening, seen, out),
            Who::Pods => {
                judge_pods(ForPods::of(opening, trust, seen.scope), node, out);
                if seen.is_live() {
                    judge_associations(want, seen, out);
                }
            }
            Who::Unknown => {
                out.undecided(
                    node,
                    "who may assume the role is not known",
                    "write the principal literally",
                );
            }
            Who::Other(who) => {
                out.failed(node, format!("{who} may assume the role"))
                    .expected("service accounts of EMR on EKS alone")
                    .observed(node.display());
            }
        }
    }
    if openings.is_empty() {
        out.failed(trust.node, "nobody may assume the role")
            .expected("`sts:AssumeRoleWithWebIdentity` for EMR's service accounts")
            .observed(trust.node.display());
    }
}

/// The actions by which a role is assumed. Source: STS API.
const ASSUMING: &[&str] = &[
    "sts:AssumeRoleWithWebIdentity",
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
];

fn judge_web(want: &Setting, opening: &Opening<'_, '_>, seen: &View<'_, '_>, out: &mut Conditions) {
    let node = opening.principal.node;
    let provider = want.oidc_provider.as_ref();
    let namespace = if want.namespaces.is_any() {
        "one namespace".to_owned()
    } else {
        format!("namespace {}", want.namespaces)
    };
    match ForWeb::of(opening, &want.namespaces, provider, seen.scope) {
        ForWeb::Bound => return out.held(),
        ForWeb::Unknown => out.undecided(
            node,
            "which service accounts may assume the role is not known",
            "write the `sub` condition literally",
        ),
        ForWeb::OtherProvider(provider) => out.failed(
            node,
            format!("another identity provider may assume the role: {provider}"),
        ),
        ForWeb::Open(whom) => out.failed(node, format!("{whom} may assume the role")),
    }
    .under("namespaces")
    .expected(format!(
        "a `sub` of `system:serviceaccount:NAMESPACE:emr-containers-sa-*`, of {namespace}"
    ))
    .observed(node.display());
}

fn judge_pods(found: ForPods, node: Node<'_>, out: &mut Conditions) {
    match found {
        ForPods::Bound => return out.held(),
        ForPods::Unknown => out.undecided(
            node,
            "for which clusters EKS may assume the role is not known",
            "write `aws:SourceAccount` or `aws:SourceArn` literally",
        ),
        ForPods::NoTags => out.failed(
            node,
            "EKS may not tag the sessions of pods: `sts:TagSession` is not allowed",
        ),
        ForPods::Open => out.failed(
            node,
            "EKS may assume the role for any cluster: no condition on `aws:SourceAccount` or `aws:SourceArn`",
        ),
    }
    .expected("`sts:AssumeRole` and `sts:TagSession` under a condition on the account or the cluster")
    .observed(node.display());
}

/// The trust for Pod Identity names no namespace: the associations of the EKS cluster do.
fn judge_associations(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
    let answer = seen.resource.body.get(ASSOCIATIONS);
    let list = answer.get("associations");
    if !matches!(list.value(), Value::List) {
        let missing = Reason::NotObserved {
            action: ASSOCIATIONS.to_owned(),
        };
        let refused = answer
            .reason()
            .filter(|reason| matches!(reason, Reason::Call { .. }));
        out.unknown(
            answer,
            refused.unwrap_or(&missing),
            "which pods have the role is unknown",
        )
        .under("namespaces");
        return;
    }
    for association in list.items() {
        let node = association.get("namespace");
        let condition = match node.text() {
            Known::Set(name) if want.namespaces.allows(name) => {
                out.held();
                continue;
            }
            Known::Set(name) => {
                out.failed(node, format!("pods of namespace `{name}` have the role"))
            }
            Known::Absent | Known::Mistyped | Known::Unreadable(_) => out.undecided(
                association,
                "the namespace of an association is not known",
                "observe again",
            ),
        };
        condition
            .under("namespaces")
            .expected(want.namespaces.to_string())
            .observed(node.display());
    }
}

#[cfg(test)]
mod tests;
