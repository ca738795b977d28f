//! The grants that a baseline declares.

use super::known::Known;
use super::standing::{Declared, with_members};
use super::{name, own_or_other, parsed};
use crate::aws::lake_formation::grant::{Columns, Expression, Node, Object, TagPolicy, location};
use crate::aws::lake_formation::name::Name;
use crate::aws::lake_formation::permissions::PERMISSIONS;
use crate::control::settings::{
    CellKind, Column, Domain, Requirement, Table, TextType, cell_text, cell_texts,
};
use crate::control::{Target, View};
use crate::lattice::{KeyedRows, Row};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

/// The table `[[lake.grants.grant]]`.
#[derive(Debug)]
pub enum GrantTable {}

const ONE: CellKind = CellKind::One(Domain::Texts(TextType::String));
const EACH: CellKind = CellKind::Each(Domain::Texts(TextType::String));
const MANY: CellKind = CellKind::Many(Domain::Texts(TextType::String));
const SOME_PERMISSIONS: CellKind = CellKind::Many(Domain::Words(&PERMISSIONS));

impl Table for GrantTable {
    const COLUMNS: &'static [Column] = &[
        Column::required(
            "principal",
            EACH,
            "Who holds the grant: an ARN, an account, `<account>:IAMPrincipals`.",
        )
        .identifying(),
        Column::optional("catalog", EACH, "The id of a catalog.").identifying(),
        Column::optional("database", EACH, "`database`, or `catalog:database`.").identifying(),
        Column::optional(
            "table",
            EACH,
            "`database.table`; `database.*` is all its tables, `*` any table.",
        )
        .identifying(),
        Column::optional("location", EACH, "An S3 location.").identifying(),
        Column::optional(
            "filter",
            EACH,
            "`database.table.name` of a data cells filter.",
        )
        .identifying(),
        Column::optional("tag", EACH, "`key`, or `key=value,value`.").identifying(),
        Column::optional(
            "tag-policy",
            EACH,
            "`TABLE key=value,value & key=value`, `DATABASE …`, or `TABLE expression name`.",
        )
        .identifying(),
        Column::optional("function", EACH, "`database.function`, or `database.*`.").identifying(),
        Column::optional("columns", MANY, "The only columns of the table.").identifying(),
        Column::optional(
            "excluded-columns",
            MANY,
            "All columns of the table but these.",
        )
        .identifying(),
        Column::required("permissions", SOME_PERMISSIONS, "What may be done."),
        Column::optional(
            "grantable",
            SOME_PERMISSIONS,
            "The permissions that may be granted on.",
        ),
        Column::optional(
            "grantable-columns",
            MANY,
            "Those of `columns` on which `grantable` holds; without it, all of them.",
        ),
        Column::optional("condition", ONE, "The attribute condition, in Cedar.").identifying(),
    ];
}

/// The keys of a grant that say what it is on.
const OBJECT_KEYS: [&str; 8] = [
    "catalog",
    "database",
    "table",
    "location",
    "filter",
    "tag",
    "tag-policy",
    "function",
];

/// A grant of the baseline.
#[derive(Clone, Debug)]
pub struct DeclaredGrant {
    /// Its key among the tables of the list.
    pub identity: Arc<str>,
    /// Who holds it.
    pub principal: Name,
    /// What it is on.
    pub object: Object,
    /// What may be done.
    pub permissions: Arc<BTreeSet<String>>,
    /// What of that may be granted on.
    pub grantable: Arc<BTreeSet<String>>,
    /// The attribute condition.
    pub condition: Option<Name>,
}

/// What is wrong with one table of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its key among the tables of the list.
    pub identity: Arc<str>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// The grants of a control's settings that can be understood, and what is wrong with the others.
pub fn grants(rows: &KeyedRows, account: Option<&str>) -> (Vec<DeclaredGrant>, Vec<Fault>) {
    let (mut grants, mut faults) = (Vec::with_capacity(rows.len()), Vec::new());
    let mut known = Known::default();
    for (identity, row) in rows.iter() {
        let read = grant(identity, row, account, &mut known)
            .and_then(|whole| Ok((with_option(row, &whole)?, whole)));
        match read {
            Ok((None, whole)) => grants.push(whole),
            Ok((Some(parts), _)) => grants.extend(parts),
            Err((message, help)) => faults.push(Fault {
                identity: Arc::clone(identity),
                message,
                help,
            }),
        }
    }
    (grants, faults)
}

/// The grants that a baseline declares, understood once for all that asks for them: the target's account is part of
/// what they mean, and a baseline in effect has one target.
#[derive(Debug, Default)]
pub struct DeclaredOnce(OnceLock<Declared>);

impl DeclaredOnce {
    /// The grants of `lake.grants`, in the account of the target.
    pub fn get(&self, requirement: Option<&Requirement>, target: Option<&Target>) -> &Declared {
        let account = target.map(|target| target.account.as_str());
        self.0.get_or_init(|| Declared::of(requirement, account))
    }
}

impl<'a> View<'a, '_> {
    /// The grants that `lake.grants` declares, as they are in the account of the target.
    pub fn declared(&self) -> &'a Declared {
        let requirement = self.requirement("lake.grants");
        self.declared.get(requirement, self.target)
    }
}

/// What is wrong, and what to do.
pub(super) type Wrong = (String, String);

pub(super) fn wrong<T>(message: impl Into<String>, help: impl Into<String>) -> Result<T, Wrong> {
    Err((message.into(), help.into()))
}

fn grant(
    identity: &Arc<str>,
    row: &Row,
    account: Option<&str>,
    known: &mut Known,
) -> Result<DeclaredGrant, Wrong> {
    Ok(DeclaredGrant {
        identity: Arc::clone(identity),
        principal: known.principal(row),
        object: object(row, account, known)?,
        permissions: known.permissions(row, "permissions"),
        grantable: known.permissions(row, "grantable"),
        condition: cell_text(row, "condition").map(name),
    })
}

/// A grant of which some columns only may be granted on, as the two that AWS holds: without that option, and with it.
fn with_option(row: &Row, whole: &DeclaredGrant) -> Result<Option<Vec<DeclaredGrant>>, Wrong> {
    if !row.contains_key("grantable-columns") {
        return Ok(None);
    }
    let (Node::Columns(_, _, Columns::Only(all)), false) =
        (&whole.object.node, whole.grantable.is_empty())
    else {
        return wrong(
            "`grantable-columns` are some of `columns`, on which `grantable` holds",
            "give `columns` and `grantable`, or leave it out",
        );
    };
    let texts = cell_texts(row, "grantable-columns").into_iter();
    let some: BTreeSet<Name> = texts.map(|text| name(text).lower()).collect();
    if some.is_empty() {
        return wrong(
            "the list of columns is empty",
            "leave `grantable` out where no column may be granted on",
        );
    }
    if let Some(other) = some.difference(all).next() {
        return wrong(
            format!("`{other}` is among `grantable-columns` and not among `columns`"),
            "add it to `columns`",
        );
    }
    let rest: BTreeSet<Name> = all.difference(&some).cloned().collect();
    if rest.is_empty() {
        return Ok(None);
    }
    let plain = DeclaredGrant {
        object: with_members(&whole.object, rest),
        grantable: Arc::default(),
        ..whole.clone()
    };
    let option = DeclaredGrant {
        object: with_members(&whole.object, some),
        ..whole.clone()
    };
    Ok(Some(vec![plain, option]))
}

fn object(row: &Row, account: Option<&str>, known: &mut Known) -> Result<Object, Wrong> {
    let given: Vec<&str> = OBJECT_KEYS
        .into_iter()
        .filter(|key| row.contains_key(key))
        .collect();
    let key = match given.as_slice() {
        [key] => *key,
        [] => {
            return wrong(
                "the grant does not say what it is on",
                format!("give one of `{}`", OBJECT_KEYS.join("`, `")),
            );
        }
        [first, second, ..] => {
            return wrong(
                format!("a grant is on one thing, and this one gives `{first}` and `{second}`"),
                "write a grant for each",
            );
        }
    };
    let text = written(row, key);
    let columns = known.columns(row, key)?;
    let (catalog, node) = match key {
        "catalog" => (own_or_other(parsed(&text), account), Node::Catalog),
        "location" => (None, Node::Location(parsed(location(&text)))),
        "tag" => (None, tag(&text)?),
        "tag-policy" => (None, Node::TagPolicy(tag_policy(&text)?)),
        _ => {
            let (catalog, rest) = in_catalog(&text, account);
            (catalog, known.names.node(in_database(key, rest, columns)?))
        }
    };
    Ok(Object { catalog, node })
}

/// The columns of a row, where it gives any.
pub(super) fn columns_of(row: &Row, key: &str) -> Result<Option<Columns>, Wrong> {
    let names = |key: &str| -> BTreeSet<Name> {
        cell_texts(row, key)
            .into_iter()
            .map(|text| name(text).lower())
            .collect()
    };
    let columns = match (
        row.contains_key("columns"),
        row.contains_key("excluded-columns"),
    ) {
        (false, false) => return Ok(None),
        (true, true) => {
            return wrong(
                "`columns` and `excluded-columns` exclude each other",
                "keep one of them",
            );
        }
        (true, false) => Columns::Only(names("columns")),
        (false, true) => Columns::AllBut(names("excluded-columns")),
    };
    if key != "table" {
        return wrong(
            format!("a grant on a {key} has no columns"),
            "name a `table`",
        );
    }
    if matches!(&columns, Columns::Only(names) | Columns::AllBut(names) if names.is_empty()) {
        return wrong(
            "the list of columns is empty",
            "leave it out for all columns",
        );
    }
    Ok(Some(columns))
}

/// The text of a cell as it is written, openings and all.
fn written<'r>(row: &'r Row, key: &str) -> Cow<'r, str> {
    match cell_text(row, key) {
        Some(text) => match text.as_literal() {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(text.to_string()),
        },
        None => Cow::Borrowed(""),
    }
}

/// The table of a row that has columns of its own, not of a grant.
pub(super) fn table_of(row: &Row, account: Option<&str>) -> Result<Object, Wrong> {
    let text = written(row, "table");
    let (catalog, rest) = in_catalog(&text, account);
    let node = in_database("table", rest, None)?;
    Ok(Object { catalog, node })
}

/// The catalog before the last colon, and what is in it.
fn in_catalog<'a>(text: &'a str, account: Option<&str>) -> (Option<Name>, &'a str) {
    match text.rsplit_once(':') {
        Some((catalog, rest)) => (own_or_other(parsed(catalog), account), rest),
        None => (None, text),
    }
}

fn in_database(key: &str, text: &str, columns: Option<Columns>) -> Result<Node, Wrong> {
    let lower = |text: &str| parsed(text).lower();
    if key == "database" {
        return Ok(Node::Database(lower(text)));
    }
    if key == "table" && text == "*" && columns.is_none() {
        return Ok(Node::AnyTable);
    }
    let parts: Vec<&str> = text
        .splitn(if key == "filter" { 3 } else { 2 }, '.')
        .collect();
    if parts.iter().any(|part| part.is_empty()) {
        return wrong(format!("`{text}` is not the name of a {key}"), form(key));
    }
    match (key, parts.as_slice()) {
        ("table", [_, "*"]) if columns.is_some() => wrong(
            "all tables of a database have no columns in common",
            "name one table",
        ),
        ("table", [database, "*"]) => Ok(Node::AllTables(lower(database))),
        ("table", [database, table]) => Ok(match columns {
            None => Node::Table(lower(database), lower(table)),
            Some(columns) => Node::Columns(lower(database), lower(table), columns),
        }),
        ("filter", [database, table, filter]) => {
            Ok(Node::Filter(lower(database), lower(table), parsed(filter)))
        }
        ("function", [database, "*"]) => Ok(Node::Function(lower(database), None)),
        ("function", [database, function]) => {
            Ok(Node::Function(lower(database), Some(lower(function))))
        }
        _ => wrong(format!("`{text}` is not the name of a {key}"), form(key)),
    }
}

fn form(key: &str) -> &'static str {
    match key {
        "filter" => "write `database.table.filter`",
        "function" => "write `database.function`",
        _ => "write `database.table`",
    }
}

fn tag(text: &str) -> Result<Node, Wrong> {
    let (key, values) = text
        .split_once('=')
        .map_or((text, "*"), |(key, values)| (key, values));
    let values = tag_values(values);
    if key.trim().is_empty() || values.is_empty() {
        return wrong(
            format!("`{text}` is not a tag"),
            "write `key` or `key=value,value`",
        );
    }
    let all = values.contains(&Name::from("*"));
    Ok(Node::Tag(
        parsed(key.trim()).lower(),
        (!all).then_some(values),
    ))
}

/// Tags are stored in lower case. Source: Lake Formation Developer Guide, *LF-Tag considerations*.
fn tag_values(text: &str) -> BTreeSet<Name> {
    let values = text
        .split(',')
        .map(str::trim)
        .filter(|value| !value.is_empty());
    values.map(|value| parsed(value).lower()).collect()
}

fn tag_policy(text: &str) -> Result<TagPolicy, Wrong> {
    let help = "write `TABLE key=value,value & key=value`, or `TABLE expression name`";
    let (kind, rest) = text.trim().split_once(' ').unwrap_or((text, ""));
    let databases = match kind {
        "DATABASE" => true,
        "TABLE" => false,
        _ => {
            return wrong(
                format!("`{text}` does not begin with `TABLE` or `DATABASE`"),
                help,
            );
        }
    };
    if let Some(saved) = rest.trim().strip_prefix("expression ") {
        let expression = Expression::Saved(parsed(saved.trim()));
        return Ok(TagPolicy {
            databases,
            expression,
        });
    }
    let tags = tags_of_text(rest).map_err(|(message, _)| (message, help.to_owned()))?;
    let expression = Expression::Tags(tags);
    Ok(TagPolicy {
        databases,
        expression,
    })
}

/// The values of each key of `key=value,value & key=value`, in lower case.
pub(super) fn tags_of_text(text: &str) -> Result<BTreeMap<String, BTreeSet<Name>>, Wrong> {
    let mut tags = BTreeMap::new();
    for pair in text.split('&') {
        let (key, values) = pair.split_once('=').unwrap_or((pair, ""));
        let values = tag_values(values);
        if key.trim().is_empty() || values.is_empty() {
            return wrong(
                format!("`{}` is not a key with values", pair.trim()),
                "write `key=value,value & key=value`",
            );
        }
        tags.insert(key.trim().to_lowercase(), values);
    }
    Ok(tags)
}
