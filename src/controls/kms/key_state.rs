//! Keys exist, are usable, and are of the right make and region.

use crate::aws::kms::KeyName;
use crate::control::kms::{fact, switch_of};
use crate::control::settings::{OneOf, Pattern, Switch as Demand, settings, vocabulary};
use crate::control::{Conditions, Control, Meta, Severity, Span, View, timestamp};
use crate::observed::{Form, Node, Reason, ResourceKind, Switch};

#[derive(Debug)]
pub(crate) enum KeyState {}

vocabulary!(pub(crate) Origin: "AWS_KMS", "AWS_CLOUDHSM", "EXTERNAL", "EXTERNAL_KEY_STORE");
settings! {
    pub(crate) struct Setting {
        /// The accounts that may own keys; the target's, when none is given.
        accounts: OneOf<Pattern>,
        /// Where key material may come from.
        origin: OneOf<Origin> = &["AWS_KMS"],
        /// Whether keys must be of a single region.
        single_region: Demand = false,
    }
}

impl Control for KeyState {
    const META: &'static Meta = &Meta {
        id: "kms.key-state",
        title: "keys exist, are usable, and are of the right make and region",
        severity: Severity::High,
        kinds: &[ResourceKind::KmsKey],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["AWS-FSBP KMS.3", "own NIST-800-53 SC-12"],
        docs: include_str!("key_state.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let key = seen.resource;
        let name = key
            .body
            .as_text()
            .filter(|_| key.form == Form::Named)
            .or(key.identity.arn.as_deref())
            .unwrap_or(&key.identity.id);
        // Keys of AWS's own are `kms.customer-managed`'s; their state is AWS's matter.
        if KeyName::of(name).is_aws_managed_alias() {
            return;
        }
        judge_name(want, name, seen, out);
        if key.form == Form::Named
            && let Some(reason) = key.body.reason()
        {
            out.unknown(
                key.body,
                reason,
                "the key is unknown, and so its region and account",
            )
            .observed(key.body.display());
            return;
        }
        match key.form {
            Form::Named => out.leave_to_audit(),
            Form::Live => judge_live(want, seen, out),
            Form::CloudFormation
            | Form::Terraform
            | Form::Document
            | Form::Request
            | Form::Described => {
                // Keys are created enabled, unless the template says otherwise.
                let enabled = fact(seen, "Enabled");
                if !matches!(switch_of(seen, enabled), Switch::Absent) {
                    out.must_be_on_as(enabled, switch_of(seen, enabled), "Enabled", None);
                }
                judge_make(want, seen, out);
            }
        }
    }
}

/// An ARN tells region and account; the id of a multi-region key begins with `mrk-`.
fn judge_name(want: &Setting, name: &str, seen: &View<'_, '_>, out: &mut Conditions) {
    let node = seen.resource.body;
    let KeyName::KeyArn {
        region,
        account,
        id,
    } = KeyName::of(name)
    else {
        return;
    };
    if seen.target.is_some_and(|target| target.region != region) {
        let own = seen
            .target
            .map(|target| target.region.clone())
            .unwrap_or_default();
        out.failed(
            node,
            format!("the key is of region `{region}`, and clusters of another cannot use it"),
        )
        .expected(own)
        .observed(format!("{region}, {}", node.display()));
    }
    let target = seen.target.map(|target| target.account.as_str());
    let allowed = if want.accounts.is_any() {
        target.is_none_or(|target| target == account)
    } else {
        want.accounts.allows(account)
    };
    if !allowed {
        out.failed(node, format!("the key belongs to account `{account}`"))
            .under("accounts")
            .expected(want.accounts.to_string())
            .observed(format!("{account}, {}", node.display()));
    }
    if want.single_region && id.starts_with("mrk-") {
        out.failed(node, "the key is of several regions")
            .under("single-region")
            .expected("a key of one region")
            .observed(id);
    }
}

fn judge_make(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
    let default = |word: &'static str| (!seen.is_live()).then_some(word);
    out.must_be_word(
        fact(seen, "KeySpec"),
        "KeySpec",
        default("SYMMETRIC_DEFAULT"),
        |word| word == "SYMMETRIC_DEFAULT",
        "`SYMMETRIC_DEFAULT`",
    );
    out.must_be_word(
        fact(seen, "KeyUsage"),
        "KeyUsage",
        default("ENCRYPT_DECRYPT"),
        |word| word == "ENCRYPT_DECRYPT",
        "`ENCRYPT_DECRYPT`",
    );
    out.must_be_word(
        fact(seen, "Origin"),
        "Origin",
        default("AWS_KMS"),
        |word| want.origin.allows(word),
        &want.origin.to_string(),
    );
    if want.single_region {
        // A key is made as one or the other: a deployment that changes this makes another, and deletes the one in use.
        out.for_a_person(|out| {
            out.must_be_off(fact(seen, "MultiRegion"), "MultiRegion", "single-region");
        });
    }
}

fn judge_live(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
    let answer = seen.resource.body.get("kms:DescribeKey");
    match answer.reason() {
        Some(Reason::Call { why, .. }) if why.starts_with("NotFoundException") => {
            out.failed(answer, "the key does not exist")
                .expected("a key that exists")
                .observed("none");
            return;
        }
        Some(reason) => {
            out.unknown(answer, reason, "the state of the key is unknown");
            return;
        }
        None => {}
    }
    out.must_be_word(
        fact(seen, "KeyState"),
        "KeyState",
        None,
        |word| word == "Enabled",
        "`Enabled`",
    );
    judge_make(want, seen, out);
    let valid: Node<'_> = fact(seen, "ValidTo");
    if timestamp(valid).is_some_and(|end| end <= seen.at) {
        out.failed(valid, "the key material has expired")
            .expected("a time to come")
            .observed(valid.display());
    } else if let Some(reason) = valid.reason() {
        out.unknown(
            valid,
            reason,
            "whether the key material has expired is unknown",
        );
    }
}
