//! Snapshots of an account and region with so many stacks.

use super::ACCOUNT;
use serde_json::{Value, json};

fn record(what: &str, kind: &str, id: &str, calls: &Value) -> Value {
    let calls = calls.as_object().unwrap().iter();
    let calls: serde_json::Map<String, Value> = calls
        .map(|(action, answer)| (action.clone(), json!({ "answer": answer })))
        .collect();
    json!({ "record": what, "kind": kind, "id": id, "name": id, "calls": calls })
}

fn policy(statement: &Value) -> String {
    json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
}

/// What is asked of a role: it may read everything in S3.
fn role(name: &str, service: &str) -> Value {
    let trust = json!({ "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole" });
    let reads = json!({ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" });
    let details = json!({
        "RoleName": name, "Arn": format!("{ACCOUNT}:role/{name}"), "AssumeRolePolicyDocument": policy(&trust),
        "RolePolicyList": [{ "PolicyName": "own", "PolicyDocument": policy(&reads) }], "AttachedManagedPolicies": [],
    });
    let answer = json!({ "RoleDetailList": [details], "UserDetailList": [], "GroupDetailList": [], "Policies": [] });
    record(
        "fact",
        "iam-role",
        name,
        &json!({ "iam:GetAccountAuthorizationDetails": answer }),
    )
}

fn stack(number: usize) -> Vec<Value> {
    let name = format!("pipeline-{number}");
    let (nodes, key) = (format!("{name}-nodes"), format!("key-{number}"));
    let document = json!({ "EncryptionConfiguration": {
        "EnableAtRestEncryption": true, "EnableInTransitEncryption": false,
        "AtRestEncryptionConfiguration": { "S3EncryptionConfiguration": {
            "EncryptionMode": "SSE-KMS", "AwsKmsKey": format!("arn:aws:kms:us-west-2:111122223333:key/{key}"),
        } },
    } });
    let cluster = json!({
        "Id": format!("j-{number}"), "Name": name, "ReleaseLabel": "emr-7.9.0", "SecurityConfiguration": name,
        "ServiceRole": format!("{name}-service"), "LogUri": format!("s3n://{name}-logs/x/"),
        "Applications": [{ "Name": "Spark" }], "Status": { "State": "RUNNING" },
        "Ec2InstanceAttributes": { "IamInstanceProfile": nodes, "Ec2SubnetId": "subnet-1" },
    });
    let table = json!({ "Table": { "DatabaseName": format!("sales{number}"), "Name": "orders" } });
    let grant = |principal: &str, permissions: &str| json!({ "Principal": { "DataLakePrincipalIdentifier": principal }, "Resource": table, "Permissions": [permissions] });
    let by_account = json!({ "Effect": "Allow", "Principal": { "AWS": format!("{ACCOUNT}:root") }, "Action": "kms:*", "Resource": "*" });
    let let_in = json!({ "Effect": "Allow", "Principal": { "AWS": format!("{ACCOUNT}:role/{nodes}") },
        "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{name}-data/*") });
    let holder = format!("{ACCOUNT}:role/{nodes}");
    let of_location = json!({ "ResourceArn": format!("arn:aws:s3:::{name}-data/x"), "RoleArn": format!("{ACCOUNT}:role/{name}-service") });
    vec![
        record(
            "fact",
            "emr-security-configuration",
            &name,
            &json!({ "elasticmapreduce:DescribeSecurityConfiguration": {
            "Name": name, "CreationDateTime": "2026-01-01T00:00:00Z", "SecurityConfiguration": document.to_string(),
        } }),
        ),
        role(&nodes, "ec2.amazonaws.com"),
        role(&format!("{name}-service"), "elasticmapreduce.amazonaws.com"),
        record(
            "fact",
            "kms-key",
            &key,
            &json!({
                "kms:DescribeKey": { "KeyMetadata": { "KeyId": key, "KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT" } },
                "kms:GetKeyRotationStatus": { "KeyRotationEnabled": true },
                "kms:GetKeyPolicy": { "Policy": policy(&by_account) },
            }),
        ),
        record(
            "fact",
            "s3-bucket",
            &format!("{name}-data"),
            &json!({ "s3:GetBucketPolicy": { "Policy": policy(&let_in) } }),
        ),
        record(
            "fact",
            "lake-formation-location",
            &format!("location-{number}"),
            &json!({ "lakeformation:ListResources": of_location }),
        ),
        record(
            "fact",
            "lake-formation-grant",
            &format!("grant-{number}"),
            &json!({ "lakeformation:ListPermissions": grant(&holder, "SELECT") }),
        ),
        record(
            "fact",
            "lake-formation-grant",
            &format!("all-{number}"),
            &json!({
                "lakeformation:ListPermissions": grant("IAM_ALLOWED_PRINCIPALS", "ALL"),
            }),
        ),
        record(
            "resource",
            "emr-cluster",
            &format!("j-{number}"),
            &json!({
                "elasticmapreduce:DescribeCluster": { "Cluster": cluster },
                "elasticmapreduce:ListSteps": { "Steps": [] },
                "elasticmapreduce:ListBootstrapActions": { "BootstrapActions": [] },
            }),
        ),
    ]
}

pub(super) fn snapshot(stacks: usize) -> String {
    let mut lines = vec![
        json!({ "record": "estate", "schema": "emr-baseline/snapshot/v1", "observed_at": "2026-11-22T02:00:00Z" }),
        json!({ "record": "region", "account": "111122223333", "region": "us-west-2", "services": ["elasticmapreduce"] }),
    ];
    let mut records: Vec<Value> = (0..stacks).flat_map(stack).collect();
    records.sort_by_key(|one| one["record"] == "resource");
    lines.append(&mut records);
    lines.push(json!({ "record": "end-of-region", "complete": true, "listed": ["emr-cluster", "emr-security-configuration"] }));
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    lines.join("\n") + "\n"
}
