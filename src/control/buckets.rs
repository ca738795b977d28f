//! What controls over buckets share: which are in scope, and their policies.

use super::policy::Document;
use super::settings::Choice;
use super::{Conditions, View};
use crate::aws::policy::Pattern;
use crate::lattice::Text;
use crate::observed::{Form, Node, Reason, Resource, Word, named};
use std::collections::BTreeSet;

/// Whether a bucket is of one of the classes that a control is asked for.
pub fn is_in_scope(classes: &BTreeSet<Text>, seen: &View<'_, '_>) -> bool {
    let own = named::purposes(seen.resource, seen.scope);
    own.iter()
        .any(|own| classes.iter().any(|class| class.as_literal() == Some(own)))
}

/// The policies of a bucket.
#[derive(Debug)]
pub enum Policies<'a, 't> {
    /// These; none is known to be none.
    Known(Vec<Document<'a, 't>>),
    /// The answer is not known.
    Unknown(Node<'t>, &'t Reason),
}

/// The policies of a declared or live bucket. AWS allows one; a template that declares two is judged by both.
pub fn policies<'a, 't>(seen: &View<'a, 't>) -> Policies<'a, 't> {
    let bucket = seen.resource;
    if bucket.form == Form::Live {
        let answer = bucket.body.get("s3:GetBucketPolicy");
        return match answer.reason() {
            Some(reason) if is_error(reason, "NoSuchBucketPolicy") => Policies::Known(Vec::new()),
            Some(reason) => Policies::Unknown(answer, reason),
            None => Policies::Known(vec![Document::of(answer.get("Policy"), seen.scope)]),
        };
    }
    let apart = seen.scope.neighbours_by::<ByBucket>(
        POLICY,
        |one| Some(Word::of(one.body.get("Bucket")).into_iter().collect()),
        || Some(Word::of_identity(&bucket.identity)),
    );
    let own = apart.filter(|policy| bucket.identity.is_named_by(policy.body.get("Bucket")));
    Policies::Known(
        own.map(|policy| Document::of(policy.body.get("PolicyDocument"), seen.scope))
            .collect(),
    )
}

/// A policy of a bucket, which CloudFormation declares apart.
pub const POLICY: &str = "AWS::S3::BucketPolicy";

/// Policies of buckets by their buckets.
enum ByBucket {}

/// Whose a live bucket is.
#[derive(Debug)]
pub enum Owner<'t> {
    /// This account's, where that is known; S3 says so here.
    Account(Node<'t>, Option<String>),
    /// That of an account which is none of ours.
    Another(Node<'t>),
    /// Nobody's: there is no such bucket.
    Nobody(Node<'t>),
    /// The answer is not known.
    Unknown(Node<'t>, &'t Reason),
}

/// Whose a live bucket is. `GetBucketLocation` with the expected owner answers only for a bucket of that owner: the account
/// of the record.
pub fn owner_of<'t>(bucket: &Resource<'t>) -> Owner<'t> {
    let identity = &bucket.identity;
    let answer = bucket.body.get("s3:GetBucketLocation");
    let Some(reason) = answer.reason() else {
        return Owner::Account(answer, identity.account.clone());
    };
    if ["NoSuchBucket", "404", "NotFound"]
        .iter()
        .any(|code| is_error(reason, code))
    {
        return Owner::Nobody(answer);
    }
    let list = bucket.body.get("s3:ListAllMyBuckets").get("Buckets");
    let is_denied = matches!(reason, Reason::Call { why, .. } if why.contains("AccessDenied") || why.starts_with("403"));
    if list.reason().is_some() || list.is_absent() || !is_denied {
        return Owner::Unknown(answer, reason);
    }
    let name = identity.name.as_deref().unwrap_or(&identity.id);
    let mut listed = list.items();
    if listed.any(|one| one.get("Name").as_text() == Some(name)) {
        Owner::Account(list, identity.account.clone())
    } else {
        Owner::Another(answer)
    }
}

/// Whether an account may own buckets: it is one of those that are asked for, or the target's where none are.
///
/// # Errors
/// What is expected instead.
pub fn may_own(accounts: &Choice, account: &str, seen: &View<'_, '_>) -> Result<(), String> {
    if !accounts.is_any() {
        let allowed = accounts.allows(account);
        return allowed.then_some(()).ok_or_else(|| accounts.to_string());
    }
    match seen.target {
        Some(target) if target.account != account => Err(target.account.clone()),
        Some(_) | None => Ok(()),
    }
}

/// Whether a call failed with this code, which for some calls of S3 means that nothing is set.
pub fn is_error(reason: &Reason, code: &str) -> bool {
    matches!(reason, Reason::Call { why, .. } if why.starts_with(code))
}

/// The ARN of a declared or live bucket, and that of its objects.
pub fn arns(seen: &View<'_, '_>) -> [Pattern; 2] {
    let mut bucket = Pattern::of("arn::s3:::");
    let identity = &seen.resource.identity;
    let declared = seen.resource.form.is_template();
    match identity
        .name
        .as_deref()
        .or(Some(identity.id.as_str()).filter(|_| !declared))
    {
        Some(name) => bucket.push(name),
        None => bucket.push_word(&identity.id),
    }
    let mut objects = bucket.clone();
    objects.push("/*");
    [bucket, objects]
}

impl Conditions {
    /// A bucket that is only named is left to `audit`: true when it was.
    pub fn leave_named_bucket(&mut self, seen: &View<'_, '_>) -> bool {
        let named = seen.resource.form == Form::Named;
        if named {
            self.leave_to_audit();
        }
        named
    }

    /// Records each policy that is not wholly in sight. Returns whether there was one.
    pub fn unknown_policies(&mut self, documents: &[Document<'_, '_>], what: &str) -> bool {
        let mut any = false;
        for document in documents {
            if let Some((node, reason)) = document.trouble() {
                any = true;
                match reason {
                    Some(reason) => self.unknown(node, reason, format!("{what} is unknown")),
                    None => self.undecided(
                        node,
                        format!("{what} is not a policy document"),
                        "write a policy document",
                    ),
                };
            }
        }
        any
    }
}
