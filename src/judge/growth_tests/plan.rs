//! Terraform plans of so many stacks.

use super::ACCOUNT;
use serde_json::{Value, json};

/// A resource of a plan: its type, what is known of it, what is not.
fn planned(stack: usize, kind: &str, after: &Value) -> Value {
    json!({
        "address": format!("module.s{stack}.{kind}.this"), "mode": "managed", "type": kind, "name": "this",
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": { "actions": ["create"], "before": null, "after": after, "after_unknown": { "id": true, "arn": true } },
    })
}

fn stack(number: usize) -> Vec<Value> {
    let name = format!("pipeline-{number}");
    let document = json!({ "EncryptionConfiguration": {
        "EnableAtRestEncryption": true, "EnableInTransitEncryption": false,
        "AtRestEncryptionConfiguration": { "S3EncryptionConfiguration": {
            "EncryptionMode": "SSE-KMS", "AwsKmsKey": format!("alias/{name}"),
        } },
    } });
    let trust = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow",
        "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole" }] });
    let grant = json!({
        "principal": format!("{ACCOUNT}:role/{name}-role"), "permissions": ["SELECT"],
        "table_with_columns": [{ "database_name": "sales", "name": format!("t{number}"), "column_names": ["a"] }],
    });
    let cluster = json!({
        "name": name, "release_label": "emr-7.9.0", "security_configuration": name, "service_role": format!("{name}-role"),
        "log_uri": format!("s3://{name}-logs/x/"), "applications": ["Spark"],
        "ec2_attributes": [{ "instance_profile": format!("{name}-profile"), "subnet_id": "subnet-1" }],
    });
    [
        ("aws_emr_security_configuration", json!({ "name": name, "configuration": document.to_string() })),
        ("aws_emr_cluster", cluster),
        ("aws_lakeformation_permissions", grant),
        ("aws_lakeformation_resource", json!({ "arn": format!("arn:aws:s3:::{name}-data/x"), "role_arn": format!("{ACCOUNT}:role/lf") })),
        ("aws_kms_key", json!({ "description": name, "enable_key_rotation": true })),
        ("aws_kms_alias", json!({ "name": format!("alias/{name}") })),
        ("aws_iam_role", json!({ "name": format!("{name}-role"), "assume_role_policy": trust.to_string() })),
        ("aws_iam_instance_profile", json!({ "name": format!("{name}-profile"), "role": format!("{name}-role") })),
        ("aws_s3_bucket", json!({ "bucket": format!("{name}-logs") })),
        ("aws_security_group", json!({ "name": name, "ingress": [], "egress": [] })),
    ]
    .map(|(kind, after)| planned(number, kind, &after))
    .to_vec()
}

pub(super) fn plan(stacks: usize) -> Value {
    let changes: Vec<Value> = (0..stacks).flat_map(stack).collect();
    json!({ "format_version": "1.2", "terraform_version": "1.9.0", "resource_changes": changes })
}
