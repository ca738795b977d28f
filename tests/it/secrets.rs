//! Secrets that stand in inputs are found, and shown nowhere: in no format, no excerpt, no message.

use crate::binary::Bench;
use emr_baseline::report::Format;
use serde_json::{Value, json};

/// Each stands in a place of its own, so that a leak says where from.
const SECRETS: [&str; 12] = [
    "Kdc-hunter2-zero",
    "Trust-hunter2-one",
    "Join-hunter2-two",
    "Hive-hunter2-three",
    "Step-hunter2-four",
    "Equals-hunter2-five",
    "Jdbc-hunter2-six",
    "Store-hunter2-seven",
    "Boot-hunter2-eight",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "Nested-hunter2-ten",
    "Group-hunter2-eleven",
];

fn request() -> Value {
    let [
        kdc,
        trust,
        join,
        hive,
        step,
        equals,
        jdbc,
        store,
        boot,
        key,
        nested,
        group,
    ] = SECRETS;
    json!({
        "Name": "etl", "ReleaseLabel": "emr-5.0.0", "JobFlowRole": "EMR_EC2_DefaultRole", "ServiceRole": "EMR_DefaultRole",
        "KerberosAttributes": {
            "Realm": "EC2.INTERNAL", "KdcAdminPassword": kdc, "CrossRealmTrustPrincipalPassword": trust,
            "ADDomainJoinUser": "join", "ADDomainJoinPassword": join
        },
        "Configurations": [
            {"Classification": "hive-site", "Properties": {"javax.jdo.option.ConnectionPassword": hive}},
            {"Classification": "core-site", "Properties": {
                "hadoop.rpc.protection": "authentication", "fs.s3.awsSecretAccessKey": key, "fs.s3a.secret.key": key
            }},
            {"Classification": "hadoop-env", "Properties": {}, "Configurations": [
                {"Classification": "export", "Properties": {"DB_PASSWORD": nested, "AWS_SECRET_ACCESS_KEY": key}}
            ]}
        ],
        "BootstrapActions": [{"Name": "a", "ScriptBootstrapAction": {"Path": "http://example.com/a.sh", "Args": ["--password", boot]}}],
        "Steps": [{"Name": "s", "ActionOnFailure": "CONTINUE", "HadoopJarStep": {"Jar": "s3://x/a.jar", "Args": [
            "--password", step, format!("--db-password={equals}"),
            format!("jdbc:mysql://db.example.com/x?user=u&password={jdbc}"),
            "--conf", format!("spark.ssl.keyStorePassword={store}"), "--conf", "spark.network.crypto.enabled=false"
        ]}}],
        "Instances": {"Ec2KeyName": "k", "TerminationProtected": false, "InstanceGroups": [
            {"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1, "Configurations": [
                {"Classification": "hive-site", "Properties": {"javax.jdo.option.ConnectionPassword": group}}
            ]}
        ]}
    })
}

fn template() -> Value {
    let text = request()
        .to_string()
        .replace("\"Properties\":{", "\"ConfigurationProperties\":{");
    let mut properties: Value = serde_json::from_str(&text).unwrap();
    let instances = properties["Instances"].as_object_mut().unwrap();
    let groups = instances.shift_remove("InstanceGroups").unwrap();
    instances.insert("MasterInstanceGroup".to_owned(), groups[0].clone());
    properties["KerberosAttributes"]["KdcAdminPassword"] = json!({"Ref": "Password"});
    json!({
        "Parameters": {"Password": {"Type": "String", "NoEcho": true, "Default": SECRETS[0]}},
        "Resources": {"C": {"Type": "AWS::EMR::Cluster", "Properties": properties}}
    })
}

fn snapshot() -> String {
    let request = request();
    let call = |answer: Value| json!({ "answer": answer });
    let step = &request["Steps"][0];
    let records = [
        json!({"record": "estate", "schema": "emr-baseline/snapshot/v1"}),
        json!({"record": "region", "account": "111122223333", "region": "eu-west-1"}),
        json!({"record": "resource", "kind": "emr-cluster", "id": "j-1", "calls": {
            "elasticmapreduce:DescribeCluster": call(json!({"Cluster": {
                "Id": "j-1", "Name": "etl", "ReleaseLabel": "emr-5.0.0", "Status": {"State": "WAITING"},
                "KerberosAttributes": request["KerberosAttributes"], "Configurations": request["Configurations"]
            }})),
            "elasticmapreduce:ListInstanceGroups": call(json!({"InstanceGroups": request["Instances"]["InstanceGroups"]})),
            "elasticmapreduce:ListBootstrapActions": call(json!({"BootstrapActions": [
                {"Name": "a", "ScriptPath": "http://example.com/a.sh", "Args": ["--password", SECRETS[8]]}
            ]})),
            "elasticmapreduce:ListSteps": call(json!({"Steps": [{"Id": "s-1", "Name": "s", "Config": step["HadoopJarStep"]}]}))
        }}),
        json!({"record": "end-of-region", "complete": true, "listed": ["emr-cluster"]}),
    ];
    records.iter().map(|record| format!("{record}\n")).collect()
}

fn leaks(text: &str) -> Vec<&'static str> {
    SECRETS
        .into_iter()
        .filter(|secret| text.contains(secret))
        .collect()
}

#[test]
fn secrets_of_inputs_are_found_and_shown_nowhere() {
    let (request, template) = (request(), template());
    let bench = Bench::new()
        .with("request.json", format!("{request:#}"))
        .with("one-line.json", request.to_string())
        .with("template.json", format!("{template:#}"))
        .with("template-line.json", template.to_string())
        .with("snapshot.jsonl", snapshot());
    for baseline in ["builtin:strict", "builtin:minimum"] {
        for input in [
            "request.json",
            "one-line.json",
            "template.json",
            "template-line.json",
            "snapshot.jsonl",
        ] {
            let command: &[&str] = if input.ends_with("jsonl") {
                &["audit", baseline, "--snapshot", input]
            } else {
                &["check", baseline, input]
            };
            for format in Format::ALL {
                for all in [&["--all"][..], &[]] {
                    let run = bench.run(&[command, &["--format", format.name()], all].concat());
                    assert_eq!(run.code, Some(1), "{input}: {}", run.err);
                    let name = format.name();
                    assert_eq!(
                        leaks(&run.out),
                        [""; 0],
                        "{baseline} {input} {name}\n{}",
                        run.out
                    );
                    assert_eq!(
                        leaks(&run.err),
                        [""; 0],
                        "{baseline} {input} {name}\n{}",
                        run.err
                    );
                }
            }
        }
    }
    for input in ["request.json", "template-line.json"] {
        let ratchet = [
            "check",
            "builtin:strict",
            input,
            "--write-ratchet",
            "r.json",
        ];
        assert_eq!(bench.run(&ratchet).code, Some(1));
        let written = std::fs::read_to_string(bench.path().join("r.json")).unwrap();
        assert!(written.contains("emr.plaintext-secrets"));
        assert_eq!(leaks(&written), [""; 0], "{input} in a ratchet\n{written}");
    }
    for (input, controls) in [
        (
            "request.json",
            &["emr.kerberos-secrets", "emr.plaintext-secrets"][..],
        ),
        (
            "template.json",
            &["emr.kerberos-secrets", "emr.plaintext-secrets"],
        ),
    ] {
        let (report, _) = bench.report(&["check", "builtin:strict", input]);
        for control in controls {
            let worst = crate::support::worst(&report, control);
            assert_eq!(worst.as_deref(), Some("noncompliant"), "{input} {control}");
        }
    }
}

#[test]
fn secrets_of_files_that_cannot_be_read_are_shown_nowhere() {
    let text = format!("{:#}", request());
    let cut = &text[..text.len() - 20];
    let nested = text.replacen(
        "\"Instances\"",
        "\"KerberosAttributes\": 1, \"Instances\"",
        1,
    );
    let bench = Bench::new()
        .with("cut.json", cut)
        .with("twice.json", nested)
        .with(
            "odd.json",
            text.replacen("\"KerberosAttributes\"", "KerberosAttributes", 1),
        )
        .with("cut.jsonl", snapshot().replace("]}", "]"));
    for arguments in [
        &["check", "builtin:strict", "cut.json"][..],
        &["check", "builtin:strict", "twice.json"],
        &["check", "builtin:strict", "odd.json"],
        &["check", "builtin:strict", "cut.json", "--format", "json"],
        &["check", "builtin:strict", "cut.json", "--format", "sarif"],
        &["check", "cut.json", "cut.json"],
        &["validate", "cut.json"],
        &["audit", "builtin:strict", "--snapshot", "cut.jsonl"],
        &["audit", "builtin:strict", "--snapshot", "cut.json"],
        &["check", "builtin:strict", "cut.jsonl"],
    ] {
        let run = bench.run(arguments);
        assert_eq!(leaks(&run.out), [""; 0], "{arguments:?}\n{}", run.out);
        assert_eq!(leaks(&run.err), [""; 0], "{arguments:?}\n{}", run.err);
    }
}

#[test]
fn a_baseline_with_secrets_is_refused_without_showing_them() {
    let key = SECRETS[9];
    let head = "schema = 1\n[baseline]\nname = \"x\"\nversion = \"1.0.0\"\nowner = \"o\"\n";
    for (what, body) in [
        (
            "description",
            format!("description = \"aws_secret_access_key = {key}\"\n"),
        ),
        (
            "parameter",
            format!(
                "description = \"d\"\n[targets.t]\naccount = \"111122223333\"\nregion = \"eu-west-1\"\npassword = \"{}\"\n",
                SECRETS[4]
            ),
        ),
        (
            "control",
            format!(
                "description = \"d\"\n[emr.kerberos]\nkdc-admin-password = \"{}\"\n",
                SECRETS[0]
            ),
        ),
        (
            "waiver",
            format!(
                "description = \"d\"\n[[waivers]]\ncontrol = \"emr.kerberos\"\nresource = {{ name = \"x\" }}\nreason = \"aws_secret_access_key={key}\"\nowner = \"o\"\nexpires = 2027-01-01\n"
            ),
        ),
    ] {
        let bench = Bench::new().with("b.toml", format!("{head}{body}"));
        for command in [
            "validate b.toml",
            "check b.toml b.toml",
            "explain b.toml",
            "compile b.toml --out o",
            "compare b.toml b.toml",
        ] {
            let run = bench.run(&command.split(' ').collect::<Vec<_>>());
            assert_eq!(
                run.code,
                Some(2),
                "{what}: {command}: {}{}",
                run.out,
                run.err
            );
            assert_eq!(leaks(&run.out), [""; 0], "{what}: {command}\n{}", run.out);
            assert_eq!(leaks(&run.err), [""; 0], "{what}: {command}\n{}", run.err);
        }
    }
}
