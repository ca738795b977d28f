//! Which accounts and regions there are, and the way into each.

use super::super::arguments::Reach;
use super::aws::{Aws, patiently};
use super::run::Refusal;
use crate::live::call::{Call, Failure, Outcome};
use crate::live::operation::{
    ASSUME_ROLE, DESCRIBE_REGIONS, GET_CALLER_IDENTITY, LIST_ACCOUNTS, Service,
};
use crate::live::pages::Pages;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{Mutex, OnceCell};

/// All regions that are enabled.
const ALL: &str = "all";

/// The account whose credentials the run was given, from which others are entered.
pub(super) struct Hub {
    aws: Arc<Aws>,
    caller: Map<String, Value>,
    id: String,
    /// The region in which what is about all regions is asked.
    home: String,
    /// The regions that were named, or the configured one.
    regions: Vec<String>,
    /// Every enabled region instead.
    all_regions: bool,
    role: String,
    external_id: Option<String>,
    /// Tags for the sessions of roles that are the first to be assumed.
    tags: Vec<(String, String)>,
}

/// The call that assumes a role. Tags that it begins with go on to the roles that are assumed with its credentials.
fn assume(role: &str, external_id: Option<&str>, tags: &[(String, String)]) -> Call {
    let mut input = json!({"RoleArn": role, "RoleSessionName": "emr-baseline"});
    if let Value::Object(input) = &mut input {
        if let Some(word) = external_id {
            input.insert("ExternalId".to_owned(), json!(word));
        }
        if !tags.is_empty() {
            let tag = |(key, value): &(String, String)| json!({"Key": key, "Value": value});
            let keys: Vec<&str> = tags.iter().map(|(key, _)| key.as_str()).collect();
            let tags: Vec<Value> = tags.iter().map(tag).collect();
            input.insert("Tags".to_owned(), json!(tags));
            input.insert("TransitiveTagKeys".to_owned(), json!(keys));
        }
    }
    Call::new(&ASSUME_ROLE, role, input)
}

/// The accounts of a run.
pub(super) struct Accounts {
    pub(super) ids: Vec<String>,
    /// Lines about those that are not observed, although the organisation lists them.
    pub(super) left_out: Vec<String>,
}

/// An answer that several regions wait for.
type Told = Arc<OnceCell<Map<String, Value>>>;

/// An account that was entered.
pub(super) struct Account {
    pub(super) aws: Arc<Aws>,
    pub(super) id: String,
    /// Who we are there.
    pub(super) caller: Map<String, Value>,
    pub(super) regions: Vec<String>,
    /// Regions that nothing can be asked in.
    pub(super) not_enabled: Vec<String>,
    /// Answers about what is one for all regions of the account.
    told: Mutex<BTreeMap<String, Told>>,
}

/// An account that could not be entered.
pub(super) struct Closed {
    /// Where nothing was seen.
    pub(super) regions: Vec<String>,
    pub(super) what: String,
    pub(super) action: &'static str,
    pub(super) why: String,
}

/// Finds out who asks, and which accounts to observe.
pub(super) async fn begin(reach: &Reach) -> Result<(Hub, Accounts), Refusal> {
    let aws = Arc::new(Aws::new(reach.endpoint_url.as_deref()).await);
    let mut regions = reach.regions.clone();
    let all_regions = regions.iter().any(|region| region == ALL);
    regions.retain(|region| region != ALL);
    regions.sort();
    regions.dedup();
    if regions.is_empty() {
        regions.extend(aws.region());
    }
    if regions.is_empty() && all_regions {
        // Every commercial account has it, and it tells of the others.
        regions.push("us-east-1".to_owned());
    }
    let Some(first) = regions.first() else {
        let help = "give `--regions`, or set `AWS_REGION`".to_owned();
        return Err(("no region is configured".to_owned(), help));
    };
    // Where the credentials are at home, whichever regions are asked about: one of those may not be enabled.
    let home = aws.region().unwrap_or_else(|| first.clone());
    if let Err(failure) = aws.credentials().await {
        let help =
            "set `AWS_PROFILE`, log in with `aws sso login`, or run where a role is attached";
        let why = format!("no AWS credentials: {}", failure.message);
        return Err((why, help.to_owned()));
    }
    let (aws, tags) = through_chain(aws, reach, &home).await?;
    let caller = who(&aws, &home).await.map_err(|failure| {
        let why = format!("`sts:GetCallerIdentity` failed: {}", because(&failure));
        let help = "renew the credentials, and see that the region is enabled and reachable";
        (why, help.to_owned())
    })?;
    let hub = Hub {
        id: text(&caller, "Account"),
        aws,
        caller,
        home,
        regions,
        all_regions,
        role: reach.role_name.clone(),
        external_id: reach.external_id.clone(),
        tags,
    };
    let accounts = hub.accounts(reach).await?;
    Ok((hub, accounts))
}

/// Assumes the roles of the chain, one after the other. Tells the session tags that nobody has given yet.
async fn through_chain(
    mut aws: Arc<Aws>,
    reach: &Reach,
    home: &str,
) -> Result<(Arc<Aws>, Vec<(String, String)>), Refusal> {
    let mut tags = reach.session_tag.clone();
    if reach.chain_external_id.len() > reach.role_chain.len() {
        let help =
            "give `--chain-external-id` once for each role of `--role-chain`, in their order";
        let why = "there are more external ids than roles in the chain";
        return Err((why.to_owned(), help.to_owned()));
    }
    let external_ids = reach.chain_external_id.iter().map(String::as_str);
    let external_ids = external_ids.map(|id| Some(id).filter(|id| !id.is_empty()));
    let external_ids = external_ids.chain(std::iter::repeat(None));
    for (role, external_id) in reach.role_chain.iter().zip(external_ids) {
        // What came before keeps its tags: they may not be given again.
        let call = assume(role, external_id, &std::mem::take(&mut tags));
        aws = Arc::new(aws.assuming(call, home));
        aws.credentials().await.map_err(|failure| {
            let why = format!("could not assume `{role}`: {}", because(&failure));
            let help = "allow `sts:AssumeRole` (and `sts:TagSession` with tags) on it, and see whom it trusts";
            (why, help.to_owned())
        })?;
    }
    Ok((aws, tags))
}

fn text(answer: &Map<String, Value>, member: &str) -> String {
    let text = answer.get(member).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

/// Asks who is asking: without an answer there is nothing to observe.
async fn who(aws: &Aws, region: &str) -> Outcome {
    patiently(aws, &Call::new(&GET_CALLER_IDENTITY, "", json!({})), region).await
}

/// Makes a call and those for its further pages.
async fn to_the_end(aws: &Aws, mut call: Call, region: &str) -> Outcome {
    let mut pages = Pages::default();
    loop {
        let outcome = patiently(aws, &call, region).await;
        match pages.page(&call, outcome, |_| false) {
            Ok(next) => call = next,
            Err(outcome) => return outcome,
        }
    }
}

impl Hub {
    async fn accounts(&self, reach: &Reach) -> Result<Accounts, Refusal> {
        let mut accounts = Accounts {
            ids: reach.accounts.clone(),
            left_out: Vec::new(),
        };
        if reach.organization {
            let call = Call::new(&LIST_ACCOUNTS, "", json!({"MaxResults": 20}));
            let listed = to_the_end(&self.aws, call, &self.home).await.map_err(|failure| {
                let why = format!("cannot list the organisation's accounts: {}", because(&failure));
                let help = "run in the management account or one that is delegated to, allow `organizations:ListAccounts`, or give `--accounts`";
                (why, help.to_owned())
            })?;
            add_active(&listed, &mut accounts);
        }
        accounts.ids.sort();
        accounts.ids.dedup();
        if accounts.ids.is_empty() && !reach.organization {
            accounts.ids.push(self.id.clone());
        }
        Ok(accounts)
    }

    /// The account of the credentials.
    pub(super) fn account(&self) -> &str {
        &self.id
    }

    /// Enters an account: by the role there, or, the hub's own, by the credentials at hand.
    pub(super) async fn enter(&self, id: &str) -> Result<Account, Closed> {
        let closed = |what: String, action: &'static str, why: String| Closed {
            regions: self.regions.clone(),
            what,
            action,
            why,
        };
        let (aws, caller) = if id == self.id {
            (Arc::clone(&self.aws), self.caller.clone())
        } else {
            let partition = text(&self.caller, "Arn");
            let partition = partition.split(':').nth(1).unwrap_or("aws");
            let role = format!("arn:{partition}:iam::{id}:role/{}", self.role);
            let call = assume(&role, self.external_id.as_deref(), &self.tags);
            let aws = Arc::new(self.aws.assuming(call, &self.home));
            aws.credentials().await.map_err(|failure| {
                let what = format!("could not assume `{role}`");
                closed(what, ASSUME_ROLE.action, because(&failure))
            })?;
            let caller = who(&aws, &self.home).await.map_err(|failure| {
                let what = format!("could not use `{role}`");
                closed(what, GET_CALLER_IDENTITY.action, because(&failure))
            })?;
            (aws, caller)
        };
        let (mut regions, mut not_enabled) = (self.regions.clone(), Vec::new());
        if self.all_regions {
            let call = Call::new(&DESCRIBE_REGIONS, "", json!({"AllRegions": true}));
            let listed = patiently(&aws, &call, &self.home)
                .await
                .map_err(|failure| {
                    let what = "could not list the account's regions".to_owned();
                    closed(what, DESCRIBE_REGIONS.action, because(&failure))
                })?;
            (regions, not_enabled) = enabled(&listed);
            if regions.is_empty() {
                let what = "could not list the account's regions".to_owned();
                let why = "the answer names none that is enabled".to_owned();
                return Err(closed(what, DESCRIBE_REGIONS.action, why));
            }
        }
        Ok(Account {
            id: id.to_owned(),
            aws,
            caller,
            regions,
            not_enabled,
            told: Mutex::default(),
        })
    }
}

fn because(failure: &Failure) -> String {
    format!("{}: {}", failure.code, failure.message)
}

/// Adds the accounts that can be entered.
/// Source: Organizations API, `Account`: `State` takes the place of `Status`, which goes away.
fn add_active(listed: &Map<String, Value>, accounts: &mut Accounts) {
    let listed = listed.get("Accounts").and_then(Value::as_array);
    for account in listed.into_iter().flatten() {
        let text = |member: &str| account.get(member).and_then(Value::as_str);
        let Some(id) = text("Id") else { continue };
        let state = text("State").or_else(|| text("Status")).unwrap_or("ACTIVE");
        if state == "ACTIVE" {
            accounts.ids.push(id.to_owned());
        } else {
            let line = format!("account {id}: not observed, because its state is {state}");
            accounts.left_out.push(line);
        }
    }
}

/// The regions that are enabled, and those that are not.
/// Source: EC2 API, `DescribeRegions`, `OptInStatus`.
fn enabled(listed: &Map<String, Value>) -> (Vec<String>, Vec<String>) {
    let listed = listed.get("Regions").and_then(Value::as_array);
    let mut regions: Vec<(String, bool)> = listed
        .into_iter()
        .flatten()
        .filter_map(|region| {
            let name = region.get("RegionName")?.as_str()?;
            let status = region.get("OptInStatus").and_then(Value::as_str);
            Some((name.to_owned(), status != Some("not-opted-in")))
        })
        .collect();
    regions.sort();
    let (enabled, others): (Vec<_>, Vec<_>) = regions.into_iter().partition(|(_, on)| *on);
    let names = |regions: Vec<(String, bool)>| regions.into_iter().map(|(name, _)| name).collect();
    (names(enabled), names(others))
}

impl Account {
    /// Makes one call, once. What is one for all regions is asked for one of them. Says whether a call was made.
    pub(super) async fn call(&self, call: &Call, region: &str) -> (Outcome, bool) {
        let own = call.region.as_deref().unwrap_or(region);
        let is_global = matches!(
            call.operation.service,
            Service::Iam | Service::S3 | Service::S3Control
        );
        if !is_global || self.regions.len() < 2 {
            return (self.aws.call(call, own, &self.id).await, true);
        }
        let asked = Value::Object(call.input.clone());
        let key = format!("{} {:?} {asked}", call.operation.action, call.region);
        let told = Arc::clone(self.told.lock().await.entry(key).or_default());
        let mut made = false;
        let outcome = told
            .get_or_try_init(|| {
                made = true;
                self.aws.call(call, own, &self.id)
            })
            .await;
        (outcome.cloned(), made)
    }
}
