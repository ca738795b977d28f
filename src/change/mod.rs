//! What must be called to make an account and region what a baseline asks for. Pure: it reads records and writes steps,
//! and never makes a call itself.
//!
//! ```text
//! baseline, resolved ──► Desired ─┐
//!                                 ├──► Plan: changes (what differs) and steps (calls, in their order)
//! records of a snapshot ─► Current┘
//! ```
//!
//! What differs is decided by what also judges: grants by [`crate::control::lake::standing`], filters, settings and
//! what is left to IAM by the controls themselves. So `audit` and `plan` cannot disagree, and a waiver holds for both.
//!
//! Nothing is taken away that the baseline does not own: see [`Options::prune`].

mod carry;
mod configuration;
mod current;
mod desired;
mod filters;
mod grants;
mod node;
mod opt_ins;
mod plan;
mod registrations;
mod revoke;
mod row_policies;
mod settings;
mod shift;
mod step;
mod tags;
mod unheard;
mod verdict;

pub use carry::{Carry, Ended, Told};
pub use current::{Current, Reading};
pub use desired::Desired;
pub use plan::{Change, Class, Evidence, Fate, Kind, Options, Plan, Sign, plan};
pub use step::{Merge, Part, Phase, Step};
