//! Access in words.

use super::Compared;
use super::side::Region;
use crate::access::{Changes, Part, Reader, Rows};
use crate::aws::lake_formation::grant::{Columns, Node as On, Object};
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::aws::lake_formation::principal::{Principal, PrincipalKind};
use crate::escape::terminal as safe;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// Which account and region is spoken of, where an estate may hold several.
pub(super) fn heading(observed: bool, region: &Region, out: &mut dyn Write) -> io::Result<()> {
    match &region.at {
        Some((account, region)) if observed => {
            writeln!(out, "account {}, region {}\n", safe(account), safe(region))
        }
        _ => Ok(()),
    }
}

/// Who reads what.
pub(super) fn readers(
    why: bool,
    region: &Region,
    readers: &[Reader],
    out: &mut dyn Write,
) -> io::Result<()> {
    let estate = &region.estate;
    if readers.is_empty() {
        writeln!(out, "nobody, as far as is known")?;
    }
    for reader in readers {
        writeln!(out, "{}", safe(&reader.holder.to_string()))?;
        for mapping in &reader.mappings {
            let whom = mapping.subjects.join(", ");
            writeln!(out, "  EMRFS reads S3 as this role for {}", safe(&whom))?;
            if why {
                writeln!(out, "      {}", safe(&mapping.place))?;
            }
        }
        for reading in &reader.readings {
            writeln!(out, "  {}", safe(&table_name(&reading.table)))?;
            for part in &reading.parts {
                write_part(part, "", why, out)?;
            }
            for part in reading.covered.iter().filter(|_| why) {
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
    let left_to_iam = |one: &Reader| {
        let holder = one.holder.to_string();
        Principal::of(&holder).is_some_and(|one| one.kind == PrincipalKind::IamAllowedPrincipals)
    };
    if readers.iter().any(left_to_iam) {
        writeln!(
            out,
            "IAM_ALLOWED_PRINCIPALS is everybody whom IAM lets in, without Lake Formation"
        )?;
    }
    unknown("not known", &region.unknown, out)
}

/// What could not be understood, or was not seen.
fn unknown(label: &str, unknown: &[String], out: &mut dyn Write) -> io::Result<()> {
    for what in unknown {
        writeln!(out, "{label}: {}", safe(what))?;
    }
    Ok(())
}

/// Who gains and who loses what.
pub(super) fn changes(why: bool, compared: &Compared, out: &mut dyn Write) -> io::Result<()> {
    let changes = &compared.changes;
    for change in &changes.principals {
        writeln!(out, "{}", safe(&change.holder.to_string()))?;
        let mappings = [
            ("now reads", &change.mappings_gained),
            ("no longer reads", &change.mappings_lost),
        ];
        for (reads, mappings) in mappings {
            for mapping in mappings {
                let whom = mapping.subjects.join(", ");
                writeln!(out, "  EMRFS {reads} S3 as this role for {}", safe(&whom))?;
                if why {
                    writeln!(out, "      {}", safe(&mapping.place))?;
                }
            }
        }
        for table in &change.tables {
            writeln!(out, "  {}", safe(&table_name(&table.table)))?;
            for part in &table.gained {
                write_part(part, "gains ", why, out)?;
            }
            for part in &table.lost {
                write_part(part, "loses ", why, out)?;
            }
            for part in table.now.iter().filter(|_| table.now != table.gained) {
                write_part(part, "now reads ", why, out)?;
            }
        }
        writeln!(out)?;
    }
    let administrators = [
        ("gains", &changes.administrators_gained),
        ("loses", &changes.administrators_lost),
    ];
    for (what, names) in administrators {
        for name in names {
            let name = name.to_string();
            writeln!(out, "{} {what} the rights of an administrator", safe(&name))?;
        }
    }
    if *changes == Changes::default() {
        let sure = compared.old.unknown.is_empty() && compared.new.unknown.is_empty();
        let sure = if sure { "" } else { ", as far as is known" };
        writeln!(out, "nobody gains or loses anything to read{sure}")?;
    }
    unknown("not known before", &compared.old.unknown, out)?;
    unknown("not known now", &compared.new.unknown, out)
}

fn write_part(part: &Part, before: &str, why: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "    {before}{}", safe(&part_words(part)))?;
    for place in part.places.iter().filter(|_| why) {
        writeln!(out, "      {}", safe(place))?;
    }
    Ok(())
}

/// Which columns of which rows.
pub(super) fn part_words(part: &Part) -> String {
    let columns = part
        .columns
        .as_ref()
        .map_or_else(|| "all columns".to_owned(), columns);
    let rows = match &part.rows {
        Rows::All => "all rows".to_owned(),
        Rows::Where(text) => format!("rows where {text}"),
        Rows::Unknown(filter) => format!("rows of filter {filter}, which is not known"),
    };
    let maybe = if part.sure == Likeness::Same {
        ""
    } else {
        ", if its condition or parameter holds or its tags fit"
    };
    format!("{columns}; {rows}{maybe}")
}

pub(super) fn names(names: &BTreeSet<Name>) -> Vec<String> {
    names.iter().map(Name::to_string).collect()
}

fn columns(columns: &Columns) -> String {
    match columns {
        Columns::Only(only) => format!("columns {}", names(only).join(", ")),
        Columns::AllBut(hidden) => format!("all columns but {}", names(hidden).join(", ")),
    }
}

/// A table, or what stands for tables that nothing names.
pub(super) fn table_name(table: &Object) -> String {
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
