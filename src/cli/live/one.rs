//! One account and region, observed on its own clock.

use super::accounts::Account;
use super::progress::{Pace, Step};
use super::run::{Message, Summary};
use super::store::Cache;
use crate::live::call::{Call, Outcome};
use crate::live::journal::Owner;
use crate::live::observer::Observer;
use crate::live::operation::LIST_SERVICE_QUOTAS;
use crate::live::schedule::{Next, Schedule, Tally, Ticket};
use serde_json::Value;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// A number from 0 to 1 that differs from process to process and from call to call.
pub(in crate::cli) fn jitter() -> f64 {
    let random = RandomState::new().build_hasher().finish();
    // INVARIANT: 32 bits are exact in a `f64`.
    f64::from(u32::try_from(random >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

/// A call that ended, and whether it was made at all.
type Done = (Ticket, Outcome, bool);

/// One account and region.
pub(super) struct One {
    pub(super) account: Arc<Account>,
    pub(super) owner: Owner,
    pub(super) observer: Observer,
    pub(super) schedule: Schedule,
    pub(super) cache: Cache,
    pub(super) tell: SyncSender<Message>,
    /// Where somebody watches: how often that is told.
    pub(super) pace: Option<Pace>,
    /// When the run began.
    pub(super) start: Instant,
    /// Whether it was said that quotas are not known.
    pub(super) quotas_said: Arc<AtomicBool>,
}

impl One {
    pub(super) async fn run(mut self) {
        let start = self.start;
        let begun = start.elapsed();
        // Calls that another region made for this one, too.
        let mut spared = 0;
        let mut under_way: JoinSet<Done> = JoinSet::new();
        let first = self.observer.begin();
        self.schedule.add(first);
        loop {
            let now = start.elapsed();
            for (call, outcome) in self.schedule.overdue(now) {
                self.answered(&call, outcome);
            }
            let wait = match self.schedule.next(now) {
                Next::Send(ticket) => {
                    self.send(*ticket, &mut under_way);
                    continue;
                }
                Next::Wait(wait) => Some(wait),
                Next::Nothing if self.schedule.is_idle() => {
                    let calls = self.observer.settled();
                    if calls.is_empty() {
                        break;
                    }
                    self.schedule.add(calls);
                    continue;
                }
                // A call that is under way and will not end: its task is gone.
                Next::Nothing if under_way.is_empty() && self.schedule.waiting() == 0 => {
                    self.observer.cut_short();
                    break;
                }
                Next::Nothing => None,
            };
            self.tell_progress(now, wait);
            let left = self.schedule.left(now);
            let left = left.filter(|left| *left > Duration::ZERO);
            let wait = wait.into_iter().chain(left).min();
            let answered = match wait {
                Some(wait) if under_way.is_empty() => {
                    tokio::time::sleep(wait).await;
                    None
                }
                Some(wait) => tokio::time::timeout(wait, under_way.join_next())
                    .await
                    .unwrap_or_default(),
                None => under_way.join_next().await,
            };
            if let Some(Ok((ticket, outcome, made))) = answered {
                spared += u64::from(!made);
                let now = start.elapsed();
                if let Some((call, outcome)) = self.schedule.ended(ticket, outcome, now, jitter()) {
                    self.answered(&call, outcome);
                }
            }
        }
        let took = start.elapsed().saturating_sub(begun);
        self.finish(took, spared);
    }

    /// Takes an answer in; what is worth it is kept at once, so that a run that is killed goes on from here.
    fn answered(&mut self, call: &Call, outcome: Outcome) {
        let next = self.observer.answered(call, outcome);
        self.schedule.add(next);
        let learned = self.observer.learned();
        if !learned.is_empty() {
            let said = self.cache.keep(&learned);
            self.warn(said);
        }
    }

    /// Tells those who watch how far this is. Whoever is busy is not waited for.
    fn tell_progress(&mut self, now: Duration, waits: Option<Duration>) {
        if self.pace.as_mut().is_some_and(|pace| pace.is_due(now)) {
            let _ = self.tell.try_send(Message::Progress(Step {
                owner: self.owner.clone(),
                progress: self.schedule.progress(),
                waits,
            }));
        }
    }

    fn warn(&self, said: Option<String>) {
        if let Some(what) = said {
            let _ = self.tell.send(Message::Warned(what));
        }
    }

    fn send(&self, ticket: Ticket, under_way: &mut JoinSet<Done>) {
        let account = Arc::clone(&self.account);
        let region = self.owner.region.clone();
        under_way.spawn(async move {
            let (outcome, made) = account.call(&ticket.call, &region).await;
            (ticket, outcome, made)
        });
    }

    fn finish(mut self, took: Duration, spared: u64) {
        let mut records = Vec::new();
        let mut complete = false;
        for record in self.observer.records() {
            complete = record.get("complete").and_then(Value::as_bool) == Some(true);
            records.extend_from_slice(record.to_string().as_bytes());
            records.push(b'\n');
        }
        if self.observer.is_finished() {
            let said = self.cache.finish(&self.owner, self.observer.memory());
            self.warn(said);
        }
        if let Some(failure) = self.observer.quotas_unknown()
            && !self.quotas_said.swap(true, Ordering::Relaxed)
        {
            let (action, code) = (LIST_SERVICE_QUOTAS.action, &failure.code);
            let _ = self.tell.send(Message::Noted(format!(
                "AWS's default request quotas are reckoned with: `{action}` was answered with {code}"
            )));
        }
        let tallies = self.schedule.tallies().values();
        let sum = |of: fn(&Tally) -> u64| tallies.clone().map(of).sum::<u64>();
        let summary = Summary {
            complete,
            calls: sum(|tally| tally.sent).saturating_sub(spared),
            throttled: sum(|tally| tally.throttled),
            reused: self.observer.memory().reused(),
            took,
            owner: self.owner,
        };
        // Whoever listened may have gone away, as `head` does.
        let _ = self.tell.send(Message::Records(records));
        let _ = self.tell.send(Message::Ended(summary));
    }
}
