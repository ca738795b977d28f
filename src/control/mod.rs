//! What a control is: a trait, what it says about itself, how it is asked for, and how its conditions add
//! up to a verdict. The controls themselves are in `controls`, one file each.

mod absent;
pub mod buckets;
pub(crate) mod code;
pub mod combined;
mod conditions;
mod containers;
mod draft;
mod estate;
mod existence;
pub mod features;
mod grants;
pub mod iam;
mod installed;
mod keys;
pub mod kms;
pub mod lake;
mod listed;
mod locations;
pub mod mappings;
pub mod meta;
pub(crate) mod network;
pub mod overridden;
pub mod policy;
pub mod repair;
pub mod repeated;
mod review;
pub mod roles;
mod run;
mod schema;
pub(crate) mod secrets;
pub(crate) mod service_accounts;
pub mod settings;
pub(crate) mod size;
mod standing;
#[cfg(test)]
pub(crate) mod testing;
pub mod trust;
pub mod used;
mod verdict;
mod view;
pub(crate) mod volumes;

pub use absent::{Absent, Declares, Missing, Once};
pub use draft::{Draft, Refusal};
pub use estate::{Attached, Content, Estate, Remembered, names_in};
pub use grants::{INSTANCE_PROFILE, SERVICE_ROLE};
pub use installed::Installed;
pub use locations::{NumberBound, is_secret_arn, lies_under, names_place, names_role};
pub use mappings::{RoleMapping, shadowed};
pub use meta::{Meta, Severity, Span};
pub use repair::{Change, Repair};
pub use review::{Objection, Review};
pub use run::{Met, Namesakes, Others, Run, RunFindings, Tally, WaiverUse};
pub use schema::Author;
pub use settings::{Origin, Requirement, Settings};
pub use standing::Standing;
pub use verdict::{Condition, Conditions, Outcome, TOLD, Verdict};
pub use view::{Effective, Requirements, Target, View, timestamp};

use settings::Field;
use std::fmt;

/// A rule with an id, declared once. Its settings are its TOML table; its documentation is the page beside it.
pub trait Control: 'static {
    /// What it says about itself.
    const META: &'static Meta;
    /// Its table of settings.
    type Setting: Settings + fmt::Debug + 'static;

    /// What there is one of in each account and region, and without which nothing can be said.
    const ONCE: Option<Once> = None;

    /// Judges one resource of one of its kinds: records what holds, fails or cannot be known.
    /// Recording nothing means not-applicable.
    fn judge(want: &Self::Setting, seen: &View<'_, '_>, out: &mut Conditions);

    /// Judges the run as a whole, for controls of span [`Span::Run`].
    fn judge_run(want: &Self::Setting, run: &Run<'_>, out: &mut RunFindings) {
        let _ = (want, run, out);
    }

    /// Adds what only the whole run shows of one security configuration, for controls of span [`Span::Estate`].
    fn judge_beside(want: &Self::Setting, one: &Remembered, run: &Run<'_>, out: &mut Conditions) {
        let _ = (want, one, run, out);
    }

    /// Adds what the baseline declares of an account and region, and nobody saw there when everything had passed.
    fn judge_absent(want: &Self::Setting, seen: &Absent<'_>, out: &mut RunFindings) {
        let _ = (want, seen, out);
    }

    /// Writes its part of the artifacts of a target.
    fn compile(want: &Self::Setting, draft: &mut Draft<'_>) {
        let _ = (want, draft);
    }

    /// Objects to settings that no AWS document could carry, or that contradict other controls of the baseline.
    fn review(want: &Self::Setting, review: &mut Review<'_>) {
        let _ = (want, review);
    }

    /// Valid but weaker documents that this control must find noncompliant.
    const WEAKENINGS: &'static [Weakening] = &[];
}

/// A change to what is compiled that a control must catch.
#[derive(Clone, Copy, Debug)]
pub struct Weakening {
    /// Which artifact: `security-configuration`, `launch` or `lake-formation/settings`.
    pub artifact: &'static str,
    /// JSON pointer of the leaf, or of the section.
    pub pointer: &'static str,
    /// The JSON text to put there; `None` removes it.
    pub value: Option<&'static str>,
    /// Other controls that the same change may make noncompliant.
    pub also: &'static [&'static str],
}

impl Weakening {
    /// Replaces a leaf of the security configuration document.
    pub const fn set(pointer: &'static str, value: &'static str) -> Self {
        Self {
            artifact: "security-configuration",
            pointer,
            value: Some(value),
            also: &[],
        }
    }

    /// Removes a leaf or section of the security configuration document.
    pub const fn remove(pointer: &'static str) -> Self {
        Self {
            artifact: "security-configuration",
            pointer,
            value: None,
            also: &[],
        }
    }

    /// The same change to the launch request.
    #[must_use]
    pub const fn in_launch(self) -> Self {
        Self {
            artifact: "launch",
            ..self
        }
    }

    /// The same change to the data lake settings.
    #[must_use]
    pub const fn in_lake_settings(self) -> Self {
        Self {
            artifact: "lake-formation/settings",
            ..self
        }
    }

    /// The same change, which other controls may find too.
    #[must_use]
    pub const fn also(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }
}

/// A control bound to the settings of a baseline.
pub trait Bound: fmt::Debug + Send + Sync {
    /// See [`Control::judge`].
    fn judge(&self, seen: &View<'_, '_>, out: &mut Conditions);
    /// See [`Control::judge_run`].
    fn judge_run(&self, run: &Run<'_>, out: &mut RunFindings);
    /// See [`Control::judge_beside`].
    fn judge_beside(&self, one: &Remembered, run: &Run<'_>, out: &mut Conditions);
    /// See [`Control::judge_absent`].
    fn judge_absent(&self, seen: &Absent<'_>, out: &mut RunFindings);
    /// See [`Control::compile`].
    fn compile(&self, draft: &mut Draft<'_>);
    /// See [`Control::review`].
    fn review(&self, review: &mut Review<'_>);
}

struct Typed<C: Control>(C::Setting);

impl<C: Control> fmt::Debug for Typed<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple(C::META.id).field(&self.0).finish()
    }
}

impl<C: Control> Bound for Typed<C>
where
    C::Setting: Send + Sync,
{
    fn judge(&self, seen: &View<'_, '_>, out: &mut Conditions) {
        C::judge(&self.0, seen, out);
    }
    fn judge_run(&self, run: &Run<'_>, out: &mut RunFindings) {
        C::judge_run(&self.0, run, out);
    }
    fn judge_beside(&self, one: &Remembered, run: &Run<'_>, out: &mut Conditions) {
        C::judge_beside(&self.0, one, run, out);
    }
    fn judge_absent(&self, seen: &Absent<'_>, out: &mut RunFindings) {
        C::judge_absent(&self.0, seen, out);
    }
    fn compile(&self, draft: &mut Draft<'_>) {
        C::compile(&self.0, draft);
    }
    fn review(&self, review: &mut Review<'_>) {
        C::review(&self.0, review);
    }
}

/// A control in the registry, its type erased by plain function pointers.
#[derive(Clone, Copy)]
pub struct Entry {
    /// What it says about itself.
    pub meta: &'static Meta,
    /// Its settings.
    pub fields: fn() -> Vec<Field>,
    /// The control bound to what a baseline asks.
    pub bind: fn(&Requirement) -> Box<dyn Bound>,
    /// Its declared weakenings.
    pub weakenings: &'static [Weakening],
    /// See [`Control::ONCE`].
    pub once: Option<Once>,
}

impl Entry {
    /// The entry of a control.
    pub const fn of<C: Control>() -> Self
    where
        C::Setting: Send + Sync,
    {
        Self {
            meta: C::META,
            fields: C::Setting::fields,
            bind: |requirement| Box::new(Typed::<C>(C::Setting::bind(requirement))),
            weakenings: C::WEAKENINGS,
            once: C::ONCE,
        }
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.meta.id)
    }
}
