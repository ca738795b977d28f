//! `access BASELINE`: who may read what, as a table to read, or as JSON.

use super::arguments::Output;
use super::baselines::{chosen, loaded, resolved};
use super::{Ended, Terminal};
use crate::access::{Estate, Part, Question, Reader, Reading, Rows, estate, readers};
use crate::aws::lake_formation::grant::{Columns, Node as On, Object};
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::baseline::Baseline;
use crate::escape::terminal as safe;
use crate::judge::Exit;
use crate::lattice::Text;
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{self, Write};

/// Arguments of `access`.
#[derive(Args, Debug)]
pub struct Access {
    /// A baseline file, or `builtin:NAME`
    pub baseline: String,
    /// Only who fits this: an ARN, the name of a role or user, or a pattern with `*`
    #[arg(long, value_name = "PRINCIPAL")]
    pub principal: Option<String>,
    /// Only who reads this table
    #[arg(long, value_name = "DATABASE.TABLE")]
    pub table: Option<String>,
    /// Only who reads this column
    #[arg(long, value_name = "COLUMN")]
    pub column: Option<String>,
    /// Say by which lines, and which grants add nothing
    #[arg(long)]
    pub why: bool,
    /// How it is written
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
    /// The target whose parameters are put in [default: the only one, else none]
    #[arg(long, value_name = "NAME")]
    pub target: Option<String>,
    /// Where the result goes.
    #[command(flatten)]
    pub output: Output,
}

/// How the result of `access` is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs; the schema is `emr-baseline/access/v1`
    Json,
}

/// Runs `access BASELINE`.
pub(super) fn run(arguments: &Access, at: Timestamp, terminal: &mut Terminal<'_>) -> Ended {
    let Some(question) = question(arguments, terminal)? else {
        return Ok(Exit::Unusable);
    };
    let Some(loaded) = loaded(&arguments.baseline, at, terminal)? else {
        return Ok(Exit::Unusable);
    };
    let target = chosen(&loaded, arguments.target.as_deref());
    let Some(baseline) = resolved(&loaded, target.as_deref(), terminal)? else {
        return Ok(Exit::Unusable);
    };
    let estate = estate(&baseline);
    let wanted = arguments.principal.as_deref();
    let readers: Vec<Reader> = readers(&estate, &question)
        .into_iter()
        .filter(|reader| wanted.is_none_or(|wanted| is_meant(wanted, &reader.holder.to_string())))
        .collect();
    match arguments.format {
        Format::Json => writeln!(terminal.out, "{:#}", document(&baseline, &estate, &readers))?,
        Format::Text => written(arguments, &estate, &readers, terminal)?,
    }
    Ok(Exit::Clean)
}

fn question(arguments: &Access, terminal: &mut Terminal<'_>) -> io::Result<Option<Question>> {
    let lower = |text: &str| Name::from(text.to_lowercase().as_str());
    let column = arguments.column.as_deref().map(lower);
    let Some(table) = &arguments.table else {
        return Ok(Some(Question {
            table: None,
            column,
        }));
    };
    match table.split_once('.') {
        Some((database, name))
            if !database.is_empty() && !name.is_empty() && !name.contains('.') =>
        {
            Ok(Some(Question {
                table: Some((lower(database), lower(name))),
                column,
            }))
        }
        _ => {
            terminal.error(&format!("`{table}` is no table"))?;
            terminal.help("write `DATABASE.TABLE`, as `sales.orders`")?;
            Ok(None)
        }
    }
}

/// Whether a principal is the one that was asked for: by all of it, by its last name, or by a pattern of either.
fn is_meant(wanted: &str, principal: &str) -> bool {
    let last = principal.rsplit(['/', ':']).next().unwrap_or(principal);
    let pattern = Text::from(wanted);
    [principal, last]
        .into_iter()
        .any(|text| text == wanted || pattern.accepts_as_pattern(text))
}

fn written(
    arguments: &Access,
    estate: &Estate,
    readers: &[Reader],
    terminal: &mut Terminal<'_>,
) -> io::Result<()> {
    let out = &mut terminal.out;
    if readers.is_empty() {
        writeln!(out, "nobody, by what the baseline declares")?;
    }
    for reader in readers {
        writeln!(out, "{}", safe(&reader.holder.to_string()))?;
        for mapping in &reader.mappings {
            let whom = mapping.subjects.join(", ");
            writeln!(out, "  EMRFS reads S3 as this role for {}", safe(&whom))?;
            if arguments.why {
                writeln!(out, "      {}", safe(&mapping.place))?;
            }
        }
        for reading in &reader.readings {
            writeln!(out, "  {}", safe(&table_name(&reading.table)))?;
            for part in &reading.parts {
                write_part(part, "", arguments.why, out)?;
            }
            for part in reading.covered.iter().filter(|_| arguments.why) {
                write_part(part, "adds nothing: ", true, out)?;
            }
        }
        writeln!(out)?;
    }
    let mappings = readers.iter().any(|reader| !reader.mappings.is_empty());
    if mappings {
        writeln!(
            out,
            "what EMRFS reads in S3 is the role's own IAM policies' to say, not Lake Formation's"
        )?;
    }
    let administrators: Vec<String> = estate.administrators.iter().map(Name::to_string).collect();
    if !administrators.is_empty() {
        let names = administrators.join(", ");
        writeln!(
            out,
            "administrators may grant themselves anything: {}",
            safe(&names)
        )?;
    }
    Ok(())
}

fn write_part(part: &Part, before: &str, why: bool, out: &mut dyn Write) -> io::Result<()> {
    let columns = part
        .columns
        .as_ref()
        .map_or_else(|| "all columns".to_owned(), columns);
    let rows = match &part.rows {
        Rows::All => "all rows".to_owned(),
        Rows::Where(text) => format!("rows where {text}"),
        Rows::Unknown(filter) => format!("rows of filter {filter}, which is not declared"),
    };
    let maybe = if part.sure == Likeness::Same {
        ""
    } else {
        ", if its condition or parameter holds"
    };
    writeln!(
        out,
        "    {before}{}; {}{maybe}",
        safe(&columns),
        safe(&rows)
    )?;
    for place in part.places.iter().filter(|_| why) {
        writeln!(out, "      {}", safe(place))?;
    }
    Ok(())
}

fn names(names: &BTreeSet<Name>) -> Vec<String> {
    names.iter().map(Name::to_string).collect()
}

fn columns(columns: &Columns) -> String {
    match columns {
        Columns::Only(only) => format!("columns {}", names(only).join(", ")),
        Columns::AllBut(hidden) => format!("all columns but {}", names(hidden).join(", ")),
    }
}

/// A table, or what stands for tables that nothing names.
fn table_name(table: &Object) -> String {
    let catalog = table
        .catalog
        .as_ref()
        .map(|catalog| format!("{catalog}:"))
        .unwrap_or_default();
    match &table.node {
        On::Table(database, name) => format!("{catalog}{database}.{name}"),
        On::AllTables(database) => format!("every table of {catalog}{database}, those to come too"),
        On::TagPolicy(policy) => policy.to_string().replace('`', ""),
        On::Catalog
        | On::Database(_)
        | On::Columns(..)
        | On::Filter(..)
        | On::Location(_)
        | On::Tag(..)
        | On::TagExpression(_)
        | On::Function(..)
        | On::AnyTable
        | On::RowPolicy(_) => format!("everything in {}", table.to_string().replace('`', "")),
    }
}

/// The result as a document.
fn document(baseline: &Baseline, estate: &Estate, readers: &[Reader]) -> Value {
    let part = |part: &Part| {
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
    };
    let reading = |reading: &Reading| {
        json!({
            "table": table_name(&reading.table),
            "named": matches!(reading.table.node, On::Table(..)),
            "parts": reading.parts.iter().map(part).collect::<Vec<_>>(),
            "adding_nothing": reading.covered.iter().map(part).collect::<Vec<_>>(),
        })
    };
    let reader = |reader: &Reader| {
        let mappings = reader.mappings.iter();
        let emrfs = mappings.map(|one| json!({ "for": one.subjects, "by": one.place }));
        json!({
            "principal": reader.holder.to_string(),
            "emrfs": emrfs.collect::<Vec<_>>(),
            "reads": reader.readings.iter().map(reading).collect::<Vec<_>>(),
        })
    };
    json!({
        "schema": "emr-baseline/access/v1",
        "baseline": { "name": baseline.name, "version": baseline.version, "digest": baseline.digest },
        "target": baseline.target.as_ref().map(|target| &target.name),
        "administrators": estate.administrators.iter().map(Name::to_string).collect::<Vec<_>>(),
        "readers": readers.iter().map(reader).collect::<Vec<_>>(),
    })
}
