//! What controls over keys share: where the facts of a key stand in each form, and whose accounts are ours.

use super::policy::Limit;
use super::settings::{Choice, vocabulary};
use super::{Conditions, View};
use crate::aws::policy::Pattern;
use crate::observed::{Known, Node, Switch};

vocabulary!(
    /// What keys are used for.
    pub KeyUse: "s3", "disk", "wal", "logs", "catalog", "passwords", "studio", "serverless", "eks", "buckets"
);

/// A fact of a key: the template's property, or the member of `DescribeKey`'s answer of the same name.
pub fn fact<'t>(seen: &View<'_, 't>, name: &'static str) -> Node<'t> {
    let body = seen.resource.body;
    if seen.is_live() {
        return body.get("kms:DescribeKey").get("KeyMetadata").get(name);
    }
    body.get(name)
}

/// A switch of a template or an answer: templates convert text.
pub fn switch_of<'t>(seen: &View<'_, 't>, node: Node<'t>) -> Switch<'t> {
    if seen.resource.form.is_template() {
        node.switch_leniently()
    } else {
        node.switch()
    }
}

/// Whether a key can rotate: not asymmetric or HMAC, nor with imported material or in a store of the customer's.
/// Source: KMS Developer Guide, *Rotate AWS KMS keys*. What is not known may.
pub fn can_rotate(seen: &View<'_, '_>) -> bool {
    let is = |name, word: &str| matches!(fact(seen, name).text(), Known::Set(text) if text != word);
    !is("KeySpec", "SYMMETRIC_DEFAULT")
        && !is("KeyUsage", "ENCRYPT_DECRYPT")
        && !is("Origin", "AWS_KMS")
}

/// Whether an account is ours: one that the baseline allows, or else the target's and the resource's own.
pub fn is_ours(account: &Pattern, accounts: &Choice, seen: &View<'_, '_>) -> Limit {
    if account.name() == Some("AWS::AccountId") {
        return Limit::Closed;
    }
    let own = seen.resource.identity.account.as_deref();
    let target = seen.target.map(|target| target.account.as_str());
    match account.literal() {
        Some(number) if !accounts.is_any() => {
            if accounts.allows(&number) {
                Limit::Closed
            } else {
                Limit::Open
            }
        }
        Some(number) if own == Some(&number) || target == Some(&number) => Limit::Closed,
        Some(_) if own.is_some() || target.is_some() => Limit::Open,
        None if account.is_wild() => Limit::Open,
        Some(_) | None => Limit::Unknown,
    }
}

impl Conditions {
    /// A word must be one of those allowed; absent in a template means AWS's default.
    pub fn must_be_word(
        &mut self,
        node: Node<'_>,
        name: &str,
        default: Option<&str>,
        allowed: impl Fn(&str) -> bool,
        expected: &str,
    ) {
        let condition = match node.text() {
            Known::Set(word) if allowed(word) => {
                return self.held();
            }
            Known::Absent if default.is_some_and(&allowed) => {
                return self.held();
            }
            Known::Set(word) => self.failed(node, format!("`{name}` is `{word}`")),
            Known::Absent => match default {
                Some(default) => {
                    self.failed(node, format!("`{name}` is absent, which means `{default}`"))
                }
                None => self.undecided(
                    node,
                    format!("the answer does not hold `{name}`"),
                    "observe the key again",
                ),
            },
            Known::Mistyped => {
                self.failed(node, format!("`{name}` is {}", node.value().type_name()))
            }
            Known::Unreadable(reason) => self.unknown(node, reason, format!("`{name}` is unknown")),
        };
        condition.expected(expected).observed(node.display());
    }
}
