//! What of a data lake a baseline can describe, as it was seen in one account and region.

use super::grants::{Given, Grants};
use super::settings::Settings;
use super::{Imported, Kind, Section};
use crate::aws::lake_formation::name::Name;
use crate::control::Target;
use crate::control::lake::shown::Shown;
use crate::control::lake::tags::Bearer;
use crate::control::lake::{Context, Trouble, shown};
use crate::observed::lake::{TAG, TAG_EXPRESSION};
use crate::observed::{Node, Resource, ResourceKind, Scope, Switch};
use std::collections::{BTreeMap, BTreeSet};

/// The facts of one account and region.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    pub(super) settings: Settings,
    pub(super) grants: Grants,
    pub(super) filters: Vec<Shown>,
    /// Values of each key.
    pub(super) tags: BTreeMap<String, BTreeSet<Name>>,
    /// The tags of each database, table or column.
    pub(super) tagged: BTreeMap<Vec<Name>, BTreeMap<String, Name>>,
    pub(super) expressions: BTreeMap<String, BTreeMap<String, BTreeSet<Name>>>,
    pub(super) locations: Vec<Location>,
    left: Vec<String>,
}

/// A registered location.
#[derive(Clone, Debug)]
pub(super) struct Location {
    /// Where, as `bucket/prefix`.
    pub(super) place: String,
    pub(super) role: Option<String>,
    pub(super) hybrid: bool,
    pub(super) privileged: bool,
}

impl Inventory {
    /// Takes one resource in.
    pub fn see(&mut self, resource: &Resource<'_>, scope: &Scope<'_>, target: &Target) {
        let context = Context {
            target: Some(target),
            scope,
        };
        let kind = resource.kind();
        let understood = if kind == ResourceKind::LakeFormationGrant && resource.is_opt_in() {
            Err(of_opt_in(resource))
        } else if kind == ResourceKind::LakeFormationGrant {
            self.grant(resource, &context)
        } else if kind == ResourceKind::LakeFormationFilter {
            self.filter(resource, &context)
        } else if kind == ResourceKind::LakeFormationTag {
            self.tag(resource, &context)
        } else if kind == ResourceKind::LakeFormationSettings {
            self.settings.see(resource, &context)
        } else if kind == ResourceKind::LakeFormationLocation {
            self.location(resource, &context)
        } else {
            Ok(())
        };
        if let Err(trouble) = understood {
            let place = resource.cited(trouble.node);
            self.left.push(format!("{place}: {}", trouble.message));
        }
    }

    /// Says what was not seen.
    pub fn lacks(&mut self, what: impl Into<String>) {
        self.left.push(what.into());
    }

    /// Whether nothing was seen that a baseline could describe.
    pub fn is_empty(&self) -> bool {
        self.written("")
            .sections
            .iter()
            .all(|section| section.kind == Kind::Guard || section.text.lines().count() <= 3)
    }

    /// What it comes to.
    pub fn written(&self, account: &str) -> Imported {
        let mut left = self.left.clone();
        let mut sections = self.settings.sections(account);
        let mut say = |control, text| {
            sections.push(Section {
                control,
                text,
                kind: Kind::List,
            });
        };
        say("lake.grants", self.grants.written(account, &mut left));
        if let Some(text) = self.filters_written(&mut left) {
            say("lake.data-filters", text);
        }
        if let Some(text) = self.tags_written(&mut left) {
            say("lake.tags", text);
        }
        if let Some(text) = self.expressions_written(&mut left) {
            say("lake.tag-policies", text);
        }
        if let Some(text) = self.locations_written(account, &mut left) {
            say("lake.locations", text);
        }
        sections.extend(super::settings::guards());
        Imported { sections, left }
    }

    fn grant<'t>(
        &mut self,
        resource: &Resource<'t>,
        context: &Context<'_, 't>,
    ) -> Result<(), Trouble<'t>> {
        let seen = context.read(resource.grant());
        let (holder, object) = (seen.principal?, seen.object?);
        let mut given = Given {
            place: resource.cited(seen.grant.root),
            ..Given::default()
        };
        for permission in seen.permissions? {
            let Some(name) = permission.name.as_known() else {
                return Err(Trouble::new(permission.node, "a permission is not known"));
            };
            if permission.grantable {
                given.grantable.insert(name.to_owned());
            }
            given.permissions.insert(name.to_owned());
        }
        self.grants.add((holder, object, seen.condition), given);
        Ok(())
    }

    fn filter<'t>(
        &mut self,
        resource: &Resource<'t>,
        context: &Context<'_, 't>,
    ) -> Result<(), Trouble<'t>> {
        if let Some(policy) = resource.row_policy() {
            let name = policy.get("Name").as_text().unwrap_or_default();
            let message =
                format!("row-level-security policy `{name}`: a baseline declares no such policies");
            return Err(Trouble::new(policy, message));
        }
        let filter = shown::shown(&resource.cells_filter(), context)?;
        self.filters.push(filter);
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
            let Some(name) = name.as_known() else {
                return Err(Trouble::new(
                    root,
                    "the name of the tag expression is not known",
                ));
            };
            let tags = context.expression(root.get("Expression"))?;
            self.expressions.insert(name.to_owned(), tags);
            return Ok(());
        }
        if kind == TAG {
            let tag = context.lf_tag(root)?;
            let values = tag.values.into_iter().map(|(_, value)| value);
            self.tags
                .entry(tag.key.to_string())
                .or_default()
                .extend(values);
            return Ok(());
        }
        if root.get("Resource").is_absent() {
            return self.effective(resource, root, context);
        }
        let tags = values_of(context, root.get("LFTags"))?;
        for Bearer(names) in context.bearers(root.get("Resource"))? {
            self.tagged.entry(names).or_default().extend(tags.clone());
        }
        Ok(())
    }

    /// The answer of `GetResourceLFTags` for a database or a table, with what it inherits.
    fn effective<'t>(
        &mut self,
        resource: &Resource<'t>,
        answer: Node<'t>,
        context: &Context<'_, 't>,
    ) -> Result<(), Trouble<'t>> {
        let own = resource
            .identity
            .name
            .as_deref()
            .unwrap_or(&resource.identity.id);
        let own: Vec<Name> = own
            .splitn(2, '.')
            .map(|part| Name::from(part).lower())
            .collect();
        for (list, names) in [("LFTagOnDatabase", 1), ("LFTagsOnTable", 2)] {
            let tags = values_of(context, answer.get(list))?;
            if let Some(bearer) = own.get(..names).filter(|_| !tags.is_empty()) {
                self.tagged.entry(bearer.to_vec()).or_default().extend(tags);
            }
        }
        for column in answer.get("LFTagsOnColumns").items() {
            let tags = values_of(context, column.get("LFTags"))?;
            let mut bearer = own.clone();
            bearer.push(context.text(column.get("Name"))?.lower());
            self.tagged.entry(bearer).or_default().extend(tags);
        }
        Ok(())
    }

    fn location<'t>(
        &mut self,
        resource: &Resource<'t>,
        context: &Context<'_, 't>,
    ) -> Result<(), Trouble<'t>> {
        let root = resource.registered_location();
        let arn = root.get("ResourceArn");
        let place = context.place(arn)?;
        let Some(place) = place.as_known() else {
            return Err(Trouble::new(arn, "where the location is, is not known"));
        };
        let is_on = |member: &str| {
            matches!(
                resource.lake_switch(root.get(member)),
                Switch::On | Switch::TextOn
            )
        };
        self.locations.push(Location {
            place: place.to_owned(),
            role: root.get("RoleArn").as_text().map(str::to_owned),
            hybrid: is_on("HybridAccessEnabled"),
            privileged: is_on("WithPrivilegedAccess"),
        });
        Ok(())
    }
}

/// What is said of an opt-in of hybrid access mode.
fn of_opt_in<'t>(resource: &Resource<'t>) -> Trouble<'t> {
    let root = resource.opt_in();
    let holder = root.get("Principal").get("DataLakePrincipalIdentifier");
    let of = holder
        .as_text()
        .map_or(String::new(), |holder| format!(" of `{holder}`"));
    let message = format!("opt-in{of} to Lake Formation permissions: a baseline declares none");
    Trouble::new(root, message)
}

/// The value of each key of a list of tags.
fn values_of<'t>(
    context: &Context<'_, 't>,
    list: Node<'t>,
) -> Result<BTreeMap<String, Name>, Trouble<'t>> {
    let mut tags = BTreeMap::new();
    for tag in list.items() {
        let tag = context.lf_tag(tag)?;
        if let [(_, value)] = tag.values.as_slice() {
            tags.insert(tag.key.to_string(), value.clone());
        }
    }
    Ok(tags)
}
