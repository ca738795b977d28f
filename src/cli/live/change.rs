//! The way into one account and region that is to be changed: what changes rest on, and one call after the other.

use super::super::arguments::{Changing, Reach};
use super::accounts::{self, Account};
use super::one::One;
use super::run::{Message, Refusal};
use super::store::Caches;
use crate::control::Target;
use crate::live::call::{Call, Outcome};
use crate::live::journal::Owner;
use crate::live::limiter::Limiter;
use crate::live::observer::{ForChanges, Observer, Wanted, estate};
use crate::live::schedule::Schedule;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// Calls under way at once.
const CALLS: usize = 16;
/// Messages of one region: its records and its end, and a few warnings.
const WAITING: usize = 64;

/// The way into one account and region.
pub(in crate::cli) struct Way {
    runtime: Runtime,
    reach: Reach,
    account: Arc<Account>,
    owner: Owner,
}

/// What was observed: the records of an estate, and what to say about it.
pub(in crate::cli) struct Seen {
    pub(in crate::cli) records: Vec<u8>,
    pub(in crate::cli) notes: Vec<String>,
    pub(in crate::cli) warnings: Vec<String>,
}

impl Way {
    /// Enters the target's account.
    ///
    /// # Errors
    /// Why it cannot, and what to do about it.
    pub(in crate::cli) fn open(arguments: &Changing, target: &Target) -> Result<Self, Refusal> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| {
                let why = format!("cannot reach the network: {error}");
                (why, "close some programs".to_owned())
            })?;
        let reach = reach(arguments, target);
        let (hub, _) = runtime.block_on(accounts::begin(&reach))?;
        if hub.account() != target.account && arguments.role_name.is_none() {
            let why = format!(
                "the credentials are of account {}, and target `{}` is in {}",
                hub.account(),
                target.name,
                target.account
            );
            let help = "use credentials of that account, or name a role there with `--role-name`";
            return Err((why, help.to_owned()));
        }
        let account = runtime
            .block_on(hub.enter(&target.account))
            .map_err(|closed| {
                let why = format!("{}: {}", closed.what, closed.why);
                (why, "see the role's trust policy".to_owned())
            })?;
        Ok(Self {
            runtime,
            reach,
            account: Arc::new(account),
            owner: Owner {
                account: target.account.clone(),
                region: target.region.clone(),
            },
        })
    }

    /// Observes what changes rest on.
    pub(in crate::cli) fn observe(&self, change: ForChanges, at: Timestamp) -> Seen {
        let wanted = Wanted::for_changes(change, at);
        let (account, region) = (&self.owner.account, &self.owner.region);
        let (tell, messages) = mpsc::sync_channel(WAITING);
        let caches = Caches::of(&self.reach);
        let (cache, memory, _) = caches.open(&self.owner, self.account.aws.elsewhere());
        let observer = Observer::new(account, region, &self.account.caller, wanted);
        let one = One {
            account: Arc::clone(&self.account),
            owner: self.owner.clone(),
            observer: observer.remembering(memory),
            schedule: Schedule::new(Limiter::new(1.0), CALLS, None),
            cache,
            tell,
            pace: None,
            start: Instant::now(),
            quotas_said: Arc::default(),
        };
        self.runtime.block_on(one.run());
        let mut seen = Seen {
            records: format!("{}\n", estate(at)).into_bytes(),
            notes: Vec::new(),
            warnings: Vec::new(),
        };
        for message in messages {
            match message {
                Message::Records(records) => seen.records.extend(records),
                Message::Ended(summary) if summary.complete => seen.notes.push(summary.line()),
                Message::Ended(summary) => seen.warnings.push(summary.line()),
                Message::Noted(line) => seen.notes.push(line),
                Message::Warned(line) => seen.warnings.push(line),
                // Nobody watches.
                Message::Progress(_) => {}
            }
        }
        seen
    }

    /// Makes one call, once.
    pub(in crate::cli) fn call(&self, call: &Call) -> Outcome {
        let (account, region) = (&self.owner.account, &self.owner.region);
        let called = self.account.aws.call(call, region, account);
        self.runtime.block_on(called)
    }

    /// Waits.
    pub(in crate::cli) fn sleep(&self, time: Duration) {
        self.runtime
            .block_on(async { tokio::time::sleep(time).await });
    }
}

fn reach(arguments: &Changing, target: &Target) -> Reach {
    Reach {
        regions: vec![target.region.clone()],
        accounts: vec![target.account.clone()],
        organization: false,
        role_name: arguments.role_name.clone().unwrap_or_default(),
        external_id: arguments.external_id.clone(),
        role_chain: Vec::new(),
        chain_external_id: Vec::new(),
        session_tag: Vec::new(),
        services: Vec::new(),
        cluster: Vec::new(),
        since: None,
        steps: false,
        key_grants: false,
        share: 100,
        max_duration: None,
        lock: None,
        endpoint_url: arguments.endpoint_url.clone(),
        cache: None,
        no_cache: true,
        max_age: SignedDuration::ZERO,
        plan: false,
        expect_clusters: 0,
    }
}
