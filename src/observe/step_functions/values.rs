//! The values of a task's parameters: what the machine puts in when it runs is not known.

use crate::observe::duplicates::Member;
use crate::observe::edit::{self, Rewrite};
use crate::observed::Reason;
use crate::observed::tree::{NodeId, Tree};

/// Parameters as far as they are known.
pub(super) fn resolved(tree: &mut Tree, parameters: NodeId) -> NodeId {
    edit::rewritten(tree, parameters, &mut Values)
}

struct Values;

impl Rewrite for Values {
    /// A `JSONata` expression is all of a string.
    fn string(&mut self, tree: &mut Tree, id: NodeId) -> Option<NodeId> {
        let text = tree.text(tree.string_of(id)?).trim();
        if !text.starts_with("{%") || !text.ends_with("%}") {
            return None;
        }
        Some(unknown(tree, "a JSONata expression", id))
    }

    /// A key that ends in `.$` has a `JSONPath` or an intrinsic function for its value.
    fn member(&mut self, tree: &mut Tree, (key, key_span, value): Member) -> Option<Member> {
        let name = tree.text(key);
        let length = name.strip_suffix(".$")?.len();
        let value = match tree.string_of(value).map(|text| tree.text(text).to_owned()) {
            Some(text) if text.trim_start().starts_with("States.Format(") => {
                format(tree, &text, value)
            }
            Some(text) => {
                let what = said(&text);
                unknown(tree, &what, value)
            }
            None => unknown(tree, "a path", value),
        };
        Some((key.part(0, length), key_span, value))
    }
}

/// A path as it is written, or the function that is called: its arguments may hold anything.
fn said(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"$._[]*@-".contains(&byte);
    let head = text.split('(').next().unwrap_or_default().trim();
    if head.len() < 100 && head.bytes().all(plain) {
        format!("`{head}`")
    } else {
        "a path".to_owned()
    }
}

fn unknown(tree: &mut Tree, what: &str, at: NodeId) -> NodeId {
    let place = format!("the execution ({what})");
    tree.push_unreadable(Reason::Elsewhere { place }, at)
}

/// The text of `States.Format`: the template's own words are known, and arguments that are literal.
fn format(tree: &mut Tree, call: &str, at: NodeId) -> NodeId {
    let Some((template, arguments)) = arguments(call) else {
        return unknown(tree, "`States.Format`", at);
    };
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut arguments = arguments.into_iter();
    let mut characters = template.chars().peekable();
    while let Some(next) = characters.next() {
        match next {
            '\\' => text.extend(characters.next()),
            '{' if characters.peek() == Some(&'}') => {
                characters.next();
                match arguments.next() {
                    Some(Argument::Text(known)) => text.push_str(&known),
                    Some(Argument::Other(what)) => {
                        pieces.push(edit::text(tree, &std::mem::take(&mut text), at));
                        pieces.push(unknown(tree, &said(&what), at));
                    }
                    None => pieces.push(unknown(tree, "`States.Format`", at)),
                }
            }
            other => text.push(other),
        }
    }
    pieces.push(edit::text(tree, &text, at));
    edit::joined(tree, &pieces, at)
}

enum Argument {
    /// A literal text, its escapes still in it, or a number.
    Text(String),
    /// A path or a function.
    Other(String),
}

/// The template of a call of `States.Format`, its escapes still in it, and its arguments.
fn arguments(call: &str) -> Option<(String, Vec<Argument>)> {
    let inside = call
        .trim()
        .strip_prefix("States.Format(")?
        .strip_suffix(')')?;
    let mut all = Vec::new();
    let mut depth = 0_u32;
    let mut quoted = false;
    let mut start = 0;
    let mut escaped = false;
    for (at, character) in inside.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\'' => quoted = !quoted,
            _ if quoted => {}
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => {
                all.push(argument(inside.get(start..at)?));
                start = at + 1;
            }
            _ => {}
        }
    }
    all.push(argument(inside.get(start..)?));
    let mut all = all.into_iter();
    match all.next()? {
        Argument::Text(template) if !quoted => Some((template, all.collect())),
        Argument::Text(_) | Argument::Other(_) => None,
    }
}

fn argument(written: &str) -> Argument {
    let written = written.trim();
    let quoted = written
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''));
    match quoted {
        Some(text) => Argument::Text(text.to_owned()),
        None if written.parse::<f64>().is_ok() => Argument::Text(written.to_owned()),
        None => Argument::Other(written.to_owned()),
    }
}
