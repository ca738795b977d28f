//! A live bucket of certificates or providers: what S3 answers of it.

use super::{Setting, accounts};
use crate::aws::s3::Location;
use crate::control::buckets::is_error;
use crate::control::{Conditions, View};
use crate::lattice::Text;
use crate::observed::{Node, Reason, Resource};

const LOCATION: &str = "s3:GetBucketLocation";
const POLICY: &str = "s3:GetBucketPolicy";
const VERSIONING: &str = "s3:GetBucketVersioning";
const ENCRYPTION: &str = "s3:GetEncryptionConfiguration";

/// A bucket that nobody asked about.
pub(super) fn not_observed(node: Node<'_>, place: Location<'_>, out: &mut Conditions) {
    for action in [POLICY, VERSIONING, ENCRYPTION] {
        let reason = Reason::NotObserved {
            action: action.to_owned(),
        };
        out.unknown(
            node,
            &reason,
            format!("who may write bucket `{}` is unknown", place.bucket),
        );
    }
}

pub(super) fn judge(
    want: &Setting,
    node: Node<'_>,
    place: Location<'_>,
    bucket: &Resource<'_>,
    seen: &View<'_, '_>,
    out: &mut Conditions,
) {
    let body = bucket.body;
    if failed_with(body.get(LOCATION), "NoSuchBucket") {
        return super::missing(node, place, out);
    }
    judge_policy(want, body.get(POLICY), bucket, seen, out);
    if want.versioned {
        judge_versioning(body.get(VERSIONING), out);
    }
    if want.kms {
        judge_encryption(body.get(ENCRYPTION), out);
    }
}

fn failed_with(answer: Node<'_>, code: &str) -> bool {
    answer.reason().is_some_and(|reason| is_error(reason, code))
}

/// Only the account of a bucket is told its policy, and that there is none: S3 API, `GetBucketPolicy`.
fn judge_policy(
    want: &Setting,
    answer: Node<'_>,
    bucket: &Resource<'_>,
    seen: &View<'_, '_>,
    out: &mut Conditions,
) {
    let has_none = failed_with(answer, "NoSuchBucketPolicy");
    if let Some(reason) = answer.reason().filter(|_| !has_none) {
        out.unknown(answer, reason, "the policy of the bucket is unknown");
        return;
    }
    if let (Some(account), Some(own)) = (&bucket.identity.account, accounts(want, seen)) {
        if own.iter().any(|text| text.accepts(account)) {
            out.held();
        } else {
            out.failed(answer, format!("the bucket belongs to account `{account}`"))
                .under("accounts")
                .expected("an account of ours")
                .observed(account.as_str());
        }
    }
    let whom = match (want.readers.is_any(), want.writers.is_any()) {
        (true, true) => return out.held(),
        (true, false) => ("writers", "write"),
        (false, true | false) => ("readers", "read"),
    };
    let (setting, verb) = whom;
    let condition = if has_none {
        out.failed(
            answer,
            format!("the bucket has no policy: whoever an identity policy allows may {verb} it"),
        )
    } else {
        out.undecided(
            answer,
            format!(
                "whether the policy of the bucket keeps all others from a {verb} is not worked out"
            ),
            "look for the deny statements that `compile` writes",
        )
    };
    condition.under(setting);
}

fn judge_versioning(answer: Node<'_>, out: &mut Conditions) {
    if let Some(reason) = answer.reason() {
        out.unknown(
            answer,
            reason,
            "whether the bucket keeps versions is unknown",
        )
        .under("versioned");
        return;
    }
    let enabled = Text::from("Enabled");
    out.must_equal(answer.get("Status"), "Status", Some(&enabled), "versioned");
}

fn judge_encryption(answer: Node<'_>, out: &mut Conditions) {
    let has_none = failed_with(answer, "ServerSideEncryptionConfigurationNotFoundError");
    if let Some(reason) = answer.reason().filter(|_| !has_none) {
        out.unknown(
            answer,
            reason,
            "the default encryption of the bucket is unknown",
        )
        .under("kms");
        return;
    }
    let rules = answer.path("ServerSideEncryptionConfiguration/Rules");
    let mut algorithms = rules
        .items()
        .map(|rule| rule.path("ApplyServerSideEncryptionByDefault/SSEAlgorithm"));
    let is_kms = |node: Node<'_>| {
        node.as_text()
            .is_some_and(|text| text.starts_with("aws:kms"))
    };
    if algorithms.any(is_kms) {
        out.held();
    } else {
        out.failed(rules, "the bucket does not encrypt with KMS by default")
            .under("kms")
            .expected("`aws:kms`")
            .observed(rules.display());
    }
}
