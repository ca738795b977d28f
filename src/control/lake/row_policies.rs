//! Row-level-security policies as a baseline declares them. They stand in listings only.

use crate::aws::lake_formation::row_filter;
use crate::control::settings::{CellKind, Column, Domain, Table, TextType, cell_text};
use crate::lattice::{KeyedRows, Row, Text};
use crate::observed::Node;
use std::sync::Arc;

const ONE: CellKind = CellKind::One(Domain::Texts(TextType::String));

/// The table `[[lake.row-policies.policy]]`.
#[derive(Debug)]
pub enum PolicyTable {}

impl Table for PolicyTable {
    const COLUMNS: &'static [Column] = &[
        Column::required("name", ONE, "The policy's name.").identifying(),
        Column::required("rows", ONE, "Which rows are shown."),
    ];
}

/// The table `[[lake.row-policies.attachment]]`.
#[derive(Debug)]
pub enum AttachmentTable {}

impl Table for AttachmentTable {
    const COLUMNS: &'static [Column] = &[
        Column::required("policy", ONE, "The policy's name.").identifying(),
        Column::required("table", ONE, "`database.table`.").identifying(),
        Column::required("principal", ONE, "Who sees its rows.").identifying(),
    ];
}

/// A policy of the baseline.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its key among the tables of the list.
    pub identity: Arc<str>,
    /// Its name.
    pub name: Text,
    /// Its rows.
    pub rows: Text,
}

/// An attachment of the baseline.
#[derive(Clone, Debug)]
pub struct Attachment {
    policy: Text,
    table: Text,
    principal: Text,
}

fn cell(row: &Row, key: &str) -> Text {
    cell_text(row, key)
        .cloned()
        .unwrap_or_else(|| Text::from(""))
}

/// The policies of the settings.
pub fn policies(rows: &KeyedRows) -> Vec<Policy> {
    rows.iter()
        .map(|(identity, row)| Policy {
            identity: Arc::clone(identity),
            name: cell(row, "name"),
            rows: cell(row, "rows"),
        })
        .collect()
}

/// The attachments of the settings.
pub fn attachments(rows: &KeyedRows) -> Vec<Attachment> {
    rows.values()
        .map(|row| Attachment {
            policy: cell(row, "policy"),
            table: cell(row, "table"),
            principal: cell(row, "principal"),
        })
        .collect()
}

/// Names of policies are compared without case. Source: Lake Formation Developer Guide, *Row-level security policies*.
fn is_name(want: &Text, name: &str) -> bool {
    want.accepts(name)
        || want
            .as_literal()
            .is_some_and(|want| want.eq_ignore_ascii_case(name))
}

impl Policy {
    /// Whether this is the policy of a name.
    pub fn is(&self, name: &str) -> bool {
        is_name(&self.name, name)
    }

    /// Whether an expression shows the same rows, as far as its words tell.
    pub fn has_rows(&self, seen: Node<'_>) -> bool {
        match (self.rows.as_literal(), seen.as_text()) {
            (Some(want), Some(seen)) => {
                want == seen
                    || row_filter::parse(want).canonical() == row_filter::parse(seen).canonical()
            }
            (None, Some(seen)) => self.rows.accepts(seen),
            (_, None) => false,
        }
    }
}

impl Attachment {
    /// Whether this is the attachment of a policy to a table for a principal.
    pub fn is(&self, policy: &str, resource: Node<'_>, principal: Node<'_>) -> bool {
        let table = resource.get("Table");
        let text = |key: &'static str| table.get(key).as_text().unwrap_or_default().to_lowercase();
        let table = format!("{}.{}", text("DatabaseName"), text("Name"));
        is_name(&self.policy, policy)
            && self.table.accepts(&table)
            && principal
                .as_text()
                .is_some_and(|who| self.principal.accepts(who))
    }
}
