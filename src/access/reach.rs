//! What one grant lets one holder read of a table.

use super::facts::Facts;
use super::{Grant, On, Part, Rows, tagged};
use crate::aws::lake_formation::grant::{Columns, Object};
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::aws::lake_formation::permissions::includes;
use crate::aws::lake_formation::principal::{Principal, PrincipalKind};
use crate::control::lake::unfiltered::READING;
use std::collections::BTreeSet;

/// What a grant shows a holder of a table.
pub(super) fn part_of(
    facts: &Facts<'_>,
    grant: &Grant,
    holder: &Name,
    table: &Object,
) -> Option<Part> {
    let shown = reach(facts, &grant.object, table)?;
    // Of a policy whose tags only some columns of a table bear, `SELECT` and `DESCRIBE` are left (Lake Formation
    // Developer Guide, *LF-Tag considerations*): who may insert into the others' table does not read these.
    let of_tags = matches!(grant.object.node, On::TagPolicy(_));
    if of_tags && shown.columns.is_some() && !gives(grant, &["SELECT"]) {
        return None;
    }
    let sure = lets_read(grant, holder).and(|| shown.sure);
    (sure != Likeness::Different).then(|| Part {
        columns: shown.columns,
        rows: shown.rows,
        sure,
        places: BTreeSet::from([grant.place.clone()]),
    })
}

/// Whether a grant lets a principal read.
pub(super) fn lets_read(grant: &Grant, holder: &Name) -> Likeness {
    if gives(grant, &READING) {
        held_by(grant, holder)
    } else {
        Likeness::Different
    }
}

/// Whether a grant gives one of these permissions.
fn gives(grant: &Grant, permissions: &[&str]) -> bool {
    let class = grant.object.class();
    let one = |held: &String| permissions.iter().any(|one| includes(class, held, one));
    grant.permissions.iter().any(one)
}

/// Whether a principal holds a grant: its own, or one to every principal of its account.
fn held_by(grant: &Grant, holder: &Name) -> Likeness {
    let most = if grant.conditional {
        Likeness::Possible
    } else {
        Likeness::Same
    };
    if grant.holder == *holder {
        return most;
    }
    let (everybody, one) = (grant.holder.to_string(), holder.to_string());
    let (Some(everybody), Some(one)) = (Principal::of(&everybody), Principal::of(&one)) else {
        return Likeness::Different;
    };
    let among = everybody.kind == PrincipalKind::AllPrincipals
        && matches!(one.kind, PrincipalKind::Role | PrincipalKind::User)
        && everybody.account == one.account;
    if among { most } else { Likeness::Different }
}

/// What an object shows of a table.
pub(super) struct Shown {
    /// Whether it is sure to.
    pub(super) sure: Likeness,
    /// Which columns; `None` is all.
    pub(super) columns: Option<Columns>,
    pub(super) rows: Rows,
}

impl Shown {
    pub(super) const fn whole(sure: Likeness) -> Self {
        Self {
            sure,
            columns: None,
            rows: Rows::All,
        }
    }
}

/// What the object of a grant shows of a table.
fn reach(facts: &Facts<'_>, object: &Object, table: &Object) -> Option<Shown> {
    if object == table {
        return Some(Shown::whole(Likeness::Same));
    }
    let On::Table(database, name) = &table.node else {
        return None;
    };
    if object.catalog != table.catalog {
        return None;
    }
    let same = |of: &Name, own: &Name| {
        if of == own {
            Likeness::Same
        } else {
            of.likeness(own).min(Likeness::Possible)
        }
    };
    let both = |of: &Name, own: &Name| same(of, database).and(|| same(own, name));
    match &object.node {
        On::Table(of, own) => Some(Shown::whole(both(of, own))),
        On::Columns(of, own, columns) => Some(Shown {
            columns: Some(columns.clone()),
            ..Shown::whole(both(of, own))
        }),
        On::AllTables(of) => Some(Shown::whole(same(of, database))),
        On::AnyTable | On::Catalog => Some(Shown::whole(Likeness::Same)),
        On::Filter(of, own, filter) => {
            let known = facts.filter(table, filter);
            let (columns, rows) = known.map_or_else(
                || (None, Rows::Unknown(filter.to_string())),
                |known| (known.columns.clone(), known.rows.clone()),
            );
            Some(Shown {
                sure: both(of, own),
                columns,
                rows,
            })
        }
        On::TagPolicy(policy) if !policy.databases => {
            tagged::reached(facts, policy, database, name)
        }
        On::TagPolicy(_)
        | On::Database(_)
        | On::Location(_)
        | On::Tag(..)
        | On::TagExpression(_)
        | On::Function(..)
        | On::RowPolicy(_) => None,
    }
}
