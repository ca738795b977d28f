//! The three states of a fact, and the fourth that typed reading adds.

use super::Reason;

/// A fact as it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known<'t, T> {
    /// It is there, and of the right type.
    Set(T),
    /// It is not there, and that is known. AWS's documented default applies.
    Absent,
    /// It is there, but of another type than AWS documents.
    Mistyped,
    /// It could not be known. Never compliant.
    Unreadable(&'t Reason),
}

impl<'t, T> Known<'t, T> {
    /// The value, when it is known and there.
    pub fn set(self) -> Option<T> {
        if let Self::Set(value) = self {
            Some(value)
        } else {
            None
        }
    }

    /// The same state with the value changed.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Known<'t, U> {
        match self {
            Self::Set(value) => Known::Set(change(value)),
            Self::Absent => Known::Absent,
            Self::Mistyped => Known::Mistyped,
            Self::Unreadable(reason) => Known::Unreadable(reason),
        }
    }
}
