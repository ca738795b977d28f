//! An estate with its grants, filters and tags where they are looked for: an account may have very many of each.

use super::{Estate, Filter, Grant, Mapping, On, TagExpression, beyond};
use crate::aws::lake_formation::grant::Object;
use crate::aws::lake_formation::name::Name;
use crate::aws::lake_formation::principal::{Principal, PrincipalKind};
use std::collections::{BTreeMap, BTreeSet};

/// The value of each key.
pub(super) type Tags<'e> = BTreeMap<&'e str, &'e Name>;

/// An estate, and where its parts are.
pub(super) struct Facts<'e> {
    pub(super) estate: &'e Estate,
    /// The grants of each holder, by their numbers.
    grants: BTreeMap<&'e Name, Vec<usize>>,
    /// Grants to every principal of an account, by their numbers.
    everybodys: Vec<usize>,
    filters: BTreeMap<(&'e Object, &'e Name), &'e Filter>,
    tags: BTreeMap<Vec<&'e Name>, Tags<'e>>,
    /// The columns of each table that bear tags of their own.
    columns: BTreeMap<(&'e Name, &'e Name), BTreeSet<&'e Name>>,
    /// Databases and tables that bear tags that are not all known, or columns that do.
    untold: BTreeSet<Vec<&'e Name>>,
    mappings: BTreeMap<&'e Name, Vec<&'e Mapping>>,
}

impl<'e> Facts<'e> {
    pub(super) fn of(estate: &'e Estate) -> Self {
        let mut facts = Self {
            estate,
            grants: BTreeMap::new(),
            everybodys: Vec::new(),
            filters: BTreeMap::new(),
            tags: BTreeMap::new(),
            columns: BTreeMap::new(),
            untold: { estate.untold.iter() }
                .map(|bearer| bearer.iter().take(2).collect())
                .collect(),
            mappings: BTreeMap::new(),
        };
        for (at, grant) in estate.grants.iter().enumerate() {
            facts.grants.entry(&grant.holder).or_default().push(at);
        }
        for (holder, grants) in &facts.grants {
            let everybody = Principal::of(&holder.to_string())
                .is_some_and(|one| one.kind == PrincipalKind::AllPrincipals);
            if everybody {
                facts.everybodys.extend(grants);
            }
        }
        for filter in &estate.filters {
            let key = (&filter.table, &filter.name);
            facts.filters.entry(key).or_insert(filter);
        }
        for tagged in &estate.tagged {
            if let [database, table, column] = tagged.bearer.as_slice() {
                let columns = facts.columns.entry((database, table)).or_default();
                columns.insert(column);
            }
            let own = facts
                .tags
                .entry(tagged.bearer.iter().collect())
                .or_default();
            own.extend(tagged.tags.iter().map(|(key, value)| (key.as_str(), value)));
        }
        for mapping in &estate.mappings {
            facts
                .mappings
                .entry(&mapping.role)
                .or_default()
                .push(mapping);
        }
        facts
    }

    /// Everybody who holds a grant or is a role of EMRFS.
    pub(super) fn holders(&self) -> BTreeSet<&'e Name> {
        self.grants
            .keys()
            .chain(self.mappings.keys())
            .copied()
            .collect()
    }

    /// The mappings that lead to a role.
    pub(super) fn mappings_of(&self, role: &Name) -> impl Iterator<Item = &'e Mapping> {
        self.mappings.get(role).into_iter().flatten().copied()
    }

    /// The filter of this name on a table.
    pub(super) fn filter(&self, table: &Object, name: &Name) -> Option<&'e Filter> {
        // Both outlive the look: a key of shorter-lived references finds the same.
        let filters: &BTreeMap<(&Object, &Name), &'e Filter> = &self.filters;
        filters.get(&(table, name)).copied()
    }

    /// What a saved expression asks for, where that is known.
    pub(super) fn expression(&self, saved: &Name) -> Option<&'e TagExpression> {
        let mut expressions = self.estate.expressions.iter();
        let (_, tags) = expressions.find(|(name, _)| name == saved)?;
        tags.as_ref()
    }

    /// The tags of a database, table or column, its own over those that it inherits.
    pub(super) fn tags_of(&self, names: &[&Name]) -> Tags<'e> {
        let mut tags = Tags::new();
        for depth in 1..=names.len() {
            let own = names.get(..depth).and_then(|bearer| self.tags.get(bearer));
            tags.extend(own.into_iter().flatten().map(|(key, value)| (*key, *value)));
        }
        tags
    }

    /// The columns of a table that bear tags of their own.
    pub(super) fn tagged_columns<'a>(
        &'a self,
        database: &'a Name,
        table: &'a Name,
    ) -> impl Iterator<Item = &'e Name> + use<'a, 'e> {
        let columns: &BTreeMap<(&Name, &Name), BTreeSet<&'e Name>> = &self.columns;
        columns
            .get(&(database, table))
            .into_iter()
            .flatten()
            .copied()
    }

    /// Whether something bears on the tags of a table that is not known.
    pub(super) fn is_untold(&self, database: &Name, table: &Name) -> bool {
        let untold = |bearer: &[&Name]| self.untold.contains(bearer);
        untold(&[]) || untold(&[database]) || untold(&[database, table])
    }

    /// Whether the tags of a table are told: its own, or its database's.
    pub(super) fn is_tagged(&self, database: &Name, table: &Name) -> bool {
        let tags = |bearer: &[&Name]| self.tags.contains_key(bearer);
        tags(&[database]) || tags(&[database, table])
    }

    /// What somebody holds, also as one of everybody.
    pub(super) fn held_by(&self, holder: &'e Name) -> Held<'e> {
        let own = self.grants.get(holder).into_iter().flatten();
        let numbers: BTreeSet<usize> = own.chain(&self.everybodys).copied().collect();
        let mut held = Held {
            holder,
            anywhere: Vec::new(),
            by_database: BTreeMap::new(),
            by_table: BTreeMap::new(),
        };
        for at in numbers {
            let Some(grant) = self.estate.grants.get(at) else {
                continue;
            };
            let one = (at, grant);
            match (&grant.object.node, grant.object.table()) {
                (_, Some(table)) if is_known(table) => {
                    held.by_table.entry(table).or_default().push(one);
                }
                (On::AllTables(database), _) if database.as_known().is_some() => {
                    held.by_database.entry(database).or_default().push(one);
                }
                (_, Some(_)) => held.anywhere.push(one),
                _ if beyond(&grant.object) => held.anywhere.push(one),
                // What is on something else lets nobody read a table.
                _ => {}
            }
        }
        held
    }
}

/// Whether a table is wholly known by its names.
fn is_known((database, table): (&Name, &Name)) -> bool {
    database.as_known().is_some() && table.as_known().is_some()
}

/// The tables that are looked at, and the reaches beyond them.
pub(super) struct Tables {
    all: BTreeSet<Object>,
    /// Those that may be any, for their names are not wholly known.
    open: Vec<Object>,
}

impl Tables {
    pub(super) fn of(all: BTreeSet<Object>) -> Self {
        let open = all
            .iter()
            .filter(|one| one.table().is_some_and(|table| !is_known(table)));
        Self {
            open: open.cloned().collect(),
            all,
        }
    }

    /// Those of a database, in the order of their names.
    fn of_database<'a>(
        &'a self,
        catalog: Option<&Name>,
        database: &'a Name,
    ) -> impl Iterator<Item = &'a Object> {
        let first = Object {
            catalog: catalog.cloned(),
            node: On::Table(database.clone(), Name::known("")),
        };
        let own = move |one: &&Object| matches!(&one.node, On::Table(of, _) if of == database);
        self.all.range(first..).take_while(own)
    }
}

/// A grant, and its number in the estate.
type Numbered<'e> = (usize, &'e Grant);

/// The grants of one holder, by what they reach.
pub(super) struct Held<'e> {
    pub(super) holder: &'e Name,
    /// Those that reach tables of any database, or may.
    anywhere: Vec<Numbered<'e>>,
    /// Those on all tables of a database.
    by_database: BTreeMap<&'e Name, Vec<Numbered<'e>>>,
    /// Those on one table, or a part of it.
    by_table: BTreeMap<(&'e Name, &'e Name), Vec<Numbered<'e>>>,
}

impl<'e> Held<'e> {
    /// Those of the tables that any of these grants may reach.
    pub(super) fn among<'a>(&'a self, tables: &'a Tables) -> BTreeSet<&'a Object> {
        if !self.anywhere.is_empty() {
            return tables.all.iter().collect();
        }
        let mut reached: BTreeSet<&Object> = BTreeSet::new();
        for (_, grant) in self.by_table.values().flatten() {
            let table = grant.object.table().map(|(database, table)| Object {
                catalog: grant.object.catalog.clone(),
                node: On::Table(database.clone(), table.clone()),
            });
            reached.extend(table.and_then(|table| tables.all.get(&table)));
        }
        for (database, grants) in &self.by_database {
            for (_, grant) in grants {
                reached.extend(tables.all.get(&grant.object));
                let catalog = grant.object.catalog.as_ref();
                reached.extend(tables.of_database(catalog, database));
            }
        }
        if !self.by_table.is_empty() || !self.by_database.is_empty() {
            reached.extend(&tables.open);
        }
        reached
    }

    /// The grants that may reach a table, in the order of the estate.
    pub(super) fn on(&self, table: &Object) -> Vec<&'e Grant> {
        let mut grants = self.anywhere.clone();
        let (databases, tables) = self.indexes();
        match (&table.node, table.table()) {
            (_, Some(names)) if is_known(names) => {
                grants.extend(databases.get(names.0).into_iter().flatten());
                grants.extend(tables.get(&names).into_iter().flatten());
            }
            // Something that is not wholly known may be any.
            (_, Some(_)) => {
                grants.extend(databases.values().flatten());
                grants.extend(tables.values().flatten());
            }
            (On::AllTables(database), None) => {
                grants.extend(databases.get(database).into_iter().flatten());
            }
            (_, None) => {}
        }
        grants.sort_by_key(|(at, _)| *at);
        grants.into_iter().map(|(_, grant)| grant).collect()
    }

    /// Both indexes, to be asked by names that live shorter than theirs.
    fn indexes<'a>(&'a self) -> (&'a ByDatabase<'a, 'e>, &'a ByTable<'a, 'e>) {
        (&self.by_database, &self.by_table)
    }
}

type ByDatabase<'a, 'e> = BTreeMap<&'a Name, Vec<Numbered<'e>>>;
type ByTable<'a, 'e> = BTreeMap<(&'a Name, &'a Name), Vec<Numbered<'e>>>;
