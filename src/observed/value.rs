//! What a node holds, and how scalars are read from it.

use super::{Known, Node, Reason};

/// What stands at a node.
#[derive(Clone, Copy, Debug)]
pub enum Value<'t> {
    /// Nothing: the container lacks the key.
    Absent,
    /// Something that could not be known.
    Unreadable(&'t Reason),
    /// JSON `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number as written.
    Number(&'t str),
    /// A string.
    String(&'t str),
    /// A text with holes.
    Template,
    /// A list.
    List,
    /// A map.
    Map,
}

impl Value<'_> {
    /// The value's type, as a message names it.
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Unreadable(_) => "unknown",
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) | Self::Template => "a string",
            Self::List => "a list",
            Self::Map => "an object",
        }
    }
}

/// How a switch stands (rule 3 of the controls: a value that is unsafe however it is read is unsafe;
/// one that is safe only if AWS reads it leniently is unknown).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch<'t> {
    /// `true`.
    On,
    /// `false`.
    Off,
    /// Nothing is written.
    Absent,
    /// The string `"true"`: on only if AWS reads strings.
    TextOn,
    /// The string `"false"`: off, whoever reads it, but not a boolean.
    TextOff,
    /// Some other type.
    Odd,
    /// Unknown.
    Unreadable(&'t Reason),
}
impl<'t> Node<'t> {
    /// The string here. Anything but a string is [`Known::Mistyped`].
    pub fn text(self) -> Known<'t, &'t str> {
        match self.value() {
            Value::String(text) => Known::Set(text),
            Value::Absent => Known::Absent,
            Value::Unreadable(reason) => Known::Unreadable(reason),
            Value::Template => self.reason().map_or(Known::Mistyped, Known::Unreadable),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::List | Value::Map => {
                Known::Mistyped
            }
        }
    }

    /// The string here, when it is known and is one.
    pub fn as_text(self) -> Option<&'t str> {
        if let Value::String(text) = self.value() {
            Some(text)
        } else {
            None
        }
    }

    /// The string, number or boolean here as it is written, when it is known and is one.
    pub fn as_written(self) -> Option<&'t str> {
        match self.value() {
            Value::String(text) | Value::Number(text) => Some(text),
            Value::Bool(value) => Some(if value { "true" } else { "false" }),
            Value::Absent
            | Value::Unreadable(_)
            | Value::Null
            | Value::Template
            | Value::List
            | Value::Map => None,
        }
    }

    /// A whole number. A string of digits is [`Known::Mistyped`]: see [`Self::number_leniently`].
    pub fn number(self) -> Known<'t, i64> {
        match self.value() {
            Value::Number(text) => text.parse().map_or(Known::Mistyped, Known::Set),
            Value::Absent => Known::Absent,
            Value::Unreadable(reason) => Known::Unreadable(reason),
            Value::Template => self.reason().map_or(Known::Mistyped, Known::Unreadable),
            Value::Null | Value::Bool(_) | Value::String(_) | Value::List | Value::Map => {
                Known::Mistyped
            }
        }
    }

    /// A whole number, also as a string (CloudFormation and Terraform convert).
    pub fn number_leniently(self) -> Known<'t, i64> {
        if let Value::String(text) = self.value() {
            text.trim().parse().map_or(Known::Mistyped, Known::Set)
        } else {
            self.number()
        }
    }

    /// The switch here; see [`Switch`].
    pub fn switch(self) -> Switch<'t> {
        match self.value() {
            Value::Bool(true) => Switch::On,
            Value::Bool(false) => Switch::Off,
            Value::Absent => Switch::Absent,
            Value::String(text) if text.eq_ignore_ascii_case("true") => Switch::TextOn,
            Value::String(text) if text.eq_ignore_ascii_case("false") => Switch::TextOff,
            Value::Unreadable(reason) => Switch::Unreadable(reason),
            Value::Template => self.reason().map_or(Switch::Odd, Switch::Unreadable),
            Value::Null | Value::Number(_) | Value::String(_) | Value::List | Value::Map => {
                Switch::Odd
            }
        }
    }

    /// The switch, with strings taken as booleans (CloudFormation and Terraform convert typed properties).
    pub fn switch_leniently(self) -> Switch<'t> {
        match self.switch() {
            Switch::TextOn => Switch::On,
            Switch::TextOff => Switch::Off,
            other @ (Switch::On
            | Switch::Off
            | Switch::Absent
            | Switch::Odd
            | Switch::Unreadable(_)) => other,
        }
    }

    /// The literal pieces of a string or template, holes as `None`.
    pub fn pieces(self) -> Vec<Option<&'t str>> {
        match self.value() {
            Value::String(text) => vec![Some(text)],
            Value::Template => self.items().map(Self::as_text).collect(),
            Value::Unreadable(_) => vec![None],
            Value::Absent
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::List
            | Value::Map => Vec::new(),
        }
    }
}
