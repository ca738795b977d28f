//! What the documentation says a command prints is what it prints.
//!
//! In README and the book, `<!-- run: emr-baseline … -->` above a fenced block makes the block the transcript of that
//! command, run at the repository's root; `<!-- run: cat FILE -->` shows a file. Several commands are joined by `&&`,
//! and `| head -N` keeps the first lines. `2>&1` is understood: both streams are shown anyway. What is written below
//! `artifacts/` goes to a folder that is gone afterwards.

use crate::support::{AT, entries, golden, root};
use clap::Parser;
use emr_baseline::cli::{Arguments, Terminal};
use emr_baseline::judge::Exit;
use std::fmt::Write;
use std::path::{Path, PathBuf};

const MARK: &str = "<!-- run: ";

fn pages() -> Vec<PathBuf> {
    let mut found = vec![root().join("README.md")];
    let mut folders = vec![root().join("docs/src")];
    while let Some(folder) = folders.pop() {
        for entry in entries(&folder) {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                found.push(entry);
            }
        }
    }
    found
}

#[test]
fn commands_in_the_documentation_print_what_it_shows() {
    let mut count = 0;
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        if text.contains(MARK) {
            let folder = tempfile::tempdir().unwrap();
            let (now, commands) = rewritten(&text, folder.path());
            count += commands;
            golden(&page, &now);
        }
    }
    assert!(
        count > 0,
        "the documentation shows no commands: is the test still reading it?"
    );
}

/// The page with every transcript as it is now, and how many there are.
fn rewritten(text: &str, folder: &Path) -> (String, usize) {
    let mut now = String::new();
    let mut lines = text.lines();
    let mut count = 0;
    while let Some(line) = lines.next() {
        now.push_str(line);
        now.push('\n');
        let Some(commands) = line.strip_prefix(MARK) else {
            continue;
        };
        let commands = commands
            .strip_suffix(" -->")
            .unwrap_or_else(|| panic!("{line} has no end"));
        let opening = lines.next().filter(|line| line.starts_with("```"));
        let opening = opening.unwrap_or_else(|| panic!("no fenced block follows {line}"));
        lines
            .by_ref()
            .find(|line| *line == "```")
            .unwrap_or_else(|| panic!("the block after {line} has no end"));
        let console = opening == "```console";
        writeln!(
            now,
            "{opening}\n{}```",
            transcript(commands, console, folder)
        )
        .unwrap();
        count += 1;
    }
    (now, count)
}

/// Each command after a `$`, what it prints, and its exit code when it is not 0. A block of another language than
/// `console` holds only what is printed.
fn transcript(commands: &str, console: bool, folder: &Path) -> String {
    let mut text = String::new();
    for command in commands.split(" && ") {
        if !text.is_empty() {
            text.push('\n');
        }
        if console {
            writeln!(text, "$ {command}").unwrap();
        }
        let (command, lines) = command
            .split_once(" | head -")
            .map_or((command, usize::MAX), |(command, lines)| {
                (command, lines.parse().unwrap())
            });
        let (printed, exit) = printed(command.trim_end_matches(" 2>&1"), folder);
        for line in printed.trim_end().lines().take(lines) {
            writeln!(text, "{}", line.trim_end()).unwrap();
        }
        if exit != Exit::Clean && lines == usize::MAX {
            writeln!(text, "$ echo $?\n{}", exit as u8).unwrap();
        }
    }
    text
}

fn printed(command: &str, folder: &Path) -> (String, Exit) {
    let real = |word: &str| {
        if word == "artifacts" || word.starts_with("artifacts/") {
            folder.join(word).to_str().unwrap().to_owned()
        } else {
            word.to_owned()
        }
    };
    let words: Vec<String> = command.split(' ').map(real).collect();
    if let ["cat", path] = words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        let path = root().join(path);
        return (
            std::fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display())),
            Exit::Clean,
        );
    }
    assert_eq!(words[0], "emr-baseline", "{command} is not one of ours");
    let at = if command.contains(" --at ") {
        vec![]
    } else {
        vec!["--at".to_owned(), AT.to_owned()]
    };
    let parsed = Arguments::try_parse_from(words.iter().chain(&at))
        .unwrap_or_else(|error| panic!("{command}: {error}"));
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut terminal = Terminal::plain(&mut out, &mut err);
    let exit = emr_baseline::cli::run(&parsed, &mut terminal).unwrap();
    terminal.flush().unwrap();
    drop(terminal);
    let printed = [err, out]
        .map(|stream| String::from_utf8(stream).unwrap())
        .concat();
    (printed.replace(&format!("{}/", folder.display()), ""), exit)
}

#[test]
fn a_transcript_that_is_stale_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let text = "a\n<!-- run: emr-baseline controls emr.nothing -->\n```console\nold\n```\nb\n";
    let (now, count) = rewritten(text, folder.path());
    assert_eq!(count, 1);
    assert!(
        now.contains(
            "$ emr-baseline controls emr.nothing\nerror: no control is called `emr.nothing`\n"
        ),
        "{now}"
    );
    assert!(
        now.contains("$ echo $?\n2\n```\nb\n") && !now.contains("old"),
        "{now}"
    );
}
