//! Repairs tried out on copies of the texts: all together, and one by one where that makes something worse.

use super::candidates::Files;
use super::standing::Worse;
use super::{Fixing, State};
use crate::cli::Terminal;
use crate::cli::files::Texts;
use crate::fix::{self, Together};
use crate::judge::Determined;
use std::collections::{BTreeSet, VecDeque};
use std::io;
use std::sync::Arc;

/// How often everything is judged again before what is left is let be.
const ATTEMPTS: usize = 200;

/// A candidate, and which of its alternatives.
type Choice = (usize, usize);

/// Finds out which candidates of a state mend their findings and make nothing worse.
pub(super) struct Trial<'a, 'f, 't> {
    pub(super) fixing: &'a Fixing<'f>,
    pub(super) determined: &'a Determined,
    /// The texts of the state.
    pub(super) texts: &'a Texts,
    pub(super) files: &'a mut Files,
    pub(super) state: &'a State,
    pub(super) terminal: &'a mut Terminal<'t>,
}

/// Choices that were seen to be good together, and what came of them.
pub(super) struct Kept {
    pub(super) chosen: Vec<Choice>,
    pub(super) texts: Texts,
    pub(super) state: State,
}

/// What came of choices.
struct Tried {
    kept: Kept,
    /// Contradicts one that came before it: its turn comes later.
    clashing: Vec<Choice>,
    /// The finding is still there.
    futile: Vec<Choice>,
    worse: Worse,
}

impl Trial<'_, '_, '_> {
    /// The choices that are good, if any are; and how many candidates there is no hope for.
    pub(super) fn settle(&mut self) -> io::Result<(usize, Option<Kept>)> {
        let mut pool: Vec<Choice> = (0..self.state.candidates.len()).map(|at| (at, 0)).collect();
        let (mut hopeless, mut attempts) = (0, 0);
        let mut aside: VecDeque<Choice> = VecDeque::new();
        let mut kept = None;
        while !pool.is_empty() && attempts < ATTEMPTS {
            attempts += 1;
            let came = self.tried(&pool)?;
            if !came.futile.is_empty() || !came.clashing.is_empty() {
                pool.retain(|choice| !came.clashing.contains(choice));
                pool = self.without(&pool, &came.futile, &mut hopeless);
            } else if came.worse == Worse::Nowhere {
                kept = Some(came.kept);
                break;
            } else {
                let (suspects, others) = self.suspects(&pool, &came.worse);
                aside.extend(suspects);
                pool = others;
            }
        }
        self.one_by_one(aside, attempts, &mut hopeless, &mut kept)?;
        Ok((hopeless, kept))
    }

    /// Adds those that can be added, as many at a time as are about different files.
    fn one_by_one(
        &mut self,
        mut aside: VecDeque<Choice>,
        mut attempts: usize,
        hopeless: &mut usize,
        kept: &mut Option<Kept>,
    ) -> io::Result<()> {
        while !aside.is_empty() {
            let mut round = self.apart(&mut aside);
            while !round.is_empty() {
                if attempts >= ATTEMPTS {
                    *hopeless += round.len() + aside.len();
                    return Ok(());
                }
                attempts += 1;
                let base = kept
                    .as_ref()
                    .map(|kept| kept.chosen.clone())
                    .unwrap_or_default();
                let all: Vec<Choice> = base.into_iter().chain(round.iter().copied()).collect();
                let came = self.tried(&all)?;
                let (suspects, _) = self.suspects(&round, &came.worse);
                let mut bad: Vec<Choice> =
                    came.futile.iter().chain(&came.clashing).copied().collect();
                bad.extend(suspects);
                bad.retain(|choice| round.contains(choice));
                if bad.is_empty()
                    && came.worse == Worse::Nowhere
                    && came.futile.is_empty()
                    && came.clashing.is_empty()
                {
                    *kept = Some(came.kept);
                    break;
                }
                if bad.is_empty() {
                    bad.clone_from(&round);
                }
                round.retain(|choice| !bad.contains(choice));
                // Another way may still come to a good end.
                aside.extend(self.without(&bad, &bad, hopeless));
            }
        }
        Ok(())
    }

    /// Choices of which no two change one file.
    fn apart(&self, aside: &mut VecDeque<Choice>) -> Vec<Choice> {
        let mut taken: BTreeSet<&str> = BTreeSet::new();
        let mut round = Vec::new();
        let mut rest = VecDeque::new();
        for choice in aside.drain(..) {
            let Some(candidate) = self.state.candidates.get(choice.0) else {
                continue;
            };
            let free = candidate
                .files
                .iter()
                .all(|file| !taken.contains(file.as_str()));
            taken.extend(candidate.files.iter().map(String::as_str));
            if free {
                round.push(choice);
            } else {
                rest.push_back(choice);
            }
        }
        *aside = rest;
        round
    }

    /// The choices that may be why something became worse, and the others.
    fn suspects(&self, pool: &[Choice], worse: &Worse) -> (Vec<Choice>, Vec<Choice>) {
        let suspect = |choice: &Choice| {
            let candidate = self.state.candidates.get(choice.0);
            candidate.is_some_and(|candidate| worse.touches(&candidate.files))
        };
        let (mut suspects, mut others): (Vec<_>, Vec<_>) =
            pool.iter().partition(|choice| suspect(choice));
        if suspects.is_empty() && *worse != Worse::Nowhere {
            std::mem::swap(&mut suspects, &mut others);
        }
        (suspects, others)
    }

    /// The pool with the next alternatives of these choices, those that have one.
    fn without(&self, pool: &[Choice], bad: &[Choice], hopeless: &mut usize) -> Vec<Choice> {
        let next = pool.iter().filter_map(|choice| {
            let (at, alternative) = *choice;
            if !bad.contains(choice) {
                return Some(*choice);
            }
            let candidate = self.state.candidates.get(at)?;
            if alternative + 1 < candidate.alternatives.len() {
                return Some((at, alternative + 1));
            }
            *hopeless += 1;
            None
        });
        next.collect()
    }

    /// Makes these choices in copies of the texts, and judges what comes of them.
    fn tried(&mut self, pool: &[Choice]) -> io::Result<Tried> {
        let mut together = Together::default();
        let (mut chosen, mut clashing) = (Vec::new(), Vec::new());
        for choice in pool {
            let repairs = self.state.candidates.get(choice.0);
            let repairs = repairs.and_then(|candidate| candidate.alternatives.get(choice.1));
            if repairs.is_some_and(|repairs| together.add(repairs)) {
                chosen.push(*choice);
            } else {
                clashing.push(*choice);
            }
        }
        let mut texts = self.texts.clone();
        for (file, repairs) in together.by_file() {
            let text = match self.texts.get(file) {
                Some(text) => text,
                None => match self.files.original(file) {
                    Some((_, text)) => text,
                    None => continue,
                },
            };
            let edits = fix::edits(file, text, &repairs);
            if let Some(changed) = edits.and_then(|edits| fix::apply(text, &edits)) {
                texts.insert(file.to_owned(), Arc::from(changed));
            }
        }
        let state = self
            .fixing
            .state(&texts, self.determined, self.files, self.terminal)?;
        let finding = |choice: &Choice| {
            let candidate = self.state.candidates.get(choice.0);
            candidate.is_some_and(|candidate| state.standing.finds(&candidate.fingerprint))
        };
        Ok(Tried {
            futile: chosen
                .iter()
                .filter(|choice| finding(choice))
                .copied()
                .collect(),
            worse: state.standing.worse_than(&self.state.standing),
            clashing,
            kept: Kept {
                chosen,
                texts,
                state,
            },
        })
    }
}
