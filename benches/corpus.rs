//! What is measured: templates, snapshots and a baseline, the same on every machine.
//!
//! One template in eight is wrong somewhere and one cluster in a hundred is, so that findings are made, but the
//! reports do not outweigh the judging.

use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

/// A linear congruential generator (Knuth, MMIX): the same numbers everywhere.
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const KEY: &str =
    "arn:aws:kms:us-west-2:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321";

/// The document of a good security configuration.
pub(crate) fn document(provider: &str) -> Value {
    json!({
        "EncryptionConfiguration": {
            "EnableInTransitEncryption": true,
            "EnableAtRestEncryption": true,
            "InTransitEncryptionConfiguration": { "TLSCertificateConfiguration": {
                "CertificateProviderType": "PEM",
                "S3Object": "s3://security-artifacts-111122223333/emr/certificates.zip",
            } },
            "AtRestEncryptionConfiguration": {
                "S3EncryptionConfiguration": { "EncryptionMode": "SSE-KMS", "AwsKmsKey": KEY },
                "LocalDiskEncryptionConfiguration": {
                    "EncryptionKeyProviderType": provider,
                    "AwsKmsKey": KEY,
                    "EnableEbsEncryption": true,
                },
            },
        },
        "AuthenticationConfiguration": { "KerberosConfiguration": {
            "Provider": "ClusterDedicatedKdc",
            "ClusterDedicatedKdcConfiguration": { "TicketLifetimeInHours": 24 },
        } },
        "AuthorizationConfiguration": { "EmrFsConfiguration": { "RoleMappings": [{
            "Role": "arn:aws:iam::111122223333:role/emrfs-analysts",
            "IdentifierType": "Group",
            "Identifiers": ["analysts"],
        }] } },
        "InstanceMetadataServiceConfiguration": {
            "MinimumInstanceMetadataServiceVersion": 2,
            "HttpPutResponseHopLimit": 1,
        },
    })
}

pub(crate) fn tags(number: u64) -> Value {
    json!([
        { "Key": "owner", "Value": format!("team-{}", number % 40) },
        { "Key": "cost-centre", "Value": format!("{:05}", number * 7 % 100_000) },
    ])
}

fn security_group(name: &str, number: u64, open: bool) -> Value {
    let cidr = if open {
        "0.0.0.0/0".to_owned()
    } else {
        format!("10.{}.0.0/16", number % 250)
    };
    json!({
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {
            "GroupDescription": format!("{name} nodes of pipeline {number}"),
            "VpcId": "vpc-0a1b2c3d4e5f60718",
            "SecurityGroupIngress": [
                { "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": cidr },
                { "IpProtocol": "tcp", "FromPort": 8443, "ToPort": 8443, "CidrIp": "10.0.0.0/8" },
            ],
            "SecurityGroupEgress": [
                { "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/8" },
            ],
            "Tags": tags(number),
        },
    })
}

fn grant(table: &str, columns: &[&str]) -> Value {
    json!({
        "Type": "AWS::LakeFormation::PrincipalPermissions",
        "Properties": {
            "Principal": { "DataLakePrincipalIdentifier": "arn:aws:iam::111122223333:role/analyst-runtime" },
            "Resource": { "TableWithColumns": {
                "CatalogId": ACCOUNT,
                "DatabaseName": "sales",
                "Name": table,
                "ColumnNames": columns,
            } },
            "Permissions": ["SELECT"],
            "PermissionsWithGrantOption": [],
        },
    })
}

pub(crate) fn cluster(number: u64, key: u64) -> Value {
    json!({
        "Type": "AWS::EMR::Cluster",
        "Properties": {
            "Name": format!("pipeline-{number:04}"),
            "ReleaseLabel": "emr-7.9.0",
            "Applications": [{ "Name": "Spark" }, { "Name": "Hadoop" }, { "Name": "Livy" }],
            "ServiceRole": "arn:aws:iam::111122223333:role/emr-service",
            "JobFlowRole": "emr-nodes",
            "LogUri": format!("s3://emr-logs-111122223333/pipeline-{number:04}/"),
            "LogEncryptionKmsKeyId": KEY,
            "SecurityConfiguration": { "Ref": "Security" },
            "KerberosAttributes": { "Realm": "EC2.INTERNAL", "KdcAdminPassword": { "Ref": "KdcPassword" } },
            "VisibleToAllUsers": true,
            "Instances": {
                "Ec2SubnetId": format!("subnet-0123456789abcde{:02x}", key % 4),
                "EmrManagedMasterSecurityGroup": { "Ref": "Primary" },
                "EmrManagedSlaveSecurityGroup": { "Ref": "Core" },
                "ServiceAccessSecurityGroup": { "Ref": "Service" },
                "TerminationProtected": true,
                "MasterInstanceGroup": { "InstanceCount": 1, "InstanceType": "m6g.xlarge", "Market": "ON_DEMAND" },
                "CoreInstanceGroup": { "InstanceCount": 4, "InstanceType": "r6g.2xlarge", "Market": "ON_DEMAND" },
            },
            "Configurations": [
                { "Classification": "spark-defaults", "ConfigurationProperties": {
                    "spark.sql.shuffle.partitions": "400",
                    "spark.dynamicAllocation.enabled": "true",
                } },
                { "Classification": "yarn-site", "ConfigurationProperties": {
                    "yarn.nodemanager.vmem-check-enabled": "false",
                } },
            ],
            "Tags": tags(number),
        },
    })
}

/// A template that is in order.
pub(crate) fn good_template() -> Value {
    template(0, NOTHING_WRONG, 0)
}

/// What is wrong with most templates.
pub(crate) const NOTHING_WRONG: u64 = 3;

/// A template: a security configuration, a cluster, three security groups and three grants.
fn template(number: u64, wrong: u64, subnet: u64) -> Value {
    let mut document = document(if wrong == 0 { "Custom" } else { "AwsKms" });
    if wrong == 1 {
        document["EncryptionConfiguration"]["EnableInTransitEncryption"] = json!(false);
    }
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": format!("Pipeline {number}"),
        "Parameters": { "KdcPassword": { "Type": "String", "NoEcho": true } },
        "Resources": {
            "Security": {
                "Type": "AWS::EMR::SecurityConfiguration",
                "Properties": { "Name": format!("pipeline-{number:04}"), "SecurityConfiguration": document },
            },
            "Cluster": cluster(number, subnet),
            "Primary": security_group("primary", number, wrong == 2),
            "Core": security_group("core", number, false),
            "Service": security_group("service", number, false),
            "ReadOrders": grant("orders", &["amount", "country", "order_id"]),
            "ReadCustomers": grant("customers", &["segment", "country"]),
            "ReadReturns": grant("returns", &["order_id", "reason"]),
        },
    })
}

/// Block-style YAML, with CloudFormation's short forms.
fn yaml(value: &Value, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(members) => {
            if let Some(Value::String(name)) = members.get("Ref") {
                let _ = writeln!(out, " !Ref {name}");
                return;
            }
            out.push('\n');
            for (key, value) in members {
                let _ = write!(out, "{indent}{key}:");
                yaml(value, depth + 1, out);
            }
        }
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            let _ = writeln!(out, " [{}]", items.join(", "));
        }
        Value::Array(items) => {
            out.push('\n');
            for item in items {
                let mut text = String::new();
                yaml(item, depth + 1, &mut text);
                let text = text.trim_start();
                let _ = write!(out, "{indent}- {text}");
            }
        }
        Value::String(text) => {
            let plain = text.starts_with(|first: char| first.is_ascii_alphabetic())
                && !text.contains(": ")
                && !["true", "false"].contains(&text.as_str());
            if plain {
                let _ = writeln!(out, " {text}");
            } else {
                let _ = writeln!(out, " {text:?}");
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            let _ = writeln!(out, " {value}");
        }
    }
}

/// Writes `count` templates, every second one as YAML, and gives their size in bytes.
pub(crate) fn write_templates(folder: &Path, count: u64) -> io::Result<u64> {
    fs::create_dir_all(folder)?;
    let mut numbers = Numbers::new(0x00e4_ba5e);
    let mut bytes = 0;
    for number in 0..count {
        let wrong = if numbers.below(8) == 0 {
            numbers.below(NOTHING_WRONG)
        } else {
            NOTHING_WRONG
        };
        let value = template(number, wrong, numbers.below(1 << 48));
        let (name, text) = if number % 2 == 0 {
            (
                format!("{number:04}.json"),
                serde_json::to_string_pretty(&value)?,
            )
        } else {
            let mut text = String::new();
            yaml(&value, 0, &mut text);
            (format!("{number:04}.yaml"), text.trim_start().to_owned())
        };
        bytes += text.len() as u64;
        fs::write(folder.join(name), text)?;
    }
    Ok(bytes)
}
