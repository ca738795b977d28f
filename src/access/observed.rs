//! The estate that was observed in an account and region.

use super::{Estate, Filter, Grant, Mapping, On, Rows, Tagged};
use crate::aws::lake_formation::grant::Object;
use crate::aws::lake_formation::permissions::PERMISSIONS;
use crate::control::Target;
use crate::control::lake::tags::Bearer;
use crate::control::lake::{Context, Trouble, shown, unheard_in};
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
            self.lacks(resource, &trouble);
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
        let seen = context.read_known(resource.grant());
        let unheard = unheard_in(&seen.grant);
        // What is on more than is known, or on less, lets read what is known at the most perhaps.
        let conditional = seen.condition.is_some() || unheard.is_some();
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
        unheard.map_or(Ok(()), Err)
    }

    fn filter<'t>(
        &mut self,
        resource: &Resource<'t>,
        context: &Context<'_, 't>,
    ) -> Result<(), Trouble<'t>> {
        if let Some(policy) = resource.row_policy() {
            if policy.reason().is_some() {
                let message = "row-level-security policies may let some read rows, and are unknown";
                return Err(Trouble::new(policy, message));
            }
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
            let tags = context.expression(root.get("Expression"));
            let (tags, trouble) = match tags {
                Ok(tags) => (Some(tags), Ok(())),
                Err(trouble) => (None, Err(trouble)),
            };
            self.estate.expressions.push((name, tags));
            return trouble;
        }
        if kind != TAG_ASSOCIATION {
            return Ok(());
        }
        let borne = context.borne(resource, root)?;
        // Of a table whose tags were read those that are listed are all, also where there are none.
        let own = Bearer::of(resource);
        let is_told = root.get("Resource").is_absent() && own.0.len() == 2;
        if is_told && !borne.unknown.iter().any(|(bearer, _)| *bearer == own) {
            self.estate.tagged.push(Tagged {
                bearer: own.0,
                tags: BTreeMap::new(),
            });
        }
        let known = borne.known.into_iter();
        self.estate
            .tagged
            .extend(known.map(|(bearer, tags)| Tagged {
                bearer: bearer.0,
                tags,
            }));
        for (bearer, trouble) in borne.unknown {
            self.estate.untold.push(bearer.0);
            self.lacks(resource, &trouble);
        }
        Ok(())
    }

    /// Says that not every LF-Tag was listed: where grants are on tags, any table may bear them.
    pub fn lacks_tags(&mut self) {
        let mut grants = self.estate.grants.iter();
        if grants.any(|grant| matches!(grant.object.node, On::TagPolicy(_))) {
            self.estate.untold.push(Vec::new());
            self.unknown.push("not every LF-Tag was listed".to_owned());
        }
    }

    fn lacks(&mut self, resource: &Resource<'_>, trouble: &Trouble<'_>) {
        let place = resource.cited(trouble.node);
        self.unknown.push(format!("{place}: {}", trouble.message));
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
