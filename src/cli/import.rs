//! `import SOURCE...`: the baseline that describes a data lake as it is, audited before it is shown.

mod findings;
mod from_files;
mod source;

use super::arguments::Output;
use super::{Ended, Terminal, audit};
use crate::baseline::{Loaded, Memory, Problem, load};
use crate::import::{Head, Imported, Inventory};
use crate::judge::Exit;
use clap::Args;
use findings::{Findings, LeftOut};
use jiff::Timestamp;
use std::io::{self, Write};
use std::path::PathBuf;

/// Arguments of `import`.
#[derive(Args, Debug)]
pub struct Import {
    /// An estate that `observe` saved; or files and folders, with `--account` and `--region`
    #[arg(required = true, value_name = "SOURCE")]
    pub sources: Vec<PathBuf>,
    /// The account: which one of a saved estate, or where files are deployed
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// The region, likewise
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// The name of the baseline
    #[arg(long, value_name = "NAME", default_value = "imported")]
    pub name: String,
    /// The name of its target [default: the region]
    #[arg(long, value_name = "NAME")]
    pub target: Option<String>,
    /// Where the result goes.
    #[command(flatten)]
    pub output: Output,
}

/// What a baseline is written from.
struct Found {
    inventory: Inventory,
    account: String,
    region: String,
    /// The estate that is audited by what is written; files are not.
    estate: Option<PathBuf>,
}

/// The name of the baseline while it is audited.
const DRAFT: &str = "imported.toml";

/// Runs `import`.
pub(super) fn run(arguments: &Import, at: Timestamp, terminal: &mut Terminal<'_>) -> Ended {
    let found = match source::found(arguments) {
        Ok(found) => found,
        Err((message, help)) => {
            terminal.error(&message)?;
            terminal.help(&help)?;
            return Ok(Exit::Unusable);
        }
    };
    let shown: Vec<String> = arguments
        .sources
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let head = Head {
        name: arguments.name.clone(),
        from: shown.join("`, `"),
        target: arguments
            .target
            .clone()
            .unwrap_or_else(|| found.region.clone()),
        account: found.account.clone(),
        region: found.region.clone(),
        is_audited: found.estate.is_some(),
    };
    let imported = found.inventory.written(&found.account);
    if imported.is_empty() {
        for left in &imported.left {
            terminal.warning(&format!("not in the baseline: {left}"))?;
        }
        let (message, help) = nothing(&imported, &head);
        terminal.error(&message)?;
        terminal.help(help)?;
        return Ok(Exit::Unusable);
    }
    let Some(settled) = settled(&imported, &head, &found, at, terminal)? else {
        return Ok(Exit::Unusable);
    };
    write!(terminal.out, "{}", settled.text)?;
    say(&imported, &found, &settled, terminal)
}

/// What is said where there is nothing to write: nothing is there, or nothing that can be said.
fn nothing(imported: &Imported, head: &Head) -> (String, &'static str) {
    let from = &head.from;
    if imported.left.is_empty() {
        let message = format!("nothing of Lake Formation was found in `{from}`");
        let help = "observe an account that has some: `emr-baseline observe -o estate.jsonl`";
        return (message, help);
    }
    let message =
        format!("nothing that a baseline can say was found in `{from}`: no baseline is written");
    let help = "see above what was found, and why it cannot be said";
    (message, help)
}

/// What came of it.
struct Settled {
    /// The baseline.
    text: String,
    /// By control what an audit by it finds still; without an estate, nothing was audited.
    findings: Option<Findings>,
    left_out: LeftOut,
}

/// The baseline, audited.
///
/// Guards that the lake does not keep are left out, each with what it finds: a baseline describes, and tightens later.
fn settled(
    imported: &Imported,
    head: &Head,
    found: &Found,
    at: Timestamp,
    terminal: &mut Terminal<'_>,
) -> io::Result<Option<Settled>> {
    let mut left_out = if found.estate.is_some() {
        LeftOut::default()
    } else {
        LeftOut::all_guards(imported)
    };
    loop {
        let text = imported.baseline(head, &left_out.0);
        let loaded = match loaded(&text, at) {
            Ok(loaded) => loaded,
            Err(problems) => {
                // Guards are held to what else a baseline declares, too.
                let refused = imported.refused(&problems);
                if refused.is_empty() {
                    super::baselines::show(&problems, terminal)?;
                    return Ok(None);
                }
                left_out.0.extend(refused);
                continue;
            }
        };
        let Some(estate) = &found.estate else {
            return Ok(Some(Settled {
                text,
                findings: None,
                left_out,
            }));
        };
        let Some(report) = audit::of_snapshot(estate, &loaded, at, terminal)? else {
            return Ok(None);
        };
        let findings = Findings::of(&report, found)?;
        if !left_out.take(imported, &findings) {
            return Ok(Some(Settled {
                text,
                findings: Some(findings),
                left_out,
            }));
        }
    }
}

/// Loads what was written.
fn loaded(text: &str, at: Timestamp) -> Result<Loaded, Vec<Problem>> {
    let files: Memory = [(DRAFT, text)].into_iter().collect();
    let loaded = load(DRAFT, &files, at)?;
    let target = loaded.targets().first().map(|target| target.name.clone());
    loaded.resolve(target.as_deref())?;
    Ok(loaded)
}

/// Says what came of it: what the file says by itself is not said twice.
fn say(
    imported: &Imported,
    found: &Found,
    settled: &Settled,
    terminal: &mut Terminal<'_>,
) -> Ended {
    for left in &imported.left {
        terminal.warning(&format!("not in the baseline: {left}"))?;
    }
    let Some(Findings(counts)) = &settled.findings else {
        let what =
            "what files show was not audited, and what they leave open is not in the baseline";
        terminal.warning(what)?;
        return Ok(if imported.left.is_empty() {
            Exit::Clean
        } else {
            Exit::Indeterminate
        });
    };
    settled.left_out.say(terminal)?;
    for (id, count) in counts {
        terminal.warning(&format!(
            "an audit by this baseline finds `{id}`: {}",
            count.said()
        ))?;
    }
    if counts.is_empty() {
        let (account, region) = (&found.account, &found.region);
        writeln!(
            terminal.err,
            "an audit of account {account} region {region} by this baseline finds nothing"
        )?;
    }
    let whole =
        counts.is_empty() && imported.left.is_empty() && settled.left_out.is_by_design(imported);
    Ok(if whole {
        Exit::Clean
    } else {
        Exit::Indeterminate
    })
}
