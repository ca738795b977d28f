//! Registered locations.

use super::current::SeenLocation;
use super::plan::{Change, Class, Draft, Evidence, Fate, Kind, Sign};
use super::step::Phase;
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::control::Origin;
use crate::control::lake::places::{DeclaredLocation, is_role, lies_in};
use crate::control::lake::request;
use crate::live::operation::{REGISTER_RESOURCE, UPDATE_RESOURCE};
use crate::observed::ResourceKind;
use serde_json::{Map, Value, json};

/// The role of the service itself, with which a registration cannot be edited.
/// Source: Lake Formation Developer Guide, *Notes and limitations* of hybrid access mode.
const OF_THE_SERVICE: &str = "AWSServiceRoleForLakeFormationDataAccess";

const NOT_EDITED: &str =
    "AWS edits no location that is registered with its own role: deregister it, and run again";

/// Plans the locations.
pub(super) fn locations(draft: &mut Draft<'_, '_>) {
    let desired = draft.desired;
    let asks = desired.requires("lake.locations") || desired.requires("lake.hybrid-access");
    if !asks || !draft.is_listed(ResourceKind::LakeFormationLocation, "registered locations") {
        return;
    }
    for location in &desired.locations {
        match draft.current.locations.get(&location.place.to_string()) {
            None => register(draft, location),
            Some(seen) => update(draft, location, seen),
        }
    }
    tell_of_others(draft);
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

fn update(draft: &mut Draft<'_, '_>, location: &DeclaredLocation, seen: &SeenLocation) {
    let role = role(seen);
    let hybrid = is_on(seen, "HybridAccessEnabled");
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
    let fate = not_edited(role).unwrap_or(Fate::Planned);
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
    let input = updated(&seen.raw, &role, location.hybrid);
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

/// Tells what the baseline does not take of locations that it does not declare, or cannot be changed of those it does.
fn tell_of_others(draft: &mut Draft<'_, '_>) {
    let current = draft.current;
    for (place, seen) in &current.locations {
        let name = Name::from(place.as_str());
        let mut declared = draft.desired.locations.iter();
        let own = declared.find(|one| one.place == name);
        if let Some(own) = own {
            if draft.desired.refuses_privileged_access() && is_on(seen, "WithPrivilegedAccess") {
                let wanted = draft
                    .desired
                    .lines("lake.locations", "location", &own.identity);
                privileged(draft, place, wanted);
            }
            continue;
        }
        let mut declared = draft.desired.locations.iter();
        let near = declared.find(|one| lies_in(&one.place, &name) || lies_in(&name, &one.place));
        let near =
            near.map(|one| format!("it overlaps with the declared location `{}`", one.place));
        let against: Vec<String> = near.into_iter().chain(seen.wrong.clone()).collect();
        if !against.is_empty() {
            undeclared(draft, place, against.join("; "));
        }
        if seen.hybrid.is_some() {
            hybrid(draft, place, seen);
        }
    }
}

fn is_on(seen: &SeenLocation, member: &str) -> bool {
    seen.raw.get(member).and_then(Value::as_bool) == Some(true)
}

fn excess(what: String, fate: Fate, wanted: Vec<Origin>) -> Change {
    Change {
        kind: Kind::Locations,
        sign: Sign::Remove,
        class: Class::Excess,
        fate,
        what,
        holder: None,
        detail: None,
        wanted,
        evidence: Evidence::default(),
    }
}

/// Source: Lake Formation API, `UpdateResource`, which has no such member.
fn privileged(draft: &mut Draft<'_, '_>, place: &str, wanted: Vec<Origin>) {
    let why = "AWS takes it back from no registered location: deregister it by hand, and run again to register it anew";
    let what = format!("privileged access to location `s3://{place}`");
    let made = excess(what, Fate::Reported(why.to_owned()), wanted);
    draft.change(made);
}

/// With a location, everything goes that Lake Formation grants on the tables there: none is ever deregistered.
fn undeclared(draft: &mut Draft<'_, '_>, place: &str, against: String) {
    let why =
        "locations are never deregistered here: every grant on a table there would end with it";
    let what = format!("location `s3://{place}`");
    let wanted = draft.desired.lines_of("lake.locations");
    let mut made = excess(what, Fate::Reported(why.to_owned()), wanted);
    made.detail = Some(against);
    draft.change(made);
}

/// Hybrid access where the baseline does not list it ends last of all, when everything is granted.
fn hybrid(draft: &mut Draft<'_, '_>, place: &str, seen: &SeenLocation) {
    let role = role(seen);
    let fate = if draft.options.prune {
        not_edited(role).unwrap_or(Fate::Planned)
    } else {
        Fate::Reported("ended only with `--prune`".to_owned())
    };
    let planned = fate == Fate::Planned;
    let what = format!("hybrid access of location `s3://{place}`");
    let made = excess(what, fate, draft.desired.lines_of("lake.hybrid-access"));
    let number = draft.change(made);
    if planned {
        let input = updated(&seen.raw, role, false);
        let key = format!("location {place}");
        draft.call(
            Phase::HybridEnds,
            &UPDATE_RESOURCE,
            key,
            input,
            vec![number],
        );
    }
}

/// Why a registration with this role cannot be edited.
fn not_edited(role: &str) -> Option<Fate> {
    let why = if role.contains(OF_THE_SERVICE) {
        NOT_EDITED
    } else if role.is_empty() {
        "AWS does not say with which role it is registered"
    } else {
        return None;
    };
    Some(Fate::HeldBack(why.to_owned()))
}

fn role(seen: &SeenLocation) -> &str {
    let role = seen.raw.get("RoleArn").and_then(Value::as_str);
    role.unwrap_or_default()
}
