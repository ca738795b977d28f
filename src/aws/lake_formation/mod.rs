//! What Lake Formation is: who can hold a grant, on what, which permissions each object takes, how the service
//! rewrites what it was given, and the language of row filters.

pub mod breadth;
pub mod condition;
pub mod grant;
pub mod name;
pub mod permissions;
pub mod principal;
pub mod row_filter;
pub mod shared;
