//! What a control over the whole run sees, after everything else was judged.

use super::estate::{Estate, Remembered};
use super::settings::Origin;
use super::verdict::Conditions;
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
    pub names: OnceCell<BTreeMap<&'a str, Vec<&'a Remembered>>>,
}

impl<'a> Run<'a> {
    /// Every security configuration of this name.
    pub fn namesakes(&self, name: &str) -> &[&'a Remembered] {
        let names = self.names.get_or_init(|| {
            let mut names: BTreeMap<&str, Vec<&Remembered>> = BTreeMap::new();
            for one in self.estate.documents() {
                if let Some(name) = one.name() {
                    names.entry(name).or_default().push(one);
                }
            }
            names
        });
        names.get(name).map_or(&[], Vec::as_slice)
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
