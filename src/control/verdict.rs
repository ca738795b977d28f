//! The five verdicts, and how the conditions of one evaluation add up to one.

use super::meta::Severity;
use super::repair::Repair;
use super::settings::{Origin, Requirement};
use crate::observed::{Node, Place, Reason, Switch};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// So many things of one sort are told of one by one; of more, only how many there are.
pub const TOLD: usize = 32;

/// What an evaluation came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Verdict {
    /// No condition of the control applies to the resource.
    NotApplicable,
    /// Every condition was seen to hold.
    Compliant,
    /// A condition fails, and somebody accepted that until a date.
    Waived,
    /// A condition could not be known.
    Indeterminate,
    /// A condition fails.
    Noncompliant,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 5] = [
        Self::Compliant,
        Self::Noncompliant,
        Self::Indeterminate,
        Self::Waived,
        Self::NotApplicable,
    ];

    /// Its name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compliant => "compliant",
            Self::Noncompliant => "noncompliant",
            Self::Indeterminate => "indeterminate",
            Self::Waived => "waived",
            Self::NotApplicable => "not-applicable",
        }
    }

    /// Whether somebody should look at it: nothing failed or is unknown otherwise.
    pub const fn needs_attention(self) -> bool {
        match self {
            Self::Noncompliant | Self::Indeterminate | Self::Waived => true,
            Self::Compliant | Self::NotApplicable => false,
        }
    }

    /// The verdict of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How one condition of a control came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Seen to hold.
    Held,
    /// Seen to fail.
    Failed,
    /// Not knowable: why, and how to make it known.
    Unknown {
        /// What is missing.
        reason: String,
        /// How to supply it.
        remedy: String,
    },
}

/// One condition of a control on one resource.
#[derive(Clone, Debug)]
pub struct Condition {
    /// How it came out.
    pub outcome: Outcome,
    /// The observation, as a message: "`EnableInTransitEncryption` is false". Empty when it held.
    pub message: String,
    /// Where it was seen.
    pub seen: Vec<Place>,
    /// The setting that asks for it; `None` for the control itself.
    pub setting: Option<&'static str>,
    /// One table of a list under the setting, by identity.
    pub row: Option<Arc<str>>,
    /// What the baseline asks for.
    pub expected: String,
    /// What was seen.
    pub observed: String,
    /// A severity of its own, where the control documents one.
    pub severity: Option<Severity>,
    /// What to do about it.
    pub remediation: String,
    /// What would mend it, where the baseline determines that.
    pub repairs: Option<Vec<Repair>>,
}

impl Condition {
    /// Names the setting that asks for it.
    pub fn under(&mut self, setting: &'static str) -> &mut Self {
        self.setting = Some(setting);
        self
    }

    /// Says what the baseline asks for.
    pub fn expected(&mut self, expected: impl Into<String>) -> &mut Self {
        self.expected = expected.into();
        self
    }

    /// Says what was seen.
    pub fn observed(&mut self, observed: impl Into<String>) -> &mut Self {
        self.observed = observed.into();
        self
    }

    /// Gives the condition a severity of its own.
    pub fn at(&mut self, severity: Severity) -> &mut Self {
        self.severity = Some(severity);
        self
    }

    /// Says what to do about it.
    pub fn fix(&mut self, remediation: impl Into<String>) -> &mut Self {
        self.remediation = remediation.into();
        self
    }

    /// Names one table of a list under the setting: the condition cites that table's line.
    pub fn row(&mut self, identity: impl Into<Arc<str>>) -> &mut Self {
        self.row = Some(identity.into());
        self
    }

    /// The lines of the baseline that ask for it.
    pub fn required_by<'r>(&self, requirement: &'r Requirement) -> &'r [Origin] {
        match (self.setting, &self.row) {
            (Some(setting), Some(row)) => requirement.row_places(setting, row),
            (setting, _) => requirement.places(setting),
        }
    }

    /// Adds another place where it was seen.
    pub fn also(&mut self, place: impl Into<Place>) -> &mut Self {
        self.seen.push(place.into());
        self
    }
}

/// Where a condition was seen.
pub trait Sight {
    /// The place, and the value there, where it may be shown: what was seen unless the control says it better.
    fn sight(self) -> (Place, Option<String>);
}

impl Sight for Node<'_> {
    fn sight(self) -> (Place, Option<String>) {
        (self.place(), self.shown())
    }
}

impl Sight for Place {
    fn sight(self) -> (Place, Option<String>) {
        (self, None)
    }
}

impl Sight for &Origin {
    fn sight(self) -> (Place, Option<String>) {
        (self.into(), None)
    }
}

impl From<Node<'_>> for Place {
    fn from(node: Node<'_>) -> Self {
        node.place()
    }
}

/// The conditions of one control on one resource, as `judge` finds them.
///
/// Nothing recorded means not-applicable; see [`Self::leave_to_audit`] for what a file only names.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    held: usize,
    list: Vec<Condition>,
    left_to_audit: bool,
}

impl Conditions {
    /// No condition yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A condition was seen to hold.
    pub fn held(&mut self) {
        self.held += 1;
    }

    /// So many conditions were seen to hold.
    pub fn held_times(&mut self, count: usize) {
        self.held += count;
    }

    /// A condition was seen to fail.
    pub fn failed(&mut self, seen: impl Sight, message: impl Into<String>) -> &mut Condition {
        self.push(Outcome::Failed, seen, message.into())
    }

    /// A condition could not be known.
    pub fn unknown(
        &mut self,
        seen: impl Sight,
        reason: &Reason,
        message: impl Into<String>,
    ) -> &mut Condition {
        let outcome = Outcome::Unknown {
            reason: reason.to_string(),
            remedy: reason.remedy(),
        };
        self.push(outcome, seen, message.into())
    }

    /// A condition could not be known, for a reason that is not a value's.
    pub fn undecided(
        &mut self,
        seen: impl Sight,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> &mut Condition {
        let message = message.into();
        let outcome = Outcome::Unknown {
            reason: message.clone(),
            remedy: remedy.into(),
        };
        self.push(outcome, seen, message)
    }

    /// The thing is only named here: what its name tells was judged, the rest is `audit`'s (rule 13).
    pub fn leave_to_audit(&mut self) {
        self.left_to_audit = true;
    }

    fn push(&mut self, outcome: Outcome, seen: impl Sight, message: String) -> &mut Condition {
        let (place, observed) = seen.sight();
        self.list.push(Condition {
            outcome,
            message,
            seen: vec![place],
            setting: None,
            row: None,
            expected: String::new(),
            observed: observed.unwrap_or_default(),
            severity: None,
            remediation: String::new(),
            repairs: None,
        });
        let last = self.list.len() - 1;
        #[expect(
            clippy::indexing_slicing,
            reason = "the element was pushed on the line above"
        )]
        &mut self.list[last]
    }

    /// The switch must be on (rule 3): `"true"` is unknown, because no AWS page says that strings are accepted.
    /// Returns true when it is.
    pub fn must_be_on(
        &mut self,
        node: Node<'_>,
        name: &str,
        setting: Option<&'static str>,
    ) -> bool {
        self.must_be_on_as(node, node.switch(), name, setting)
    }

    /// As [`Self::must_be_on`], with the switch read as its form reads it: CloudFormation converts strings.
    pub fn must_be_on_as(
        &mut self,
        node: Node<'_>,
        switch: Switch<'_>,
        name: &str,
        setting: Option<&'static str>,
    ) -> bool {
        let condition = match switch {
            Switch::On => {
                self.held();
                return true;
            }
            Switch::Unreadable(reason) => self.unknown(node, reason, format!("`{name}` is unknown")),
            Switch::TextOn => self.undecided(
                node,
                format!("`{name}` is the string \"true\", and no AWS page says that strings are read as booleans"),
                format!("write `{name}` as the boolean true"),
            ),
            Switch::Absent => self.failed(node, format!("`{name}` is absent")),
            Switch::Off | Switch::TextOff | Switch::Odd => self.failed(node, format!("`{name}` is {}", node.display())),
        };
        condition
            .expected("true")
            .observed(node.display())
            .mended_as(node, name, Some(true));
        condition.setting = setting;
        false
    }

    /// Only a person is to mend what `judge` records: what would change is not a value but the thing itself.
    pub fn for_a_person(&mut self, judge: impl FnOnce(&mut Self)) {
        let before = self.list.len();
        judge(self);
        for condition in self.list.iter_mut().skip(before) {
            condition.repairs = None;
        }
    }

    /// Whether anything failed or is unknown so far.
    pub fn clean(&self) -> bool {
        self.list.is_empty()
    }

    /// How many conditions held.
    pub fn held_count(&self) -> usize {
        self.held
    }

    /// The conditions that failed or could not be known.
    pub fn troubles(&self) -> &[Condition] {
        &self.list
    }

    /// Whether the rest is left to `audit`.
    pub fn is_left_to_audit(&self) -> bool {
        self.left_to_audit
    }

    /// The verdict, and the severity of what decides it.
    ///
    /// A failed condition decides, unless one that could not be known is more severe: otherwise a note of
    /// severity `info` would hide an unknown of severity `high` from the exit code.
    pub fn conclude(&self, severity: Severity) -> (Verdict, Severity) {
        let worst = |failed: bool| {
            let of_kind = self
                .list
                .iter()
                .filter(|condition| (condition.outcome == Outcome::Failed) == failed);
            of_kind
                .map(|condition| condition.severity.unwrap_or(severity))
                .max()
        };
        match (worst(true), worst(false)) {
            (Some(failed), unknown) if unknown.is_none_or(|unknown| failed >= unknown) => {
                (Verdict::Noncompliant, failed)
            }
            (_, Some(unknown)) => (Verdict::Indeterminate, unknown),
            (_, None) if self.held > 0 => (Verdict::Compliant, severity),
            (_, None) => (Verdict::NotApplicable, severity),
        }
    }
}
