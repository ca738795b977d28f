//! Where in a document something stands, whatever the order of its lists: findings are known again by it.

use super::Node;
use super::node::push_escaped;
use super::tree::{NONE, Step};
use std::borrow::Cow;

impl<'t> Node<'t> {
    /// See [`super::Place::path`]; `None` where that is the pointer.
    pub(super) fn named_pointer(self) -> Option<String> {
        let mut steps: Vec<(Cow<'t, str>, bool)> = Vec::new();
        let tree = self.tree();
        let mut differs = tree.above_by_name().is_some();
        if let Some(key) = self.missing_key().filter(|key| !key.is_empty()) {
            steps.push((key.into(), false));
        }
        let mut at = self.id();
        while at != NONE {
            let slot = tree.slot(at);
            match slot.step {
                Step::Root => {}
                Step::Key(text) => {
                    let key = tree.text(text);
                    differs |= key.starts_with(FUNCTION);
                    steps.push((key.into(), false));
                }
                Step::Index(_) => {
                    differs = true;
                    let name = tree.node(at).own_name().unwrap_or(NAMELESS);
                    steps.push((name.into(), true));
                }
            }
            at = slot.parent;
        }
        if !differs {
            return None;
        }
        let above = tree.above_by_name().unwrap_or(tree.above());
        let mut path = above.to_owned();
        for (step, _) in without_functions(steps) {
            path.push('/');
            push_escaped(&step, &mut path);
        }
        Some(path)
    }

    /// What an item of a list is called by itself.
    fn own_name(self) -> Option<&'t str> {
        let name = NAMES.iter().find_map(|key| self.get(key).as_text());
        name.filter(|name| name.len() <= LONGEST_NAME)
    }
}

/// Members that name the item of a list they stand in: classifications, steps, groups, tags, statements, what a plan lists.
const NAMES: &[&str] = &[
    "address",
    "Classification",
    "classification",
    "Name",
    "name",
    "InstanceGroupType",
    "InstanceRole",
    "InstanceFleetType",
    "Sid",
    "Key",
    "Id",
];
/// A longer text is no name.
const LONGEST_NAME: usize = 256;
/// Stands for items without a name.
const NAMELESS: &str = "*";
/// What the keys of CloudFormation's functions begin with.
const FUNCTION: &str = "Fn::";

/// Steps from below, as steps from above without functions and what they number. What a function chose as an item of a
/// list has its own name for that of the item.
fn without_functions(below: Vec<(Cow<'_, str>, bool)>) -> Vec<(Cow<'_, str>, bool)> {
    let mut path: Vec<(Cow<'_, str>, bool)> = Vec::with_capacity(below.len());
    let mut within = false;
    for (step, is_item) in below.into_iter().rev() {
        if !is_item && step.starts_with(FUNCTION) {
            within = true;
            continue;
        }
        if std::mem::take(&mut within) && is_item {
            match path.last_mut() {
                Some((last, true)) if last == NAMELESS => *last = step,
                _ => {}
            }
            continue;
        }
        path.push((step, is_item));
    }
    path
}
