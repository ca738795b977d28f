//! Live AWS, without AWS: which calls to make, when, and what their answers say.
//!
//! ```text
//!              next calls                     due calls
//!  Observer ───────────────► Schedule ─────────────────────► the shell sends them (`cli::live`)
//!     ▲                      (limiter, retries, deadline)               │
//!     └─────────────────────────────────────────────────────────────────┘
//!                               outcomes
//! ```
//!
//! Everything here is a function of what it is given: time is an argument, answers are JSON, and nothing is sent. So
//! the politeness of a run is tested on a virtual clock, and its calls against a formula. What comes out of an
//! [`observer::Observer`] are the records of a snapshot (see [`crate::observe::snapshot`]): observing writes them, and
//! auditing judges them as they come.

pub mod call;
pub mod estimate;
pub mod journal;
mod kept;
pub mod limiter;
pub mod memory;
pub mod observer;
pub mod operation;
pub mod pages;
pub mod permissions;
pub mod quotas;
pub mod retry;
pub mod schedule;
#[cfg(feature = "live")]
pub mod wire;
mod withheld;
