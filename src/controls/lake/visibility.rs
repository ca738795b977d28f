//! The auditor sees every grant, and understands what it sees.

use crate::control::lake::{Context, settings as written};
use crate::control::settings::{Includes, Plain, settings};
use crate::control::{Conditions, Control, Draft, Meta, Once, Severity, Span, View, names_role};
use crate::observed::{ResourceKind, lake};

#[derive(Debug)]
pub(crate) enum Visibility {}

settings! {
    pub(crate) struct Setting {
        /// Roles that must be read-only administrators.
        auditor: Includes<Plain>,
    }
}

impl Control for Visibility {
    const META: &'static Meta = &Meta {
        id: "lake.visibility",
        title: "the auditor sees every grant, and understands what it sees",
        severity: Severity::High,
        kinds: &[
            ResourceKind::LakeFormationSettings,
            ResourceKind::LakeFormationGrant,
        ],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 CA-7"],
        docs: include_str!("visibility.md"),
    };
    type Setting = Setting;
    const ONCE: Option<Once> = Some(Once::LakeSettings);

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        // What a file holds is all there is in it; what an answer leaves out is not said.
        if !seen.is_live() {
            return;
        }
        if seen.resource.kind() == ResourceKind::LakeFormationSettings {
            judge_caller(want, seen, out);
        } else if !seen.resource.is_opt_in() {
            judge_grant(seen, out);
        }
    }

    fn compile(_: &Setting, draft: &mut Draft<'_>) {
        written::read_only_admins(draft);
    }
}

/// The caller must be an administrator or a read-only one: others see a part, and are not told so.
fn judge_caller(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
    let context = Context::of(seen);
    let settings = seen.resource.lake_settings();
    let mut all = context.principals(lake::admins(settings), "the administrators");
    let readers = context.principals(settings.get("ReadOnlyAdmins"), "the read-only ones");
    out.must_be_understood(&all);
    out.must_be_understood(&readers);
    all.found.extend(readers.found);
    all.troubles.extend(readers.troubles);
    all.list = readers.list;
    out.must_hold_all(
        &all,
        &want.auditor,
        "auditor",
        "the administrators and read-only ones",
    );
    let body = seen.resource.body;
    // What Lake Formation takes the caller for counts; who STS says it is has to do without.
    let own = body
        .get("lakeformation:GetDataLakePrincipal")
        .get("Identity");
    let identity = if own.is_set() {
        own
    } else {
        body.get("sts:GetCallerIdentity").get("Arn")
    };
    let Some(role) = identity.as_text().map(role_of) else {
        match identity.reason() {
            Some(reason) => out.unknown(identity, reason, "who looked is unknown"),
            None => out.undecided(identity, "who looked is unknown", "observe again"),
        };
        return;
    };
    let listed = all.found.iter().any(|(_, name)| {
        name.as_known().is_some_and(|admin| {
            names_role(&crate::lattice::Text::from(admin), &role) || admin == role
        })
    });
    if listed {
        return out.held();
    }
    out.undecided(
        identity,
        format!("`{role}` is neither an administrator nor a read-only one: grants that it may not see are missing from every listing, and what rests on their absence is unknown"),
        "add the role to `ReadOnlyAdmins`",
    );
}

/// The role of a session: the path of it is not in the ARN, so that its name has to do.
fn role_of(arn: &str) -> String {
    match arn.split_once(":assumed-role/") {
        Some((_, rest)) => rest.split('/').next().unwrap_or(rest).to_owned(),
        None => arn.to_owned(),
    }
}

/// A grant of a kind, or with a permission, that this version does not know is its own finding, never skipped.
fn judge_grant(seen: &View<'_, '_>, out: &mut Conditions) {
    let grant = seen.grant();
    let troubles = [grant.principal.as_ref().err(), grant.object.as_ref().err()];
    for trouble in troubles.into_iter().flatten() {
        trouble.record(out);
    }
    let _ = grant.known_permissions(out);
    if out.clean() {
        out.held();
    }
}
