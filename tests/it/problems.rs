//! Mistakes that authors make, and what they are told: one folder each, `baseline.toml` and the files it extends beside
//! `stderr.txt`, which is what `validate` prints at a width of eighty columns.

use crate::support::{AT, entries, golden, root};
use emr_baseline::baseline::{Memory, Problem, Style, render, validate};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const STYLE: Style = Style::Graphical {
    width: 80,
    colour: false,
};

fn cases() -> Vec<PathBuf> {
    entries(&root().join("golden/problems"))
}

fn problems(case: &Path) -> Vec<Problem> {
    let mut files = Memory::default();
    add(&mut files, case, "");
    validate("baseline.toml", &files, AT.parse().unwrap())
}

fn add(files: &mut Memory, folder: &Path, prefix: &str) {
    for entry in entries(folder) {
        let name = format!("{prefix}{}", entry.file_name().unwrap().to_str().unwrap());
        if entry.is_dir() {
            add(files, &entry, &format!("{name}/"));
        } else {
            files.add(name, std::fs::read(&entry).unwrap());
        }
    }
}

#[test]
fn authors_are_told_what_the_goldens_say() {
    for case in cases() {
        let problems = problems(&case);
        let fatal = problems.iter().any(|problem| problem.fatal);
        assert!(fatal, "{} holds no mistake", case.display());
        golden(&case.join("stderr.txt"), &render(&problems, STYLE));
    }
}

#[test]
fn every_way_of_showing_tells_of_every_problem() {
    for case in cases() {
        let problems = problems(&case);
        let json: serde_json::Value =
            serde_json::from_str(&render(&problems, Style::Json)).unwrap();
        assert_eq!(json.as_array().unwrap().len(), problems.len());
        for style in [STYLE, Style::Plain] {
            let shown = render(&problems, style);
            let squeezed: String = squeeze(&shown);
            for problem in &problems {
                let message = squeeze(&problem.message);
                assert!(
                    squeezed.contains(&message),
                    "{} is not told in {shown}",
                    problem.message
                );
            }
        }
    }
}

/// A text without what wrapping may change.
fn squeeze(text: &str) -> String {
    text.chars()
        .filter(|char| !char.is_whitespace() && *char != '│')
        .collect()
}

#[test]
fn messages_are_one_line_begin_lower_case_and_end_without_a_stop() {
    for case in cases() {
        for problem in problems(&case) {
            for text in std::iter::once(&problem.message).chain(&problem.help) {
                let first = text.chars().next().unwrap();
                assert!(!first.is_uppercase() || text.starts_with("AWS"), "{text}");
                assert!(!text.ends_with('.') && !text.contains('\n'), "{text}");
            }
        }
    }
}

#[test]
fn secrets_of_the_goldens_are_shown_nowhere() {
    let problems = problems(&root().join("golden/problems/secret"));
    for style in [STYLE, Style::Plain, Style::Json] {
        let shown = render(&problems, style);
        assert!(
            !shown.contains("correct-horse") && !shown.contains("wJalr"),
            "{shown}"
        );
    }
}

/// Mistakes that no folder can show: `target` is an argument, `too-large` would be a large file, and the others need a
/// control that has such a setting or an earlier id.
const WITHOUT_FOLDER: [&str; 4] = [
    "parameter-not-allowed",
    "renamed-control",
    "too-large",
    "unknown-target",
];

#[test]
fn every_kind_of_mistake_has_a_folder() {
    let shown: BTreeSet<String> = cases()
        .iter()
        .flat_map(|case| problems(case))
        .filter_map(|problem| Some(problem.code.strip_prefix("baseline::")?.to_owned()))
        .collect();
    let mut missing = BTreeSet::new();
    for file in entries(&root().join("src/baseline")) {
        // A case is no baseline: its own tests show its mistakes.
        if file.ends_with("case.rs") {
            continue;
        }
        let Ok(text) = std::fs::read_to_string(&file) else {
            continue;
        };
        for code in codes(&text) {
            if !shown.contains(&code) && !WITHOUT_FOLDER.contains(&code.as_str()) {
                missing.insert(code);
            }
        }
    }
    assert!(
        missing.is_empty(),
        "no folder of golden/problems shows {missing:?}"
    );
}

/// The codes that a source file gives to mistakes.
fn codes(text: &str) -> Vec<String> {
    let calls = ["Problem::new(", ".wrong("];
    let mut codes = Vec::new();
    for call in calls {
        for (at, _) in text.match_indices(call) {
            let rest = text[at + call.len()..].trim_start();
            if let Some((code, _)) = rest.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
                codes.push(code.to_owned());
            }
        }
    }
    codes
}
