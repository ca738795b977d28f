//! The trail: one line of JSON for each call, written as it ends.

use crate::baseline::Baseline;
use crate::change::{Phase, Told};
use crate::live::call::{Call, Failure};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// The version that is written.
const SCHEMA: &str = "emr-baseline/trail/v1";

/// A trail that is being written, or none.
pub(super) struct Trail {
    file: Option<File>,
    /// What every line says.
    common: Map<String, Value>,
}

impl Trail {
    /// Opens a trail to append to.
    pub(super) fn open(
        path: Option<&Path>,
        baseline: &Baseline,
        caller: Option<&str>,
    ) -> io::Result<Self> {
        let append = |path| OpenOptions::new().create(true).append(true).open(path);
        let target = baseline.target.as_ref();
        let mut common = Map::new();
        common.insert("schema".to_owned(), json!(SCHEMA));
        common.insert("account".to_owned(), json!(target.map(|one| &one.account)));
        common.insert("region".to_owned(), json!(target.map(|one| &one.region)));
        common.insert("caller".to_owned(), json!(caller));
        let named = json!({ "name": baseline.name, "version": baseline.version, "digest": baseline.digest });
        common.insert("baseline".to_owned(), named);
        Ok(Self {
            file: path.map(append).transpose()?,
            common,
        })
    }

    /// Adds a call that ended.
    pub(super) fn add(
        &mut self,
        phase: Option<Phase>,
        call: &Call,
        told: &Told,
        at: Timestamp,
    ) -> io::Result<()> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        let mut line = Map::new();
        line.insert("at".to_owned(), json!(at.to_string()));
        line.extend(self.common.clone());
        line.insert("phase".to_owned(), json!(phase.map(Phase::word)));
        line.insert("action".to_owned(), json!(call.operation.action));
        line.insert("operation".to_owned(), json!(call.operation.name));
        line.insert("input".to_owned(), Value::Object(call.input.clone()));
        line.insert("outcome".to_owned(), json!(told.outcome));
        let failures = told.failures.iter().map(Failure::record);
        line.insert("failures".to_owned(), failures.collect());
        // One write, so that a line is whole or not there.
        file.write_all(format!("{}\n", Value::Object(line)).as_bytes())?;
        file.sync_data()
    }
}
