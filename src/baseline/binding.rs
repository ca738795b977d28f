//! What `${name}` stands for: parameters bound by a target, and the target's own account and region.

use super::problem::Problem;
use super::suggest;
use crate::control::Target;
use crate::control::settings::TextType;
use crate::lattice::{Piece, Text};
use std::collections::BTreeMap;

/// The names that every target binds by itself.
pub(super) const BUILT_IN: [&str; 4] = ["account", "region", "partition", "target"];

/// What a name stands for.
#[derive(Clone, Debug)]
pub(super) enum Bound {
    /// One text.
    One(String),
    /// Texts, which stand for themselves in a list.
    Many(Vec<String>),
    /// Nothing yet: any value of its type.
    Open,
}

/// A name that texts may refer to.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) bound: Bound,
    pub(super) kind: TextType,
    pub(super) list: bool,
}

/// Every name that texts may refer to, in one target or in none.
#[derive(Clone, Debug, Default)]
pub(super) struct Binding(BTreeMap<String, Name>);

/// What a text became.
#[derive(Clone, Debug)]
pub(super) enum Filled {
    /// A text, and the type of the parameter when it is nothing but one.
    One(Text, Option<TextType>),
    /// What a list stood for.
    Many(Vec<Text>),
}

impl Binding {
    /// The names that a target binds by itself; without a target they are open.
    pub(super) fn new(target: Option<&Target>) -> Self {
        let value = |name: &str| {
            target.map(|target| match name {
                "account" => target.account.clone(),
                "region" => target.region.clone(),
                "partition" => target.partition.to_owned(),
                _ => target.name.clone(),
            })
        };
        Self(
            BUILT_IN
                .into_iter()
                .map(|name| {
                    let bound = value(name).map_or(Bound::Open, Bound::One);
                    let name_of = Name {
                        bound,
                        kind: TextType::String,
                        list: false,
                    };
                    (name.to_owned(), name_of)
                })
                .collect(),
        )
    }

    /// Adds a parameter.
    pub(super) fn add(&mut self, name: &str, bound: Name) {
        self.0.insert(name.to_owned(), bound);
    }

    /// Replaces every `${name}`; `$${` stands for `${` itself. The problem has no place yet.
    pub(super) fn fill(&self, text: &str) -> Result<Filled, Problem> {
        if !text.contains("${") {
            return Ok(Filled::One(Text::literal(text), None));
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            if let Some(before) = before.strip_suffix('$') {
                pieces.push(Piece::Literal(format!("{before}${{").into()));
                rest = after;
                continue;
            }
            let Some((name, after)) = after.split_once('}') else {
                return Err(
                    Problem::new("unclosed-parameter", "`${` is not closed by `}`")
                        .help("write `$${` where the characters `${` are meant"),
                );
            };
            let known = self.get(name)?;
            if known.list {
                if before.is_empty() && after.is_empty() && pieces.is_empty() {
                    return Ok(list(name, known));
                }
                return Err(Problem::new(
                    "list-in-text",
                    format!("`${{{name}}}` is a list and cannot stand inside a text"),
                )
                .help("a list parameter stands by itself, as an element of a list"));
            }
            let whole = before.is_empty() && after.is_empty() && pieces.is_empty();
            pieces.push(Piece::Literal(before.into()));
            pieces.push(match &known.bound {
                Bound::One(value) => Piece::Literal(value.as_str().into()),
                Bound::Many(_) | Bound::Open => Piece::Open(name.into()),
            });
            if whole {
                return Ok(Filled::One(Text::new(pieces), Some(known.kind)));
            }
            rest = after;
        }
        pieces.push(Piece::Literal(rest.into()));
        Ok(Filled::One(Text::new(pieces), None))
    }

    fn get(&self, name: &str) -> Result<&Name, Problem> {
        self.0.get(name).ok_or_else(|| {
            let problem = Problem::new("unknown-parameter", format!("`{name}` is not a parameter"));
            if name.contains(':') || name.is_empty() {
                return problem.help("write `$${` where the characters `${` are meant");
            }
            let known = self.0.keys().map(String::as_str);
            problem.help(suggest::nearest(name, known).map_or_else(
                || format!("declare it: `{name} = {{ type = \"…\" }}` under `[parameters]`"),
                |near| format!("did you mean `${{{near}}}`?"),
            ))
        })
    }
}

fn list(name: &str, known: &Name) -> Filled {
    match &known.bound {
        Bound::Many(values) => Filled::Many(
            values
                .iter()
                .map(|value| Text::literal(value.as_str()))
                .collect(),
        ),
        Bound::One(value) => Filled::Many(vec![Text::literal(value.as_str())]),
        Bound::Open => Filled::Many(vec![Text::new([Piece::Open(name.into())])]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binding() -> Binding {
        let mut binding = Binding::new(None);
        let name = |bound, list| Name {
            bound,
            kind: TextType::String,
            list,
        };
        binding.add("team", name(Bound::One("blue".into()), false));
        binding.add("key", name(Bound::Open, false));
        binding.add(
            "subnets",
            name(Bound::Many(vec!["a".into(), "b".into()]), true),
        );
        binding
    }

    fn filled(text: &str) -> String {
        match binding().fill(text) {
            Ok(Filled::One(text, _)) => text.to_string(),
            Ok(Filled::Many(texts)) => format!("{} texts", texts.len()),
            Err(problem) => problem.code,
        }
    }

    #[test]
    fn parameters_are_replaced_and_open_ones_stay() {
        assert_eq!(filled("arn:${account}/${team}-x"), "arn:${account}/blue-x");
        assert_eq!(filled("${subnets}"), "2 texts");
        assert_eq!(filled("$${aws:username}/${team}"), "${aws:username}/blue");
    }

    #[test]
    fn what_cannot_be_replaced_is_a_mistake() {
        assert_eq!(filled("${tea}"), "baseline::unknown-parameter");
        assert_eq!(filled("${team"), "baseline::unclosed-parameter");
        assert_eq!(filled("x-${subnets}"), "baseline::list-in-text");
    }
}
