//! The estate that was observed in an account and region.

use super::{Estate, Filter, Grant, Mapping, On, Rows, Tagged};
use crate::aws::lake_formation::grant::Object;
use crate::control::Target;
use crate::control::lake::{Context, Trouble, shown};
use crate::control::mappings::RoleMapping;
use crate::observed::lake::{TAG_ASSOCIATION, TAG_EXPRESSION, admins};
use crate::observed::{Known, Node, Resource, ResourceKind, Scope, Value};
use std::collections::BTreeMap;

/// What was observed of who may read what, and what could not be understood of it.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// What was understood.
    pub estate: Estate,
    /// What was not: where it stands, and why.
    pub unknown: Vec<String>,
}

/// Where the mappings of EMRFS stand in a security configuration.
const MAPPINGS: &str = "AuthorizationConfiguration/EmrFsConfiguration/RoleMappings";

impl Observed {
    /// Takes one resource of the account and region in.
    pub fn see(&mut self, resource: &Resource<'_>, scope: &Scope<'_>, target: &Target) {
        let context = Context {
            target: Some(target),
            scope,
        };
        let kind = resource.kind();
        let understood = if kind == ResourceKind::LakeFormationGrant && !resource.is_opt_in() {
            self.grant(resource, &context)
        } else if kind == ResourceKind::LakeFormationFilter {
            self.filter(resource, &context)
        } else if kind == ResourceKind::LakeFormationTag {
            self.tag(resource, &context)
        } else if kind == ResourceKind::LakeFormationSettings {
            self.settings(resource, &context)
        } else if kind == ResourceKind::EmrSecurityConfiguration {
            self.mappings(resource, &context)
        } else {
            Ok(())
        };
        if let Err(trouble) = understood {
            self.unknown.push(format!(
                "{}: {}",
                resource.cited(trouble.node),
                trouble.message
            ));
        }
    }

    fn settings<'t>(
        &mut self,
        resource: &Resource<'t>,
        context: &Context<'_, 't>,
    ) -> Result<(), Trouble<'t>> {
        let settings = resource.lake_settings();
        let admins = context.principals(admins(settings), "the administrators");
        let names = admins.found.into_iter().map(|(_, name)| name);
        self.estate.administrators.extend(names);
        admins.troubles.into_iter().next().map_or(Ok(()), Err)
    }

    fn grant<'t>(
        &mut self,
        resource: &Resource<'t>,
        context: &Context<'_, 't>,
    ) -> Result<(), Trouble<'t>> {
        let seen = context.read(resource.grant());
        let conditional = seen.condition.is_some();
        let (holder, object) = (seen.principal?, seen.object?);
        let permissions = seen.permissions?.into_iter();
        self.estate.grants.push(Grant {
            holder,
            object,
            permissions: permissions.map(|one| one.name.to_string()).collect(),
            conditional,
            place: resource.cited(seen.grant.root),
        });
        Ok(())
    }

    fn filter<'t>(
        &mut self,
        resource: &Resource<'t>,
        context: &Context<'_, 't>,
    ) -> Result<(), Trouble<'t>> {
        let filter = shown::shown(&resource.cells_filter(), context)?;
        self.estate.filters.push(Filter {
            name: filter.name,
            table: Object {
                catalog: filter.table.catalog,
                node: On::Table(filter.table.database, filter.table.table),
            },
            rows: filter.rows.map_or(Rows::All, Rows::Where),
            columns: filter.columns,
        });
        Ok(())
    }

    fn tag<'t>(
        &mut self,
        resource: &Resource<'t>,
        context: &Context<'_, 't>,
    ) -> Result<(), Trouble<'t>> {
        let (kind, root) = resource.lf_tag();
        if kind == TAG_EXPRESSION {
            let name = context.text(root.get("Name"))?;
            let tags = context.expression(root.get("Expression")).ok();
            self.estate.expressions.push((name, tags));
            return Ok(());
        }
        if kind != TAG_ASSOCIATION {
            return Ok(());
        }
        let mut tags = BTreeMap::new();
        for tag in root.get("LFTags").items() {
            let tag = context.lf_tag(tag)?;
            if let [(_, value)] = tag.values.as_slice() {
                tags.insert(tag.key.to_string(), value.clone());
            }
        }
        for bearer in context.bearers(root.get("Resource"))? {
            self.estate.tagged.push(Tagged {
                bearer: bearer.0,
                tags: tags.clone(),
            });
        }
        Ok(())
    }

    fn mappings<'t>(
        &mut self,
        resource: &Resource<'t>,
        context: &Context<'_, 't>,
    ) -> Result<(), Trouble<'t>> {
        let list = resource.body.path(MAPPINGS);
        let unknown = |node: Node<'t>| Trouble::new(node, "the role mappings are not known");
        if matches!(list.value(), Value::Absent | Value::Null) {
            return Ok(());
        }
        if !matches!(list.value(), Value::List) || list.open().is_some() {
            return Err(unknown(list));
        }
        for node in list.items() {
            let mapping = RoleMapping::of(node);
            let (Known::Set(kind), Some(names)) = (mapping.kind, mapping.identifiers()) else {
                return Err(unknown(node));
            };
            let kind = kind.to_lowercase();
            self.estate.mappings.push(Mapping {
                role: context.text(node.get("Role"))?,
                subjects: names
                    .into_iter()
                    .map(|name| format!("{kind} {name}"))
                    .collect(),
                place: resource.cited(node),
            });
        }
        Ok(())
    }
}
