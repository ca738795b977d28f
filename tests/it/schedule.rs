//! Audits that run again and again: silence when nothing changed, and no two at once.

use crate::binary::{Bench, asks_for};
use serde_json::{Value, json};

/// A saved estate of one cluster that is or is not protected.
fn estate(protected: Option<bool>) -> String {
    let cluster = json!({"Cluster": {"Id": "j-1", "Name": "etl", "ReleaseLabel": "emr-7.9.0", "AutoTerminate": false,
        "Status": {"State": "WAITING"}, "TerminationProtected": protected}});
    let call = match protected {
        Some(_) => json!({ "answer": cluster }),
        None => json!({"error": {"code": "ThrottlingException", "message": "Rate exceeded"}}),
    };
    let records = [
        json!({"record": "estate", "schema": "emr-baseline/snapshot/v1", "observed_at": "2026-11-11T00:00:00Z"}),
        json!({"record": "region", "account": "111122223333", "region": "us-west-2", "services": ["elasticmapreduce"]}),
        json!({"record": "resource", "kind": "emr-cluster", "id": "j-1", "calls": {"elasticmapreduce:DescribeCluster": call}}),
        json!({"record": "end-of-region", "complete": true, "listed": ["emr-cluster"]}),
    ];
    let lines = records.iter().map(|record| format!("{record}\n"));
    lines.collect()
}

fn bench() -> Bench {
    Bench::new()
        .with("b.toml", asks_for("emr.termination-protection"))
        .with("off.jsonl", estate(Some(false)))
        .with("on.jsonl", estate(Some(true)))
        .with("unknown.jsonl", estate(None))
}

const KEPT: &[&str] = &["--changes", "changes.json"];

fn audit(bench: &Bench, snapshot: &str, more: &[&str]) -> crate::binary::Run {
    let at = ["--at", "2026-11-11T00:00:00Z"];
    let fixed = ["audit", "b.toml", "--snapshot", snapshot];
    bench.run(&[&at[..], &fixed, more].concat())
}

#[test]
fn a_run_that_finds_what_the_last_one_found_says_nothing_and_ends_as_ever() {
    for (snapshot, code) in [("off.jsonl", 1), ("on.jsonl", 0), ("unknown.jsonl", 3)] {
        let bench = bench();
        let plain = audit(&bench, snapshot, &[]);
        let first = audit(&bench, snapshot, KEPT);
        assert_eq!(
            (&first.out, first.code),
            (&plain.out, Some(code)),
            "{}",
            first.err
        );
        let second = audit(&bench, snapshot, KEPT);
        let said = (second.out.as_str(), second.err.as_str());
        assert_eq!((said, second.code), (("", ""), Some(code)), "{snapshot}");
    }
}

#[test]
fn a_report_that_goes_to_a_file_is_written_in_silence_too() {
    let bench = bench();
    let formats = ["--format", "json=report.json", "--format", "text"];
    let arguments = [KEPT, &formats].concat();
    for _ in 0..2 {
        let run = audit(&bench, "off.jsonl", &arguments);
        assert_eq!(run.code, Some(1), "{}", run.err);
        let report = bench.path().join("report.json");
        let text = std::fs::read(&report).unwrap();
        let report_of: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(report_of["evaluations"][0]["verdict"], "noncompliant");
        std::fs::remove_file(report).unwrap();
    }
}

#[test]
fn what_changed_is_told_first() {
    let bench = bench();
    audit(&bench, "off.jsonl", KEPT);
    let run = audit(&bench, "on.jsonl", KEPT);
    assert_eq!(run.code, Some(0), "{}", run.err);
    for line in [
        "since the run at 2026-11-11T00:00:00Z: 0 new, 0 changed, 1 gone",
        "gone: emr.termination-protection of emr-cluster `j-1` (111122223333, us-west-2)",
    ] {
        let words: Vec<&str> = run.out.split_whitespace().collect();
        assert!(words.join(" ").contains(line), "{line}: {}", run.out);
    }
    // What could not be known any more is a change as well.
    let run = audit(&bench, "unknown.jsonl", KEPT);
    assert_eq!(run.code, Some(3), "{}", run.err);
    assert!(run.out.contains("1 new, 0 changed, 0 gone"), "{}", run.out);
}

#[test]
fn another_baseline_breaks_the_silence() {
    let bench = bench();
    audit(&bench, "on.jsonl", KEPT);
    let other = asks_for("emr.termination-protection") + "exempt-transient = false\n";
    std::fs::write(bench.path().join("b.toml"), other).unwrap();
    let run = audit(&bench, "on.jsonl", KEPT);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let words: Vec<&str> = run.out.split_whitespace().collect();
    assert!(
        words.join(" ").contains("the baseline changed"),
        "{}",
        run.out
    );
}

#[test]
fn what_was_kept_and_cannot_be_read_makes_no_silence() {
    for text in ["", "{}", "[1]", "\u{0}\u{1}"] {
        let bench = bench().with("changes.json", text);
        let run = audit(&bench, "off.jsonl", KEPT);
        assert_eq!(run.code, Some(1), "{}", run.err);
        assert!(run.out.contains("noncompliant"));
        assert!(
            run.err.contains("everything counts as changed"),
            "{}",
            run.err
        );
        let again = audit(&bench, "off.jsonl", KEPT);
        assert_eq!((again.out.as_str(), again.err.as_str()), ("", ""));
    }
}

#[test]
fn an_estate_with_nothing_to_judge_is_never_silent_and_is_not_kept() {
    let nothing = estate(Some(true));
    let nothing: String = nothing
        .lines()
        .filter(|line| !line.contains("\"resource\""))
        .map(|line| format!("{line}\n"))
        .collect();
    let bench = bench().with("nothing.jsonl", nothing);
    for _ in 0..2 {
        let run = audit(&bench, "nothing.jsonl", KEPT);
        assert_eq!(run.code, Some(2), "{}", run.err);
        assert!(run.err.contains("nothing was judged"), "{}", run.err);
    }
    assert!(!bench.path().join("changes.json").exists());
}

#[test]
fn a_run_ends_at_once_while_another_holds_its_lock() {
    let bench = bench();
    for (held, arguments) in [
        ("run.lock", &["--lock", "run.lock"][..]),
        ("changes.json.lock", KEPT),
    ] {
        let file = std::fs::File::create(bench.path().join(held)).unwrap();
        file.lock().unwrap();
        let run = audit(&bench, "off.jsonl", arguments);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{}", run.err);
        assert!(
            run.err.contains("another run holds the lock"),
            "{}",
            run.err
        );
        drop(file);
        let run = audit(&bench, "off.jsonl", arguments);
        assert_eq!(run.code, Some(1), "{}", run.err);
    }
    let run = audit(&bench, "off.jsonl", &["--lock", "no/such/folder/lock"]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("cannot lock"), "{}", run.err);
}
