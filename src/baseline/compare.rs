//! Two baselines side by side: per control and key, what became stricter and what weaker.

use super::Baseline;
use super::show::{default_shape, show, shown_row};
use super::waiver::Waiver;
use crate::control::settings::Field;
use crate::control::{Entry, Requirement};
use crate::controls::REGISTRY;
use crate::lattice::Shape;
use crate::origin::Origin;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// How the new baseline stands to the old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The new one asks for more.
    Stricter,
    /// Both ask for the same.
    Equal,
    /// The new one asks for less.
    Weaker,
    /// Neither asks for all that the other does.
    Incomparable,
}

impl Change {
    /// Its name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stricter => "stricter",
            Self::Equal => "equal",
            Self::Weaker => "weaker",
            Self::Incomparable => "incomparable",
        }
    }

    const fn of(order: Option<Ordering>) -> Self {
        match order {
            Some(Ordering::Greater) => Self::Stricter,
            Some(Ordering::Equal) => Self::Equal,
            Some(Ordering::Less) => Self::Weaker,
            None => Self::Incomparable,
        }
    }

    /// The change that two changes make together.
    const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Equal, change) | (change, Self::Equal) => change,
            (Self::Stricter, Self::Stricter) => Self::Stricter,
            (Self::Weaker, Self::Weaker) => Self::Weaker,
            _ => Self::Incomparable,
        }
    }
}

/// One key of a control in both baselines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyChange {
    /// The key.
    pub key: String,
    /// How the new demand stands to the old one.
    pub change: Change,
    /// The old demand as TOML writes it; `None` when nothing was asked.
    pub old: Option<String>,
    /// The new demand.
    pub new: Option<String>,
    /// For lists of tables: those that came, with `+`, and those that went, with `-`.
    pub rows: Vec<String>,
    /// The lines that ask for the old demand.
    pub old_origins: Vec<Origin>,
    /// The lines that ask for the new demand.
    pub new_origins: Vec<Origin>,
}

/// One control in both baselines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlChange {
    /// The control.
    pub control: &'static str,
    /// How the new requirement stands to the old one.
    pub change: Change,
    /// Whether the old baseline requires it at all.
    pub in_old: bool,
    /// Whether the new baseline requires it at all.
    pub in_new: bool,
    /// The keys that differ; only in order or preference, where the change is equal.
    pub keys: Vec<KeyChange>,
}

/// Two baselines side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Every control that either requires, in the order of the registry.
    pub controls: Vec<ControlChange>,
    /// Severities that differ: control, old, new.
    pub severities: Vec<(&'static str, &'static str, &'static str)>,
    /// Waivers that only the new one has: each makes it weaker for what it covers.
    pub waivers_added: Vec<Waiver>,
    /// Waivers that only the old one has.
    pub waivers_removed: Vec<Waiver>,
}

impl Comparison {
    /// True when some control asks for less than before, or neither for more nor for less but for something else; when
    /// a severity fell; or when a waiver came. This is what `--deny-weaker` denies.
    pub fn is_weaker(&self) -> bool {
        let weaker = |change: &ControlChange| {
            change.change == Change::Weaker
                || change.keys.iter().any(|key| key.change == Change::Weaker)
        };
        let rank = |name: &str| crate::control::Severity::of_name(name);
        self.controls.iter().any(weaker)
            || !self.waivers_added.is_empty()
            || self
                .severities
                .iter()
                .any(|(_, old, new)| rank(new) < rank(old))
    }
}

/// Controls of which a longer list permits more: a change of it is neither stricter nor weaker.
const PERMITTING: &[&str] = &["lake.grants"];

/// Compares two baselines.
pub fn compare(old: &Baseline, new: &Baseline) -> Comparison {
    let controls = REGISTRY.iter().filter_map(|entry| {
        let id = entry.meta.id;
        let (a, b) = (old.requirements.get(id), new.requirements.get(id));
        (a.is_some() || b.is_some()).then(|| control(entry, a, b))
    });
    let severities = REGISTRY.iter().filter_map(|entry| {
        let of = |baseline: &Baseline| {
            let own = baseline.severities.get(entry.meta.id);
            own.map_or(entry.meta.severity, |(severity, _)| *severity)
        };
        let (a, b) = (of(old), of(new));
        (a != b).then(|| (entry.meta.id, a.name(), b.name()))
    });
    Comparison {
        controls: controls.collect(),
        severities: severities.collect(),
        waivers_added: without(&new.waivers, &old.waivers),
        waivers_removed: without(&old.waivers, &new.waivers),
    }
}

fn control(entry: &Entry, old: Option<&Requirement>, new: Option<&Requirement>) -> ControlChange {
    let mut change = match (old, new) {
        (None, Some(_)) => Change::Stricter,
        (Some(_), None) => Change::Weaker,
        _ => Change::Equal,
    };
    let mut keys = Vec::new();
    if let (Some(old), Some(new)) = (old, new) {
        for field in (entry.fields)() {
            if let Some(key) = setting(entry.meta.id, &field, old, new) {
                change = change.and(key.change);
                keys.push(key);
            }
        }
    }
    ControlChange {
        control: entry.meta.id,
        change,
        in_old: old.is_some(),
        in_new: new.is_some(),
        keys,
    }
}

/// A key that differs; `None` when it does not.
fn setting(id: &str, field: &Field, old: &Requirement, new: &Requirement) -> Option<KeyChange> {
    let of = |requirement: &Requirement| {
        let asked = requirement.shape(&field.key).cloned();
        asked.or_else(|| default_shape(field))
    };
    let (a, b) = (of(old), of(new));
    if a == b {
        return None;
    }
    let rows = rows(a.as_ref(), b.as_ref());
    let change = match (&a, &b) {
        (Some(a), Some(b)) => Change::of(b.compare(a)),
        (None, None | Some(Shape::Prefer(_))) | (Some(Shape::Prefer(_)), None) => Change::Equal,
        (None, Some(_)) => Change::Stricter,
        (Some(_), None) => Change::Weaker,
    };
    let permits = PERMITTING.contains(&id) && !rows.is_empty();
    let origins = |requirement: &Requirement| {
        let asked = requirement.asked.get(&field.key);
        asked.map(|asked| asked.origins.clone()).unwrap_or_default()
    };
    Some(KeyChange {
        key: field.key.clone(),
        change: if permits {
            Change::Incomparable
        } else {
            change
        },
        old: a.map(|shape| show(&field.spec, &shape)),
        new: b.map(|shape| show(&field.spec, &shape)),
        rows,
        old_origins: origins(old),
        new_origins: origins(new),
    })
}

fn rows(old: Option<&Shape>, new: Option<&Shape>) -> Vec<String> {
    let tables = |shape: Option<&Shape>| -> BTreeSet<String> {
        match shape {
            Some(Shape::Rows(rows) | Shape::OnlyRows(rows)) => {
                rows.values().map(shown_row).collect()
            }
            Some(Shape::ExactlyRows(rows)) => rows.iter().map(shown_row).collect(),
            _ => BTreeSet::new(),
        }
    };
    let (old, new) = (tables(old), tables(new));
    let came = new.difference(&old).map(|row| format!("+ {row}"));
    let went = old.difference(&new).map(|row| format!("- {row}"));
    came.chain(went).collect()
}

/// The waivers that are not among others, wherever they are written.
fn without(waivers: &[Waiver], others: &[Waiver]) -> Vec<Waiver> {
    let same = |a: &Waiver, b: &Waiver| {
        let moved = Waiver {
            origin: b.origin.clone(),
            ..a.clone()
        };
        moved == *b
    };
    waivers
        .iter()
        .filter(|waiver| !others.iter().any(|other| same(waiver, other)))
        .cloned()
        .collect()
}
