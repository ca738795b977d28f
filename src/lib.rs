//! x
pub mod lattice;
pub mod observed;
