//! A fleet on a virtual clock: 300 accounts, 17 regions each, 20 clusters in each, one call in twenty failing, and three
//! accounts that deny everything. Nothing is sent; what is observed is written as a snapshot, for `audit`.

use emr_baseline::live::call::{Call, Failure, Outcome};
use emr_baseline::live::limiter::{Limiter, SHARE};
use emr_baseline::live::observer::{Observer, Wanted, estate};
use emr_baseline::live::operation::Service;
use emr_baseline::live::schedule::{Next, Schedule, Ticket};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, VecDeque};
use std::io::{self, Write};
use std::time::Duration;

pub(crate) const ACCOUNTS: u64 = 300;
pub(crate) const REGIONS: u64 = 17;
pub(crate) const CLUSTERS: u64 = 20;
pub(crate) const DENIED: u64 = 3;
/// Regions that are observed side by side, as a live run does.
const TOGETHER: usize = 64;
/// How long AWS takes to answer.
const LATENCY: Duration = Duration::from_millis(80);

/// A generator of the faults, the same everywhere.
struct Dice(u64);

impl Dice {
    fn one_in_twenty(&mut self) -> bool {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33).is_multiple_of(20)
    }
}

struct Place {
    is_denied: bool,
    observer: Observer,
    schedule: Schedule,
    under_way: VecDeque<(Duration, Ticket, Outcome)>,
    now: Duration,
}

impl Place {
    fn new(number: u64) -> Self {
        let account = format!("{:012}", 100_000_000_000 + number / REGIONS);
        let region = format!("region-{}", number % REGIONS);
        let arn = format!("arn:aws:sts::{account}:assumed-role/emr-baseline-audit/session");
        let caller = Map::from_iter([
            ("Account".to_owned(), json!(account)),
            ("Arn".to_owned(), json!(arn)),
        ]);
        let wanted = Wanted {
            services: BTreeSet::from([Service::Emr]),
            ..Wanted::everything(Timestamp::UNIX_EPOCH)
        };
        let mut observer = Observer::new(&account, &region, &caller, wanted);
        let mut schedule = Schedule::new(Limiter::new(SHARE), 16, None);
        schedule.add(observer.begin());
        Self {
            is_denied: number / REGIONS < DENIED,
            observer,
            schedule,
            under_way: VecDeque::new(),
            now: Duration::ZERO,
        }
    }

    /// Goes on to the next answer. True when there is nothing left to ask.
    fn step(&mut self, dice: &mut Dice) -> bool {
        let wake = loop {
            match self.schedule.next(self.now) {
                Next::Send(ticket) => {
                    let outcome = answer(&ticket.call, self.is_denied, dice);
                    self.under_way
                        .push_back((self.now + LATENCY, *ticket, outcome));
                }
                Next::Nothing if self.schedule.is_idle() => {
                    let calls = self.observer.settled();
                    if calls.is_empty() {
                        return true;
                    }
                    self.schedule.add(calls);
                }
                Next::Wait(wait) => break Some(self.now + wait),
                Next::Nothing => break None,
            }
        };
        let first = self.under_way.front().map(|(at, ..)| *at);
        let Some(now) = first.into_iter().chain(wake).min() else {
            return true;
        };
        self.now = now;
        if first == Some(now)
            && let Some((_, ticket, outcome)) = self.under_way.pop_front()
            && let Some((call, outcome)) = self.schedule.ended(ticket, outcome, now, 0.5)
        {
            let calls = self.observer.answered(&call, outcome);
            self.schedule.add(calls);
        }
        false
    }
}

fn answer(call: &Call, is_denied: bool, dice: &mut Dice) -> Outcome {
    let failed = |status: u16, code: &str| {
        Err(Failure {
            status: Some(status),
            ..Failure::of(code, "no")
        })
    };
    if is_denied {
        return failed(400, "AccessDeniedException");
    }
    if dice.one_in_twenty() {
        return failed(503, "ServiceUnavailable");
    }
    let told = match call.operation.name {
        "ListClusters" => {
            let summary = |at: u64| json!({"Id": format!("j-{at:013}"), "Name": format!("etl-{at}"), "Status": {"State": "WAITING"}});
            json!({"Clusters": (0..CLUSTERS).map(summary).collect::<Vec<_>>()})
        }
        "DescribeCluster" => json!({"Cluster": cluster(&call.about)}),
        "ListInstanceGroups" => {
            json!({"InstanceGroups": [{"Id": "ig-1", "InstanceGroupType": "MASTER",
            "InstanceType": "m6i.xlarge", "Status": {"State": "RUNNING"}, "Configurations": []}]})
        }
        _ => json!({}),
    };
    Ok(told.as_object().cloned().unwrap_or_default())
}

/// Every tenth is not protected.
fn cluster(id: &str) -> Value {
    json!({"Id": id, "Name": id, "Status": {"State": "WAITING", "Timeline": {"CreationDateTime": 1_793_491_200.5}},
        "Ec2InstanceAttributes": {"Ec2SubnetId": "subnet-1", "IamInstanceProfile": "emr-nodes"},
        "InstanceCollectionType": "INSTANCE_GROUP", "ReleaseLabel": "emr-7.9.0", "AutoTerminate": false,
        "TerminationProtected": !id.ends_with('0'), "ServiceRole": "emr-service", "KerberosAttributes": {},
        "Applications": [{"Name": "Spark", "Version": "3.5.5"}], "Tags": [{"Key": "Owner", "Value": "data"}]})
}

/// Observes the fleet and writes what was seen. Tells the longest time that a region took, and the calls of all.
pub(crate) fn observe(out: &mut dyn Write) -> io::Result<(Duration, u64)> {
    let mut dice = Dice(7);
    let (mut longest, mut calls) = (Duration::ZERO, 0);
    writeln!(out, "{}", estate(Timestamp::UNIX_EPOCH))?;
    let mut left = (0..ACCOUNTS * REGIONS).map(Place::new);
    let mut together: Vec<Place> = left.by_ref().take(TOGETHER).collect();
    while !together.is_empty() {
        let mut at = 0;
        while at < together.len() {
            if !together[at].step(&mut dice) {
                at += 1;
                continue;
            }
            let done = together.swap_remove(at);
            longest = longest.max(done.now);
            calls += done
                .schedule
                .tallies()
                .values()
                .map(|tally| tally.sent)
                .sum::<u64>();
            for record in done.observer.records() {
                writeln!(out, "{record}")?;
            }
            together.extend(left.next());
        }
    }
    Ok((longest, calls))
}
