//! Records taken in, one after the other.

use super::{
    Current, Fact, Held, HeldRight, LeftToIam, SeenExpression, SeenFilter, SeenTag, Settings,
    Stands,
};
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::aws::lake_formation::principal::is_iam_allowed_principals;
use crate::change::desired::Desired;
use crate::change::node::{json, time};
use crate::change::plan::Evidence;
use crate::control::lake::others::OptIn;
use crate::control::lake::places::place;
use crate::control::lake::standing::{Holding, Right, Standing};
use crate::control::lake::{Context, SeenGrant, Trouble};
use crate::control::{Severity, Verdict};
use crate::judge::{Evaluation, Judge};
use crate::observe::snapshot::Record;
use crate::observed::grant::Grant;
use crate::observed::lake::{TAG_ASSOCIATION, TAG_EXPRESSION};
use crate::observed::{Node, Reason, Resource, ResourceKind, Scope};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const BLOCK: &str = "elasticmapreduce:GetBlockPublicAccessConfiguration";
const CALLER: &str = "sts:GetCallerIdentity";

/// Records being taken in.
#[derive(Debug)]
pub struct Reading<'d, 'b> {
    desired: &'d Desired<'b>,
    judge: &'d Judge<'b>,
    current: Current,
}

impl<'d, 'b> Reading<'d, 'b> {
    /// Nothing taken in yet. The judge is one of the same baseline.
    pub fn new(desired: &'d Desired<'b>, judge: &'d Judge<'b>) -> Self {
        Self {
            desired,
            judge,
            current: Current::default(),
        }
    }

    /// Something that the observer could not do.
    pub fn problem(&mut self, said: String) {
        self.current.problems.push(said);
    }

    /// The region's end: the kinds of which everything was listed.
    pub fn end(&mut self, listed: impl IntoIterator<Item = ResourceKind>) {
        self.current.listed.extend(listed);
    }

    /// What was taken in.
    pub fn finish(self) -> Current {
        self.current
    }

    /// Takes one record in.
    pub fn see(&mut self, record: &Record) {
        let resource = record.resource();
        let scope = Scope::new();
        let context = Context {
            target: Some(self.desired.target),
            scope: &scope,
        };
        let kind = resource.kind();
        let understood = if kind == ResourceKind::LakeFormationGrant && resource.is_opt_in() {
            self.opt_in(&resource, &context)
        } else if kind == ResourceKind::LakeFormationGrant {
            self.grant(&resource, &context)
        } else if kind == ResourceKind::LakeFormationFilter {
            self.filter(&resource)
        } else if kind == ResourceKind::LakeFormationTag {
            self.tag(&resource, &context)
        } else if kind == ResourceKind::LakeFormationLocation {
            self.location(&resource)
        } else if kind == ResourceKind::LakeFormationSettings {
            self.settings(&resource);
            Ok(())
        } else if kind == ResourceKind::EmrSecurityConfiguration {
            self.configuration(&resource);
            Ok(())
        } else if kind == ResourceKind::EmrAccount {
            self.block_public_access(&resource);
            Ok(())
        } else {
            Ok(())
        };
        if let Err(why) = understood {
            let said = format!("{}: {why}", resource.identity.id);
            self.current.unknown.push((kind, said));
        }
    }

    /// What a control says of a resource that stands alone.
    fn verdict(&self, resource: &Resource<'_>, control: &str) -> Option<Evaluation> {
        let mut scope = Scope::new();
        scope.push(resource.clone());
        let mut found = Vec::new();
        self.judge.judge(resource, &scope, &mut found);
        found.into_iter().find(|one| one.control.id == control)
    }

    fn grant<'t>(&mut self, resource: &Resource<'t>, context: &Context<'_, 't>) -> Fact<()> {
        let seen = context.read(resource.grant());
        let root = seen.grant.root;
        let said = |trouble: &Trouble<'_>| trouble.message.clone();
        let object = seen.object.as_ref().map_err(said)?;
        let principal = seen.principal.as_ref().map_err(said)?;
        let permissions = seen.permissions.as_ref().map_err(said)?;
        let Some(holder) = principal.as_known() else {
            return Err(format!("principal `{principal}` is not wholly known"));
        };
        let to_iam = is_iam_allowed_principals(holder);
        let rights = self.rights(&seen, principal, object, permissions);
        let beyond = rights.iter().any(|right| right.stands.is_beyond());
        let mut held = Held {
            principal: holder.to_owned(),
            object: object.clone(),
            condition: seen.condition.as_ref().map(ToString::to_string),
            entry: None,
            evidence: Evidence {
                updated: time(root.get("LastUpdated")),
                by: root.get("LastUpdatedBy").as_text().map(str::to_owned),
            },
            rights,
            waived: None,
            left_to_iam: None,
        };
        if beyond || to_iam {
            held.entry = entry(root);
            if held.entry.is_none() {
                return Err("a part of the grant is not known".to_owned());
            }
        }
        if beyond && let Some(evaluation) = self.verdict(resource, "lake.grants") {
            held.waived = evaluation.waiver.map(|waiver| waiver.reason);
        }
        if to_iam {
            let evaluation = self.verdict(resource, "lake.iam-allowed-principals");
            held.left_to_iam = evaluation.map(|evaluation| left_to_iam(&evaluation));
        }
        self.current.grants.push(held);
        Ok(())
    }

    fn rights(
        &self,
        seen: &SeenGrant<'_>,
        principal: &Name,
        object: &crate::aws::lake_formation::grant::Object,
        permissions: &[crate::control::lake::seen::SeenPermission<'_>],
    ) -> Vec<HeldRight> {
        let asked = self.desired.asked();
        let holding = Holding {
            principal,
            object,
            condition: seen.condition.as_ref(),
        };
        let governs = if asked.is_silent() {
            Likeness::Different
        } else {
            asked.governs(object)
        };
        let stands = |name: &Name, grantable: bool| {
            if governs == Likeness::Different {
                return Stands::Ungoverned;
            }
            match asked.standing(&holding, Right { name, grantable }, governs) {
                Standing::Declared => Stands::Declared,
                Standing::Unknown | Standing::Unheard => Stands::Unclear,
                Standing::Excess if asked.exact => Stands::Excess,
                Standing::Excess => Stands::Ungoverned,
                Standing::AllOfItsParts => Stands::Wider(
                    String::new(),
                    "it also covers permissions to come".to_owned(),
                ),
                Standing::Wider(declared, how) => Stands::Wider(declared.identity.clone(), how),
            }
        };
        let mut rights: Vec<HeldRight> = permissions
            .iter()
            .map(|one| HeldRight {
                name: one.name.to_string(),
                grantable: one.grantable,
                stands: stands(&one.name, one.grantable),
            })
            .collect();
        // What is listed beside an `ALL` came with it.
        let parts = object.class().parts_of_all();
        let all = rights.iter().find(|one| one.name == "ALL").cloned();
        if let Some(all) = all.filter(|all| all.stands.is_beyond()) {
            for right in &mut rights {
                if parts.contains(&right.name.as_str())
                    && right.stands.is_beyond()
                    && (all.grantable || !right.grantable)
                {
                    right.stands = Stands::PartOfAll;
                }
            }
        }
        rights
    }

    fn opt_in<'t>(&mut self, resource: &Resource<'t>, context: &Context<'_, 't>) -> Fact<()> {
        let one = OptIn::of(context, resource).map_err(|trouble| trouble.message)?;
        let seen = context.read(Grant::at(resource.opt_in()));
        let condition = seen.condition.map(|condition| condition.to_string());
        let key = (one.principal.to_string(), one.object, condition);
        self.current.opt_ins.insert(key);
        Ok(())
    }

    fn filter(&mut self, resource: &Resource<'_>) -> Fact<()> {
        let root = resource.cells_filter().root;
        let Some(raw) = json(root) else {
            return Err("a part of the filter is not known".to_owned());
        };
        let text = |member: &str| raw.get(member).and_then(Value::as_str).map(str::to_owned);
        let (Some(database), Some(table), Some(name)) =
            (text("DatabaseName"), text("TableName"), text("Name"))
        else {
            return Err("the filter is not named in full".to_owned());
        };
        let catalog = text("TableCatalogId").filter(|id| *id != self.desired.target.account);
        let evaluation = self.verdict(resource, "lake.data-filters");
        let (verdict, message) = evaluation
            .map_or((Verdict::NotApplicable, String::new()), |one| {
                (one.verdict, one.message.into_owned())
            });
        self.current.filters.push(SeenFilter {
            key: (catalog, database.to_lowercase(), table.to_lowercase(), name),
            raw,
            verdict,
            message,
        });
        Ok(())
    }

    fn tag<'t>(&mut self, resource: &Resource<'t>, context: &Context<'_, 't>) -> Fact<()> {
        let (kind, root) = resource.lf_tag();
        if kind == TAG_ASSOCIATION {
            if let Some(reason) = root.reason() {
                return Err(reason.to_string());
            }
            let named = resource.identity.name.as_deref();
            self.tagged(named.unwrap_or(&resource.identity.id), root);
            return Ok(());
        }
        let said = |trouble: Trouble<'_>| trouble.message;
        if kind == TAG_EXPRESSION {
            let tags = context.expression(root.get("Expression")).map_err(said)?;
            let texts = |values: BTreeSet<Name>| values.iter().map(ToString::to_string).collect();
            let tags = tags.into_iter().map(|(key, values)| (key, texts(values)));
            let seen = SeenExpression {
                tags: tags.collect(),
                raw: json(root).unwrap_or_default(),
            };
            let name = root.get("Name").as_text().ok_or("it has no name")?;
            self.current.expressions.insert(name.to_owned(), seen);
            return Ok(());
        }
        let tag = context.lf_tag(root).map_err(said)?;
        let values = tag
            .values
            .iter()
            .filter_map(|(node, value)| Some((value.to_string(), node.as_text()?.to_owned())));
        let spelt = root.get("TagKey").as_text().unwrap_or_default().to_owned();
        let seen = SeenTag {
            key: spelt,
            values: values.collect(),
        };
        self.current.tags.insert(tag.key.to_string(), seen);
        Ok(())
    }

    /// The tags of a database, or of a table and its columns, a lower level over a higher one.
    fn tagged(&mut self, bearer: &str, answer: Node<'_>) {
        let names: Vec<String> = bearer.splitn(2, '.').map(str::to_lowercase).collect();
        let mut tags = BTreeMap::new();
        for list in ["LFTagOnDatabase", "LFTagsOnTable"] {
            add_tags(&mut tags, answer.get(list));
        }
        for column in answer.get("LFTagsOnColumns").items() {
            let mut own = tags.clone();
            add_tags(&mut own, column.get("LFTags"));
            let mut path = names.clone();
            path.push(
                column
                    .get("Name")
                    .as_text()
                    .unwrap_or_default()
                    .to_lowercase(),
            );
            self.current.tagged.insert(path, own);
        }
        self.current.tagged.insert(names, tags);
    }

    fn location(&mut self, resource: &Resource<'_>) -> Fact<()> {
        let root = resource.registered_location();
        let raw = json(root).ok_or("a part of the location is not known")?;
        let arn = raw.get("ResourceArn").and_then(Value::as_str);
        let at = place(arn.ok_or("the location has no `ResourceArn`")?);
        self.current.locations.insert(at.to_string(), raw);
        Ok(())
    }

    fn settings(&mut self, resource: &Resource<'_>) {
        let caller = resource.body.get(CALLER).get("Arn").as_text();
        self.current.caller = caller.map(str::to_owned);
        let node = resource.lake_settings();
        if node.is_absent() {
            return;
        }
        let known = json(node).ok_or_else(|| why(node, "the settings are not known"));
        let mut scope = Scope::new();
        scope.push(resource.clone());
        let mut found = Vec::new();
        self.judge.judge(resource, &scope, &mut found);
        let failing = found
            .iter()
            .filter(|one| matches!(one.verdict, Verdict::Noncompliant | Verdict::Indeterminate))
            .map(|one| one.control.id)
            .collect();
        self.current.settings = Some(known.map(|raw| Settings { raw, failing }));
    }

    fn configuration(&mut self, resource: &Resource<'_>) {
        let Some(name) = resource.identity.name.clone() else {
            return;
        };
        let fact = match resource.body.reason() {
            Some(Reason::Call { why, .. }) if why.contains("does not exist") => Ok(None),
            Some(reason) => Err(reason.to_string()),
            None => match json(resource.body) {
                Some(document) => Ok(Some(document)),
                None => Err("a part of it is not known".to_owned()),
            },
        };
        self.current.configurations.insert(name, fact);
    }

    fn block_public_access(&mut self, resource: &Resource<'_>) {
        let node = resource
            .body
            .get(BLOCK)
            .get("BlockPublicAccessConfiguration");
        let verdict = self
            .verdict(resource, "account.block-public-access")
            .map_or(Verdict::NotApplicable, |one| one.verdict);
        let known = json(node).ok_or_else(|| why(node, "block public access is not known"));
        self.current.block_public_access = Some(known.map(|value| (value, verdict)));
    }
}

fn why(node: Node<'_>, otherwise: &str) -> String {
    node.reason()
        .map_or_else(|| otherwise.to_owned(), ToString::to_string)
}

/// Who holds a grant, on what and under which condition, as it came.
fn entry(root: Node<'_>) -> Option<Value> {
    let mut entry = serde_json::Map::new();
    for member in ["Principal", "Resource", "Condition"] {
        let node = root.get(member);
        if node.is_set() {
            entry.insert(member.to_owned(), json(node)?);
        }
    }
    Some(Value::Object(entry))
}

fn left_to_iam(evaluation: &Evaluation) -> LeftToIam {
    match evaluation.verdict {
        Verdict::Noncompliant if evaluation.severity > Severity::Info => LeftToIam::Refused,
        Verdict::Noncompliant => LeftToIam::Minor,
        Verdict::Indeterminate => LeftToIam::Unclear,
        Verdict::Compliant | Verdict::Waived | Verdict::NotApplicable => LeftToIam::Accepted,
    }
}

fn add_tags(tags: &mut BTreeMap<String, String>, list: Node<'_>) {
    for item in list.items() {
        let key = item.get("TagKey").as_text().unwrap_or_default();
        let value = item.get("TagValues").items().next().and_then(Node::as_text);
        if let Some(value) = value {
            tags.insert(key.to_lowercase(), value.to_lowercase());
        }
    }
}
