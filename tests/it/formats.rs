//! The law that formats agree: what is read back from each complete format is what the report holds.

use crate::samples;
use emr_baseline::control::Verdict;
use emr_baseline::judge::{Evaluations, Report, Spill};
use emr_baseline::report::{Format, Options, render};
use proptest::prelude::*;
use serde_json::Value;
use std::io::{self, Read};

/// Control, kind, id, account, region, verdict.
type Judged = [Option<String>; 6];

/// Renders into memory.
pub(crate) fn rendered(format: Format, report: &Report, options: Options) -> String {
    let mut out = Vec::new();
    render(format, report, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn of_report(report: &Report, all: bool) -> Vec<Judged> {
    let shown = report
        .evaluations
        .iter()
        .map(Result::unwrap)
        .filter(|evaluation| all || evaluation.verdict != Verdict::NotApplicable);
    sorted(shown.map(|evaluation| {
        let resource = &evaluation.resource;
        [
            Some(evaluation.control.id.to_owned()),
            Some(resource.kind.name().to_owned()),
            Some(resource.id.clone()),
            resource.account.clone(),
            resource.region.clone(),
            Some(evaluation.verdict.name().to_owned()),
        ]
    }))
}

fn sorted(judged: impl Iterator<Item = Judged>) -> Vec<Judged> {
    let mut judged: Vec<_> = judged.collect();
    judged.sort();
    judged
}

fn of_resource(control: &Value, resource: &Value, verdict: &str) -> Judged {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    [
        text(control),
        text(&resource["kind"]),
        text(&resource["id"]),
        text(&resource["account"]),
        text(&resource["region"]),
        Some(verdict.to_owned()),
    ]
}

fn read_json(text: &str) -> Vec<Judged> {
    let root: Value = serde_json::from_str(text).unwrap();
    let evaluations = root["evaluations"].as_array().unwrap();
    sorted(evaluations.iter().map(|one| {
        of_resource(
            &one["control"],
            &one["resource"],
            one["verdict"].as_str().unwrap(),
        )
    }))
}

/// The verdict as SARIF's own words tell it, not as our property says.
fn verdict_of(result: &Value) -> &'static str {
    let suppressed = result["suppressions"]
        .as_array()
        .is_some_and(|suppressions| !suppressions.is_empty());
    match (result["kind"].as_str().unwrap(), suppressed) {
        ("pass", false) => "compliant",
        ("fail", false) => "noncompliant",
        ("fail", true) => "waived",
        ("open", false) => "indeterminate",
        ("notApplicable", false) => "not-applicable",
        other => panic!("no verdict is {other:?}"),
    }
}

fn read_sarif(text: &str) -> Vec<Judged> {
    let root: Value = serde_json::from_str(text).unwrap();
    let run = &root["runs"][0];
    let results = run["results"].as_array().unwrap();
    sorted(results.iter().map(|result| {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        let rule = &run["tool"]["driver"]["rules"][index];
        assert_eq!(rule["id"], result["ruleId"]);
        let failed = result["kind"] == "fail";
        assert_eq!(
            failed,
            result["level"] != "none",
            "a level other than none is for failures"
        );
        of_resource(
            &rule["id"],
            &result["properties"]["resource"],
            verdict_of(result),
        )
    }))
}

fn every_complete_format_agrees(report: &Report) {
    for all in [false, true] {
        let options = Options {
            all,
            ..Options::default()
        };
        let expected = of_report(report, all);
        let json = rendered(Format::Json, report, options);
        assert_eq!(read_json(&json), expected, "json");
        let sarif = rendered(Format::Sarif, report, options);
        assert_eq!(read_sarif(&sarif), expected, "sarif");
    }
}

#[test]
fn every_complete_format_says_what_the_report_says() {
    every_complete_format_agrees(&samples::report());
}

proptest! {
    #[test]
    fn text_is_written_for_any_report_and_steers_no_terminal(report in samples::any_report(), all: bool, width in 0..200_usize) {
        let options = Options { all, width, ..Options::default() };
        let text = rendered(Format::Text, &report, options);
        prop_assert!(text.chars().all(|letter| letter == '\n' || !letter.is_control()));
    }

    #[test]
    fn every_complete_format_says_what_any_report_says(report in samples::any_report()) {
        every_complete_format_agrees(&report);
    }
}

fn keys(value: &Value) -> Vec<&str> {
    let members = value.as_object().unwrap();
    members.keys().map(String::as_str).collect()
}

fn json_of_the_sample() -> Value {
    let text = rendered(Format::Json, &samples::report(), Options::default());
    serde_json::from_str(&text).unwrap()
}

#[test]
fn json_is_the_promised_shape_in_the_promised_order() {
    let root = json_of_the_sample();
    let promised = "schema tool baseline evaluated_at coverage summary evaluations problems notes";
    assert_eq!(keys(&root).join(" "), promised);
    assert_eq!(root["evaluated_at"], "2026-11-22T12:00:00Z");
    assert_eq!(
        keys(&root["coverage"]).join(" "),
        "resources evaluations indeterminate left_to_audit"
    );
    assert_eq!(
        root["coverage"]["evaluations"], 5,
        "what is not applicable does not count"
    );
    assert_eq!(root["coverage"]["indeterminate"], 1);
    assert_eq!(
        keys(&root["summary"]).join(" "),
        "compliant noncompliant indeterminate waived"
    );
    assert_eq!(
        keys(&root["problems"][0]).join(" "),
        "what file line action why"
    );
}

#[test]
fn a_json_evaluation_is_the_promised_shape_in_the_promised_order() {
    let root = json_of_the_sample();
    let first = &root["evaluations"][0];
    let promised = "control verdict severity resource message expected observed seen required reason \
                    remediation references waiver fingerprint";
    assert_eq!(keys(first).join(" "), promised);
    assert_eq!(
        keys(&first["resource"]).join(" "),
        "kind id name account region arn"
    );
    assert_eq!(
        keys(&first["seen"][0]).join(" "),
        "file line column pointer"
    );
    assert_eq!(keys(&first["required"][0]).join(" "), "file line column");
    assert!(first["waiver"].is_null() && first["reason"].is_null());
    let live = &root["evaluations"][2];
    assert_eq!(keys(&live["seen"][0]).join(" "), "api pointer");
    let waived = &root["evaluations"][3];
    assert_eq!(waived["verdict"], "waived");
    assert_eq!(
        keys(&waived["waiver"]).join(" "),
        "owner reason ticket expires file line"
    );
}

fn sarif_of_the_sample(options: Options) -> Value {
    let text = rendered(Format::Sarif, &samples::report(), options);
    serde_json::from_str(&text).unwrap()
}

#[test]
fn sarif_knows_every_control_of_the_registry() {
    let root = sarif_of_the_sample(Options::default());
    let rules = root["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .unwrap();
    for entry in emr_baseline::controls::REGISTRY {
        assert!(
            rules.iter().any(|rule| rule["id"] == entry.meta.id),
            "{}",
            entry.meta.id
        );
    }
}

#[test]
fn a_run_that_could_not_see_everything_was_not_successful() {
    let root = sarif_of_the_sample(Options::default());
    let invocation = &root["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let said = invocation["toolExecutionNotifications"][0]["message"]["text"]
        .as_str()
        .unwrap();
    assert!(said.contains("elasticmapreduce:ListClusters"), "{said}");
}

#[test]
fn a_live_finding_stands_at_the_baseline_line_and_names_the_arn() {
    let root = sarif_of_the_sample(Options::default());
    let live = &root["runs"][0]["results"][2];
    let place = &live["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "prod.toml");
    assert_eq!(place["region"]["startLine"], 6);
    let message = live["message"]["text"].as_str().unwrap();
    assert!(message.contains("cluster/j-2AXXXXXXGAPLF"), "{message}");
}

#[test]
fn a_finding_in_a_file_stands_at_its_value_and_cites_the_baseline() {
    let root = sarif_of_the_sample(Options::default());
    let first = &root["runs"][0]["results"][0];
    let place = &first["locations"][0]["physicalLocation"];
    assert_eq!(
        place["artifactLocation"]["uri"],
        "stacks/emr%20cluster.yaml"
    );
    let region =
        serde_json::json!({"startLine": 7, "startColumn": 38, "endLine": 7, "endColumn": 43});
    assert_eq!(place["region"], region);
    let related = &first["relatedLocations"][0]["physicalLocation"];
    assert_eq!(related["artifactLocation"]["uri"], "prod.toml");
    assert_eq!(related["region"]["startLine"], 3);
}

#[test]
fn leaving_out_what_is_no_problem_is_asked_for_and_said() {
    let options = Options {
        github_limits: true,
        ..Options::default()
    };
    let root = sarif_of_the_sample(options);
    let run = &root["runs"][0];
    let kinds = run["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| &result["kind"]);
    assert!(
        kinds
            .into_iter()
            .all(|kind| kind == "fail" || kind == "open")
    );
    let notes = run["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(notes.contains("left out"), "{notes}");
}

/// Memory, as a place to put evaluations down.
#[derive(Debug, Default)]
struct Memory(Vec<u8>);

impl Spill for Memory {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn reader(&self) -> Box<dyn Read + '_> {
        Box::new(&*self.0)
    }
}

/// A disk that is full.
#[derive(Debug)]
struct Full;

impl Spill for Full {
    fn append(&mut self, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn reader(&self) -> Box<dyn Read + '_> {
        Box::new(io::empty())
    }
}

/// A disk that forgets.
#[derive(Debug)]
struct Forgetful;

impl Spill for Forgetful {
    fn append(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn reader(&self) -> Box<dyn Read + '_> {
        Box::new(io::empty())
    }
}

/// The report, of whose evaluations about `bound` bytes are held and the others are put down in memory.
fn spilled(mut report: Report, bound: usize) -> Report {
    let held = std::mem::take(&mut report.evaluations);
    report.evaluations = Evaluations::spilling(bound, || Ok(Box::<Memory>::default()));
    for evaluation in &held {
        let evaluation = evaluation.unwrap().into_owned();
        report.evaluations.push(evaluation).unwrap();
    }
    report
}

fn in_every_format(report: &Report) -> Vec<String> {
    let all = Options {
        all: true,
        ..Options::default()
    };
    let formats = Format::ALL.iter();
    formats
        .map(|format| rendered(*format, report, all))
        .collect()
}

proptest! {
    #[test]
    fn a_report_reads_the_same_wherever_its_evaluations_wait(report in samples::any_report(), bound in 0..4_000_usize) {
        let held = in_every_format(&report);
        prop_assert_eq!(in_every_format(&spilled(report, bound)), held);
    }
}

#[test]
fn evaluations_that_were_put_down_come_back_as_often_as_they_are_asked_for() {
    let one = || samples::one_long_line(20_000);
    let (held, spilled) = (one(), spilled(one(), 0));
    let pairs = || held.evaluations.iter().zip(&spilled.evaluations);
    for _ in 0..2 {
        assert_eq!(pairs().count(), 20_000);
        for (held, spilled) in pairs() {
            assert_eq!(
                format!("{:?}", held.unwrap()),
                format!("{:?}", spilled.unwrap())
            );
        }
    }
}

/// Puts many evaluations down.
fn fill(mut evaluations: Evaluations) -> io::Result<Evaluations> {
    for evaluation in &samples::one_long_line(20_000).evaluations {
        evaluations.push(evaluation?.into_owned())?;
    }
    Ok(evaluations)
}

#[test]
fn a_place_that_takes_or_keeps_no_evaluations_is_an_error_and_no_shorter_report() {
    let refused = fill(Evaluations::spilling(0, || Ok(Box::new(Full))));
    assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::StorageFull);
    let mut report = samples::report();
    report.evaluations = fill(Evaluations::spilling(0, || Ok(Box::new(Forgetful)))).unwrap();
    for format in Format::ALL {
        let written = render(*format, &report, &Options::default(), &mut io::sink());
        assert!(written.is_err(), "{}", format.name());
    }
}
