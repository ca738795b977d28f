//! Digests as text.

use sha2::{Digest, Sha256};

/// Characters of a short digest: as many as the names have that `compile` writes.
pub const SHORT: usize = 12;

/// The first `len` characters of a text's SHA-256 in hexadecimal.
pub fn of(text: &str, len: usize) -> String {
    hex(&Sha256::digest(text.as_bytes()), len)
}

/// The first `len` characters of a digest in hexadecimal.
pub fn hex(digest: &[u8], len: usize) -> String {
    digest
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .take(len)
        .filter_map(|nibble| char::from_digit(u32::from(nibble), 16))
        .collect()
}
