//! YAML inside strings: a template that stands in a heredoc.

use super::{joined, whole};
use crate::observe::edit::{self, Rewrite};
use crate::observe::json::TOO_LONG;
use crate::observe::{Syntax, yaml};
use crate::observed::tree::{Kind, MAX_TEXT, NodeId, Span, Tree, clamp};
use crate::observed::{Reason, Source};
use std::sync::Arc;

/// Stands on both sides of a hole's number: a character that YAML takes in a plain scalar.
const MARK: char = '\u{f8fd}';

/// Parses the YAML that stands in a string or in a text with holes, as [`super::json_in`] does with JSON. A key with a hole
/// in it opens its map.
pub fn yaml_in(tree: &mut Tree, text: NodeId) -> Result<NodeId, Syntax> {
    let decoded = match tree.slot(text).kind {
        Kind::Unreadable(_) => return Ok(text),
        Kind::String(_) => whole(tree, text),
        Kind::Template(_) => joined(tree, text, |number| format!("{MARK}{number}{MARK}")),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::List(_) | Kind::Map(..) => None,
    };
    let outer = tree.slot(text).span;
    let Some(decoded) = decoded else {
        let found = tree.node(text).value().type_name();
        let message = format!("expected YAML in a string, found {found}");
        return Err(Syntax::within(tree, outer, message));
    };
    if decoded.text.len() > MAX_TEXT {
        return Err(Syntax::within(tree, outer, TOO_LONG));
    }
    let source = Arc::new(Source::new("", decoded.text));
    let document = yaml::read(source).map_err(|syntax| {
        let span = Span {
            layer: decoded.layer,
            start: clamp(syntax.bytes.0),
            end: clamp(syntax.bytes.1),
        };
        Syntax::within(tree, span, syntax.message)
    })?;
    let root = tree.take_document(document, decoded.base, decoded.layer);
    tree.graft(root, text);
    let reasons = decoded
        .holes
        .iter()
        .map(|hole| tree.reason(hole.reason).clone());
    let mut holes = Holes(reasons.collect());
    Ok(edit::rewritten(tree, root, &mut holes))
}

/// Makes holes of the marks in strings; by their numbers, why each is not known.
struct Holes(Vec<Reason>);

impl Holes {
    fn reason(&self, number: &str) -> Reason {
        let number: Option<usize> = number.parse().ok();
        let known = number.and_then(|number| self.0.get(number.checked_sub(1)?));
        known.cloned().unwrap_or_else(|| {
            let what = "a character that stands for nothing".to_owned();
            Reason::Unsupported { what }
        })
    }
}

impl Rewrite for Holes {
    fn string(&mut self, tree: &mut Tree, id: NodeId) -> Option<NodeId> {
        let text = tree.text(tree.string_of(id)?);
        if !text.contains(MARK) {
            return None;
        }
        let text = text.to_owned();
        let mut parts = Vec::new();
        let mut at = 0;
        // Texts and numbers of holes stand by turns.
        for (turn, piece) in text.split(MARK).enumerate() {
            let range = at..at + piece.len();
            at = range.end + MARK.len_utf8();
            let stands = edit::part(tree, id, range)?;
            parts.push(if turn % 2 == 0 {
                stands
            } else {
                let reason = self.reason(piece);
                tree.push_unreadable(reason, stands)
            });
        }
        Some(edit::joined(tree, &parts, id))
    }

    fn unknown_key(&mut self, _: &Tree, key: &str) -> Option<Reason> {
        let number = key.split(MARK).nth(1)?;
        Some(self.reason(number))
    }
}

#[cfg(test)]
mod tests {
    use super::yaml_in;
    use crate::observe::edit;
    use crate::observe::json;
    use crate::observe::testing::{plain, source, written};
    use crate::observed::Reason;
    use serde_json::json;

    #[test]
    fn yaml_in_a_string_stands_where_it_is_written() {
        let text = r#"{"t": "a:\n  b: [x, 'y''s', !Ref P]\n"}"#;
        let mut tree = json::read(source(text)).unwrap();
        let string = tree.root().get("t").id();
        let root = yaml_in(&mut tree, string).unwrap();
        let list = tree.node(root).path("a/b");
        assert_eq!(plain(list), json!(["x", "y's", {"Ref": "P"}]));
        let second = list.items().nth(1).unwrap();
        assert_eq!(
            (written(second), second.pointer()),
            ("'y''s'", "/t/a/b/1".to_owned())
        );
        assert_eq!(written(list.items().nth(2).unwrap().get("Ref")), "P");
    }

    #[test]
    fn a_hole_in_yaml_is_unknown_where_it_stands() {
        let text = r#"{"t": ["k: {a: ", "?", "-x, b: y}\n", "?", ": 1\nlast: s\n"]}"#;
        let mut tree = json::read(source(text)).unwrap();
        let list = tree.root().get("t").id();
        let parts: Vec<_> = edit::items(&tree, list).unwrap();
        let parts: Vec<_> = parts
            .into_iter()
            .map(|part| match tree.node(part).as_text() {
                Some("?") => tree.push_unreadable(Reason::KnownAfterApply, part),
                _ => part,
            })
            .collect();
        let kind = tree.template_kind(&parts);
        let template = tree.push_at(kind, list);
        let root = yaml_in(&mut tree, template).unwrap();
        let root = tree.node(root);
        assert_eq!(plain(root.path("k/b")), json!("y"));
        assert_eq!(plain(root.path("k/a")), json!("\"${…}-x\""));
        assert_eq!(plain(root.get("last")), json!("s"));
        assert_eq!(plain(root.get("other")), json!("?known only after apply"));
    }

    #[test]
    fn what_is_no_yaml_is_said_at_its_place() {
        let text = "{\"t\": \"a: [\\n\"}";
        let mut tree = json::read(source(text)).unwrap();
        let string = tree.root().get("t").id();
        let syntax = yaml_in(&mut tree, string).unwrap_err();
        assert_eq!(syntax.line, 1);
    }
}
