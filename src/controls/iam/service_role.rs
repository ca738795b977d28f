//! EMR acts with the v2 policy or an own one, never with v1 or the default role.

use crate::artifact::Statement;
use crate::aws::iam::Principal;
use crate::control::policy::details_of;
use crate::control::settings::{
    Allowance, Excludes, OneOf, Pattern, RolePattern, Switch, settings,
};
use crate::control::trust::Trusted;
use crate::control::{Conditions, Control, Draft, Meta, Severity, Span, View};
use crate::observed::{Form, Known, Node, Resource, ResourceKind, named};
use serde_json::json;

#[derive(Debug)]
pub(crate) enum ServiceRole {}

settings! {
    pub(crate) struct Setting {
        /// The roles that EMR may act with, by ARN.
        roles: OneOf<RolePattern>,
        /// Managed policies that the role must not have, by name or ARN.
        denied_policies: Excludes<Pattern> = DENIED,
        /// Whether the trust must be limited to clusters of the account, by `aws:SourceAccount` or `aws:SourceArn`.
        source_condition: Switch = true,
        /// Whether EMR's default roles may stand.
        default_role: Allowance = false,
    }
}

const DENIED: &[&str] = &[
    "AmazonElasticMapReduceRole",
    "AmazonElasticMapReduceFullAccess",
    "AmazonElasticMapReduceReadOnlyAccess",
    "AdministratorAccess",
];
/// Source: EMR Management Guide, *Default IAM roles*.
const DEFAULTS: &[&str] = &["EMR_DefaultRole", "EMR_AutoScaling_DefaultRole"];
/// Who may assume the role: EMR, and for the scaling role the scaling service. The forms of the China regions end in `.cn`.
const TRUSTED: Trusted = Trusted {
    name: "EMR",
    services: &[
        "elasticmapreduce.amazonaws.com",
        "elasticmapreduce.amazonaws.com.cn",
        "application-autoscaling.amazonaws.com",
        "application-autoscaling.amazonaws.com.cn",
    ],
};

impl Control for ServiceRole {
    const META: &'static Meta = &Meta {
        id: "iam.service-role",
        title: "EMR acts with the v2 policy or an own one, never with v1 or the default role",
        severity: Severity::High,
        kinds: &[ResourceKind::IamRole],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-6"],
        docs: include_str!("service_role.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let purposes = named::purposes(seen.resource, seen.scope);
        if !purposes
            .iter()
            .any(|purpose| matches!(*purpose, "service-role" | "autoscaling-role"))
        {
            return;
        }
        let role = seen.resource;
        match role.form {
            Form::Named => {
                judge_name(want, role.body, out);
                // A baseline that lists roles says itself of which account they are.
                if want.roles.is_any() {
                    let text = role.body.as_text().unwrap_or_default();
                    out.must_be_of_account(role.body, text, seen.target);
                }
                out.leave_to_audit();
            }
            Form::Live => judge_live(want, role, out),
            Form::CloudFormation
            | Form::Terraform
            | Form::Document
            | Form::Request
            | Form::Described => {
                let name = role.body.get("RoleName");
                if !name.is_absent() || !want.roles.is_any() {
                    judge_name(want, name, out);
                }
                out.must_lack_policies(role.body.get("ManagedPolicyArns"), &want.denied_policies);
                out.must_trust_only(
                    role.body.get("AssumeRolePolicyDocument"),
                    TRUSTED,
                    want.source_condition.then_some("source-condition"),
                );
            }
        }
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        let name = want.roles.only_one().filter(|text| !text.is_pattern());
        let bound = name.and_then(|text| draft.bound("roles", text));
        let role = bound.as_deref().and_then(Principal::role);
        let file = format!(
            "iam/role-trust/{}",
            role.map_or("service-role", |role| role.name)
        );
        let target = draft.target;
        let source = format!(
            "arn:{}:elasticmapreduce:{}:{}:*",
            target.partition, target.region, target.account
        );
        // Source: EMR Management Guide, *Preventing the confused deputy problem*.
        let trust = Statement::allow("EmrAssumesServiceRole", &["sts:AssumeRole"])
            .by(json!({ "Service": "elasticmapreduce.amazonaws.com" }))
            .when(json!({
                "StringEquals": { "aws:SourceAccount": target.account },
                "ArnLike": { "aws:SourceArn": source },
            }));
        draft.statement(&file, trust, Some("source-condition"));
    }
}

fn judge_live(want: &Setting, role: &Resource<'_>, out: &mut Conditions) {
    let name = role.identity.arn.as_deref().unwrap_or(&role.identity.id);
    judge_text(want, role.body, name, out);
    let details = details_of(role);
    if let Some(reason) = details.reason() {
        out.unknown(details, reason, "the policies of the role are unknown");
        return;
    }
    if !details.is_set() {
        out.undecided(
            role.body,
            format!("the account's roles do not hold `{name}`"),
            "see whether the role was deleted, and observe again",
        );
        return;
    }
    let attached = details.get("AttachedManagedPolicies");
    let attached = attached.items().map(|policy| policy.get("PolicyArn"));
    out.must_lack_each(attached, &want.denied_policies);
    out.must_trust_only(
        details.get("AssumeRolePolicyDocument"),
        TRUSTED,
        want.source_condition.then_some("source-condition"),
    );
}

fn judge_name(want: &Setting, node: Node<'_>, out: &mut Conditions) {
    match node.text() {
        Known::Set(text) => judge_text(want, node, text, out),
        Known::Unreadable(reason) => {
            out.unknown(node, reason, "the name of the role is unknown")
                .under("roles");
        }
        Known::Absent | Known::Mistyped => {
            out.undecided(
                node,
                "the role is named only when it is created, so whether it is allowed is unknown",
                "write `RoleName`",
            )
            .under("roles");
        }
    }
}

fn judge_text(want: &Setting, node: Node<'_>, text: &str, out: &mut Conditions) {
    let name = Principal::role(text).map(|role| role.name);
    if !want.default_role && name.is_some_and(|name| DEFAULTS.contains(&name)) {
        out.failed(node, format!("`{text}` is a default role of EMR's"))
            .under("default-role")
            .expected("a role of your own")
            .observed(format!("`{text}`"))
            .fix("create a role with `AmazonEMRServicePolicy_v2` or a policy of your own, and name it");
        return;
    }
    out.must_be_role(node, text, &want.roles);
}

#[cfg(test)]
mod tests {
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
    fn a_role_of_another_account_is_noncompliant_by_name_alone() {
        for (account, verdict) in [
            ("444455556666", Verdict::Noncompliant),
            ("111122223333", Verdict::NotApplicable),
        ] {
            let role = format!("arn:aws:iam::{account}:role/emr-service");
            let resources = vec![named(&role, "service-role")];
            let judged = judge(&Entry::of::<ServiceRole>(), &[], &[], resources);
            assert_eq!(judged.verdict, verdict, "{role}");
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

    fn live(id: &str, trust: &Value, attached: &[&str]) -> Verdict {
        let attached: Vec<Value> = attached
            .iter()
            .map(|arn| json!({"PolicyArn": arn}))
            .collect();
        let details = json!({"RoleName": "emr-service", "Arn": "arn:aws:iam::111122223333:role/emr-service",
            "AssumeRolePolicyDocument": trust, "AttachedManagedPolicies": attached, "RolePolicyList": []});
        let body = json!({"iam:GetAccountAuthorizationDetails": {"RoleDetailList": [details], "Policies": []}});
        let mut role = resource(ResourceKind::IamRole, Form::Live, id, &body);
        role.uses = named(id, "service-role").uses;
        judge(&Entry::of::<ServiceRole>(), &[], &[], vec![role]).verdict
    }

    #[test]
    fn a_live_role_is_judged_by_its_policies_and_its_trust() {
        let trust = |service: &str, condition: Value| {
            json!({"Statement": [{"Effect": "Allow", "Principal": {"Service": service},
                "Action": "sts:AssumeRole", "Condition": condition}]})
        };
        let of_account = json!({"StringEquals": {"aws:SourceAccount": "111122223333"}});
        let good = trust("elasticmapreduce.amazonaws.com", of_account.clone());
        let v2 = "arn:aws:iam::aws:policy/service-role/AmazonEMRServicePolicy_v2";
        let v1 = "arn:aws:iam::aws:policy/service-role/AmazonElasticMapReduceRole";
        assert_eq!(live("emr-service", &good, &[v2]), Verdict::Compliant);
        let arn = "arn:aws:iam::111122223333:role/emr-service";
        assert_eq!(live(arn, &good, &[v2]), Verdict::Compliant);
        assert_eq!(live("emr-service", &good, &[v2, v1]), Verdict::Noncompliant);
        let other = trust("ec2.amazonaws.com", of_account);
        assert_eq!(live("emr-service", &other, &[v2]), Verdict::Noncompliant);
        let open = trust("elasticmapreduce.amazonaws.com", json!({}));
        assert_eq!(live("emr-service", &open, &[v2]), Verdict::Noncompliant);
        assert_eq!(live("gone", &good, &[v2]), Verdict::Indeterminate);
        assert_eq!(
            live("emr-service", &json!("?"), &[v2]),
            Verdict::Indeterminate
        );
    }

    #[test]
    fn a_live_role_whose_policies_were_not_read_is_not_compliant() {
        let mut role = resource(ResourceKind::IamRole, Form::Live, "emr-service", &json!({}));
        role.uses = named("emr-service", "service-role").uses;
        let judged = judge(&Entry::of::<ServiceRole>(), &[], &[], vec![role]);
        assert_eq!(judged.verdict, Verdict::Indeterminate);
    }
}
