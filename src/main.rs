//! The `emr-baseline` command. Everything is in the library.

fn main() {}
