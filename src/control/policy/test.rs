//! The tests of a condition, and what the well-known ones say about who may come.

use super::Allowed;
use super::text::{list_of, pattern_of};
use crate::aws::policy::Pattern;
use crate::observed::{Node, Scope, Switch, Value};

/// Whether a test closes a statement to those whom it should be closed to. The later the closer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limit {
    /// It does not.
    Open,
    /// Not known, or not understood.
    Unknown,
    /// It does.
    Closed,
}

/// One operator, one key and its values: `StringEquals`, `aws:PrincipalOrgID`, `o-1`.
#[derive(Clone, Copy, Debug)]
pub struct Test<'t> {
    /// The operator as written.
    pub operator: &'t str,
    /// The key as written. IAM compares keys without case: see [`Self::is`].
    pub key: &'t str,
    /// The value, or the list of values, one of which must match.
    pub node: Node<'t>,
}

pub(super) fn tests(condition: Node<'_>) -> Result<Vec<Test<'_>>, Node<'_>> {
    let is_map = |node: Node<'_>| matches!(node.value(), Value::Map) && node.open().is_none();
    if condition.is_absent() {
        return Ok(Vec::new());
    }
    if !is_map(condition) {
        return Err(condition);
    }
    let mut tests = Vec::new();
    for (operator, keys) in condition.members() {
        if !is_map(keys) {
            return Err(keys);
        }
        tests.extend(keys.members().map(|(key, node)| Test {
            operator,
            key,
            node,
        }));
    }
    Ok(tests)
}

/// Operators that pass only when the key is there and has one of the values.
/// Source: IAM User Guide, *Condition operators*; `ForAllValues` and `…IfExists` pass without the key.
const POSITIVE: &[&str] = &[
    "stringequals",
    "stringequalsignorecase",
    "stringlike",
    "arnequals",
    "arnlike",
    "bool",
    "ipaddress",
    "numericequals",
    "dateequals",
];

/// Keys whose value is the account that asks, or that a service asks for.
const ACCOUNTS: &[&str] = &[
    "aws:principalaccount",
    "kms:calleraccount",
    "aws:sourceaccount",
    "aws:sourceowner",
];
/// Keys whose value is the ARN of who asks, or of what a service asks for.
const ARNS: &[&str] = &["aws:principalarn", "aws:sourcearn"];
/// Keys whose value is an organisation or a network of somebody's.
const GROUPS: &[&str] = &[
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourcevpc",
    "aws:sourcevpce",
];
/// Keys that say how, what or when, and nothing about who: a statement under these alone is as open as without.
const OTHERS: &[&str] = &[
    "aws:securetransport",
    "aws:requestedregion",
    "aws:currenttime",
    "aws:viaawsservice",
    "s3:tlsversion",
    "s3:prefix",
    "s3:delimiter",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-acl",
    "kms:viaservice",
    "kms:grantisforawsresource",
    "kms:encryptioncontextkeys",
];

impl<'t> Test<'t> {
    /// Whether it is about this key.
    pub fn is(&self, key: &str) -> bool {
        self.key.eq_ignore_ascii_case(key)
    }

    /// Whether it passes only when the key is there and has one of the values.
    pub fn is_positive(&self) -> bool {
        POSITIVE.contains(&self.base().as_str())
    }

    /// The operator without what is before or behind it, in lower case. `…IfExists` and `ForAllValues:` stay, because
    /// they change what passes.
    fn base(&self) -> String {
        let lower = self.operator.to_ascii_lowercase();
        lower
            .strip_prefix("foranyvalue:")
            .map_or(lower.clone(), str::to_owned)
    }

    /// Whether `*` and `?` in its values stand for characters.
    pub fn is_wild(&self) -> bool {
        ["stringlike", "arnlike", "arnequals"].contains(&self.base().as_str())
    }

    /// The values.
    pub fn values(&self) -> Vec<Node<'t>> {
        list_of(self.node)
    }

    /// What the values say: a test closes a statement only when each of its values does, and it demands one of them.
    pub fn each(&self, scope: &Scope<'_>, judge: impl Fn(&Pattern) -> Limit) -> Limit {
        if !self.is_positive() {
            return Limit::Open;
        }
        let values = self.values().into_iter();
        values
            .map(|node| judge(&pattern_of(node, scope)))
            .min()
            .unwrap_or(Limit::Unknown)
    }

    /// Whether it lets only plain HTTP through: the test of the deny that asks for TLS.
    pub fn is_plain_http(&self) -> bool {
        let operator =
            ["bool", "boolifexists"].contains(&self.operator.to_ascii_lowercase().as_str());
        let is_false = |node: Node<'_>| matches!(node.switch(), Switch::Off | Switch::TextOff);
        let values = self.values();
        operator
            && self.is("aws:SecureTransport")
            && !values.is_empty()
            && values.into_iter().all(is_false)
    }

    /// As [`Self::is_plain_http`], where a value may not be known.
    pub fn refuses_plain_http(&self) -> Allowed {
        if self.is_plain_http() {
            Allowed::Yes
        } else if self.is("aws:SecureTransport")
            && self.values().iter().any(|node| node.reason().is_some())
        {
            Allowed::Perhaps
        } else {
            Allowed::No
        }
    }

    /// Whether it closes a statement to those who do not come from `ours`: by account, by ARN, by organisation or
    /// network. An organisation is taken to be the baseline owner's. A key that is not known here is unknown.
    pub fn closes_to(&self, scope: &Scope<'_>, ours: impl Fn(&Pattern) -> Limit) -> Limit {
        let key = self.key.to_ascii_lowercase();
        let key = key.as_str();
        if ACCOUNTS.contains(&key) {
            self.each(scope, ours)
        } else if ARNS.contains(&key) {
            self.each(scope, |arn| match arn.segments().get(4) {
                Some(account) => ours(account),
                None if arn.is_everything() => Limit::Open,
                None => Limit::Unknown,
            })
        } else if GROUPS.contains(&key) {
            self.each(scope, |value| {
                if self.is_wild() && value.is_everything() {
                    Limit::Open
                } else {
                    Limit::Closed
                }
            })
        } else if OTHERS.contains(&key) {
            Limit::Open
        } else {
            Limit::Unknown
        }
    }
}
