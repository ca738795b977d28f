//! What must not make a resource disappear: a file that something keeps from being read is a problem, and says what.

use crate::binary::{Bench, asks_for, request};
use serde_json::json;

const TEMPLATE: &str = "Resources:\n  C:\n    Type: AWS::EMR::Cluster\n    Properties: {Name: c}\n";
const PLAN: &str = r#"{"format_version":"1.2","terraform_version":"1.9.0","resource_changes":[{"address":"aws_emr_cluster.c","type":"aws_emr_cluster","change":{"actions":["create"],"after":{}}}]}"#;
const MACHINE: &str = r#"{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::elasticmapreduce:createCluster","Parameters":{},"End":true}}}"#;
const PYTHON: &str =
    "import boto3\nboto3.client('emr').run_job_flow(Name='c', ReleaseLabel='emr-7.9.0')\n";
const MODULE: &str = "resource \"aws_emr_cluster\" \"c\" {\n  name = \"c\"\n}\n";

/// The problem of a folder with this file: its code and why it is one.
fn problem(name: &str, content: impl AsRef<[u8]>) -> (Option<i32>, String) {
    let bench = Bench::new()
        .with("b.toml", asks_for("emr.termination-protection"))
        .with("in/beside.json", request(&json!(true)))
        .with(&format!("in/{name}"), content);
    let (report, run) = bench.report(&["check", "b.toml", "in"]);
    (run.code, report["problems"].to_string())
}

fn wide(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

#[test]
fn no_encoding_hides_a_file_of_ours() {
    let request = request(&json!(false));
    for (name, text, comment) in [
        ("t.yaml", TEMPLATE, "# caf\u{e9}\n"),
        ("p.json", PLAN, ""),
        ("m.json", MACHINE, ""),
        ("l.py", PYTHON, "# caf\u{e9}\n"),
        ("m.tf", MODULE, "# caf\u{e9}\n"),
        ("r.json", &request, ""),
    ] {
        let latin: Vec<u8> = format!("{comment}{}", text.replace("\"c\"", "\"\u{e9}\""))
            .chars()
            .map(|char| char as u8)
            .collect();
        let mut garbled = vec![
            ("NUL", [text.as_bytes(), b"\0\n"].concat()),
            ("UTF-16LE", wide(text, u16::to_le_bytes)),
            ("UTF-16BE", wide(text, u16::to_be_bytes)),
            ("mark", wide(&format!("\u{feff}{text}"), u16::to_le_bytes)),
        ];
        if !latin.is_ascii() {
            garbled.push(("Latin-1", latin));
        }
        for (how, bytes) in garbled {
            let (code, problems) = problem(name, bytes);
            assert_eq!(code, Some(3), "{name} {how}: {problems}");
            let said = problems.contains("is not UTF-8 from byte") || problems.contains("is NUL");
            assert!(said, "{name} {how}: {problems}");
        }
    }
    // A mark of UTF-8 is nothing to complain about.
    for (name, text) in [("t.yaml", TEMPLATE), ("l.py", PYTHON), ("m.tf", MODULE)] {
        let bench = Bench::new()
            .with("b.toml", asks_for("emr.termination-protection"))
            .with(name, format!("\u{feff}{text}"));
        let (report, _) = bench.report(&["check", "b.toml", "."]);
        assert_eq!(report["problems"], json!([]), "{name}");
        assert_eq!(report["coverage"]["resources"], 1, "{name}");
    }
}

#[test]
fn a_binary_in_a_folder_is_nobodys_configuration() {
    let class =
        b"\xca\xfe\xba\xbe\0\0\0\x41\0\x12\x0a\0\x01\0\x02\x07\0\x03\x0c\0\x04\0\x05\x01\0\x10";
    let image = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";
    let archive = b"PK\x03\x04\x0a\0\0\0\0\0";
    for begin in [&class[..], image, archive] {
        let bytes = [begin, TEMPLATE.as_bytes()].concat();
        assert_eq!(problem("file", bytes), (Some(0), "[]".to_owned()));
    }
    let notes = b"Instances in caf\xe9s, and their Permissions\n";
    assert_eq!(problem("notes.txt", notes), (Some(0), "[]".to_owned()));
}

#[test]
fn what_stands_above_json_does_not_hide_it() {
    let request = request(&json!(false));
    let template = r#"{"Resources":{"C":{"Type":"AWS::EMR::Cluster","Properties":{"Name":"c"}}}}"#;
    for text in [request.as_str(), template, MACHINE, PLAN] {
        for above in [
            "// c\n",
            "/* c */\n",
            "/* c */ ",
            "WARNING: x\n",
            "# c\n// d\n",
        ] {
            let (code, problems) = problem("f.json", format!("{above}{text}"));
            assert_eq!(code, Some(3), "{above}{text}: {problems}");
            assert!(problems.contains("\"line\":"), "{problems}");
        }
    }
    let script = format!("#!/bin/sh\ncat > r.json <<END\n{request}\nEND\n");
    assert_eq!(problem("launch.sh", script), (Some(0), "[]".to_owned()));
    let other = "// c\n{\"Resources\": {\"B\": {\"Type\": \"AWS::S3::Bucket\"}}}\n";
    assert_eq!(problem("other.json", other), (Some(0), "[]".to_owned()));
}

#[test]
fn a_type_that_stands_for_ours_is_not_passed_over() {
    let template = |kind: &str, properties: &str| {
        format!("Resources:\n  C:\n    Type: \"{kind}\"\n    Properties: {{{properties}}}\n")
    };
    for (kind, properties, why) in [
        (
            "Acme::EMR::Cluster::MODULE",
            "Name: c",
            "could not expand module",
        ),
        (
            "My::Corp::Cluster::MODULE",
            "ReleaseLabel: emr-7.9.0",
            "could not expand module",
        ),
        (
            "aws::emr::cluster",
            "Name: c",
            "did you mean `AWS::EMR::Cluster`",
        ),
        (
            "AWS::EMR::Cluster ",
            "Name: c",
            "did you mean `AWS::EMR::Cluster`",
        ),
    ] {
        let (code, problems) = problem("t.yaml", template(kind, properties));
        assert_eq!(code, Some(3), "{kind}: {problems}");
        assert!(problems.contains(why), "{kind}: {problems}");
    }
    let both = format!(
        "{TEMPLATE}  O: {{Type: \"Custom::EmrCluster\"}}\n  M: {{Type: \"Acme::Net::MODULE\"}}\n"
    );
    let bench = Bench::new()
        .with("b.toml", asks_for("emr.termination-protection"))
        .with("in/t.yaml", both);
    let (report, _) = bench.report(&["check", "b.toml", "in"]);
    assert_eq!(report["problems"], json!([]));
    let all = report.to_string();
    for said in [
        "type `Custom::EmrCluster` is not AWS's",
        "module `Acme::Net::MODULE` is not seen",
    ] {
        assert!(all.contains(said), "{said}: {all}");
    }
}

#[test]
fn what_a_task_is_not_sent_does_not_stand_for_what_it_is() {
    let sent = |language: &str, parameters: bool| {
        let with = |protected: bool| {
            json!({"Name": "c", "ReleaseLabel": "emr-7.9.0", "Instances": {
                "KeepJobFlowAliveWhenNoSteps": true, "TerminationProtected": protected}})
        };
        json!({"StartAt": "A", "QueryLanguage": language, "States": {"A": {"Type": "Task", "End": true,
            "Resource": "arn:aws:states:::elasticmapreduce:createCluster",
            "Parameters": with(parameters), "Arguments": with(!parameters)}}})
    };
    for (language, parameters) in [("JSONPath", false), ("JSONata", true)] {
        let bench = Bench::new()
            .with("b.toml", asks_for("emr.termination-protection"))
            .with("in/m.json", sent(language, parameters).to_string());
        let (report, _) = bench.report(&["check", "b.toml", "in"]);
        assert_eq!(report["summary"]["noncompliant"], 1, "{language}: {report}");
        assert_eq!(
            report["problems"].as_array().map(Vec::len),
            Some(1),
            "{language}: {report}"
        );
    }
}
