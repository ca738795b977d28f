//! What bears tags, against what a baseline puts on it.

use super::seen::{Context, Trouble};
use super::tags::{Assignment, Bearer, SeenTag, is_key};
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::control::Conditions;
use crate::lattice::Text;
use crate::observed::{Node, Resource};
use std::collections::{BTreeMap, BTreeSet};

/// A tag that is put on something must have the declared value, when one is declared for just that.
pub fn judge_bearer(
    declared: &[Assignment],
    bearer: &Bearer,
    tag: &SeenTag<'_>,
    out: &mut Conditions,
) {
    let Some(key) = tag.key.as_known() else {
        return;
    };
    for assignment in declared {
        let same = assignment.bearer.likeness(bearer);
        let Some(want) = assignment.tags.get(key) else {
            continue;
        };
        for (node, value) in &tag.values {
            let message = format!("`{bearer}` bears `{key}={value}`");
            let condition = match same.and(|| not(want.likeness(value))) {
                Likeness::Different if same == Likeness::Same => {
                    out.held();
                    continue;
                }
                Likeness::Different => continue,
                Likeness::Same => out.failed(*node, message),
                Likeness::Possible => match node.reason() {
                    Some(reason) => out.unknown(*node, reason, message),
                    None => out.undecided(*node, message, "name what bears the tag literally"),
                },
            };
            condition
                .under("assignment")
                .row(assignment.identity.clone())
                .expected(format!("`{key}={want}`"))
                .observed(node.display());
        }
    }
}

const fn not(likeness: Likeness) -> Likeness {
    match likeness {
        Likeness::Same => Likeness::Different,
        Likeness::Possible => Likeness::Possible,
        Likeness::Different => Likeness::Same,
    }
}

/// The tags of a database or table as `GetResourceLFTags` answers, a lower level overriding a higher one.
pub fn judge_effective<'t>(
    context: &Context<'_, 't>,
    declared: &[Assignment],
    (required, databases): (&BTreeSet<Text>, &BTreeSet<Text>),
    (resource, answer): (&Resource<'t>, Node<'t>),
    out: &mut Conditions,
) {
    let own = Bearer::of(resource);
    let mut levels: Vec<(Bearer, BTreeMap<String, SeenTag<'t>>)> = Vec::new();
    let mut tags = BTreeMap::new();
    for list in ["LFTagOnDatabase", "LFTagsOnTable"] {
        add(context, answer.get(list), &mut tags, out);
    }
    for column in answer.get("LFTagsOnColumns").items() {
        let mut of_column = BTreeMap::new();
        for list in ["LFTagOnDatabase", "LFTagsOnTable"] {
            add(context, answer.get(list), &mut of_column, out);
        }
        add(context, column.get("LFTags"), &mut of_column, out);
        if let Some(name) = column.get("Name").as_text() {
            levels.push((own.column(Name::from(name).lower()), of_column));
        }
    }
    levels.push((own, tags));
    for (bearer, tags) in &levels {
        let wanted = declared
            .iter()
            .filter(|one| one.bearer.likeness(bearer) == Likeness::Same);
        for assignment in wanted {
            for (key, value) in &assignment.tags {
                match tags.get(key) {
                    Some(tag) => judge_bearer(std::slice::from_ref(assignment), bearer, tag, out),
                    None => {
                        out.failed(answer, format!("`{bearer}` does not bear `{key}`"))
                            .under("assignment")
                            .row(assignment.identity.clone())
                            .expected(format!("`{key}={value}`"));
                    }
                }
            }
        }
        let governed = bearer
            .0
            .first()
            .and_then(Name::as_known)
            .is_some_and(|database| {
                databases
                    .iter()
                    .any(|want| want.accepts_as_pattern(database))
            });
        if governed && bearer.0.len() > 1 {
            judge_required(required, bearer, tags, answer, out);
        }
    }
}

fn judge_required(
    required: &BTreeSet<Text>,
    bearer: &Bearer,
    tags: &BTreeMap<String, SeenTag<'_>>,
    answer: Node<'_>,
    out: &mut Conditions,
) {
    for want in required {
        let one = BTreeSet::from([want.clone()]);
        if tags
            .values()
            .any(|tag| is_key(&one, &tag.key) == Likeness::Same)
        {
            out.held();
        } else {
            out.failed(answer, format!("`{bearer}` bears no tag `{want}`"))
                .under("required")
                .expected(format!("`{want}`"));
        }
    }
}

fn add<'t>(
    context: &Context<'_, 't>,
    list: Node<'t>,
    tags: &mut BTreeMap<String, SeenTag<'t>>,
    out: &mut Conditions,
) {
    if list.reason().is_some() {
        Trouble::new(list, "the tags are unknown").record(out);
    }
    for item in list.items() {
        match context.lf_tag(item) {
            Ok(tag) => {
                tags.insert(tag.key.to_string(), tag);
            }
            Err(trouble) => trouble.record(out),
        }
    }
}
