//! What is given and taken, as entries of batches, each in its phase.

use super::{Given, Taken, Work, broad_key, key};
use crate::aws::lake_formation::grant::Object;
use crate::change::current::Held;
use crate::change::revoke::{Cut, entry};
use crate::change::step::{Pending, Phase, units};
use crate::live::operation::{BATCH_GRANT_PERMISSIONS, BATCH_REVOKE_PERMISSIONS};
use std::collections::{BTreeMap, BTreeSet};

impl Work<'_, '_, '_> {
    /// Whether a held grant gives more by itself before it could be taken in its turn.
    fn widens(&self, held: &Held) -> bool {
        self.draft.shifts.widen(&held.object, self.draft.current)
    }

    /// Who loses something before tags and filters change.
    fn early(&self) -> BTreeSet<String> {
        let taken = self.taken.iter();
        let taken = taken.filter(|(_, taken)| taken.unit.is_none() && !taken.left_to_iam);
        let held = taken.filter_map(|(at, _)| self.held(*at));
        let held = held.filter(|held| self.widens(held));
        held.map(|held| held.principal.to_string()).collect()
    }

    /// Whether a grant is made before tags and filters change: where nobody gains by that, and its principal would lose
    /// something for longer otherwise.
    fn comes_first(&self, given: &Given, early: &BTreeSet<String>) -> bool {
        let (shifts, current) = (&self.draft.shifts, self.draft.current);
        let matters = early.contains(&given.principal) || shifts.widen(&given.object, current);
        matters && shifts.may_come_first(&given.object, current)
    }

    /// Writes the entries of what is given and taken.
    pub(super) fn write(mut self) {
        let mut exchanges: Vec<(String, Pending)> = Vec::new();
        let early = self.early();
        for given in std::mem::take(&mut self.given) {
            let pending = Pending {
                phase: match &given.unit {
                    Some(_) => Phase::Exchanges,
                    None if self.comes_first(&given, &early) => Phase::GrantsBefore,
                    None => Phase::Grants,
                },
                unit: given.unit.unwrap_or_default(),
                operation: &BATCH_GRANT_PERMISSIONS,
                key: given.key,
                input: given.entry,
                changes: given.changes,
                merges: Vec::new(),
            };
            if pending.phase == Phase::Exchanges {
                exchanges.push((given.principal, pending));
            } else {
                self.draft.entry(pending);
            }
        }
        for (at, taken) in std::mem::take(&mut self.taken) {
            let Some(held) = self.held(at) else { continue };
            let is_early = self.widens(held);
            for pending in revokes(held, &taken, is_early) {
                if pending.phase == Phase::Exchanges {
                    // What is left to IAM goes before anybody's grants.
                    let principal = if taken.left_to_iam {
                        ""
                    } else {
                        &held.principal
                    };
                    exchanges.push((principal.to_owned(), pending));
                } else {
                    self.draft.entry(pending);
                }
            }
        }
        units(&mut exchanges);
        for (_, pending) in exchanges {
            self.draft.entry(pending);
        }
    }
}

/// The entries that take cuts away: one for each object, and for permissions apart from mere grant options.
fn revokes(held: &Held, taken: &Taken, early: bool) -> Vec<Pending> {
    /// Cuts, and the numbers of their changes.
    type Group<'c> = (Vec<&'c Cut>, Vec<usize>);
    let mut groups: BTreeMap<(&Object, bool), Group<'_>> = BTreeMap::new();
    for (cut, number) in &taken.cuts {
        let (cuts, numbers) = groups.entry((&cut.object, cut.option_only)).or_default();
        cuts.push(cut);
        if !numbers.contains(number) {
            numbers.push(*number);
        }
    }
    let phase = match (&taken.unit, taken.left_to_iam) {
        (Some(_), _) => Phase::Exchanges,
        (None, true) => Phase::LeftToIam,
        (None, false) if early => Phase::RevokesBefore,
        (None, false) => Phase::Revokes,
    };
    let each = groups
        .into_iter()
        .map(|((object, _), (cuts, changes))| Pending {
            phase,
            unit: taken.unit.clone().unwrap_or_default(),
            operation: &BATCH_REVOKE_PERMISSIONS,
            key: if taken.left_to_iam {
                broad_key(object)
            } else {
                key(object)
            },
            input: entry(held, object, &cuts),
            changes,
            merges: Vec::new(),
        });
    each.collect()
}
