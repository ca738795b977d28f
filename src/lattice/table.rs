//! Tables of a baseline: a row of a list, and lists of them by what tells one row from another.

use super::Text;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A cell of a table in a baseline, such as the `columns` of a grant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// One text.
    Text(Text),
    /// Texts without order.
    Set(Arc<BTreeSet<Text>>),
    /// A boolean.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A table of texts, such as the `tags` of an assignment.
    Map(BTreeMap<String, Text>),
}

impl Cell {
    /// The single text.
    pub fn text(&self) -> Option<&Text> {
        if let Self::Text(text) = self {
            Some(text)
        } else {
            None
        }
    }

    /// The texts of a set; a single text counts as a set of one.
    pub fn texts(&self) -> Vec<&Text> {
        match self {
            Self::Text(text) => vec![text],
            Self::Set(set) => set.iter().collect(),
            Self::Map(map) => map.values().collect(),
            Self::Flag(_) | Self::Number(_) => Vec::new(),
        }
    }
}

/// A table of a baseline: its cells by key, in the order of the keys. Clones of a cell share its texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row(Vec<(&'static str, Cell)>);

/// The tables of a list, by what tells one from another. A clone is the same list.
pub type KeyedRows = Arc<BTreeMap<Arc<str>, Row>>;

impl Row {
    /// A table without cells.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    fn find(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(own, _)| (*own).cmp(key))
    }

    /// The cell under a key.
    pub fn get(&self, key: &str) -> Option<&Cell> {
        let at = self.find(key).ok()?;
        self.0.get(at).map(|(_, cell)| cell)
    }

    /// Whether there is a cell under a key.
    pub fn contains_key(&self, key: &str) -> bool {
        self.find(key).is_ok()
    }

    /// Puts a cell under a key, in place of the one that stands there.
    pub fn insert(&mut self, key: &'static str, cell: Cell) {
        match self.find(key) {
            Ok(at) => {
                if let Some(own) = self.0.get_mut(at) {
                    own.1 = cell;
                }
            }
            Err(at) => self.0.insert(at, (key, cell)),
        }
    }

    /// The same table with another cell under a key.
    #[must_use]
    pub fn with(&self, key: &'static str, cell: Cell) -> Self {
        let mut row = self.clone();
        row.insert(key, cell);
        row
    }

    /// Its keys and cells, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Cell)> {
        self.0.iter().map(|(key, cell)| (*key, cell))
    }

    /// Its keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(key, _)| *key)
    }

    /// Its cells, in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &Cell> {
        self.0.iter().map(|(_, cell)| cell)
    }
}

impl FromIterator<(&'static str, Cell)> for Row {
    fn from_iter<I: IntoIterator<Item = (&'static str, Cell)>>(cells: I) -> Self {
        let mut row = Self::new();
        for (key, cell) in cells {
            row.insert(key, cell);
        }
        row
    }
}

impl<const N: usize> From<[(&'static str, Cell); N]> for Row {
    fn from(cells: [(&'static str, Cell); N]) -> Self {
        cells.into_iter().collect()
    }
}
