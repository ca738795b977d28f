//! Judging a file of many stacks takes no more for each than judging one of few: what a resource names is looked up, not
//! looked for.

use super::Judge;
use crate::baseline::{Memory, load};
use crate::observe::{Dialect, File, Given, read_file};
use crate::observed::{Source, work};
use serde_json::{Value, json};
use std::collections::BTreeMap;
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

fn plan(stacks: usize) -> Value {
    let changes: Vec<Value> = (0..stacks).flat_map(stack).collect();
    json!({ "format_version": "1.2", "terraform_version": "1.9.0", "resource_changes": changes })
}

/// The resources of a stack in a template, where most are named by references: what is carried, routed, let in and
/// registered is declared apart.
fn declared(number: usize) -> Vec<(String, Value)> {
    let name = |what: &str| format!("{what}{number}");
    let to = |what: &str| json!({ "Ref": name(what) });
    let arn = |what: &str| json!({ "Fn::GetAtt": [name(what), "Arn"] });
    let allow = |actions: &str, on: &Value| json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": actions, "Resource": on }] });
    let let_in = |who: Value, actions: &str| {
        json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": who, "Action": actions, "Resource": "*",
        }] })
    };
    let service = |service: &str| let_in(json!({ "Service": service }), "sts:AssumeRole");
    let at_rest = json!({ "S3EncryptionConfiguration": { "EncryptionMode": "SSE-KMS", "AwsKmsKey": arn("Key") } });
    let table = json!({ "DatabaseName": format!("sales{number}"), "Name": "orders" });
    let registered = json!({ "Fn::Sub": format!("arn:aws:s3:::${{Data{number}}}/lake") });
    let role = |trusts: &str, policies: Value| json!({ "AssumeRolePolicyDocument": service(trusts), "ManagedPolicyArns": policies });
    let objects = json!(format!("arn:aws:s3:::own-{number}/*"));
    [
        ("Document", "EMR::SecurityConfiguration", json!({ "Name": format!("document-{number}"), "SecurityConfiguration": {
            "EncryptionConfiguration": { "EnableAtRestEncryption": true, "AtRestEncryptionConfiguration": at_rest },
        } })),
        ("Cluster", "EMR::Cluster", json!({
            "Name": name("cluster"), "ReleaseLabel": "emr-7.9.0", "SecurityConfiguration": to("Document"),
            "JobFlowRole": to("Profile"), "ServiceRole": to("Service"), "LogUri": { "Fn::Sub": format!("s3://${{Logs{number}}}/x/") },
            "Applications": [{ "Name": "Spark" }], "Instances": { "Ec2SubnetId": to("Subnet"),
                "AdditionalMasterSecurityGroups": [to("Group")],
                "MasterInstanceGroup": { "InstanceCount": 1, "InstanceType": "m6g.xlarge" } },
        })),
        ("Profile", "IAM::InstanceProfile", json!({ "Roles": [to("Nodes")] })),
        ("Nodes", "IAM::Role", role("ec2.amazonaws.com", json!([to("Shared")]))),
        ("Service", "IAM::Role", role("elasticmapreduce.amazonaws.com", json!([]))),
        ("Register", "IAM::Role", role("lakeformation.amazonaws.com", json!([]))),
        ("Shared", "IAM::ManagedPolicy", json!({ "PolicyDocument": allow("s3:GetObject", &objects) })),
        ("Policy", "IAM::Policy", json!({ "PolicyName": "own", "Roles": [to("Nodes"), to("Service")],
            "PolicyDocument": allow("kms:Decrypt", &arn("Key")) })),
        ("Key", "KMS::Key", json!({ "EnableKeyRotation": true, "KeyPolicy":
            let_in(json!({ "AWS": { "Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root" } }), "kms:*") })),
        ("Logs", "S3::Bucket", json!({ "BucketName": format!("logs-{number}") })),
        ("Data", "S3::Bucket", json!({ "BucketName": format!("data-{number}") })),
        ("DataPolicy", "S3::BucketPolicy", json!({ "Bucket": to("Data"),
            "PolicyDocument": let_in(json!({ "AWS": arn("Service") }), "s3:GetObject") })),
        ("Location", "LakeFormation::Resource", json!({ "ResourceArn": registered, "RoleArn": arn("Register"),
            "UseServiceLinkedRole": false })),
        ("Grant", "LakeFormation::PrincipalPermissions", json!({ "Permissions": ["SELECT"], "PermissionsWithGrantOption": [],
            "Principal": { "DataLakePrincipalIdentifier": arn("Nodes") }, "Resource": { "Table": table } })),
        ("Everybody", "LakeFormation::PrincipalPermissions", json!({ "Permissions": ["ALL"], "PermissionsWithGrantOption": [],
            "Principal": { "DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS" }, "Resource": { "Table": table } })),
        ("Points", "LakeFormation::PrincipalPermissions", json!({ "Permissions": ["DATA_LOCATION_ACCESS"],
            "PermissionsWithGrantOption": [], "Principal": { "DataLakePrincipalIdentifier": arn("Nodes") },
            "Resource": { "DataLocation": { "ResourceArn": registered } } })),
        ("Database", "Glue::Database", json!({ "CatalogId": "111122223333", "DatabaseInput": { "Name": format!("sales{number}"),
            "LocationUri": format!("s3://data-{number}/lake/sales") } })),
        ("Table", "Glue::Table", json!({ "CatalogId": "111122223333", "DatabaseName": format!("sales{number}"), "TableInput": {
            "Name": "orders", "StorageDescriptor": { "Location": format!("s3://data-{number}/lake/sales/orders") } } })),
        ("Encryption", "Glue::SecurityConfiguration", json!({ "Name": format!("glue-{number}"), "EncryptionConfiguration": {} })),
        ("Job", "Glue::Job", json!({ "Name": name("job"), "Role": arn("Service"), "SecurityConfiguration": format!("glue-{number}"),
            "Command": { "Name": "glueetl", "ScriptLocation": "s3://b/x.py" } })),
        ("Subnet", "EC2::Subnet", json!({ "VpcId": to("Vpc") })),
        ("Vpc", "EC2::VPC", json!({ "CidrBlock": "10.0.0.0/16" })),
        ("Routes", "EC2::RouteTable", json!({ "VpcId": to("Vpc") })),
        ("Route", "EC2::Route", json!({ "RouteTableId": to("Routes"), "GatewayId": "vgw-1" })),
        ("Routed", "EC2::SubnetRouteTableAssociation", json!({ "SubnetId": to("Subnet"), "RouteTableId": to("Routes") })),
        ("Endpoint", "EC2::VPCEndpoint", json!({ "VpcId": to("Vpc"), "ServiceName": "com.amazonaws.us-west-2.s3",
            "RouteTableIds": [to("Routes")] })),
        ("Group", "EC2::SecurityGroup", json!({ "GroupDescription": "x", "VpcId": to("Vpc") })),
        ("Rule", "EC2::SecurityGroupIngress", json!({ "GroupId": to("Group"), "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22,
            "CidrIp": "10.0.0.0/8" })),
    ]
    .map(|(what, kind, properties)| {
        (name(what), json!({ "Type": format!("AWS::{kind}"), "Properties": properties }))
    })
    .to_vec()
}

fn template(stacks: usize) -> Value {
    let resources: serde_json::Map<String, Value> = (0..stacks).flat_map(declared).collect();
    json!({ "AWSTemplateFormatVersion": "2010-09-09", "Resources": resources })
}

/// What each control looks at to judge a file, and how much is said of it.
fn work(file: &Value, dialect: Dialect, name: &str) -> (BTreeMap<&'static str, u64>, usize) {
    let at = jiff::Timestamp::UNIX_EPOCH;
    let source = Arc::new(Source::new("file.json", file.to_string()));
    let File::Read(reading) = read_file(&source, Some(dialect), &Given::default()) else {
        panic!("not read");
    };
    let baseline = load(name, &Memory::default(), at).unwrap();
    let baseline = baseline.resolve(None).unwrap();
    let judge = Judge::new(&baseline, at);
    let scopes = reading.scopes();
    work::taken();
    let evaluations = judge.judge_scope(&scopes[0]);
    (work::taken(), evaluations.len())
}

/// Twice the stacks are twice the work for each control, up to a fiftieth of all: what each stack did with each other one
/// would show.
fn assert_grows_with_the_stacks(file: impl Fn(usize) -> Value, dialect: Dialect) {
    for baseline in ["builtin:strict", "builtin:recommended"] {
        let (small, few) = work(&file(60), dialect, baseline);
        let (large, many) = work(&file(120), dialect, baseline);
        assert_eq!(many, 2 * few);
        let most = small.values().sum::<u64>() / 50;
        let grown = large.iter().filter(|(control, work)| {
            let before = small.get(*control).copied().unwrap_or_default();
            **work > 2 * before + most / 20
        });
        let grown =
            grown.map(|(control, work)| format!("{control}: {} became {work}", small[control]));
        let grown: Vec<String> = grown.collect();
        let sum = |work: &BTreeMap<&'static str, u64>| work.values().sum::<u64>();
        assert!(
            grown.is_empty() && sum(&large) <= 2 * sum(&small) + most,
            "{baseline}: {grown:#?}"
        );
    }
}

#[test]
fn a_plan_is_judged_in_a_time_that_grows_with_its_stacks() {
    assert_grows_with_the_stacks(plan, Dialect::TerraformPlan);
}

#[test]
fn a_template_is_judged_in_a_time_that_grows_with_its_stacks() {
    assert_grows_with_the_stacks(template, Dialect::CloudFormation);
}
