//! Placeholders: parts of a file that something else fills in before AWS sees it. Terraform's `${…}` and `%{…}`, shell's
//! and Step Functions' `${…}`, Jinja's `{{ … }}` and `{% … %}`.
//!
//! A placeholder is not known. The text around it is, and stays a text with a hole; what stands inside a loop or a
//! condition of the template is not known either, because it may be there or not.

mod find;
mod regions;

use super::edit::{self, Rewrite};
use super::{decode, yaml};
use crate::observed::tree::{Kind, NodeId, Span, Tree, clamp};
use crate::observed::{Node, Reason, Source};
use find::{Mark, Region, marks, regions_of};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whether a text has any placeholder.
pub(super) fn any(text: &str) -> bool {
    ["${", "{{", "%{", "{%"]
        .iter()
        .any(|start| memchr::memmem::find(text.as_bytes(), start.as_bytes()).is_some())
        && !marks(text).is_empty()
}

/// Reads a CloudFormation template that something else fills in first: Jinja's placeholders and the Serverless Framework's
/// are not CloudFormation's own `${…}`. A resource in a condition or loop is read as one that is there. `None` when there
/// are no such placeholders, or when it is neither YAML nor JSON even so.
pub(super) fn read_template(source: &Arc<Source>) -> Option<Tree> {
    let text = source.text();
    // Most templates have no placeholders but CloudFormation's own.
    if !may_be_filled_in(text) {
        return None;
    }
    let mut marks = marks(text);
    marks.retain(|mark| is_foreign(mark, text));
    if marks.is_empty() {
        return None;
    }
    let regions = regions_of(&marks, text);
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with('{')
        && !start.starts_with("{{")
        && !start.starts_with("{%")
        && !start.starts_with("{#")
    {
        // What resources stand in a region of JSON cannot be seen; what it says in a resource is not known.
        let is_whole = |node: Node<'_>| node.reason().is_none() && node.open().is_none();
        return json(source, (&marks, &regions), &Values::default()).filter(|tree| {
            let root = tree.root();
            regions.is_empty() || is_whole(root) && is_whole(root.get("Resources"))
        });
    }
    let masked = find::masked(text, &marks);
    let mut tree = yaml::read_masked(source, &masked).ok()?;
    let root = regions::without(&mut tree, &regions, Some("Resources"));
    let root = edit::rewritten(&mut tree, root, &mut ForeignHoles);
    tree.set_root(root);
    Some(tree)
}

/// Whether a text may have placeholders of others than CloudFormation.
fn may_be_filled_in(text: &str) -> bool {
    memchr::memchr_iter(b'{', text.as_bytes()).any(|at| {
        let (before, after) = text.as_bytes().split_at(at);
        let rest = after.get(1..).unwrap_or_default();
        let names = |source: &&str| rest.starts_with(source.as_bytes());
        matches!(rest.first(), Some(b'{' | b'%' | b'#'))
            || before.last() == Some(&b'$') && SOURCES.iter().chain(AWS).any(names)
    })
}

/// Whether a placeholder in a template is none of CloudFormation's: `{{ … }}`, `{% … %}`, `${self:…}`, `${file(…)}`.
fn is_foreign(mark: &Mark, text: &str) -> bool {
    let written = text.get(mark.range.clone()).unwrap_or_default();
    is_foreign_text(written)
}

fn is_foreign_text(written: &str) -> bool {
    let Some(inner) = written.strip_prefix("${") else {
        return !written.starts_with("%{");
    };
    let inner = inner.trim_start();
    let source = inner.find([':', '(']).and_then(|end| inner.get(..end));
    // `${cf.eu-west-1:stack.output}` names a region, too.
    let source = source.map(|source| source.split_once('.').map_or(source, |(name, _)| name));
    source.is_some_and(|source| SOURCES.contains(&source))
        || AWS
            .iter()
            .any(|name| inner.trim_end_matches(['}', ' ']) == *name)
}

/// Where the Serverless Framework's variables come from. Policies have variables of their own, such as `${aws:username}`.
/// Source: Serverless Framework, *Variables*.
const SOURCES: &[&str] = &[
    "self",
    "opt",
    "env",
    "file",
    "param",
    "cf",
    "ssm",
    "sls",
    "git",
    "strToBool",
];
const AWS: &[&str] = &["aws:accountId", "aws:region", "aws:partition"];

/// Makes holes of the placeholders that are not CloudFormation's.
struct ForeignHoles;

impl Rewrite for ForeignHoles {
    fn string(&mut self, tree: &mut Tree, id: NodeId) -> Option<NodeId> {
        filled(tree, id, &mut |tree, name, at| {
            let foreign = tree.node(at).as_text().is_some_and(is_foreign_text);
            let reason = foreign.then(|| reason(name))?;
            Some(vec![tree.push_unreadable(reason, at)])
        })
    }

    fn unknown_key(&mut self, tree: &Tree, key: &str) -> Option<Reason> {
        Holes(&Values::default())
            .unknown_key(tree, key)
            .filter(|_| marks(key).iter().any(|mark| is_foreign(mark, key)))
    }
}

/// What is known of some placeholders, by their names.
#[derive(Debug, Default)]
pub(super) struct Values {
    /// Their values.
    pub(super) known: BTreeMap<String, String>,
    /// Why the values of others are not known.
    pub(super) unknown: BTreeMap<String, Reason>,
}

impl Values {
    /// The value that `${Name}` is given, or else why none is known. `written` is the placeholder.
    fn of(&self, name: &str, written: &str) -> Result<&str, Reason> {
        if !written.starts_with("${") {
            return Err(reason(name));
        }
        match self.known.get(name) {
            Some(value) => Ok(value),
            None => Err(self
                .unknown
                .get(name)
                .cloned()
                .unwrap_or_else(|| reason(name))),
        }
    }
}

/// Reads a file that has placeholders: JSON or YAML, whichever it is meant to be. `None` when it is neither even so.
/// Of `${Name}`, the value may be known.
pub(super) fn read(source: &Arc<Source>, values: &Values) -> Option<Tree> {
    let text = source.text();
    let marks = marks(text);
    let regions = regions_of(&marks, text);
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with(['{', '['])
        && !start.starts_with("{{")
        && !start.starts_with("{%")
        && !start.starts_with("{#")
    {
        return json(source, (&marks, &regions), values);
    }
    let masked = find::masked(text, &marks);
    let mut tree = yaml::read_masked(source, &masked).ok()?;
    let root = regions::without(&mut tree, &regions, None);
    let root = edit::rewritten(&mut tree, root, &mut Holes(values));
    tree.set_root(root);
    Some(tree)
}

/// JSON, each placeholder a hole; a condition or loop of the template is one hole.
fn json(
    source: &Arc<Source>,
    (marks, regions): (&[Mark], &[Region]),
    values: &Values,
) -> Option<Tree> {
    let text = source.text();
    let mut tree = Tree::new(Arc::clone(source));
    let mut parts = Vec::new();
    let mut at = 0;
    let span = |start: usize, end: usize| Span {
        layer: 0,
        start: clamp(start),
        end: clamp(end),
    };
    let holes = marks
        .iter()
        .map(|mark| {
            let written = text.get(mark.range.clone()).unwrap_or_default();
            (mark.range.clone(), values.of(mark.name(text), written))
        })
        .chain(regions.iter().map(|region| {
            let reason = Reason::Elsewhere {
                place: "a condition or loop of the template".to_owned(),
            };
            (region.range.clone(), Err(reason))
        }));
    let mut holes: Vec<_> = holes.collect();
    holes.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    for (range, filled) in holes {
        if range.start < at {
            continue;
        }
        let known = tree.source_text(at, range.start);
        parts.push(tree.push(Kind::String(known), span(at, range.start)));
        let stands = span(range.start, range.end);
        parts.push(match filled {
            Ok(value) => {
                let value = tree.decoded_text(value);
                tree.push(Kind::String(value), stands)
            }
            Err(reason) => tree.push_lost(reason, stands),
        });
        at = range.end;
    }
    let known = tree.source_text(at, text.len());
    parts.push(tree.push(Kind::String(known), span(at, text.len())));
    let kind = tree.template_kind(&parts);
    let template = tree.push(kind, span(0, text.len()));
    let root = decode::json_in(&mut tree, template).ok()?;
    // A hole that leaves no structure certain leaves nothing to recognise the file by.
    if matches!(tree.slot(root).kind, Kind::Unreadable(_)) {
        return None;
    }
    tree.set_root(root);
    Some(tree)
}

/// Makes holes of the placeholders in strings whose values are not known.
struct Holes<'v>(&'v Values);

impl Rewrite for Holes<'_> {
    fn string(&mut self, tree: &mut Tree, id: NodeId) -> Option<NodeId> {
        filled(tree, id, &mut |tree, name, at| {
            let written = tree.node(at).as_text().unwrap_or_default();
            let value = self.0.of(name, written);
            Some(vec![match value {
                Ok(value) => edit::text(tree, value, at),
                Err(reason) => tree.push_unreadable(reason, at),
            }])
        })
    }

    fn unknown_key(&mut self, _: &Tree, key: &str) -> Option<Reason> {
        (key.contains(find::MASK) || any(key)).then(|| reason("in a key"))
    }
}

/// What a placeholder is filled with, by its name and the place where it stands: pieces of text.
pub(super) type Fill<'f> = &'f mut dyn FnMut(&mut Tree, &str, NodeId) -> Option<Vec<NodeId>>;

/// A string with its placeholders replaced by what `fill` gives for each, by its name; `None` when it has none. Where
/// `fill` gives nothing, the placeholder is text.
pub(super) fn filled(tree: &mut Tree, string: NodeId, fill: Fill<'_>) -> Option<NodeId> {
    let text = tree.text(tree.string_of(string)?);
    if text.contains(find::MASK) {
        // A text with escapes, whose placeholders were masked before it was read.
        return Some(tree.push_unreadable(reason("in this text"), string));
    }
    if !any(text) {
        return None;
    }
    let marks = marks(text);
    let whole = text.to_owned();
    let mut parts = Vec::new();
    let mut at = 0;
    for mark in marks {
        parts.extend(edit::part(tree, string, at..mark.range.start));
        let stands = edit::part(tree, string, mark.range.clone())?;
        match fill(tree, mark.name(&whole), stands) {
            Some(pieces) => parts.extend(pieces),
            None => parts.push(stands),
        }
        at = mark.range.end;
    }
    parts.extend(edit::part(tree, string, at..whole.len()));
    Some(edit::joined(tree, &parts, string))
}

/// Why a placeholder's value is not known.
fn reason(name: &str) -> Reason {
    // What stands between the braces may be any program text; only a name is repeated.
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-:".contains(&byte);
    let place = if !name.is_empty() && name.len() < 64 && name.bytes().all(is_name) {
        format!("the template's variable `{name}`")
    } else {
        "an expression of the template".to_owned()
    };
    Reason::Elsewhere { place }
}

#[cfg(test)]
mod tests;
