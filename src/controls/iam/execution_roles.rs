//! Callers may start jobs only under the roles meant for them.

use crate::artifact::Statement;
use crate::control::Standing;
use crate::control::iam::{Complaint, Subject, beside};
use crate::control::policy::{Allowed, Limit, Test};
use crate::control::settings::{Includes, Only, RolePattern, settings, vocabulary};
use crate::control::{Conditions, Control, Draft, Meta, Severity, Span, View};
use crate::observed::{ResourceKind, Scope};
use serde_json::json;

#[derive(Debug)]
pub(crate) enum ExecutionRoles {}

vocabulary!(pub(crate) Service: "emr", "serverless", "eks");
settings! {
    pub(crate) struct Setting {
        /// The principals, by ARN, that may start jobs under any role.
        principals: Only<RolePattern> = NONE,
        /// The services whose callers are judged.
        services: Includes<Service> = &["emr", "serverless", "eks"],
    }
}

const NONE: &[&str] = &[];
const CALLS: &[&str] = &[
    "elasticmapreduce:AddJobFlowSteps",
    "elasticmapreduce:GetClusterSessionCredentials",
];
/// Actions that choose a role, and the condition key that bounds the choice.
/// Source: Service Authorization Reference, *Condition keys* of EMR and of EMR on EKS.
const BOUND: &[(&str, &[&str], &str)] = &[
    ("emr", CALLS, "elasticmapreduce:ExecutionRoleArn"),
    (
        "eks",
        &["emr-containers:StartJobRun"],
        "emr-containers:ExecutionRoleArn",
    ),
];

impl Control for ExecutionRoles {
    const META: &'static Meta = &Meta {
        id: "iam.execution-roles",
        title: "callers may start jobs only under the roles meant for them",
        severity: Severity::High,
        kinds: &[ResourceKind::IamRole],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-6"],
        docs: include_str!("execution_roles.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let asked = |service: &str| {
            want.services
                .iter()
                .any(|text| text.as_literal() == Some(service))
        };
        let emr = asked("emr") && has_runtime_roles(seen);
        if !emr && !asked("serverless") && !asked("eks") {
            return;
        }
        let Some(subject) = Subject::of(seen, &want.principals, out) else {
            return;
        };
        let unknown = out.unknown_held(&subject.held);
        let before = out.troubles().len();
        for (service, actions, key) in BOUND {
            if !asked(service) || *service == "emr" && !emr {
                continue;
            }
            for (action, grant) in subject.grants(actions.iter().copied(), &|_, test| {
                closes(test, key, seen.scope)
            }) {
                let what = format!("`{action}` under any role");
                let expected = format!("a condition on `{key}`");
                out.must_not_be_granted(
                    &grant,
                    Complaint {
                        what: &what,
                        expected: &expected,
                        setting: Some("services"),
                    },
                );
            }
        }
        if asked("serverless")
            && subject.allows(["emr-serverless:StartJobRun"], seen.scope) == Allowed::Yes
        {
            for (_, pass) in subject.grants(["iam:PassRole"], &|_, test| {
                beside_service(test, seen.scope)
            }) {
                let named = pass.statement.and_then(|statement| statement.resources());
                if named.is_none_or(|all| all.iter().any(|(_, pattern)| pattern.is_everything())) {
                    let complaint = Complaint {
                        what: "`emr-serverless:StartJobRun` under any role",
                        expected: "`iam:PassRole` on named roles",
                        setting: Some("services"),
                    };
                    out.must_not_be_granted(&pass, complaint);
                }
            }
        }
        if !unknown && out.troubles().len() == before {
            out.held();
        }
    }

    fn compile(_: &Setting, draft: &mut Draft<'_>) {
        let roles = draft.listed("emr.runtime-roles", "roles");
        if roles.is_empty() {
            return;
        }
        let operator = if roles.iter().any(|role| role.contains(['*', '?'])) {
            "ArnLike"
        } else {
            "ArnEquals"
        };
        let call = Statement::allow("StartJobsUnderRuntimeRoles", CALLS)
            .on(["*"])
            .when(json!({ operator: { "elasticmapreduce:ExecutionRoleArn": roles } }));
        draft.statement("iam/job-callers", call, Some("services"));
    }
}

/// Whether some cluster uses runtime roles: the baseline asks for it, or a document here turns it on.
fn has_runtime_roles(seen: &View<'_, '_>) -> bool {
    seen.requires("emr.runtime-roles")
        || seen
            .scope
            .may_have_runtime_roles(|body| !Standing::runtime_roles(body).is_off())
}

fn closes(test: &Test<'_>, key: &str, scope: &Scope<'_>) -> Limit {
    if !test.is(key) {
        return beside(test, scope);
    }
    test.each(scope, |value| match value.last_name() {
        _ if value.is_everything() => Limit::Open,
        // `role/*` of an account is any role of it.
        None if !value.is_open()
            && value
                .segments()
                .get(5)
                .is_some_and(|last| last.covers(&crate::aws::policy::Pattern::of("role/any"))) =>
        {
            Limit::Open
        }
        _ => Limit::Closed,
    })
}

fn beside_service(test: &Test<'_>, scope: &Scope<'_>) -> Limit {
    if test.is("iam:PassedToService") {
        Limit::Open
    } else {
        beside(test, scope)
    }
}
