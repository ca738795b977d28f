//! How each source becomes an estate: raw text is read into an [`observed::Tree`](crate::observed::Tree),
//! and the reader of each form finds the resources in it.
//!
//! Readers never guess. What they cannot tell is an unreadable value with its reason, and a text that is
//! not in its format at all is a [`Syntax`] error with a place.

pub mod decode;
mod duplicates;
pub mod json;
pub mod lake_formation;
mod syntax;
#[cfg(test)]
mod testing;
pub mod yaml;

pub use syntax::Syntax;
