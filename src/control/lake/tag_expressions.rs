//! Tag expressions as a baseline declares them and as they were seen, and whether one reaches certain values.

use super::declared::tags_of_text;
use super::members::likeness;
use super::name;
use super::seen::Context;
use super::tags::definitions;
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::control::View;
use crate::control::settings::{CellKind, Column, Domain, Table, TextType, cell_text, cell_texts};
use crate::lattice::{KeyedRows, Shape, Text};
use crate::observed::lake::{TAG, TAG_EXPRESSION};
use crate::observed::{Node, ResourceKind, Word};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const ONE: CellKind = CellKind::One(Domain::Texts(TextType::String));
const MANY: CellKind = CellKind::Many(Domain::Texts(TextType::String));

/// The table `[[lake.tag-policies.sensitive]]`.
#[derive(Debug)]
pub enum SensitiveTable {}

impl Table for SensitiveTable {
    const COLUMNS: &'static [Column] = &[
        Column::required("key", ONE, "The tag's key.").identifying(),
        Column::required("values", MANY, "The sensitive values."),
        Column::required(
            "principals",
            CellKind::Many(Domain::Patterns(TextType::String)),
            "Patterns of the principals that may reach them.",
        ),
    ];
}

/// The table `[[lake.tag-policies.expression]]`.
#[derive(Debug)]
pub enum ExpressionTable {}

impl Table for ExpressionTable {
    const COLUMNS: &'static [Column] = &[
        Column::required("name", ONE, "The name of the saved expression.").identifying(),
        Column::required("expression", ONE, "`key=value,value & key=value`."),
    ];
}

/// Values that only some may reach.
#[derive(Clone, Debug)]
pub struct Sensitive {
    /// Its key among the tables of the list.
    pub identity: Arc<str>,
    /// The tag's key, in lower case.
    pub key: String,
    /// The values, in lower case.
    pub values: BTreeSet<Name>,
    /// Who may reach them.
    pub principals: BTreeSet<Text>,
}

/// The sensitive values of the settings.
pub fn sensitive(rows: &KeyedRows) -> Vec<Sensitive> {
    rows.iter()
        .map(|(identity, row)| Sensitive {
            identity: Arc::clone(identity),
            key: cell_text(row, "key")
                .map(ToString::to_string)
                .unwrap_or_default()
                .to_lowercase(),
            values: cell_texts(row, "values")
                .into_iter()
                .map(|text| name(text).lower())
                .collect(),
            principals: cell_texts(row, "principals").into_iter().cloned().collect(),
        })
        .collect()
}

/// Whether an expression reaches certain values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// That depends on what bears the tags.
    Unknown,
}

impl Sensitive {
    /// Whether an expression lists one of the values; `None` when it does not test the key.
    pub fn reached_by(&self, tags: &BTreeMap<String, BTreeSet<Name>>) -> Option<Reach> {
        let listed = tags.get(&self.key)?;
        let each = self
            .values
            .iter()
            .flat_map(|value| listed.iter().map(|seen| value.likeness(seen)));
        let all = listed.contains(&Name::from("*"));
        Some(match each.max() {
            Some(Likeness::Same) => Reach::Yes,
            Some(Likeness::Possible) => Reach::Unknown,
            Some(Likeness::Different) | None if all => Reach::Unknown,
            Some(Likeness::Different) | None => Reach::No,
        })
    }

    /// Whether what the expression was expanded to bears one of the values.
    pub fn expanded(&self, seen: &View<'_, '_>) -> Reach {
        let answer = seen.resource.body.get("lakeformation:SearchTablesByLFTags");
        if !seen.is_live() || !answer.is_set() {
            return Reach::Unknown;
        }
        let mut tables = answer.get("TableList").items();
        if tables.any(|table| self.borne_by(table)) {
            Reach::Yes
        } else {
            Reach::No
        }
    }

    fn borne_by(&self, table: Node<'_>) -> bool {
        let columns = table
            .get("LFTagsOnColumns")
            .items()
            .flat_map(|one| one.get("LFTags").items());
        let own = ["LFTagOnDatabase", "LFTagsOnTable"];
        let own = own.into_iter().flat_map(|list| table.get(list).items());
        own.chain(columns).any(|tag| {
            let key = tag.get("TagKey").as_text().unwrap_or_default();
            key.to_lowercase() == self.key
                && tag
                    .get("TagValues")
                    .items()
                    .filter_map(Node::as_text)
                    .any(|value| {
                        let value = Name::from(value).lower();
                        self.values
                            .iter()
                            .any(|want| want.likeness(&value) == Likeness::Same)
                    })
        })
    }

    /// The key with its values.
    pub fn shown(&self) -> String {
        let values: Vec<String> = self.values.iter().map(ToString::to_string).collect();
        format!("{}={}", self.key, values.join(","))
    }

    /// Who may reach them.
    pub fn expected(&self) -> String {
        let all: Vec<String> = self
            .principals
            .iter()
            .map(|one| format!("`{one}`"))
            .collect();
        all.join(", ")
    }
}

/// A saved expression of the baseline.
#[derive(Clone, Debug)]
pub struct Declared {
    /// Its key among the tables of the list.
    pub identity: Arc<str>,
    /// Its name.
    pub name: Name,
    /// What it says, as written.
    pub text: String,
    /// The values of each key; `None` when the text cannot be understood.
    pub tags: Option<BTreeMap<String, BTreeSet<Name>>>,
}

/// The saved expressions of the settings.
pub fn expressions(rows: &KeyedRows) -> Vec<Declared> {
    rows.iter()
        .map(|(identity, row)| {
            let text = cell_text(row, "expression")
                .map(ToString::to_string)
                .unwrap_or_default();
            Declared {
                identity: Arc::clone(identity),
                name: cell_text(row, "name").map_or_else(|| Name::from(""), name),
                tags: tags_of_text(&text).ok(),
                text,
            }
        })
        .collect()
}

impl Context<'_, '_> {
    /// What a saved expression of the input says.
    pub fn saved_expression(&self, wanted: &Name) -> Option<BTreeMap<String, BTreeSet<Name>>> {
        let all = self.scope.resources_by::<ByExpression>(
            ResourceKind::LakeFormationTag,
            |one| {
                let (kind, node) = one.lf_tag();
                let name = (kind == TAG_EXPRESSION).then(|| self.text_of(node.get("Name")));
                Some(
                    name.flatten()
                        .map(|name| Word::text(name.to_string()))
                        .into_iter()
                        .collect(),
                )
            },
            || Some(vec![Word::text(wanted.to_string())]),
        );
        let mut saved = all.filter_map(|one| {
            let (kind, node) = one.lf_tag();
            (kind == TAG_EXPRESSION).then_some(node)
        });
        let found = saved.find(|node| {
            self.text(node.get("Name"))
                .is_ok_and(|name| name == *wanted)
        })?;
        self.expression(found.get("Expression")).ok()
    }
}

/// Saved expressions by their names, tags by their keys.
enum ByExpression {}
enum ByKey {}

/// Every value of a tag, in lower case: on the baseline's word, or as the input declares it.
pub fn known_values(seen: &View<'_, '_>, key: &str) -> Option<BTreeSet<Name>> {
    if let Some(Shape::Rows(rows)) = seen
        .requirement("lake.tags")
        .and_then(|own| own.shape("tag"))
        && let Some((_, values)) = definitions(rows).remove(key)
    {
        return Some(values);
    }
    let context = Context::of(seen);
    let all = seen.scope.resources_by::<ByKey>(
        ResourceKind::LakeFormationTag,
        |one| {
            let (kind, node) = one.lf_tag();
            let key = (kind == TAG).then(|| context.lf_tag(node).ok()).flatten();
            // One of which a part is not known is like nothing.
            let key = key.and_then(|tag| Some(Word::text(tag.key.as_known()?)));
            Some(key.into_iter().collect())
        },
        || (!Text::from(key).is_pattern()).then(|| vec![Word::text(key)]),
    );
    let mut tags = all.filter_map(|one| {
        let (kind, node) = one.lf_tag();
        (kind == TAG).then_some(node)
    });
    let tag = tags.find_map(|node| {
        let tag = context.lf_tag(node).ok()?;
        (likeness(&Text::from(key), &tag.key) == Likeness::Same).then_some(tag)
    })?;
    Some(tag.values.into_iter().map(|(_, value)| value).collect())
}
