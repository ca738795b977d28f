//! `audit`: an estate, saved or live, judged as it streams by. Live AWS needs the `live` feature.

mod changes;
mod region;

use super::arguments::Audit;
use super::baselines::{loaded, resolved};
use super::check::{compiled_document, empty_report, judge_of, obstacle};
use super::lock::Lock;
use super::reporting::{deliver, sinks, wants_everything};
use super::{Ended, Terminal, files, homes};
use crate::baseline::{Baseline, Loaded};
use crate::control::{Tally, Target};
use crate::judge::{Counted, Exit, Judge, Obstacle, Report};
use crate::observe::snapshot::{Event, Reader};
use changes::Changes;
use jiff::Timestamp;
use region::RegionRun;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufReader};
use std::path::Path;

/// Runs `audit`.
pub(super) fn run(arguments: &Audit, at: Timestamp, terminal: &mut Terminal<'_>) -> Ended {
    #[cfg(not(feature = "live"))]
    if arguments.snapshot.is_none() {
        return super::without_live("audit", terminal);
    }
    let mut sinks = match sinks(&arguments.reporting) {
        Ok(sinks) => sinks,
        Err(message) => {
            terminal.error(&message)?;
            return Ok(Exit::Unusable);
        }
    };
    let Some(loaded) = loaded(&arguments.baseline, at, terminal)? else {
        return Ok(Exit::Unusable);
    };
    let Some(baselines) = Baselines::of(&loaded, arguments.target.as_deref(), terminal)? else {
        return Ok(Exit::Unusable);
    };
    #[cfg(feature = "live")]
    if arguments.reach.plan {
        return super::live::plan(&arguments.reach, &spared(&baselines), terminal);
    }
    let Some(_lock) = Lock::take(arguments.reach.lock.as_deref(), terminal)? else {
        return Ok(Exit::Unusable);
    };
    let changes = arguments.changes.as_deref();
    let changes = match changes
        .map(|path| Changes::begin(path, terminal))
        .transpose()?
    {
        Some(None) => return Ok(Exit::Unusable),
        changes => changes.flatten(),
    };
    let mut report = empty_report(baselines.main(), at);
    report.homes = homes::of(report.sources.keys().cloned(), &[]);
    let everything = wants_everything(&sinks, &arguments.reporting);
    let Some(estate) = estate(arguments, &baselines, at, terminal)? else {
        return Ok(Exit::Unusable);
    };
    judge_estate(estate.reader, &baselines, at, everything, &mut report)?;
    let quiet = changes
        .as_ref()
        .map(|changes| changes.is_quiet(&mut report));
    let quiet = quiet.transpose()?.unwrap_or(false);
    #[cfg(feature = "live")]
    if let Some(heard) = estate.heard {
        // What was not observed is in the report already.
        heard.say(terminal, quiet)?;
    }
    if report.coverage.resources == 0 && !arguments.reporting.allow_empty {
        terminal.error("nothing was judged: the estate holds no resource")?;
        terminal.help("observe an account that has some, or give `--allow-empty`")?;
    }
    sinks.retain(|(_, file)| !quiet || file.is_some());
    let exit = deliver(&report, &sinks, &arguments.reporting, terminal)?;
    if let Some(changes) = changes
        && exit != Exit::Unusable
        && !changes.keep(&report, terminal)?
    {
        return Ok(Exit::Unusable);
    }
    Ok(exit)
}

/// Judges a saved estate for another command, which shows what it wants of the report.
pub(super) fn of_snapshot(
    path: &Path,
    loaded: &Loaded,
    at: Timestamp,
    terminal: &mut Terminal<'_>,
) -> io::Result<Option<Report>> {
    let Some(baselines) = Baselines::of(loaded, None, terminal)? else {
        return Ok(None);
    };
    let reader = match reader(path) {
        Ok(reader) => reader,
        Err(why) => {
            terminal.error(&format!("`{}`: {why}", path.display()))?;
            return Ok(None);
        }
    };
    let mut report = empty_report(baselines.main(), at);
    judge_estate(reader, &baselines, at, false, &mut report)?;
    Ok(Some(report))
}

/// The baseline as it is bound to each account and region.
struct Baselines {
    /// For what no target binds, or for everything when a target is named.
    unbound: Baseline,
    bound: Vec<Baseline>,
}

impl Baselines {
    fn of(
        loaded: &Loaded,
        named: Option<&str>,
        terminal: &mut Terminal<'_>,
    ) -> std::io::Result<Option<Self>> {
        let Some(unbound) = resolved(loaded, named, terminal)? else {
            return Ok(None);
        };
        let mut bound: Vec<Baseline> = Vec::new();
        if named.is_some() {
            return Ok(Some(Self { unbound, bound }));
        }
        for target in loaded.targets() {
            let twin = bound
                .iter()
                .filter_map(|other| other.target.as_ref())
                .find(|other| other.account == target.account && other.region == target.region);
            if let Some(twin) = twin {
                terminal.error(&format!(
                    "targets `{}` and `{}` are bound to the same account and region",
                    twin.name, target.name
                ))?;
                terminal.help("name the one to judge by with `--target`")?;
                return Ok(None);
            }
            let Some(baseline) = resolved(loaded, Some(&target.name), terminal)? else {
                return Ok(None);
            };
            bound.push(baseline);
        }
        Ok(Some(Self { unbound, bound }))
    }

    /// The one that the report is named after.
    fn main(&self) -> &Baseline {
        if let [only] = self.bound.as_slice() {
            only
        } else {
            &self.unbound
        }
    }

    /// Which baseline judges an account and region: an index into [`Self::judges`].
    fn of_region(&self, account: &str, region: &str) -> usize {
        let bound = self.bound.iter().position(|baseline| {
            baseline
                .target
                .as_ref()
                .is_some_and(|target| target.account == account && target.region == region)
        });
        bound.map_or(0, |index| index + 1)
    }

    /// Every one of them.
    fn all(&self) -> impl Iterator<Item = &Baseline> {
        std::iter::once(&self.unbound).chain(&self.bound)
    }

    fn judges(&self, at: Timestamp) -> Vec<Judge<'_>> {
        self.all()
            .map(|baseline| {
                judge_of(baseline, at, compiled_document(baseline).as_ref()).with_count()
            })
            .collect()
    }
}

/// What live runs call the estate in place of a file's name.
const AWS: &str = "AWS";

/// The estate to judge.
struct Estate {
    reader: Reader<'static>,
    /// What a live run tells besides.
    #[cfg(feature = "live")]
    heard: Option<super::live::Heard>,
}

impl Estate {
    fn saved(reader: Reader<'static>) -> Self {
        Self {
            reader,
            #[cfg(feature = "live")]
            heard: None,
        }
    }
}

#[cfg(feature = "live")]
fn spared(baselines: &Baselines) -> super::live::Spared {
    super::live::spared(baselines.all())
}

/// The estate to judge, as a stream.
fn estate(
    arguments: &Audit,
    baselines: &Baselines,
    at: Timestamp,
    terminal: &mut Terminal<'_>,
) -> io::Result<Option<Estate>> {
    #[cfg(not(feature = "live"))]
    let _ = (at, baselines);
    let Some(snapshot) = &arguments.snapshot else {
        #[cfg(feature = "live")]
        if let Some((stream, heard)) =
            super::live::stream(&arguments.reach, &spared(baselines), at, terminal)?
        {
            let reader = Reader::new(AWS, stream)?;
            let heard = Some(heard);
            return Ok(Some(Estate { reader, heard }));
        }
        return Ok(None);
    };
    match reader(snapshot) {
        Ok(reader) => Ok(Some(Estate::saved(reader))),
        Err(why) => {
            terminal.error(&format!("`{}`: {why}", snapshot.display()))?;
            Ok(None)
        }
    }
}

fn reader(path: &Path) -> Result<Reader<'static>, String> {
    let file = BufReader::with_capacity(1 << 20, files::open(path)?);
    Reader::new(path.display().to_string(), file).map_err(|error| files::plain(&error))
}

fn judge_estate(
    mut reader: Reader<'_>,
    baselines: &Baselines,
    at: Timestamp,
    everything: bool,
    report: &mut Report,
) -> io::Result<()> {
    let judges = baselines.judges(at);
    let mut tallies = BTreeMap::new();
    while let Some(event) = reader.next() {
        match event {
            Event::Region(region) => {
                let judge = judges.get(baselines.of_region(&region.account, &region.region));
                let Some(judge) = judge else { continue };
                let tally = RegionRun {
                    judge,
                    place: (&region.account, &region.region),
                    everything,
                    report,
                    once: BTreeSet::new(),
                }
                .run(&mut reader)?;
                if let Some(why) = &tally.partial {
                    report.obstacles.push(Obstacle {
                        what: format!(
                            "account {} region {} was not observed completely",
                            region.account, region.region
                        ),
                        file: Some(reader.name().to_owned()).filter(|name| name != AWS),
                        why: why.clone(),
                        ..Obstacle::default()
                    });
                }
                tallies.insert((region.account.clone(), region.region.clone()), tally);
            }
            Event::Problem(problem) => report.obstacles.push(obstacle(&problem)),
            Event::Estate { .. } | Event::Fact(_) | Event::Resource(_) | Event::End { .. } => {}
        }
    }
    tell_of_targets(baselines, &tallies, report);
    let mut judges = judges.into_iter();
    if let Some(first) = judges.next() {
        judges.for_each(|other| first.absorb(&other));
        report.add(Counted::of(first.finish(&tallies, true), everything))?;
    }
    Ok(())
}

/// Tells of targets of which the estate holds nothing: by none of what the baseline asks there was anything judged. Where
/// others were, that may be meant.
fn tell_of_targets(
    baselines: &Baselines,
    tallies: &BTreeMap<(String, String), Tally>,
    report: &mut Report,
) {
    // Of an estate without anything that is said already, or asked for.
    if tallies.is_empty() {
        return;
    }
    let targets = baselines.all().filter_map(|one| one.target.as_ref());
    let is_seen = |target: &Target| {
        let mut seen = tallies.keys();
        seen.any(|(account, region)| *account == target.account && *region == target.region)
    };
    let (seen, unseen): (Vec<&Target>, Vec<&Target>) = targets.partition(|one| is_seen(one));
    for target in unseen {
        let Target {
            name,
            account,
            region,
            ..
        } = target;
        let what =
            format!("target `{name}`: nothing was observed of account {account}, region {region}");
        if seen.is_empty() {
            report.obstacles.push(Obstacle {
                what,
                why: "by what the baseline asks there, nothing was judged".to_owned(),
                ..Obstacle::default()
            });
        } else {
            report.notes.push(what);
        }
    }
}
