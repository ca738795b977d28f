//! The line of a file that a place is in, as much of it as fits, and where under it the caret goes.
//!
//! Lines may be megabytes long (`terraform show -json` writes one), so only a stretch around the place is read.

use super::secret;
use crate::escape;
use std::ops::Range;
use unicode_width::UnicodeWidthStr;

/// How far around the place the line is looked at, in bytes: several screens, and enough to know what a value
/// belongs to.
const REACH: usize = 1024;
/// Columns of a tab.
const TAB: &str = "    ";

/// One line, safe to print, and the columns to underline.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    pub(super) text: String,
    pub(super) caret: Range<usize>,
}

/// A piece that is shown whole or not at all: a character, or what stands for a secret.
struct Piece {
    /// Where in the text that is shown.
    shown: Range<usize>,
    columns: usize,
    bytes: Range<usize>,
}

/// The pieces of a line, and the text that is shown of them.
struct Pieces {
    shown: String,
    list: Vec<Piece>,
}

impl Pieces {
    fn text(&self, piece: &Piece) -> &str {
        self.shown.get(piece.shown.clone()).unwrap_or_default()
    }
}

/// The stretch of one line around a place.
struct Stretch<'s> {
    text: &'s str,
    span: Range<usize>,
    cut: (bool, bool),
}

/// The line at `bytes` of a text in at most `room` columns; of several lines, the first. With `hide`, what the
/// place points at is itself a secret.
pub(super) fn excerpt(
    text: &str,
    bytes: (usize, usize),
    room: usize,
    hide: bool,
) -> Option<Excerpt> {
    let room = room.max(8);
    let mut stretch = stretch(text, bytes)?;
    let mut hidden = secret::hidden(stretch.text);
    if hide {
        hidden.push(stretch.span.clone());
    }
    let near = near(&mut stretch, room);
    hidden.retain(|range| range.start < near.end && near.start < range.end);
    let mut pieces = pieces(stretch.text, near, &hidden);
    if !stretch.cut.0 {
        let blank = |piece: &&Piece| {
            pieces.text(piece).trim().is_empty() && piece.bytes.start < stretch.span.start
        };
        let indent = pieces.list.iter().take_while(blank).count();
        pieces.list.drain(..indent);
    }
    Some(lay_out(&pieces, &stretch, room))
}

fn stretch(text: &str, (start, end): (usize, usize)) -> Option<Stretch<'_>> {
    if text.is_empty() {
        return None;
    }
    let start = text.floor_char_boundary(start.min(text.len()));
    let end = text.floor_char_boundary(end.clamp(start, text.len()));
    let low = text.floor_char_boundary(start.saturating_sub(REACH));
    let high = text.ceil_char_boundary((start + REACH).min(text.len()));
    let before = text.get(low..start)?;
    let after = text.get(start..high)?;
    let line_start = before.rfind('\n').map(|at| low + at + 1);
    let line_end = after.find('\n').map(|at| start + at);
    let from = line_start.unwrap_or(low);
    let line = text.get(from..line_end.unwrap_or(high))?;
    let line = line.trim_end();
    let span_start = (start - from).min(line.len());
    let span_end = (end - from).clamp(span_start, line.len());
    let cut = (
        line_start.is_none() && low > 0,
        line_end.is_none() && high < text.len(),
    );
    (!line.is_empty()).then_some(Stretch {
        text: line,
        span: span_start..span_end,
        cut,
    })
}

/// The part of the stretch that can be on the screen: a character takes at most four bytes.
fn near(stretch: &mut Stretch<'_>, room: usize) -> Range<usize> {
    let text = stretch.text;
    let start = stretch.span.start;
    let low = text.floor_char_boundary(start.saturating_sub(4 * room));
    let high = text.ceil_char_boundary((start + 4 * room).min(text.len()));
    stretch.cut.0 |= low > 0;
    stretch.cut.1 |= high < text.len();
    low..high
}

fn pieces(line: &str, near: Range<usize>, hidden: &[Range<usize>]) -> Pieces {
    let mut shown = String::with_capacity(near.len());
    let mut list: Vec<Piece> = Vec::with_capacity(near.len());
    let mut masked_to = 0;
    let letters = line.get(near.clone()).unwrap_or_default().char_indices();
    for (at, letter) in letters.map(|(at, letter)| (near.start + at, letter)) {
        if at < masked_to {
            continue;
        }
        let from = shown.len();
        let mask = hidden.iter().filter(|range| range.contains(&at));
        let end = if let Some(end) = mask.map(|range| range.end).max() {
            masked_to = end;
            shown.push_str("***");
            end
        } else {
            if matches!(letter, ' '..='~') {
                shown.push(letter);
            } else if letter == '\t' {
                shown.push_str(TAB);
            } else {
                escape::push(&mut shown, letter);
            }
            at + letter.len_utf8()
        };
        let text = shown.get(from..).unwrap_or_default();
        list.push(Piece {
            columns: if text.len() == 1 { 1 } else { text.width() },
            shown: from..shown.len(),
            bytes: at..end,
        });
    }
    Pieces { shown, list }
}

/// Picks the pieces that fit, so that the start of the span is among them.
fn lay_out(pieces: &Pieces, stretch: &Stretch<'_>, room: usize) -> Excerpt {
    let span = &stretch.span;
    let total: usize = columns(&pieces.list);
    let until = |byte: usize| {
        let before = pieces
            .list
            .iter()
            .take_while(|piece| piece.bytes.end <= byte);
        before.map(|piece| piece.columns).sum::<usize>()
    };
    let whole = total <= room && stretch.cut == (false, false);
    let first = if whole || (!stretch.cut.0 && until(span.end) < room) {
        0
    } else {
        // A third of the room for what stands before; half of what is left over when the span is short.
        let wanted = until(span.end).saturating_sub(until(span.start)).max(1);
        let lead = if wanted < room / 3 {
            (room - wanted) / 2
        } else {
            room / 3
        };
        until(span.start).saturating_sub(lead)
    };
    let mut text = String::new();
    let mut used = 0;
    if first > 0 || stretch.cut.0 {
        text.push('…');
        used = 1;
    }
    let (mut caret, mut skipped) = (None, 0);
    for piece in &pieces.list {
        if skipped < first {
            skipped += piece.columns;
            continue;
        }
        let last = if whole { room } else { room - 1 };
        if used + piece.columns > last {
            text.push('…');
            return finish(text, caret, used);
        }
        if piece.bytes.end > span.start && piece.bytes.start < span.end.max(span.start + 1) {
            let start = caret.map_or(used, |range: Range<usize>| range.start);
            caret = Some(start..used + piece.columns);
        }
        text.push_str(pieces.text(piece));
        used += piece.columns;
    }
    if stretch.cut.1 {
        text.push('…');
    }
    finish(text, caret, used)
}

/// A place behind the end of its line is pointed at there.
fn finish(text: String, caret: Option<Range<usize>>, used: usize) -> Excerpt {
    let caret = caret.unwrap_or(used..used + 1);
    let end = caret.end.max(caret.start + 1);
    Excerpt {
        text,
        caret: caret.start..end,
    }
}

fn columns(pieces: &[Piece]) -> usize {
    pieces.iter().map(|piece| piece.columns).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The excerpt around a needle, its caret drawn below.
    fn drawn(text: &str, needle: &str, room: usize) -> String {
        let start = text.find(needle).unwrap();
        let excerpt = excerpt(text, (start, start + needle.len()), room, false).unwrap();
        assert!(
            excerpt.text.width() <= room,
            "{} columns",
            excerpt.text.width()
        );
        let carets = "^".repeat(excerpt.caret.len());
        format!(
            "{}\n{}{carets}",
            excerpt.text,
            " ".repeat(excerpt.caret.start)
        )
    }

    #[test]
    fn a_line_that_fits_is_shown_without_its_indentation() {
        let text = "a:\n    Enabled: false # why\r\nb: 1\n";
        assert_eq!(
            drawn(text, "false", 60),
            "Enabled: false # why\n         ^^^^^"
        );
    }

    #[test]
    fn a_line_of_megabytes_is_shown_around_the_place() {
        let text = format!(
            "{{{}\"key\":false,{}}}",
            "\"a\":1,".repeat(500_000),
            "\"b\":2,".repeat(500_000)
        );
        assert_eq!(
            drawn(&text, "false", 30),
            "…\"a\":1,\"key\":false,\"b\":2,\"b\":…\n             ^^^^^"
        );
    }

    #[test]
    fn a_long_line_that_holds_the_place_early_is_cut_behind_it() {
        let text = format!("key: false {}", "x".repeat(200));
        assert_eq!(
            drawn(&text, "false", 20),
            "key: false xxxxxxxx…\n     ^^^^^"
        );
    }

    #[test]
    fn wide_characters_and_tabs_keep_the_caret_under_the_value() {
        assert_eq!(
            drawn("名前:\tfalse", "false", 40),
            "名前:    false\n         ^^^^^"
        );
        assert_eq!(drawn("x: 名前 y", "名前", 40), "x: 名前 y\n   ^^^^");
    }

    #[test]
    fn a_place_of_several_lines_shows_its_first() {
        assert_eq!(drawn("a: {\n  b: 1\n}\n", "{\n  b: 1\n}", 40), "a: {\n   ^");
    }

    #[test]
    fn escape_sequences_in_the_input_are_inert() {
        assert_eq!(
            drawn("a: \u{1b}[2Jfalse", "false", 40),
            "a: \\u{1b}[2Jfalse\n            ^^^^^"
        );
    }

    #[test]
    fn a_secret_is_not_shown_even_beside_the_place() {
        let text = "{\"Password\": \"hunter2\", \"on\": false}";
        assert_eq!(
            drawn(text, "false", 60),
            "{\"Password\": \"***\", \"on\": false}\n                          ^^^^^"
        );
        let at = text.find('{').unwrap();
        let all = excerpt(text, (at, text.len()), 60, true).unwrap();
        assert_eq!(all.text, "***");
    }

    #[test]
    fn places_outside_the_text_do_not_panic() {
        assert_eq!(excerpt("", (0, 0), 40, false), None);
        let excerpt = excerpt("é", (1, 900), 40, false).unwrap();
        assert_eq!((excerpt.text.as_str(), excerpt.caret), ("é", 0..1));
        assert!(super::excerpt("a\n\n", (2, 2), 40, false).is_none());
        assert_eq!(
            super::excerpt("ab\n", (2, 2), 40, false).unwrap().caret,
            2..3
        );
    }
}
