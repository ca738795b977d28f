//! What changes rest on, and nothing else: a plan is not to wait for the descriptions of clusters and tables.

use super::related::Bearer;
use super::{Call, ForChanges, Observer, lake};
use crate::live::operation::{
    DESCRIBE_SECURITY_CONFIGURATION, GET_BLOCK_PUBLIC_ACCESS, LIST_PERMISSIONS,
};
use serde_json::json;

impl Observer {
    /// The first calls.
    pub(super) fn begin_change(change: &ForChanges) -> Vec<Call> {
        let mut calls = Vec::new();
        if change.lake {
            calls.extend(lake::begin_lake());
        }
        if let Some(name) = &change.configuration {
            calls.push(Call::new(
                &DESCRIBE_SECURITY_CONFIGURATION,
                name.as_str(),
                json!({"Name": name}),
            ));
        }
        if change.block_public_access {
            calls.push(Call::new(&GET_BLOCK_PUBLIC_ACCESS, "", json!({})));
        }
        calls
    }

    /// The calls about what a baseline names, once it is known that whoever asks sees all.
    pub(super) fn more_for_changes(&mut self) -> Vec<Call> {
        let Some(change) = self.wanted.change.clone() else {
            return Vec::new();
        };
        let bearers = change.bearers.into_iter().filter_map(|names| {
            let mut names = names.into_iter();
            Some((names.next()?, names.next()))
        });
        let bearers: Vec<Bearer> = bearers.collect();
        let mut calls = self.ask_tags_of(bearers);
        calls.extend(change.catalogs.into_iter().map(|id| {
            let input = json!({"CatalogId": id, "MaxResults": 1000});
            Call::new(&LIST_PERMISSIONS, id, input)
        }));
        calls
    }
}
