//! The law that sources agree: one estate gets the same verdicts however it is written, wherever its form can say
//! the fact. The forms are made by `forms`, from one document and one request.

use crate::forms::{Estate, NAME, yaml_of};
use crate::laws::{Example, merged, remove, replace};
use crate::support::{Failures, check, run};
use emr_baseline::controls::REGISTRY;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Where a source may legitimately see something else than the request and the document say: the control, the
/// source, the verdict there, and why.
const DIFFERENT: &[(&str, &str, &str, &str)] = &[
    (
        "emr.auto-termination",
        "described",
        "indeterminate",
        "the policy is the answer of another call, `GetAutoTerminationPolicy`",
    ),
    (
        "emr.bootstrap-actions",
        "described",
        "indeterminate",
        "steps are the answer of another call, `ListSteps`",
    ),
    (
        "emr.plaintext-secrets",
        "described",
        "indeterminate",
        "steps are the answer of another call, `ListSteps`",
    ),
    (
        "emr.kerberos-secrets",
        "described",
        "compliant",
        "AWS masks the passwords that it prints: a dynamic reference that a request would carry literally is not seen",
    ),
    (
        "emr.kerberos-secrets",
        "snapshot",
        "not-applicable",
        "AWS masks the passwords that it answers, and how they got there is not seen",
    ),
    (
        "emr.certificate-source",
        "snapshot",
        "indeterminate",
        "who may write the bucket is a fact of the account, which this snapshot lacks",
    ),
    (
        "emr.role-mappings",
        "snapshot",
        "indeterminate",
        "whether a role exists is a fact of the account, which this snapshot lacks; files are judged by names",
    ),
    (
        "emr.log-destination",
        "snapshot",
        "indeterminate",
        "whose the bucket is, is a fact of the account, which this snapshot lacks",
    ),
    (
        "network.private-subnet",
        "snapshot",
        "indeterminate",
        "a subnet's routes are a fact of the account, which this snapshot lacks",
    ),
    (
        "network.public-address",
        "snapshot",
        "indeterminate",
        "nodes are facts of a running cluster, which files have not and this snapshot lacks",
    ),
    (
        "emr.instance-metadata",
        "snapshot",
        "indeterminate",
        "of a running cluster the nodes decide, by `ec2:DescribeInstances`, which this snapshot lacks",
    ),
    (
        "emr.ssh-key",
        "snapshot",
        "indeterminate",
        "of a running cluster the nodes decide, by `ec2:DescribeInstances`, which this snapshot lacks",
    ),
    (
        "emr.cluster-age",
        "snapshot",
        "compliant",
        "files tell no dates",
    ),
    (
        "emr.document-identity",
        "snapshot",
        "compliant",
        "files tell no dates",
    ),
    (
        "emr.document-identity",
        "document",
        "not-applicable",
        "the bare document has no name that another could bear",
    ),
    (
        "emr.configuration-inventory",
        "snapshot",
        "compliant",
        "in files only names are judged, where the baseline lists some",
    ),
    (
        "emr.volume-encryption",
        "snapshot",
        "indeterminate",
        "nodes are facts of a running cluster, which files have not and this snapshot lacks",
    ),
    (
        "emr.kerberos-secrets",
        "object",
        "compliant",
        "CloudFormation resolves dynamic references; a request would carry them literally",
    ),
    (
        "emr.kerberos-secrets",
        "string",
        "compliant",
        "CloudFormation resolves dynamic references; a request would carry them literally",
    ),
    (
        "emr.kerberos-secrets",
        "sub",
        "compliant",
        "CloudFormation resolves dynamic references; a request would carry them literally",
    ),
    (
        "emr.kerberos-secrets",
        "to-json-string",
        "compliant",
        "CloudFormation resolves dynamic references; a request would carry them literally",
    ),
    (
        "emr.kerberos-secrets",
        "cdk-python",
        "compliant",
        "CloudFormation resolves dynamic references; a request would carry them literally",
    ),
    (
        "emr.kerberos-secrets",
        "state-machine-template",
        "compliant",
        "CloudFormation resolves dynamic references; a request would carry them literally",
    ),
    (
        "emr.kerberos-secrets",
        "yaml",
        "compliant",
        "CloudFormation resolves dynamic references; a request would carry them literally",
    ),
];

/// The verdicts over the security configuration and the cluster, with what was said.
fn verdicts(report: &Value) -> BTreeMap<(String, String), (String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let evaluations = report["evaluations"].as_array().unwrap().iter();
    let ours = evaluations.filter(|evaluation| {
        ["emr-cluster", "emr-security-configuration"]
            .contains(&evaluation["resource"]["kind"].as_str().unwrap())
    });
    ours.map(|evaluation| {
        (
            (
                text(&evaluation["control"]),
                text(&evaluation["resource"]["kind"]),
            ),
            (text(&evaluation["verdict"]), text(&evaluation["message"])),
        )
    })
    .collect()
}

/// The report over an estate in each form.
fn reports(baseline: &str, estate: &Estate) -> Vec<(&'static str, Value)> {
    let folder = tempfile::tempdir().unwrap();
    let judged = |form: &'static str, files: Vec<(String, String)>| {
        let input = folder.path().join(form);
        std::fs::create_dir_all(&input).unwrap();
        for (name, text) in files {
            std::fs::write(input.join(name), text).unwrap();
        }
        let (report, _) = check(&[baseline, input.to_str().unwrap()]);
        assert_eq!(report["problems"], json!([]), "{form}");
        (form, report)
    };
    let template = |document: fn(&Value) -> Value| {
        vec![(
            "template.json".to_owned(),
            estate.template(document).to_string(),
        )]
    };
    vec![
        judged("request", estate.requests()),
        judged("document", estate.document()),
        judged("object", template(Value::clone)),
        judged("string", template(|document| json!(document.to_string()))),
        judged(
            "sub",
            template(|document| json!({"Fn::Sub": document.to_string()})),
        ),
        judged(
            "to-json-string",
            template(|document| json!({"Fn::ToJsonString": document})),
        ),
        judged("yaml", vec![("template.yaml".to_owned(), estate.yaml())]),
        judged("described", estate.described()),
        judged("plan", estate.plan()),
        judged("module", estate.module()),
        judged("module-json", estate.module_json()),
        judged("state", estate.state()),
        judged("boto3", vec![("launch.py".to_owned(), estate.boto3())]),
        judged("cdk-python", vec![("stack.py".to_owned(), estate.cdk())]),
        judged(
            "state-machine",
            vec![(
                "machine.asl.json".to_owned(),
                estate.machine("Parameters").to_string(),
            )],
        ),
        judged(
            "state-machine-yaml",
            vec![(
                "machine.asl.yaml".to_owned(),
                yaml_of(&estate.machine("Arguments")),
            )],
        ),
        judged(
            "state-machine-template",
            vec![(
                "template.json".to_owned(),
                estate.machine_in_template().to_string(),
            )],
        ),
        ("snapshot", audited(baseline, folder.path(), estate)),
    ]
}

fn audited(baseline: &str, folder: &Path, estate: &Estate) -> Value {
    let path = folder.join("snapshot.jsonl");
    std::fs::write(&path, estate.snapshot()).unwrap();
    let ran = run(&[
        "audit",
        baseline,
        "--snapshot",
        path.to_str().unwrap(),
        "--format",
        "json",
        "--all",
    ]);
    let report: Value =
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.err));
    assert_eq!(report["problems"], json!([]));
    report
}

const AS_COMPILED: &str = "as compiled";

/// Changes that weaken an estate: to the document or to the request.
fn weakenings(estate: &Estate) -> Vec<(String, Estate)> {
    let mut weakened = vec![(AS_COMPILED.to_owned(), estate.clone())];
    let request = |pointer: &str, value: Value| Estate {
        request: replace(&estate.request, pointer, value),
        ..estate.clone()
    };
    let action =
        |path: &str| json!([{"Name": "a", "ScriptBootstrapAction": {"Path": path, "Args": ["x"]}}]);
    let step = |jar: &str| json!([{"Name": "s", "ActionOnFailure": "CONTINUE", "HadoopJarStep": {"Jar": jar, "Args": ["a"]}}]);
    let plain = json!([{"Classification": "core-site", "Properties": {"hadoop.rpc.protection": "authentication"}},
        {"Classification": "hive-site", "Properties": {"javax.jdo.option.ConnectionPassword": "swordfish-17"}}]);
    let group = json!([{"InstanceRole": "MASTER", "InstanceType": "m1.small", "InstanceCount": 1},
        {"InstanceRole": "CORE", "InstanceType": "r5d.24xlarge", "InstanceCount": 200, "Configurations": plain}]);
    for (pointer, value) in [
        ("/ReleaseLabel", json!("emr-5.20.0")),
        ("/ReleaseLabel", json!("emr-4.7.0")),
        ("/ServiceRole", json!("EMR_DefaultRole")),
        ("/JobFlowRole", json!("EMR_EC2_DefaultRole")),
        ("/LogUri", json!("s3://somebody-elses/")),
        ("/LogEncryptionKmsKeyId", json!("alias/logs")),
        ("/Instances/Ec2KeyName", json!("key")),
        (
            "/Instances/Ec2SubnetIds",
            json!(["subnet-0fffffffffffffff0"]),
        ),
        ("/Instances/TerminationProtected", json!(true)),
        ("/Instances/KeepJobFlowAliveWhenNoSteps", json!(false)),
        ("/Instances/InstanceGroups", group),
        ("/BootstrapActions", action("http://example.com/a.sh")),
        ("/BootstrapActions", action("s3://unnamed/a.sh")),
        ("/Steps", step("s3://unnamed/job.jar")),
        ("/Configurations", plain.clone()),
        ("/AutoTerminationPolicy", json!({"IdleTimeout": 604_800})),
        ("/Tags", json!([])),
    ] {
        weakened.push((format!("{pointer} = {value}"), request(pointer, value)));
    }
    for pointer in [
        "/LogEncryptionKmsKeyId",
        "/LogUri",
        "/SecurityConfiguration",
        "/KerberosAttributes",
    ] {
        if estate.request.pointer(pointer).is_some() {
            let request = remove(&estate.request, pointer);
            weakened.push((
                format!("without {pointer}"),
                Estate {
                    request,
                    ..estate.clone()
                },
            ));
        }
    }
    for weakening in REGISTRY.iter().flat_map(|entry| entry.weakenings) {
        let known = estate.document.pointer(weakening.pointer).is_some();
        if weakening.artifact != "security-configuration" || !known {
            continue;
        }
        let document = match weakening.value {
            Some(value) => replace(
                &estate.document,
                weakening.pointer,
                serde_json::from_str(value).unwrap(),
            ),
            None => remove(&estate.document, weakening.pointer),
        };
        let what = format!("{} {:?}", weakening.pointer, weakening.value);
        weakened.push((
            what,
            Estate {
                document,
                ..estate.clone()
            },
        ));
    }
    weakened
}

#[test]
fn every_form_of_an_estate_gets_the_same_verdicts() {
    let mut failures = Failures::default();
    let mut met = BTreeSet::new();
    let mut tried = BTreeSet::new();
    for example in Example::all() {
        let mut request = merged(&example.skeleton, &example.launch);
        if example.document.is_object() {
            request["SecurityConfiguration"] = json!(NAME);
        }
        let estate = Estate {
            document: example.document.clone(),
            request,
        };
        if !estate.document.is_object() {
            continue;
        }
        for (what, weakened) in weakenings(&estate) {
            // A weakening is tried on the first example that it applies to.
            if what != AS_COMPILED && !tried.insert(what.clone()) {
                continue;
            }
            let reports = reports(&example.baseline, &weakened);
            let all = verdicts(&reports[0].1);
            for (source, report) in &reports[1..] {
                let here = verdicts(report);
                let mut said = all.clone();
                if *source == "document" {
                    said.retain(|(_, kind), _| kind == "emr-security-configuration");
                }
                let keys: BTreeSet<_> = said.keys().chain(here.keys()).collect();
                for key in keys {
                    let (there, here) = (said.get(key), here.get(key));
                    if there.map(|found| &found.0) == here.map(|found| &found.0) {
                        continue;
                    }
                    let verdict = here.map_or("none", |found| &found.0);
                    let listed = DIFFERENT.iter().position(|(control, form, other, _)| {
                        *control == key.0 && form == source && *other == verdict
                    });
                    if let Some(index) = listed {
                        met.insert(index);
                        continue;
                    }
                    failures.add(
                        format!(
                            "{} {source} {} {verdict} [{}; {what}]",
                            key.0, key.1, example.name
                        ),
                        format!("{here:?}\n    request: {there:?}"),
                    );
                }
            }
        }
    }
    for (index, (control, source, verdict, _)) in DIFFERENT.iter().enumerate() {
        if !met.contains(&index) {
            failures.add(
                format!("{control} {source} {verdict}"),
                "is listed as different, and never is",
            );
        }
    }
    failures.check();
}
