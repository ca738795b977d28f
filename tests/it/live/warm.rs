//! Runs that remember earlier ones: what they ask, and that they judge the same.

use super::estate::{CREATED, Estate};
use super::virtual_clock::{Over, Run, formula, observe, run, sizes, wanted};
use emr_baseline::live::estimate::Sizes;
use emr_baseline::live::memory::{Fact, Memory};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A run so many hours after the first, with what earlier ones learned. Facts of a run that did not finish come last.
fn later(
    estate: &mut Estate,
    hours: i64,
    finished: &[Fact],
    of_this_run: &[Fact],
    killed_after: Option<u64>,
) -> Run {
    let begun = Timestamp::from_second(CREATED).unwrap() + SignedDuration::from_hours(hours);
    let mut memory = Memory::new(begun, DAY);
    for fact in finished {
        memory.recollect(fact.clone(), false);
    }
    for fact in of_this_run {
        memory.recollect(fact.clone(), true);
    }
    run(Over {
        estate,
        wanted: wanted(),
        share: 1.0,
        launches: None,
        memory,
        killed_after,
    })
}

fn all(calls: &BTreeMap<&'static str, u64>) -> u64 {
    calls.values().sum()
}

/// Everything of an estate is remembered, except what each run asks.
fn known(estate: &Estate) -> Sizes {
    let sizes = sizes(estate);
    Sizes {
        known: sizes.active,
        known_fleets: sizes.fleets,
        known_configurations: sizes.configurations,
        listed_configurations: sizes.configurations,
        ..sizes
    }
}

/// Records without when their answers were given.
fn undated(records: &[Value]) -> Vec<Value> {
    let mut records = records.to_vec();
    for record in &mut records {
        let calls = record.get_mut("calls").and_then(Value::as_object_mut);
        for (_, call) in calls.into_iter().flatten() {
            call.as_object_mut().unwrap().remove("observed_at");
        }
    }
    records
}

#[test]
fn five_hundred_unchanged_clusters_cost_a_twentieth_and_are_recorded_alike() {
    let mut estate = Estate::sharing(500, 50);
    let cold = later(&mut estate, 0, &[], &[], None);
    assert_eq!(cold.sent, formula(&sizes(&estate)));
    let warm = later(&mut estate, 1, &cold.facts, &[], None);
    assert_eq!(warm.sent, formula(&known(&estate)));
    assert_eq!(undated(&warm.records), cold.records);
    assert!(warm.finished);
    let (first, second) = (all(&cold.sent), all(&warm.sent));
    assert!(second * 20 <= first, "{second} of {first}");
    let page = crate::support::root().join("docs/src/tutorials/audit.md");
    let told = format!("{second} calls instead of {first}");
    assert!(
        std::fs::read_to_string(page).unwrap().contains(&told),
        "the page does not tell {told}"
    );
}

#[test]
fn emr_is_hardly_asked_however_many_configurations_there_are() {
    let mut estate = Estate::of(500);
    let cold = later(&mut estate, 0, &[], &[], None);
    let warm = later(&mut estate, 1, &cold.facts, &[], None);
    let of_emr = |run: &Run| -> u64 {
        let calls = run.sent.iter();
        calls
            .filter(|(action, _)| action.starts_with("elasticmapreduce:"))
            .map(|(_, calls)| calls)
            .sum()
    };
    assert!(of_emr(&warm) * 20 <= of_emr(&cold), "{:?}", warm.sent);
}

#[test]
fn a_new_cluster_is_asked_about_and_no_other() {
    let mut estate = Estate::of(20);
    let cold = later(&mut estate, 0, &[], &[], None);
    estate.add_cluster(20);
    let warm = later(&mut estate, 1, &cold.facts, &[], None);
    for operation in [
        "DescribeCluster",
        "ListInstanceGroups",
        "ListBootstrapActions",
        "DescribeSecurityConfiguration",
    ] {
        let action = format!("elasticmapreduce:{operation}");
        assert_eq!(warm.sent[action.as_str()], 1, "{operation}");
    }
}

#[test]
fn what_can_change_is_asked_again_when_it_is_old_and_what_cannot_is_not() {
    let mut estate = Estate::of(20);
    let cold = later(&mut estate, 0, &[], &[], None);
    estate.change(3, "TerminationProtected", json!(false));
    let warm = later(&mut estate, 24, &cold.facts, &[], None);
    assert_eq!(warm.sent["elasticmapreduce:DescribeCluster"], 20);
    assert!(
        !warm
            .sent
            .contains_key("elasticmapreduce:ListBootstrapActions")
    );
    assert!(
        !warm
            .sent
            .contains_key("elasticmapreduce:DescribeSecurityConfiguration")
    );
    let fresh = observe(&mut estate, wanted(), 1.0, None);
    assert_eq!(undated(&warm.records), fresh.records);
    // Not all at once.
    let between = later(&mut estate, 18, &cold.facts, &[], None);
    assert!((1..20).contains(&between.sent["elasticmapreduce:DescribeCluster"]));
}

#[test]
fn a_configuration_made_anew_under_its_name_is_read_anew() {
    let mut estate = Estate::of(20);
    let cold = later(&mut estate, 0, &[], &[], None);
    let replaced = estate.configurations.get_mut("analytics-1").unwrap();
    *replaced = (json!({"EncryptionConfiguration": {}}), CREATED + 60);
    let warm = later(&mut estate, 1, &cold.facts, &[], None);
    assert_eq!(
        warm.sent["elasticmapreduce:DescribeSecurityConfiguration"],
        1
    );
    assert_eq!(
        undated(&warm.records),
        observe(&mut estate, wanted(), 1.0, None).records
    );
    estate.configurations.remove("analytics-0");
    let warm = later(&mut estate, 1, &cold.facts, &[], None);
    assert_eq!(
        undated(&warm.records),
        observe(&mut estate, wanted(), 1.0, None).records
    );
}

#[test]
fn configurations_that_cannot_be_listed_are_asked_about_one_by_one() {
    let mut estate = Estate::of(20);
    let cold = later(&mut estate, 0, &[], &[], None);
    estate.deny("elasticmapreduce:ListSecurityConfigurations");
    let warm = later(&mut estate, 1, &cold.facts, &[], None);
    assert_eq!(
        warm.sent["elasticmapreduce:DescribeSecurityConfiguration"],
        2
    );
    assert_eq!(undated(&warm.records), cold.records);
}

#[test]
fn a_list_of_configurations_that_costs_more_than_it_saves_is_left() {
    let mut estate = Estate::of(10);
    let cold = later(&mut estate, 0, &[], &[], None);
    for at in 0..200 {
        // They come before the one that is in use.
        let body = (json!({}), CREATED);
        estate.configurations.insert(format!("a-{at}"), body);
    }
    let warm = later(&mut estate, 1, &cold.facts, &[], None);
    assert_eq!(warm.sent["elasticmapreduce:ListSecurityConfigurations"], 1);
    assert_eq!(
        warm.sent["elasticmapreduce:DescribeSecurityConfiguration"],
        1
    );
    assert_eq!(undated(&warm.records), cold.records);
}

#[test]
fn the_state_of_a_cluster_is_always_that_of_the_list() {
    let mut estate = Estate::of(3);
    let cold = later(&mut estate, 0, &[], &[], None);
    estate.change(0, "Status/State", json!("RUNNING"));
    estate.end(1, CREATED + 1);
    estate.change(2, "Status/State", json!("TERMINATING"));
    let warm = later(&mut estate, 1, &cold.facts, &[], None);
    // One that ends is not what it was.
    assert_eq!(warm.sent["elasticmapreduce:DescribeCluster"], 1);
    assert_eq!(
        undated(&warm.records),
        observe(&mut estate, wanted(), 1.0, None).records
    );
}

#[test]
fn clusters_that_ended_are_described_once_ever() {
    let mut estate = Estate::of(60);
    let now = CREATED + 86_400 * 10;
    for at in 10..60 {
        estate.end(at, now - 3_600);
    }
    let mut since = wanted();
    since.since = Some(DAY);
    let mut at = |hours: i64, facts: &[Fact]| {
        let begun = Timestamp::from_second(CREATED).unwrap() + SignedDuration::from_hours(hours);
        let mut memory = Memory::new(begun, DAY);
        for fact in facts {
            memory.recollect(fact.clone(), false);
        }
        run(Over {
            estate: &mut estate,
            wanted: since.clone(),
            share: 1.0,
            launches: None,
            memory,
            killed_after: None,
        })
    };
    let cold = at(0, &[]);
    assert_eq!(cold.sent["elasticmapreduce:DescribeCluster"], 60);
    let warm = at(24 * 5, &cold.facts);
    assert_eq!(warm.sent["elasticmapreduce:DescribeCluster"], 10);
    assert_eq!(undated(&warm.records), cold.records);
}

#[test]
fn a_run_that_is_killed_goes_on_where_it_was() {
    let mut estate = Estate::of(40);
    let whole = later(&mut estate, 0, &[], &[], None);
    for after in [1, 30, 100, 200] {
        let first = later(&mut estate, 0, &[], &[], Some(after));
        assert!(!first.finished);
        let second = later(&mut estate, 1, &[], &first.facts, None);
        assert!(second.finished);
        assert_eq!(undated(&second.records), whole.records, "after {after}");
        // What was under way when the run was killed, and the lists of what there is, are asked twice.
        let repeated = all(&first.sent) + all(&second.sent) - all(&whole.sent);
        assert!(repeated <= 16 + 14, "{repeated} after {after}");
    }
}

#[test]
fn what_a_cluster_is_asked_by_name_is_asked_now() {
    let mut estate = Estate::of(5);
    let cold = later(&mut estate, 0, &[], &[], None);
    let mut wanted = wanted();
    wanted.clusters = vec!["j-0000000000002".to_owned()];
    let begun = Timestamp::from_second(CREATED).unwrap();
    let mut memory = Memory::new(begun, DAY);
    for fact in &cold.facts {
        memory.recollect(fact.clone(), false);
    }
    let one = run(Over {
        estate: &mut estate,
        wanted,
        share: 1.0,
        launches: None,
        memory,
        killed_after: None,
    });
    assert_eq!(one.sent["elasticmapreduce:DescribeCluster"], 1);
    assert_eq!(
        one.sent["elasticmapreduce:DescribeSecurityConfiguration"],
        1
    );
    assert!(one.reused == 0, "{}", one.reused);
}

#[test]
fn no_fact_holds_a_secret() {
    let mut estate = Estate::of(2);
    estate.plant_secrets();
    let cold = later(&mut estate, 0, &[], &[], None);
    assert!(
        cold.facts
            .iter()
            .any(|fact| fact.action.ends_with("DescribeCluster"))
    );
    for fact in &cold.facts {
        assert!(
            !fact.outcome.contains(super::estate::PLANTED),
            "{}",
            fact.action
        );
    }
}
