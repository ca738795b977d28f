//! Names, tags and messages from outside are shown to a terminal: whatever could move its cursor, change its
//! colours or reorder its text is shown as an escape instead.

use std::borrow::Cow;

/// The text on one line, free of control and direction characters.
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.chars()
            .fold(String::with_capacity(text.len() + 8), |mut shown, char| {
                if is_unsafe(char) {
                    shown.extend(char.escape_unicode());
                } else {
                    shown.push(char);
                }
                shown
            }),
    )
}

/// Control characters, and those that Unicode gives to the direction of text (UTR 36, *Bidirectional spoofing*).
fn is_unsafe(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::terminal;

    #[test]
    fn what_moves_the_cursor_or_reorders_text_is_spelt_out() {
        assert_eq!(
            terminal("a\u{1b}[31mb\nc\u{202e}d"),
            "a\\u{1b}[31mb\\u{a}c\\u{202e}d"
        );
        assert_eq!(terminal("größe ✓"), "größe ✓");
    }
}
