//! Files that nobody wrote in good faith: the binary says what is wrong with them, quickly, and judges the rest.

use crate::binary::{Bench, Run, asks_for, request};
use serde_json::json;
use std::time::Duration;

/// Far more than an unoptimised binary needs on a busy machine, far less than anything quadratic would take.
const SOON: Duration = Duration::from_mins(1);

fn judged(bench: &Bench, paths: &[&str]) -> Run {
    let run = bench.run(&[&["check", "builtin:recommended"], paths].concat());
    assert!(run.took < SOON, "{paths:?} took {:?}", run.took);
    assert!(
        matches!(run.code, Some(0..=3)),
        "{paths:?}: {:?} {}",
        run.code,
        run.err
    );
    assert!(!run.err.contains("panicked"), "{paths:?}: {}", run.err);
    run
}

/// Numbers that look random and are the same each time (Knuth's MMIX generator).
fn noise(length: usize, alphabet: &[u8]) -> Vec<u8> {
    let mut state = 42_u64;
    (0..length)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            alphabet[usize::try_from(state >> 33).unwrap() % alphabet.len()]
        })
        .collect()
}

#[test]
fn what_is_not_text_is_a_problem_when_it_is_named_or_ours() {
    let bench = Bench::new()
        .with(
            "in/latin1.json",
            b"{\"ReleaseLabel\":\"emr-7.2.0\",\"Name\":\"caf\xe9\",\"Instances\":{}}",
        )
        .with(
            "in/garbage.bin",
            noise(1 << 20, &(0..=255).collect::<Vec<u8>>()),
        )
        .with("in/good.json", request(&json!(true)));
    let (report, _) = bench.report(&["check", "builtin:minimum", "in"]);
    assert_eq!(report["problems"].as_array().map(Vec::len), Some(1));
    assert_eq!(report["problems"][0]["file"], "in/latin1.json");
    assert_eq!(report["coverage"]["resources"], 1);
    for name in ["in/latin1.json", "in/garbage.bin"] {
        let run = judged(&bench, &[name]);
        assert_eq!(run.code, Some(2));
        assert!(run.out.contains("is not UTF-8"), "{}", run.out);
    }
}

#[test]
#[cfg(unix)]
fn links_are_not_followed_and_what_cannot_be_opened_is_a_problem() {
    let bench = Bench::new()
        .with("b.toml", asks_for("emr.termination-protection"))
        .with("in/good.json", request(&json!(true)));
    let link = |to: &str, at: &str| std::os::unix::fs::symlink(to, bench.path().join(at)).unwrap();
    link("../in", "in/loop");
    link("nowhere", "in/dangling.json");
    link("self", "self");
    let run = bench.run(&["check", "b.toml", "in"]);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    for name in ["in/dangling.json", "self"] {
        let (report, run) = bench.report(&["check", "b.toml", name, "in/good.json"]);
        assert_eq!(run.code, Some(3), "{name}");
        assert_eq!(report["problems"][0]["file"], name);
    }
}

#[test]
fn noise_that_bears_our_names_is_a_problem() {
    let bench = Bench::new()
        .with(
            "noise.json",
            [
                &b"{\"AWS::EMR::Cluster\""[..],
                &noise(1 << 20, b"{}[]\":,\\ntf019 \n"),
            ]
            .concat(),
        )
        .with(
            "noise.yaml",
            [
                &b"AWS::EMR::Cluster: "[..],
                &noise(1 << 20, b"{}[]\":,- &*!|>#%@\n  ab"),
            ]
            .concat(),
        )
        .with(
            "noise.toml",
            [&b"schema = 1\n"[..], &noise(1 << 20, b"{}[]\"=.,- #\n  ab")].concat(),
        );
    for name in ["noise.json", "noise.yaml"] {
        assert_eq!(judged(&bench, &[name]).code, Some(2), "{name}");
    }
    let run = bench.run(&["validate", "noise.toml"]);
    assert_eq!(run.code, Some(2));
    assert!(run.took < SOON, "{:?}", run.took);
    assert!(
        run.err.len() < 100_000,
        "{} bytes of mistakes",
        run.err.len()
    );
}

#[test]
fn deep_nesting_is_refused_by_every_reader() {
    const DEPTH: usize = 100_000;
    let brackets = "[".repeat(DEPTH) + &"]".repeat(DEPTH);
    let template = |value: &str| {
        format!(
            "{{\"Resources\":{{\"A\":{{\"Type\":\"AWS::EMR::Cluster\",\"Properties\":{value}}}}}}}"
        )
    };
    let yaml = |value: &str| {
        format!("Resources:\n  A:\n    Type: AWS::EMR::Cluster\n    Properties:\n      {value}\n")
    };
    let call = "elasticmapreduce:DescribeCluster";
    let snapshot = format!(
        "{{\"record\":\"estate\",\"schema\":\"emr-baseline/snapshot/v1\"}}\n\
         {{\"record\":\"region\",\"account\":\"111122223333\",\"region\":\"eu-west-1\"}}\n\
         {{\"record\":\"resource\",\"kind\":\"emr-cluster\",\"id\":\"j-1\",\"calls\":{{\"{call}\":{{\"answer\":{brackets}}}}}}}\n"
    );
    let document =
        json!({"Name": "a", "SecurityConfiguration": format!("{{\"a\":{brackets}}}")}).to_string();
    let bench = Bench::new()
        .with("lists.json", template(&brackets))
        .with(
            "maps.json",
            template(&("{\"a\":".repeat(DEPTH) + "1" + &"}".repeat(DEPTH))),
        )
        .with("open.json", template(&"[{\"a\":".repeat(DEPTH)))
        .with("flow.yaml", yaml(&brackets))
        .with("block.yaml", yaml(&("- ".repeat(DEPTH) + "x")))
        .with("document.json", document)
        .with("snapshot.jsonl", snapshot)
        .with("lists.toml", format!("schema = 1\nx = {brackets}\n"))
        .with(
            "keys.toml",
            format!("schema = 1\n{}b = 1\n", "a.".repeat(DEPTH)),
        )
        .with(
            "tables.toml",
            format!("schema = 1\n[{}b]\n", "a.".repeat(DEPTH)),
        );
    for name in [
        "lists.json",
        "maps.json",
        "open.json",
        "flow.yaml",
        "block.yaml",
    ] {
        let run = judged(&bench, &[name]);
        assert_eq!(run.code, Some(2), "{name}: {}", run.out);
        assert!(run.out.contains("not judged"), "{name}: {}", run.out);
    }
    assert_eq!(judged(&bench, &["document.json"]).code, Some(1));
    let run = bench.run(&[
        "audit",
        "builtin:minimum",
        "--snapshot",
        "snapshot.jsonl",
        "--fail-on",
        "critical",
    ]);
    assert!(
        matches!(run.code, Some(2 | 3)),
        "{:?} {}",
        run.code,
        run.err
    );
    for name in ["lists.toml", "keys.toml", "tables.toml"] {
        let run = bench.run(&["validate", name]);
        assert_eq!(run.code, Some(2), "{name}");
        assert!(run.took < SOON, "{name}: {:?}", run.took);
        assert!(
            run.err.len() < 10_000,
            "{name}: {} bytes of mistakes",
            run.err.len()
        );
    }
}

#[test]
fn aliases_that_stand_for_too_much_are_refused() {
    let mut bomb = "Resources:\n  A:\n    Type: AWS::EMR::Cluster\n    Metadata:\n      a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for (before, next) in ('a'..='s').zip('b'..='t') {
        let nine = vec![format!("*{before}"); 9].join(",");
        bomb += &format!("      {next}: &{next} [{nine}]\n");
    }
    let run = judged(&Bench::new().with("bomb.yaml", bomb), &["bomb.yaml"]);
    assert_eq!(run.code, Some(2));
    assert!(run.out.contains("aliases"), "{}", run.out);
}

#[test]
fn five_megabytes_on_one_line_are_judged_with_short_excerpts() {
    let padding = "z".repeat(50_000);
    let resources: serde_json::Map<String, serde_json::Value> = (0..100)
        .map(|at| {
            let cluster = json!({"Type": "AWS::EMR::Cluster", "Properties": {
                "Name": format!("c{at}"), "ReleaseLabel": "emr-5.0.0", "JobFlowRole": "EMR_EC2_DefaultRole",
                "ServiceRole": "EMR_DefaultRole", "AdditionalInfo": padding, "Instances": {"Ec2KeyName": "k"}
            }});
            (format!("C{at}"), cluster)
        })
        .collect();
    let template = json!({ "Resources": resources }).to_string();
    assert!(template.len() > 5_000_000);
    let bench = Bench::new().with("line.json", template);
    let run = judged(&bench, &["line.json"]);
    assert_eq!(run.code, Some(1));
    let longest = run
        .out
        .lines()
        .map(|line| line.chars().count())
        .max()
        .unwrap();
    assert!(longest < 200, "a line of {longest} characters");
    for format in ["json", "sarif"] {
        let run = judged(&bench, &["line.json", "--format", format]);
        assert_eq!(run.code, Some(1), "{format}");
        assert!(
            run.out.len() < 20_000_000,
            "{format}: {} bytes",
            run.out.len()
        );
    }
}

#[test]
fn a_plan_of_one_line_with_very_many_resources_is_read_in_linear_time() {
    const MANY: usize = 1_500;
    let refers = |to: &str| json!({"references": [format!("{to}.id"), to, "each.key"]});
    let change = |kind: &str, key: String, after: serde_json::Value, unknown: serde_json::Value| {
        json!({"address": format!("module.m.{kind}.it[{key:?}]"), "mode": "managed", "type": kind,
            "change": {"actions": ["create"], "before": null, "after": after, "after_unknown": unknown,
                "after_sensitive": {"tags_all": {"secret": true}}}})
    };
    let mut changes = Vec::new();
    for at in 0..MANY {
        let after = json!({"name": format!("c{at}"), "release_label": "emr-5.0.0", "tags_all": {"secret": "s3cr3t"},
            "additional_info": "é".repeat(1_500)});
        let unknown = json!({"security_configuration": true, "id": true});
        changes.push(change("aws_emr_cluster", format!("k{at}"), after, unknown));
        let after = json!({"configuration": "{}"});
        changes.push(change(
            "aws_emr_security_configuration",
            format!("k{at}"),
            after,
            json!({"name": true}),
        ));
        // Every group is of one cluster.
        let after = json!({"instance_type": "m5.xlarge", "instance_count": 1});
        changes.push(change(
            "aws_emr_instance_group",
            format!("k{at}"),
            after,
            json!({"cluster_id": true}),
        ));
    }
    let plan = json!({"format_version": "1.2", "terraform_version": "1.9.5", "resource_changes": changes,
    "configuration": {"root_module": {"module_calls": {"m": {"module": {"resources": [
        {"address": "aws_emr_cluster.it", "expressions": {
            "security_configuration": refers("aws_emr_security_configuration.it")}},
        {"address": "aws_emr_instance_group.it", "expressions": {
            "cluster_id": {"references": ["aws_emr_cluster.it[\"k0\"].id", "aws_emr_cluster.it[\"k0\"]", "aws_emr_cluster.it"]}}}
    ]}}}}}});
    let bench = Bench::new().with("plan.json", plan.to_string());
    let (report, run) = bench.report(&["check", "builtin:minimum", "plan.json"]);
    assert!(run.took < SOON, "{:?}", run.took);
    assert_eq!(report["problems"], json!([]));
    assert_eq!(report["coverage"]["resources"], 2 * MANY);
    assert!(!run.out.contains("s3cr3t"));
}

#[test]
fn many_conditions_do_not_multiply_without_bound() {
    let map = |name: &str, value: &dyn Fn(usize) -> serde_json::Value| {
        (0..60)
            .map(|at| (format!("{name}{at}"), value(at)))
            .collect::<serde_json::Map<_, _>>()
    };
    let template = json!({
        "Parameters": map("Q", &|_| json!({"Type": "String"})),
        "Conditions": map("P", &|at| json!({"Fn::Equals": [{"Ref": format!("Q{at}")}, "x"]})),
        "Resources": map("A", &|at| json!({"Type": "AWS::EMR::Cluster", "Properties": {
            "Instances": {"TerminationProtected": {"Fn::If": [format!("P{at}"), true, false]}}
        }}))
    });
    let bench = Bench::new()
        .with("b.toml", asks_for("emr.termination-protection"))
        .with("worlds.json", template.to_string());
    let (report, run) = bench.report(&["check", "b.toml", "worlds.json"]);
    assert!(run.took < SOON, "{:?}", run.took);
    assert_eq!(report["summary"]["compliant"], 0, "{}", report["summary"]);
}

#[test]
fn names_cannot_write_to_the_terminal() {
    let evil = "evil\u{1b}[31m\nerror: forged\r\u{7}\u{9b}2J\u{202e}\u{2028}";
    let body = json!({
        "Name": evil, "ReleaseLabel": format!("emr-5.0.0{evil}"), "ServiceRole": evil, "JobFlowRole": evil,
        "SecurityConfiguration": evil, "LogUri": format!("s3://{evil}"),
        "Instances": {"Ec2KeyName": evil, "Ec2SubnetId": evil},
        "Configurations": [{"Classification": evil, "Properties": {evil: evil}}],
        "Tags": [{"Key": evil, "Value": evil}]
    });
    let name = "in/na\u{1b}[31mme\nerror: forged.json";
    let bench = Bench::new()
        .with(name, body.to_string())
        .with("in/broken\u{1b}[31m.json", "{\"JobFlowRole\":")
        .with("in/stranger\u{1b}[31m.json", "{}");
    for arguments in [
        &["check", "builtin:strict", "in"][..],
        &["check", "builtin:strict", name],
        &["check", "builtin:strict", "in/stranger\u{1b}[31m.json"],
        &["check", "builtin:strict", "in/missing\u{1b}[31m.json"],
        &["validate", "in/missing\u{1b}[31m.toml"],
        &["validate", name],
        &["check", name, name],
        &["explain", "builtin:strict", evil],
        &["controls", evil],
        &["audit", "builtin:strict", "--snapshot", name],
        &["check", "builtin:strict", name, "--format", evil],
        &["check", "builtin:strict", name, "--as", evil],
    ] {
        let run = bench.run(arguments);
        let bad = |text: &str| {
            text.chars().any(|char| {
                char.is_control() && char != '\n'
                    || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}')
            }) || text.lines().any(|line| line.starts_with("error: forged"))
        };
        assert!(!bad(&run.out), "{arguments:?}: {:?}", run.out);
        assert!(!bad(&run.err), "{arguments:?}: {:?}", run.err);
    }
}

#[test]
fn a_document_that_is_not_quite_json_is_not_read_as_yaml_instead() {
    let bench = Bench::new()
        .with("b.toml", asks_for("emr.disk-encryption"))
        .with(
            "sc.json",
            "{\n  \"EncryptionConfiguration\": {\"EnableAtRestEncryption\": true,}\n}\n",
        )
        .with(
            "launch.json",
            "{\"Name\": \"etl\", \"ReleaseLabel\": \"emr-7.9.0\", \"Instances\": {},}",
        );
    for (file, line) in [("sc.json", 2), ("launch.json", 1)] {
        let (report, run) = bench.report(&["check", "b.toml", file]);
        assert_eq!(report["evaluations"], json!([]), "{file}");
        assert_eq!(report["problems"][0]["line"], line, "{file}");
        assert_eq!(run.code, Some(2), "{file}");
    }
}

#[test]
fn a_file_over_the_limit_is_refused_by_name_and_the_rest_is_judged() {
    let bench = Bench::new()
        .with("b.toml", asks_for("emr.termination-protection"))
        .with("in/good.json", request(&json!(true)))
        .with("in/plan.json", "{\"format_version\": \"1.2\"");
    let plan = std::fs::File::options()
        .write(true)
        .open(bench.path().join("in/plan.json"))
        .unwrap();
    // A sparse file: nothing of it is on the disk, and nothing of it is to be read.
    plan.set_len((256 << 20) + 1).unwrap();
    let (report, run) = bench.report(&["check", "b.toml", "in"]);
    assert!(run.took < SOON, "{:?}", run.took);
    assert_eq!(run.code, Some(3));
    assert_eq!(report["problems"][0]["file"], "in/plan.json");
    assert_eq!(report["problems"][0]["why"], "is longer than 256 MiB");
    assert_eq!(report["coverage"]["resources"], 1);
}
