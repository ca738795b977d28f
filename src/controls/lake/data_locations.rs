//! Who may point tables at a location is listed.

use crate::aws::lake_formation::grant::Node as On;
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::aws::lake_formation::permissions::includes;
use crate::control::lake::others::grants_in;
use crate::control::lake::places::{is_root, lies_in};
use crate::control::lake::{Context, SeenGrant};
use crate::control::settings::{Allowance, AtMost, Only, Pattern, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::grant::GrantedOn;
use crate::observed::lake::DATABASE;
use crate::observed::{Reason, ResourceKind};
use std::collections::BTreeSet;

#[derive(Debug)]
pub(crate) enum DataLocations {}

settings! {
    pub(crate) struct Setting {
        /// Patterns of the principals that may point tables at a location.
        principals: Only<Pattern>,
        /// Whether they may do so in a whole bucket.
        bucket_root: Allowance = false,
        /// The most principals that hold a location, over everything in sight.
        max_principals: AtMost<0, 1000>,
    }
}

impl Control for DataLocations {
    const META: &'static Meta = &Meta {
        id: "lake.data-locations",
        title: "who may point tables at a location is listed",
        severity: Severity::Medium,
        kinds: &[ResourceKind::LakeFormationGrant],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-6"],
        docs: include_str!("data_locations.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if seen.resource.is_opt_in() {
            return;
        }
        let grant = seen.grant();
        let object = match &grant.object {
            Ok(object) => object,
            Err(trouble) => return trouble.record(out),
        };
        if let On::Location(place) = &object.node {
            judge_location(want, seen, grant, place, out);
        } else if let On::Database(database) = &object.node {
            judge_database(want, seen, grant, database, out);
        }
    }
}

fn judge_location(
    want: &Setting,
    seen: &View<'_, '_>,
    grant: &SeenGrant<'_>,
    place: &Name,
    out: &mut Conditions,
) {
    let context = Context::of(seen);
    let node = grant.grant.principal;
    let principal = match &grant.principal {
        Ok(principal) => principal,
        Err(trouble) => return trouble.record(out),
    };
    out.must_be_permitted(node, principal, &want.principals, "principals", "principal");
    let resource = grant.grant.root.get("Resource");
    let root = if want.bucket_root {
        Likeness::Different
    } else {
        is_root(place)
    };
    let condition = match (root, resource_reason(grant)) {
        (Likeness::Different, _) => None,
        (Likeness::Possible, Some(reason)) => {
            let message = "whether the grant is on a whole bucket is unknown";
            Some(out.unknown(resource, reason, message))
        }
        (Likeness::Possible | Likeness::Same, _) => Some(out.failed(
            resource,
            format!("the grant is on the whole bucket `{place}`"),
        )),
    };
    if let Some(condition) = condition {
        condition.under("bucket-root").expected("a prefix");
    }
    let mut holders: BTreeSet<Name> = BTreeSet::from([principal.clone()]);
    for (other, held) in grants_in(&context, seen) {
        let (Ok(holder), Ok(object)) = (held.principal, held.object) else {
            continue;
        };
        let On::Location(below) = &object.node else {
            continue;
        };
        if holder != *principal && *below != *place && lies_in(below, place) {
            out.failed(
                resource,
                format!("the grant also reaches `{below}`, which `{holder}` holds"),
            )
            .expected("a location apart from those of others")
            .also(other.grant().root);
        }
        holders.insert(holder);
    }
    let most = want
        .max_principals
        .and_then(|max| usize::try_from(max).ok());
    if let Some(most) = most.filter(|most| holders.len() > *most) {
        out.failed(
            node,
            format!("{} principals hold a location", holders.len()),
        )
        .under("max-principals")
        .expected(format!("at most {most}"))
        .observed(holders.len().to_string());
    } else {
        out.held();
    }
}

fn resource_reason<'t>(grant: &SeenGrant<'t>) -> Option<&'t Reason> {
    if let GrantedOn::Location { path, .. } = grant.grant.on {
        path.reason()
    } else {
        None
    }
}

/// `CREATE_TABLE` on a database with a registered location gives its location, too.
/// Source: Lake Formation Developer Guide, *Underlying data access control*.
fn judge_database(
    want: &Setting,
    seen: &View<'_, '_>,
    grant: &SeenGrant<'_>,
    database: &Name,
    out: &mut Conditions,
) {
    let context = Context::of(seen);
    let Ok(object) = &grant.object else { return };
    let creates = grant.permissions.as_ref().is_ok_and(|list| {
        let mut names = list.iter().filter_map(|one| one.name.as_known());
        names.any(|name| includes(object.class(), name, "CREATE_TABLE"))
    });
    let registered = context.registered();
    let located = seen.scope.resources().iter().any(|resource| {
        context
            .place_of(resource)
            .is_some_and(|(kind, name, place)| {
                kind == DATABASE
                    && name == *database
                    && registered.iter().any(|one| lies_in(&place, &one.place))
            })
    });
    if let (true, true, Ok(principal)) = (creates, located, &grant.principal) {
        let what = "principal with `CREATE_TABLE` on a registered location,";
        out.must_be_permitted(
            grant.grant.principal,
            principal,
            &want.principals,
            "principals",
            what,
        );
    }
}
