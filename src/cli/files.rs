//! The only place that opens files: baselines, inputs, and artifacts that are written whole or not at all.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the module that the ban on file access points to"
)]

use std::io::{self, BufWriter, IntoInnerError, Read, Write};
use std::path::{Path, PathBuf};

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
        return Err(format!("is longer than {} MiB", MAX_FILE >> 20));
    }
    std::fs::read(path).map_err(|error| plain(&error))
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
    if !named && bytes.contains(&0) {
        return Ok(None);
    }
    file.read_to_end(&mut bytes)
        .map_err(|error| plain(&error))?;
    Ok(Some(bytes))
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

/// Writes a file whole: to a temporary file beside it, which then takes its name.
///
/// # Errors
/// The system's.
pub(super) fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    write_all(&[(path.to_path_buf(), text)]).map_err(|(_, error)| error)
}

/// Writes a file as [`write`] does, without holding its text.
///
/// # Errors
/// The system's, or what `text` ends with.
pub(super) fn write_with(
    path: &Path,
    text: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut folders = Vec::new();
    let written = staged(path, &mut folders).and_then(|file| {
        let mut out = BufWriter::with_capacity(1 << 16, file);
        text(&mut out)?;
        out.into_inner().map_err(IntoInnerError::into_error)
    });
    if written.is_err() {
        remove(&folders);
    }
    written?.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Writes files, all of them or none: each is staged beside its place before the first one takes its name.
///
/// # Errors
/// The file that cannot be written, and the system's reason.
pub(super) fn write_all(files: &[(PathBuf, &[u8])]) -> Result<(), (PathBuf, io::Error)> {
    let mut folders = Vec::new();
    let staged = stage(files, &mut folders);
    if staged.is_err() {
        remove(&folders);
    }
    for (file, (path, _)) in staged?.into_iter().zip(files) {
        file.persist(path)
            .map_err(|error| (path.clone(), error.error))?;
    }
    Ok(())
}

/// The texts in temporary files beside their places; `made` gets the folders that had to be made, outermost first.
fn stage(
    files: &[(PathBuf, &[u8])],
    made: &mut Vec<PathBuf>,
) -> Result<Vec<tempfile::NamedTempFile>, (PathBuf, io::Error)> {
    let one = |path: &Path, text: &[u8], made: &mut Vec<PathBuf>| {
        let mut file = staged(path, made)?;
        file.write_all(text)?;
        Ok(file)
    };
    files
        .iter()
        .map(|(path, text)| one(path, text, made).map_err(|error| (path.clone(), error)))
        .collect()
}

/// An empty temporary file beside the place that it will take; `made` gets the folders that had to be made.
fn staged(path: &Path, made: &mut Vec<PathBuf>) -> io::Result<tempfile::NamedTempFile> {
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."));
    let missing: Vec<&Path> = folder
        .ancestors()
        .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
        .collect();
    made.extend(missing.into_iter().rev().map(Path::to_path_buf));
    std::fs::create_dir_all(folder)?;
    temporary().tempfile_in(folder)
}

/// Only what was made here and stayed empty goes away.
fn remove(made: &[PathBuf]) {
    for folder in made.iter().rev() {
        let _ = std::fs::remove_dir(folder);
    }
}

/// Temporary files are private by default; what is written here is as readable as any file that the user makes.
fn temporary() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".emr-baseline-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
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
    for path in paths {
        match std::fs::metadata(path) {
            Err(error) => failed.push((path.clone(), plain(&error))),
            Ok(metadata) if metadata.is_dir() => below(path, &mut found, &mut failed),
            Ok(_) => found.push(Input {
                path: neat(path),
                named: true,
            }),
        }
    }
    (found, failed)
}

/// A path as reports name it, and fingerprints take it: from the current folder where it is below that, without `./`.
/// The same file is then the same finding however it was named, on every machine.
pub(super) fn neat(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let path = path
        .strip_prefix(&here)
        .ok()
        .filter(|path| !here.as_os_str().is_empty() && !path.as_os_str().is_empty())
        .unwrap_or(path);
    path.components()
        .filter(|part| *part != std::path::Component::CurDir)
        .collect()
}

fn below(folder: &Path, found: &mut Vec<Input>, failed: &mut Vec<(PathBuf, String)>) {
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
                path: neat(entry.path()),
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
    let folder = |path: &PathBuf| {
        let real = std::fs::canonicalize(path).ok()?;
        if real.is_dir() {
            return Some(real);
        }
        real.parent().map(Path::to_path_buf)
    };
    let here = std::env::current_dir().and_then(std::fs::canonicalize).ok();
    paths.iter().filter_map(folder).chain(here).collect()
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
