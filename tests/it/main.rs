//! The integration tests, as one binary: linking is paid once.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::too_many_lines,
    unreachable_pub,
    reason = "a test that cannot go on must fail; helpers outside `#[test]` are part of tests"
)]

mod access;
mod across_files;
mod aliases;
mod architecture;
mod aws_documents;
mod beside;
mod binary;
mod cases;
mod change;
mod compile;
mod controls;
mod coverage;
mod estate;
mod fixes;
mod formats;
mod forms;
mod gate;
mod generated;
mod held;
mod hidden;
mod hostile;
mod import;
mod integrations;
mod labels;
mod lake;
mod lake_double;
mod laws;
mod links;
mod live;
mod mutation;
mod nested;
mod observed;
mod oracle;
mod parts;
mod problems;
mod readers;
mod references;
mod registry;
mod samples;
mod schedule;
mod secrets;
mod silent;
mod sources;
mod support;
mod terraform;
mod text;
mod tools;
mod transcripts;
mod waived;
mod witness;
