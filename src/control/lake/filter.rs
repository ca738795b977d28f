//! Declared data cells filters, seen ones, and how they compare.

use super::declared::{Fault, Wrong, columns_of, table_of, wrong};
use super::name;
use super::object::is_wildcard;
use super::seen::{Context, Trouble};
use super::unheard;
use crate::aws::lake_formation::grant::{Columns, Node as On, Object};
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::aws::lake_formation::row_filter::{self, Mistake};
use crate::control::Conditions;
use crate::control::settings::{CellKind, Column, Domain, Requirement, Table, TextType, cell_text};
use crate::lattice::{KeyedRows, Row, Text};
use crate::observed::filter::CellsFilter;
use crate::observed::grant::is_given;
use crate::observed::{Node, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The table `[[lake.data-filters.filter]]`.
#[derive(Debug)]
pub enum FilterTable {}

const ONE: CellKind = CellKind::One(Domain::Texts(TextType::String));
const MANY: CellKind = CellKind::Many(Domain::Texts(TextType::String));

impl Table for FilterTable {
    const COLUMNS: &'static [Column] = &[
        Column::required(
            "table",
            ONE,
            "`database.table`, or `catalog:database.table`.",
        )
        .identifying(),
        Column::required("name", ONE, "The filter's name.").identifying(),
        Column::optional("rows", ONE, "Which rows are shown; absent is all rows."),
        Column::optional("columns", MANY, "The only columns that are shown."),
        Column::optional("excluded-columns", MANY, "All columns are shown but these."),
    ];
}

/// A filter of the baseline.
#[derive(Clone, Debug)]
pub struct DeclaredFilter {
    /// Its key among the tables of the list.
    pub identity: Arc<str>,
    /// Its name.
    pub name: Name,
    /// Catalog, if another than the account's own, database and table.
    pub table: TableName,
    /// The expression over rows; `None` shows all.
    pub rows: Option<Text>,
    /// The columns; `None` shows all.
    pub columns: Option<Columns>,
}

/// The full name of a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableName {
    /// The catalog; `None` is the account's own.
    pub catalog: Option<Name>,
    /// The database.
    pub database: Name,
    /// The table.
    pub table: Name,
}

impl TableName {
    fn likeness(&self, seen: &Self) -> Likeness {
        let object = |table: &Self| Object {
            catalog: table.catalog.clone(),
            node: On::Table(table.database.clone(), table.table.clone()),
        };
        object(self).relation(&object(seen)).within
    }
}

/// The filters of the settings that can be understood, and what is wrong with the others.
pub fn filters(rows: &KeyedRows, account: Option<&str>) -> (Vec<DeclaredFilter>, Vec<Fault>) {
    let (mut filters, mut faults) = (Vec::new(), Vec::new());
    for (identity, row) in rows.iter() {
        match filter(identity, row, account) {
            Ok(filter) => filters.push(filter),
            Err((message, help)) => faults.push(Fault {
                identity: Arc::clone(identity),
                message,
                help,
            }),
        }
    }
    (filters, faults)
}

/// The filters of another control's requirement.
pub fn filters_of(requirement: Option<&Requirement>, account: Option<&str>) -> Vec<DeclaredFilter> {
    let rows = requirement.and_then(|own| own.rows("filter"));
    rows.map_or_else(Vec::new, |rows| filters(rows, account).0)
}

fn filter(identity: &Arc<str>, row: &Row, account: Option<&str>) -> Result<DeclaredFilter, Wrong> {
    let columns = columns_of(row, "table")?;
    let Object {
        catalog,
        node: On::Table(database, table),
    } = table_of(row, account)?
    else {
        return wrong("a filter is on one table", "write `database.table`");
    };
    Ok(DeclaredFilter {
        identity: Arc::clone(identity),
        name: cell_text(row, "name").map_or_else(|| Name::from(""), name),
        table: TableName {
            catalog,
            database,
            table,
        },
        rows: cell_text(row, "rows").cloned(),
        columns,
    })
}

/// Why a baseline may not declare a filter.
#[derive(Clone, Debug)]
pub enum Refused {
    /// It limits neither rows nor columns.
    NoLimit,
    /// Its rows pass every row.
    EveryRow,
    /// Its rows are outside the published grammar.
    Grammar(Vec<Mistake>),
}

impl Refused {
    /// Why a filter with these rows, and with all columns or fewer, is refused; `None` when it is not.
    pub fn of(rows: Option<&str>, all_columns: bool) -> Option<Self> {
        let Some(rows) = rows else {
            return all_columns.then_some(Self::NoLimit);
        };
        if passes_every_row(rows) {
            return Some(Self::EveryRow);
        }
        let mistakes = row_filter::parse(rows).mistakes;
        (!mistakes.is_empty()).then_some(Self::Grammar(mistakes))
    }
}

/// What a baseline asks of filters as a whole.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The declared filters.
    pub declared: &'a [DeclaredFilter],
    /// Whether their tables may have no others.
    pub exact: bool,
}

/// The rows that a filter shows.
pub(super) enum Rows<'t> {
    All(Node<'t>),
    /// Neither an expression nor the wildcard, which the service wants one of.
    Unsaid(Node<'t>),
    Some(Node<'t>, &'t str),
    Unknown(Trouble<'t>),
}

/// A filter as it was seen.
struct Seen<'t> {
    filter: CellsFilter<'t>,
    rows: Rows<'t>,
    /// The columns that it shows; `None` is all.
    columns: Result<Option<Columns>, Trouble<'t>>,
}

/// Judges a filter.
pub fn judge<'t>(
    asked: Asked<'_>,
    filter: &CellsFilter<'t>,
    context: &Context<'_, 't>,
    out: &mut Conditions,
) {
    let seen = Seen {
        filter: *filter,
        rows: rows(filter),
        columns: columns(filter, context),
    };
    let table = table(filter, context);
    let (table, name) = match (table, context.name(filter.name, "the filter's name")) {
        (Ok(table), Ok(name)) => (table, name),
        (Err(trouble), _) | (_, Err(trouble)) => return trouble.record(out),
    };
    let on_table = || {
        asked
            .declared
            .iter()
            .map(|declared| (declared, declared.table.likeness(&table)))
            .filter(|(_, likeness)| *likeness != Likeness::Different)
    };
    let best = on_table()
        .map(|(declared, likeness)| (declared, likeness.and(|| declared.name.likeness(&name))))
        .max_by_key(|(_, likeness)| *likeness);
    match best {
        Some((declared, Likeness::Same)) => {
            seen.compare(declared, out);
            if let Some(trouble) = unheard_in(filter) {
                trouble.record(out);
            }
        }
        Some((_, Likeness::Possible)) => Trouble::new(
            first_unknown(filter),
            format!("whether filter `{name}` is a declared one is unknown"),
        )
        .record(out),
        Some((_, Likeness::Different))
            if on_table().all(|(_, likeness)| likeness != Likeness::Same) =>
        {
            Trouble::new(first_unknown(filter), "the table of the filter is unknown").record(out);
        }
        Some((declared, Likeness::Different)) if asked.exact => {
            out.failed(filter.name, format!("filter `{name}` is not declared"))
                .under("filter")
                .row(declared.identity.clone())
                .expected(format!(
                    "on `{}.{}` only the declared filters",
                    table.database, table.table
                ))
                .observed(filter.name.display())
                .fix("delete it, or declare it in `[[lake.data-filters.filter]]`");
        }
        Some((_, Likeness::Different)) | None => seen.must_filter(out),
    }
}

impl Seen<'_> {
    /// A filter on a table without declared ones must at least filter; otherwise nothing is asked of it.
    fn must_filter(&self, out: &mut Conditions) {
        let (Rows::All(node) | Rows::Some(node, _)) = &self.rows else {
            return;
        };
        let all_rows = match &self.rows {
            Rows::Some(_, text) => passes_every_row(text),
            Rows::All(_) | Rows::Unsaid(_) | Rows::Unknown(_) => true,
        };
        if all_rows && matches!(self.columns, Ok(None)) {
            out.failed(*node, "the filter limits neither rows nor columns")
                .expected("a filter that filters")
                .observed(node.display());
        }
    }

    fn compare(&self, declared: &DeclaredFilter, out: &mut Conditions) {
        self.compare_rows(declared, out);
        let shown = |columns: &Option<Columns>| {
            columns
                .as_ref()
                .map_or_else(|| "all columns".to_owned(), ToString::to_string)
        };
        let columns = match &self.columns {
            Ok(columns) => columns,
            Err(trouble) => return trouble.record(out),
        };
        let likeness = same_columns(declared.columns.as_ref(), columns.as_ref());
        let node = if is_given(self.filter.columns) {
            self.filter.columns
        } else {
            self.filter.wildcard
        };
        match likeness {
            Likeness::Same => return out.held(),
            Likeness::Possible => {
                return Trouble::new(node, "some columns of the filter are unknown").record(out);
            }
            Likeness::Different => {}
        }
        out.failed(
            node,
            format!(
                "the filter shows {}, not {}",
                shown(columns),
                shown(&declared.columns)
            ),
        )
        .under("filter")
        .row(declared.identity.clone())
        .expected(shown(&declared.columns))
        .observed(shown(columns));
    }

    fn compare_rows(&self, declared: &DeclaredFilter, out: &mut Conditions) {
        let (node, message) = match (&self.rows, &declared.rows) {
            (Rows::Unknown(trouble), _) => return trouble.record(out),
            (Rows::All(_), None) => return out.held(),
            (Rows::Unsaid(node), None) => {
                let message = "the filter has neither `FilterExpression` nor `AllRowsWildcard`";
                return Trouble::new(*node, message).record(out);
            }
            (Rows::Unsaid(node), Some(_)) => (node, "the filter says nothing about rows"),
            (Rows::Some(_, text), None) if row_filter::is_all_rows(text) => return out.held(),
            (Rows::Some(node, _), None) => (
                node,
                "the filter has an expression over rows where all rows are declared",
            ),
            (Rows::All(node), Some(_)) => (node, "the filter shows all rows"),
            (Rows::Some(node, text), Some(_)) if passes_every_row(text) => {
                (node, "the expression passes every row")
            }
            (Rows::Some(_, text), Some(rows)) if same_rows(rows, text) => return out.held(),
            (Rows::Some(node, text), Some(rows)) => {
                if !row_filter::parse(text).is_valid() {
                    return self.outside_the_grammar(out);
                }
                if rows.is_open() {
                    out.undecided(
                        *node,
                        "whether the expression is the declared one depends on a parameter that is not bound",
                        "choose a target with `--target`",
                    );
                    return;
                }
                (node, "the expression over rows is not the declared one")
            }
        };
        let expected = declared
            .rows
            .as_ref()
            .map_or_else(|| "all rows".to_owned(), |rows| format!("`{rows}`"));
        out.failed(*node, message)
            .under("filter")
            .row(declared.identity.clone())
            .expected(expected)
            .observed(node.display());
    }

    fn outside_the_grammar(&self, out: &mut Conditions) {
        if let Rows::Some(node, text) = &self.rows {
            let mistakes = row_filter::parse(text).mistakes;
            let first = mistakes.first().map_or_else(String::new, |mistake| {
                format!(
                    " (character {}: {})",
                    mistake.position(text),
                    mistake.message
                )
            });
            out.undecided(
                *node,
                format!("the expression is outside the published grammar{first}"),
                "write the expression as the Lake Formation Developer Guide's *PartiQL support* page has it",
            )
            .observed(node.display());
        }
    }
}

/// Whether an expression passes every row, `true` included.
pub fn passes_every_row(text: &str) -> bool {
    row_filter::is_all_rows(text) || row_filter::parse(text).passes_every_row()
}

fn same_rows(declared: &Text, seen: &str) -> bool {
    let Some(declared) = declared.as_literal() else {
        return declared.accepts(seen);
    };
    let (declared, seen) = (row_filter::parse(declared), row_filter::parse(seen));
    declared.is_valid() && seen.is_valid() && declared.canonical() == seen.canonical()
}

fn same_columns(declared: Option<&Columns>, seen: Option<&Columns>) -> Likeness {
    match (declared, seen) {
        (None, None) => Likeness::Same,
        (Some(Columns::Only(declared)), Some(Columns::Only(seen)))
        | (Some(Columns::AllBut(declared)), Some(Columns::AllBut(seen))) => {
            same_names(declared, seen)
        }
        _ => Likeness::Different,
    }
}

fn same_names(declared: &BTreeSet<Name>, seen: &BTreeSet<Name>) -> Likeness {
    let found = |one: &Name, among: &BTreeSet<Name>, flipped: bool| {
        among
            .iter()
            .map(|other| {
                if flipped {
                    one.likeness(other)
                } else {
                    other.likeness(one)
                }
            })
            .max()
            .unwrap_or(Likeness::Different)
    };
    let every = seen.iter().map(|one| found(one, declared, false));
    let back = declared.iter().map(|one| found(one, seen, true));
    every.chain(back).min().unwrap_or(Likeness::Same)
}

/// The member of a filter that this version does not know: it may show more by that, or less.
pub(super) fn unheard_in<'t>(filter: &CellsFilter<'t>) -> Option<Trouble<'t>> {
    let (name, node) = unheard::first(filter.root, unheard::FILTER)?;
    let message = format!("`{name}` of the filter is not known to this version");
    Some(Trouble::new(node, message))
}

pub(super) fn table<'t>(
    filter: &CellsFilter<'t>,
    context: &Context<'_, 't>,
) -> Result<TableName, Trouble<'t>> {
    Ok(TableName {
        catalog: context.catalog(filter.catalog)?,
        database: context.name(filter.database, "the database")?.lower(),
        table: context.name(filter.table, "the table")?.lower(),
    })
}

pub(super) fn rows<'t>(filter: &CellsFilter<'t>) -> Rows<'t> {
    let mistyped = is_given(filter.rows) && !matches!(filter.rows.value(), Value::Map);
    if mistyped || filter.rows.reason().is_some() {
        return Rows::Unknown(Trouble::new(
            filter.rows,
            "which rows the filter shows is unknown",
        ));
    }
    let all = match is_wildcard(filter.all_rows) {
        Ok(all) => all,
        Err(trouble) => return Rows::Unknown(trouble),
    };
    match (filter.expression.value(), all) {
        (Value::Absent | Value::Null, true) => Rows::All(filter.rows),
        (Value::Absent | Value::Null, false) => Rows::Unsaid(filter.rows),
        // AWS lists the wildcard with an expression that says the same, or nothing.
        (Value::String(text), true) if text.is_empty() || row_filter::is_all_rows(text) => {
            Rows::All(filter.rows)
        }
        (_, true) => Rows::Unknown(Trouble::new(
            filter.rows,
            "`FilterExpression` and `AllRowsWildcard` exclude each other",
        )),
        (Value::String(text), false) => Rows::Some(filter.expression, text),
        (_, false) => Rows::Unknown(Trouble::new(
            filter.expression,
            "the expression over rows is unknown",
        )),
    }
}

pub(super) fn columns<'t>(
    filter: &CellsFilter<'t>,
    context: &Context<'_, 't>,
) -> Result<Option<Columns>, Trouble<'t>> {
    if filter.columns.reason().is_some() {
        return Err(Trouble::new(
            filter.columns,
            "which columns the filter shows is unknown",
        ));
    }
    match (is_given(filter.columns), is_wildcard(filter.wildcard)?) {
        (true, true) => Err(Trouble::new(
            filter.columns,
            "`ColumnNames` and `ColumnWildcard` exclude each other",
        )),
        (true, false) => Ok(Some(Columns::Only(
            context.names(filter.columns, "the columns")?,
        ))),
        (false, true) => {
            let excluded = filter.wildcard.get("ExcludedColumnNames");
            if matches!(excluded.value(), Value::Absent | Value::Null) {
                return Ok(None);
            }
            let excluded = context.names(excluded, "the excluded columns")?;
            Ok((!excluded.is_empty()).then_some(Columns::AllBut(excluded)))
        }
        (false, false) => Err(Trouble::new(
            filter.columns,
            "the filter has neither `ColumnNames` nor `ColumnWildcard`",
        )),
    }
}

/// The first part of a filter's name that is not known.
fn first_unknown<'t>(filter: &CellsFilter<'t>) -> Node<'t> {
    [filter.catalog, filter.database, filter.table, filter.name]
        .into_iter()
        .find(|node| node.reason().is_some())
        .unwrap_or(filter.root)
}
