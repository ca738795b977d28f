use super::{Allowed, Document, Held, Limit, Query, Who, list_of, pattern_of};
use crate::aws::policy::Pattern;
use crate::control::testing::{resource, tree};
use crate::observed::{Form, Resource, ResourceKind, Scope};
use serde_json::{Value, json};

fn scope(resources: Vec<Resource<'static>>) -> Scope<'static> {
    let mut scope = Scope::new();
    for one in resources {
        scope.push(one);
    }
    scope
}

fn declared(
    kind: ResourceKind,
    type_name: &'static str,
    id: &str,
    body: &Value,
) -> Resource<'static> {
    let mut one = Resource {
        type_name: Some(type_name),
        ..resource(kind, Form::CloudFormation, id, body)
    };
    let mut identity = (*one.identity).clone();
    identity.name = body
        .get("RoleName")
        .or(body.get("BucketName"))
        .and_then(Value::as_str)
        .map(str::to_owned);
    one.identity = identity.into();
    one
}

fn role(body: &Value) -> Resource<'static> {
    declared(ResourceKind::IamRole, "AWS::IAM::Role", "Role", body)
}

fn allow(action: &str, on: &str) -> Value {
    json!({ "Effect": "Allow", "Action": action, "Resource": on })
}

fn of(statements: &Value) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

fn inline(statements: &Value) -> Value {
    json!({ "Policies": [{ "PolicyName": "p", "PolicyDocument": of(statements) }] })
}

/// How sure it is that what the first of these carries allows an action on anything.
fn allowed(action: &str, on: Option<&str>, resources: Vec<Resource<'static>>) -> Allowed {
    let first = resources[0].clone();
    let scope = scope(resources);
    let on = on.map(Pattern::of);
    let query = Query {
        action,
        on: on.as_ref(),
        limit: &|_, _| Limit::Unknown,
    };
    let held = Held::of(&first, &scope);
    let grants = held
        .grants(&query)
        .into_iter()
        .map(|grant| grant.sure)
        .max();
    let gap = if held.gaps.is_empty() {
        Allowed::No
    } else {
        Allowed::Perhaps
    };
    grants.unwrap_or(Allowed::No).max(gap)
}

#[test]
fn an_allow_counts_after_denies_and_conditions() {
    let ask = |statements: Value| allowed("kms:Decrypt", None, vec![role(&inline(&statements))]);
    let all = allow("kms:*", "*");
    let deny =
        |action: &str, on: &str| json!({ "Effect": "Deny", "Action": action, "Resource": on });
    for (statements, expected) in [
        (json!([all]), Allowed::Yes),
        (json!(all), Allowed::Yes),
        (json!([allow("KMS:decrypt", "*")]), Allowed::Yes),
        (json!([allow("kms:Encrypt", "*")]), Allowed::No),
        (
            json!([{ "Effect": "Allow", "NotAction": "iam:*", "Resource": "*" }]),
            Allowed::Yes,
        ),
        (
            json!([{ "Effect": "Allow", "NotAction": "kms:*", "Resource": "*" }]),
            Allowed::No,
        ),
        (json!([all, deny("kms:Decrypt", "*")]), Allowed::No),
        (
            json!([all, deny("kms:Decrypt", "arn:aws:kms:us-west-2:1:key/a")]),
            Allowed::Yes,
        ),
        (
            json!([all, { "Effect": "Deny", "Action": "kms:*", "Resource": "*", "Condition": { "Bool": { "aws:SecureTransport": false } } }]),
            Allowed::Yes,
        ),
        (
            json!([all, { "Effect": "Deny", "Action": "kms:*", "Resource": "*", "Condition": { "Null": { "aws:x": "true" } } }]),
            Allowed::Perhaps,
        ),
        (
            json!([{ "Effect": "Allow", "Action": "kms:*", "Resource": "*", "Condition": { "Bool": { "aws:x": "true" } } }]),
            Allowed::Perhaps,
        ),
        (
            json!([{ "Effect": { "$unknown": "E" }, "Action": "kms:*", "Resource": "*" }]),
            Allowed::Perhaps,
        ),
        (
            json!([{ "Effect": "Allow", "Action": { "$unknown": "A" }, "Resource": "*" }]),
            Allowed::Perhaps,
        ),
        (json!({ "$unknown": "S" }), Allowed::Perhaps),
        (json!("not a list"), Allowed::Perhaps),
        (json!([]), Allowed::No),
    ] {
        assert_eq!(ask(statements.clone()), expected, "{statements}");
    }
}

#[test]
fn a_resource_is_reached_by_pattern_by_reference_or_perhaps() {
    let bucket = declared(
        ResourceKind::S3Bucket,
        "AWS::S3::Bucket",
        "Logs",
        &json!({}),
    );
    let ask = |on: Value| {
        let statement = json!([{ "Effect": "Allow", "Action": "s3:GetObject", "Resource": on }]);
        allowed(
            "s3:GetObject",
            Some("arn:aws:s3:::governed/*"),
            vec![role(&inline(&statement)), bucket.clone()],
        )
    };
    for (on, expected) in [
        (json!("*"), Allowed::Yes),
        (json!("arn:aws:s3:::governed/*"), Allowed::Yes),
        (json!("arn:aws:s3:::governed/sub/*"), Allowed::Yes),
        (json!("arn:aws:s3:::other/*"), Allowed::No),
        (
            json!(["arn:aws:s3:::other/*", "arn:aws:s3:::gov*"]),
            Allowed::Yes,
        ),
        (
            json!({ "$sub": [{ "$attribute": ["Logs", "Arn"] }, "/*"] }),
            Allowed::Perhaps,
        ),
        (
            json!({ "$sub": ["arn:aws:kms:::", { "$ref": "Logs" }] }),
            Allowed::No,
        ),
    ] {
        assert_eq!(ask(on.clone()), expected, "{on}");
    }
}

#[test]
fn policies_that_are_declared_apart_are_carried_too() {
    let ask = |type_name: &'static str, body: Value, own: Value| {
        allowed(
            "iam:PassRole",
            None,
            vec![
                role(&own),
                declared(ResourceKind::IamRole, type_name, "P", &body),
            ],
        )
    };
    let all = of(&json!([allow("*", "*")]));
    let named = json!({ "RoleName": "emr" });
    for (type_name, body, own, expected) in [
        (
            "AWS::IAM::Policy",
            json!({ "PolicyDocument": all, "Roles": [{ "$ref": "Role" }] }),
            json!({}),
            Allowed::Yes,
        ),
        (
            "AWS::IAM::Policy",
            json!({ "PolicyDocument": all, "Roles": ["emr"] }),
            named.clone(),
            Allowed::Yes,
        ),
        (
            "AWS::IAM::Policy",
            json!({ "PolicyDocument": all, "Roles": ["other"] }),
            named.clone(),
            Allowed::No,
        ),
        (
            "AWS::IAM::RolePolicy",
            json!({ "PolicyDocument": all, "RoleName": { "$ref": "Role" } }),
            json!({}),
            Allowed::Yes,
        ),
        (
            "AWS::IAM::ManagedPolicy",
            json!({ "PolicyDocument": all }),
            json!({ "ManagedPolicyArns": [{ "$ref": "P" }] }),
            Allowed::Yes,
        ),
        (
            "AWS::IAM::ManagedPolicy",
            json!({ "PolicyDocument": all }),
            json!({}),
            Allowed::No,
        ),
    ] {
        assert_eq!(
            ask(type_name, body.clone(), own),
            expected,
            "{type_name} {body}"
        );
    }
}

#[test]
fn a_managed_policy_is_known_by_name_or_not_at_all() {
    let ask = |arn: Value| {
        allowed(
            "iam:PassRole",
            None,
            vec![role(&json!({ "ManagedPolicyArns": [arn] }))],
        )
    };
    assert_eq!(
        ask(json!("arn:aws:iam::aws:policy/AdministratorAccess")),
        Allowed::Yes
    );
    assert_eq!(
        ask(json!(
            "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
        )),
        Allowed::No
    );
    assert_eq!(
        ask(
            json!({ "$sub": ["arn:", { "$unknown": "P" }, ":iam::aws:policy/AdministratorAccess"] })
        ),
        Allowed::Yes
    );
    assert_eq!(
        ask(json!("arn:aws:iam::aws:policy/Other")),
        Allowed::Perhaps
    );
    assert_eq!(ask(json!({ "$unknown": "Arn" })), Allowed::Perhaps);
}

#[test]
fn a_boundary_takes_away_what_it_does_not_allow() {
    let ask = |boundary: Value, action: &str| {
        let mut body = inline(&json!([allow("*", "*")]));
        body["PermissionsBoundary"] = boundary;
        let policy = json!({ "PolicyDocument": of(&json!([allow("s3:*", "*")])) });
        let policy = declared(
            ResourceKind::IamRole,
            "AWS::IAM::ManagedPolicy",
            "B",
            &policy,
        );
        allowed(action, None, vec![role(&body), policy])
    };
    assert_eq!(ask(json!({ "$ref": "B" }), "s3:GetObject"), Allowed::Yes);
    assert_eq!(ask(json!({ "$ref": "B" }), "kms:Decrypt"), Allowed::No);
    assert_eq!(
        ask(json!("arn:aws:iam::111122223333:policy/b"), "kms:Decrypt"),
        Allowed::Perhaps
    );
}

#[test]
fn live_policies_are_those_of_the_answer() {
    let answer = |default: bool| {
        json!({ "iam:GetAccountAuthorizationDetails": {
            "RoleDetailList": [
                { "RoleName": "other", "Arn": "arn:aws:iam::1:role/other", "RolePolicyList": [{ "PolicyDocument": of(&json!([allow("*", "*")])) }] },
                { "RoleName": "emr", "Arn": "arn:aws:iam::1:role/emr", "AttachedManagedPolicies": [{ "PolicyName": "own", "PolicyArn": "arn:aws:iam::1:policy/own" }] },
            ],
            "Policies": [{ "Arn": "arn:aws:iam::1:policy/own", "PolicyVersionList": [{ "IsDefaultVersion": default, "Document": of(&json!([allow("kms:*", "*")])) }] }],
        } })
    };
    let ask = |body: &Value, id: &str, action: &str| {
        allowed(
            action,
            None,
            vec![resource(ResourceKind::IamRole, Form::Live, id, body)],
        )
    };
    assert_eq!(ask(&answer(true), "emr", "kms:Decrypt"), Allowed::Yes);
    assert_eq!(ask(&answer(true), "emr", "s3:GetObject"), Allowed::No);
    assert_eq!(ask(&answer(false), "emr", "kms:Decrypt"), Allowed::Perhaps);
    assert_eq!(
        ask(&answer(true), "missing", "kms:Decrypt"),
        Allowed::Perhaps
    );
    assert_eq!(
        ask(&json!({ "$open": "x" }), "emr", "kms:Decrypt"),
        Allowed::Perhaps
    );
}

#[test]
fn principals_are_told_apart() {
    let scope = scope(vec![role(&json!({ "RoleName": "emr" }))]);
    let who = |principal: Value| {
        let policy = of(&json!([{ "Effect": "Allow", "Principal": principal, "Action": "*" }]));
        let node = tree(&policy).root();
        let list = Document::of(node, &scope).statements()[0].principals().list;
        list.into_iter()
            .map(|one| one.who.display())
            .collect::<Vec<_>>()
            .join(", ")
    };
    for (principal, expected) in [
        (json!("*"), "everybody"),
        (json!({ "AWS": "*" }), "everybody"),
        (
            json!({ "AWS": ["111122223333", "arn:aws-cn:iam::444455556666:root"] }),
            "account `111122223333`, account `444455556666`",
        ),
        (
            json!({ "AWS": { "$sub": ["arn:aws:iam::", { "$unknown": "A" }, ":root"] } }),
            "account `${parameter A}`",
        ),
        (
            json!({ "AWS": { "$attribute": ["Role", "Arn"] } }),
            "`arn:…:iam::${AWS::AccountId}:role/emr`",
        ),
        (
            json!({ "AWS": "AROA1234567890" }),
            "deleted principal `AROA1234567890`",
        ),
        (
            json!({ "Service": "ec2.amazonaws.com", "AWS": { "$unknown": "P" } }),
            "an unknown principal, service `ec2.amazonaws.com`",
        ),
        (json!({ "$unknown": "P" }), "an unknown principal"),
    ] {
        let mut read: Vec<String> = who(principal.clone())
            .split(", ")
            .map(str::to_owned)
            .collect();
        read.sort();
        let mut expected: Vec<String> = expected.split(", ").map(str::to_owned).collect();
        expected.sort();
        assert_eq!(read, expected, "{principal}");
    }
}

#[test]
fn a_policy_of_a_resource_lets_in_whom_no_deny_takes_out() {
    let scope = Scope::new();
    let openings = |statements: Value| {
        let node = tree(&of(&statements)).root();
        let found = Document::of(node, &scope).openings(&["s3:GetObject"], None);
        found
            .into_iter()
            .map(|one| (one.principal.who, one.sure))
            .collect::<Vec<_>>()
    };
    let allow =
        json!({ "Effect": "Allow", "Principal": "*", "Action": "s3:Get*", "Resource": "*" });
    let deny = json!({ "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*" });
    assert_eq!(openings(json!([allow])), [(Who::Anyone, Allowed::Yes)]);
    assert_eq!(openings(json!([allow, deny])), []);
    let mut some = deny.clone();
    some["Condition"] = json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-1" } });
    assert_eq!(
        openings(json!([allow, some])),
        [(Who::Anyone, Allowed::Perhaps)]
    );
    some["Condition"] = json!({ "Bool": { "aws:SecureTransport": "false" } });
    assert_eq!(
        openings(json!([allow, some])),
        [(Who::Anyone, Allowed::Yes)]
    );
}

#[test]
fn a_condition_closes_by_account_by_organisation_or_not() {
    let scope = Scope::new();
    let ours = |account: &Pattern| match account.literal().as_deref() {
        Some("111122223333") => Limit::Closed,
        Some(_) => Limit::Open,
        None if account.is_wild() => Limit::Open,
        None => Limit::Unknown,
    };
    let limit = |condition: Value| {
        let policy = of(
            &json!([{ "Effect": "Allow", "Principal": "*", "Action": "*", "Condition": condition }]),
        );
        let document = Document::of(tree(&policy).root(), &scope);
        document.statements()[0].limit(|test| test.closes_to(&scope, ours))
    };
    for (condition, expected) in [
        (json!({}), Limit::Open),
        (
            json!({ "StringEquals": { "AWS:PrincipalAccount": "111122223333" } }),
            Limit::Closed,
        ),
        (
            json!({ "StringEquals": { "aws:PrincipalAccount": ["111122223333", "444455556666"] } }),
            Limit::Open,
        ),
        (
            json!({ "StringNotEquals": { "aws:PrincipalAccount": "111122223333" } }),
            Limit::Open,
        ),
        (
            json!({ "StringEqualsIfExists": { "aws:PrincipalAccount": "111122223333" } }),
            Limit::Open,
        ),
        (
            json!({ "ForAllValues:StringEquals": { "aws:PrincipalAccount": "111122223333" } }),
            Limit::Open,
        ),
        (
            json!({ "StringLike": { "aws:PrincipalAccount": "*" } }),
            Limit::Open,
        ),
        (
            json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::111122223333:role/*" } }),
            Limit::Closed,
        ),
        (
            json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::*:role/x" } }),
            Limit::Open,
        ),
        (
            json!({ "StringEquals": { "aws:PrincipalOrgID": "o-1" } }),
            Limit::Closed,
        ),
        (
            json!({ "StringLike": { "aws:PrincipalOrgID": "*" } }),
            Limit::Open,
        ),
        (
            json!({ "Bool": { "aws:SecureTransport": "true" } }),
            Limit::Open,
        ),
        (
            json!({ "StringEquals": { "aws:something": "x" } }),
            Limit::Unknown,
        ),
        (
            json!({ "StringEquals": { "aws:something": "x", "aws:PrincipalOrgID": "o-1" } }),
            Limit::Closed,
        ),
        (json!({ "$unknown": "C" }), Limit::Unknown),
        (
            json!({ "StringEquals": { "aws:PrincipalAccount": { "$unknown": "A" } } }),
            Limit::Unknown,
        ),
    ] {
        assert_eq!(limit(condition.clone()), expected, "{condition}");
    }
}

#[test]
fn a_list_may_be_one() {
    let one = tree(&json!({ "a": "x", "b": ["x", "y"], "c": null })).root();
    assert_eq!(list_of(one.get("a")).len(), 1);
    assert_eq!(list_of(one.get("b")).len(), 2);
    assert_eq!(list_of(one.get("c")).len() + list_of(one.get("d")).len(), 0);
    assert_eq!(
        pattern_of(one.get("a"), &Scope::new()).literal().as_deref(),
        Some("x")
    );
}
