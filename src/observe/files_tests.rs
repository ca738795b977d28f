//! Files of every dialect, from their text to their resources.

use super::testing::{plain, written};
use super::{Dialect, File, Given, Reading, read_file};
use crate::observed::Source;
use crate::observed::{Form, Reason, ResourceKind, Value};
use std::sync::Arc;

fn file(text: &str) -> File {
    let source = Arc::new(Source::new("conf/analytics.v2.json", text));
    read_file(&source, None, &Given::default())
}

fn read(text: &str) -> Reading {
    match file(text) {
        File::Read(reading) => *reading,
        other @ (File::NothingOfOurs | File::Unreadable { .. }) => panic!("{other:?}"),
    }
}

#[test]
fn a_document_is_called_by_its_file() {
    let reading = read(r#"{"EncryptionConfiguration": {"EnableInTransitEncryption": true}}"#);
    assert_eq!(reading.dialect, Dialect::SecurityConfiguration);
    let scopes = reading.scopes();
    let [document] = scopes[0].resources() else {
        panic!("one document")
    };
    assert_eq!(document.kind(), ResourceKind::EmrSecurityConfiguration);
    assert_eq!(document.identity.id, "analytics.v2");
    assert_eq!(document.identity.name, None);
    assert_eq!(document.form, Form::Document);
    assert!(document.body.get("EncryptionConfiguration").is_set());
}

#[test]
fn described_configurations_are_read_out_of_their_text() {
    let text = r#"{
  "Name": "prod",
  "SecurityConfiguration": "{\"EncryptionConfiguration\":{\"EnableInTransitEncryption\":false}}",
  "CreationDateTime": "2026-01-01T00:00:00Z"
}"#;
    let reading = read(text);
    let scopes = reading.scopes();
    let document = &scopes[0].resources()[0];
    assert_eq!(document.identity.id, "prod");
    assert_eq!(document.identity.name.as_deref(), Some("prod"));
    assert!(document.outer.get("CreationDateTime").is_set());
    let switch = document
        .body
        .path("EncryptionConfiguration/EnableInTransitEncryption");
    let place = switch.place();
    assert_eq!(
        place.pointer,
        "/SecurityConfiguration/EncryptionConfiguration/EnableInTransitEncryption"
    );
    assert_eq!((place.line, written(switch)), (3, "false"));
}

#[test]
fn a_described_configuration_whose_text_is_broken_is_unreadable() {
    let reading = read(r#"{"Name": "prod", "SecurityConfiguration": "{\"a\":"}"#);
    let scopes = reading.scopes();
    let document = &scopes[0].resources()[0];
    assert!(matches!(
        document.body.reason(),
        Some(Reason::Malformed { .. })
    ));
}

#[test]
fn requests_are_called_by_their_name() {
    for text in [
        r#"{"Name": "etl", "ReleaseLabel": "emr-7.1.0", "Instances": {"InstanceGroups": []},
           "Tags": [{"Key": "team", "Value": "data"}]}"#,
        "Name: etl\nReleaseLabel: emr-7.1.0\nInstances:\n  KeepJobFlowAliveWhenNoSteps: true\nTags:\n- Key: team\n  Value: data\n",
    ] {
        let reading = read(text);
        assert_eq!(reading.dialect, Dialect::RunJobFlow);
        let scopes = reading.scopes();
        let cluster = &scopes[0].resources()[0];
        assert_eq!(cluster.form, Form::Request);
        assert_eq!(cluster.identity.id, "etl");
        assert_eq!(cluster.identity.tags["team"], "data");
    }
    let reading = read(r#"{"JobFlowRole": "r", "ReleaseLabel": "emr-7.1.0", "Instances": {}}"#);
    assert_eq!(
        reading.scopes()[0].resources()[0].identity.id,
        "analytics.v2"
    );
}

const DESCRIBED: &str = r#"{"Cluster": {"Id": "j-1", "Name": "etl", "Status": {"State": "WAITING"},
  "Ec2InstanceAttributes": {}, "ReleaseLabel": "emr-7.1.0",
  "ClusterArn": "arn:aws:elasticmapreduce:eu-west-1:111122223333:cluster/j-1"}}"#;

#[test]
fn a_described_cluster_lacks_what_other_calls_answer() {
    let reading = read(DESCRIBED);
    let scopes = reading.scopes();
    let cluster = &scopes[0].resources()[0];
    assert_eq!(cluster.form, Form::Described);
    assert_eq!(cluster.identity.id, "j-1");
    assert_eq!(cluster.identity.account.as_deref(), Some("111122223333"));
    assert_eq!(cluster.identity.region.as_deref(), Some("eu-west-1"));
    for key in ["InstanceGroups", "InstanceFleets", "BootstrapActions"] {
        let reason = cluster.body.get(key).reason();
        assert!(matches!(reason, Some(Reason::NotObserved { .. })), "{key}");
    }
    // The call itself answers these, so that they are known to be absent.
    assert!(cluster.body.get("SecurityConfiguration").is_absent());
    assert_eq!(cluster.body.get("Name").place().pointer, "/Cluster/Name");
}

#[test]
fn a_cluster_described_by_the_command_line_has_them() {
    let text = DESCRIBED.replace(
        "\"Name\"",
        r#""InstanceGroups": [], "BootstrapActions": [], "Name""#,
    );
    let reading = read(&text);
    let scopes = reading.scopes();
    let cluster = &scopes[0].resources()[0];
    assert!(cluster.body.get("BootstrapActions").is_set());
    assert!(cluster.body.get("InstanceGroups").is_set());
    assert!(cluster.body.get("InstanceFleets").is_absent());
}

#[test]
fn lake_formation_requests_are_called_by_their_place() {
    let reading = read(
        r#"{"Entries": [{"Id": "1", "Principal": {"DataLakePrincipalIdentifier": "arn:aws:iam::1:role/r"},
            "Resource": {"Database": {"Name": "sales"}}, "Permissions": ["DESCRIBE"]}]}"#,
    );
    assert_eq!(reading.dialect, Dialect::LakeFormation);
    let scopes = reading.scopes();
    let grant = &scopes[0].resources()[0];
    assert_eq!(grant.kind(), ResourceKind::LakeFormationGrant);
    assert_eq!(grant.identity.id, "conf/analytics.v2.json#/Entries/0");
    assert!(grant.body.get("Principal").is_set());
}

#[test]
fn files_with_nothing_of_ours_are_told_apart() {
    for text in [
        "",
        "a: b",
        "{}",
        "[]",
        "not: [yaml",
        "SecurityConfiguration",
        r#"{"Instances": [{"InstanceId": "i-1"}]}"#,
        r#"{"Name": "x", "Instances": {"a": 1}}"#,
        // A Glue security configuration.
        r#"{"Name": "x", "EncryptionConfiguration": {"S3Encryption": []}}"#,
        // An EKS cluster as its API describes it.
        r#"{"Cluster": {"Id": "x", "Status": "ACTIVE"}, "SecurityConfiguration": 1}"#,
        "Resources: {B: {Type: 'AWS::S3::Bucket'}, K: {Type: 'AWS::KMS::Key'}}",
        r#"{"StartAt": "A", "States": {"A": {"Resource": "arn:aws:states:::lambda:invoke"}}, "x": "Instances"}"#,
        "# how to use `run_job_flow(` from Python\n",
    ] {
        let read = file(text);
        assert!(matches!(read, File::NothingOfOurs), "{text}: {read:?}");
    }
}

#[test]
fn files_of_ours_that_are_not_read_are_problems_and_not_silence() {
    for (text, dialect) in [
        (
            "import boto3\nboto3.client('emr').run_job_flow(Name=\n",
            Some(Dialect::Python),
        ),
        (
            r#"{"version": 4, "terraform_version": "1.9", "lineage": "x", "resources": [{"type": "aws_emr_cluster"}]}"#,
            Some(Dialect::TerraformPlan),
        ),
        (
            "{\"record\": \"estate\", \"schema\": \"emr-baseline/snapshot/v1\"}",
            Some(Dialect::Snapshot),
        ),
        ("{\"JobFlowRole\": ", None),
        (
            "Resources:\n  C:\n    Type: AWS::EMR::Cluster\n   Properties: {",
            None,
        ),
    ] {
        let File::Unreadable {
            dialect: found,
            problem,
        } = file(text)
        else {
            panic!("{text}");
        };
        assert_eq!(found, dialect, "{text}");
        let place = problem.place.unwrap();
        assert_eq!(place.file.as_deref(), Some("conf/analytics.v2.json"));
    }
}

#[test]
fn a_dialect_can_be_imposed() {
    let source = Arc::new(Source::new("x.json", "{\"a\": 1}"));
    let forced = read_file(
        &source,
        Some(Dialect::SecurityConfiguration),
        &Given::default(),
    );
    let File::Read(reading) = forced else {
        panic!("{forced:?}");
    };
    let scopes = reading.scopes();
    assert!(matches!(scopes[0].resources()[0].body.value(), Value::Map));
    assert_eq!(plain(scopes[0].resources()[0].body.get("a")), 1);
}

#[test]
fn every_dialect_is_found_by_its_name() {
    for dialect in Dialect::ALL {
        assert_eq!(Dialect::of_name(dialect.name()), Some(*dialect));
    }
    assert_eq!(Dialect::of_name("hcl"), None);
}

#[test]
fn a_request_with_a_condition_of_its_template_is_read() {
    let text = "{\"Name\": \"{{ x }}\", \"ReleaseLabel\": \"emr-7.9.0\",\n{% if secure %}\n\"SecurityConfiguration\": \"{{ sc }}\",\n{% endif %}\n\"Instances\": {\"Ec2SubnetId\": \"s\"}}";
    for text in [text.to_owned(), "Name: x\nReleaseLabel: emr-7.9.0\n{% if secure %}\nSecurityConfiguration: s\n{% endif %}\nInstances:\n  Ec2SubnetId: s\n".to_owned()] {
        let reading = read(&text);
        assert_eq!(reading.dialect, Dialect::RunJobFlow);
        let scopes = reading.scopes();
        let body = scopes[0].resources()[0].body;
        assert_eq!(body.get("ReleaseLabel").as_text(), Some("emr-7.9.0"));
        assert!(body.get("SecurityConfiguration").reason().is_some(), "{text}");
    }
}

#[test]
fn a_template_that_jinja_fills_in_is_read() {
    let text = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n{% for c in clusters %}\n  Cluster{{ c.name }}:\n    Type: AWS::EMR::Cluster\n    Properties:\n      Name: {{ c.name }}\n      ReleaseLabel: \"{{ release }}\"\n      LogUri: !Sub \"s3://${AWS::AccountId}/x\"\n      ServiceRole: '{{resolve:ssm:role}}'\n{% endfor %}\n  S:\n    Type: AWS::EMR::SecurityConfiguration\n    Properties:\n      SecurityConfiguration:\n        EncryptionConfiguration:\n          EnableInTransitEncryption: {{ on }}\n          {% if rest %}\n          EnableAtRestEncryption: true\n          {% endif %}\n";
    let reading = read(text);
    assert_eq!(reading.dialect, Dialect::CloudFormation);
    let scopes = reading.scopes();
    let [cluster, document] = scopes[0].resources() else {
        panic!("{:?}", scopes[0].resources().len())
    };
    assert_eq!(cluster.identity.id, "Cluster…");
    let variable = "may be supplied by the template's variable `release`";
    let reason = cluster.body.get("ReleaseLabel").reason();
    assert_eq!(reason.unwrap().to_string(), variable);
    assert_eq!(cluster.body.get("LogUri").display(), "\"s3://${…}/x\"");
    let role = cluster.body.get("ServiceRole").reason().unwrap();
    assert!(
        role.to_string().ends_with("is resolved by the service"),
        "{role}"
    );
    let encryption = document.body.get("EncryptionConfiguration");
    for key in ["EnableInTransitEncryption", "EnableAtRestEncryption"] {
        assert!(encryption.get(key).reason().is_some(), "{key}");
    }
    // JSON whose resources stand in a condition cannot be told apart: a problem, and not nothing.
    let json = "{\"Resources\": {\"A\": {\"Type\": \"AWS::EMR::Cluster\"}, {% if x %}\"B\": {\"Type\": \"AWS::EMR::Cluster\"}{% endif %}}}";
    assert!(matches!(file(json), File::Unreadable { .. }));
}
