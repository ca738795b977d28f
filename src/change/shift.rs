//! What tags, saved expressions and filters mean otherwise once a plan is carried out. A grant through one of them gives
//! more or less from that moment on, though nobody grants or revokes: what goes beyond the baseline through them goes before.

use super::current::{Current, FilterKey};
use crate::aws::lake_formation::grant::{Expression, Node as On, Object};
use std::collections::BTreeSet;

/// A tag's key and a value, both in lower case.
type Tag = (String, String);

/// What changes its meaning.
#[derive(Debug, Default)]
pub(super) struct Shifts {
    /// What something will bear that does not bear it now.
    pub(super) comes: BTreeSet<Tag>,
    /// What something bears now, and will bear no more.
    pub(super) goes: BTreeSet<Tag>,
    /// Saved expressions that are made, or become others.
    pub(super) expressions: BTreeSet<String>,
    /// Filters that are made, or become others.
    pub(super) filters: BTreeSet<FilterKey>,
}

impl Shifts {
    /// Whether a grant on the object may give more by itself.
    pub(super) fn widen(&self, object: &Object, current: &Current) -> bool {
        if let On::TagPolicy(policy) = &object.node {
            return self.change_expression(&policy.expression)
                || touches(&self.comes, &policy.expression, current);
        }
        self.change_filter(object)
    }

    /// Whether a grant on the object gives no more before all this than it does after: what it names is there, and
    /// nothing stops to be reached by it.
    pub(super) fn may_come_first(&self, object: &Object, current: &Current) -> bool {
        if let On::TagPolicy(policy) = &object.node {
            return !self.change_expression(&policy.expression)
                && !touches(&self.goes, &policy.expression, current);
        }
        if let On::TagExpression(name) = &object.node {
            return !self.expressions.contains(&name.to_string());
        }
        !self.change_filter(object)
    }

    fn change_filter(&self, object: &Object) -> bool {
        filter_key(object).is_some_and(|key| self.filters.contains(&key))
    }

    fn change_expression(&self, expression: &Expression) -> bool {
        matches!(expression, Expression::Saved(name) if self.expressions.contains(&name.to_string()))
    }
}

/// Whether some of the tags are among those of an expression; of one that is not known, they may be.
fn touches(tags: &BTreeSet<Tag>, expression: &Expression, current: &Current) -> bool {
    let mut tags = tags.iter();
    match expression {
        Expression::Tags(own) => tags.any(|(key, value)| {
            let values = own.iter().filter(|(name, _)| name.to_lowercase() == *key);
            let mut values = values.flat_map(|(_, values)| values);
            values.any(|one| is_or_all(&one.to_string(), value))
        }),
        Expression::Saved(name) => {
            let Some(saved) = current.expressions.get(&name.to_string()) else {
                return tags.next().is_some();
            };
            tags.any(|(key, value)| {
                let values = saved.tags.get(key).into_iter().flatten();
                { values }.any(|one| is_or_all(one, value))
            })
        }
    }
}

fn is_or_all(asked: &str, value: &str) -> bool {
    asked == "*" || asked.to_lowercase() == value
}

/// What names the filter that a grant is on.
pub(super) fn filter_key(object: &Object) -> Option<FilterKey> {
    let On::Filter(database, table, name) = &object.node else {
        return None;
    };
    Some((
        object.catalog.as_ref().map(ToString::to_string),
        database.to_string(),
        table.to_string(),
        name.to_string(),
    ))
}
