//! Settings as controls declare them, once: the `settings!` table yields the TOML keys, their merge, the
//! JSON Schema, the docs table and the typed struct that `judge` and `compile` read.

mod kinds;
mod macros;
mod requirement;
mod spec;

pub use crate::origin::Origin;
pub use kinds::*;
pub(crate) use macros::{preset, settings, vocabulary};
pub use requirement::{Asked, Places, Requirement};
pub use spec::{CellKind, Column, Domain, Preset, Spec, TextType, row_identity};

use crate::lattice::{Cell, Row, Text};

/// A setting of a control.
#[derive(Debug)]
pub struct Field {
    /// Its TOML key.
    pub key: String,
    /// What it means.
    pub doc: String,
    /// How it is written and merged.
    pub spec: Spec,
    /// What stands when no layer gives it; `None` asks for nothing.
    pub default: Option<Preset>,
}

/// The text of a row's cell.
pub fn cell_text<'r>(row: &'r Row, key: &str) -> Option<&'r Text> {
    row.get(key).and_then(Cell::text)
}

/// The texts of a row's cell.
pub fn cell_texts<'r>(row: &'r Row, key: &str) -> Vec<&'r Text> {
    row.get(key).map(Cell::texts).unwrap_or_default()
}

/// The TOML key of a field: kebab-case, and without the mark of a raw identifier.
pub fn field_key(field: &str) -> String {
    field.trim_start_matches("r#").replace('_', "-")
}
