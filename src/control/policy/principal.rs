//! Whom a statement is about.

use super::Allowed;
use super::text::{list_of, pattern_of};
use crate::aws::policy::Pattern;
use crate::observed::{Node, Scope, Value};

/// A principal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// Everybody, with or without an account.
    Anyone,
    /// Whoever this account lets: its root ARN, or its number.
    Account(Pattern),
    /// A role, a user or a session, by ARN.
    Identity(Pattern),
    /// A service of AWS's.
    Service(String),
    /// An identity provider, or a canonical user.
    Outside(String),
    /// The id that IAM leaves when a role or user is deleted: `AROA…`, `AIDA…`.
    Deleted(String),
    /// Not known.
    Unknown,
}

/// A principal, and where it is written.
#[derive(Clone, Debug)]
pub struct Principal<'t> {
    /// Where.
    pub node: Node<'t>,
    /// Who.
    pub who: Who,
}

/// The principals of a statement.
#[derive(Clone, Debug)]
pub struct Principals<'t> {
    /// Whether it is about everybody but these (`NotPrincipal`).
    pub not: bool,
    /// They.
    pub list: Vec<Principal<'t>>,
}

impl<'t> Principals<'t> {
    pub(super) fn of(statement: Node<'t>, scope: &Scope<'_>) -> Self {
        let spared = statement.get("NotPrincipal");
        let not = !spared.is_absent();
        let node = if not {
            spared
        } else {
            statement.get("Principal")
        };
        let mut list = Vec::new();
        match node.value() {
            Value::Map => {
                for (kind, members) in node.members() {
                    let each = list_of(members).into_iter();
                    list.extend(each.map(|node| Principal {
                        node,
                        who: who(kind, node, scope),
                    }));
                }
                if node.open().is_some() {
                    list.push(Principal {
                        node,
                        who: Who::Unknown,
                    });
                }
            }
            Value::String("*") => list.push(Principal {
                node,
                who: Who::Anyone,
            }),
            Value::Absent => {}
            Value::Unreadable(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Template
            | Value::List => list.push(Principal {
                node,
                who: Who::Unknown,
            }),
        }
        Self { not, list }
    }
}

fn who(kind: &str, node: Node<'_>, scope: &Scope<'_>) -> Who {
    match (kind, node.as_text()) {
        ("AWS", _) => of_aws(&pattern_of(node, scope)),
        ("Service", Some(name)) => Who::Service(name.to_owned()),
        // `Fn::Sub` writes services with the suffix of the partition.
        ("Service", None) => match node.pieces().first() {
            Some(Some(start)) if start.ends_with('.') => {
                Who::Service(format!("{start}amazonaws.com"))
            }
            _ => Who::Unknown,
        },
        ("Federated" | "CanonicalUser", _) => Who::Outside(node.display()),
        _ => Who::Unknown,
    }
}

/// Source: IAM User Guide, *AWS JSON policy elements: Principal*.
fn of_aws(pattern: &Pattern) -> Who {
    if pattern.is_everything() {
        return Who::Anyone;
    }
    if pattern.name() == Some("AWS::AccountId") {
        return Who::Account(pattern.clone());
    }
    if let Some(text) = pattern.literal() {
        if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Who::Account(pattern.clone());
        }
        if ["AROA", "AIDA", "AGPA", "ANPA"]
            .iter()
            .any(|prefix| text.starts_with(prefix))
        {
            return Who::Deleted(text);
        }
    }
    let segments = pattern.segments();
    let segment = |at: usize| segments.get(at);
    let is =
        |at: usize, text: &str| segment(at).and_then(Pattern::literal).as_deref() == Some(text);
    match (is(0, "arn"), is(5, "root"), segment(4)) {
        (true, true, Some(account)) => Who::Account(account.clone()),
        (true, _, Some(_)) => Who::Identity(pattern.clone()),
        _ => Who::Unknown,
    }
}

impl Who {
    /// Whether it is everybody.
    pub fn is_everybody(&self) -> Allowed {
        if *self == Self::Anyone {
            Allowed::Yes
        } else if *self == Self::Unknown {
            Allowed::Perhaps
        } else {
            Allowed::No
        }
    }

    /// The account of an account or an identity.
    pub fn account(&self) -> Option<Pattern> {
        match self {
            Self::Account(account) => Some(account.clone()),
            Self::Identity(arn) => arn.segments().into_iter().nth(4),
            Self::Anyone
            | Self::Service(_)
            | Self::Outside(_)
            | Self::Deleted(_)
            | Self::Unknown => None,
        }
    }

    /// As a message names it.
    pub fn display(&self) -> String {
        match self {
            Self::Anyone => "everybody".to_owned(),
            Self::Account(account) => format!("account `{}`", account.display()),
            Self::Identity(arn) => format!("`{}`", arn.display().replacen("arn::", "arn:…:", 1)),
            Self::Service(name) => format!("service `{name}`"),
            Self::Outside(name) => format!("outside identity {name}"),
            Self::Deleted(id) => format!("deleted principal `{id}`"),
            Self::Unknown => "an unknown principal".to_owned(),
        }
    }
}
