//! Data lake settings as they are written: what several controls write together.

use crate::artifact::LakeSetting;
use crate::control::Draft;
use crate::lattice::{Shape, Text};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The controls that ask for read-only administrators, each with its setting.
const READERS: [(&str, &str); 2] = [("lake.admins", "read-only"), ("lake.visibility", "auditor")];

/// Principals as the settings list them.
pub fn principals(names: &[String]) -> Value {
    let each = names
        .iter()
        .map(|name| json!({ "DataLakePrincipalIdentifier": name }));
    each.collect()
}

/// Writes the read-only administrators that all controls together ask for, because of the control that compiles.
pub fn read_only_admins(draft: &mut Draft<'_>) {
    let control = draft.control;
    let own = READERS.into_iter().find(|(reader, _)| *reader == control);
    let Some((_, setting)) = own else {
        return;
    };
    let mut wanted: BTreeSet<Text> = BTreeSet::new();
    for (reader, key) in READERS {
        let shape = draft.requirements.get(reader);
        if let Some(Shape::AllOf(texts)) = shape.and_then(|own| own.shape(key)) {
            wanted.extend(texts.iter().cloned());
        }
    }
    let asks = draft.own.shape(setting).is_some();
    let names = draft.bound_texts(setting, &wanted);
    if asks && !names.is_empty() {
        draft.lake_setting(
            LakeSetting::ReadOnlyAdmins,
            principals(&names),
            Some(setting),
        );
    }
}

impl Draft<'_> {
    /// The texts of a setting, bound; refuses when a parameter in one of them is not.
    pub fn bound_texts(&mut self, setting: &'static str, texts: &BTreeSet<Text>) -> Vec<String> {
        texts
            .iter()
            .filter_map(|text| self.bound(setting, text))
            .collect()
    }
}
