//! A run: accounts and regions side by side, each with its calls on the run's clock.

use super::super::arguments::Reach;
use super::accounts::{self, Account, Hub};
use super::one::One;
use super::progress::{Pace, Step};
use super::store::Caches;
use crate::live::journal::Owner;
use crate::live::limiter::Limiter;
use crate::live::observer::{Observer, Wanted, unseen};
use crate::live::operation::Service;
use crate::live::schedule::Schedule;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Regions observed at once, over all accounts. Most of the time each waits for its quotas.
const REGIONS: usize = 64;
/// Accounts entered at once.
const ACCOUNTS: usize = 16;
/// Calls under way at once in a region. The quotas bound the rate; this bounds sockets.
const CALLS: usize = 16;
/// Regions whose records wait to be judged or written.
const WAITING: usize = 64;

/// What a run tells while it goes on.
pub(super) enum Message {
    /// The records of an account and region, each on its line.
    Records(Vec<u8>),
    /// An account and region is so far.
    Progress(Step),
    /// An account and region is done.
    Ended(Summary),
    /// Something to know.
    Noted(String),
    /// Something to look into.
    Warned(String),
}

/// What became of an account and region.
pub(super) struct Summary {
    pub(super) owner: Owner,
    pub(super) complete: bool,
    pub(super) calls: u64,
    pub(super) throttled: u64,
    /// Answers that were remembered, and when the oldest was given.
    pub(super) reused: (u64, Option<jiff::Timestamp>),
    pub(super) took: Duration,
}

impl Summary {
    /// One line about it.
    pub(super) fn line(&self) -> String {
        let seen = if self.complete {
            "observed"
        } else {
            "observed in part"
        };
        let mut line = format!(
            "account {} region {}: {seen} by {} calls in {:.1} s, {} throttled",
            self.owner.account,
            self.owner.region,
            self.calls,
            self.took.as_secs_f64(),
            self.throttled
        );
        if let (reused, Some(oldest)) = self.reused {
            line = format!("{line}; {reused} answers from the cache, the oldest of {oldest:.0}");
        }
        line
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
pub(super) type Refusal = (String, String);

/// Begins a run on a thread of its own. It comes back when it is known who asks, and in which accounts.
/// `watched` when somebody wants to know meanwhile how far it is.
pub(super) fn begin(reach: &Reach, wanted: &Wanted, watched: bool) -> Result<Begun, Refusal> {
    let (reach, wanted) = (reach.clone(), wanted.clone());
    let (say, begun) = mpsc::channel();
    let (tell, messages) = mpsc::sync_channel(WAITING);
    let thread = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        match runtime {
            Ok(runtime) => runtime.block_on(whole(&reach, wanted, watched, &say, &tell)),
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

/// All accounts, side by side.
async fn whole(
    reach: &Reach,
    wanted: Wanted,
    watched: bool,
    say: &Sender<Result<(), Refusal>>,
    tell: &SyncSender<Message>,
) {
    let (hub, accounts) = match accounts::begin(reach).await {
        Ok(begun) => begun,
        Err(refusal) => {
            let _ = say.send(Err(refusal));
            return;
        }
    };
    let _ = say.send(Ok(()));
    for account in &accounts.left_out {
        let _ = tell.send(Message::Noted(account.clone()));
    }
    let hall = Arc::new(Hall {
        hub,
        wanted,
        watched,
        share: f64::from(reach.share) / 100.0,
        deadline: reach.max_duration.map(jiff::SignedDuration::unsigned_abs),
        caches: Caches::of(reach),
        start: Instant::now(),
        quotas_said: Arc::default(),
        doors: Semaphore::new(ACCOUNTS),
        room: Semaphore::new(REGIONS),
        tell: tell.clone(),
    });
    let mut running = JoinSet::new();
    for account in accounts.ids {
        let hall = Arc::clone(&hall);
        running.spawn(async move { hall.account(account).await });
    }
    while running.join_next().await.is_some() {}
}

/// What all accounts and regions of a run share.
struct Hall {
    hub: Hub,
    wanted: Wanted,
    watched: bool,
    share: f64,
    deadline: Option<Duration>,
    caches: Caches,
    start: Instant,
    quotas_said: Arc<AtomicBool>,
    doors: Semaphore,
    room: Semaphore,
    tell: SyncSender<Message>,
}

impl Hall {
    /// One account: its regions, side by side. One that cannot be entered is said, and stops no other.
    async fn account(self: Arc<Self>, id: String) {
        let permit = self.doors.acquire().await;
        let account = match self.hub.enter(&id).await {
            Ok(account) => Arc::new(account),
            Err(closed) => {
                for region in &closed.regions {
                    self.not_seen(&id, region, &closed.what, closed.action, &closed.why);
                }
                return;
            }
        };
        drop(permit);
        if !account.not_enabled.is_empty() {
            let regions = account.not_enabled.join(", ");
            let _ = self.tell.send(Message::Noted(format!(
                "account {id}: not observed, because they are not enabled: {regions}"
            )));
        }
        let among = u32::try_from(account.regions.len()).unwrap_or(u32::MAX);
        let mut running = JoinSet::new();
        for region in account.regions.clone() {
            let (hall, account) = (Arc::clone(&self), Arc::clone(&account));
            running.spawn(async move {
                let _permit = hall.room.acquire().await;
                hall.region(account, region, among).run().await;
            });
        }
        while running.join_next().await.is_some() {}
    }

    fn region(&self, account: Arc<Account>, region: String, among: u32) -> One {
        let mut limiter = Limiter::new(self.share);
        limiter.share_out(Service::Iam, among);
        limiter.share_out(Service::S3Control, among);
        let owner = Owner {
            account: account.id.clone(),
            region,
        };
        let (cache, memory, said) = self.caches.open(&owner, account.aws.elsewhere());
        for what in said {
            let _ = self.tell.send(Message::Warned(what));
        }
        let observer = Observer::new(
            &owner.account,
            &owner.region,
            &account.caller,
            self.wanted.clone(),
        );
        One {
            account,
            observer: observer.remembering(memory),
            schedule: Schedule::new(limiter, CALLS, self.deadline),
            tell: self.tell.clone(),
            pace: self.watched.then(Pace::default),
            start: self.start,
            quotas_said: Arc::clone(&self.quotas_said),
            owner,
            cache,
        }
    }

    /// Nothing of an account and region could be observed: that is a record, too.
    fn not_seen(&self, account: &str, region: &str, what: &str, action: &str, why: &str) {
        let records = unseen(account, region, what, action, why);
        let mut lines = Vec::new();
        for record in records {
            lines.extend_from_slice(record.to_string().as_bytes());
            lines.push(b'\n');
        }
        let _ = self.tell.send(Message::Records(lines));
        let line = format!("account {account} region {region}: {what}: {why}");
        let _ = self.tell.send(Message::Warned(line));
        let _ = self.tell.send(Message::Ended(Summary {
            owner: Owner {
                account: account.to_owned(),
                region: region.to_owned(),
            },
            complete: false,
            calls: 0,
            throttled: 0,
            reused: (0, None),
            took: self.start.elapsed(),
        }));
    }
}
