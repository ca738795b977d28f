//! Templates in which each of many roles has to do with each of many locations and keys.

use serde_json::{Map, Value, json};

fn policy(statement: &Value) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [statement] })
}

pub(super) fn resource(kind: &str, properties: &Value) -> Value {
    json!({ "Type": format!("AWS::{kind}"), "Properties": properties })
}

pub(super) fn template(resources: &Map<String, Value>) -> Value {
    json!({ "AWSTemplateFormatVersion": "2010-09-09", "Resources": resources })
}

/// A governed role of these rights.
pub(super) fn role(number: usize, rights: &[Value]) -> Vec<(String, Value)> {
    let name = format!("Nodes{number}");
    let trust = json!({ "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole" });
    let own = json!({ "PolicyName": "own", "PolicyDocument": { "Version": "2012-10-17", "Statement": rights } });
    let holder = json!({ "DataLakePrincipalIdentifier": { "Fn::GetAtt": [name, "Arn"] } });
    let table = json!({ "Table": { "DatabaseName": "sales", "Name": format!("t{number}") } });
    vec![
        (
            name,
            resource(
                "IAM::Role",
                &json!({ "AssumeRolePolicyDocument": policy(&trust), "Policies": [own] }),
            ),
        ),
        (
            format!("Grant{number}"),
            resource(
                "LakeFormation::PrincipalPermissions",
                &json!({
                    "Permissions": ["SELECT"], "PermissionsWithGrantOption": [], "Principal": holder, "Resource": table,
                }),
            ),
        ),
    ]
}

/// A location with its bucket, whose policy lets these in.
pub(super) fn location(number: usize, let_in: &Value) -> Vec<(String, Value)> {
    let allow = json!({ "Effect": "Allow", "Principal": let_in, "Action": "s3:GetObject", "Resource": "*" });
    let bucket = format!("data-{number}");
    vec![
        (
            format!("Data{number}"),
            resource("S3::Bucket", &json!({ "BucketName": bucket })),
        ),
        (
            format!("Policy{number}"),
            resource(
                "S3::BucketPolicy",
                &json!({ "Bucket": bucket, "PolicyDocument": policy(&allow) }),
            ),
        ),
        (
            format!("Location{number}"),
            resource(
                "LakeFormation::Resource",
                &json!({
                    "ResourceArn": format!("arn:aws:s3:::{bucket}/x"), "UseServiceLinkedRole": true,
                }),
            ),
        ),
    ]
}

/// Rights on everything, buckets that let everybody in, keys that let no role in which all clusters share.
pub(super) fn wide(stacks: usize) -> Value {
    let reads = json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "*" });
    let each = (0..stacks).flat_map(|number| {
        let name = |what: &str| format!("{what}{number}");
        let to = |what: &str| json!({ "Ref": name(what) });
        let key = json!({ "Fn::GetAtt": [name("Key"), "Arn"] });
        let at_rest = json!({ "S3EncryptionConfiguration": { "EncryptionMode": "SSE-KMS", "AwsKmsKey": key } });
        let admin = json!({ "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:role/admin" },
            "Action": "kms:*", "Resource": "*" });
        let stack = vec![
            (name("Key"), resource("KMS::Key", &json!({ "EnableKeyRotation": true, "KeyPolicy": policy(&admin) }))),
            (name("Document"), resource("EMR::SecurityConfiguration", &json!({ "SecurityConfiguration": {
                "EncryptionConfiguration": { "EnableAtRestEncryption": true, "AtRestEncryptionConfiguration": at_rest },
            } }))),
            (name("Profile"), resource("IAM::InstanceProfile", &json!({ "Roles": [to("Nodes")] }))),
            (name("Cluster"), resource("EMR::Cluster", &json!({ "Name": name("c"), "ReleaseLabel": "emr-7.9.0",
                "SecurityConfiguration": to("Document"), "JobFlowRole": to("Profile"), "ServiceRole": "service",
                "Instances": {} }))),
        ];
        let open = if number % 2 == 0 {
            json!("*")
        } else {
            json!({ "AWS": format!("arn:aws:iam::111122223333:role/reader-{number}") })
        };
        let roles = role(number, std::slice::from_ref(&reads));
        [roles, location(number, &open), stack].concat()
    });
    template(&each.collect())
}
