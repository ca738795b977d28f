//! Sensitive values stand in plans and states in clear. Nobody needs to see them: the text that places are shown
//! from is kept without them.

use super::DEPTH;
use crate::observed::tree::Tree;
use crate::observed::{Node, Value};
use std::collections::BTreeMap;

/// Hides every sensitive value of a plan or state from those who will show its text.
pub(super) fn hide(tree: &mut Tree) {
    let mut found = Vec::new();
    let root = tree.root();
    for change in root.get("resource_changes").items() {
        let change = change.get("change");
        collect(
            change.get("after"),
            change.get("after_sensitive"),
            &mut found,
        );
        collect(
            change.get("before"),
            change.get("before_sensitive"),
            &mut found,
        );
    }
    for state in [
        root.get("values"),
        root.get("planned_values"),
        root.path("prior_state/values"),
    ] {
        in_module(state.get("root_module"), 0, &mut found);
        outputs(state.get("outputs"), &mut found);
    }
    let declared = root.path("configuration/root_module/variables");
    for (name, variable) in root.get("variables").members() {
        let sensitive = declared.members().any(|(known, of)| {
            known == name && matches!(of.get("sensitive").value(), Value::Bool(true))
        });
        if sensitive {
            found.push(variable.get("value").bytes());
        }
    }
    tree.hide(&found);
}

fn in_module(module: Node<'_>, depth: usize, found: &mut Vec<(usize, usize)>) {
    if depth > DEPTH {
        return;
    }
    for resource in module.get("resources").items() {
        collect(
            resource.get("values"),
            resource.get("sensitive_values"),
            found,
        );
    }
    for child in module.get("child_modules").items() {
        in_module(child, depth + 1, found);
    }
}

fn outputs(outputs: Node<'_>, found: &mut Vec<(usize, usize)>) {
    for (_, output) in outputs.members() {
        if matches!(output.get("sensitive").value(), Value::Bool(true)) {
            found.push(output.get("value").bytes());
        }
    }
}

/// Maps of no more members are searched as they are.
const FEW: usize = 32;

/// Whether anything below a mark may be marked: most are `false`, or hold nothing.
fn may_mark(marks: Node<'_>) -> bool {
    match marks.value() {
        Value::Bool(mark) => mark,
        Value::List => marks.items().len() > 0,
        Value::Map => marks.members().len() > 0,
        Value::Absent
        | Value::Unreadable(_)
        | Value::Null
        | Value::Number(_)
        | Value::String(_)
        | Value::Template => false,
    }
}

/// The bytes of the values that are marked. Bounded by the depth of documents.
fn collect(value: Node<'_>, marks: Node<'_>, found: &mut Vec<(usize, usize)>) {
    if value.missing_key().is_some() {
        return;
    }
    match marks.value() {
        Value::Bool(true) => found.push(value.bytes()),
        Value::List => {
            for (item, marks) in value.items().zip(marks.items()) {
                collect(item, marks, found);
            }
        }
        Value::Map => {
            let mut members = None;
            for (key, marks) in marks.members().filter(|(_, marks)| may_mark(*marks)) {
                // Looked up one by one while they are few.
                let member = if value.members().len() <= FEW {
                    value.members().rev().find(|(known, _)| *known == key)
                } else {
                    let members = members.get_or_insert_with(|| {
                        let members: BTreeMap<&str, Node<'_>> = value.members().collect();
                        members
                    });
                    members.get(key).map(|member| (key, *member))
                };
                if let Some((_, member)) = member {
                    collect(member, marks, found);
                }
            }
        }
        Value::Bool(false)
        | Value::Absent
        | Value::Unreadable(_)
        | Value::Null
        | Value::Number(_)
        | Value::String(_)
        | Value::Template => {}
    }
}
