//! The page that the text report is written on: columns, wrapping and colour.

use super::columns;
use crate::escape;
use anstyle::{AnsiColor, Style};
use std::io::{self, Write};

/// Texts longer than this, in characters, are cut: whoever writes the input must not fill the terminal.
const LONGEST: usize = 2000;

pub(super) const NONE: Style = Style::new();
pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const RED: Style = AnsiColor::Red.on_default().bold();
pub(super) const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
pub(super) const BLUE: Style = AnsiColor::Blue.on_default().bold();
pub(super) const MAGENTA: Style = AnsiColor::Magenta.on_default().bold();
pub(super) const GREEN: Style = AnsiColor::Green.on_default().bold();

/// Where lines go, how wide they are, and whether they are coloured.
pub(super) struct Page<'o> {
    pub(super) out: &'o mut dyn Write,
    pub(super) width: usize,
    pub(super) colour: bool,
}

impl Page<'_> {
    /// The text in this style, if the page is coloured.
    pub(super) fn paint(&self, style: Style, text: &str) -> String {
        if self.colour && !text.is_empty() {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }

    /// One line.
    pub(super) fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", text.trim_end())
    }

    /// A paragraph: a label of our own in this style, then text from outside, wrapped; further lines hang at
    /// `hang` columns.
    pub(super) fn paragraph(
        &mut self,
        indent: usize,
        label: (Style, &str),
        text: &str,
        hang: usize,
    ) -> io::Result<()> {
        let (style, label) = label;
        let mut line = format!("{}{}", " ".repeat(indent), self.paint(style, label));
        let mut used = indent + columns::width(label);
        let mut fresh = label.is_empty();
        let text = shortened(text);
        for word in escape::terminal(&text).split(' ') {
            let wide = columns::width(word);
            if !fresh && used + 1 + wide > self.width && used > hang {
                self.line(&line)?;
                line = " ".repeat(hang);
                used = hang;
                fresh = true;
            }
            if !fresh {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
            used += wide;
            fresh = false;
        }
        self.line(&line)
    }
}

fn shortened(text: &str) -> std::borrow::Cow<'_, str> {
    match text.char_indices().nth(LONGEST) {
        None => text.into(),
        Some((end, _)) => {
            let more = text.chars().count() - LONGEST;
            format!(
                "{}… ({more} more characters)",
                text.get(..end).unwrap_or_default()
            )
            .into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(width: usize, text: &str) -> String {
        let mut out = Vec::new();
        let mut page = Page {
            out: &mut out,
            width,
            colour: false,
        };
        page.paragraph(2, (BOLD, "fix:"), text, 7).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_paragraph_hangs_under_its_label() {
        assert_eq!(
            written(20, "set this to that and go"),
            "  fix: set this to\n       that and go\n"
        );
    }

    #[test]
    fn a_word_too_long_for_a_line_stays_whole() {
        let arn = "arn:aws:kms:us-west-2:111122223333:key/1";
        assert_eq!(
            written(20, &format!("use {arn} now")),
            format!("  fix: use\n       {arn}\n       now\n")
        );
    }

    #[test]
    fn a_text_without_end_is_cut_and_says_so() {
        let written = written(80, &"x".repeat(1_000_000));
        assert!(written.len() < 2100, "{}", written.len());
        assert!(written.contains("(998000 more characters)"));
    }
}
