//! Lists of names: whether each is among those that a baseline lists, and whether all that it requires are there.

use super::name;
use super::seen::{Context, Trouble};
use crate::aws::lake_formation::name::{Likeness, Name, Part};
use crate::control::Conditions;
use crate::control::settings::Choice;
use crate::lattice::{Piece, Text};
use crate::observed::{Node, Value};
use std::collections::BTreeSet;

/// Whether a name is the one, or fits the pattern, that a baseline writes.
pub fn likeness(want: &Text, seen: &Name) -> Likeness {
    if let Some(text) = seen.as_known() {
        return Likeness::of(want.accepts_as_pattern(text));
    }
    if want.is_pattern() {
        pattern(want).likeness(seen)
    } else {
        name(want).likeness(seen)
    }
}

/// The name of a pattern, with an opening for each of its wildcards.
fn pattern(text: &Text) -> Name {
    let mut parts = Vec::new();
    for piece in text.pieces().iter() {
        match piece {
            Piece::Open(label) => parts.push(Part::Open(label.clone())),
            Piece::Literal(text) => {
                for (at, part) in text.split(['*', '?']).enumerate() {
                    if at > 0 {
                        parts.push(Part::Open("*".into()));
                    }
                    parts.push(Part::Known(part.into()));
                }
            }
        }
    }
    Name::new(parts)
}

/// Whether a name may stand: in every set of the choice.
pub fn permitted(choice: &Choice, seen: &Name) -> Likeness {
    if choice.allows_by(|text| likeness(text, seen) == Likeness::Same) {
        Likeness::Same
    } else if choice.allows_by(|text| likeness(text, seen) >= Likeness::Possible) {
        Likeness::Possible
    } else {
        Likeness::Different
    }
}

/// Whether a name is one of these.
pub fn among(texts: &BTreeSet<Text>, seen: &Name) -> Likeness {
    let each = texts.iter().map(|text| likeness(text, seen));
    each.max().unwrap_or(Likeness::Different)
}

/// A list of names as it was seen.
#[derive(Debug)]
pub struct Names<'t> {
    /// The list.
    pub list: Node<'t>,
    /// Whether anything is written.
    pub written: bool,
    /// Its names, each with where it stands.
    pub found: Vec<(Node<'t>, Name)>,
    /// What in it could not be understood.
    pub troubles: Vec<Trouble<'t>>,
}

impl<'t> Context<'_, 't> {
    /// The principals of a list of them.
    pub fn principals(&self, list: Node<'t>, what: &str) -> Names<'t> {
        self.names_at(list, what, |item| item.get("DataLakePrincipalIdentifier"))
    }

    /// The texts of a list.
    pub fn texts(&self, list: Node<'t>, what: &str) -> Names<'t> {
        self.names_at(list, what, |item| item)
    }

    fn names_at(
        &self,
        list: Node<'t>,
        what: &str,
        name: impl Fn(Node<'t>) -> Node<'t>,
    ) -> Names<'t> {
        let mut names = Names {
            list,
            written: !matches!(list.value(), Value::Absent | Value::Null),
            found: Vec::new(),
            troubles: Vec::new(),
        };
        if names.written && !matches!(list.value(), Value::List) {
            let trouble = Trouble::new(list, format!("{what} are {}", list.display()));
            names.troubles.push(trouble);
        }
        for item in list.items() {
            let node = name(item);
            match self.name(node, &format!("one of {what}")) {
                Ok(name) => names.found.push((node, name)),
                Err(trouble) => names.troubles.push(trouble),
            }
        }
        names
    }
}

impl Names<'_> {
    /// How sure it is that the list holds this.
    pub fn holds(&self, want: &Text) -> Likeness {
        let each = self.found.iter().map(|(_, name)| likeness(want, name));
        let doubt = if self.troubles.is_empty() {
            Likeness::Different
        } else {
            Likeness::Possible
        };
        each.max().unwrap_or(doubt).max(doubt)
    }
}

impl Conditions {
    /// What could not be understood is unknown.
    pub fn must_be_understood(&mut self, names: &Names<'_>) {
        for trouble in &names.troubles {
            trouble.record(self);
        }
    }

    /// Every name of the list must be permitted. `what` names one of them, such as `administrator`.
    pub fn must_all_be_permitted(
        &mut self,
        names: &Names<'_>,
        permitted: &Choice,
        setting: &'static str,
        what: &str,
    ) {
        for (node, name) in &names.found {
            self.must_be_permitted(*node, name, permitted, setting, what);
        }
    }

    /// A name must be permitted. Returns whether it is.
    pub fn must_be_permitted(
        &mut self,
        node: Node<'_>,
        seen: &Name,
        choice: &Choice,
        setting: &'static str,
        what: &str,
    ) -> Likeness {
        let answer = permitted(choice, seen);
        let condition = match (answer, node.reason()) {
            (Likeness::Same, _) => {
                self.held();
                return answer;
            }
            (Likeness::Different, _) => self.failed(
                node,
                format!("{what} `{seen}` is not one that the baseline allows"),
            ),
            (Likeness::Possible, Some(reason)) => self.unknown(
                node,
                reason,
                format!("whether the baseline allows {what} `{seen}` is unknown"),
            ),
            (Likeness::Possible, None) => self.undecided(
                node,
                format!("whether the baseline allows {what} `{seen}` is unknown"),
                "choose a target with `--target`",
            ),
        };
        condition
            .under(setting)
            .expected(choice.to_string())
            .observed(node.display());
        answer
    }

    /// Everything that the baseline lists must be in the list.
    pub fn must_hold_all(
        &mut self,
        names: &Names<'_>,
        required: &BTreeSet<Text>,
        setting: &'static str,
        what: &str,
    ) {
        for want in required {
            let condition = match names.holds(want) {
                Likeness::Same => {
                    self.held();
                    continue;
                }
                Likeness::Possible => self.undecided(
                    names.list,
                    format!("whether `{want}` is among {what} is unknown"),
                    "name each of them literally, or choose a target with `--target`",
                ),
                Likeness::Different => {
                    self.failed(names.list, format!("`{want}` is not among {what}"))
                }
            };
            condition
                .under(setting)
                .expected(format!("`{want}`"))
                .observed(names.list.display());
        }
    }
}
