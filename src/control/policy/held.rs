//! The policies that a role, user or group carries, and what they allow together.

mod live;

pub(super) use live::arn_of_role_held;
pub use live::{details_of, role_of_profile};

use super::text::{list_of, pattern_of};
use super::{Allowed, Document, Effect, Limit, Statement, Test};
use crate::aws::managed_policy::{self, Managed};
use crate::aws::policy::{Pattern, Reach};
use crate::control::roles::allows;
use crate::observed::{Form, Identity, Node, Reason, Resource, ResourceKind, Scope, Word};

/// Types of policies that are declared apart from what carries them, each with the members that name the carriers.
/// Source: CloudFormation Template Reference, *AWS IAM*.
const APART: &[(&str, &[&str])] = &[
    ("AWS::IAM::Policy", &["Roles", "Users", "Groups"]),
    ("AWS::IAM::ManagedPolicy", &["Roles", "Users", "Groups"]),
    ("AWS::IAM::RolePolicy", &["RoleName"]),
    ("AWS::IAM::UserPolicy", &["UserName"]),
    ("AWS::IAM::GroupPolicy", &["GroupName"]),
];

/// Whether a resource of kind `iam-role` is a policy that is declared apart.
pub fn is_policy(resource: &Resource<'_>) -> bool {
    APART.iter().any(|(name, _)| resource.is_a(name))
}

/// Whether a resource of kind `iam-role` may act: it is neither a policy nor an instance profile.
pub fn is_principal(resource: &Resource<'_>) -> bool {
    resource.kind() == ResourceKind::IamRole
        && !is_policy(resource)
        && !resource.is_a("AWS::IAM::InstanceProfile")
}

/// A part of what is carried that is not known.
#[derive(Clone, Debug)]
pub struct Gap<'t> {
    /// Where.
    pub node: Node<'t>,
    /// Why, where the value itself is unknown.
    pub reason: Option<&'t Reason>,
    /// What is not known, for a message.
    pub what: String,
}

/// What bounds the policies.
#[derive(Debug)]
enum Boundary<'a, 't> {
    Document(Document<'a, 't>),
    Managed(&'static Managed),
    Unknown,
}

/// The policies that a role, user or group carries; or those of one policy that is declared apart.
#[derive(Debug)]
pub struct Held<'a, 't> {
    /// The documents, wherever they are declared.
    pub documents: Vec<Document<'a, 't>>,
    /// Well-known managed policies of AWS's.
    pub managed: Vec<(Node<'t>, &'static Managed)>,
    /// What is not known.
    pub gaps: Vec<Gap<'t>>,
    /// The ARNs of all managed policies that are attached to a live one, whether or not they are read.
    pub attached: Vec<Node<'t>>,
    /// Names of what carries a policy that is declared apart. Nothing for a role.
    pub carriers: Vec<Node<'t>>,
    boundary: Option<Boundary<'a, 't>>,
    scope: &'a Scope<'t>,
}

/// What is asked of policies.
pub struct Query<'q, 't> {
    /// An action, or a pattern of actions of which any part counts.
    pub action: &'q str,
    /// On what; on anything, without one.
    pub on: Option<&'q Pattern>,
    /// Whether a test of a condition closes an allow as far as the asker is concerned.
    pub limit: &'q dyn Fn(&Statement<'_, 't>, &Test<'t>) -> Limit,
}

impl std::fmt::Debug for Query<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Query")
            .field("action", &self.action)
            .field("on", &self.on)
            .finish_non_exhaustive()
    }
}

/// An allow, and how sure it is.
#[derive(Clone, Debug)]
pub struct Grant<'a, 't> {
    /// The statement, or the managed policy.
    pub node: Node<'t>,
    /// The statement; none for a managed policy of AWS's, which allows on everything.
    pub statement: Option<Statement<'a, 't>>,
    /// How sure it is: never [`Allowed::No`].
    pub sure: Allowed,
    /// Which it is, for a message.
    pub label: String,
}

impl<'a, 't> Held<'a, 't> {
    fn nothing(scope: &'a Scope<'t>) -> Self {
        Self {
            documents: Vec::new(),
            managed: Vec::new(),
            gaps: Vec::new(),
            attached: Vec::new(),
            carriers: Vec::new(),
            boundary: None,
            scope,
        }
    }

    /// What the role of a live instance profile carries.
    pub fn of_profile(profile: &Resource<'t>, scope: &'a Scope<'t>) -> Self {
        let mut held = Self::nothing(scope);
        held.read_live(profile, live::details_of_profile(profile));
        held
    }

    /// What a resource of kind `iam-role` carries.
    pub fn of(resource: &Resource<'t>, scope: &'a Scope<'t>) -> Self {
        let mut held = Self::nothing(scope);
        if resource.form == Form::Live {
            held.read_live(resource, details_of(resource));
        } else if is_policy(resource) {
            held.add(resource.body.get("PolicyDocument"));
            held.carriers = carriers(resource.type_name, resource.body);
        } else {
            held.read_declared(resource);
        }
        held
    }

    fn read_declared(&mut self, resource: &Resource<'t>) {
        let body = resource.body;
        if let Some(reason) = body.get("Policies").reason() {
            self.gap(
                body.get("Policies"),
                Some(reason),
                "the policies are unknown",
            );
        }
        for policy in body.get("Policies").items() {
            self.add(policy.get("PolicyDocument"));
        }
        for arn in list_of(body.get("ManagedPolicyArns")) {
            self.add_managed(arn);
        }
        for (type_name, policy) in carried_by(self.scope, &resource.identity) {
            if carriers(Some(type_name), policy)
                .into_iter()
                .any(|name| resource.identity.is_named_by(name))
            {
                self.add(policy.get("PolicyDocument"));
            }
        }
        for group in list_of(body.get("Groups"))
            .into_iter()
            .filter(|_| resource.is_a("AWS::IAM::User"))
        {
            let mut found = self.scope.named_by(ResourceKind::IamRole, group);
            let found = found.find(|one| one.is_a("AWS::IAM::Group"));
            match found {
                Some(found) => {
                    let found = found.clone();
                    self.read_declared(&found);
                }
                None => self.gap(group, group.reason(), "the policies of a group are unknown"),
            }
        }
        let bound = body.get("PermissionsBoundary");
        if !bound.is_absent() {
            self.boundary = Some(self.boundary_of(bound));
        }
    }

    fn add(&mut self, node: Node<'t>) {
        let document = Document::of(node, self.scope);
        if let Some((node, reason)) = document.trouble() {
            self.gap(node, reason, "a policy is unknown");
        }
        self.documents.push(document);
    }

    fn gap(&mut self, node: Node<'t>, reason: Option<&'t Reason>, what: impl Into<String>) {
        self.gaps.push(Gap {
            node,
            reason,
            what: what.into(),
        });
    }

    fn declared_policy(&self, arn: Node<'t>) -> Option<Node<'t>> {
        let wanted = arn.reference().map(|(id, _)| id);
        let name = arn.as_text();
        declared_apart(self.scope, wanted, name)
            .find(|(id, body)| {
                Some(*id) == wanted
                    || name
                        .zip(body.get("ManagedPolicyName").as_text())
                        .is_some_and(|(arn, own)| {
                            arn.contains(":policy/")
                                && !arn.contains(":aws:policy/")
                                && arn.rsplit('/').next() == Some(own)
                        })
            })
            .map(|(_, body)| body.get("PolicyDocument"))
    }

    fn add_managed(&mut self, arn: Node<'t>) {
        let known = managed_policy(arn);
        if let Some(known) = known {
            self.managed.push((arn, known));
        } else if let Some(document) = self.declared_policy(arn) {
            self.add(document);
        } else {
            let what = format!("the managed policy {} is not read", arn.display());
            self.gap(arn, arn.reason(), what);
        }
    }

    fn boundary_of(&self, arn: Node<'t>) -> Boundary<'a, 't> {
        if let Some(known) = managed_policy(arn) {
            return Boundary::Managed(known);
        }
        self.declared_policy(arn).map_or(Boundary::Unknown, |node| {
            Boundary::Document(Document::of(node, self.scope))
        })
    }

    /// The allows that answer a query, after denies and the boundary. What [`Self::gaps`] hold is not among them.
    pub fn grants(&self, query: &Query<'_, 't>) -> Vec<Grant<'a, 't>> {
        let ceiling = self.ceiling(query);
        if ceiling == Allowed::No {
            return Vec::new();
        }
        let mut grants = Vec::new();
        for statement in self.statements() {
            let limit = statement.limit(|test| (query.limit)(&statement, test));
            let limited = match limit {
                Limit::Closed => continue,
                Limit::Unknown => Allowed::Perhaps,
                Limit::Open => Allowed::Yes,
            };
            let sure = statement
                .allows(&[query.action], query.on)
                .min(limited)
                .min(ceiling);
            if sure > Allowed::No {
                grants.push(Grant {
                    node: statement.node,
                    statement: Some(statement),
                    sure,
                    label: statement.label(),
                });
            }
        }
        for (node, managed) in &self.managed {
            let sure = Allowed::from(managed.action(query.action)).min(ceiling);
            if sure > Allowed::No {
                grants.push(Grant {
                    node: *node,
                    statement: None,
                    sure,
                    label: format!("the managed policy `{}`", managed.name),
                });
            }
        }
        grants
    }

    fn statements(&self) -> impl Iterator<Item = Statement<'a, 't>> + use<'_, 'a, 't> {
        self.documents.iter().flat_map(Document::statements)
    }

    /// Whether all of an action pattern is allowed, on everything when `everywhere` is asked, after denies and the
    /// boundary; and what allows it. What [`Self::gaps`] hold is not among it.
    pub fn allows_all_of(&self, action: &str, everywhere: bool) -> (Allowed, Option<Node<'t>>) {
        let everything = Pattern::of("*");
        let ceiling = self.ceiling(&Query {
            action,
            on: everywhere.then_some(&everything),
            limit: &|_, _| Limit::Open,
        });
        let documents = self.documents.iter();
        let documents = documents.map(|document| allows(document.node, action, everywhere));
        let managed = self.managed.iter();
        let managed = managed.map(|(node, managed)| (managed.all_of(action).into(), *node));
        let each = documents.chain(managed);
        let each = each.map(|(sure, node): (Allowed, Node<'t>)| (sure.min(ceiling), Some(node)));
        each.fold(
            (Allowed::No, None),
            |most, one| {
                if one.0 > most.0 { one } else { most }
            },
        )
    }

    /// What denies and the boundary leave.
    fn ceiling(&self, query: &Query<'_, 't>) -> Allowed {
        let everything = Pattern::of("*");
        let on = query.on.unwrap_or(&everything);
        let denies = self.statements().map(|statement| {
            let reach = statement.action(query.action).min(statement.resource(on));
            match (statement.effect(), reach, statement.tests()) {
                (Effect::Deny, Reach::All, Ok(tests)) if tests.is_empty() => Allowed::No,
                (Effect::Deny, Reach::All, Ok(tests)) if tests.iter().any(Test::is_plain_http) => {
                    Allowed::Yes
                }
                (Effect::Deny | Effect::Unknown, Reach::All | Reach::Perhaps, _) => {
                    Allowed::Perhaps
                }
                _ => Allowed::Yes,
            }
        });
        let denies = denies.min().unwrap_or(Allowed::Yes);
        let boundary = match &self.boundary {
            None => Allowed::Yes,
            Some(Boundary::Unknown) => Allowed::Perhaps,
            Some(Boundary::Managed(managed)) => managed.action(query.action).into(),
            Some(Boundary::Document(document)) if document.trouble().is_some() => Allowed::Perhaps,
            Some(Boundary::Document(document)) => {
                let each = document.statements().into_iter().map(|statement| {
                    let free = matches!(statement.tests(), Ok(tests) if tests.is_empty());
                    let sure = statement.allows(&[query.action], query.on);
                    if free {
                        sure
                    } else {
                        sure.min(Allowed::Perhaps)
                    }
                });
                each.max().unwrap_or(Allowed::No)
            }
        };
        denies.min(boundary)
    }
}

/// A managed policy of AWS's, however its ARN is written: the partition may be a hole.
fn managed_policy(arn: Node<'_>) -> Option<&'static Managed> {
    if let Some(text) = arn.as_text() {
        return managed_policy::of_arn(text);
    }
    let pieces = arn.pieces();
    let last = pieces.last().copied().flatten()?;
    let (_, name) = last
        .strip_prefix(":iam::aws:policy/")?
        .rsplit_once('/')
        .unwrap_or(("", last.strip_prefix(":iam::aws:policy/")?));
    managed_policy::of_name(name)
}

/// Policies that are declared apart, by what carries them and by what names them.
enum ByCarrier {}
enum ByPolicy {}

/// The policies declared apart that this may carry: type and properties. The asker looks again.
fn carried_by<'s, 't>(
    scope: &'s Scope<'t>,
    carrier: &Identity,
) -> impl Iterator<Item = (&'static str, Node<'t>)> + use<'s, 't> {
    let names = |type_name, policy| {
        let names = carriers(type_name, policy).into_iter();
        Some(names.filter_map(Word::of).collect())
    };
    let own = Word::of_identity(carrier);
    let asked = own.clone();
    let resources = scope.resources_by::<ByCarrier>(
        ResourceKind::IamRole,
        |one| names(one.type_name, one.body),
        || Some(asked),
    );
    let resources: Vec<&Resource<'t>> = resources.filter(|one| is_policy(one)).collect();
    APART.iter().flat_map(move |&(name, _)| {
        let of_type = resources.iter().filter(|one| one.is_a(name));
        let mut found: Vec<Node<'t>> = of_type.map(|one| one.body).collect();
        let neighbours = scope.neighbours_by::<ByCarrier>(
            name,
            |one| names(Some(name), one.body),
            || Some(own.clone()),
        );
        found.extend(neighbours.map(|one| one.body));
        found.into_iter().map(move |body| (name, body))
    })
}

/// The policies declared apart that have this id, or may be called as an ARN says: id and properties. The asker looks
/// again.
fn declared_apart<'s, 't>(
    scope: &'s Scope<'t>,
    id: Option<&str>,
    arn: Option<&str>,
) -> impl Iterator<Item = (&'s str, Node<'t>)> + use<'s, 't> {
    let words = |id: &str, body: Node<'_>| {
        let name = body.get("ManagedPolicyName").as_text().map(Word::text);
        Some(name.into_iter().chain([reference(id)]).collect())
    };
    let name = arn.and_then(|arn| arn.rsplit('/').next()).map(Word::text);
    let own: Vec<Word> = name.into_iter().chain(id.map(reference)).collect();
    let asked = own.clone();
    let resources = scope.resources_by::<ByPolicy>(
        ResourceKind::IamRole,
        |one| {
            if is_policy(one) {
                words(&one.identity.id, one.body)
            } else {
                Some(Vec::new())
            }
        },
        || Some(asked),
    );
    let resources: Vec<&Resource<'t>> = resources.filter(|one| is_policy(one)).collect();
    APART.iter().flat_map(move |&(name, _)| {
        let of_type = resources.iter().filter(|one| one.is_a(name));
        let mut found: Vec<(&str, Node<'t>)> = of_type
            .map(|one| (one.identity.id.as_str(), one.body))
            .collect();
        let neighbours = scope.neighbours_by::<ByPolicy>(
            name,
            |one| words(&one.id, one.body),
            || Some(own.clone()),
        );
        found.extend(neighbours.map(|one| (&*one.id, one.body)));
        found
    })
}

fn reference(id: &str) -> Word {
    Word::Reference(id.to_owned())
}

/// The names of what carries a policy that is declared apart.
fn carriers<'t>(type_name: Option<&str>, policy: Node<'t>) -> Vec<Node<'t>> {
    let found = APART.iter().find(|(name, _)| type_name == Some(name));
    let members = found.map_or(&[][..], |(_, members)| members);
    members
        .iter()
        .flat_map(|member| list_of(policy.get(member)))
        .collect()
}

impl<'t> Held<'_, 't> {
    /// Whether a policy that is declared apart is carried only by what is declared here, which answers for it.
    pub fn is_answered_for(&self) -> bool {
        let declared = |name: &Node<'t>| {
            let mut all = self.scope.named_by(ResourceKind::IamRole, *name);
            all.any(|one| is_principal(one) && one.form != Form::Named)
        };
        !self.carriers.is_empty() && self.carriers.iter().all(declared)
    }

    /// What carries a policy that is declared apart, as patterns of names.
    pub fn carrier_names(&self) -> Vec<Pattern> {
        self.carriers
            .iter()
            .map(|name| pattern_of(*name, self.scope))
            .collect()
    }
}
