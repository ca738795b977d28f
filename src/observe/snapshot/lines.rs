//! Lines of a stream that may be compressed, each bounded in length.

use ruzstd::decoding::StreamingDecoder;
use std::io::{self, BufRead, BufReader};

/// The longest line that is read. A cluster's answers take a few kilobytes.
const MAX_LINE: usize = 256 << 20;
/// The magic number of a Zstandard frame (RFC 8878, section 3.1.1).
const ZSTANDARD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Why a line cannot be read.
type Refused = &'static str;

/// The lines of a stream.
pub(super) struct Lines<'r> {
    input: Box<dyn BufRead + 'r>,
    number: u32,
}

impl<'r> Lines<'r> {
    pub(super) fn new(mut input: impl BufRead + 'r) -> io::Result<Self> {
        let compressed = input.fill_buf()?.starts_with(&ZSTANDARD);
        let input: Box<dyn BufRead + 'r> = if compressed {
            let decoder = StreamingDecoder::new(input).map_err(io::Error::other)?;
            Box::new(BufReader::with_capacity(1 << 16, decoder))
        } else {
            Box::new(input)
        };
        Ok(Self { input, number: 0 })
    }

    /// The number of the line that was read last.
    pub(super) fn number(&self) -> u32 {
        self.number
    }

    /// Reads the next line into `bytes`, without its end, and gives its number; `None` at the end. A line that is
    /// too long is skipped and comes back empty, with the reason.
    pub(super) fn next(&mut self, bytes: &mut Vec<u8>) -> io::Result<Option<Result<u32, Refused>>> {
        bytes.clear();
        let mut too_long = false;
        let mut any = false;
        loop {
            let buffer = match self.input.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if buffer.is_empty() {
                break;
            }
            any = true;
            let end = memchr::memchr(b'\n', buffer);
            let used = end.map_or(buffer.len(), |end| end + 1);
            too_long |= bytes.len() + used > MAX_LINE;
            if too_long {
                bytes.clear();
            } else {
                bytes.extend_from_slice(buffer.get(..used).unwrap_or_default());
            }
            self.input.consume(used);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        self.number = self.number.saturating_add(1);
        if too_long {
            return Ok(Some(Err("the line is longer than 256 MiB")));
        }
        let content = bytes.trim_ascii_end().len();
        bytes.truncate(content);
        Ok(Some(Ok(self.number)))
    }
}
