use super::ServiceRole;
use crate::control::testing::{Judged, judge, resource};
use crate::control::{Entry, Verdict};
use crate::lattice::{Shape, Text};
use crate::observed::{Form, Place, Resource, ResourceKind, Use};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn named(text: &str, purpose: &'static str) -> Resource<'static> {
    let mut role = resource(ResourceKind::IamRole, Form::Named, text, &json!(text));
    role.uses.push(Use {
        purpose,
        by: "c".to_owned(),
        place: Place::from(role.body),
    });
    role
}

fn roles(pattern: &str) -> Shape {
    Shape::OneOf(BTreeSet::from([BTreeSet::from([Text::from(pattern)])]))
}

#[test]
fn default_roles_are_noncompliant_by_name_alone() {
    for text in [
        "EMR_DefaultRole",
        "EMR_AutoScaling_DefaultRole",
        "arn:aws:iam::111122223333:role/EMR_DefaultRole",
        "arn:aws-cn:iam::111122223333:role/service-role/EMR_DefaultRole",
    ] {
        let judged = judge(
            &Entry::of::<ServiceRole>(),
            &[],
            &[],
            vec![named(text, "service-role")],
        );
        assert_eq!(judged.verdict, Verdict::Noncompliant, "{text}");
    }
    let allowed = [("default-role", Shape::AtMost(1))];
    let resources = vec![named("EMR_DefaultRole", "service-role")];
    let judged = judge(&Entry::of::<ServiceRole>(), &allowed, &[], resources);
    assert!(judged.left_to_audit);
    assert_eq!(judged.verdict, Verdict::NotApplicable);
}

#[test]
fn another_role_is_judged_by_name_and_the_rest_left_to_audit() {
    let own = [("roles", roles("arn:aws:iam::111122223333:role/emr-service"))];
    for (text, verdict) in [
        ("emr-service", Verdict::NotApplicable),
        (
            "arn:aws:iam::111122223333:role/emr-service",
            Verdict::NotApplicable,
        ),
        (
            "arn:aws:iam::444455556666:role/emr-service",
            Verdict::Noncompliant,
        ),
        ("other", Verdict::Noncompliant),
    ] {
        let judged = judge(
            &Entry::of::<ServiceRole>(),
            &own,
            &[],
            vec![named(text, "service-role")],
        );
        assert_eq!(judged.verdict, verdict, "{text}");
        assert!(judged.left_to_audit);
    }
}

#[test]
fn roles_of_other_uses_are_not_judged() {
    let resources = vec![named("EMR_DefaultRole", "emrfs")];
    let judged = judge(&Entry::of::<ServiceRole>(), &[], &[], resources);
    assert_eq!(judged.verdict, Verdict::NotApplicable);
    assert!(!judged.left_to_audit);
}

fn declared(change: impl FnOnce(&mut Value)) -> Judged {
    let mut body = json!({
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AmazonEMRServicePolicy_v2"],
        "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": "elasticmapreduce.amazonaws.com" },
            "Action": "sts:AssumeRole",
            "Condition": { "StringEquals": { "aws:SourceAccount": { "$unknown": "AWS::AccountId" } } },
        }] },
    });
    change(&mut body);
    let role = resource(ResourceKind::IamRole, Form::CloudFormation, "Role", &body);
    let cluster = json!({ "ServiceRole": { "$ref": "Role" } });
    let cluster = resource(
        ResourceKind::EmrCluster,
        Form::CloudFormation,
        "Cluster",
        &cluster,
    );
    judge(&Entry::of::<ServiceRole>(), &[], &[], vec![role, cluster])
}

#[test]
fn a_declared_role_is_judged_by_its_trust_and_policies() {
    const STATEMENT: &str = "/AssumeRolePolicyDocument/Statement/0";
    assert_eq!(declared(|_| ()).verdict, Verdict::Compliant);
    let set = |pointer: String, value: Value| {
        declared(|body| *body.pointer_mut(&pointer).unwrap() = value).verdict
    };
    for (pointer, value, verdict) in [
        ("Condition", json!({}), Verdict::Noncompliant),
        (
            "Condition",
            json!({ "StringNotEquals": { "aws:SourceAccount": "1" } }),
            Verdict::Noncompliant,
        ),
        (
            "Condition",
            json!({ "$unknown": "C" }),
            Verdict::Indeterminate,
        ),
        ("Principal", json!("*"), Verdict::Noncompliant),
        (
            "Principal",
            json!({ "AWS": "arn:aws:iam::444455556666:root" }),
            Verdict::Noncompliant,
        ),
        (
            "Principal/Service",
            json!(["elasticmapreduce.amazonaws.com", "ec2.amazonaws.com"]),
            Verdict::Noncompliant,
        ),
        (
            "Principal/Service",
            json!({ "$unknown": "S" }),
            Verdict::Indeterminate,
        ),
    ] {
        assert_eq!(
            set(format!("{STATEMENT}/{pointer}"), value.clone()),
            verdict,
            "{pointer} {value}"
        );
    }
    for (arn, verdict) in [
        (
            json!("arn:aws:iam::aws:policy/service-role/AmazonElasticMapReduceRole"),
            Verdict::Noncompliant,
        ),
        (json!({ "$unknown": "Policy" }), Verdict::Indeterminate),
    ] {
        assert_eq!(
            set("/ManagedPolicyArns/0".to_owned(), arn.clone()),
            verdict,
            "{arn}"
        );
    }
}

#[test]
fn a_live_role_whose_policies_were_not_read_is_not_compliant() {
    let mut role = resource(ResourceKind::IamRole, Form::Live, "emr-service", &json!({}));
    role.uses = named("emr-service", "service-role").uses;
    let judged = judge(&Entry::of::<ServiceRole>(), &[], &[], vec![role]);
    assert_eq!(judged.verdict, Verdict::Indeterminate);
}
