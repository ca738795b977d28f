//! A run: regions side by side, each with its calls on its own clock.

use super::super::Terminal;
use super::super::arguments::Reach;
use super::aws::Aws;
use crate::live::call::{Call, Outcome};
use crate::live::limiter::Limiter;
use crate::live::observer::{Observer, Wanted};
use crate::live::operation::{GET_CALLER_IDENTITY, Service};
use crate::live::retry;
use crate::live::schedule::{Next, Schedule, Tally, Ticket};
use serde_json::{Map, Value, json};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Regions observed at once.
const REGIONS: usize = 16;
/// Calls under way at once in a region. The quotas bound the rate; this bounds sockets.
const CALLS: usize = 16;

/// What a run tells while it goes on.
pub(super) enum Message {
    /// The records of an account and region, each on its line.
    Records(Vec<u8>),
    /// An account and region is done.
    Ended(Summary),
}

/// What became of an account and region.
pub(super) struct Summary {
    account: String,
    region: String,
    pub(super) complete: bool,
    calls: u64,
    throttled: u64,
    took: Duration,
}

impl Summary {
    /// One line about it.
    pub(super) fn say(&self, terminal: &mut Terminal<'_>) -> io::Result<()> {
        let seen = if self.complete {
            "observed"
        } else {
            "observed in part"
        };
        let line = format!(
            "account {} region {}: {seen} by {} calls in {:.1} s, {} throttled",
            self.account,
            self.region,
            self.calls,
            self.took.as_secs_f64(),
            self.throttled
        );
        if self.complete && self.throttled == 0 {
            terminal.note(&line)
        } else {
            terminal.warning(&line)
        }
    }
}

/// A run that has credentials and knows its account.
pub(super) struct Begun {
    messages: Receiver<Message>,
}

impl Begun {
    /// What it tells, until it is over.
    pub(super) fn messages(self) -> Receiver<Message> {
        self.messages
    }
}

/// Why a run cannot begin, and what to do about it.
type Refusal = (String, String);

/// Begins a run on a thread of its own. It comes back when the first call was answered.
pub(super) fn begin(reach: &Reach, wanted: &Wanted) -> Result<Begun, Refusal> {
    let (reach, wanted) = (reach.clone(), wanted.clone());
    let (say, begun) = mpsc::channel();
    let (tell, messages) = mpsc::channel();
    let thread = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        match runtime {
            Ok(runtime) => runtime.block_on(whole(reach, wanted, &say, &tell)),
            Err(error) => {
                let help = "close some programs".to_owned();
                let _ = say.send(Err((format!("cannot reach the network: {error}"), help)));
            }
        }
    };
    let spawned = std::thread::Builder::new()
        .name("aws".to_owned())
        .spawn(thread);
    let died = || {
        let help = "run again".to_owned();
        ("the run ended before its first call".to_owned(), help)
    };
    spawned.map_err(|_| died())?;
    match begun.recv() {
        Ok(Ok(())) => Ok(Begun { messages }),
        Ok(Err(refusal)) => Err(refusal),
        Err(_) => Err(died()),
    }
}

/// All regions, side by side.
async fn whole(
    reach: Reach,
    wanted: Wanted,
    say: &Sender<Result<(), Refusal>>,
    tell: &Sender<Message>,
) {
    let aws = Arc::new(Aws::new(reach.endpoint_url.as_deref()).await);
    let mut regions = reach.regions.clone();
    regions.sort();
    regions.dedup();
    if regions.is_empty() {
        regions.extend(aws.region());
    }
    let caller = match who(&aws, &regions).await {
        Ok(caller) => caller,
        Err(refusal) => {
            let _ = say.send(Err(refusal));
            return;
        }
    };
    let _ = say.send(Ok(()));
    let account = caller.get("Account").and_then(Value::as_str);
    let account = account.unwrap_or_default().to_owned();
    let room = Arc::new(Semaphore::new(REGIONS));
    let among = u32::try_from(regions.len()).unwrap_or(u32::MAX);
    let mut running = JoinSet::new();
    for region in regions {
        let mut limiter = Limiter::new(f64::from(reach.share) / 100.0);
        limiter.share_out(Service::Iam, among);
        limiter.share_out(Service::S3Control, among);
        let deadline = reach.max_duration.map(jiff::SignedDuration::unsigned_abs);
        let one = One {
            aws: Arc::clone(&aws),
            account: account.clone(),
            region: region.clone(),
            observer: Observer::new(&account, &region, &caller, wanted.clone()),
            schedule: Schedule::new(limiter, CALLS, deadline),
            tell: tell.clone(),
        };
        let room = Arc::clone(&room);
        running.spawn(async move {
            let _permit = room.acquire().await;
            one.run().await;
        });
    }
    while running.join_next().await.is_some() {}
}

/// Asks who is asking: without an answer there is nothing to observe.
async fn who(aws: &Aws, regions: &[String]) -> Result<Map<String, Value>, Refusal> {
    let Some(region) = regions.first() else {
        let help = "give `--regions`, or set `AWS_REGION`".to_owned();
        return Err(("no region is configured".to_owned(), help));
    };
    if let Err(why) = aws.credentials().await {
        let help =
            "set `AWS_PROFILE`, log in with `aws sso login`, or run where a role is attached";
        return Err((format!("no AWS credentials: {why}"), help.to_owned()));
    }
    let call = Call::new(&GET_CALLER_IDENTITY, "", json!({}));
    let mut made = 0;
    loop {
        made += 1;
        let failure = match aws.call(&call, region, "").await {
            Ok(caller) => return Ok(caller),
            Err(failure) => failure,
        };
        let Some(wait) = retry::wait(retry::class(&failure), made, jitter()) else {
            let why = format!(
                "`sts:GetCallerIdentity` failed: {}: {}",
                failure.code, failure.message
            );
            let help = "renew the credentials, and see that the region is enabled and reachable";
            return Err((why, help.to_owned()));
        };
        tokio::time::sleep(wait).await;
    }
}

/// A number from 0 to 1 that differs from process to process and from call to call.
fn jitter() -> f64 {
    let random = RandomState::new().build_hasher().finish();
    // INVARIANT: 32 bits are exact in a `f64`.
    f64::from(u32::try_from(random >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

/// One account and region.
struct One {
    aws: Arc<Aws>,
    account: String,
    region: String,
    observer: Observer,
    schedule: Schedule,
    tell: Sender<Message>,
}

impl One {
    async fn run(mut self) {
        let start = Instant::now();
        let mut under_way: JoinSet<(Ticket, Outcome)> = JoinSet::new();
        let first = self.observer.begin();
        self.schedule.add(first);
        loop {
            let now = start.elapsed();
            for (call, outcome) in self.schedule.overdue(now) {
                let next = self.observer.answered(&call, outcome);
                self.schedule.add(next);
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
            if let Some(Ok((ticket, outcome))) = answered {
                let now = start.elapsed();
                if let Some((call, outcome)) = self.schedule.ended(ticket, outcome, now, jitter()) {
                    let next = self.observer.answered(&call, outcome);
                    self.schedule.add(next);
                }
            }
        }
        self.finish(start.elapsed());
    }

    fn send(&self, ticket: Ticket, under_way: &mut JoinSet<(Ticket, Outcome)>) {
        let aws = Arc::clone(&self.aws);
        let (region, account) = (self.region.clone(), self.account.clone());
        under_way.spawn(async move {
            let own = ticket.call.region.clone().unwrap_or(region);
            let outcome = aws.call(&ticket.call, &own, &account).await;
            (ticket, outcome)
        });
    }

    fn finish(self, took: Duration) {
        let mut records = Vec::new();
        let mut complete = false;
        for record in self.observer.records() {
            complete = record.get("complete").and_then(Value::as_bool) == Some(true);
            records.extend_from_slice(record.to_string().as_bytes());
            records.push(b'\n');
        }
        let tallies = self.schedule.tallies().values();
        let sum = |of: fn(&Tally) -> u64| tallies.clone().map(of).sum();
        let summary = Summary {
            complete,
            calls: sum(|tally| tally.sent),
            throttled: sum(|tally| tally.throttled),
            took,
            account: self.account,
            region: self.region,
        };
        // Whoever listened may have gone away, as `head` does.
        let _ = self.tell.send(Message::Records(records));
        let _ = self.tell.send(Message::Ended(summary));
    }
}
