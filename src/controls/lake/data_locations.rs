//! Who may point tables at a location is listed.

use crate::aws::lake_formation::grant::Node as On;
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::aws::lake_formation::permissions::includes;
use crate::control::lake::others::is_same;
use crate::control::lake::places::{Places, is_root, lies_in};
use crate::control::lake::{Context, SeenGrant};
use crate::control::settings::{Allowance, AtMost, Only, Pattern, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, TOLD, View};
use crate::observed::grant::GrantedOn;
use crate::observed::lake::DATABASE;
use crate::observed::{Reason, ResourceKind, Word};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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
    let held = Holdings::of(&context);
    judge_below(seen, &held, (principal, place), out);
    let mine = usize::from(!held.holders.contains(principal));
    let holders = held.holders.len() + mine;
    let most = want
        .max_principals
        .and_then(|max| usize::try_from(max).ok());
    if let Some(most) = most.filter(|most| holders > *most) {
        out.failed(node, format!("{holders} principals hold a location"))
            .under("max-principals")
            .expected(format!("at most {most}"))
            .observed(holders.to_string());
    } else {
        out.held();
    }
}

/// Nobody else may hold what lies below a location that is granted.
fn judge_below(
    seen: &View<'_, '_>,
    held: &Holdings,
    (principal, place): (&Name, &Name),
    out: &mut Conditions,
) {
    let resource = seen.grant().grant.root.get("Resource");
    let below = held.places.below(&place.to_string());
    let mut below: Vec<usize> = below.flat_map(|(_, at)| at.iter().copied()).collect();
    below.sort_unstable();
    let others = below.into_iter().filter_map(|at| {
        let (below, holder) = held.held.get(&at)?;
        let other = seen.scope.resources().get(at);
        let other = other.filter(|other| !is_same(other, seen.resource))?;
        let is_apart = holder != principal && below != place && lies_in(below, place);
        is_apart.then_some((other, below, holder))
    });
    let mut others = others.peekable();
    for (other, below, holder) in others.by_ref().take(TOLD) {
        out.failed(
            resource,
            format!("the grant also reaches `{below}`, which `{holder}` holds"),
        )
        .expected("a location apart from those of others")
        .also(other.grant().root);
    }
    if others.peek().is_some() {
        let more = others.count();
        out.failed(
            resource,
            format!("the grant also reaches {more} more locations that others hold"),
        )
        .expected("a location apart from those of others");
    }
}

/// The grants on locations in sight, opt-ins aside.
#[derive(Debug, Default)]
struct Holdings {
    holders: BTreeSet<Name>,
    /// Where each is and who holds it, by its number.
    held: BTreeMap<usize, (Name, Name)>,
    places: Places,
}

impl Holdings {
    fn of(context: &Context<'_, '_>) -> Arc<Self> {
        context.scope.kept(|| {
            let mut holdings = Self::default();
            for (at, one) in context.scope.resources().iter().enumerate() {
                if one.kind() != ResourceKind::LakeFormationGrant || one.is_opt_in() {
                    continue;
                }
                let grant = context.read(one.grant());
                let (Ok(holder), Ok(object)) = (grant.principal, grant.object) else {
                    continue;
                };
                if let On::Location(place) = object.node {
                    holdings.places.add(place.to_string(), at);
                    holdings.holders.insert(holder.clone());
                    holdings.held.insert(at, (place, holder));
                }
            }
            holdings
        })
    }
}

/// Databases by their names.
enum ByDatabase {}

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
    let registered = context.registered_places();
    let mut databases = seen.scope.resources_by::<ByDatabase>(
        ResourceKind::GlueCatalog,
        |one| {
            let database = context.place_of(one).filter(|(kind, ..)| *kind == DATABASE);
            let name = database.map(|(_, name, _)| Word::text(name.to_string()));
            Some(name.into_iter().collect())
        },
        || Some(vec![Word::text(database.to_string())]),
    );
    let located = databases.any(|resource| {
        context
            .place_of(resource)
            .is_some_and(|(kind, name, place)| {
                kind == DATABASE
                    && name == *database
                    && registered.0.over(&place.to_string()).next().is_some()
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
