//! Documents as they were seen: lenient, partial, for reading. The counterpart of `artifact`, which is
//! strict, complete and for writing; the two share no types, so that a key misspelt on one side fails the
//! round trip instead of agreeing with itself.

pub mod buckets;
pub mod canonical;
pub mod cluster;
pub mod containers;
mod extent;
pub mod filter;
pub mod glue;
pub mod grant;
pub mod groups;
mod index;
mod kept;
mod known;
pub mod lake;
mod layer;
pub mod named;
mod neighbour;
mod node;
mod path;
mod place;
pub mod properties;
mod reason;
mod resource;
mod scope;
pub mod serverless;
mod shown;
mod slot;
mod source;
pub mod studio;
pub mod tree;
mod uses;
mod value;
#[cfg(test)]
pub(crate) mod work;

pub use extent::{UNCONDITIONAL, UNDER_CONDITION, reaches_within};
pub use kept::{Word, Words};
pub use known::Known;
pub use neighbour::Neighbour;
pub use node::Node;
pub use place::{Marks, Place};
pub use reason::{ANOTHER_CALL, NEVER_CALLED, Reason};
pub use resource::{Form, Identity, Resource, ResourceKind, Use};
pub use scope::{CHOSEN_FILE, Directory, Facts, KindAndName, Lookup, Scope};
pub use source::Source;
pub use tree::Tree;
pub use value::{Switch, Value};
