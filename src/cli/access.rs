//! `access BASELINE`: who may read what; `access diff OLD NEW`: who gains and who loses by a change.

mod document;
mod html;
mod side;
mod text;

use super::arguments::Output;
use super::{Ended, Terminal};
use crate::access::{Changes, Question, changes, readers};
use crate::aws::lake_formation::name::Name;
use crate::judge::Exit;
use crate::lattice::Text;
use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use side::Region;
use std::io::{self, Write};

/// Arguments of `access`.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Access {
    /// What is compared, when two are.
    #[command(subcommand)]
    pub command: Option<AccessCommand>,
    /// A baseline file, `builtin:NAME`, or an estate that `observe` saved
    #[arg(required = true)]
    pub baseline: Option<String>,
    /// What is asked, and how it is answered.
    #[command(flatten)]
    pub asked: Asked,
}

/// Commands of `access`.
#[derive(Subcommand, Debug)]
pub enum AccessCommand {
    /// Who gains and who loses what, from one baseline or saved estate to another
    Diff(Diff),
}

/// Arguments of `access diff`.
#[derive(Args, Debug)]
pub struct Diff {
    /// The baseline or saved estate as it was
    pub old: String,
    /// The baseline or saved estate as it is now
    pub new: String,
    /// Exit 1 when anybody gains anything
    #[arg(long)]
    pub deny_gains: bool,
    /// What is asked, and how it is answered.
    #[command(flatten)]
    pub asked: Asked,
}

/// What is asked of access, and how it is answered.
#[derive(Args, Debug)]
pub struct Asked {
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
    /// A matrix to look at; not of `diff`
    Html,
}

impl Access {
    /// What is asked, whichever command asks.
    pub fn asked(&self) -> &Asked {
        match &self.command {
            Some(AccessCommand::Diff(diff)) => &diff.asked,
            None => &self.asked,
        }
    }
}

impl Asked {
    /// Whether a principal is asked for: by all of it, by its last name, or by a pattern of either.
    fn is_meant(&self, principal: &Name) -> bool {
        let Some(wanted) = self.principal.as_deref() else {
            return true;
        };
        let principal = principal.to_string();
        let last = principal.rsplit(['/', ':']).next().unwrap_or(&principal);
        let pattern = Text::from(wanted);
        [principal.as_str(), last]
            .into_iter()
            .any(|text| text == wanted || pattern.accepts_as_pattern(text))
    }
}

/// Runs `access`.
pub(super) fn run(arguments: &Access, at: Timestamp, terminal: &mut Terminal<'_>) -> Ended {
    match (&arguments.command, &arguments.baseline) {
        (Some(AccessCommand::Diff(diff)), _) => compared(diff, at, terminal),
        (None, Some(path)) => listed(path, &arguments.asked, at, terminal),
        (None, None) => Ok(Exit::Unusable),
    }
}

fn listed(path: &str, asked: &Asked, at: Timestamp, terminal: &mut Terminal<'_>) -> Ended {
    let question = question(asked, terminal)?;
    let side = side::read(path, asked, at, terminal)?;
    let (Some(question), Some(side)) = (question, side) else {
        return Ok(Exit::Unusable);
    };
    let regions = side.regions.iter().map(|region| {
        let mut readers = readers(&region.estate, &question);
        readers.retain(|reader| asked.is_meant(&reader.holder));
        (region, readers)
    });
    let regions: Vec<_> = regions.collect();
    match asked.format {
        Format::Json => {
            let document = document::of_readers(&side, &regions);
            writeln!(terminal.out, "{document:#}")?;
        }
        Format::Html => html::readers(&side, &regions, &mut terminal.out)?,
        Format::Text => {
            for (region, readers) in &regions {
                text::heading(side.is_observed(), region, &mut terminal.out)?;
                text::readers(asked.why, region, readers, &mut terminal.out)?;
            }
        }
    }
    Ok(Exit::Clean)
}

fn compared(diff: &Diff, at: Timestamp, terminal: &mut Terminal<'_>) -> Ended {
    let asked = &diff.asked;
    if asked.format == Format::Html {
        terminal.error("`access diff` has no page to look at")?;
        terminal.help("take `--format text` or `--format json`")?;
        return Ok(Exit::Unusable);
    }
    let question = question(asked, terminal)?;
    let old = side::read(&diff.old, asked, at, terminal)?;
    let new = side::read(&diff.new, asked, at, terminal)?;
    let (Some(question), Some(old), Some(new)) = (question, old, new) else {
        return Ok(Exit::Unusable);
    };
    let pairs = match side::paired(&old, &new) {
        Ok(pairs) => pairs,
        Err(message) => {
            terminal.error(&message)?;
            terminal.help("bind the baseline to the account and region with `--target`")?;
            return Ok(Exit::Unusable);
        }
    };
    let compared = pairs.into_iter().map(|(old, new)| {
        let mut changes = changes(&old.estate, &new.estate, &question);
        changes.principals.retain(|one| asked.is_meant(&one.holder));
        let lists = [
            &mut changes.administrators_gained,
            &mut changes.administrators_lost,
        ];
        for list in lists {
            list.retain(|name| asked.is_meant(name));
        }
        Compared { old, new, changes }
    });
    let compared: Vec<Compared> = compared.collect();
    match asked.format {
        Format::Json => {
            let document = document::of_changes((&old, &new), &compared);
            writeln!(terminal.out, "{document:#}")?;
        }
        Format::Text | Format::Html => {
            let observed = old.is_observed() || new.is_observed();
            for one in &compared {
                text::heading(observed, &one.new, &mut terminal.out)?;
                text::changes(asked.why, one, &mut terminal.out)?;
            }
        }
    }
    Ok(match diff.deny_gains {
        true if compared.iter().any(|one| one.changes.any_gain()) => Exit::Noncompliant,
        // What is not understood may be a gain.
        true if compared.iter().any(|one| !one.new.unknown.is_empty()) => Exit::Indeterminate,
        _ => Exit::Clean,
    })
}

/// What changes in an account and region.
struct Compared {
    old: Region,
    new: Region,
    changes: Changes,
}

fn question(arguments: &Asked, terminal: &mut Terminal<'_>) -> io::Result<Option<Question>> {
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
