//! Access as a document.

use super::text::{names, table_name};
use crate::access::{Change, Changes, Estate, Mapping, Part, Reader, Reading, Rows, TableChange};
use crate::aws::lake_formation::grant::{Columns, Node as On};
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::baseline::Baseline;
use serde_json::{Value, json};

/// Who reads what.
pub(super) fn of_readers(baseline: &Baseline, estate: &Estate, readers: &[Reader]) -> Value {
    let reading = |reading: &Reading| {
        json!({
            "table": table_name(&reading.table),
            "named": matches!(reading.table.node, On::Table(..)),
            "parts": reading.parts.iter().map(part).collect::<Vec<_>>(),
            "adding_nothing": reading.covered.iter().map(part).collect::<Vec<_>>(),
        })
    };
    let reader = |reader: &Reader| {
        json!({
            "principal": reader.holder.to_string(),
            "emrfs": mappings(&reader.mappings),
            "reads": reader.readings.iter().map(reading).collect::<Vec<_>>(),
        })
    };
    json!({
        "schema": "emr-baseline/access/v1",
        "baseline": named(baseline),
        "target": baseline.target.as_ref().map(|target| &target.name),
        "administrators": texts(&estate.administrators),
        "readers": readers.iter().map(reader).collect::<Vec<_>>(),
    })
}

/// Who gains and who loses what.
pub(super) fn of_changes((old, new): (&Baseline, &Baseline), changes: &Changes) -> Value {
    let table = |table: &TableChange| {
        json!({
            "table": table_name(&table.table),
            "named": matches!(table.table.node, On::Table(..)),
            "gained": table.gained.iter().map(part).collect::<Vec<_>>(),
            "lost": table.lost.iter().map(part).collect::<Vec<_>>(),
        })
    };
    let principal = |change: &Change| {
        json!({
            "principal": change.holder.to_string(),
            "emrfs_gained": mappings(&change.mappings_gained),
            "emrfs_lost": mappings(&change.mappings_lost),
            "reads": change.tables.iter().map(table).collect::<Vec<_>>(),
        })
    };
    json!({
        "schema": "emr-baseline/access-diff/v1",
        "old": named(old),
        "new": named(new),
        "target": new.target.as_ref().map(|target| &target.name),
        "administrators_gained": texts(&changes.administrators_gained),
        "administrators_lost": texts(&changes.administrators_lost),
        "principals": changes.principals.iter().map(principal).collect::<Vec<_>>(),
    })
}

fn named(baseline: &Baseline) -> Value {
    json!({ "name": baseline.name, "version": baseline.version, "digest": baseline.digest })
}

fn texts(names: &[Name]) -> Vec<String> {
    names.iter().map(Name::to_string).collect()
}

fn mappings(mappings: &[Mapping]) -> Vec<Value> {
    let mappings = mappings.iter();
    let each = mappings.map(|one| json!({ "for": one.subjects, "by": one.place }));
    each.collect()
}

fn part(part: &Part) -> Value {
    let columns = match &part.columns {
        None => json!("all"),
        Some(Columns::Only(only)) => json!({ "only": names(only) }),
        Some(Columns::AllBut(hidden)) => json!({ "all_but": names(hidden) }),
    };
    let rows = match &part.rows {
        Rows::All => json!("all"),
        Rows::Where(text) => json!({ "where": text }),
        Rows::Unknown(filter) => json!({ "unknown_filter": filter }),
    };
    let certain = part.sure == Likeness::Same;
    json!({ "columns": columns, "rows": rows, "certain": certain, "by": part.places })
}
