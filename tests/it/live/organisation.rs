//! Several accounts and regions by the binary.

use super::estate::{Estate, refusal};
use super::outside::Live;
use super::server::Network;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const OTHER: &str = "444455556666";
const THIRD: &str = "777788889999";

/// A double in whose accounts the role of the audit may see the data lake.
fn estate(clusters: usize) -> Estate {
    let mut estate = Estate::of(clusters);
    for account in [OTHER, THIRD] {
        estate
            .admins
            .push(format!("arn:aws:iam::{account}:role/emr-baseline-audit"));
    }
    estate
}

fn places(records: &[Value]) -> BTreeSet<(String, String)> {
    let regions = records.iter().filter(|record| record["record"] == "region");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    regions
        .map(|record| (text(&record["account"]), text(&record["region"])))
        .collect()
}

fn place(account: &str, region: &str) -> (String, String) {
    (account.to_owned(), region.to_owned())
}

#[test]
fn all_regions_are_those_that_are_enabled_and_the_others_are_said() {
    let mut estate = estate(1);
    for (name, status) in [
        ("us-west-2", "opt-in-not-required"),
        ("af-south-1", "opted-in"),
        ("me-south-1", "not-opted-in"),
    ] {
        estate.regions.insert(name.to_owned(), status);
    }
    let live = Live::over(estate);
    let (records, ran) = live.observe(&["--regions", "all"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let account = "111122223333";
    let expected = [place(account, "af-south-1"), place(account, "us-west-2")];
    assert_eq!(places(&records), BTreeSet::from(expected));
    assert!(
        ran.err
            .contains("not observed, because they are not enabled: me-south-1"),
        "{}",
        ran.err
    );
    // What is one for all regions is asked once.
    let calls = live.server.calls();
    for call in [
        "iam:GetAccountAuthorizationDetails",
        "iam:GetInstanceProfile",
        "s3:GetAccountPublicAccessBlock",
    ] {
        assert_eq!(calls[call], 1, "{call}");
    }
    assert_eq!(calls["elasticmapreduce:ListClusters"], 2);
}

#[test]
fn a_region_that_is_not_enabled_is_said_and_no_other_suffers() {
    let live = Live::over(estate(1));
    let refused = refusal(
        400,
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    );
    live.server
        .estate
        .lock()
        .unwrap()
        .refused_regions
        .insert("me-south-1".to_owned(), refused);
    let (report, ran) = live.audit(&["--share", "100", "--regions", "us-west-2,me-south-1"]);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    let problems = report["problems"].as_array().unwrap();
    assert!(
        problems.iter().any(|one| one["what"]
            .as_str()
            .unwrap()
            .contains("region me-south-1 was not observed completely")),
        "{problems:?}"
    );
    assert!(
        problems.iter().any(|one| one["why"]
            .as_str()
            .unwrap()
            .contains("the region is not enabled")),
        "{problems:?}"
    );
    assert!(
        report["evaluations"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["resource"]["region"] == "us-west-2" && one["verdict"] == "compliant")
    );
    let (_, observed) = live.observe(&["--regions", "us-west-2,me-south-1"]);
    assert_eq!(observed.code, Some(3), "{}", observed.err);
}

#[test]
fn accounts_are_entered_by_their_role_and_one_that_fails_stops_no_other() {
    let mut estate = estate(2);
    estate.closed.insert(THIRD.to_owned(), None);
    let live = Live::over(estate);
    let accounts = format!("111122223333,{OTHER},{THIRD}");
    let (records, ran) = live.observe(&["--accounts", &accounts, "--role-name", "path/auditor"]);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    assert_eq!(places(&records).len(), 3);
    assert!(
        ran.err
            .contains("could not assume `arn:aws:iam::777788889999:role/path/auditor`"),
        "{}",
        ran.err
    );
    assert!(
        ran.err
            .contains("account 444455556666 region us-west-2: observed by"),
        "{}",
        ran.err
    );
    let clusters = records
        .iter()
        .filter(|record| record["kind"] == "emr-cluster")
        .count();
    assert_eq!(clusters, 4);
    let (report, ran) = live.audit(&["--share", "100", "--accounts", &accounts]);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    let problems = report["problems"].as_array().unwrap();
    let problem = problems
        .iter()
        .find(|one| one["action"] == "sts:AssumeRole");
    assert!(
        problem.unwrap()["why"]
            .as_str()
            .unwrap()
            .contains("is not authorized"),
        "{problems:?}"
    );
    let judged: BTreeSet<String> = report["evaluations"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["verdict"] == "compliant")
        .map(|one| one["resource"]["account"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        judged,
        BTreeSet::from(["111122223333".to_owned(), OTHER.to_owned()])
    );
}

#[test]
fn a_chain_of_roles_is_assumed_link_by_link_and_only_the_first_session_is_tagged() {
    let live = Live::over(estate(1));
    let hop = format!("arn:aws:iam::{OTHER}:role/hop");
    let tag = ["--session-tag", "team=security ops"];
    let (records, ran) =
        live.observe(&[&["--role-chain", &hop, "--accounts", THIRD], &tag[..]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(
        places(&records),
        BTreeSet::from([place(THIRD, "us-west-2")])
    );
    let assumed = live.server.estate.lock().unwrap().assumed.clone();
    let askers: Vec<&str> = assumed.iter().map(|(asker, _)| asker.as_str()).collect();
    assert_eq!(askers, ["111122223333", OTHER]);
    let (first, second) = (&assumed[0].1, &assumed[1].1);
    assert!(first.contains("role%2Fhop"), "{first}");
    assert!(second.contains("role%2Femr-baseline-audit"), "{second}");
    let tagged =
        "Tags.member.1.Key=team&Tags.member.1.Value=security%20ops&TransitiveTagKeys.member.1=team";
    assert!(first.contains(tagged), "{first}");
    assert!(!second.contains("Tag"), "{second}");
    // Without a chain, each account's session is the first.
    let live = Live::over(estate(1));
    live.observe(&[&["--accounts", THIRD], &tag[..]].concat());
    assert!(
        live.server.estate.lock().unwrap().assumed[0]
            .1
            .contains(tagged)
    );
    // The chain alone leads to the account that is observed.
    let (records, _) = live.observe(&["--role-chain", &hop]);
    assert_eq!(
        places(&records),
        BTreeSet::from([place(OTHER, "us-west-2")])
    );
}

#[test]
fn a_chain_that_breaks_is_said_before_anything_is_written() {
    let mut estate = estate(1);
    estate.closed.insert(OTHER.to_owned(), None);
    let live = Live::over(estate);
    let hop = format!("arn:aws:iam::{OTHER}:role/hop");
    let (_, ran) = live.observe(&["--role-chain", &hop, "-o", "estate.jsonl"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.err.contains(&format!("could not assume `{hop}`")),
        "{}",
        ran.err
    );
    assert!(!live.bench.path().join("estate.jsonl").exists());
    for wrong in [
        "hop",
        "arn:aws:iam::1:role/x",
        "arn:aws:iam::111122223333:user/x",
    ] {
        assert_eq!(
            live.observe(&["--role-chain", wrong]).1.code,
            Some(2),
            "{wrong}"
        );
    }
    for wrong in ["team", "=x"] {
        assert_eq!(
            live.observe(&["--session-tag", wrong]).1.code,
            Some(2),
            "{wrong}"
        );
    }
}

#[test]
fn each_role_of_a_chain_hears_the_word_that_it_wants_and_no_other() {
    let mut estate = estate(1);
    estate
        .closed
        .insert(OTHER.to_owned(), Some("second".to_owned()));
    let live = Live::over(estate);
    let hops = [THIRD, OTHER].map(|account| format!("arn:aws:iam::{account}:role/hop"));
    let chain = hops.join(",");
    let with = |words: &[&str]| {
        let each = words.iter().flat_map(|word| ["--chain-external-id", word]);
        let words: Vec<&str> = ["--role-chain", &chain].into_iter().chain(each).collect();
        live.observe(&words).1
    };
    assert_eq!(with(&["", "second"]).code, Some(0));
    let assumed = live.server.estate.lock().unwrap().assumed.clone();
    let heard = |at: usize| assumed[at].1.contains("ExternalId=second");
    assert_eq!((heard(0), heard(1)), (false, true), "{assumed:?}");
    assert_eq!(with(&["second"]).code, Some(2));
    let many = with(&["a", "b", "c"]);
    assert_eq!(many.code, Some(2));
    assert!(
        many.err.contains("more external ids than roles"),
        "{}",
        many.err
    );
}

#[test]
fn when_no_account_can_be_entered_nothing_is_compliant() {
    let mut estate = estate(2);
    estate.closed.insert(THIRD.to_owned(), None);
    let live = Live::over(estate);
    let (records, ran) = live.observe(&["--accounts", THIRD]);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    assert_eq!(records.last().unwrap()["complete"], false);
    let (report, ran) = live.audit(&["--share", "100", "--accounts", THIRD]);
    assert!(
        matches!(ran.code, Some(2 | 3)),
        "{:?} {}",
        ran.code,
        ran.err
    );
    let problems = report["problems"].as_array().unwrap();
    assert!(
        problems.iter().any(|one| one["action"] == "sts:AssumeRole"),
        "{problems:?}"
    );
    assert_eq!(report["summary"]["compliant"], 0);
}

#[test]
fn a_role_that_wants_to_hear_a_word_hears_it() {
    let mut estate = estate(1);
    estate
        .closed
        .insert(OTHER.to_owned(), Some("open-sesame".to_owned()));
    let live = Live::over(estate);
    let (_, without) = live.observe(&["--accounts", OTHER]);
    assert_eq!(without.code, Some(3), "{}", without.err);
    let (_, with) = live.observe(&["--accounts", OTHER, "--external-id", "open-sesame"]);
    assert_eq!(with.code, Some(0), "{}", with.err);
}

#[test]
fn an_organisation_is_its_active_accounts_page_by_page() {
    let mut estate = Estate::default();
    for at in 0..45 {
        estate.accounts.insert(
            format!("{:012}", 100_000 + at),
            if at == 7 { "SUSPENDED" } else { "ACTIVE" },
        );
    }
    estate.caller = "arn:aws:sts::111122223333:assumed-role/emr-baseline-audit/session".to_owned();
    let live = Live::over(estate);
    let (records, ran) = live.observe(&["--organization", "--services", "elasticmapreduce"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(places(&records).len(), 44);
    assert_eq!(live.server.calls()["organizations:ListAccounts"], 3);
    assert!(
        ran.err
            .contains("account 000000100007: not observed, because its state is SUSPENDED"),
        "{}",
        ran.err
    );
    live.server
        .estate
        .lock()
        .unwrap()
        .deny("organizations:ListAccounts");
    let (_, ran) = live.observe(&["--organization"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.err
            .contains("cannot list the organisation's accounts: AccessDeniedException"),
        "{}",
        ran.err
    );
}

#[test]
fn an_account_is_twelve_digits() {
    let live = Live::over(Estate::default());
    for wrong in ["prod", "12345678901", "11112222333３"] {
        let ran = live.run(&["observe", "--accounts", wrong]);
        assert_eq!(ran.code, Some(2));
        assert!(ran.err.contains("twelve digits"), "{}", ran.err);
    }
    assert_eq!(json!(live.server.calls()), json!({}));
}

#[test]
fn thirty_accounts_in_three_regions_are_observed_through_faults_and_closed_doors() {
    let mut estate = estate(3);
    let ids: Vec<String> = (0..30).map(|at| format!("{:012}", 500_000 + at)).collect();
    for (at, id) in ids.iter().enumerate() {
        let role = format!("arn:aws:iam::{id}:role/emr-baseline-audit");
        estate.admins.push(role);
        if at % 10 == 3 {
            estate.closed.insert(id.clone(), None);
        }
    }
    let live = Live::through(estate, Network::Rarely);
    let regions = "us-west-2,us-east-1,eu-west-1";
    let (records, ran) = live.observe(&[
        "--accounts",
        &ids.join(","),
        "--regions",
        regions,
        "--no-cache",
    ]);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    assert_eq!(places(&records).len(), 90);
    let of = |field: &str, value: &str| {
        records
            .iter()
            .filter(|record| record[field] == value)
            .count()
    };
    assert_eq!(of("kind", "emr-cluster"), 27 * 3 * 3);
    let complete = records.iter().filter(|record| record["complete"] == true);
    assert_eq!(complete.count(), 27 * 3);
    // Each account and region has its line.
    assert_eq!(ran.err.matches(": observed by ").count(), 27 * 3);
    assert_eq!(ran.err.matches(": observed in part by ").count(), 9);
    // Whatever came broken came whole another time.
    let described = records
        .iter()
        .filter(|record| record["kind"] == "emr-cluster");
    let mut answers =
        described.map(|record| &record["calls"]["elasticmapreduce:DescribeCluster"]["answer"]);
    assert!(answers.all(Value::is_object));
}
