//! Waivers and targets, through the binary: what an exception covers, until when, and which target judges what.

use crate::binary::{Bench, asks_for, request};
use serde_json::{Value, json};

/// A baseline that asks for termination protection, with one waiver of these resources and this last day.
fn waiving(resource: &str, expires: &str) -> String {
    asks_for("emr.termination-protection")
        + &format!(
            "[[waivers]]\ncontrol = \"emr.termination-protection\"\nresource = {{ {resource} }}\nreason = \"retired soon\"\nowner = \"jdoe@example.com\"\nticket = \"SEC-1\"\nexpires = {expires}\n"
        )
}

fn snapshot(regions: &[(&str, &str, &str)]) -> String {
    let mut lines =
        vec![json!({"record": "estate", "schema": "emr-baseline/snapshot/v1"}).to_string()];
    for (account, region, id) in regions {
        lines.push(json!({"record": "region", "account": account, "region": region}).to_string());
        let cluster = json!({"Id": id, "Name": "legacy-etl", "ReleaseLabel": "emr-7.9.0", "AutoTerminate": false,
            "Status": {"State": "WAITING"}, "TerminationProtected": false, "LogUri": "s3://logs/",
            "LogEncryptionKmsKeyId": "arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-4111-8111-111111111111",
            "Tags": [{"Key": "team", "Value": "data"}]});
        lines.push(
            json!({"record": "resource", "kind": "emr-cluster", "id": id, "calls": {
            "elasticmapreduce:DescribeCluster": {"answer": {"Cluster": cluster}}}})
            .to_string(),
        );
        lines.push(
            json!({"record": "end-of-region", "complete": true, "listed": ["emr-cluster"]})
                .to_string(),
        );
    }
    lines.join("\n")
}

fn verdict(report: &Value, control: &str) -> Vec<String> {
    let all = report["evaluations"].as_array().unwrap().iter();
    all.filter(|evaluation| evaluation["control"] == control)
        .map(|evaluation| evaluation["verdict"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_waiver_covers_what_all_its_patterns_match() {
    let bench = Bench::new().with("s.jsonl", snapshot(&[("111122223333", "eu-west-1", "j-1")]));
    for (resource, covered) in [
        ("kind = \"emr-cluster\"", true),
        ("kind = \"kms-key\"", false),
        ("id = \"j-1\"", true),
        ("id = \"j-2\"", false),
        ("name = \"legacy-*\"", true),
        ("name = \"legacy\"", false),
        ("account = \"111122223333\"", true),
        ("account = \"444455556666\"", false),
        ("region = \"eu-west-1\"", true),
        ("region = \"us-*\"", false),
        ("tags = { team = \"data\" }", true),
        ("tags = { team = \"other\" }", false),
        ("tags = { owner = \"*\" }", false),
        (
            "kind = \"emr-cluster\", name = \"legacy-*\", account = \"111122223333\", region = \"eu-*\"",
            true,
        ),
        ("name = \"legacy-*\", region = \"us-east-1\"", false),
    ] {
        std::fs::write(bench.path().join("b.toml"), waiving(resource, "2027-01-31")).unwrap();
        let arguments = [
            "audit",
            "b.toml",
            "--snapshot",
            "s.jsonl",
            "--at",
            "2026-11-22T00:00:00Z",
        ];
        let (report, run) = bench.report(&arguments);
        let expected = if covered { "waived" } else { "noncompliant" };
        assert_eq!(
            verdict(&report, "emr.termination-protection"),
            [expected],
            "{resource}"
        );
        let own = if covered { "compliant" } else { "noncompliant" };
        assert_eq!(verdict(&report, "baseline.waivers"), [own], "{resource}");
        assert_eq!(run.code, Some(i32::from(!covered)), "{resource}");
    }
}

#[test]
fn a_waiver_holds_until_the_end_of_its_day_and_is_a_finding_afterwards() {
    let bench = Bench::new()
        .with("b.toml", waiving("name = \"etl\"", "2026-11-22"))
        .with("r.json", request(&json!(false)));
    for (at, expected, code) in [
        ("2026-11-22T23:59:59Z", "waived", 0),
        ("2026-11-23T00:00:00Z", "noncompliant", 1),
    ] {
        let (report, run) = bench.report(&["check", "b.toml", "r.json", "--at", at]);
        assert_eq!(
            verdict(&report, "emr.termination-protection"),
            [expected],
            "{at}"
        );
        let own = if code == 0 {
            "compliant"
        } else {
            "noncompliant"
        };
        assert_eq!(verdict(&report, "baseline.waivers"), [own], "{at}");
        assert_eq!(run.code, Some(code), "{at}");
    }
}

#[test]
fn a_waived_finding_stands_in_every_format() {
    let bench = Bench::new()
        .with("b.toml", waiving("name = \"etl\"", "2027-01-31"))
        .with("r.json", request(&json!(false)));
    let at = ["--at", "2026-11-22T00:00:00Z"];
    let (report, _) = bench.report(&[&["check", "b.toml", "r.json"][..], &at].concat());
    let waived = &report["evaluations"][0];
    assert_eq!(waived["verdict"], "waived");
    assert_eq!(waived["waiver"]["owner"], "jdoe@example.com");
    assert_eq!(report["summary"]["waived"], 1);
    let run = bench.run(&[&["check", "b.toml", "r.json", "--format", "sarif"][..], &at].concat());
    let log: Value = serde_json::from_str(&run.out).unwrap();
    let result = &log["runs"][0]["results"][0];
    assert_eq!(
        result["suppressions"].as_array().map(Vec::len),
        Some(1),
        "{result:#}"
    );
    let run = bench.run(&[&["check", "b.toml", "r.json", "--all"][..], &at].concat());
    assert!(run.out.contains("1 waived"), "{}", run.out);
    assert_eq!((run.code, &*run.err), (Some(0), ""));
}

/// A baseline whose targets are in the given regions, each with a log key of its own.
fn targets(regions: &[(&str, &str, &str)]) -> String {
    let mut text = asks_for("emr.log-encryption").replace(
        "[emr.log-encryption]\n",
        "[parameters]\nlog-key = { type = \"kms-key\" }\n",
    );
    for (name, region, digit) in regions {
        text += &format!(
            "[targets.{name}]\naccount = \"111122223333\"\nregion = \"{region}\"\nlog-key = \"arn:aws:kms:{region}:111122223333:key/{}\"\n",
            "11111111-1111-4111-8111-111111111111".replace('1', digit)
        );
    }
    text + "[emr.log-encryption]\nkms-key = \"${log-key}\"\n"
}

#[test]
fn each_region_of_a_snapshot_is_judged_by_its_own_target() {
    let bench = Bench::new()
        .with(
            "b.toml",
            targets(&[("one", "eu-west-1", "1"), ("two", "us-east-1", "2")]),
        )
        .with(
            "s.jsonl",
            snapshot(&[
                ("111122223333", "eu-west-1", "j-1"),
                ("111122223333", "us-east-1", "j-2"),
                ("444455556666", "eu-west-1", "j-3"),
            ]),
        );
    let (report, run) = bench.report(&["audit", "b.toml", "--snapshot", "s.jsonl"]);
    assert_eq!(run.code, Some(1));
    let of = |id: &str| {
        let all = report["evaluations"].as_array().unwrap();
        let found = all.iter().find(|evaluation| {
            evaluation["control"] == "emr.log-encryption" && evaluation["resource"]["id"] == id
        });
        found.map(|evaluation| evaluation["verdict"].as_str().unwrap().to_owned())
    };
    // All three name the key of the first target; where no target binds, any key passes.
    assert_eq!(of("j-1").as_deref(), Some("compliant"));
    assert_eq!(of("j-2").as_deref(), Some("noncompliant"));
    assert_eq!(of("j-3").as_deref(), Some("compliant"));
}

#[test]
fn two_targets_of_one_region_must_be_told_apart() {
    let bench = Bench::new()
        .with(
            "b.toml",
            targets(&[("one", "eu-west-1", "1"), ("two", "eu-west-1", "2")]),
        )
        .with("s.jsonl", snapshot(&[("111122223333", "eu-west-1", "j-1")]));
    let audit = ["audit", "b.toml", "--snapshot", "s.jsonl"];
    let run = bench.run(&audit);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("--target"), "{}", run.err);
    for (target, code) in [("one", 0), ("two", 1), ("three", 2)] {
        let run = bench.run(&[&audit[..], &["--target", target]].concat());
        assert_eq!(run.code, Some(code), "{target}: {}{}", run.out, run.err);
    }
}

#[test]
fn a_target_is_chosen_where_there_is_only_one() {
    let bench = Bench::new()
        .with("one.toml", targets(&[("one", "eu-west-1", "2")]))
        .with("two.toml", targets(&[("one", "eu-west-1", "2"), ("two", "us-east-1", "1")]))
        .with(
            "r.json",
            json!({"Name": "etl", "ReleaseLabel": "emr-7.9.0", "JobFlowRole": "n", "ServiceRole": "s", "LogUri": "s3://logs/",
                "LogEncryptionKmsKeyId": "arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-4111-8111-111111111111",
                "Instances": {"KeepJobFlowAliveWhenNoSteps": true}}).to_string(),
        );
    let worst = |arguments: &[&str]| {
        let (report, _) = bench.report(&[&["check"], arguments, &["r.json"]].concat());
        verdict(&report, "emr.log-encryption").remove(0)
    };
    assert_eq!(worst(&["one.toml"]), "noncompliant");
    assert_eq!(worst(&["two.toml"]), "compliant");
    assert_eq!(worst(&["two.toml", "--target", "one"]), "noncompliant");
}

#[test]
fn a_finding_about_a_waiver_is_required_by_the_waivers_own_line() {
    let bench = Bench::new()
        .with("b.toml", waiving("name = \"nobody\"", "2027-01-31"))
        .with("r.json", request(&json!(false)));
    let at = "2026-11-22T12:00:00Z";
    let (report, _) = bench.report(&["check", "b.toml", "r.json", "--at", at]);
    let evaluations = report["evaluations"].as_array().unwrap().iter();
    let unused: Vec<&Value> = evaluations
        .filter(|evaluation| evaluation["control"] == "baseline.waivers")
        .collect();
    assert_eq!(unused[0]["verdict"], "noncompliant");
    assert_eq!(unused[0]["required"][0]["file"], "b.toml");
    assert_eq!(
        unused[0]["required"][0]["line"],
        unused[0]["seen"][0]["line"]
    );
}
