//! A plan carried out, call after call: what comes next, and what an answer means. It sends nothing itself, so that it can
//! be held to every order of answers.
//!
//! After the first refusal on an object nothing more is written on it; other objects go on.

use super::plan::Plan;
use super::step::{Phase, Step};
use super::verdict::{Verdict, verdict};
use crate::live::call::{Call, Failure, Outcome};
use crate::live::operation::{GET_DATA_LAKE_SETTINGS, PUT_DATA_LAKE_SETTINGS};
use crate::live::retry::{self, ATTEMPTS, Class};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

/// How a part of a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was done.
    Done,
    /// It was so already.
    Already,
    /// It was refused, and why.
    Refused(String),
    /// It was not tried, and why.
    Skipped(String),
}

/// What is to be told of a call that was made.
#[derive(Clone, Debug)]
pub struct Told {
    /// `done`, `in-part`, `again`, `refused`.
    pub outcome: &'static str,
    /// What the service said.
    pub failures: Vec<Failure>,
    /// How long to wait before the next call.
    pub wait: Option<Duration>,
}

/// The call that is made now.
#[derive(Clone, Debug)]
struct Now {
    step: Step,
    attempts: u32,
    /// Settings are read before they are written.
    settings: Option<Value>,
}

/// A plan being carried out.
#[derive(Debug)]
pub struct Carry {
    waiting: VecDeque<Step>,
    now: Option<Now>,
    /// What was refused, by object.
    failed: BTreeSet<String>,
    /// Grants that AWS refused beside others, which may be gone later.
    conflicts: Vec<Step>,
    /// Whether what stands in conflict was tried again.
    settled: bool,
    ended: BTreeMap<usize, Ended>,
    over: bool,
}

impl Carry {
    /// A plan before its first call.
    pub fn new(plan: &Plan) -> Self {
        Self {
            waiting: plan.steps.iter().cloned().collect(),
            now: None,
            failed: BTreeSet::new(),
            conflicts: Vec::new(),
            settled: false,
            ended: BTreeMap::new(),
            over: false,
        }
    }

    /// How the planned changes ended, by their numbers.
    pub fn ended(&self) -> &BTreeMap<usize, Ended> {
        &self.ended
    }

    /// The phase of the call that is made now.
    pub fn phase(&self) -> Option<Phase> {
        self.now.as_ref().map(|now| now.step.phase)
    }

    /// The next call; `None` when there is none.
    pub fn next_call(&mut self) -> Option<Call> {
        loop {
            if let Some(now) = &self.now {
                return Some(call(now));
            }
            let next = self.waiting.front().map(|step| step.phase);
            // What conflicts goes before what waits for it, and after what may end the conflict.
            if !self.settled && next.is_none_or(|phase| phase > Phase::Revokes) {
                self.settled = true;
                for step in std::mem::take(&mut self.conflicts).into_iter().rev() {
                    self.waiting.push_front(step);
                }
                continue;
            }
            let step = self.waiting.pop_front()?;
            self.begin(step);
        }
    }

    /// Leaves out what is on objects where something was refused.
    fn begin(&mut self, mut step: Step) {
        let blocked: Vec<(Option<String>, Vec<usize>)> = step
            .parts
            .iter()
            .filter(|part| self.over || self.is_blocked(step.phase, &part.key))
            .map(|part| (part.id.clone(), part.changes.clone()))
            .collect();
        let why = if self.over {
            "no call is taken any more"
        } else {
            "something before it was refused on the same object"
        };
        for (_, changes) in &blocked {
            self.end(changes, &Ended::Skipped(why.to_owned()));
        }
        if blocked.len() == step.parts.len() {
            return;
        }
        let gone: BTreeSet<Option<String>> = blocked.into_iter().map(|(id, _)| id).collect();
        keep(&mut step, |id| !gone.contains(id));
        self.now = Some(Now {
            step,
            attempts: 0,
            settings: None,
        });
    }

    /// Whether something that was refused stands before this. What takes away also waits for everything below its object;
    /// what leaves an object to Lake Formation alone waits for everything, for tags and all tables may be what lets
    /// people in there.
    fn is_blocked(&self, phase: Phase, key: &str) -> bool {
        if matches!(phase, Phase::LeftToIam | Phase::HybridEnds) {
            return !self.failed.is_empty();
        }
        let takes = phase.takes();
        self.failed.iter().any(|failed| {
            let rest = failed.strip_prefix(key);
            rest.is_some_and(|rest| rest.is_empty() || takes && rest.starts_with('/'))
        })
    }

    fn end(&mut self, changes: &[usize], ended: &Ended) {
        for change in changes {
            let worse = match self.ended.get(change) {
                Some(Ended::Refused(_) | Ended::Skipped(_)) => false,
                Some(Ended::Done) => *ended != Ended::Already,
                Some(Ended::Already) | None => true,
            };
            if worse {
                self.ended.insert(*change, ended.clone());
            }
        }
    }

    /// Takes the answer to the last call in. `jitter` is a number from 0 to 1 that nobody can foresee.
    pub fn answered(&mut self, outcome: &Outcome, jitter: f64) -> Told {
        let Some(mut now) = self.now.take() else {
            return told("done", Vec::new());
        };
        now.attempts += 1;
        let reads = now.step.operation == &PUT_DATA_LAKE_SETTINGS && now.settings.is_none();
        match outcome {
            Ok(answer) if reads => {
                now.settings = answer.get("DataLakeSettings").cloned();
                now.attempts = 0;
                if now.settings.is_none() {
                    let failure = Failure::of("Unreadable", "the answer holds no settings");
                    return self.failed(now, &failure, jitter);
                }
                self.now = Some(now);
                told("done", Vec::new())
            }
            Ok(answer) => self.entries(now, answer, jitter),
            Err(failure) => self.failed(now, failure, jitter),
        }
    }

    /// A whole call failed.
    fn failed(&mut self, mut now: Now, failure: &Failure, jitter: f64) -> Told {
        let failures = vec![failure.clone()];
        let parts = now.step.parts.clone();
        match verdict(now.step.operation, failure) {
            Verdict::Done => {
                for part in &parts {
                    self.end(&part.changes, &Ended::Already);
                }
                told("done", failures)
            }
            Verdict::Again if now.attempts < ATTEMPTS => {
                let wait = retry::wait(Class::Throttled, now.attempts, jitter);
                // What became of a call without an answer is not known: settings are read again.
                now.settings = None;
                self.now = Some(now);
                Told {
                    wait,
                    ..told("again", failures)
                }
            }
            other @ (Verdict::Again | Verdict::Conflict | Verdict::Refused | Verdict::Over) => {
                self.over |= other == Verdict::Over;
                for part in &parts {
                    self.refused(&part.key, &part.changes, failure);
                }
                told("refused", failures)
            }
        }
    }

    fn refused(&mut self, key: &str, changes: &[usize], failure: &Failure) {
        self.failed.insert(key.to_owned());
        let why = format!("{}: {}", failure.code, failure.message);
        self.end(changes, &Ended::Refused(why));
    }

    /// A call was taken; of a batch, entry by entry.
    fn entries(&mut self, mut now: Now, answer: &Map<String, Value>, jitter: f64) -> Told {
        let failures = failures(answer);
        let mut again: BTreeSet<Option<String>> = BTreeSet::new();
        let mut conflicting: BTreeSet<Option<String>> = BTreeSet::new();
        for part in &now.step.parts.clone() {
            let Some(failure) = failures.get(part.id.as_deref().unwrap_or_default()) else {
                self.end(&part.changes, &Ended::Done);
                continue;
            };
            match verdict(now.step.operation, failure) {
                Verdict::Done => self.end(&part.changes, &Ended::Already),
                Verdict::Again if now.attempts < ATTEMPTS => {
                    again.insert(part.id.clone());
                }
                Verdict::Conflict if !self.settled => {
                    conflicting.insert(part.id.clone());
                }
                Verdict::Again | Verdict::Conflict | Verdict::Refused | Verdict::Over => {
                    self.refused(&part.key, &part.changes, failure);
                }
            }
        }
        if !conflicting.is_empty() {
            let mut step = now.step.clone();
            keep(&mut step, |id| conflicting.contains(id));
            self.conflicts.push(step);
        }
        let told_failures: Vec<Failure> = failures.into_values().collect();
        if again.is_empty() {
            let outcome = if told_failures.is_empty() {
                "done"
            } else {
                "in-part"
            };
            return told(outcome, told_failures);
        }
        let wait = retry::wait(Class::Throttled, now.attempts, jitter);
        keep(&mut now.step, |id| again.contains(id));
        self.now = Some(now);
        Told {
            wait,
            ..told("again", told_failures)
        }
    }
}

fn told(outcome: &'static str, failures: Vec<Failure>) -> Told {
    Told {
        outcome,
        failures,
        wait: None,
    }
}

/// The call that is to be made now.
fn call(now: &Now) -> Call {
    let step = &now.step;
    if step.operation != &PUT_DATA_LAKE_SETTINGS {
        return Call::new(step.operation, "", step.input.clone());
    }
    let catalog = step.input.get("CatalogId").cloned().unwrap_or_default();
    let Some(settings) = &now.settings else {
        return Call::new(&GET_DATA_LAKE_SETTINGS, "", json!({ "CatalogId": catalog }));
    };
    let mut settings = settings.clone();
    for merge in &step.merges {
        merge.apply(&mut settings);
    }
    let input = json!({ "CatalogId": catalog, "DataLakeSettings": settings });
    Call::new(step.operation, "", input)
}

/// Keeps these parts of a call.
fn keep(step: &mut Step, wanted: impl Fn(&Option<String>) -> bool) {
    step.parts.retain(|part| wanted(&part.id));
    if let Some(Value::Array(entries)) = step.input.get_mut("Entries") {
        entries.retain(|entry| {
            let id = entry.get("Id").and_then(Value::as_str).map(str::to_owned);
            wanted(&id)
        });
    }
}

/// The entries of a batch that failed, by `Id`.
fn failures(answer: &Map<String, Value>) -> BTreeMap<String, Failure> {
    let listed = answer.get("Failures").and_then(Value::as_array);
    let each = listed.into_iter().flatten().filter_map(|one| {
        let id = one.pointer("/RequestEntry/Id")?.as_str()?;
        let text = |pointer: &str| {
            one.pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let failure = Failure::of(text("/Error/ErrorCode"), text("/Error/ErrorMessage"));
        Some((id.to_owned(), failure))
    });
    each.collect()
}
