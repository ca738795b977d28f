//! A document compared with a table of keys and types: every key, every type, every word, every member that must stand.

use super::meta::Severity;
use super::verdict::Conditions;
use crate::aws::security_configuration::{CLUSTER, DEAD, Member, Standing, Type, home};
use crate::observed::{Node, Reason, Switch, Value};

/// How a document came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// Somebody wrote it, to be sent to AWS.
    Person,
    /// AWS returned it: what it holds, it accepts.
    Aws,
}

impl Conditions {
    /// The node must hold what the table says, all the way down.
    pub fn must_conform(&mut self, node: Node<'_>, name: &str, holds: Type, author: Author) {
        if let Some(reason) = node.reason() {
            self.judge_unknown(node, name, holds, reason);
            return;
        }
        match (holds, node.value()) {
            (Type::Object(members), Value::Map) => self.judge_object(node, name, members, author),
            (Type::List(item), Value::List) => {
                if let Some(reason) = node.open() {
                    self.unknown(node, reason, format!("part of `{name}` is unknown"));
                }
                for node in node.items() {
                    self.must_conform(node, name, *item, author);
                }
            }
            (Type::Flag, Value::Bool(_)) | (Type::Text, Value::String(_)) => self.held(),
            (Type::Flag, Value::String(_))
                if matches!(node.switch(), Switch::TextOn | Switch::TextOff) =>
            {
                self.undecided(
                    node,
                    format!("`{name}` is the string {}: one of AWS's examples writes it so, and no page says that it is accepted", node.display()),
                    format!("write `{name}` as a boolean"),
                )
                .expected("a boolean")
                .observed(node.display())
                .at(Severity::Info);
            }
            (Type::Number(min, max), Value::Number(text)) => match text.parse::<i64>() {
                Ok(number) if (min..=max).contains(&number) => self.held(),
                _ => self.wrong(node, name, &number_wish(min, max)),
            },
            (Type::Word(words), Value::String(word)) if words.contains(&word) => self.held(),
            (holds, _) => self.wrong(node, name, &wish(holds)),
        }
    }

    fn wrong(&mut self, node: Node<'_>, name: &str, wish: &str) {
        let observed = if node.as_text().is_some() {
            format!("the string {}", node.display())
        } else {
            node.value().type_name().to_owned()
        };
        self.failed(node, format!("`{name}` is {observed}, not {wish}"))
            .expected(wish)
            .observed(node.display());
    }

    /// What is unknown may be of another type or word. A text that refers to something is a text all the same.
    fn judge_unknown(&mut self, node: Node<'_>, name: &str, holds: Type, reason: &Reason) {
        let is_text = matches!(node.value(), Value::Template)
            || matches!(
                reason,
                Reason::Reference { .. }
                    | Reason::Pseudo { .. }
                    | Reason::Import { .. }
                    | Reason::Dynamic { .. }
            );
        if matches!(holds, Type::Text) && is_text {
            self.held();
        } else {
            self.unknown(node, reason, format!("`{name}` is unknown"))
                .expected(wish(holds))
                .observed(node.display());
        }
    }

    fn judge_object(&mut self, node: Node<'_>, name: &str, members: &[Member], author: Author) {
        if let Some(reason) = node.open() {
            self.unknown(node, reason, format!("some keys of `{name}` are unknown"));
        }
        for (key, value) in node.members() {
            match members.iter().find(|member| member.key == key) {
                Some(member) => {
                    self.judge_standing(node, value, member, author);
                    self.must_conform(value, key, member.holds, author);
                }
                None => self.judge_stranger(node, (key, value), name, members, author),
            }
        }
        for member in members.iter().filter(|member| member.required) {
            let value = node.get(member.key);
            if value.is_absent() {
                self.failed(value, format!("`{name}` lacks `{}`", member.key))
                    .expected(wish(member.holds))
                    .observed("absent");
            }
        }
    }

    fn judge_standing(
        &mut self,
        object: Node<'_>,
        value: Node<'_>,
        member: &Member,
        author: Author,
    ) {
        let key = member.key;
        match member.standing {
            Standing::OutputOnly if author == Author::Person => {
                self.failed(
                    object.key_place(key),
                    format!("`{key}` is AWS's to write: nobody sends it"),
                )
                .expected("absent")
                .observed(held(key, value))
                .fix(format!("remove `{key}`"))
                .at(Severity::Info);
            }
            Standing::Doubtful(why) if author == Author::Person => {
                self.undecided(
                    object.key_place(key),
                    format!("whether AWS accepts `{key}` is unknown: {why}"),
                    "create the configuration in a test account and see whether the service takes the key",
                )
                .observed(held(key, value))
                .at(Severity::Info);
            }
            Standing::Documented | Standing::OutputOnly | Standing::Doubtful(_) => {}
        }
    }

    /// A key that the table does not have. In what AWS returned, it is this version that is too old.
    fn judge_stranger(
        &mut self,
        object: Node<'_>,
        (key, value): (&str, Node<'_>),
        name: &str,
        members: &[Member],
        author: Author,
    ) {
        let place = object.key_place(key);
        if author == Author::Aws {
            self.undecided(
                place,
                format!("`{name}` has `{key}`, which this version does not know"),
                "use a version that knows the key",
            )
            .observed(held(key, value));
            return;
        }
        let advice = advice(key, members);
        self.failed(
            place,
            format!("`{name}` has no `{key}`, and the service rejects keys that it does not know"),
        )
        .expected("documented keys only")
        .observed(held(key, value))
        .fix(advice.unwrap_or_else(|| format!("remove `{key}`")));
    }
}

/// A key with what stands under it, where that may be shown.
fn held(key: &str, value: Node<'_>) -> String {
    let text = if matches!(value.value(), Value::List | Value::Map) {
        Some(value.display())
    } else {
        value.shown()
    };
    text.map_or_else(|| format!("`{key}`"), |text| format!("`{key}`: {text}"))
}

/// What an unknown key was probably meant to be.
fn advice(key: &str, members: &[Member]) -> Option<String> {
    if let Some((_, now)) = DEAD.iter().find(|(dead, _)| *dead == key) {
        return Some(format!("`{key}` is the name of before 2019: write `{now}`"));
    }
    if CLUSTER.contains(&key) {
        return Some(format!(
            "`{key}` belongs to the cluster's `KerberosAttributes`, and passwords into a secret store"
        ));
    }
    if let Some(home) = home(key) {
        let home = if home.is_empty() {
            "the top of the document".to_owned()
        } else {
            format!("`{home}`")
        };
        return Some(format!("`{key}` belongs at {home}"));
    }
    let distance = |member: &&Member| {
        strsim::damerau_levenshtein(&member.key.to_lowercase(), &key.to_lowercase())
    };
    let near = members.iter().min_by_key(distance)?;
    (distance(&near) <= 1 + near.key.len() / 4).then(|| format!("did you mean `{}`?", near.key))
}

fn wish(holds: Type) -> String {
    match holds {
        Type::Flag => "a boolean".to_owned(),
        Type::Number(min, max) => number_wish(min, max),
        Type::Text => "a string".to_owned(),
        Type::Word(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            words.join(" or ")
        }
        Type::List(_) => "a list".to_owned(),
        Type::Object(_) => "an object".to_owned(),
    }
}

fn number_wish(min: i64, max: i64) -> String {
    if max == i64::MAX {
        format!("a whole number of at least {min}")
    } else {
        format!("a whole number from {min} to {max}")
    }
}
