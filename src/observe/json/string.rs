//! Strings: finding their end, and undoing their escapes.

use super::{Parsed, Parser};
use crate::observed::tree::{Kind, NodeId, Span, TextRef};

/// A string as it stands in the text: the bytes between the quotes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quoted {
    pub(super) start: usize,
    pub(super) end: usize,
    escaped: bool,
}

/// What is said of an escape that JSON does not have.
const BAD_ESCAPE: &str = "a string has an escape that JSON does not have";

/// In each byte of the result, the high bit says whether the byte of `word` is a quote, a backslash or a
/// control character. Bytes after the first such one may be wrong.
fn special(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero_in = |value: u64| value.wrapping_sub(ONES) & !value;
    let quote = zero_in(word ^ (ONES * u64::from(b'"')));
    let backslash = zero_in(word ^ (ONES * u64::from(b'\\')));
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (quote | backslash | control) & HIGH
}

impl Parser<'_, '_> {
    /// The string that starts here, its escapes still in it.
    pub(super) fn quoted(&mut self) -> Parsed<Quoted> {
        let open = self.at;
        let start = open + 1;
        let mut at = start;
        let mut escaped = false;
        loop {
            while let Some(word) = self.bytes.get(at..).and_then(<[u8]>::first_chunk) {
                let found = special(u64::from_le_bytes(*word));
                if found != 0 {
                    at += found.trailing_zeros() as usize / 8;
                    break;
                }
                at += 8;
            }
            match self.bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    at += 2;
                }
                Some(0..0x20) => {
                    let message = "a string has a control character that is not escaped";
                    return Err(self.fault(at, message));
                }
                Some(_) => at += 1,
                None => return Err(self.fault(open, "a string is not closed")),
            }
        }
        self.at = at + 1;
        Ok(Quoted {
            start,
            end: at,
            escaped,
        })
    }

    /// The text of a string without holes.
    pub(super) fn text_of(&mut self, quoted: Quoted) -> Parsed<TextRef> {
        if !quoted.escaped {
            return Ok(self.input.base.part(quoted.start, quoted.end));
        }
        let raw = self.input.text.get(quoted.start..quoted.end);
        let mut decoded = std::mem::take(&mut self.decoded);
        decoded.clear();
        let result = unescape(raw.unwrap_or_default(), &mut decoded);
        let text = result.map(|()| self.tree.decoded_text(&decoded));
        self.decoded = decoded;
        text.map_err(|(at, message)| self.fault(quoted.start + at, message))
    }

    /// A string as a value: a text, a text with holes, or a hole.
    pub(super) fn string(&mut self) -> Parsed<NodeId> {
        let quoted = self.quoted()?;
        let span = self.span(quoted.start - 1, quoted.end + 1);
        let kind = if self.holes_within(quoted.start, quoted.end).is_empty() {
            Kind::String(self.text_of(quoted)?)
        } else {
            return self.string_with_holes(quoted, span);
        };
        Ok(self.tree.push(kind, span))
    }

    /// A string that has holes: each piece between them is a text of its own.
    fn string_with_holes(&mut self, quoted: Quoted, span: Span) -> Parsed<NodeId> {
        let mut parts = Vec::new();
        let mut at = quoted.start;
        let holes = self.holes_within(quoted.start, quoted.end);
        if let [hole] = holes
            && (hole.at, hole.end()) == (quoted.start, quoted.end)
        {
            return Ok(self.tree.push(Kind::Unreadable(hole.reason), span));
        }
        for hole in holes {
            self.piece(
                Quoted {
                    start: at,
                    end: hole.at,
                    ..quoted
                },
                hole.reason,
                &mut parts,
            )?;
            let hole_span = self.span(hole.at, hole.end());
            parts.push(self.tree.push(Kind::Unreadable(hole.reason), hole_span));
            at = hole.end();
        }
        let last = holes.last().map_or(0, |hole| hole.reason);
        self.piece(
            Quoted {
                start: at,
                ..quoted
            },
            last,
            &mut parts,
        )?;
        let kind = self.tree.template_kind(&parts);
        let template = self.tree.push(kind, span);
        for part in parts {
            self.tree.graft(part, template);
        }
        Ok(template)
    }

    /// Adds a piece of a string with holes, unless it is empty. An escape that a hole cuts short is the hole's fault.
    fn piece(&mut self, quoted: Quoted, hole: u32, parts: &mut Vec<NodeId>) -> Parsed<()> {
        if quoted.start == quoted.end {
            return Ok(());
        }
        let text = self.text_of(quoted).map_err(|mut fault| {
            fault.hole = Some(hole);
            fault
        })?;
        let span = self.span(quoted.start, quoted.end);
        parts.push(self.tree.push(Kind::String(text), span));
        Ok(())
    }
}

/// Appends `raw` without its escapes; or says at which byte of it what is wrong.
fn unescape(raw: &str, out: &mut String) -> Result<(), (usize, &'static str)> {
    let mut at = 0;
    while let Some(found) = raw
        .get(at..)
        .and_then(|rest| memchr::memchr(b'\\', rest.as_bytes()))
    {
        let escape = at + found;
        out.push_str(raw.get(at..escape).unwrap_or_default());
        let rest = raw.get(escape..).unwrap_or_default();
        let (character, length) = escape_at(rest).map_err(|message| (escape, message))?;
        out.push(character);
        at = escape + length;
    }
    out.push_str(raw.get(at..).unwrap_or_default());
    Ok(())
}

/// The character that the escape at the start of `rest` stands for, and the escape's length.
pub(in crate::observe) fn escape_at(rest: &str) -> Result<(char, usize), &'static str> {
    let character = match rest.as_bytes().get(1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode_at(rest),
        _ => return Err(BAD_ESCAPE),
    };
    Ok((character, 2))
}

/// The same for `\uXXXX`, or a pair of them that stands for one character.
fn unicode_at(rest: &str) -> Result<(char, usize), &'static str> {
    let unit = |start: usize| {
        rest.get(start..start + 6)
            .and_then(|escape| escape.strip_prefix("\\u"))
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u16::from_str_radix(digits, 16).ok())
    };
    let first = unit(0).ok_or(BAD_ESCAPE)?;
    if let Some(character) = char::from_u32(u32::from(first)) {
        return Ok((character, 6));
    }
    let units = [first, unit(6).unwrap_or_default()];
    match char::decode_utf16(units).next() {
        Some(Ok(character)) => Ok((character, 12)),
        _ => Err("a string has half of a surrogate pair"),
    }
}
