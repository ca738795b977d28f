//! One account and region, observed: from each answer, the next calls.
//!
//! Nothing is asked twice: a security configuration is described once however many clusters name it, a key once however
//! many configurations do. What is worth asking about is what the readers find named, so that the auditor and the
//! observer cannot disagree about it.

mod account;
mod catalog;
mod change;
mod elsewhere;
mod emr;
mod lake;
mod network;
mod recall;
mod related;

use super::call::{Call, Failure, Outcome};
use super::kept::{Kept, Seen};
use super::memory::{Fact, Memory};
use super::operation::{
    self, DESCRIBE_CLUSTER, GET_CALLER_IDENTITY, LIST_CLUSTERS, LIST_SERVICE_QUOTAS, Operation,
    Service,
};
use super::pages::Pages;
use super::retry::{self, Refused};
use super::schedule::TIME_IS_UP;
use super::withheld::withheld;
use crate::observe::snapshot::Region;
use crate::observed::ResourceKind;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What is to be observed.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// These clusters only; all that are active when empty.
    pub clusters: Vec<String>,
    /// Clusters that ended within this time, too.
    pub since: Option<SignedDuration>,
    /// The steps of each cluster, too.
    pub steps: bool,
    /// The grants on each key, too. There can be very many.
    pub key_grants: bool,
    /// The services that are asked.
    pub services: BTreeSet<Service>,
    /// Calls that are not made, by action, because nobody wants to know their answers.
    pub spared: BTreeSet<&'static str>,
    /// Now.
    pub now: Timestamp,
    /// Only what changes rest on, instead of everything.
    pub change: Option<ForChanges>,
}

/// What changes of one account and region rest on.
#[derive(Clone, Debug, Default)]
pub struct ForChanges {
    /// The security configuration of this name.
    pub configuration: Option<String>,
    /// Block public access.
    pub block_public_access: bool,
    /// The data lake: settings, grants, filters, locations, tags, opt-ins.
    pub lake: bool,
    /// The tags of these databases (one name) and tables (two).
    pub bearers: BTreeSet<Vec<String>>,
    /// The values that tags of these keys, in lower case, are to have: what bears another is asked about.
    pub tags: BTreeMap<String, BTreeSet<String>>,
    /// The grants in these catalogs within the account's own.
    pub catalogs: BTreeSet<String>,
}

impl Wanted {
    /// Everything, at this time.
    pub fn everything(now: Timestamp) -> Self {
        Self {
            clusters: Vec::new(),
            since: None,
            steps: false,
            key_grants: false,
            services: operation::ALL
                .iter()
                .map(|one| one.service)
                // That is about the run, and no service that is observed.
                .filter(|service| *service != Service::ServiceQuotas)
                .collect(),
            spared: BTreeSet::new(),
            now,
            change: None,
        }
    }

    /// What changes rest on, and nothing else.
    pub fn for_changes(change: ForChanges, now: Timestamp) -> Self {
        Self {
            services: BTreeSet::from([Service::LakeFormation, Service::Emr]),
            change: Some(change),
            ..Self::everything(now)
        }
    }

    fn asks(&self, service: Service) -> bool {
        self.services.contains(&service)
    }
}

/// Codes of calls that had no answer, not even a refusal of what was asked: the run goes on another time.
const UNANSWERED: &[&str] = &[
    TIME_IS_UP,
    retry::NO_ANSWER,
    retry::NO_CREDENTIALS,
    "ExpiredToken",
    "ExpiredTokenException",
];

/// Something that could not be listed, so that what there is of it is not known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Unlisted {
    what: String,
    action: &'static str,
    why: String,
}

/// An account and region as it is being observed.
#[derive(Debug)]
pub struct Observer {
    region: Region,
    wanted: Wanted,
    kept: Kept,
    pages: Pages,
    /// Of which kinds everything is known.
    listed: BTreeSet<ResourceKind>,
    unlisted: BTreeSet<Unlisted>,
    /// Time was up before everything was asked.
    cut_short: bool,
    /// Clusters that ended, of which only the description is asked.
    ended: BTreeSet<String>,
    /// The nodes of all clusters, until it is known which clusters there are.
    nodes: Option<Outcome>,
    /// Answers that all clusters share, in parts, by action.
    shared: BTreeMap<&'static str, Outcome>,
    /// VPCs whose main route tables were asked for.
    vpcs: BTreeSet<String>,
    /// What the account blocks in all its buckets.
    account_block: Option<Outcome>,
    /// The account's roles, until it is known which matter.
    roles: Option<Outcome>,
    groups_asked: bool,
    roles_asked: bool,
    asked: BTreeMap<&'static str, u64>,
    /// What earlier runs were told.
    memory: Memory,
    /// The state of each listed cluster, as the list says it.
    states: BTreeMap<String, Value>,
    /// When the configurations were made that there are, by name, once that is known.
    made: Option<BTreeMap<String, Value>>,
    /// How many configurations were remembered when the run began: with none, it is not asked which there are.
    known: usize,
    /// Calls about configurations, until that is known.
    postponed: Vec<Call>,
    /// Whether there are LF-Tags, and what may bear some until that is known.
    tags: related::TagsOf,
    bearers: Vec<related::Bearer>,
    /// Why the account's real quotas are not known.
    quotas_unknown: Option<Failure>,
}

impl Observer {
    /// An account and region before its first call. `caller` is the answer of `GetCallerIdentity`.
    pub fn new(account: &str, region: &str, caller: &Map<String, Value>, wanted: Wanted) -> Self {
        let services: BTreeSet<&str> = wanted.services.iter().map(|one| one.prefix()).collect();
        let mut observer = Self {
            region: Region {
                account: account.to_owned(),
                region: region.to_owned(),
                services: services.into_iter().map(str::to_owned).collect(),
            },
            wanted,
            kept: Kept::default(),
            pages: Pages::default(),
            listed: BTreeSet::new(),
            unlisted: BTreeSet::new(),
            cut_short: false,
            ended: BTreeSet::new(),
            nodes: None,
            shared: BTreeMap::new(),
            vpcs: BTreeSet::new(),
            account_block: None,
            roles: None,
            groups_asked: false,
            roles_asked: false,
            asked: BTreeMap::new(),
            memory: Memory::default(),
            states: BTreeMap::new(),
            made: None,
            known: 0,
            postponed: Vec::new(),
            tags: related::TagsOf::default(),
            bearers: Vec::new(),
            quotas_unknown: None,
        };
        if observer.wanted.asks(Service::LakeFormation) {
            let settings = observer
                .kept
                .thing(ResourceKind::LakeFormationSettings, account);
            settings.keep(GET_CALLER_IDENTITY.action, &Ok(caller.clone()));
        }
        observer
    }

    /// With what earlier runs were told, which is not asked again as long as it counts.
    #[must_use]
    pub fn remembering(mut self, memory: Memory) -> Self {
        self.memory = memory;
        self
    }

    /// What was learned since this was last asked, to be kept for later runs.
    pub fn learned(&mut self) -> Vec<Fact> {
        self.memory.learned()
    }

    /// What is remembered.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Whether every call had its answer, be it a refusal: a run that did not finish is gone on with.
    pub fn is_finished(&self) -> bool {
        !self.cut_short
    }

    /// The first calls.
    pub fn begin(&mut self) -> Vec<Call> {
        if let Some(change) = &self.wanted.change {
            let calls = Self::begin_change(change);
            return self.ask(calls);
        }
        let mut calls = Vec::new();
        if self.wanted.asks(Service::Emr) {
            // The few calls about clusters that are named are within any quota.
            if self.wanted.clusters.is_empty() {
                let input = json!({"ServiceCode": "elasticmapreduce", "MaxResults": 100});
                calls.push(Call::new(&LIST_SERVICE_QUOTAS, "", input));
            }
            calls.extend(self.begin_emr());
        }
        // Who names clusters wants to know of them.
        if self.wanted.clusters.is_empty() {
            calls.extend(self.begin_elsewhere());
        }
        if self.wanted.asks(Service::Ec2) {
            calls.extend(self.begin_network());
        }
        if self.wanted.asks(Service::S3) {
            calls.extend(self.begin_buckets());
        }
        if self.wanted.asks(Service::LakeFormation) {
            calls.extend(lake::begin_lake());
        }
        if self.wanted.asks(Service::Glue) {
            calls.push(account::begin_catalog());
        }
        self.ask(calls)
    }

    /// Takes an answer in and says what to ask next.
    pub fn answered(&mut self, call: &Call, outcome: Outcome) -> Vec<Call> {
        let outcome = outcome.map(withheld);
        if call.operation == &LIST_SERVICE_QUOTAS
            && let Err(failure) = outcome
        {
            // It is about the run: nothing that is judged is less known.
            self.quotas_unknown = Some(failure);
            return Vec::new();
        }
        if let Err(failure) = &outcome {
            self.cut_short |= UNANSWERED.contains(&failure.code.as_str());
        }
        let known = self.known;
        let is_enough = |listed: &Map<String, Value>| recall::is_enough(call, listed, known);
        let outcome = match self.pages.page(call, outcome, is_enough) {
            Ok(next) => return self.count(vec![next]),
            Err(outcome) => outcome,
        };
        self.learn(call, &outcome);
        let calls = self.take_in(call, &outcome);
        self.ask(calls)
    }

    /// What a whole outcome says to ask next.
    fn take_in(&mut self, call: &Call, outcome: &Outcome) -> Vec<Call> {
        match call.operation.service {
            Service::Emr => self.emr(call, outcome),
            Service::Serverless | Service::Containers => self.elsewhere(call, outcome),
            Service::Ec2 => self.network(call, outcome),
            Service::Kms | Service::Iam | Service::S3 | Service::S3Control | Service::Sts => {
                self.account(call, outcome)
            }
            Service::LakeFormation => self.lake(call, outcome),
            Service::Glue => self.catalog(call, outcome),
            // Asked before there is an account to observe, or taken in by the schedule.
            Service::Organizations | Service::ServiceQuotas => Vec::new(),
        }
    }

    /// When nothing is under way any more: what can be asked only now that everything is known.
    pub fn settled(&mut self) -> Vec<Call> {
        let mut calls = Vec::new();
        if self.wanted.asks(Service::Ec2) && !self.groups_asked {
            self.groups_asked = true;
            calls.extend(self.surroundings());
        }
        if calls.is_empty() {
            self.hand_out();
        }
        self.ask(calls)
    }

    /// The run ends before everything was asked: what was seen is a part.
    pub fn cut_short(&mut self) {
        self.cut_short = true;
    }

    /// Why the account's real quotas are not known, when they were asked for.
    pub fn quotas_unknown(&self) -> Option<&Failure> {
        self.quotas_unknown.as_ref()
    }

    /// How many calls were asked for, by action. Calls that are made again count once.
    pub fn asked(&self) -> &BTreeMap<&'static str, u64> {
        &self.asked
    }

    fn count(&mut self, calls: Vec<Call>) -> Vec<Call> {
        for call in &calls {
            *self.asked.entry(call.operation.action).or_default() += 1;
        }
        calls
    }

    fn listing_failed(&mut self, operation: &'static Operation, what: &str, failure: &Failure) {
        let why = match retry::refused(failure) {
            Some(Refused::ServiceControlPolicy) => format!(
                "{}, by a service control policy of the organisation, which no policy of the account can lift",
                failure.code
            ),
            Some(Refused::Region) => format!("{}: the region is not enabled", failure.code),
            Some(Refused::Permission) | None => format!("{}: {}", failure.code, failure.message),
        };
        self.unlisted.insert(Unlisted {
            what: format!("could not list {what}"),
            action: operation.action,
            why,
        });
    }

    /// Looks for what a thing names, and asks about what is new.
    fn follow(&mut self, kind: ResourceKind, id: &str) -> Vec<Call> {
        let named: Vec<Seen> = self.kept.named_by(kind, id, &self.region);
        let mut calls = Vec::new();
        for one in named {
            let (named_kind, text) = (one.0, one.1.clone());
            if !self.worth_asking(named_kind, &text) {
                continue;
            }
            let purpose = one.2;
            if self.kept.used(one, id) {
                calls.extend(self.ask_about(named_kind, &text, purpose));
            }
        }
        calls
    }

    /// The records of the account and region, from its header to its footer.
    pub fn records(&self) -> impl Iterator<Item = Value> + '_ {
        let header = json!({
            "record": "region", "account": self.region.account, "region": self.region.region,
            "services": self.region.services,
        });
        let listed: Vec<&str> = self.listed.iter().map(|kind| kind.name()).collect();
        let problems: Vec<Value> = self
            .unlisted
            .iter()
            .map(|one| json!({"what": one.what, "action": one.action, "why": one.why}))
            .collect();
        let mut footer = json!({
            "record": "end-of-region",
            "complete": self.unlisted.is_empty() && !self.cut_short,
            "listed": listed,
        });
        if let Value::Object(footer) = &mut footer
            && !problems.is_empty()
        {
            footer.insert("problems".to_owned(), Value::Array(problems));
        }
        std::iter::once(header)
            .chain(self.kept.records())
            .chain(std::iter::once(footer))
    }
}

/// The first record of a snapshot.
pub fn estate(now: Timestamp) -> Value {
    json!({
        "record": "estate", "schema": crate::observe::snapshot::SCHEMA,
        "observed_at": now.to_string(),
    })
}

/// An account and region of which nothing could be observed.
pub fn unseen(account: &str, region: &str, what: &str, action: &str, why: &str) -> [Value; 2] {
    let problem = json!({"what": what, "action": action, "why": why});
    [
        json!({"record": "region", "account": account, "region": region, "services": []}),
        json!({"record": "end-of-region", "complete": false, "listed": [], "problems": [problem]}),
    ]
}

fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
}

fn items<'v>(answer: &'v Map<String, Value>, list: &str) -> &'v [Value] {
    answer
        .get(list)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}
