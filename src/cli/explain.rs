//! `explain`: what a baseline asks for in effect, and every line that asks; or which control wrote a leaf.

use super::arguments::Explain;
use super::baselines::{chosen, loaded, resolved, show};
use super::{Ended, Terminal, compile};
use crate::baseline::Baseline;
use crate::baseline::explain::{Explained, explain, explain_all};
use crate::compile::{Compiled, CompiledLeaf};
use crate::escape::terminal as safe;
use crate::judge::Exit;
use crate::origin::Origin;
use jiff::Timestamp;
use std::io::{self, Write};
use std::path::Path;

/// Runs `explain BASELINE [CONTROL]`.
pub(super) fn run(arguments: &Explain, at: Timestamp, terminal: &mut Terminal<'_>) -> Ended {
    let Some(loaded) = loaded(&arguments.baseline, at, terminal)? else {
        return Ok(Exit::Unusable);
    };
    let target = chosen(&loaded, arguments.target.as_deref());
    let Some(baseline) = resolved(&loaded, target.as_deref(), terminal)? else {
        return Ok(Exit::Unusable);
    };
    if let (Some(artifact), Some(pointer)) = (&arguments.artifact, &arguments.pointer) {
        return leaf(&baseline, artifact, pointer, terminal);
    }
    let Some(control) = &arguments.control else {
        for explained in explain_all(&baseline) {
            write_one(&explained, terminal)?;
        }
        return Ok(Exit::Clean);
    };
    match explain(&baseline, control) {
        Some(explained) => {
            write_one(&explained, terminal)?;
            Ok(Exit::Clean)
        }
        None if crate::controls::find(control).is_some() => {
            terminal.error(&format!("the baseline does not require `{control}`"))?;
            terminal.help(&format!("write `[{control}]` to require it"))?;
            Ok(Exit::Unusable)
        }
        None => super::controls::run(Some(control), terminal),
    }
}

fn at_line(origin: &Origin) -> String {
    safe(&format!("{}:{}", origin.file, origin.line)).into_owned()
}

fn write_one(explained: &Explained, terminal: &mut Terminal<'_>) -> io::Result<()> {
    let out = &mut terminal.out;
    let meta = explained.entry.meta;
    writeln!(out, "[{}]  {}", meta.id, meta.title)?;
    let (severity, by) = &explained.severity;
    writeln!(
        out,
        "  severity {severity}{}",
        by.as_ref()
            .map(|origin| format!("  ({})", at_line(origin)))
            .unwrap_or_default()
    )?;
    for origin in &explained.origins {
        writeln!(out, "  required by {}", at_line(origin))?;
    }
    for setting in &explained.settings {
        let value = setting
            .value
            .as_deref()
            .map_or_else(|| "anything".into(), safe);
        let note = if setting.is_default {
            "  (default)"
        } else {
            ""
        };
        writeln!(out, "  {} = {value}{note}", setting.key)?;
        for (origin, asks) in &setting.lines {
            writeln!(out, "      {} asks {}", at_line(origin), safe(asks))?;
        }
    }
    writeln!(out)
}

/// Says who wrote the leaf at a pointer of a compiled file.
fn leaf(baseline: &Baseline, artifact: &Path, pointer: &str, terminal: &mut Terminal<'_>) -> Ended {
    let Some(target) = &baseline.target else {
        terminal.error("which target compiled it? several are possible")?;
        terminal.help("name it with `--target`")?;
        return Ok(Exit::Unusable);
    };
    let compiled = match compile::compiled(baseline) {
        Ok(compiled) => compiled,
        Err(refusals) => {
            show(&compile::problems(&refusals, baseline), terminal)?;
            return Ok(Exit::Unusable);
        }
    };
    let Some(file) = file_of(&compiled, artifact) else {
        terminal.error(&format!(
            "`{}` is none of the files that target `{}` compiles to",
            artifact.display(),
            target.name
        ))?;
        let files: Vec<&str> = compiled.files.keys().map(String::as_str).collect();
        terminal.help(&format!("they are {}", files.join(", ")))?;
        return Ok(Exit::Unusable);
    };
    let leaves: Vec<&CompiledLeaf> = compiled
        .leaves_at(file, pointer.trim_end_matches('/'))
        .collect();
    if leaves.is_empty() {
        terminal.error(&format!("nothing is written at `{pointer}` of `{file}`"))?;
        return Ok(Exit::Unusable);
    }
    for leaf in leaves {
        write_leaf(leaf, terminal)?;
    }
    Ok(Exit::Clean)
}

/// Which compiled file a path means: the one that it ends in.
fn file_of<'c>(compiled: &'c Compiled, artifact: &Path) -> Option<&'c str> {
    let path = artifact.to_string_lossy().replace('\\', "/");
    let mut files = compiled.files.keys();
    files
        .find(|file| path == **file || path.ends_with(&format!("/{file}")))
        .map(String::as_str)
}

fn write_leaf(leaf: &CompiledLeaf, terminal: &mut Terminal<'_>) -> io::Result<()> {
    writeln!(
        terminal.out,
        "{}{} = {}",
        leaf.file,
        leaf.pointer,
        safe(&leaf.value.to_string())
    )?;
    for written in &leaf.written {
        let origin = written
            .origin
            .as_ref()
            .map_or_else(|| "its default".to_owned(), at_line);
        writeln!(terminal.out, "  {} because of {origin}", written.control)?;
    }
    if leaf.written.is_empty() {
        writeln!(
            terminal.out,
            "  no control: AWS's samples always write it, and it is off"
        )?;
    }
    Ok(())
}
