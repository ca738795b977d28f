//! The result of a run. Every format renders this one model.

use super::{Before, Counted, Counts, Coverage, Evaluation, Evaluations, Subject};
use crate::control::Tally;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

/// Something that kept a part of the input from being judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Obstacle {
    /// What could not be done.
    pub what: String,
    /// In which file.
    pub file: Option<String>,
    /// One-based line.
    pub line: Option<u32>,
    /// One-based column.
    pub column: Option<u32>,
    /// The IAM action that was refused.
    pub action: Option<String>,
    /// Why.
    pub why: String,
}

/// The result of a run.
#[derive(Debug)]
pub struct Report {
    /// Name of the baseline.
    pub baseline: String,
    /// Its version.
    pub version: String,
    /// Digest of its effective requirements.
    pub digest: String,
    /// The time of evaluation.
    pub evaluated_at: Timestamp,
    /// How much was looked at.
    pub coverage: Coverage,
    /// How many of what.
    pub counts: Counts,
    /// Every evaluation, resource by resource in the order seen. Compliant and not-applicable ones are left out
    /// when no format asks for them; `counts` counts them all the same.
    pub evaluations: Evaluations,
    /// What could not be judged.
    pub obstacles: Vec<Obstacle>,
    /// What the reader should know: files and their dialects, parameters without a value.
    pub notes: Vec<String>,
    /// Texts of the files that places point into, for excerpts.
    pub sources: BTreeMap<String, Arc<str>>,
    /// What a file is called on every machine, for those that are named here by a path which only this one has.
    pub homes: BTreeMap<String, String>,
    /// What the findings are compared with.
    pub before: Before,
    /// Changes that mend findings, by the findings' fingerprints, where they were worked out.
    pub patches: Patches,
    /// Whether the reader may be told that `check --fix` is there.
    pub offers_fixes: bool,
    /// How many findings it may have something to do about.
    pub fixable: u64,
}

/// Changes that were seen to mend findings, by the findings' fingerprints.
pub type Patches = BTreeMap<String, Vec<Patch>>;

/// A change to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// The file, as places name it.
    pub file: String,
    /// Line and column, both from one, where what is replaced begins.
    pub start: (u32, u32),
    /// Line and column behind its end; where something is only inserted, those of its beginning.
    pub end: (u32, u32),
    /// What takes their place.
    pub text: String,
}

impl Report {
    /// Adds evaluations that were counted, after comparing them with what was there before.
    ///
    /// # Errors
    /// As [`Evaluations::push`].
    pub fn add(&mut self, mut counted: Counted) -> io::Result<()> {
        self.before
            .settle(&mut counted.counts, &mut counted.evaluations, &self.homes);
        self.counts.add_all(&counted.counts);
        self.coverage.left_to_audit += counted.left_to_audit;
        let evaluations = counted.evaluations.iter();
        self.fixable += evaluations
            .map(|one| u64::from(one.may_be_fixed()))
            .sum::<u64>();
        for evaluation in counted.evaluations {
            self.evaluations.push(evaluation)?;
        }
        Ok(())
    }

    /// Stable across runs, machines and line moves: it hashes what the finding is about, not what it says.
    pub fn fingerprint(&self, evaluation: &Evaluation) -> String {
        Subject::of(evaluation, &self.homes).fingerprint()
    }

    /// What was seen to mend a finding, if that was worked out.
    pub fn patches_of(&self, evaluation: &Evaluation) -> &[Patch] {
        if self.patches.is_empty() || !evaluation.is_finding() {
            return &[];
        }
        let patches = self.patches.get(&self.fingerprint(evaluation));
        patches.map_or(&[], Vec::as_slice)
    }

    /// How much of the run came to a verdict.
    pub fn tally(&self) -> Tally {
        let unchanged = self.before.unchanged;
        let indeterminate = self.counts.unknown() + unchanged.unknown();
        Tally {
            determined: self.counts.applicable() + unchanged.applicable() - indeterminate,
            indeterminate,
            ..Tally::default()
        }
    }
}
