//! The cache of the binary: what it saves, and that nothing that happens to it makes a wrong verdict.

use super::estate::{CREATED, Estate, PLANTED, REGION};
use super::outside::{Live, Ran, ran, sorted};
use super::quota::Quotas;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::Command;

const CACHE: &[&str] = &["--cache", "cache"];

/// The one journal of a run's cache.
fn journal(live: &Live) -> PathBuf {
    let folder = live.bench.path().join("cache/111122223333");
    let files = std::fs::read_dir(folder).unwrap();
    let mut files = files.map(|file| file.unwrap().path());
    files
        .find(|path| path.extension().is_some_and(|end| end == "jsonl"))
        .unwrap()
}

fn observe(live: &Live, arguments: &[&str]) -> (Vec<Value>, Ran) {
    let (records, ran) = live.observe(&[CACHE, arguments].concat());
    (sorted(undated(records)), ran)
}

fn undated(mut records: Vec<Value>) -> Vec<Value> {
    for record in &mut records {
        let calls = record.get_mut("calls").and_then(Value::as_object_mut);
        for (_, call) in calls.into_iter().flatten() {
            call.as_object_mut().unwrap().remove("observed_at");
        }
    }
    records
}

fn described(live: &Live) -> u64 {
    let calls = live.server.calls();
    calls
        .get("elasticmapreduce:DescribeCluster")
        .copied()
        .unwrap_or_default()
}

#[test]
fn a_second_audit_asks_little_says_so_and_judges_the_same() {
    let live = Live::over(Estate::sharing(12, 12));
    let (cold, ran) = live.audit(&["--share", "100", "--cache", "cache"]);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    let first: u64 = live.server.calls().values().sum();
    let (warm, ran) = live.audit(&["--share", "100", "--cache", "cache"]);
    let second = live.server.calls().values().sum::<u64>() - first;
    assert!(second * 3 < first * 2, "{second} of {first}");
    assert_eq!(described(&live), 12);
    assert_eq!(warm["evaluations"], cold["evaluations"]);
    assert_eq!(warm["coverage"], cold["coverage"]);
    assert!(
        ran.err.contains("answers from the cache, the oldest of 20"),
        "{}",
        ran.err
    );
    // Everything is asked when that is wanted.
    for arguments in [&["--no-cache"][..], &["--cache", "cache", "--max-age", "0"]] {
        let before = described(&live);
        live.audit(&[&["--share", "100"], arguments].concat());
        assert_eq!(described(&live) - before, 12, "{arguments:?}");
    }
}

#[test]
fn a_record_says_when_a_remembered_answer_was_given() {
    let live = Live::over(Estate::of(1));
    let (cold, _) = live.observe(CACHE);
    let (warm, _) = live.observe(CACHE);
    let dated = |records: &[Value], action: &str| {
        let cluster = records
            .iter()
            .find(|record| record["kind"] == "emr-cluster");
        cluster.unwrap()["calls"][action]["observed_at"].is_string()
    };
    assert!(!dated(&cold, "elasticmapreduce:DescribeCluster"));
    assert!(dated(&warm, "elasticmapreduce:DescribeCluster"));
    assert!(!dated(&warm, "ec2:DescribeInstances"));
}

#[test]
fn without_a_folder_of_the_user_nothing_is_kept_and_with_one_it_is_private() {
    let live = Live::over(Estate::of(1));
    live.observe(&[]);
    assert_eq!(std::fs::read_dir(live.bench.path()).unwrap().count(), 0);
    for (name, below) in [
        ("XDG_CACHE_HOME", "emr-baseline"),
        ("HOME", ".cache/emr-baseline"),
    ] {
        let mut command = live.command(&["observe", "--share", "100"]);
        let home = live.bench.path().join(name);
        command.env(name, &home);
        assert_eq!(ran(command).code, Some(0));
        let folder = home.join(below).join("111122223333");
        #[cfg(unix)]
        for entry in std::fs::read_dir(&folder).unwrap() {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &std::path::Path| {
                std::fs::metadata(path).unwrap().permissions().mode() & 0o777
            };
            assert_eq!(mode(&folder), 0o700);
            assert_eq!(mode(&entry.unwrap().path()), 0o600);
        }
    }
}

#[test]
fn what_another_endpoint_said_is_not_taken_for_what_this_one_says() {
    let first = Live::over(Estate::of(2));
    let (_, _) = observe(&first, &[]);
    let second = Live::over(Estate::of(2));
    let folder = first.bench.path().join("cache");
    second.observe(&["--cache", folder.to_str().unwrap()]);
    assert_eq!(described(&second), 2);
}

#[test]
fn a_damaged_cache_is_said_and_costs_calls() {
    let live = Live::over(Estate::sharing(3, 2));
    let (plain, _) = observe(&live, &[]);
    let whole = std::fs::read_to_string(journal(&live)).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let damages: Vec<(String, &str)> = vec![
        (whole.replace("emr-7.9.0", "emr-7.9.1"), "damaged lines"),
        (whole.replace("RUNNING", "\u{0}\u{0}"), "damaged lines"),
        (
            "SQLite format 3".to_owned(),
            "damaged from its first line on",
        ),
        (lines[1..].join("\n"), "damaged from its first line on"),
        (whole[..whole.len() / 2].to_owned(), ""),
        (String::new(), ""),
    ];
    for (text, says) in damages {
        std::fs::write(journal(&live), &text).unwrap();
        let (records, ran) = observe(&live, &[]);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        assert_eq!(records, plain, "{says}");
        assert!(ran.err.contains(says), "{}", ran.err);
        assert_eq!(ran.err.contains("damaged"), !says.is_empty(), "{}", ran.err);
        // It is whole again.
        let before = described(&live);
        let (records, ran) = observe(&live, &[]);
        assert_eq!(records, plain);
        assert_eq!(described(&live), before, "{says}");
        assert!(
            says.contains("lines") || !ran.err.contains("damaged"),
            "{}",
            ran.err
        );
        std::fs::write(journal(&live), &whole).unwrap();
    }
}

/// A line with its digest, as journals have it, written apart from the product.
fn line(record: &Value) -> String {
    use sha2::Digest;
    let text = record.to_string();
    let digest = sha2::Sha256::digest(&text);
    let sum: String = digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{sum} {text}\n")
}

#[test]
fn a_cache_of_a_later_version_is_left_alone_and_one_of_an_earlier_is_begun_anew() {
    let live = Live::over(Estate::of(2));
    let (plain, _) = observe(&live, &[]);
    let path = journal(&live);
    let header = |version: u64| {
        line(
            &json!({"record": "cache", "version": version, "account": "111122223333", "region": REGION}),
        )
    };
    // This version's header is what the test takes it for.
    assert!(
        std::fs::read_to_string(&path)
            .unwrap()
            .starts_with(&header(1))
    );
    std::fs::write(&path, header(2)).unwrap();
    let (records, ran) = observe(&live, &[]);
    assert!(ran.err.contains("is of a later version"), "{}", ran.err);
    assert_eq!(records, plain);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), header(2));
    std::fs::write(&path, header(0)).unwrap();
    let (records, ran) = observe(&live, &[]);
    assert!(ran.err.contains("is of an earlier version"), "{}", ran.err);
    assert_eq!(records, plain);
    assert!(
        std::fs::read_to_string(&path)
            .unwrap()
            .starts_with(&header(1))
    );
}

#[test]
fn a_fact_of_the_future_is_asked_again() {
    let live = Live::over(Estate::of(1));
    observe(&live, &[]);
    let path = journal(&live);
    let text = std::fs::read_to_string(&path).unwrap();
    let moved = text.lines().map(|old| {
        let mut record: Value = serde_json::from_str(old.split_once(' ').unwrap().1).unwrap();
        if record["record"] == "fact" {
            record["at"] = json!("2999-01-01T00:00:00Z");
        }
        line(&record)
    });
    std::fs::write(&path, moved.collect::<String>()).unwrap();
    let before = described(&live);
    observe(&live, &[]);
    assert_eq!(described(&live), before + 1);
}

#[test]
fn a_cache_in_use_is_read_and_not_written() {
    let live = Live::over(Estate::of(3));
    let (plain, _) = observe(&live, &[]);
    let path = journal(&live);
    let text = std::fs::read_to_string(&path).unwrap();
    let lock = std::fs::File::open(path.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    let (records, ran) = observe(&live, &[]);
    assert!(ran.err.contains("is in use by another run"), "{}", ran.err);
    assert_eq!(records, plain);
    assert_eq!(described(&live), 3);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_cache_that_cannot_be_written_or_read_is_said_and_nothing_else_changes() {
    let live = Live::over(Estate::of(2));
    let (plain, _) = observe(&live, &[]);
    std::fs::write(live.bench.path().join("file"), "").unwrap();
    let (records, ran) = live.observe(&["--cache", "file"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(
        ran.err.contains("cannot be written: not a directory"),
        "{}",
        ran.err
    );
    assert_eq!(sorted(records), plain);
    // A folder where the journal should be.
    let path = journal(&live);
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    let (records, ran) = observe(&live, &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(
        ran.err.contains("cannot be read: it is no file"),
        "{}",
        ran.err
    );
    assert_eq!(records, plain);
}

#[cfg(unix)]
#[test]
fn a_disk_that_is_full_is_said_once_and_what_was_written_is_good() {
    let live = Live::over(Estate::of(6));
    let (plain, _) = live.observe(&[]);
    let plain = sorted(plain);
    let binary = live.command(&["observe", "--share", "100", "--cache", "cache"]);
    // A write over the limit fails as one to a full disk does, after a part of it.
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 12; exec \"$0\" \"$@\""]);
    command
        .arg(binary.get_program())
        .args(binary.get_args())
        .env_clear();
    for (name, value) in binary.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    command.current_dir(live.bench.path());
    let full = ran(command);
    assert_eq!(full.code, Some(0), "{}", full.err);
    assert_eq!(
        full.err.matches("cannot be written").count(),
        1,
        "{}",
        full.err
    );
    let parse = |text: &str| {
        sorted(
            text.lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect(),
        )
    };
    assert_eq!(parse(&full.out), plain);
    let before = described(&live);
    let (records, ran) = observe(&live, &[]);
    assert_eq!(records, plain);
    assert!(!ran.err.contains("damaged"), "{}", ran.err);
    let again = described(&live) - before;
    assert!((1..6).contains(&again), "{again}");
}

#[test]
fn a_run_whose_time_was_up_goes_on_where_it_was() {
    let mut estate = Estate::of(14);
    estate.quotas = Some(Quotas::default());
    let live = Live::over(estate);
    let (_, ran) = live.observe(&["--cache", "cache", "--max-duration", "2s"]);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    let first = described(&live);
    assert!((5..14).contains(&first), "{first}");
    live.server.estate.lock().unwrap().quotas = None;
    let keys = |live: &Live| {
        live.server
            .calls()
            .get("kms:GetKeyPolicy")
            .copied()
            .unwrap_or_default()
    };
    let before = keys(&live);
    assert!(before > 0);
    let (records, ran) = observe(&live, &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(described(&live) <= 14 + live.server.estate.lock().unwrap().throttled as u64);
    let keys_asked = keys(&live);
    assert_eq!(
        keys_asked, 2,
        "keys are asked once in a run, however often that is interrupted"
    );
    let (plain, _) = live.observe(&[]);
    assert_eq!(records, sorted(plain));
}

#[test]
fn a_run_that_is_killed_goes_on_where_it_was() {
    let mut estate = Estate::of(14);
    estate.quotas = Some(Quotas::default());
    let live = Live::over(estate);
    let mut child = live
        .command(&["observe", "--share", "100", "--cache", "cache"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    while described(&live) < 8 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    live.server.estate.lock().unwrap().quotas = None;
    let (records, ran) = observe(&live, &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    // Sixteen may have been under way.
    assert!(described(&live) < 14 + 16, "{}", described(&live));
    let (plain, _) = live.observe(&[]);
    assert_eq!(records, sorted(plain));
}

#[test]
fn no_secret_is_kept() {
    let mut estate = Estate::of(2);
    estate.plant_secrets();
    estate.end(1, CREATED + 86_400 * 10 - 60);
    let live = Live::over(estate);
    observe(&live, &["--steps", "--since", "24h"]);
    let text = std::fs::read_to_string(journal(&live)).unwrap();
    assert!(text.contains("KerberosAttributes") && text.contains("withheld-by-emr-baseline"));
    assert!(!text.contains(PLANTED));
}

#[test]
fn a_journal_does_not_grow_without_end() {
    let live = Live::over(Estate::of(3));
    observe(&live, &[]);
    let first = std::fs::metadata(journal(&live)).unwrap().len();
    for _ in 0..6 {
        observe(&live, &["--max-age", "0"]);
    }
    let last = std::fs::metadata(journal(&live)).unwrap().len();
    assert!(last < first * 3, "{first} {last}");
}
