//! The binary with the `live` feature, against the double on loopback.

use super::estate::{ACCOUNT, CREATED, Estate, PLANTED, REGION, refusal};
use super::quota::Quotas;
use super::server::{Network, Server};
use crate::binary::Bench;
use crate::support::root;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};

/// Ten days after everything was created.
const AT: &str = "2026-11-11T00:00:00Z";

pub struct Ran {
    pub out: String,
    pub err: String,
    pub code: Option<i32>,
}

pub struct Live {
    pub server: Server,
    pub bench: Bench,
}

impl Live {
    pub fn over(estate: Estate) -> Self {
        Self::through(estate, Network::Well)
    }

    pub fn through(estate: Estate, network: Network) -> Self {
        Self {
            server: Server::over(estate, network),
            bench: Bench::new(),
        }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.bench.command(&["--at", AT]);
        command
            .args(arguments)
            .env("AWS_ENDPOINT_URL", &self.server.url)
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "example")
            .env("AWS_REGION", REGION)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command(arguments))
    }

    /// Observes at the full quota: these tests wait for no bucket.
    pub fn observe(&self, arguments: &[&str]) -> (Vec<Value>, Ran) {
        let ran = self.run(&[&["observe", "--share", "100"], arguments].concat());
        let records = ran
            .out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        (records.collect(), ran)
    }

    pub fn audit(&self, arguments: &[&str]) -> (Value, Ran) {
        let baseline = root().join("baselines/recommended.toml");
        let fixed = [
            "audit",
            baseline.to_str().unwrap(),
            "--format",
            "json",
            "--all",
        ];
        let ran = self.run(&[&fixed, arguments].concat());
        let report = serde_json::from_str(&ran.out);
        (
            report.unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err)),
            ran,
        )
    }
}

pub fn ran(mut command: Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code(),
    }
}

fn find<'r>(records: &'r [Value], kind: &str, id: &str) -> &'r Value {
    let found = records
        .iter()
        .find(|record| record["kind"] == kind && record["id"] == id);
    found.unwrap_or_else(|| panic!("no {kind} {id}"))
}

/// The double's calls by the actions that permit them.
fn actions(calls: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    calls
        .iter()
        .map(|(call, count)| {
            let action = match call.as_str() {
                "s3:GetBucketEncryption" => "s3:GetEncryptionConfiguration",
                "s3:GetPublicAccessBlock" => "s3:GetBucketPublicAccessBlock",
                other => other,
            };
            (action.to_owned(), *count)
        })
        .collect()
}

#[test]
fn a_run_writes_a_snapshot_that_is_judged_as_the_live_audit_is() {
    let live = Live::over(Estate::of(7));
    let (records, observed) = live.observe(&["-o", "estate.jsonl"]);
    assert!(records.is_empty());
    assert_eq!(observed.code, Some(0), "{}", observed.err);
    assert!(
        observed
            .err
            .contains("account 111122223333 region us-west-2: observed by")
    );
    let (saved, _) = live.audit(&["--snapshot", "estate.jsonl"]);
    let (judged, ran) = live.audit(&["--share", "100"]);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert_eq!(judged["coverage"], saved["coverage"]);
    assert_eq!(judged["evaluations"], saved["evaluations"]);
    assert_eq!(judged["problems"], json!([]));
    let verdict = |control: &str, kind: &str| {
        let evaluations = judged["evaluations"].as_array().unwrap();
        let found = evaluations.iter().find(|one| {
            one["control"] == control
                && one["resource"]["kind"] == kind
                && one["verdict"] != "not-applicable"
        });
        found.map(|one| one["verdict"].as_str().unwrap().to_owned())
    };
    let compliant = Some("compliant".to_owned());
    assert_eq!(verdict("emr.disk-encryption", "emr-cluster"), compliant);
    assert_eq!(
        verdict("account.block-public-access", "emr-account"),
        compliant
    );
    assert_eq!(verdict("kms.key-state", "kms-key"), compliant);
    assert_eq!(verdict("network.public-address", "emr-cluster"), compliant);
    assert_eq!(verdict("iam.service-role", "iam-role"), compliant);
    let profiles = judged["evaluations"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| {
            one["control"] == "iam.instance-profile" && one["verdict"] != "not-applicable"
        });
    let profiles: Vec<&Value> = profiles.collect();
    assert_eq!(profiles.len(), 1);
    assert_eq!(profiles[0]["resource"]["id"], "emr-nodes");
    assert_eq!(profiles[0]["verdict"], "compliant", "{}", profiles[0]);
    assert_eq!(verdict("network.private-subnet", "emr-cluster"), compliant);
}

#[test]
fn a_run_asks_exactly_what_its_policy_allows_and_its_plan_foretells() {
    let mut estate = Estate::of(6);
    estate.end(5, CREATED + 86_400 * 10 - 60);
    estate
        .regions
        .insert(REGION.to_owned(), "opt-in-not-required");
    let live = Live::over(estate);
    let ran = live.run(&[
        "observe",
        "--share",
        "100",
        "--since",
        "24h",
        "--steps",
        "--key-grants",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    // A second run asks which configurations are still those that it remembers, and one over all regions which there are.
    for arguments in [
        &["--cache", "cache"][..],
        &["--cache", "cache", "--regions", "all"],
    ] {
        let ran = live.run(&[&["observe", "--share", "100"], arguments].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.err);
    }
    let called: BTreeSet<String> = actions(&live.server.calls()).into_keys().collect();
    let policy: Value = serde_json::from_str(&live.run(&["permissions", "audit"]).out).unwrap();
    let mut allowed: BTreeSet<String> = policy["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|statement| statement["Action"].as_array().unwrap())
        .map(|action| action.as_str().unwrap().to_owned())
        .collect();
    // Needs no permission (STS API).
    allowed.insert("sts:GetCallerIdentity".to_owned());
    assert_eq!(called, allowed);
    let reads = ["List", "Describe", "Get"];
    for action in &called {
        let operation = action.split_once(':').unwrap().1;
        assert!(
            reads.iter().any(|verb| operation.starts_with(verb)),
            "{action}"
        );
    }
    let plan = live.run(&[
        "observe",
        "--plan",
        "--since",
        "24h",
        "--steps",
        "--key-grants",
    ]);
    assert_eq!(plan.code, Some(0));
    // Studios and what EMR has elsewhere are not reckoned with, nor regions; and a plan is of a first run.
    let reckoned = |action: &&String| {
        [
            "Studio",
            "DescribeRegions",
            "ListSecurityConfigurations",
            "GetApplication",
            "emr-containers:Describe",
        ]
        .iter()
        .all(|one| !action.contains(one))
    };
    for action in called.iter().filter(reckoned) {
        assert!(plan.out.contains(action.as_str()), "{action}: {}", plan.out);
    }
}

#[test]
fn a_plan_makes_no_call() {
    let live = Live::over(Estate::of(1));
    let baseline = root().join("baselines/recommended.toml");
    for command in [vec!["observe"], vec!["audit", baseline.to_str().unwrap()]] {
        let ran = live.run(&[command, vec!["--plan", "--expect-clusters", "500"]].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        assert!(
            ran.out
                .contains("at 40 % of AWS's request quotas: at least 2"),
            "{}",
            ran.out
        );
        assert!(
            ran.out
                .contains("a second run, as long as the cache counts: ")
        );
    }
    assert_eq!(live.server.calls(), BTreeMap::new());
}

#[test]
fn a_call_that_is_denied_makes_its_facts_indeterminate_and_names_the_action() {
    let mut estate = Estate::of(2);
    estate.deny("elasticmapreduce:ListInstanceGroups");
    estate.deny("kms:DescribeKey");
    let live = Live::over(estate);
    let (report, ran) = live.audit(&["--share", "100"]);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    let unknown: Vec<&Value> = report["evaluations"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["control"] == "kms.key-state" && one["resource"]["kind"] == "kms-key")
        .collect();
    assert!(!unknown.is_empty());
    for one in unknown {
        assert_eq!(one["verdict"], "indeterminate");
        assert!(one.to_string().contains("kms:DescribeKey"), "{one}");
    }
}

#[test]
fn roles_whose_policies_are_denied_are_indeterminate_and_name_the_action() {
    for action in [
        "iam:GetAccountAuthorizationDetails",
        "iam:GetInstanceProfile",
    ] {
        let mut estate = Estate::of(1);
        estate.deny(action);
        let live = Live::over(estate);
        let (report, _) = live.audit(&["--share", "100"]);
        let found = report["evaluations"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| {
                one["control"] == "iam.instance-profile" && one["resource"]["id"] == "emr-nodes"
            });
        let found = found.unwrap();
        assert_eq!(found["verdict"], "indeterminate", "{action}");
        assert!(found.to_string().contains(action), "{found}");
    }
}

#[test]
fn clusters_that_cannot_be_listed_are_a_problem_and_never_an_empty_account() {
    let mut estate = Estate::of(2);
    estate.deny("elasticmapreduce:ListClusters");
    let live = Live::over(estate);
    let (report, _) = live.audit(&["--share", "100", "--services", "elasticmapreduce"]);
    let problems = report["problems"].as_array().unwrap();
    let problem = problems
        .iter()
        .find(|one| one["what"] == "could not list clusters");
    let problem = problem.unwrap_or_else(|| panic!("{problems:?}"));
    assert_eq!(problem["action"], "elasticmapreduce:ListClusters");
    assert!(
        problem["why"]
            .as_str()
            .unwrap()
            .contains("AccessDeniedException")
    );
    let (_, observed) = live.observe(&[]);
    assert_eq!(observed.code, Some(3), "{}", observed.err);
}

/// Records in an order that does not depend on when they were made.
pub fn sorted(mut records: Vec<Value>) -> Vec<Value> {
    records.sort_by_key(ToString::to_string);
    records
}

#[test]
fn a_bad_network_changes_nothing_but_the_time() {
    let (plain, _) = Live::over(Estate::of(4)).observe(&[]);
    let (bad, ran) = Live::through(Estate::of(4), Network::Badly).observe(&[]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(sorted(bad), sorted(plain));
}

#[test]
fn a_throttling_service_is_asked_again_and_said() {
    let (plain, _) = Live::over(Estate::of(3)).observe(&[]);
    let mut estate = Estate::of(3);
    let throttled = refusal(400, "ThrottlingException", "Rate exceeded");
    estate.refuse("DescribeCluster", 2, throttled);
    let (after, ran) = Live::over(estate).observe(&[]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.err.contains("2 throttled"), "{}", ran.err);
    assert_eq!(sorted(after), sorted(plain));
}

#[test]
fn enforced_quotas_are_kept_without_being_told() {
    let mut estate = Estate::of(8);
    estate.quotas = Some(Quotas::default());
    let live = Live::over(estate);
    let ran = live.run(&["observe", "--share", "60", "--services", "elasticmapreduce"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(live.server.estate.lock().unwrap().throttled, 0);
}

#[test]
fn quotas_that_may_not_be_read_are_said_once() {
    let mut estate = Estate::of(1);
    estate.deny("servicequotas:ListServiceQuotas");
    let live = Live::over(estate);
    let (_, ran) = live.observe(&["--regions", "us-west-2,eu-west-1"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let said = "default request quotas are reckoned with: `servicequotas:ListServiceQuotas` was answered with AccessDeniedException";
    assert_eq!(ran.err.matches(said).count(), 1, "{}", ran.err);
    // Nobody watches a pipe, so no progress is shown.
    assert!(!ran.err.contains('\u{1b}'), "{}", ran.err);
}

fn verdicts(report: &Value, control: &str) -> BTreeSet<String> {
    let evaluations = report["evaluations"].as_array().unwrap().iter();
    let of =
        evaluations.filter(|one| one["control"] == control && one["verdict"] != "not-applicable");
    of.map(|one| one["verdict"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn volumes_endpoints_and_the_bucket_of_certificates_are_judged_by_what_aws_answers() {
    let strict = |live: &Live| {
        let baseline = crate::binary::asks_for("emr.volume-encryption")
            + "[network.vpc-endpoints]\nservices = [\"s3\", \"kms\"]\n[emr.certificate-source]\nkms = false\nbuckets = [\"certificates-111122223333\"]\n";
        std::fs::write(live.bench.path().join("b.toml"), baseline).unwrap();
        let ran = live.run(&[
            "audit", "b.toml", "--share", "100", "--format", "json", "--all",
        ]);
        let report = serde_json::from_str(&ran.out);
        report.unwrap_or_else(|error| panic!("{error}: {}", ran.err))
    };
    let controls = [
        "emr.volume-encryption",
        "network.vpc-endpoints",
        "emr.certificate-source",
    ];
    let expect = |estate: Estate, expected: &str| {
        let live = Live::over(estate);
        let report: Value = strict(&live);
        for control in controls {
            let expected = BTreeSet::from([expected.to_owned()]);
            assert_eq!(
                verdicts(&report, control),
                expected,
                "{control}: {report:#}"
            );
        }
    };
    expect(Estate::of(1), "compliant");
    let mut estate = Estate::of(1);
    estate
        .plain_volumes
        .insert("vol-root-0000000000000".to_owned());
    estate.endpoints.retain(|service| *service != "kms");
    estate
        .unversioned
        .insert("certificates-111122223333".to_owned());
    expect(estate, "noncompliant");
    let mut estate = Estate::of(1);
    for action in [
        "ec2:DescribeVolumes",
        "ec2:DescribeVpcEndpoints",
        "s3:GetBucketVersioning",
    ] {
        estate.deny(action);
    }
    expect(estate, "indeterminate");
}

#[test]
fn a_bucket_of_another_account_is_never_taken_for_ours() {
    let judged = |estate: Estate| {
        let live = Live::over(estate);
        let baseline =
            crate::binary::asks_for("s3.ownership") + "for = [\"logs\"]\n[emr.log-destination]\n";
        std::fs::write(live.bench.path().join("b.toml"), baseline).unwrap();
        let ran = live.run(&[
            "audit", "b.toml", "--share", "100", "--format", "json", "--all",
        ]);
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        ["s3.ownership", "emr.log-destination"].map(|control| verdicts(&report, control))
    };
    let both = |verdict: &str| {
        [
            BTreeSet::from([verdict.to_owned()]),
            BTreeSet::from([verdict.to_owned()]),
        ]
    };
    assert_eq!(judged(Estate::of(1)), both("compliant"));
    let mut estate = Estate::of(1);
    estate.foreign.insert(format!("logs-{ACCOUNT}"));
    // Whether the refusal is for want of a permission is not known either.
    assert_eq!(judged(estate), both("indeterminate"));
}

#[test]
fn no_secret_comes_out() {
    let mut estate = Estate::of(2);
    estate.plant_secrets();
    let live = Live::over(estate);
    let ran = live.run(&["observe", "--share", "100", "--steps", "-o", "estate.jsonl"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let snapshot = std::fs::read_to_string(live.bench.path().join("estate.jsonl")).unwrap();
    let said: String = live
        .server
        .said
        .lock()
        .unwrap()
        .iter()
        .map(|(.., body)| body.as_str())
        .collect();
    assert!(said.contains(PLANTED));
    assert!(!snapshot.contains(PLANTED));
    assert!(snapshot.contains("jdbc:mysql://db/x?user=hive"));
    let strict = root().join("baselines/strict.toml");
    for format in [
        "text", "json", "sarif", "junit", "github", "gitlab", "markdown", "html", "csv",
    ] {
        let arguments = [
            "audit",
            strict.to_str().unwrap(),
            "--share",
            "100",
            "--format",
            format,
        ];
        let ran = live.run(&arguments);
        assert!(!ran.out.is_empty(), "{format}: {}", ran.err);
        assert!(
            !ran.out.contains(PLANTED) && !ran.err.contains(PLANTED),
            "{format}"
        );
    }
    // That it stood there is still found.
    let (report, _) = live.audit(&["--share", "100"]);
    let found = report["evaluations"].as_array().unwrap().iter().any(|one| {
        one["control"] == "emr.plaintext-secrets"
            && one["verdict"] == "noncompliant"
            && one["resource"]["id"] == "j-0000000000000"
    });
    assert!(found);
}

#[test]
fn a_configuration_that_is_gone_or_younger_than_its_cluster_is_indeterminate() {
    let mut estate = Estate::of(11);
    estate.configurations.remove("analytics-0");
    estate.configurations.get_mut("analytics-1").unwrap().1 = CREATED + 3_600;
    let live = Live::over(estate);
    let (report, _) = live.audit(&["--share", "100"]);
    let evaluations = report["evaluations"].as_array().unwrap();
    let of_clusters = |control: &str| {
        let found = evaluations
            .iter()
            .filter(|one| one["control"] == control && one["resource"]["kind"] == "emr-cluster");
        let verdicts: BTreeSet<String> = found.map(|one| one["verdict"].to_string()).collect();
        verdicts
    };
    let indeterminate = BTreeSet::from(["\"indeterminate\"".to_owned()]);
    for control in [
        "emr.disk-encryption",
        "emr.in-transit-encryption",
        "emr.s3-encryption",
    ] {
        assert_eq!(of_clusters(control), indeterminate, "{control}");
    }
    let text = report.to_string();
    assert!(text.contains("`analytics-0` was deleted after the cluster was launched with it"));
    assert!(text.contains("`analytics-1` is younger than the cluster"));
}

#[test]
fn without_credentials_or_a_region_nothing_is_judged() {
    let live = Live::over(Estate::of(1));
    let mut without = live.command(&["observe", "-o", "estate.jsonl"]);
    without
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY");
    let run = ran(without);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("no AWS credentials"), "{}", run.err);
    assert!(!live.bench.path().join("estate.jsonl").exists());
    let mut nowhere = live.command(&["observe"]);
    nowhere.env_remove("AWS_REGION");
    let run = ran(nowhere);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("no region is configured"), "{}", run.err);
    assert_eq!(run.out, "");
}

#[test]
fn credentials_that_expired_are_said_before_anything_is_written() {
    let mut estate = Estate::of(1);
    estate.refuse(
        "GetCallerIdentity",
        usize::MAX,
        refusal(
            403,
            "ExpiredToken",
            "The security token included in the request is expired",
        ),
    );
    let live = Live::over(estate);
    let (_, run) = live.observe(&["-o", "estate.jsonl"]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("ExpiredToken"), "{}", run.err);
    assert!(!live.bench.path().join("estate.jsonl").exists());
}

#[test]
fn regions_are_observed_side_by_side_and_signed_for_each() {
    let live = Live::over(Estate::of(1));
    let (records, run) = live.observe(&["--regions", "us-west-2,eu-west-1"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let regions: BTreeSet<String> = records
        .iter()
        .filter(|record| record["record"] == "region")
        .map(|record| record["region"].to_string())
        .collect();
    assert_eq!(regions.len(), 2);
    let signed = live.server.signed.lock().unwrap();
    for region in ["us-west-2", "eu-west-1"] {
        let call = (
            region.to_owned(),
            "elasticmapreduce:ListClusters".to_owned(),
        );
        assert!(signed.contains(&call), "{region}");
    }
    // IAM is one for all regions, and signs as such.
    assert!(signed.contains(&("us-east-1".to_owned(), "iam:GetInstanceProfile".to_owned())));
}

#[test]
fn a_run_whose_time_is_up_says_what_it_did_not_ask() {
    let mut estate = Estate::of(30);
    estate.quotas = Some(Quotas::default());
    let live = Live::over(estate);
    let ran = live.run(&[
        "observe",
        "--max-duration",
        "2s",
        "--services",
        "elasticmapreduce",
    ]);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    let records: Vec<Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(records.last().unwrap()["complete"], false);
    assert!(ran.out.contains("TimeIsUp"));
}

#[test]
fn a_cluster_keeps_its_answers_under_the_actions_that_gave_them() {
    let live = Live::over(Estate::of(5));
    let (records, run) = live.observe(&[]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let cluster = find(&records, "emr-cluster", "j-0000000000000");
    let calls = cluster["calls"].as_object().unwrap();
    let describe = &calls["elasticmapreduce:DescribeCluster"]["answer"]["Cluster"];
    assert_eq!(describe["KerberosAttributes"], json!({}));
    let nodes = &calls["ec2:DescribeInstances"]["answer"]["Reservations"][0]["Instances"];
    assert_eq!(nodes.as_array().unwrap().len(), 1);
    let fleets = find(&records, "emr-cluster", "j-0000000000004");
    assert!(fleets["calls"]["elasticmapreduce:ListInstanceFleets"]["answer"].is_object());
    let account = find(&records, "emr-account", &format!("{ACCOUNT}/{REGION}"));
    let groups = &account["calls"]["ec2:DescribeSecurityGroups"]["answer"]["SecurityGroups"];
    assert_eq!(groups[0]["IpPermissions"][0]["FromPort"], 8443);
}
