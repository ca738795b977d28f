//! The snapshots that the benchmarks audit: one account and region, with every answer that `audit.toml` asks for.

use crate::corpus::{ACCOUNT, KEY, Numbers, document, tags};
use serde_json::{Value, json};
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

fn described(number: u64, key: u64, configuration: u64, release: &str) -> Value {
    let id = format!("j-{number:013X}");
    json!({ "Cluster": {
        "Id": id,
        "Name": format!("pipeline-{number}"),
        "Status": {
            "State": "WAITING",
            "StateChangeReason": { "Message": "Cluster ready to run steps." },
            "Timeline": { "CreationDateTime": "2026-11-01T06:00:00Z", "ReadyDateTime": "2026-11-01T06:07:00Z" },
        },
        "Ec2InstanceAttributes": {
            "Ec2SubnetId": format!("subnet-{key:017x}"),
            "RequestedEc2SubnetIds": [format!("subnet-{key:017x}")],
            "Ec2AvailabilityZone": "us-west-2a",
            "IamInstanceProfile": "emr-nodes",
            "EmrManagedMasterSecurityGroup": "sg-0a1b2c3d4e5f60718",
            "EmrManagedSlaveSecurityGroup": "sg-0a1b2c3d4e5f60719",
            "ServiceAccessSecurityGroup": "sg-0a1b2c3d4e5f6071a",
            "AdditionalMasterSecurityGroups": [],
            "AdditionalSlaveSecurityGroups": [],
        },
        "InstanceCollectionType": "INSTANCE_GROUP",
        "LogUri": format!("s3n://emr-logs-111122223333/pipeline-{number}/"),
        "LogEncryptionKmsKeyId": KEY,
        "ReleaseLabel": release,
        "AutoTerminate": false,
        "TerminationProtected": true,
        "VisibleToAllUsers": true,
        "Applications": [
            { "Name": "Spark", "Version": "3.5.5" },
            { "Name": "Hive", "Version": "3.1.3" },
            { "Name": "Livy", "Version": "0.8.0" },
        ],
        "Tags": tags(number),
        "ServiceRole": "arn:aws:iam::111122223333:role/emr-service",
        "NormalizedInstanceHours": 1024,
        "MasterPublicDnsName": format!("ip-10-0-{}-{}.us-west-2.compute.internal", number / 250 % 250, number % 250),
        "Configurations": [{ "Classification": "spark-defaults", "Properties": {
            "spark.sql.shuffle.partitions": "400",
            "spark.dynamicAllocation.enabled": "true",
        } }],
        "SecurityConfiguration": format!("configuration-{configuration}"),
        "KerberosAttributes": { "Realm": "EC2.INTERNAL" },
        "ClusterArn": format!("arn:aws:elasticmapreduce:us-west-2:111122223333:cluster/{id}"),
        "StepConcurrencyLevel": 1,
        "PlacementGroups": [],
        "OSReleaseLabel": "2023.7.20250512.0",
    } })
}

fn groups(number: u64) -> Value {
    let group = |role: &str, id: &str, count: u64, kind: &str| {
        json!({
            "Id": format!("ig-{id}{number:012X}"),
            "Name": role,
            "Market": "ON_DEMAND",
            "InstanceGroupType": role,
            "InstanceType": kind,
            "RequestedInstanceCount": count,
            "RunningInstanceCount": count,
            "Status": { "State": "RUNNING", "Timeline": { "CreationDateTime": "2026-11-01T06:00:00Z" } },
            "Configurations": [],
            "EbsBlockDevices": [],
            "ShrinkPolicy": {},
        })
    };
    json!({ "InstanceGroups": [
        group("MASTER", "1", 1, "m6g.xlarge"),
        group("CORE", "2", 4, "r6g.2xlarge"),
    ] })
}

/// The answers that the clusters of a region share: block public access, and the groups of [`described`].
fn account() -> Value {
    let group = |id: &str| {
        json!({
            "GroupId": id,
            "GroupName": id,
            "OwnerId": ACCOUNT,
            "VpcId": "vpc-0a1b2c3d4e5f60718",
            "IpPermissions": [{
                "IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, "IpRanges": [], "Ipv6Ranges": [], "PrefixListIds": [],
                "UserIdGroupPairs": [{ "GroupId": id, "UserId": ACCOUNT }],
            }],
            "IpPermissionsEgress": [{
                "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "10.0.0.0/8" }], "Ipv6Ranges": [], "PrefixListIds": [],
                "UserIdGroupPairs": [],
            }],
        })
    };
    json!({ "record": "fact", "kind": "emr-account", "id": format!("{ACCOUNT}/us-west-2"), "calls": {
        "elasticmapreduce:GetBlockPublicAccessConfiguration": { "answer": { "BlockPublicAccessConfiguration": {
            "BlockPublicSecurityGroupRules": true,
            "PermittedPublicSecurityGroupRuleRanges": [{ "MinRange": 22, "MaxRange": 22 }],
        } } },
        "ec2:DescribeSecurityGroups": { "answer": { "SecurityGroups": [
            group("sg-0a1b2c3d4e5f60718"),
            group("sg-0a1b2c3d4e5f60719"),
            group("sg-0a1b2c3d4e5f6071a"),
        ] } },
    } })
}

/// The nodes of a cluster as EC2 tells them.
fn nodes(number: u64) -> Value {
    let node = |order: u64, kind: &str| {
        let address = format!("10.{order}.{}.{}", number / 250 % 250, number % 250);
        json!({
            "InstanceId": format!("i-{:017x}", number * 8 + order),
            "InstanceType": kind,
            "PrivateIpAddress": address,
            "State": { "Code": 16, "Name": "running" },
            "SubnetId": format!("subnet-{number:017x}"),
            "SecurityGroups": [{ "GroupId": "sg-0a1b2c3d4e5f60719" }],
            "NetworkInterfaces": [{ "PrivateIpAddress": address, "Ipv6Addresses": [] }],
            "MetadataOptions": { "HttpTokens": "required", "HttpPutResponseHopLimit": 1, "HttpEndpoint": "enabled" },
        })
    };
    json!({ "Reservations": [{ "Instances": [node(1, "m6g.xlarge"), node(2, "r6g.2xlarge")] }] })
}

/// How many security configurations the clusters of a snapshot share.
const CONFIGURATIONS: u64 = 20;

/// Writes a snapshot of one account and region with `clusters` clusters, one in a hundred of them wrong, and gives
/// its size in bytes.
pub(crate) fn write(file: &Path, clusters: u64) -> io::Result<u64> {
    let mut numbers = Numbers::new(0x5eed);
    let mut out = BufWriter::new(fs::File::create(file)?);
    let mut line = |value: Value| writeln!(out, "{value}");
    line(
        json!({ "record": "estate", "schema": "emr-baseline/snapshot/v1", "observed_at": "2026-11-22T02:00:00Z" }),
    )?;
    line(
        json!({ "record": "region", "account": ACCOUNT, "region": "us-west-2", "services": ["elasticmapreduce"] }),
    )?;
    line(account())?;
    for number in 0..CONFIGURATIONS {
        let name = format!("configuration-{number}");
        line(
            json!({ "record": "fact", "kind": "emr-security-configuration", "id": name, "name": name, "calls": {
            "elasticmapreduce:DescribeSecurityConfiguration": { "answer": {
                "Name": name,
                "CreationDateTime": "2025-03-01T09:00:00Z",
                "SecurityConfiguration": document("AwsKms").to_string(),
            } },
        } }),
        )?;
    }
    for number in 0..clusters {
        let release = if numbers.below(100) == 0 {
            "emr-5.10.0"
        } else {
            "emr-7.9.0"
        };
        let configuration = numbers.below(CONFIGURATIONS);
        let answer = described(number, numbers.below(1 << 48), configuration, release);
        let id = answer["Cluster"]["Id"].clone();
        line(json!({
            "record": "resource", "kind": "emr-cluster", "id": id,
            "name": answer["Cluster"]["Name"], "arn": answer["Cluster"]["ClusterArn"],
            "calls": {
                "elasticmapreduce:DescribeCluster": { "answer": answer },
                "elasticmapreduce:ListInstanceGroups": { "answer": groups(number) },
                "elasticmapreduce:ListBootstrapActions": { "answer": { "BootstrapActions": [] } },
                "elasticmapreduce:ListSteps": { "answer": { "Steps": [] } },
                "ec2:DescribeInstances": { "answer": nodes(number) },
            },
        }))?;
    }
    line(
        json!({ "record": "end-of-region", "complete": true, "listed": ["emr-cluster", "emr-security-configuration"] }),
    )?;
    out.flush()?;
    fs::metadata(file).map(|metadata| metadata.len())
}
