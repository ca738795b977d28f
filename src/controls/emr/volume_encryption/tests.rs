use super::VolumeEncryption;
use crate::control::testing::{Judged, exactly, judge, resource};
use crate::control::{Entry, Verdict};
use crate::lattice::Shape;
use crate::observed::{Form, Resource, ResourceKind};
use serde_json::{Value, json};

const ENTRY: Entry = Entry::of::<VolumeEncryption>();
const KEY: &str = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/// A live cluster of one node with a root volume and a storage volume, of which EC2 says this.
fn cluster(root: &Value, storage: &Value) -> Resource<'static> {
    let device = |name: &str, id: &str| json!({ "DeviceName": name, "Ebs": { "VolumeId": id } });
    let node = json!({ "InstanceId": "i-1", "RootDeviceName": "/dev/xvda",
        "BlockDeviceMappings": [device("/dev/xvda", "vol-root"), device("/dev/sdb", "vol-storage")] });
    let with = |id: &str, facts: &Value| {
        let mut volume = facts.clone();
        volume["VolumeId"] = json!(id);
        volume
    };
    live(&json!({
        "ec2:DescribeInstances": { "Reservations": [{ "Instances": [node] }] },
        "ec2:DescribeVolumes": { "Volumes": [with("vol-root", root), with("vol-storage", storage)] },
    }))
}

fn live(answers: &Value) -> Resource<'static> {
    let mut body = answers.clone();
    body["elasticmapreduce:DescribeCluster"] = json!({ "Cluster": {
        "SecurityConfiguration": "prod",
        "Status": { "State": "RUNNING", "Timeline": { "CreationDateTime": "2026-11-10T00:00:00Z" } },
    } });
    resource(ResourceKind::EmrCluster, Form::Live, "j-1", &body)
}

fn document(disk: &Value, at_rest: bool) -> Resource<'static> {
    let body = json!({ "EncryptionConfiguration": {
        "EnableAtRestEncryption": at_rest,
        "AtRestEncryptionConfiguration": { "LocalDiskEncryptionConfiguration": disk },
    } });
    resource(
        ResourceKind::EmrSecurityConfiguration,
        Form::Live,
        "prod",
        &body,
    )
}

fn judged(settings: &[(&str, Shape)], resources: Vec<Resource<'static>>) -> Judged {
    judge(&ENTRY, settings, &[], resources)
}

fn encrypted() -> Value {
    json!({ "Encrypted": true, "KmsKeyId": KEY })
}

#[test]
fn every_volume_must_be_encrypted_under_the_key() {
    let asked = [("kms-key", exactly(KEY))];
    let other = json!({ "Encrypted": true, "KmsKeyId": KEY.replace("1234abcd", "00000000") });
    for (root, storage, expected) in [
        (encrypted(), encrypted(), Verdict::Compliant),
        (encrypted(), other, Verdict::Noncompliant),
        (
            json!({ "Encrypted": false }),
            encrypted(),
            Verdict::Noncompliant,
        ),
        (json!({}), encrypted(), Verdict::Indeterminate),
    ] {
        let found = judged(&asked, vec![cluster(&root, &storage)]);
        assert_eq!(
            found.verdict, expected,
            "{root} {storage} {:?}",
            found.messages
        );
    }
}

#[test]
fn a_volume_that_is_not_asked_for_may_be_plain() {
    let plain = json!({ "Encrypted": false });
    let storage_only = [("root", Shape::AtLeast(0))];
    let found = judged(&storage_only, vec![cluster(&plain, &encrypted())]);
    assert_eq!(found.verdict, Verdict::Compliant);
    let neither = [("root", Shape::AtLeast(0)), ("storage", Shape::AtLeast(0))];
    let found = judged(&neither, vec![cluster(&plain, &plain)]);
    assert_eq!(found.verdict, Verdict::NotApplicable);
}

#[test]
fn a_plain_storage_volume_passes_when_the_document_encrypts_what_is_on_it() {
    let plain = json!({ "Encrypted": false });
    let luks = json!({ "EncryptionKeyProviderType": "AwsKms", "AwsKmsKey": KEY });
    let with_ebs = json!({ "EncryptionKeyProviderType": "AwsKms", "AwsKmsKey": KEY, "EnableEbsEncryption": true });
    let unknown = json!({ "EncryptionKeyProviderType": { "$unknown": "P" } });
    for (disk, at_rest, expected) in [
        (&luks, true, Verdict::Compliant),
        (&luks, false, Verdict::Noncompliant),
        (&with_ebs, true, Verdict::Noncompliant),
        (&json!({}), true, Verdict::Noncompliant),
        (&unknown, true, Verdict::Indeterminate),
    ] {
        let both = vec![cluster(&encrypted(), &plain), document(disk, at_rest)];
        let found = judged(&[], both);
        assert_eq!(
            found.verdict, expected,
            "{disk} {at_rest} {:?}",
            found.messages
        );
        // The root volume is never covered by it.
        let both = vec![cluster(&plain, &encrypted()), document(disk, at_rest)];
        assert_eq!(judged(&[], both).verdict, Verdict::Noncompliant);
    }
    let alone = judged(&[], vec![cluster(&encrypted(), &plain)]);
    assert_eq!(alone.verdict, Verdict::Indeterminate);
}

#[test]
fn a_document_that_was_replaced_says_nothing_about_older_clusters() {
    let body = json!({ "EncryptionConfiguration": { "EnableAtRestEncryption": true,
        "AtRestEncryptionConfiguration": { "LocalDiskEncryptionConfiguration": {
            "EncryptionKeyProviderType": "AwsKms", "AwsKmsKey": KEY } } } });
    let mut document = document(&json!({}), true);
    document.body = crate::control::testing::tree(&body).root();
    let outer = json!({ "CreationDateTime": "2026-11-11T00:00:00Z" });
    document.outer = crate::control::testing::tree(&outer).root();
    let plain = json!({ "Encrypted": false });
    let found = judged(&[], vec![cluster(&encrypted(), &plain), document]);
    assert_eq!(found.verdict, Verdict::Indeterminate);
}

#[test]
fn what_was_not_observed_is_unknown() {
    let denied = json!({ "$call": ["ec2:DescribeVolumes", "AccessDenied"] });
    let node = json!({ "RootDeviceName": "/dev/xvda", "BlockDeviceMappings": [
        { "DeviceName": "/dev/xvda", "Ebs": { "VolumeId": "vol-1" } }] });
    let nodes = json!({ "Reservations": [{ "Instances": [node] }] });
    let gone =
        json!({ "Reservations": [{ "Instances": [{ "State": { "Name": "terminated" } }] }] });
    for answers in [
        json!({}),
        json!({ "ec2:DescribeInstances": { "Reservations": [] } }),
        json!({ "ec2:DescribeInstances": gone }),
        json!({ "ec2:DescribeInstances": nodes, "ec2:DescribeVolumes": denied }),
        json!({ "ec2:DescribeInstances": nodes, "ec2:DescribeVolumes": { "Volumes": [] } }),
        json!({ "ec2:DescribeInstances": { "Reservations": { "$unknown": "x" } } }),
    ] {
        let found = judged(&[], vec![live(&answers)]);
        assert_eq!(found.verdict, Verdict::Indeterminate, "{answers}");
    }
}

#[test]
fn instance_store_is_not_counted_and_files_have_no_volumes() {
    let node = json!({ "RootDeviceName": "/dev/xvda", "BlockDeviceMappings": [
        { "DeviceName": "/dev/xvda", "Ebs": { "VolumeId": "vol-1" } }, { "DeviceName": "/dev/nvme1", "VirtualName": "ephemeral0" }] });
    let answers = json!({
        "ec2:DescribeInstances": { "Reservations": [{ "Instances": [node] }] },
        "ec2:DescribeVolumes": { "Volumes": [{ "VolumeId": "vol-1", "Encrypted": true, "KmsKeyId": KEY }] },
    });
    assert_eq!(
        judged(&[], vec![live(&answers)]).verdict,
        Verdict::Compliant
    );
    let written = crate::control::testing::etl_daily();
    let written = resource(ResourceKind::EmrCluster, Form::Request, "r", &written);
    assert_eq!(judged(&[], vec![written]).verdict, Verdict::NotApplicable);
}
