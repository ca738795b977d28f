//! x
pub mod artifact;
pub mod aws;
pub mod baseline;
pub mod cli;
pub mod compile;
pub mod control;
pub mod controls;
pub mod digest;
pub mod escape;
pub mod judge;
pub mod lattice;
pub mod observe;
pub mod observed;
pub mod origin;
pub mod report;
