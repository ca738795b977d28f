//! What a change is held to: `--diff` against a commit, and ratchet files, through the built binary.

use crate::binary::{Bench, Run, asks_for, request};
use emr_baseline::control::{Severity, Verdict};
use emr_baseline::judge::{Counted, Earlier, Evaluation, Evaluations, Said, Subject};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::Command;

/// A repository whose commit `base` holds one failing request.
fn repository() -> Bench {
    let bench = Bench::new()
        .with("b.toml", asks_for("emr.termination-protection"))
        .with("infra/old.json", request(&json!(false)));
    git(&bench, &["init", "--quiet", "--initial-branch=main"]);
    commit(&bench, "base");
    bench
}

pub fn git(bench: &Bench, words: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com"])
        .args(words)
        .current_dir(bench.path())
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "{words:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

pub fn commit(bench: &Bench, tag: &str) {
    git(bench, &["add", "--all"]);
    git(bench, &["commit", "--quiet", "--message", tag]);
    git(bench, &["tag", tag]);
}

fn write(bench: &Bench, name: &str, text: impl AsRef<[u8]>) {
    std::fs::write(bench.path().join(name), text).unwrap();
}

fn read(bench: &Bench, name: &str) -> String {
    std::fs::read_to_string(bench.path().join(name)).unwrap()
}

/// Checks against the commit `base`: the report, and how it ended.
fn since_base(bench: &Bench, paths: &[&str]) -> (Value, Run) {
    bench.report(&[&["check", "b.toml", "--diff", "base"], paths].concat())
}

/// Control and resource of every finding, with the file it is seen in.
pub fn findings(report: &Value) -> Vec<String> {
    let all = report["evaluations"].as_array().unwrap().iter();
    let open = all.filter(|one| {
        ["noncompliant", "indeterminate"].contains(&one["verdict"].as_str().unwrap())
            && one["tolerated"] != true
    });
    open.map(|one| {
        let file = one["seen"][0]["file"].as_str().unwrap_or_default();
        format!("{} {}", one["control"].as_str().unwrap(), file)
    })
    .collect()
}

#[test]
fn a_change_that_adds_nothing_passes_whatever_stood_there_before() {
    let bench = repository();
    let (report, run) = since_base(&bench, &["infra"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert_eq!(findings(&report), [""; 0]);
    assert_eq!(report["summary"]["unchanged"], 1);
    assert_eq!(report["summary"]["noncompliant"], 0);
    let plain = bench.run(&["check", "b.toml", "infra"]);
    assert_eq!(plain.code, Some(1), "without a base nothing is forgiven");
    let text = bench.run(&["check", "b.toml", "infra", "--diff", "base"]);
    assert!(text.out.contains("1 unchanged since base"), "{}", text.out);
    assert!(
        text.out.ends_with("\nnothing new\n"),
        "what stood there is not compliant"
    );
}

#[test]
fn a_finding_is_the_same_when_a_hundred_lines_come_before_it() {
    let bench = repository();
    let moved = format!("{}{}", "\n".repeat(100), request(&json!(false)));
    write(&bench, "infra/old.json", moved);
    let (report, run) = since_base(&bench, &["infra"]);
    assert_eq!(run.code, Some(0), "{report}");
    assert_eq!(report["summary"]["unchanged"], 1);
}

#[test]
fn a_new_finding_is_reported_and_the_old_one_is_not() {
    let bench = repository();
    write(&bench, "infra/new.json", request(&json!(false)));
    for paths in [
        &["infra"][..],
        &["./infra/"],
        &["infra/new.json", "infra/old.json"],
        &["."],
    ] {
        let (report, run) = since_base(&bench, paths);
        assert_eq!(run.code, Some(1), "{}", run.err);
        assert_eq!(
            findings(&report),
            ["emr.termination-protection infra/new.json"]
        );
        assert_eq!(report["summary"]["unchanged"], 1, "{paths:?}");
    }
    let absolute = bench.path().canonicalize().unwrap().join("infra");
    let (report, _) = since_base(&bench, &[absolute.to_str().unwrap()]);
    assert_eq!(report["summary"]["unchanged"], 1, "an absolute path");
}

#[test]
fn another_wrong_value_in_the_same_place_is_new() {
    let bench = repository();
    let text = request(&json!(false)).replace(",\"TerminationProtected\":false", "");
    assert!(!text.contains("TerminationProtected"));
    write(&bench, "infra/old.json", text);
    let (report, run) = since_base(&bench, &["infra"]);
    assert_eq!(run.code, Some(1));
    assert_eq!(
        findings(&report),
        ["emr.termination-protection infra/old.json"]
    );
    assert_eq!(report["summary"]["unchanged"], 0);
}

/// What is tolerated of these evaluations when a ratchet of the version before holds `then`.
fn tolerated(then: &Evaluation, now: &[Evaluation]) -> Vec<bool> {
    let mut earlier = Earlier::default();
    let mut report = crate::samples::report();
    let homes = BTreeMap::new();
    let said = Said::Joined {
        verdict: then.verdict,
        severity: then.severity,
        message: then.message.clone().into_owned(),
        observed: then.observed.clone(),
    };
    earlier.add(&Subject::of(then, &homes), said, |_| false);
    report.evaluations = Evaluations::default();
    report.before.ratchet = Some(earlier);
    report.add(Counted::of(now.to_vec(), true)).unwrap();
    let all = report.evaluations.iter();
    all.map(|one| one.unwrap().tolerated).collect()
}

#[test]
fn a_finding_that_was_there_covers_one_that_says_no_more_and_is_no_worse() {
    let report = crate::samples::report();
    let sample = report.evaluations.iter().next().unwrap().unwrap();
    let with = |message: &str, severity: Severity| Evaluation {
        message: message.to_owned().into(),
        severity,
        ..sample.clone().into_owned()
    };
    let then = with("`A` is off; `B` is off", Severity::Medium);
    for (now, covered) in [
        (then.clone(), true),
        (with("`B` is off", Severity::Medium), true),
        (with("`B` is off; `A` is off", Severity::Low), true),
        (
            with("`A` is off; `B` is off; `C` is off", Severity::Medium),
            false,
        ),
        (with("`C` is off", Severity::Medium), false),
        (with("`A` is off", Severity::High), false),
        (
            Evaluation {
                verdict: Verdict::Indeterminate,
                ..then.clone()
            },
            false,
        ),
        (
            Evaluation {
                observed: "1".to_owned(),
                ..then.clone()
            },
            false,
        ),
    ] {
        assert_eq!(
            tolerated(&then, std::slice::from_ref(&now)),
            [covered],
            "{now:?}"
        );
    }
    let twice = [then.clone(), then.clone()];
    assert_eq!(tolerated(&then, &twice), [true, false], "one covers one");
}

#[test]
fn a_file_that_was_renamed_keeps_its_findings() {
    let bench = repository();
    git(&bench, &["mv", "infra/old.json", "infra/renamed.json"]);
    let (report, run) = since_base(&bench, &["infra"]);
    assert_eq!(run.code, Some(0), "{report}");
    assert_eq!(report["summary"]["unchanged"], 1);
}

#[test]
fn names_that_hold_their_file_are_compared_too() {
    let grant = |permissions: &[&str]| {
        json!({"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"},
               "Resource": {"Database": {"Name": "sales"}}, "Permissions": permissions})
        .to_string()
    };
    let bench = Bench::new()
        .with("b.toml", asks_for("lake.iam-allowed-principals"))
        .with("infra/grant.json", grant(&["ALL"]));
    git(&bench, &["init", "--quiet"]);
    commit(&bench, "base");
    let plain = bench.run(&["check", "b.toml", "infra"]);
    assert_eq!(plain.code, Some(1), "{}{}", plain.out, plain.err);
    let (report, run) = since_base(&bench, &["infra"]);
    assert_eq!(run.code, Some(0), "{report}");
    assert_eq!(report["summary"]["unchanged"], 1);
}

#[test]
fn the_index_and_the_files_of_the_repository_are_left_alone() {
    let bench = repository();
    write(&bench, "infra/staged.json", request(&json!(true)));
    git(&bench, &["add", "infra/staged.json"]);
    write(&bench, "infra/untracked.json", request(&json!(true)));
    let before = (
        git(&bench, &["status", "--porcelain"]),
        git(&bench, &["ls-files", "--stage"]),
    );
    since_base(&bench, &["infra"]);
    let after = (
        git(&bench, &["status", "--porcelain"]),
        git(&bench, &["ls-files", "--stage"]),
    );
    assert_eq!(before, after);
}

#[test]
fn a_base_that_cannot_be_had_is_no_base_without_findings() {
    let bench = repository();
    for reference in ["nonsense", "--output=x", "", "HEAD:infra"] {
        let diff = format!("--diff={reference}");
        let run = bench.run(&["check", "b.toml", "infra", &diff]);
        assert_eq!(run.code, Some(2), "{reference}");
        assert!(
            run.err.contains(&format!("`{reference}` is no commit")),
            "{}",
            run.err
        );
        assert_eq!(run.out, "");
    }
    let outside = Bench::new()
        .with("b.toml", asks_for("emr.termination-protection"))
        .with("r.json", request(&json!(false)));
    let run = outside.run(&["check", "b.toml", "r.json", "--diff", "HEAD"]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("not a git repository"), "{}", run.err);
    let there = outside.path().join("r.json");
    let run = bench.run(&["check", "b.toml", there.to_str().unwrap(), "--diff", "base"]);
    assert_eq!(run.code, Some(2));
    assert!(
        run.err.contains("is not in the git repository"),
        "{}",
        run.err
    );
}

#[test]
fn what_was_not_there_at_the_base_is_new() {
    let bench = repository();
    let bench = bench.with("fresh/new.json", request(&json!(false)));
    let (report, run) = since_base(&bench, &["fresh"]);
    assert_eq!(run.code, Some(1), "{}", run.err);
    assert_eq!(report["summary"]["unchanged"], 0);
}

/// A folder with one finding that fails, one that is unknown, and a ratchet of both.
fn ratcheted() -> Bench {
    let bench = Bench::new()
        .with("b.toml", asks_for("emr.termination-protection"))
        .with("infra/bad.json", request(&json!(false)))
        .with("infra/unknown.json", request(&json!("true")));
    let run = bench.run(&["check", "b.toml", "infra", "--write-ratchet", "r.json"]);
    assert_eq!(run.code, Some(1), "writing forgives nothing by itself");
    assert!(
        run.err.contains("wrote 2 findings to `r.json`"),
        "{}",
        run.err
    );
    bench
}

fn with_ratchet(bench: &Bench, more: &[&str]) -> (Value, Run) {
    bench.report(&[&["check", "b.toml", "infra", "--ratchet", "r.json"], more].concat())
}

#[test]
fn a_ratchet_tolerates_what_it_lists_and_the_verdicts_stand() {
    let bench = ratcheted();
    let (report, run) = with_ratchet(&bench, &[]);
    assert_eq!(run.code, Some(0), "{report}");
    assert_eq!(report["summary"]["tolerated"], 2);
    assert_eq!(report["summary"]["noncompliant"], 1);
    assert_eq!(report["summary"]["indeterminate"], 1);
    let all = report["evaluations"].as_array().unwrap();
    let tolerated = all.iter().filter(|one| one["tolerated"] == true).count();
    assert_eq!(tolerated, 2);
    let text = bench.run(&["check", "b.toml", "infra", "--ratchet", "r.json"]);
    let summary = [
        "check",
        "b.toml",
        "infra",
        "--ratchet",
        "r.json",
        "--format",
        "markdown",
    ];
    let summary = bench.run(&summary).out;
    assert!(
        summary.starts_with("## emr-baseline: nothing new\n"),
        "{summary}"
    );
    assert!(text.out.ends_with("\nnothing new\n"), "{}", text.out);
    assert!(
        text.out.contains("2 tolerated") && !text.out.contains("-->"),
        "{}",
        text.out
    );
}

#[test]
fn a_ratchet_tolerates_no_other_value_and_no_other_resource() {
    for (name, text) in [
        ("infra/bad.json", request(&Value::Null)),
        ("infra/unknown.json", request(&json!(false))),
        ("infra/new.json", request(&json!(false))),
        (
            "infra/bad.json",
            request(&json!(false)).replace("\"etl\"", "\"other\""),
        ),
    ] {
        let bench = ratcheted();
        write(&bench, name, text);
        let (report, run) = with_ratchet(&bench, &[]);
        assert_eq!(run.code, Some(1), "{report}");
        assert_eq!(
            findings(&report),
            [format!("emr.termination-protection {name}")]
        );
    }
}

#[test]
fn a_ratchet_holds_when_lines_move() {
    let bench = ratcheted();
    let moved = format!("{}{}", "\n".repeat(100), request(&json!(false)));
    write(&bench, "infra/bad.json", moved);
    assert_eq!(with_ratchet(&bench, &[]).1.code, Some(0));
}

#[test]
fn what_is_mended_is_said_and_leaves_the_ratchet_when_it_is_written_anew() {
    let bench = ratcheted();
    write(&bench, "infra/bad.json", request(&json!(true)));
    write(&bench, "infra/new.json", request(&json!(false)));
    let (report, run) = with_ratchet(&bench, &[]);
    assert_eq!(run.code, Some(1));
    let notes = report["notes"].to_string();
    assert!(
        notes.contains("1 of 2 entries of the ratchet `r.json` are not found"),
        "{notes}"
    );
    assert!(notes.contains("`infra/bad.json`"), "{notes}");
    let (_, run) = with_ratchet(&bench, &["--write-ratchet", "r.json"]);
    assert_eq!(run.code, Some(1), "what is new still fails");
    let ratchet: Value = serde_json::from_str(&read(&bench, "r.json")).unwrap();
    let files: Vec<_> = ratchet["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["file"])
        .collect();
    assert_eq!(
        files,
        ["infra/unknown.json"],
        "it shrinks, and takes nothing new in"
    );
}

#[test]
fn entries_of_files_that_were_not_looked_at_stay() {
    let bench = ratcheted();
    let all = read(&bench, "r.json");
    write(
        &bench,
        "infra/bad.json",
        "{\"JobFlowRole\": \"nodes\", \"Instances\": {",
    );
    let one = [
        "check",
        "b.toml",
        "infra/unknown.json",
        "--ratchet",
        "r.json",
    ];
    let (report, run) = bench.report(&[&one[..], &["--write-ratchet", "r.json"]].concat());
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(!report["notes"].to_string().contains("ratchet"));
    assert_eq!(read(&bench, "r.json"), all);
    let (_, run) = with_ratchet(&bench, &["--write-ratchet", "r.json"]);
    assert_eq!(
        run.code,
        Some(3),
        "a file that cannot be read is not tolerated"
    );
    assert_eq!(
        read(&bench, "r.json"),
        all,
        "and nothing is known of its entries"
    );
    std::fs::remove_file(bench.path().join("infra/bad.json")).unwrap();
    with_ratchet(&bench, &["--write-ratchet", "r.json"]);
    assert!(
        !read(&bench, "r.json").contains("bad.json"),
        "a file that is gone is"
    );
}

#[test]
fn both_hold_from_every_folder_of_the_repository() {
    let bench = repository().with("deep/er/x.txt", "");
    let ratchet = ["check", "b.toml", "infra", "--write-ratchet", "r.json"];
    assert_eq!(bench.run(&ratchet).code, Some(1));
    let below = |words: &[&str]| {
        let mut command = bench.command(words);
        crate::binary::finish(command.current_dir(bench.path().join("deep/er")))
    };
    let check = ["check", "../../b.toml", "../../infra"];
    let with = |more: &[&str]| below(&[&check[..], more].concat());
    assert_eq!(with(&[]).code, Some(1));
    assert_eq!(with(&["--ratchet", "../../r.json"]).code, Some(0));
    assert_eq!(with(&["--diff", "base"]).code, Some(0));
    let again = with(&["--write-ratchet", "../../s.json"]);
    assert_eq!(again.code, Some(1), "{}", again.err);
    assert_eq!(read(&bench, "s.json"), read(&bench, "r.json"));
    // Another file is looked at: the entry stays, although its name is none from here.
    write(&bench, "infra/good.json", request(&json!(true)));
    let other = [
        "check",
        "../../b.toml",
        "../../infra/good.json",
        "--ratchet",
        "../../r.json",
    ];
    let run = below(&[&other[..], &["--write-ratchet", "../../s.json"]].concat());
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert_eq!(read(&bench, "s.json"), read(&bench, "r.json"));
}

#[test]
fn a_ratchet_is_written_the_same_whatever_the_order_of_its_inputs() {
    let bench = ratcheted();
    let turned = [
        "check",
        "b.toml",
        "infra/unknown.json",
        "infra/bad.json",
        "--write-ratchet",
        "s.json",
    ];
    bench.run(&turned);
    assert_eq!(read(&bench, "r.json"), read(&bench, "s.json"));
    assert!(read(&bench, "r.json").ends_with("]\n}\n"));
}

#[test]
fn a_run_that_judged_nothing_writes_no_ratchet() {
    let bench = ratcheted();
    let before = read(&bench, "r.json");
    let run = bench.run(&["check", "b.toml", "b.toml", "--write-ratchet", "r.json"]);
    assert_eq!(run.code, Some(2));
    assert_eq!(read(&bench, "r.json"), before);
}

#[test]
fn a_ratchet_that_cannot_be_read_stops_the_run() {
    let bench = ratcheted();
    for (text, word) in [
        ("{", "line 1"),
        (
            "{\"schema\": \"emr-baseline/ratchet/v9\", \"findings\": []}",
            "ratchet/v9",
        ),
    ] {
        write(&bench, "r.json", text);
        let run = bench.run(&["check", "b.toml", "infra", "--ratchet", "r.json"]);
        assert_eq!(run.code, Some(2));
        assert!(
            run.err.contains("cannot read the ratchet `r.json`"),
            "{}",
            run.err
        );
        assert!(run.err.contains(word), "{}", run.err);
    }
    let run = bench.run(&["check", "b.toml", "infra", "--ratchet", "missing.json"]);
    assert_eq!(run.code, Some(2));
    let run = bench.run(&[
        "check",
        "b.toml",
        "infra",
        "--diff",
        "HEAD",
        "--write-ratchet",
        "x",
    ]);
    assert_eq!(run.code, Some(2), "half of the findings are no ratchet");
}

#[test]
fn a_ratchet_and_a_base_forgive_each_its_own() {
    let bench = repository();
    let run = bench.run(&["check", "b.toml", "infra", "--write-ratchet", "r.json"]);
    assert_eq!(run.code, Some(1));
    let both = [
        "check",
        "b.toml",
        "infra",
        "--diff",
        "base",
        "--ratchet",
        "r.json",
    ];
    let (report, run) = bench.report(&both);
    assert_eq!(run.code, Some(0));
    let notes = report["notes"].to_string();
    assert!(!notes.contains("not found any more"), "{notes}");
}

/// Two environments that call one module, which reads a document beside it.
fn modules() -> Bench {
    let root = |release: &str| {
        format!(
            "module \"emr\" {{\n  source  = \"../../modules/emr\"\n  release = var.release\n}}\nvariable \"release\" {{\n  default = \"{release}\"\n}}\n"
        )
    };
    let module = "variable \"release\" {}\nresource \"aws_emr_cluster\" \"this\" {\n  name          = \"etl\"\n  release_label = var.release\n}\nresource \"aws_emr_security_configuration\" \"this\" {\n  configuration = file(\"${path.module}/files/secure.json\")\n}\n";
    let asks = asks_for("emr.instance-metadata") + "[emr.release]\nsupport = [\"standard\"]\n";
    let bench = Bench::new()
        .with("b.toml", asks)
        .with("envs/a/main.tf", root("emr-5.10.0"))
        .with("envs/b/main.tf", root("emr-5.10.0"))
        .with("modules/emr/main.tf", module)
        .with("modules/emr/files/secure.json", IMDS.replace('2', "1"));
    git(&bench, &["init", "--quiet", "--initial-branch=main"]);
    commit(&bench, "base");
    bench
}

const IMDS: &str = r#"{"InstanceMetadataServiceConfiguration": {"MinimumInstanceMetadataServiceVersion": 2, "HttpPutResponseHopLimit": 1}}"#;

#[test]
fn a_change_of_a_module_is_held_to_what_it_changes_wherever_that_shows() {
    // Nothing changed, and what the module reads stands outside of what is checked.
    for paths in [&["envs"][..], &["envs/a"], &["."]] {
        let (report, run) = since_base(&modules(), paths);
        assert_eq!(
            run.code,
            Some(0),
            "{paths:?}: {:?} {}",
            findings(&report),
            run.err
        );
        assert!(
            report["summary"]["unchanged"].as_u64().unwrap() > 1,
            "{paths:?}"
        );
    }
    // A line above what is found, in the module and in the file of variables.
    let bench = modules();
    for name in ["modules/emr/main.tf", "envs/a/main.tf"] {
        let text = read(&bench, name);
        write(&bench, name, format!("# changed\n\n{text}"));
    }
    let (report, run) = since_base(&bench, &["envs"]);
    assert_eq!(run.code, Some(0), "{:?}", findings(&report));
    // Another wrong value, in the variables of one environment: the finding stands in lines that did not change.
    let bench = modules();
    let text = read(&bench, "envs/a/main.tf").replace("5.10.0", "5.11.0");
    write(&bench, "envs/a/main.tf", text);
    let (report, run) = since_base(&bench, &["envs"]);
    assert_eq!(run.code, Some(1));
    let found = findings(&report);
    assert!(
        !found.is_empty() && found.iter().all(|one| one.starts_with("emr.release ")),
        "{found:?}"
    );
    // A file that the module reads is emptied: both environments are worse.
    let bench = modules();
    write(&bench, "modules/emr/files/secure.json", "{}");
    let (report, _) = since_base(&bench, &["envs"]);
    let found = findings(&report);
    let metadata = found
        .iter()
        .filter(|one| one.starts_with("emr.instance-metadata "));
    assert_eq!(metadata.count(), 2, "{found:?}");
}

#[test]
fn a_ratchet_follows_a_file_that_moved_and_covers_no_second_one() {
    let bench = Bench::new()
        .with("b.toml", asks_for("emr.termination-protection"))
        .with("infra/old.json", request(&json!(false)));
    let written = bench.run(&["check", "b.toml", "infra", "--write-ratchet", "r.json"]);
    assert_eq!(written.code, Some(1), "{}", written.err);
    let folder = bench.path().join("infra");
    std::fs::create_dir(folder.join("deep")).unwrap();
    std::fs::rename(folder.join("old.json"), folder.join("deep/new.json")).unwrap();
    let (report, run) = bench.report(&["check", "b.toml", "infra", "--ratchet", "r.json"]);
    assert_eq!(run.code, Some(0), "{:?}", findings(&report));
    // What is written anew has the new name.
    let again = [
        "check",
        "b.toml",
        "infra",
        "--ratchet",
        "r.json",
        "--write-ratchet",
        "r.json",
    ];
    bench.run(&again);
    assert!(read(&bench, "r.json").contains("infra/deep/new.json"));
    // While the file is there, a copy of it is new.
    write(&bench, "infra/copy.json", request(&json!(false)));
    let (report, run) = bench.report(&["check", "b.toml", "infra", "--ratchet", "r.json"]);
    assert_eq!(run.code, Some(1));
    assert_eq!(
        findings(&report),
        ["emr.termination-protection infra/copy.json"]
    );
}
