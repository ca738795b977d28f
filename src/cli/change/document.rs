//! A plan as JSON (`emr-baseline/plan/v1`), and what of it a saved plan is compared by.

use crate::baseline::Baseline;
use crate::change::{Change, Fate, Options, Plan, Sign, Step};
use crate::control::Origin;
use crate::digest;
use serde_json::{Value, json};

/// The version that is written.
pub(in crate::cli) const SCHEMA: &str = "emr-baseline/plan/v1";

/// The whole document.
pub(in crate::cli) fn document(baseline: &Baseline, options: &Options, plan: &Plan) -> Value {
    let target = baseline.target.as_ref().map(
        |target| json!({ "name": target.name, "account": target.account, "region": target.region }),
    );
    let only: Vec<&str> = options.only.iter().map(|kind| kind.word()).collect();
    let planned = plan.changes.iter().map(change);
    let held_back = plan.changes.iter();
    let held_back = held_back.filter(|one| matches!(one.fate, Fate::HeldBack(_)));
    let held_back = held_back.count();
    let mut document = json!({
        "schema": SCHEMA,
        "tool": { "name": "emr-baseline", "version": env!("CARGO_PKG_VERSION") },
        "baseline": { "name": baseline.name, "version": baseline.version, "digest": baseline.digest },
        "target": target,
        "options": { "prune": options.prune, "only": only },
        "summary": {
            "add": plan.count(Sign::Add), "change": plan.count(Sign::Change), "remove": plan.count(Sign::Remove),
            "calls": plan.steps.len(), "reported": plan.left() - held_back, "held_back": held_back,
            "unknown": plan.unknown.len(),
        },
        "changes": planned.collect::<Vec<_>>(),
        "steps": plan.steps.iter().enumerate().map(|(at, one)| step(at + 1, one)).collect::<Vec<_>>(),
        "unknown": plan.unknown,
        "refusals": plan.refusals.iter().map(|(message, help)| json!({ "message": message, "help": help })).collect::<Vec<_>>(),
    });
    let digest = relied_on(&document);
    if let Value::Object(members) = &mut document {
        members.insert("relied_on".to_owned(), json!(digest));
    }
    document
}

/// The digest of everything that a plan follows from: a plan is a function of the baseline, the options and the world,
/// so equal plans rest on worlds that do not differ in anything that matters to them. Who granted last, and when, counts.
fn relied_on(document: &Value) -> String {
    let part = |name: &str| document.get(name).cloned().unwrap_or_default();
    let digest = document.pointer("/baseline/digest").cloned();
    // Where the baseline's files lie does not matter: its digest says what they ask for.
    let mut changes = part("changes");
    for change in changes.as_array_mut().into_iter().flatten() {
        if let Value::Object(members) = change {
            members.shift_remove("required");
        }
    }
    let parts = json!([
        digest,
        part("target"),
        part("options"),
        changes,
        part("steps"),
        part("unknown"),
        part("refusals"),
    ]);
    format!("sha256:{}", digest::of(&parts.to_string(), 64))
}

fn change(change: &Change) -> Value {
    let (fate, why) = match &change.fate {
        Fate::Planned => ("planned", None),
        Fate::Reported(why) => ("reported", Some(why)),
        Fate::HeldBack(why) => ("held-back", Some(why)),
    };
    let sign = match change.sign {
        Sign::Add => "add",
        Sign::Change => "change",
        Sign::Remove => "remove",
    };
    json!({
        "kind": change.kind.word(), "sign": sign, "class": change.class.word(), "fate": fate, "why": why,
        "what": change.what, "holder": change.holder, "detail": change.detail,
        "last_updated": change.evidence.updated, "last_updated_by": change.evidence.by,
        "required": change.wanted.iter().map(place).collect::<Vec<_>>(),
    })
}

fn place(origin: &Origin) -> Value {
    json!({ "file": &*origin.file, "line": origin.line, "column": origin.column })
}

fn step(number: usize, step: &Step) -> Value {
    let parts: Vec<Value> = step
        .parts
        .iter()
        .map(|part| json!({ "id": part.id, "on": part.key, "changes": part.changes }))
        .collect();
    json!({
        "number": number, "phase": step.phase.word(),
        "service": step.operation.service.prefix(), "operation": step.operation.name, "action": step.operation.action,
        "input": step.input, "parts": parts,
    })
}
