//! `apply`: an account and region made what a baseline asks for. Every decision is made in [`crate::change`]; here it is
//! asked, sent, written down and looked at again.

mod consent;
mod saved;
mod trail;

use super::arguments::Apply;
use super::change::{baseline, desired, document, text, world};
use super::live::{Way, jitter};
use super::{Ended, Terminal, now};
use crate::baseline::Baseline;
use crate::change::{Carry, Change, Desired, Ended as End, Fate, Options, Plan, Sign, plan};
use crate::judge::Exit;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::io::{self, BufRead, IsTerminal};
use std::time::Duration;
use trail::Trail;

/// How often it is looked whether what was done is there: reads come late after writes.
const LOOKS: u32 = 6;
/// The first wait between two looks; each next one is twice as long.
const WAIT: Duration = Duration::from_millis(500);

/// Runs `apply BASELINE --target NAME`.
pub(super) fn run(arguments: &Apply, at: Timestamp, terminal: &mut Terminal<'_>) -> Ended {
    let Some(baseline) = baseline(&arguments.changing, at, terminal)? else {
        return Ok(Exit::Unusable);
    };
    let Some(desired) = desired(&baseline, terminal)? else {
        return Ok(Exit::Unusable);
    };
    let saved = match arguments.plan.as_deref().map(saved::read) {
        Some(Ok(saved)) => Some(saved),
        Some(Err(why)) => {
            terminal.error(&why)?;
            return Ok(Exit::Unusable);
        }
        None => None,
    };
    let given = arguments.changing.options();
    let options = saved.as_ref().map_or(given, saved::options);
    let Some(way) = world::way(&arguments.changing, &desired, terminal)? else {
        return Ok(Exit::Unusable);
    };
    let run = Run {
        baseline: &baseline,
        desired: &desired,
        options: &options,
        way: &way,
        at,
    };
    let Some((plan, caller)) = run.plan(true, terminal)? else {
        return Ok(Exit::Unusable);
    };
    let document = document::document(&baseline, &options, &plan);
    if let Some(saved) = &saved
        && let Err(moved) = saved::compare(saved, &document)
    {
        terminal.error("the saved plan is out of date: what it relied on has moved")?;
        for line in moved {
            terminal.note(&line)?;
        }
        terminal.help("plan again, and look at what is different")?;
        return Ok(Exit::Unusable);
    }
    text::plan(&baseline, &plan, terminal)?;
    terminal.out.flush()?;
    if let Some(exit) = stops(&plan, caller.as_deref(), terminal)? {
        return Ok(exit);
    }
    if !arguments.yes && !confirmed(plan.steps.len(), terminal)? {
        return Ok(Exit::Unusable);
    }
    let trail = arguments.trail.as_deref();
    let mut trail = match Trail::open(trail, &baseline, caller.as_deref()) {
        Ok(trail) => trail,
        Err(why) => {
            terminal.error(&format!("cannot write the trail: {why}"))?;
            return Ok(Exit::Unusable);
        }
    };
    let carry = run.carry(&plan, &mut trail, terminal)?;
    run.look(&plan, &carry, terminal)
}

/// Asks whoever sits at the terminal.
fn confirmed(calls: usize, terminal: &mut Terminal<'_>) -> io::Result<bool> {
    let stdin = io::stdin();
    let watched = stdin.is_terminal();
    let mut answers = stdin.lock();
    let answers = watched.then_some(&mut answers as &mut dyn BufRead);
    consent::given(calls, answers, terminal)
}

/// Why nothing is done, or need be.
fn stops(
    plan: &Plan,
    caller: Option<&str>,
    terminal: &mut Terminal<'_>,
) -> io::Result<Option<Exit>> {
    for (message, help) in &plan.refusals {
        terminal.error(message)?;
        terminal.help(help)?;
    }
    if !plan.refusals.is_empty() {
        return Ok(Some(Exit::Unusable));
    }
    if !plan.unknown.is_empty() {
        terminal.error("something that is needed was not observed: nothing is changed")?;
        terminal.help("run as an administrator of the data lake, or leave it out with `--only`")?;
        return Ok(Some(Exit::Indeterminate));
    }
    if plan.needs_administrator() && !plan.caller_administers {
        let caller = caller.unwrap_or("the caller");
        terminal.error(&format!("`{caller}` is no administrator of the data lake"))?;
        terminal.help(
            "a read-only administrator may plan; to change, run as one of `DataLakeAdmins`",
        )?;
        return Ok(Some(Exit::Unusable));
    }
    Ok(plan.steps.is_empty().then(|| at_rest(plan)))
}

/// One baseline, one way.
struct Run<'r, 'b> {
    baseline: &'r Baseline,
    desired: &'r Desired<'b>,
    options: &'r Options,
    way: &'r Way,
    at: Timestamp,
}

impl Run<'_, '_> {
    /// The plan for the world as it is now, and who asks.
    fn plan(
        &self,
        says: bool,
        terminal: &mut Terminal<'_>,
    ) -> io::Result<Option<(Plan, Option<String>)>> {
        let (baseline, desired, options) = (self.baseline, self.desired, self.options);
        let current = if says {
            world::live(self.way, baseline, desired, options, self.at, terminal)?
        } else {
            let mut nowhere = Terminal::plain(io::sink(), io::sink());
            world::live(self.way, baseline, desired, options, self.at, &mut nowhere)?
        };
        Ok(current.map(|current| {
            let caller = current.caller.clone();
            (plan(desired, &current, options), caller)
        }))
    }

    /// Makes the calls.
    fn carry(
        &self,
        plan: &Plan,
        trail: &mut Trail,
        terminal: &mut Terminal<'_>,
    ) -> io::Result<Carry> {
        let mut carry = Carry::new(plan);
        let mut made = 0_u32;
        while let Some(call) = carry.next_call() {
            let phase = carry.phase();
            let outcome = self.way.call(&call);
            made += 1;
            let told = carry.answered(&outcome, jitter());
            if let Err(error) = trail.add(phase, &call, &told, now()) {
                terminal.error(&format!(
                    "cannot write the trail: {error}: no further call is made"
                ))?;
                return Ok(carry);
            }
            if let Some(wait) = told.wait {
                self.way.sleep(wait);
            }
        }
        let word = if made == 1 { "call" } else { "calls" };
        writeln!(terminal.out, "\n{made} {word} made")?;
        terminal.out.flush()?;
        Ok(carry)
    }

    /// Tells what was refused, and looks whether what was done is there.
    fn look(&self, before: &Plan, carry: &Carry, terminal: &mut Terminal<'_>) -> Ended {
        let failed = tell_failures(before, carry, terminal)?;
        let implicit = already(before, carry);
        let planned = before.changes.iter().map(named);
        let planned: BTreeSet<String> = planned.collect();
        let mut left = Vec::new();
        for look in 0..LOOKS {
            if look > 0 {
                self.way.sleep(WAIT.saturating_mul(1 << (look - 1)));
            }
            let after = self.plan(false, terminal)?;
            let after = after.filter(|(after, _)| after.unknown.is_empty());
            let Some((after, _)) = after else {
                terminal.warning("what was done could not be looked at again")?;
                return Ok(if failed {
                    Exit::Noncompliant
                } else {
                    Exit::Indeterminate
                });
            };
            let open = after.changes.iter();
            let open = open.filter(|one| one.fate == Fate::Planned);
            let (told, others): (Vec<_>, Vec<_>) =
                open.map(named).partition(|one| implicit.contains(one));
            // After a refusal something is always left: one look tells what.
            if others.is_empty() || failed {
                for one in told {
                    terminal.note(&format!("AWS lists, and does not revoke: {one}"))?;
                }
                return self.end(failed, &after, terminal);
            }
            left = others;
            if left.iter().all(|one| !planned.contains(one)) {
                break;
            }
        }
        for one in left {
            let what = if planned.contains(&one) {
                "AWS took the calls, and still answers otherwise"
            } else {
                "new since it was planned"
            };
            terminal.error(&format!("{what}: {one}"))?;
        }
        terminal.help("run again: what was done is not done twice")?;
        Ok(Exit::Noncompliant)
    }

    fn end(&self, failed: bool, after: &Plan, terminal: &mut Terminal<'_>) -> Ended {
        if failed {
            terminal
                .help("mend what was refused, and run again: what was done is not done twice")?;
            return Ok(Exit::Noncompliant);
        }
        let target = self.desired.target();
        writeln!(
            terminal.out,
            "verified: target `{}` is as the baseline asks, as far as it is changed here",
            crate::escape::terminal(&target.name)
        )?;
        Ok(at_rest(after))
    }
}

/// Says what was refused, and what was not tried. True when anything was.
fn tell_failures(plan: &Plan, carry: &Carry, terminal: &mut Terminal<'_>) -> io::Result<bool> {
    let mut failed = false;
    for (number, change) in plan.changes.iter().enumerate() {
        let planned = change.fate == Fate::Planned;
        let said = match carry.ended().get(&number) {
            Some(End::Refused(why)) => format!("refused: {}: {why}", named(change)),
            Some(End::Skipped(why)) => format!("not tried: {}: {why}", named(change)),
            None if planned => format!("not done: {}", named(change)),
            Some(End::Done | End::Already) | None => continue,
        };
        failed = true;
        terminal.error(&said)?;
    }
    Ok(failed)
}

/// What is left may still be something that could not be done.
fn at_rest(plan: &Plan) -> Exit {
    let held_back = |one: &Change| matches!(one.fate, Fate::HeldBack(_));
    if plan.changes.iter().any(held_back) {
        Exit::Noncompliant
    } else {
        Exit::Clean
    }
}

/// What AWS said was not there to be revoked.
fn already(plan: &Plan, carry: &Carry) -> BTreeSet<String> {
    let ended = carry.ended().iter();
    ended
        .filter(|(_, end)| **end == End::Already)
        .filter_map(|(number, _)| plan.changes.get(*number))
        .filter(|change| change.sign == Sign::Remove)
        .map(named)
        .collect()
}

fn named(change: &Change) -> String {
    match &change.holder {
        Some(holder) => format!("{} for {holder}", change.what),
        None => change.what.clone(),
    }
}
