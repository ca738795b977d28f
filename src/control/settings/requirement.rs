//! A control as one baseline asks for it: each setting with every line that asks.

use super::{Exactly, Origin};
use crate::lattice::{KeyedRows, Shape, Text};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The places of the tables of a list, by what tells one from another. A clone is the same list.
pub type Places = Arc<BTreeMap<Arc<str>, Vec<Origin>>>;

/// A setting as the layers together ask for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The demand.
    pub shape: Shape,
    /// Every place that asks for it, in the order of the layers.
    pub origins: Vec<Origin>,
    /// For lists of tables, the places of each table: by identity, or by index where order matters.
    pub rows: Places,
}

/// A control as one baseline asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requirement {
    /// Where each layer writes the control's table.
    pub origins: Vec<Origin>,
    /// The settings that some layer gives.
    pub asked: BTreeMap<String, Asked>,
}

impl Requirement {
    /// The places that require what `setting` asks for: its own lines, or those of the table.
    pub fn places(&self, setting: Option<&str>) -> &[Origin] {
        setting
            .and_then(|key| self.asked.get(key))
            .map_or(&self.origins, |asked| &asked.origins)
    }

    /// The places that require one table of a list: its own, or those of the list.
    pub fn row_places(&self, setting: &str, row: &str) -> &[Origin] {
        let own = self
            .asked
            .get(setting)
            .and_then(|asked| asked.rows.get(row));
        own.map_or_else(|| self.places(Some(setting)), Vec::as_slice)
    }

    /// The demand under a key.
    pub fn shape(&self, key: &str) -> Option<&Shape> {
        self.asked.get(key).map(|asked| &asked.shape)
    }

    /// The tables of the list under a key, where there are any.
    pub fn rows(&self, key: &str) -> Option<&KeyedRows> {
        match self.shape(key) {
            Some(Shape::Rows(rows)) => Some(rows),
            _ => None,
        }
    }

    /// The single text under a key, where one is given and bound or open.
    pub fn text(&self, key: &str) -> Option<Text> {
        self.shape(key).and_then(Exactly::<()>::of)
    }
}
