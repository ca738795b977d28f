//! The condition "only these services may assume the role, and only for us", which several controls share.

use super::Conditions;
use super::policy::list_of as one_or_many;
use crate::observed::{Known, Node, Value};

/// Services that may assume a role.
#[derive(Clone, Copy, Debug)]
pub struct Trusted {
    /// What a message calls them.
    pub name: &'static str,
    /// Their principals; the first is the one to write.
    pub services: &'static [&'static str],
}

impl Trusted {
    fn principal(self) -> &'static str {
        self.services.first().copied().unwrap_or_default()
    }
}

impl Conditions {
    /// The trust policy must let nobody but these services assume the role, and, under `source`, only for resources
    /// of a known account.
    pub fn must_trust_only(
        &mut self,
        trust: Node<'_>,
        trusted: Trusted,
        source: Option<&'static str>,
    ) {
        if let Some(reason) = trust.reason() {
            self.unknown(trust, reason, "the trust of the role is unknown");
            return;
        }
        let statements = one_or_many(trust.get("Statement"));
        if statements.is_empty() {
            self.undecided(
                trust,
                "the role has no readable trust",
                "write the role's trust policy",
            );
        }
        for statement in statements {
            if let Some(reason) = statement.reason() {
                self.unknown(
                    statement,
                    reason,
                    "a statement of the role's trust is unknown",
                );
            } else if statement.get("Effect").as_text() != Some("Deny") {
                self.judge_principals(statement.get("Principal"), trusted);
                if let Some(setting) = source {
                    self.judge_source(statement.get("Condition"), setting);
                }
            }
        }
    }

    fn judge_principals(&mut self, principal: Node<'_>, trusted: Trusted) {
        let others = principal.members().filter(|(kind, _)| *kind != "Service");
        let strangers: Vec<Node<'_>> = if matches!(principal.value(), Value::Map) {
            others.map(|(_, node)| node).collect()
        } else {
            vec![principal]
        };
        for node in strangers {
            match node.reason() {
                Some(reason) => {
                    self.unknown(node, reason, "who else may assume the role is unknown")
                }
                None => self.failed(
                    node,
                    format!(
                        "another principal than {} may assume the role",
                        trusted.name
                    ),
                ),
            }
            .expected(format!("`{}` alone", trusted.principal()))
            .observed(node.display());
        }
        for service in one_or_many(principal.get("Service")) {
            match service.text() {
                Known::Set(name) if trusted.services.contains(&name) => self.held(),
                Known::Unreadable(reason) => {
                    self.unknown(
                        service,
                        reason,
                        "a service that may assume the role is unknown",
                    );
                }
                Known::Set(_) | Known::Absent | Known::Mistyped => {
                    self.failed(
                        service,
                        format!("another service than {} may assume the role", trusted.name),
                    )
                    .expected(format!("`{}`", trusted.principal()))
                    .observed(service.display());
                }
            }
        }
    }

    fn judge_source(&mut self, condition: Node<'_>, setting: &'static str) {
        let limited = condition.members().any(|(operator, keys)| {
            // A negated or optional test limits nothing when the key is absent.
            ["StringEquals", "StringLike", "ArnEquals", "ArnLike"].contains(&operator)
                && keys.members().any(|(key, value)| {
                    ["aws:sourceaccount", "aws:sourcearn"]
                        .contains(&key.to_ascii_lowercase().as_str())
                        && value.as_text() != Some("*")
                })
        });
        match condition.reason() {
            _ if limited => self.held(),
            Some(reason) => {
                self.unknown(
                    condition,
                    reason,
                    "the condition of the role's trust is unknown",
                )
                .under(setting);
            }
            None => {
                self.failed(
                    condition,
                    "the trust is not limited by `aws:SourceAccount` or `aws:SourceArn`",
                )
                .under(setting)
                .expected("a condition on the account or the resource")
                .observed(condition.display());
            }
        }
    }
}
