//! `emr-baseline`: a policy compiler and an auditor for Amazon EMR and AWS Lake Formation.
//!
//! ```text
//! baseline TOML ──read──► layers ──meet──► requirements ──compile──► artifacts ──► files
//!                                               │
//! CloudFormation ┐                              ▼
//! RunJobFlow     │                            judge ──► report ──► text | json | sarif
//! documents      ├─observe──► resources ────────┘         └──────► exit code
//! Lake Formation │
//! snapshots      ┘
//! ```
//!
//! Four nouns carry everything: a **requirement** (what is wanted, and which line of which baseline wants it), an
//! **artifact** (a document AWS accepts), an **observation** (what was seen, and how well) and a **finding** (a
//! requirement, a resource, a verdict). Three verbs connect them: compile, observe, judge.
//!
//! The house, from the ground up. Who may use whom, and why, is held by `tests/it/architecture.rs`.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`lattice`] | strictness: demands, what two of them give together, which is the stricter |
//! | [`origin`], [`digest`], [`escape`] | a place in a baseline; digests as text; text made safe for a terminal |
//! | [`aws`] | what AWS is, as data: names, releases, properties, permissions, row filters; it never judges |
//! | [`observed`] | documents as seen: one tree for every source, four states of a value, places through every encoding |
//! | [`artifact`] | documents as written: every leaf spelt out, each with its author |
//! | [`control`] | what a control is: its settings, what it sees, how conditions add up to a verdict |
//! | [`controls`] | the controls: one file each, one line each in the registry |
//! | [`baseline`] | the language: TOML to layers to requirements, every mistake at its line; compare, explain, schema |
//! | [`compile`] | requirements to files |
//! | [`observe`] | files and snapshots to resources |
//! | [`live`] | which calls an audit of AWS makes, when, and the snapshot that comes of them; it sends none itself |
//! | [`judge`] | requirements × resources × waivers to a report; the exit code, a function of the report |
//! | [`fix`] | repairs of findings carried out: edits of a file's text, and of nothing else in it |
//! | [`access`] | who may read what: grants, filters and tags added up |
//! | [`change`] | what must be called to make an account what a baseline asks for, and in which order |
//! | [`ratchet`] | files of findings that are tolerated until they are mended |
//! | [`report`] | one file a format |
//! | [`cli`] | the only place that prints, reads the environment, opens files or asks the time |
//!
//! To add a control, read `CONTRIBUTING.md`. To understand a verdict, open `controls/<group>/<name>.rs`: nothing else
//! decides it.

pub mod access;
pub mod artifact;
pub mod aws;
pub mod baseline;
pub mod change;
pub mod cli;
pub mod compile;
pub mod control;
pub mod controls;
pub mod digest;
pub mod escape;
pub mod fix;
pub mod import;
pub mod judge;
pub mod lattice;
pub mod live;
pub mod observe;
pub mod observed;
pub mod origin;
pub mod ratchet;
pub mod report;
