use super::ExecutionRoles;
use crate::control::testing::{Judged, judge, one_of, resource};
use crate::control::{Entry, Verdict};
use crate::lattice::Shape;
use crate::observed::{Form, ResourceKind};
use serde_json::{Value, json};

const ENTRY: Entry = Entry::of::<ExecutionRoles>();
const PROVIDER: &str = "oidc.eks.us-west-2.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE";

fn judged(name: &str, statement: &Value, settings: &[(&str, Shape)]) -> Judged {
    let trust = json!({ "AssumeRolePolicyDocument": { "Statement": statement } });
    let mut role = resource(ResourceKind::IamRole, Form::CloudFormation, name, &trust);
    role.type_name = Some("AWS::IAM::Role");
    judge(&ENTRY, settings, &[], vec![role])
}

fn web(operator: &str, subject: &Value) -> Value {
    let key = format!("{PROVIDER}:sub");
    json!([{ "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": { "Federated": format!("arn:aws:iam::111122223333:oidc-provider/{PROVIDER}") },
        "Condition": { operator: { key: subject } } }])
}

fn settings() -> Vec<(&'static str, Shape)> {
    vec![
        (
            "roles",
            one_of(&["arn:aws:iam::111122223333:role/emr-eks-*"]),
        ),
        ("namespaces", one_of(&["spark"])),
    ]
}

#[test]
fn a_role_of_one_namespace_is_compliant() {
    let account = json!("system:serviceaccount:spark:emr-containers-sa-*-*-111122223333-abc");
    let found = judged("emr-eks-etl", &web("StringLike", &account), &settings());
    assert_eq!(found.verdict, Verdict::Compliant, "{:?}", found.messages);
}

#[test]
fn whoever_else_may_come_is_noncompliant() {
    for subject in [
        json!("system:serviceaccount:*:emr-containers-sa-*"),
        json!("system:serviceaccount:other:emr-containers-sa-*"),
        json!("system:serviceaccount:spark:*"),
        json!("system:serviceaccount:spark:default"),
        json!("*"),
        json!([
            "system:serviceaccount:spark:emr-containers-sa-*",
            "system:serviceaccount:*:emr-containers-sa-*"
        ]),
    ] {
        let found = judged("emr-eks-etl", &web("StringLike", &subject), &settings());
        assert_eq!(found.verdict, Verdict::Noncompliant, "{subject}");
    }
    let good = json!("system:serviceaccount:spark:emr-containers-sa-*");
    for operator in [
        "StringLikeIfExists",
        "StringNotLike",
        "ForAllValues:StringLike",
    ] {
        let found = judged("emr-eks-etl", &web(operator, &good), &settings());
        assert_eq!(found.verdict, Verdict::Noncompliant, "{operator}");
    }
    let mut without = web("StringLike", &good);
    without[0]["Condition"] = json!({});
    assert_eq!(
        judged("emr-eks-etl", &without, &settings()).verdict,
        Verdict::Noncompliant
    );
    for principal in [
        json!({ "Federated": "accounts.google.com" }),
        json!({ "AWS": "arn:aws:iam::111122223333:root" }),
        json!({ "Service": "ec2.amazonaws.com" }),
        json!("*"),
    ] {
        let mut other = web("StringLike", &good);
        other[0]["Action"] = json!(["sts:AssumeRoleWithWebIdentity", "sts:AssumeRole"]);
        other[0]["Principal"] = principal.clone();
        let found = judged("emr-eks-etl", &other, &settings());
        assert_eq!(found.verdict, Verdict::Noncompliant, "{principal}");
    }
    assert_eq!(
        judged("emr-eks-etl", &json!([]), &settings()).verdict,
        Verdict::Noncompliant
    );
}

#[test]
fn a_role_that_trusts_service_accounts_of_emr_must_be_listed() {
    let good = web(
        "StringLike",
        &json!("system:serviceaccount:spark:emr-containers-sa-*"),
    );
    assert_eq!(
        judged("mine", &good, &settings()).verdict,
        Verdict::Noncompliant
    );
    assert_eq!(judged("mine", &good, &[]).verdict, Verdict::Compliant);
    let other = web("StringLike", &json!("system:serviceaccount:web:shop"));
    assert_eq!(
        judged("shop", &other, &settings()).verdict,
        Verdict::NotApplicable
    );
    let ec2 = json!([{ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": "ec2.amazonaws.com" } }]);
    assert_eq!(
        judged("nodes", &ec2, &settings()).verdict,
        Verdict::NotApplicable
    );
}

#[test]
fn what_is_not_known_is_unknown() {
    for statement in [
        web("StringLike", &json!({ "$unknown": "Subject" })),
        web(
            "StringLike",
            &json!({ "$sub": ["system:serviceaccount:", { "$unknown": "Namespace" }, ":emr-containers-sa-*"] }),
        ),
        json!({ "$unknown": "Trust" }),
    ] {
        let found = judged("emr-eks-etl", &statement, &settings());
        assert_eq!(found.verdict, Verdict::Indeterminate, "{statement}");
    }
    let mut provider = web(
        "StringLike",
        &json!("system:serviceaccount:spark:emr-containers-sa-*"),
    );
    provider[0]["Principal"] = json!({ "Federated": { "$unknown": "Provider" } });
    // No other provider sets the condition's key.
    assert_eq!(
        judged("emr-eks-etl", &provider, &settings()).verdict,
        Verdict::Compliant
    );
}

#[test]
fn pod_identity_needs_tags_and_a_source() {
    let pods = |actions: Value, condition: Value| json!([{ "Effect": "Allow", "Action": actions, "Principal": { "Service": "pods.eks.amazonaws.com" }, "Condition": condition }]);
    let both = json!(["sts:AssumeRole", "sts:TagSession"]);
    let source = json!({ "StringEquals": { "aws:SourceAccount": "111122223333" } });
    for (statement, expected) in [
        (pods(both.clone(), source.clone()), Verdict::Compliant),
        (
            pods(json!("sts:AssumeRole"), source.clone()),
            Verdict::Noncompliant,
        ),
        (pods(both.clone(), json!({})), Verdict::Noncompliant),
        (
            pods(both, json!({ "$unknown": "C" })),
            Verdict::Indeterminate,
        ),
    ] {
        let found = judged("emr-eks-etl", &statement, &settings());
        assert_eq!(found.verdict, expected, "{statement}");
    }
}

#[test]
fn live_the_associations_tell_the_namespaces() {
    let judged = |associations: Option<Value>| {
        let trust = json!({ "Statement": [{ "Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Principal": { "Service": "pods.eks.amazonaws.com" },
            "Condition": { "StringEquals": { "aws:SourceAccount": "111122223333" } } }] });
        let mut body = json!({ "iam:GetAccountAuthorizationDetails": { "RoleDetailList": [
            { "RoleName": "emr-eks-etl", "Arn": "arn:aws:iam::111122223333:role/emr-eks-etl", "AssumeRolePolicyDocument": trust }] } });
        if let Some(associations) = associations {
            body["eks:ListPodIdentityAssociations"] = associations;
        }
        let role = resource(ResourceKind::IamRole, Form::Live, "emr-eks-etl", &body);
        judge(&ENTRY, &settings(), &[], vec![role]).verdict
    };
    let of = |namespace: &str| json!({ "associations": [{ "namespace": namespace, "serviceAccount": "emr-containers-sa-spark" }] });
    assert_eq!(judged(Some(of("spark"))), Verdict::Compliant);
    assert_eq!(judged(Some(of("web"))), Verdict::Noncompliant);
    assert_eq!(judged(None), Verdict::Indeterminate);
}
