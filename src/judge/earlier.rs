//! Findings that were there before: in the tree that a change starts from, or in a ratchet file.
//!
//! What is compared is what findings rest on, condition by condition. One is an old one when the same was said of the
//! same property, it is no more severe, and stands in no world where it did not stand; as often as it was there then.
//! Whoever mends one of two conditions has an old finding, whoever breaks a third, changes the value to another wrong one
//! or lets it stand under another choice as well has a new one.

use super::evidence::{Evidence, Trace};
use super::{Evaluation, Subject};
use crate::control::{Severity, Verdict};
use crate::observed::{Facts, reaches_within};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// What was said of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// What it rested on.
    Traces(Vec<Trace>),
    /// What older ratchet files tell of it.
    Joined {
        /// Its verdict.
        verdict: Verdict,
        /// Its severity.
        severity: Severity,
        /// The message: each condition once, joined by "; ", after the world that it stood in.
        message: String,
        /// What was seen, joined likewise.
        observed: String,
    },
}

impl Said {
    /// What is said of an evaluation.
    pub fn of(evaluation: &Evaluation) -> Self {
        Self::Traces(evaluation.traces(false))
    }
}

/// A finding that was there.
#[derive(Clone, Debug)]
struct Finding {
    said: Said,
    /// Whether a file that it was seen in is gone.
    gone: BTreeSet<String>,
    met: bool,
}

impl Finding {
    /// Which of these it covers, each by another of its conditions.
    fn covers(
        &self,
        verdict: Verdict,
        now: &[&Evidence],
        homes: &BTreeMap<String, String>,
    ) -> Vec<bool> {
        match &self.said {
            Said::Traces(traces) => {
                let mut left: Vec<&Trace> = traces.iter().collect();
                let now = now.iter();
                now.map(|one| self.takes(one, &mut left, homes)).collect()
            }
            Said::Joined {
                verdict: then,
                severity,
                message,
                observed,
            } => {
                let (world, message) = world_of(message);
                let mut left = parts(message);
                let observed = parts(observed);
                let covers = |one: &&Evidence| {
                    let trace = &one.trace;
                    let within = parts(&trace.message).is_subset(&left)
                        && (trace.observed.is_empty()
                            || parts(&trace.observed).is_subset(&observed));
                    let covered = *then == verdict
                        && trace.severity <= *severity
                        && within
                        && stands_in(one, world);
                    if covered {
                        // It was said once.
                        for part in parts(&trace.message) {
                            left.remove(part);
                        }
                    }
                    covered
                };
                now.iter().map(covers).collect()
            }
        }
    }

    /// Whether one of the conditions that are left is this one, which is then taken.
    fn takes(
        &self,
        one: &Evidence,
        left: &mut Vec<&Trace>,
        homes: &BTreeMap<String, String>,
    ) -> bool {
        let trace = at_home(&one.trace, homes);
        let found = left.iter().position(|then| {
            let gone = then
                .file
                .as_ref()
                .is_some_and(|file| self.gone.contains(file));
            trace.severity <= then.severity
                && trace.is_like(then, gone)
                && reaches_within(&trace.extent, &then.extent)
                && one.stands_within(&then.when)
        });
        if let Some(at) = found {
            left.remove(at);
        }
        found.is_some()
    }
}

/// The trace with its file as every machine knows it.
fn at_home<'t>(trace: &'t Trace, homes: &BTreeMap<String, String>) -> Cow<'t, Trace> {
    let home = trace.file.as_ref().and_then(|file| homes.get(file));
    match home {
        Some(home) => Cow::Owned(Trace {
            file: Some(home.clone()),
            ..trace.clone()
        }),
        None => Cow::Borrowed(trace),
    }
}

/// What an older message says of the world that it stood in, and the rest of it.
fn world_of(message: &str) -> (Option<&str>, &str) {
    let named = message.strip_prefix("when ");
    match named.and_then(|rest| rest.split_once(": ")) {
        Some((world, rest)) => (Some(world), rest),
        None => (None, message),
    }
}

/// Whether a condition stands in the world of this name and in no other; without a name, wherever it stands.
fn stands_in(one: &Evidence, world: Option<&str>) -> bool {
    let Some(world) = world else {
        return true;
    };
    let mut labels = one.labels();
    labels.next() == Some(Some(world)) && labels.next().is_none()
}

fn parts(text: &str) -> BTreeSet<&str> {
    text.split("; ").collect()
}

/// Findings that were there before. Each covers one finding of now, as a whole or in part.
#[derive(Clone, Debug, Default)]
pub struct Earlier {
    findings: Vec<Finding>,
    by_fingerprint: BTreeMap<String, Vec<usize>>,
}

impl Earlier {
    /// Adds a finding; they are numbered in the order in which they are added. Where a file that it was seen in is gone, it
    /// covers the same finding in any other file, for the file may have moved.
    pub fn add(&mut self, subject: &Subject<'_>, said: Said, is_gone: impl Fn(&str) -> bool) {
        let number = self.findings.len();
        let files: BTreeSet<String> = match &said {
            Said::Traces(traces) => {
                let files = traces.iter().filter_map(|trace| trace.file.clone());
                files.chain([subject.file.to_owned()]).collect()
            }
            Said::Joined { .. } => [subject.file.to_owned()].into(),
        };
        let gone: BTreeSet<String> = { files.iter() }
            .filter(|file| !file.is_empty() && is_gone(file))
            .cloned()
            .collect();
        let mut names: BTreeSet<String> = files
            .iter()
            .map(|file| subject.within(file).fingerprint())
            .collect();
        if !gone.is_empty() {
            names.insert(subject.anywhere());
        }
        for name in names {
            self.by_fingerprint.entry(name).or_default().push(number);
        }
        self.findings.push(Finding {
            said,
            gone,
            met: false,
        });
    }

    /// Which conditions of a finding stood there already. What covers some is then met, and covers no other finding.
    pub(super) fn covered(
        &mut self,
        evaluation: &Evaluation,
        evidence: &[Evidence],
        homes: &BTreeMap<String, String>,
    ) -> Vec<bool> {
        let mut covered = vec![false; evidence.len()];
        let numbers = self.candidates(evaluation, evidence, homes);
        // What covers all comes first: it is the same finding.
        for all in [true, false] {
            for number in &numbers {
                let open: Vec<(usize, &Evidence)> = { evidence.iter().enumerate() }
                    .filter(|(at, _)| covered.get(*at) == Some(&false))
                    .collect();
                let Some(finding) = self.findings.get_mut(*number) else {
                    continue;
                };
                if open.is_empty() || finding.met {
                    continue;
                }
                let now: Vec<&Evidence> = open.iter().map(|(_, one)| *one).collect();
                let new = finding.covers(evaluation.verdict, &now, homes);
                if !new.contains(&true) || all && new.contains(&false) {
                    continue;
                }
                finding.met = true;
                for ((at, _), new) in open.iter().zip(new) {
                    if let Some(covered) = covered.get_mut(*at) {
                        *covered = new;
                    }
                }
            }
        }
        covered
    }

    /// The worlds in which the same was said of the same property.
    pub(super) fn worlds_of(
        &self,
        evaluation: &Evaluation,
        one: &Evidence,
        homes: &BTreeMap<String, String>,
    ) -> Vec<&[Facts]> {
        let trace = at_home(&one.trace, homes);
        let numbers = self.candidates(evaluation, std::slice::from_ref(one), homes);
        let findings = numbers
            .iter()
            .filter_map(|number| self.findings.get(*number));
        let traces = findings.flat_map(|finding| match &finding.said {
            Said::Traces(traces) => traces.as_slice(),
            Said::Joined { .. } => &[],
        });
        let like =
            traces.filter(|then| trace.is_like(then, true) && trace.severity <= then.severity);
        like.map(|then| then.when.as_slice()).collect()
    }

    /// The findings that may be this one, by their numbers.
    fn candidates(
        &self,
        evaluation: &Evaluation,
        evidence: &[Evidence],
        homes: &BTreeMap<String, String>,
    ) -> BTreeSet<usize> {
        let subject = Subject::of(evaluation, homes);
        let files = evidence.iter().filter_map(|one| one.trace.file.as_ref());
        let mut files: BTreeSet<&str> = files
            .map(|file| homes.get(file).unwrap_or(file).as_str())
            .collect();
        files.insert(subject.file);
        let own = files
            .into_iter()
            .map(|file| subject.within(file).fingerprint());
        let names = own.chain([subject.anywhere()]);
        let known = names.filter_map(|name| self.by_fingerprint.get(&name));
        known.flatten().copied().collect()
    }

    /// Whether the finding of this number was met.
    pub fn is_met(&self, number: usize) -> bool {
        self.findings.get(number).is_some_and(|finding| finding.met)
    }
}
