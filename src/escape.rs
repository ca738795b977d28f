//! Names, values and messages from outside are shown to a terminal: whatever could move its cursor, change its
//! colours, reorder its text or make two names look like one is written out instead.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether this character may move, hide or reorder what is on the screen.
pub(crate) fn is_hostile(letter: char) -> bool {
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
pub fn terminal(text: &str) -> Cow<'_, str> {
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
pub(crate) fn push(safe: &mut String, letter: char) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_steer_a_terminal_or_deceive_its_reader_is_written_out() {
        assert_eq!(terminal("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(terminal("a\nb\tc\rd"), "a\\nb\\tc\\rd");
        assert_eq!(
            terminal("\u{202e}txt.exe\u{2069}"),
            "\\u{202e}txt.exe\\u{2069}"
        );
        assert_eq!(terminal("ad\u{200b}min\u{9b}"), "ad\\u{200b}min\\u{9b}");
        assert_eq!(terminal("tag\u{e0041}"), "tag\\u{e0041}");
    }

    #[test]
    fn ordinary_text_of_any_script_stays() {
        for text in ["größe", "データ", "`a` is \"b\"", "e\u{301}"] {
            assert!(matches!(terminal(text), Cow::Borrowed(same) if same == text));
        }
    }
}
