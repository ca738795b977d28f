//! What bears the tags that are asked for.

use super::node::{self, Tags};
use super::{Answer, Lake, invalid};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) fn fits(wanted: &Tags, tags: &BTreeMap<String, String>) -> bool {
    wanted.iter().all(|(key, values)| {
        let own = tags.get(key);
        own.is_some_and(|own| values.contains(own) || values.contains("*"))
    })
}

impl Lake {
    pub(super) fn search(&mut self, operation: &str, input: &Value) -> Answer {
        let wanted = node::expression(&input["Expression"])?;
        if wanted.is_empty() {
            return Err(invalid("Expression must not be empty"));
        }
        let catalog = self.catalog_of(input);
        let of_tables = operation == "SearchTablesByLFTags";
        let member = if of_tables {
            "TableList"
        } else {
            "DatabaseList"
        };
        // "you can get empty pages": the first one is.
        if input["NextToken"].is_null() {
            return Ok(json!({member: [], "NextToken": "from-0"}));
        }
        let mut found = Vec::new();
        for (database, table) in self.catalog.names(&catalog) {
            match table {
                None if !of_tables => {
                    let of = (catalog.clone(), database.clone(), None, None);
                    let tags = self.world.tags_of(&of);
                    if fits(&wanted, &tags) {
                        let pairs = tags.iter().map(|(key, value)| {
                            json!({"CatalogId": catalog, "TagKey": key, "TagValues": [value]})
                        });
                        found.push(json!({"Database": {"CatalogId": catalog, "Name": database},
                            "LFTags": pairs.collect::<Vec<_>>()}));
                    }
                }
                Some(table) if of_tables => {
                    let named =
                        json!({"CatalogId": catalog, "DatabaseName": database, "Name": table});
                    let mut tags =
                        self.bearer("GetResourceLFTags", &json!({"Resource": {"Table": named}}))?;
                    if self.reaches(&wanted, &catalog, &database, &table) {
                        tags["Table"] = named;
                        found.push(tags);
                    }
                }
                _ => {}
            }
        }
        self.page(member, found, input, 100)
    }

    /// Whether a table or one of its columns bears the tags.
    fn reaches(&self, wanted: &Tags, catalog: &str, database: &str, table: &str) -> bool {
        let of = |column: Option<String>| {
            let bearer = (
                catalog.to_owned(),
                database.to_owned(),
                Some(table.to_owned()),
                column,
            );
            fits(wanted, &self.world.tags_of(&bearer))
        };
        let columns = self.catalog.columns(catalog, database, table);
        let (own, partitions) = columns.unwrap_or_default();
        of(None)
            || own
                .into_iter()
                .chain(partitions)
                .any(|column| of(Some(column)))
    }
}
