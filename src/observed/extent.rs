//! How far the statement of a policy reaches: a finding about it that was there before is another one when it reaches
//! further.

use super::{Node, Value};
use std::collections::BTreeSet;

/// Members of which more lets more be done. Of the others, such as conditions, anything else may.
const GROWING: [&str; 4] = ["Action", "Resource", "Permissions", "permissions"];
/// Stands in the extent of what is allowed under no condition: under one, less is.
pub const UNCONDITIONAL: &str = "without a condition";
/// Begins the part of an extent that tells a condition.
pub const UNDER_CONDITION: &str = "if ";
/// Members of one of which a statement, or an entry of a list of permissions, has at least one.
const TELLING: [&str; 4] = ["Action", "NotAction", "Permissions", "permissions"];

impl Node<'_> {
    /// See [`super::Marks::extent`].
    pub(super) fn extent(self) -> Vec<String> {
        let has = |key: &str| self.members().any(|(known, _)| known == key);
        let is_statement = has("Effect") || has("Principal") || has("principal");
        let mut extent = Vec::new();
        if self.missing_key().is_some() || !is_statement || !TELLING.iter().any(|key| has(key)) {
            return extent;
        }
        // Under a condition, less is allowed, and less is denied.
        let effect = self.members().find(|(key, _)| *key == "Effect");
        let allows = effect.is_none_or(|(_, effect)| effect.as_text() == Some("Allow"));
        let mut others = Vec::new();
        let mut conditions = Vec::new();
        for (key, value) in self.members() {
            match key {
                "Sid" => {}
                "Condition" if allows => leaves(value, "", &mut conditions),
                _ if GROWING.contains(&key) => leaves(value, key, &mut extent),
                _ => leaves(value, key, &mut others),
            }
        }
        if allows && conditions.is_empty() {
            extent.push(UNCONDITIONAL.to_owned());
        } else if allows {
            conditions.sort();
            extent.push(format!("{UNDER_CONDITION}{}", conditions.join(", ")));
        }
        others.sort();
        extent.push(others.join(", "));
        extent.sort();
        extent.dedup();
        extent
    }
}

/// Whether what has an extent reaches no further than what has the other.
pub fn reaches_within(one: &BTreeSet<String>, other: &BTreeSet<String>) -> bool {
    let mut parts = one.iter();
    parts.all(|part| {
        other.contains(part) || part.starts_with(UNDER_CONDITION) && other.contains(UNCONDITIONAL)
    })
}

/// The values at and below a node, each after the keys that lead there, whatever the order of lists.
fn leaves(node: Node<'_>, path: &str, all: &mut Vec<String>) {
    match node.value() {
        Value::List => node.items().for_each(|item| leaves(item, path, all)),
        Value::Map => {
            for (key, value) in node.members() {
                leaves(value, &format!("{path}/{key}"), all);
            }
        }
        Value::Absent
        | Value::Unreadable(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Template => all.push(format!("{path}: {}", node.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::reaches_within;
    use crate::observe::json;
    use crate::observed::{Source, Tree};
    use serde_json::{Value, json};
    use std::collections::BTreeSet;
    use std::sync::Arc;

    fn extent(statement: &Value) -> BTreeSet<String> {
        let source = Source::new("f.json", statement.to_string());
        let tree: Tree = json::read(Arc::new(source)).unwrap();
        tree.root().extent().into_iter().collect()
    }

    #[test]
    fn less_under_a_condition_lies_within_what_stands_under_none() {
        let statement = |effect: &str, actions: &[&str], condition: Option<&str>| {
            let mut one = json!({"Effect": effect, "Action": actions, "Resource": "*"});
            if let Some(value) = condition {
                one["Condition"] = json!({"StringEquals": {"aws:PrincipalAccount": value}});
            }
            extent(&one)
        };
        let allow = |actions: &[&str], condition| statement("Allow", actions, condition);
        let (one, two) = (["s3:GetObject"], ["s3:GetObject", "s3:PutObject"]);
        for (now, then, within) in [
            (allow(&one, None), allow(&two, None), true),
            (allow(&two, None), allow(&one, None), false),
            (allow(&two, Some("1")), allow(&two, None), true),
            (allow(&one, Some("1")), allow(&two, None), true),
            (allow(&two, Some("1")), allow(&one, None), false),
            (allow(&one, None), allow(&one, Some("1")), false),
            (allow(&one, Some("2")), allow(&one, Some("1")), false),
            (
                statement("Deny", &one, Some("1")),
                statement("Deny", &one, None),
                false,
            ),
        ] {
            assert_eq!(reaches_within(&now, &then), within, "{now:?} {then:?}");
        }
    }
}
