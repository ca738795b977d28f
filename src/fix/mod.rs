//! Repairs carried out: edits of a file's text that change what they are about and nothing else.
//!
//! The text around an edit is never written again, so comments and layout stay. What is replaced must be the plain
//! scalar that was read; what is inserted goes behind the last member of its container, laid out like that one. A
//! place that is anything else (an expression, an alias, a text with placeholders) is left alone.

mod hcl;
mod lines;
mod literal;
mod object;
mod render;
mod yaml;

use crate::control::{Change, Repair};
use serde_json::Value;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    Json,
    Yaml,
    Hcl,
}

impl Language {
    fn of(file: &str, text: &str) -> Self {
        if [".tf", ".tfvars"].iter().any(|end| file.ends_with(end)) {
            return Self::Hcl;
        }
        let text = text.trim_start_matches('\u{feff}').trim_start();
        if text.starts_with('{') || text.starts_with('[') {
            Self::Json
        } else {
            Self::Yaml
        }
    }
}

/// A change to a text: these bytes become that text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes; none for what is only inserted.
    pub bytes: (usize, usize),
    /// What stands there then.
    pub text: String,
    /// Where the container begins that something is inserted into: at one place, the inner one's goes first.
    container: usize,
}

/// Members to be inserted into one container.
type Members = BTreeMap<String, Value>;

/// The edits that carry these repairs of one file out; `None` when a place is not what it has to be.
pub fn edits(file: &str, text: &str, repairs: &[Repair]) -> Option<Vec<Edit>> {
    let language = Language::of(file, text);
    // What stands there stands elsewhere, too.
    let shared = match language {
        Language::Yaml => yaml::anchored(text),
        Language::Json | Language::Hcl => Vec::new(),
    };
    let mut edits = Vec::new();
    let mut inserted: BTreeMap<(usize, usize), Members> = BTreeMap::new();
    for repair in repairs {
        // What Terraform and CloudFormation would evaluate is not a literal.
        if repair.value.contains("${") || repair.value.contains("%{") {
            return None;
        }
        let within = |shared: &Range<usize>| {
            shared.start < repair.bytes.1.max(repair.bytes.0 + 1) && repair.bytes.0 < shared.end
        };
        if shared.iter().any(within) {
            return None;
        }
        let value: Value = serde_json::from_str(&repair.value).ok()?;
        match &repair.change {
            Change::Replace(was) => {
                let was: Value = serde_json::from_str(was).ok()?;
                let slice = text.get(repair.bytes.0..repair.bytes.1)?;
                edits.push(Edit {
                    bytes: repair.bytes,
                    text: literal::replacement(language, slice, &was, &value)?,
                    container: repair.bytes.0,
                });
            }
            Change::Insert(key) => {
                let members = inserted.entry(repair.bytes).or_default();
                put(members, key, value)?;
            }
        }
    }
    for (bytes, members) in inserted {
        edits.extend(insertion(language, text, bytes, &members)?);
    }
    edits.sort_by_key(|edit| (edit.bytes, Reverse(edit.container)));
    edits.dedup();
    let apart = |pair: &[Edit]| match pair {
        [one, next] => one.bytes.1 <= next.bytes.0,
        _ => true,
    };
    edits.windows(2).all(apart).then_some(edits)
}

fn insertion(
    language: Language,
    text: &str,
    bytes: (usize, usize),
    members: &Members,
) -> Option<Vec<Edit>> {
    let slice = text.get(bytes.0..bytes.1)?;
    if !slice.starts_with(['{', '\\']) {
        return match language {
            Language::Json => None,
            Language::Yaml => yaml::into_block(text, bytes, members).map(|edit| vec![edit]),
            Language::Hcl => hcl::into_block(text, bytes, members),
        };
    }
    let json = object::into_json(slice, members);
    let json = json.or_else(|| object::into_escaped(slice, members));
    let found = match (json, language) {
        (Some((at, text)), _) => vec![(at, text)],
        (None, Language::Json) => return None,
        (None, Language::Yaml) => vec![yaml::into_flow(slice, members)?],
        (None, Language::Hcl) => hcl::into_object(slice, members)?,
    };
    let edit = |(at, text): (usize, String)| Edit {
        bytes: (bytes.0 + at, bytes.0 + at),
        text,
        container: bytes.0,
    };
    Some(found.into_iter().map(edit).collect())
}

/// The text with all edits made, which are sorted and apart.
pub fn apply(text: &str, edits: &[Edit]) -> Option<String> {
    let mut changed = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for edit in edits {
        changed.push_str(text.get(at..edit.bytes.0)?);
        changed.push_str(&edit.text);
        at = edit.bytes.1;
    }
    changed.push_str(text.get(at..)?);
    Some(changed)
}

/// Repairs that are carried out together, of any number of files.
#[derive(Clone, Debug, Default)]
pub struct Together(BTreeMap<String, BTreeMap<Spot, (Change, Value)>>);

/// Bytes, and the key of a member that is to stand there.
type Spot = ((usize, usize), Option<String>);

impl Together {
    /// Adds the repairs of one finding, all of them or none: `false` when one of them contradicts what is there.
    pub fn add(&mut self, repairs: &[Repair]) -> bool {
        let mut staged: BTreeMap<(&str, Spot), (Change, Value)> = BTreeMap::new();
        for repair in repairs {
            let Ok(value) = serde_json::from_str(&repair.value) else {
                return false;
            };
            let key = match &repair.change {
                Change::Replace(_) => None,
                Change::Insert(key) => Some(key.clone()),
            };
            let spot = (repair.bytes, key);
            let known = self.0.get(&repair.file).and_then(|spots| spots.get(&spot));
            let new = || {
                (
                    repair.change.clone(),
                    known.map_or(Value::Null, |(_, known)| known.clone()),
                )
            };
            let (_, standing) = staged.entry((&repair.file, spot)).or_insert_with(new);
            if standing.is_null() && known.is_none() {
                *standing = value;
            } else if merge(standing, value).is_none() {
                return false;
            }
        }
        for ((file, spot), new) in staged {
            let spots = self.0.entry(file.to_owned()).or_default();
            spots.insert(spot, new);
        }
        true
    }

    /// The repairs of each file.
    pub fn by_file(&self) -> BTreeMap<&str, Vec<Repair>> {
        let of_file = |(file, spots): (&'_ String, &BTreeMap<Spot, (Change, Value)>)| {
            let repairs = spots.iter().map(|((bytes, _), (change, value))| Repair {
                file: file.clone(),
                bytes: *bytes,
                change: change.clone(),
                value: value.to_string(),
            });
            repairs.collect::<Vec<_>>()
        };
        self.0
            .iter()
            .map(|(file, spots)| (file.as_str(), of_file((file, spots))))
            .collect()
    }
}

fn put(members: &mut Members, key: &str, value: Value) -> Option<()> {
    if let Some(standing) = members.get_mut(key) {
        return merge(standing, value);
    }
    members.insert(key.to_owned(), value);
    Some(())
}

/// Two values for one place as one: objects member by member. Of a switch, on: off is only what completes a section.
/// `None` when they contradict each other.
fn merge(standing: &mut Value, more: Value) -> Option<()> {
    match (standing, more) {
        (Value::Object(standing), Value::Object(more)) => {
            for (key, value) in more {
                match standing.get_mut(&key) {
                    Some(one) => merge(one, value)?,
                    None => drop(standing.insert(key, value)),
                }
            }
            Some(())
        }
        (Value::Bool(standing), Value::Bool(more)) => {
            *standing |= more;
            Some(())
        }
        (standing, more) => (*standing == more).then_some(()),
    }
}

#[cfg(test)]
mod tests;
