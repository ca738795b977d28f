//! What bears tags, against what a baseline puts on it.

use super::seen::{Context, Trouble};
use super::tags::{Assignment, Bearer, SeenTag, is_key};
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::control::Conditions;
use crate::lattice::Text;
use crate::observed::{Node, Resource, Value};
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
    let mut levels: Vec<(Bearer, Effective<'t>)> = Vec::new();
    let mut tags = Effective::default();
    for list in ["LFTagOnDatabase", "LFTagsOnTable"] {
        tags.add(context, answer.get(list), out);
    }
    for column in answer.get("LFTagsOnColumns").items() {
        let mut of_column = Effective::default();
        for list in ["LFTagOnDatabase", "LFTagsOnTable"] {
            of_column.add(context, answer.get(list), out);
        }
        of_column.add(context, column.get("LFTags"), out);
        if let Some(name) = column.get("Name").as_text() {
            levels.push((own.column(Name::from(name).lower()), of_column));
        }
    }
    levels.push((own, tags));
    for (bearer, borne) in &levels {
        let wanted = declared
            .iter()
            .filter(|one| one.bearer.likeness(bearer) == Likeness::Same);
        for assignment in wanted {
            for (key, value) in &assignment.tags {
                match borne.tags.get(key) {
                    Some(tag) => judge_bearer(std::slice::from_ref(assignment), bearer, tag, out),
                    // What is not known of its tags was recorded as they were read.
                    None if !borne.is_whole => {}
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
            judge_required(required, bearer, borne, answer, out);
        }
    }
}

fn judge_required(
    required: &BTreeSet<Text>,
    bearer: &Bearer,
    borne: &Effective<'_>,
    answer: Node<'_>,
    out: &mut Conditions,
) {
    for want in required {
        let one = BTreeSet::from([want.clone()]);
        let mut tags = borne.tags.values();
        if tags.any(|tag| is_key(&one, &tag.key) == Likeness::Same) {
            out.held();
        } else if borne.is_whole {
            out.failed(answer, format!("`{bearer}` bears no tag `{want}`"))
                .under("required")
                .expected(format!("`{want}`"));
        }
    }
}

/// What something bears, as far as it could be read.
struct Effective<'t> {
    tags: BTreeMap<String, SeenTag<'t>>,
    /// False when it may bear more.
    is_whole: bool,
}

impl Default for Effective<'_> {
    fn default() -> Self {
        Self {
            tags: BTreeMap::new(),
            is_whole: true,
        }
    }
}

impl<'t> Effective<'t> {
    /// Adds the tags of a level, over those of the levels above it; what is not known of them is recorded.
    fn add(&mut self, context: &Context<'_, 't>, list: Node<'t>, out: &mut Conditions) {
        let is_read = matches!(list.value(), Value::Absent | Value::Null | Value::List);
        if !is_read || list.open().is_some() {
            self.is_whole = false;
            Trouble::new(list, "the tags are unknown").record(out);
        }
        for item in list.items() {
            match context.lf_tag(item) {
                Ok(tag) => {
                    self.is_whole &= tag.key.as_known().is_some();
                    self.tags.insert(tag.key.to_string(), tag);
                }
                Err(trouble) => {
                    self.is_whole = false;
                    trouble.record(out);
                }
            }
        }
    }
}
