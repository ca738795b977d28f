//! From the parser's events to the values of a tree.

use super::scalar;
use super::tag::{Tag, tag_of};
use crate::observe::duplicates::{self, Member};
use crate::observe::json::MAX_DEPTH;
use crate::observed::Reason;
use crate::observed::tree::{Kind, NodeId, Span, TextRef, Tree, clamp};
use granit_parser::{Event, ScalarStyle, StructureStyle};
use std::collections::BTreeMap;
use std::ops::Range;

/// How many values aliases may stand for in one document, counted as if each were written out. Templates of
/// a megabyte stay far below; a "billion laughs" does not.
const MAX_ALIASED: u64 = 100_000;

pub(super) fn span_of(range: &Range<usize>) -> Span {
    Span {
        layer: 0,
        start: clamp(range.start),
        end: clamp(range.end),
    }
}

/// What is wrong with the document, and at which bytes.
pub(super) struct Mistake {
    pub(super) bytes: (usize, usize),
    pub(super) message: String,
}

impl Mistake {
    fn new(range: &Range<usize>, message: impl Into<String>) -> Self {
        Self {
            bytes: (range.start, range.end),
            message: message.into(),
        }
    }
}

/// A finished value, and how much it is when its aliases are written out.
#[derive(Clone, Copy)]
struct Done {
    id: NodeId,
    size: u64,
    height: u32,
}

/// What the innermost open collection takes next.
enum Next {
    Item,
    Key,
    Value(TextRef, Span),
    /// The value of a key that could not be read.
    Nothing,
}

/// A collection that is still open.
struct Frame {
    next: Next,
    /// Where its children begin on the stack.
    first: usize,
    start: Option<usize>,
    end: usize,
    open: Option<Reason>,
    tag: Tag,
    anchor: usize,
    size: u64,
    height: u32,
}

/// A document that is being read.
pub(super) struct Reader<'s> {
    pub(super) tree: Tree,
    text: &'s str,
    frames: Vec<Frame>,
    members: Vec<Member>,
    /// Fingerprints of the keys of `members`.
    prints: Vec<u64>,
    spare: Vec<u64>,
    items: Vec<NodeId>,
    anchors: BTreeMap<usize, Done>,
    aliased: u64,
}

impl<'s> Reader<'s> {
    pub(super) fn new(tree: Tree, text: &'s str) -> Self {
        Self {
            tree,
            text,
            frames: Vec::new(),
            members: Vec::new(),
            prints: Vec::new(),
            spare: Vec::new(),
            items: Vec::new(),
            anchors: BTreeMap::new(),
            aliased: 0,
        }
    }

    /// Takes the parser's next event, its range and the range of its tag.
    pub(super) fn event(
        &mut self,
        event: Event<'_>,
        range: Range<usize>,
        tag_range: Option<Range<usize>>,
    ) -> Result<(), Mistake> {
        match event {
            Event::Scalar(text, style, anchor, tag) => self.scalar(
                &text,
                style,
                anchor,
                tag_of(tag.as_deref(), tag_range),
                &range,
            ),
            Event::SequenceStart(style, anchor, tag) => {
                let tag = tag_of(tag.as_deref(), tag_range);
                self.open(Next::Item, style, anchor, tag, &range);
                Ok(())
            }
            Event::MappingStart(style, anchor, tag) => {
                let tag = tag_of(tag.as_deref(), tag_range);
                self.open(Next::Key, style, anchor, tag, &range);
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(&range),
            Event::Alias(anchor) => self.alias(anchor, &range),
            Event::UnresolvedAlias(name) => Err(Mistake::new(
                &range,
                format!("alias `{name}` has no anchor"),
            )),
            // Not values; nor is whatever else later versions of the parser tell.
            Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(..)
            | Event::DocumentEnd
            | Event::Anchor(..)
            | Event::Comment(..)
            | _ => Ok(()),
        }
    }

    fn open(
        &mut self,
        next: Next,
        style: StructureStyle,
        anchor: usize,
        tag: Tag,
        range: &Range<usize>,
    ) {
        let first = match next {
            Next::Item => self.items.len(),
            Next::Key | Next::Value(..) | Next::Nothing => self.members.len(),
        };
        self.frames.push(Frame {
            next,
            first,
            // The parser gives block collections no width: they reach from the first child to the last.
            start: (style == StructureStyle::Flow).then_some(range.start),
            end: range.start,
            open: None,
            tag,
            anchor,
            size: 1,
            height: 0,
        });
    }

    fn close(&mut self, range: &Range<usize>) -> Result<(), Mistake> {
        let Some(frame) = self.frames.pop() else {
            return Ok(());
        };
        // Only flow collections end with a character of their own.
        let end = if range.is_empty() {
            frame.end
        } else {
            range.end
        };
        let extent = frame.start.unwrap_or(frame.end)..end;
        let id = if matches!(frame.next, Next::Item) {
            let items = self.items.get(frame.first..).unwrap_or_default();
            let list = self.tree.push_list(items, span_of(&extent));
            self.items.truncate(frame.first);
            list
        } else {
            let prints = self.prints.get(frame.first..).unwrap_or_default();
            if duplicates::collide(prints, &mut self.spare) {
                duplicates::merge(&mut self.tree, &mut self.members, frame.first);
            }
            let members = self.members.get(frame.first..).unwrap_or_default();
            let map = self.tree.push_map(members, span_of(&extent), frame.open);
            self.members.truncate(frame.first);
            self.prints.truncate(frame.first);
            map
        };
        let done = Done {
            id,
            size: frame.size,
            height: frame.height + 1,
        };
        self.finish(done, frame.tag, frame.anchor, extent)
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Tag,
        range: &Range<usize>,
    ) -> Result<(), Mistake> {
        let range = self.without_trailing_blanks(range);
        let content = self.content(text, style, &range);
        let plain = style == ScalarStyle::Plain;
        if let Some(frame) = self.frames.last_mut()
            && matches!((&frame.next, &tag), (Next::Key, Tag::None))
            && plain
            && text == "<<"
        {
            let what = "YAML merge key".to_owned();
            frame.open.get_or_insert(Reason::Unsupported { what });
            frame.start.get_or_insert(range.start);
            frame.next = Next::Nothing;
            return Ok(());
        }
        let is_key = matches!(self.frames.last(), Some(frame) if matches!(frame.next, Next::Key));
        // A function's own tag says how the scalar is to be read: `!Ref Yes` refers to `Yes`.
        let kind = if is_key || !plain || matches!(tag, Tag::Text | Tag::Function(..)) {
            Kind::String(content)
        } else if range.is_empty() {
            Kind::Null
        } else {
            scalar::kind(text, content)
        };
        let done = Done {
            id: self.tree.push(kind, span_of(&range)),
            size: 1,
            height: 1,
        };
        self.finish(done, tag, anchor, range)
    }

    /// A block scalar's range runs on to the next value; its text ends earlier.
    fn without_trailing_blanks(&self, range: &Range<usize>) -> Range<usize> {
        let written = self.text.get(range.clone()).unwrap_or_default();
        range.start..range.start + written.trim_end_matches([' ', '\t', '\r', '\n']).len()
    }

    /// The scalar's text: a piece of the file where it stands there as it is.
    fn content(&mut self, text: &str, style: ScalarStyle, range: &Range<usize>) -> TextRef {
        let inner = match style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                range.start + 1..range.end.saturating_sub(1)
            }
            ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded => range.clone(),
        };
        if self.text.get(inner.clone()) == Some(text) {
            return self.tree.source_text(inner.start, inner.end);
        }
        // The parser writes `~` for a value that is not there.
        let missing = range.is_empty() && style == ScalarStyle::Plain;
        self.tree.decoded_text(if missing { "" } else { text })
    }

    fn alias(&mut self, anchor: usize, range: &Range<usize>) -> Result<(), Mistake> {
        let Some(done) = self.anchors.get(&anchor).copied() else {
            return Err(Mistake::new(range, "an alias stands inside its own anchor"));
        };
        self.aliased = self.aliased.saturating_add(done.size);
        if self.aliased > MAX_ALIASED {
            let message = format!("aliases stand for more than {MAX_ALIASED} values");
            return Err(Mistake::new(range, message));
        }
        self.place(done, range);
        Ok(())
    }

    /// Puts on a finished value what its tag and anchor say.
    fn finish(
        &mut self,
        mut done: Done,
        tag: Tag,
        anchor: usize,
        mut range: Range<usize>,
    ) -> Result<(), Mistake> {
        match tag {
            Tag::None | Tag::Text => {}
            Tag::Function(name, tag_range) => {
                let name = self.tree.decoded_text(&name);
                range.start = tag_range.start;
                let member = (name, span_of(&tag_range), done.id);
                done.id = self.tree.push_map(&[member], span_of(&range), None);
                done.size += 1;
                done.height += 1;
            }
            Tag::Odd(tag) => {
                let what = format!("YAML tag `{tag}`");
                let reason = Reason::Unsupported { what };
                done.id = self.tree.push_lost(reason, span_of(&range));
            }
        }
        if done.height > MAX_DEPTH {
            let message = format!("nested deeper than {MAX_DEPTH} levels");
            return Err(Mistake::new(&range, message));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, done);
        }
        self.place(done, &range);
        Ok(())
    }

    /// Gives a finished value to the collection it stands in.
    fn place(&mut self, done: Done, range: &Range<usize>) {
        let Some(frame) = self.frames.last_mut() else {
            self.tree.set_root(done.id);
            return;
        };
        frame.start.get_or_insert(range.start);
        frame.end = frame.end.max(range.end);
        frame.size = frame.size.saturating_add(done.size);
        frame.height = frame.height.max(done.height);
        match std::mem::replace(&mut frame.next, Next::Key) {
            Next::Item => {
                frame.next = Next::Item;
                self.items.push(done.id);
            }
            Next::Key => {
                frame.next = if let Some(text) = self.tree.string_of(done.id) {
                    Next::Value(text, span_of(range))
                } else {
                    let what = "YAML key that is not a string".to_owned();
                    frame.open.get_or_insert(Reason::Unsupported { what });
                    Next::Nothing
                };
            }
            Next::Value(key, key_span) => {
                let print = duplicates::fingerprint(self.tree.text(key));
                self.prints.push(print);
                self.members.push((key, key_span, done.id));
            }
            Next::Nothing => {}
        }
    }
}
