//! Every named bucket exists and belongs to an account of ours.

use crate::control::buckets::{Owner, is_in_scope, may_own, owner_of};
use crate::control::settings::{BucketClass, Includes, OneOf, Pattern, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::{Form, Node, ResourceKind, buckets};

#[derive(Debug)]
pub(crate) enum Ownership {}

settings! {
    pub(crate) struct Setting {
        /// The classes of buckets that are judged.
        r#for: Includes<BucketClass> = buckets::CLASSES,
        /// The accounts that may own them; the target's, when none is given.
        accounts: OneOf<Pattern>,
    }
}

impl Control for Ownership {
    const META: &'static Meta = &Meta {
        id: "s3.ownership",
        title: "every named bucket exists and belongs to an account of ours",
        severity: Severity::High,
        kinds: &[ResourceKind::S3Bucket],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 SC-7"],
        docs: include_str!("ownership.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if !is_in_scope(&want.r#for, seen) || out.leave_named_bucket(seen) {
            return;
        }
        let bucket = seen.resource;
        match bucket.form {
            Form::Live => judge_live(want, seen, out),
            // Whoever declares a bucket owns it, in the account that the template is deployed to.
            Form::CloudFormation
            | Form::Terraform
            | Form::Document
            | Form::Request
            | Form::Described => {
                judge_account(
                    want,
                    seen,
                    bucket.body,
                    bucket.identity.account.as_deref(),
                    out,
                );
            }
            Form::Named => {}
        }
    }
}

/// The account must be one of those allowed; where a file does not say which it is deployed to, it is the target's.
fn judge_account(
    want: &Setting,
    seen: &View<'_, '_>,
    node: Node<'_>,
    account: Option<&str>,
    out: &mut Conditions,
) {
    let Some(account) = account else {
        return if want.accounts.is_any() {
            out.held();
        } else {
            out.undecided(
                node,
                "the account that the bucket is created in is not known here",
                "choose a target with `--target`",
            )
            .under("accounts");
        };
    };
    let Err(expected) = may_own(&want.accounts, account, seen) else {
        return out.held();
    };
    out.failed(node, format!("the bucket belongs to account `{account}`"))
        .under("accounts")
        .expected(expected)
        .observed(format!("`{account}`"));
}

fn judge_live(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
    match owner_of(seen.resource) {
        Owner::Account(answer, account) => {
            judge_account(want, seen, answer, account.as_deref(), out);
        }
        Owner::Another(answer) => {
            out.failed(
                answer,
                "the bucket belongs to an account that is none of ours",
            )
            .under("accounts")
            .expected("a bucket of an allowed account")
            .observed("a bucket of another");
        }
        Owner::Nobody(answer) => {
            out.failed(answer, "the bucket does not exist: whoever creates one of its name next owns what is written there")
                .expected("a bucket that exists")
                .observed("none");
        }
        Owner::Unknown(answer, reason) => {
            out.unknown(
                answer,
                reason,
                "whether the bucket exists, and whose it is, is unknown",
            );
        }
    }
}
