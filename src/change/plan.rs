//! The plan: what differs, what becomes of each difference, and the calls.

use super::current::{Current, Held};
use super::desired::Desired;
use super::shift::Shifts;
use super::step::{Pending, Phase, Step, in_order};
use super::{
    configuration, filters, grants, opt_ins, registrations, row_policies, settings, tags, unheard,
};
use crate::aws::lake_formation::grant::Object;
use crate::control::Origin;
use crate::live::operation::{Operation, PUT_DATA_LAKE_SETTINGS, Service};
use serde_json::Value;
use std::collections::BTreeSet;

/// What is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// EMR's block public access.
    BlockPublicAccess,
    /// The EMR security configuration.
    SecurityConfiguration,
    /// Data lake settings.
    Settings,
    /// Registered locations.
    Locations,
    /// LF-Tags, what bears them, and saved expressions.
    Tags,
    /// Data cells filters.
    Filters,
    /// Grants, and what is left to IAM.
    Grants,
    /// Opt-ins of hybrid access mode.
    OptIns,
}

impl Kind {
    /// Every kind, in the order of a plan.
    pub const ALL: [Self; 8] = [
        Self::BlockPublicAccess,
        Self::SecurityConfiguration,
        Self::Settings,
        Self::Locations,
        Self::Tags,
        Self::Filters,
        Self::Grants,
        Self::OptIns,
    ];

    /// Its word on the command line and in documents.
    pub const fn word(self) -> &'static str {
        match self {
            Self::BlockPublicAccess => "block-public-access",
            Self::SecurityConfiguration => "security-configuration",
            Self::Settings => "settings",
            Self::Locations => "locations",
            Self::Tags => "tags",
            Self::Filters => "filters",
            Self::Grants => "grants",
            Self::OptIns => "opt-ins",
        }
    }
}

/// Whether something comes, goes, or becomes something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// It comes.
    Add,
    /// It becomes something else.
    Change,
    /// It goes.
    Remove,
}

/// How something differs from what the baseline asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The baseline asks for it, and it is not there.
    Missing,
    /// It is there, and the baseline asks for another.
    Different,
    /// It goes beyond what the baseline declares of the same.
    Widened,
    /// The baseline does not declare it.
    Excess,
    /// It leaves an object to IAM.
    LeftToIam,
    /// It stands in the way of a wider grant that takes its place.
    Replaced,
    /// AWS says something of it that this version does not know.
    Unheard,
}

impl Class {
    /// Its word in documents.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Different => "different",
            Self::Widened => "widened",
            Self::Excess => "excess",
            Self::LeftToIam => "left-to-iam",
            Self::Replaced => "replaced",
            Self::Unheard => "unheard",
        }
    }
}

/// What becomes of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is changed.
    Planned,
    /// It is only told, and why.
    Reported(String),
    /// The baseline asks for it, and it cannot be done, and why.
    HeldBack(String),
}

/// Who last wrote something, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// When.
    pub updated: Option<String>,
    /// By whom.
    pub by: Option<String>,
}

/// Something that differs from what the baseline asks for.
#[derive(Clone, Debug)]
pub struct Change {
    /// What kind of thing.
    pub kind: Kind,
    /// Whether it comes, goes or changes.
    pub sign: Sign,
    /// How it differs.
    pub class: Class,
    /// What becomes of it.
    pub fate: Fate,
    /// What it is, in words.
    pub what: String,
    /// For grants, who holds it.
    pub holder: Option<String>,
    /// More about it: how it goes beyond what is declared, or what it becomes.
    pub detail: Option<String>,
    /// The lines of the baseline that ask.
    pub wanted: Vec<Origin>,
    /// Who last wrote it.
    pub evidence: Evidence,
}

/// What to plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether what goes beyond the baseline is taken away, where the baseline owns it.
    pub prune: bool,
    /// Only these kinds; all when empty.
    pub only: BTreeSet<Kind>,
}

impl Options {
    /// Whether changes of a kind are asked for.
    pub fn asks(&self, kind: Kind) -> bool {
        self.only.is_empty() || self.only.contains(&kind)
    }
}

/// The plan for one account and region.
#[derive(Debug, Default)]
pub struct Plan {
    /// What differs.
    pub changes: Vec<Change>,
    /// The calls, in their order.
    pub steps: Vec<Step>,
    /// What could not be known, so that nothing is planned about it.
    pub unknown: Vec<String>,
    /// Why nothing at all may be done: message and help.
    pub refusals: Vec<(String, String)>,
    /// Whether only some kinds were planned.
    pub is_partial: bool,
    /// Whether who observed is an administrator of the data lake, who may change it.
    pub caller_administers: bool,
}

impl Plan {
    /// How many changes of a sign are planned.
    pub fn count(&self, sign: Sign) -> usize {
        let planned = self.changes.iter().filter(|one| one.fate == Fate::Planned);
        planned.filter(|one| one.sign == sign).count()
    }

    /// Whether some call is the data lake's administrators' to make. Settings are written by whoever IAM lets.
    pub fn needs_administrator(&self) -> bool {
        self.steps.iter().any(|step| {
            step.operation.service == Service::LakeFormation
                && step.operation != &PUT_DATA_LAKE_SETTINGS
        })
    }

    /// How many differences are only told, or held back.
    pub fn left(&self) -> usize {
        let left = self.changes.iter().filter(|one| one.fate != Fate::Planned);
        left.count()
    }
}

/// Plans what makes an account and region what the baseline asks for.
pub fn plan(desired: &Desired<'_>, current: &Current, options: &Options) -> Plan {
    let mut draft = Draft {
        desired,
        current,
        options,
        changes: Vec::new(),
        pending: Vec::new(),
        given: Vec::new(),
        shifts: Shifts::default(),
        unknown: Vec::new(),
        refusals: Vec::new(),
    };
    for kind in Kind::ALL {
        if !options.asks(kind) {
            continue;
        }
        match kind {
            Kind::BlockPublicAccess => configuration::block_public_access(&mut draft),
            Kind::SecurityConfiguration => configuration::security_configuration(&mut draft),
            Kind::Settings => settings::settings(&mut draft),
            Kind::Locations => registrations::locations(&mut draft),
            Kind::Tags => tags::tags(&mut draft),
            Kind::Filters => {
                filters::filters(&mut draft);
                row_policies::row_policies(&mut draft);
            }
            Kind::Grants => grants::grants(&mut draft),
            Kind::OptIns => opt_ins::opt_ins(&mut draft),
        }
        unheard::unheard(&mut draft, kind);
    }
    draft.finish()
}

/// A plan being made.
pub(super) struct Draft<'d, 'b> {
    pub(super) desired: &'d Desired<'b>,
    pub(super) current: &'d Current,
    pub(super) options: &'d Options,
    changes: Vec<Change>,
    pending: Vec<Pending>,
    /// What is granted to whom.
    pub(super) given: Vec<(String, Object)>,
    /// What changes its meaning, of what is planned before grants.
    pub(super) shifts: Shifts,
    pub(super) unknown: Vec<String>,
    refusals: Vec<(String, String)>,
}

impl Draft<'_, '_> {
    /// Notes a difference, and gives its number.
    pub(super) fn change(&mut self, change: Change) -> usize {
        self.changes.push(change);
        self.changes.len() - 1
    }

    /// A call for some changes. `key` names what it is on, as a path.
    pub(super) fn call(
        &mut self,
        phase: Phase,
        operation: &'static Operation,
        key: impl Into<String>,
        input: Value,
        changes: Vec<usize>,
    ) {
        self.pending.push(Pending {
            phase,
            unit: String::new(),
            operation,
            key: key.into(),
            input,
            changes,
            merges: Vec::new(),
        });
    }

    /// An entry of a batch. Those of one `unit` stay together.
    pub(super) fn entry(&mut self, pending: Pending) {
        self.pending.push(pending);
    }

    /// Nothing may be done at all.
    pub(super) fn refuse(&mut self, message: impl Into<String>, help: impl Into<String>) {
        self.refusals.push((message.into(), help.into()));
    }

    /// Whether everything that somebody holds by a grant is taken away.
    pub(super) fn revokes(&self, held: &Held) -> bool {
        self.options.prune
            && self.options.asks(Kind::Grants)
            && held.waived.is_none()
            && held.unheard.is_none()
            && held.rights.iter().all(|right| right.stands.is_beyond())
    }

    /// Whether everything of a kind was listed; if not, says that nothing of it is known.
    pub(super) fn is_listed(&mut self, kind: crate::observed::ResourceKind, what: &str) -> bool {
        let listed = self.current.listed.contains(&kind);
        if !listed {
            self.unknown.push(format!(
                "{what} were not all listed: nothing is planned about them"
            ));
        }
        for (_, said) in self.current.unknown.iter().filter(|(of, _)| *of == kind) {
            self.unknown.push(said.clone());
        }
        listed
    }

    fn finish(mut self) -> Plan {
        let account = &self.desired.target.account;
        let listings = [
            Kind::Locations,
            Kind::Tags,
            Kind::Filters,
            Kind::Grants,
            Kind::OptIns,
        ];
        if listings.into_iter().any(|kind| self.options.asks(kind)) {
            self.unknown.extend(settings::partial_sight(self.current));
        }
        self.unknown.extend(self.current.problems.iter().cloned());
        Plan {
            steps: in_order(self.pending, account),
            changes: self.changes,
            unknown: self.unknown,
            refusals: self.refusals,
            is_partial: !self.options.only.is_empty(),
            caller_administers: settings::caller_administers(self.current),
        }
    }
}
