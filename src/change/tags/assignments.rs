//! What bears which tags. It is changed from below: what something bears itself is there before what is above it changes,
//! so that nothing inherits for a moment what it is not to bear.

use super::change;
use crate::change::plan::{Change, Class, Draft, Fate, Sign};
use crate::change::step::{Pending, Phase};
use crate::control::lake::tags::{Assignment, assignment_request};
use crate::live::operation::ADD_LF_TAGS_TO_RESOURCE;
use crate::observed::ResourceKind;
use std::collections::{BTreeMap, BTreeSet};

/// Database, table and column.
const LEVELS: usize = 3;

/// Something that bears tags, by its names, and the keys of those that change.
type Retagged = (Vec<String>, BTreeSet<String>);

/// Puts tags on what does not bear them, or bears another value of the same key.
pub(super) fn assignments(draft: &mut Draft<'_, '_>) {
    let mut all: Vec<&Assignment> = draft.desired.assignments.iter().collect();
    all.sort_by_key(|one| one.bearer.0.len());
    let mut above: Vec<Retagged> = Vec::new();
    for assignment in all {
        let names = names(assignment);
        let Some(found) = borne(draft, &names) else {
            let said = format!("the tags of `{}` were not observed", assignment.bearer);
            draft.unknown.push(said);
            continue;
        };
        // What is only inherited goes with what is above.
        let changes_above = |key: &String| {
            let mut above = above.iter();
            above.any(|(bearer, keys)| names.starts_with(bearer) && keys.contains(key))
        };
        let mut missing = assignment.clone();
        missing
            .tags
            .retain(|key, value| found.get(key) != Some(&value.to_string()) || changes_above(key));
        if !missing.tags.is_empty() {
            let keys = missing.tags.keys().cloned().collect();
            assign(draft, &missing, &found);
            above.push((names, keys));
        }
    }
    undeclared(draft);
}

/// Tells of tags that nobody declares where the baseline says what bears tags: below something that it tags, for the nearer
/// value counts, and of those that it declares, anywhere.
fn undeclared(draft: &mut Draft<'_, '_>) {
    let current = draft.current;
    let assignments = &draft.desired.assignments;
    let declared: BTreeMap<Vec<String>, &Assignment> =
        assignments.iter().map(|one| (names(one), one)).collect();
    if declared.is_empty() {
        return;
    }
    for (bearer, tags) in &current.tagged {
        let own = declared.get(bearer);
        let parent = bearer.split_last().map(|(_, parent)| parent);
        let parent = parent.and_then(|parent| current.tagged.get(parent));
        let above = (1..bearer.len()).rev();
        let above = above.filter_map(|end| declared.get_key_value(bearer.get(..end)?));
        let above: Vec<(&Vec<String>, &&Assignment)> = above.collect();
        for (key, value) in tags {
            let is_own = own.is_some_and(|own| own.tags.contains_key(key));
            if is_own || parent.is_some_and(|tags| tags.get(key) == Some(value)) {
                continue;
            }
            let mut nearest = above.iter();
            let nearest = nearest.find(|(_, one)| one.tags.contains_key(key));
            let made = match nearest {
                Some((names, one)) => nearer(draft, (names, one), (key, value)),
                None => elsewhere(draft, own.is_some() || !above.is_empty(), key),
            };
            if let Some(mut made) = made {
                made.what = format!("`{key}={value}` on `{}`", bearer.join("."));
                draft.change(made);
            }
        }
    }
}

fn not_taken_off() -> Change {
    let why = "no tag is taken off here: take it off by hand, or declare it";
    Change {
        fate: Fate::Reported(why.to_owned()),
        ..change(Sign::Remove, Class::Excess, String::new())
    }
}

/// A value below another one that is declared: what was only inherited goes with that.
fn nearer(
    draft: &Draft<'_, '_>,
    (names, one): (&[String], &Assignment),
    (key, value): (&str, &String),
) -> Option<Change> {
    let wanted = one.tags.get(key)?.to_string();
    let inherited = borne(draft, names).is_some_and(|tags| tags.get(key) == Some(value));
    let bearer = &one.bearer;
    let desired = draft.desired;
    (!inherited && wanted != *value).then(|| Change {
        detail: Some(format!(
            "the baseline puts `{key}={wanted}` on `{bearer}`, and the nearer value counts"
        )),
        wanted: desired.lines("lake.tags", "assignment", &one.identity),
        ..not_taken_off()
    })
}

/// A tag that no assignment puts there, or above.
fn elsewhere(draft: &Draft<'_, '_>, is_near: bool, key: &str) -> Option<Change> {
    let desired = draft.desired;
    let tag = desired.tags.iter().find(|tag| tag.key == key);
    let wanted = tag.map(|tag| desired.lines("lake.tags", "tag", &tag.identity));
    (is_near || tag.is_some()).then(|| Change {
        detail: Some("whoever is granted something by it gets it there".to_owned()),
        wanted: wanted.unwrap_or_default(),
        ..not_taken_off()
    })
}

/// What bears a value, and will when everything is put on that is declared: what is below something that comes to bear
/// another is taken to have inherited it.
pub(super) fn keeps(draft: &Draft<'_, '_>, key: &str, value: &str) -> Option<String> {
    let tagged = draft.current.tagged.iter();
    let mut bears = tagged.filter(|(_, tags)| tags.get(key).is_some_and(|own| own == value));
    let (bearer, _) = bears.find(|(bearer, _)| {
        let mut declared = draft.desired.assignments.iter();
        !declared.any(|one| {
            let names = names(one);
            one.tags.contains_key(key)
                && bearer.starts_with(&names)
                && borne(draft, &names)
                    .is_some_and(|tags| tags.get(key).is_some_and(|own| own == value))
        })
    })?;
    Some(bearer.join("."))
}

fn names(assignment: &Assignment) -> Vec<String> {
    let names = assignment.bearer.0.iter();
    names.map(ToString::to_string).collect()
}

/// The tags that something bears now, those of what is above included.
fn borne(draft: &Draft<'_, '_>, names: &[String]) -> Option<BTreeMap<String, String>> {
    let current = draft.current;
    let of_table = names.get(..2).filter(|_| names.len() == LEVELS);
    let found = current.tagged.get(names);
    let found = found.or_else(|| current.tagged.get(of_table?));
    // Where there are no tags, nothing bears any.
    let listed = current.listed.contains(&ResourceKind::LakeFormationTag);
    let none = listed && current.tags.is_empty();
    found.cloned().or_else(|| none.then(BTreeMap::new))
}

fn assign(draft: &mut Draft<'_, '_>, missing: &Assignment, found: &BTreeMap<String, String>) {
    let made = told(draft, missing, found);
    let number = draft.change(made);
    let depth = missing.bearer.0.len();
    draft.entry(Pending {
        phase: Phase::Assignments,
        unit: LEVELS.saturating_sub(depth).to_string(),
        operation: &ADD_LF_TAGS_TO_RESOURCE,
        key: format!("tags of {}", missing.bearer),
        input: assignment_request(missing, &draft.desired.target.account),
        changes: vec![number],
        merges: Vec::new(),
    });
}

/// The change in words; what comes to be borne, and what goes, is noted.
fn told(
    draft: &mut Draft<'_, '_>,
    missing: &Assignment,
    found: &BTreeMap<String, String>,
) -> Change {
    let (mut replaced, mut shown) = (Vec::new(), Vec::new());
    for (key, value) in &missing.tags {
        let value = value.to_string();
        shown.push(format!("{key}={value}"));
        match found.get(key) {
            Some(before) if *before == value => continue,
            Some(before) => {
                replaced.push(format!("it bears `{key}={before}`"));
                draft.shifts.goes.insert((key.clone(), before.clone()));
            }
            None => {}
        }
        draft.shifts.comes.insert((key.clone(), value));
    }
    let (sign, class) = if replaced.is_empty() {
        (Sign::Add, Class::Missing)
    } else {
        (Sign::Change, Class::Different)
    };
    let what = format!("`{}` on `{}`", shown.join(", "), missing.bearer);
    let desired = draft.desired;
    Change {
        detail: (!replaced.is_empty()).then(|| replaced.join("; ")),
        wanted: desired.lines("lake.tags", "assignment", &missing.identity),
        ..change(sign, class, what)
    }
}
