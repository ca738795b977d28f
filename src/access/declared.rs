//! The estate that a baseline declares.

use super::{Estate, Filter, Grant, Mapping, Rows, Tagged};
use crate::aws::lake_formation::grant::{Node as On, Object};
use crate::aws::lake_formation::name::Name;
use crate::baseline::Baseline;
use crate::control::Requirement;
use crate::control::lake::filter::filters_of;
use crate::control::lake::name;
use crate::control::lake::standing::Declared;
use crate::control::lake::tag_expressions::expressions;
use crate::control::lake::tags::assignments;
use crate::control::settings::{cell_text, cell_texts};
use crate::lattice::{Row, Shape};
use std::collections::BTreeSet;

/// The estate that a baseline declares, in the account of its target.
pub fn estate(baseline: &Baseline) -> Estate {
    let required = |id: &str| baseline.requirements.get(id);
    let account = baseline
        .target
        .as_ref()
        .map(|target| target.account.as_str());
    let rows = |id: &str, list: &str| {
        let rows = required(id).and_then(|own| own.rows(list));
        rows.cloned().unwrap_or_default()
    };
    let grants = required("lake.grants");
    let of_grant = |identity: &str| place(grants, "grant", identity);
    Estate {
        grants: Declared::of(grants, account)
            .grants()
            .iter()
            .map(|grant| Grant {
                place: of_grant(&grant.identity),
                holder: grant.principal.clone(),
                object: grant.object.clone(),
                permissions: BTreeSet::clone(&grant.permissions),
                conditional: grant.condition.is_some(),
            })
            .collect(),
        filters: filters_of(required("lake.data-filters"), account)
            .into_iter()
            .map(|filter| Filter {
                name: filter.name,
                table: Object {
                    catalog: filter.table.catalog,
                    node: On::Table(filter.table.database, filter.table.table),
                },
                rows: filter
                    .rows
                    .map_or(Rows::All, |rows| Rows::Where(rows.to_string())),
                columns: filter.columns,
            })
            .collect(),
        tagged: assignments(&rows("lake.tags", "assignment"))
            .0
            .into_iter()
            .map(|assignment| Tagged {
                bearer: assignment.bearer.0,
                tags: assignment.tags,
            })
            .collect(),
        untold: Vec::new(),
        expressions: expressions(&rows("lake.tag-policies", "expression"))
            .into_iter()
            .map(|saved| (saved.name, saved.tags))
            .collect(),
        mappings: mappings(required("emr.role-mappings")),
        administrators: administrators(required("lake.admins")),
    }
}

/// Where a table of a list is written.
fn place(requirement: Option<&Requirement>, list: &str, row: &str) -> String {
    let places = requirement.map_or(&[][..], |own| own.row_places(list, row));
    let places: Vec<String> = places
        .iter()
        .map(|origin| format!("{}:{}", origin.file, origin.line))
        .collect();
    places.join(", ")
}

fn mappings(requirement: Option<&Requirement>) -> Vec<Mapping> {
    let Some(Shape::ExactlyRows(rows)) = requirement.and_then(|own| own.shape("mapping")) else {
        return Vec::new();
    };
    let subjects = |row: &Row| {
        let kinds = [
            ("users", "user"),
            ("groups", "group"),
            ("prefixes", "prefix"),
        ];
        let each = kinds.into_iter().flat_map(|(key, kind)| {
            let texts = cell_texts(row, key).into_iter();
            texts.map(move |text| format!("{kind} {text}"))
        });
        each.collect()
    };
    rows.iter()
        .enumerate()
        .filter_map(|(at, row)| {
            Some(Mapping {
                role: name(cell_text(row, "role")?),
                subjects: subjects(row),
                place: place(requirement, "mapping", &at.to_string()),
            })
        })
        .collect()
}

fn administrators(requirement: Option<&Requirement>) -> Vec<Name> {
    match requirement.and_then(|own| own.shape("required")) {
        Some(Shape::AllOf(names)) => names.iter().map(name).collect(),
        _ => Vec::new(),
    }
}
