//! `access BASELINE`: who may read what; `access diff OLD NEW`: who gains and who loses by a change.

mod document;
mod text;

use super::arguments::Output;
use super::baselines::{chosen, loaded, resolved};
use super::{Ended, Terminal};
use crate::access::{Change, Estate, Question, Reader, changes, estate, readers};
use crate::aws::lake_formation::name::Name;
use crate::baseline::Baseline;
use crate::judge::Exit;
use crate::lattice::Text;
use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use std::io::{self, Write};

/// Arguments of `access`.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Access {
    /// What is compared, when two are.
    #[command(subcommand)]
    pub command: Option<AccessCommand>,
    /// A baseline file, or `builtin:NAME`
    #[arg(required = true)]
    pub baseline: Option<String>,
    /// What is asked, and how it is answered.
    #[command(flatten)]
    pub asked: Asked,
}

/// Commands of `access`.
#[derive(Subcommand, Debug)]
pub enum AccessCommand {
    /// Who gains and who loses what, from one baseline to another
    Diff(Diff),
}

/// Arguments of `access diff`.
#[derive(Args, Debug)]
pub struct Diff {
    /// The baseline as it was
    pub old: String,
    /// The baseline as it is now
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

/// A baseline, and what it declares.
struct Declared {
    baseline: Baseline,
    estate: Estate,
}

/// Runs `access`.
pub(super) fn run(arguments: &Access, at: Timestamp, terminal: &mut Terminal<'_>) -> Ended {
    match (&arguments.command, &arguments.baseline) {
        (Some(AccessCommand::Diff(diff)), _) => compared(diff, at, terminal),
        (None, Some(baseline)) => listed(baseline, &arguments.asked, at, terminal),
        (None, None) => Ok(Exit::Unusable),
    }
}

fn listed(path: &str, asked: &Asked, at: Timestamp, terminal: &mut Terminal<'_>) -> Ended {
    let question = question(asked, terminal)?;
    let declared = declared(path, asked, at, terminal)?;
    let (Some(question), Some(Declared { baseline, estate })) = (question, declared) else {
        return Ok(Exit::Unusable);
    };
    let mut readers: Vec<Reader> = readers(&estate, &question);
    readers.retain(|reader| asked.is_meant(&reader.holder));
    match asked.format {
        Format::Json => {
            let document = document::of_readers(&baseline, &estate, &readers);
            writeln!(terminal.out, "{document:#}")?;
        }
        Format::Text => text::readers(asked.why, &estate, &readers, &mut terminal.out)?,
    }
    Ok(Exit::Clean)
}

fn compared(diff: &Diff, at: Timestamp, terminal: &mut Terminal<'_>) -> Ended {
    let asked = &diff.asked;
    let question = question(asked, terminal)?;
    let old = declared(&diff.old, asked, at, terminal)?;
    let new = declared(&diff.new, asked, at, terminal)?;
    let (Some(question), Some(old), Some(new)) = (question, old, new) else {
        return Ok(Exit::Unusable);
    };
    let mut changes = changes(&old.estate, &new.estate, &question);
    let meant = |change: &Change| asked.is_meant(&change.holder);
    changes.principals.retain(meant);
    changes
        .administrators_gained
        .retain(|name| asked.is_meant(name));
    changes
        .administrators_lost
        .retain(|name| asked.is_meant(name));
    match asked.format {
        Format::Json => {
            let document = document::of_changes((&old.baseline, &new.baseline), &changes);
            writeln!(terminal.out, "{document:#}")?;
        }
        Format::Text => text::changes(asked.why, &changes, &mut terminal.out)?,
    }
    Ok(if diff.deny_gains && changes.any_gain() {
        Exit::Noncompliant
    } else {
        Exit::Clean
    })
}

/// Reads a baseline for what it declares; `None` when it cannot be read, which is said.
fn declared(
    path: &str,
    asked: &Asked,
    at: Timestamp,
    terminal: &mut Terminal<'_>,
) -> io::Result<Option<Declared>> {
    let Some(loaded) = loaded(path, at, terminal)? else {
        return Ok(None);
    };
    let target = chosen(&loaded, asked.target.as_deref());
    let baseline = resolved(&loaded, target.as_deref(), terminal)?;
    Ok(baseline.map(|baseline| Declared {
        estate: estate(&baseline),
        baseline,
    }))
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
