//! The baseline language: TOML files are read into layers, layers meet, and what they together ask for in one
//! account and region is a [`Baseline`].
//!
//! Every mistake of every file is a [`Problem`] with its place; nothing here prints, opens files or asks the time.

mod problem;
mod source;
mod waiver;

pub use problem::{Label, Problem};
pub use source::{Source, Sources};
pub use waiver::{Waived, Waiver};

use crate::control::{Requirements, Severity, Target};
use crate::origin::Origin;
use std::collections::{BTreeMap, BTreeSet};

/// What the layers of a baseline together ask for, in one target or in none.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Who answers for it.
    pub owner: String,
    /// What it is for.
    pub description: String,
    /// `sha256:` and the digest of what it asks for in effect, however its files write it.
    pub digest: String,
    /// The account and region it is bound to.
    pub target: Option<Target>,
    /// Every control that is required; `baseline.waivers` always.
    pub requirements: Requirements,
    /// Severities other than the controls' own, and the line that says so.
    pub severities: BTreeMap<&'static str, (Severity, Origin)>,
    /// The waivers of every layer.
    pub waivers: Vec<Waiver>,
    /// The parameters that have no value here: any value of their type passes.
    pub unbound: BTreeSet<String>,
    /// How far away a waiver may expire, in days.
    pub max_waiver_days: Option<i64>,
    /// The files it was read from.
    pub sources: Sources,
    /// What its author should know, but which stops nothing.
    pub warnings: Vec<Problem>,
}
