//! The instance profile can do what nodes need, and not more.

use crate::artifact::Statement;
use crate::aws::iam::Principal;
use crate::aws::s3::Location;
use crate::control::policy::{Allowed, Held, role_of_profile};
use crate::control::roles::allows;
use crate::control::settings::{Allowance, Excludes, OneOf, Pattern, RolePattern, settings};
use crate::control::{Conditions, Control, Draft, Meta, Severity, Span, View};
use crate::lattice::Shape;
use crate::observed::{Form, Known, Lookup, Node, Resource, ResourceKind, Scope, named};

#[derive(Debug)]
pub(crate) enum InstanceProfile {}

settings! {
    pub(crate) struct Setting {
        /// The roles that instance profiles may hold, by ARN.
        roles: OneOf<RolePattern>,
        /// Managed policies that the role must not have, by name or ARN.
        denied_policies: Excludes<Pattern> = DENIED_POLICIES,
        /// What the role must not be allowed: an action pattern, or `action on *` for an action on every resource.
        denied_actions: Excludes<Pattern> = DENIED_ACTIONS,
        /// Whether EMR's default profile may stand.
        default_role: Allowance = false,
    }
}

const DENIED_POLICIES: &[&str] = &[
    "AmazonElasticMapReduceforEC2Role",
    "AdministratorAccess",
    "PowerUserAccess",
    "IAMFullAccess",
    "AmazonS3FullAccess",
];
const DENIED_ACTIONS: &[&str] = &[
    "iam:*",
    "elasticmapreduce:*",
    "lakeformation:*",
    "sts:AssumeRole on *",
];
/// Source: EMR Management Guide, *Default IAM roles*.
const DEFAULT: &str = "EMR_EC2_DefaultRole";

impl Control for InstanceProfile {
    const META: &'static Meta = &Meta {
        id: "iam.instance-profile",
        title: "the instance profile can do what nodes need, and not more",
        severity: Severity::High,
        kinds: &[ResourceKind::IamRole],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-6"],
        docs: include_str!("instance_profile.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let role = seen.resource;
        if !named::purposes(role, seen.scope).contains(&"instance-profile") {
            return;
        }
        match role.form {
            // The text names a profile, whose role only IAM can tell.
            Form::Named => {
                if let Some(reason) = role.body.reason() {
                    out.unknown(role.body, reason, "the instance profile is unknown");
                    return;
                }
                let text = role.body.as_text().unwrap_or_default();
                judge_default(want, role.body, text, out);
                out.must_be_of_account(role.body, text, seen.target);
                out.leave_to_audit();
            }
            Form::Live => judge_live(want, role, seen.scope, out),
            Form::CloudFormation | Form::Terraform if role.body.get("Roles").is_set() => {
                judge_profile(want, role, seen.scope, out);
            }
            Form::CloudFormation
            | Form::Terraform
            | Form::Document
            | Form::Request
            | Form::Described => {
                judge_declared(want, role.body, out);
            }
        }
    }

    fn compile(_: &Setting, draft: &mut Draft<'_>) {
        // Keys, objects and roles are written by the controls that ask for them; the log prefix by none.
        let logs = draft.requirements.get("emr.log-destination");
        let Some(Shape::OneOf(sets)) = logs.and_then(|logs| logs.shape("destinations")) else {
            return;
        };
        let prefixes: Vec<String> = sets
            .iter()
            .flatten()
            .filter_map(|text| Location::of(text.as_literal()?))
            .map(|prefix| {
                format!(
                    "{}/*",
                    prefix
                        .arn(draft.target.partition)
                        .trim_end_matches(['/', '*'])
                )
            })
            .collect();
        if !prefixes.is_empty() {
            let write =
                Statement::allow("InstanceProfileWritesLogs", &["s3:PutObject"]).on(prefixes);
            draft.statement("iam/instance-profile", write, None);
        }
    }
}

fn judge_default(want: &Setting, node: Node<'_>, text: &str, out: &mut Conditions) {
    let name = Principal::of(text, "instance-profile").map(|profile| profile.name);
    if !want.default_role && name == Some(DEFAULT) {
        out.failed(
            node,
            format!("`{text}` is the default instance profile of EMR's"),
        )
        .under("default-role")
        .expected("a profile of your own")
        .observed(format!("`{text}`"))
        .fix("create a profile whose role can do what nodes need, and name it");
    }
}

fn judge_live(want: &Setting, profile: &Resource<'_>, scope: &Scope<'_>, out: &mut Conditions) {
    judge_default(want, profile.body, &profile.identity.id, out);
    let role = role_of_profile(profile);
    if let Some(reason) = role.reason() {
        out.unknown(role, reason, "the role of the profile is unknown");
        return;
    }
    let Some(arn) = role.get("Arn").as_text() else {
        out.undecided(
            profile.body,
            "the profile holds no role",
            "add a role to the profile, without which its nodes can do nothing",
        )
        .under("roles");
        return;
    };
    out.must_be_role(role.get("Arn"), arn, &want.roles);
    let held = Held::of_profile(profile, scope);
    out.must_lack_each(held.attached.iter().copied(), &want.denied_policies);
    for gap in &held.gaps {
        match gap.reason {
            Some(reason) => out.unknown(gap.node, reason, gap.what.clone()),
            None => out.undecided(gap.node, gap.what.clone(), "read it in IAM"),
        };
    }
    for denied in &want.denied_actions {
        let denied = denied.to_string();
        let (action, everywhere) = action_of(&denied);
        let (sure, node) = held.allows_all_of(action, everywhere);
        judge_allowed(&denied, sure, node.unwrap_or(role), out);
    }
}

/// A declared profile is judged by its name and by the name of its role; a declared role answers for itself.
fn judge_profile(want: &Setting, profile: &Resource<'_>, scope: &Scope<'_>, out: &mut Conditions) {
    let name = profile.body.get("InstanceProfileName");
    judge_default(want, name, name.as_text().unwrap_or_default(), out);
    for role in named::profile_roles(profile) {
        let reference = role.reference();
        if reference.is_some_and(|(id, _)| {
            matches!(scope.by_id(ResourceKind::IamRole, id), Lookup::Found(_))
        }) {
            out.held();
            continue;
        }
        match role.text() {
            Known::Set(text) => {
                out.must_be_role(role, text, &want.roles);
                out.leave_to_audit();
            }
            Known::Unreadable(reason) => {
                out.unknown(role, reason, "the role of the profile is unknown")
                    .under("roles");
            }
            Known::Absent | Known::Mistyped => {
                out.failed(role, "the role of the profile is not a name");
            }
        }
    }
}

fn judge_declared(want: &Setting, role: Node<'_>, out: &mut Conditions) {
    let name = role.get("RoleName");
    match name.text() {
        Known::Set(text) => {
            judge_default(want, name, text, out);
            out.must_be_role(name, text, &want.roles);
        }
        Known::Unreadable(reason) => {
            out.unknown(name, reason, "the name of the role is unknown")
                .under("roles");
        }
        Known::Absent | Known::Mistyped if want.roles.is_any() => {}
        Known::Absent | Known::Mistyped => {
            out.undecided(
                name,
                "the role is named only when it is created, so whether it is allowed is unknown",
                "write `RoleName`",
            )
            .under("roles");
        }
    }
    out.must_lack_policies(role.get("ManagedPolicyArns"), &want.denied_policies);
    let policies = role.get("Policies");
    if let Some(reason) = policies.reason() {
        out.unknown(policies, reason, "the policies of the role are unknown");
    }
    for policy in policies.items() {
        judge_actions(want, policy.get("PolicyDocument"), out);
    }
    // A customer-managed policy, or one attached elsewhere, is not part of the role's own text.
    out.leave_to_audit();
}

fn judge_actions(want: &Setting, policy: Node<'_>, out: &mut Conditions) {
    for denied in &want.denied_actions {
        let denied = denied.to_string();
        let (action, everywhere) = action_of(&denied);
        let (sure, statement) = allows(policy, action, everywhere);
        judge_allowed(&denied, sure, statement, out);
    }
}

/// The action pattern of a setting, and whether it counts on everything only.
fn action_of(denied: &str) -> (&str, bool) {
    denied
        .strip_suffix(" on *")
        .map_or((denied, false), |action| (action, true))
}

fn judge_allowed(denied: &str, sure: Allowed, statement: Node<'_>, out: &mut Conditions) {
    match sure {
        Allowed::No => out.held(),
        Allowed::Yes => {
            out.failed(statement, format!("a policy of the role allows `{denied}`"))
                .under("denied-actions")
                .expected(format!("no allow of `{denied}`"))
                .fix("allow the single actions and resources that the jobs need");
        }
        Allowed::Perhaps => {
            out.undecided(
                statement,
                format!("whether a policy of the role allows `{denied}` depends on what is not known, or on a condition"),
                "write actions, resources and conditions literally, or leave the action out",
            )
            .under("denied-actions");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::InstanceProfile;
    use crate::control::testing::{judge, resource};
    use crate::control::{Entry, Verdict};
    use crate::observed::{Form, Place, Resource, ResourceKind, Use};
    use serde_json::{Value, json};

    fn verdict(form: Form, body: &Value) -> (Verdict, bool) {
        let mut role = resource(ResourceKind::IamRole, form, "r", body);
        role.uses.push(Use {
            purpose: "instance-profile",
            by: "c".to_owned(),
            place: Place::from(role.body),
        });
        let judged = judge(&Entry::of::<InstanceProfile>(), &[], &[], vec![role]);
        (judged.verdict, judged.left_to_audit)
    }

    #[test]
    fn the_default_profile_is_noncompliant_by_name_alone() {
        for (text, expected) in [
            ("EMR_EC2_DefaultRole", Verdict::Noncompliant),
            (
                "arn:aws:iam::111122223333:instance-profile/EMR_EC2_DefaultRole",
                Verdict::Noncompliant,
            ),
            (
                "arn:aws-cn:iam::111122223333:instance-profile/team/EMR_EC2_DefaultRole",
                Verdict::Noncompliant,
            ),
            ("emr-nodes", Verdict::NotApplicable),
        ] {
            assert_eq!(
                verdict(Form::Named, &json!(text)),
                (expected, true),
                "{text}"
            );
        }
    }

    #[test]
    fn a_profile_of_another_account_is_noncompliant_by_name_alone() {
        let of = |account: &str| format!("arn:aws:iam::{account}:instance-profile/emr-nodes");
        let other = verdict(Form::Named, &json!(of("444455556666")));
        assert_eq!(other, (Verdict::Noncompliant, true));
        let own = verdict(Form::Named, &json!(of("111122223333")));
        assert_eq!(own, (Verdict::NotApplicable, true));
    }

    #[test]
    fn a_declared_role_is_judged_by_its_own_policies() {
        let with = |statement: Value| {
            let policy = json!({ "Version": "2012-10-17", "Statement": [statement] });
            verdict(
                Form::CloudFormation,
                &json!({ "Policies": [{ "PolicyDocument": policy }] }),
            )
            .0
        };
        let on = |action: &str, resource: &str| json!({ "Effect": "Allow", "Action": action, "Resource": resource });
        assert_eq!(with(on("s3:GetObject", "*")), Verdict::Compliant);
        assert_eq!(with(on("iam:*", "*")), Verdict::Noncompliant);
        assert_eq!(with(on("sts:AssumeRole", "*")), Verdict::Noncompliant);
        assert_eq!(
            with(on("sts:AssumeRole", "arn:aws:iam::111122223333:role/emrfs")),
            Verdict::Compliant
        );
        assert_eq!(
            with(json!({ "Effect": "Allow", "Action": { "$ref": "A" }, "Resource": "*" })),
            Verdict::Indeterminate
        );
        let v1 = json!({ "ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AmazonElasticMapReduceforEC2Role"] });
        assert_eq!(verdict(Form::CloudFormation, &v1).0, Verdict::Noncompliant);
    }

    #[test]
    fn the_role_of_a_declared_profile_is_judged_as_what_the_cluster_uses() {
        let policy = json!({ "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*" } });
        let role = json!({ "Policies": [{ "PolicyDocument": policy }] });
        let role = resource(ResourceKind::IamRole, Form::CloudFormation, "Role", &role);
        let profile = json!({ "Roles": [{ "$ref": "Role" }] });
        let profile = Resource {
            type_name: Some("AWS::IAM::InstanceProfile"),
            ..resource(
                ResourceKind::IamRole,
                Form::CloudFormation,
                "Profile",
                &profile,
            )
        };
        let cluster = json!({ "JobFlowRole": { "$ref": "Profile" } });
        let cluster = resource(
            ResourceKind::EmrCluster,
            Form::CloudFormation,
            "Cluster",
            &cluster,
        );
        let entry = Entry::of::<InstanceProfile>();
        let all = vec![role.clone(), profile.clone(), cluster.clone()];
        assert_eq!(judge(&entry, &[], &[], all).verdict, Verdict::Noncompliant);
        let all = vec![profile, role, cluster];
        assert_eq!(judge(&entry, &[], &[], all).verdict, Verdict::Compliant);
    }

    /// A profile whose role has this document, these attached policies and this boundary.
    fn live(document: &Value, attached: &[&str], boundary: Option<&str>) -> Verdict {
        let arn = "arn:aws:iam::111122223333:role/nodes";
        let other = json!({"RoleName": "emr-nodes", "Arn": "arn:aws:iam::111122223333:role/emr-nodes",
            "AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}]});
        let attached: Vec<Value> = attached
            .iter()
            .map(|arn| json!({"PolicyArn": arn}))
            .collect();
        let mut details = json!({"RoleName": "nodes", "Arn": arn, "AttachedManagedPolicies": attached,
            "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": document}]});
        if let Some(boundary) = boundary {
            details["PermissionsBoundary"] = json!({"PermissionsBoundaryArn": boundary});
        }
        let own = json!({"Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]});
        let own = json!({"Arn": "arn:aws:iam::111122223333:policy/own", "PolicyVersionList": [
            {"IsDefaultVersion": false, "Document": {}}, {"IsDefaultVersion": true, "Document": own}]});
        let body = json!({
            "iam:GetInstanceProfile": {"InstanceProfile": {"InstanceProfileName": "emr-nodes",
                "Roles": [{"Arn": arn, "RoleName": "nodes"}]}},
            "iam:GetAccountAuthorizationDetails": {"RoleDetailList": [other, details], "Policies": [own]},
        });
        let mut profile = resource(ResourceKind::IamRole, Form::Live, "emr-nodes", &body);
        profile.uses.push(Use {
            purpose: "instance-profile",
            by: "c".to_owned(),
            place: Place::from(profile.body),
        });
        judge(&Entry::of::<InstanceProfile>(), &[], &[], vec![profile]).verdict
    }

    #[test]
    fn a_live_profile_is_judged_by_what_its_role_may_do() {
        let allow = |action: &str| json!({"Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]});
        let data = allow("s3:GetObject");
        // A role that has the profile's name, and is not in it, is another.
        assert_eq!(live(&data, &[], None), Verdict::Compliant);
        assert_eq!(live(&allow("iam:*"), &[], None), Verdict::Noncompliant);
        assert_eq!(live(&allow("sts:*"), &[], None), Verdict::Noncompliant);
        assert_eq!(
            live(&data, &["arn:aws:iam::aws:policy/AmazonS3FullAccess"], None),
            Verdict::Noncompliant
        );
        assert_eq!(
            live(
                &data,
                &["arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"],
                None
            ),
            Verdict::Compliant
        );
        assert_eq!(
            live(&data, &["arn:aws:iam::aws:policy/Unheard"], None),
            Verdict::Indeterminate
        );
        assert_eq!(
            live(&data, &["arn:aws:iam::111122223333:policy/own"], None),
            Verdict::Noncompliant
        );
        // What the boundary takes away is not allowed; one that is not read may take it away.
        let narrow = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
        assert_eq!(live(&allow("iam:*"), &[], Some(narrow)), Verdict::Compliant);
        let unread = "arn:aws:iam::111122223333:policy/boundary";
        assert_eq!(
            live(&allow("iam:*"), &[], Some(unread)),
            Verdict::Indeterminate
        );
    }

    #[test]
    fn a_live_profile_whose_role_was_not_read_is_not_compliant() {
        assert_eq!(verdict(Form::Live, &json!({})).0, Verdict::Indeterminate);
    }
}
