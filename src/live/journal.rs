//! How what is remembered is written: a journal that is only ever added to, so that a run which is killed at any moment
//! loses nothing but the line that it was writing.
//!
//! Each line carries the beginning of its SHA-256. A line that is damaged is skipped, and what it held is asked again:
//! nothing that is read here can be anything but what was written. The first line says of what version, account and
//! region the journal is.

use super::memory::{Fact, Memory};
use crate::digest;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// The version of the journal. One of another version is not read.
pub const VERSION: u64 = 1;
/// Hexadecimal digits of a line's digest.
const DIGITS: usize = 16;

/// Whose journal it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Twelve digits.
    pub account: String,
    /// The region's name.
    pub region: String,
}

/// Why a journal cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// A later version of the program wrote it: it is left alone.
    Newer,
    /// An earlier version wrote it.
    Older,
    /// It is of another account or region, or no journal at all.
    Foreign,
}

/// A journal that was read.
#[derive(Debug)]
pub struct Read {
    /// What it holds.
    pub memory: Memory,
    /// Lines.
    pub lines: usize,
    /// Of them, those that are damaged. One that was being written when its run was killed is none of them.
    pub damaged: usize,
    /// How many bytes of it are whole lines.
    pub whole: usize,
}

fn line(text: &str) -> String {
    format!("{} {text}\n", sum(text))
}

fn sum(text: &str) -> String {
    digest::hex(&Sha256::digest(text), DIGITS)
}

/// The first line.
pub fn header(owner: &Owner) -> String {
    let (account, region) = (&owner.account, &owner.region);
    let header =
        json!({"record": "cache", "version": VERSION, "account": account, "region": region});
    line(&header.to_string())
}

/// The line of a fact.
pub fn fact(fact: &Fact) -> String {
    let about = json!({"record": "fact", "at": fact.at.to_string(), "action": fact.action, "about": fact.about});
    let about = about.to_string();
    // The outcome is JSON already.
    let about = about.strip_suffix('}').unwrap_or_default();
    line(&format!("{about},\"call\":{}}}", fact.outcome))
}

/// The line after which a run has nothing left to ask.
pub fn finished(at: Timestamp) -> String {
    line(&json!({"record": "finished", "at": at.to_string()}).to_string())
}

/// Reads a journal. `now` and `max_age` are those of [`Memory::new`].
///
/// # Errors
/// Says why it cannot be used.
pub fn read(
    text: &[u8],
    owner: &Owner,
    now: Timestamp,
    max_age: SignedDuration,
) -> Result<Read, Unusable> {
    let end = text.iter().rposition(|byte| *byte == b'\n');
    let mut read = Read {
        memory: Memory::new(now, max_age),
        lines: 0,
        damaged: 0,
        whole: end.map_or(0, |at| at + 1),
    };
    let mut lines = text.split_inclusive(|byte| *byte == b'\n');
    match lines.next() {
        Some(first) => check(first, owner)?,
        None => return Ok(read),
    }
    read.lines = 1;
    // Which facts a finished run left behind is known only at the end.
    let mut facts: Vec<Fact> = Vec::new();
    let mut done = 0;
    for line in lines {
        read.lines += 1;
        match entry(line) {
            Some(Entry::Fact(fact)) => facts.push(fact),
            Some(Entry::Finished) => done = facts.len(),
            None if line.ends_with(b"\n") => read.damaged += 1,
            None => {}
        }
    }
    for (at, fact) in facts.into_iter().enumerate() {
        read.memory.recollect(fact, at >= done);
    }
    Ok(read)
}

fn check(first: &[u8], owner: &Owner) -> Result<(), Unusable> {
    let header = record(first).ok_or(Unusable::Foreign)?;
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    let version = header.get("version").and_then(Value::as_u64);
    if text("record") != Some("cache") {
        return Err(Unusable::Foreign);
    }
    match version {
        Some(version) if version > VERSION => return Err(Unusable::Newer),
        Some(version) if version < VERSION => return Err(Unusable::Older),
        Some(_) => {}
        None => return Err(Unusable::Foreign),
    }
    let is_ours = text("account") == Some(&owner.account) && text("region") == Some(&owner.region);
    if is_ours {
        Ok(())
    } else {
        Err(Unusable::Foreign)
    }
}

enum Entry {
    Fact(Fact),
    Finished,
}

fn entry(line: &[u8]) -> Option<Entry> {
    let mut record = record(line)?;
    let text = |name: &str| record.get(name).and_then(Value::as_str);
    match text("record")? {
        "finished" => Some(Entry::Finished),
        "fact" => {
            let (action, about) = (text("action")?.to_owned(), text("about")?.to_owned());
            let at = text("at")?.parse().ok()?;
            let outcome = record.remove("call")?.to_string().into();
            Some(Entry::Fact(Fact {
                action,
                about,
                at,
                outcome,
            }))
        }
        _ => None,
    }
}

/// The record of a line that is as it was written.
fn record(line: &[u8]) -> Option<Map<String, Value>> {
    let line = std::str::from_utf8(line).ok()?;
    let (digits, text) = line.strip_suffix('\n')?.split_once(' ')?;
    if digits != sum(text) {
        return None;
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(record)) => Some(record),
        Ok(_) | Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn owner() -> Owner {
        Owner {
            account: "111122223333".to_owned(),
            region: "us-west-2".to_owned(),
        }
    }

    fn facts() -> Vec<Fact> {
        (0..5)
            .map(|at| Fact {
                action: "elasticmapreduce:ListBootstrapActions".to_owned(),
                about: format!("j-{at}"),
                at: Timestamp::UNIX_EPOCH,
                outcome: json!({"answer": {"at": at}}).to_string().into(),
            })
            .collect()
    }

    fn journal() -> String {
        let mut text = header(&owner());
        text.extend(facts().iter().map(fact));
        text
    }

    fn reading(text: &[u8]) -> Result<Read, Unusable> {
        read(
            text,
            &owner(),
            Timestamp::UNIX_EPOCH,
            SignedDuration::from_hours(1),
        )
    }

    fn kept(read: &Read) -> Vec<Fact> {
        read.memory.worth_keeping().collect()
    }

    #[test]
    fn what_is_written_is_read() {
        let read = reading(journal().as_bytes()).unwrap();
        assert_eq!(kept(&read), facts());
        assert_eq!((read.lines, read.damaged), (6, 0));
        assert_eq!(read.whole, journal().len());
    }

    #[test]
    fn a_journal_of_another_version_account_or_region_is_not_read() {
        let with = |version: u64, account: &str| {
            let header = json!({"record": "cache", "version": version, "account": account, "region": "us-west-2"});
            reading(line(&header.to_string()).as_bytes()).map(drop)
        };
        assert_eq!(with(VERSION, "111122223333"), Ok(()));
        assert_eq!(with(VERSION + 1, "111122223333"), Err(Unusable::Newer));
        assert_eq!(with(0, "111122223333"), Err(Unusable::Older));
        assert_eq!(with(VERSION, "444455556666"), Err(Unusable::Foreign));
        assert_eq!(
            reading(b"SQLite format 3\0").map(drop),
            Err(Unusable::Foreign)
        );
        assert!(reading(b"").unwrap().memory.is_empty());
    }

    #[test]
    fn a_line_that_was_being_written_is_no_damage() {
        let text = journal();
        let read = reading(&text.as_bytes()[..text.len() - 9]).unwrap();
        assert_eq!(read.damaged, 0);
        let last = text.lines().last().unwrap();
        assert_eq!(read.whole, text.len() - last.len() - 1);
        assert_eq!(kept(&read), facts()[..4]);
    }

    proptest! {
        #[test]
        fn whatever_is_damaged_nothing_else_is_read_than_was_written(
            at in 0..journal().len(), byte in any::<u8>(), cut in any::<bool>()
        ) {
            let mut text = journal().into_bytes();
            if cut { text.truncate(at) } else { text[at] = byte }
            if let Ok(read) = reading(&text) {
                let kept = kept(&read);
                prop_assert!(kept.iter().all(|fact| facts().contains(fact)));
                let lost = facts().len() - kept.len();
                prop_assert!(cut || lost <= 2);
            }
        }
    }
}
