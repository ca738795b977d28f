//! Access as a page to look at: a matrix of readers and tables for each database.

use super::side::{Region, Side};
use super::text::{part_words, table_name};
use crate::access::{Part, Reader, Reading, Rows};
use crate::aws::lake_formation::grant::{Node as On, Object};
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::report::page::{self, text};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};

/// Shades say again what the words of a cell say. The names of readers stay in sight of a wide table.
const STYLE: &str = "body { max-width: none; }
.wide { max-width: 100%; overflow: auto; }
td, th { padding: .2rem .5rem; }
tbody th { background: Canvas; left: 0; position: sticky; }
td.all { background: color-mix(in srgb, #d33 35%, Canvas); }
td.some { background: color-mix(in srgb, #e90 25%, Canvas); }
td.maybe { background: color-mix(in srgb, #888 25%, Canvas); }
ul { margin: .2rem 0; padding-left: 1.2rem; }
";

/// The most cells of one matrix; beyond, nobody finds anything in it.
const CELLS: usize = 250_000;

/// Who reads what.
pub(super) fn readers(
    side: &Side,
    regions: &[(&Region, Vec<Reader>)],
    out: &mut dyn Write,
) -> io::Result<()> {
    let of = { side.named.get("name") }.or_else(|| side.named.get("file"));
    let of = of.and_then(|name| name.as_str()).unwrap_or_default();
    page::begin(&format!("Who may read what: {of}"), STYLE, out)?;
    writeln!(
        out,
        "<p>Each cell says what of a table one principal reads by Lake Formation, all its grants added up. An empty cell is nothing. \
         Open a cell for the columns and rows, and for where the grants stand.</p>"
    )?;
    for (region, readers) in regions {
        if let Some((account, name)) = &region.at {
            writeln!(
                out,
                "<h2>Account {}, region {}</h2>",
                text(account),
                text(name)
            )?;
        }
        for (home, tables) in homes(readers) {
            matrix(&home, &tables, readers, out)?;
        }
        beside(region, readers, out)?;
    }
    page::end(out)
}

/// The tables that are read, by the database in which they lie; what reaches tables that nothing names by itself.
fn homes(readers: &[Reader]) -> BTreeMap<String, BTreeSet<&Object>> {
    let mut homes: BTreeMap<String, BTreeSet<&Object>> = BTreeMap::new();
    let readings = readers.iter().flat_map(|reader| &reader.readings);
    for reading in readings {
        let table = &reading.table;
        let home = match (&table.catalog, table.database()) {
            (Some(catalog), Some(database)) => format!("Database {catalog}:{database}"),
            (None, Some(database)) => format!("Database {database}"),
            (_, None) => "Whatever bears tags, and the rest".to_owned(),
        };
        homes.entry(home).or_default().insert(table);
    }
    homes
}

fn matrix(
    home: &str,
    tables: &BTreeSet<&Object>,
    readers: &[Reader],
    out: &mut dyn Write,
) -> io::Result<()> {
    let rows: Vec<(&Reader, BTreeMap<&Object, &Reading>)> = readers
        .iter()
        .map(|reader| {
            let own = reader
                .readings
                .iter()
                .filter(|reading| tables.contains(&reading.table));
            (
                reader,
                own.map(|reading| (&reading.table, reading))
                    .collect::<BTreeMap<_, _>>(),
            )
        })
        .filter(|(_, readings)| !readings.is_empty())
        .collect();
    if rows.len().saturating_mul(tables.len()) > CELLS {
        return writeln!(
            out,
            "<h3>{}</h3>\n<p>{} readers of {} tables are too many to look at: ask for one with <code>--table</code> or \
             <code>--principal</code>, or take <code>--format json</code>.</p>",
            text(home),
            rows.len(),
            tables.len()
        );
    }
    let mut head = String::new();
    for table in tables {
        let _ = write!(head, "<th scope=\"col\">{}</th>", text(&short(table)));
    }
    writeln!(
        out,
        "<div class=\"wide\">\n<table>\n<caption>{}</caption>\n<thead>\n<tr><th scope=\"col\">Principal</th>{head}</tr>\n</thead>\n<tbody>",
        text(home)
    )?;
    for (reader, readings) in rows {
        let name = reader.holder.to_string();
        write!(
            out,
            "<tr><th scope=\"row\"><code>{}</code></th>",
            text(&name)
        )?;
        for table in tables {
            match readings.get(table) {
                None => write!(out, "<td></td>")?,
                Some(reading) => cell(reading, out)?,
            }
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody>\n</table>\n</div>")
}

/// The name of a table below that of its database.
fn short(table: &Object) -> String {
    if let On::Table(_, name) = &table.node {
        return name.to_string();
    }
    if let On::AllTables(_) = &table.node {
        return "every table, those to come too".to_owned();
    }
    table_name(table)
}

fn cell(reading: &Reading, out: &mut dyn Write) -> io::Result<()> {
    let (class, word) = gist(&reading.parts);
    write!(
        out,
        "<td class=\"{class}\"><details><summary>{word}</summary><ul>"
    )?;
    for part in &reading.parts {
        write!(out, "<li>{}", text(&part_words(part)))?;
        for place in &part.places {
            write!(out, "<br><code>{}</code>", text(place))?;
        }
        write!(out, "</li>")?;
    }
    write!(out, "</ul></details></td>")
}

/// What parts come to, in a word.
fn gist(parts: &[Part]) -> (&'static str, &'static str) {
    let sure: Vec<&Part> = parts
        .iter()
        .filter(|part| part.sure == Likeness::Same)
        .collect();
    if sure.is_empty() {
        return ("maybe", "perhaps");
    }
    if sure
        .iter()
        .any(|part| part.columns.is_none() && part.rows == Rows::All)
    {
        return ("all", "all");
    }
    match (
        sure.iter().all(|part| part.columns.is_none()),
        sure.iter().all(|part| part.rows == Rows::All),
    ) {
        (true, _) => ("some", "some rows"),
        (_, true) => ("some", "some columns"),
        _ => ("some", "some columns and rows"),
    }
}

/// What no matrix shows.
fn beside(region: &Region, readers: &[Reader], out: &mut dyn Write) -> io::Result<()> {
    let mut list = |heading: &str, items: Vec<String>| {
        if items.is_empty() {
            return Ok(());
        }
        writeln!(out, "<h3>{heading}</h3>\n<ul>")?;
        for item in items {
            writeln!(out, "<li>{}</li>", text(&item))?;
        }
        writeln!(out, "</ul>")
    };
    let names = |names: &[Name]| names.iter().map(Name::to_string).collect::<Vec<_>>();
    list(
        "Administrators, who may grant themselves anything",
        names(&region.estate.administrators),
    )?;
    let mapped = readers.iter().flat_map(|reader| {
        let of = |mapping: &crate::access::Mapping| {
            format!("{} for {}", reader.holder, mapping.subjects.join(", "))
        };
        reader.mappings.iter().map(of).collect::<Vec<_>>()
    });
    list(
        "Roles as which EMRFS reads S3, past Lake Formation",
        mapped.collect(),
    )?;
    list("Not known", region.unknown.clone())
}
