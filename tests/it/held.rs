//! What `--diff` and `--ratchet` never hide: a second violation beside one that was there, in whatever world, place or
//! number. And what they never call new: the same in other words.

use crate::binary::{Bench, Run, asks_for};
use crate::gate::{commit, findings, git};
use crate::support::Failures;
use serde_json::{Value, json};

/// Files that replace others, or stand beside them; an empty text removes one.
type Files = Vec<(&'static str, String)>;

/// A repository whose commit `base` has these files, and a ratchet of what is found in them.
fn repository(asks: &[&str], files: &[(&str, String)]) -> Bench {
    let mut baseline = asks_for(asks[0]);
    for control in &asks[1..] {
        baseline.push_str(&format!("[{control}]\n"));
    }
    let mut bench = Bench::new().with("b.toml", baseline);
    for (name, text) in files {
        bench = bench.with(&format!("infra/{name}"), text);
    }
    git(&bench, &["init", "--quiet", "--initial-branch=main"]);
    commit(&bench, "base");
    let ratchet = ["check", "b.toml", "infra", "--write-ratchet", "r.json"];
    let run = bench.run(&ratchet);
    assert!(run.err.contains("wrote "), "{}{}", run.out, run.err);
    bench
}

fn change(bench: &Bench, files: &[(&str, String)]) {
    for (name, text) in files {
        let path = bench.path().join("infra").join(name);
        if text.is_empty() {
            std::fs::remove_file(path).unwrap();
        } else {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }
    git(bench, &["add", "--all"]);
}

/// The run against the commit, and the one with the ratchet.
fn both(bench: &Bench) -> [(&'static str, Value, Run); 2] {
    let held = |name, option: [&str; 2]| {
        let (report, run) = bench.report(&[&["check", "b.toml", "infra"][..], &option].concat());
        (name, report, run)
    };
    [
        held("diff", ["--diff", "base"]),
        held("ratchet", ["--ratchet", "r.json"]),
    ]
}

fn expect(failures: &mut Failures, holds: bool, problem: impl FnOnce() -> String) {
    if !holds {
        failures.add(problem(), "");
    }
}

/// The findings that are not forgiven.
fn open(report: &Value) -> Vec<&Value> {
    let all = report["evaluations"].as_array().unwrap().iter();
    let is_open = |one: &&Value| {
        ["noncompliant", "indeterminate"].contains(&one["verdict"].as_str().unwrap())
            && one["tolerated"] != true
    };
    all.filter(is_open).collect()
}

/// A change that makes something worse: the files before and after, and what the finding says and points at.
struct Worse {
    what: &'static str,
    asks: &'static [&'static str],
    before: Files,
    after: Files,
    code: i32,
    says: &'static str,
    /// A text of the line that it points at first; empty where that does not matter.
    at: &'static str,
}

fn is_new(case: &Worse, failures: &mut Failures) {
    let bench = repository(case.asks, &case.before);
    for (name, report, run) in both(&bench) {
        expect(failures, run.code == Some(0), || {
            format!(
                "{}: {name}: nothing changed: {:?}",
                case.what,
                findings(&report)
            )
        });
    }
    change(&bench, &case.after);
    for (name, report, run) in both(&bench) {
        let found = open(&report);
        let first = found.first().map_or(Value::Null, |one| (*one).clone());
        let message = first["message"].as_str().unwrap_or_default();
        let file = first["seen"][0]["file"].as_str().unwrap_or("b.toml");
        let text = std::fs::read_to_string(bench.path().join(file)).unwrap_or_default();
        let line = first["seen"][0]["line"].as_u64().unwrap_or(1);
        let line = text.lines().nth(usize::try_from(line).unwrap() - 1);
        expect(
            failures,
            run.code == Some(case.code)
                && message.contains(case.says)
                && line.unwrap_or_default().contains(case.at),
            || {
                format!(
                    "{}: {name}: {:?} {message} at {line:?}",
                    case.what, run.code
                )
            },
        );
    }
}

/// A template of one cluster, with more of its properties and its instances.
fn template(head: &str, properties: &str, instances: &str) -> String {
    format!(
        "{head}Resources:\n  Cluster:\n    Type: AWS::EMR::Cluster\n    Properties:\n      Name: etl\n      ReleaseLabel: emr-7.9.0\n      JobFlowRole: nodes\n      ServiceRole: emr\n{properties}      Instances:\n        KeepJobFlowAliveWhenNoSteps: true\n{instances}"
    )
}

const DEV: &str =
    "Parameters:\n  Env: {Type: String}\nConditions:\n  Dev: !Equals [!Ref Env, dev]\n";
const DEV_AND_BIG: &str = "Parameters:\n  Env: {Type: String}\n  Size: {Type: String}\nConditions:\n  Dev: !Equals [!Ref Env, dev]\n  Big: !Equals [!Ref Size, big]\n";

fn key(value: &str) -> Files {
    vec![(
        "t.yaml",
        template(DEV, "", &format!("        Ec2KeyName: {value}\n")),
    )]
}

fn protected(value: &str) -> Files {
    vec![(
        "t.yaml",
        template(DEV, "", &format!("        TerminationProtected: {value}\n")),
    )]
}

const NONE: &str = "!Ref AWS::NoValue";

#[test]
fn a_second_branch_that_turns_bad_is_new() {
    let mut failures = Failures::default();
    for case in [
        Worse {
            what: "another key in the other branch",
            asks: &["emr.ssh-key"],
            before: key(&format!(
                "!If\n          - Dev\n          - k\n          - {NONE}"
            )),
            after: key("!If\n          - Dev\n          - k\n          - attackers-key"),
            code: 1,
            says: "when `Dev` is false: key pair `attackers-key`",
            at: "- attackers-key",
        },
        Worse {
            what: "the same key in the other branch",
            asks: &["emr.ssh-key"],
            before: key(&format!(
                "!If\n          - Dev\n          - k\n          - {NONE}"
            )),
            after: key("!If\n          - Dev\n          - k\n          - k # again"),
            code: 1,
            says: "when `Dev` is false: key pair `k`",
            at: "- k # again",
        },
        Worse {
            what: "the same key without a condition",
            asks: &["emr.ssh-key"],
            before: key(&format!("!If [Dev, k, {NONE}]")),
            after: key("k"),
            code: 1,
            says: "key pair `k`",
            at: "k",
        },
        Worse {
            what: "what is absent in one branch becomes absent in both",
            asks: &["emr.termination-protection"],
            before: protected(&format!("!If [Dev, {NONE}, true]")),
            after: protected(&format!("!If [Dev, {NONE}, {NONE}]")),
            code: 1,
            says: "`TerminationProtected`",
            at: "",
        },
        Worse {
            what: "a branch that was unknown fails",
            asks: &["emr.termination-protection"],
            before: protected("!If [Dev, false, !ImportValue p]"),
            after: protected("!If [Dev, false, false]"),
            code: 1,
            says: "when `Dev` is false: `TerminationProtected` is false",
            at: "false",
        },
        Worse {
            what: "the branches change places",
            asks: &["emr.ssh-key"],
            before: key(&format!("!If [Dev, k, {NONE}]")),
            after: key(&format!("!If [Dev, {NONE}, k]")),
            code: 1,
            says: "when `Dev` is false",
            at: "k",
        },
    ] {
        is_new(&case, &mut failures);
    }
    failures.check();
}

const CLUSTER: &str = "Name: etl\nReleaseLabel: emr-7.9.0\nServiceRole: s\nJobFlowRole: p\n";

fn instances(key: &str) -> String {
    format!("Instances:\n  Ec2SubnetId: subnet-1\n  KeepJobFlowAliveWhenNoSteps: true\n{key}")
}

#[test]
fn another_file_of_a_joined_request_that_turns_bad_is_new() {
    let before = vec![
        ("cluster.yaml", CLUSTER.to_owned()),
        ("instances-dev.yaml", instances("  Ec2KeyName: k\n")),
        ("instances-prod.yaml", instances("")),
    ];
    let mut failures = Failures::default();
    for key in ["k", "other"] {
        is_new(
            &Worse {
                what: "production turns bad beside development",
                asks: &["emr.ssh-key"],
                before: before.clone(),
                after: vec![(
                    "instances-prod.yaml",
                    instances(&format!("  Ec2KeyName: {key}\n")),
                )],
                code: 1,
                says: "when the request has `instances-prod.yaml`: key pair",
                at: key,
            },
            &mut failures,
        );
    }
    failures.check();
}

fn module(key: &str) -> Files {
    let text = format!(
        "variable \"dev\" {{}}\nresource \"aws_emr_cluster\" \"c\" {{\n  name          = \"etl\"\n  release_label = \"emr-7.9.0\"\n  ec2_attributes {{\n    key_name = {key}\n    instance_profile = \"p\"\n  }}\n}}\n"
    );
    vec![("main.tf", text)]
}

#[test]
fn another_choice_of_a_module_that_turns_bad_is_new() {
    let mut failures = Failures::default();
    for (after, says) in [
        ("var.dev ? \"k\" : \"other\"", "key pair `other`"),
        ("var.dev ? \"k\" : \"k\"", "key pair `k`"),
        ("\"k\"", "key pair `k`"),
    ] {
        is_new(
            &Worse {
                what: after,
                asks: &["emr.ssh-key"],
                before: module("var.dev ? \"k\" : null"),
                after: module(after),
                code: 1,
                says,
                at: "key_name",
            },
            &mut failures,
        );
    }
    failures.check();
}

fn configured(classifications: &Value) -> Files {
    steps(classifications, &json!([]))
}

fn steps(classifications: &Value, steps: &Value) -> Files {
    let request = json!({
        "Name": "etl", "ReleaseLabel": "emr-7.9.0", "JobFlowRole": "nodes", "ServiceRole": "emr",
        "Instances": {"KeepJobFlowAliveWhenNoSteps": true}, "Configurations": classifications,
        "BootstrapActions": [], "Steps": steps
    });
    vec![("r.json", serde_json::to_string_pretty(&request).unwrap())]
}

fn site(name: &str, secret: &str) -> Value {
    json!({"Classification": name, "Properties": {"javax.jdo.option.ConnectionPassword": secret}})
}

fn step(name: &str, arguments: &Value) -> Value {
    json!({"Name": name, "HadoopJarStep": {"Jar": "command-runner.jar", "Args": arguments}})
}

#[test]
fn a_second_secret_is_new_wherever_it_stands() {
    let one = configured(&json!([site("hive-site", "hunter2")]));
    let gives = json!(["--password", "hunter2"]);
    let steps_of = |all: &[Value]| steps(&json!([]), &json!(all));
    let mut failures = Failures::default();
    for (what, before, after) in [
        (
            "the same property of another classification",
            one.clone(),
            configured(&json!([site("hive-site", "hunter2"), site("presto", "s3")])),
        ),
        (
            "the secret of one is mended, another gets one",
            configured(&json!([
                site("hive-site", "hunter2"),
                site("presto", "EMR.secret@x")
            ])),
            configured(&json!([
                site("hive-site", "EMR.secret@x"),
                site("presto", "hunter2")
            ])),
        ),
        (
            "a second classification of the same name",
            one,
            configured(&json!([
                site("hive-site", "hunter2"),
                site("hive-site", "s3")
            ])),
        ),
        (
            "a second step",
            steps_of(&[step("a", &gives)]),
            steps_of(&[step("a", &gives), step("b", &gives)]),
        ),
        (
            "another step",
            steps_of(&[step("a", &gives), step("b", &json!([]))]),
            steps_of(&[step("a", &json!([])), step("b", &gives)]),
        ),
        (
            "a second secret of one step",
            steps_of(&[step("a", &gives)]),
            steps_of(&[step(
                "a",
                &json!(["--password", "hunter2", "--password", "s3"]),
            )]),
        ),
    ] {
        is_new(
            &Worse {
                what,
                asks: &["emr.plaintext-secrets"],
                before,
                after,
                code: 1,
                says: "in plain text",
                at: "",
            },
            &mut failures,
        );
    }
    failures.check();
}

#[test]
fn the_same_in_another_item_without_a_name_is_the_same() {
    // Items without a name are told apart by nothing but their order, and that means nothing.
    let secrets = |first: &str, second: &str| {
        steps(
            &json!([]),
            &json!([{"HadoopJarStep": {"Jar": "a.jar", "Args": ["--password", first]}},
            {"HadoopJarStep": {"Jar": "b.jar", "Args": ["--password", second]}}]),
        )
    };
    let mut failures = Failures::default();
    is_old(
        "one is mended, the other gets it",
        &["emr.plaintext-secrets"],
        &secrets("hunter2", "EMR.secret@x"),
        &secrets("EMR.secret@x", "hunter2"),
        &mut failures,
    );
    failures.check();
}

fn group(rules: &str) -> Files {
    let head = "Resources:\n  Group:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: g\n      VpcId: vpc-1\n      SecurityGroupIngress:\n";
    let cluster = "  Cluster:\n    Type: AWS::EMR::Cluster\n    Properties:\n      Name: etl\n      ReleaseLabel: emr-7.9.0\n      JobFlowRole: nodes\n      ServiceRole: emr\n      Instances:\n        EmrManagedMasterSecurityGroup: !Ref Group\n        EmrManagedSlaveSecurityGroup: !Ref Group\n";
    vec![("t.yaml", format!("{head}{rules}{cluster}"))]
}

fn rule(port: u16, range: &str) -> String {
    format!("      - {{IpProtocol: tcp, FromPort: {port}, ToPort: {port}, CidrIp: {range}}}\n")
}

fn grant(permissions: &str, principal: &str) -> Files {
    let text = format!(
        "Resources:\n  Grant:\n    Type: AWS::LakeFormation::PrincipalPermissions\n    Properties:\n      Principal: {{DataLakePrincipalIdentifier: {principal}}}\n      Resource: {{Table: {{CatalogId: '111122223333', DatabaseName: sales, Name: orders}}}}\n      Permissions: {permissions}\n      PermissionsWithGrantOption: []\n"
    );
    vec![("t.yaml", text)]
}

#[test]
fn more_of_the_same_in_a_list_is_new() {
    let open = rule(22, "0.0.0.0/0");
    let mut wider = grant("[SELECT]", "IAM_ALLOWED_PRINCIPALS");
    wider[0].1 = wider[0].1.replace("Name: orders", "TableWildcard: {}");
    let role = "arn:aws:iam::111122223333:role/etl";
    let mut failures = Failures::default();
    for (what, control, before, after) in [
        (
            "a second open port",
            "network.security-groups",
            group(&open),
            group(&format!("{open}{}", rule(8443, "0.0.0.0/0"))),
        ),
        (
            "another open port instead",
            "network.security-groups",
            group(&open),
            group(&rule(8443, "0.0.0.0/0")),
        ),
        (
            "a second open rule of the same port",
            "network.security-groups",
            group(&open),
            group(&format!(
                "{open}{}",
                rule(22, "::/0").replace("CidrIp:", "CidrIpv6:")
            )),
        ),
        (
            "a wider grant",
            "lake.wide-grants",
            grant("[SELECT]", "IAM_ALLOWED_PRINCIPALS"),
            grant("[SELECT, DROP]", "IAM_ALLOWED_PRINCIPALS"),
        ),
        (
            "the same grant on more",
            "lake.wide-grants",
            grant("[SELECT]", "IAM_ALLOWED_PRINCIPALS"),
            wider,
        ),
        (
            "a grant to somebody else",
            "lake.wide-grants",
            grant("[ALL]", role),
            grant("[ALL]", "'111122223333:IAMPrincipals'"),
        ),
    ] {
        let case = Worse {
            what,
            asks: &[],
            before,
            after,
            code: 1,
            says: "",
            at: "",
        };
        let asks: &'static [&'static str] = match control {
            "network.security-groups" => &["network.security-groups"],
            _ => &["lake.wide-grants"],
        };
        is_new(&Worse { asks, ..case }, &mut failures);
    }
    failures.check();
}

#[test]
fn a_condition_that_is_added_to_a_grant_narrows_it() {
    let before = grant("[SELECT]", "IAM_ALLOWED_PRINCIPALS");
    let mut under = before.clone();
    under[0].1 = under[0].1.replace(
        "      Permissions:",
        "      Condition: {Expression: 'context.iam.principalTags.exists(x)'}\n      Permissions:",
    );
    let mut failures = Failures::default();
    is_old(
        "it is added",
        &["lake.wide-grants"],
        &before,
        &under,
        &mut failures,
    );
    is_new(
        &Worse {
            what: "it is gone",
            asks: &["lake.wide-grants"],
            before: under,
            after: before,
            code: 1,
            says: "",
            at: "",
        },
        &mut failures,
    );
    failures.check();
}

#[test]
fn what_was_unknown_is_new_when_it_fails_or_is_unknown_for_another_reason() {
    let mut failures = Failures::default();
    for (before, after, code) in [
        ("!ImportValue p", "false", 1),
        ("!ImportValue p", "!ImportValue q", 3),
        (
            "!If [Dev, true, !ImportValue p]",
            "!If [Dev, !ImportValue p, !ImportValue p]",
            3,
        ),
    ] {
        is_new(
            &Worse {
                what: after,
                asks: &["emr.termination-protection"],
                before: protected(before),
                after: protected(after),
                code,
                says: "`TerminationProtected`",
                at: "",
            },
            &mut failures,
        );
    }
    failures.check();
}

/// A change that makes nothing worse: it is forgiven.
fn is_old(what: &str, asks: &[&str], before: &Files, after: &Files, failures: &mut Failures) {
    let bench = repository(asks, before);
    change(&bench, after);
    for (name, report, run) in both(&bench) {
        expect(failures, run.code == Some(0), || {
            let found = open(&report);
            let said: Vec<&Value> = found.iter().map(|one| &one["message"]).collect();
            format!("{what}: {name}: {:?} {said:?} {}", run.code, run.err)
        });
    }
}

#[test]
fn the_same_in_other_words_is_not_new() {
    let key = |value: &str| key(value);
    let sites = [site("hive-site", "hunter2"), site("presto", "s3")];
    let turned = [sites[1].clone(), sites[0].clone()];
    let named = |files: Files, name: &'static str| {
        let text = files.into_iter().next().unwrap().1;
        vec![(name, text), ("t.yaml", String::new())]
    };
    let one_branch = format!("!If [Dev, k, {NONE}]");
    let mut compact = configured(&json!(sites));
    compact[0].1 = serde_json::from_str::<Value>(&compact[0].1)
        .unwrap()
        .to_string();
    let both_keys = "!If [Dev, k, other]";
    let mut failures = Failures::default();
    let mut moved = configured(&json!(sites));
    moved[0].1.insert_str(0, "\n\n\n");
    for (what, control, before, after) in [
        (
            "lines move",
            "emr.plaintext-secrets",
            configured(&json!(sites)),
            moved,
        ),
        (
            "a list is reordered",
            "emr.plaintext-secrets",
            configured(&json!(sites)),
            configured(&json!(turned)),
        ),
        (
            "a file is reformatted",
            "emr.plaintext-secrets",
            configured(&json!(sites)),
            compact,
        ),
        (
            "one of two is mended",
            "emr.plaintext-secrets",
            configured(&json!(sites)),
            configured(&json!([sites[1]])),
        ),
        (
            "a file is renamed",
            "emr.ssh-key",
            key(&one_branch),
            named(key(&one_branch), "moved/u.yaml"),
        ),
        (
            "another condition is added",
            "emr.ssh-key",
            key(&one_branch),
            vec![(
                "t.yaml",
                template(
                    DEV_AND_BIG,
                    "",
                    &format!(
                        "        Ec2KeyName: {one_branch}\n        TerminationProtected: !If [Big, true, false]\n"
                    ),
                ),
            )],
        ),
        (
            "a branch is mended",
            "emr.ssh-key",
            key(both_keys),
            key(&format!("!If [Dev, {NONE}, other]")),
        ),
        (
            "the other branch is mended",
            "emr.ssh-key",
            key(both_keys),
            key(&format!("!If [Dev, k, {NONE}]")),
        ),
        (
            "both branches say what was said before",
            "emr.ssh-key",
            key("k"),
            key("!If [Dev, k, k]"),
        ),
        (
            "a value gets a condition",
            "emr.ssh-key",
            key("k"),
            key(&one_branch),
        ),
    ] {
        is_old(what, &[control], &before, &after, &mut failures);
    }
    failures.check();
}

#[test]
fn a_joined_request_loses_and_gains_files_without_new_findings() {
    let before = vec![
        ("cluster.yaml", CLUSTER.to_owned()),
        ("instances-dev.yaml", instances("  Ec2KeyName: k\n")),
        ("instances-prod.yaml", instances("")),
    ];
    let mut failures = Failures::default();
    for (what, after) in [
        ("one is gone", vec![("instances-prod.yaml", String::new())]),
        ("one is added", vec![("instances-qa.yaml", instances(""))]),
        (
            "one is renamed",
            vec![
                ("instances-dev.yaml", String::new()),
                ("instances-test.yaml", instances("  Ec2KeyName: k\n")),
            ],
        ),
    ] {
        is_old(what, &["emr.ssh-key"], &before, &after, &mut failures);
    }
    failures.check();
}

#[test]
fn a_ratchet_keeps_what_still_stands_beside_something_new() {
    let secrets = configured(&json!([site("hive-site", "hunter2")]));
    let bench = repository(&["emr.plaintext-secrets"], &secrets);
    let before = std::fs::read_to_string(bench.path().join("r.json")).unwrap();
    assert!(
        before.contains("ratchet/v2") && before.contains("hive-site"),
        "{before}"
    );
    assert!(!before.contains("hunter2"), "{before}");
    change(
        &bench,
        &configured(&json!([site("presto", "s3"), site("hive-site", "hunter2")])),
    );
    let again = [
        "check",
        "b.toml",
        "infra",
        "--ratchet",
        "r.json",
        "--write-ratchet",
        "r.json",
    ];
    assert_eq!(bench.run(&again).code, Some(1));
    let after = std::fs::read_to_string(bench.path().join("r.json")).unwrap();
    assert_eq!(
        before, after,
        "it takes nothing new in, and loses nothing that stands"
    );
}

#[test]
fn a_ratchet_of_the_version_before_is_read_and_covers_what_it_says_once() {
    let one = site("hive-site", "hunter2");
    let bench = repository(&["emr.plaintext-secrets"], &configured(&json!([one])));
    let older = json!({"schema": "emr-baseline/ratchet/v1", "findings": [{
        "file": "infra/r.json", "kind": "emr-cluster", "id": "etl", "control": "emr.plaintext-secrets",
        "verdict": "noncompliant", "severity": "high",
        "message": "`javax.jdo.option.ConnectionPassword` is written in plain text",
        "observed": "a value that is not shown"}]});
    std::fs::write(bench.path().join("r.json"), older.to_string()).unwrap();
    let check = ["check", "b.toml", "infra", "--ratchet", "r.json"];
    assert_eq!(bench.run(&check).code, Some(0));
    change(&bench, &configured(&json!([one, site("presto", "s3")])));
    assert_eq!(bench.run(&check).code, Some(1), "a second one was not said");
    bench.run(&[&check[..], &["--write-ratchet", "r.json"]].concat());
    let written = std::fs::read_to_string(bench.path().join("r.json")).unwrap();
    assert!(
        written.contains("ratchet/v2") && written.contains("hive-site"),
        "{written}"
    );
    assert!(!written.contains("presto"), "{written}");
    for (member, word) in [
        ("\"conditions\":[],", "conditions"),
        ("\"verdict\":\"waived\",", "verdict"),
    ] {
        let broken = format!(
            "{{\"schema\":\"emr-baseline/ratchet/v2\",\"findings\":[{{{member}\"kind\":\"k\",\"id\":\"i\",\"control\":\"c\"}}]}}"
        );
        std::fs::write(bench.path().join("r.json"), broken).unwrap();
        let run = bench.run(&check);
        assert_eq!(run.code, Some(2), "{}", run.err);
        assert!(
            run.err.contains(word) || run.err.contains("conditions"),
            "{}",
            run.err
        );
    }
}

fn role(statement: &str) -> Files {
    let text = format!(
        "Resources:\n  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {{Version: '2012-10-17', Statement: []}}\n      Policies:\n      - PolicyName: p\n        PolicyDocument:\n          Version: '2012-10-17'\n          Statement:\n          - {statement}\n  Cluster:\n    Type: AWS::EMR::Cluster\n    Properties:\n      Name: etl\n      ReleaseLabel: emr-7.9.0\n      JobFlowRole: !Ref Role\n      ServiceRole: !Ref Role\n      Instances: {{KeepJobFlowAliveWhenNoSteps: true}}\n"
    );
    vec![("t.yaml", text)]
}

#[test]
fn a_statement_that_allows_more_is_new_and_one_that_allows_less_is_not() {
    let statement = |actions: &str, rest: &str| {
        role(&format!(
            "{{Effect: Allow, Action: {actions}, Resource: '*'{rest}}}"
        ))
    };
    let asks = &["iam.decrypt-scope"];
    let under = ", Condition: {StringEquals: {'aws:PrincipalTag/a': b}}";
    let two = "['kms:Decrypt', 's3:GetObject']";
    let three = "['kms:Decrypt', 's3:GetObject', 's3:PutObject']";
    let mut failures = Failures::default();
    for (what, before, after) in [
        ("one more action", statement(two, ""), statement(three, "")),
        (
            "the condition is gone",
            statement(two, under),
            statement(two, ""),
        ),
    ] {
        is_new(
            &Worse {
                what,
                asks,
                before,
                after,
                code: 1,
                says: "a statement allows",
                at: "Action",
            },
            &mut failures,
        );
    }
    let (before, after) = (statement(two, ""), statement("'kms:Decrypt'", ""));
    is_old("one action less", asks, &before, &after, &mut failures);
    failures.check();
}

fn properties_of(classification: &str, name: &str, value: &Value) -> Value {
    json!({"Classification": classification, "Properties": {name: value}})
}

/// A security configuration with these sections.
fn security(sections: &Value) -> Files {
    let text = json!({"Resources": {"Security": {"Type": "AWS::EMR::SecurityConfiguration", "Properties": {
        "Name": "secure", "SecurityConfiguration": sections
    }}}});
    vec![("t.json", serde_json::to_string_pretty(&text).unwrap())]
}

fn ldap(certificate: &str) -> Files {
    security(
        &json!({"AuthenticationConfiguration": {"LDAPConfiguration": {
            "EnableLDAPAuthentication": true, "LDAPServerURL": "ldaps://ldap.example.com", "LDAPAccessFilter": "(x=y)",
            "BindCertificateARN": certificate, "LDAPServerType": "x", "LDAPUserSearchBase": "x", "LDAPGroupSearchBase": "x"
        }}}),
    )
}

#[test]
fn another_wrong_value_in_the_same_place_is_new() {
    let unsafe_shuffle = |value: &str| {
        configured(&json!([properties_of(
            "core-site",
            "hadoop.rpc.protection",
            &json!(value)
        )]))
    };
    let strange = |value: Value| {
        security(&json!({"EncryptionConfiguration": {
            "EnableInTransitEncryption": false, "EnableAtRestEncryption": false, "Strange": value
        }}))
    };
    let certificate = |which: &str| {
        ldap(&format!(
            "arn:aws:acm:us-west-2:111122223333:certificate/{which}"
        ))
    };
    let mut failures = Failures::default();
    let cases: [(&str, &'static [&'static str], Files, Files); 6] = [
        (
            "another property that undoes a feature",
            &["emr.application-overrides", "emr.in-transit-encryption"],
            unsafe_shuffle("authentication"),
            unsafe_shuffle("integrity"),
        ),
        (
            "another certificate",
            &["emr.ldap"],
            certificate("a"),
            certificate("b"),
        ),
        (
            "another value under a key that AWS does not know",
            &["emr.document-schema"],
            strange(json!(false)),
            strange(json!(true)),
        ),
        (
            "another list under a key that AWS does not know",
            &["emr.document-schema"],
            strange(json!(["a", "b"])),
            strange(json!(["a", "c"])),
        ),
        (
            "another object under a key that AWS does not know",
            &["emr.document-schema"],
            strange(json!({"On": false})),
            strange(json!({"On": true})),
        ),
        (
            "another list where a text belongs",
            &["emr.ssh-key"],
            key("[a, b]"),
            key("[a, c]"),
        ),
    ];
    for (what, asks, before, after) in cases {
        is_new(
            &Worse {
                what,
                asks,
                before,
                after,
                code: 1,
                says: "",
                at: "",
            },
            &mut failures,
        );
    }
    let [list, turned] = [json!(["a", "b"]), json!(["b", "a"])].map(strange);
    let tags = |more: &str| {
        let tags = format!("      Tags: [{{Key: a, Value: b}}{more}]\n");
        vec![("t.yaml", template(DEV, &tags, ""))]
    };
    is_old(
        "another tag beside one that is missing",
        &["emr.tags"],
        &tags(""),
        &tags(", {Key: c, Value: d}"),
        &mut failures,
    );
    is_old(
        "a list is reordered",
        &["emr.document-schema"],
        &list,
        &turned,
        &mut failures,
    );
    failures.check();
}

fn key_when(head: &str) -> Files {
    let key = "        Ec2KeyName: !If [Dev, k, !Ref AWS::NoValue]\n";
    vec![("t.yaml", template(head, "", key))]
}

#[test]
fn a_choice_whose_meaning_changes_is_another_one() {
    let head = |conditions: &str| {
        format!(
            "Parameters:\n  Env: {{Type: String}}\n  Size: {{Type: String}}\nConditions:\n{conditions}"
        )
    };
    let mapped = |account: &str| {
        format!(
            "Mappings:\n  Stages:\n    us-west-2: {{Dev: {account}}}\n    eu-west-1: {{Dev: b}}\n{}",
            head("  Dev: !Equals [!FindInMap [Stages, !Ref AWS::Region, Dev], a]\n")
        )
    };
    let plain = head("  Dev: !Equals [!Ref Env, dev]\n");
    let through = |of: &str| {
        head(&format!(
            "  Dev: !Not [!Condition Prod]\n  Prod: !Equals [!Ref Env, {of}]\n"
        ))
    };
    let both = |first: &str, second: &str| {
        let side = |name: &str| {
            if name == "Env" {
                "!Equals [!Ref Env, dev]"
            } else {
                "!Equals [!Ref Size, big]"
            }
        };
        head(&format!(
            "  Dev: !And [{}, {}]\n",
            side(first),
            side(second)
        ))
    };
    let mut failures = Failures::default();
    for (what, before, after) in [
        (
            "another value",
            plain.clone(),
            head("  Dev: !Equals [!Ref Env, prod]\n"),
        ),
        (
            "another parameter",
            plain.clone(),
            head("  Dev: !Equals [!Ref Size, dev]\n"),
        ),
        (
            "the opposite",
            plain.clone(),
            head("  Dev: !Not [!Equals [!Ref Env, dev]]\n"),
        ),
        (
            "a wider one",
            plain.clone(),
            head("  Dev: !Or [!Equals [!Ref Env, dev], !Equals [!Ref Env, prod]]\n"),
        ),
        (
            "what another condition means",
            through("prod"),
            through("qa"),
        ),
        ("what a mapping says", mapped("a"), mapped("c")),
    ] {
        is_new(
            &Worse {
                what,
                asks: &["emr.ssh-key"],
                before: key_when(&before),
                after: key_when(&after),
                code: 1,
                says: "key pair `k`",
                at: "k",
            },
            &mut failures,
        );
    }
    let renamed = plain.replace("Dev:", "Development:");
    let renamed = key_when(&renamed)[0]
        .1
        .replace("!If [Dev,", "!If [Development,");
    for (what, before, after) in [
        (
            "the sides are turned",
            key_when(&plain),
            key_when(&head("  Dev: !Equals [dev, !Ref Env]\n")),
        ),
        (
            "the parts are turned",
            key_when(&both("Env", "Size")),
            key_when(&both("Size", "Env")),
        ),
        (
            "another condition is declared",
            key_when(&plain),
            key_when(&head(
                "  Big: !Equals [!Ref Size, big]\n  Dev: !Equals [!Ref Env, dev]\n",
            )),
        ),
        (
            "the condition is renamed",
            key_when(&plain),
            vec![("t.yaml", renamed)],
        ),
    ] {
        is_old(what, &["emr.ssh-key"], &before, &after, &mut failures);
    }
    failures.check();
}

#[test]
fn what_a_secret_is_compared_with_stands_in_no_ratchet() {
    let head = "Parameters:\n  Code: {Type: String, NoEcho: true}\nConditions:\n  Dev: !Equals [!Ref Code, hunter2]\n";
    let bench = repository(&["emr.ssh-key"], &key_when(head));
    let written = std::fs::read_to_string(bench.path().join("r.json")).unwrap();
    assert!(
        written.contains("\"when\"") && !written.contains("hunter2"),
        "{written}"
    );
}

/// Two files that give one name to documents.
fn namesakes(first: &str, second: &str) -> Files {
    let text = |on: &str| {
        format!(
            "{DEV}Resources:\n  Security:\n    Type: AWS::EMR::SecurityConfiguration\n    Properties:\n      Name: secure\n      SecurityConfiguration:\n        EncryptionConfiguration: {{EnableInTransitEncryption: false, EnableAtRestEncryption: {on}}}\n"
        )
    };
    vec![("a.yaml", text(first)), ("b.yaml", text(second))]
}

#[test]
fn a_document_that_turns_unknown_in_another_world_is_new() {
    let mut failures = Failures::default();
    let asks = &["emr.document-identity"];
    let before = namesakes("!If [Dev, !ImportValue p, false]", "false");
    let after = namesakes("!If [Dev, !ImportValue p, !ImportValue p]", "false");
    is_new(
        &Worse {
            what: "the other branch",
            asks,
            before: before.clone(),
            after,
            code: 3,
            says: "when `Dev` is false",
            at: "",
        },
        &mut failures,
    );
    let mut after = before.clone();
    after[0].1.insert_str(0, "# as before\n");
    is_old("a line more", asks, &before, &after, &mut failures);
    failures.check();
}
