//! The binary against moto, which knows AWS's wire formats from another hand than the double's.

use crate::binary::Bench;
use crate::support::root;
use crate::witness;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::process::{Child, Command, Stdio};

/// What moto gets right. Its Lake Formation and Glue are not AWS's.
const SERVICES: &str = "elasticmapreduce,ec2,kms,iam,s3";

struct Moto {
    child: Child,
    made: Value,
    bench: Bench,
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Moto {
    fn start() -> Self {
        let (child, line) = witness::serve("moto_estate.py");
        let made = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        Self {
            child,
            made,
            bench: Bench::new(),
        }
    }

    fn text(&self, pointer: &str) -> &str {
        self.made.pointer(pointer).unwrap().as_str().unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.bench.command(arguments);
        command
            .args(["--share", "100", "--endpoint-url", self.text("/url")])
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "example")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::null());
        command
    }

    /// Records, and the exit code.
    fn observe(&self, arguments: &[&str]) -> (Vec<Value>, Option<i32>) {
        let output = self
            .command(&[&["observe"], arguments].concat())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let records = text.lines().map(|line| serde_json::from_str(line).unwrap());
        (records.collect(), output.status.code())
    }
}

fn answer<'r>(records: &'r [Value], id: &str, action: &str) -> &'r Value {
    let found = records.iter().find(|record| record["id"] == id);
    let record = found.unwrap_or_else(|| panic!("no record of {id}"));
    &record["calls"][action]["answer"]
}

#[test]
fn what_was_made_in_moto_is_observed_and_judged() {
    let moto = Moto::start();
    let (records, code) = moto.observe(&["--services", SERVICES]);
    assert_eq!(code, Some(0));
    // What was put comes back.
    let account = moto.text("/account");
    let role = answer(
        &records,
        &format!("arn:aws:iam::{account}:role/emr/emr-service"),
        "iam:GetAccountAuthorizationDetails",
    );
    assert_eq!(role["RoleDetailList"][0]["Path"], "/emr/");
    let place = format!("{account}/us-east-1");
    let groups = answer(&records, &place, "ec2:DescribeSecurityGroups");
    let descriptions: BTreeSet<&str> = groups["SecurityGroups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| group["Description"].as_str().unwrap())
        .collect();
    // EMR adds one of its own.
    assert!(descriptions.is_superset(&BTreeSet::from(["core <&>", "primary <&>"])));
    let subnets = answer(&records, &place, "ec2:DescribeSubnets");
    assert_eq!(subnets["Subnets"][0]["SubnetId"], moto.text("/subnet"));
    let profile = answer(&records, "nodes", "iam:GetInstanceProfile");
    assert_eq!(
        profile["InstanceProfile"]["Roles"][0]["RoleName"],
        "node-role"
    );

    let baseline = root().join("baselines/recommended.toml");
    let arguments = [
        "audit",
        baseline.to_str().unwrap(),
        "--format",
        "json",
        "--services",
        SERVICES,
    ];
    let output = moto.command(&arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let verdict = |control: &str, id: &str| {
        let all = report["evaluations"].as_array().unwrap();
        let mut found = all
            .iter()
            .filter(|one| one["control"] == control && one["resource"]["id"] == id);
        let one = found
            .next()
            .unwrap_or_else(|| panic!("{control} was not judged on {id}"));
        one["verdict"].as_str().unwrap().to_owned()
    };
    let (first, second) = (moto.text("/clusters/first"), moto.text("/clusters/second"));
    let service = format!("arn:aws:iam::{account}:role/emr/emr-service");
    for (control, id, expected) in [
        ("emr.disk-encryption", first, "compliant"),
        ("emr.s3-encryption", second, "compliant"),
        ("emr.kerberos", first, "noncompliant"),
        ("emr.document-identity", first, "compliant"),
        ("network.security-groups", first, "noncompliant"),
        ("network.private-subnet", second, "noncompliant"),
        ("kms.rotation", moto.text("/keys/good"), "compliant"),
        ("kms.rotation", moto.text("/keys/bad"), "noncompliant"),
        ("kms.customer-managed", moto.text("/keys/good"), "compliant"),
        ("kms.key-state", moto.text("/keys/bad"), "noncompliant"),
        ("iam.service-role", &service, "compliant"),
        ("iam.service-role", "emr-open", "noncompliant"),
        ("iam.instance-profile", "nodes", "noncompliant"),
        ("s3.tls-only", "logs-good", "compliant"),
        ("s3.public-access", "logs-good", "compliant"),
        ("s3.bucket-encryption", "logs-good", "compliant"),
        ("s3.tls-only", "certificates-bad", "noncompliant"),
        ("s3.public-access", "certificates-bad", "noncompliant"),
    ] {
        assert_eq!(verdict(control, id), expected, "{control} on {id}");
    }
}

#[test]
fn motos_organisation_is_entered_account_by_account() {
    let moto = Moto::start();
    let (records, code) = moto.observe(&["--organization", "--services", "elasticmapreduce"]);
    assert_eq!(code, Some(0));
    let accounts: BTreeSet<&str> = records
        .iter()
        .filter(|record| record["record"] == "region")
        .map(|record| record["account"].as_str().unwrap())
        .collect();
    assert_eq!(
        accounts,
        BTreeSet::from([moto.text("/account"), moto.text("/member")])
    );
    // The clusters are in the one account, and the other has its own.
    let clusters = records
        .iter()
        .filter(|record| record["kind"] == "emr-cluster");
    assert_eq!(clusters.count(), 2);
    let (records, code) = moto.observe(&["--regions", "all", "--services", "kms"]);
    assert_eq!(code, Some(0));
    let regions: BTreeSet<&str> = records
        .iter()
        .filter(|record| record["record"] == "region")
        .map(|record| record["region"].as_str().unwrap())
        .collect();
    assert!(
        regions.len() > 10 && regions.contains("eu-west-1"),
        "{regions:?}"
    );
    assert_eq!(json!(records.last().unwrap()["complete"]), true);
}
