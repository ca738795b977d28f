//! Which call is made next, on a clock that is an argument.

use super::call::{Call, Failure, Outcome};
use super::limiter::Limiter;
use super::operation::{LIST_SERVICE_QUOTAS, Operation};
use super::quotas::Quotas;
use super::retry::{self, Class, NO_ANSWER};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// The code of calls that were not made because time was up.
pub const TIME_IS_UP: &str = "TimeIsUp";

/// So many calls one after the other without an answer, each tried as often as it is worth it, and the network is gone.
const LOST: u32 = 8;

/// A call under way.
#[derive(Clone, Debug)]
pub struct Ticket {
    /// The call.
    pub call: Call,
    made: u32,
}

/// What to do now.
#[derive(Debug)]
pub enum Next {
    /// Send this call.
    Send(Box<Ticket>),
    /// Nothing may be sent for so long, unless an answer comes.
    Wait(Duration),
    /// There is nothing to send.
    Nothing,
}

/// How often an operation was called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Requests sent.
    pub sent: u64,
    /// Of them, those that AWS throttled.
    pub throttled: u64,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Calls that ended, well or not.
    pub done: u64,
    /// Those and the calls that are known to be still to end. Answers bring more.
    pub planned: u64,
}

/// The calls of one account and region.
#[derive(Debug)]
pub struct Schedule {
    limiter: Limiter,
    /// By action, in order of arrival.
    queues: BTreeMap<&'static str, VecDeque<Ticket>>,
    later: Vec<(Duration, Ticket)>,
    under_way: usize,
    most: usize,
    deadline: Option<Duration>,
    /// Calls that had no answer, since the last that had one.
    lost: u32,
    tallies: BTreeMap<&'static str, Tally>,
    /// Calls that were taken in.
    taken: u64,
}

impl Schedule {
    /// At most `most` calls under way at once, and none after the deadline.
    pub fn new(limiter: Limiter, most: usize, deadline: Option<Duration>) -> Self {
        Self {
            limiter,
            queues: BTreeMap::new(),
            later: Vec::new(),
            under_way: 0,
            most: most.max(1),
            deadline,
            lost: 0,
            tallies: BTreeMap::new(),
            taken: 0,
        }
    }

    /// Takes calls in.
    pub fn add(&mut self, calls: impl IntoIterator<Item = Call>) {
        for call in calls {
            self.taken += 1;
            self.queue(Ticket { call, made: 0 });
        }
    }

    fn queue(&mut self, ticket: Ticket) {
        let queue = self.queues.entry(ticket.call.operation.action);
        queue.or_default().push_back(ticket);
    }

    /// How often each action was called.
    pub fn tallies(&self) -> &BTreeMap<&'static str, Tally> {
        &self.tallies
    }

    /// How far the run is.
    pub fn progress(&self) -> Progress {
        let open = self.waiting() + self.under_way;
        let open = u64::try_from(open).unwrap_or(u64::MAX);
        Progress {
            done: self.taken.saturating_sub(open),
            planned: self.taken,
        }
    }

    /// Whether nothing waits and nothing is under way.
    pub fn is_idle(&self) -> bool {
        self.under_way == 0 && self.waiting() == 0
    }

    /// Calls that wait to be sent.
    pub fn waiting(&self) -> usize {
        self.queues.values().map(VecDeque::len).sum::<usize>() + self.later.len()
    }

    /// What to do at this time.
    pub fn next(&mut self, now: Duration) -> Next {
        self.wake(now);
        if self.under_way >= self.most || self.waiting() == 0 {
            return Next::Nothing;
        }
        let later = self
            .later
            .iter()
            .map(|(at, _)| at.saturating_sub(now))
            .min();
        let mut soonest = later;
        let mut best: Option<(f64, &'static str)> = None;
        let heads: Vec<(&'static Operation, usize)> = self
            .queues
            .values()
            .filter_map(|queue| Some((queue.front()?.call.operation, queue.len())))
            .collect();
        for (operation, length) in heads {
            let wait = self.limiter.wait(operation, now);
            if wait > Duration::ZERO {
                soonest = Some(soonest.map_or(wait, |soonest| soonest.min(wait)));
                continue;
            }
            // The longest work first, so that slow buckets are never kept waiting by those that have tokens to spare.
            let rate = operation.quota.unwrap_or(operation.service.total()).rate;
            #[expect(
                clippy::cast_precision_loss,
                reason = "a queue has fewer than 2^52 calls"
            )]
            let work = length as f64 / rate;
            if best.is_none_or(|(most, _)| work > most) {
                best = Some((work, operation.action));
            }
        }
        let ticket = best.and_then(|(_, action)| self.queues.get_mut(action)?.pop_front());
        match ticket {
            Some(ticket) => {
                let operation = ticket.call.operation;
                self.limiter.take(operation, now);
                self.under_way += 1;
                self.tallies.entry(operation.action).or_default().sent += 1;
                Next::Send(Box::new(ticket))
            }
            None => soonest.map_or(Next::Nothing, Next::Wait),
        }
    }

    /// Moves calls whose pause is over to the front of their queues.
    fn wake(&mut self, now: Duration) {
        for (_, ticket) in self.later.extract_if(.., |(at, _)| *at <= now) {
            let queue = self.queues.entry(ticket.call.operation.action);
            queue.or_default().push_front(ticket);
        }
    }

    /// Takes in how a call ended. It comes back when that is the end of it: not when it is made again.
    pub fn ended(
        &mut self,
        ticket: Ticket,
        outcome: Outcome,
        now: Duration,
        jitter: f64,
    ) -> Option<(Call, Outcome)> {
        self.under_way = self.under_way.saturating_sub(1);
        // What is nice to know is asked once: without an answer, the table holds.
        if ticket.call.operation == &LIST_SERVICE_QUOTAS {
            if let Ok(answer) = &outcome {
                self.limiter.learn_all(&Quotas::of(answer));
            }
            return Some((ticket.call, outcome));
        }
        let Err(failure) = &outcome else {
            self.lost = 0;
            return Some((ticket.call, outcome));
        };
        if failure.code != NO_ANSWER {
            self.lost = 0;
        }
        let class = retry::class(failure);
        let operation = ticket.call.operation;
        if class == Class::Throttled {
            self.limiter.throttled(operation, now);
            self.tallies.entry(operation.action).or_default().throttled += 1;
        }
        if let Some(region) = &failure.moved_to
            && ticket.call.region.is_none()
        {
            let mut ticket = ticket;
            ticket.call.region = Some(region.clone());
            self.queue(ticket);
            return None;
        }
        let made = ticket.made + 1;
        let Some(wait) = retry::wait(class, made, jitter) else {
            self.lost += u32::from(failure.code == NO_ANSWER);
            return Some((ticket.call, outcome));
        };
        let call = ticket.call;
        self.later.push((now + wait, Ticket { call, made }));
        None
    }

    /// When time is up, or the network is gone, the calls that are not made any more, each with that as its outcome.
    pub fn overdue(&mut self, now: Duration) -> Vec<(Call, Outcome)> {
        let is_late = self.deadline.is_some_and(|deadline| now >= deadline);
        let failure = if is_late {
            let why = "the run's time was up before this call's turn";
            Failure::of(TIME_IS_UP, why)
        } else if self.lost >= LOST {
            let why = format!("not asked, because the last {LOST} calls had no answer");
            Failure::of(NO_ANSWER, why)
        } else {
            return Vec::new();
        };
        let queued = std::mem::take(&mut self.queues).into_values().flatten();
        let later = std::mem::take(&mut self.later).into_iter();
        let tickets = queued.chain(later.map(|(_, ticket)| ticket));
        tickets
            .map(|ticket| (ticket.call, Err(failure.clone())))
            .collect()
    }

    /// The time that is left, when there is a deadline.
    pub fn left(&self, now: Duration) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_sub(now))
    }
}

#[cfg(test)]
mod tests {
    use super::super::operation::{DESCRIBE_CLUSTER, GET_BUCKET_POLICY, LIST_CLUSTERS};
    use super::*;
    use serde_json::json;

    fn schedule() -> Schedule {
        Schedule::new(Limiter::new(1.0), 4, Some(Duration::from_secs(100)))
    }

    fn describe(id: &str) -> Call {
        Call::new(&DESCRIBE_CLUSTER, id, json!({"ClusterId": id}))
    }

    fn sent(next: Next) -> Ticket {
        match next {
            Next::Send(ticket) => *ticket,
            other @ (Next::Wait(_) | Next::Nothing) => panic!("{other:?}"),
        }
    }

    #[test]
    fn no_more_calls_are_under_way_than_may_be() {
        let mut schedule = schedule();
        schedule.add((0..6).map(|at| describe(&at.to_string())));
        let tickets: Vec<Ticket> = (0..4)
            .map(|_| sent(schedule.next(Duration::ZERO)))
            .collect();
        assert!(matches!(schedule.next(Duration::ZERO), Next::Nothing));
        for ticket in tickets {
            let ended = schedule.ended(ticket, Ok(serde_json::Map::new()), Duration::ZERO, 0.5);
            assert!(ended.is_some());
        }
        sent(schedule.next(Duration::ZERO));
    }

    #[test]
    fn a_throttled_call_is_made_again_after_a_pause_and_counted() {
        let mut schedule = schedule();
        schedule.add([describe("j-1")]);
        let ticket = sent(schedule.next(Duration::ZERO));
        let throttled = Err(Failure::of("ThrottlingException", "Rate exceeded"));
        assert!(
            schedule
                .ended(ticket, throttled, Duration::ZERO, 1.0)
                .is_none()
        );
        assert!(matches!(schedule.next(Duration::ZERO), Next::Wait(_)));
        let again = sent(schedule.next(Duration::from_secs(10)));
        assert_eq!(again.call.about, "j-1");
        let tally = schedule.tallies()[DESCRIBE_CLUSTER.action];
        assert_eq!((tally.sent, tally.throttled), (2, 1));
    }

    #[test]
    fn a_refusal_is_an_outcome_at_once() {
        let mut schedule = schedule();
        schedule.add([describe("j-1")]);
        let ticket = sent(schedule.next(Duration::ZERO));
        let denied = Err(Failure::of("AccessDeniedException", "no"));
        let (call, outcome) = schedule.ended(ticket, denied, Duration::ZERO, 1.0).unwrap();
        assert_eq!(call.about, "j-1");
        assert_eq!(outcome.unwrap_err().code, "AccessDeniedException");
        assert!(schedule.is_idle());
    }

    #[test]
    fn a_bucket_of_another_region_is_asked_there_once() {
        let mut schedule = schedule();
        schedule.add([Call::new(&GET_BUCKET_POLICY, "logs", json!({}))]);
        let moved = || {
            Err(Failure {
                moved_to: Some("eu-west-1".to_owned()),
                ..Failure::of("PermanentRedirect", "elsewhere")
            })
        };
        let ticket = sent(schedule.next(Duration::ZERO));
        assert!(
            schedule
                .ended(ticket, moved(), Duration::ZERO, 0.0)
                .is_none()
        );
        let ticket = sent(schedule.next(Duration::ZERO));
        assert_eq!(ticket.call.region.as_deref(), Some("eu-west-1"));
        // A bucket that sends in circles is not followed.
        assert!(
            schedule
                .ended(ticket, moved(), Duration::ZERO, 0.0)
                .is_some()
        );
    }

    #[test]
    fn a_network_that_is_gone_is_not_asked_for_hours() {
        let mut schedule = Schedule::new(Limiter::new(1.0), 4, None);
        schedule.add((0..100).map(|at| describe(&at.to_string())));
        let mut now = Duration::ZERO;
        let (mut tried, mut left) = (0, Vec::new());
        while left.is_empty() {
            match schedule.next(now) {
                Next::Send(ticket) => {
                    tried += 1;
                    let lost = Err(Failure::of(NO_ANSWER, "gone"));
                    schedule.ended(*ticket, lost, now, 1.0);
                }
                Next::Wait(wait) => now += wait,
                Next::Nothing => panic!("{now:?}"),
            }
            left = schedule.overdue(now);
        }
        assert!(now < Duration::from_mins(5), "{now:?}");
        assert!(tried < 200, "{tried}");
        assert!(left.len() > 70 && schedule.is_idle());
    }

    #[test]
    fn calls_that_time_did_not_suffice_for_are_outcomes_too() {
        let mut schedule = schedule();
        schedule.add([describe("j-1"), Call::new(&LIST_CLUSTERS, "", json!({}))]);
        assert!(schedule.overdue(Duration::from_secs(99)).is_empty());
        let overdue = schedule.overdue(Duration::from_secs(100));
        assert_eq!(overdue.len(), 2);
        assert!(
            overdue
                .iter()
                .all(|(_, outcome)| outcome.as_ref().unwrap_err().code == TIME_IS_UP)
        );
        assert!(schedule.is_idle());
    }
}
