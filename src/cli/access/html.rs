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

/// Shades say again what the words of a cell say. The names of readers and of tables stay in sight of a large matrix, and
/// words are never broken: a matrix is scrolled in its own frame instead.
const STYLE: &str = "body { max-width: none; }
.wide { max-height: 90vh; max-width: 100%; overflow: auto; width: fit-content; }
table { --line: 1px solid color-mix(in srgb, CanvasText 30%, Canvas); border-collapse: separate; border-left: var(--line); border-spacing: 0; margin: 0; }
caption { left: 0; padding: .2rem 0; position: sticky; width: max-content; }
td, th { border: 0 solid; border-bottom: var(--line); border-right: var(--line); overflow-wrap: normal; padding: .2rem .5rem; }
thead th { background: Canvas; border-top: var(--line); position: sticky; top: 0; vertical-align: bottom; z-index: 1; }
thead th:first-child { left: 0; z-index: 2; }
tbody th { background: Canvas; left: 0; position: sticky; white-space: nowrap; }
.many thead th span { display: inline-block; max-height: 16rem; transform: rotate(180deg); writing-mode: vertical-rl; }
.many tbody { font-size: .85rem; }
summary { cursor: pointer; list-style-position: outside; margin-left: .8rem; }
.many summary { list-style: none; margin: 0; text-decoration: underline dotted; }
.many summary::-webkit-details-marker { display: none; }
.wide + .wide { margin-top: 1.5rem; }
td.all { background: color-mix(in srgb, #d33 35%, Canvas); }
td.some { background: color-mix(in srgb, #e90 25%, Canvas); }
td.maybe { background: color-mix(in srgb, #888 25%, Canvas); }
details[open] { min-width: 16rem; }
ul { margin: .2rem 0; padding-left: 1.2rem; }
@media (max-width: 45rem) { tbody th { max-width: 35vw; overflow-wrap: anywhere; white-space: normal; } }
";

/// So many tables have their names written upwards, to be narrower.
const MANY: usize = 8;

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
        let account = region.at.as_ref().map(|(account, _)| account.as_str());
        for (home, tables) in homes(readers) {
            matrix(&home, (&tables, readers), account, out)?;
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
    (tables, readers): (&BTreeSet<&Object>, &[Reader]),
    account: Option<&str>,
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
        let name = text(&short(table));
        let _ = write!(head, "<th scope=\"col\"><span>{name}</span></th>");
    }
    let home = text(home);
    let many = if tables.len() > MANY { " many" } else { "" };
    writeln!(
        out,
        "<div class=\"wide{many}\" role=\"region\" aria-label=\"{home}\" tabindex=\"0\">\n<table>\n<caption>{home}</caption>\n<thead>\n<tr><th scope=\"col\">Principal</th>{head}</tr>\n</thead>\n<tbody>"
    )?;
    for (reader, readings) in rows {
        let name = reader.holder.to_string();
        write!(
            out,
            "<tr><th scope=\"row\"><code title=\"{}\">{}</code></th>",
            text(&name),
            text(own_name(&name, account))
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

/// The name of a principal below that of the account, where it is the account's own.
fn own_name<'n>(name: &'n str, account: Option<&str>) -> &'n str {
    let own = account.and_then(|account| {
        let (_, rest) = name.split_once(":iam::")?;
        rest.strip_prefix(account)?.strip_prefix(':')
    });
    own.unwrap_or(name)
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
