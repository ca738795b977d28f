//! Where the files of a baseline come from: the caller's loader, and the baselines inside the binary.

use std::collections::BTreeMap;

/// Reads the files of a baseline. The command line's reads the file system; a bundle's reads itself.
pub trait Loader {
    /// Reads the file that `path` means, seen from the file `relative_to` (from nowhere for the first one).
    /// Returns its name, which is the same for every path to the same file, and its bytes.
    ///
    /// # Errors
    /// Why it cannot be read, in one line.
    fn read(&self, path: &str, relative_to: Option<&str>) -> Result<(String, Vec<u8>), String>;
}

/// Files held in memory, by name.
#[derive(Clone, Debug, Default)]
pub struct Memory(BTreeMap<String, Vec<u8>>);

impl Memory {
    /// Adds a file.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Vec<u8>>) {
        self.0.insert(name.into(), text.into());
    }
}

impl<N: Into<String>, T: Into<Vec<u8>>> FromIterator<(N, T)> for Memory {
    fn from_iter<I: IntoIterator<Item = (N, T)>>(files: I) -> Self {
        let files = files.into_iter();
        Self(
            files
                .map(|(name, text)| (name.into(), text.into()))
                .collect(),
        )
    }
}

impl Loader for Memory {
    fn read(&self, path: &str, relative_to: Option<&str>) -> Result<(String, Vec<u8>), String> {
        let name = beside(relative_to, path);
        let bytes = self.0.get(&name).ok_or("there is no such file")?;
        Ok((name, bytes.clone()))
    }
}

/// The path of a file that another names: relative to that one's folder, without `.` and `..` inside.
pub fn beside(from: Option<&str>, path: &str) -> String {
    let folder = from
        .filter(|from| !path.starts_with('/') && !from.starts_with(BUILTIN))
        .and_then(|from| from.rsplit_once('/'))
        .map_or("", |(folder, _)| folder);
    let whole = match (folder, from) {
        ("", Some(from)) if from.starts_with('/') && !path.starts_with('/') => format!("/{path}"),
        ("", _) => path.to_owned(),
        (folder, _) => format!("{folder}/{path}"),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match (part, parts.last()) {
            ("." | "", Some(_)) | (".", None) => {}
            ("..", Some(last)) if !last.is_empty() && *last != ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// What the names of shipped baselines begin with.
pub(super) const BUILTIN: &str = "builtin:";

/// The baselines inside the binary.
pub static SHIPPED: &[(&str, &str)] = &[
    ("minimum", include_str!("../../baselines/minimum.toml")),
    (
        "recommended",
        include_str!("../../baselines/recommended.toml"),
    ),
    ("strict", include_str!("../../baselines/strict.toml")),
    (
        "lake-formation",
        include_str!("../../baselines/lake-formation.toml"),
    ),
    (
        "serverless",
        include_str!("../../baselines/serverless.toml"),
    ),
];

/// The text of `builtin:NAME`, when `path` is written so; `Err` holds the unknown name.
pub(super) fn shipped(path: &str) -> Option<Result<&'static str, &str>> {
    let name = path.strip_prefix(BUILTIN)?;
    let found = SHIPPED.iter().find(|(known, _)| *known == name);
    Some(found.map(|(_, text)| *text).ok_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_seen_from_the_file_that_names_it() {
        assert_eq!(
            beside(Some("team/prod.toml"), "../corporate.toml"),
            "corporate.toml"
        );
        assert_eq!(
            beside(Some("prod.toml"), "../corporate.toml"),
            "../corporate.toml"
        );
        assert_eq!(beside(Some("../a/prod.toml"), "../b.toml"), "../b.toml");
        assert_eq!(beside(Some("/etc/a.toml"), "./b.toml"), "/etc/b.toml");
        assert_eq!(beside(Some("/a.toml"), "b.toml"), "/b.toml");
        assert_eq!(beside(Some("x/a.toml"), "/b.toml"), "/b.toml");
        assert_eq!(beside(None, "./x//a.toml"), "x/a.toml");
    }
}
