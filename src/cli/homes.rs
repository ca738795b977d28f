//! What files are called on every machine. A path out of the current folder says something on this one only, and the
//! fingerprint of a finding must not hold it.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// The home of each file that is named by a path out of the current folder: its path in the repository that holds it
/// (a folder with `.git` in it); without one, its path from the folder that the user named, which stands first.
pub(super) fn of(
    names: impl Iterator<Item = String>,
    given: &[PathBuf],
) -> BTreeMap<String, String> {
    let given: Vec<PathBuf> = given.iter().filter_map(|path| whole(path)).collect();
    let mut roots = BTreeMap::new();
    names
        .filter(|name| leads_out(Path::new(name)))
        .filter_map(|name| {
            let home = home(&whole(Path::new(&name))?, &given, &mut roots)?;
            Some((name, home))
        })
        .collect()
}

fn leads_out(path: &Path) -> bool {
    path.is_absolute() || path.components().any(|part| part == Component::ParentDir)
}

/// The path from the root of the file system, without `..`.
fn whole(path: &Path) -> Option<PathBuf> {
    let mut whole = PathBuf::new();
    for part in std::path::absolute(path).ok()?.components() {
        if part == Component::ParentDir {
            whole.pop();
        } else {
            whole.push(part);
        }
    }
    Some(whole)
}

/// The repository that each folder is in, as far as they were asked for.
type Roots = BTreeMap<PathBuf, Option<PathBuf>>;

fn home(path: &Path, given: &[PathBuf], roots: &mut Roots) -> Option<String> {
    let folder = path.parent()?;
    let root = roots.entry(folder.to_path_buf()).or_insert_with(|| {
        let root = folder
            .ancestors()
            .find(|folder| folder.join(".git").exists());
        root.map(Path::to_path_buf)
    });
    let from = match root {
        Some(root) => Some(root.as_path()),
        // The folder's own name is part of the home, and so is the name of a file that the user named itself.
        None => given
            .iter()
            .find(|given| path.starts_with(given))
            .and_then(|given| given.parent()),
    };
    let below = path.strip_prefix(from.unwrap_or(folder)).ok()?;
    let parts = below
        .components()
        .map(|part| part.as_os_str().to_string_lossy());
    Some(parts.collect::<Vec<_>>().join("/"))
}
