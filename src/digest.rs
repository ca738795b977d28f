//! Digests as text.

/// The first `len` characters of a digest in hexadecimal.
pub fn hex(digest: &[u8], len: usize) -> String {
    digest
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .take(len)
        .filter_map(|nibble| char::from_digit(u32::from(nibble), 16))
        .collect()
}
