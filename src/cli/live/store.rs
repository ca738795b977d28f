//! The cache: a journal a region in a folder of the user's, which other users cannot read.
//!
//! It saves calls and decides nothing: whatever is wrong with it is said, and costs calls.

use super::super::arguments::Reach;
use super::super::files;
use crate::digest;
use crate::live::journal::{self, Owner, Unusable};
use crate::live::memory::{Fact, Memory};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// A journal longer than this was not kept in order, and is begun anew.
const LONGEST: u64 = 1 << 30;
/// A journal is written anew when more than this part of it is of no use any more.
const USELESS: f64 = 0.5;

/// Where caches are, and how long what can change counts.
#[derive(Clone, Debug)]
pub(super) struct Caches {
    folder: Option<PathBuf>,
    max_age: SignedDuration,
    now: Timestamp,
}

impl Caches {
    /// As the arguments say; without a folder of the user's, nothing is kept.
    pub(super) fn of(reach: &Reach) -> Self {
        let folder = match &reach.cache {
            Some(folder) => Some(folder.clone()),
            None if reach.no_cache => None,
            None => usual().map(|folder| folder.join("emr-baseline")),
        };
        Self {
            folder,
            max_age: reach.max_age,
            now: now(),
        }
    }

    /// Opens the cache of an account and region. What is wrong with it is said. `endpoints` are the URLs that take the
    /// place of AWS's: what is true there is not true of AWS.
    pub(super) fn open(&self, owner: &Owner, endpoints: &str) -> (Cache, Memory, Vec<String>) {
        let Some(folder) = &self.folder else {
            return (Cache::default(), Memory::default(), Vec::new());
        };
        let mut name = owner.region.clone();
        if !endpoints.is_empty() {
            name.push('@');
            name.push_str(&digest::hex(&Sha256::digest(endpoints), 12));
        }
        let path = folder.join(&owner.account).join(format!("{name}.jsonl"));
        let mut opening = Opening {
            path,
            owner,
            caches: self,
            said: Vec::new(),
        };
        let (cache, memory) = opening.open();
        (cache, memory, opening.said)
    }
}

/// The folder in which users' caches are.
fn usual() -> Option<PathBuf> {
    let of = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let absolute = |path: &PathBuf| path.is_absolute();
    of("XDG_CACHE_HOME")
        .filter(absolute)
        .or_else(|| of("LOCALAPPDATA").filter(absolute))
        .or_else(|| Some(of("HOME").filter(absolute)?.join(".cache")))
}

#[expect(
    clippy::disallowed_methods,
    reason = "how old an answer is does not depend on the time that is judged by"
)]
fn now() -> Timestamp {
    Timestamp::now()
}

/// A cache being opened.
struct Opening<'c> {
    path: PathBuf,
    owner: &'c Owner,
    caches: &'c Caches,
    said: Vec<String>,
}

impl Opening<'_> {
    fn say(&mut self, what: &str) {
        let shown = self.path.display();
        self.said.push(format!("the cache `{shown}` {what}"));
    }

    fn open(&mut self) -> (Cache, Memory) {
        let nothing = Memory::new(self.caches.now, self.caches.max_age);
        let (lock, may_write) = self.lock();
        let mut whole = 0;
        let mut memory = nothing.clone();
        let mut lines = 0;
        match read(&self.path) {
            Err(error) => {
                let why = files::plain(&error);
                self.say(&format!("cannot be read: {why}; everything is asked"));
                return (Cache::default(), nothing);
            }
            Ok(None) => {}
            Ok(Some(text)) => {
                let (owner, caches) = (self.owner, self.caches);
                match journal::read(&text, owner, caches.now, caches.max_age) {
                    Ok(read) => {
                        whole = read.whole;
                        lines = read.lines;
                        memory = read.memory;
                        if read.damaged > 0 {
                            let lost = read.damaged;
                            self.say(&format!(
                                "has {lost} damaged lines; what they held is asked again"
                            ));
                        }
                    }
                    Err(Unusable::Newer) => {
                        self.say("is of a later version of emr-baseline; it is left alone, and everything is asked");
                        return (Cache::default(), nothing);
                    }
                    Err(Unusable::Older) => {
                        self.say("is of an earlier version of emr-baseline; it is begun anew");
                    }
                    Err(Unusable::Foreign) => {
                        self.say("is damaged from its first line on; it is begun anew");
                    }
                }
            }
        }
        if !may_write {
            return (Cache::default(), memory);
        }
        let mut cache = Cache {
            path: self.path.clone(),
            lines,
            _lock: lock,
            ..Cache::default()
        };
        if let Err(error) = cache.begin(self.owner, whole) {
            let why = files::plain(&error);
            self.say(&format!(
                "cannot be written: {why}; what this run learns is not kept"
            ));
            cache.file = None;
        }
        (cache, memory)
    }

    /// The lock, and whether the cache may be written.
    fn lock(&mut self) -> (Option<File>, bool) {
        let locked = folder(&self.path).and_then(|()| {
            let path = self.path.with_extension("lock");
            let file = private().read(true).write(true).create(true).open(path)?;
            match file.try_lock() {
                Ok(()) => Ok(Some(file)),
                Err(TryLockError::WouldBlock) => Ok(None),
                Err(TryLockError::Error(error)) => Err(error),
            }
        });
        match locked {
            Ok(Some(file)) => (Some(file), true),
            Ok(None) => {
                self.say("is in use by another run; what this one learns is not kept");
                (None, false)
            }
            Err(error) => {
                let why = files::plain(&error);
                self.say(&format!(
                    "cannot be written: {why}; what this run learns is not kept"
                ));
                (None, false)
            }
        }
    }
}

/// Makes the folder of a file, for its user only.
fn folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    path.parent()
        .map_or(Ok(()), |folder| builder.create(folder))
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// The text of a journal, `None` when there is none yet.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut file = match OpenOptions::new().read(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    if metadata.len() > LONGEST {
        return Err(io::Error::other("it is longer than 1 GiB; delete it"));
    }
    let mut text = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default());
    file.read_to_end(&mut text)?;
    Ok(Some(text))
}

/// The journal of an account and region, while a run adds to it.
#[derive(Debug, Default)]
pub(super) struct Cache {
    path: PathBuf,
    file: Option<File>,
    lines: usize,
    /// Held until the run is over.
    _lock: Option<File>,
}

impl Cache {
    /// Goes on after the whole lines that there are. A line that a killed run left without its end goes.
    fn begin(&mut self, owner: &Owner, whole: usize) -> io::Result<()> {
        let mut file = private().append(true).create(true).open(&self.path)?;
        file.set_len(whole as u64)?;
        if whole == 0 {
            file.write_all(journal::header(owner).as_bytes())?;
            self.lines = 1;
        }
        self.file = Some(file);
        Ok(())
    }

    /// Adds what was learned. Says why, the first time that this does not work.
    pub(super) fn keep(&mut self, facts: &[Fact]) -> Option<String> {
        let lines: String = facts.iter().map(journal::fact).collect();
        self.lines += facts.len();
        self.add(&lines)
    }

    fn add(&mut self, lines: &str) -> Option<String> {
        let file = self.file.as_mut()?;
        let error = file.write_all(lines.as_bytes()).err()?;
        self.file = None;
        let (path, why) = (self.path.display(), files::plain(&error));
        Some(format!(
            "the cache `{path}` cannot be written: {why}; what this run learns from here on is not kept"
        ))
    }

    /// The run has nothing left to ask. What is of no use any more is dropped now and then.
    pub(super) fn finish(&mut self, owner: &Owner, memory: &Memory) -> Option<String> {
        self.file.as_ref()?;
        let at = memory.now();
        let kept = memory.worth_keeping().count();
        #[expect(clippy::cast_precision_loss, reason = "a part of a number of lines")]
        let useless = 1.0 - (kept + 2) as f64 / self.lines.max(1) as f64;
        if useless <= USELESS {
            return self.add(&journal::finished(at));
        }
        let mut write = |out: &mut dyn Write| {
            out.write_all(journal::header(owner).as_bytes())?;
            for fact in memory.worth_keeping() {
                out.write_all(journal::fact(&fact).as_bytes())?;
            }
            out.write_all(journal::finished(at).as_bytes())
        };
        // Without room for a new one, the old one is as good.
        match files::write_with(&self.path, &mut write) {
            Ok(()) => None,
            Err(_) => self.add(&journal::finished(at)),
        }
    }
}
