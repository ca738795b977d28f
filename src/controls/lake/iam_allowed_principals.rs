//! No grant leaves an object to IAM.

use crate::aws::lake_formation::grant::{Node as On, Object};
use crate::aws::lake_formation::principal::{Principal, is_iam_allowed_principals};
use crate::control::lake::Trouble;
use crate::control::settings::{Allowance, Only, Pattern, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::ResourceKind;

#[derive(Debug)]
pub(crate) enum IamAllowedPrincipals {}

settings! {
    pub(crate) struct Setting {
        /// Patterns of the databases that may be left to IAM.
        databases: Only<Pattern> = &[],
        /// Whether tables of hybrid locations, opted in, may be left to IAM.
        hybrid: Allowance = false,
    }
}

impl Control for IamAllowedPrincipals {
    const META: &'static Meta = &Meta {
        id: "lake.iam-allowed-principals",
        title: "no grant leaves an object to IAM",
        severity: Severity::High,
        kinds: &[ResourceKind::LakeFormationGrant],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-3"],
        docs: include_str!("iam_allowed_principals.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if seen.resource.is_opt_in() {
            return;
        }
        let grant = seen.grant();
        let principal = match &grant.principal {
            Ok(principal) => principal,
            Err(trouble) => return trouble.record(out),
        };
        match principal.as_known() {
            Some(text) if is_iam_allowed_principals(text) => {}
            Some(text) if text.starts_with("arn:") || Principal::of(text).is_some() => {
                return out.held();
            }
            // AWS documents no such principal, so it may be another word for the same.
            Some(text) => {
                let message = format!(
                    "`{text}` is no principal that AWS documents: whether it leaves the object to IAM is unknown"
                );
                return Trouble::new(grant.grant.principal, message).record(out);
            }
            // The ARN of anything is not that name; anything else that is unknown may be.
            None if principal.to_string().starts_with("arn:") => return out.held(),
            None => {
                let message = "whether the principal is `IAM_ALLOWED_PRINCIPALS` is unknown";
                return Trouble::new(grant.grant.principal, message).record(out);
            }
        }
        let node = grant.grant.principal;
        let object = grant.object.as_ref().ok();
        let database = object
            .and_then(Object::database)
            .and_then(|name| name.as_known());
        if database.is_some_and(|database| want.databases.allows(database)) {
            return out.held();
        }
        let what = object.map_or_else(|| "an object".to_owned(), ToString::to_string);
        let is_table = object.is_some_and(|object| {
            matches!(
                object.node,
                On::Table(..) | On::AllTables(_) | On::Columns(..)
            )
        });
        if want.hybrid && is_table {
            out.undecided(
                node,
                format!("{what} is left to IAM, and whether its location is in hybrid access mode with opt-ins is not known here"),
                "audit the live account, where `lake.hybrid-access` reads locations and opt-ins",
            )
            .under("hybrid");
            return;
        }
        let failed = out.failed(
            node,
            format!("{what} is left to IAM: grants, columns and filters on it do nothing"),
        );
        failed
            .expected("no grant to `IAM_ALLOWED_PRINCIPALS`")
            .observed(node.display())
            .fix("revoke the grant, after granting what is needed to roles");
        // Athena and EMR look at the database `default`, whatever they read.
        if object.is_some_and(|object| object.node == On::Database("default".into())) {
            failed.at(Severity::Info);
        }
    }
}
