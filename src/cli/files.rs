//! The only place that opens files: baselines, inputs, and artifacts that are written whole or not at all.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the module that the ban on file access points to"
)]

use crate::observe::garbled;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

mod changing;
mod writing;

pub(super) use changing::{Changed, change_all, real, unchangeable};
pub(super) use writing::{write, write_all, write_with};

/// Texts of files that stand for what the disk has, by the names that reports have for them.
pub(super) type Texts = std::collections::BTreeMap<String, std::sync::Arc<str>>;

/// Files over this are refused: no template, request or document of AWS's comes near it.
const MAX_FILE: u64 = 256 << 20;

/// Reads a whole file.
///
/// # Errors
/// The system's message, or that the file is too long.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, String> {
    let metadata = std::fs::metadata(path).map_err(|error| plain(&error))?;
    if metadata.is_dir() {
        return Err("is a folder".to_owned());
    }
    if metadata.len() > MAX_FILE {
        return Err(too_long(MAX_FILE));
    }
    let file = std::fs::File::open(path).map_err(|error| plain(&error))?;
    let room = usize::try_from(metadata.len()).unwrap_or_default() + 1;
    up_to(MAX_FILE, Vec::with_capacity(room), file)
}

fn too_long(limit: u64) -> String {
    format!("is longer than {} MiB", limit >> 20)
}

/// What was read already, and the rest of a file. Pipes, devices and files that grow say less of their length than they hold.
fn up_to(limit: u64, mut bytes: Vec<u8>, file: impl io::Read) -> Result<Vec<u8>, String> {
    let left = (limit + 1).saturating_sub(bytes.len() as u64);
    file.take(left)
        .read_to_end(&mut bytes)
        .map_err(|error| plain(&error))?;
    if bytes.len() as u64 > limit {
        return Err(too_long(limit));
    }
    Ok(bytes)
}

/// Reads a file to judge. A binary that nobody named is not worth reading whole: `None`.
///
/// # Errors
/// As [`read`].
pub(super) fn read_unless_binary(path: &Path, named: bool) -> Result<Option<Vec<u8>>, String> {
    let mut file = std::fs::File::open(path).map_err(|error| plain(&error))?;
    let metadata = file.metadata().map_err(|error| plain(&error))?;
    if metadata.is_dir() || metadata.len() > MAX_FILE {
        return read(path).map(Some);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default() + 1);
    (&mut file)
        .take(4096)
        .read_to_end(&mut bytes)
        .map_err(|error| plain(&error))?;
    if !named && !garbled::is_text(&bytes) {
        return Ok(None);
    }
    up_to(MAX_FILE, bytes, file).map(Some)
}

/// Opens a file for streaming.
///
/// # Errors
/// The system's message.
pub(super) fn open(path: &Path) -> Result<std::fs::File, String> {
    std::fs::File::open(path).map_err(|error| plain(&error))
}

/// A system error without its number.
pub(super) fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_lowercase().chain(chars).collect())
        .unwrap_or_default()
}

/// A file to judge.
#[derive(Debug)]
pub(super) struct Input {
    /// As reports name it.
    pub(super) path: PathBuf,
    /// Whether the user named it by itself; otherwise it was found in a folder.
    pub(super) named: bool,
}

/// The files below the given paths, in a stable order. What cannot be listed is returned beside them.
pub(super) fn inputs(paths: &[PathBuf]) -> (Vec<Input>, Vec<(PathBuf, String)>) {
    let (mut found, mut failed) = (Vec::new(), Vec::new());
    let here = std::env::current_dir().unwrap_or_default();
    for path in paths {
        match std::fs::metadata(path) {
            Err(error) => failed.push((path.clone(), plain(&error))),
            Ok(metadata) if metadata.is_dir() => below(path, &here, &mut found, &mut failed),
            Ok(_) => found.push(Input {
                path: neat_from(&here, path),
                named: true,
            }),
        }
    }
    (found, failed)
}

/// A path as reports name it, and fingerprints take it: from the current folder where it is below that, without `./`.
/// The same file is then the same finding however it was named, on every machine.
pub(super) fn neat(path: &Path) -> PathBuf {
    neat_from(&std::env::current_dir().unwrap_or_default(), path)
}

fn neat_from(here: &Path, path: &Path) -> PathBuf {
    let path = path
        .strip_prefix(here)
        .ok()
        .filter(|path| !here.as_os_str().is_empty() && !path.as_os_str().is_empty())
        .unwrap_or(path);
    path.components()
        .filter(|part| *part != std::path::Component::CurDir)
        .collect()
}

fn below(folder: &Path, here: &Path, found: &mut Vec<Input>, failed: &mut Vec<(PathBuf, String)>) {
    let hidden = |entry: &walkdir::DirEntry| {
        entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.')
    };
    let skipped = |entry: &walkdir::DirEntry| {
        entry.file_type().is_dir() && entry.file_name() == "node_modules"
    };
    // Links are not followed: a loop of links cannot be walked, and what they lead to is found where it stands.
    let walk = walkdir::WalkDir::new(folder)
        .follow_links(false)
        .sort_by_file_name()
        .into_iter();
    for entry in walk.filter_entry(|entry| !hidden(entry) && !skipped(entry)) {
        match entry {
            Ok(entry) if entry.file_type().is_file() => found.push(Input {
                path: neat_from(here, entry.path()),
                named: false,
            }),
            Ok(_) => {}
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_path_buf();
                let why = error.io_error().map_or_else(|| error.to_string(), plain);
                failed.push((path, why));
            }
        }
    }
}

/// The folders of paths as the file system knows them, and the current one.
pub(super) fn real_folders(paths: &[PathBuf]) -> Vec<PathBuf> {
    let here = std::env::current_dir().and_then(std::fs::canonicalize).ok();
    folders_of(paths).into_iter().chain(here).collect()
}

/// The folders of paths as the file system knows them.
pub(super) fn folders_of(paths: &[PathBuf]) -> Vec<PathBuf> {
    let folder = |path: &PathBuf| {
        let real = std::fs::canonicalize(path).ok()?;
        if real.is_dir() {
            return Some(real);
        }
        real.parent().map(Path::to_path_buf)
    };
    paths.iter().filter_map(folder).collect()
}

/// Whether a path leads, through every link, to something below one of these folders.
pub(super) fn is_below(path: &Path, folders: &[PathBuf]) -> bool {
    std::fs::canonicalize(path)
        .is_ok_and(|real| folders.iter().any(|folder| real.starts_with(folder)))
}

/// The files in a folder whose name passes a test, in order.
///
/// # Errors
/// The system's message.
pub(super) fn in_folder(
    folder: &Path,
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| plain(&error))? {
        let entry = entry.map_err(|error| plain(&error))?;
        let name = entry.file_name();
        if name.to_str().is_some_and(&wanted) && entry.path().is_file() {
            found.push(neat(&entry.path()));
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::up_to;

    #[test]
    fn what_is_longer_than_it_said_is_read_no_further_than_the_limit() {
        let limit = 2 << 20;
        let whole = vec![b'x'; 2 << 20];
        assert_eq!(up_to(limit, Vec::new(), &whole[..]).unwrap().len(), 2 << 20);
        let begun = whole[..4096].to_vec();
        let rest = up_to(limit, begun.clone(), &whole[4096..]);
        assert_eq!(rest.unwrap(), whole);
        for endless in [Vec::new(), begun] {
            let error = up_to(limit, endless, std::io::repeat(b'x')).unwrap_err();
            assert_eq!(error, "is longer than 2 MiB");
        }
    }
}
