//! The integration tests, as one binary: linking is paid once.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on must fail; helpers outside `#[test]` are part of tests"
)]

mod architecture;
mod compile;
mod controls;
mod formats;
mod laws;
mod registry;
mod samples;
mod support;
mod text;
mod witness;
