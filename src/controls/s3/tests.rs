//! What the four controls say of live buckets, which files do not show.

use super::bucket_encryption::BucketEncryption;
use super::ownership::Ownership;
use super::public_access::PublicAccess;
use super::tls_only::TlsOnly;
use crate::control::testing::{judge, resource};
use crate::control::{Control, Entry, Verdict};
use crate::lattice::Shape;
use crate::observed::{Form, Place, ResourceKind, Use};
use serde_json::{Value, json};

/// Judges a live bucket that holds logs.
fn live<C: Control>(answers: &Value, settings: &[(&str, Shape)]) -> Verdict
where
    C::Setting: Send + Sync,
{
    let mut bucket = resource(ResourceKind::S3Bucket, Form::Live, "emr-logs", answers);
    bucket.uses.push(Use {
        purpose: "logs",
        by: "j-1".to_owned(),
        place: Place::from(bucket.body),
    });
    let mut identity = (*bucket.identity).clone();
    identity.account = Some("111122223333".to_owned());
    bucket.identity = identity.into();
    judge(&Entry::of::<C>(), settings, &[], vec![bucket]).verdict
}

fn denied() -> Value {
    json!({ "$unknown": "AccessDenied" })
}

#[test]
fn a_switch_is_on_for_the_bucket_or_for_the_account() {
    let block = |on: bool| {
        json!({ "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": on, "IgnorePublicAcls": on, "BlockPublicPolicy": on, "RestrictPublicBuckets": on } })
    };
    let status = |public: bool| json!({ "PolicyStatus": { "IsPublic": public } });
    let with = |own: Value, account: Value, status: Value, settings: &[(&str, Shape)]| {
        let answers = json!({
            "s3:GetBucketPublicAccessBlock": own, "s3:GetAccountPublicAccessBlock": account, "s3:GetBucketPolicyStatus": status,
        });
        live::<PublicAccess>(&answers, settings)
    };
    let account_level = [("account-level", Shape::AtLeast(1))];
    assert_eq!(
        with(block(true), block(false), status(false), &[]),
        Verdict::Compliant
    );
    assert_eq!(
        with(block(false), block(true), status(false), &[]),
        Verdict::Compliant
    );
    assert_eq!(
        with(block(false), block(false), status(false), &[]),
        Verdict::Noncompliant
    );
    assert_eq!(
        with(block(true), block(true), status(true), &[]),
        Verdict::Noncompliant
    );
    assert_eq!(
        with(block(true), denied(), status(false), &[]),
        Verdict::Compliant
    );
    assert_eq!(
        with(block(false), denied(), status(false), &[]),
        Verdict::Indeterminate
    );
    assert_eq!(
        with(block(true), block(true), denied(), &[]),
        Verdict::Indeterminate
    );
    assert_eq!(
        with(block(true), block(false), status(false), &account_level),
        Verdict::Noncompliant
    );
    assert_eq!(
        live::<PublicAccess>(&json!({ "$open": "not observed" }), &[]),
        Verdict::Indeterminate
    );
}

#[test]
fn the_policy_of_a_live_bucket_is_the_answer() {
    let with = |answer: Value| live::<TlsOnly>(&json!({ "s3:GetBucketPolicy": answer }), &[]);
    let statement = |resources: Value| {
        json!({ "Policy": { "Statement": [{
            "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resources,
            "Condition": { "Bool": { "aws:SecureTransport": "false" } } }] } })
    };
    assert_eq!(
        with(statement(json!([
            "arn:aws:s3:::emr-logs",
            "arn:aws:s3:::emr-logs/*"
        ]))),
        Verdict::Compliant
    );
    assert_eq!(with(statement(json!("*"))), Verdict::Compliant);
    assert_eq!(
        with(statement(json!("arn:aws:s3:::emr-logs*"))),
        Verdict::Compliant
    );
    assert_eq!(
        with(statement(json!("arn:aws:s3:::emr-logs/*"))),
        Verdict::Noncompliant
    );
    assert_eq!(
        with(statement(json!("arn:aws:s3:::other*"))),
        Verdict::Noncompliant
    );
    assert_eq!(with(denied()), Verdict::Indeterminate);
    assert_eq!(
        live::<TlsOnly>(&json!({ "$open": "not observed" }), &[]),
        Verdict::Indeterminate
    );
}

#[test]
fn a_floor_of_tls_needs_a_deny_of_its_own() {
    let with = |version: Value| {
        let deny = |condition: Value| json!({ "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition });
        let policy = json!({ "Statement": [
            deny(json!({ "Bool": { "aws:SecureTransport": false } })),
            deny(json!({ "NumericLessThan": { "s3:TlsVersion": version } })),
        ] });
        let settings = [("min-tls", Shape::AtLeast(1))];
        live::<TlsOnly>(
            &json!({ "s3:GetBucketPolicy": { "Policy": policy } }),
            &settings,
        )
    };
    assert_eq!(with(json!("1.2")), Verdict::Compliant);
    assert_eq!(with(json!(1.3)), Verdict::Compliant);
    assert_eq!(with(json!("1.1")), Verdict::Noncompliant);
    assert_eq!(with(json!({ "$unknown": "V" })), Verdict::Indeterminate);
}

#[test]
fn the_default_encryption_of_a_live_bucket_is_the_answer() {
    let with = |rule: Value| {
        let rules = json!({ "ServerSideEncryptionConfiguration": { "Rules": [{ "ApplyServerSideEncryptionByDefault": rule }] } });
        live::<BucketEncryption>(&json!({ "s3:GetEncryptionConfiguration": rules }), &[])
    };
    let key = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    assert_eq!(
        with(json!({ "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key })),
        Verdict::Compliant
    );
    assert_eq!(
        with(json!({ "SSEAlgorithm": "aws:kms" })),
        Verdict::Noncompliant
    );
    assert_eq!(
        with(json!({ "SSEAlgorithm": "AES256" })),
        Verdict::Noncompliant
    );
    assert_eq!(
        live::<BucketEncryption>(&json!({ "s3:GetEncryptionConfiguration": denied() }), &[]),
        Verdict::Indeterminate
    );
}

#[test]
fn the_owner_is_who_answers_for_the_bucket() {
    let with = |location: Value, list: Value| {
        live::<Ownership>(
            &json!({ "s3:GetBucketLocation": location, "s3:ListAllMyBuckets": list }),
            &[],
        )
    };
    let call = |why: &str| json!({ "$call": ["s3:GetBucketLocation", why] });
    let list = |name: &str| json!({ "Buckets": [{ "Name": name }] });
    let found = json!({ "LocationConstraint": "us-west-2" });
    assert_eq!(with(found, denied()), Verdict::Compliant);
    assert_eq!(
        with(call("NoSuchBucket: none"), denied()),
        Verdict::Noncompliant
    );
    assert_eq!(
        with(call("AccessDenied: no"), denied()),
        Verdict::Indeterminate
    );
    assert_eq!(
        with(call("AccessDenied: no"), list("emr-logs")),
        Verdict::Compliant
    );
    assert_eq!(
        with(call("AccessDenied: no"), list("other")),
        Verdict::Noncompliant
    );
    assert_eq!(
        with(call("SlowDown: no"), list("other")),
        Verdict::Indeterminate
    );
}

#[test]
fn what_s3_answers_when_nothing_is_set_is_no_refusal() {
    let call = |action: &str, why: &str| json!({ "$call": [action, why] });
    let none = call(
        "s3:GetBucketPolicy",
        "NoSuchBucketPolicy: The bucket policy does not exist",
    );
    assert_eq!(
        live::<TlsOnly>(&json!({ "s3:GetBucketPolicy": none }), &[]),
        Verdict::Noncompliant
    );
    let none = call(
        "s3:GetBucketPublicAccessBlock",
        "NoSuchPublicAccessBlockConfiguration: none",
    );
    let answers = json!({
        "s3:GetBucketPublicAccessBlock": none, "s3:GetAccountPublicAccessBlock": none, "s3:GetBucketPolicyStatus": { "PolicyStatus": { "IsPublic": false } },
    });
    assert_eq!(live::<PublicAccess>(&answers, &[]), Verdict::Noncompliant);
}

#[test]
fn a_bucket_of_no_class_that_is_asked_for_is_not_judged() {
    use crate::control::testing::all_of;
    let answers = json!({ "$open": "not observed" });
    let settings = [("for", all_of(&["code"]))];
    assert_eq!(live::<TlsOnly>(&answers, &settings), Verdict::NotApplicable);
    assert_eq!(
        live::<Ownership>(&answers, &settings),
        Verdict::NotApplicable
    );
}
