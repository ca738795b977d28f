//! What a [`Tree`](super::Tree) is made of: slots, the entries that hold them, and where both are written.

/// Index of a slot.
pub type NodeId = u32;
/// The id that stands for "no slot": the parent of a root.
pub const NONE: NodeId = u32::MAX;
/// Texts longer than this are refused, so that offsets fit in 32 bits with room to spare.
pub const MAX_TEXT: usize = 1 << 30;

/// `usize` to `u32`. INVARIANT: readers refuse texts over [`MAX_TEXT`], so nothing is lost.
pub(crate) fn clamp(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// A piece of text, either of the source or of the tree's own buffer of decoded text.
#[derive(Clone, Copy, Debug)]
pub struct TextRef {
    pub(super) start: u32,
    pub(super) len: u32,
    pub(super) decoded: bool,
}

impl TextRef {
    /// The bytes `start..end` of this text.
    pub(crate) fn part(self, start: usize, end: usize) -> Self {
        let end = clamp(end).min(self.len);
        let start = clamp(start).min(end);
        Self {
            start: self.start + start,
            len: end - start,
            ..self
        }
    }
}

/// A half-open range of bytes in one layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The layer that the offsets count in; 0 is the file.
    pub layer: u32,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A range of entries.
#[derive(Clone, Copy, Debug)]
pub struct Entries {
    pub(super) start: u32,
    pub(super) end: u32,
}

/// What a slot holds.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// JSON `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number, as written.
    Number(TextRef),
    /// A string, decoded.
    String(TextRef),
    /// A list; its entries have no keys.
    List(Entries),
    /// A map. When a reason is given, keys may be missing that the reader could not see.
    Map(Entries, Option<u32>),
    /// A text with holes: entries are `String` and `Unreadable` slots in order.
    Template(Entries),
    /// A value that could not be known.
    Unreadable(u32),
}

/// One value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
    pub(crate) parent: NodeId,
    /// The entry through which the parent holds this slot; its key or index is the last pointer step.
    pub(crate) step: Step,
}

/// The last step of a slot's pointer.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// The root of a document: contributes nothing.
    Root,
    /// A key of a map.
    Key(TextRef),
    /// An index of a list.
    Index(u32),
}

/// A member of a map or list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) key: Option<TextRef>,
    pub(crate) key_span: Span,
    pub(crate) value: NodeId,
}

/// How a run of decoded bytes maps to where it was decoded from.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    /// First byte in the decoded text; the segment ends where the next one begins.
    pub inner: u32,
    /// The bytes it stands for. A segment whose inner and outer lengths differ maps as a whole.
    pub outer: Span,
}
