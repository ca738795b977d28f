//! Runs over the double on a clock that is a number: politeness and counts, in no time.

use super::estate::{ACCOUNT, CREATED, Estate, REGION, Refusal, refusal};
use super::quota::Quotas;
use emr_baseline::live::call::{Failure, Outcome};
use emr_baseline::live::estimate::{self, Sizes};
use emr_baseline::live::limiter::Limiter;
use emr_baseline::live::memory::{Fact, Memory};
use emr_baseline::live::observer::{Observer, Wanted};
use emr_baseline::live::operation::Service;
use emr_baseline::live::schedule::{Next, Schedule, Ticket};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long AWS takes to answer.
const LATENCY: Duration = Duration::from_millis(80);

/// What a run came to.
pub struct Run {
    pub records: Vec<Value>,
    pub took: Duration,
    pub sent: BTreeMap<&'static str, u64>,
    /// Launches by others that were throttled meanwhile.
    pub disturbed: usize,
    /// What was learned, in the order in which it was.
    pub facts: Vec<Fact>,
    /// Answers that were remembered.
    pub reused: u64,
    /// Whether everything was asked.
    pub finished: bool,
}

/// A run over a double.
pub struct Over<'e> {
    pub estate: &'e mut Estate,
    pub wanted: Wanted,
    pub share: f64,
    /// Others launch a cluster every so many seconds.
    pub launches: Option<u64>,
    pub memory: Memory,
    /// The run is killed after so many calls.
    pub killed_after: Option<u64>,
}

pub fn wanted() -> Wanted {
    Wanted::everything(jiff::Timestamp::from_second(CREATED + 86_400 * 10).unwrap())
}

fn outcome(answer: Result<Value, Refusal>) -> Outcome {
    match answer {
        Ok(Value::Object(answer)) => Ok(answer),
        Ok(other) => panic!("{other}"),
        Err(refusal) => Err(Failure {
            status: Some(refusal.status),
            ..Failure::of(refusal.code, refusal.message)
        }),
    }
}

/// Observes an estate. Others launch a cluster every `launches` seconds and look at it twice.
pub fn observe(estate: &mut Estate, wanted: Wanted, share: f64, launches: Option<u64>) -> Run {
    run(Over {
        estate,
        wanted,
        share,
        launches,
        memory: Memory::default(),
        killed_after: None,
    })
}

pub fn run(over: Over<'_>) -> Run {
    let Over {
        estate,
        wanted,
        share,
        launches,
        memory,
        killed_after,
    } = over;
    let caller = json!({"Account": ACCOUNT, "Arn": estate.caller});
    let Value::Object(caller) = caller else {
        panic!("an object")
    };
    let mut observer = Observer::new(ACCOUNT, REGION, &caller, wanted).remembering(memory);
    let mut schedule = Schedule::new(Limiter::new(share), 16, None);
    let mut facts = Vec::new();
    let mut calls = 0;
    let mut now = Duration::ZERO;
    let mut under_way: Vec<(Duration, Ticket, Outcome)> = Vec::new();
    let mut disturbed = 0;
    let mut made = 0;
    schedule.add(observer.begin());
    loop {
        if killed_after.is_some_and(|most| calls >= most) {
            observer.cut_short();
            break;
        }
        // Others do not wait for us.
        while let Some(every) = launches
            && Duration::from_secs(made * every) <= now
        {
            let at = Duration::from_secs(made * every);
            let quotas = estate.quotas.as_mut().unwrap();
            for operation in ["RunJobFlow", "DescribeCluster", "DescribeCluster"] {
                disturbed += usize::from(!quotas.admits(operation, at.max(now)));
            }
            made += 1;
        }
        let next = schedule.next(now);
        match next {
            Next::Send(ticket) => {
                let operation = ticket.call.operation;
                let input = Value::Object(ticket.call.input.clone());
                let name = match operation.service {
                    Service::S3Control => "GetAccountPublicAccessBlock",
                    _ => operation.name,
                };
                calls += 1;
                let answer = estate.answer(operation.service.prefix(), name, &input, now);
                under_way.push((now + LATENCY, *ticket, outcome(answer)));
                continue;
            }
            Next::Nothing if schedule.is_idle() => {
                let calls = observer.settled();
                if calls.is_empty() {
                    break;
                }
                schedule.add(calls);
                continue;
            }
            Next::Wait(_) | Next::Nothing => {}
        }
        under_way.sort_by_key(|(at, ..)| *at);
        let first = under_way.first().map(|(at, ..)| *at);
        let wake = match next {
            Next::Wait(wait) => Some(now + wait),
            _ => None,
        };
        now = first.into_iter().chain(wake).min().unwrap();
        if first == Some(now) {
            let (_, ticket, outcome) = under_way.remove(0);
            if let Some((call, outcome)) = schedule.ended(ticket, outcome, now, 0.5) {
                let calls = observer.answered(&call, outcome);
                schedule.add(calls);
                facts.extend(observer.learned());
            }
        }
    }
    let tallies = schedule.tallies().iter();
    Run {
        records: observer.records().collect(),
        took: now,
        sent: tallies
            .map(|(action, tally)| (*action, tally.sent))
            .collect(),
        disturbed,
        facts,
        reused: observer.memory().reused().0,
        finished: observer.is_finished(),
    }
}

pub fn sizes(estate: &Estate) -> Sizes {
    let clusters = estate.clusters.values();
    let fleets = clusters.filter(|cluster| cluster["InstanceCollectionType"] == "INSTANCE_FLEET");
    Sizes {
        active: estate.clusters.len() as u64,
        fleets: fleets.count() as u64,
        configurations: estate.configurations.len() as u64,
        studios: estate.studios.len() as u64,
        applications: estate.applications.len() as u64,
        virtual_clusters: estate.virtual_clusters.len() as u64,
        container_configurations: estate.container_configurations.len() as u64,
        reservations: estate.clusters.len() as u64,
        nodes: estate.clusters.len() as u64,
        groups: estate.groups.len() as u64,
        subnets: 1,
        vpcs: 1,
        keys: estate.keys.len() as u64,
        described_keys: estate.keys.len() as u64,
        own_keys: estate.keys.len() as u64,
        profiles: u64::from(!estate.clusters.is_empty()),
        identities: if estate.clusters.is_empty() { 0 } else { 3 },
        // Those of the clusters, the Studio's, and the registered location's.
        buckets: 2 * u64::from(!estate.clusters.is_empty()),
        grants: estate.grants.len() as u64,
        locations: estate.locations.len() as u64,
        filters: estate.filters.len() as u64,
        filtered_tables: estate.filters.len() as u64,
        tags: estate.tags.len() as u64,
        row_policies: estate.row_policies.len() as u64,
        databases: estate.databases.len() as u64,
        table_pages: estate.databases.len() as u64,
        tables: estate.tables.len() as u64,
        nested: estate.catalogs.len() as u64,
        lake_admin: true,
        ..Sizes::default()
    }
}

pub fn formula(sizes: &Sizes) -> BTreeMap<&'static str, u64> {
    estimate::calls(sizes, &wanted().services)
        .into_iter()
        // The run asks who it is before it has a schedule.
        .filter(|one| one.operation.service != Service::Sts)
        .map(|one| (one.operation.action, one.calls))
        .collect()
}

#[test]
fn a_run_makes_exactly_the_calls_of_the_formula() {
    for clusters in [1, 50, 51, 237] {
        let mut estate = Estate::of(clusters);
        let run = observe(&mut estate, wanted(), 1.0, None);
        assert_eq!(run.sent, formula(&sizes(&estate)), "{clusters} clusters");
        let footer = run.records.last().unwrap();
        assert_eq!(footer["complete"], true, "{footer}");
        assert_eq!(footer.get("problems"), None);
    }
}

#[test]
fn five_hundred_clusters_are_observed_at_the_share_without_being_throttled_or_disturbing_launches()
{
    for share in [0.4, 0.2] {
        let mut estate = Estate::of(500);
        estate.quotas = Some(Quotas::default());
        let run = observe(&mut estate, wanted(), share, Some(5));
        assert_eq!((estate.throttled, run.disturbed), (0, 0), "at {share}");
        let calls = estimate::calls(&sizes(&estate), &wanted().services);
        let shortest = estimate::shortest(&calls, share);
        let ratio = run.took.as_secs_f64() / shortest.as_secs_f64();
        assert!(
            (1.0 - 0.02..1.1).contains(&ratio),
            "{ratio} of {shortest:?} at {share}"
        );
    }
}

#[test]
fn quotas_that_the_account_raised_are_used_at_the_share() {
    let raised = [
        ("all", 100.0, 50.0),
        ("DescribeCluster", 100.0, 20.0),
        ("ListInstanceGroups", 100.0, 20.0),
        ("ListBootstrapActions", 100.0, 20.0),
        ("ListInstanceFleets", 100.0, 20.0),
        ("DescribeSecurityConfiguration", 100.0, 20.0),
    ];
    let mut estate = Estate::of(500);
    let mut quotas = Quotas::default();
    for (name, burst, rate) in raised {
        quotas.raised.insert(name.to_owned(), (burst, rate));
    }
    estate.quotas = Some(quotas);
    let run = observe(&mut estate, wanted(), 0.4, Some(5));
    assert_eq!((estate.throttled, run.disturbed), (0, 0));
    // 2,579 calls in all at 20 a second, where the defaults would take twenty minutes.
    assert!(run.took < Duration::from_secs(200), "{:?}", run.took);
    assert_eq!(run.sent["servicequotas:ListServiceQuotas"], 1);
}

#[test]
fn quotas_that_may_not_be_read_are_those_of_the_table_and_no_finding() {
    let plain = observe(&mut Estate::of(3), wanted(), 1.0, None);
    for refused in [
        refusal(400, "AccessDeniedException", "no"),
        refusal(400, "TooManyRequestsException", "no"),
        refusal(500, "ServiceException", "no"),
        refusal(400, "NoSuchResourceException", "no"),
    ] {
        let mut estate = Estate::of(3);
        estate.quotas = Some(Quotas::default());
        estate.refuse("ListServiceQuotas", usize::MAX, refused);
        let run = observe(&mut estate, wanted(), 0.4, None);
        assert_eq!(run.records, plain.records);
        assert!(run.finished);
        assert_eq!(
            (
                estate.throttled,
                run.sent["servicequotas:ListServiceQuotas"]
            ),
            (0, 1)
        );
    }
}

#[test]
fn a_run_that_shares_the_quota_with_a_busy_account_slows_down_and_finishes() {
    let mut estate = Estate::of(60);
    estate.quotas = Some(Quotas::default());
    // Others use half of DescribeCluster's rate, and we want all of it.
    let run = observe(&mut estate, wanted(), 1.0, Some(4));
    assert!(estate.throttled > 0);
    let clusters = run
        .records
        .iter()
        .filter(|record| record["kind"] == "emr-cluster");
    let described = clusters
        .filter(|record| record["calls"]["elasticmapreduce:DescribeCluster"]["answer"].is_object());
    assert_eq!(described.count(), estate.clusters.len());
}

#[test]
fn faults_that_pass_leave_no_trace_in_the_records() {
    let plain = observe(&mut Estate::of(12), wanted(), 1.0, None);
    let mut estate = Estate::of(12);
    for operation in [
        "DescribeCluster",
        "ListClusters",
        "DescribeKey",
        "ListPermissions",
    ] {
        estate.refuse(
            operation,
            3,
            refusal(503, "ServiceUnavailable", "try again"),
        );
    }
    let run = observe(&mut estate, wanted(), 1.0, None);
    assert_eq!(run.records, plain.records);
}

#[test]
fn facts_come_before_resources_and_name_everything_that_clusters_name() {
    let run = observe(&mut Estate::of(11), wanted(), 1.0, None);
    let kinds: Vec<(&str, &str)> = run
        .records
        .iter()
        .map(|record| {
            let text = |key: &str| record[key].as_str().unwrap_or_default();
            (text("record"), text("kind"))
        })
        .collect();
    let last_fact = kinds.iter().rposition(|(record, _)| *record == "fact");
    let resource = kinds.iter().position(|(record, _)| *record == "resource");
    assert!(last_fact < resource);
    let count = |kind: &str| kinds.iter().filter(|(_, found)| *found == kind).count();
    assert_eq!(count("emr-cluster"), 11);
    assert_eq!(count("emr-security-configuration"), 2);
    assert_eq!(count("kms-key"), 2);
    assert_eq!(count("iam-role"), 2);
    assert_eq!(count("lake-formation-grant"), 3);
    assert_eq!(count("emr-account"), 1);
}

#[test]
fn a_key_says_what_it_is_used_for_although_its_clusters_stream_by() {
    let run = observe(&mut Estate::of(1), wanted(), 1.0, None);
    let key = run
        .records
        .iter()
        .find(|record| record["kind"] == "kms-key");
    let uses = key.unwrap()["uses"].as_array().unwrap().clone();
    let purposes: Vec<&str> = uses
        .iter()
        .map(|one| one["purpose"].as_str().unwrap())
        .collect();
    assert_eq!(purposes, ["disk", "logs", "s3"]);
}

#[test]
fn clusters_that_ended_lately_are_described_and_no_more() {
    let mut estate = Estate::of(5);
    let now = CREATED + 86_400 * 10;
    estate.end(1, now - 3_600);
    estate.end(2, now - 86_400 * 3);
    let mut wanted = wanted();
    wanted.since = Some(jiff::SignedDuration::from_hours(24));
    let run = observe(&mut estate, wanted, 1.0, None);
    assert_eq!(run.sent["elasticmapreduce:DescribeCluster"], 4);
    assert_eq!(run.sent["elasticmapreduce:ListBootstrapActions"], 3);
    let ended = run
        .records
        .iter()
        .find(|record| record["id"] == "j-0000000000001");
    let calls = ended.unwrap()["calls"].as_object().unwrap();
    assert_eq!(
        calls.keys().collect::<Vec<_>>(),
        ["elasticmapreduce:DescribeCluster"]
    );
}

#[test]
fn who_is_no_administrator_of_the_lake_is_not_asked_to_list_grants() {
    let mut estate = Estate::of(0);
    estate.admins.clear();
    let run = observe(&mut estate, wanted(), 1.0, None);
    assert!(!run.sent.contains_key("lakeformation:ListPermissions"));
    let footer = run.records.last().unwrap();
    assert_eq!(footer["complete"], false);
    let listed = footer["listed"].to_string();
    assert!(!listed.contains("lake-formation-grant"), "{listed}");
    let problem = &footer["problems"][0];
    assert_eq!(problem["action"], "lakeformation:ListPermissions");
    assert!(problem["why"].as_str().unwrap().contains("administrator"));
}

#[test]
fn a_listing_that_is_denied_is_a_problem_that_tells_permission_from_organisation() {
    let mut estate = Estate::of(3);
    let why = "User: x is not authorized to perform: elasticmapreduce:ListClusters with an explicit deny in a service control policy";
    estate.refuse(
        "ListClusters",
        usize::MAX,
        refusal(400, "AccessDeniedException", why),
    );
    let run = observe(&mut estate, wanted(), 1.0, None);
    let footer = run.records.last().unwrap();
    assert_eq!(footer["complete"], false);
    let problem = &footer["problems"][0];
    assert_eq!(problem["action"], "elasticmapreduce:ListClusters");
    assert!(
        problem["why"]
            .as_str()
            .unwrap()
            .contains("service control policy of the organisation")
    );
}

#[test]
fn only_the_clusters_that_are_named_are_asked_about() {
    let mut estate = Estate::of(20);
    let mut wanted = wanted();
    wanted.clusters = vec!["j-0000000000007".to_owned()];
    let run = observe(&mut estate, wanted, 1.0, None);
    assert!(!run.sent.contains_key("elasticmapreduce:ListClusters"));
    for action in [
        "DescribeCluster",
        "ListInstanceGroups",
        "ListBootstrapActions",
        "GetManagedScalingPolicy",
    ] {
        assert_eq!(
            run.sent[format!("elasticmapreduce:{action}").as_str()],
            1,
            "{action}"
        );
    }
}

#[test]
fn a_page_that_comes_again_ends_the_listing_as_failed() {
    let caller = Map::new();
    let mut observer = Observer::new(ACCOUNT, REGION, &caller, wanted());
    let calls = observer.begin();
    let list = calls
        .iter()
        .find(|call| call.operation.name == "ListClusters");
    let answer = || outcome(Ok(json!({"Clusters": [], "Marker": "page-50"})));
    let next = observer.answered(list.unwrap(), answer());
    assert_eq!(next.len(), 1);
    assert!(observer.answered(&next[0], answer()).is_empty());
    let footer = observer.records().last().unwrap();
    assert_eq!(footer["complete"], false);
}
