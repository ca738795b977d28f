//! Settings that are tables or lists of tables, read column by column.

use super::problem::Problem;
use super::reader::Reader;
use super::value::{Item, Value};
use crate::control::settings::{CellKind, Column, Domain, TextType, row_identity};
use crate::lattice::{Cell, KeyedRows, Row, Text};
use crate::origin::Origin;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Reader<'_> {
    /// Reads an inline table or one table of a list.
    pub(super) fn row(
        &mut self,
        key: &str,
        columns: &'static [Column],
        item: &Item,
    ) -> Option<Row> {
        let Value::Table(pairs) = &item.value else {
            return self.mistyped(key, "a table", item, "");
        };
        let before = self.problems.len();
        let mut row = Row::new();
        for pair in pairs {
            let Some(column) = columns.iter().find(|column| column.key == pair.key) else {
                let known = columns.iter().map(|column| column.key);
                self.unknown_key(key, pair, known);
                continue;
            };
            if let Some(cell) = self.cell(&format!("{key}.{}", pair.key), column.cell, &pair.item) {
                row.insert(column.key, cell);
            }
        }
        for column in columns.iter().filter(|column| column.required) {
            if !pairs.iter().any(|pair| pair.key == column.key) {
                let message = format!("`{key}` lacks `{}`", column.key);
                self.wrong("missing-key", message, &item.bytes, &phrase(column.doc));
            }
        }
        let mut mistakes = self.problems.iter().skip(before);
        mistakes.all(|problem| !problem.fatal).then_some(row)
    }

    fn cell(&mut self, key: &str, kind: CellKind, item: &Item) -> Option<Cell> {
        Some(match kind {
            CellKind::One(domain) => Cell::Text(self.text(key, domain, item)?),
            CellKind::Each(_) if matches!(&item.value, Value::List(items) if items.is_empty()) => {
                let message = format!("`{key}` is an empty list");
                let help = "name one at least: the table stands for one with each";
                self.wrong("empty-list", message, &item.bytes, help);
                return None;
            }
            CellKind::Each(domain) | CellKind::Many(domain) => {
                let texts = self.texts(key, domain, item)?;
                self.warn_of_repeated(key, item);
                if texts.is_empty() && matches!(kind, CellKind::Each(_)) {
                    let message = format!("`{key}` stands for nothing here: its table is left out");
                    let help =
                        "the parameter is an empty list: give it a value, or take the table out";
                    self.warn("empty-list", message, &item.bytes, help);
                }
                Cell::Set(Arc::new(texts))
            }
            CellKind::Flag => Cell::Flag(self.flag(key, item)?),
            CellKind::Number => Cell::Number(self.number(key, item, i64::MIN, i64::MAX)?),
            CellKind::Map => {
                let pairs = self.map(key, Domain::Texts(TextType::String), item)?;
                Cell::Map(pairs)
            }
        })
    }

    /// Warns of what a list says twice in the same words. Lists that parameters stand for may well overlap.
    fn warn_of_repeated(&mut self, key: &str, item: &Item) {
        let mut seen = BTreeSet::new();
        for one in item.elements() {
            if let Value::Text(text) = &one.value
                && !seen.insert(text.as_str())
            {
                let message = format!("`{key}` lists `{text}` twice");
                self.warn("repeated", message, &one.bytes, "keep one of them");
            }
        }
    }

    /// Reads a table of texts.
    pub(super) fn map(
        &mut self,
        key: &str,
        domain: Domain,
        item: &Item,
    ) -> Option<BTreeMap<String, Text>> {
        let Value::Table(pairs) = &item.value else {
            return self.mistyped(key, "a table of strings", item, "");
        };
        let mut map = BTreeMap::new();
        let mut sound = true;
        for pair in pairs {
            match self.text(&format!("{key}.{}", pair.key), domain, &pair.item) {
                Some(text) => drop(map.insert(pair.key.clone(), text)),
                None => sound = false,
            }
        }
        sound.then_some(map)
    }

    pub(super) fn pairs(
        &mut self,
        key: &str,
        domain: Domain,
        item: &Item,
    ) -> Option<BTreeMap<String, BTreeSet<Text>>> {
        let map = self.map(key, domain, item)?;
        Some(
            map.into_iter()
                .map(|(name, text)| (name, BTreeSet::from([text])))
                .collect(),
        )
    }

    pub(super) fn rows(
        &mut self,
        key: &str,
        columns: &'static [Column],
        item: &Item,
    ) -> Option<Vec<(Row, Origin)>> {
        let Value::List(items) = &item.value else {
            let help = format!("each table is written under `[[{key}]]`");
            return self.mistyped(key, "a list of tables", item, &help);
        };
        let mut sound = true;
        let mut rows = Vec::new();
        for item in items {
            match self.row(key, columns, item) {
                Some(row) => {
                    let origin = self.source.origin(&item.bytes);
                    let each = spread(columns, row).into_iter();
                    rows.extend(each.map(|row| (row, origin.clone())));
                }
                None => sound = false,
            }
        }
        sound.then_some(rows)
    }

    /// Reads a list of tables that are told apart by what they say; `places` gets the lines of each.
    pub(super) fn keyed(
        &mut self,
        key: &str,
        columns: &'static [Column],
        item: &Item,
        places: &mut BTreeMap<Arc<str>, Vec<Origin>>,
    ) -> Option<KeyedRows> {
        let read = self.rows(key, columns, item)?.into_iter();
        let mut read: Vec<(Arc<str>, Row, Origin)> = read
            .map(|(row, origin)| (row_identity(columns, &row).into(), row, origin))
            .collect();
        // Those of one identity keep the order of the file.
        read.sort_by(|(a, ..), (b, ..)| a.cmp(b));
        let before = self.problems.len();
        let mut rows: Vec<(Arc<str>, Row)> = Vec::with_capacity(read.len());
        let mut lines: Vec<(Arc<str>, Vec<Origin>)> = Vec::with_capacity(read.len());
        for (identity, row, origin) in read {
            match (rows.last(), lines.last_mut()) {
                (Some((last, other)), Some((_, others))) if *last == identity => {
                    if *other != row {
                        self.differ(key, &identity, (other, &row), (others, &origin));
                    }
                    others.push(origin);
                }
                _ => {
                    lines.push((Arc::clone(&identity), vec![origin]));
                    rows.push((identity, row));
                }
            }
        }
        *places = lines.into_iter().collect();
        let sound = self.problems.len() == before;
        sound.then(|| Arc::new(rows.into_iter().collect()))
    }

    /// Says that two tables of one identity differ.
    fn differ(
        &mut self,
        key: &str,
        identity: &str,
        (other, row): (&Row, &Row),
        (others, origin): (&[Origin], &Origin),
    ) {
        let message = format!("`{key}` asks for two different things of `{identity}`");
        let mut problem = Problem::new("conflict", message).at(origin.clone(), "here");
        for other in others {
            problem = problem.at(other.clone(), "and here");
        }
        let help = format!("they differ in {}", differing(&[other, row]));
        self.problems.push(problem.help(help));
    }
}

/// The rows that one stands for: one for each text of every cell that may give several.
fn spread(columns: &[Column], row: Row) -> Vec<Row> {
    let several = columns
        .iter()
        .filter(|column| matches!(column.cell, CellKind::Each(_)));
    several.fold(vec![row], |rows, column| {
        let each = rows.into_iter().flat_map(|row| {
            let Some(Cell::Set(texts)) = row.get(column.key) else {
                return vec![row];
            };
            let with = |text: &Text| row.with(column.key, Cell::Text(text.clone()));
            texts.iter().map(with).collect()
        });
        each.collect()
    })
}

/// The cells in which two rows differ, for messages.
pub(super) fn differing(rows: &[&Row]) -> String {
    let keys: BTreeSet<&str> = rows.iter().flat_map(|row| row.keys()).collect();
    let keys: Vec<String> = keys
        .into_iter()
        .filter(|key| {
            let mut cells = rows.iter().map(|row| row.get(key));
            cells
                .next()
                .is_some_and(|first| cells.any(|other| other != first))
        })
        .map(|key| format!("`{key}`"))
        .collect();
    keys.join(", ")
}

/// A sentence of documentation as help is written: lower case, no full stop.
fn phrase(doc: &str) -> String {
    let mut chars = doc.trim_end_matches('.').chars();
    let Some(first) = chars.next() else {
        return String::new();
    };
    let rest = chars.as_str();
    // Words such as `AWS` and `S3` stay as they are.
    if rest.starts_with(|char: char| char.is_ascii_lowercase() || char == ' ') {
        format!("{}{rest}", first.to_lowercase())
    } else {
        format!("{first}{rest}")
    }
}
