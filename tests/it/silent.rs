//! What launches or opens something in a form that is easily overlooked: it is judged or it is a problem, and never
//! passed over.

use crate::binary::{Bench, asks_for};
use serde_json::{Value, json};

/// The report on a folder with these files, judged for termination protection, and the code.
fn report(files: &[(&str, &str)]) -> (Value, Option<i32>) {
    report_for("emr.termination-protection", files)
}

fn report_for(control: &str, files: &[(&str, &str)]) -> (Value, Option<i32>) {
    let bench = Bench::new().with("b.toml", asks_for(control));
    let bench = files.iter().fold(bench, |bench, (name, content)| {
        bench.with(&format!("in/{name}"), content)
    });
    let (report, run) = bench.report(&["check", "b.toml", "in", "--allow-empty"]);
    (report, run.code)
}

/// How many findings and problems there are.
fn counts((report, _): &(Value, Option<i32>)) -> (u64, u64, usize) {
    let count = |what: &str| report["summary"][what].as_u64().unwrap();
    let problems = report["problems"].as_array().unwrap().len();
    (count("noncompliant"), count("indeterminate"), problems)
}

/// Nothing is judged, and the one problem that is told ends the run as indeterminate.
fn is_one_problem(found: &(Value, Option<i32>), of: &str) {
    assert_eq!(
        (counts(found), found.1),
        ((0, 0, 1), Some(3)),
        "{of}: {}",
        found.0
    );
}

/// A cluster's request that is not protected.
fn unprotected() -> Value {
    json!({
        "Name": "etl", "ReleaseLabel": "emr-7.9.0", "JobFlowRole": "nodes", "ServiceRole": "emr",
        "Instances": {"KeepJobFlowAliveWhenNoSteps": true, "TerminationProtected": false}
    })
}

fn machine(resource: &str, parameters: &Value) -> String {
    json!({"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": resource,
        "Parameters": parameters, "End": true}}})
    .to_string()
}

const CREATE: &str = "arn:aws:states:::elasticmapreduce:createCluster";

#[test]
fn a_service_of_the_serverless_framework_is_followed_within_its_file() {
    let service = |rest: &str| format!("service: x\nprovider: {{name: aws}}\n{rest}");
    let template = "Resources:\n      C:\n        Type: AWS::EMR::Cluster\n        Properties: {Name: c, Instances: {KeepJobFlowAliveWhenNoSteps: true}}\n";
    let definition = machine(CREATE, &unprotected());
    for rest in [
        format!("resources: ${{self:custom.r}}\ncustom:\n  r:\n    {template}"),
        format!("resources:\n  - ${{self:custom.r, ''}}\ncustom:\n  r:\n    {template}"),
        format!("stepFunctions:\n  stateMachines:\n    a:\n      definition: {definition}\n"),
        format!(
            "stepFunctions:\n  stateMachines: ${{self:custom.m}}\ncustom:\n  m:\n    a: {{definition: {definition}}}\n"
        ),
    ] {
        let found = report(&[("serverless.yml", &service(&rest))]);
        assert_eq!(counts(&found), (1, 0, 0), "{rest}: {}", found.0);
    }
    for rest in [
        "resources: ${self:custom.emr}\n",
        "stepFunctions:\n  stateMachines:\n    emr:\n      definition: ${file(m.yml)}\n",
        "stepFunctions: ${file(emr-machines.yml)}\n",
        "resources:\n  - ${self:resources}\n  - ${file(emr.yml)}\n",
    ] {
        let found = report(&[("serverless.yml", &service(rest))]);
        assert_eq!(found.1, Some(3), "{rest}: {}", found.0);
    }
}

#[test]
fn a_task_whose_resource_is_put_in_later_is_judged_by_what_it_is_sent() {
    let definition = machine("${Launch}", &unprotected());
    let found = report(&[("m.json", &definition)]);
    assert_eq!(counts(&found), (1, 0, 0), "{}", found.0);
    for kind in [
        "AWS::StepFunctions::StateMachine",
        "AWS::Serverless::StateMachine",
    ] {
        let key = if kind.contains("Serverless") {
            "Definition"
        } else {
            "DefinitionString"
        };
        let definition: Value = serde_json::from_str(&definition).unwrap();
        for definition in [definition.clone(), json!(definition.to_string())] {
            let key = if definition.is_string() {
                "DefinitionString"
            } else {
                key
            };
            let template =
                json!({"Resources": {"M": {"Type": kind, "Properties": {key: definition}}}});
            let found = report(&[("t.json", &template.to_string())]);
            assert_eq!(counts(&found), (1, 0, 0), "{template}: {}", found.0);
        }
    }
}

#[test]
fn a_definition_in_a_file_is_read_with_the_substitutions_of_its_template() {
    let template = |protected: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      DefinitionUri: m/sm.asl.json\n      DefinitionSubstitutions: {{Launch: '{CREATE}', Protected: {protected}}}\n"
        )
    };
    let definition = |sent: &str| {
        format!(
            r#"{{"StartAt":"A","States":{{"A":{{"Type":"Task","Resource":"${{Launch}}","Parameters":{sent},"End":true}}}}}}"#
        )
    };
    let protected = r#"{"Name":"c","ReleaseLabel":"emr-7.9.0","Instances":{"KeepJobFlowAliveWhenNoSteps":true,"TerminationProtected":${Protected}}}"#;
    for (value, counted) in [
        ("'true'", (0, 0, 0)),
        ("'false'", (1, 0, 0)),
        ("!Ref P", (0, 1, 0)),
    ] {
        let found = report(&[
            ("t.yaml", &template(value)),
            ("m/sm.asl.json", &definition(protected)),
        ]);
        assert_eq!(counts(&found), counted, "{value}: {}", found.0);
    }
    // What is sent tells nothing, and only the template says what is called.
    let sent = r#"{"Name.$":"$.n","Instances.$":"$.i"}"#;
    let found = report(&[
        ("t.yaml", &template("'x'")),
        ("m/sm.asl.json", &definition(sent)),
    ]);
    assert_eq!(counts(&found), (0, 1, 0), "{}", found.0);
    // What a substitution names of a resource of the template is told by that.
    let calls = |resource: &str| {
        format!(
            r#"{{"StartAt":"A","States":{{"A":{{"Type":"Task","Resource":"{CREATE}","Parameters":{protected},"Next":"B"}},"B":{{"Type":"Task","Resource":"{resource}","End":true}}}}}}"#
        )
    };
    let function = "  F: {Type: AWS::Serverless::Function, Properties: {Handler: h}}\n  P: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: v}}\n";
    for (given, noted) in [
        ("!GetAtt F.Arn", false),
        ("!Ref F", false),
        ("arn:aws:lambda:eu-west-1:111122223333:function:f", false),
        ("arn:aws:states:::dynamodb:putItem", false),
        ("!GetAtt P.Value", true),
    ] {
        let template = template("'true'").replace("Launch:", &format!("Fn: {given}, Launch:"));
        let found = report(&[
            ("t.yaml", &format!("{template}{function}")),
            ("m/sm.asl.json", &calls("${Fn}")),
        ]);
        assert_eq!(counts(&found), (0, 0, 0), "{given}: {}", found.0);
        let notes = found.0["notes"].to_string();
        assert_eq!(notes.contains("put in later"), noted, "{given}: {notes}");
    }
    // A definition that is not there, or in S3.
    let found = report(&[("t.yaml", &template("'x'"))]);
    assert_eq!(counts(&found), (0, 0, 1), "{}", found.0);
    let stored = "Resources:\n  EmrLauncher:\n    Type: AWS::StepFunctions::StateMachine\n    Properties: {DefinitionS3Location: {Bucket: b, Key: k.json}}\n";
    let found = report(&[("t.yaml", stored)]);
    assert_eq!(counts(&found), (0, 0, 1), "{}", found.0);
    let other = stored.replace("EmrLauncher", "Orders");
    let found = report(&[("t.yaml", &other)]);
    assert_eq!(counts(&found), (0, 0, 0), "{}", found.0);
    assert!(
        found.0["notes"]
            .to_string()
            .contains("of state machine `Orders`"),
        "{}",
        found.0
    );
}

#[test]
fn block_public_access_is_judged_in_a_request_and_in_a_task() {
    let off = json!({"BlockPublicAccessConfiguration": {"BlockPublicSecurityGroupRules": false}});
    let task = machine(
        "arn:aws:states:::aws-sdk:emr:putBlockPublicAccessConfiguration",
        &off,
    );
    for text in [off.to_string(), task] {
        let found = report_for("account.block-public-access", &[("f.json", &text)]);
        assert_eq!(counts(&found), (1, 0, 0), "{text}: {}", found.0);
    }
}

#[test]
fn values_that_terraform_does_not_take_by_itself_are_named() {
    let module = "variable \"protected\" {\n  default = true\n}\nresource \"aws_emr_cluster\" \"c\" {\n  name = \"c\"\n  keep_job_flow_alive_when_no_steps = true\n  termination_protection = var.protected\n}\n";
    let bench = Bench::new()
        .with("b.toml", asks_for("emr.termination-protection"))
        .with("in/main.tf", module)
        .with("in/envs/prod.tfvars", "protected = false\n")
        .with("in/z.tfvars", "protected = true\n")
        .with("in/a.auto.tfvars", "other = 1\n");
    let notes = |arguments: &[&str]| {
        let (report, _) = bench.report(&[&["check", "b.toml", "in"], arguments].concat());
        let notes = report["notes"].as_array().unwrap().clone();
        let about = |note: &&Value| note.as_str().unwrap().contains("are not used");
        let about: Vec<String> = notes.iter().filter(about).map(Value::to_string).collect();
        (about, report["summary"]["noncompliant"].clone())
    };
    let (about, found) = notes(&[]);
    assert_eq!((about.len(), found), (1, json!(0)));
    assert!(
        about[0].contains("`in/envs/prod.tfvars`, `in/z.tfvars`"),
        "{about:?}"
    );
    assert!(!about[0].contains("auto"), "{about:?}");
    let (about, found) = notes(&["--parameters", "in/envs/prod.tfvars"]);
    assert_eq!((about.len(), found), (1, json!(1)));
    assert!(!about[0].contains("`in/envs/prod.tfvars`"), "{about:?}");
}

#[test]
fn what_is_in_a_list_or_under_a_name_is_judged() {
    let request = unprotected();
    for document in [
        json!([request]),
        json!({"jobs": [{"run_job_flow": request}]}),
        json!({"conf": {"prod": request}}),
        json!({"Target": {"Input": request.to_string()}}),
    ] {
        let found = report(&[("f.json", &document.to_string())]);
        assert_eq!(counts(&found), (1, 0, 0), "{document}: {}", found.0);
    }
    let cased = r#"{"prod": {"releaseLabel": "emr-7.9.0", "instances": {"keepJobFlowAliveWhenNoSteps": true}}}"#;
    let found = report(&[("f.json", cased)]);
    is_one_problem(&found, cased);
}

#[test]
fn protection_that_a_program_turns_off_again_is_not_on() {
    let program = "import boto3\nemr = boto3.client('emr')\nr = emr.run_job_flow(Name='c', Instances={'KeepJobFlowAliveWhenNoSteps': True, 'TerminationProtected': True})\nemr.set_termination_protection(JobFlowIds=[r['JobFlowId']], TerminationProtected=False)\n";
    assert_eq!(counts(&report(&[("l.py", program)])), (1, 0, 0));
    let unknown =
        "import boto3\nemr = boto3.client('emr')\ngetattr(emr, 'run_' + what)(**request)\n";
    let found = report(&[("l.py", unknown)]);
    is_one_problem(&found, unknown);
}

#[test]
fn a_file_that_is_no_snapshot_is_named_once() {
    let bench = Bench::new().with("bad.json", "{\"a\": \n");
    let run = bench.run(&["access", "bad.json"]);
    assert_ne!(run.code, Some(0));
    assert_eq!(run.err.matches("`bad.json`").count(), 1, "{}", run.err);
}

#[test]
fn what_a_template_hands_to_a_function_is_a_problem() {
    let custom = |request: Value| {
        json!({"Resources": {"X": {"Type": "Custom::Launch", "Properties": {"Request": request}}}})
            .to_string()
    };
    let code = "import boto3\ndef handler(event, context):\n    boto3.client('emr').run_job_flow(Name='c')\n";
    let function = json!({"Resources": {"F": {"Type": "AWS::Lambda::Function",
        "Properties": {"Code": {"ZipFile": code}}}}});
    let to_function = json!({"FunctionName": "f", "Payload": unprotected()});
    for text in [
        custom(unprotected()),
        custom(json!(
            json!({"action": "runJobFlow", "parameters": unprotected()}).to_string()
        )),
        function.to_string(),
        machine("arn:aws:states:::lambda:invoke", &to_function),
    ] {
        let found = report(&[("f.json", &text)]);
        is_one_problem(&found, &text);
    }
    let other = custom(json!({"Bucket": "b"}));
    assert_eq!(counts(&report(&[("f.json", &other)])), (0, 0, 0));
}

#[test]
fn a_command_line_is_noted_and_taken_for_nothing() {
    let script = "#!/bin/sh\naws emr create-cluster --name c\n";
    let (report, code) = report(&[("launch.sh", script)]);
    assert_eq!(code, Some(0), "{report}");
    assert_eq!(report["problems"], json!([]));
    let notes = report["notes"].as_array().unwrap();
    let [note] = notes.as_slice() else {
        panic!("{notes:?}");
    };
    assert!(
        note.as_str().unwrap().contains("in line 2 is not read"),
        "{note}"
    );
}

#[test]
fn a_state_that_is_put_in_later_is_a_problem_beside_something_of_ours() {
    let machine = |more: &str| {
        format!(
            r#"{{"StartAt":"A","States":{{"A":{{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:emr:putBlockPublicAccessConfiguration","Parameters":{{"BlockPublicAccessConfiguration":{{"BlockPublicSecurityGroupRules":true}}}},"End":true}},{more}}}}}"#
        )
    };
    let task = |resource: &str, sent: &str| {
        format!(r#""P":{{"Type":"Task","Resource":"{resource}","Parameters":{sent},"End":true}}"#)
    };
    let known = r#"{"x":"${p}"}"#;
    for more in [
        r#""B":${next_state}"#,
        r#""B":"${next_state}""#,
        "${more}",
        r#""B":{"Type":"Pass","End":true},${more}"#,
        r#""P":{"Type":"Parallel","Branches":${branches},"End":true}"#,
        r#""P":{"Type":"Parallel","Branches":["${branch}"],"End":true}"#,
        r#""P":{"Type":"Map","ItemProcessor":"${proc}","End":true}"#,
        r#""P":{"Type":"Map","Iterator":{"StartAt":"X","States":"${states}"},"End":true}"#,
        r#""P":{"Type":"${type}","Resource":"${r}","Parameters":"${p}","End":true}"#,
        r#""P":{"Type":"Task","Resource":"${r}","Parameters":"${p}","End":true}"#,
        r#""P":{"Type":"Task","Resource":"arn:aws:states:::${r}","End":true}"#,
        &task("arn:aws:states:::aws-sdk:lakeformation:${op}", known),
        &task("arn:aws:states:::aws-sdk:${svc}:grantPermissions", known),
    ] {
        let text = machine(more);
        let found = report_for("account.block-public-access", &[("m.asl.json", &text)]);
        is_one_problem(&found, more);
        let why = found.0["problems"].to_string();
        assert!(why.contains("--parameters"), "{why}");
    }
    for more in [
        &task("arn:aws:lambda:${region}:${account}:function:f", known),
        &task("arn:aws:states:::dynamodb:${op}", known),
        &task("arn:aws:states:::aws-sdk:emr:describe${what}", known),
        &task("${function}", r#"{"FunctionName":"f"}"#),
        r#""P":{"Type":"Wait","Seconds":"${seconds}","End":true}"#,
    ] {
        let text = machine(more);
        let found = report_for("account.block-public-access", &[("m.asl.json", &text)]);
        assert_eq!(
            (counts(&found), found.1),
            ((0, 0, 0), Some(0)),
            "{more}: {}",
            found.0
        );
    }
    // What sends its input as it is calls a function, most often: that it is taken for one is told.
    let text = machine(r#""P":{"Type":"Task","Resource":"${r}","End":true}"#);
    let found = report_for("account.block-public-access", &[("m.asl.json", &text)]);
    assert_eq!(
        (counts(&found), found.1),
        ((0, 0, 0), Some(0)),
        "{}",
        found.0
    );
    let note = found.0["notes"].to_string();
    assert!(
        note.contains("state `P`") && note.contains("--parameters"),
        "{note}"
    );
    // Whose operation it is, is known: nothing else has to be.
    let alone = r#"{"StartAt":"P","States":{"P":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:lakeformation:${op}","Parameters":{"x":"${p}"},"End":true}}}"#;
    let found = report(&[("m.asl.json", alone)]);
    is_one_problem(&found, alone);
}

#[test]
fn block_public_access_that_says_nothing_is_not_passed_over() {
    let control = "account.block-public-access";
    let judged = |text: &str| report_for(control, &[("f.json", text)]);
    for inner in ["{}", "null", "\"${x}\""] {
        let request = format!(r#"{{"BlockPublicAccessConfiguration":{inner}}}"#);
        let on = r#"{"BlockPublicAccessConfiguration":{"BlockPublicSecurityGroupRules":true}}"#;
        for text in [request.clone(), format!("[{on},{request}]")] {
            let found = judged(&text);
            let (noncompliant, indeterminate, problems) = counts(&found);
            let told = noncompliant + indeterminate + u64::try_from(problems).unwrap();
            assert_eq!(told, 1, "{text}: {}", found.0);
            assert_ne!(found.1, Some(0), "{text}");
        }
    }
    let named = r#"[{"PutBlockPublicAccessConfiguration":"${x}"}]"#;
    let found = judged(named);
    is_one_problem(&found, named);
}

#[test]
fn sections_of_other_services_are_no_security_configuration() {
    let reported = |document: &Value| {
        report_for(
            "emr.in-transit-encryption",
            &[("x.json", &document.to_string())],
        )
    };
    for document in [
        json!({"ServiceName": "x", "SourceConfiguration": {}, "EncryptionConfiguration": {"KmsKey": "k"}}),
        json!({"OutputLocation": "s3://b/", "EncryptionConfiguration": {"EncryptionOption": "SSE_KMS"}}),
        json!({"AuthenticationConfiguration": {"MTLSAuth": true}, "Name": "mesh"}),
    ] {
        let found = reported(&document);
        assert_eq!(counts(&found), (0, 0, 0), "{document}");
    }
    for document in [
        json!({"EncryptionConfiguration": {"EnableInTransitEncryption": false}, "Comment": "x"}),
        json!({"EncryptionConfiguration": {}}),
        json!({"EncryptionConfiguration": {"enableInTransitEncryption": false}, "Comment": "x"}),
        json!({"EncryptionConfiguration": {"${switch}": false}, "Comment": "x"}),
        json!({"InstanceMetadataServiceConfiguration": {}, "Comment": "x"}),
    ] {
        let (noncompliant, indeterminate, _) = counts(&reported(&document));
        assert!(noncompliant + indeterminate > 0, "{document}");
    }
}

#[test]
fn a_member_of_another_type_than_aws_documents_is_not_taken_for_nothing() {
    for (control, member) in [
        ("serverless.image", "imageConfiguration"),
        ("serverless.image", "workerTypeSpecifications"),
        ("serverless.endpoints", "interactiveConfiguration"),
        ("serverless.auto-stop", "autoStopConfiguration"),
        ("emr.application-overrides", "runtimeConfiguration"),
    ] {
        let mut application = json!({"name": "etl", "type": "SPARK", "releaseLabel": "emr-7.12.0", "clientToken": "x"});
        let judged = |application: &Value| {
            counts(&report_for(
                control,
                &[("a.json", &application.to_string())],
            ))
        };
        assert_eq!(judged(&application), (0, 0, 0), "{control}");
        application[member] = json!("x");
        let (noncompliant, indeterminate, _) = judged(&application);
        assert!(noncompliant + indeterminate > 0, "{control}: {member}");
    }
}

/// A grant that nothing is wrong with, for folders in which something else is.
const GRANT: &str = r#"{"Principal": {"DataLakePrincipalIdentifier": "arn:aws:iam::111122223333:role/x"},
    "Resource": {"Database": {"Name": "sales"}}, "Permissions": ["DESCRIBE"]}"#;

#[test]
fn a_broken_file_of_ours_is_a_problem_whatever_it_breaks_off_with() {
    for (name, broken) in [
        (
            "c.json",
            r#"{"EncryptionConfiguration": {"EnableInTransitEncryption": tru"#,
        ),
        (
            "c.json",
            r#"{"EncryptionConfiguration": {"EnableInTransitEncryption": false "EnableAtRestEncryption": false}}"#,
        ),
        (
            "c.json",
            r#"{"Name":"x","ReleaseLabel":"emr-7.0.0","Instances":{"Ec2KeyName":"k",}"#,
        ),
        (
            "c.yaml",
            "Name: x\nReleaseLabel: emr-7.0.0\nInstances: {Ec2KeyName: k\n",
        ),
    ] {
        is_one_problem(&report(&[(name, broken), ("ok.json", GRANT)]), broken);
        is_one_problem(&report(&[(name, broken)]), broken);
    }
}

#[test]
fn files_of_the_command_lines_options_are_judged() {
    for (control, file) in [
        (
            "emr.bootstrap-actions",
            r#"[{"Path":"s3://evil/x.sh","Name":"b","Args":["foo"]}]"#,
        ),
        (
            "emr.plaintext-secrets",
            r#"[{"Type":"CUSTOM_JAR","Name":"s","Jar":"command-runner.jar","Args":["x","--password=hunter2aa"]}]"#,
        ),
        (
            "emr.plaintext-secrets",
            r#"{"Realm":"EC2.INTERNAL","KdcAdminPassword":"hunter2aa"}"#,
        ),
    ] {
        let (report, code) = report_for(control, &[("o.json", file), ("ok.json", GRANT)]);
        let kinds = report["evaluations"].as_array().unwrap().iter();
        let mut clusters = kinds.filter(|one| one["resource"]["kind"] == "emr-cluster");
        assert!(clusters.next().is_some(), "{file}: {report}");
        assert_ne!(code, Some(0), "{file}: {report}");
    }
}

#[test]
fn a_type_of_emrs_that_is_not_known_is_a_problem() {
    let template =
        |name: &str| json!({"Resources": {"Odd": {"Type": name, "Properties": {}}}}).to_string();
    for name in [
        "AWS::EMR::NewThing",
        "AWS::EMRServerless::NewThing",
        "AWS::EMRContainers::NewThing",
    ] {
        is_one_problem(&report(&[("t.json", &template(name))]), name);
    }
    for name in [
        "aws_emr_newthing",
        "aws_emrserverless_newthing",
        "aws_emrcontainers_newthing",
    ] {
        let module = format!("resource \"{name}\" \"x\" {{\n  name = \"a\"\n}}\n");
        is_one_problem(&report(&[("m.tf", &module)]), name);
    }
    let (known, _) = report(&[
        ("t.json", &template("AWS::EMR::WALWorkspace")),
        (
            "m.tf",
            "data \"aws_emr_release_labels\" \"x\" {}\nresource \"aws_emrcontainers_job_template\" \"x\" {}\nresource \"aws_emr_studio_session_mapping\" \"x\" {}\n",
        ),
    ]);
    assert_eq!(known["problems"], json!([]));
}

#[test]
fn a_waiver_that_names_an_account_meets_requests_of_the_target() {
    let baseline = |account: &str| {
        format!(
            "schema = 1\n[baseline]\nname = \"w\"\nversion = \"1.0.0\"\nmax-waiver-days = 90\n[targets.prod]\naccount = \"111122223333\"\nregion = \"us-west-2\"\n[emr.ssh-key]\nkeys = []\n[[waivers]]\ncontrol = \"emr.ssh-key\"\nresource = {{ kind = \"emr-cluster\", name = \"t*\", account = \"{account}\" }}\nreason = \"x\"\nowner = \"a@example.com\"\nexpires = 2027-01-31\n"
        )
    };
    let request = r#"{"Name":"t1","ReleaseLabel":"emr-7.9.0","Instances":{"Ec2KeyName":"k"}}"#;
    let machine = machine(CREATE, &serde_json::from_str(request).unwrap());
    let program = "import boto3\nboto3.client('emr').run_job_flow(Name='t1', ReleaseLabel='emr-7.9.0', Instances={'Ec2KeyName': 'k'})\n";
    for (name, content) in [("r.json", request), ("m.json", &machine), ("p.py", program)] {
        for (account, waived) in [("111122223333", 1), ("444455556666", 0)] {
            let bench = Bench::new()
                .with("b.toml", baseline(account))
                .with(name, content);
            let (report, _) =
                bench.report(&["check", "b.toml", name, "--at", "2026-12-01T00:00:00Z"]);
            assert_eq!(report["summary"]["waived"], waived, "{name}: {report}");
            let cluster = &report["evaluations"][0]["resource"];
            assert_eq!(cluster["account"], "111122223333", "{name}: {report}");
            assert_eq!(cluster["region"], "us-west-2", "{name}: {report}");
        }
    }
}

#[test]
fn a_request_in_the_command_lines_spelling_is_one_cluster_of_which_that_is_not_known() {
    let request = r#"{"Name":"cli","ReleaseLabel":"emr-7.9.0","Ec2Attributes":{"KeyName":"k","SubnetId":"subnet-1","InstanceProfile":"p"},"InstanceGroups":[{"InstanceGroupType":"MASTER","InstanceType":"m5.xlarge","InstanceCount":1}],"TerminationProtected":false,"ServiceRole":"r"}"#;
    for control in ["emr.ssh-key", "emr.termination-protection"] {
        let found = report_for(control, &[("cli.json", request)]);
        assert_eq!(
            (counts(&found), found.1),
            ((0, 1, 0), Some(3)),
            "{}",
            found.0
        );
        assert_eq!(found.0["coverage"]["resources"], 1, "{}", found.0);
    }
}

#[test]
fn a_bucket_whose_key_is_a_reference_to_a_key_of_the_template_is_encrypted() {
    let template = |key: &str| {
        format!(
            "Resources:\n  Key: {{Type: AWS::KMS::Key, Properties: {{}}}}\n  Logs:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketEncryption:\n        ServerSideEncryptionConfiguration:\n          - ServerSideEncryptionByDefault: {{SSEAlgorithm: 'aws:kms', KMSMasterKeyID: {key}}}\n  Cluster:\n    Type: AWS::EMR::Cluster\n    Properties: {{Name: c, LogUri: !Sub 's3://${{Logs}}/emr/'}}\n"
        )
    };
    for (key, code) in [
        ("!Ref Key", Some(0)),
        ("!GetAtt Key.Arn", Some(0)),
        ("!Ref Cluster", Some(3)),
    ] {
        let found = report_for("s3.bucket-encryption", &[("t.yaml", &template(key))]);
        assert_eq!(found.1, code, "{key}: {}", found.0);
    }
}

#[test]
fn what_is_there_under_a_condition_is_told_with_it() {
    let template = "Parameters:\n  Env: {Type: String}\nConditions:\n  P: !Equals [!Ref Env, prod]\nResources:\n  C:\n    Type: AWS::EMR::Cluster\n    Condition: P\n    Properties: {Name: c, Instances: {KeepJobFlowAliveWhenNoSteps: true}}\n  D:\n    Type: AWS::EMR::Cluster\n    Properties: {Name: d, Instances: {KeepJobFlowAliveWhenNoSteps: true}}\n";
    let (report, _) = report(&[("t.yaml", template)]);
    let all = report["evaluations"].as_array().unwrap().iter();
    let said: Vec<(&str, bool)> = all
        .map(|one| {
            let message = one["message"].as_str().unwrap();
            let id = one["resource"]["id"].as_str().unwrap();
            (id, message.starts_with("when `P` is true: "))
        })
        .collect();
    assert_eq!(said, [("C", true), ("D", false)], "{report}");
}

#[test]
fn a_grant_whose_answer_was_refused_says_so() {
    let record = |call: Value| {
        let lines = [
            json!({"record": "estate", "schema": "emr-baseline/snapshot/v1", "observed_at": "2026-11-22T02:00:00Z"}),
            json!({"record": "region", "account": "111122223333", "region": "us-west-2"}),
            json!({"record": "resource", "kind": "lake-formation-grant", "id": "g", "calls": call}),
            json!({"record": "resource", "kind": "lake-formation-settings", "id": "s", "calls": {}}),
            json!({"record": "end-of-region", "complete": true, "listed": ["lake-formation-grant"]}),
        ];
        lines.map(|line| format!("{line}\n")).concat()
    };
    let refused = json!({"lakeformation:ListPermissions": {"error": {"code": "AccessDeniedException", "message": "no"}}});
    for (calls, reason) in [
        (
            refused,
            "`lakeformation:ListPermissions` failed: AccessDeniedException",
        ),
        (json!({}), "`lakeformation:ListPermissions` was not called"),
    ] {
        let baseline = asks_for("lake.wide-grants") + "[lake.cross-account]\n";
        let bench = Bench::new()
            .with("b.toml", baseline)
            .with("s.jsonl", record(calls));
        let (report, run) = bench.report(&["audit", "b.toml", "--snapshot", "s.jsonl"]);
        assert_eq!(run.code, Some(3), "{report}");
        let about = |control: &str| {
            let mut all = report["evaluations"].as_array().unwrap().iter();
            all.find(|one| one["control"] == control)
                .unwrap_or_else(|| panic!("{report}"))
        };
        let grant = about("lake.wide-grants");
        assert!(
            grant["reason"].as_str().unwrap().starts_with(reason),
            "{grant}"
        );
        assert!(!report.to_string().contains("another call"), "{report}");
        let shares = about("lake.cross-account").to_string();
        assert!(!shares.contains("allow `ram:"), "{shares}");
    }
}

#[test]
fn parameters_that_nothing_has_are_told() {
    let template = "Parameters:\n  Env: {Type: String}\nResources:\n  C:\n    Type: AWS::EMR::Cluster\n    Properties: {Name: !Ref Env}\n";
    let bench = Bench::new()
        .with("b.toml", asks_for("emr.termination-protection"))
        .with("t.yaml", template);
    let run = |parameter: &str| {
        let run = bench.run(&["check", "b.toml", "t.yaml", "--parameters", parameter]);
        run.err
    };
    assert!(run("Nope=prod").contains("warning: no file has a parameter `Nope`"));
    assert!(run("nv=prod").contains("`nv`"));
    assert!(!run("Env=prod").contains("warning"));
}
