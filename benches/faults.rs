//! Whether the rules that the product is compared with ask for what they claim: a template that is in order, and one
//! fault for each rule, which it must flag. A rule that flags nothing would cost as little as it is worth.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::process::Command;

const DOCUMENT: &str = "/Resources/Security/Properties/SecurityConfiguration";
const CLUSTER: &str = "/Resources/Cluster/Properties";
const GRANT: &str = "/Resources/ReadOrders/Properties";

/// A rule, and what is written where to break it. `null` takes the member away.
type Fault = (&'static str, &'static str, &'static str, Value);

/// A list of one classification with one property.
fn classification(name: &str, property: &str, value: &str) -> Value {
    json!([{ "Classification": name, "ConfigurationProperties": { property: value } }])
}

#[rustfmt::skip]
fn faults() -> Vec<Fault> {
    const TLS: &str = "/EncryptionConfiguration/InTransitEncryptionConfiguration/TLSCertificateConfiguration";
    const S3: &str = "/EncryptionConfiguration/AtRestEncryptionConfiguration/S3EncryptionConfiguration";
    const DISK: &str = "/EncryptionConfiguration/AtRestEncryptionConfiguration/LocalDiskEncryptionConfiguration";
    const AUTHENTICATION: &str = "/AuthenticationConfiguration";
    let other = json!([{ "Role": "arn:aws:iam::111122223333:role/other", "IdentifierType": "Group", "Identifiers": ["analysts"] }]);
    vec![
        ("document_schema", DOCUMENT, "/Encryption", json!({})),
        ("document_schema_of_encryption", DOCUMENT, "/EncryptionConfiguration/EnableTransit", json!(true)),
        ("in_transit_encryption", DOCUMENT, "/EncryptionConfiguration/EnableInTransitEncryption", json!(false)),
        ("in_transit_certificates", DOCUMENT, TLS, json!({ "CertificateProviderType": "Custom" })),
        ("certificate_source", DOCUMENT, TLS, json!({ "CertificateProviderType": "PEM", "S3Object": "s3://other/c.zip" })),
        ("at_rest_encryption", DOCUMENT, "/EncryptionConfiguration/EnableAtRestEncryption", json!(false)),
        ("s3_encryption", DOCUMENT, S3, json!({ "EncryptionMode": "SSE-S3" })),
        ("s3_encryption_overrides", DOCUMENT, S3, json!({ "Overrides": [{ "BucketName": "b", "EncryptionMode": "SSE-S3" }] })),
        ("disk_encryption", DOCUMENT, DISK, json!({ "EncryptionKeyProviderType": "Custom" })),
        ("customer_managed", DOCUMENT, DISK, json!({ "AwsKmsKey": "arn:aws:kms:us-west-2:111122223333:alias/aws/ebs" })),
        ("alias_pinning", DOCUMENT, DISK, json!({ "AwsKmsKey": "arn:aws:kms:us-west-2:111122223333:alias/disk" })),
        ("kerberos", DOCUMENT, AUTHENTICATION, json!({})),
        ("kerberos_tickets", DOCUMENT, "/AuthenticationConfiguration/KerberosConfiguration/ClusterDedicatedKdcConfiguration/TicketLifetimeInHours", json!(48)),
        ("role_mappings", DOCUMENT, "/AuthorizationConfiguration/EmrFsConfiguration/RoleMappings", other),
        ("instance_metadata", DOCUMENT, "/InstanceMetadataServiceConfiguration/HttpPutResponseHopLimit", json!(2)),
        ("feature_combinations", DOCUMENT, "/AuthenticationConfiguration/LDAPConfiguration", json!({ "EnableLDAPAuthentication": true })),
        ("security_configuration", CLUSTER, "/SecurityConfiguration", json!(null)),
        ("kerberos_attributes", CLUSTER, "/KerberosAttributes/Realm", json!(null)),
        ("kerberos_secrets", CLUSTER, "/KerberosAttributes/KdcAdminPassword", json!("Example1!")),
        ("release", CLUSTER, "/ReleaseLabel", json!("emr-5.10.0")),
        ("overrides_of_emrfs", CLUSTER, "/Configurations", classification("emrfs-site", "fs.s3.enableServerSideEncryption", "false")),
        ("overrides_of_spark", CLUSTER, "/Configurations", classification("spark-defaults", "spark.authenticate", "false")),
        ("overrides_of_hadoop", CLUSTER, "/Configurations", classification("core-site", "hadoop.rpc.protection", "authentication")),
        ("plaintext_secrets", CLUSTER, "/Configurations", classification("core-site", "fs.s3a.secret.key", "example")),
        ("bootstrap_actions", CLUSTER, "/BootstrapActions", json!([{ "Name": "b", "ScriptBootstrapAction": { "Path": "http://x/y.sh" } }])),
        ("steps", CLUSTER, "/Steps", json!([{ "Name": "s", "HadoopJarStep": { "Jar": "http://x/y.jar" } }])),
        ("log_destination", CLUSTER, "/LogUri", json!("s3://elsewhere/")),
        ("log_encryption", CLUSTER, "/LogEncryptionKmsKeyId", json!(null)),
        ("private_subnet", CLUSTER, "/Instances/Ec2SubnetId", json!("subnet-ffffffffffffffff0")),
        ("instance_profile", CLUSTER, "/JobFlowRole", json!("EMR_EC2_DefaultRole")),
        ("service_role", CLUSTER, "/ServiceRole", json!("arn:aws:iam::111122223333:role/EMR_DefaultRole")),
        ("iam_allowed_principals", GRANT, "/Principal/DataLakePrincipalIdentifier", json!("IAM_ALLOWED_PRINCIPALS")),
        ("wide_grants", GRANT, "/Permissions", json!(["ALL"])),
        ("grants", GRANT, "/Resource/TableWithColumns/Name", json!("salaries")),
        ("granted_columns", GRANT, "/Resource/TableWithColumns/ColumnNames", json!(["amount", "iban"])),
    ]
}

/// Writes a value where a pointer leads, over whatever stands there.
fn plant(template: &mut Value, pointer: &str, value: Value) {
    let Some((above, key)) = pointer.rsplit_once('/') else {
        return;
    };
    if template.pointer(above).is_none() {
        plant(template, above, json!({}));
    }
    let Some(members) = template.pointer_mut(above).and_then(Value::as_object_mut) else {
        return;
    };
    if value.is_null() {
        members.remove(key);
    } else {
        members.insert(key.to_owned(), value);
    }
}

/// The rules that a file is found to break.
fn broken(program: &Path, rules: &str, file: &Path) -> io::Result<BTreeSet<String>> {
    let mut command = Command::new(program);
    command.args([
        "validate",
        "--show-summary",
        "fail",
        "--rules",
        rules,
        "--data",
    ]);
    let output = command.arg(file).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let rules = text
        .lines()
        .filter_map(|line| line.strip_prefix("emr.guard/")?.split_whitespace().next());
    Ok(rules.map(str::to_owned).collect())
}

/// Plants every fault in a template and asks for each rule by name. Gives how many rules there are; those that do not
/// flag theirs are an error.
pub(crate) fn check(
    program: &Path,
    rules: &str,
    template: &Value,
    folder: &Path,
) -> io::Result<usize> {
    std::fs::create_dir_all(folder)?;
    let file = folder.join("fault.json");
    std::fs::write(&file, template.to_string())?;
    let mut wrong = Vec::new();
    let own = broken(program, rules, &file)?;
    if !own.is_empty() {
        wrong.push(format!("a template that is in order breaks {own:?}"));
    }
    let mut flagged = BTreeSet::new();
    for (rule, thing, place, value) in faults() {
        let mut template = template.clone();
        plant(&mut template, &format!("{thing}{place}"), value);
        std::fs::write(&file, template.to_string())?;
        if broken(program, rules, &file)?.contains(rule) {
            flagged.insert(rule);
        } else {
            wrong.push(format!("`{rule}` does not flag `{place}`"));
        }
    }
    if wrong.is_empty() {
        Ok(flagged.len())
    } else {
        Err(io::Error::other(wrong.join("; ")))
    }
}
