//! Waivers: who accepted what, why, and until when. They are the only way to be weaker.

use super::layer::unknown_control;
use super::problem::Problem;
use super::reader::Reader;
use super::suggest;
use super::value::{Item, Pair, Value};
use crate::control::settings::{Domain, TextType};
use crate::controls;
use crate::lattice::Text;
use crate::observed::{Identity, ResourceKind};
use crate::origin::Origin;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// An accepted exception to one control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// The control.
    pub control: &'static str,
    /// Which resources it covers.
    pub resource: Waived,
    /// Why.
    pub reason: String,
    /// Who accepted it.
    pub owner: String,
    /// Where that is recorded.
    pub ticket: Option<String>,
    /// The last day on which it holds, in UTC.
    pub expires: Date,
    /// Where it is written.
    pub origin: Origin,
}

/// Which resources a waiver covers: every given text is a pattern that must match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waived {
    /// The kind of resource.
    pub kind: Option<ResourceKind>,
    /// The id.
    pub id: Option<Text>,
    /// The name.
    pub name: Option<Text>,
    /// The account.
    pub account: Option<Text>,
    /// The region.
    pub region: Option<Text>,
    /// Tags that must be there.
    pub tags: BTreeMap<String, Text>,
}

impl Waiver {
    /// Whether it covers this resource for this control, whatever the date.
    ///
    /// What is not known of a resource matches no pattern: an exception is never widened by ignorance.
    pub fn matches(&self, control: &str, identity: &Identity) -> bool {
        self.control == control && self.resource.covers(identity)
    }

    /// Whether its last day is over, in UTC.
    pub fn is_expired(&self, at: Timestamp) -> bool {
        at.to_zoned(TimeZone::UTC).date() > self.expires
    }
}

impl Waived {
    /// Whether it covers this resource.
    pub fn covers(&self, identity: &Identity) -> bool {
        let accepts = |pattern: &Option<Text>, value: Option<&str>| {
            pattern.as_ref().is_none_or(|pattern| {
                !pattern.is_open() && value.is_some_and(|value| pattern.accepts_as_pattern(value))
            })
        };
        self.kind.is_none_or(|kind| kind == identity.kind)
            && accepts(&self.id, Some(&identity.id))
            && accepts(&self.name, identity.name.as_deref())
            && accepts(&self.account, identity.account.as_deref())
            && accepts(&self.region, identity.region.as_deref())
            && self.tags.iter().all(|(key, pattern)| {
                !pattern.is_open()
                    && identity
                        .tags
                        .get(key)
                        .is_some_and(|value| pattern.accepts_as_pattern(value))
            })
    }
}

const KEYS: [&str; 6] = [
    "control", "resource", "reason", "owner", "ticket", "expires",
];
const RESOURCE: [&str; 6] = ["kind", "id", "name", "account", "region", "tags"];

/// Reads one `[[waivers]]` table. Every mistake in it is collected; with any, there is no waiver.
pub(super) fn read(reader: &mut Reader<'_>, item: &Item) -> Option<Waiver> {
    let Value::Table(pairs) = &item.value else {
        return reader.mistyped(
            "waivers",
            "a list of tables",
            item,
            "write each under `[[waivers]]`",
        );
    };
    let before = reader.problems.len();
    let origin = reader.source.origin(&item.bytes);
    for pair in pairs
        .iter()
        .filter(|pair| !KEYS.contains(&pair.key.as_str()))
    {
        reader.unknown_key("waivers", pair, KEYS);
    }
    let find = |key: &str| pairs.iter().find(|pair| pair.key == key);
    for (key, help) in [
        ("control", "name the control that is waived, by its id"),
        ("reason", "say why the exception is accepted"),
        ("owner", "say who accepted it"),
        (
            "expires",
            "say until when, as `expires = 2027-01-31`; an exception without an end is a baseline",
        ),
    ] {
        if find(key).is_none() {
            let message = format!("the waiver lacks `{key}`");
            reader.wrong("missing-key", message, &item.bytes, help);
        }
    }
    let control = find("control").and_then(|pair| control(reader, pair));
    let reason = find("reason").and_then(|pair| said(reader, pair));
    let owner = find("owner").and_then(|pair| said(reader, pair));
    let ticket = find("ticket").and_then(|pair| said(reader, pair));
    let expires = find("expires").and_then(|pair| date(reader, pair));
    let resource = find("resource").map_or(Some(Waived::default()), |pair| waived(reader, pair));
    if reader.problems.len() > before {
        return None;
    }
    Some(Waiver {
        control: control?,
        resource: resource?,
        reason: reason?,
        owner: owner?,
        ticket,
        expires: expires?,
        origin,
    })
}

fn control(reader: &mut Reader<'_>, pair: &Pair) -> Option<&'static str> {
    let id = said(reader, pair)?;
    let found = controls::find(&id);
    if found.is_none() {
        let origin = reader.source.origin(&pair.item.bytes);
        reader.problems.push(unknown_control(&id).at(origin, ""));
    }
    found.map(|entry| entry.meta.id)
}

/// A text that is not empty, in which nothing is replaced.
fn said(reader: &mut Reader<'_>, pair: &Pair) -> Option<String> {
    let key = format!("waivers.{}", pair.key);
    let Value::Text(text) = &pair.item.value else {
        return reader.mistyped(&key, "a string", &pair.item, "");
    };
    if text.trim().is_empty() {
        let message = format!("`{key}` is empty");
        reader.wrong(
            "empty",
            message,
            &pair.item.bytes,
            "an exception without it is refused",
        );
        return None;
    }
    Some(text.clone())
}

fn date(reader: &mut Reader<'_>, pair: &Pair) -> Option<Date> {
    if let Value::Date(date) = pair.item.value {
        return Some(date);
    }
    let help = "write the day without quotes and time, as `2027-01-31`; it ends in UTC";
    reader.mistyped("waivers.expires", "a date", &pair.item, help)
}

fn waived(reader: &mut Reader<'_>, pair: &Pair) -> Option<Waived> {
    let Value::Table(pairs) = &pair.item.value else {
        let help = "write `resource = { kind = \"emr-cluster\", name = \"legacy-*\" }`";
        return reader.mistyped("waivers.resource", "a table", &pair.item, help);
    };
    let mut waived = Waived::default();
    for pair in pairs {
        let key = format!("waivers.resource.{}", pair.key);
        let text = |reader: &mut Reader<'_>| {
            reader.text(&key, Domain::Patterns(TextType::String), &pair.item)
        };
        match pair.key.as_str() {
            "kind" => waived.kind = kind(reader, &pair.item),
            "id" => waived.id = text(reader),
            "name" => waived.name = text(reader),
            "account" => waived.account = text(reader),
            "region" => waived.region = text(reader),
            "tags" => {
                let tags = reader.map(&key, Domain::Patterns(TextType::String), &pair.item);
                waived.tags = tags.unwrap_or_default();
            }
            _ => reader.unknown_key("waivers.resource", pair, RESOURCE),
        }
    }
    Some(waived)
}

fn kind(reader: &mut Reader<'_>, item: &Item) -> Option<ResourceKind> {
    let Value::Text(name) = &item.value else {
        return reader.mistyped("waivers.resource.kind", "a string", item, "");
    };
    let found = ResourceKind::of_name(name);
    if found.is_none() {
        let names = ResourceKind::ALL.iter().map(|kind| kind.name());
        let help = suggest::nearest(name, names.clone()).map_or_else(
            || {
                let names: Vec<&str> = names.collect();
                format!("the kinds are {}", names.join(", "))
            },
            |near| format!("did you mean `{near}`?"),
        );
        let message = format!("`{name}` is no kind of resource");
        reader.wrong("unknown-kind", message, &item.bytes, &help);
    }
    found
}

/// Holds waivers to the longest time that one may last, counted from the day of evaluation.
pub(super) fn hold_to(
    waivers: &[Waiver],
    most: (i64, Option<&Origin>),
    at: Timestamp,
    problems: &mut Vec<Problem>,
) {
    let today = at.to_zoned(TimeZone::UTC).date();
    let (days, line) = most;
    for waiver in waivers {
        let away = (waiver.expires - today).get_days();
        if i64::from(away) <= days {
            continue;
        }
        let message = format!("the waiver expires in {away} days, and {days} are the most");
        let problem = Problem::new("waiver-too-long", message).at(waiver.origin.clone(), "");
        let problem = match line {
            Some(line) => problem.at(line.clone(), "the limit"),
            None => problem,
        };
        problems.push(problem.help("let it expire earlier, and renew it when it is still needed"));
    }
}
