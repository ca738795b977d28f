//! Records taken in, one after the other.

use super::{Bears, Current, Fact, SeenExpression, SeenFilter, SeenLocation, SeenTag, Settings};
use crate::aws::lake_formation::grant::Object;
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::aws::lake_formation::shared::SharedNames;
use crate::change::desired::Desired;
use crate::change::node::json;
use crate::change::plan::Kind;
use crate::control::lake::maker::made;
use crate::control::lake::others::OptIn;
use crate::control::lake::places::place;
use crate::control::lake::unheard::{EXPRESSION, FILTER, GRANT, LOCATION, SETTINGS, unheard};
use crate::control::lake::{Context, Trouble};
use crate::control::{Severity, Verdict};
use crate::judge::{Evaluation, Judge};
use crate::observe::snapshot::Record;
use crate::observed::grant::Grant;
use crate::observed::lake::{TAG_ASSOCIATION, TAG_EXPRESSION};
use crate::observed::{Node, Reason, Resource, ResourceKind, Scope};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const BLOCK: &str = "elasticmapreduce:GetBlockPublicAccessConfiguration";
/// Why a value is not known for which nothing else is said.
const PART: &str = "the answer does not say it in full";
const CALLER: &str = "sts:GetCallerIdentity";

/// Records being taken in.
#[derive(Debug)]
pub struct Reading<'d, 'b> {
    pub(super) desired: &'d Desired<'b>,
    judge: &'d Judge<'b>,
    pub(super) current: Current,
    /// What very many grants have in common.
    pub(super) names: SharedNames,
    /// Who made the tables whose grants the baseline says.
    pub(super) makers: BTreeMap<Object, String>,
}

impl<'d, 'b> Reading<'d, 'b> {
    /// Nothing taken in yet. The judge is one of the same baseline.
    pub fn new(desired: &'d Desired<'b>, judge: &'d Judge<'b>) -> Self {
        Self {
            desired,
            judge,
            current: Current::default(),
            names: SharedNames::default(),
            makers: BTreeMap::new(),
        }
    }

    /// Something that the observer could not do.
    pub fn problem(&mut self, said: String) {
        self.current.problems.push(said);
    }

    /// The region's end: the kinds of which everything was listed.
    pub fn end(&mut self, complete: bool, listed: impl IntoIterator<Item = ResourceKind>) {
        self.current.listed.extend(listed);
        if !complete {
            self.problem("not everything was observed".to_owned());
        }
    }

    /// What was taken in.
    pub fn finish(mut self) -> Current {
        self.tell_makers();
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
        } else if kind == ResourceKind::GlueCatalog {
            self.maker(&resource, &context);
            Ok(())
        } else {
            Ok(())
        };
        if let Err(why) = understood {
            let said = format!("{}: {why}", resource.identity.id);
            self.current.unknown.push((kind, said));
        }
    }

    /// Notes the members that this version does not know, and gives the first.
    pub(super) fn unheard(
        &mut self,
        kind: Kind,
        what: impl Fn() -> String,
        root: Node<'_>,
        known: &[&str],
    ) -> Option<String> {
        let found = unheard(root, known);
        for name in &found {
            let key = (kind, (*name).to_owned());
            let bears = self.current.unheard.entry(key);
            bears.and_modify(|one| one.others += 1).or_insert(Bears {
                first: what(),
                others: 0,
            });
        }
        found.first().map(|name| (*name).to_owned())
    }

    /// What a control says against a resource, of some weight.
    fn against(&self, resource: &Resource<'_>, control: &str) -> Option<String> {
        let found = self.verdict(resource, control)?;
        let weighs = found.verdict == Verdict::Noncompliant && found.severity > Severity::Info;
        weighs.then(|| found.message.into_owned())
    }

    /// What a control says of a resource that stands alone.
    pub(super) fn verdict(&self, resource: &Resource<'_>, control: &str) -> Option<Evaluation> {
        let mut scope = Scope::new();
        scope.push(resource.clone());
        let mut found = Vec::new();
        self.judge.judge(resource, &scope, &mut found);
        found.into_iter().find(|one| one.control.id == control)
    }

    fn opt_in<'t>(&mut self, resource: &Resource<'t>, context: &Context<'_, 't>) -> Fact<()> {
        let one = OptIn::of(context, resource).map_err(|trouble| trouble.message)?;
        let seen = context.read_known(Grant::at(resource.opt_in()));
        let condition = seen.condition.map(|condition| condition.to_string());
        self.unheard(
            Kind::OptIns,
            || format!("an opt-in on {}", one.object),
            resource.opt_in(),
            GRANT,
        );
        let key = (one.principal.to_string(), one.object, condition);
        self.current.opt_ins.insert(key);
        Ok(())
    }

    fn filter(&mut self, resource: &Resource<'_>) -> Fact<()> {
        if let Some(policy) = resource.row_policy() {
            self.current.policies.see(resource, policy);
            return Ok(());
        }
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
        let unheard = self.unheard(
            Kind::Filters,
            || format!("filter `{database}.{table}.{name}`"),
            root,
            FILTER,
        );
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
            unheard,
        });
        Ok(())
    }

    fn maker<'t>(&mut self, resource: &Resource<'t>, context: &Context<'_, 't>) {
        let asked = self.desired.asked();
        if let Some((table, maker)) = made(context, resource)
            && asked.exact
            && asked.governs(&table) != Likeness::Different
        {
            self.makers.insert(table, maker.to_owned());
        }
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
            self.unheard(
                Kind::Tags,
                || format!("tag expression `{name}`"),
                root,
                EXPRESSION,
            );
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
        self.unheard(
            Kind::Locations,
            || format!("location `s3://{at}`"),
            root,
            LOCATION,
        );
        let seen = SeenLocation {
            raw,
            wrong: self.against(resource, "lake.locations"),
            hybrid: self.against(resource, "lake.hybrid-access"),
        };
        self.current.locations.insert(at.to_string(), seen);
        Ok(())
    }

    fn settings(&mut self, resource: &Resource<'_>) {
        let caller = resource.body.get(CALLER).get("Arn").as_text();
        self.current.caller = caller.map(str::to_owned);
        let node = resource.lake_settings();
        if node.is_absent() {
            return;
        }
        self.unheard(Kind::Settings, || "the settings".to_owned(), node, SETTINGS);
        let known = json(node).ok_or_else(|| why(node, PART));
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
        let known = json(node).ok_or_else(|| why(node, PART));
        self.current.block_public_access = Some(known.map(|value| (value, verdict)));
    }
}

fn why(node: Node<'_>, otherwise: &str) -> String {
    node.reason()
        .map_or_else(|| otherwise.to_owned(), ToString::to_string)
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
