//! A lock against runs that overlap: whoever comes second ends at once, and says so.

use super::{Terminal, files};
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

/// A lock, held until it is dropped or the process ends. The file stays: a lock that is removed can be held twice.
#[derive(Debug)]
pub(super) struct Lock {
    _file: Option<File>,
}

impl Lock {
    /// Takes the lock of a file; without one, nothing is locked. `None` when it cannot be had, which is then said.
    pub(super) fn take(
        path: Option<&Path>,
        terminal: &mut Terminal<'_>,
    ) -> io::Result<Option<Self>> {
        let Some(path) = path else {
            return Ok(Some(Self { _file: None }));
        };
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path);
        let locked = file.and_then(|file| match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        });
        let shown = path.display();
        match locked {
            Ok(Some(file)) => Ok(Some(Self { _file: Some(file) })),
            Ok(None) => {
                terminal.error(&format!("another run holds the lock `{shown}`"))?;
                terminal.help("let it end, or see why it does not; `--max-duration` ends a run that takes too long")?;
                Ok(None)
            }
            Err(error) => {
                let why = files::plain(&error);
                terminal.error(&format!("cannot lock `{shown}`: {why}"))?;
                Ok(None)
            }
        }
    }
}
