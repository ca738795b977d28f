//! What a report is compared with, and what becomes of its findings by that.

use super::evidence::Evidence;
use super::{Counts, Earlier, Evaluation, narrow};
use crate::observed::Facts;
use std::collections::BTreeMap;

/// What a report is compared with.
#[derive(Clone, Debug, Default)]
pub struct Before {
    /// What a ratchet file tolerates.
    pub ratchet: Option<Earlier>,
    /// What the tree that a change starts from has, and how the user calls that tree.
    pub base: Option<(String, Earlier)>,
    /// The findings that stood in that tree already: they are counted here and nowhere else.
    pub unchanged: Counts,
}

impl Before {
    /// Sorts evaluations that were counted: tolerated ones are marked, unchanged ones leave, and what is new of others is
    /// what they show.
    pub(super) fn settle(
        &mut self,
        counts: &mut Counts,
        evaluations: &mut Vec<Evaluation>,
        homes: &BTreeMap<String, String>,
    ) {
        if self.ratchet.is_none() && self.base.is_none() {
            return;
        }
        evaluations.retain_mut(|evaluation| {
            if !evaluation.is_finding() {
                return true;
            }
            let unchanged = self.settle_one(counts, evaluation, homes);
            for one in &mut evaluation.evidence {
                one.detail = None;
            }
            !unchanged
        });
    }

    /// Whether the finding stood in the other tree.
    fn settle_one(
        &mut self,
        counts: &mut Counts,
        evaluation: &mut Evaluation,
        homes: &BTreeMap<String, String>,
    ) -> bool {
        let mut evidence = evaluation.evidence_or_whole().into_owned();
        let none = || vec![false; evidence.len()];
        let ratchet = self.ratchet.as_mut();
        let tolerated = ratchet.map_or_else(none, |earlier| {
            earlier.covered(evaluation, &evidence, homes)
        });
        // Both trees are looked at from here: names of this machine will do.
        let base = self.base.as_mut();
        let stood = base.map_or_else(none, |(_, earlier)| {
            earlier.covered(evaluation, &evidence, &BTreeMap::new())
        });
        for (one, tolerated) in evidence.iter_mut().zip(&tolerated) {
            one.tolerated = *tolerated;
        }
        let old: Vec<bool> = { tolerated.iter().zip(&stood) }
            .map(|(tolerated, stood)| *tolerated || *stood)
            .collect();
        if !stood.contains(&false) {
            counts.remove(evaluation);
            self.unchanged.add(evaluation);
            return true;
        }
        if old.contains(&false) {
            self.show_what_is_new(evaluation, &evidence, &old, homes);
        } else {
            counts.remove(evaluation);
            evaluation.tolerated = true;
            counts.add(evaluation);
        }
        evaluation.evidence = evidence;
        false
    }

    /// Lets a finding of which something is new show that alone; one of which everything is stays as it is.
    fn show_what_is_new(
        &self,
        evaluation: &mut Evaluation,
        evidence: &[Evidence],
        old: &[bool],
        homes: &BTreeMap<String, String>,
    ) {
        let here = BTreeMap::new();
        let ratchet = self.ratchet.iter().map(|earlier| (earlier, homes));
        let base = self.base.iter().map(|(_, earlier)| (earlier, &here));
        let compared: Vec<_> = ratchet.chain(base).collect();
        let (mut new, mut stood) = (Vec::new(), Vec::new());
        let mut stood_elsewhere = false;
        for (one, old) in evidence.iter().zip(old) {
            if *old {
                stood.push(one.shown_beyond(&[]));
                continue;
            }
            let when = compared.iter();
            let when: Vec<&[Facts]> = when
                .flat_map(|(earlier, homes)| earlier.worlds_of(evaluation, one, homes))
                .collect();
            stood_elsewhere |= !when.is_empty();
            new.push(one.shown_beyond(&when));
        }
        if stood_elsewhere || !stood.is_empty() {
            narrow::to_new(evaluation, &new, &stood);
        }
    }
}
