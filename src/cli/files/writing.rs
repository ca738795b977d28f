//! Writing: whole or not at all, through a temporary file that takes the name of what it replaces.

use std::io::{self, BufWriter, IntoInnerError, Write};
use std::path::{Path, PathBuf};

/// Writes a file whole: to a temporary file beside it, which then takes its name.
///
/// # Errors
/// The system's.
pub(in crate::cli) fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    write_all(&[(path.to_path_buf(), text)]).map_err(|(_, error)| error)
}

/// Writes a file whole, without holding its text.
///
/// # Errors
/// The system's, or what `text` ends with.
pub(in crate::cli) fn write_with(
    path: &Path,
    text: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut folders = Vec::new();
    let written = Staged::beside(path, &mut folders).and_then(|mut staged| {
        let mut out = BufWriter::with_capacity(1 << 16, &mut staged);
        text(&mut out)?;
        out.into_inner().map_err(IntoInnerError::into_error)?;
        Ok(staged)
    });
    if written.is_err() {
        remove(&folders);
    }
    written?.take_place()
}

/// Writes files, all of them or none: each is staged beside its place before the first one takes its name.
///
/// # Errors
/// The file that cannot be written, and the system's reason.
pub(in crate::cli) fn write_all(files: &[(PathBuf, &[u8])]) -> Result<(), (PathBuf, io::Error)> {
    let mut folders = Vec::new();
    let staged = stage(files, &mut folders);
    if staged.is_err() {
        remove(&folders);
    }
    for (file, (path, _)) in staged?.into_iter().zip(files) {
        file.take_place().map_err(|error| (path.clone(), error))?;
    }
    Ok(())
}

/// The texts beside their places; `made` gets the folders that had to be made, outermost first.
fn stage(
    files: &[(PathBuf, &[u8])],
    made: &mut Vec<PathBuf>,
) -> Result<Vec<Staged>, (PathBuf, io::Error)> {
    let one = |path: &Path, text: &[u8], made: &mut Vec<PathBuf>| {
        let mut staged = Staged::beside(path, made)?;
        staged.write_all(text)?;
        Ok(staged)
    };
    files
        .iter()
        .map(|(path, text)| one(path, text, made).map_err(|error| (path.clone(), error)))
        .collect()
}

/// What is being written, before it is where it shall be.
enum Staged {
    /// A temporary file, and the place that it will take.
    File(tempfile::NamedTempFile, PathBuf),
    /// A device or a pipe: it is written to. Renaming a file over `/dev/null` would take it from the whole machine.
    Through(std::fs::File),
}

impl Staged {
    /// Nothing yet, beside its place; `made` gets the folders that had to be made.
    fn beside(path: &Path, made: &mut Vec<PathBuf>) -> io::Result<Self> {
        let there = std::fs::metadata(path).ok();
        if there.as_ref().is_some_and(std::fs::Metadata::is_dir) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let is_special = there.as_ref().is_some_and(|there| !there.is_file());
        if is_special || path.starts_with("/dev") || path.starts_with("/proc") {
            let file = std::fs::OpenOptions::new().append(true).open(path)?;
            return Ok(Self::Through(file));
        }
        // A link stays a link: what it leads to is replaced.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
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
        let file = temporary().tempfile_in(folder)?;
        if let Some(there) = there {
            #[cfg(unix)]
            {
                use std::os::unix::fs::{MetadataExt, fchown};
                // Only the superuser may give files away; everybody else owns what they write.
                let _ = fchown(file.as_file(), Some(there.uid()), Some(there.gid()));
            }
            // What only some may read stays so.
            std::fs::set_permissions(file.path(), there.permissions())?;
        }
        Ok(Self::File(file, path))
    }

    /// The file takes its name.
    fn take_place(self) -> io::Result<()> {
        match self {
            Self::File(file, path) => file.persist(path).map(drop).map_err(|error| error.error),
            Self::Through(_) => Ok(()),
        }
    }
}

impl Write for Staged {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(file, _) => file.write(bytes),
            Self::Through(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(file, _) => file.flush(),
            Self::Through(file) => file.flush(),
        }
    }
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
