//! Filters, tags, saved expressions and locations in the language of baselines.

use super::grants::in_account;
use super::inventory::{Inventory, Location};
use super::toml;
use super::words::tags_text;
use crate::aws::lake_formation::grant::Columns;
use crate::aws::lake_formation::name::Name;
use crate::baseline::objection_to;
use crate::control::lake::filter::Refused;
use crate::control::lake::shown::Shown;
use crate::control::lake::tags::Bearer;
use crate::control::settings::TextType;
use std::collections::{BTreeMap, BTreeSet};

impl Inventory {
    /// The filters; `None` without any.
    pub(super) fn filters_written(&self, left: &mut Vec<String>) -> Option<String> {
        let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for filter in &self.filters {
            let table = &filter.table;
            let name = format!("{}.{}.{}", table.database, table.table, filter.name);
            let written =
                refusal(filter).map_or_else(|| filter_written(filter).map_err(str::to_owned), Err);
            match written {
                Ok(text) => drop(named.entry(name).or_default().insert(text)),
                Err(why) => left.push(format!("filter `{name}`: {why}")),
            }
        }
        let filters = alone("filter", named, left);
        (!filters.is_empty())
            .then(|| format!("[lake.data-filters]\nexact = true\n{}", filters.concat()))
    }

    /// Tags and what bears them; `None` without any.
    pub(super) fn tags_written(&self, left: &mut Vec<String>) -> Option<String> {
        let mut text = String::new();
        for (key, values) in &self.tags {
            let values: Vec<String> = values
                .iter()
                .map(|value| toml::string(&value.to_string()))
                .collect();
            let settings = [
                ("key", toml::string(key)),
                ("values", toml::list(&values, 9)),
            ];
            text.push('\n');
            text.push_str(&toml::table("[[lake.tags.tag]]", &settings));
        }
        let mut together: BTreeMap<(usize, BTreeMap<String, Name>), BTreeSet<String>> =
            BTreeMap::new();
        for (bearer, tags) in &self.tagged {
            let own = self.own_tags(bearer, tags);
            let names: Option<Vec<&str>> = bearer.iter().map(Name::as_known).collect();
            match names.filter(|names| names.iter().take(2).all(|name| !name.contains('.'))) {
                Some(_) if own.is_empty() => {}
                Some(names) => drop(
                    together
                        .entry((names.len(), own))
                        .or_default()
                        .insert(names.join(".")),
                ),
                None => left.push(format!(
                    "tags of `{}`: its name cannot be told from others in a baseline",
                    Bearer(bearer.clone())
                )),
            }
        }
        for ((_, tags), bearers) in together {
            let bearers: Vec<String> = bearers.iter().map(|one| toml::string(one)).collect();
            let pairs: Vec<String> = tags
                .iter()
                .map(|(key, value)| {
                    format!("{} = {}", toml::key(key), toml::string(&value.to_string()))
                })
                .collect();
            let settings = [
                ("resource", toml::one_or_more(&bearers, 11)),
                ("tags", format!("{{ {} }}", pairs.join(", "))),
            ];
            text.push('\n');
            text.push_str(&toml::table("[[lake.tags.assignment]]", &settings));
        }
        (!text.is_empty()).then(|| format!("[lake.tags]\n{text}"))
    }

    /// The tags that something does not have from what it lies in: what lies below inherits.
    ///
    /// Source: Lake Formation Developer Guide, *Lake Formation tag-based access control*.
    fn own_tags(&self, bearer: &[Name], tags: &BTreeMap<String, Name>) -> BTreeMap<String, Name> {
        let inherited = |key: &str| {
            let above = (1..bearer.len())
                .rev()
                .filter_map(|length| self.tagged.get(bearer.get(..length)?));
            above.into_iter().find_map(|tags| tags.get(key))
        };
        let own = tags
            .iter()
            .filter(|(key, value)| inherited(key) != Some(value));
        own.map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    }

    /// Saved expressions; `None` without any.
    pub(super) fn expressions_written(&self, left: &mut Vec<String>) -> Option<String> {
        let mut text = String::new();
        for (name, tags) in &self.expressions {
            match tags_text(tags) {
                Ok(expression) => {
                    let settings = [
                        ("name", toml::string(name)),
                        ("expression", toml::string(&expression)),
                    ];
                    text.push('\n');
                    text.push_str(&toml::table("[[lake.tag-policies.expression]]", &settings));
                }
                Err(why) => left.push(format!("tag expression `{name}`: {why}")),
            }
        }
        (!text.is_empty()).then(|| format!("[lake.tag-policies]\ndenied-permissions = []\n{text}"))
    }

    /// Registered locations; `None` without any.
    pub(super) fn locations_written(
        &self,
        account: &str,
        left: &mut Vec<String>,
    ) -> Option<String> {
        let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for location in &self.locations {
            let name = format!("s3://{}", location.place);
            let texts = [
                (TextType::S3Prefix, Some(&name)),
                (TextType::IamRole, location.role.as_ref()),
            ];
            let wrong = texts.into_iter().find_map(|(kind, text)| {
                let why = objection_to(kind, text?)?;
                Some(format!("`{}`: {why}", text?))
            });
            match wrong {
                Some(why) => left.push(format!("location `{name}`: {why}")),
                None => drop(
                    named
                        .entry(name)
                        .or_default()
                        .insert(location_written(location, account)),
                ),
            }
        }
        let tables = alone("location", named, left);
        if tables.is_empty() {
            return None;
        }
        let is_root = |place: &str| !place.contains('/');
        let settings = [
            (
                "bucket-root",
                self.locations
                    .iter()
                    .any(|one| is_root(&one.place))
                    .to_string(),
            ),
            (
                "privileged",
                self.locations.iter().any(|one| one.privileged).to_string(),
            ),
        ];
        Some(format!(
            "{}{}",
            toml::table("[lake.locations]", &settings),
            tables.concat()
        ))
    }
}

/// Tables of what has a name: what several describe alike is one, and what they describe otherwise is left out.
fn alone(
    what: &str,
    named: BTreeMap<String, BTreeSet<String>>,
    left: &mut Vec<String>,
) -> Vec<String> {
    let mut tables = Vec::new();
    for (name, texts) in named {
        if texts.len() > 1 {
            left.push(format!(
                "{what} `{name}`: it was seen {} times, each time otherwise, and a baseline declares one",
                texts.len()
            ));
            continue;
        }
        tables.extend(texts);
    }
    tables.sort();
    tables
}

/// Why a baseline that declares the filter is refused, as `lake.data-filters` reviews it.
fn refusal(filter: &Shown) -> Option<String> {
    if let Some(Columns::Only(names)) = &filter.columns
        && names.is_empty()
    {
        return Some("it shows no column".to_owned());
    }
    let rows = filter.rows.as_deref();
    Some(match Refused::of(rows, filter.columns.is_none())? {
        Refused::NoLimit => "it limits neither rows nor columns".to_owned(),
        Refused::EveryRow => "its rows pass every row".to_owned(),
        Refused::Grammar(mistakes) => {
            let mistake = mistakes.first()?;
            let at = mistake.position(rows.unwrap_or_default());
            format!("its rows, character {at}: {}", mistake.message)
        }
    })
}

fn location_written(location: &Location, account: &str) -> String {
    let mut settings = vec![("path", toml::string(&format!("s3://{}", location.place)))];
    if let Some(role) = &location.role {
        settings.push(("role", in_account(role, account)));
    }
    if location.hybrid {
        settings.push(("hybrid", "true".to_owned()));
    }
    let table = toml::table("[[lake.locations.location]]", &settings);
    format!("\n{table}")
}

fn filter_written(filter: &Shown) -> Result<String, &'static str> {
    let known = |name: &Name| {
        name.as_known()
            .map(str::to_owned)
            .ok_or("a name is not known")
    };
    let table = &filter.table;
    let (database, name) = (known(&table.database)?, known(&table.table)?);
    if database.contains('.') || name.contains('.') {
        return Err("its name cannot be told from others in a baseline");
    }
    let catalog = match &table.catalog {
        Some(catalog) => format!("{}:", known(catalog)?),
        None => String::new(),
    };
    let mut settings = vec![
        ("name", toml::string(&known(&filter.name)?)),
        (
            "table",
            toml::string(&format!("{catalog}{database}.{name}")),
        ),
    ];
    if let Some(rows) = &filter.rows {
        settings.push(("rows", toml::string(rows)));
    }
    if let Some(columns) = &filter.columns {
        let (key, names) = match columns {
            Columns::Only(names) => ("columns", names),
            Columns::AllBut(names) => ("excluded-columns", names),
        };
        let names: Result<Vec<String>, _> = names.iter().map(known).collect();
        let names: Vec<String> = names?.iter().map(|name| toml::string(name)).collect();
        settings.push((key, toml::list(&names, 19)));
    }
    Ok(format!(
        "\n{}",
        toml::table("[[lake.data-filters.filter]]", &settings)
    ))
}
