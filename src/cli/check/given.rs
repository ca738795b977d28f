//! Parameters that the user gives, and no file has.

use crate::cli::files;
use memchr::memmem;
use std::path::PathBuf;

/// The names of `--parameters NAME=VALUE` that stand in none of these files. Files of parameters give what many templates
/// take, so that theirs do not count. A file that cannot be read twice may hold any.
pub(super) fn unused<'a>(given: &'a [String], inputs: &[PathBuf]) -> Vec<&'a str> {
    let names = given.iter().filter_map(|one| Some(one.split_once('=')?.0));
    let mut left: Vec<&str> = names.collect();
    for path in inputs {
        if left.is_empty() {
            break;
        }
        if !path.is_file() {
            return Vec::new();
        }
        if let Ok(Some(text)) = files::read_unless_binary(path, false) {
            left.retain(|name| !holds_word(&text, name.as_bytes()));
        }
    }
    left
}

/// Whether a text has a word that no letter, digit or underscore stands next to.
fn holds_word(text: &[u8], word: &[u8]) -> bool {
    let is_part =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    memmem::find_iter(text, word).any(|at| {
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        !is_part(before) && !is_part(text.get(at + word.len()))
    })
}
