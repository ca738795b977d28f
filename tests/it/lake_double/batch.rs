//! Twenty at most, each with a fate of its own (Lake Formation API, `BatchGrantPermissions`).

use super::{Answer, Lake, Refusal, invalid, needed};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const MOST: usize = 20;

impl Lake {
    pub(super) fn batch(&mut self, operation: &str, input: &Value) -> Answer {
        let entries = input["Entries"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        if entries.is_empty() || entries.len() > MOST {
            return Err(invalid(&format!("Entries must be between 1 and {MOST}")));
        }
        let mut ids = BTreeSet::new();
        for entry in entries {
            if !ids.insert(needed(entry, "Id")?) {
                return Err(invalid("Identifiers of entries must be unique"));
            }
        }
        let mut failures = Vec::new();
        for entry in entries {
            let mut request = entry.clone();
            if request["CatalogId"].is_null()
                && let Some(catalog) = input.get("CatalogId")
            {
                request["CatalogId"] = catalog.clone();
            }
            let outcome = match self.entry_refusals.pop_front() {
                Some(refusal) => Err(refusal),
                None if operation == "BatchGrantPermissions" => self.grant(&request),
                None => self.revoke_entry(&request),
            };
            if let Err(Refusal { code, message, .. }) = outcome {
                let error = json!({"ErrorCode": code, "ErrorMessage": message});
                failures.push(json!({"RequestEntry": entry, "Error": error}));
            }
        }
        Ok(json!({"Failures": failures}))
    }
}
