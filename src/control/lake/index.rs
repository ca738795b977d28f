//! Where declared grants are found: by who holds them, and by what they are on.

use super::declared::DeclaredGrant;
use crate::aws::lake_formation::grant::{Node, Object};
use crate::aws::lake_formation::name::Name;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// Where declared grants are found, by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// Those of every principal, as its name is written, openings and all.
    pub(super) holders: BTreeMap<Name, Own>,
    /// Those of which the principal, or the table or database, is not wholly known.
    pub(super) open: Vec<usize>,
    pub(super) databases: BTreeSet<Name>,
    /// Those of which the name is not wholly known.
    pub(super) open_databases: BTreeSet<Name>,
}

/// The declared grants of one principal, by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Own {
    pub(super) all: Vec<usize>,
    /// On what lies in no database.
    elsewhere: Vec<usize>,
    /// In databases, by database and table.
    inside: Vec<usize>,
    /// On tables or databases of names that are not wholly known.
    pub(super) open: Vec<usize>,
}

impl Index {
    pub(super) fn new(grants: &[DeclaredGrant]) -> Self {
        let mut index = Self::default();
        // They come by their keys: those of one holder one after the other.
        let mut at = 0;
        for run in grants.chunk_by(|one, next| one.principal == next.principal) {
            index.place(at, run);
            at += run.len();
        }
        for own in index.holders.values_mut() {
            // In their order where they lie on the same.
            own.inside.sort_by_key(|at| grants.get(*at).map(lies_on));
        }
        index
    }

    /// Takes in grants of one holder, of which the first has this number.
    fn place(&mut self, first: usize, run: &[DeclaredGrant]) {
        let Some(holder) = run.first().map(|grant| &grant.principal) else {
            return;
        };
        let own = self.holders.entry(holder.clone()).or_default();
        for (grant, at) in run.iter().zip(first..) {
            let database = grant.object.database();
            if let Some(database) = database {
                let databases = if database.as_known().is_some() {
                    &mut self.databases
                } else {
                    &mut self.open_databases
                };
                if !databases.contains(database) {
                    databases.insert(database.clone());
                }
            }
            let is_open = is_open(&grant.object);
            if is_open || holder.as_known().is_none() {
                self.open.push(at);
            }
            own.all.push(at);
            match database {
                _ if is_open => own.open.push(at),
                Some(_) => own.inside.push(at),
                None => own.elsewhere.push(at),
            }
        }
    }
}

/// Whether the name of its database or table is not wholly known.
fn is_open(object: &Object) -> bool {
    let (database, table) = (object.database(), object.table().map(|(_, table)| table));
    let mut names = database.into_iter().chain(table);
    names.any(|name| name.as_known().is_none())
}

/// The database and the table that a grant lies on.
fn lies_on(grant: &DeclaredGrant) -> (Option<&Name>, Option<&Name>) {
    let table = grant.object.table().map(|(_, table)| table);
    (grant.object.database(), table)
}

impl Own {
    /// Those on the object, on a part of it, or on what it is a part of.
    pub(super) fn near(&self, grants: &[DeclaredGrant], object: &Object) -> &[usize] {
        if object.node == Node::AnyTable || is_open(object) {
            return &self.all;
        }
        let Some(database) = object.database() else {
            return &self.elsewhere;
        };
        let table = object.table().map(|(_, table)| table);
        let order = |at: &usize| {
            let (own, part) = grants.get(*at).map(lies_on)?;
            let by_table = || table.map_or(Ordering::Equal, |table| part.cmp(&Some(table)));
            Some(own.cmp(&Some(database)).then_with(by_table))
        };
        let from = self
            .inside
            .partition_point(|at| order(at) == Some(Ordering::Less));
        let rest = self.inside.get(from..).unwrap_or_default();
        let count = rest.partition_point(|at| order(at) == Some(Ordering::Equal));
        rest.get(..count).unwrap_or_default()
    }
}
