//! What findings rest on, piece by piece: each condition that failed or could not be known, in which worlds, and by what
//! it is known again. Evaluations keep it where they are compared with what was there before.

use super::Evaluation;
use super::choices::implied;
use crate::aws::secrets::shape;
use crate::control::{Condition, Origin, Outcome, Repair, Severity, Verdict};
use crate::observed::{Facts, Place};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// By what a condition is known again: it says the same of the same property, in no other world. Nothing of it depends on
/// lines, on the order of lists or on the machine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Trace {
    /// The file that it is seen in first; `None` for none.
    pub file: Option<String>,
    /// See [`Place::path`].
    pub path: String,
    /// Whether it was seen to fail; otherwise it could not be known.
    pub failed: bool,
    /// How severe it is.
    pub severity: Severity,
    /// What is said of it.
    pub message: String,
    /// What was seen.
    pub observed: String,
    /// Why it could not be known, where the message does not say just that.
    pub reason: String,
    /// How far it reaches, where its message does not tell: what a grant or a statement lets whom do. Less is the same, more
    /// is not.
    pub extent: BTreeSet<String>,
    /// The worlds that it stands in; empty where it stands in all of them.
    pub when: Vec<Facts>,
}

impl Trace {
    /// Whether two are the same but for severity, extent and worlds, and for their files when `anywhere`.
    pub(super) fn is_like(&self, other: &Self, anywhere: bool) -> bool {
        self.failed == other.failed
            && (anywhere || self.file == other.file)
            && self.path == other.path
            && self.message == other.message
            && self.observed == other.observed
            && self.reason == other.reason
    }
}

/// One condition of a finding that failed or could not be known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// By what it is known again.
    pub trace: Trace,
    /// Whether a ratchet file tolerates it.
    pub tolerated: bool,
    /// What a reader is told of it; gone when the finding was compared.
    #[serde(skip)]
    pub(super) detail: Option<Box<Detail>>,
}

/// What a reader is told of a condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Detail {
    pub(super) expected: String,
    pub(super) remediation: String,
    pub(super) seen: Vec<Place>,
    pub(super) required: Vec<Origin>,
    pub(super) repairs: Option<Vec<Repair>>,
    /// Every world that it stands in; empty where there is only one.
    pub(super) sightings: Vec<Sighting>,
    /// Whether those are all worlds.
    pub(super) everywhere: bool,
}

/// A condition in one world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sighting {
    pub(super) facts: Facts,
    pub(super) label: Option<String>,
    pub(super) seen: Vec<Place>,
}

/// A condition as it is shown in one world.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown<'e> {
    pub(super) trace: &'e Trace,
    pub(super) detail: Option<&'e Detail>,
    pub(super) label: Option<&'e str>,
    pub(super) seen: &'e [Place],
}

impl Evidence {
    /// A condition of a control that has this severity by itself, and what asks for it.
    pub(super) fn of(condition: &Condition, severity: Severity, required: &[Origin]) -> Self {
        let first = condition.seen.first();
        let (reason, remedy) = match &condition.outcome {
            Outcome::Unknown { reason, remedy } => (reason.as_str(), remedy.as_str()),
            Outcome::Failed | Outcome::Held => ("", ""),
        };
        let remediation = if condition.remediation.is_empty() {
            remedy
        } else {
            &condition.remediation
        };
        // What is said twice is kept once.
        let reason = if reason == condition.message {
            ""
        } else {
            reason
        };
        Self {
            trace: Trace {
                file: first.and_then(|place| place.file.clone()),
                path: first.map_or_else(String::new, |place| without_secrets(place.path())),
                failed: condition.outcome == Outcome::Failed,
                severity: condition.severity.unwrap_or(severity),
                message: condition.message.clone(),
                observed: condition.observed.clone(),
                reason: reason.to_owned(),
                extent: first.map_or_else(BTreeSet::new, |place| {
                    place.extent().iter().cloned().collect()
                }),
                when: Vec::new(),
            },
            tolerated: false,
            detail: Some(Box::new(Detail {
                expected: condition.expected.clone(),
                remediation: remediation.to_owned(),
                seen: condition.seen.clone(),
                required: required.to_vec(),
                repairs: condition.repairs.clone(),
                sightings: Vec::new(),
                everywhere: true,
            })),
        }
    }

    /// How it is shown where it stands beyond these worlds; or anywhere, where it does not.
    pub(super) fn shown_beyond(&self, when: &[&[Facts]]) -> Shown<'_> {
        let sightings = || self.detail.iter().flat_map(|detail| &detail.sightings);
        let beyond = |one: &&Sighting| !when.iter().any(|when| implied(&one.facts, when));
        let shown = sightings().find(beyond).or_else(|| sightings().next());
        let own = self.detail.as_ref().map(|detail| detail.seen.as_slice());
        let everywhere = self.detail.as_ref().is_none_or(|detail| detail.everywhere);
        Shown {
            trace: &self.trace,
            detail: self.detail.as_deref(),
            // What stands in every world needs no name of one, unless it did not.
            label: shown
                .filter(|_| !everywhere || !when.is_empty())
                .and_then(|one| one.label.as_deref()),
            seen: shown.map_or(own.unwrap_or_default(), |one| one.seen.as_slice()),
        }
    }

    /// About what holding it takes, once it was compared.
    pub(super) fn weight(&self) -> usize {
        let trace = &self.trace;
        let texts = [&trace.path, &trace.message, &trace.observed, &trace.reason];
        let texts: usize = texts.into_iter().map(String::len).sum();
        size_of_val(self) + texts + trace.file.as_ref().map_or(0, String::len)
    }

    /// What its worlds are called.
    pub(super) fn labels(&self) -> impl Iterator<Item = Option<&str>> {
        let sightings = self.detail.iter().flat_map(|detail| &detail.sightings);
        sightings.map(|one| one.label.as_deref())
    }

    /// An evaluation that keeps no evidence, as one condition.
    pub(super) fn whole(evaluation: &Evaluation) -> Self {
        let first = evaluation.seen.first();
        Self {
            trace: Trace {
                file: first.and_then(|place| place.file.clone()),
                path: first.map_or_else(String::new, |place| without_secrets(place.path())),
                failed: evaluation.verdict == Verdict::Noncompliant,
                severity: evaluation.severity,
                message: evaluation.message.clone().into_owned(),
                observed: evaluation.observed.clone(),
                reason: evaluation.reason.clone().unwrap_or_default(),
                extent: BTreeSet::new(),
                when: Vec::new(),
            },
            tolerated: false,
            detail: None,
        }
    }

    /// Whether these worlds hold every world that it stands in.
    pub(super) fn stands_within(&self, when: &[Facts]) -> bool {
        let sightings = self.detail.as_ref().map(|detail| &detail.sightings);
        match sightings.filter(|sightings| !sightings.is_empty()) {
            Some(sightings) => sightings.iter().all(|one| implied(&one.facts, when)),
            None => implied(&Facts::new(), when),
        }
    }
}

/// A path whose steps are keys and names that somebody wrote: what has the shape of a secret stays out of it.
fn without_secrets(path: &str) -> String {
    if shape(path).is_none() {
        return path.to_owned();
    }
    let steps = path.split('/');
    let steps = steps.map(|step| if shape(step).is_some() { "*" } else { step });
    let path = steps.collect::<Vec<_>>().join("/");
    if shape(&path).is_some() {
        String::new()
    } else {
        path
    }
}

/// One world of an input: what it takes for granted, and what each evaluation of a resource rests on in it.
pub(super) type InWorld = (usize, Vec<Evidence>);

/// The evidence of one evaluation, from all of its worlds: what is the same in several is one, with its worlds. `worlds`
/// are all there are, by number.
pub(super) fn across(found: Vec<InWorld>, worlds: &[(Option<String>, Facts)]) -> Vec<Evidence> {
    let mut all: Vec<Layers> = Vec::new();
    for (number, evidence) in found {
        // Worlds that nothing tells apart are one.
        let facts = worlds.get(number).map(|(_, facts)| facts);
        let first = worlds.iter().position(|(_, known)| Some(known) == facts);
        let number = first.unwrap_or(number);
        for one in evidence {
            let mut known = all.iter_mut();
            let same = known.find(|layers| {
                layers.first.extent == one.trace.extent && layers.first.is_like(&one.trace, false)
            });
            match same {
                Some(layers) => layers.by_world.entry(number).or_default().push(one),
                None => all.push(Layers {
                    first: one.trace.clone(),
                    by_world: BTreeMap::from([(number, vec![one])]),
                }),
            }
        }
    }
    all.into_iter()
        .flat_map(|one| one.stacked(worlds))
        .collect()
}

/// Evidence that is the same but for its worlds.
struct Layers {
    first: Trace,
    by_world: BTreeMap<usize, Vec<Evidence>>,
}

impl Layers {
    /// One for each time that it stands in some world: the first has every world where it stands at all, the second those
    /// where it stands twice.
    fn stacked(self, worlds: &[(Option<String>, Facts)]) -> Vec<Evidence> {
        let mut by_world: Vec<_> = { self.by_world.into_iter() }
            .map(|(number, evidence)| (number, evidence.into_iter()))
            .collect();
        let facts: BTreeSet<&Facts> = worlds.iter().map(|(_, facts)| facts).collect();
        let distinct_worlds = facts.len();
        let mut stacked = Vec::new();
        loop {
            let mut layer: Option<Evidence> = None;
            let mut members = Vec::new();
            let mut sightings = Vec::new();
            for (number, evidence) in &mut by_world {
                let (Some(one), Some((label, facts))) = (evidence.next(), worlds.get(*number))
                else {
                    continue;
                };
                members.push(*number);
                sightings.push(Sighting {
                    facts: facts.clone(),
                    label: label.clone(),
                    seen: one
                        .detail
                        .as_ref()
                        .map_or_else(Vec::new, |it| it.seen.clone()),
                });
                let severity = one.trace.severity;
                let layer = layer.get_or_insert(one);
                layer.trace.severity = layer.trace.severity.max(severity);
            }
            let Some(mut layer) = layer else {
                return stacked;
            };
            let facts = worlds.iter().map(|(_, facts)| facts);
            let file = layer.trace.file.as_deref();
            let (when, own) = super::choices::essential(facts, &members, file);
            for sighting in &mut sightings {
                sighting.facts.retain(|about, _| !own.contains(about));
            }
            layer.trace.when = when;
            if let Some(detail) = &mut layer.detail {
                detail.everywhere = sightings.len() == distinct_worlds;
                detail.sightings = sightings;
            }
            stacked.push(layer);
        }
    }
}
