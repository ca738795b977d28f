//! TOML as people write it: names from AWS are data, and never end a string, a line or a comment.

use crate::escape;
use std::fmt::Write as _;

/// How wide a line of the file may be.
const WIDTH: usize = 110;

/// A text as a string. `${` in it stands for itself.
pub(super) fn string(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    written.push('"');
    for letter in text.replace("${", "$${").chars() {
        match letter {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            _ if escape::is_hostile(letter) => {
                let _ = write!(written, "\\U{:08X}", u32::from(letter));
            }
            _ => written.push(letter),
        }
    }
    written.push('"');
    written
}

/// A key.
pub(super) fn key(text: &str) -> String {
    let bare = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    if !text.is_empty() && text.chars().all(bare) {
        text.to_owned()
    } else {
        string(text)
    }
}

/// A text within a comment.
pub(super) fn comment(text: &str) -> String {
    escape::terminal(text).into_owned()
}

/// Strings that are written already, as one value: a single one by itself, several as a list.
pub(super) fn one_or_more(strings: &[String], indent: usize) -> String {
    match strings {
        [one] => one.clone(),
        _ => list(strings, indent),
    }
}

/// Strings that are written already, as a list: on one line where they fit after `indent` characters.
pub(super) fn list(strings: &[String], indent: usize) -> String {
    let line = format!("[{}]", strings.join(", "));
    if line.chars().count() + indent <= WIDTH {
        return line;
    }
    let lines: Vec<String> = strings.iter().map(|one| format!("    {one},\n")).collect();
    format!("[\n{}]", lines.concat())
}

/// The settings of a table, their values aligned.
pub(super) fn table(header: &str, settings: &[(&str, String)]) -> String {
    let width = settings.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
    let mut text = format!("{header}\n");
    for (key, value) in settings {
        let _ = writeln!(text, "{key:width$} = {value}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_string() {
        for name in [
            "a\"b",
            "a\nb",
            "a\\",
            "${account}",
            "\u{7f}\u{202e}",
            "'''",
            "#",
        ] {
            let text = format!("x = {}", string(name));
            let table = ::toml::de::DeTable::parse(&text).unwrap();
            let value = table.get_ref().get("x").unwrap().get_ref();
            assert_eq!(value.as_str().unwrap(), name.replace("${", "$${"));
            assert_eq!(text.lines().count(), 1);
        }
    }

    #[test]
    fn long_lists_are_one_a_line() {
        let long = vec![string(&"a".repeat(60)), string(&"b".repeat(60))];
        assert_eq!(list(&long, 0).lines().count(), 4);
        assert_eq!(list(&long[..1], 0).lines().count(), 1);
        assert_eq!(one_or_more(&long[..1], 0), long[0]);
    }
}
