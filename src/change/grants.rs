//! Grants: what is missing, what goes beyond the baseline, what is left to IAM.

mod cover;
mod iam;
mod missing;
mod near;
mod way;
mod write;

use self::near::Near;
use super::current::{Held, HeldRight, Stands};
use super::plan::{Change, Class, Draft, Evidence, Fate, Kind, Sign};
use super::revoke::{Cut, cuts, exclude_each_other, shown};
use crate::aws::lake_formation::grant::{Node as On, Object};
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
    near: Near<'d>,
    taken: BTreeMap<usize, Taken>,
    given: Vec<Given>,
    /// Whose rights were told that come with having made a table, and which table.
    makers: BTreeSet<(String, Object)>,
    /// The changes that are told of what is left to IAM, by object.
    left: BTreeMap<Object, usize>,
}

impl<'w, 'd, 'b> Work<'w, 'd, 'b> {
    fn of(draft: &'w mut Draft<'d, 'b>) -> Self {
        Self {
            near: Near::of(&draft.current.grants),
            draft,
            taken: BTreeMap::new(),
            given: Vec::new(),
            makers: BTreeSet::new(),
            left: BTreeMap::new(),
        }
    }

    /// The grants that somebody holds on the object, on columns of it, or on the table of its columns.
    fn near(&self, principal: &str, object: &Object) -> impl Iterator<Item = usize> + use<'_, 'd> {
        self.near.find(principal, object)
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
        let (mut all, mut of_maker) = (None, None);
        let (first, rest): (Vec<_>, Vec<_>) = held.rights.iter().partition(|one| one.name == "ALL");
        for right in first.into_iter().chain(rest) {
            if right.stands == Stands::Unclear {
                let said = format!(
                    "whether `{}` on {} for `{}` is declared is not known",
                    right.name, held.object, held.principal
                );
                self.draft.unknown.push(said);
            }
            if right.stands == Stands::OfMaker {
                of_maker = of_maker.or(Some(right));
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
        if let Some(right) = of_maker {
            self.tell_of_maker(held, right);
        }
    }

    /// Tells of what somebody holds who made the table: once, however AWS words it back.
    fn tell_of_maker(&mut self, held: &Held, right: &HeldRight) {
        let key = (held.principal.to_string(), held.object.clone());
        if !self.makers.insert(key) {
            return;
        }
        let change = Change {
            kind: Kind::Grants,
            sign: Sign::Remove,
            class: Class::Excess,
            fate: Fate::Reported(
                "it comes with having made the table, and AWS revokes no such right".to_owned(),
            ),
            what: format!("{} on {}", right.name, held.object),
            holder: Some(held.principal.to_string()),
            detail: under(held),
            wanted: Vec::new(),
            evidence: held.evidence.clone(),
        };
        self.draft.change(change);
    }

    /// What becomes of what goes beyond the baseline.
    fn fate(&self, held: &Held) -> Fate {
        match (&held.waived, &held.unheard) {
            (Some(reason), _) => Fate::Reported(format!("waived: {reason}")),
            (None, Some(member)) => Fate::Reported(format!(
                "AWS says `{member}` of it, which this version does not know: revoke it by hand"
            )),
            (None, None) if self.draft.options.prune => Fate::Planned,
            (None, None) => Fate::Reported(NOT_PRUNED.to_owned()),
        }
    }

    fn tell(&mut self, held: &Held, right: &HeldRight, cut: &Cut) -> usize {
        let (class, detail, row) = match &right.stands {
            Stands::Wider(row, how) => (Class::Widened, Some(how.clone()), Some(row)),
            Stands::PartOfAll => (Class::Excess, Some("it came with `ALL`".to_owned()), None),
            Stands::Declared
            | Stands::Ungoverned
            | Stands::Excess
            | Stands::OfMaker
            | Stands::Unclear => (Class::Excess, None, None),
        };
        let row = row.filter(|row| !row.is_empty());
        let details: Vec<String> = detail.into_iter().chain(under(held)).collect();
        let desired = self.draft.desired;
        let fate = self.fate(held);
        self.draft.change(Change {
            kind: Kind::Grants,
            sign: Sign::Remove,
            class,
            fate,
            what: shown(cut),
            holder: Some(held.principal.to_string()),
            detail: (!details.is_empty()).then(|| details.join("; ")),
            wanted: row.map_or_else(Vec::new, |row| desired.lines("lake.grants", "grant", row)),
            evidence: held.evidence.clone(),
        })
    }

    /// Has a held grant go right before what takes its place.
    fn exchange(&mut self, at: usize, unit: &str) {
        let taken = self.taken.entry(at).or_default();
        taken.unit = Some(unit.to_owned());
    }
}

/// Under which condition something is held.
fn under(held: &Held) -> Option<String> {
    let condition = held.condition.as_ref();
    condition.map(|condition| format!("when {condition}"))
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
