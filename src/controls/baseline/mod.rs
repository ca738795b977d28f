//! Controls over the run itself: the exceptions that were made, and how much was seen.

pub(super) mod coverage;
pub(super) mod waivers;
