//! Columns: how many a text takes, and as much of it as fits.

use std::borrow::Cow;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

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
    fn a_text_is_cut_by_columns_and_not_by_bytes() {
        assert_eq!(cut("データベース", 12), "データベース");
        assert_eq!(cut("データベース", 6), "デー…");
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(width(&cut(&"x".repeat(1 << 20), 40)), 40);
    }
}
