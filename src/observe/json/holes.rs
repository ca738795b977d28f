//! Holes: places of a text where a template puts in what is not known.
//!
//! A hole is taken to stand for a value, for members or items, or for part of a string; not for text that
//! would end the string or the value it stands in.

use super::{Parsed, Parser};
use crate::observed::tree::{Kind, NodeId};

/// The character that holds the place of a hole. It means one only where a [`Hole`] says so: the text may
/// have the same character of its own.
pub(in crate::observe) const HOLE: char = '\u{f8ff}';

/// A hole in a text.
#[derive(Clone, Copy, Debug)]
pub(in crate::observe) struct Hole {
    /// First byte of its [`HOLE`].
    pub(in crate::observe) at: usize,
    /// Why it is not known: an index into the tree's reasons.
    pub(in crate::observe) reason: u32,
}

impl Hole {
    /// One past the last byte of its [`HOLE`].
    pub(super) fn end(self) -> usize {
        self.at + HOLE.len_utf8()
    }
}

impl<'s> Parser<'s, '_> {
    /// The hole that starts here, if one does.
    pub(super) fn hole_at(&self, at: usize) -> Option<Hole> {
        let found = self.input.holes.binary_search_by_key(&at, |hole| hole.at);
        found
            .ok()
            .and_then(|index| self.input.holes.get(index))
            .copied()
    }

    /// The holes in these bytes.
    pub(super) fn holes_within(&self, start: usize, end: usize) -> &'s [Hole] {
        let holes = self.input.holes;
        if holes.is_empty() {
            return holes;
        }
        let first = holes.partition_point(|hole| hole.at < start);
        let past = holes.partition_point(|hole| hole.at < end);
        holes.get(first..past).unwrap_or_default()
    }

    /// True when nothing but white space stands between two offsets.
    pub(super) fn only_blank(&self, start: usize, end: usize) -> bool {
        self.bytes
            .get(start..end)
            .is_some_and(|bytes| bytes.iter().all(u8::is_ascii_whitespace))
    }

    /// Skips a bare word: holes, letters, digits, signs. Gives the reason of its first hole.
    fn bare_word(&mut self) -> Option<u32> {
        let mut reason = None;
        loop {
            if let Some(hole) = self.hole_at(self.at) {
                self.at = hole.end();
                reason = reason.or(Some(hole.reason));
            } else if let Some(b'+' | b'-' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z') =
                self.peek()
            {
                self.at += 1;
            } else {
                return reason;
            }
        }
    }

    /// A hole as a value, alone or as a part of a word; anything else here is not JSON.
    #[cold]
    pub(super) fn bare_hole(&mut self) -> Parsed<NodeId> {
        let start = self.at;
        let reason = self.bare_word();
        let Some(reason) = reason else {
            self.at = start;
            return Err(self.expected("a value"));
        };
        self.filled = Some((self.at, reason));
        let span = self.span(start, self.at);
        Ok(self.tree.push(Kind::Unreadable(reason), span))
    }

    /// A hole where a key would stand: an unknown key with a value, or any number of members.
    #[cold]
    pub(super) fn hole_member(&mut self) -> Parsed<Option<u32>> {
        let start = self.at;
        let Some(reason) = self.bare_word() else {
            self.at = start;
            return Err(self.expected("a key"));
        };
        self.doubt.get_or_insert(reason);
        self.blank();
        if self.peek() == Some(b':') {
            self.member_value()?;
        } else {
            self.filled = Some((self.at, reason));
        }
        Ok(Some(reason))
    }

    /// A hole where a comma would stand, or just before: it may stand for further members or items. Skips to
    /// the next of them.
    #[cold]
    pub(super) fn gap(&mut self, expected: &str) -> Parsed<u32> {
        if let Some(hole) = self.hole_at(self.at) {
            self.at = hole.end();
            self.filled = Some((self.at, hole.reason));
            self.doubt.get_or_insert(hole.reason);
            self.blank();
            if self.peek() == Some(b',') {
                self.at += 1;
                self.blank();
            }
            return Ok(hole.reason);
        }
        match self.filled {
            Some((end, reason)) if self.only_blank(end, self.at) => {
                self.doubt.get_or_insert(reason);
                Ok(reason)
            }
            _ => Err(self.expected(expected)),
        }
    }
}
