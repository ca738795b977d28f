//! Where evaluations wait that are too many to hold: a temporary file which no folder lists, so that it is gone when
//! the process is, however that ends. It is made where `TMPDIR` says.

use crate::judge::Spill;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Makes the file.
///
/// # Errors
/// The system's, said to be about this file.
pub(super) fn open() -> io::Result<Box<dyn Spill>> {
    let file = tempfile::tempfile().map_err(|error| about_this(&error))?;
    Ok(Box::new(Spool(Mutex::new(file))))
}

#[derive(Debug)]
struct Spool(Mutex<File>);

impl Spool {
    /// The file, for one step that says itself where in the file it is.
    fn file(&self) -> MutexGuard<'_, File> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Spill for Spool {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut file = self.file();
        file.seek(SeekFrom::End(0))
            .map_err(|error| about_this(&error))?;
        file.write_all(bytes).map_err(|error| about_this(&error))
    }

    fn reader(&self) -> Box<dyn Read + '_> {
        Box::new(From {
            spool: self,
            offset: 0,
        })
    }
}

/// What is left from an offset.
struct From<'s> {
    spool: &'s Spool,
    offset: u64,
}

impl Read for From<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = self.spool.file();
        file.seek(SeekFrom::Start(self.offset))
            .map_err(|error| about_this(&error))?;
        let count = file.read(buffer).map_err(|error| about_this(&error))?;
        self.offset += count as u64;
        Ok(count)
    }
}

/// The error, with what it is about: users know nothing of this file.
fn about_this(error: &io::Error) -> io::Error {
    let why = super::files::plain(error);
    let folder = std::env::temp_dir();
    io::Error::new(
        error.kind(),
        format!("a temporary file in `{}`: {why}", folder.display()),
    )
}
