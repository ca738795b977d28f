//! `demo`: the main job on the example inside this binary, each command shown before it runs.

use super::arguments::Arguments;
use super::{Ended, Terminal, files};
use crate::judge::Exit;
use clap::Parser;
use std::io::{self, Write};
use std::path::Path;

/// The example: a baseline that extends the recommended one, and a launch request as they are found in the wild.
const FILES: &[(&str, &str)] = &[
    (
        "analytics.toml",
        include_str!("../../examples/demo/analytics.toml"),
    ),
    (
        "etl-daily.json",
        include_str!("../../examples/launch/etl-daily.json"),
    ),
];

/// The commands, each with what it shows. The date is that of the launch.
const COMMANDS: &[(&str, &[&str])] = &[
    (
        "A baseline is one TOML file. Is it free of mistakes?",
        &["validate", "analytics.toml"],
    ),
    (
        "What AWS is to be told: one folder a target.",
        &["compile", "analytics.toml", "--out", "artifacts"],
    ),
    (
        "And the launch request of the daily job, judged by the same baseline.",
        &[
            "check",
            "analytics.toml",
            "etl-daily.json",
            "--at",
            "2026-04-25T00:00:00Z",
        ],
    ),
];

/// Runs `demo` in a folder of its own, which is gone afterwards.
pub(super) fn run(terminal: &mut Terminal<'_>) -> Ended {
    let folder = tempfile::Builder::new()
        .prefix("emr-baseline-demo-")
        .tempdir()?;
    for (name, text) in FILES {
        files::write(&folder.path().join(name), text.as_bytes())?;
    }
    let home = std::env::current_dir()?;
    // The commands name files as a user in that folder would; the demo is the last thing this process does.
    std::env::set_current_dir(folder.path())?;
    let shown = show(terminal);
    std::env::set_current_dir(home)?;
    shown?;
    writeln!(
        terminal.out,
        "The launch is refused, so the check alone would have ended with exit code 1. Both files ship with the"
    )?;
    writeln!(
        terminal.out,
        "repository: examples/demo/analytics.toml and examples/launch/etl-daily.json."
    )?;
    Ok(Exit::Clean)
}

fn show(terminal: &mut Terminal<'_>) -> io::Result<()> {
    for (what, command) in COMMANDS {
        writeln!(
            terminal.out,
            "# {what}\n$ emr-baseline {}\n",
            command.join(" ")
        )?;
        terminal.flush()?;
        let parsed = Arguments::try_parse_from(["emr-baseline"].iter().chain(command.iter()))
            .map_err(io::Error::other)?;
        let exit = super::run(&parsed, terminal)?;
        writeln!(terminal.out, "\n(exit code {})\n", exit as u8)?;
        if command.first() == Some(&"compile") {
            show_document(terminal)?;
        }
        terminal.flush()?;
    }
    Ok(())
}

fn show_document(terminal: &mut Terminal<'_>) -> io::Result<()> {
    let path = "artifacts/prod-us/security-configuration.json";
    let text = files::read(Path::new(path)).map_err(io::Error::other)?;
    writeln!(
        terminal.out,
        "$ cat {path}\n\n{}",
        String::from_utf8_lossy(&text)
    )
}
