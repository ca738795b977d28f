//! What a listing of the lake tells to ask next: grants on filters, which stand in no listing of everything; what
//! row-level-security policies are attached to; and the tags of databases and tables, once it is known that there are
//! any.
//!
//! `ListPermissions` shows grants on data cells filters "when listing permissions on a table resource" with
//! `IncludeRelated`, and without a principal (Lake Formation API, `ListPermissions`). Only tables with filters are
//! asked about.

use super::{Call, Observer, Outcome, items, text};
use crate::live::call::Failure;
use crate::live::operation::{
    GET_RESOURCE_LF_TAGS, LIST_DATA_CELLS_FILTER, LIST_LF_TAGS, LIST_PERMISSIONS,
    LIST_RLS_ATTACHMENTS, LIST_RLS_POLICIES, SEARCH_DATABASES, SEARCH_TABLES,
};
use crate::observed::ResourceKind;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The most values of one expression. Source: Lake Formation API, `LFTag`.
const MOST: usize = 50;

/// A database, or a table of one.
pub(super) type Bearer = (String, Option<String>);

/// What is known of the tags of a lake.
#[derive(Debug, Default)]
pub(super) enum TagsOf {
    /// Whether there are any is not known: these are asked about once it is.
    #[default]
    Unknown,
    /// There is none that anything could bear, or it was not told.
    None,
    /// There are some.
    Some,
}

impl Observer {
    /// The calls that follow from a listing.
    pub(super) fn related(&mut self, call: &Call, outcome: &Outcome) -> Vec<Call> {
        let operation = call.operation;
        let none = Map::new();
        let answer = outcome.as_ref().unwrap_or(&none);
        if operation == &LIST_DATA_CELLS_FILTER {
            // Who may not list grants is not asked to list these.
            let cut = self.unlisted.iter();
            let cut = cut
                .filter(|one| one.action == LIST_PERMISSIONS.action)
                .count();
            return if cut == 0 {
                on_filters(items(answer, "DataCellsFilters"))
            } else {
                Vec::new()
            };
        }
        if operation == &LIST_RLS_POLICIES && !items(answer, "RLSPolicies").is_empty() {
            let input = json!({"MaxResults": 1000});
            return vec![Call::new(&LIST_RLS_ATTACHMENTS, "", input)];
        }
        if operation == &LIST_LF_TAGS {
            self.tags = if items(answer, "LFTags").is_empty() {
                TagsOf::None
            } else {
                TagsOf::Some
            };
            let waiting = std::mem::take(&mut self.bearers);
            let mut calls = self.ask_tags_of(waiting);
            calls.extend(self.search(items(answer, "LFTags")));
            return calls;
        }
        Vec::new()
    }

    /// Asks what bears which tags, as soon as it is known that there are tags.
    pub(super) fn ask_tags_of(&mut self, bearers: Vec<Bearer>) -> Vec<Call> {
        match self.tags {
            TagsOf::None => Vec::new(),
            TagsOf::Unknown => {
                self.bearers.extend(bearers);
                Vec::new()
            }
            TagsOf::Some => bearers.into_iter().map(tags_of).collect(),
        }
    }

    /// What is asked of tags that have more values than the baseline declares, before any of these is deleted: who bears them.
    fn search(&self, tags: &[Value]) -> Vec<Call> {
        let change = self.wanted.change.as_ref();
        let mut calls = Vec::new();
        for tag in tags {
            let key = text(tag, "/TagKey").unwrap_or_default();
            let wanted = change.and_then(|change| change.tags.get(&key.to_lowercase()));
            let Some(wanted) = wanted else { continue };
            let values = items_of(tag, "TagValues").iter().filter_map(Value::as_str);
            let others: Vec<&str> = values
                .filter(|value| !wanted.contains(&value.to_lowercase()))
                .collect();
            for some in others.chunks(MOST) {
                for operation in [&SEARCH_DATABASES, &SEARCH_TABLES] {
                    let expression = json!([{"TagKey": key, "TagValues": some}]);
                    let input = json!({"Expression": expression, "MaxResults": 100});
                    calls.push(Call::new(operation, key, input));
                }
            }
        }
        calls
    }

    /// Keeps the tags of what was found to bear some: an entry of the answer says what `GetResourceLFTags` would.
    pub(super) fn found_to_bear(&mut self, call: &Call, outcome: &Outcome) {
        let answer = match outcome {
            Ok(answer) => answer,
            Err(failure) => {
                let what = format!("what bears tag `{}`", call.about);
                return self.listing_failed(call.operation, &what, failure);
            }
        };
        let part = |entry: &Value, from: &str, to: &str| {
            let list = entry.get(from).cloned();
            list.map(|list| (to.to_owned(), list))
        };
        let mut found: Vec<(Vec<String>, Map<String, Value>)> = Vec::new();
        for entry in items(answer, "DatabaseList") {
            if let Some(name) = text(entry, "/Database/Name") {
                let tags = part(entry, "LFTags", "LFTagOnDatabase");
                found.push((vec![name.to_owned()], tags.into_iter().collect()));
            }
        }
        for entry in items(answer, "TableList") {
            let names = ["/Table/DatabaseName", "/Table/Name"].map(|name| text(entry, name));
            if let [Some(database), Some(name)] = names {
                let lists = ["LFTagOnDatabase", "LFTagsOnTable", "LFTagsOnColumns"];
                let tags = lists.into_iter().filter_map(|list| part(entry, list, list));
                found.push((vec![database.to_owned(), name.to_owned()], tags.collect()));
            }
        }
        for (names, tags) in found {
            // Those that the baseline names are asked about in any case.
            let change = self.wanted.change.as_ref();
            if change.is_none_or(|change| !change.bearers.contains(&names)) {
                self.tags_borne(&names.join("."), &Ok(tags));
            }
        }
    }

    /// The tags of a database or table, as a record of their own.
    pub(super) fn tags_borne(&mut self, about: &str, outcome: &Outcome) {
        let kind = ResourceKind::LakeFormationTag;
        let thing = self.kept.thing(kind, &format!("resource/{about}"));
        thing.name = Some(about.to_owned());
        thing.keep(GET_RESOURCE_LF_TAGS.action, outcome);
    }

    /// Gives every policy what it is attached to.
    pub(super) fn attachments(&mut self, outcome: &Outcome) {
        for (_, policy) in self.kept.of(ResourceKind::LakeFormationFilter) {
            let answer = policy.answer(LIST_RLS_POLICIES.action);
            let Some(name) = answer.and_then(|answer| text(answer, "/Name")) else {
                continue;
            };
            let own = outcome.as_ref().map(|answer| {
                let all = items(answer, "RLSPolicyAttachments").iter();
                // "Names are case-insensitive" (Lake Formation Developer Guide, *Row-level security policies*).
                let own = all.filter(|one| {
                    text(one, "/PolicyName").is_some_and(|of| of.eq_ignore_ascii_case(name))
                });
                let own: Vec<Value> = own.cloned().collect();
                Map::from_iter([("RLSPolicyAttachments".to_owned(), Value::Array(own))])
            });
            policy.keep(LIST_RLS_ATTACHMENTS.action, &own.map_err(Failure::clone));
        }
    }
}

fn items_of<'v>(value: &'v Value, member: &str) -> &'v [Value] {
    let list = value.get(member).and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

/// One listing for each table that has a filter.
fn on_filters(filters: &[Value]) -> Vec<Call> {
    let part = |filter: &Value, member: &str| text(filter, member).unwrap_or_default().to_owned();
    let tables: BTreeSet<[String; 3]> = filters
        .iter()
        .map(|filter| {
            ["/TableCatalogId", "/DatabaseName", "/TableName"].map(|member| part(filter, member))
        })
        .collect();
    let calls = tables.into_iter().map(|[catalog, database, table]| {
        let about = format!("{catalog}/{database}.{table}");
        let table = json!({"CatalogId": catalog, "DatabaseName": database, "Name": table});
        let input =
            json!({"Resource": {"Table": table}, "IncludeRelated": "TRUE", "MaxResults": 1000});
        Call::new(&LIST_PERMISSIONS, &about, input)
    });
    calls.collect()
}

fn tags_of((database, table): Bearer) -> Call {
    let (about, resource) = match table {
        None => (database.clone(), json!({"Database": {"Name": database}})),
        Some(table) => (
            format!("{database}.{table}"),
            json!({"Table": {"DatabaseName": database, "Name": table}}),
        ),
    };
    Call::new(&GET_RESOURCE_LF_TAGS, &about, json!({"Resource": resource}))
}
