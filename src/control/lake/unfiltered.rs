//! Ways around a filter: grants add up, so whatever else reaches the table opens it.

use crate::aws::lake_formation::grant::{Columns, Node as On, Object};
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::aws::lake_formation::permissions::includes;
use crate::aws::lake_formation::principal::{Principal, PrincipalKind};
use crate::lattice::Text;
use std::collections::BTreeSet;

/// What shows data. Source: Lake Formation Developer Guide, *Lake Formation permissions reference*: who may insert or
/// delete may read.
pub const READING: [&str; 3] = ["SELECT", "INSERT", "DELETE"];

/// A grant that shows whole rows or more of a table than a filter would.
#[derive(Clone, Debug)]
pub struct Wider {
    /// Which of its permissions shows data.
    permission: String,
    /// Whether an attribute condition narrows who holds it.
    conditional: bool,
}

/// A grant on a filter or on columns.
#[derive(Clone, Debug)]
pub struct Restricted {
    /// Who holds it.
    pub principal: Name,
    /// What it is on.
    pub object: Object,
    /// Where it is known from, for a message.
    pub source: &'static str,
}

/// The table and columns that a grant is narrowed to, when it is.
pub fn restricted_by(object: &Object) -> Option<(&Name, &Name)> {
    if let On::Filter(database, table, _) | On::Columns(database, table, _) = &object.node {
        Some((database, table))
    } else {
        None
    }
}

impl Wider {
    /// How it does so, for a message.
    pub fn how(&self) -> String {
        format!("opens more with `{}`", self.permission)
    }

    /// A grant that may open more than a filter: by what it is on, and which permissions it gives.
    pub fn of(object: &Object, permissions: &[&str], conditional: bool) -> Option<Self> {
        let reads = permissions.iter().find(|held| {
            READING
                .iter()
                .any(|reading| includes(object.class(), held, reading))
        });
        let data = matches!(
            object.node,
            On::Table(..) | On::AllTables(_) | On::AnyTable | On::Columns(..)
        );
        let tagged = matches!(&object.node, On::TagPolicy(policy) if !policy.databases);
        let catalog = object.node == On::Catalog && permissions.contains(&"SUPER_USER");
        let on_data = data || tagged || catalog;
        reads.filter(|_| on_data).map(|permission| Self {
            permission: (*permission).to_owned(),
            conditional,
        })
    }
}

impl Restricted {
    /// A grant on a filter or on columns; `None` for any other.
    pub fn new(principal: &Name, object: &Object, source: &'static str) -> Option<Self> {
        restricted_by(object)?;
        Some(Self {
            principal: principal.clone(),
            object: object.clone(),
            source,
        })
    }

    /// Whether it narrows columns, not rows.
    pub fn is_columns(&self) -> bool {
        matches!(self.object.node, On::Columns(..))
    }

    /// Whether its table fits one of the patterns, when there are any.
    pub fn is_on(&self, tables: &BTreeSet<Text>) -> bool {
        let Some((database, table)) = restricted_by(&self.object) else {
            return false;
        };
        if tables.is_empty() {
            return true;
        }
        let name = format!("{database}.{table}");
        tables.iter().any(|want| want.accepts_as_pattern(&name))
    }
}

/// Whether the wider grant opens for the holder of the other what that one hides.
pub fn way_around(
    wider: &Wider,
    (principal, object): (&Name, &Object),
    held: &Restricted,
) -> Likeness {
    let holder = same_holder(principal, &held.principal, wider.conditional);
    holder.and(|| reaches(object, &held.object))
}

fn same_holder(wide: &Name, holder: &Name, conditional: bool) -> Likeness {
    if wide == holder {
        return if conditional {
            Likeness::Possible
        } else {
            Likeness::Same
        };
    }
    let (wide, holder) = (wide.to_string(), holder.to_string());
    let (Some(everybody), Some(one)) = (Principal::of(&wide), Principal::of(&holder)) else {
        return Likeness::Different;
    };
    let of_account = everybody.kind == PrincipalKind::AllPrincipals
        && matches!(one.kind, PrincipalKind::Role | PrincipalKind::User)
        && everybody.account == one.account;
    match (of_account, conditional) {
        (true, false) => Likeness::Same,
        (true, true) => Likeness::Possible,
        (false, _) => Likeness::Different,
    }
}

/// Whether what a grant is on holds more of the table than the restricted one shows.
fn reaches(wide: &Object, held: &Object) -> Likeness {
    let Some((database, table)) = restricted_by(held) else {
        return Likeness::Different;
    };
    if wide.catalog != held.catalog {
        return Likeness::Different;
    }
    let same = |a: &Name, b: &Name| {
        if a == b {
            Likeness::Same
        } else {
            a.likeness(b).min(Likeness::Possible)
        }
    };
    match (&wide.node, &held.node) {
        (On::Table(a, b), _) => same(a, database).and(|| same(b, table)),
        (On::AllTables(a), _) => same(a, database),
        (On::Catalog | On::AnyTable, _) => Likeness::Same,
        // Columns of a table show all its rows.
        (On::Columns(a, b, _), On::Filter(..)) => same(a, database).and(|| same(b, table)),
        (On::Columns(a, b, Columns::AllBut(_)), On::Columns(_, _, Columns::Only(_))) => {
            same(a, database).and(|| same(b, table))
        }
        (On::TagPolicy(_), _) => Likeness::Possible,
        _ => Likeness::Different,
    }
}
