//! What goes beyond the baseline, cut out of what somebody holds: no more than that, and in a form that AWS takes.

use super::current::{Held, HeldRight};
use crate::aws::lake_formation::grant::{Columns, Node as On, Object};
use crate::aws::lake_formation::name::Name;
use crate::control::lake::standing::{Asked, Holding, Right, Standing, members, with_members};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// A permission on an object, or only its grant option, that is beyond the baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) object: Object,
    pub(super) permission: String,
    pub(super) grantable: bool,
    /// The permission stays, without the grant option.
    pub(super) option_only: bool,
}

/// What of a right is beyond the baseline. Of a list of columns only those are cut that no grant declares.
pub(super) fn cuts(asked: &Asked<'_>, held: &Held, right: &HeldRight) -> Vec<Cut> {
    let cut = |object: Object, option_only: bool| Cut {
        object,
        permission: right.name.clone(),
        grantable: right.grantable,
        option_only,
    };
    let principal = Name::from(&*held.principal);
    let condition = held.condition.as_deref().map(Name::from);
    let name = Name::from(right.name.as_str());
    let holding = Holding {
        principal: &principal,
        object: &held.object,
        condition: condition.as_ref(),
    };
    let plain = Right {
        name: &name,
        grantable: false,
    };
    let whole = Right {
        name: &name,
        grantable: right.grantable,
    };
    if let (Some(listed), Some(beyond)) = (members(&held.object), asked.beyond(&holding, plain)) {
        let option = asked.beyond(&holding, whole).unwrap_or_default();
        let option: BTreeSet<Name> = option.difference(&beyond).cloned().collect();
        let mut found = Vec::new();
        if !beyond.is_empty() {
            let object = if beyond == *listed {
                held.object.clone()
            } else {
                with_members(&held.object, beyond)
            };
            found.push(cut(object, false));
        }
        if !option.is_empty() {
            found.push(cut(with_members(&held.object, option), true));
        }
        return found;
    }
    let governs = crate::aws::lake_formation::name::Likeness::Same;
    let option_only =
        right.grantable && matches!(asked.standing(&holding, plain, governs), Standing::Declared);
    vec![cut(held.object.clone(), option_only)]
}

/// What is left of a list of columns, or of a tag's values, after the cuts; everything for other objects without cuts.
pub(super) fn is_left(held: &Held, right: &HeldRight, cuts: &[Cut], want: &Want<'_>) -> bool {
    if want.grantable && !right.grantable {
        return false;
    }
    cuts.iter().all(|cut| {
        if cut.permission != right.name || (cut.option_only && !want.grantable) {
            return true;
        }
        match (want.member, members(&cut.object)) {
            (Some(member), Some(gone)) => !gone.contains(member),
            _ => cut.object != held.object,
        }
    })
}

/// What is asked of what is left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Want<'a> {
    pub(super) grantable: bool,
    /// One column, or one value.
    pub(super) member: Option<&'a Name>,
}

/// The entry that takes cuts on one object away. All are of the same kind.
pub(super) fn entry(held: &Held, object: &Object, cuts: &[&Cut]) -> Value {
    let known = held.entry.clone().unwrap_or_default();
    let mut entry = Map::new();
    let member = |name: &str| known.get(name).cloned();
    entry.insert(
        "Principal".to_owned(),
        member("Principal").unwrap_or_default(),
    );
    let resource = member("Resource").unwrap_or_default();
    entry.insert("Resource".to_owned(), sent_back(resource, held, object));
    let names = |of: &dyn Fn(&&&Cut) -> bool| -> Vec<&str> {
        let chosen = cuts.iter().filter(of);
        chosen.map(|cut| cut.permission.as_str()).collect()
    };
    let permissions = names(&|cut| !cut.option_only);
    if !permissions.is_empty() {
        entry.insert("Permissions".to_owned(), json!(permissions));
    }
    let options = names(&|cut| cut.grantable);
    if !options.is_empty() {
        entry.insert("PermissionsWithGrantOption".to_owned(), json!(options));
    }
    if let Some(condition) = member("Condition").filter(|value| !value.is_null()) {
        entry.insert("Condition".to_owned(), condition);
    }
    Value::Object(entry)
}

/// A resource as it was listed, in a form that AWS takes back: all tables are a wildcard, all columns are the table.
fn sent_back(resource: Value, held: &Held, object: &Object) -> Value {
    let list = members(object).filter(|_| object != &held.object);
    let mut resource = resource;
    if let Some(list) = list {
        let names: Vec<String> = list.iter().map(ToString::to_string).collect();
        for (member, key) in [("TableWithColumns", "ColumnNames"), ("LFTag", "TagValues")] {
            if let Some(Value::Object(inner)) = resource.get_mut(member) {
                inner.insert(key.to_owned(), json!(names));
            }
        }
        return resource;
    }
    let inner = |name: &str| resource.get(name).cloned();
    let table = inner("Table").filter(|value| !value.is_null());
    let columns = inner("TableWithColumns").filter(|value| !value.is_null());
    let part = |from: &Value, name: &str| from.get(name).cloned().filter(|value| !value.is_null());
    let place = |from: &Value| {
        let mut place = Map::new();
        for name in ["CatalogId", "DatabaseName"] {
            if let Some(value) = part(from, name) {
                place.insert(name.to_owned(), value);
            }
        }
        place
    };
    match (&object.node, table.or(columns)) {
        (On::AllTables(_), Some(from)) => {
            let mut place = place(&from);
            place.insert("TableWildcard".to_owned(), json!({}));
            json!({ "Table": place })
        }
        (On::Table(..), Some(from)) => {
            let mut place = place(&from);
            if let Some(name) = part(&from, "Name") {
                place.insert("Name".to_owned(), name);
            }
            json!({ "Table": place })
        }
        _ => resource,
    }
}

/// Whether AWS refuses to have one principal hold both. Sources: Lake Formation Developer Guide, *Lake Formation
/// permissions reference*; a grant on a table and one on columns of it exclude each other.
pub(super) fn exclude_each_other(one: &Object, other: &Object) -> bool {
    let same =
        one.catalog == other.catalog && one.table().is_some() && one.table() == other.table();
    same && match (&one.node, &other.node) {
        (On::Table(..), On::Columns(..)) | (On::Columns(..), On::Table(..)) => true,
        (On::Columns(_, _, one), On::Columns(_, _, other)) => match (one, other) {
            (Columns::Only(_), Columns::Only(_)) => false,
            _ => one != other,
        },
        _ => false,
    }
}

/// What goes, for messages.
pub(super) fn shown(cut: &Cut) -> String {
    let option = match (cut.option_only, cut.grantable) {
        (true, _) => "the grant option of ",
        (false, true) => "(with the grant option) ",
        (false, false) => "",
    };
    if cut.option_only {
        format!("{option}{} on {}", cut.permission, cut.object)
    } else {
        format!("{} {option}on {}", cut.permission, cut.object)
    }
}
