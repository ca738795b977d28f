//! Tags: the short forms of CloudFormation's functions, and the few of YAML's own that matter.

use std::borrow::Cow;
use std::ops::Range;

/// What a tag makes of a value.
pub(super) enum Tag {
    None,
    /// `!!str`, or a bare `!`: a string whatever it looks like.
    Text,
    /// The short form of a function, by its long name.
    Function(Cow<'static, str>, Range<usize>),
    /// A tag that CloudFormation does not have, as written.
    Odd(String),
}

/// What a tag makes of the value it stands at.
pub(super) fn tag_of(tag: Option<&granit_parser::Tag>, range: Option<Range<usize>>) -> Tag {
    let Some(tag) = tag else {
        return Tag::None;
    };
    match (tag.core_suffix(), tag.parts()) {
        (Some("str"), _) | (_, ("", "!")) => Tag::Text,
        (Some(_), _) => Tag::None,
        (None, ("!", "Ref")) => Tag::Function("Ref".into(), range.unwrap_or_default()),
        (None, ("!", "Condition")) => Tag::Function("Condition".into(), range.unwrap_or_default()),
        (None, ("!", name)) => {
            Tag::Function(format!("Fn::{name}").into(), range.unwrap_or_default())
        }
        (None, _) => Tag::Odd(tag.original()),
    }
}
