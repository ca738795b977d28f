//! Files that are changed in place.

use super::{plain, read, write_all};
use std::path::{Path, PathBuf};

/// Why a file cannot be changed in place, if that is known beforehand.
pub(in crate::cli) fn unchangeable(path: &Path) -> Option<&'static str> {
    match std::fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => Some("is no plain file"),
        Ok(metadata) if metadata.permissions().readonly() => Some("is read-only"),
        Ok(_) => None,
        Err(_) => Some("cannot be found"),
    }
}

/// A path with every link followed.
pub(in crate::cli) fn real(path: &Path) -> Option<PathBuf> {
    std::fs::canonicalize(path).ok()
}

/// A file's new text, in place of the one that it was made of.
#[derive(Debug)]
pub(in crate::cli) struct Changed<'t> {
    /// The file.
    pub(in crate::cli) path: PathBuf,
    /// What must still stand there.
    pub(in crate::cli) before: &'t str,
    /// What stands there then.
    pub(in crate::cli) now: &'t str,
}

/// Changes files, all of them or none.
///
/// # Errors
/// The file that cannot be changed, and why.
pub(in crate::cli) fn change_all(files: &[Changed<'_>]) -> Result<(), (PathBuf, String)> {
    for file in files {
        let path = || file.path.clone();
        let now = read(&file.path).map_err(|why| (path(), why))?;
        if now != file.before.as_bytes() {
            return Err((path(), "it changed meanwhile".to_owned()));
        }
    }
    let texts: Vec<(PathBuf, &[u8])> = files
        .iter()
        .map(|file| (file.path.clone(), file.now.as_bytes()))
        .collect();
    write_all(&texts).map_err(|(path, error)| (path, plain(&error)))
}
