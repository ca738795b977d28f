//! A grant in the words of the language, and whether they are read back as the same grant.

use super::grants::Given;
use super::group::{Line, Rest};
use crate::aws::lake_formation::grant::{Columns, Expression, Node, Object, TagPolicy};
use crate::aws::lake_formation::name::Name;
use crate::control::lake::checks::wrong_with;
use crate::control::lake::declared::grants;
use crate::control::lake::standing::{members, with_members};
use crate::lattice::{Cell, KeyedRows, Row, Text};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The grant as the language writes it.
pub(super) fn line(
    holder: &Name,
    object: &Object,
    condition: Option<&Name>,
    given: &Given,
) -> Result<Line, &'static str> {
    let mut rest = Rest {
        permissions: given.permissions.clone(),
        grantable: given.grantable.clone(),
        condition: condition.map(known).transpose()?,
        grantable_columns: names(&given.grantable_columns)?,
        ..Rest::default()
    };
    if let Node::Columns(_, _, columns) = &object.node {
        match columns {
            Columns::Only(only) => rest.columns = names(only)?,
            Columns::AllBut(hidden) => rest.excluded = names(hidden)?,
        }
    }
    let (key, on) = words(object)?;
    let principal = known(holder)?;
    without_parts_of_all(object, &mut rest);
    Ok(Line {
        key,
        on,
        principal,
        rest,
    })
}

/// The account's own catalog.
pub(super) const OWN: &str = "${account}";

/// `ALL` is what it stands for, and its parts need no words beside it.
fn without_parts_of_all(object: &Object, rest: &mut Rest) {
    let parts = object.class().parts_of_all();
    for list in [&mut rest.permissions, &mut rest.grantable] {
        if list.contains("ALL") {
            list.retain(|one| !parts.contains(&one.as_str()));
        }
    }
    // What may be granted on must be among the permissions.
    let missing: Vec<String> = rest
        .grantable
        .difference(&rest.permissions)
        .cloned()
        .collect();
    rest.permissions.extend(missing);
}

fn tag_policy(policy: &TagPolicy) -> Result<String, &'static str> {
    let kind = if policy.databases {
        "DATABASE"
    } else {
        "TABLE"
    };
    match &policy.expression {
        Expression::Saved(name) => {
            let name = name.as_known().ok_or("a name is not known")?;
            Ok(format!("{kind} expression {name}"))
        }
        Expression::Tags(tags) => Ok(format!("{kind} {}", tags_text(tags)?)),
    }
}

/// A tag expression as the language writes it.
pub(super) fn tags_text(tags: &BTreeMap<String, BTreeSet<Name>>) -> Result<String, &'static str> {
    let mut pairs = Vec::new();
    for (key, values) in tags {
        let mut texts = Vec::new();
        for value in values {
            texts.push(value.as_known().ok_or("the value of a tag is not known")?);
        }
        pairs.push(format!("{key}={}", texts.join(",")));
    }
    Ok(pairs.join(" & "))
}

/// Why a baseline would not take the grant, or would take it for another: it is read back.
pub(super) fn objection(line: &Line, object: &Object, account: &str) -> Option<String> {
    let text = |text: &str| Cell::Text(Text::literal(text));
    let set = |texts: &BTreeSet<String>| {
        let texts = texts.iter().map(|one| Text::literal(one.as_str()));
        Cell::Set(Arc::new(texts.collect()))
    };
    let on = if line.on == OWN { account } else { &line.on };
    let mut row = Row::from([
        ("principal", text(&line.principal)),
        (line.key, text(on)),
        ("permissions", set(&line.rest.permissions)),
    ]);
    for (key, names) in [
        ("columns", &line.rest.columns),
        ("excluded-columns", &line.rest.excluded),
        ("grantable", &line.rest.grantable),
        ("grantable-columns", &line.rest.grantable_columns),
    ] {
        if !names.is_empty() {
            row.insert(key, set(names));
        }
    }
    if let Some(condition) = &line.rest.condition {
        row.insert("condition", text(condition));
    }
    let (declared, faults) = grants(&KeyedRows::new([("".into(), row)].into()), Some(account));
    if let Some(fault) = faults.first() {
        return Some(fault.message.clone());
    }
    let whole = declared.iter().map(|one| one.object.clone());
    let whole = whole.reduce(|one, other| match (members(&one), members(&other)) {
        (Some(some), Some(others)) => with_members(&one, some | others),
        _ => one,
    })?;
    if whole != *object {
        return Some("its name cannot be told from others in a baseline".to_owned());
    }
    let mut wrong = declared.iter().flat_map(wrong_with);
    wrong.next().map(|(message, _)| message)
}

fn known(name: &Name) -> Result<String, &'static str> {
    name.as_known()
        .map(str::to_owned)
        .ok_or("a name is not known")
}

fn names(names: &BTreeSet<Name>) -> Result<BTreeSet<String>, &'static str> {
    names.iter().map(known).collect()
}

/// What a grant is on: the key, and the text.
fn words(object: &Object) -> Result<(&'static str, String), &'static str> {
    let catalog = match &object.catalog {
        None => String::new(),
        Some(catalog) => format!("{}:", known(catalog)?),
    };
    Ok(match &object.node {
        Node::Catalog => match &object.catalog {
            None => ("catalog", OWN.to_owned()),
            Some(catalog) => ("catalog", known(catalog)?),
        },
        Node::Database(name) => ("database", format!("{catalog}{}", known(name)?)),
        Node::AllTables(database) => ("table", format!("{catalog}{}.*", known(database)?)),
        Node::Table(database, table) | Node::Columns(database, table, _) => (
            "table",
            format!("{catalog}{}.{}", known(database)?, known(table)?),
        ),
        Node::Filter(database, table, name) => (
            "filter",
            format!(
                "{catalog}{}.{}.{}",
                known(database)?,
                known(table)?,
                known(name)?
            ),
        ),
        Node::Location(path) => ("location", format!("s3://{}", known(path)?)),
        Node::Tag(key, None) => ("tag", known(key)?),
        Node::Tag(key, Some(values)) => {
            let values: Vec<String> = names(values)?.into_iter().collect();
            ("tag", format!("{}={}", known(key)?, values.join(",")))
        }
        Node::TagPolicy(policy) => ("tag-policy", tag_policy(policy)?),
        Node::Function(database, name) => {
            let name = name.as_ref().map_or(Ok("*".to_owned()), known)?;
            ("function", format!("{catalog}{}.{name}", known(database)?))
        }
        Node::AnyTable => ("table", "*".to_owned()),
        Node::TagExpression(_) => {
            return Err("a baseline declares no grants on saved tag expressions");
        }
        Node::RowPolicy(_) => {
            return Err("a baseline declares no grants on row-level-security policies");
        }
    })
}
