//! What was seen of an account and region, kept until it is written: facts first, then resources.

use super::call::Outcome;
use crate::observe::snapshot::{Record, Region};
use crate::observed::{ResourceKind, Scope, named};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// One thing and the answers about it.
#[derive(Debug, Default)]
pub(super) struct Thing {
    pub(super) name: Option<String>,
    pub(super) arn: Option<String>,
    /// Whether it streams by, rather than being something that others look up.
    pub(super) streams: bool,
    calls: BTreeMap<&'static str, Value>,
    /// What names it, and what for.
    uses: BTreeSet<(&'static str, String)>,
}

impl Thing {
    pub(super) fn answer(&self, action: &str) -> Option<&Value> {
        self.calls.get(action)?.get("answer")
    }

    /// Whether a call was made, however it ended.
    pub(super) fn was_asked(&self, action: &str) -> bool {
        self.calls.contains_key(action)
    }

    pub(super) fn keep(&mut self, action: &'static str, outcome: &Outcome) {
        let call = match outcome {
            Ok(answer) => json!({"answer": answer}),
            Err(failure) => json!({"error": failure.record()}),
        };
        self.calls.insert(action, call);
    }

    /// Says of an answer that it was given earlier.
    pub(super) fn was_told(&mut self, action: &str, at: Timestamp) {
        if let Some(Value::Object(call)) = self.calls.get_mut(action) {
            call.insert("observed_at".to_owned(), json!(at.to_string()));
        }
    }

    fn record(&self, kind: ResourceKind, id: &str) -> Value {
        let mut record = Map::new();
        let what = if self.streams { "resource" } else { "fact" };
        record.insert("record".to_owned(), json!(what));
        record.insert("kind".to_owned(), json!(kind.name()));
        record.insert("id".to_owned(), json!(id));
        if let Some(name) = &self.name {
            record.insert("name".to_owned(), json!(name));
        }
        if let Some(arn) = &self.arn {
            record.insert("arn".to_owned(), json!(arn));
        }
        if !self.uses.is_empty() {
            let uses = self.uses.iter();
            let uses: Vec<Value> = uses
                .map(|(purpose, by)| json!({"purpose": purpose, "by": by}))
                .collect();
            record.insert("uses".to_owned(), json!(uses));
        }
        let calls: Map<String, Value> = self
            .calls
            .iter()
            .map(|(action, call)| ((*action).to_owned(), call.clone()))
            .collect();
        record.insert("calls".to_owned(), Value::Object(calls));
        Value::Object(record)
    }
}

/// What something names: its kind, the text, and what for.
pub(super) type Seen = (ResourceKind, String, &'static str);

/// Everything that was seen.
#[derive(Debug, Default)]
pub(super) struct Kept {
    things: BTreeMap<(ResourceKind, String), Thing>,
}

impl Kept {
    /// A thing, which is there from now on.
    pub(super) fn thing(&mut self, kind: ResourceKind, id: &str) -> &mut Thing {
        self.things.entry((kind, id.to_owned())).or_default()
    }

    pub(super) fn has(&self, kind: ResourceKind, id: &str) -> bool {
        self.things.contains_key(&(kind, id.to_owned()))
    }

    /// The things of a kind.
    pub(super) fn of(&mut self, kind: ResourceKind) -> impl Iterator<Item = (&str, &mut Thing)> {
        self.things
            .iter_mut()
            .filter(move |((other, _), _)| *other == kind)
            .map(|((_, id), thing)| (id.as_str(), thing))
    }

    /// What a thing names, read by those who will judge it: what they would look for is what is asked about.
    pub(super) fn named_by(&self, kind: ResourceKind, id: &str, region: &Region) -> Vec<Seen> {
        let Some(thing) = self.things.get(&(kind, id.to_owned())) else {
            return Vec::new();
        };
        let line = thing.record(kind, id).to_string();
        let Ok(record) = Record::read("live", 1, &line, region) else {
            return Vec::new();
        };
        named::named(&record.resource(), &Scope::new(), |_| true)
            .into_iter()
            .filter(|one| one.node.reason().is_none())
            .map(|one| (one.kind, one.id, one.purpose))
            .collect()
    }

    /// Notes that a thing is used, and for what. True when it was not known before.
    pub(super) fn used(&mut self, (kind, id, purpose): Seen, by: &str) -> bool {
        let known = self.has(kind, &id);
        let thing = self.thing(kind, &id);
        thing.uses.insert((purpose, by.to_owned()));
        !known
    }

    /// The records, facts first.
    pub(super) fn records(&self) -> impl Iterator<Item = Value> + '_ {
        let of = |streams: bool| {
            self.things
                .iter()
                .filter(move |(_, thing)| thing.streams == streams)
                .map(|((kind, id), thing)| thing.record(*kind, id))
        };
        of(false).chain(of(true))
    }
}
