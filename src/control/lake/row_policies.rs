//! Row-level-security policies as a baseline declares them. They stand in listings only.

use crate::aws::lake_formation::row_filter;
use crate::control::settings::{CellKind, Column, Domain, Table, TextType, cell_text};
use crate::lattice::{KeyedRows, Row, Text};
use crate::observed::{Node, Resource};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
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
    /// Its key among the tables of the list.
    pub identity: Arc<str>,
    /// The policy.
    pub policy: Text,
    /// The table.
    pub table: Text,
    /// Who sees its rows.
    pub principal: Text,
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
    rows.iter()
        .map(|(identity, row)| Attachment {
            identity: Arc::clone(identity),
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

impl fmt::Display for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (policy, table, principal) = (&self.policy, &self.table, &self.principal);
        write!(
            f,
            "attachment of row-level-security policy `{policy}` to `{table}` for `{principal}`"
        )
    }
}

impl Attachment {
    /// Whether this is the attachment of a policy to a table for a principal.
    pub fn is(&self, policy: &str, resource: Node<'_>, principal: Node<'_>) -> bool {
        let who = principal.as_text();
        is_name(&self.policy, policy) && who.is_some_and(|who| self.is_of(&table_of(resource), who))
    }

    /// Whether it is to a table, as `database.table` in lower case, for a principal.
    fn is_of(&self, table: &str, principal: &str) -> bool {
        self.table.accepts(table) && self.principal.accepts(principal)
    }
}

/// The table that something is attached to, as `database.table` in lower case.
fn table_of(resource: Node<'_>) -> String {
    let table = resource.get("Table");
    let text = |key: &'static str| table.get(key).as_text().unwrap_or_default().to_lowercase();
    format!("{}.{}", text("DatabaseName"), text("Name"))
}

/// The call that tells what policies are attached to.
pub const ATTACHMENTS: &str = "lakeformation:ListRLSPolicyAttachments";

/// What a policy is attached to, as AWS answers.
///
/// # Errors
/// The answer, where it does not tell.
pub fn attached<'t>(resource: &Resource<'t>) -> Result<Node<'t>, Node<'t>> {
    let answer = resource.body.get(ATTACHMENTS);
    let members = [
        "RLSPolicyAttachments",
        "Attachments",
        "RLSPolicyAttachmentList",
    ];
    let mut lists = members.iter().map(|key| answer.get(key));
    let list = lists.find(|list| list.is_set() && answer.reason().is_none());
    list.ok_or(answer)
}

/// The policies that somebody saw in an account and region.
#[derive(Clone, Debug, Default)]
pub struct SeenPolicies {
    /// Tables and principals that each is attached to, by its name; `None` where that is not known.
    known: BTreeMap<String, Option<BTreeSet<(String, String)>>>,
    /// Whether there may be others.
    are_open: bool,
}

impl SeenPolicies {
    /// Takes one in.
    pub fn see<'t>(&mut self, resource: &Resource<'t>, policy: Node<'t>) {
        let Some(name) = policy.get("Name").as_text() else {
            self.are_open = true;
            return;
        };
        let each = attached(resource).ok().map(|list| {
            let each = list.items().filter_map(|item| {
                let principal = item.get("Principal").get("DataLakePrincipalIdentifier");
                Some((
                    table_of(item.get("Resource")),
                    principal.as_text()?.to_owned(),
                ))
            });
            each.collect()
        });
        self.known.insert(name.to_owned(), each);
    }

    /// Whether a declared policy is there; `None` where that is not known.
    pub fn has(&self, policy: &Policy) -> Option<bool> {
        let mut names = self.known.keys();
        let found = names.any(|name| policy.is(name));
        (found || !self.are_open).then_some(found)
    }

    /// Whether a declared attachment is there; `None` where that is not known.
    pub fn has_attachment(&self, one: &Attachment) -> Option<bool> {
        let own = { self.known.iter() }.filter(|(name, _)| is_name(&one.policy, name));
        let mut is_open = self.are_open;
        for (_, attached) in own {
            let Some(attached) = attached else {
                is_open = true;
                continue;
            };
            let mut each = attached.iter();
            if each.any(|(table, principal)| one.is_of(table, principal)) {
                return Some(true);
            }
        }
        (!is_open).then_some(false)
    }
}
