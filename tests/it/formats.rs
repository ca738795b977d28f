//! The law that formats agree: what is read back from each complete format is what the report holds.

use crate::samples;
use emr_baseline::control::Verdict;
use emr_baseline::judge::Report;
use emr_baseline::report::{Format, Options, render};
use proptest::prelude::*;
use serde_json::Value;

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

fn every_complete_format_agrees(report: &Report) {
    for all in [false, true] {
        let options = Options {
            all,
            ..Options::default()
        };
        let expected = of_report(report, all);
        assert_eq!(
            read_json(&rendered(Format::Json, report, options)),
            expected,
            "json"
        );
    }
}

#[test]
fn every_complete_format_says_what_the_report_says() {
    every_complete_format_agrees(&samples::report());
}

proptest! {
    #[test]
    fn every_complete_format_says_what_any_report_says(report in samples::any_report()) {
        every_complete_format_agrees(&report);
    }
}

#[test]
fn json_is_the_promised_shape_in_the_promised_order() {
    let text = rendered(Format::Json, &samples::report(), Options::default());
    let root: Value = serde_json::from_str(&text).unwrap();
    let keys =
        |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    assert_eq!(
        keys(&root),
        [
            "schema",
            "tool",
            "baseline",
            "evaluated_at",
            "coverage",
            "summary",
            "evaluations",
            "problems"
        ]
    );
    let first = &root["evaluations"][0];
    assert_eq!(
        keys(first),
        [
            "control",
            "verdict",
            "severity",
            "resource",
            "message",
            "expected",
            "observed",
            "seen",
            "required",
            "reason",
            "remediation",
            "references",
            "waiver",
            "fingerprint"
        ]
    );
    assert_eq!(
        keys(&first["resource"]),
        ["kind", "id", "name", "account", "region", "arn"]
    );
    assert_eq!(
        keys(&first["seen"][0]),
        ["file", "line", "column", "pointer"]
    );
    assert_eq!(keys(&first["required"][0]), ["file", "line", "column"]);
    assert_eq!(first["waiver"], Value::Null);
    assert_eq!(root["evaluated_at"], "2026-11-22T12:00:00Z");
    assert_eq!(root["coverage"]["evaluations"], 5);
    assert_eq!(root["coverage"]["indeterminate"], 1);
    assert_eq!(
        keys(&root["problems"][0]),
        ["what", "file", "line", "action", "why"]
    );
    let live = &root["evaluations"][2];
    assert_eq!(keys(&live["seen"][0]), ["api", "pointer"]);
    let waived = &root["evaluations"][3];
    assert_eq!(waived["verdict"], "waived");
    assert_eq!(
        keys(&waived["waiver"]),
        ["owner", "reason", "ticket", "expires", "file", "line"]
    );
}
