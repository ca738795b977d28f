//! Documents in one spelling: two security configurations that mean the same come out as the same text.

use super::{Node, Reason, Value};
use memchr::memmem::Finder;
use std::borrow::Cow;

/// Members that EMR adds to what it answers. Source: EMR Management Guide, *Create a security configuration*; the
/// provider of Terraform, which shows them as differences.
const ANSWERED: &[&str] = &["ExternalId", "CACertificateSecretARN", "IdCApplicationARN"];

/// Lists whose order counts: the first mapping that matches is taken.
const ORDERED: &[&str] = &["RoleMappings"];

/// A text that is to be written as a name instead: the text, and the name.
pub type Named = (String, String);

/// Names that are put in the place of what they stand for, the longest text first.
#[derive(Debug, Default)]
pub struct Names(Vec<PutBack>);

impl Names {
    /// Names for these texts. It takes longer to make them than to look for them in a document.
    pub fn new(mut named: Vec<Named>) -> Self {
        named.retain(|(text, _)| !text.is_empty());
        named.sort_by(|(one, name), (other, another)| {
            (other.len(), name).cmp(&(one.len(), another))
        });
        let ready = named.into_iter().map(|(text, name)| PutBack {
            finder: Finder::new(&text).into_owned(),
            text,
            name: format!("${{{name}}}"),
        });
        Self(ready.collect())
    }
}

/// A text, ready to be found in many others, and what is written instead of it.
#[derive(Debug)]
struct PutBack {
    finder: Finder<'static>,
    text: String,
    name: String,
}

/// The document in its one spelling, names put back.
///
/// # Errors
/// Why a part of it is not known.
pub fn canonical(document: Node<'_>, names: &Names) -> Result<String, Reason> {
    let mut text = String::new();
    write(document, false, &names.0, &mut text)?;
    Ok(text)
}

fn write(node: Node<'_>, ordered: bool, names: &[PutBack], out: &mut String) -> Result<(), Reason> {
    if let Some(reason) = node.open() {
        return Err(reason.clone());
    }
    match node.value() {
        Value::Absent | Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        Value::Number(text) => out.push_str(text),
        Value::String(text) => named(text, names, out),
        Value::Unreadable(Reason::Pseudo { name }) => named(&pseudo(name), names, out),
        Value::Unreadable(reason) => return Err(reason.clone()),
        Value::Template => named(&template(node)?, names, out),
        Value::List if ordered || node.items().len() < 2 => {
            out.push('[');
            for item in node.items() {
                write(item, false, names, out)?;
                out.push(',');
            }
            out.push(']');
        }
        Value::List => {
            let mut items = Vec::with_capacity(node.items().len());
            for item in node.items() {
                let mut text = String::new();
                write(item, false, names, &mut text)?;
                items.push(text);
            }
            items.sort_unstable();
            out.push('[');
            for item in items {
                out.push_str(&item);
                out.push(',');
            }
            out.push(']');
        }
        Value::Map => {
            // A switch that is absent is off.
            let off = |value: Node<'_>| matches!(value.value(), Value::Bool(false));
            let mut members: Vec<(&str, Node<'_>)> = node
                .members()
                .filter(|(key, value)| !off(*value) && !ANSWERED.contains(key))
                .collect();
            members.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (key, value) in members {
                quoted(key, out);
                out.push(':');
                write(value, ORDERED.contains(&key), names, out)?;
                out.push(',');
            }
            out.push('}');
        }
    }
    Ok(())
}

/// A pseudo parameter by the name that baselines know it by.
fn pseudo(name: &str) -> String {
    let known = [
        ("AWS::AccountId", "account"),
        ("AWS::Region", "region"),
        ("AWS::Partition", "partition"),
    ];
    let known = known.iter().find(|(pseudo, _)| *pseudo == name);
    format!("${{{}}}", known.map_or(name, |(_, name)| name))
}

fn template(node: Node<'_>) -> Result<String, Reason> {
    let mut text = String::new();
    for piece in node.items() {
        match piece.value() {
            Value::String(part) => text.push_str(part),
            Value::Unreadable(Reason::Pseudo { name }) => text.push_str(&pseudo(name)),
            Value::Unreadable(reason) => return Err(reason.clone()),
            Value::Absent
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Template
            | Value::List
            | Value::Map => {
                let what = "a text with a part that is no text".to_owned();
                return Err(Reason::Malformed { what });
            }
        }
    }
    Ok(text)
}

/// A text with its names put back. The forms of a location in S3 are one.
fn named(text: &str, names: &[PutBack], out: &mut String) {
    let bucket = text
        .strip_prefix("arn:")
        .and_then(|rest| rest.split_once(":s3:::"))
        .map(|(_, place)| place);
    let place = bucket
        .or_else(|| text.strip_prefix("s3a://"))
        .or_else(|| text.strip_prefix("s3n://"));
    let mut text = match place {
        Some(place) => Cow::Owned(format!("s3://{place}")),
        None => Cow::Borrowed(text),
    };
    for one in names {
        if text.len() >= one.text.len() && one.finder.find(text.as_bytes()).is_some() {
            text = Cow::Owned(text.replace(&one.text, &one.name));
        }
    }
    quoted(&text, out);
}

/// A text between quotes, so that no text can be taken for two, or for anything but a text.
fn quoted(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\\']) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        out.push('\\');
        let length = after.chars().next().map_or(0, char::len_utf8);
        let (special, after) = after.split_at(length);
        out.push_str(special);
        rest = after;
    }
    out.push_str(rest);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::{Names, canonical};
    use crate::control::testing::tree;
    use serde_json::{Value, json};

    fn text(document: &Value, names: &[(&str, &str)]) -> Option<String> {
        let names: Vec<_> = names
            .iter()
            .map(|(text, name)| ((*text).to_owned(), (*name).to_owned()))
            .collect();
        canonical(tree(document).root(), &Names::new(names)).ok()
    }

    fn same(one: &Value, other: &Value) -> bool {
        text(one, &[]).unwrap() == text(other, &[]).unwrap()
    }

    #[test]
    fn what_means_the_same_is_the_same_text() {
        assert!(same(&json!({ "A": 1, "B": 2 }), &json!({ "B": 2, "A": 1 })));
        assert!(same(
            &json!({ "A": 1, "Enable": false }),
            &json!({ "A": 1 })
        ));
        assert!(same(
            &json!({ "L": ["a", "b"] }),
            &json!({ "L": ["b", "a"] })
        ));
        assert!(same(
            &json!({ "K": { "S3Object": "s3a://b/k", "ExternalId": "x" } }),
            &json!({ "K": { "S3Object": "arn:aws-cn:s3:::b/k" } })
        ));
    }

    #[test]
    fn what_means_something_else_is_another_text() {
        assert!(!same(&json!({ "A": true }), &json!({ "A": "true" })));
        assert!(!same(&json!({ "A": true }), &json!({ "A": false })));
        assert!(!same(&json!({ "A": "1" }), &json!({ "A": 1 })));
        assert!(!same(
            &json!({ "RoleMappings": [{ "Role": "a" }, { "Role": "b" }] }),
            &json!({ "RoleMappings": [{ "Role": "b" }, { "Role": "a" }] })
        ));
        assert!(!same(
            &json!({ "A": "b\",\"c" }),
            &json!({ "A": ["b", "c"] })
        ));
    }

    #[test]
    fn names_are_put_back_and_pseudo_parameters_are_names() {
        let here = json!({ "Key": "arn:aws:kms:us-west-2:111122223333:key/1" });
        let there = json!({ "Key": "arn:aws:kms:eu-west-1:444455556666:key/1" });
        let named = |document, account, region| {
            text(document, &[(account, "account"), (region, "region")]).unwrap()
        };
        assert_eq!(
            named(&here, "111122223333", "us-west-2"),
            named(&there, "444455556666", "eu-west-1")
        );
        let longer = text(&json!("abc"), &[("ab", "short"), ("abc", "long")]);
        assert_eq!(longer.as_deref(), Some("\"${long}\""));
    }

    #[test]
    fn an_unknown_part_makes_the_whole_unknown() {
        assert_eq!(text(&json!({ "A": { "$unknown": "P" } }), &[]), None);
        assert_eq!(text(&json!({ "A": { "$open": "elsewhere" } }), &[]), None);
        assert_eq!(
            text(&json!({ "$sub": ["a", { "$unknown": "P" }] }), &[]),
            None
        );
    }
}
