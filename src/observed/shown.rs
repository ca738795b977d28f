//! A value in the words of a message: enough of it to tell it from another, and nothing that may be a secret.

use super::tree::{NONE, Step};
use super::{Node, Value};
use crate::aws::secrets::{is_secret_option, shape};
use crate::digest;

/// The longest text that is shown where nobody asked for it, and of what a list or an object holds.
const LONGEST: usize = 160;
/// So many values of a list or an object are looked at.
const MOST: usize = 64;
/// Words of names whose values are kept out of sight, in lower case.
const SECRET: [&str; 10] = [
    "passw",
    "secret",
    "credential",
    "accesskey",
    "access-key",
    "access_key",
    "access.key",
    "apikey",
    "privatekey",
    "authtoken",
];
/// Keys of lists and texts that command lines and programs take: one argument may be the password that another announces.
const ARGUMENTS: [&str; 4] = ["args", "arguments", "parameters", "environment"];

impl<'t> Node<'t> {
    /// The value as a message shows it: on one line, holes as `${…}`. Never call it on a secret; of lists and objects, what
    /// may be one stays out.
    pub fn display(self) -> String {
        match self.value() {
            Value::Absent => "absent".to_owned(),
            Value::Unreadable(reason) => format!("unknown ({reason})"),
            Value::Null => "null".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Number(text) => text.to_owned(),
            Value::String(text) => format!("{text:?}"),
            Value::Template => format!(
                "{:?}",
                self.pieces()
                    .into_iter()
                    .map(|piece| piece.unwrap_or("${…}"))
                    .collect::<String>()
            ),
            Value::List => held(format!("a list of {}", self.items().len()), self),
            Value::Map => held(format!("an object of {}", self.members().len()), self),
        }
    }

    /// The value that stands here, where it is a single one, at least in part, and cannot be a secret.
    pub fn shown(self) -> Option<String> {
        match self.value() {
            Value::Null | Value::Bool(_) | Value::Number(_) => Some(self.display()),
            Value::String(_) | Value::Template => {
                let text = self.pieces().into_iter().flatten().collect::<String>();
                let shown = text.len() <= LONGEST && !self.may_be_secret(&text);
                shown.then(|| self.display())
            }
            Value::Absent | Value::Unreadable(_) | Value::List | Value::Map => None,
        }
    }

    /// Whether a text is kept out of sight here: its name tells so, or it does itself.
    fn may_be_secret(self, text: &str) -> bool {
        let names = |name: &str| {
            let lower = name.to_ascii_lowercase();
            is_secret_option(name) || SECRET.iter().any(|word| lower.contains(word))
        };
        if shape(text).is_some() || self.is_argument() {
            return true;
        }
        // The ARN of a secret is a name.
        !text.starts_with("arn:")
            && (self.called().iter().any(|name| names(name))
                || text.split([' ', '=', ',', ';', '&']).any(names))
    }

    /// Under which names a value stands: its key, and what the member beside it says where its own says nothing.
    fn called(self) -> Vec<&'t str> {
        let mut names = Vec::new();
        let mut at = self.id();
        while at != NONE {
            let slot = self.tree().slot(at);
            if let Step::Key(key) = slot.step {
                let key = self.tree().text(key);
                names.push(key);
                if key.to_ascii_lowercase().ends_with("value") && slot.parent != NONE {
                    let parent = self.tree().node(slot.parent);
                    let beside = parent.members().filter(|(one, _)| *one != key);
                    names.extend(beside.filter_map(|(_, value)| value.as_text()));
                }
                return names;
            }
            at = slot.parent;
        }
        names
    }

    fn is_argument(self) -> bool {
        let mut at = self.id();
        while at != NONE {
            let slot = self.tree().slot(at);
            if let Step::Key(key) = slot.step {
                let key = self.tree().text(key).to_ascii_lowercase();
                if ARGUMENTS.iter().any(|end| key.ends_with(end)) {
                    return true;
                }
            }
            at = slot.parent;
        }
        false
    }
}

/// What a list or an object is, and what it holds that may be seen, whatever its order.
fn held(what: String, node: Node<'_>) -> String {
    // What a statement allows is kept beside what is said of it, so that less of it is the same.
    if !node.extent().is_empty() {
        return "an object".to_owned();
    }
    let mut all = Vec::new();
    leaves(node, "", 0, &mut all);
    all.sort();
    let text = all.join(", ");
    if text.is_empty() {
        return what;
    }
    if text.len() <= LONGEST {
        return format!("{what} ({text})");
    }
    let begin: String = text.chars().take(LONGEST / 2).collect();
    format!(
        "{what} ({begin}…, digest {})",
        digest::of(&text, digest::SHORT)
    )
}

fn leaves(node: Node<'_>, path: &str, depth: usize, all: &mut Vec<String>) {
    let under = |key: &str| {
        if path.is_empty() {
            key.to_owned()
        } else {
            format!("{path}.{key}")
        }
    };
    if all.len() >= MOST || depth > 4 {
        return;
    }
    match node.value() {
        Value::List => node
            .items()
            .take(MOST)
            .for_each(|item| leaves(item, path, depth + 1, all)),
        Value::Map => node
            .members()
            .take(MOST)
            .for_each(|(key, value)| leaves(value, &under(key), depth + 1, all)),
        Value::Absent
        | Value::Unreadable(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Template => {
            if let Some(shown) = node.shown() {
                all.push(if path.is_empty() {
                    shown
                } else {
                    format!("{path}: {shown}")
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::observe::json;
    use crate::observed::{Source, Tree};
    use serde_json::{Value, json};
    use std::sync::Arc;

    fn tree(value: &Value) -> Tree {
        json::read(Arc::new(Source::new("f.json", value.to_string()))).unwrap()
    }

    #[test]
    fn lists_and_objects_tell_what_they_hold_whatever_the_order() {
        for (value, shown) in [
            (json!([]), "a list of 0"),
            (
                json!(["b", "a", 1, true]),
                "a list of 4 (\"a\", \"b\", 1, true)",
            ),
            (
                json!({"b": [1, 2], "a": {"c": null}}),
                "an object of 2 (a.c: null, b: 1, b: 2)",
            ),
        ] {
            assert_eq!(tree(&value).root().display(), shown);
        }
        let many = |last: &str| {
            let items: Vec<String> = (0..40).map(|at| format!("item-{at}")).collect();
            let value = json!([&items[..], &[last.to_owned()][..]].concat());
            tree(&value).root().display()
        };
        assert_eq!(many("x"), many("x"));
        assert_ne!(many("x"), many("y"), "the end is told apart, too");
        assert!(many("x").len() < 200, "{}", many("x"));
    }

    #[test]
    fn what_may_be_a_secret_is_not_shown() {
        let value = json!({
            "Password": "hunter2", "DB_PASSWORD": "hunter2", "fs.s3.awsSecretAccessKey": "hunter2",
            "Args": ["--x", "hunter2"], "DefaultArguments": {"--x": "hunter2"},
            "url": "jdbc:mysql://db/x?user=u&password=hunter2", "Key": {"Name": "my.password", "Value": "hunter2"},
            "conf": "a=b --conf x.keyStorePassword=hunter2", "Passwords": ["hunter2"],
            "BindCredentialsARN": "arn:aws:secretsmanager:x", "HttpTokens": "optional", "Secret": false
        });
        let tree = tree(&value);
        let shown = tree.root().display();
        assert!(!shown.contains("hunter2"), "{shown}");
        for text in ["arn:aws:secretsmanager:x", "optional", "Secret: false"] {
            assert!(shown.contains(text), "{text} in {shown}");
        }
        let shown = |key| tree.root().get(key).shown();
        assert_eq!(shown("Password"), None);
        assert_eq!(shown("conf"), None);
        assert_eq!(shown("absent"), None);
        assert_eq!(shown("HttpTokens").as_deref(), Some("\"optional\""));
    }
}
