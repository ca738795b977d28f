//! Documentation that points at nothing fails: links and anchors, the book's table of contents, the paths that
//! CONTRIBUTING names, and paths that only one machine has.

use crate::support::{Failures, fixtures, relative, root};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Every file below a folder, sorted; build output and hidden folders left out.
fn files(folder: &Path) -> Vec<PathBuf> {
    let skipped = |entry: &walkdir::DirEntry| {
        let name = entry.file_name().to_str().unwrap();
        entry.depth() > 0 && (name == "target" || name == "book" || name.starts_with('.'))
    };
    let walk = walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter();
    walk.filter_entry(|entry| !skipped(entry))
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect()
}

fn book() -> PathBuf {
    root().join("docs/src")
}

fn pages() -> Vec<PathBuf> {
    let named = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"];
    let named = named.iter().map(|name| root().join(name));
    let pages = files(&book()).into_iter();
    let markdown = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "md");
    named.chain(pages).filter(markdown).collect()
}

/// The lines of a page that are prose, without code; their numbers begin at 1.
fn prose(text: &str) -> Vec<(usize, String)> {
    let mut fenced = false;
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            let spans = line.split('`').enumerate();
            let outside = spans.map(|(at, span)| if at % 2 == 0 { span } else { "code" });
            lines.push((index + 1, outside.collect()));
        }
    }
    lines
}

/// The targets of the links in a line.
fn links(line: &str) -> Vec<&str> {
    let after = line.split("](").skip(1);
    after
        .filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
        .collect()
}

/// The anchors of a page, as mdBook and GitHub name them.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut fenced = false;
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut anchors = BTreeSet::new();
    for line in text.lines() {
        fenced ^= line.starts_with("```");
        let heading = line.trim_start_matches('#');
        if fenced || heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        let kept = heading.trim().chars().filter_map(|char| match char {
            ' ' => Some('-'),
            '-' | '_' => Some(char),
            char if char.is_alphanumeric() => Some(char.to_ascii_lowercase()),
            _ => None,
        });
        let anchor: String = kept.collect();
        let count = seen.entry(anchor.clone()).or_default();
        anchors.insert(if *count == 0 {
            anchor
        } else {
            format!("{anchor}-{count}")
        });
        *count += 1;
    }
    anchors
}

#[test]
fn every_relative_link_and_anchor_resolves() {
    let mut failures = Failures::default();
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        for (line, prose) in prose(&text) {
            for target in links(&prose) {
                if target.contains("://") || target.starts_with("mailto:") {
                    continue;
                }
                let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
                let file = if path.is_empty() {
                    page.clone()
                } else {
                    page.parent().unwrap().join(path)
                };
                let subject = format!("{}:{line}: {target}", relative(&page));
                if !file.exists() {
                    failures.add(subject, "no such file");
                } else if page.starts_with(book())
                    && !file
                        .canonicalize()
                        .unwrap()
                        .starts_with(book().canonicalize().unwrap())
                {
                    failures.add(subject, "leads out of the book");
                } else if !anchor.is_empty()
                    && !anchors(&std::fs::read_to_string(&file).unwrap()).contains(anchor)
                {
                    failures.add(subject, "no such heading");
                }
            }
        }
    }
    failures.check();
}

#[test]
fn the_table_of_contents_names_every_page_once() {
    let summary = std::fs::read_to_string(book().join("SUMMARY.md")).unwrap();
    let mut listed: Vec<&str> = summary.lines().flat_map(links).collect();
    listed.sort_unstable();
    let pages = files(&book());
    let mut there: Vec<&str> = pages
        .iter()
        .map(|page| page.strip_prefix(book()).unwrap().to_str().unwrap())
        .collect();
    there.retain(|page| *page != "SUMMARY.md");
    there.sort_unstable();
    assert_eq!(
        listed, there,
        "docs/src/SUMMARY.md and the files below docs/src"
    );
}

#[test]
fn the_table_of_contents_is_one_that_mdbook_takes() {
    // mdBook's summary: a title, prefix chapters, parts of lists of links. Two spaces nest.
    let summary = std::fs::read_to_string(book().join("SUMMARY.md")).unwrap();
    for line in summary.lines().filter(|line| !line.is_empty()) {
        let indent = line.len() - line.trim_start().len();
        let item = line.trim_start();
        let link = item.strip_prefix("- ").unwrap_or(item);
        let is_link = link.starts_with('[') && link.ends_with(')') && links(link).len() == 1;
        let fits =
            item.starts_with("# ") || (is_link && indent % 2 == 0 && (indent == 0 || item != link));
        assert!(fits, "{line}");
    }
}

#[test]
fn the_steps_to_add_a_control_name_files_that_exist() {
    let text = std::fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let (_, steps) = text.split_once("## Add a control").unwrap();
    let steps = steps.split("\n## ").next().unwrap();
    let paths = steps.split('`').skip(1).step_by(2).filter(|code| {
        let plain = !code.contains([' ', '*', '{', '!', '=']);
        plain
            && (code.contains('/')
                || Path::new(code)
                    .extension()
                    .is_some_and(|extension| extension == "md"))
    });
    let (control, _) = fixtures().swap_remove(0);
    let (group, name) = control.split_once('.').unwrap();
    let mut count = 0;
    for path in paths {
        let name = if path.starts_with("golden/") {
            name.to_owned()
        } else {
            name.replace('-', "_")
        };
        let path = path.replace("<group>", group).replace("<name>", &name);
        assert!(
            root().join(&path).exists(),
            "CONTRIBUTING names `{path}`, which does not exist"
        );
        count += 1;
    }
    assert!(
        count > 6,
        "the steps name {count} paths: is the test still reading them?"
    );
}

#[test]
fn no_file_names_a_path_of_the_machine_that_built_it() {
    let homes =
        ["home", "Users", "root", "work", "builds", "workspace"].map(|name| format!("/{name}/"));
    let mut failures = Failures::default();
    for path in files(root()) {
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        for (index, line) in text.lines().enumerate() {
            let here = root().to_str().unwrap();
            let own = here.len() > 4 && line.contains(here);
            let other = homes.iter().any(|home| {
                line.match_indices(home.as_str())
                    .any(|(at, _)| is_start(line, at, home))
            });
            if own || other {
                failures.add(format!("{}:{}", relative(&path), index + 1), line.trim());
            }
        }
    }
    failures.check();
}

/// Whether an absolute path of a machine starts here: not inside a longer path, and not one that is EMR's own.
fn is_start(line: &str, at: usize, home: &str) -> bool {
    let before = line[..at].chars().next_back();
    let inside = before.is_some_and(|char| char.is_alphanumeric() || "/.-_*}>:".contains(char));
    !inside
        && !line[at + home.len()..].starts_with("hadoop")
        && !line[at + home.len()..].starts_with("ec2-user")
}

#[test]
fn what_reads_links_sees_them() {
    assert_eq!(links("see [a](b.md#c) and [d](e)"), ["b.md#c", "e"]);
    assert_eq!(
        prose("a `[x](y)`\n```\n[x](y)\n```\nb"),
        [(1, "a code".to_owned()), (5, "b".to_owned())]
    );
    let text = "# `[[waivers]]`\n## A, b\n```\n# not\n```\n## A, b\n";
    assert_eq!(
        anchors(text).into_iter().collect::<Vec<_>>(),
        ["a-b", "a-b-1", "waivers"]
    );
    let home = ["/ho", "me/"].concat();
    assert!(is_start(&format!("at {home}me"), 3, &home));
    assert!(!is_start(&format!("at {home}hadoop"), 3, &home));
    assert!(!is_start(&format!("at /mnt{home}me"), 7, &home));
}
