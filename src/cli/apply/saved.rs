//! A saved plan: what it was made with, and whether it is still the plan.

use crate::change::{Kind, Options};
use crate::cli::change::document::SCHEMA;
use crate::cli::files;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// Lines of differences that are told.
const MOST: usize = 20;

/// Reads a saved plan.
///
/// # Errors
/// Why it is none.
pub(super) fn read(path: &Path) -> Result<Value, String> {
    let shown = path.display();
    let bytes = files::read(path).map_err(|why| format!("`{shown}`: {why}"))?;
    let plan: Value =
        serde_json::from_slice(&bytes).map_err(|error| format!("`{shown}` is no plan: {error}"))?;
    match plan.get("schema").and_then(Value::as_str) {
        Some(SCHEMA) => Ok(plan),
        _ => Err(format!("`{shown}` is no plan of this version (`{SCHEMA}`)")),
    }
}

/// The options that it was made with.
pub(super) fn options(plan: &Value) -> Options {
    let only = plan.pointer("/options/only").and_then(Value::as_array);
    let words: BTreeSet<&str> = only
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    Options {
        prune: plan.pointer("/options/prune").and_then(Value::as_bool) == Some(true),
        only: Kind::ALL
            .into_iter()
            .filter(|kind| words.contains(kind.word()))
            .collect(),
    }
}

/// Compares a saved plan with the one of now. What is carried out is always the one of now.
///
/// # Errors
/// What is different.
pub(super) fn compare(saved: &Value, now: &Value) -> Result<(), Vec<String>> {
    let digest = |plan: &Value| plan.get("relied_on").cloned();
    if digest(saved).is_some() && digest(saved) == digest(now) {
        return Ok(());
    }
    let mut said = Vec::new();
    for (what, pointer) in [
        ("the baseline", "/baseline/digest"),
        ("the target", "/target"),
    ] {
        if saved.pointer(pointer) != now.pointer(pointer) {
            said.push(format!("{what} is another"));
        }
    }
    let (before, after) = (changes(saved), changes(now));
    for gone in before.difference(&after) {
        said.push(format!("no longer: {gone}"));
    }
    for new in after.difference(&before) {
        said.push(format!("new: {new}"));
    }
    if said.is_empty() {
        said.push(
            "what is changed is the same; what it is changed from, or who wrote that last, is not"
                .to_owned(),
        );
    }
    said.truncate(MOST);
    Err(said)
}

fn changes(plan: &Value) -> BTreeSet<String> {
    let listed = plan.get("changes").and_then(Value::as_array);
    let text = |change: &Value, member: &str| {
        let text = change.get(member).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let each = listed.into_iter().flatten().map(|change| {
        let holder = text(change, "holder");
        let whom = if holder.is_empty() {
            String::new()
        } else {
            format!(" for {holder}")
        };
        format!(
            "{} {}{whom} ({})",
            text(change, "sign"),
            text(change, "what"),
            text(change, "fate")
        )
    });
    each.collect()
}
