//! Every named bucket exists and belongs to an account of ours.

use crate::control::buckets::{is_error, is_in_scope};
use crate::control::settings::{BucketClass, Includes, OneOf, Pattern, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::{Form, Node, Reason, ResourceKind, buckets};

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
    let target = seen.target.map(|target| target.account.as_str());
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
    let allowed = if want.accounts.is_any() {
        target.is_none_or(|target| target == account)
    } else {
        want.accounts.allows(account)
    };
    if allowed {
        return out.held();
    }
    let expected = if want.accounts.is_any() {
        target.unwrap_or_default().to_owned()
    } else {
        want.accounts.to_string()
    };
    out.failed(node, format!("the bucket belongs to account `{account}`"))
        .under("accounts")
        .expected(expected)
        .observed(format!("`{account}`"));
}

/// `GetBucketLocation` with the expected owner answers only for a bucket of that owner: the account of the record.
fn judge_live(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
    let bucket = seen.resource;
    let answer = bucket.body.get("s3:GetBucketLocation");
    let Some(reason) = answer.reason() else {
        return judge_account(want, seen, answer, bucket.identity.account.as_deref(), out);
    };
    if is_error(reason, "NoSuchBucket") || is_error(reason, "404") || is_error(reason, "NotFound") {
        out.failed(answer, "the bucket does not exist: whoever creates one of its name next owns what is written there")
            .expected("a bucket that exists")
            .observed("none");
        return;
    }
    let list = bucket.body.get("s3:ListAllMyBuckets").get("Buckets");
    let name = bucket
        .identity
        .name
        .as_deref()
        .unwrap_or(&bucket.identity.id);
    let is_denied = matches!(reason, Reason::Call { why, .. } if why.contains("AccessDenied") || why.starts_with("403"));
    if list.reason().is_none() && !list.is_absent() && is_denied {
        if list
            .items()
            .any(|one| one.get("Name").as_text() == Some(name))
        {
            return judge_account(want, seen, list, bucket.identity.account.as_deref(), out);
        }
        out.failed(
            answer,
            "the bucket belongs to an account that is none of ours",
        )
        .under("accounts")
        .expected("a bucket of an allowed account")
        .observed("a bucket of another");
        return;
    }
    out.unknown(
        answer,
        reason,
        "whether the bucket exists, and whose it is, is unknown",
    );
}
