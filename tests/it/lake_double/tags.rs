//! LF-Tags, what bears them, and saved expressions. Keys and values are kept in lower case.

use super::node::{self, Asked, Columns, Node, Table};
use super::world::Bearer;
use super::{Answer, Lake, Refusal, invalid, missing, needed, refusal, texts};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

fn lower(list: &Value) -> BTreeSet<String> {
    texts(list)
        .into_iter()
        .map(|value| value.to_lowercase())
        .collect()
}

fn pairs(catalog: &str, tags: &BTreeMap<String, String>) -> Vec<Value> {
    let each = tags.iter();
    each.map(|(key, value)| json!({"CatalogId": catalog, "TagKey": key, "TagValues": [value]}))
        .collect()
}

impl Lake {
    pub(super) fn tag(&mut self, operation: &str, input: &Value) -> Answer {
        let catalog = self.catalog_of(input);
        let shown = |((catalog, key), values): (&(String, String), &BTreeSet<String>)| json!({"CatalogId": catalog, "TagKey": key, "TagValues": values});
        if operation == "ListLFTags" {
            let foreign = ["ALL", "FOREIGN"]
                .iter()
                .any(|one| input["ResourceShareType"] == **one);
            let own = input["ResourceShareType"] != "FOREIGN";
            let wanted = |(tag, _): &(&(String, String), _)| {
                self.sees_all() && if tag.0 == self.account { own } else { foreign }
            };
            let all = self.world.tags.iter().filter(wanted).map(shown).collect();
            return self.page("LFTags", all, input, 1000);
        }
        let id = (catalog, needed(input, "TagKey")?.to_lowercase());
        let known = self.world.tags.get(&id).cloned();
        if operation == "GetLFTag" {
            return known
                .map(|values| shown((&id, &values)))
                .ok_or_else(missing);
        }
        self.only_administrators()?;
        match operation {
            "CreateLFTag" => {
                let values = lower(&input["TagValues"]);
                if known.is_some() {
                    return Err(invalid(&format!("Tag key already exists: {}", id.1)));
                }
                checked(&id.1, &values)?;
                Arc::make_mut(&mut self.world).tags.insert(id, values);
            }
            "UpdateLFTag" => {
                let mut values = known.ok_or_else(missing)?;
                let gone = lower(&input["TagValuesToDelete"]);
                let borne = self.world.bearers.values();
                let mut borne = borne.filter_map(|tags| tags.get(&id.1));
                if borne.any(|value| gone.contains(value)) {
                    return Err(invalid("Update not allowed"));
                }
                values.retain(|value| !gone.contains(value));
                let new = lower(&input["TagValuesToAdd"]);
                values.extend(new);
                checked(&id.1, &values)?;
                Arc::make_mut(&mut self.world).tags.insert(id, values);
            }
            _ => {
                known.ok_or_else(missing)?;
                let world = Arc::make_mut(&mut self.world);
                world.tags.remove(&id);
                for tags in world.bearers.values_mut() {
                    tags.remove(&id.1);
                }
            }
        }
        Ok(json!({}))
    }

    pub(super) fn bearer(&mut self, operation: &str, input: &Value) -> Answer {
        let bearers = self.bearers(input)?;
        if operation == "GetResourceLFTags" {
            return self.borne(&bearers[0], &input["ShowAssignedLFTags"]);
        }
        self.only_administrators()?;
        let mut failures = Vec::new();
        let asked = input["LFTags"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        if asked.is_empty() || asked.len() > 50 {
            return Err(invalid("LFTags must be between 1 and 50"));
        }
        for tag in asked {
            let outcome = self.assign(operation, tag, &bearers);
            if let Err(Refusal { code, message, .. }) = outcome {
                let error = json!({"ErrorCode": code, "ErrorMessage": message});
                failures.push(json!({"LFTag": tag, "Error": error}));
            }
        }
        Ok(json!({"Failures": failures}))
    }

    fn assign(&mut self, operation: &str, tag: &Value, bearers: &[Bearer]) -> Result<(), Refusal> {
        let (key, values) = (
            needed(tag, "TagKey")?.to_lowercase(),
            lower(&tag["TagValues"]),
        );
        let known = self.world.tags.get(&(self.account.clone(), key.clone()));
        let known = known.ok_or_else(missing)?.clone();
        // "one value per key per resource"
        let mut one = values.iter();
        let (Some(value), None) = (one.next(), one.next()) else {
            return Err(invalid("A resource bears one value of a tag"));
        };
        if !known.contains(value) {
            return Err(missing());
        }
        let world = Arc::make_mut(&mut self.world);
        for bearer in bearers {
            let tags = world.bearers.entry(bearer.clone()).or_default();
            if operation == "AddLFTagsToResource" {
                tags.insert(key.clone(), value.clone());
            } else if tags.get(&key) == Some(value) {
                tags.remove(&key);
            } else {
                return Err(missing());
            }
        }
        world.bearers.retain(|_, tags| !tags.is_empty());
        Ok(())
    }

    /// What is to bear tags: a database, a table, or some of its columns.
    fn bearers(&self, input: &Value) -> Result<Vec<Bearer>, Refusal> {
        let node = Node::read(&input["Resource"], &self.catalog_of(input))?;
        let bearers = match &node {
            Node::Database(catalog, name) => vec![(catalog.clone(), name.clone(), None, None)],
            Node::Table(catalog, database, Table::Named(name)) => {
                vec![(catalog.clone(), database.clone(), Some(name.clone()), None)]
            }
            Node::Columns(catalog, database, Table::Named(name), Columns::Only(columns)) => columns
                .iter()
                .map(|column| {
                    let table = Some(name.clone());
                    (
                        catalog.clone(),
                        database.clone(),
                        table,
                        Some(column.clone()),
                    )
                })
                .collect(),
            _ => {
                return Err(invalid(
                    "Only database, table, or tableWithColumns resource is allowed",
                ));
            }
        };
        for (catalog, database, table, column) in &bearers {
            let known = match table {
                None => self.catalog.database(catalog, database).is_some(),
                Some(table) => self.catalog.columns(catalog, database, table).is_some_and(
                    |(own, partitions)| {
                        let is_there = |column| own.contains(column) || partitions.contains(column);
                        column.as_ref().is_none_or(is_there)
                    },
                ),
            };
            if !known {
                return Err(missing());
            }
        }
        Ok(bearers)
    }

    /// The tags of something, those that it inherits as well unless only assigned ones are asked for.
    fn borne(&self, bearer: &Bearer, assigned: &Value) -> Answer {
        let world = &self.world;
        let direct = assigned == &json!(true);
        let tags = |bearer: &Bearer| {
            if direct {
                world.bearers.get(bearer).cloned().unwrap_or_default()
            } else {
                world.tags_of(bearer)
            }
        };
        let (catalog, database, table, _) = bearer;
        let of_database = (catalog.clone(), database.clone(), None, None);
        let Some(table) = table else {
            return Ok(json!({"LFTagOnDatabase": pairs(catalog, &tags(&of_database))}));
        };
        let of_table = (catalog.clone(), database.clone(), Some(table.clone()), None);
        let Some((own, partitions)) = self.catalog.columns(catalog, database, table) else {
            return Err(missing());
        };
        let columns = own.iter().chain(&partitions);
        let columns: Vec<Value> = columns
            .filter_map(|column| {
                let of = (
                    catalog.clone(),
                    database.clone(),
                    Some(table.clone()),
                    Some(column.clone()),
                );
                let tags = tags(&of);
                (!tags.is_empty()).then(|| json!({"Name": column, "LFTags": pairs(catalog, &tags)}))
            })
            .collect();
        Ok(
            json!({"LFTagOnDatabase": pairs(catalog, &tags(&of_database)),
            "LFTagsOnTable": pairs(catalog, &tags(&of_table)), "LFTagsOnColumns": columns}),
        )
    }

    pub(super) fn expression(&mut self, operation: &str, input: &Value) -> Answer {
        let account = self.account.clone();
        let shown = |(name, (text, tags)): (&String, &(Option<String>, node::Tags))| {
            let mut shown = json!({"CatalogId": account, "Name": name, "Expression": node::expression_json(tags)});
            if let Some(text) = text {
                shown["Description"] = json!(text);
            }
            shown
        };
        if operation == "ListLFTagExpressions" {
            let all = self.world.expressions.iter().filter(|_| self.sees_all());
            return self.page("LFTagExpressions", all.map(shown).collect(), input, 1000);
        }
        let name = needed(input, "Name")?.to_owned();
        let known = self.world.expressions.get(&name).cloned();
        if operation == "GetLFTagExpression" {
            return known.map(|one| shown((&name, &one))).ok_or_else(missing);
        }
        self.only_administrators()?;
        if operation == "DeleteLFTagExpression" {
            known.ok_or_else(missing)?;
            let world = Arc::make_mut(&mut self.world);
            world.expressions.remove(&name);
            // "will also delete all LFTagPolicy permissions referencing" it (Lake Formation API).
            for nodes in world.held.values_mut() {
                nodes.retain(|node, _| {
                    !matches!(node, Node::TagPolicy(_, _, Asked::Saved(saved)) if *saved == name)
                });
            }
            world.held.retain(|_, nodes| !nodes.is_empty());
            return Ok(json!({}));
        }
        match (operation, known.is_some()) {
            ("CreateLFTagExpression", true) => {
                return Err(refusal(
                    400,
                    "InvalidInputException",
                    "LF-Tag expression already exists",
                ));
            }
            ("UpdateLFTagExpression", false) => return Err(missing()),
            _ => {}
        }
        let tags = node::expression(&input["Expression"])?;
        if tags.is_empty() {
            return Err(invalid("Expression must not be empty"));
        }
        for (key, values) in &tags {
            let tag = self.world.tags.get(&(self.account.clone(), key.clone()));
            if !tag.is_some_and(|known| values.is_subset(known)) {
                return Err(missing());
            }
        }
        let text = input["Description"].as_str().map(str::to_owned);
        let world = Arc::make_mut(&mut self.world);
        world.expressions.insert(name, (text, tags));
        Ok(json!({}))
    }
}

/// Source: Lake Formation API, `CreateLFTag`: lengths and characters.
fn checked(key: &str, values: &BTreeSet<String>) -> Result<(), Refusal> {
    let fits = |text: &str, most: usize| {
        let plain = |one: char| one.is_alphanumeric() || " _.:/=+-@%*".contains(one);
        text.chars().count() <= most && text.chars().all(plain)
    };
    if key.is_empty() || !fits(key, 128) || key.contains('*') {
        return Err(invalid(&format!("Invalid tag key {key}")));
    }
    if values.is_empty() || values.len() > 1000 || !values.iter().all(|value| fits(value, 256)) {
        return Err(invalid(&format!("Invalid values of tag {key}")));
    }
    Ok(())
}
