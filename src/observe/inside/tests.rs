use crate::observe::{File, Given, Reading, read_file};
use crate::observed::{ResourceKind, Source};
use serde_json::{Value, json};
use std::sync::Arc;

fn file(text: &str) -> File {
    let source = Arc::new(Source::new("f.json", text));
    read_file(&source, None, &Given::default())
}

fn read(document: &Value) -> Reading {
    match file(&document.to_string()) {
        File::Read(reading) => *reading,
        other @ (File::NothingOfOurs | File::Unreadable { .. }) => panic!("{document}: {other:?}"),
    }
}

fn kinds(reading: &Reading) -> Vec<(ResourceKind, String)> {
    let scopes = reading.scopes();
    let all = scopes[0].resources().iter();
    all.map(|one| (one.kind(), one.body.pointer())).collect()
}

fn request() -> Value {
    json!({"Name": "c", "ReleaseLabel": "emr-7.9.0", "JobFlowRole": "p", "ServiceRole": "r",
        "Instances": {"KeepJobFlowAliveWhenNoSteps": true}})
}

#[test]
fn what_stands_inside_is_found_at_its_place() {
    use ResourceKind::{
        EmrAccount, EmrCluster, EmrSecurityConfiguration, EmrServerlessApplication,
        LakeFormationGrant,
    };
    let document = json!({"EncryptionConfiguration": {"EnableInTransitEncryption": false}});
    let grant = json!({"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"},
        "Resource": {"Table": {"DatabaseName": "d", "Name": "t"}}, "Permissions": ["SELECT"]});
    for (document, found) in [
        (
            json!([request(), request()]),
            vec![(EmrCluster, "/0"), (EmrCluster, "/1")],
        ),
        (
            json!({"jobs": [{"run_job_flow": request()}]}),
            vec![(EmrCluster, "/jobs/0/run_job_flow")],
        ),
        (
            json!({"conf": {"emr": {"prod": request()}}}),
            vec![(EmrCluster, "/conf/emr/prod")],
        ),
        (
            json!({"sc": {"prod": document}}),
            vec![(EmrSecurityConfiguration, "/sc/prod")],
        ),
        (
            json!({"grants": [grant, grant]}),
            vec![
                (LakeFormationGrant, "/grants/0"),
                (LakeFormationGrant, "/grants/1"),
            ],
        ),
        (
            json!({"x": {"BlockPublicSecurityGroupRules": false}}),
            vec![(EmrAccount, "/x")],
        ),
        (
            json!({"spec": {"type": "Spark", "releaseLabel": "emr-7.9.0"}}),
            vec![(EmrServerlessApplication, "/spec")],
        ),
        (
            json!({"Target": {"Input": request().to_string()}}),
            vec![(EmrCluster, "/Target/Input")],
        ),
        (
            json!({"JobFlowId": "j-1", "Steps": [{"Name": "s", "HadoopJarStep": {"Jar": "j"}}]}),
            vec![(EmrCluster, "/Steps")],
        ),
    ] {
        let reading = read(&document);
        let expected: Vec<_> = found
            .iter()
            .map(|(kind, pointer)| (*kind, (*pointer).to_owned()))
            .collect();
        assert_eq!(kinds(&reading), expected, "{document}");
        assert_eq!(reading.problems, [], "{document}");
    }
}

#[test]
fn who_reads_a_file_may_add_to_a_request_that_is_not_whole() {
    let mut part = request();
    part.as_object_mut().unwrap().remove("ServiceRole");
    for (request, known) in [(request(), true), (part, false)] {
        let reading = read(&json!({"prod": request}));
        let scopes = reading.scopes();
        let body = scopes[0].resources()[0].body;
        assert_eq!(body.get("SecurityConfiguration").is_absent(), known);
    }
}

#[test]
fn keys_in_another_case_are_a_problem() {
    for text in [
        r#"{"encryptionConfiguration": {"enableInTransitEncryption": false}}"#,
        r#"{"a": [{"encryption_configuration": {"enable_in_transit_encryption": false}}]}"#,
        r#"{"prod": {"releaseLabel": "emr-7.9.0", "instances": {"keepJobFlowAliveWhenNoSteps": true}}}"#,
        "prod:\n  release_label: emr-7.9.0\n  name: c\n  instances: {ec2_key_name: k}\n",
        r#"{"principal": {"dataLakePrincipalIdentifier": "a"}, "resource": {"catalog": {}}, "permissions": ["ALL"]}"#,
    ] {
        let File::Unreadable { problem, .. } = file(text) else {
            panic!("{text}");
        };
        assert!(
            problem.why.contains("in another case"),
            "{text}: {problem:?}"
        );
    }
}

#[test]
fn what_others_have_is_left_alone() {
    for text in [
        // Athena's, Glue's and ECR's encryption, in requests of theirs.
        r#"{"ResultConfiguration": {"EncryptionConfiguration": {"EncryptionOption": "SSE_KMS"}}}"#,
        r#"{"a": {"EncryptionConfiguration": {"S3Encryption": [{"S3EncryptionMode": "SSE-KMS"}]}}}"#,
        r#"{"repository": {"encryptionConfiguration": {"encryptionType": "KMS"}}}"#,
        // The shapes of an API, and a schema.
        r#"{"shapes": {"RunJobFlowInput": {"members": {"Name": {"shape": "S"}, "Instances": {"shape": "I"}, "ReleaseLabel": {"shape": "S"}, "JobFlowRole": {"shape": "S"}}}}}"#,
        r#"{"properties": {"Principal": {"type": "object"}, "Resource": {"type": "object"}, "Permissions": {"type": "array"}}}"#,
        r#"{"shapes": {"ec2InstanceAttributes": {"type": "structure"}, "Name": {"type": "string"}}, "releaseLabel": 1}"#,
        // Values of a template's parameters.
        r#"{"Parameters": {"ReleaseLabel": "emr-7.9.0", "JobFlowRole": "r", "ServiceRole": "s", "Name": "n"}}"#,
        // Another service's principals and columns.
        r#"{"rules": [{"Principal": {"AWS": "*"}, "Resource": {"Type": "a"}, "Permissions": ["read"]}]}"#,
        r#"{"q": {"DatabaseName": "d", "TableName": "t", "ColumnNames": ["a"]}}"#,
        r#"{"DatabaseList": [{"Name": "d", "CreateTableDefaultPermissions": [{"Permissions": ["ALL"]}]}]}"#,
        r#"{"version": "tree-0.1", "tree": {"x": {"Instances": {"Ec2SubnetId": "s"}, "ReleaseLabel": "a", "Name": "n"}}}"#,
        r#"{"Reservations": [{"Instances": [{"InstanceId": "i-1"}]}]}"#,
    ] {
        let found = file(text);
        assert!(matches!(found, File::NothingOfOurs), "{text}: {found:?}");
    }
}
