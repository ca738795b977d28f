//! The schedules that are shown: each by the checker that its system has, and then its command, run over the double.

use super::estate::{Estate, REGION};
use super::outside::{Live, Ran, ran};
use crate::support::root;
use crate::witness;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

const BINARY: &str = env!("CARGO_BIN_EXE_emr-baseline");
const FOLDER: &str = "examples/schedule";

fn shown(name: &str) -> String {
    std::fs::read_to_string(root().join(FOLDER).join(name)).unwrap()
}

/// A file of YAML as its data.
fn loaded(name: &str) -> Value {
    let path = format!("{FOLDER}/{name}");
    let testimony = witness::call("schedule.py", &[&path]);
    assert!(testimony.passed, "{}", testimony.said);
    let mut files: Value = serde_json::from_str(&testimony.said).unwrap();
    files[path].take()
}

fn live() -> Live {
    let mut estate = Estate::of(1);
    estate
        .regions
        .insert(REGION.to_owned(), "opt-in-not-required");
    Live::over(estate)
}

/// Runs the words of a schedule after the binary's, with its folders and baseline as they are here.
fn run(live: &Live, words: &[String]) -> Ran {
    let folder = live.bench.path().display().to_string();
    let baseline = root().join("baselines/recommended.toml");
    let baseline = baseline.to_str().unwrap();
    let words = words.iter().map(|word| {
        word.replace("/etc/emr-baseline/prod.toml", baseline)
            .replace("/var/lib/emr-baseline", &folder)
            .replace("${STATE_DIRECTORY}", &folder)
            .replace("${CACHE_DIRECTORY}", &format!("{folder}/cache"))
    });
    let words: Vec<String> = words.collect();
    assert!(words.iter().all(|word| !word.contains("${")), "{words:?}");
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    ran(live.command(&words))
}

/// Runs a nightly command twice: the second night, nothing has changed, and nothing is said.
fn two_nights(words: &[String]) {
    let live = live();
    let first = run(&live, words);
    assert_eq!(first.code, Some(1), "{}", first.err);
    assert!(first.out.contains("noncompliant"), "{}", first.out);
    let report = live.bench.path().join("report.json");
    std::fs::remove_file(&report).unwrap();
    let second = run(&live, words);
    assert_eq!(second.code, Some(1), "{}", second.err);
    assert_eq!((second.out.as_str(), second.err.as_str()), ("", ""));
    assert!(report.exists());
}

/// The settings of a unit, by section and key.
fn unit(name: &str) -> BTreeMap<(String, String), String> {
    let mut section = String::new();
    let mut settings = BTreeMap::new();
    for line in shown(name).lines() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(header) = line.strip_prefix('[') {
            header.strip_suffix(']').unwrap().clone_into(&mut section);
            continue;
        }
        let (key, value) = line.split_once('=').unwrap();
        let key = (section.clone(), key.to_owned());
        assert!(settings.insert(key, value.to_owned()).is_none(), "{line}");
    }
    settings
}

#[test]
fn the_systemd_units_are_ones_that_systemd_takes() {
    let bench = crate::binary::Bench::new();
    let mut files = Vec::new();
    for name in ["emr-baseline-audit.service", "emr-baseline-audit.timer"] {
        // What is not installed cannot be executed, and systemd looks.
        let text = shown(name).replace("/usr/bin/emr-baseline", BINARY);
        let file = bench.path().join(name);
        std::fs::write(&file, text).unwrap();
        files.push(file);
    }
    let asked = Command::new("systemd-analyze")
        .args(["verify", "--man=no", "--recursive-errors=no"])
        .args(&files)
        .output();
    if let Ok(output) = asked {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        assert!(!said.contains("emr-baseline-audit"), "{said}");
    }
    // Where systemd is not: what it would not start without.
    let service = unit("emr-baseline-audit.service");
    let of = |section: &str, key: &str| (section.to_owned(), key.to_owned());
    assert_eq!(service[&of("Service", "Type")], "oneshot");
    let timer = unit("emr-baseline-audit.timer");
    assert_eq!(timer[&of("Install", "WantedBy")], "timers.target");
    assert!(timer.contains_key(&of("Timer", "OnCalendar")));
}

#[test]
fn the_command_of_the_systemd_unit_speaks_once() {
    let service = unit("emr-baseline-audit.service");
    let start = &service[&("Service".to_owned(), "ExecStart".to_owned())];
    let mut words = start.split_whitespace().map(str::to_owned);
    assert_eq!(words.next().unwrap(), "/usr/bin/emr-baseline");
    two_nights(&words.collect::<Vec<_>>());
}

fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().unwrap().iter();
    list.map(|one| one.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_cron_job_has_what_kubernetes_wants_and_its_command_speaks_once() {
    let job = loaded("cronjob.yaml");
    assert_eq!(job["apiVersion"], "batch/v1");
    assert_eq!(job["kind"], "CronJob");
    let spec = &job["spec"];
    assert_eq!(
        spec["schedule"].as_str().unwrap().split(' ').count(),
        5,
        "{spec}"
    );
    assert_eq!(spec["concurrencyPolicy"], "Forbid");
    let pod = &spec["jobTemplate"]["spec"]["template"]["spec"];
    assert_eq!(pod["restartPolicy"], "Never");
    let container = &pod["containers"][0];
    for needed in ["name", "image"] {
        assert!(container[needed].is_string(), "{needed}");
    }
    let names = |list: &Value| -> Vec<String> {
        let list = list.as_array().unwrap().iter();
        list.map(|one| one["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&pod["volumes"]), names(&container["volumeMounts"]));
    // Whatever the command names stands in a volume.
    let mounts = container["volumeMounts"].as_array().unwrap();
    let args = texts(&container["args"]);
    for path in args
        .iter()
        .filter_map(|word| word.find('/').map(|at| &word[at..]))
    {
        let is_below =
            |mount: &Value| Path::new(path).starts_with(mount["mountPath"].as_str().unwrap());
        assert!(mounts.iter().any(is_below), "{path}");
    }
    assert_eq!(texts(&container["command"]), ["emr-baseline"]);
    two_nights(&args);
}

#[test]
fn the_rule_of_eventbridge_audits_the_cluster_of_its_event() {
    let path = root().join(FOLDER).join("event.yaml");
    let testimony = witness::call("template.py", &[path.to_str().unwrap()]);
    assert!(testimony.passed, "{}", testimony.said);
    let template = loaded("event.yaml");
    let rule = &template["Resources"]["Rule"]["Properties"];
    // Source: EMR Management Guide, "Monitor events with CloudWatch": what EMR sends.
    let event = serde_json::json!({"source": "aws.emr", "detail-type": "EMR Cluster State Change",
        "detail": {"severity": "INFO", "state": "RUNNING", "clusterId": "j-0000000000000", "name": "etl-0"}});
    let pattern = &rule["EventPattern"];
    for member in ["source", "detail-type"] {
        assert_eq!(pattern[member], serde_json::json!([event[member]]));
    }
    let states = pattern["detail"]["state"].as_array().unwrap();
    assert!(states.contains(&event["detail"]["state"]));
    let transformer = &rule["Targets"][0]["InputTransformer"];
    let mut input = transformer["InputTemplate"].as_str().unwrap().to_owned();
    for (name, path) in transformer["InputPathsMap"].as_object().unwrap() {
        let pointer = path.as_str().unwrap().replace("$.", "/").replace('.', "/");
        let value = event.pointer(&pointer).unwrap();
        input = input.replace(&format!("<{name}>"), &value.to_string());
    }
    let input: Value = serde_json::from_str(&input).unwrap();
    let container = &template["Resources"]["Task"]["Properties"]["ContainerDefinitions"][0];
    let overridden = &input["containerOverrides"][0];
    assert_eq!(overridden["name"], container["Name"]);
    let live = live();
    let ran = run(&live, &texts(&overridden["command"]));
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert!(ran.out.contains("j-0000000000000"), "{}", ran.out);
    assert!(
        !live
            .server
            .calls()
            .contains_key("elasticmapreduce:ListClusters")
    );
}
