//! Files that templates of the same run make stacks of, and what they are given there.

use super::files;
use crate::observe::Nested;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// How deep stacks may be nested in each other.
pub(super) const MAX_DEPTH: usize = 16;

/// A file that a template names, as reports name files.
pub(super) fn target(template: &str, path: &str) -> String {
    let folder = Path::new(template).parent().unwrap_or(Path::new(""));
    let mut found = PathBuf::new();
    for part in folder.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(found.components().next_back(), Some(Component::Normal(_))) =>
            {
                found.pop();
            }
            part @ (Component::ParentDir
            | Component::Normal(_)
            | Component::RootDir
            | Component::Prefix(_)) => found.push(part),
        }
    }
    files::neat(&found).display().to_string()
}

/// What is made of each file, over all the stacks that are made of it; each stack comes with the name of its template.
pub(super) fn by_file<'n>(
    stacks: impl Iterator<Item = (&'n str, &'n Nested)>,
) -> BTreeMap<String, Nested> {
    let mut all: BTreeMap<String, Nested> = BTreeMap::new();
    for (template, nested) in stacks {
        let target = target(template, &nested.path);
        match all.get_mut(&target) {
            Some(known) => known.join(nested.clone()),
            None => drop(all.insert(target, nested.clone())),
        }
    }
    all
}
