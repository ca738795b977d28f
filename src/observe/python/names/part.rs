//! Which part of a name's value an expression has.

use super::flow::Step;
use std::collections::VecDeque;

/// Where a value is on its way: which part of the name's value the expression has, and in what it is wrapped.
#[derive(Clone, Debug)]
pub(super) struct Part<'p> {
    pub(super) inner: Vec<&'p str>,
    pub(super) exact: bool,
    pub(super) outer: VecDeque<Option<&'p str>>,
    pub(super) below: bool,
    /// Whether the expression is the name with keys after it.
    pub(super) direct: bool,
    pub(super) attribute: Option<&'p str>,
}

impl<'p> Part<'p> {
    /// The value itself.
    pub(super) fn whole() -> Self {
        Self {
            inner: Vec::new(),
            exact: true,
            outer: VecDeque::new(),
            below: false,
            direct: true,
            attribute: None,
        }
    }

    /// Goes a step; false when the value is left behind.
    pub(super) fn go(&mut self, step: Step<'p>) -> bool {
        match step {
            Step::Member(key) => {
                self.direct = false;
                self.outer.push_front(key);
            }
            Step::Get(key) => {
                self.direct = false;
                return self.subscript(key);
            }
            Step::Subscript(key) => return self.subscript(key),
            Step::Shallow => {
                self.direct = false;
                self.below |= self.outer.is_empty();
            }
            Step::Any => {
                self.direct = false;
                self.exact = false;
                self.below = false;
                self.outer.clear();
            }
            Step::Maybe => self.direct = false,
            Step::Attribute(name) => {
                self.attribute.get_or_insert(name);
            }
            Step::Given(..) | Step::Also(_) | Step::End(_) => {}
        }
        true
    }

    fn subscript(&mut self, key: Option<&'p str>) -> bool {
        match (self.outer.pop_front(), key) {
            (Some(Some(held)), Some(key)) => return held == key,
            (Some(_), _) => {}
            (None, key) => {
                // A member of a copy is the member itself; the copy is not what is changed by setting it.
                self.direct &= !self.below;
                self.below = false;
                match key {
                    Some(key) if self.exact => self.inner.push(key),
                    _ => self.exact = false,
                }
            }
        }
        true
    }
}
