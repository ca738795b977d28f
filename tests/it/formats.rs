//! The law that formats agree: what is read back from each complete format is what the report holds.

use crate::samples;
use emr_baseline::control::{Severity, Verdict};
use emr_baseline::judge::{Counts, Evaluation, Evaluations, Report, Spill};
use emr_baseline::observed::{Identity, ResourceKind};
use emr_baseline::report::{Format, Options, render};
use proptest::prelude::*;
use serde_json::Value;
use std::io::{self, Read};
use std::sync::Arc;

/// Control, kind, id, account, region, verdict.
pub(crate) type Judged = [Option<String>; 6];

/// Renders into memory.
pub(crate) fn rendered(format: Format, report: &Report, options: Options) -> String {
    let mut out = Vec::new();
    render(format, report, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

pub(crate) fn of_report(report: &Report, all: bool) -> Vec<Judged> {
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

pub(crate) fn sorted(judged: impl Iterator<Item = Judged>) -> Vec<Judged> {
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
    let with_a_fix = format!("{promised} fix");
    assert_eq!(keys(first).join(" "), with_a_fix);
    assert_eq!(
        keys(&first["fix"][0]).join(" "),
        "file line column end_line end_column text"
    );
    let compliant = &root["evaluations"].as_array().unwrap().iter();
    let mut compliant = compliant
        .clone()
        .filter(|one| one["verdict"] == "compliant");
    assert_eq!(keys(compliant.next().unwrap()).join(" "), promised);
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

/// A report with this many findings, in files of their own.
pub(crate) fn many(findings: usize) -> Report {
    let mut report = samples::report();
    let sample = report.evaluations.iter().next().unwrap().unwrap();
    let sample = sample.into_owned();
    let severities = [Severity::Low, Severity::Critical, Severity::Medium];
    let evaluations: Vec<Evaluation> = (0..findings)
        .map(|at| {
            let mut one = sample.clone();
            one.severity = severities[at % 3];
            one.resource = Arc::new(Identity::new(
                ResourceKind::EmrSecurityConfiguration,
                format!("Security{at}"),
            ));
            one
        })
        .collect();
    report.counts = Counts::default();
    for one in &evaluations {
        report.counts.add(one);
    }
    report.evaluations = evaluations.into_iter().collect();
    report
}

#[test]
fn sarif_within_the_limits_of_github_leaves_out_what_is_no_problem_and_says_so() {
    let options = Options {
        github_limits: true,
        ..Options::default()
    };
    let root = sarif_of_the_sample(options);
    let run = &root["runs"][0];
    let kinds = run["results"].as_array().unwrap().iter();
    let mut kinds = kinds.map(|result| &result["kind"]);
    assert!(kinds.all(|kind| kind == "fail" || kind == "open"));
    let notes = run["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(notes.contains("left out"), "{notes}");
}

#[test]
fn sarif_within_the_limits_of_github_keeps_the_worst_and_counts_the_rest() {
    let options = Options {
        github_limits: true,
        ..Options::default()
    };
    let text = rendered(Format::Sarif, &many(9_000), options);
    assert!(text.len() < 10_000_000, "{}", text.len());
    let root: Value = serde_json::from_str(&text).unwrap();
    let run = &root["runs"][0];
    let results = run["results"].as_array().unwrap();
    let of = |severity: &str| {
        let all = results.iter();
        all.filter(|one| one["properties"]["severity"] == severity)
            .count()
    };
    let kept = [of("critical"), of("medium"), of("low")];
    assert_eq!(kept[0], 3_000, "none of the worst is cut");
    assert_eq!(kept[2], 0, "what is least goes first");
    assert!(kept[1] > 1_000 && results.len() <= 5_000, "{kept:?}");
    let said = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
        .as_str()
        .unwrap();
    let cut = 9_000 - results.len();
    assert!(said.contains(&format!("{cut} of 9000 problems")), "{said}");
}

#[test]
fn without_the_limits_sarif_cuts_nothing() {
    let text = rendered(Format::Sarif, &many(6_000), Options::default());
    let root: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(root["runs"][0]["results"].as_array().unwrap().len(), 6_000);
}

/// The annotations among the lines: level, properties, message.
fn annotations(text: &str) -> Vec<(&str, &str, &str)> {
    let parsed = text.lines().filter_map(|line| {
        let (level, rest) = line.strip_prefix("::")?.split_once(' ')?;
        let (properties, message) = rest.split_once("::")?;
        Some((level, properties, message))
    });
    parsed.collect()
}

#[test]
fn github_annotates_the_line_of_a_finding() {
    let text = rendered(Format::Github, &samples::report(), Options::default());
    let all = annotations(&text);
    let found = all
        .iter()
        .find(|(_, properties, _)| properties.contains("emr.in-transit-encryption"))
        .unwrap();
    assert_eq!(found.0, "error");
    assert_eq!(
        found.1,
        "file=stacks/emr cluster.yaml,line=7,col=38,title=emr.in-transit-encryption (high)"
    );
    assert!(
        found
            .2
            .contains("`EnableInTransitEncryption` is false%0Afix: "),
        "{}",
        found.2
    );
    assert!(found.2.ends_with("required by prod.toml:3"), "{}", found.2);
    let unread = all.iter().find(|one| one.1.contains("title=not judged"));
    assert!(unread.unwrap().2.contains("elasticmapreduce:ListClusters"));
    let unknown = all.iter().find(|one| one.1.contains("not determined"));
    assert_eq!(unknown.unwrap().0, "warning");
    assert_eq!(all.len(), 4, "{text}");
}

#[test]
fn github_gets_no_more_annotations_than_it_shows_and_the_worst_of_them() {
    let text = rendered(Format::Github, &many(90), Options::default());
    let all = annotations(&text);
    for (level, severity) in [
        ("error", "critical"),
        ("warning", "medium"),
        ("notice", "low"),
    ] {
        let of_level: Vec<_> = all.iter().filter(|one| one.0 == level).collect();
        assert_eq!(of_level.len(), 10, "{level}");
        // One error is what could not be judged.
        let of_severity = of_level
            .iter()
            .filter(|one| one.1.contains(severity))
            .count();
        assert!(of_severity >= 9, "{level}");
    }
    let last = text.lines().last().unwrap();
    assert!(
        last.contains("61 more findings beyond the 10 of each level"),
        "{last}"
    );
}

#[test]
fn a_job_summary_ends_before_the_limit_and_says_what_it_left_out() {
    let text = rendered(Format::Markdown, &many(30_000), Options::default());
    assert!(text.len() < 1 << 20, "{}", text.len());
    let rows = text.matches("\n| **").count();
    let left = 30_000 - rows;
    assert!(
        text.contains(&format!("**{left} findings left out**")),
        "{rows}"
    );
    assert!(text.contains("| **critical** |") && !text.contains("| **low** |"));
}

#[test]
fn code_quality_has_an_issue_for_what_was_not_judged_too() {
    let text = rendered(Format::Gitlab, &samples::report(), Options::default());
    let root: Value = serde_json::from_str(&text).unwrap();
    let issues = root.as_array().unwrap();
    let names: Vec<_> = issues
        .iter()
        .map(|issue| issue["check_name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "emr-baseline.problem",
            "emr.in-transit-encryption",
            "emr.disk-encryption",
            "emr.disk-encryption"
        ]
    );
    assert_eq!(issues[1]["severity"], "critical");
    let place = serde_json::json!({"path": "stacks/emr cluster.yaml", "lines": {"begin": 7}});
    assert_eq!(issues[1]["location"], place);
    assert_eq!(issues[3]["severity"], "blocker");
    assert_eq!(issues[3]["location"]["path"], "prod.toml");
}

proptest! {
    #[test]
    fn annotations_of_any_report_are_commands_of_ours_only(report in samples::any_report()) {
        let text = rendered(Format::Github, &report, Options::default());
        let commands = annotations(&text);
        prop_assert_eq!(text.lines().count(), commands.len() + 1);
        for (level, properties, _) in commands {
            prop_assert!(["error", "warning", "notice"].contains(&level));
            for property in properties.split(',') {
                let (name, _) = property.split_once('=').unwrap();
                prop_assert!(["file", "line", "col", "title"].contains(&name));
            }
        }
    }
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
