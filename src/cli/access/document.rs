//! Access as a document.

use super::Compared;
use super::side::{Region, Side};
use super::text::{names, table_name};
use crate::access::{Change, Mapping, Part, Reader, Reading, Rows, TableChange};
use crate::aws::lake_formation::grant::{Columns, Node as On};
use crate::aws::lake_formation::name::{Likeness, Name};
use serde_json::{Value, json};

/// The schema of who reads what.
const SCHEMA: &str = "emr-baseline/access/v1";

/// Who reads what.
pub(super) fn of_readers(side: &Side, regions: &[(&Region, Vec<Reader>)]) -> Value {
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
    let body = |(region, readers): &(&Region, Vec<Reader>)| {
        json!({
            "administrators": texts(&region.estate.administrators),
            "readers": readers.iter().map(reader).collect::<Vec<_>>(),
            "unknown": region.unknown,
        })
    };
    if side.is_observed() {
        let regions = regions.iter().map(|one| placed(one.0, body(one)));
        let regions: Vec<Value> = regions.collect();
        return json!({ "schema": SCHEMA, "estate": side.named, "regions": regions });
    }
    let mut document = json!({ "schema": SCHEMA, "baseline": side.named, "target": side.target });
    for one in regions {
        extend(&mut document, body(one));
    }
    document
}

/// What is said of an account and region, under its name.
fn placed(region: &Region, body: Value) -> Value {
    let (account, name) = region.at.clone().unzip();
    let mut document = json!({ "account": account, "region": name });
    extend(&mut document, body);
    document
}

/// Adds the members of one object to another.
fn extend(document: &mut Value, more: Value) {
    if let (Value::Object(document), Value::Object(more)) = (document, more) {
        document.extend(more);
    }
}

/// Who gains and who loses what.
pub(super) fn of_changes((old, new): (&Side, &Side), compared: &[Compared]) -> Value {
    let table = |table: &TableChange| {
        json!({
            "table": table_name(&table.table),
            "named": matches!(table.table.node, On::Table(..)),
            "gained": table.gained.iter().map(part).collect::<Vec<_>>(),
            "lost": table.lost.iter().map(part).collect::<Vec<_>>(),
            "now": table.now.iter().map(part).collect::<Vec<_>>(),
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
    let region = |one: &Compared| {
        let changes = &one.changes;
        let body = json!({
            "administrators_gained": texts(&changes.administrators_gained),
            "administrators_lost": texts(&changes.administrators_lost),
            "principals": changes.principals.iter().map(principal).collect::<Vec<_>>(),
            "unknown_before": one.old.unknown,
            "unknown_now": one.new.unknown,
        });
        placed(&one.new, body)
    };
    json!({
        "schema": "emr-baseline/access-diff/v1",
        "old": old.named,
        "new": new.named,
        "regions": compared.iter().map(region).collect::<Vec<_>>(),
    })
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
