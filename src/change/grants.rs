//! Grants: what is missing, what goes beyond the baseline, what is left to IAM.

mod cover;
mod iam;
mod missing;
mod way;

use super::current::{Held, HeldRight, Stands};
use super::plan::{Change, Class, Draft, Evidence, Fate, Kind, Sign};
use super::revoke::{Cut, cuts, entry, exclude_each_other, shown};
use super::step::{Pending, Phase, units};
use crate::aws::lake_formation::grant::{Node as On, Object};
use crate::aws::lake_formation::principal::is_iam_allowed_principals;
use crate::live::operation::{BATCH_GRANT_PERMISSIONS, BATCH_REVOKE_PERMISSIONS};
use crate::observed::ResourceKind;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What everybody whom IAM allows is called among holders.
const IAM: &str = "IAM_ALLOWED_PRINCIPALS";

/// Why what goes beyond the baseline stays.
const NOT_PRUNED: &str = "revoked only with `--prune`";

/// Plans the grants.
pub(super) fn grants(draft: &mut Draft<'_, '_>) {
    let desired = draft.desired;
    if !desired.requires("lake.grants") && !desired.requires("lake.iam-allowed-principals") {
        return;
    }
    if !draft.is_listed(ResourceKind::LakeFormationGrant, "grants") {
        return;
    }
    let mut work = Work::of(draft);
    work.weigh_held();
    work.weigh_declared();
    work.write();
}

/// What becomes of a grant that is held.
#[derive(Debug, Default)]
struct Taken {
    /// What is cut out of it, each with the number of its change.
    cuts: Vec<(Cut, usize)>,
    /// It is a grant to IAM's principals that goes.
    left_to_iam: bool,
    /// It goes right before what takes its place, in this unit.
    unit: Option<String>,
}

/// A grant that is made.
struct Given {
    /// Who, for the size of units.
    principal: String,
    object: Object,
    key: String,
    entry: Value,
    changes: Vec<usize>,
    /// It takes the place of something, in this unit.
    unit: Option<String>,
}

/// Held and declared grants being weighed.
struct Work<'w, 'd, 'b> {
    draft: &'w mut Draft<'d, 'b>,
    /// The numbers of held grants, by holder and by what they are on.
    near: BTreeMap<(String, String), Vec<usize>>,
    taken: BTreeMap<usize, Taken>,
    given: Vec<Given>,
    /// The changes that are told of what is left to IAM, by object.
    left: BTreeMap<Object, usize>,
}

impl<'w, 'd, 'b> Work<'w, 'd, 'b> {
    fn of(draft: &'w mut Draft<'d, 'b>) -> Self {
        let mut near: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
        for (at, held) in draft.current.grants.iter().enumerate() {
            let key = (
                holder(&held.principal).to_owned(),
                neighbourhood(&held.object),
            );
            near.entry(key).or_default().push(at);
        }
        Self {
            draft,
            near,
            taken: BTreeMap::new(),
            given: Vec::new(),
            left: BTreeMap::new(),
        }
    }

    /// The grants that somebody holds on the object, on columns of it, or on the table of its columns.
    fn near(&self, principal: &str, object: &Object) -> &[usize] {
        let key = (principal.to_owned(), neighbourhood(object));
        self.near.get(&key).map_or(&[], Vec::as_slice)
    }

    fn held(&self, at: usize) -> Option<&'d Held> {
        self.draft.current.grants.get(at)
    }

    fn weigh_held(&mut self) {
        let current = self.draft.current;
        for (at, held) in current.grants.iter().enumerate() {
            if held.left_to_iam.is_some() && self.left_to_iam(at, held) {
                continue;
            }
            self.beyond(at, held);
        }
    }

    /// What the baseline does not give.
    fn beyond(&mut self, at: usize, held: &'d Held) {
        // What came with `ALL` goes with it, and is told with it.
        let mut all = None;
        let (first, rest): (Vec<_>, Vec<_>) = held.rights.iter().partition(|one| one.name == "ALL");
        for right in first.into_iter().chain(rest) {
            if right.stands == Stands::Unclear {
                let said = format!(
                    "whether `{}` on {} for `{}` is declared is not known",
                    right.name, held.object, held.principal
                );
                self.draft.unknown.push(said);
            }
            if !right.stands.is_beyond() {
                continue;
            }
            for cut in cuts(&self.draft.desired.asked(), held, right) {
                let came_with = all.filter(|_| right.stands == Stands::PartOfAll);
                let number = came_with.unwrap_or_else(|| self.tell(held, right, &cut));
                if right.name == "ALL" {
                    all = Some(number);
                }
                if self.fate(held) == Fate::Planned {
                    let taken = self.taken.entry(at).or_default();
                    taken.cuts.push((cut, number));
                }
            }
        }
    }

    /// What becomes of what goes beyond the baseline.
    fn fate(&self, held: &Held) -> Fate {
        match &held.waived {
            Some(reason) => Fate::Reported(format!("waived: {reason}")),
            None if self.draft.options.prune => Fate::Planned,
            None => Fate::Reported(NOT_PRUNED.to_owned()),
        }
    }

    fn tell(&mut self, held: &Held, right: &HeldRight, cut: &Cut) -> usize {
        let (class, detail, row) = match &right.stands {
            Stands::Wider(row, how) => (Class::Widened, Some(how.clone()), Some(row)),
            Stands::PartOfAll => (Class::Excess, Some("it came with `ALL`".to_owned()), None),
            Stands::Declared | Stands::Ungoverned | Stands::Excess | Stands::Unclear => {
                (Class::Excess, None, None)
            }
        };
        let row = row.filter(|row| !row.is_empty());
        let desired = self.draft.desired;
        let fate = self.fate(held);
        self.draft.change(Change {
            kind: Kind::Grants,
            sign: Sign::Remove,
            class,
            fate,
            what: shown(cut),
            holder: Some(held.principal.clone()),
            detail,
            wanted: row.map_or_else(Vec::new, |row| desired.lines("lake.grants", "grant", row)),
            evidence: held.evidence.clone(),
        })
    }

    /// Has a held grant go right before what takes its place.
    fn exchange(&mut self, at: usize, unit: &str) {
        let taken = self.taken.entry(at).or_default();
        taken.unit = Some(unit.to_owned());
    }

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
        held.map(|held| held.principal.clone()).collect()
    }

    /// Whether a grant is made before tags and filters change: where nobody gains by that, and its principal would lose
    /// something for longer otherwise.
    fn comes_first(&self, given: &Given, early: &BTreeSet<String>) -> bool {
        let (shifts, current) = (&self.draft.shifts, self.draft.current);
        let matters = early.contains(&given.principal) || shifts.widen(&given.object, current);
        matters && shifts.may_come_first(&given.object, current)
    }

    /// Writes the entries of what is given and taken.
    fn write(mut self) {
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
            let early = self.widens(held);
            for pending in revokes(held, &taken, early) {
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

/// A holder by which grants are found.
fn holder(principal: &str) -> &str {
    if is_iam_allowed_principals(principal) {
        IAM
    } else {
        principal
    }
}

/// Under what grants stand together that cover, or exclude, each other.
fn neighbourhood(object: &Object) -> String {
    match (&object.node, object.table()) {
        (On::Table(..) | On::Columns(..), Some((database, table))) => {
            let catalog = object.catalog.as_ref();
            let catalog = catalog.map(ToString::to_string).unwrap_or_default();
            format!("table {catalog} {database}.{table}")
        }
        (On::Tag(tag, _), _) => format!("tag {tag}"),
        _ => object.to_string(),
    }
}

/// What an object is, as a path: catalog, database, table.
pub(super) fn key(object: &Object) -> String {
    let catalog = object.catalog.as_ref();
    let catalog = catalog.map(|one| format!("{one}:")).unwrap_or_default();
    match (object.database(), object.table(), &object.node) {
        (_, Some((database, table)), _) => format!("{catalog}{database}/{table}"),
        (Some(database), None, On::AllTables(_)) => format!("{catalog}{database}/*"),
        (Some(database), None, _) => format!("{catalog}{database}"),
        (None, ..) => object.to_string(),
    }
}

/// As [`key`], of a grant whose end everything below the object feels.
fn broad_key(object: &Object) -> String {
    let own = key(object);
    own.strip_suffix("/*")
        .map_or_else(|| own.clone(), str::to_owned)
}
