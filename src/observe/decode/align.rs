//! Which bytes of a file each byte of a decoded string was written as.
//!
//! How a string was written is not stored with it. It is found out: the written bytes are decoded again, in
//! the ways that their first character allows, and the first way that gives the string's text is taken.

use crate::observe::json::escape_at;
use crate::observed::tree::{Segment, Span, clamp};

/// White space as YAML folds it.
const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// The segments that lead from `text` to `raw`, which it was written as and which stands at `span`. `None` when
/// no way of writing gives the text.
pub(super) fn segments(raw: &str, text: &str, span: Span) -> Option<Vec<Segment>> {
    let quoted = |quote| {
        raw.strip_prefix(quote)
            .and_then(|rest: &str| rest.strip_suffix(quote))
    };
    let way = |raw, skipped, escapes| {
        Aligner {
            raw,
            text,
            outer: span.start + skipped,
            layer: span.layer,
            at: 0,
            inner: 0,
            segments: Vec::new(),
            copying: false,
        }
        .run(escapes)
    };
    None.or_else(|| way(quoted('"')?, 1, Escapes::Backslash))
        .or_else(|| way(quoted('\'')?, 1, Escapes::Quote))
        // Block scalars, and plain ones over several lines.
        .or_else(|| way(raw, 0, Escapes::Layout))
        // A piece of a JSON string, between two holes.
        .or_else(|| way(raw, 0, Escapes::Backslash))
}

/// What is written otherwise than as it is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escapes {
    /// Backslashes, of JSON and of YAML's double quotes; line breaks are folded.
    Backslash,
    /// Two single quotes for one; line breaks are folded.
    Quote,
    /// Only white space around line breaks.
    Layout,
}

/// Two texts side by side.
struct Aligner<'t> {
    raw: &'t str,
    text: &'t str,
    /// Where `raw` begins, and in which layer.
    outer: u32,
    layer: u32,
    /// Position in `raw`.
    at: usize,
    /// Position in `text`.
    inner: usize,
    segments: Vec<Segment>,
    /// True while the last segment is a copy, byte for byte, and may grow.
    copying: bool,
}

impl<'t> Aligner<'t> {
    fn run(mut self, escapes: Escapes) -> Option<Vec<Segment>> {
        while self.at < self.raw.len() || self.inner < self.text.len() {
            let raw = self.raw.get(self.at..)?;
            let text = self.text.get(self.inner..)?;
            if (raw.starts_with("$${") || raw.starts_with("%%{"))
                && !text.starts_with(raw.get(..3)?)
            {
                // Terraform's way to write `${` and `%{` that stand for themselves.
                let sign = raw.get(..1)?;
                self.means(2, sign, text)?;
            } else if escapes == Escapes::Layout {
                if raw.starts_with(BLANKS) || text.starts_with(BLANKS) {
                    self.layout(raw, text)?;
                } else {
                    self.verbatim(raw, text)?;
                }
            } else if escapes == Escapes::Backslash && raw.starts_with('\\') {
                self.escape(raw, text)?;
            } else if escapes == Escapes::Quote && raw.starts_with("''") {
                self.means(2, "'", text)?;
            } else if raw.starts_with(BLANKS) {
                self.fold(raw, text)?;
            } else {
                self.verbatim(raw, text)?;
            }
        }
        Some(self.segments)
    }

    /// `length` bytes of the raw text are `meaning`, with which the text goes on.
    fn means(&mut self, length: usize, meaning: &str, text: &str) -> Option<()> {
        if !text.starts_with(meaning) {
            return None;
        }
        let copy = self.raw.get(self.at..self.at + length)? == meaning;
        let start = self.outer + clamp(self.at);
        let end = start + clamp(length);
        match self.segments.last_mut() {
            Some(last) if copy && self.copying && last.outer.end == start => last.outer.end = end,
            _ => self.segments.push(Segment {
                inner: clamp(self.inner),
                outer: Span {
                    layer: self.layer,
                    start,
                    end,
                },
            }),
        }
        self.copying = copy;
        self.at += length;
        self.inner += meaning.len();
        Some(())
    }

    /// Characters that are written as they are, up to the next that may not be.
    fn verbatim(&mut self, raw: &'t str, text: &str) -> Option<()> {
        let first = raw.chars().next()?.len_utf8();
        let special = |byte: &u8| {
            matches!(
                byte,
                b'\\' | b'\'' | b'$' | b'%' | b' ' | b'\t' | b'\r' | b'\n'
            )
        };
        let more = raw.as_bytes().iter().skip(first).position(special);
        let length = more.map_or(raw.len(), |more| first + more);
        self.means(length, raw.get(..length)?, text)
    }

    /// White space, which layout may change but neither make nor remove between words.
    fn layout(&mut self, raw: &str, text: &'t str) -> Option<()> {
        let raw_length = raw.len() - raw.trim_start_matches(BLANKS).len();
        let text_length = text.len() - text.trim_start_matches(BLANKS).len();
        let at_edge = self.at == 0 || raw_length == raw.len();
        if !at_edge && (raw_length == 0 || text_length == 0) {
            return None;
        }
        self.means(raw_length, text.get(..text_length)?, text)
    }

    /// White space between quotes: a line break is a space, each further one a line break.
    fn fold(&mut self, raw: &str, text: &str) -> Option<()> {
        let length = raw.len() - raw.trim_start_matches(BLANKS).len();
        let blanks = raw.get(..length)?;
        match blanks.matches('\n').count() {
            0 => self.means(length, blanks, text),
            1 => self.means(length, " ", text),
            breaks => self.means(length, &"\n".repeat(breaks - 1), text),
        }
    }

    /// A backslash and what belongs to it.
    fn escape(&mut self, raw: &str, text: &str) -> Option<()> {
        let rest = raw.get(1..)?;
        if rest.starts_with(['\n', '\r']) {
            // The line goes on: neither the break nor the next line's indentation means anything.
            self.at += raw.len() - rest.trim_start_matches(BLANKS).len();
            self.copying = false;
            return Some(());
        }
        let (character, length) = escape_at(raw).ok().or_else(|| yaml_escape(rest))?;
        self.means(length, character.encode_utf8(&mut [0; 4]), text)
    }
}

/// An escape that YAML has and JSON has not, given what follows its backslash; and its whole length.
fn yaml_escape(rest: &str) -> Option<(char, usize)> {
    let first = rest.chars().next()?;
    let digits = match first {
        '0' => return Some(('\0', 2)),
        'a' => return Some(('\u{7}', 2)),
        'v' => return Some(('\u{b}', 2)),
        'e' => return Some(('\u{1b}', 2)),
        ' ' | '\t' => return Some((first, 2)),
        'N' => return Some(('\u{85}', 2)),
        '_' => return Some(('\u{a0}', 2)),
        'L' => return Some(('\u{2028}', 2)),
        'P' => return Some(('\u{2029}', 2)),
        'x' => 2,
        'U' => 8,
        _ => return None,
    };
    let code = u32::from_str_radix(rest.get(1..=digits)?, 16).ok()?;
    Some((char::from_u32(code)?, digits + 2))
}
