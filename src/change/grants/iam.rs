//! What is left to IAM: grants to `IAM_ALLOWED_PRINCIPALS`, beside which Lake Formation decides nothing.

use super::{Change, Class, Fate, IAM, Kind, Sign, Work};
use crate::aws::lake_formation::name::Likeness;
use crate::change::current::{Held, LeftToIam};
use crate::change::revoke::Cut;
use std::collections::BTreeSet;

impl<'d> Work<'_, 'd, '_> {
    /// Weighs a grant to IAM's principals. True when nothing more is to be said of it.
    pub(super) fn left_to_iam(&mut self, at: usize, held: &'d Held) -> bool {
        let governed = self.draft.desired.asked().governs(&held.object) == Likeness::Same;
        let fate = match held.left_to_iam {
            Some(LeftToIam::Refused | LeftToIam::Minor) if held.unheard.is_some() => self.fate(held),
            Some(LeftToIam::Refused) if governed => Fate::Planned,
            Some(LeftToIam::Refused) => Fate::Reported(
                "no grant of the baseline takes its place: it lies outside of the databases that `lake.grants` owns"
                    .to_owned(),
            ),
            Some(LeftToIam::Minor) if self.draft.options.prune && governed => return false,
            Some(LeftToIam::Minor) => {
                Fate::Reported("Athena and EMR look at this database, whatever they read".to_owned())
            }
            Some(LeftToIam::Unclear) => {
                let said = format!("whether {} may be left to IAM is not known", held.object);
                self.draft.unknown.push(said);
                return true;
            }
            Some(LeftToIam::Accepted) => return true,
            None => return false,
        };
        let planned = fate == Fate::Planned;
        let known = self.left.get(&held.object).copied();
        let number = known.unwrap_or_else(|| self.tell_of_iam(held, fate));
        self.left.insert(held.object.clone(), number);
        if planned {
            let taken = self.taken.entry(at).or_default();
            taken.left_to_iam = true;
            taken.cuts = held
                .rights
                .iter()
                .map(|right| {
                    let cut = Cut {
                        object: held.object.clone(),
                        permission: right.name.clone(),
                        grantable: right.grantable,
                        option_only: false,
                    };
                    (cut, number)
                })
                .collect();
        }
        true
    }

    /// AWS lists what `ALL` came with beside it, and reading by itself: it is one thing.
    fn tell_of_iam(&mut self, held: &Held, fate: Fate) -> usize {
        let near = self.near(IAM, &held.object);
        let near = near.filter_map(|at| self.held(at));
        let same = near.filter(|other| other.object == held.object);
        let names: BTreeSet<&str> = same
            .flat_map(|other| other.rights.iter().map(|one| one.name.as_str()))
            .collect();
        let parts = held.object.class().parts_of_all();
        let all = names.contains("ALL");
        let shown = names
            .into_iter()
            .filter(|name| !all || !parts.contains(name));
        let names: Vec<&str> = shown.collect();
        let change = Change {
            kind: Kind::Grants,
            sign: Sign::Remove,
            class: Class::LeftToIam,
            fate,
            what: format!("{} on {}", names.join(", "), held.object),
            holder: Some(held.principal.to_string()),
            detail: Some("it leaves the object to IAM".to_owned()),
            wanted: self.draft.desired.lines_of("lake.iam-allowed-principals"),
            evidence: held.evidence.clone(),
        };
        self.draft.change(change)
    }
}
