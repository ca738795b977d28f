//! Conditions on roles that several controls share: what a role is called, which managed policies it has, what its
//! own policies allow.

use super::policy::{Allowed, list_of as one_or_many};
use super::settings::Choice;
use super::{Conditions, Target};
use crate::aws::iam::Principal;
use crate::lattice::{Text, pattern_accepts};
use crate::observed::Node;
use std::collections::BTreeSet;

/// Whether a role's text, name or ARN, is one that the baseline's text stands for. A name is a role of the account that
/// uses it: the text's account counts only against another ARN.
pub fn is_role(want: &Text, text: &str) -> bool {
    if want.accepts_as_pattern(text) {
        return true;
    }
    let shown = want.to_string();
    let name = |text: &str| {
        let last = text.rsplit('/').next().unwrap_or_default();
        let open = last.split("${").enumerate().map(|(index, part)| {
            let rest = part.split_once('}').map_or(part, |(_, rest)| rest);
            if index == 0 {
                part.to_owned()
            } else {
                format!("*{rest}")
            }
        });
        open.collect::<String>()
    };
    let one_is_bare = text.starts_with("arn:") != shown.starts_with("arn:");
    let read = Principal::role(text);
    one_is_bare && read.is_some_and(|role| pattern_accepts(&name(&shown), role.name))
}

/// The literal end of a text behind its last `/`: the name in an ARN, whatever partition or account is open in it.
pub fn last_name(node: Node<'_>) -> Option<&str> {
    let last = *node.pieces().last()?;
    let last = last?;
    match last.rsplit_once('/') {
        Some((_, name)) => Some(name),
        None => node.as_text(),
    }
}

/// Whether a policy document allows all of an action pattern, on everything when `everywhere` is asked.
pub fn allows<'t>(policy: Node<'t>, action: &str, everywhere: bool) -> (Allowed, Node<'t>) {
    let statements = one_or_many(policy.get("Statement"));
    if policy.reason().is_some() {
        return (Allowed::Perhaps, policy);
    }
    let denied = statements.iter().any(|&statement| {
        statement.get("Effect").as_text() == Some("Deny")
            && statement.get("Condition").is_absent()
            && matches_action(statement, action) == Allowed::Yes
            && matches_resource(statement) == Allowed::Yes
    });
    if denied {
        return (Allowed::No, policy);
    }
    let each = statements.iter().map(|&statement| {
        let effect = match statement.get("Effect").as_text() {
            Some("Allow") => Allowed::Yes,
            Some(_) => Allowed::No,
            None => Allowed::Perhaps,
        };
        let free = if statement.get("Condition").is_absent() {
            Allowed::Yes
        } else {
            Allowed::Perhaps
        };
        let resource = if everywhere {
            matches_resource(statement)
        } else {
            Allowed::Yes
        };
        let sure = effect
            .min(matches_action(statement, action))
            .min(resource)
            .min(free);
        (sure, statement)
    });
    each.fold((Allowed::No, policy), |worst, one| {
        if one.0 > worst.0 { one } else { worst }
    })
}

fn matches_action(statement: Node<'_>, action: &str) -> Allowed {
    let not = statement.get("NotAction");
    if not.is_set() || not.reason().is_some() {
        // `NotAction` allows everything but its list: it spares the action only when it covers it.
        return match covers(not, action) {
            Allowed::Yes => Allowed::No,
            Allowed::Perhaps => Allowed::Perhaps,
            Allowed::No => Allowed::Yes,
        };
    }
    covers(statement.get("Action"), action)
}

fn matches_resource(statement: Node<'_>) -> Allowed {
    if statement.get("NotResource").is_absent() {
        covers(statement.get("Resource"), "*")
    } else {
        Allowed::Perhaps
    }
}

/// Whether a pattern of the list covers the whole pattern asked for. Actions are compared without case.
fn covers(list: Node<'_>, asked: &str) -> Allowed {
    let asked = asked.to_ascii_lowercase();
    let each = one_or_many(list)
        .into_iter()
        .map(|item| match item.as_text() {
            Some(text) if pattern_accepts(&text.to_ascii_lowercase(), &asked) => Allowed::Yes,
            Some(_) => Allowed::No,
            None => Allowed::Perhaps,
        });
    each.max().unwrap_or(Allowed::No)
}

impl Conditions {
    /// The role must be one of those allowed, by name or ARN. Returns whether it is.
    pub fn must_be_role(&mut self, node: Node<'_>, text: &str, roles: &Choice) -> bool {
        if roles.is_any() || roles.allows_by(|want| is_role(want, text)) {
            return true;
        }
        self.failed(node, format!("role `{text}` is not among those allowed"))
            .under("roles")
            .expected(roles.to_string())
            .observed(format!("`{text}`"));
        false
    }

    /// A role or instance profile whose ARN tells another account than the target's cannot be the one: EMR is handed
    /// roles of the caller's own account only. Source: IAM User Guide, *Grant a user permissions to pass a role*.
    pub fn must_be_of_account(&mut self, node: Node<'_>, text: &str, target: Option<&Target>) {
        let other = Principal::of_arn(text).and_then(|found| Some((found.kind, found.account()?)));
        let Some(((kind, account), target)) = other.zip(target) else {
            return;
        };
        if account != target.account {
            let kind = kind.replace('-', " ");
            self.failed(
                node,
                format!("`{text}` is of account {account}, and no {kind} can be passed to EMR across accounts"),
            )
            .expected(format!("account {}", target.account))
            .observed(format!("account {account}"))
            .fix(format!("name one of account {}", target.account));
        }
    }

    /// A declared role must not have these managed policies, each given by name or ARN.
    pub fn must_lack_policies(&mut self, attached: Node<'_>, denied: &BTreeSet<Text>) {
        if let Some(reason) = attached.reason() {
            self.unknown(
                attached,
                reason,
                "the managed policies of the role are unknown",
            )
            .under("denied-policies");
            return;
        }
        self.must_lack_each(one_or_many(attached), denied);
    }

    /// None of these managed policies may be a denied one.
    pub fn must_lack_each<'t>(
        &mut self,
        attached: impl IntoIterator<Item = Node<'t>>,
        denied: &BTreeSet<Text>,
    ) {
        for policy in attached {
            let name = last_name(policy);
            let hit = denied.iter().find(|want| {
                name.is_some_and(|name| want.accepts_as_pattern(name))
                    || policy
                        .as_text()
                        .is_some_and(|arn| want.accepts_as_pattern(arn))
            });
            if let Some(want) = hit {
                self.failed(policy, format!("the role has the managed policy `{want}`"))
                    .under("denied-policies")
                    .expected("none of the denied policies")
                    .observed(policy.display())
                    .fix(format!("detach `{want}` and attach a policy of your own"));
            } else if let (None, Some(reason)) = (name, policy.reason()) {
                self.unknown(policy, reason, "a managed policy of the role is unknown")
                    .under("denied-policies");
            } else {
                self.held();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Allowed, allows, is_role, last_name};
    use crate::control::testing::tree;
    use crate::lattice::{Piece, Text};
    use serde_json::json;

    #[test]
    fn a_role_is_known_by_name_and_by_arn() {
        let want = Text::from("arn:aws:iam::111122223333:role/emr-*");
        for (text, is) in [
            ("arn:aws:iam::111122223333:role/emr-nodes", true),
            ("emr-nodes", true),
            ("other", false),
            ("arn:aws:iam::444455556666:role/emr-nodes", false),
            ("arn:aws:iam::111122223333:user/emr-nodes", false),
        ] {
            assert_eq!(is_role(&want, text), is, "{text}");
        }
        let open = Text::new([
            Piece::Literal("arn:aws:iam::".into()),
            Piece::Open("account".into()),
            Piece::Literal(":role/emr".into()),
        ]);
        assert!(is_role(&open, "emr"));
        assert!(!is_role(&open, "other"));
        assert!(is_role(
            &Text::from("emr"),
            "arn:aws:iam::111122223333:role/team/emr"
        ));
    }

    #[test]
    fn a_policy_allows_what_one_of_its_patterns_covers() {
        let policy = |statement: serde_json::Value| tree(&json!({ "Statement": statement })).root();
        let all = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
        assert_eq!(allows(policy(all), "iam:*", false).0, Allowed::Yes);
        let one = json!([{ "Effect": "Allow", "Action": ["IAM:PassRole"], "Resource": "*" }]);
        assert_eq!(allows(policy(one), "iam:*", false).0, Allowed::No);
        let narrow = json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::1:role/x" });
        assert_eq!(
            allows(policy(narrow), "sts:AssumeRole", true).0,
            Allowed::No
        );
        let but = json!({ "Effect": "Allow", "NotAction": "s3:*", "Resource": "*" });
        assert_eq!(allows(policy(but), "iam:*", false).0, Allowed::Yes);
        let when = json!({ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {} });
        assert_eq!(allows(policy(when), "iam:*", false).0, Allowed::Perhaps);
        let unknown = json!({ "Effect": "Allow", "Action": { "$unknown": "A" }, "Resource": "*" });
        assert_eq!(allows(policy(unknown), "iam:*", false).0, Allowed::Perhaps);
    }

    #[test]
    fn an_explicit_deny_comes_first() {
        let policy = json!({ "Statement": [
            { "Effect": "Allow", "Action": "*", "Resource": "*" },
            { "Effect": "Deny", "Action": "iam:*", "Resource": "*" },
        ] });
        let policy = tree(&policy).root();
        assert_eq!(allows(policy, "iam:*", false).0, Allowed::No);
        assert_eq!(allows(policy, "lakeformation:*", false).0, Allowed::Yes);
    }

    #[test]
    fn the_name_in_an_arn_is_what_follows_the_last_slash() {
        let arn = tree(&json!(
            "arn:aws:iam::aws:policy/service-role/AmazonElasticMapReduceRole"
        ));
        assert_eq!(last_name(arn.root()), Some("AmazonElasticMapReduceRole"));
        assert_eq!(last_name(tree(&json!({ "$ref": "P" })).root()), None);
    }
}
