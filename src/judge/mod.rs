//! Requirements × resources × waivers → evaluations. Pure: no clock, no files, no network.

mod evaluation;
mod exit;
mod worlds;

pub use evaluation::{Counts, Coverage, Evaluation, Obstacle, Report, Waived};
pub use exit::{Exit, Policy};
pub use worlds::merge;
