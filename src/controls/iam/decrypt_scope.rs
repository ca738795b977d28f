//! No policy decrypts with every key.

use crate::aws::policy::{Pattern, Reach};
use crate::control::iam::{Subject, beside};
use crate::control::policy::{Allowed, Grant, Limit, Test};
use crate::control::settings::{Only, RolePattern, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::{ResourceKind, Scope};

#[derive(Debug)]
pub(crate) enum DecryptScope {}

settings! {
    pub(crate) struct Setting {
        /// The principals, by ARN, that may decrypt with every key.
        principals: Only<RolePattern> = NONE,
    }
}

const NONE: &[&str] = &[];

impl Control for DecryptScope {
    const META: &'static Meta = &Meta {
        id: "iam.decrypt-scope",
        title: "no policy decrypts with every key",
        severity: Severity::Medium,
        kinds: &[ResourceKind::IamRole],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["AWS-FSBP KMS.1", "AWS-FSBP KMS.2"],
        docs: include_str!("decrypt_scope.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let Some(subject) = Subject::of(seen, &want.principals, out) else {
            return;
        };
        let limit = |test: &Test<'_>| closes(test, seen.scope);
        let mut grants =
            subject.grants(["kms:Decrypt", "kms:ReEncryptFrom"], &|_, test| limit(test));
        for (_, grant) in &mut grants {
            grant.sure = grant.sure.min(is_wide(grant));
        }
        grants.retain(|(_, grant)| grant.sure > Allowed::No);
        out.must_have_no_grants(&subject, &grants, " with every key", None);
    }
}

/// Source: KMS Developer Guide, *Condition keys for AWS KMS*.
fn closes(test: &Test<'_>, scope: &Scope<'_>) -> Limit {
    let key = test.key.to_ascii_lowercase();
    let limits =
        ["kms:viaservice", "kms:resourcealiases", "kms:requestalias"].contains(&key.as_str());
    if !limits && !key.starts_with("kms:encryptioncontext:") {
        return beside(test, scope);
    }
    test.each(scope, |value| {
        if test.is_wild() && value.is_everything() {
            Limit::Open
        } else {
            Limit::Closed
        }
    })
}

/// Whether an allow is on every key, on every key of an account, or on all but some.
fn is_wide(grant: &Grant<'_, '_>) -> Allowed {
    let Some(resources) = grant.statement.map(|statement| statement.resources()) else {
        // A managed policy of AWS's is on everything.
        return Allowed::Yes;
    };
    let Some(resources) = resources else {
        return Allowed::Yes;
    };
    let mut any = Pattern::of("key/");
    any.push_word("any");
    let each = resources.iter().map(|(_, pattern)| {
        let segments = pattern.segments();
        let last = segments.get(5).unwrap_or(pattern);
        let short = segments.len() < 6 && pattern.is_wild();
        if pattern.is_everything() || short || last.reach(&any) == Reach::All {
            Allowed::Yes
        } else if last.is_unknown() {
            Allowed::Perhaps
        } else {
            Allowed::No
        }
    });
    each.max().unwrap_or(Allowed::No)
}
