//! Requests that stand below or beside another in one document: each is judged, or a problem names it.

use crate::binary::Bench;
use serde_json::{Value, json};

const BASELINE: &str = r#"schema = 1
[baseline]
name = "b"
version = "1.0.0"
owner = "o"
description = "d"
[emr.instance-metadata]
min-version = 2
[emr.log-destination]
[account.block-public-access]
[lake.grants]
exact = true
[[lake.grants.grant]]
principal = "arn:aws:iam::111122223333:role/a"
table = "sales.orders"
permissions = ["SELECT"]
[lake.admins]
allowed = ["arn:aws:iam::111122223333:role/a"]
"#;

fn report(name: &str, content: &str) -> (Value, Option<i32>) {
    let bench = Bench::new().with("b.toml", BASELINE).with(name, content);
    let (report, run) = bench.report(&["check", "b.toml", name, "--allow-empty"]);
    (report, run.code)
}

fn grant(role: &str) -> Value {
    json!({"Principal": {"DataLakePrincipalIdentifier": format!("arn:aws:iam::111122223333:role/{role}")},
        "Resource": {"Table": {"DatabaseName": "sales", "Name": "orders"}}, "Permissions": ["SELECT"]})
}

fn settings(role: &str) -> Value {
    json!({"DataLakeSettings": {"DataLakeAdmins": [
        {"DataLakePrincipalIdentifier": format!("arn:aws:iam::111122223333:role/{role}")}]}})
}

fn public_access(blocked: bool) -> Value {
    json!({"BlockPublicAccessConfiguration": {"BlockPublicSecurityGroupRules": blocked}})
}

/// The first with the members of the second.
fn with(mut one: Value, more: &Value) -> Value {
    let members = more.as_object().unwrap().clone();
    one.as_object_mut().unwrap().extend(members);
    one
}

#[test]
fn what_the_recognised_root_of_a_document_would_hide_is_judged() {
    let cluster = json!({"Name": "x", "ReleaseLabel": "emr-7.0.0", "LogUri": "s3://b/l", "SecurityConfiguration": "s",
        "Instances": {}});
    let other = json!({"Name": "y", "ReleaseLabel": "emr-7.0.0", "Instances": {"KeepJobFlowAliveWhenNoSteps": true}});
    for (control, document) in [
        (
            "lake.admins",
            with(settings("a"), &json!({"then": settings("evil")})),
        ),
        (
            "lake.grants",
            with(grant("a"), &json!({"more": [grant("evil")]})),
        ),
        (
            "lake.grants",
            with(public_access(true), &json!({"grants": grant("evil")})),
        ),
        (
            "lake.grants",
            with(
                public_access(true),
                &json!({"requests": json!([grant("evil")]).to_string()}),
            ),
        ),
        (
            "account.block-public-access",
            with(
                public_access(true),
                &json!({"steps": [public_access(false)]}),
            ),
        ),
        (
            "lake.admins",
            with(with(public_access(true), &settings("evil")), &cluster),
        ),
        (
            "account.block-public-access",
            with(
                with(cluster, &public_access(false)),
                &json!({"then": other}),
            ),
        ),
    ] {
        let (report, code) = report("f.json", &document.to_string());
        let findings = report["evaluations"].as_array().unwrap();
        let is_found = |finding: &&Value| {
            finding["control"] == control && finding["verdict"] == "noncompliant"
        };
        let found = findings.iter().filter(is_found).count();
        assert_eq!((found, code), (1, Some(1)), "{document}: {report}");
    }
}

#[test]
fn what_stands_beside_a_template_is_named() {
    let template = json!({"Resources": {"S": {"Type": "AWS::EMR::SecurityConfiguration",
        "Properties": {"SecurityConfiguration": {}}}}});
    let plain = json!({"Resources": {"T": {"Type": "AWS::SNS::Topic"}}});
    for (template, judged) in [(template, 1), (plain, 0)] {
        let (alone, _) = report("f.json", &template.to_string());
        let of_template = alone["summary"]["noncompliant"].as_u64().unwrap();
        assert_eq!(of_template, judged, "{template}: {alone}");
        let document = with(
            with(template, &public_access(false)),
            &json!({"then": grant("evil")}),
        );
        let (report, code) = report("f.json", &document.to_string());
        let told = report["problems"].as_array().unwrap().len() as u64
            + report["summary"]["noncompliant"].as_u64().unwrap();
        assert_eq!(told, of_template + 2, "{document}: {report}");
        assert_ne!(code, Some(0), "{document}: {report}");
    }
}

#[test]
fn several_documents_in_one_file_are_never_passed_over() {
    let text = format!("{}\n---\n{}\n", public_access(true), grant("evil"));
    for name in ["f.yaml", "f.json"] {
        let (report, code) = report(name, &text);
        assert_eq!(code, Some(3), "{name}: {report}");
        assert_eq!(report["problems"].as_array().unwrap().len(), 1, "{report}");
    }
}

#[test]
fn what_a_resource_of_others_in_a_template_is_given_is_named() {
    let cluster = json!({"Name": "y", "ReleaseLabel": "emr-7.0.0", "Instances": {"KeepJobFlowAliveWhenNoSteps": true}});
    let resource = |kind: &str, properties: Value| json!({"Resources": {"X": {"Type": kind, "Properties": properties}}});
    let machine = |sent: Value| {
        json!({"StartAt": "A", "States": {
            "A": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:emr:putBlockPublicAccessConfiguration",
                "Parameters": public_access(true), "Next": "B"},
            "B": {"Type": "Pass", "Result": sent, "End": true}}})
    };
    for template in [
        resource("AWS::SSM::Parameter", json!({"Value": cluster.to_string()})),
        resource(
            "AWS::Events::Rule",
            json!({"Targets": [{"Arn": "a", "Input": {"Fn::Sub": json!([grant("${Role}")]).to_string()}}]}),
        ),
        resource(
            "AWS::SSM::Document",
            json!({"Content": {"mainSteps": [{"inputs": {"Api": "PutBlockPublicAccessConfiguration",
                "BlockPublicAccessConfiguration": {"BlockPublicSecurityGroupRules": false}}}]}}),
        ),
        resource(
            "AWS::Serverless::StateMachine",
            json!({"Definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": cluster}}}}),
        ),
        resource(
            "AWS::Serverless::StateMachine",
            json!({"Definition": machine(cluster.clone())}),
        ),
    ] {
        let (report, code) = report("t.json", &template.to_string());
        let problems = report["problems"].as_array().unwrap().len();
        assert_eq!((problems, code), (1, Some(3)), "{template}: {report}");
    }
    for template in [
        resource(
            "AWS::SSM::Parameter",
            json!({"Name": "/emr/ReleaseLabel", "Value": "emr-7.9.0"}),
        ),
        resource(
            "AWS::SSM::Parameter",
            json!({"Value": "{\"Permissions\": [\"read\"]}"}),
        ),
        resource(
            "AWS::Athena::WorkGroup",
            json!({"WorkGroupConfiguration": {"ResultConfiguration":
            {"EncryptionConfiguration": {"EncryptionOption": "SSE_KMS"}}}}),
        ),
        resource(
            "AWS::Serverless::StateMachine",
            json!({"Definition": machine(json!({"a": 1}))}),
        ),
    ] {
        let (report, code) = report("t.json", &template.to_string());
        assert_eq!(
            (&report["problems"], code),
            (&json!([]), Some(0)),
            "{template}: {report}"
        );
    }
}

/// A request that is whole, in which nothing is as the baseline wants it.
fn cluster(name: &str) -> Value {
    json!({"Name": name, "ReleaseLabel": "emr-6.0.0", "Instances": {"InstanceGroups": []},
        "JobFlowRole": "r", "ServiceRole": "s"})
}

/// What a file tells: problems, and whether the run ends well.
fn told(name: &str, text: &str) -> (usize, Option<i32>) {
    let (report, code) = report(name, text);
    (report["problems"].as_array().unwrap().len(), code)
}

#[test]
fn what_sections_of_a_template_hand_on_is_named() {
    let ours = json!({"S": {"Type": "AWS::EMR::SecurityConfiguration",
        "Properties": {"SecurityConfiguration": {"Fn::FindInMap": ["M", "X", "R"]}}}});
    let text = cluster("c").to_string();
    let mapping = json!({"M": {"X": {"R": text}}});
    let output = json!({"O": {"Value": {"Fn::Sub": text}}});
    let parameter = json!({"P": {"Type": "String", "Default": text}});
    let other = json!({"T": {"Type": "AWS::SNS::Topic"}});
    for (resources, section, held, named) in [
        (&ours, "Outputs", &output, 1),
        (&ours, "Parameters", &parameter, 1),
        (&ours, "Mappings", &json!({"N": mapping["M"]}), 1),
        // What a resource that is judged puts in is judged there.
        (&ours, "Mappings", &mapping, 0),
    ] {
        let template = json!({"Resources": resources, section: held});
        let found = told("t.json", &template.to_string());
        assert_eq!(found.0, named, "{template}");
    }
    for (section, held) in [
        ("Outputs", &output),
        ("Mappings", &mapping),
        ("Parameters", &parameter),
    ] {
        let template = json!({"Resources": other, section: held});
        let (report, code) = report("t.json", &template.to_string());
        assert_eq!(code, Some(1), "{template}: {report}");
    }
    let quiet = json!({"Resources": other, "Outputs": {"R": {"Value": "emr-7.9.0", "Export": {"Name": "ReleaseLabel"}}},
        "Mappings": {"Instances": {"ReleaseLabel": {"a": "emr-7.9.0"}}}});
    assert_eq!(told("t.json", &quiet.to_string()), (0, Some(0)));
}

#[test]
fn what_a_plan_gives_to_resources_of_others_is_named() {
    let text = cluster("c").to_string();
    let plan = |kind: &str, after: &Value, outputs: &Value| {
        json!({"format_version": "1.2", "terraform_version": "1.9.0",
            "planned_values": {"outputs": outputs, "root_module": {}},
            "resource_changes": [{"address": format!("{kind}.p"), "mode": "managed", "type": kind, "name": "p",
                "change": {"actions": ["create"], "before": null, "after": after, "after_unknown": {}}}],
            "configuration": {"root_module": {}}})
        .to_string()
    };
    let none = json!({});
    for (kind, after) in [
        ("aws_ssm_parameter", json!({"name": "x", "value": text})),
        ("aws_s3_object", json!({"bucket": "b", "content": text})),
        (
            "aws_cloudwatch_event_target",
            json!({"arn": "a", "input": text}),
        ),
    ] {
        assert_eq!(
            told("p.json", &plan(kind, &after, &none)),
            (1, Some(3)),
            "{kind}"
        );
    }
    let harmless = json!({"name": "x", "value": "emr-7.9.0"});
    for (output, named) in [
        (json!(text), (1, Some(3))),
        (cluster("c"), (1, Some(3))),
        (json!("x"), (0, Some(0))),
    ] {
        let outputs = json!({"o": {"value": output, "sensitive": false}});
        assert_eq!(
            told("p.json", &plan("aws_ssm_parameter", &harmless, &outputs)),
            named,
            "{outputs}"
        );
    }
    let state = json!({"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": {"child_modules": [
        {"resources": [{"address": "module.m.aws_ssm_parameter.p", "mode": "managed", "type": "aws_ssm_parameter",
            "values": {"value": text}}]}]}}});
    assert_eq!(told("p.json", &state.to_string()), (1, Some(3)));
}

#[test]
fn what_a_module_gives_to_resources_of_others_is_named() {
    let request = r#"{Name="c",ReleaseLabel="emr-6.0.0",Instances={InstanceGroups=[]},JobFlowRole=var.r,ServiceRole="s"}"#;
    let parameter =
        |value: &str| format!("resource \"aws_ssm_parameter\" \"p\" {{\n  value = {value}\n}}\n");
    let role = "variable \"r\" {}\n";
    let ours = "resource \"aws_emr_cluster\" \"c\" {\n  name = \"c\"\n}\n";
    let configuration = |value: &str| {
        format!(
            "resource \"aws_emr_security_configuration\" \"s\" {{\n  configuration = {value}\n}}\n"
        )
    };
    let document = r"{EncryptionConfiguration={EnableInTransitEncryption=false}}";
    for (module, named) in [
        (parameter(&format!("jsonencode({request})")), 1),
        (parameter(&format!("<<J\n{}\nJ\n", cluster("c"))), 1),
        (
            format!(
                "locals {{\n  a = {request}\n}}\n{}",
                parameter("jsonencode(local.a)")
            ),
            1,
        ),
        (
            format!("{ours}{}", parameter(&format!("jsonencode({request})"))),
            1,
        ),
        (format!("locals {{\n  a = {request}\n}}\n"), 1),
        (format!("output \"o\" {{\n  value = {request}\n}}\n"), 1),
        (
            format!(
                "locals {{\n  a = {document}\n}}\n{}",
                configuration("jsonencode(local.a)")
            ),
            0,
        ),
        (
            parameter("jsonencode({ReleaseLabel=\"emr-7.9.0\", Instances=2})"),
            0,
        ),
        (
            format!("resource \"aws_sqs_queue\" \"q\" {{\n  name = \"Instances\"\n}}\n{ours}"),
            0,
        ),
    ] {
        let found = told("m.tf", &format!("{role}{module}"));
        assert_eq!(found.0, named, "{module}");
        assert!(named == 0 || found.1 != Some(0), "{module}");
    }
    for (member, named) in [("whatever", 1), ("locals", 1), ("terraform", 0)] {
        let held = if member == "locals" {
            json!({"a": cluster("c")})
        } else {
            cluster("c")
        };
        let module = json!({"resource": {}, member: held});
        assert_eq!(told("m.tf.json", &module.to_string()).0, named, "{module}");
    }
}
