//! Who may change grants, settings and block public access is listed.

use crate::control::iam::{Complaint, Subject, beside};
use crate::control::policy::{Document, Who, trust_of};
use crate::control::settings::{Includes, Only, Pattern, RolePattern, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::lattice::Text;
use crate::observed::ResourceKind;

#[derive(Debug)]
pub(crate) enum PermissionManagement {}

settings! {
    pub(crate) struct Setting {
        /// The principals, by ARN, that may.
        principals: Only<RolePattern> = NONE,
        /// The actions that nobody else may do.
        actions: Includes<Pattern> = ACTIONS,
    }
}

const NONE: &[&str] = &[];
const ACTIONS: &[&str] = &[
    "lakeformation:GrantPermissions",
    "lakeformation:RevokePermissions",
    "lakeformation:BatchGrantPermissions",
    "lakeformation:BatchRevokePermissions",
    "lakeformation:PutDataLakeSettings",
    "lakeformation:RegisterResource",
    "lakeformation:RegisterResourceWithPrivilegedAccess",
    "lakeformation:CreateLakeFormationOptIn",
    "elasticmapreduce:PutBlockPublicAccessConfiguration",
    "elasticmapreduce:CreateSecurityConfiguration",
    "elasticmapreduce:DeleteSecurityConfiguration",
    "glue:PutResourcePolicy",
    "glue:UpdateCatalog",
    "glue:CreateCatalog",
];
/// In the role of a job these overwrite permissions of a catalog's own, which is less than to manage them.
const OF_JOBS: &[&str] = &["glue:UpdateCatalog", "glue:CreateCatalog"];

impl Control for PermissionManagement {
    const META: &'static Meta = &Meta {
        id: "iam.permission-management",
        title: "who may change grants, settings and block public access is listed",
        severity: Severity::High,
        kinds: &[ResourceKind::IamRole],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-6"],
        docs: include_str!("permission_management.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let Some(subject) = Subject::of(seen, &want.principals, out) else {
            return;
        };
        let actions = want.actions.iter().filter_map(Text::as_literal);
        let grants = subject.grants(actions, &|_, test| beside(test, seen.scope));
        let of_jobs = is_glues(seen);
        let (low, high): (Vec<_>, Vec<_>) = grants
            .into_iter()
            .partition(|(action, _)| of_jobs && OF_JOBS.contains(action));
        out.must_have_no_grants(&subject, &high, "", Some("actions"));
        for (action, grant) in &low {
            let what = format!("`{action}`");
            let complaint = Complaint {
                what: &what,
                expected: "no such allow",
                setting: Some("actions"),
            };
            out.must_not_be_granted(grant, complaint).at(Severity::Low);
        }
    }
}

/// Whether jobs and crawlers of Glue's run under the role.
fn is_glues(seen: &View<'_, '_>) -> bool {
    let trust = Document::of(trust_of(seen.resource), seen.scope);
    let openings = trust.openings(&["sts:AssumeRole"], None);
    openings.iter().any(|one| matches!(&one.principal.who, Who::Service(name) if name.starts_with("glue.amazonaws.com")))
}
