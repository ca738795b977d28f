//! Registered locations, and the opt-ins that hybrid ones need.

use super::plan::{Change, Class, Draft, Evidence, Fate, Kind, Sign};
use super::step::Phase;
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::control::lake::places::{DeclaredLocation, is_role};
use crate::control::lake::request;
use crate::live::operation::{CREATE_OPT_IN, REGISTER_RESOURCE, UPDATE_RESOURCE};
use crate::observed::ResourceKind;
use serde_json::{Map, Value, json};

/// The role of the service itself, with which a registration cannot be edited.
/// Source: Lake Formation Developer Guide, *Notes and limitations* of hybrid access mode.
const OF_THE_SERVICE: &str = "AWSServiceRoleForLakeFormationDataAccess";

/// Plans the locations.
pub(super) fn locations(draft: &mut Draft<'_, '_>) {
    let desired = draft.desired;
    if desired.locations.is_empty()
        || !draft.is_listed(ResourceKind::LakeFormationLocation, "registered locations")
    {
        return;
    }
    for location in &desired.locations {
        match draft.current.locations.get(&location.place.to_string()) {
            None => register(draft, location),
            Some(seen) => update(draft, location, &seen.clone()),
        }
    }
}

fn change(draft: &Draft<'_, '_>, location: &DeclaredLocation, sign: Sign, fate: Fate) -> Change {
    Change {
        kind: Kind::Locations,
        sign,
        class: if sign == Sign::Add {
            Class::Missing
        } else {
            Class::Different
        },
        fate,
        what: format!("location `s3://{}`", location.place),
        holder: None,
        detail: None,
        wanted: draft
            .desired
            .lines("lake.locations", "location", &location.identity),
        evidence: Evidence::default(),
    }
}

fn key(location: &DeclaredLocation) -> String {
    format!("location {}", location.place)
}

fn register(draft: &mut Draft<'_, '_>, location: &DeclaredLocation) {
    let Some(role) = &location.role else {
        let why = "the baseline names no role to register it with".to_owned();
        let made = change(draft, location, Sign::Add, Fate::HeldBack(why));
        draft.change(made);
        return;
    };
    let mut made = change(draft, location, Sign::Add, Fate::Planned);
    made.detail = Some(format!("with role `{role}`"));
    let number = draft.change(made);
    let body = request::location(location, &role.to_string(), draft.desired.target.partition);
    draft.call(
        Phase::Registrations,
        &REGISTER_RESOURCE,
        key(location),
        body,
        vec![number],
    );
}

fn update(draft: &mut Draft<'_, '_>, location: &DeclaredLocation, seen: &Value) {
    let role = seen
        .get("RoleArn")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let hybrid = seen.get("HybridAccessEnabled").and_then(Value::as_bool) == Some(true);
    let other_role = location
        .role
        .as_ref()
        .filter(|want| is_role(want, &Name::from(role)) != Likeness::Same)
        .map(ToString::to_string);
    let mut differences = Vec::new();
    if let Some(want) = &other_role {
        differences.push(format!("role `{role}` becomes `{want}`"));
    }
    if hybrid != location.hybrid {
        let mode = |hybrid: bool| if hybrid { "hybrid" } else { "not hybrid" };
        differences.push(format!(
            "{} becomes {}",
            mode(hybrid),
            mode(location.hybrid)
        ));
    }
    if differences.is_empty() {
        return;
    }
    let fate = if role.contains(OF_THE_SERVICE) {
        Fate::HeldBack(
            "AWS edits no location that is registered with its own role: deregister it, and run again"
                .to_owned(),
        )
    } else {
        Fate::Planned
    };
    let planned = fate == Fate::Planned;
    let mut made = change(draft, location, Sign::Change, fate);
    made.detail = Some(differences.join("; "));
    let number = draft.change(made);
    if !planned {
        return;
    }
    // Where hybrid access ends, whoever has no grant is locked out: grants come first.
    let phase = if hybrid && !location.hybrid {
        Phase::HybridEnds
    } else {
        Phase::Registrations
    };
    let role = other_role.unwrap_or_else(|| role.to_owned());
    let input = updated(seen, &role, location.hybrid);
    draft.call(phase, &UPDATE_RESOURCE, key(location), input, vec![number]);
}

/// The request that changes a registration: what the baseline does not say stays as it is.
fn updated(seen: &Value, role: &str, hybrid: bool) -> Value {
    let mut input = Map::new();
    input.insert("RoleArn".to_owned(), json!(role));
    for member in [
        "ResourceArn",
        "WithFederation",
        "ExpectedResourceOwnerAccount",
    ] {
        if let Some(value) = seen.get(member).filter(|value| !value.is_null()) {
            input.insert(member.to_owned(), value.clone());
        }
    }
    input.insert("HybridAccessEnabled".to_owned(), json!(hybrid));
    Value::Object(input)
}

/// Plans the opt-ins of the declared grants, where the baseline has hybrid locations.
pub(super) fn opt_ins(draft: &mut Draft<'_, '_>) {
    let desired = draft.desired;
    if desired.opt_ins.is_empty()
        || !draft.is_listed(ResourceKind::LakeFormationGrant, "opt-ins of hybrid access")
    {
        return;
    }
    for one in &desired.opt_ins {
        let key = (
            one.principal.clone(),
            one.object.clone(),
            one.condition.clone(),
        );
        if draft.current.opt_ins.contains(&key) {
            continue;
        }
        let number = draft.change(Change {
            kind: Kind::OptIns,
            sign: Sign::Add,
            class: Class::Missing,
            fate: Fate::Planned,
            what: format!("opt-in on {}", one.object),
            holder: Some(one.principal.clone()),
            detail: None,
            wanted: desired.lines_of("lake.hybrid-access"),
            evidence: Evidence::default(),
        });
        draft.call(
            Phase::OptIns,
            &CREATE_OPT_IN,
            super::grants::key(&one.object),
            one.body.clone(),
            vec![number],
        );
    }
}
