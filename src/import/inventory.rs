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
use crate::observed::{Resource, ResourceKind, Scope, Switch};
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
            self.leave(resource, &trouble);
        }
    }

    /// Says what was not seen.
    pub fn lacks(&mut self, what: impl Into<String>) {
        self.left.push(what.into());
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
            if policy.reason().is_some() {
                let message = "which row-level-security policies there are is not known";
                return Err(Trouble::new(policy, message));
            }
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
            let other = self.expressions.insert(name.to_owned(), tags.clone());
            if other.is_some_and(|other| other != tags) {
                let message = format!("tag expression `{name}` is seen twice, each time otherwise");
                return Err(Trouble::new(root, message));
            }
            return Ok(());
        }
        if kind == TAG {
            let tag = context.lf_tag(root)?;
            let Some(key) = tag.key.as_known() else {
                return Err(Trouble::new(root, "the key of the tag is not known"));
            };
            let values = self.tags.entry(key.to_owned()).or_default();
            for (node, value) in tag.values {
                if value.as_known().is_none() {
                    let message = format!("a value of tag `{key}` is not known");
                    return Err(Trouble::new(node, message));
                }
                values.insert(value);
            }
            return Ok(());
        }
        let borne = context.borne(resource, root)?;
        for (bearer, tags) in borne.known {
            for (key, value) in tags {
                self.bears(&resource.cited(root), &bearer, (key, value));
            }
        }
        for (_, trouble) in borne.unknown {
            self.leave(resource, &trouble);
        }
        Ok(())
    }

    /// Takes in that something bears a tag.
    fn bears(&mut self, place: &str, bearer: &Bearer, (key, value): (String, Name)) {
        let own = self.tagged.entry(bearer.0.clone()).or_default();
        let why = match own.get(&key) {
            _ if value.as_known().is_none() => "its value is not known",
            Some(other) if *other != value => "it was seen with another value before",
            _ => {
                own.insert(key, value);
                return;
            }
        };
        self.left
            .push(format!("{place}: tag `{key}` of `{bearer}`: {why}"));
    }

    /// Says why something is not in the baseline.
    fn leave(&mut self, resource: &Resource<'_>, trouble: &Trouble<'_>) {
        let place = resource.cited(trouble.node);
        self.left.push(format!("{place}: {}", trouble.message));
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
