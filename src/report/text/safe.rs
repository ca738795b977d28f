//! Text from outside, made safe for a terminal: names, values and lines of input are chosen by others.

use std::borrow::Cow;
use std::fmt::Write as _;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Whether this character may move, hide or reorder what is on the screen.
fn is_hostile(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            // Direction: what is read is not what is written.
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // Line and paragraph separators.
            | '\u{2028}' | '\u{2029}'
            // Invisible: two names look like one.
            | '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
            | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{3164}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// The text on one line, with everything hostile written out.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        push(&mut safe, letter);
    }
    Cow::Owned(safe)
}

/// Appends one character, written out if it is hostile.
pub(super) fn push(safe: &mut String, letter: char) {
    match letter {
        '\n' => safe.push_str("\\n"),
        '\r' => safe.push_str("\\r"),
        '\t' => safe.push_str("\\t"),
        _ if is_hostile(letter) => {
            let _ = write!(safe, "\\u{{{:x}}}", u32::from(letter));
        }
        _ => safe.push(letter),
    }
}

/// Columns that a text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The start of a text, as far as it fits, and an ellipsis where it does not.
pub(super) fn cut(text: &str, room: usize) -> Cow<'_, str> {
    // A text of fewer bytes than columns fits; longer ones are measured only as far as they can matter.
    if text.len() <= room || (text.len() <= room * 4 && width(text) <= room) {
        return Cow::Borrowed(text);
    }
    let mut kept = String::new();
    let mut used = 0;
    for letter in text.chars() {
        used += letter.width().unwrap_or(0);
        if used >= room {
            break;
        }
        kept.push(letter);
    }
    kept.push('…');
    Cow::Owned(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_steer_a_terminal_or_deceive_its_reader_is_written_out() {
        assert_eq!(escape("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(escape("a\nb\tc\rd"), "a\\nb\\tc\\rd");
        assert_eq!(
            escape("\u{202e}txt.exe\u{2069}"),
            "\\u{202e}txt.exe\\u{2069}"
        );
        assert_eq!(escape("ad\u{200b}min\u{9b}"), "ad\\u{200b}min\\u{9b}");
        assert_eq!(escape("tag\u{e0041}"), "tag\\u{e0041}");
    }

    #[test]
    fn ordinary_text_of_any_script_stays() {
        for text in ["größe", "データ", "`a` is \"b\"", "e\u{301}"] {
            assert!(matches!(escape(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn a_text_is_cut_by_columns_and_not_by_bytes() {
        assert_eq!(cut("データベース", 12), "データベース");
        assert_eq!(cut("データベース", 6), "デー…");
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(width(&cut(&"x".repeat(1 << 20), 40)), 40);
    }
}
