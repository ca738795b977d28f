//! `import SOURCE...`: the baseline that describes a data lake as it is, audited before it is shown.

mod source;

use super::arguments::Output;
use super::{Ended, Terminal, audit};
use crate::baseline::{Loaded, Memory, Problem, load};
use crate::control::Verdict;
use crate::import::{Head, Imported, Inventory, Kind};
use crate::judge::{Exit, Report};
use clap::Args;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
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
    if found.inventory.is_empty() {
        for left in found.inventory.written(&found.account).left {
            terminal.warning(&format!("not in the baseline: {left}"))?;
        }
        terminal.error(&format!(
            "nothing of Lake Formation was found in `{}`",
            head.from
        ))?;
        terminal
            .help("observe an account that has some: `emr-baseline observe -o estate.jsonl`")?;
        return Ok(Exit::Unusable);
    }
    let imported = found.inventory.written(&found.account);
    let Some(settled) = settled(&imported, &head, &found, at, terminal)? else {
        return Ok(Exit::Unusable);
    };
    write!(terminal.out, "{}", settled.text)?;
    say(&imported, &found, &settled, terminal)
}

/// What came of it.
struct Settled {
    /// The baseline.
    text: String,
    /// By control what an audit by it finds still; without an estate, nothing was audited.
    findings: Option<Findings>,
    left_out: LeftOut,
}

/// Guards and settings that are left out.
#[derive(Default)]
struct LeftOut {
    /// Why, by control.
    why: BTreeMap<&'static str, String>,
    /// Those that the lake does not keep.
    unkept: BTreeSet<&'static str>,
    /// Those of which something is not known.
    unknown: BTreeSet<&'static str>,
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
    let mut left_out = LeftOut::default();
    if found.estate.is_none() {
        let of_guards = imported
            .sections
            .iter()
            .filter(|section| section.kind == Kind::Guard);
        left_out.why.extend(of_guards.map(|section| {
            (
                section.control,
                "files do not show whether it does".to_owned(),
            )
        }));
    }
    loop {
        let text = imported.baseline(head, &left_out.why);
        let loaded = match loaded(&text, at) {
            Ok(loaded) => loaded,
            Err(problems) => {
                // Guards are held to what else a baseline declares, too.
                let refused = imported.refused(&problems);
                if refused.is_empty() {
                    super::baselines::show(&problems, terminal)?;
                    return Ok(None);
                }
                left_out.unkept.extend(refused.keys());
                left_out.why.extend(refused);
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

impl LeftOut {
    /// Leaves out what an audit finds broken, and tells whether that is anything.
    fn take(&mut self, imported: &Imported, findings: &Findings) -> bool {
        let before = self.why.len();
        for (id, count) in &findings.0 {
            let is_broken = match imported.kind(id) {
                Some(Kind::Guard) => true,
                // What only nobody knows is still what the lake is like.
                Some(Kind::Setting) => count.failed > 0,
                Some(Kind::List) | None => false,
            };
            if !is_broken {
                continue;
            }
            if count.failed > 0 {
                self.unkept.insert(id);
            }
            if count.unknown > 0 {
                self.unknown.insert(id);
            }
            self.why.insert(id, count.said());
        }
        self.why.len() > before
    }

    /// Says what is left out.
    fn say(&self, terminal: &mut Terminal<'_>) -> io::Result<()> {
        let only_unknown = self.unknown.difference(&self.unkept).copied().collect();
        for (what, ids) in [
            ("what the lake does not keep today", &self.unkept),
            ("what the lake is not known to keep", &only_unknown),
        ] {
            let ids: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
            if !ids.is_empty() {
                terminal.warning(&format!("{what} is left out: {}", ids.join(", ")))?;
            }
        }
        Ok(())
    }

    /// Whether the baseline describes the lake without it: guards that are not kept are work to do, but settings are what
    /// the lake is like, and what is not known may be anything.
    fn is_by_design(&self, imported: &Imported) -> bool {
        let mut unkept = self.unkept.iter();
        self.unknown.is_empty() && unkept.all(|id| imported.kind(id) != Some(Kind::Setting))
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

/// What an audit finds, by control.
struct Findings(BTreeMap<&'static str, Count>);

#[derive(Default)]
struct Count {
    failed: usize,
    unknown: usize,
    example: String,
}

impl Count {
    fn said(&self) -> String {
        let each = [(self.failed, "finding"), (self.unknown, "unknown")];
        let counts: Vec<String> = each
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
            .collect();
        format!("{}, such as: {}", counts.join(" and "), self.example)
    }
}

impl Findings {
    fn of(report: &Report, found: &Found) -> io::Result<Self> {
        let mut counts: BTreeMap<&'static str, Count> = BTreeMap::new();
        for evaluation in &report.evaluations {
            let evaluation = evaluation?;
            let here =
                |own: &Option<String>, name: &str| own.as_deref().is_none_or(|own| own == name);
            let resource = &evaluation.resource;
            if !here(&resource.account, &found.account) || !here(&resource.region, &found.region) {
                continue;
            }
            let failed = match evaluation.verdict {
                Verdict::Noncompliant => true,
                Verdict::Indeterminate => false,
                Verdict::Compliant | Verdict::Waived | Verdict::NotApplicable => continue,
            };
            let count = counts.entry(evaluation.control.id).or_default();
            if count.example.is_empty() || failed && count.failed == 0 {
                count.example = evaluation.message.to_string();
            }
            *if failed {
                &mut count.failed
            } else {
                &mut count.unknown
            } += 1;
        }
        Ok(Self(counts))
    }
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
