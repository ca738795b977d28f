//! What IAM answers about live roles, users, groups and instance profiles.

use super::{Boundary, Held, list_of, managed_policy};
use crate::control::policy::Document;
use crate::observed::{Form, Node, Resource};

impl<'t> Held<'_, 't> {
    pub(super) fn read_live(&mut self, resource: &Resource<'t>, details: Node<'t>) {
        let answer = resource.body.get(DETAILS);
        for node in [answer, details] {
            if let Some(reason) = node.reason() {
                return self.gap(node, Some(reason), "the policies are unknown");
            }
        }
        if details.is_absent() {
            return self.gap(answer, None, "the answer does not hold the principal");
        }
        for list in ["RolePolicyList", "UserPolicyList", "GroupPolicyList"] {
            details
                .get(list)
                .items()
                .for_each(|policy| self.add(policy.get("PolicyDocument")));
        }
        let mut attached: Vec<Node<'t>> = details.get("AttachedManagedPolicies").items().collect();
        for group in list_of(details.get("GroupList")) {
            let found = answer.get("GroupDetailList").items().find(|one| {
                group.as_text().is_some() && one.get("GroupName").as_text() == group.as_text()
            });
            match found {
                Some(found) => {
                    found
                        .get("GroupPolicyList")
                        .items()
                        .for_each(|policy| self.add(policy.get("PolicyDocument")));
                    attached.extend(found.get("AttachedManagedPolicies").items());
                }
                None => self.gap(group, group.reason(), "the policies of a group are unknown"),
            }
        }
        for policy in attached {
            let arn = policy.get("PolicyArn");
            self.attached.push(arn);
            match (live_document(answer, arn), managed_policy(arn)) {
                (Some(document), _) => self.add(document),
                (None, Some(known)) => self.managed.push((arn, known)),
                (None, None) => self.gap(
                    arn,
                    arn.reason(),
                    format!("the managed policy {} is not read", arn.display()),
                ),
            }
        }
        let bound = details.path("PermissionsBoundary/PermissionsBoundaryArn");
        if !bound.is_absent() {
            let found = live_document(answer, bound)
                .map(|node| Boundary::Document(Document::of(node, self.scope)));
            let known = managed_policy(bound).map(Boundary::Managed);
            self.boundary = Some(found.or(known).unwrap_or(Boundary::Unknown));
        }
    }
}

/// The call whose answer holds policies: as a whole, or restricted to one principal, its groups and its policies.
const DETAILS: &str = "iam:GetAccountAuthorizationDetails";

/// The call whose answer says which role an instance profile holds.
const PROFILE: &str = "iam:GetInstanceProfile";

/// Whether a live resource is an instance profile, and nothing else that has its name.
fn is_profile(resource: &Resource<'_>) -> bool {
    let mut uses = resource.uses.iter();
    !resource.uses.is_empty() && uses.all(|used| used.purpose == "instance-profile")
}

/// The role that a live instance profile holds: it holds one at most (IAM API, `AddRoleToInstanceProfile`). Absent when
/// it holds none.
pub fn role_of_profile<'t>(profile: &Resource<'t>) -> Node<'t> {
    let answer = profile.body.get(PROFILE);
    if answer.reason().is_some() {
        return answer;
    }
    let roles = answer.path("InstanceProfile/Roles");
    roles.items().next().unwrap_or_else(|| roles.get("0"))
}

/// The ARN of the role that a live instance profile holds; nothing for anything else.
pub(in crate::control::policy) fn arn_of_role_held<'t>(resource: &Resource<'t>) -> Option<&'t str> {
    let is_it = resource.form == Form::Live && is_profile(resource);
    is_it.then(|| role_of_profile(resource).get("Arn").as_text())?
}

/// What IAM answers about the role that a live instance profile holds.
pub(super) fn details_of_profile<'t>(profile: &Resource<'t>) -> Node<'t> {
    let (answer, role) = (profile.body.get(DETAILS), role_of_profile(profile));
    if answer.reason().is_some() || role.reason().is_some() {
        return if answer.reason().is_some() {
            answer
        } else {
            role
        };
    }
    let arn = role.get("Arn").as_text();
    let mut found = answer.get("RoleDetailList").items();
    found
        .find(|one| arn.is_some() && one.get("Arn").as_text() == arn)
        .unwrap_or_else(|| answer.get("Principal"))
}

/// What IAM answers about a live role, user or group. Absent when the account has none of that name.
pub fn details_of<'t>(resource: &Resource<'t>) -> Node<'t> {
    if is_profile(resource) {
        return details_of_profile(resource);
    }
    let answer = resource.body.get(DETAILS);
    if answer.reason().is_some() {
        return answer;
    }
    let identity = &resource.identity;
    let lists = [
        ("RoleDetailList", "RoleName"),
        ("UserDetailList", "UserName"),
        ("GroupDetailList", "GroupName"),
    ];
    let all = lists
        .into_iter()
        .flat_map(|(list, name)| answer.get(list).items().map(move |item| (item, name)));
    let is_it = |item: Node<'t>, name: &'static str| {
        let text = item.get(name).as_text();
        item.get("Arn")
            .as_text()
            .is_some_and(|arn| identity.arn.as_deref() == Some(arn) || identity.id == arn)
            || identity.arn.is_none()
                && text.is_some_and(|text| {
                    identity.id == text || identity.name.as_deref() == Some(text)
                })
    };
    let mut found = all
        .filter(|(item, name)| is_it(*item, name))
        .map(|(item, _)| item);
    found.next().unwrap_or_else(|| answer.get("Principal"))
}

/// The default version of a managed policy that the answer holds.
fn live_document<'t>(answer: Node<'t>, arn: Node<'t>) -> Option<Node<'t>> {
    let arn = arn.as_text()?;
    let policy = answer
        .get("Policies")
        .items()
        .find(|policy| policy.get("Arn").as_text() == Some(arn))?;
    let versions = policy.get("PolicyVersionList");
    let standing = versions
        .items()
        .find(|version| version.get("IsDefaultVersion").switch() == crate::observed::Switch::On)?;
    Some(standing.get("Document"))
}
