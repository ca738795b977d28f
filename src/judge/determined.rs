//! Repairs that come from what a baseline compiles to: the values that a control writes into an artifact are those
//! that its findings lack.

use super::Evaluation;
use crate::control::{Change, Effective, Repair, View};
use crate::observed::{Form, Node, ResourceKind, Value as Seen};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Which artifact a value belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The security configuration document.
    Document,
    /// The launch request.
    Launch,
    /// The settings of the data lake.
    Settings,
}

/// A value that a control writes.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// Into which artifact.
    pub part: Part,
    /// Where in it.
    pub pointer: &'static str,
    /// The value.
    pub value: Json,
    /// Written only into a section that is missing as a whole, because AWS's form needs it there.
    pub completes: bool,
}

/// What each control writes, by its id.
pub type Determined = BTreeMap<&'static str, Vec<Leaf>>;

/// Whether what is judged is what AWS answered: changing the answer changes nothing.
pub(super) fn is_described(view: &View<'_, '_>) -> bool {
    matches!(view.resource.form, Form::Described | Form::Live)
        || view
            .configuration()
            .is_some_and(|configuration| configuration.outer.get("CreationDateTime").is_set())
}

/// Offers what the control writes as a repair of its finding.
pub(super) fn offer(determined: &Determined, view: &View<'_, '_>, evaluation: &mut Evaluation) {
    let Some(values) = determined.get(evaluation.control.id) else {
        return;
    };
    let document = match view.document {
        Effective::Document(document) => Some(*document),
        Effective::None
        | Effective::Unnamed(_)
        | Effective::Unknown(..)
        | Effective::Missing(..) => None,
    };
    let request = match view.resource.form {
        Form::Request | Form::CloudFormation | Form::Terraform if view.is_cluster() => {
            Some(view.resource.body)
        }
        Form::Request
        | Form::CloudFormation
        | Form::Terraform
        | Form::Document
        | Form::Described
        | Form::Live
        | Form::Named => None,
    };
    let mut repairs = Vec::new();
    for value in values {
        let root = match value.part {
            Part::Document => document,
            Part::Launch => request,
            // Lists are named differently in templates, and what stands in them is not one value.
            Part::Settings if view.resource.kind() == ResourceKind::LakeFormationSettings => {
                Some(view.resource.lake_settings())
            }
            Part::Settings => None,
        };
        if let Some(root) = root {
            repairs.extend(repair(root, value));
        }
    }
    if !repairs.is_empty() && !evaluation.repairs.contains(&repairs) {
        evaluation.repairs.push(repairs);
    }
}

/// What is to be changed for a value to stand in a document: nothing when it does.
fn repair(root: Node<'_>, wanted: &Leaf) -> Option<Repair> {
    // Settings are looked at from within.
    let pointer = wanted.pointer.trim_start_matches("/DataLakeSettings");
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    let mut node = root;
    for (depth, step) in steps.iter().enumerate() {
        let next = node.get(step);
        if next.missing_key().is_some() {
            // Only into an object that is known to lack it.
            let missing = depth + 1 < steps.len() || !wanted.completes;
            return (missing && matches!(node.value(), Seen::Map))
                .then(|| Repair::at(next, &nested(steps.get(depth + 1..)?, &wanted.value)))?;
        }
        node = next;
    }
    if wanted.completes || is(node, &wanted.value) {
        return None;
    }
    let repair = Repair::at(node, &wanted.value)?;
    // A scalar gives way to a scalar.
    let scalar = !wanted.value.is_object() && !wanted.value.is_array();
    (scalar || matches!(repair.change, Change::Insert(_))).then_some(repair)
}

/// The value within objects of these keys.
fn nested(keys: &[&str], value: &Json) -> Json {
    keys.iter().rev().fold(value.clone(), |value, key| {
        Json::Object(std::iter::once(((*key).to_owned(), value)).collect())
    })
}

/// Whether a scalar is this one already.
fn is(node: Node<'_>, wanted: &Json) -> bool {
    match (node.value(), wanted) {
        (Seen::Bool(seen), Json::Bool(wanted)) => seen == *wanted,
        (Seen::Number(seen), Json::Number(wanted)) => seen == wanted.to_string(),
        (Seen::String(seen), Json::String(wanted)) => seen == wanted,
        _ => false,
    }
}
