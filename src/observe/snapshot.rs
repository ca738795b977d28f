//! Saved estates: what `observe` writes and `audit --snapshot` reads.
//!
//! A snapshot is JSON Lines in UTF-8, one record a line, optionally compressed with Zstandard (told by its magic
//! number, not by a file name). It can be written and read as a stream: per account and region a header, the
//! facts that several resources share, one self-contained record per resource, and a footer.
//!
//! ```text
//! {"record":"estate","schema":"emr-baseline/snapshot/v1","observed_at":"2026-11-22T12:00:00Z"}
//! {"record":"region","account":"111122223333","region":"eu-west-1","services":["elasticmapreduce","kms"]}
//! {"record":"fact","kind":"emr-security-configuration","id":"prod","name":"prod","calls":{
//!     "elasticmapreduce:DescribeSecurityConfiguration":{"answer":{"Name":"prod","SecurityConfiguration":"{…}"}}}}
//! {"record":"resource","kind":"emr-cluster","id":"j-1","name":"etl","arn":"arn:…","calls":{
//!     "elasticmapreduce:DescribeCluster":{"answer":{"Cluster":{…}}},
//!     "elasticmapreduce:ListInstanceGroups":{"error":{"code":"ThrottlingException","message":"Rate exceeded"}}}}
//! {"record":"end-of-region","complete":true,"listed":["emr-cluster","emr-security-configuration"]}
//! ```
//!
//! * The first record is the estate's; its `schema` carries the version. Members that a reader does not know are
//!   skipped, so that a version may add some; records that it does not know are problems.
//! * `kind` is a kind of the report format. `calls` holds, by IAM action, each call's `answer` as AWS gives it
//!   (all pages merged), or its `error`. A call that is not there was not made: its facts are unknown.
//! * `uses` says what else names a thing, and what for: `[{"purpose":"logs","by":"j-1"}]`. Clusters stream by, and are
//!   gone when their keys, roles and buckets are judged.
//! * `problems` of a footer say what could not be listed: `what`, `action` and `why` of each.
//! * A region without a footer, or whose footer says `"complete": false`, is partial. `listed` names the kinds of
//!   which everything was listed, so that a name that is not there is known not to exist.
//! * Kerberos passwords have no place in a snapshot; those that are found are dropped as the record is read.
//!
//! Reading keeps one record in memory at a time, besides what the caller keeps.

mod lines;
mod policies;
mod record;

use super::Problem;
use crate::observed::{Node, ResourceKind};
use lines::Lines;
pub use record::Record;
#[cfg(test)]
pub(crate) use record::calls_of;
use std::collections::VecDeque;
use std::io::{self, BufRead};
use std::sync::Arc;

/// The version that is read and written.
pub const SCHEMA: &str = "emr-baseline/snapshot/v1";

/// What stands next in a snapshot.
#[derive(Debug)]
pub enum Event {
    /// The snapshot begins.
    Estate {
        /// When it was taken, RFC 3339, as written.
        observed_at: Option<String>,
    },
    /// An account and region begins.
    Region(Arc<Region>),
    /// Something that resources of this region may name.
    Fact(Box<Record>),
    /// A resource of this region.
    Resource(Box<Record>),
    /// The account and region ends.
    End {
        /// Whether everything that was asked for was observed.
        complete: bool,
        /// The kinds of which everything was listed.
        listed: Vec<ResourceKind>,
    },
    /// A record that cannot be read. The rest is.
    Problem(Problem),
}

/// An account and region of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Twelve digits.
    pub account: String,
    /// Region.
    pub region: String,
    /// The services that were asked, by their IAM prefix.
    pub services: Vec<String>,
}

/// How far a reader is.
#[derive(Debug)]
enum State {
    /// Before the estate's record.
    Start,
    /// Between regions.
    Outside,
    /// In a region.
    Inside(Arc<Region>),
    /// There is nothing more to read.
    Over,
}

/// A reader of snapshots: an iterator of [`Event`]s. Every region that begins also ends.
pub struct Reader<'r> {
    name: Arc<str>,
    lines: Lines<'r>,
    state: State,
    pending: VecDeque<Event>,
    /// The line that was read last, to be read over.
    line: Vec<u8>,
}

impl std::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader")
            .field("name", &self.name)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl<'r> Reader<'r> {
    /// What the snapshot is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A reader of the snapshot called `name`, which may be compressed.
    pub fn new(name: impl Into<Arc<str>>, input: impl BufRead + 'r) -> io::Result<Self> {
        Ok(Self {
            name: name.into(),
            lines: Lines::new(input)?,
            state: State::Start,
            pending: VecDeque::new(),
            line: Vec::new(),
        })
    }

    fn problem(&self, line: u32, why: impl Into<String>) -> Event {
        Event::Problem(record::problem(&self.name, line, 1, why))
    }

    /// Takes a line in. The events that it makes are pending afterwards.
    fn take(&mut self, number: u32, line: &str) {
        if line.is_empty() {
            return;
        }
        let tree = match record::parse(&self.name, number, line) {
            Ok(tree) => tree,
            Err(syntax) => {
                let problem = record::problem(&self.name, number, syntax.column, syntax.message);
                return self.pending.push_back(Event::Problem(problem));
            }
        };
        let root = tree.root();
        let what = root.get("record").as_text().unwrap_or_default();
        let event = match (what, &self.state) {
            ("estate", State::Start) => self.estate(number, root),
            (_, State::Start) => {
                self.state = State::Over;
                self.problem(
                    number,
                    format!("the first record is not of an estate (`{SCHEMA}`)"),
                )
            }
            ("region", State::Inside(_)) => {
                self.end(false, Vec::new());
                self.region(number, root)
            }
            ("region", _) => self.region(number, root),
            ("end-of-region", State::Inside(_)) => {
                let complete = root.get("complete").switch() == crate::observed::Switch::On;
                let listed = root.get("listed").items().filter_map(Node::as_text);
                let problems = root.get("problems").items();
                self.pending.extend(problems.map(unlisted));
                return self.end(complete, listed.filter_map(ResourceKind::of_name).collect());
            }
            ("fact" | "resource", State::Inside(region)) => {
                let is_fact = what == "fact";
                match Record::new(tree, region) {
                    Ok(record) if is_fact => Event::Fact(Box::new(record)),
                    Ok(record) => Event::Resource(Box::new(record)),
                    Err(why) => self.problem(number, why),
                }
            }
            ("fact" | "resource" | "end-of-region", _) => self.problem(
                number,
                format!("record `{what}` stands outside of any region"),
            ),
            _ => self.problem(number, format!("record `{what}` is not known")),
        };
        self.pending.push_back(event);
    }

    /// Reads the next line, or closes at the end.
    fn read(&mut self, line: &mut Vec<u8>) {
        let why = match self.lines.next(line) {
            Ok(Some(Ok(number))) => match std::str::from_utf8(line) {
                Ok(line) => return self.take(number, line),
                Err(_) => "the line is not UTF-8".to_owned(),
            },
            Ok(Some(Err(why))) => why.to_owned(),
            Ok(None) => {
                if let State::Start = self.state {
                    let event = self.problem(1, "the snapshot is empty");
                    self.pending.push_back(event);
                }
                return self.close();
            }
            Err(error) => {
                let event = self.problem(self.lines.number(), error.to_string());
                self.pending.push_back(event);
                return self.close();
            }
        };
        let event = self.problem(self.lines.number(), why);
        self.pending.push_back(event);
    }

    fn estate(&mut self, number: u32, root: Node<'_>) -> Event {
        let schema = root.get("schema").as_text().unwrap_or_default();
        if schema != SCHEMA {
            self.state = State::Over;
            let why =
                format!("schema `{schema}` is not read by this version, which reads `{SCHEMA}`");
            return self.problem(number, why);
        }
        self.state = State::Outside;
        Event::Estate {
            observed_at: root.get("observed_at").as_text().map(str::to_owned),
        }
    }

    fn region(&mut self, number: u32, root: Node<'_>) -> Event {
        let text = |key: &'static str| root.get(key).as_text().map(str::to_owned);
        let (Some(account), Some(region)) = (text("account"), text("region")) else {
            self.state = State::Outside;
            return self.problem(number, "a region's record needs `account` and `region`");
        };
        let services = root.get("services").items().filter_map(Node::as_text);
        let region = Arc::new(Region {
            account,
            region,
            services: services.map(str::to_owned).collect(),
        });
        self.state = State::Inside(Arc::clone(&region));
        Event::Region(region)
    }

    fn end(&mut self, complete: bool, listed: Vec<ResourceKind>) {
        self.state = State::Outside;
        self.pending.push_back(Event::End { complete, listed });
    }

    /// Nothing more can be read: a region that is open ends here, partial.
    fn close(&mut self) {
        if let State::Inside(_) = self.state {
            self.end(false, Vec::new());
        }
        self.state = State::Over;
    }
}

/// What the observer could not do, as a footer tells it.
fn unlisted(node: Node<'_>) -> Event {
    let text = |key: &'static str| node.get(key).as_text().map(str::to_owned);
    Event::Problem(Problem {
        what: text("what").unwrap_or_else(|| "could not observe everything".to_owned()),
        why: text("why").unwrap_or_default(),
        place: None,
        action: text("action"),
    })
}

impl Iterator for Reader<'_> {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.pending.pop_front() {
                return Some(event);
            }
            if let State::Over = self.state {
                return None;
            }
            let mut line = std::mem::take(&mut self.line);
            self.read(&mut line);
            self.line = line;
        }
    }
}

#[cfg(test)]
mod tests;
