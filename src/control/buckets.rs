//! What controls over buckets share: which are in scope, and their policies.

use super::policy::Document;
use super::{Conditions, View};
use crate::aws::policy::Pattern;
use crate::lattice::Text;
use crate::observed::{Form, Node, Reason, Word, named};
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
