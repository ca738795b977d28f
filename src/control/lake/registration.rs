//! The roles that locations are registered with: their trust, their rights, what else uses them.

use super::seen::Context;
use crate::artifact::Statement;
use crate::aws::iam;
use crate::aws::policy::{Pattern, Reach};
use crate::control::policy::{Allowed, Held, is_principal, pattern_of, trust_of};
use crate::control::trust::Trusted;
use crate::control::{Conditions, Draft, View};
use crate::observed::{Form, Node, Resource, Switch, named};
use serde_json::json;

const SERVICE: Trusted = Trusted {
    name: "Lake Formation",
    services: &["lakeformation.amazonaws.com"],
};
const WITH_FEDERATION: Trusted = Trusted {
    name: "Lake Formation and Glue",
    services: &["lakeformation.amazonaws.com", "glue.amazonaws.com"],
};

/// The locations in sight that are registered with a role.
fn registered_with<'a, 't>(seen: &View<'a, 't>) -> Vec<&'a Resource<'t>> {
    let role = seen.resource;
    let context = Context::of(seen);
    context
        .registered_with(&role.identity)
        .filter(|location| {
            let node = location.registered_location().get("RoleArn");
            let same = |text: &str| {
                let own = [role.identity.arn.as_deref(), role.identity.name.as_deref()];
                own.into_iter()
                    .flatten()
                    .any(|own| iam::is_same_role(own, text))
            };
            role.identity.is_named_by(node) || node.as_text().is_some_and(same)
        })
        .collect()
}

/// Judges a role that some location in sight is registered with; nothing for any other.
pub fn judge_role(seen: &View<'_, '_>, source_identity: bool, out: &mut Conditions) {
    let role = seen.resource;
    if !is_principal(role) {
        return;
    }
    let locations = registered_with(seen);
    if locations.is_empty() {
        return;
    }
    if role.form == Form::Named {
        return out.leave_to_audit();
    }
    let federated = locations.iter().any(|one| {
        let node = one.registered_location().get("WithFederation");
        matches!(one.lake_switch(node), Switch::On | Switch::TextOn)
    });
    let trust = trust_of(role);
    out.must_trust_only(
        trust,
        if federated { WITH_FEDERATION } else { SERVICE },
        None,
    );
    if source_identity {
        judge_source_identity(seen, trust, out);
    }
    for purpose in named::purposes(role, seen.scope) {
        out.failed(role.body, format!("the role is in use besides: {purpose}"))
            .expected("a role for registered locations alone");
    }
    judge_rights(seen, &locations, out);
}

fn judge_source_identity(seen: &View<'_, '_>, trust: Node<'_>, out: &mut Conditions) {
    let document = crate::control::policy::Document::of(trust, seen.scope);
    let openings = document.openings(&["sts:SetSourceIdentity"], None);
    let best = openings
        .iter()
        .map(|one| one.sure)
        .max()
        .unwrap_or(Allowed::No);
    let condition = match (best, document.trouble()) {
        (Allowed::Yes, _) => return out.held(),
        (_, Some((node, Some(reason)))) => {
            out.unknown(node, reason, "the trust of the role is unknown")
        }
        (Allowed::Perhaps, _) => out.undecided(
            trust,
            "whether the trust lets Lake Formation set a source identity is unknown",
            "write the statement without a condition",
        ),
        (Allowed::No, _) => out.failed(
            trust,
            "the trust does not let Lake Formation set a source identity",
        ),
    };
    condition
        .under("source-identity")
        .expected("`sts:SetSourceIdentity`");
}

/// Rights in S3 must lie inside of the locations, rights on keys on keys that are named.
fn judge_rights(seen: &View<'_, '_>, locations: &[&Resource<'_>], out: &mut Conditions) {
    let held = Held::of(seen.resource, seen.scope);
    let inside: Vec<Pattern> = locations
        .iter()
        .flat_map(|one| {
            let arn = one.registered_location().get("ResourceArn");
            let mut below = pattern_of(arn, seen.scope);
            let whole = below.clone();
            below.push(if ends_with_slash(arn) { "*" } else { "/*" });
            [whole, below]
        })
        .collect();
    for gap in &held.gaps {
        match gap.reason {
            Some(reason) => out.unknown(gap.node, reason, gap.what.clone()),
            None => out.undecided(gap.node, gap.what.clone(), "write the policy in the role"),
        };
    }
    for (node, managed) in &held.managed {
        if managed.action("s3:GetObject") != Reach::None
            || managed.action("kms:Decrypt") != Reach::None
        {
            out.failed(
                *node,
                format!(
                    "the managed policy `{}` reaches beyond the locations",
                    managed.name
                ),
            )
            .expected("rights inside of the locations");
        }
    }
    for statement in held
        .documents
        .iter()
        .flat_map(crate::control::policy::Document::statements)
    {
        let of_s3 = statement.allows(&["s3:*"], None);
        let of_kms = statement.allows(&["kms:*"], None);
        if of_s3 == Allowed::No && of_kms == Allowed::No {
            continue;
        }
        let Some(resources) = statement.resources() else {
            out.failed(
                statement.node,
                format!(
                    "{} names what it spares, not what it is on",
                    statement.label()
                ),
            )
            .expected("rights inside of the locations");
            continue;
        };
        for (node, pattern) in resources {
            let shown = pattern.display();
            let key =
                shown.contains(":kms:") && !shown.ends_with(":*") && !shown.ends_with("key/*");
            let bucket = inside.iter().any(|one| is_bucket_of(&pattern, one));
            if key || bucket || inside.iter().any(|one| one.covers(&pattern)) {
                out.held();
            } else if pattern.is_open() && !pattern.is_wild() {
                let message = format!(
                    "{} is on {}, which may lie outside of the locations",
                    statement.label(),
                    node.display()
                );
                match node.reason() {
                    Some(reason) => out.unknown(node, reason, message),
                    None => out.undecided(node, message, "name the location literally"),
                };
            } else {
                out.failed(
                    node,
                    format!(
                        "{} reaches beyond the locations that are registered with the role",
                        statement.label()
                    ),
                )
                .expected("rights inside of the locations")
                .observed(node.display());
            }
        }
    }
}

fn ends_with_slash(node: Node<'_>) -> bool {
    node.pieces()
        .last()
        .copied()
        .flatten()
        .is_some_and(|text| text.ends_with('/'))
}

/// Whether a pattern is the bucket of a location: listing is asked of buckets.
fn is_bucket_of(pattern: &Pattern, location: &Pattern) -> bool {
    let mut below = pattern.clone();
    below.push("/*");
    !pattern.is_wild() && below.covers(location)
}

/// What a role needs to serve a location: the trust of Lake Formation, and rights on the objects below it.
/// Source: Lake Formation Developer Guide, *Requirements for roles used to register locations*.
pub fn compile_role(draft: &mut Draft<'_>, role: &str, path: &str, source_identity: bool) {
    let Some(name) = iam::role_name(role).map(str::to_owned) else {
        return;
    };
    let (bucket, partition) = (
        path.split('/').next().unwrap_or_default(),
        draft.target.partition,
    );
    let service = json!({ "Service": "lakeformation.amazonaws.com" });
    let mut actions = vec!["sts:AssumeRole"];
    if source_identity {
        actions.push("sts:SetSourceIdentity");
    }
    draft.statement(
        &format!("iam/role-trust/{name}"),
        Statement::allow("LakeFormation", &actions).by(service),
        Some("roles"),
    );
    let policy = format!("iam/role/{name}");
    let objects = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"];
    draft.statement(
        &policy,
        Statement::allow("LakeFormationObjects", &objects)
            .on([format!("arn:{partition}:s3:::{path}/*")]),
        Some("roles"),
    );
    let prefix = path
        .strip_prefix(bucket)
        .unwrap_or_default()
        .trim_start_matches('/');
    let below = if prefix.is_empty() {
        "*".to_owned()
    } else {
        format!("{prefix}/*")
    };
    draft.statement(
        &policy,
        Statement::allow(
            format!("LakeFormationList{}", sid(path)),
            &["s3:ListBucket"],
        )
        .on([format!("arn:{partition}:s3:::{bucket}")])
        .when(json!({ "StringLike": { "s3:prefix": [below] } })),
        Some("roles"),
    );
}

/// A path as a part of a `Sid`, which takes letters and digits only.
fn sid(path: &str) -> String {
    path.chars().filter(char::is_ascii_alphanumeric).collect()
}
