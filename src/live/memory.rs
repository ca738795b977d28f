//! What earlier runs were told, so that it is not asked again.
//!
//! Some answers stay true: a security configuration cannot be changed, only deleted and made anew; a cluster's bootstrap
//! actions are what it was launched with; a cluster that ended changes no more. Others about a cluster rarely change,
//! and EMR answers one of them a second to everybody in the account: they count for a while. All others are asked by each
//! run, and are kept only for the run that goes on where one was interrupted.
//!
//! An answer is remembered by the action and what it is about. What makes that its identity (a configuration's time of
//! creation, the end of a cluster) is in the answer, and is compared before the answer counts.

use super::call::{Call, Failure, Outcome};
use super::operation::{
    DESCRIBE_CLUSTER, DESCRIBE_CONTAINER_CONFIGURATION, DESCRIBE_KEY,
    DESCRIBE_SECURITY_CONFIGURATION, DESCRIBE_STUDIO, GET_APPLICATION, GET_AUTO_TERMINATION_POLICY,
    GET_BUCKET_ENCRYPTION, GET_BUCKET_LOCATION, GET_BUCKET_POLICY, GET_BUCKET_POLICY_STATUS,
    GET_BUCKET_VERSIONING, GET_INSTANCE_PROFILE, GET_KEY_POLICY, GET_KEY_ROTATION_STATUS,
    GET_MANAGED_SCALING_POLICY, GET_PUBLIC_ACCESS_BLOCK, LIST_BOOTSTRAP_ACTIONS, LIST_GRANTS,
    LIST_INSTANCE_FLEETS, LIST_INSTANCE_GROUPS, LIST_STEPS, LIST_STUDIO_SESSION_MAPPINGS,
    Operation,
};
use crate::digest;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// EMR forgets clusters two months after they ended (EMR Management Guide, "View cluster status and details"), and so do
/// we what no run asked for since.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(62 * 24);

/// How long an answer counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lasts {
    /// For ever, if it is about the same thing.
    Always,
    /// A while: it can change, and rarely does.
    AWhile,
    /// Until the run is finished, however often that was interrupted.
    ThisRun,
    /// It is a list of what there is, or about the whole account.
    No,
}

/// How long the answers of an operation count. `is_over` says that they are about a cluster that ended.
fn lasts(operation: &Operation, is_over: bool) -> Lasts {
    let among = |some: &[&Operation]| some.contains(&operation);
    if among(&[&LIST_BOOTSTRAP_ACTIONS, &DESCRIBE_SECURITY_CONFIGURATION]) {
        return Lasts::Always;
    }
    if among(&[
        &DESCRIBE_CLUSTER,
        &LIST_INSTANCE_GROUPS,
        &LIST_INSTANCE_FLEETS,
        &GET_AUTO_TERMINATION_POLICY,
        &GET_MANAGED_SCALING_POLICY,
        &LIST_STEPS,
    ]) {
        return if is_over {
            Lasts::Always
        } else {
            Lasts::AWhile
        };
    }
    let about_one_thing = among(&[
        &DESCRIBE_STUDIO,
        &LIST_STUDIO_SESSION_MAPPINGS,
        &GET_APPLICATION,
        &DESCRIBE_CONTAINER_CONFIGURATION,
        &DESCRIBE_KEY,
        &GET_KEY_ROTATION_STATUS,
        &GET_KEY_POLICY,
        &LIST_GRANTS,
        &GET_INSTANCE_PROFILE,
        &GET_BUCKET_LOCATION,
        &GET_BUCKET_POLICY,
        &GET_BUCKET_POLICY_STATUS,
        &GET_BUCKET_ENCRYPTION,
        &GET_BUCKET_VERSIONING,
        &GET_PUBLIC_ACCESS_BLOCK,
    ]);
    if about_one_thing {
        Lasts::ThisRun
    } else {
        Lasts::No
    }
}

/// An answer, and when it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The action that permits the call.
    pub action: String,
    /// What it is about.
    pub about: String,
    /// When the run began that was told it.
    pub at: Timestamp,
    /// The outcome, as a snapshot writes it: `{"answer": …}` or `{"error": …}`.
    pub outcome: Arc<str>,
}

/// A fact among the others.
#[derive(Clone, Debug)]
struct Remembered {
    at: Timestamp,
    outcome: Arc<str>,
    /// It is of the run that is going on, or of one that was interrupted.
    of_this_run: bool,
}

/// What is remembered of an account and region.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    facts: BTreeMap<(String, String), Remembered>,
    /// What was used or learned by this run.
    current: BTreeSet<(String, String)>,
    learned: Vec<Fact>,
    now: Timestamp,
    /// How long what can change counts; `None` where nothing is remembered at all.
    max_age: Option<SignedDuration>,
    reused: u64,
    oldest: Option<Timestamp>,
}

impl Memory {
    /// Nothing yet. What can change counts for half of `max_age` to all of it, so that not all of it is asked again in
    /// one run.
    pub fn new(now: Timestamp, max_age: SignedDuration) -> Self {
        Self {
            now,
            max_age: Some(max_age),
            ..Self::default()
        }
    }

    /// When the run began.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Takes in a fact that was kept. `of_this_run` when no run finished since.
    pub fn recollect(&mut self, fact: Fact, of_this_run: bool) {
        let remembered = Remembered {
            at: fact.at,
            outcome: fact.outcome,
            of_this_run,
        };
        self.facts.insert((fact.action, fact.about), remembered);
    }

    /// Whether anything is remembered of an operation's answers.
    pub(super) fn knows(&self, operation: &Operation) -> usize {
        let from = (operation.action.to_owned(), String::new());
        let of = self.facts.range(from..);
        of.take_while(|((action, _), _)| action == operation.action)
            .count()
    }

    /// The outcome of a call, when it is remembered and still counts.
    pub(super) fn recall(&self, call: &Call, is_over: bool) -> Option<(Outcome, Timestamp)> {
        let max_age = self.max_age?;
        let key = (call.operation.action.to_owned(), call.about.clone());
        let known = self.facts.get(&key)?;
        let age = self.now.duration_since(known.at);
        let counts = match lasts(call.operation, is_over) {
            Lasts::Always => true,
            Lasts::AWhile => !age.is_negative() && age < life(&key, max_age),
            Lasts::ThisRun => known.of_this_run && !age.is_negative() && age < max_age,
            Lasts::No => false,
        };
        if !counts {
            return None;
        }
        Some((parsed(&known.outcome)?, known.at))
    }

    /// The answer of a call as it is remembered, whether or not it still counts.
    pub(super) fn peek(&self, call: &Call) -> Option<Map<String, Value>> {
        let key = (call.operation.action.to_owned(), call.about.clone());
        parsed(&self.facts.get(&key)?.outcome)?.ok()
    }

    /// A remembered outcome took the place of a call.
    pub(super) fn took_the_place_of(&mut self, call: &Call, at: Timestamp) {
        let key = (call.operation.action.to_owned(), call.about.clone());
        self.current.insert(key);
        self.reused += 1;
        self.oldest = Some(self.oldest.map_or(at, |oldest| oldest.min(at)));
    }

    /// Remembers how a call ended. A refusal or a lost connection says nothing of what was asked about.
    pub(super) fn learn(&mut self, call: &Call, outcome: &Outcome, is_over: bool) {
        let lasts = lasts(call.operation, is_over);
        if self.max_age.is_none() || lasts == Lasts::No {
            return;
        }
        let told = match outcome {
            Ok(answer) => json!({"answer": answer}),
            Err(failure) if lasts == Lasts::ThisRun && failure.code.starts_with("NoSuch") => {
                json!({"error": failure.record()})
            }
            Err(_) => return,
        };
        let outcome: Arc<str> = told.to_string().into();
        let fact = Fact {
            action: call.operation.action.to_owned(),
            about: call.about.clone(),
            at: self.now,
            outcome,
        };
        self.current
            .insert((fact.action.clone(), fact.about.clone()));
        self.recollect(fact.clone(), true);
        self.learned.push(fact);
    }

    /// What was learned since this was last asked.
    pub fn learned(&mut self) -> Vec<Fact> {
        std::mem::take(&mut self.learned)
    }

    /// How many answers were remembered instead of asked for, and when the oldest of them was given.
    pub fn reused(&self) -> (u64, Option<Timestamp>) {
        (self.reused, self.oldest)
    }

    /// Whether there are no facts.
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// What is worth keeping when a run has finished.
    pub fn worth_keeping(&self) -> impl Iterator<Item = Fact> + '_ {
        let lasting: BTreeSet<&str> = super::operation::ALL
            .iter()
            .filter(|operation| matches!(lasts(operation, false), Lasts::Always | Lasts::AWhile))
            .map(|operation| operation.action)
            .collect();
        self.facts
            .iter()
            .filter(move |(key, fact)| {
                let recent = self.now.duration_since(fact.at) < FORGOTTEN;
                lasting.contains(key.0.as_str()) && (recent || self.current.contains(*key))
            })
            .map(|((action, about), fact)| Fact {
                action: action.clone(),
                about: about.clone(),
                at: fact.at,
                outcome: Arc::clone(&fact.outcome),
            })
    }
}

/// How long one answer counts: what was learned in one run is not all asked again in one run.
fn life(key: &(String, String), max_age: SignedDuration) -> SignedDuration {
    let digest = Sha256::digest(format!("{}\n{}", key.0, key.1));
    let part = u32::from_str_radix(&digest::hex(&digest, 4), 16).unwrap_or_default();
    // INVARIANT: four hexadecimal digits are at most 65,535.
    let part = f64::from(part) / 65_535.0;
    max_age.mul_f64(0.5 + part / 2.0)
}

fn parsed(outcome: &str) -> Option<Outcome> {
    let Ok(Value::Object(mut members)) = serde_json::from_str(outcome) else {
        return None;
    };
    if let Some(Value::Object(answer)) = members.remove("answer") {
        return Some(Ok(answer));
    }
    let error: Map<String, Value> = members.remove("error")?.as_object()?.clone();
    let part = |name: &str| error.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(Err(Failure::of(&part("code")?, part("message")?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::operation::LIST_CLUSTERS;

    const HOUR: SignedDuration = SignedDuration::from_hours(1);

    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + HOUR * i32::try_from(hours).unwrap()
    }

    fn call(operation: &'static Operation) -> Call {
        Call::new(operation, "j-1", json!({}))
    }

    /// What is left after some hours of a memory that learned an answer, in a run that finished or did not.
    fn after(operation: &'static Operation, is_over: bool, hours: i64, finished: bool) -> bool {
        let mut first = Memory::new(at(0), HOUR * 24);
        let answer = Map::from_iter([("Id".to_owned(), json!("j-1"))]);
        first.learn(&call(operation), &Ok(answer.clone()), is_over);
        let mut second = Memory::new(at(hours), HOUR * 24);
        for fact in first.learned() {
            second.recollect(fact, !finished);
        }
        let recalled = second.recall(&call(operation), is_over);
        assert!(
            recalled
                .as_ref()
                .is_none_or(|(outcome, told)| *outcome == Ok(answer) && *told == at(0))
        );
        recalled.is_some()
    }

    #[test]
    fn what_cannot_change_counts_for_ever_and_what_can_a_while() {
        assert!(after(&LIST_BOOTSTRAP_ACTIONS, false, 24 * 365, true));
        assert!(after(&DESCRIBE_CLUSTER, true, 24 * 50, true));
        assert!(after(&DESCRIBE_CLUSTER, false, 11, true));
        assert!(!after(&DESCRIBE_CLUSTER, false, 24, true));
        assert!(!after(&LIST_CLUSTERS, false, 0, false));
    }

    #[test]
    fn what_changes_counts_only_for_the_run_that_goes_on_after_an_interruption() {
        assert!(after(&DESCRIBE_KEY, false, 2, false));
        assert!(!after(&DESCRIBE_KEY, false, 24, false));
        assert!(!after(&DESCRIBE_KEY, false, 0, true));
    }

    #[test]
    fn answers_of_the_future_do_not_count() {
        assert!(!after(&DESCRIBE_CLUSTER, false, -1, true));
        assert!(!after(&DESCRIBE_KEY, false, -1, false));
    }

    #[test]
    fn what_was_learned_together_is_not_asked_again_together() {
        let lives: BTreeSet<i64> = (0..100)
            .map(|at| life(&("a".to_owned(), at.to_string()), HOUR * 24).as_hours())
            .collect();
        assert!(lives.len() > 10, "{lives:?}");
        assert!(lives.iter().all(|hours| (12..=24).contains(hours)));
    }

    #[test]
    fn a_refusal_is_not_remembered_and_an_absence_is() {
        let mut memory = Memory::new(at(0), HOUR);
        let refused = Err(Failure::of("AccessDenied", "no"));
        memory.learn(&call(&GET_BUCKET_POLICY), &refused, false);
        assert!(memory.is_empty());
        let absent = Err(Failure::of("NoSuchBucketPolicy", "none"));
        memory.learn(&call(&GET_BUCKET_POLICY), &absent, false);
        let (outcome, _) = memory.recall(&call(&GET_BUCKET_POLICY), false).unwrap();
        assert_eq!(outcome, absent);
    }

    #[test]
    fn only_what_lasts_is_kept_when_a_run_has_finished() {
        let mut memory = Memory::new(at(0), HOUR);
        for operation in [&DESCRIBE_CLUSTER, &DESCRIBE_KEY] {
            memory.learn(&call(operation), &Ok(Map::new()), false);
        }
        let old = Fact {
            action: LIST_BOOTSTRAP_ACTIONS.action.to_owned(),
            about: "j-0".to_owned(),
            at: at(-24 * 70),
            outcome: "{}".into(),
        };
        memory.recollect(old, false);
        let kept: Vec<String> = memory.worth_keeping().map(|fact| fact.action).collect();
        assert_eq!(kept, [DESCRIBE_CLUSTER.action]);
    }
}
