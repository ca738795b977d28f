//! Who may use whom. The compiler does not hold this table for modules of one crate; this test does.

use crate::support::{Failures, root};
use std::path::{Path, PathBuf};

/// Module, what of ours it may use, and why no more.
const TABLE: &[(&str, &[&str], &str)] = &[
    (
        "lattice",
        &[],
        "strictness is mathematics; it must stay testable without AWS",
    ),
    (
        "origin",
        &[],
        "everything cites places, so places know nothing",
    ),
    ("digest", &[], "pure"),
    ("escape", &[], "pure"),
    (
        "observed",
        &["aws", "digest"],
        "what was seen must not know what is wanted, nor share types with what is written; of AWS, how secrets look",
    ),
    (
        "artifact",
        &["origin"],
        "what is written must not share types with what is read, or a key misspelt twice would agree with itself",
    ),
    (
        "aws",
        &[],
        "pure knowledge of AWS, usable by readers and controls alike",
    ),
    (
        "control",
        &["lattice", "origin", "artifact", "observed", "aws", "digest"],
        "a control is defined without any reader, report or command line",
    ),
    (
        "controls",
        &[
            "control", "lattice", "origin", "artifact", "observed", "aws",
        ],
        "a rule must be readable alone: never another rule, never a reader",
    ),
    (
        "baseline",
        &[
            "escape", "lattice", "origin", "digest", "control", "controls", "observed", "aws",
        ],
        "the language knows the registry and nothing of judging",
    ),
    (
        "compile",
        &["control", "artifact", "digest", "origin", "lattice"],
        "compiling never looks at what is observed",
    ),
    (
        "observe",
        &["observed", "aws", "control", "digest"],
        "readers know documents, not rules",
    ),
    (
        "live",
        &["observe", "observed", "aws", "digest"],
        "which calls are made follows from what readers find, never from rules; sending them is the command line's",
    ),
    (
        "judge",
        &[
            "control", "controls", "observed", "aws", "baseline", "origin", "lattice", "digest",
        ],
        "judging is pure: no reader, no renderer",
    ),
    (
        "fix",
        &["control", "observe", "observed"],
        "an edit knows how a text is written, and neither why it is made nor what comes of it",
    ),
    (
        "access",
        &["aws", "baseline", "control", "lattice", "observed"],
        "who may read what is added up from what is declared or was observed; no report, no command line",
    ),
    (
        "change",
        &[
            "artifact", "aws", "baseline", "compile", "control", "controls", "judge", "lattice",
            "live", "observe", "observed",
        ],
        "what is to be changed follows from what is compiled, judged and observed; sending it is the command line's",
    ),
    (
        "import",
        &[
            "aws", "baseline", "control", "escape", "lattice", "observed",
        ],
        "a baseline is written from what was observed; whether it holds is judged elsewhere",
    ),
    (
        "ratchet",
        &["judge", "control"],
        "a file of findings knows neither how it is reached nor how reports look",
    ),
    (
        "report",
        &[
            "judge", "control", "controls", "observed", "origin", "digest", "escape",
        ],
        "renderers cannot influence verdicts or exit codes",
    ),
];

#[test]
fn modules_use_only_what_the_table_allows() {
    let mut failures = Failures::default();
    for file in sources(&root().join("src")) {
        let path = file
            .strip_prefix(root().join("src"))
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        let module = path.split(['/', '.']).next().unwrap().to_owned();
        let Some((_, allowed, why)) = TABLE.iter().find(|(name, ..)| *name == module) else {
            assert!(
                ["cli", "lib", "main"].contains(&module.as_str()),
                "{module} is not in the table"
            );
            continue;
        };
        let name = file.file_stem().unwrap().to_str().unwrap();
        if name.ends_with("tests") || name == "testing" {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
        for used in code.match_indices("crate::").map(|(at, found)| {
            code[at + found.len()..]
                .split(|char: char| !char.is_ascii_alphanumeric() && char != '_')
                .next()
                .unwrap()
        }) {
            if used != module
                && !allowed.contains(&used)
                && TABLE.iter().any(|(name, ..)| *name == used)
                || used == "cli"
            {
                failures.add(format!("{path} uses {used}"), *why);
            }
        }
    }
    failures.check();
}

#[test]
fn controls_never_use_each_other() {
    let mut failures = Failures::default();
    for file in sources(&root().join("src/controls")) {
        let text = std::fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        let name = file.file_name().unwrap().to_str().unwrap();
        // A part of one control, in a folder of its name, uses that control.
        let is_part = file.parent().unwrap().with_extension("rs").is_file();
        let beside = if is_part {
            "super::super::"
        } else {
            "use super::"
        };
        if !["mod.rs", "tests.rs"].contains(&name)
            && (code.contains("crate::controls::") || code.contains(beside))
        {
            failures.add(file.display().to_string(), "uses another control");
        }
    }
    failures.check();
}

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    let mut failures = Failures::default();
    for file in sources(&root().join("src")) {
        let name = file.file_stem().unwrap().to_str().unwrap();
        if name.ends_with("tests") || name == "testing" {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let code = text
            .split("#[cfg(test)]\nmod tests {")
            .next()
            .unwrap()
            .lines()
            .count();
        if code > 500 {
            failures.add(
                file.display().to_string(),
                format!("has {code} lines without its tests; split it at 500"),
            );
        }
    }
    failures.check();
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in crate::support::entries(folder) {
        if entry.is_dir() {
            found.extend(sources(&entry));
        } else if entry.extension().is_some_and(|ending| ending == "rs") {
            found.push(entry);
        }
    }
    found
}
