//! CloudFormation templates of so many stacks.

use serde_json::{Value, json};

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

pub(super) fn template(stacks: usize) -> Value {
    let resources: serde_json::Map<String, Value> = (0..stacks).flat_map(declared).collect();
    json!({ "AWSTemplateFormatVersion": "2010-09-09", "Resources": resources })
}
