//! Templates that other templates of the run make stacks of, and what is not seen of a run.

use crate::binary::{Bench, asks_for};
use serde_json::{Value, json};

const CONTROL: &str = "emr.termination-protection";

/// A cluster that is protected as a parameter says, which is so by default.
fn nested(default: &str) -> String {
    json!({
        "Parameters": { "Protected": { "Type": "String", "Default": default } },
        "Resources": { "C": { "Type": "AWS::EMR::Cluster", "Properties": {
            "Name": "etl", "ReleaseLabel": "emr-7.9.0", "JobFlowRole": "n", "ServiceRole": "s",
            "Instances": { "KeepJobFlowAliveWhenNoSteps": true, "TerminationProtected": { "Ref": "Protected" } },
        } } },
    })
    .to_string()
}

fn root(stacks: &[(&str, &str, Value)]) -> String {
    let stacks = stacks.iter().map(|(id, url, parameters)| {
        let properties = json!({ "TemplateURL": url, "Parameters": parameters });
        let stack = json!({ "Type": "AWS::CloudFormation::Stack", "Properties": properties });
        ((*id).to_owned(), stack)
    });
    let stacks: serde_json::Map<String, Value> = stacks.collect();
    json!({ "Parameters": { "P": { "Type": "String" } }, "Resources": stacks }).to_string()
}

fn verdicts(report: &Value) -> Vec<&str> {
    let all = report["evaluations"].as_array().unwrap().iter();
    let ours = all.filter(|one| one["control"] == CONTROL);
    ours.map(|one| one["verdict"].as_str().unwrap()).collect()
}

fn judged(files: &[(&str, String)]) -> (Value, Option<i32>) {
    let mut bench = Bench::new().with("b.toml", asks_for(CONTROL));
    for (name, text) in files {
        bench = bench.with(name, text);
    }
    let (report, run) = bench.report(&["check", "b.toml", "in"]);
    (report, run.code)
}

#[test]
fn a_nested_template_is_judged_with_what_its_parent_gives_it() {
    for (given, verdict) in [
        (json!({}), "compliant"),
        (json!({ "Protected": "false" }), "noncompliant"),
        (json!({ "Protected": "true" }), "compliant"),
        (json!({ "Protected": { "Ref": "P" } }), "indeterminate"),
        (json!({ "Ref": "P" }), "indeterminate"),
    ] {
        let (report, _) = judged(&[
            (
                "in/a/root.json",
                root(&[("S", "../b/./nested.json", given.clone())]),
            ),
            ("in/b/nested.json", nested("true")),
        ]);
        assert_eq!(verdicts(&report), [verdict], "{given}");
        assert_eq!(report["problems"], json!([]), "{given}");
    }
}

#[test]
fn what_two_stacks_of_one_template_give_differently_is_not_known() {
    let give = |value: &str| json!({ "Protected": value });
    for (one, other, verdict) in [
        ("true", "true", "compliant"),
        ("true", "false", "indeterminate"),
        ("false", "false", "noncompliant"),
    ] {
        let stacks = [
            ("A", "nested.json", give(one)),
            ("B", "nested.json", give(other)),
        ];
        let (report, _) = judged(&[
            ("in/root.json", root(&stacks)),
            ("in/nested.json", nested("true")),
        ]);
        assert_eq!(verdicts(&report), [verdict]);
    }
}

#[test]
fn parameters_reach_stacks_in_stacks() {
    let mut middle: Value = serde_json::from_str(&root(&[(
        "S",
        "nested.json",
        json!({ "Protected": { "Ref": "P" } }),
    )]))
    .unwrap();
    middle["Parameters"]["P"]["Default"] = json!("true");
    let (report, _) = judged(&[
        ("in/nested.json", nested("true")),
        (
            "in/root.json",
            root(&[("M", "the-middle.json", json!({ "P": "false" }))]),
        ),
        ("in/the-middle.json", middle.to_string()),
    ]);
    assert_eq!(verdicts(&report), ["noncompliant"]);
}

#[test]
fn a_template_that_is_not_among_the_files_is_noted_or_a_problem_when_it_is_called_after_ours() {
    for (id, url, problems) in [
        ("Vpc", "vpc.json", 0),
        ("Vpc", "emr.json", 1),
        ("Emr", "x.json", 1),
    ] {
        let (report, code) = judged(&[
            ("in/root.json", root(&[(id, url, json!({}))])),
            ("in/other.json", nested("true")),
        ]);
        let notes = report["notes"].to_string();
        assert_eq!(
            report["problems"].as_array().unwrap().len(),
            problems,
            "{report}"
        );
        assert_eq!(
            notes.contains("is not among the files"),
            problems == 0,
            "{notes}"
        );
        assert_eq!(code, Some(if problems == 0 { 0 } else { 3 }));
    }
}

#[test]
fn a_service_with_an_item_that_is_not_seen_is_no_clean_run() {
    let text = "service: s\nprovider:\n  name: aws\nresources:\n  - ${file(r.yml)}\n  - Resources:\n      C:\n        Type: AWS::EMR::Cluster\n        Properties:\n          Instances: {KeepJobFlowAliveWhenNoSteps: true, TerminationProtected: true}\n";
    let (report, code) = judged(&[("in/serverless.yml", text.to_owned())]);
    assert_eq!(verdicts(&report), ["compliant"]);
    assert_eq!(report["problems"][0]["line"], 5);
    assert_eq!(code, Some(3));
}

#[test]
fn a_template_of_jinja_in_json_is_read_or_a_problem_and_never_passed_over() {
    let cluster = |inner: &str| {
        format!(
            "{{\"Resources\": {{\"C\": {{\"Type\": \"AWS::EMR::Cluster\", \"Properties\": {{\"Name\": \"x\", {inner}}}}}}}}}"
        )
    };
    let safe =
        "\"Instances\": {\"KeepJobFlowAliveWhenNoSteps\": true, \"TerminationProtected\": true}";
    let serverless = "{\"Resources\": {{% if x %}\"A\": {\"Type\": \"AWS::EMRServerless::Application\", \"Properties\": {}}{% endif %}}}";
    for (text, code) in [
        // The rest of the cluster is known.
        (
            cluster(&format!(
                "\"LogUri\": \"{{% if x %}}s3://a{{% else %}}s3://b{{% endif %}}\", {safe}"
            )),
            0,
        ),
        (cluster(&format!("{{% if x %}}{safe}{{% endif %}}")), 3),
        (format!("{{% if x %}}{}{{% endif %}}", cluster(safe)), 3),
        (serverless.to_owned(), 3),
    ] {
        let (report, seen) = judged(&[
            ("in/template.json", text.clone()),
            ("in/other.json", nested("true")),
        ]);
        assert_eq!(seen, Some(code), "{text}: {report}");
    }
}
