//! What many declared grants have in common, held once and understood once.

use super::declared::{Wrong, columns_of};
use super::name;
use crate::aws::lake_formation::grant::Columns;
use crate::aws::lake_formation::name::Name;
use crate::aws::lake_formation::shared::SharedNames;
use crate::control::settings::{cell_text, cell_texts};
use crate::lattice::{Cell, Row};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What many grants have in common, held once.
#[derive(Debug, Default)]
pub(super) struct Known {
    permissions: BTreeSet<Arc<BTreeSet<String>>>,
    /// By where the cell is held: the rows that one table stands for share its lists.
    permissions_of: BTreeMap<usize, Arc<BTreeSet<String>>>,
    /// Likewise.
    columns_of: BTreeMap<usize, Columns>,
    pub(super) names: SharedNames,
    principal: Option<Name>,
}

/// Where the list of a cell is held.
fn held_at(row: &Row, key: &str) -> Option<usize> {
    match row.get(key)? {
        Cell::Set(texts) => Some(Arc::as_ptr(texts).addr()),
        Cell::Text(_) | Cell::Flag(_) | Cell::Number(_) | Cell::Map(_) => None,
    }
}

impl Known {
    /// The permissions that a row lists under a key.
    pub(super) fn permissions(&mut self, row: &Row, key: &str) -> Arc<BTreeSet<String>> {
        let at = held_at(row, key);
        if let Some(known) = at.and_then(|at| self.permissions_of.get(&at)) {
            return Arc::clone(known);
        }
        let texts = cell_texts(row, key).into_iter();
        let set: BTreeSet<String> = texts.map(ToString::to_string).collect();
        let set = match self.permissions.get(&set) {
            Some(known) => Arc::clone(known),
            None => Arc::new(set),
        };
        self.permissions.insert(Arc::clone(&set));
        if let Some(at) = at {
            self.permissions_of.insert(at, Arc::clone(&set));
        }
        set
    }

    /// Who holds a grant: most hold many, one after the other.
    pub(super) fn principal(&mut self, row: &Row) -> Name {
        let principal = cell_text(row, "principal").map(name);
        let principal = principal.unwrap_or_else(|| Name::from(""));
        if let Some(known) = self.principal.as_ref().filter(|known| **known == principal) {
            return known.clone();
        }
        let shared = self.names.name(&principal);
        self.principal = Some(shared.clone());
        shared
    }

    /// The columns of a row, where it gives any.
    pub(super) fn columns(&mut self, row: &Row, key: &str) -> Result<Option<Columns>, Wrong> {
        let at = held_at(row, "columns").or_else(|| held_at(row, "excluded-columns"));
        if let Some(known) = at.and_then(|at| self.columns_of.get(&at)) {
            return Ok(Some(known.clone()));
        }
        let mut columns = columns_of(row, key)?;
        if let Some(columns) = &mut columns {
            self.names.share_columns(columns);
        }
        if let Some((at, columns)) = at.zip(columns.clone()) {
            self.columns_of.insert(at, columns);
        }
        Ok(columns)
    }
}
