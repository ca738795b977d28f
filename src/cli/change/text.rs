//! A plan in words, 80 columns wide.

use crate::baseline::Baseline;
use crate::change::{Change, Class, Fate, Kind, Plan, Sign};
use crate::cli::Terminal;
use crate::escape::terminal as safe;
use anstyle::{AnsiColor, Style};
use std::io::{self, Write};
use unicode_width::UnicodeWidthStr;

/// Prints the plan.
pub(in crate::cli) fn plan(
    baseline: &Baseline,
    plan: &Plan,
    terminal: &mut Terminal<'_>,
) -> io::Result<()> {
    if let Some(target) = &baseline.target {
        let (name, account, region) = (&target.name, &target.account, &target.region);
        writeln!(
            terminal.out,
            "target `{}`: account {account}, region {region}\n",
            safe(name)
        )?;
    }
    let planned = |one: &&Change| one.fate == Fate::Planned;
    for kind in Kind::ALL {
        let own = |one: &&Change| one.kind == kind;
        let changes: Vec<&Change> = plan.changes.iter().filter(own).filter(planned).collect();
        if changes.is_empty() {
            continue;
        }
        writeln!(terminal.out, "{}", kind.word())?;
        for change in sorted(changes) {
            entry(change, terminal)?;
        }
        writeln!(terminal.out)?;
    }
    let left: Vec<&Change> = plan.changes.iter().filter(|one| !planned(one)).collect();
    if !left.is_empty() {
        writeln!(terminal.out, "not changed")?;
        for change in sorted(left) {
            entry(change, terminal)?;
        }
        writeln!(terminal.out)?;
    }
    if !plan.unknown.is_empty() {
        writeln!(terminal.out, "not known")?;
        for what in &plan.unknown {
            wrapped(what, 2, 4, terminal)?;
        }
        writeln!(terminal.out)?;
    }
    summary(plan, terminal)
}

/// Those of one holder together, what comes before what goes.
fn sorted(mut changes: Vec<&Change>) -> Vec<&Change> {
    changes.sort_by_key(|one| (one.kind, &one.holder, one.sign));
    changes
}

fn summary(plan: &Plan, terminal: &mut Terminal<'_>) -> io::Result<()> {
    let (add, change, remove) = (
        plan.count(Sign::Add),
        plan.count(Sign::Change),
        plan.count(Sign::Remove),
    );
    let left = plan.left();
    if add + change + remove + left == 0 {
        let known = plan.unknown.is_empty();
        let line = if known && !plan.is_partial {
            "nothing to change: everything is as the baseline asks"
        } else if known {
            "nothing to change in what was asked for with `--only`"
        } else {
            "nothing to change, as far as is known"
        };
        return writeln!(terminal.out, "{line}");
    }
    let calls = plan.steps.len();
    let word = if calls == 1 { "call" } else { "calls" };
    write!(
        terminal.out,
        "plan: {add} to add, {change} to change, {remove} to take away, by {calls} {word}"
    )?;
    if left > 0 {
        write!(terminal.out, "; {left} not changed")?;
    }
    writeln!(terminal.out)
}

fn entry(change: &Change, terminal: &mut Terminal<'_>) -> io::Result<()> {
    let (mark, colour) = match change.sign {
        Sign::Add => ("+", AnsiColor::Green),
        Sign::Change => ("~", AnsiColor::Yellow),
        Sign::Remove => ("-", AnsiColor::Red),
    };
    let planned = change.fate == Fate::Planned;
    if terminal.colour_out && planned {
        let style = Style::new().fg_color(Some(colour.into()));
        write!(terminal.out, "  {style}{mark}{style:#} ")?;
    } else {
        write!(terminal.out, "  {mark} ")?;
    }
    wrapped_after(&change.what, 4, 6, terminal)?;
    if let Some(holder) = &change.holder {
        wrapped(&format!("for {holder}"), 6, 8, terminal)?;
    }
    let class = match change.class {
        Class::Widened => Some("wider than declared"),
        Class::Excess => Some("not declared"),
        Class::Replaced => Some("replaced"),
        Class::Missing | Class::Different | Class::LeftToIam | Class::Unheard => None,
    };
    let mut about: Vec<&str> = class.into_iter().collect();
    about.extend(change.detail.as_deref());
    if !about.is_empty() {
        wrapped(&about.join(": "), 6, 8, terminal)?;
    }
    match &change.fate {
        Fate::Planned => {}
        Fate::Reported(why) => wrapped(why, 6, 8, terminal)?,
        Fate::HeldBack(why) => wrapped(&format!("cannot be done: {why}"), 6, 8, terminal)?,
    }
    let evidence = &change.evidence;
    let last = match (&evidence.updated, &evidence.by) {
        (Some(at), Some(by)) => Some(format!("last granted {at} by {by}")),
        (Some(at), None) => Some(format!("last granted {at}")),
        (None, Some(by)) => Some(format!("last granted by {by}")),
        (None, None) => None,
    };
    if let Some(last) = last {
        wrapped(&last, 6, 8, terminal)?;
    }
    let lines = change.wanted.iter();
    let lines: Vec<String> = lines
        .map(|origin| format!("{}:{}", origin.file, origin.line))
        .collect();
    if !lines.is_empty() {
        wrapped(&lines.join(", "), 6, 8, terminal)?;
    }
    Ok(())
}

fn wrapped(text: &str, first: usize, rest: usize, terminal: &mut Terminal<'_>) -> io::Result<()> {
    write!(terminal.out, "{:first$}", "")?;
    wrapped_after(text, first, rest, terminal)
}

/// Writes a text of which the first line begins at a column already.
fn wrapped_after(
    text: &str,
    first: usize,
    rest: usize,
    terminal: &mut Terminal<'_>,
) -> io::Result<()> {
    let text = safe(text);
    let mut at = first;
    let mut begun = true;
    for word in text.split(' ') {
        let width = word.width();
        if !begun && at + 1 + width > terminal.width {
            write!(terminal.out, "\n{:rest$}{word}", "")?;
            at = rest + width;
        } else if begun {
            write!(terminal.out, "{word}")?;
            at += width;
        } else {
            write!(terminal.out, " {word}")?;
            at += 1 + width;
        }
        begun = false;
    }
    writeln!(terminal.out)
}
