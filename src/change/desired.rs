//! What a baseline asks for in one account and region, by the declarations that compile and judge.

use super::plan::Kind;
use crate::artifact::Artifacts;
use crate::aws::lake_formation::grant::{Node as On, Object};
use crate::baseline::Baseline;
use crate::compile::documents;
use crate::control::lake::declared::DeclaredGrant;
use crate::control::lake::filter::{DeclaredFilter, filters_of};
use crate::control::lake::places::{DeclaredLocation, locations_of};
use crate::control::lake::request;
use crate::control::lake::row_policies::{Attachment, Policy, attachments, policies};
use crate::control::lake::standing::{Asked, Declared};
use crate::control::lake::tag_expressions::{self, expressions};
use crate::control::lake::tags::{Assignment, assignments, definitions};
use crate::control::{Origin, Refusal, Requirement, Target};
use crate::controls::REGISTRY;
use crate::lattice::{KeyedRows, Shape, Text};
use crate::live::observer::ForChanges;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a baseline asks for in the account and region of its target.
#[derive(Debug)]
pub struct Desired<'b> {
    pub(super) baseline: &'b Baseline,
    pub(super) target: &'b Target,
    pub(super) grants: &'b Declared,
    /// Patterns of the databases whose grants the baseline owns.
    scope: BTreeSet<Text>,
    exact: bool,
    pub(super) filters: Vec<DeclaredFilter>,
    /// Row-level-security policies.
    pub(super) policies: Vec<Policy>,
    /// What row-level-security policies are attached to.
    pub(super) attachments: Vec<Attachment>,
    pub(super) tags: Vec<DeclaredTag>,
    pub(super) assignments: Vec<Assignment>,
    pub(super) expressions: Vec<tag_expressions::Declared>,
    pub(super) locations: Vec<DeclaredLocation>,
    /// Opt-ins as requests, where the baseline has hybrid locations.
    pub(super) opt_ins: Vec<DeclaredOptIn>,
    /// Settings and block public access, leaf by leaf.
    pub(super) artifacts: Artifacts,
    /// Name and text of the security configuration.
    pub(super) configuration: Option<(String, String)>,
}

/// An LF-Tag with all its values, in lower case.
#[derive(Clone, Debug)]
pub(super) struct DeclaredTag {
    pub(super) key: String,
    pub(super) values: BTreeSet<String>,
    /// Its key among the tables of the list.
    pub(super) identity: Arc<str>,
}

impl<'b> Desired<'b> {
    /// What a baseline asks for that is resolved for a target; nothing without one.
    ///
    /// # Errors
    /// Why it cannot be written out, as for `compile`.
    pub fn of(baseline: &'b Baseline) -> Option<Result<Self, Vec<Refusal>>> {
        let target = baseline.target.as_ref()?;
        let requirements = &baseline.requirements;
        let (compiled, artifacts) = match documents(&baseline.name, requirements, REGISTRY, target)
        {
            Ok(written) => written,
            Err(refusals) => return Some(Err(refusals)),
        };
        let text = compiled.files.get("security-configuration.json");
        let configuration = compiled.name.zip(text.cloned());
        let account = Some(target.account.as_str());
        let of = |id: &str| requirements.get(id);
        let declared = baseline.declared.get(of("lake.grants"), Some(target));
        let opt_ins = opt_ins(of("lake.hybrid-access"), declared.grants(), &target.account);
        let rows = |id: &str, list: &str| {
            let rows = of(id).and_then(|own| own.rows(list));
            rows.cloned().unwrap_or_default()
        };
        let asked = |key: &str| of("lake.grants").and_then(|own| own.shape(key));
        Some(Ok(Self {
            baseline,
            target,
            scope: match asked("scope") {
                Some(Shape::AllOf(patterns)) => patterns.clone(),
                _ => BTreeSet::new(),
            },
            // Absent, the control's own preset holds.
            exact: !matches!(asked("exact"), Some(Shape::AtLeast(0))),
            grants: declared,
            filters: filters_of(of("lake.data-filters"), account),
            policies: policies(&rows("lake.row-policies", "policy")),
            attachments: attachments(&rows("lake.row-policies", "attachment")),
            tags: tags(&rows("lake.tags", "tag")),
            assignments: assignments(&rows("lake.tags", "assignment")).0,
            expressions: expressions(&rows("lake.tag-policies", "expression")),
            locations: locations_of(of("lake.locations")),
            opt_ins,
            artifacts,
            configuration,
        }))
    }

    /// The target.
    pub fn target(&self) -> &Target {
        self.target
    }

    /// The account and region.
    pub fn place(&self) -> (&str, &str) {
        (&self.target.account, &self.target.region)
    }

    /// What has to be known to plan changes of these kinds; of all when there are none.
    pub fn rests_on(&self, only: &BTreeSet<Kind>) -> ForChanges {
        let asks = |kind: Kind| only.is_empty() || only.contains(&kind);
        let lake = [
            Kind::Settings,
            Kind::Locations,
            Kind::Tags,
            Kind::Filters,
            Kind::Grants,
            Kind::OptIns,
        ];
        let own = self.configuration.as_ref();
        let own = own.map(|(name, _)| name.clone());
        let bearers = self.assignments.iter().map(|assignment| {
            let names = assignment.bearer.0.iter().take(2);
            names.map(ToString::to_string).collect()
        });
        let tags = asks(Kind::Tags);
        let declared = self.tags.iter();
        let declared = declared.map(|tag| (tag.key.clone(), tag.values.clone()));
        let catalogs = self.grants.grants().iter().filter_map(|grant| {
            let catalog = grant.object.catalog.as_ref()?.to_string();
            catalog.contains(':').then_some(catalog)
        });
        ForChanges {
            configuration: own.filter(|_| asks(Kind::SecurityConfiguration)),
            block_public_access: asks(Kind::BlockPublicAccess)
                && !self.artifacts.block_public_access.is_empty(),
            lake: lake.into_iter().any(asks),
            bearers: bearers.filter(|_: &Vec<String>| tags).collect(),
            tags: declared.filter(|_| tags).collect(),
            catalogs: catalogs.filter(|_| asks(Kind::Grants)).collect(),
        }
    }

    /// Whether an account and region is the target's.
    pub fn is_in(&self, account: &str, region: &str) -> bool {
        self.place() == (account, region)
    }

    /// What is asked of grants as a whole.
    pub(super) fn asked(&self) -> Asked<'_> {
        Asked {
            declared: self.grants,
            exact: self.exact,
            scope: &self.scope,
        }
    }

    pub(super) fn requires(&self, control: &str) -> bool {
        self.baseline.requirements.contains_key(control)
    }

    /// Whether no location may give whoever registers it every right on it.
    pub(super) fn refuses_privileged_access(&self) -> bool {
        let own = self.baseline.requirements.get("lake.locations");
        own.is_some_and(|own| {
            let shape = own.shape("privileged");
            !matches!(shape, Some(Shape::AtMost(level)) if *level > 0)
        })
    }

    /// The lines that ask for one table of a list.
    pub(super) fn lines(&self, control: &str, list: &str, row: &str) -> Vec<Origin> {
        let own = self.baseline.requirements.get(control);
        own.map_or_else(Vec::new, |own| own.row_places(list, row).to_vec())
    }

    /// The lines that ask for a control.
    pub(super) fn lines_of(&self, control: &str) -> Vec<Origin> {
        let own = self.baseline.requirements.get(control);
        own.map_or_else(Vec::new, |own| own.origins.clone())
    }
}

fn tags(rows: &KeyedRows) -> Vec<DeclaredTag> {
    definitions(rows)
        .into_iter()
        .map(|(key, (identity, values))| DeclaredTag {
            key,
            identity,
            values: values.iter().map(ToString::to_string).collect(),
        })
        .collect()
}

/// An opt-in that hybrid locations need.
#[derive(Clone, Debug)]
pub(super) struct DeclaredOptIn {
    pub(super) principal: String,
    pub(super) object: Object,
    pub(super) condition: Option<String>,
    pub(super) body: Value,
}

/// The opt-ins that hybrid locations need: one for each declared grant on a database or a table, as `compile` writes them.
fn opt_ins(
    hybrid: Option<&Requirement>,
    grants: &[DeclaredGrant],
    account: &str,
) -> Vec<DeclaredOptIn> {
    let wanted = hybrid.and_then(|own| own.shape("paths"));
    if wanted.is_none_or(|paths| paths.texts().is_empty()) {
        return Vec::new();
    }
    let mut found: Vec<DeclaredOptIn> = Vec::new();
    let mut bodies: BTreeSet<String> = BTreeSet::new();
    for grant in grants {
        let Some(body) = request::opt_in(grant, account) else {
            continue;
        };
        if !bodies.insert(body.to_string()) {
            continue;
        }
        let table = grant.object.table();
        let node = table.map_or_else(
            || grant.object.node.clone(),
            |(database, table)| On::Table(database.clone(), table.clone()),
        );
        found.push(DeclaredOptIn {
            principal: grant.principal.to_string(),
            object: Object {
                catalog: grant.object.catalog.clone(),
                node,
            },
            condition: grant.condition.as_ref().map(ToString::to_string),
            body,
        });
    }
    found
}
