//! A value of a [`Tree`], seen from the outside: what it is, and where it stands.

use super::tree::{Entries, Kind, NONE, NodeId, Step, Tree};
use super::{Place, Reason, Value};
use std::borrow::Cow;
use std::sync::LazyLock;

/// A value, or the place where one is missing. Cheap to copy; never fails to navigate.
#[derive(Clone, Copy, Debug)]
pub struct Node<'t> {
    tree: &'t Tree,
    id: NodeId,
    /// The key that the container `id` lacks.
    missing: Option<&'t str>,
    /// The key was looked for by who knows that an object belongs where `id` is something else.
    mistyped: bool,
}

/// Why a fact is not known that belongs into an object.
static NO_OBJECT: LazyLock<Reason> = LazyLock::new(|| Reason::Malformed {
    what: "what should hold it is no object".to_owned(),
});

impl<'t> Node<'t> {
    pub(crate) fn new(tree: &'t Tree, id: NodeId) -> Self {
        Self {
            tree,
            id,
            missing: if id == NONE { Some("") } else { None },
            mistyped: false,
        }
    }

    /// The tree that this node is of.
    pub fn tree(self) -> &'t Tree {
        self.tree
    }

    /// The slot: of the value, or of the container that lacks it.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// The key that is missing in the container, when nothing stands here.
    pub fn missing_key(self) -> Option<&'t str> {
        self.missing
    }

    /// What stands here.
    pub fn value(self) -> Value<'t> {
        let kind = self.tree.slot(self.id).kind;
        if self.missing.is_some() {
            return match kind {
                Kind::Map(_, Some(open)) => Value::Unreadable(self.tree.reason(open)),
                Kind::Unreadable(reason) => Value::Unreadable(self.tree.reason(reason)),
                Kind::Bool(_)
                | Kind::Number(_)
                | Kind::String(_)
                | Kind::List(_)
                | Kind::Template(_)
                    if self.mistyped =>
                {
                    Value::Unreadable(&NO_OBJECT)
                }
                Kind::Null
                | Kind::Bool(_)
                | Kind::Number(_)
                | Kind::String(_)
                | Kind::List(_)
                | Kind::Map(_, None)
                | Kind::Template(_) => Value::Absent,
            };
        }
        match kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(value),
            Kind::Number(text) => Value::Number(self.tree.text(text)),
            Kind::String(text) => Value::String(self.tree.text(text)),
            Kind::List(_) => Value::List,
            Kind::Map(..) => Value::Map,
            Kind::Template(_) => Value::Template,
            Kind::Unreadable(reason) => Value::Unreadable(self.tree.reason(reason)),
        }
    }

    /// The member of this name. On an unknown container the member is unknown; on anything else that
    /// is not a map it is absent.
    #[must_use]
    pub fn get(self, key: &'t str) -> Self {
        if self.missing.is_some() {
            return self;
        }
        if let Kind::Map(entries, _) = self.tree.slot(self.id).kind {
            // The last of two equal keys wins, as in every JSON reader of AWS's; duplicates are reported by the reader.
            let found = self
                .tree
                .members(entries)
                .iter()
                .rev()
                .find(|entry| entry.key.is_some_and(|text| self.tree.is(text, key)));
            if let Some(entry) = found {
                return Self {
                    tree: self.tree,
                    id: entry.value,
                    missing: None,
                    mistyped: false,
                };
            }
        }
        Self {
            missing: Some(key),
            ..self
        }
    }

    /// The value at a path of keys.
    #[must_use]
    pub fn at(self, path: &[&'t str]) -> Self {
        path.iter().fold(self, |node, key| node.get(key))
    }

    /// The fact at a path written `A/B/C`, without escapes. Where something on the way is there and no object, it is
    /// unknown: what AWS makes of that is not known either.
    #[must_use]
    pub fn path(self, path: &'t str) -> Self {
        let (mut node, mut rest) = (self, path);
        // By hand: controls follow hundreds of short paths in every cluster, and `split` costs more than the look-ups.
        while !rest.is_empty() && node.missing.is_none() {
            let end = memchr::memchr(b'/', rest.as_bytes());
            let key = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            if !key.is_empty() {
                node = node.get(key);
                node.mistyped = node.missing.is_some();
            }
            rest = end.and_then(|end| rest.get(end + 1..)).unwrap_or_default();
        }
        node
    }

    fn entries(self) -> Option<Entries> {
        if self.missing.is_some() {
            return None;
        }
        match self.tree.slot(self.id).kind {
            Kind::List(entries) | Kind::Map(entries, _) | Kind::Template(entries) => Some(entries),
            Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::String(_)
            | Kind::Unreadable(_) => None,
        }
    }

    /// Why nothing follows from a value of this type where another belongs.
    pub fn out_of_place(self, wanted: &str) -> Reason {
        Reason::Malformed {
            what: format!(
                "this is {} where {wanted} belongs",
                self.value().type_name()
            ),
        }
    }

    /// The items of a list; nothing for anything else. Ask [`Self::value`] first when it matters.
    pub fn items(self) -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator + use<'t> {
        let list = self.missing.is_none()
            && matches!(
                self.tree.slot(self.id).kind,
                Kind::List(_) | Kind::Template(_)
            );
        let entries = if list { self.entries() } else { None };
        let tree = self.tree;
        entries
            .map_or(&[][..], |entries| tree.members(entries))
            .iter()
            .map(move |entry| Self {
                tree,
                id: entry.value,
                missing: None,
                mistyped: false,
            })
    }

    /// The members of a map in written order; nothing for anything else.
    pub fn members(
        self,
    ) -> impl DoubleEndedIterator<Item = (&'t str, Self)> + ExactSizeIterator + use<'t> {
        let map = self.missing.is_none() && matches!(self.tree.slot(self.id).kind, Kind::Map(..));
        let entries = if map { self.entries() } else { None };
        let tree = self.tree;
        entries
            .map_or(&[][..], |entries| tree.members(entries))
            .iter()
            .map(move |entry| {
                (
                    entry.key.map_or("", |key| tree.text(key)),
                    Self {
                        tree,
                        id: entry.value,
                        missing: None,
                        mistyped: false,
                    },
                )
            })
    }

    /// Why members of this map may be out of sight, when they may.
    pub fn open(self) -> Option<&'t Reason> {
        match self.tree.slot(self.id).kind {
            Kind::Map(_, Some(reason)) if self.missing.is_none() => Some(self.tree.reason(reason)),
            Kind::Unreadable(reason) => Some(self.tree.reason(reason)),
            Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::String(_)
            | Kind::List(_)
            | Kind::Map(..)
            | Kind::Template(_) => None,
        }
    }

    /// True when nothing is written here, and that is known.
    pub fn is_absent(self) -> bool {
        matches!(self.value(), Value::Absent)
    }

    /// True when a known value stands here, `null` and the wrong type included.
    pub fn is_set(self) -> bool {
        !matches!(self.value(), Value::Absent | Value::Unreadable(_))
    }

    /// Why the value is not known, if it is not. A template gives the reason of its first hole.
    pub fn reason(self) -> Option<&'t Reason> {
        match self.value() {
            Value::Unreadable(reason) => Some(reason),
            Value::Template => self.items().find_map(Self::reason),
            Value::Absent
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::List
            | Value::Map => None,
        }
    }

    /// The resource that the value as a whole refers to, and the attribute asked for. A text with a reference in it
    /// refers to nothing: it is another name. Nor does what is out of sight in something that is referred to.
    pub fn reference(self) -> Option<(&'t str, Option<&'t str>)> {
        match self.value() {
            Value::Unreadable(reason) if self.missing.is_none() => reason.reference(),
            Value::Unreadable(_)
            | Value::Absent
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Template
            | Value::List
            | Value::Map => None,
        }
    }

    /// The JSON pointer: of the value, or where the missing one would stand.
    pub fn pointer(self) -> String {
        let mut steps: Vec<Cow<'t, str>> = Vec::new();
        if let Some(key) = self.missing.filter(|key| !key.is_empty()) {
            steps.push(key.into());
        }
        let mut at = self.id;
        while at != NONE {
            let slot = self.tree.slot(at);
            match slot.step {
                Step::Root => {}
                Step::Key(text) => steps.push(self.tree.text(text).into()),
                Step::Index(index) => steps.push(index.to_string().into()),
            }
            at = slot.parent;
        }
        let mut pointer = self.tree.above().to_owned();
        for step in steps.iter().rev() {
            pointer.push('/');
            push_escaped(step, &mut pointer);
        }
        pointer
    }

    /// Where this value is written, or the container that lacks it.
    pub fn place(self) -> Place {
        let (start, end) = self.tree.bytes(self.tree.slot(self.id).span);
        let place = Place::new(self.tree.source(), start, end, self.pointer());
        place.known_by(self.named_pointer(), self.extent())
    }

    /// The file that this value is written in, or the container that lacks it, and the bytes of it there; nothing for the
    /// answer of a call. See [`Self::place`], which says more and takes longer.
    pub fn written(self) -> Option<(&'t str, (usize, usize))> {
        let source = self.tree.source();
        let (start, end) = self.bytes();
        let (begin, file) = source.file_at(start);
        let bytes = (start - begin, end.saturating_sub(begin));
        (!source.api).then_some((file.name.as_str(), bytes))
    }

    /// The bytes of the file that this value stands on.
    pub fn bytes(self) -> (usize, usize) {
        self.tree.bytes(self.tree.slot(self.id).span)
    }

    /// Where the key of a member stands, for messages about the key itself.
    pub fn key_place(self, key: &str) -> Place {
        let span = self.entries().and_then(|entries| {
            self.tree
                .members(entries)
                .iter()
                .rev()
                .find(|entry| entry.key.is_some_and(|text| self.tree.is(text, key)))
                .map(|entry| entry.key_span)
        });
        let Some(span) = span else {
            return self.place();
        };
        let (start, end) = self.tree.bytes(span);
        let mut pointer = self.pointer();
        pointer.push('/');
        push_escaped(key, &mut pointer);
        let named = self.named_pointer().map(|mut path| {
            path.push('/');
            push_escaped(key, &mut path);
            path
        });
        Place::new(self.tree.source(), start, end, pointer).known_by(named, Vec::new())
    }
}

/// Adds a step of a JSON pointer. Source: RFC 6901, section 3.
pub(super) fn push_escaped(step: &str, pointer: &mut String) {
    if step.contains(['~', '/']) {
        pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
    } else {
        pointer.push_str(step);
    }
}
