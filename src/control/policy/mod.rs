//! Policy documents as they were seen, and what they let whom do: an evaluator that says what it does not know.
//!
//! # How to use it
//!
//! * [`Document::of`] reads a policy: of a bucket, a key, a catalog, an endpoint, a role. [`Document::statements`]
//!   gives its statements, each of which answers how far it reaches: [`Statement::action`], [`Statement::resource`],
//!   [`Statement::principals`], [`Statement::limit`].
//! * [`Document::openings`] answers, for policies of resources, "who is let in for these actions": every `Allow` with
//!   each of its principals.
//! * [`Held::of`] gathers the policies that a role, user or group carries, wherever they are declared;
//!   [`Held::grants`] answers "which statements allow this action on that", after denies and boundary.
//! * [`pattern_of`] reads a text that may refer to declared things, so that `!GetAtt Bucket.Arn` and `!Ref Bucket`
//!   are compared by what they name.
//!
//! # What is evaluated, and what is not
//!
//! `Effect`, `Action`, `NotAction`, `Resource`, `NotResource`, `Principal`, `NotPrincipal`, wildcards, explicit denies,
//! a permission boundary as an intersection. Conditions are the caller's: it says of each [`Test`] whether it closes
//! the statement. Everything else, and everything unread, is [`Allowed::Perhaps`]: never `No`. A `Deny` counts only
//! when it surely covers all that is asked for; one under a condition, or not wholly known, makes an allow `Perhaps`.
//! Service control policies and session policies are not seen here.
//!
//! # The shapes that are read
//!
//! Every reader brings its input into CloudFormation's shape. A policy document is an object (a reader decodes JSON
//! text and URL encoding). `AWS::IAM::Role` has `AssumeRolePolicyDocument`, `Policies[].PolicyDocument`,
//! `ManagedPolicyArns`, `PermissionsBoundary`; policies that are declared apart are `AWS::IAM::RolePolicy` (`RoleName`),
//! `AWS::IAM::UserPolicy` (`UserName`), `AWS::IAM::GroupPolicy` (`GroupName`), `AWS::IAM::Policy` and
//! `AWS::IAM::ManagedPolicy` (`Roles`, `Users`, `Groups`), each with `PolicyDocument`, as resources of kind `iam-role`
//! or as neighbours. A bucket has `PublicAccessBlockConfiguration` and `BucketEncryption` among its own properties; its
//! policy is an `AWS::S3::BucketPolicy` (`Bucket`, `PolicyDocument`). A key has `KeyPolicy`. References in them are
//! [`Reason::Reference`] to the id of the declared thing, with no attribute for its
//! name and `Arn` for its ARN, in any case.

mod held;
mod in_use;
mod principal;
mod test;
mod text;

pub use held::{Gap, Grant, Held, Query, details_of, is_policy, is_principal, role_of_profile};
pub use in_use::{Needing, RolesInUse};
pub use principal::{Principal, Principals, Who};
pub use test::{Limit, Test};
pub use text::{list_of, own_account, pattern_of, pattern_of_identity, trust_of};

use crate::aws::policy::{Pattern, Reach, reach_beyond, reach_of};
use crate::observed::{Node, Reason, Scope, Value};

/// How sure it is that something is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Allowed {
    /// Not by this.
    No,
    /// It may be: something that decides it is not known, or is a condition.
    Perhaps,
    /// It is.
    Yes,
}

impl From<Reach> for Allowed {
    fn from(reach: Reach) -> Self {
        match reach {
            Reach::None => Self::No,
            Reach::Perhaps => Self::Perhaps,
            Reach::Part | Reach::All => Self::Yes,
        }
    }
}

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It allows.
    Allow,
    /// It denies.
    Deny,
    /// Which of the two is not known.
    Unknown,
}

/// A policy document.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a, 't> {
    /// Where it stands.
    pub node: Node<'t>,
    scope: &'a Scope<'t>,
}

impl<'a, 't> Document<'a, 't> {
    /// The document at a node; `scope` declares what it may refer to.
    pub fn of(node: Node<'t>, scope: &'a Scope<'t>) -> Self {
        Self { node, scope }
    }

    /// Why the document is not wholly in sight: an unknown value, or something that is no policy.
    pub fn trouble(&self) -> Option<(Node<'t>, Option<&'t Reason>)> {
        let list = self.node.get("Statement");
        for node in [self.node, list] {
            if let Some(reason) = node.reason().or_else(|| node.open()) {
                return Some((node, Some(reason)));
            }
        }
        let odd = match (self.node.value(), list.value()) {
            (Value::Map, Value::List) => list
                .items()
                .find(|item| !matches!(item.value(), Value::Map)),
            (Value::Map, Value::Map) => None,
            _ => Some(self.node),
        };
        odd.map(|node| (node, node.reason()))
    }

    /// Its statements. Ask [`Self::trouble`] whether there may be more.
    pub fn statements(&self) -> Vec<Statement<'a, 't>> {
        let scope = self.scope;
        let each = list_of(self.node.get("Statement")).into_iter();
        each.map(|node| Statement { node, scope }).collect()
    }

    /// Everybody whom the policy lets do one of these actions on `on` (anything, without one): each `Allow` with each
    /// of its principals, except those that an unconditional deny takes back wholly.
    pub fn openings(&self, actions: &[&str], on: Option<&Pattern>) -> Vec<Opening<'a, 't>> {
        let statements = self.statements();
        let mut openings = Vec::new();
        for statement in &statements {
            let sure = statement.allows(actions, on);
            if sure == Allowed::No {
                continue;
            }
            let principals = statement.principals();
            for principal in principals.list {
                let sure = sure.min(denied(&statements, actions, on, &principal.who));
                if sure > Allowed::No {
                    openings.push(Opening {
                        statement: *statement,
                        principal,
                        all_others: principals.not,
                        sure,
                    });
                }
            }
        }
        openings
    }
}

/// What explicit denies leave of the actions for a principal.
fn denied(
    statements: &[Statement<'_, '_>],
    actions: &[&str],
    on: Option<&Pattern>,
    who: &Who,
) -> Allowed {
    let everything = Pattern::of("*");
    let on = on.unwrap_or(&everything);
    let each = statements.iter().map(|statement| {
        let for_all = statement
            .principals()
            .list
            .iter()
            .any(|one| one.who == Who::Anyone || one.who == *who && *who != Who::Unknown);
        if statement.effect() != Effect::Deny || !for_all {
            return Allowed::Yes;
        }
        let actions = actions.iter().map(|action| statement.action(action)).min();
        let reach = actions.unwrap_or(Reach::None).min(statement.resource(on));
        match (reach, statement.tests()) {
            (Reach::All, Ok(tests)) if tests.is_empty() => Allowed::No,
            (Reach::All, Ok(tests)) if tests.iter().any(Test::is_plain_http) => Allowed::Yes,
            (Reach::All, _) => Allowed::Perhaps,
            (Reach::None | Reach::Perhaps | Reach::Part, _) => Allowed::Yes,
        }
    });
    each.min().unwrap_or(Allowed::Yes)
}

/// One principal whom one statement lets in.
#[derive(Clone, Debug)]
pub struct Opening<'a, 't> {
    /// The statement.
    pub statement: Statement<'a, 't>,
    /// The principal.
    pub principal: Principal<'t>,
    /// Whether it is `NotPrincipal`: all others are let in.
    pub all_others: bool,
    /// How sure it is, apart from conditions: see [`Statement::limit`].
    pub sure: Allowed,
}

/// A statement of a policy.
#[derive(Clone, Copy, Debug)]
pub struct Statement<'a, 't> {
    /// Where it stands.
    pub node: Node<'t>,
    scope: &'a Scope<'t>,
}

impl<'a, 't> Statement<'a, 't> {
    /// The scope that declares what it may refer to.
    pub fn scope(&self) -> &'a Scope<'t> {
        self.scope
    }

    /// What it does. Anything but `Allow` and `Deny` is no statement to AWS.
    pub fn effect(&self) -> Effect {
        match self.node.get("Effect").as_text() {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            Some(_) | None => Effect::Unknown,
        }
    }

    /// How far it reaches into an action or a pattern of actions.
    pub fn action(&self, asked: &str) -> Reach {
        let read = |node: Node<'t>| match node.as_text() {
            Some(text) => Pattern::action(text),
            None => pattern_of(node, self.scope),
        };
        self.reach("Action", "NotAction", &Pattern::action(asked), read)
    }

    /// How far it reaches into a resource or a pattern of resources. A policy without resources, such as the trust of
    /// a role, reaches all.
    pub fn resource(&self, asked: &Pattern) -> Reach {
        if self.node.get("Resource").is_absent() && self.node.get("NotResource").is_absent() {
            return Reach::All;
        }
        self.reach("Resource", "NotResource", asked, |node| {
            pattern_of(node, self.scope)
        })
    }

    /// The resources that it names, each with where it stands; `None` when it names those that it spares.
    pub fn resources(&self) -> Option<Vec<(Node<'t>, Pattern)>> {
        if !self.node.get("NotResource").is_absent() {
            return None;
        }
        let items = list_of(self.node.get("Resource")).into_iter();
        Some(
            items
                .map(|node| (node, pattern_of(node, self.scope)))
                .collect(),
        )
    }

    fn reach(
        &self,
        key: &'static str,
        not: &'static str,
        asked: &Pattern,
        read: impl Fn(Node<'t>) -> Pattern,
    ) -> Reach {
        let patterns = |node: Node<'t>| list_of(node).into_iter().map(&read).collect::<Vec<_>>();
        let spared = self.node.get(not);
        if !spared.is_absent() {
            return reach_beyond(&patterns(spared), asked);
        }
        let named = self.node.get(key);
        reach_of(&patterns(named), asked)
    }

    /// Whom it is about. Identity policies name nobody.
    pub fn principals(&self) -> Principals<'t> {
        Principals::of(self.node, self.scope)
    }

    /// The tests of its condition, all of which must pass.
    ///
    /// # Errors
    /// The part that is not known, or is no condition.
    pub fn tests(&self) -> Result<Vec<Test<'t>>, Node<'t>> {
        test::tests(self.node.get("Condition"))
    }

    /// How its condition limits it, by what `judge` says of each test: one that closes it is enough.
    pub fn limit(&self, judge: impl Fn(&Test<'t>) -> Limit) -> Limit {
        match self.tests() {
            Ok(tests) => tests.iter().map(judge).max().unwrap_or(Limit::Open),
            Err(_) => Limit::Unknown,
        }
    }

    /// Whether it allows one of these actions on `on`, or on anything. Its condition is not looked at.
    pub fn allows(&self, actions: &[&str], on: Option<&Pattern>) -> Allowed {
        let effect = match self.effect() {
            Effect::Allow => Allowed::Yes,
            Effect::Deny => return Allowed::No,
            Effect::Unknown => Allowed::Perhaps,
        };
        let action = actions
            .iter()
            .map(|action| self.action(action))
            .max()
            .unwrap_or(Reach::None);
        let resource = on.map_or(Reach::All, |on| self.resource(on));
        effect.min(action.into()).min(resource.into())
    }

    /// A short text that tells it from others: its `Sid`, or its place in the document.
    pub fn label(&self) -> String {
        match self.node.get("Sid").as_text() {
            Some(sid) if !sid.is_empty() => format!("statement `{sid}`"),
            _ => "a statement".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
