//! A mistake of a baseline's author: one struct for all of them.

use super::source::Source;
use crate::origin::Origin;
use std::sync::Arc;

/// A place that a [`Problem`] shows, and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub origin: Origin,
    /// What is to be said about it.
    pub text: String,
    /// The file, to show the line; `None` when there is no such file.
    pub source: Option<Arc<Source>>,
}

/// A mistake in a baseline, or with [`Problem::fatal`] unset a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of mistake: `baseline::unknown-key`, or the id of the control that objects.
    pub code: String,
    /// What is wrong, in one line.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The places, the main one first.
    pub labels: Vec<Label>,
    /// False for a warning.
    pub fatal: bool,
}
