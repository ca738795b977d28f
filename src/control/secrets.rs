//! What stands where a secret belongs: a reference to it, or the secret itself. No value is ever shown.

use super::verdict::Conditions;
use crate::aws::secrets::{HOLE, Resolved, is_masked, is_reference, resolved};
use crate::lattice::{Text, pattern_accepts};
use crate::observed::{Node, Reason, Value};
use std::collections::BTreeSet;

/// What stands where a secret belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secret<'t> {
    /// Nothing.
    Nothing,
    /// A reference to a place for secrets, or a hidden parameter without a default.
    Reference,
    /// A reference to a plain string of the parameter store.
    PlainReference,
    /// A parameter that is not hidden.
    OpenParameter,
    /// Asterisks: something stands there, and what is not told.
    Masked,
    /// The secret itself, in whole or in part.
    Literal,
    /// Something that is no text.
    Odd,
    /// It cannot be known.
    Unknown(&'t Reason),
}

impl<'t> Secret<'t> {
    /// What stands at a node.
    pub(crate) fn of(node: Node<'t>) -> Self {
        match node.value() {
            Value::Absent | Value::Null => Self::Nothing,
            Value::String(text) => Self::of_text(text),
            Value::Bool(_) | Value::Number(_) => Self::Literal,
            Value::List | Value::Map => Self::Odd,
            Value::Unreadable(reason) => Self::of_reason(reason),
            Value::Template => {
                let joined = text_with_holes(node);
                match resolved(&joined) {
                    Some(Resolved::Secret) => Self::Reference,
                    Some(Resolved::Plain) => Self::PlainReference,
                    None if joined
                        .trim_matches(|char: char| char == HOLE || char.is_whitespace())
                        .is_empty() =>
                    {
                        Self::worst(node.items().map(Self::of))
                    }
                    None => Self::Literal,
                }
            }
        }
    }

    /// Of several holes in one text the worst: what is known to be open, then what is not known.
    fn worst(parts: impl Iterator<Item = Self>) -> Self {
        let badness = |part: &Self| match part {
            Self::Nothing => 0,
            Self::Reference => 1,
            Self::Masked | Self::Odd | Self::Unknown(_) => 2,
            Self::OpenParameter | Self::PlainReference | Self::Literal => 3,
        };
        parts.max_by_key(badness).unwrap_or(Self::Nothing)
    }

    fn of_text(text: &str) -> Self {
        match resolved(text) {
            _ if text.trim().is_empty() => Self::Nothing,
            _ if is_masked(text) => Self::Masked,
            Some(Resolved::Secret) => Self::Reference,
            Some(Resolved::Plain) => Self::PlainReference,
            None => Self::Literal,
        }
    }

    fn of_reason(reason: &'t Reason) -> Self {
        match reason {
            Reason::Dynamic { reference } => match resolved(reference) {
                Some(Resolved::Secret) => Self::Reference,
                Some(Resolved::Plain) => Self::PlainReference,
                None => Self::Unknown(reason),
            },
            Reason::Parameter { secret: true, .. } => Self::Reference,
            Reason::Parameter { secret: false, .. } => Self::OpenParameter,
            Reason::Withheld { .. } => Self::Masked,
            Reason::Reference { .. }
            | Reason::Pseudo { .. }
            | Reason::Import { .. }
            | Reason::KnownAfterApply
            | Reason::Condition { .. }
            | Reason::Call { .. }
            | Reason::NotObserved { .. }
            | Reason::Replaced { .. }
            | Reason::Elsewhere { .. }
            | Reason::Unsupported { .. }
            | Reason::Malformed { .. } => Self::Unknown(reason),
        }
    }
}

/// The text of a node, with [`HOLE`] for each part that is not known; empty for what is no text.
pub(crate) fn text_with_holes(node: Node<'_>) -> String {
    let mut text = String::new();
    for piece in node.pieces() {
        match piece {
            Some(piece) => text.push_str(piece),
            None => text.push(HOLE),
        }
    }
    text
}

/// Whether a name is one of those that a baseline adds, whatever its case.
pub(crate) fn is_among(names: &BTreeSet<Text>, name: &str) -> bool {
    names.iter().any(|pattern| {
        pattern.accepts_as_pattern(name)
            || pattern.as_literal().is_some_and(|pattern| {
                pattern_accepts(&pattern.to_ascii_lowercase(), &name.to_ascii_lowercase())
            })
    })
}

impl Conditions {
    /// What stands under a name for secrets must refer to one. An unresolved expression is no secret in this text.
    pub(crate) fn must_refer_to_secret(&mut self, value: Node<'_>, name: &str) {
        match Secret::of(value) {
            Secret::Literal
                if !is_reference(&text_with_holes(value)) || value.pieces().is_empty() =>
            {
                self.holds_secret(value, format!("`{name}` is written in plain text"));
            }
            Secret::Masked => {
                self.undecided(
                    value,
                    format!("`{name}` is set and masked, so whether it is a reference is unknown"),
                    "judge the request that sets it",
                );
            }
            Secret::Odd => {
                let message = format!("`{name}` is {}, not a text", value.value().type_name());
                self.undecided(value, message, "write a reference to a secret");
            }
            Secret::Literal
            | Secret::Nothing
            | Secret::Reference
            | Secret::PlainReference
            | Secret::OpenParameter
            | Secret::Unknown(_) => {}
        }
    }

    /// A secret was seen. Its value is not shown.
    pub(crate) fn holds_secret(&mut self, node: Node<'_>, message: impl Into<String>) {
        self.failed(node, message)
            .expected("a reference to a secret")
            .observed("a value that is not shown")
            .fix("keep it in AWS Secrets Manager and refer to it; change it, because this text has made it known");
    }
}
