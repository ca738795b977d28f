//! What is done to a value.

use super::{Context, Use};
use crate::observe::python::syntax::Code;

/// Something that is done to a name's value.
#[derive(Clone, Debug)]
pub(in crate::observe::python) struct Change<'p> {
    /// The keys that lead to what is changed.
    pub(in crate::observe::python) path: Vec<String>,
    /// What is done.
    pub(in crate::observe::python) what: What<'p>,
    /// Where.
    pub(in crate::observe::python) context: Context,
    /// The line that it is done in.
    pub(in crate::observe::python) line: usize,
    pub(in crate::observe::python) at: usize,
    /// The way that it came from another name, if it did.
    pub(in crate::observe::python) by: Option<usize>,
}

/// What is done to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::observe::python) enum What<'p> {
    /// It is replaced.
    Set(Code<'p>),
    /// A mapping, or what the arguments of a call make, is put into it.
    Merge(Code<'p>),
    /// It is replaced by something that is not followed.
    Lost,
    /// Members are put in or taken out in a way that is not followed.
    Shape,
    /// It is replaced under another name, now or later.
    Replaced,
    /// Somebody else has it, who may change it, now or later.
    Leaked,
    /// Somebody else has its members.
    LeakedMembers,
    /// An attribute of it is set, called or handed on.
    Attribute(&'p str),
    /// Any name may be set anew, now or later.
    Anything,
}

impl What<'_> {
    /// Whether what is done later does not undo it.
    pub(in crate::observe::python) fn stays(self) -> bool {
        !matches!(
            self,
            Self::Set(_) | Self::Merge(_) | Self::Lost | Self::Shape
        )
    }
}

/// A copy: what is done afterwards to the containers that were copied does not count, to those in them it does.
#[derive(Clone, Copy, Debug)]
pub(in crate::observe::python) struct Copied {
    /// When it is made.
    pub(in crate::observe::python) when: Use,
    /// Where the expression ends that makes it.
    pub(in crate::observe::python) end: usize,
    /// How many levels of containers are copied besides the outermost.
    pub(in crate::observe::python) depth: usize,
}

impl Copied {
    /// The copy as the members of the value see it.
    pub(in crate::observe::python) fn of_members(self, levels: usize) -> Option<Self> {
        match self.depth {
            usize::MAX => Some(self),
            depth => Some(Self {
                depth: depth.checked_sub(levels)?,
                ..self
            }),
        }
    }
}

/// A change that is made after the outer levels of a value were copied.
pub(super) fn after_copy(change: Change<'_>, depth: usize) -> Option<Change<'_>> {
    let length = change.path.len();
    let what = match change.what {
        What::Anything => return None,
        _ if depth == usize::MAX => return None,
        What::Set(_) | What::Replaced if length <= depth.saturating_add(1) => return None,
        What::Merge(_) | What::Shape if length <= depth => return None,
        What::Lost | What::Leaked | What::LeakedMembers | What::Attribute(_) if length <= depth => {
            What::LeakedMembers
        }
        What::Set(_)
        | What::Merge(_)
        | What::Shape
        | What::Replaced
        | What::Lost
        | What::Leaked
        | What::LeakedMembers
        | What::Attribute(_) => What::Lost,
    };
    Some(Change { what, ..change })
}
