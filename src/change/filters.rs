//! Data cells filters: changing one changes at once what everybody sees who holds it.

use super::current::{FilterKey, SeenFilter};
use super::plan::{Change, Class, Draft, Evidence, Fate, Kind, Sign};
use super::shift::filter_key;
use super::step::Phase;
use crate::control::Verdict;
use crate::control::lake::filter::DeclaredFilter;
use crate::control::lake::request;
use crate::live::operation::{
    CREATE_DATA_CELLS_FILTER, DELETE_DATA_CELLS_FILTER, UPDATE_DATA_CELLS_FILTER,
};
use crate::observed::ResourceKind;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Plans the filters.
pub(super) fn filters(draft: &mut Draft<'_, '_>) {
    let desired = draft.desired;
    if !desired.requires("lake.data-filters")
        || !draft.is_listed(ResourceKind::LakeFormationFilter, "data cells filters")
    {
        return;
    }
    let seen: BTreeMap<&FilterKey, &SeenFilter> = draft
        .current
        .filters
        .iter()
        .map(|filter| (&filter.key, filter))
        .collect();
    let mut declared = Vec::new();
    for filter in &desired.filters {
        let key = key_of(filter);
        match seen.get(&key) {
            None => make(draft, filter, &key),
            Some(seen) if fails(seen) => change(draft, filter, seen),
            Some(_) => {}
        }
        declared.push(key);
    }
    for (key, filter) in seen {
        if !declared.contains(key) && filter.verdict == Verdict::Noncompliant {
            let on_declared = declared.iter().any(|one| is_same_table(one, key));
            remove(draft, filter, on_declared);
        }
    }
}

/// Whether a filter is another than the declared one. One that bears a member which is not known is never sure, and keeps it.
fn fails(seen: &SeenFilter) -> bool {
    seen.verdict == Verdict::Noncompliant
        || seen.verdict == Verdict::Indeterminate && seen.unheard.is_none()
}

fn key_of(filter: &DeclaredFilter) -> FilterKey {
    (
        filter.table.catalog.as_ref().map(ToString::to_string),
        filter.table.database.to_string(),
        filter.table.table.to_string(),
        filter.name.to_string(),
    )
}

fn is_same_table(one: &FilterKey, other: &FilterKey) -> bool {
    (&one.0, &one.1, &one.2) == (&other.0, &other.1, &other.2)
}

fn path(key: &FilterKey) -> String {
    let catalog = key.0.as_ref().map(|one| format!("{one}:"));
    format!("{}{}/{}", catalog.unwrap_or_default(), key.1, key.2)
}

fn shown(key: &FilterKey) -> String {
    let catalog = key.0.as_ref().map(|one| format!("{one}:"));
    let (database, table, name) = (&key.1, &key.2, &key.3);
    format!(
        "filter `{}{database}.{table}.{name}`",
        catalog.unwrap_or_default()
    )
}

fn make(draft: &mut Draft<'_, '_>, filter: &DeclaredFilter, key: &FilterKey) {
    let desired = draft.desired;
    draft.shifts.filters.insert(key.clone());
    let number = draft.change(Change {
        kind: Kind::Filters,
        sign: Sign::Add,
        class: Class::Missing,
        fate: Fate::Planned,
        what: shown(key),
        holder: None,
        detail: Some(words(filter)),
        wanted: desired.lines("lake.data-filters", "filter", &filter.identity),
        evidence: Evidence::default(),
    });
    let body = request::filter(filter, &desired.target.account);
    draft.call(
        Phase::Filters,
        &CREATE_DATA_CELLS_FILTER,
        path(key),
        body,
        vec![number],
    );
}

fn change(draft: &mut Draft<'_, '_>, filter: &DeclaredFilter, seen: &SeenFilter) {
    let desired = draft.desired;
    draft.shifts.filters.insert(seen.key.clone());
    let number = draft.change(Change {
        kind: Kind::Filters,
        sign: Sign::Change,
        class: Class::Different,
        fate: Fate::Planned,
        what: shown(&seen.key),
        holder: None,
        detail: Some(format!("{}: it becomes {}", seen.message, words(filter))),
        wanted: desired.lines("lake.data-filters", "filter", &filter.identity),
        evidence: Evidence::default(),
    });
    let mut body = request::filter(filter, &desired.target.account);
    // Names as they are spelt; what else this version does not know stays as it is.
    if let (Some(Value::Object(data)), Value::Object(raw)) = (body.get_mut("TableData"), &seen.raw)
    {
        for (member, value) in raw {
            let said = ["RowFilter", "ColumnNames", "ColumnWildcard", "VersionId"];
            if !said.contains(&member.as_str()) && !value.is_null() {
                data.insert(member.clone(), value.clone());
            }
        }
    }
    draft.call(
        Phase::Filters,
        &UPDATE_DATA_CELLS_FILTER,
        path(&seen.key),
        body,
        vec![number],
    );
}

fn remove(draft: &mut Draft<'_, '_>, seen: &SeenFilter, on_declared: bool) {
    let fate = if !on_declared {
        Fate::Reported(format!(
            "{}; its table is not one of the baseline's filters",
            seen.message
        ))
    } else if !draft.options.prune {
        Fate::Reported("deleted only with `--prune`".to_owned())
    } else if let Some(member) = &seen.unheard {
        Fate::HeldBack(format!(
            "AWS says `{member}` of it, which this version does not know: delete it by hand"
        ))
    } else if is_held(draft, &seen.key) {
        Fate::HeldBack("somebody holds a grant on it that stays".to_owned())
    } else {
        Fate::Planned
    };
    let planned = fate == Fate::Planned;
    let number = draft.change(Change {
        kind: Kind::Filters,
        sign: Sign::Remove,
        class: Class::Excess,
        fate,
        what: shown(&seen.key),
        holder: None,
        detail: Some(seen.message.clone()).filter(|_| on_declared),
        wanted: Vec::new(),
        evidence: Evidence::default(),
    });
    if !planned {
        return;
    }
    let mut input = Map::new();
    for member in ["TableCatalogId", "DatabaseName", "TableName", "Name"] {
        if let Some(value) = seen.raw.get(member) {
            input.insert(member.to_owned(), value.clone());
        }
    }
    draft.call(
        Phase::FiltersGone,
        &DELETE_DATA_CELLS_FILTER,
        path(&seen.key),
        Value::Object(input),
        vec![number],
    );
}

/// Whether somebody holds a grant on the filter that is not revoked.
fn is_held(draft: &Draft<'_, '_>, key: &FilterKey) -> bool {
    let mut held = draft.current.grants.iter();
    held.any(|held| filter_key(&held.object).as_ref() == Some(key) && !draft.revokes(held))
}

fn words(filter: &DeclaredFilter) -> String {
    let rows = filter
        .rows
        .as_ref()
        .map_or_else(|| "all rows".to_owned(), |rows| format!("rows `{rows}`"));
    let columns = filter
        .columns
        .as_ref()
        .map_or_else(|| "all columns".to_owned(), ToString::to_string);
    format!("{rows}, {columns}")
}
