//! Functions of regular expressions, whose syntax is RE2's in Terraform. What it has beyond ours is unknown.

use super::expr::At;
use super::value::{Map, Member, Value};
use regex::{Captures, Regex, RegexBuilder};

/// How much memory a compiled expression may take, in bytes.
const MAX_COMPILED: usize = 1 << 20;
/// How much longer a replacement may make a text, and how many matches there may be.
const MAX_GROWTH: usize = 1 << 20;
const MAX_MATCHES: usize = 4096;

/// What a function yields for known arguments; `None` when it is none of these.
pub(super) fn apply(name: &str, texts: &[&str], at: At) -> Option<Value> {
    let (pattern, text) = match (name, texts) {
        ("regex" | "regexall", [pattern, text]) => (*pattern, *text),
        ("replace", [text, pattern, _]) => {
            // Between slashes stands a regular expression.
            let inner = pattern.strip_prefix('/')?.strip_suffix('/')?;
            (inner, *text)
        }
        _ => return None,
    };
    let alike = means_the_same(pattern) && is_plain(text);
    let Some(expression) = compiled(pattern).filter(|_| alike) else {
        let what = format!("a regular expression of `{name}`");
        return Some(Value::unsupported(what, at));
    };
    Some(match (name, texts) {
        ("replace", [.., with]) => replaced(&expression, text, with, at),
        ("regexall", _) => {
            let mut all = Vec::new();
            for found in expression.captures_iter(text) {
                if all.len() == MAX_MATCHES {
                    return Some(Value::unsupported("a text with very many matches", at));
                }
                all.push(matched(&expression, &found, at));
            }
            Value::list(all, at)
        }
        _ => match expression.captures(text) {
            Some(found) => matched(&expression, &found, at),
            None => Value::malformed("the text does not match the regular expression", at),
        },
    })
}

/// Whether classes of characters hold the same in both: RE2's are of ASCII, ours of Unicode, and ours count the vertical tab
/// as a space. Source: RE2, *Syntax*; `regex`, *Syntax*.
fn is_plain(text: &str) -> bool {
    text.is_ascii() && !text.contains('\u{b}')
}

/// Whether a pattern means the same in both syntaxes: ours has classes within classes, differences of classes, flags and
/// boundaries of words that RE2 reads otherwise or refuses.
fn means_the_same(pattern: &str) -> bool {
    let ours = ["&&", "--", "~~", "\\<", "\\>", "\\b{"];
    if !is_plain(pattern) || ours.iter().any(|one| pattern.contains(one)) {
        return false;
    }
    let flags = pattern.match_indices("(?").all(|(at, found)| {
        let after = pattern.get(at + found.len()..).unwrap_or_default();
        [":", "P<", "<", "i)", "s)", "m)"]
            .iter()
            .any(|known| after.starts_with(known))
    });
    let (mut inside, mut escaped, mut before) = (false, false, ' ');
    for (at, char) in pattern.char_indices() {
        if escaped {
            escaped = false;
        } else if char == '\\' {
            escaped = true;
        } else if char == '[' {
            let named = pattern.get(at..).is_some_and(|rest| rest.starts_with("[:"));
            if inside && !named {
                return false;
            }
            inside = true;
        } else if char == ']' && before != ':' {
            inside = false;
        }
        before = char;
    }
    flags
}

fn compiled(pattern: &str) -> Option<Regex> {
    let mut builder = RegexBuilder::new(pattern);
    builder.size_limit(MAX_COMPILED).nest_limit(64);
    builder.build().ok()
}

/// A match: the text, or its captures as a list or by their names.
fn matched(expression: &Regex, found: &Captures<'_>, at: At) -> Value {
    let group = |index: usize| match found.get(index) {
        Some(part) => Value::text(part.as_str(), at),
        None => Value::null(at),
    };
    let names: Vec<Option<&str>> = expression.capture_names().skip(1).collect();
    if names.is_empty() {
        return group(0);
    }
    if names.iter().all(Option::is_none) {
        return Value::list((1..=names.len()).map(group).collect(), at);
    }
    let mut map = Map::default();
    for (index, name) in names.iter().enumerate() {
        match name {
            Some(name) => map.members.push(Member {
                key: (*name).into(),
                key_at: at,
                value: group(index + 1),
            }),
            None => return Value::malformed("captures are named or not, not both", at),
        }
    }
    Value::map(map, at)
}

fn replaced(expression: &Regex, text: &str, with: &str, at: At) -> Value {
    let mut whole = String::with_capacity(text.len());
    let mut end = 0;
    for found in expression.captures_iter(text) {
        let Some(all) = found.get(0) else { continue };
        whole.push_str(text.get(end..all.start()).unwrap_or_default());
        found.expand(with, &mut whole);
        end = all.end();
        if whole.len() > text.len() + MAX_GROWTH {
            return Value::unsupported("a text that grows beyond measure", at);
        }
    }
    whole.push_str(text.get(end..).unwrap_or_default());
    Value::text(whole, at)
}
