//! Files that are not UTF-8: whether such a file was meant to be one of ours, or is a binary that happens to lie there.
//!
//! One byte of Latin-1 in a comment, a NUL at the end or a redirection of PowerShell's (UTF-16) must not hide a file. Such a
//! file is nothing that AWS's tools would read either, so it is not judged: what it would be, read with goodwill, tells only
//! whether it is worth a problem.

use super::{Dialect, File, Given, read_file};
use crate::observed::Source;
use std::sync::Arc;

/// A text that is not in UTF-8, or holds NULs.
#[derive(Debug)]
pub struct Garbled {
    /// What is wrong with it, such as "is not UTF-8 from byte 12".
    pub why: String,
    /// What can be made out of it; `None` for what is no text.
    pub text: Option<String>,
}

impl Garbled {
    /// Whether this would be something of ours.
    pub fn is_ours(self, name: &str, dialect: Option<Dialect>, given: &Given) -> bool {
        let Some(text) = self.text else {
            return false;
        };
        let source = Arc::new(Source::new(name.to_owned(), text));
        !matches!(read_file(&source, dialect, given), File::NothingOfOurs)
    }
}

/// The text of a file.
///
/// # Errors
/// The file is not in UTF-8, or holds a NUL, which no text does.
pub fn text_of(bytes: Vec<u8>) -> Result<String, Garbled> {
    match String::from_utf8(bytes) {
        Ok(text) => match memchr::memchr(0, text.as_bytes()) {
            None => Ok(text),
            Some(at) => Err(Garbled {
                why: format!("is no text: byte {at} is NUL"),
                text: goodwill(text.as_bytes()),
            }),
        },
        Err(error) => Err(Garbled {
            why: format!(
                "is not UTF-8 from byte {}",
                error.utf8_error().valid_up_to()
            ),
            text: goodwill(error.as_bytes()),
        }),
    }
}

/// Bytes of a file that tell whether it is a text.
const TELLING: usize = 4096;

/// Whether bytes look like those of a text in any encoding; the beginning of a file tells as well as all of it.
pub fn is_text(bytes: &[u8]) -> bool {
    let bytes = bytes.get(..TELLING).unwrap_or(bytes);
    let archive = bytes.starts_with(b"PK\x03\x04")
        || bytes
            .get(257..)
            .is_some_and(|magic| magic.starts_with(b"ustar"));
    let controls = bytes.iter().filter(|byte| is_control(**byte)).count();
    // One in sixteen bytes of noise is a control character; a text has a stray one.
    !archive && controls <= 1 + bytes.len() / 100 && (few_nuls(bytes) || is_wide(bytes))
}

/// A control character that no text has, but for NUL.
fn is_control(byte: u8) -> bool {
    matches!(byte, 1..=8 | 11 | 14..=26 | 28..=31 | 127)
}

/// What an interrupted write leaves at the end does not count.
fn few_nuls(bytes: &[u8]) -> bool {
    let end = bytes.iter().rposition(|byte| *byte != 0);
    let written = bytes
        .get(..end.map_or(0, |end| end + 1))
        .unwrap_or_default();
    memchr::memchr_iter(0, written).count() <= 1 + written.len() / 100
}

/// Whether bytes are those of UTF-16 or UTF-32, with its mark or without, whose characters are mostly ASCII.
fn is_wide(bytes: &[u8]) -> bool {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return true;
    }
    let (mut nuls, mut odd) = (0, 0);
    for at in memchr::memchr_iter(0, bytes) {
        nuls += 1;
        odd += at % 2;
    }
    let even = nuls - odd;
    let one_sided = odd.min(even) * 50 <= nuls;
    let three_of_four = nuls * 10 > bytes.len() * 7;
    nuls * 10 >= bytes.len() * 3 && (one_sided || three_of_four)
}

/// The words of a text in whatever encoding: those that ours hold are ASCII, so nothing but the NULs of wider characters
/// is in their way.
fn goodwill(bytes: &[u8]) -> Option<String> {
    if !is_text(bytes) {
        return None;
    }
    let marks: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];
    let unmarked = marks.iter().find_map(|mark| bytes.strip_prefix(*mark));
    let known: Vec<u8> = unmarked
        .unwrap_or(bytes)
        .iter()
        .copied()
        .filter(|byte| *byte != 0 && !is_control(*byte))
        .collect();
    Some(String::from_utf8_lossy(&known).into_owned())
}

#[cfg(test)]
mod tests {
    use super::{is_text, text_of};

    fn wide(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn the_words_of_a_text_are_made_out_in_every_encoding() {
        let text = "# caf\u{e9}\nType: AWS::EMR::Cluster\n";
        let latin: Vec<u8> = text.chars().map(|char| char as u8).collect();
        let marked = [&b"\xff\xfe"[..], &wide(text, u16::to_le_bytes)].concat();
        for bytes in [
            latin,
            wide(text, u16::to_le_bytes),
            wide(text, u16::to_be_bytes),
            marked,
            [text.as_bytes(), b"\0"].concat(),
            [text.as_bytes(), &[0; 4096]].concat(),
        ] {
            let garbled = text_of(bytes.clone()).unwrap_err();
            let made_out = garbled.text.unwrap_or_default();
            assert!(
                made_out.contains("\nType: AWS::EMR::Cluster\n"),
                "{bytes:?}"
            );
        }
        assert_eq!(text_of(text.into()).unwrap(), text);
    }

    #[test]
    fn a_binary_is_no_text_whatever_words_it_holds() {
        let word = b"AWS::EMR::Cluster";
        let class = [
            &b"\xca\xfe\xba\xbe\0\0\0\x41\0\x12\x0a\0\x01\0\x02\x07\0\x03\x0c"[..],
            word,
        ];
        let elf = [
            &b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0"[..],
            word,
        ];
        let zip = [&b"PK\x03\x04"[..], &word.repeat(1000)];
        let mut tar = [b"a".repeat(257), b"ustar".to_vec()].concat();
        tar.extend(word.repeat(1000));
        for bytes in [class.concat(), elf.concat(), zip.concat(), tar] {
            assert!(!is_text(&bytes), "{bytes:?}");
        }
    }
}
