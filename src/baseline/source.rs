//! The files a baseline is read from, kept so that every later message can show the line that asks for it.

use crate::origin::Origin;
use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// How many bytes of a file one message may show. What is longer is a machine's line, shown as a window: miette
/// panics on labels further than 65,535 columns in.
const EXCERPT: usize = 2_000;
/// How many bytes a window shows on either side of its label.
const WINDOW: usize = 60;

/// One file of a baseline.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    name: Arc<str>,
    text: Arc<str>,
    /// The text without its secrets and without what could steer a terminal, which has the same length: what
    /// messages show.
    shown: Arc<str>,
    /// The byte at which each line begins.
    lines: Vec<usize>,
    /// How many characters begin before each block of [`BLOCK`] bytes: a list of a line may have very many places.
    characters: Vec<usize>,
    /// The byte at which each byte order mark begins.
    marks: Vec<usize>,
}

/// Characters are counted ahead in blocks of so many bytes.
const BLOCK: usize = 1024;

/// How many characters begin in these bytes.
fn beginnings(bytes: &[u8]) -> usize {
    let begins = |byte: &&u8| !(0x80..0xc0).contains(*byte);
    bytes.iter().filter(begins).count()
}

impl Source {
    /// A file by its name, which is a path as it was given or `builtin:NAME`.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0)
            .chain(breaks.map(|(at, _)| at + 1))
            .collect();
        let blocks = text.as_bytes().chunks(BLOCK);
        let characters = blocks.scan(0, |before, block| {
            let here = *before;
            *before += beginnings(block);
            Some(here)
        });
        Self {
            name: name.into(),
            shown: harmless(&text),
            lines,
            characters: characters.collect(),
            marks: text.match_indices('\u{feff}').map(|(at, _)| at).collect(),
            text,
        }
    }

    /// The same file, these bytes of which are never shown.
    #[must_use]
    pub fn hiding(mut self, secrets: &[Range<usize>]) -> Self {
        if secrets.is_empty() {
            return self;
        }
        let mut bytes = self.shown.as_bytes().to_vec();
        for secret in secrets {
            for byte in bytes.get_mut(secret.clone()).into_iter().flatten() {
                if !matches!(byte, b'\n' | b'\r') {
                    *byte = b'*';
                }
            }
        }
        self.shown = String::from_utf8_lossy(&bytes).into();
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place of these bytes.
    pub fn origin(&self, bytes: &Range<usize>) -> Origin {
        let (line, column) = self.position(bytes.start);
        Origin {
            file: Arc::clone(&self.name),
            line: u32::try_from(line + 1).unwrap_or(u32::MAX),
            column: u32::try_from(column + 1).unwrap_or(u32::MAX),
            bytes: (bytes.start, bytes.end),
        }
    }

    /// Zero-based line and column, in characters; a byte order mark is none.
    fn position(&self, byte: usize) -> (usize, usize) {
        let line = self.line_of(byte);
        let begin = self.lines.get(line).copied().unwrap_or_default();
        let byte = byte.clamp(begin, self.text.len());
        (
            line,
            self.characters_before(byte) - self.characters_before(begin),
        )
    }

    /// How many characters begin before a byte; a byte order mark is none.
    fn characters_before(&self, byte: usize) -> usize {
        let block = (byte / BLOCK).min(self.characters.len().saturating_sub(1));
        let before = self.characters.get(block).copied().unwrap_or_default();
        let rest = self.text.as_bytes().get(block * BLOCK..byte);
        let marks = self.marks.partition_point(|mark| *mark < byte);
        before + rest.map_or(0, beginnings) - marks
    }

    /// The zero-based line that holds this byte.
    fn line_of(&self, byte: usize) -> usize {
        self.lines
            .partition_point(|begin| *begin <= byte)
            .saturating_sub(1)
    }

    /// The bytes of a line, without its end.
    fn line(&self, index: usize) -> Range<usize> {
        let begin = self.lines.get(index).copied().unwrap_or(self.text.len());
        let end = self
            .lines
            .get(index + 1)
            .map_or(self.text.len(), |next| next - 1);
        let line = self.text.get(begin..end).unwrap_or_default();
        begin..begin + line.trim_end_matches('\r').len()
    }

    /// As much of `bytes` as one line can show, and no half characters.
    pub(super) fn clamp(&self, bytes: (usize, usize)) -> Range<usize> {
        let begin = self.floor(bytes.0);
        let line = self.line(self.line_of(begin));
        let end = self.floor(bytes.1.min(line.end).min(begin + EXCERPT / 8));
        begin..end.max(begin)
    }

    /// The nearest boundary of a character at or before this byte.
    fn floor(&self, byte: usize) -> usize {
        let mut byte = byte.min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        byte
    }

    /// What to show for a label with so many lines around it.
    fn excerpt(&self, label: &Range<usize>, before: usize, after: usize) -> Range<usize> {
        if before == 0 && after == 0 {
            return label.clone();
        }
        let (first, last) = (self.line_of(label.start), self.line_of(label.end));
        let begin = self.line(first.saturating_sub(before)).start;
        let finish = self.line((last + after).min(self.lines.len() - 1)).end;
        if finish - begin <= EXCERPT {
            return begin..finish;
        }
        let begin = self.floor(label.start.saturating_sub(WINDOW));
        let finish = self.floor(label.end + WINDOW);
        begin.max(self.line(first).start)..finish.min(self.line(last).end)
    }
}

/// The text with `?` for every byte of what is hostile to a terminal, so that places stay what they are.
fn harmless(text: &Arc<str>) -> Arc<str> {
    let kept = |letter: char| matches!(letter, '\n' | '\r' | '\t' | '\u{feff}');
    let hostile = |letter: char| !kept(letter) && crate::escape::is_hostile(letter);
    if !text.chars().any(hostile) {
        return Arc::clone(text);
    }
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        if hostile(letter) {
            safe.extend(std::iter::repeat_n('?', letter.len_utf8()));
        } else {
            safe.push(letter);
        }
    }
    safe.into()
}

impl SourceCode for Source {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        if span.len() > EXCERPT {
            return Err(MietteError::OutOfBounds);
        }
        let start = self.floor(span.offset());
        let excerpt = self.excerpt(&(start..self.floor(start + span.len())), before, after);
        let (line, column) = self.position(excerpt.start);
        let data = self.shown.get(excerpt.clone()).unwrap_or_default();
        let lines = data.bytes().filter(|byte| *byte == b'\n').count();
        Ok(Box::new(MietteSpanContents::new_named(
            crate::escape::terminal(&self.name).into_owned(),
            data.as_bytes(),
            (excerpt.start, excerpt.len()).into(),
            line,
            column,
            lines,
        )))
    }
}

/// The files of a baseline, by name.
#[derive(Clone, Debug, Default)]
pub struct Sources(BTreeMap<Arc<str>, Arc<Source>>);

impl Sources {
    /// Adds a file.
    pub fn add(&mut self, source: Arc<Source>) {
        self.0.insert(Arc::clone(&source.name), source);
    }

    /// The file of this name.
    pub fn get(&self, name: &str) -> Option<&Arc<Source>> {
        self.0.get(name)
    }

    /// Every file, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Source>> {
        self.0.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_characters_and_not_the_byte_order_mark() {
        let source = Source::new("a.toml", "\u{feff}é = 1\r\nüb = 2\n");
        let at = source.text().find("b = 2").unwrap();
        let origin = source.origin(&(at..at + 1));
        assert_eq!((origin.line, origin.column), (2, 2));
        let at = source.text().find(" = 1").unwrap();
        assert_eq!(source.origin(&(at..at + 1)).column, 2);
    }

    #[test]
    fn the_places_of_a_very_long_line_are_as_quick_as_others() {
        let text = "\u{feff}x = [".to_owned() + &"\"é\", ".repeat(200_000) + "]\n";
        let source = Source::new("a.toml", text.as_str());
        let places = text.match_indices('é').enumerate();
        for (index, (at, _)) in places {
            assert_eq!(
                source.position(at),
                (0, "x = [\"".len() + index * "\"é\", ".chars().count())
            );
        }
        assert_eq!(source.position(text.len() + 9), (1, 0));
    }

    #[test]
    fn a_very_long_line_is_shown_as_a_window() {
        let text = format!("x = \"{}\"\ny = 1\n", "é".repeat(200_000));
        let source = Source::new("a.toml", text);
        let span = SourceSpan::from((300_001, 4));
        let shown = source.read_span(&span, 1, 1).unwrap();
        assert!(shown.data().len() < 200);
        assert!(shown.column() > 140_000);
    }

    #[test]
    fn secrets_are_hidden_and_nothing_moves() {
        let source = Source::new("a.toml", "a = 'sé'\nb = 1").hiding(std::slice::from_ref(&(5..8)));
        let shown = source.read_span(&SourceSpan::from((0, 1)), 1, 1).unwrap();
        assert_eq!(shown.data(), b"a = '***'\nb = 1");
    }

    #[test]
    fn what_could_steer_a_terminal_is_not_shown_and_nothing_moves() {
        let source = Source::new("a\u{1b}.toml", "a = '\u{1b}[2J\u{202e}'\nb = 1");
        let shown = source.read_span(&SourceSpan::from((0, 1)), 1, 1).unwrap();
        assert_eq!(shown.data(), b"a = '?[2J???'\nb = 1");
        assert_eq!(shown.name(), Some("a\\u{1b}.toml"));
    }
}
