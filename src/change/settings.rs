//! Data lake settings, read, changed and written whole: `PutDataLakeSettings` replaces everything, so what the baseline
//! does not determine is sent back as it came, members that this version does not know included.

use super::current::Current;
use super::plan::{Change, Class, Draft, Evidence, Fate, Kind, Sign};
use super::step::{Merge, Pending, Phase};
use crate::artifact::{LakeSetting, Written};
use crate::aws::lake_formation::principal::administers;
use crate::lattice::Shape;
use crate::live::operation::PUT_DATA_LAKE_SETTINGS;
use serde_json::{Value, json};

const ROOT: &str = "/DataLakeSettings/";
const ADMINS: &str = "DataLakeAdmins";
const PRINCIPAL: &str = "DataLakePrincipalIdentifier";

/// A member that is to stand otherwise.
struct Member {
    pointer: &'static str,
    merge: Merge,
    changes: Vec<usize>,
}

/// Plans the settings.
pub(super) fn settings(draft: &mut Draft<'_, '_>) {
    let desired = draft.desired;
    let leaves = desired.artifacts.settings.leaves();
    if leaves.is_empty() && !desired.requires("lake.admins") {
        return;
    }
    let known = match &draft.current.settings {
        Some(Ok(known)) => known.clone(),
        Some(Err(why)) => {
            let said = format!("data lake settings are not known: {why}");
            return draft.unknown.push(said);
        }
        None => {
            let said = "data lake settings were not observed".to_owned();
            return draft.unknown.push(said);
        }
    };
    let mut members = Vec::new();
    let mut admins = false;
    for (pointer, value, written) in leaves {
        let Some(path) = pointer.strip_prefix(ROOT) else {
            continue;
        };
        let now = known.raw.pointer(&format!("/{path}")).cloned();
        let now = now.unwrap_or_default();
        let is_list_of_admins = [LakeSetting::DataLakeAdmins, LakeSetting::ReadOnlyAdmins]
            .iter()
            .any(|member| member.pointer() == *pointer);
        if is_list_of_admins {
            admins |= path == ADMINS;
            members.extend(administrators(draft, pointer, &now, value, written));
            continue;
        }
        let fails = written
            .iter()
            .any(|one| known.failing.contains(one.control));
        if !fails || is_same(&now, value) || is_lower_version(pointer, &now, value) {
            continue;
        }
        let changes = vec![draft.change(different(path, &now, value, written))];
        members.push(Member {
            pointer,
            merge: Merge::Set(path.to_owned(), value.clone()),
            changes,
        });
    }
    if !admins {
        let now = known.raw.get(ADMINS).cloned().unwrap_or_default();
        let pointer = LakeSetting::DataLakeAdmins.pointer();
        members.extend(administrators(draft, pointer, &now, &json!([]), &[]));
    }
    write(draft, &known.raw, members);
}

/// Two writes at most: what new databases and tables are granted ends last, when everything else is granted.
fn write(draft: &mut Draft<'_, '_>, raw: &Value, members: Vec<Member>) {
    let is_default = |member: &Member| {
        [
            LakeSetting::CreateDatabaseDefaultPermissions,
            LakeSetting::CreateTableDefaultPermissions,
        ]
        .iter()
        .any(|one| one.pointer() == member.pointer)
    };
    let mut whole = raw.clone();
    let (last, first): (Vec<Member>, Vec<Member>) = members.into_iter().partition(is_default);
    for (phase, members) in [(Phase::Settings, first), (Phase::Defaults, last)] {
        if members.is_empty() {
            continue;
        }
        let (mut merges, mut changes) = (Vec::new(), Vec::new());
        for member in members {
            member.merge.apply(&mut whole);
            merges.push(member.merge);
            changes.extend(member.changes);
        }
        let input = json!({ "CatalogId": draft.desired.target.account, "DataLakeSettings": whole });
        draft.entry(Pending {
            phase,
            unit: String::new(),
            operation: &PUT_DATA_LAKE_SETTINGS,
            key: "settings".to_owned(),
            input,
            changes,
            merges,
        });
    }
}

fn different(path: &str, now: &Value, next: &Value, written: &[Written]) -> Change {
    Change {
        kind: Kind::Settings,
        sign: Sign::Change,
        class: Class::Different,
        fate: Fate::Planned,
        what: format!("`{path}`"),
        holder: None,
        detail: Some(format!("{} becomes {next}", shown(now))),
        wanted: written
            .iter()
            .filter_map(|one| one.origin.clone())
            .collect(),
        evidence: Evidence::default(),
    }
}

fn shown(value: &Value) -> String {
    if value.is_null() {
        "nothing".to_owned()
    } else {
        value.to_string()
    }
}

/// The administrators as they are, with those that the baseline requires; without those that it does not allow, when
/// these are pruned.
fn administrators(
    draft: &mut Draft<'_, '_>,
    pointer: &'static str,
    now: &Value,
    wanted: &Value,
    written: &[Written],
) -> Option<Member> {
    let path = pointer.strip_prefix(ROOT).unwrap_or_default();
    let mut list = now.as_array().cloned().unwrap_or_default();
    let (mut changes, mut come, mut go) = (Vec::new(), Vec::new(), Vec::new());
    let change = |sign, class, fate, name: &str| Change {
        kind: Kind::Settings,
        sign,
        class,
        fate,
        what: format!("`{name}` in `{path}`"),
        holder: None,
        detail: None,
        wanted: written
            .iter()
            .filter_map(|one| one.origin.clone())
            .collect(),
        evidence: Evidence::default(),
    };
    for one in wanted.as_array().into_iter().flatten() {
        let name = name(one);
        if !list.iter().any(|other| self::name(other) == name) {
            let made = change(Sign::Add, Class::Missing, Fate::Planned, name);
            changes.push(draft.change(made));
            list.push(one.clone());
            come.push(one.clone());
        }
    }
    if path == ADMINS {
        let gone: Vec<String> = list
            .iter()
            .map(|one| name(one).to_owned())
            .filter(|name| !is_allowed(draft, name))
            .collect();
        for name in &gone {
            let fate = if draft.options.prune {
                Fate::Planned
            } else {
                Fate::Reported("taken off the list only with `--prune`".to_owned())
            };
            let planned = fate == Fate::Planned;
            let mut made = change(Sign::Remove, Class::Excess, fate, name);
            made.wanted = draft.desired.lines_of("lake.admins");
            let number = draft.change(made);
            if planned {
                changes.push(number);
                go.extend(list.iter().filter(|one| self::name(one) == name).cloned());
                list.retain(|one| self::name(one) != name);
            }
        }
        guard(draft, now, &list);
    }
    (!changes.is_empty()).then(|| Member {
        pointer,
        merge: Merge::List(path.to_owned(), come, go),
        changes,
    })
}

/// Nobody is to lock everybody out, or himself.
fn guard(draft: &mut Draft<'_, '_>, now: &Value, next: &[Value]) {
    let before: Vec<&str> = now.as_array().into_iter().flatten().map(name).collect();
    let after: Vec<&str> = next.iter().map(name).collect();
    if !before.is_empty() && after.is_empty() {
        draft.refuse(
            "no administrator of the data lake would be left",
            "name one under `required` in `[lake.admins]`",
        );
    }
    let caller = draft.current.caller.clone().unwrap_or_default();
    let is_in = |list: &[&str]| list.iter().any(|admin| administers(admin, &caller));
    if is_in(&before) && !is_in(&after) {
        draft.refuse(
            format!("`{caller}` would take itself off the administrators of the data lake"),
            "name its role under `required` in `[lake.admins]`, or have another administrator do it",
        );
    }
}

/// Whether who observed is an administrator.
pub(super) fn caller_administers(current: &Current) -> bool {
    let (Some(Ok(settings)), Some(caller)) = (&current.settings, &current.caller) else {
        return false;
    };
    let admins = settings.raw.get(ADMINS).and_then(Value::as_array);
    let mut admins = admins.into_iter().flatten().map(name);
    admins.any(|admin| administers(admin, caller))
}

/// Why listings may be a part of what there is: the service shows whoever is no administrator what that one may see, and
/// says nothing of the rest.
///
/// Source: API reference, `ListPermissions`: results are filtered by the permissions of the caller.
pub(super) fn partial_sight(current: &Current) -> Option<String> {
    let Some(Ok(settings)) = &current.settings else {
        return None;
    };
    let Some(caller) = &current.caller else {
        return Some("who observed is not known, so that what was listed may be a part".to_owned());
    };
    let lists = [ADMINS, "ReadOnlyAdmins"].map(|list| settings.raw.get(list));
    let lists = lists.into_iter().flatten().filter_map(Value::as_array);
    let sees_all = lists.flatten().any(|one| administers(name(one), caller));
    (!sees_all).then(|| {
        format!("`{caller}` observed, who is no administrator of the data lake, so that what was listed may be a part")
    })
}

/// Whether the baseline allows an administrator.
fn is_allowed(draft: &Draft<'_, '_>, name: &str) -> bool {
    let own = draft.desired.baseline.requirements.get("lake.admins");
    match own.and_then(|own| own.shape("allowed")) {
        Some(Shape::Only(sets)) => sets
            .iter()
            .all(|set| set.iter().any(|text| text.accepts_as_pattern(name))),
        _ => true,
    }
}

fn name(one: &Value) -> &str {
    one.get(PRINCIPAL)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Whether two values mean the same: absent, `null`, `false` and an empty list do, and lists have no order.
fn is_same(now: &Value, wanted: &Value) -> bool {
    match (now, wanted) {
        (Value::Null, Value::Bool(false)) => true,
        (Value::Array(now), Value::Array(wanted)) => {
            now.len() == wanted.len() && wanted.iter().all(|one| now.contains(one))
        }
        _ => now == wanted,
    }
}

/// Versions of cross-account sharing only go up.
fn is_lower_version(pointer: &str, now: &Value, wanted: &Value) -> bool {
    let number = |value: &Value| value.as_str().and_then(|text| text.parse::<i64>().ok());
    pointer == LakeSetting::CrossAccountVersion.pointer() && number(now) >= number(wanted)
}
