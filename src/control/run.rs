//! What a control over the whole run sees, after everything else was judged.

use super::estate::{Content, Estate, Remembered};
use super::settings::Origin;
use super::verdict::{Conditions, TOLD};
use crate::observed::{Identity, Place, ResourceKind};
use jiff::Timestamp;
use jiff::civil::Date;
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// What a waiver met in the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Met {
    /// No evaluation at all.
    Nothing,
    /// Only evaluations that need no waiver.
    Compliance,
    /// An evaluation that could not be determined: the waiver is used, and the verdict stays.
    Unknown,
    /// A noncompliant evaluation.
    Noncompliance,
}

/// A waiver, and what became of it.
#[derive(Clone, Debug)]
pub struct WaiverUse {
    /// Under what it is reported.
    pub identity: Identity,
    /// Where it is written.
    pub origin: Origin,
    /// The control that it waives.
    pub control: String,
    /// Its last day, in UTC.
    pub expires: Date,
    /// Whether that day is over.
    pub expired: bool,
    /// What it met.
    pub met: Met,
    /// Whether everything it could have met was in sight.
    pub scope_seen: bool,
    /// Whether it names an account that this run binds nothing to.
    pub foreign: bool,
}

/// How much of one account and region was determined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Evaluations that came to a verdict.
    pub determined: u64,
    /// Evaluations that did not.
    pub indeterminate: u64,
    /// Services whose listing was complete.
    pub listed: Vec<String>,
    /// Why the record of this account and region is partial, when it is.
    pub partial: Option<String>,
}

/// The run as a whole.
#[derive(Debug)]
pub struct Run<'a> {
    /// Every waiver of the baseline.
    pub waivers: &'a [WaiverUse],
    /// Per account and region; files of no known account are under empty texts.
    pub tallies: &'a BTreeMap<(String, String), Tally>,
    /// What the run remembers of security configurations and clusters.
    pub estate: &'a Estate,
    /// The time of evaluation.
    pub at: Timestamp,
    /// Whether the run observed AWS (or a snapshot of it) rather than files.
    pub live: bool,
    /// Where the baseline itself stands, for findings about it.
    pub place: Place,
    /// The security configurations by their names.
    pub names: OnceCell<BTreeMap<&'a str, Namesakes<'a>>>,
}

/// The security configurations of one name, in the order of their places.
#[derive(Debug, Default)]
pub struct Namesakes<'a> {
    all: Vec<&'a Remembered>,
    /// Their numbers by the one digest that each has.
    digests: BTreeMap<&'a str, Vec<usize>>,
    /// The numbers of those without one of which something is known.
    several: Vec<usize>,
    /// The numbers of the others.
    unknown: Vec<usize>,
}

/// What one security configuration finds of its name.
#[derive(Debug, Default)]
pub struct Others<'a> {
    /// How many say the same.
    pub same: usize,
    /// Those that say something else (true), or of which that cannot be known: no more than so many of either.
    pub told: Vec<(&'a Remembered, bool)>,
    /// How many more there are of these.
    pub more: usize,
}

impl<'a> Namesakes<'a> {
    fn add(&mut self, one: &'a Remembered) {
        let number = self.all.len();
        self.all.push(one);
        let mut contents = one.contents.iter();
        let those = if let Some(digest) = one.digest() {
            self.digests.entry(digest).or_default()
        } else if contents.all(|content| matches!(content, Content::Digest(_))) {
            &mut self.several
        } else {
            &mut self.unknown
        };
        those.push(number);
    }

    /// The others beside one of them; see [`Remembered::says_the_same`]. Those first that say something else.
    pub fn beside(&self, one: &Remembered) -> Others<'a> {
        let key = (&one.place, &one.identity);
        let own = self
            .all
            .binary_search_by_key(&key, |one| (&one.place, &one.identity));
        let is_other = |number: &usize| own != Ok(*number);
        let Some(digest) = one.digest() else {
            return self.others(0, self.beside_unclear(one).filter(|(one, _)| is_other(one)));
        };
        let same = self.digests.get(digest).into_iter().flatten();
        let differing = self.digests.iter().filter(|(other, _)| **other != digest);
        let differing = differing.flat_map(|(_, all)| all).copied();
        let several = self
            .several
            .iter()
            .map(|number| (*number, self.differs(*number, one)));
        let (apart, open): (Vec<_>, Vec<_>) = several.partition(|(_, differs)| *differs);
        let unknown = self.unknown.iter().map(|number| (*number, false));
        let differing = differing.map(|number| (number, true));
        let troubles = differing.chain(apart).chain(open).chain(unknown);
        let same = same.filter(|number| is_other(number)).count();
        self.others(same, troubles.filter(|(number, _)| is_other(number)))
    }

    /// Every one beside one that has no digest: it never says the same.
    fn beside_unclear(&self, one: &Remembered) -> impl Iterator<Item = (usize, bool)> {
        let mut contents = one.contents.iter();
        let is_known = contents.all(|content| matches!(content, Content::Digest(_)));
        let all = (0..self.all.len()).map(|number| (number, is_known && self.differs(number, one)));
        let (apart, open): (Vec<_>, Vec<_>) = all.partition(|(_, differs)| *differs);
        apart.into_iter().chain(open)
    }

    fn differs(&self, number: usize, one: &Remembered) -> bool {
        let other = self.all.get(number);
        other.is_some_and(|other| one.says_the_same(other) == Some(false))
    }

    /// Tells of so many of those that do not say the same.
    fn others(&self, same: usize, mut troubles: impl Iterator<Item = (usize, bool)>) -> Others<'a> {
        let mut told: Vec<(usize, bool)> = troubles.by_ref().take(TOLD).collect();
        told.sort_unstable();
        let told = told.into_iter();
        let told = told.filter_map(|(number, differs)| Some((*self.all.get(number)?, differs)));
        Others {
            same,
            told: told.collect(),
            more: troubles.count(),
        }
    }
}

impl<'a> Run<'a> {
    /// The security configurations of this name.
    pub fn namesakes(&self, name: &str) -> Option<&Namesakes<'a>> {
        let names = self.names.get_or_init(|| {
            let mut names: BTreeMap<&str, Namesakes<'a>> = BTreeMap::new();
            for one in self.estate.documents() {
                if let Some(name) = one.name() {
                    names.entry(name).or_default().add(one);
                }
            }
            names
        });
        names.get(name)
    }

    /// Whether everything of a kind was listed in an account and region that was observed completely.
    pub fn lists(&self, region: &(String, String), kind: ResourceKind) -> bool {
        self.tallies.get(region).is_some_and(|tally| {
            tally.partial.is_none() && tally.listed.iter().any(|listed| listed == kind.name())
        })
    }
}

/// The findings of a control over the run: each about something of its own.
pub type RunFindings = Vec<(Identity, Conditions)>;

impl From<&Origin> for Place {
    fn from(origin: &Origin) -> Self {
        Self {
            file: Some(origin.file.to_string()),
            api: None,
            pointer: String::new(),
            marks: None,
            line: origin.line,
            column: origin.column,
            bytes: origin.bytes,
        }
    }
}
