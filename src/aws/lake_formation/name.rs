//! Names of which some part may not be known: an unbound parameter of a baseline, an unresolved reference of
//! a template. Comparing two of them has three answers.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// A name, in which openings stand for what is not known. A clone shares its characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(Form);

/// How a name is held: nearly all of them are known.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    Known(Arc<str>),
    /// Some part is open; neighbouring known parts are joined.
    Parts(Arc<[Part]>),
}

/// A part of a [`Name`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Characters as they stand.
    Known(Arc<str>),
    /// What stands here is not known. Openings of one label stand for the same text.
    Open(Arc<str>),
}

/// Whether two names are the same. Ordered, so that the least of several is their conjunction and the
/// greatest their disjunction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// They differ, whatever the openings stand for.
    Different,
    /// It depends on what the openings stand for.
    Possible,
    /// They are the same.
    Same,
}

impl Likeness {
    /// `Same` or `Different`.
    pub const fn of(same: bool) -> Self {
        if same { Self::Same } else { Self::Different }
    }

    /// Both must hold; the second is looked at only when the first may.
    #[must_use]
    pub fn and(self, other: impl FnOnce() -> Self) -> Self {
        if self == Self::Different {
            self
        } else {
            self.min(other())
        }
    }
}

impl Name {
    /// A name from its parts; neighbouring known parts are joined.
    pub fn new(parts: impl IntoIterator<Item = Part>) -> Self {
        let mut joined: Vec<Part> = Vec::new();
        for part in parts {
            match (joined.last_mut(), part) {
                (_, Part::Known(text)) if text.is_empty() => {}
                (Some(Part::Known(before)), Part::Known(text)) => {
                    *before = [&**before, &*text].concat().into();
                }
                (_, part) => joined.push(part),
            }
        }
        Self(match joined.as_slice() {
            [] => Form::Known("".into()),
            [Part::Known(text)] => Form::Known(Arc::clone(text)),
            _ => Form::Parts(joined.into()),
        })
    }

    /// A name that is known.
    pub fn known(text: impl Into<Arc<str>>) -> Self {
        Self(Form::Known(text.into()))
    }

    /// The text, when all of it is known.
    pub fn as_known(&self) -> Option<&str> {
        match &self.0 {
            Form::Known(text) => Some(text),
            Form::Parts(_) => None,
        }
    }

    /// The same text to hold on to, when all of it is known.
    pub fn to_shared(&self) -> Option<Arc<str>> {
        match &self.0 {
            Form::Known(text) => Some(Arc::clone(text)),
            Form::Parts(_) => None,
        }
    }

    /// Its parts, in order.
    fn parts(&self) -> Cow<'_, [Part]> {
        match &self.0 {
            Form::Known(text) if text.is_empty() => Cow::Borrowed(&[]),
            Form::Known(text) => Cow::Owned(vec![Part::Known(Arc::clone(text))]),
            Form::Parts(parts) => Cow::Borrowed(parts),
        }
    }

    /// The same name with its known parts changed.
    #[must_use]
    pub fn map(&self, change: impl Fn(&str) -> String) -> Self {
        match &self.0 {
            Form::Known(text) => Self::known(change(text)),
            Form::Parts(parts) => Self::new(parts.iter().map(|part| match part {
                Part::Known(text) => Part::Known(change(text).into()),
                Part::Open(label) => Part::Open(Arc::clone(label)),
            })),
        }
    }

    /// The same name in lower case: Glue stores the names of databases, tables and columns so.
    #[must_use]
    pub fn lower(&self) -> Self {
        let is_low = |char: char| char.is_ascii() && !char.is_ascii_uppercase();
        if self.as_known().is_some_and(|text| text.chars().all(is_low)) {
            return self.clone();
        }
        self.map(str::to_lowercase)
    }

    /// Whether `seen` is the name that `self`, a baseline's, asks for. An opening of the baseline accepts
    /// anything; one of `seen` may turn out to be anything.
    pub fn likeness(&self, seen: &Self) -> Likeness {
        if self == seen {
            return Likeness::Same;
        }
        match (self.as_known(), seen.as_known()) {
            (_, Some(text)) => Likeness::of(self.accepts(text)),
            (Some(text), None) if seen.accepts(text) => Likeness::Possible,
            (None, None) if ends_agree(&self.parts(), &seen.parts()) => Likeness::Possible,
            (_, None) => Likeness::Different,
        }
    }

    /// Whether `text` could be this name, each opening standing for one character or more.
    fn accepts(&self, text: &str) -> bool {
        if let Some(known) = self.as_known() {
            return known == text;
        }
        let parts = self.parts();
        let (mut rest, mut gap) = (text, false);
        for (at, part) in parts.iter().enumerate() {
            let Part::Known(known) = part else {
                gap = true;
                continue;
            };
            let found = if !gap {
                rest.strip_prefix(&**known)
            } else if at + 1 == parts.len() {
                return rest.len() > known.len() && rest.ends_with(&**known);
            } else {
                let after_one = rest.chars().next().map_or(0, char::len_utf8);
                rest.get(after_one..)
                    .and_then(|rest| rest.split_once(&**known))
                    .map(|(_, rest)| rest)
            };
            let Some(found) = found else { return false };
            (rest, gap) = (found, false);
        }
        gap != rest.is_empty()
    }
}

/// Whether two names with openings can begin and end alike.
fn ends_agree(a: &[Part], b: &[Part]) -> bool {
    let starts = match (a.first(), b.first()) {
        (Some(Part::Known(a)), Some(Part::Known(b))) => a.starts_with(&**b) || b.starts_with(&**a),
        _ => true,
    };
    let ends = match (a.last(), b.last()) {
        (Some(Part::Known(a)), Some(Part::Known(b))) => a.ends_with(&**b) || b.ends_with(&**a),
        _ => true,
    };
    starts && ends
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Form::Known(a), Form::Known(b)) if Arc::ptr_eq(a, b) => Ordering::Equal,
            (Form::Known(a), Form::Known(b)) => a.cmp(b),
            _ => self.parts().cmp(&other.parts()),
        }
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts().iter().try_for_each(|part| match part {
            Part::Known(text) => f.write_str(text),
            Part::Open(label) => write!(f, "${{{label}}}"),
        })
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self::known(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        let mut parts = Vec::new();
        for (at, piece) in text.split('$').enumerate() {
            if at % 2 == 0 {
                parts.push(Part::Known(piece.into()));
            } else {
                parts.push(Part::Open(piece.into()));
            }
        }
        Name::new(parts)
    }

    #[test]
    fn names_are_compared_with_three_answers() {
        use Likeness::{Different, Possible, Same};
        for (declared, seen, likeness) in [
            ("a", "a", Same),
            ("a", "b", Different),
            ("iam::$account$:role/x", "iam::111122223333:role/x", Same),
            (
                "iam::$account$:role/x",
                "iam::111122223333:role/y",
                Different,
            ),
            ("iam::$account$:role/x", "iam::$account$:role/x", Same),
            ("iam::$account$:role/x", "iam::$other$:role/x", Possible),
            ("iam::$account$:role/x", "iam::$other$:role/y", Different),
            ("iam::1:role/x", "iam::$other$:role/x", Possible),
            ("iam::1:role/x", "iam::$other$:role/xy", Different),
            ("iam::1:role/x", "$other$", Possible),
            ("a$p$b$q$c", "aXbYc", Same),
            ("a$p$b$q$c", "abYc", Different),
            ("a$p$", "a", Different),
        ] {
            assert_eq!(
                name(declared).likeness(&name(seen)),
                likeness,
                "{declared} and {seen}"
            );
        }
    }
}
