//! The estate that was observed in an account and region.

use super::{Estate, Filter, Grant, Mapping, On, Rows, Tagged};
use crate::aws::lake_formation::grant::Object;
use crate::aws::lake_formation::name::Name;
use crate::aws::lake_formation::permissions::PERMISSIONS;
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
        let (known, others): (Vec<_>, Vec<_>) = seen.permissions?.into_iter().partition(|one| {
            let name = one.name.as_known();
            name.is_some_and(|name| PERMISSIONS.contains(&name))
        });
        for one in others {
            self.unknown.push(format!(
                "{}: permission `{}` on {object} for `{holder}` is not known: what it lets read is not reckoned with",
                resource.cited(one.node),
                one.name
            ));
        }
        self.estate.grants.push(Grant {
            holder,
            object,
            permissions: known.iter().map(|one| one.name.to_string()).collect(),
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
        if let Some(policy) = resource.row_policy() {
            let name = policy.get("Name").as_text().unwrap_or_default();
            let message = format!(
                "row-level-security policy `{name}` lets some read rows, which is not reckoned with"
            );
            return Err(Trouble::new(policy, message));
        }
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
        if !root.get("Resource").is_set() {
            return self.borne(resource, root, context);
        }
        let tags = values(root.get("LFTags"), context)?;
        for bearer in context.bearers(root.get("Resource"))? {
            self.estate.tagged.push(Tagged {
                bearer: bearer.0,
                tags: tags.clone(),
            });
        }
        Ok(())
    }

    /// What `GetResourceLFTags` tells of a database or table, by whose name the record is called.
    fn borne<'t>(
        &mut self,
        resource: &Resource<'t>,
        root: Node<'t>,
        context: &Context<'_, 't>,
    ) -> Result<(), Trouble<'t>> {
        if root.reason().is_some() {
            return Err(Trouble::new(root, "the tags are unknown"));
        }
        let name = resource.identity.name.as_deref();
        let name = name.unwrap_or(&resource.identity.id);
        let own: Vec<Name> = name
            .splitn(2, '.')
            .map(|part| Name::from(part).lower())
            .collect();
        let mut bears = |bearer: Vec<Name>, list: Node<'t>| {
            let tags = values(list, context)?;
            if !tags.is_empty() {
                self.estate.tagged.push(Tagged { bearer, tags });
            }
            Ok(())
        };
        let database = own.iter().take(1).cloned().collect();
        bears(database, root.get("LFTagOnDatabase"))?;
        if own.len() > 1 {
            bears(own.clone(), root.get("LFTagsOnTable"))?;
        }
        for column in root.get("LFTagsOnColumns").items() {
            let mut bearer = own.clone();
            bearer.push(context.text(column.get("Name"))?.lower());
            bears(bearer, column.get("LFTags"))?;
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

/// The value of each key of a list of tags.
fn values<'t>(
    list: Node<'t>,
    context: &Context<'_, 't>,
) -> Result<BTreeMap<String, Name>, Trouble<'t>> {
    if list.reason().is_some() {
        return Err(Trouble::new(list, "the tags are unknown"));
    }
    let mut tags = BTreeMap::new();
    for tag in list.items() {
        let tag = context.lf_tag(tag)?;
        if let [(_, value)] = tag.values.as_slice() {
            tags.insert(tag.key.to_string(), value.clone());
        }
    }
    Ok(tags)
}
