//! What a tree was read from: a file, or the answer of an API call, and where its lines begin.

use super::tree::clamp;
use std::sync::{Arc, OnceLock};

/// Characters are counted ahead in blocks of so many bytes.
const BLOCK: usize = 4096;

/// A file, or the answer of an API call.
#[derive(Debug)]
pub struct Source {
    /// The path as the user gave it, or a name such as `snapshot.jsonl`.
    pub name: String,
    /// True when the tree holds answers of API calls: places then name the call instead of a file.
    pub api: bool,
    text: Arc<str>,
    first_line: u32,
    /// Whether parts of the text are hidden.
    masked: bool,
    /// Whether the text was let go.
    forgotten: bool,
    lines: OnceLock<Vec<u32>>,
    /// How many characters stand before each block of [`BLOCK`] bytes. Documents of one line are many megabytes long.
    characters: OnceLock<Vec<u32>>,
    /// For several files read as one: where each begins in the text.
    parts: Vec<(usize, Arc<Self>)>,
}

impl Source {
    /// A source of this name and text.
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            api: false,
            text: text.into(),
            first_line: 1,
            masked: false,
            forgotten: false,
            lines: OnceLock::new(),
            characters: OnceLock::new(),
            parts: Vec::new(),
        }
    }

    /// Several files that are read as one, such as those of a Terraform module. Places name the file.
    pub fn joined(name: impl Into<String>, files: Vec<Arc<Self>>) -> Self {
        let mut text = String::with_capacity(files.iter().map(|file| file.text.len()).sum());
        let mut parts = Vec::with_capacity(files.len());
        for file in files {
            parts.push((text.len(), Arc::clone(&file)));
            text.push_str(&file.text);
        }
        Self {
            parts,
            ..Self::new(name, text)
        }
    }

    /// The same files, without a text of the whole.
    #[must_use]
    pub fn only_files(&self) -> Self {
        Self {
            parts: self.parts.clone(),
            ..Self::new(self.name.clone(), "")
        }
    }

    /// The same file, without its text: whoever wants that reads the file again.
    #[must_use]
    pub fn only_name(&self) -> Self {
        Self {
            forgotten: true,
            ..Self::new(self.name.clone(), "")
        }
    }

    /// Whether the text was let go.
    pub fn is_forgotten(&self) -> bool {
        self.forgotten
    }

    /// The files that this is: itself, or those that were joined.
    pub fn files(&self) -> impl Iterator<Item = &Self> {
        let itself = self.parts.is_empty().then_some(self);
        itself
            .into_iter()
            .chain(self.parts.iter().map(|(_, file)| &**file))
    }

    /// The file that a byte is of, and where that file begins in the text.
    pub(super) fn file_at(&self, offset: usize) -> (usize, &Self) {
        let after = self.parts.partition_point(|(start, _)| *start <= offset);
        match after.checked_sub(1).and_then(|at| self.parts.get(at)) {
            Some((start, file)) => (*start, file),
            None => (0, self),
        }
    }

    /// A source whose places name API calls.
    pub fn answers(name: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        Self {
            api: true,
            ..Self::new(name, text)
        }
    }

    /// The same source, its first line counted as `line` (a record of a longer file).
    #[must_use]
    pub fn starting_at(mut self, line: u32) -> Self {
        self.first_line = line;
        self
    }

    /// The same source with asterisks for ranges of bytes, line by line. Every other byte keeps its place.
    #[must_use]
    pub fn hiding(&self, ranges: &[(usize, usize)]) -> Self {
        let mut bytes = self.text.as_bytes().to_vec();
        for &(start, end) in ranges {
            for byte in bytes.get_mut(start..end).into_iter().flatten() {
                if !matches!(byte, b'\n' | b'"') {
                    *byte = b'*';
                }
            }
        }
        // A range that cuts a character in two would leave half of it: that half becomes a mark, and no secret.
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Self {
            masked: true,
            ..Self::new(self.name.clone(), text).starting_at(self.first_line)
        }
    }

    /// Whether parts of the text are hidden: it is to be shown, and to be read no more.
    pub fn is_masked(&self) -> bool {
        self.masked
    }

    /// The whole text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// How many characters begin before a byte offset.
    fn characters_before(&self, offset: usize) -> usize {
        let starts = |bytes: &[u8]| {
            // Nearly all bytes are, and that is told many at a time.
            if bytes.is_ascii() {
                return bytes.len();
            }
            let starts = bytes.iter().filter(|byte| !(0x80..0xc0).contains(*byte));
            starts.count()
        };
        let blocks = self.characters.get_or_init(|| {
            let blocks = self.text.as_bytes().chunks(BLOCK);
            let counted = blocks.scan(0, |before, block| {
                let here = *before;
                *before += starts(block);
                Some(clamp(here))
            });
            counted.collect()
        });
        let block = (offset / BLOCK).min(blocks.len().saturating_sub(1));
        let before = blocks.get(block).copied().unwrap_or(0) as usize;
        let rest = self.text.as_bytes().get(block * BLOCK..offset);
        before + rest.map_or(0, starts)
    }

    /// One-based line and column (in characters) of a byte offset.
    pub fn position(&self, offset: usize) -> (u32, u32) {
        if !self.parts.is_empty() {
            let (start, file) = self.file_at(offset);
            return file.position(offset - start);
        }
        let lines = self.lines.get_or_init(|| {
            let starts = memchr::memchr_iter(b'\n', self.text.as_bytes()).map(|at| at + 1);
            std::iter::once(0).chain(starts).map(clamp).collect()
        });
        let offset = offset.min(self.text.len());
        let line = lines
            .partition_point(|start| *start as usize <= offset)
            .saturating_sub(1);
        let start = lines.get(line).copied().unwrap_or(0) as usize;
        let column = self.characters_before(offset) - self.characters_before(start);
        (self.first_line + clamp(line), clamp(column) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::Place;

    #[test]
    fn columns_count_characters_however_long_the_line() {
        let text = "é".repeat(3 * BLOCK) + "\nxé=1";
        let source = Source::new("t", text.as_str());
        for offset in [0, 2, BLOCK - 2, BLOCK, BLOCK + 2, 6 * BLOCK] {
            assert_eq!(
                source.position(offset),
                (1, u32::try_from(offset / 2 + 1).unwrap())
            );
        }
        let equals = text.find('=').unwrap();
        assert_eq!(source.position(equals), (2, 3));
        assert_eq!(source.position(text.len() + 9), (2, 5));
    }

    #[test]
    fn places_in_files_that_are_read_as_one_name_their_file() {
        let file = |name, text: &str| Arc::new(Source::new(name, text));
        let files = vec![
            file("a.tf", "one\n"),
            file("b.tf", ""),
            file("c.tf", "\n two"),
        ];
        let joined = Arc::new(Source::joined("module", files));
        assert_eq!(&**joined.text(), "one\n\n two");
        let place = Place::new(&joined, 6, 9, String::new());
        let seen = (place.file.as_deref(), place.line, place.column, place.bytes);
        assert_eq!(seen, (Some("c.tf"), 2, 2, (2, 5)));
        let place = Place::new(&joined, 0, 3, String::new());
        let seen = (place.file.as_deref(), place.line, place.column, place.bytes);
        assert_eq!(seen, (Some("a.tf"), 1, 1, (0, 3)));
        let names: Vec<&str> = joined.files().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["a.tf", "b.tf", "c.tf"]);
    }
}
