//! What controls over the whole run see: the waivers and what they met, and how much was determined.

use crate::baseline::{Baseline, Waived as Covers};
use crate::control::{Estate, Met, Run, Tally, WaiverUse};
use crate::lattice::Text;
use crate::observed::{Identity, Place, ResourceKind};
use jiff::Timestamp;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, Ordering};

/// Every waiver of the baseline with what it met.
pub(super) fn waiver_uses(
    baseline: &Baseline,
    met: &[AtomicU8],
    tallies: &BTreeMap<(String, String), Tally>,
    at: Timestamp,
    live: bool,
) -> Vec<WaiverUse> {
    let uses = baseline.waivers.iter().zip(met).map(|(waiver, met)| {
        let met = match met.load(Ordering::Relaxed) {
            0 => Met::Nothing,
            1 => Met::Compliance,
            2 => Met::Unknown,
            _ => Met::Noncompliance,
        };
        let covers = &waiver.resource;
        let literal =
            |text: &Option<Text>| text.as_ref().and_then(Text::as_literal).map(str::to_owned);
        let kind = covers.kind.unwrap_or(ResourceKind::EmrAccount);
        let mut identity = Identity::new(
            kind,
            format!("waiver of {} for {}", waiver.control, subject(covers)),
        );
        identity.account = literal(&covers.account);
        identity.region = literal(&covers.region);
        let bound = |account: &Text| {
            baseline
                .target
                .as_ref()
                .is_some_and(|target| account.accepts_as_pattern(&target.account))
        };
        WaiverUse {
            identity,
            origin: waiver.origin.clone(),
            control: waiver.control.to_owned(),
            expires: waiver.expires,
            expired: waiver.is_expired(at),
            met,
            scope_seen: !live || tallies.values().all(|tally| tally.partial.is_none()),
            foreign: !live
                && covers
                    .account
                    .as_ref()
                    .is_some_and(|account| !bound(account)),
        }
    });
    uses.collect()
}

/// What a waiver covers, in words.
fn subject(covers: &Covers) -> String {
    let texts = [
        ("id", &covers.id),
        ("name", &covers.name),
        ("account", &covers.account),
        ("region", &covers.region),
    ];
    let mut parts: Vec<String> = covers
        .kind
        .iter()
        .map(|kind| kind.name().to_owned())
        .collect();
    parts.extend(
        texts
            .into_iter()
            .filter_map(|(key, text)| text.as_ref().map(|text| format!("{key}={text}"))),
    );
    parts.extend(
        covers
            .tags
            .iter()
            .map(|(key, value)| format!("tag:{key}={value}")),
    );
    if parts.is_empty() {
        "everything".to_owned()
    } else {
        parts.join(" ")
    }
}

/// The run as controls see it.
pub(super) fn view<'a>(
    baseline: &Baseline,
    waivers: &'a [WaiverUse],
    tallies: &'a BTreeMap<(String, String), Tally>,
    estate: &'a Estate,
    (at, live): (Timestamp, bool),
) -> Run<'a> {
    let requirement = baseline.requirements.get("baseline.coverage");
    let place = requirement
        .and_then(|requirement| requirement.origins.first())
        .map_or_else(
            || Place {
                file: Some(baseline.name.clone()),
                api: None,
                pointer: String::new(),
                marks: None,
                line: 1,
                column: 1,
                bytes: (0, 0),
            },
            Place::from,
        );
    Run {
        names: OnceCell::new(),
        waivers,
        tallies,
        estate,
        at,
        live,
        place,
    }
}
