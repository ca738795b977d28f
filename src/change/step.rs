//! The calls of a plan, in the order in which they are safe.

use crate::live::operation::{BATCH_REVOKE_PERMISSIONS, Operation};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The most entries of one call. Source: Lake Formation API, `BatchGrantPermissions`.
const MOST: usize = 20;

/// When a call is made. What gives comes before what takes; what only AWS's refusal keeps apart is exchanged at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// EMR's block public access.
    BlockPublicAccess,
    /// The EMR security configuration.
    SecurityConfiguration,
    /// Settings, but what new databases and tables are granted.
    Settings,
    /// New locations, and their roles.
    Registrations,
    /// Tags and their values.
    Tags,
    /// Grants that are to be there when what goes beyond the baseline is taken early.
    GrantsBefore,
    /// What goes beyond the baseline by a tag, a saved expression or a filter that is about to mean more.
    RevokesBefore,
    /// What bears tags.
    Assignments,
    /// Saved expressions.
    Expressions,
    /// Filters that are made or changed.
    Filters,
    /// Grants.
    Grants,
    /// Grants that AWS refuses beside others, or makes wider: those others go first, table by table.
    Exchanges,
    /// Opt-ins, once there are grants for them.
    OptIns,
    /// What is taken away.
    Revokes,
    /// What is left to IAM, last of all grants.
    LeftToIam,
    /// Filters that nobody holds any more.
    FiltersGone,
    /// Values of tags that nothing asks for any more.
    ValuesGone,
    /// Locations that leave hybrid access mode.
    HybridEnds,
    /// New databases and tables are no longer left to IAM.
    Defaults,
}

impl Phase {
    /// Its word in documents.
    pub const fn word(self) -> &'static str {
        match self {
            Self::BlockPublicAccess => "block-public-access",
            Self::SecurityConfiguration => "security-configuration",
            Self::Settings => "settings",
            Self::Registrations => "registrations",
            Self::Tags => "tags",
            Self::GrantsBefore => "grants-before",
            Self::RevokesBefore => "revokes-before",
            Self::Assignments => "assignments",
            Self::Expressions => "expressions",
            Self::Filters => "filters",
            Self::Grants => "grants",
            Self::Exchanges => "exchanges",
            Self::OptIns => "opt-ins",
            Self::Revokes => "revokes",
            Self::LeftToIam => "left-to-iam",
            Self::FiltersGone => "filters-gone",
            Self::ValuesGone => "values-gone",
            Self::HybridEnds => "hybrid-ends",
            Self::Defaults => "defaults",
        }
    }

    /// Whether it takes something away, so that it waits for what is given on the same object.
    pub const fn takes(self) -> bool {
        matches!(
            self,
            Self::RevokesBefore
                | Self::Revokes
                | Self::LeftToIam
                | Self::FiltersGone
                | Self::ValuesGone
                | Self::HybridEnds
        )
    }
}

/// A call, or an entry of one, before it has its place.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub(super) phase: Phase,
    /// What stays together.
    pub(super) unit: String,
    pub(super) operation: &'static Operation,
    pub(super) key: String,
    pub(super) input: Value,
    pub(super) changes: Vec<usize>,
    pub(super) merges: Vec<Merge>,
}

/// A part of a call that succeeds or fails by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its `Id` in a batch.
    pub id: Option<String>,
    /// What it is on, as a path: what fails on an object stops what comes later on it.
    pub key: String,
    /// The numbers of the changes that it makes.
    pub changes: Vec<usize>,
}

/// A call.
#[derive(Clone, Debug)]
pub struct Step {
    /// When.
    pub phase: Phase,
    /// What is called.
    pub operation: &'static Operation,
    /// The members of the request.
    pub input: Value,
    /// Its parts.
    pub parts: Vec<Part>,
    /// For settings, what is changed in them as they are when they are written.
    pub merges: Vec<Merge>,
}

/// A change of a member of settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merge {
    /// The member at this path becomes this.
    Set(String, Value),
    /// In the list at this path these come, and those go.
    List(String, Vec<Value>, Vec<Value>),
}

impl Merge {
    /// Changes settings.
    pub fn apply(&self, settings: &mut Value) {
        match self {
            Self::Set(path, value) => set(settings, path, value.clone()),
            Self::List(path, come, go) => {
                let now = settings.pointer(&format!("/{path}"));
                let mut list = now.and_then(Value::as_array).cloned().unwrap_or_default();
                list.retain(|one| !go.contains(one));
                for one in come {
                    if !list.contains(one) {
                        list.push(one.clone());
                    }
                }
                set(settings, path, Value::Array(list));
            }
        }
    }
}

/// Sets a member by its path.
fn set(whole: &mut Value, path: &str, value: Value) {
    let mut at = whole;
    let mut steps = path.split('/').peekable();
    while let Some(step) = steps.next() {
        if !at.is_object() {
            *at = json!({});
        }
        let Value::Object(map) = at else { return };
        if steps.peek().is_none() {
            map.insert(step.to_owned(), value);
            return;
        }
        at = map.entry(step).or_insert_with(|| json!({}));
    }
}

/// Puts calls in their order, and entries into batches.
pub(super) fn in_order(mut pending: Vec<Pending>, account: &str) -> Vec<Step> {
    let takes_first = |one: &Pending| one.operation != &BATCH_REVOKE_PERMISSIONS;
    pending.sort_by(|a, b| {
        let key = |one: &Pending| {
            (
                one.phase,
                one.unit.clone(),
                takes_first(one),
                one.key.clone(),
            )
        };
        key(a).cmp(&key(b))
    });
    let mut steps: Vec<Step> = Vec::new();
    let mut number = 0;
    let mut open: Option<(Phase, String, &'static Operation)> = None;
    for one in pending {
        if !is_batch(&one) {
            open = None;
            steps.push(Step {
                phase: one.phase,
                operation: one.operation,
                input: one.input,
                parts: vec![Part {
                    id: None,
                    key: one.key,
                    changes: one.changes,
                }],
                merges: one.merges,
            });
            continue;
        }
        let batch = (one.phase, one.unit.clone(), one.operation);
        let fits = open.as_ref() == Some(&batch)
            && steps.last().is_some_and(|step| step.parts.len() < MOST);
        if !fits {
            steps.push(Step {
                phase: one.phase,
                operation: one.operation,
                input: json!({ "CatalogId": account, "Entries": [] }),
                parts: Vec::new(),
                merges: Vec::new(),
            });
            open = Some(batch);
        }
        number += 1;
        let id = format!("entry-{number:05}");
        if let Some(step) = steps.last_mut() {
            add(step, id, one);
        }
    }
    steps
}

fn is_batch(pending: &Pending) -> bool {
    pending.operation.name.starts_with("Batch")
}

fn add(step: &mut Step, id: String, one: Pending) {
    let mut entry = serde_json::Map::new();
    entry.insert("Id".to_owned(), json!(id));
    if let Value::Object(members) = one.input {
        entry.extend(members);
    }
    if let Some(Value::Array(entries)) = step.input.get_mut("Entries") {
        entries.push(Value::Object(entry));
    }
    step.parts.push(Part {
        id: Some(id),
        key: one.key,
        changes: one.changes,
    });
}

/// The units of exchanges, so that each fits into one call that takes and one that gives: those of a table together, or,
/// where they are too many, each principal's.
pub(super) fn units(exchanges: &mut [(String, Pending)]) {
    let mut sizes: BTreeMap<(String, &'static str), usize> = BTreeMap::new();
    for (_, one) in exchanges.iter() {
        *sizes
            .entry((one.unit.clone(), one.operation.name))
            .or_default() += 1;
    }
    for (principal, one) in exchanges {
        let most = sizes
            .iter()
            .filter(|((unit, _), _)| *unit == one.unit)
            .map(|(_, size)| *size)
            .max();
        if most.is_some_and(|most| most > MOST) {
            one.unit = format!("{} {principal}", one.unit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_set_and_all_others_stay() {
        let mut whole = json!({"Parameters": {"SET_CONTEXT": "TRUE", "NEW": "1"}, "Unheard": [1], "Admins": ["a", "b"]});
        Merge::Set("Parameters/CROSS_ACCOUNT_VERSION".to_owned(), json!("4")).apply(&mut whole);
        Merge::List(
            "Admins".to_owned(),
            vec![json!("c"), json!("a")],
            vec![json!("b")],
        )
        .apply(&mut whole);
        Merge::Set("AllowExternalDataFiltering".to_owned(), json!(true)).apply(&mut whole);
        let expected = json!({
            "Parameters": {"SET_CONTEXT": "TRUE", "NEW": "1", "CROSS_ACCOUNT_VERSION": "4"},
            "Unheard": [1], "Admins": ["a", "c"], "AllowExternalDataFiltering": true,
        });
        assert_eq!(whole, expected);
    }
}
