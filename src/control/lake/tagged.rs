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
    let mut tags = Effective::default();
    tags.add(context, answer.get("LFTagOnDatabase"), out);
    let above = (own.0.len() > 1).then(|| tags.clone());
    tags.add(context, answer.get("LFTagsOnTable"), out);
    let mut levels = columns(context, declared, (&own, &tags), answer, out);
    levels.push(Level {
        bearer: own,
        tags,
        above,
    });
    for level in &levels {
        let (bearer, borne) = (&level.bearer, &level.tags);
        judge_declared(declared, level, answer, out);
        judge_nearer(declared, level, out);
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

/// What the baseline puts tags on bears them.
fn judge_declared(
    declared: &[Assignment],
    Level { bearer, tags, .. }: &Level<'_>,
    answer: Node<'_>,
    out: &mut Conditions,
) {
    let own = declared.iter();
    for assignment in own.filter(|one| one.bearer.likeness(bearer) == Likeness::Same) {
        for (key, value) in &assignment.tags {
            match tags.tags.get(key) {
                Some(tag) => judge_bearer(std::slice::from_ref(assignment), bearer, tag, out),
                // What is not known of its tags was recorded as they were read.
                None if !tags.is_whole => {}
                None => {
                    out.failed(answer, format!("`{bearer}` does not bear `{key}`"))
                        .under("assignment")
                        .row(assignment.identity.clone())
                        .expected(format!("`{key}={value}`"));
                }
            }
        }
    }
}

/// Below what the baseline puts a tag on, nothing bears another value: the nearer value counts. What is only inherited is
/// judged where it stands.
///
/// Source: Lake Formation Developer Guide, *How Lake Formation tag-based access control works*.
fn judge_nearer(declared: &[Assignment], level: &Level<'_>, out: &mut Conditions) {
    let bearer = &level.bearer;
    for (key, tag) in &level.tags.tags {
        let inherited = level.above.as_ref().and_then(|above| above.tags.get(key));
        if inherited.is_some_and(|above| above.has_values_of(tag)) {
            continue;
        }
        let over = declared.iter().filter(|one| one.tags.contains_key(key));
        let over = over.filter(|one| bearer.lies_in(&one.bearer) == Likeness::Same);
        let Some(nearest) = over.max_by_key(|one| one.bearer.0.len()) else {
            continue;
        };
        let Some(want) = nearest.tags.get(key) else {
            continue;
        };
        // Of itself it was judged before.
        if nearest.bearer.0.len() == bearer.0.len() {
            continue;
        }
        for (node, value) in &tag.values {
            let message = format!(
                "`{bearer}` bears `{key}={value}`, below `{}`, and the nearer value counts",
                nearest.bearer
            );
            let condition = match (want.likeness(value), node.reason()) {
                (Likeness::Same, _) => {
                    out.held();
                    continue;
                }
                (Likeness::Different, _) => out.failed(*node, message),
                (Likeness::Possible, Some(reason)) => out.unknown(*node, reason, message),
                (Likeness::Possible, None) => {
                    out.undecided(*node, message, "choose a target with `--target`")
                }
            };
            condition
                .under("assignment")
                .row(nearest.identity.clone())
                .expected(format!("`{key}={want}`"))
                .observed(node.display());
        }
    }
}

/// Something that bears tags.
struct Level<'t> {
    bearer: Bearer,
    /// Those of what is above included, a lower level over a higher one.
    tags: Effective<'t>,
    /// Those of what is above; nothing for a database.
    above: Option<Effective<'t>>,
}

/// What the columns of a table bear: those that are told, and those that the baseline puts tags on, which bear what the
/// table does where nothing is told of them.
fn columns<'t>(
    context: &Context<'_, 't>,
    declared: &[Assignment],
    (table, inherited): (&Bearer, &Effective<'t>),
    answer: Node<'t>,
    out: &mut Conditions,
) -> Vec<Level<'t>> {
    let mut levels: Vec<Level<'t>> = Vec::new();
    let level = |bearer: Bearer, tags: Effective<'t>| Level {
        bearer,
        tags,
        above: Some(inherited.clone()),
    };
    let told = answer.get("LFTagsOnColumns");
    let mut all_told = is_list(told);
    if !all_told {
        let message = format!("the tags of the columns of `{table}` are unknown");
        Trouble::new(told, message).record(out);
    }
    for column in told.items() {
        match context.name(column.get("Name"), "the column") {
            Ok(name) => {
                if name.as_known().is_none() {
                    all_told = false;
                    Trouble::new(column.get("Name"), "the column is unknown").record(out);
                }
                let mut tags = inherited.clone();
                tags.add(context, column.get("LFTags"), out);
                levels.push(level(table.column(name.lower()), tags));
            }
            Err(trouble) => {
                all_told = false;
                trouble.record(out);
            }
        }
    }
    let others = declared.iter().map(|one| &one.bearer);
    let others = others.filter(|bearer| match bearer.0.split_last() {
        Some((_, names)) => all_told && names.len() == 2 && *names == *table.0,
        None => false,
    });
    for bearer in others {
        if !levels.iter().any(|known| known.bearer == *bearer) {
            levels.push(level(bearer.clone(), inherited.clone()));
        }
    }
    levels
}

/// Whether a list is there as one, or there is none.
fn is_list(node: Node<'_>) -> bool {
    matches!(node.value(), Value::Absent | Value::Null | Value::List)
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
#[derive(Clone)]
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
        if !is_list(list) {
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
