//! Judging a plan of many stacks takes little more for each than judging one of few: what a resource names is looked up, not
//! looked for.

use super::Judge;
use crate::baseline::{Memory, load};
use crate::observe::{Dialect, File, Given, read_file};
use crate::observed::{Source, work};
use serde_json::{Value, json};
use std::sync::Arc;

const ACCOUNT: &str = "arn:aws:iam::111122223333";

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

/// The values that are looked at to judge a plan of so many stacks, and how much is said of it.
fn work(stacks: usize) -> (u64, usize) {
    let at = jiff::Timestamp::UNIX_EPOCH;
    let changes: Vec<Value> = (0..stacks).flat_map(stack).collect();
    let plan = json!({ "format_version": "1.2", "terraform_version": "1.9.0", "resource_changes": changes });
    let source = Arc::new(Source::new("plan.json", plan.to_string()));
    let plan = Some(Dialect::TerraformPlan);
    let File::Read(reading) = read_file(&source, plan, &Given::default()) else {
        panic!("no plan");
    };
    let baseline = load("builtin:strict", &Memory::default(), at).unwrap();
    let baseline = baseline.resolve(None).unwrap();
    let judge = Judge::new(&baseline, at);
    let scopes = reading.scopes();
    let (work, evaluations) = work::of(|| judge.judge_scope(&scopes[0]));
    (work, evaluations.len())
}

/// Roles that Lake Formation governs are held against each location, and each against the policies of its bucket: that much
/// grows with the square. Nothing else does.
const MOST: u64 = 0;

#[test]
fn a_stack_looks_at_hardly_anything_of_each_other_stack() {
    let (small, few) = work(60);
    let (large, many) = work(120);
    assert_eq!(many, 2 * few);
    // Work that grows with the stacks is gone from this difference; what is left was done for each pair of them.
    let pairs = 120 * 120 - 2 * 60 * 60;
    let of_a_pair = large.saturating_sub(2 * small) / pairs;
    assert!(
        of_a_pair <= MOST,
        "{of_a_pair} values for each pair: {small} became {large}"
    );
}
