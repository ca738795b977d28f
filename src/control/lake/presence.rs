//! What of a baseline's data lake somebody saw in an account and region, as its resources stream by. What is declared
//! and was not seen when all of them have passed is missing.

use super::catalog;
use super::filter::{self, DeclaredFilter, TableName};
use super::outstanding::Outstanding;
use super::row_policies::SeenPolicies;
use super::seen::{Context, Trouble};
use super::tags::Bearer;
use crate::aws::lake_formation::name::Name;
use crate::control::View;
use crate::observed::lake::{TAG, TAG_ASSOCIATION, TAG_EXPRESSION};
use crate::observed::{Resource, ResourceKind};
use std::collections::{BTreeMap, BTreeSet};

/// What was seen, by what it is called.
#[derive(Debug)]
pub struct Presence<'d> {
    /// What is owed of the declared grants.
    pub grants: Outstanding<'d>,
    /// Row-level-security policies, and what they are attached to.
    pub policies: SeenPolicies,
    filters: BTreeSet<(TableName, Name)>,
    locations: BTreeSet<Name>,
    /// Keys, in lower case.
    tags: BTreeSet<String>,
    expressions: BTreeSet<Name>,
    /// Databases and tables of which it is known what tags they bear.
    bearers: BTreeSet<Bearer>,
    /// Tables of the Data Catalog.
    tables: BTreeSet<Bearer>,
    /// The first of each kind of which it could not be understood what it is.
    obscure: BTreeMap<ResourceKind, String>,
}

impl<'d> Presence<'d> {
    /// Nothing was seen yet.
    pub fn new(grants: Outstanding<'d>) -> Self {
        Self {
            grants,
            policies: SeenPolicies::default(),
            filters: BTreeSet::new(),
            locations: BTreeSet::new(),
            tags: BTreeSet::new(),
            expressions: BTreeSet::new(),
            bearers: BTreeSet::new(),
            tables: BTreeSet::new(),
            obscure: BTreeMap::new(),
        }
    }

    /// Whether resources of this kind count.
    pub fn counts(kind: ResourceKind) -> bool {
        [
            ResourceKind::LakeFormationGrant,
            ResourceKind::LakeFormationFilter,
            ResourceKind::LakeFormationLocation,
            ResourceKind::LakeFormationTag,
            ResourceKind::GlueCatalog,
        ]
        .contains(&kind)
    }

    /// Counts what AWS answered of something.
    pub fn count(&mut self, view: &View<'_, '_>) {
        let resource = view.resource;
        let context = Context::of(view);
        let kind = resource.kind();
        let understood = if kind == ResourceKind::LakeFormationGrant {
            if !resource.is_opt_in() {
                self.grants.count(view.grant());
            }
            Ok(())
        } else if kind == ResourceKind::LakeFormationFilter {
            self.filter(resource, &context)
        } else if kind == ResourceKind::LakeFormationLocation {
            let place = context.place(resource.registered_location().get("ResourceArn"));
            place.map(|place| {
                self.locations.insert(place);
            })
        } else if kind == ResourceKind::LakeFormationTag {
            self.tag(resource, &context)
        } else if let Some((database, name, _)) = catalog::table(&context, resource) {
            self.tables.insert(Bearer(vec![database, name]));
            Ok(())
        } else {
            Ok(())
        };
        if understood.is_err() {
            let id = || resource.identity.id.clone();
            self.obscure.entry(kind).or_insert_with(id);
        }
    }

    fn filter<'t>(
        &mut self,
        resource: &Resource<'t>,
        context: &Context<'_, 't>,
    ) -> Result<(), Trouble<'t>> {
        if let Some(policy) = resource.row_policy() {
            self.policies.see(resource, policy);
            return Ok(());
        }
        let seen = resource.cells_filter();
        let table = filter::table(&seen, context)?;
        let name = context.name(seen.name, "the filter's name")?;
        self.filters.insert((table, name));
        Ok(())
    }

    fn tag<'t>(
        &mut self,
        resource: &Resource<'t>,
        context: &Context<'_, 't>,
    ) -> Result<(), Trouble<'t>> {
        match resource.lf_tag() {
            (TAG, node) => {
                let key = context.name(node.get("TagKey"), "the key")?;
                self.tags.insert(key.to_string().to_lowercase());
            }
            (TAG_EXPRESSION, node) => {
                let name = context.name(node.get("Name"), "the name")?;
                self.expressions.insert(name);
            }
            // What could not be read of it is said where it is judged.
            (TAG_ASSOCIATION, _) => {
                self.bearers.insert(Bearer::of(resource));
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether the filter exists.
    pub fn has_filter(&self, filter: &DeclaredFilter) -> bool {
        let key = (filter.table.clone(), filter.name.clone());
        self.filters.contains(&key)
    }

    /// Whether the location is registered.
    pub fn has_location(&self, place: &Name) -> bool {
        self.locations.contains(place)
    }

    /// Whether the tag exists. Its key is in lower case.
    pub fn has_tag(&self, key: &str) -> bool {
        self.tags.contains(key)
    }

    /// Whether there is any tag at all.
    pub fn has_tags(&self) -> bool {
        !self.tags.is_empty()
    }

    /// Whether the tag expression is saved.
    pub fn has_expression(&self, name: &Name) -> bool {
        self.expressions.contains(name)
    }

    /// Whether it was asked what tags this bears; of a column, what its table's columns do.
    pub fn has_bearer(&self, bearer: &Bearer) -> bool {
        self.bearers.contains(&bearer.table())
    }

    /// The tables of which nobody asked what tags they bear.
    pub fn unasked_tables(&self) -> impl Iterator<Item = &Bearer> {
        self.tables.difference(&self.bearers)
    }

    /// Something of a kind of which it could not be understood what it is.
    pub fn obscure(&self, kind: ResourceKind) -> Option<&str> {
        self.obscure.get(&kind).map(String::as_str)
    }
}
