//! LF-Tags with their values, what bears them, and saved expressions.

mod assignments;

use super::current::{SeenExpression, SeenTag};
use super::desired::DeclaredTag;
use super::plan::{Change, Class, Draft, Evidence, Fate, Kind, Sign};
use super::step::Phase;
use crate::control::lake::tag_expressions::Declared;
use crate::live::operation::{
    CREATE_LF_TAG, CREATE_LF_TAG_EXPRESSION, UPDATE_LF_TAG, UPDATE_LF_TAG_EXPRESSION,
};
use crate::observed::ResourceKind;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The most values of one call. Source: Lake Formation API, `CreateLFTag` and `UpdateLFTag`.
const MOST: usize = 50;

/// Plans tags, assignments and expressions.
pub(super) fn tags(draft: &mut Draft<'_, '_>) {
    let desired = draft.desired;
    let (tags, expressions) = (&desired.tags, &desired.expressions);
    if (!tags.is_empty() || !expressions.is_empty())
        && draft.is_listed(ResourceKind::LakeFormationTag, "LF-Tags")
    {
        for tag in tags {
            match draft.current.tags.get(&tag.key) {
                None => create(draft, tag),
                Some(seen) => update(draft, tag, &seen.clone()),
            }
        }
        if !tags.is_empty() {
            undeclared(draft);
        }
        for expression in expressions {
            save(draft, expression);
        }
    }
    assignments::assignments(draft);
}

fn change(sign: Sign, class: Class, what: String) -> Change {
    Change {
        kind: Kind::Tags,
        sign,
        class,
        fate: Fate::Planned,
        what,
        holder: None,
        detail: None,
        wanted: Vec::new(),
        evidence: Evidence::default(),
    }
}

fn list(values: &BTreeSet<String>) -> String {
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    values.join(",")
}

fn key(tag: &str) -> String {
    format!("tag {tag}")
}

fn create(draft: &mut Draft<'_, '_>, tag: &DeclaredTag) {
    let mut made = change(
        Sign::Add,
        Class::Missing,
        format!("tag `{}={}`", tag.key, list(&tag.values)),
    );
    made.wanted = draft.desired.lines("lake.tags", "tag", &tag.identity);
    let number = draft.change(made);
    let account = draft.desired.target.account.clone();
    let values: Vec<&String> = tag.values.iter().collect();
    for (at, some) in values.chunks(MOST).enumerate() {
        let (operation, member) = if at == 0 {
            (&CREATE_LF_TAG, "TagValues")
        } else {
            (&UPDATE_LF_TAG, "TagValuesToAdd")
        };
        let input = json!({ "CatalogId": account, "TagKey": tag.key, member: some });
        let path = key(&tag.key);
        draft.call(Phase::Tags, operation, path, input, vec![number]);
    }
}

fn update(draft: &mut Draft<'_, '_>, tag: &DeclaredTag, seen: &SeenTag) {
    let account = draft.desired.target.account.clone();
    let found: BTreeSet<String> = seen.values.keys().cloned().collect();
    let missing: BTreeSet<String> = tag.values.difference(&found).cloned().collect();
    let wanted = draft.desired.lines("lake.tags", "tag", &tag.identity);
    if !missing.is_empty() {
        let what = format!("values `{}` of tag `{}`", list(&missing), tag.key);
        let mut made = change(Sign::Add, Class::Missing, what);
        made.wanted.clone_from(&wanted);
        let number = draft.change(made);
        let missing: Vec<&String> = missing.iter().collect();
        for some in missing.chunks(MOST) {
            let input = json!({ "CatalogId": account, "TagKey": seen.key, "TagValuesToAdd": some });
            let path = key(&tag.key);
            draft.call(Phase::Tags, &UPDATE_LF_TAG, path, input, vec![number]);
        }
    }
    excess(draft, tag, seen);
}

/// Values that nobody declares. AWS deletes none that something bears.
/// Source: Lake Formation API, `UpdateLFTag`.
fn excess(draft: &mut Draft<'_, '_>, tag: &DeclaredTag, seen: &SeenTag) {
    let mut go: BTreeMap<&String, &String> = BTreeMap::new();
    let wanted = draft.desired.lines("lake.tags", "tag", &tag.identity);
    for (value, spelt) in &seen.values {
        if tag.values.contains(value) {
            continue;
        }
        let bearer = assignments::keeps(draft, &tag.key, value);
        let Some(bearer) = bearer.filter(|_| draft.options.prune) else {
            go.insert(value, spelt);
            continue;
        };
        let what = format!("value `{value}` of tag `{}`", tag.key);
        let mut made = change(Sign::Remove, Class::Excess, what);
        made.fate = Fate::HeldBack(format!(
            "`{bearer}` bears it: put another value on it first, or take it off by hand"
        ));
        made.wanted.clone_from(&wanted);
        draft.change(made);
    }
    if go.is_empty() {
        return;
    }
    let names: BTreeSet<String> = go.keys().map(|value| (*value).clone()).collect();
    let what = format!("values `{}` of tag `{}`", list(&names), tag.key);
    let mut made = change(Sign::Remove, Class::Excess, what);
    made.wanted = wanted;
    if !draft.options.prune {
        made.fate = Fate::Reported("deleted only with `--prune`".to_owned());
        draft.change(made);
        return;
    }
    let number = draft.change(made);
    let account = draft.desired.target.account.clone();
    let spelt: Vec<&String> = go.into_values().collect();
    for some in spelt.chunks(MOST) {
        let input = json!({ "CatalogId": account, "TagKey": seen.key, "TagValuesToDelete": some });
        let path = key(&tag.key);
        draft.call(Phase::ValuesGone, &UPDATE_LF_TAG, path, input, vec![number]);
    }
}

/// Tags that are not declared are told and stay: with a tag, every grant by it ends.
fn undeclared(draft: &mut Draft<'_, '_>) {
    let declared: BTreeSet<&String> = draft.desired.tags.iter().map(|tag| &tag.key).collect();
    let others = draft.current.tags.keys();
    let others: Vec<String> = others
        .filter(|key| !declared.contains(key))
        .cloned()
        .collect();
    for other in others {
        let mut made = change(Sign::Remove, Class::Excess, format!("tag `{other}`"));
        made.fate = Fate::Reported(
            "tags are never deleted here: every grant by one ends with it".to_owned(),
        );
        made.wanted = draft.desired.lines_of("lake.tags");
        draft.change(made);
    }
}

fn save(draft: &mut Draft<'_, '_>, declared: &Declared) {
    let Some(tags) = &declared.tags else { return };
    let wanted: BTreeMap<String, BTreeSet<String>> = tags
        .iter()
        .map(|(key, values)| {
            (
                key.clone(),
                values.iter().map(ToString::to_string).collect(),
            )
        })
        .collect();
    let name = declared.name.to_string();
    let seen = draft.current.expressions.get(&name).cloned();
    if seen.as_ref().is_some_and(|seen| seen.tags == wanted) {
        return;
    }
    let pairs: Vec<Value> = wanted
        .iter()
        .map(|(key, values)| json!({ "TagKey": key, "TagValues": values }))
        .collect();
    let what = format!("tag expression `{name}`");
    let mut input = json!({
        "CatalogId": draft.desired.target.account, "Name": name, "Expression": pairs,
    });
    let (mut made, operation) = match seen {
        None => (
            change(Sign::Add, Class::Missing, what),
            &CREATE_LF_TAG_EXPRESSION,
        ),
        Some(SeenExpression { tags, raw }) => {
            let mut made = change(Sign::Change, Class::Different, what);
            let before: Vec<String> = tags
                .iter()
                .map(|(key, values)| format!("{key}={}", list(values)))
                .collect();
            made.detail = Some(format!(
                "`{}` becomes `{}`, for every grant by it at once",
                before.join(" & "),
                declared.text
            ));
            // The description, and what else this version does not know, stays as it is.
            if let (Value::Object(raw), Value::Object(input)) = (raw, &mut input) {
                for (member, value) in raw.into_iter().filter(|(_, value)| !value.is_null()) {
                    input.entry(member).or_insert(value);
                }
            }
            (made, &UPDATE_LF_TAG_EXPRESSION)
        }
    };
    draft.shifts.expressions.insert(name.clone());
    made.wanted = draft
        .desired
        .lines("lake.tag-policies", "expression", &declared.identity);
    let number = draft.change(made);
    let path = format!("tag expression {name}");
    draft.call(Phase::Expressions, operation, path, input, vec![number]);
}
