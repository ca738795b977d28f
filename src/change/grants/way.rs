//! What stands in the way of a declared grant, and gives way to it: AWS holds a whole table, columns of it, or all but some
//! of them for one principal, and refuses two of these. One goes right before the other comes.

use super::cover::is_within;
use super::{Change, Class, Fate, IAM, Kind, Sign, Work, broad_key, exclude_each_other, key};
use crate::aws::lake_formation::grant::{Node as On, Object};
use crate::aws::lake_formation::name::Name;
use crate::change::current::{Held, HeldRight};
use crate::change::revoke::{Cut, shown};
use crate::control::lake::DeclaredGrant;
use crate::control::lake::standing::{members, with_members};
use std::collections::BTreeSet;

impl Work<'_, '_, '_> {
    /// What must go right before the grant is made: the unit in which it goes, if anything must.
    ///
    /// # Errors
    /// Why the grant cannot be made.
    pub(super) fn way(&mut self, declared: &DeclaredGrant) -> Result<Option<String>, String> {
        let iam = if matches!(declared.object.node, On::Columns(..)) {
            self.of_iam(&declared.object)
        } else {
            Vec::new()
        };
        for (at, whole) in &iam {
            if !self.taken.get(at).is_some_and(|taken| taken.left_to_iam) {
                return Err(format!(
                    "`{IAM}` holds {whole}, beside which AWS makes a grant on columns one on all of them: revoke it first, or ask for `lake.iam-allowed-principals`"
                ));
            }
        }
        let unit = iam.iter().map(|(_, whole)| broad_key(whole)).min();
        let unit = unit.unwrap_or_else(|| key(&declared.object));
        let mut exchanged: Vec<usize> = iam.into_iter().map(|(at, _)| at).collect();
        let mut replaced: Vec<(usize, Cut)> = Vec::new();
        let principal = declared.principal.to_string();
        for at in self.near(&principal, &declared.object) {
            let Some(held) = self.held(at) else { continue };
            if !exclude_each_other(&declared.object, &held.object) {
                continue;
            }
            for right in &held.rights {
                let Some(rest) = self.rest(at, held, right) else {
                    continue;
                };
                if held.unheard.is_some() || !is_within(declared, held, &rest) {
                    return Err(format!(
                        "AWS refuses it beside `{}` on {} of the same principal, which {}",
                        right.name,
                        held.object,
                        if held.unheard.is_some() {
                            "has members that this version does not know"
                        } else if right.stands.is_beyond() {
                            "`--prune` takes away"
                        } else {
                            "stays"
                        }
                    ));
                }
                replaced.push((at, rest));
            }
            exchanged.push(at);
        }
        for (at, rest) in replaced {
            self.replace(at, rest, declared);
        }
        for at in &exchanged {
            self.exchange(*at, &unit);
        }
        Ok((!exchanged.is_empty()).then_some(unit))
    }

    /// What is left of a right once everything is taken that is to be taken.
    fn rest(&self, at: usize, held: &Held, right: &HeldRight) -> Option<Cut> {
        let cuts = self.taken.get(&at).into_iter();
        let cuts = cuts.flat_map(|taken| taken.cuts.iter().map(|(cut, _)| cut));
        let mut rest = Cut {
            object: held.object.clone(),
            permission: right.name.clone(),
            grantable: right.grantable,
            option_only: false,
        };
        let mut without_option: BTreeSet<Name> = BTreeSet::new();
        for cut in cuts.filter(|cut| cut.permission == right.name) {
            let gone = members(&cut.object);
            if cut.option_only {
                rest.grantable &= cut.object != held.object;
                without_option.extend(gone.into_iter().flatten().cloned());
                continue;
            }
            let (Some(left), Some(gone)) = (members(&rest.object), gone) else {
                return None;
            };
            let left: BTreeSet<Name> = left.difference(gone).cloned().collect();
            if left.is_empty() {
                return None;
            }
            rest.object = with_members(&rest.object, left);
        }
        if let Some(left) = members(&rest.object) {
            rest.grantable &= !left.is_subset(&without_option);
        }
        Some(rest)
    }

    /// A narrower right goes because a wider one takes its place.
    fn replace(&mut self, at: usize, cut: Cut, declared: &DeclaredGrant) {
        let Some(held) = self.held(at) else { return };
        let desired = self.draft.desired;
        let number = self.draft.change(Change {
            kind: Kind::Grants,
            sign: Sign::Remove,
            class: Class::Replaced,
            fate: Fate::Planned,
            what: shown(&cut),
            holder: Some(held.principal.to_string()),
            detail: Some(format!("{} takes its place", declared.object)),
            wanted: desired.lines("lake.grants", "grant", &declared.identity),
            evidence: held.evidence.clone(),
        });
        let taken = self.taken.entry(at).or_default();
        taken.cuts.push((cut, number));
    }

    /// The grants to IAM's principals on the table of some columns, or on all tables of its database.
    fn of_iam(&self, columns: &Object) -> Vec<(usize, Object)> {
        let Some((database, table)) = columns.table() else {
            return Vec::new();
        };
        let wide = |node| Object {
            catalog: columns.catalog.clone(),
            node,
        };
        let objects = [
            wide(On::Table(database.clone(), table.clone())),
            wide(On::AllTables(database.clone())),
        ];
        let mut found = Vec::new();
        for object in objects {
            for at in self.near(IAM, &object) {
                found.push((at, object.clone()));
            }
        }
        found
    }
}
