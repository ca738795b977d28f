//! What access is worked out from: a baseline, or an estate that was observed.

use super::Asked;
use crate::access::{Estate, Observed, estate};
use crate::baseline::target_of_place;
use crate::cli::baselines::{chosen, loaded, resolved};
use crate::cli::{Terminal, files};
use crate::control::Target;
use crate::observe::snapshot::{Event, Reader};
use crate::observed::{ResourceKind, Scope};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::io::{self, BufReader, Read};
use std::path::Path;

/// A baseline or a saved estate.
pub(super) struct Side {
    /// What it is, as documents name it.
    pub(super) named: Value,
    /// The target of a baseline.
    pub(super) target: Option<String>,
    /// The accounts and regions; of a baseline, the one of its target.
    pub(super) regions: Vec<Region>,
}

/// An account and region, and who may read what there.
#[derive(Clone, Default)]
pub(super) struct Region {
    /// The account and the region; `None` of a baseline without a target.
    pub(super) at: Option<(String, String)>,
    pub(super) estate: Estate,
    /// What could not be understood, or was not seen.
    pub(super) unknown: Vec<String>,
}

impl Side {
    /// Whether it was observed, not declared.
    pub(super) fn is_observed(&self) -> bool {
        self.named.get("file").is_some()
    }
}

/// Reads a baseline or a saved estate; `None` when it cannot be read, which is said.
pub(super) fn read(
    path: &str,
    asked: &Asked,
    at: Timestamp,
    terminal: &mut Terminal<'_>,
) -> io::Result<Option<Side>> {
    if is_snapshot(path) {
        return match observed(path) {
            Ok(side) => Ok(Some(side)),
            Err(why) => {
                // What the reader says may name the file already.
                let named = why.contains(&format!("`{path}`"));
                let said = if named {
                    why
                } else {
                    format!("`{path}`: {why}")
                };
                terminal.error(&said)?;
                Ok(None)
            }
        };
    }
    let Some(loaded) = loaded(path, at, terminal)? else {
        return Ok(None);
    };
    let target = chosen(&loaded, asked.target.as_deref());
    let Some(baseline) = resolved(&loaded, target.as_deref(), terminal)? else {
        return Ok(None);
    };
    if let (None, [_, _, ..]) = (&baseline.target, loaded.targets()) {
        terminal.warning(&format!(
            "`{path}` has several targets, and is shown bound to none: parameters are their defaults, or any value"
        ))?;
        let targets = loaded.targets().iter().map(|one| format!("`{}`", one.name));
        let targets: Vec<String> = targets.collect();
        terminal.help(&format!("give `--target` one of: {}", targets.join(", ")))?;
    }
    let target = baseline.target.as_ref();
    Ok(Some(Side {
        named: json!({ "name": baseline.name, "version": baseline.version, "digest": baseline.digest }),
        target: target.map(|target| target.name.clone()),
        regions: vec![Region {
            at: target.map(|target| (target.account.clone(), target.region.clone())),
            estate: estate(&baseline),
            unknown: Vec::new(),
        }],
    }))
}

/// Whether a file begins as saved estates do, and no TOML does: with a record, or compressed.
fn is_snapshot(path: &str) -> bool {
    let mut start = [0; 4];
    let read = files::open(Path::new(path)).map(|mut file| file.read_exact(&mut start));
    matches!(read, Ok(Ok(()))) && (start[0] == b'{' || start == [0x28, 0xb5, 0x2f, 0xfd])
}

fn observed(path: &str) -> Result<Side, String> {
    let file = BufReader::with_capacity(1 << 20, files::open(Path::new(path))?);
    let reader = Reader::new(path, file).map_err(|error| files::plain(&error))?;
    let mut side = Side {
        named: json!({ "file": path }),
        target: None,
        regions: Vec::new(),
    };
    let mut here: Option<(Target, Observed)> = None;
    let nothing = Scope::new();
    for event in reader {
        match event {
            Event::Estate { .. } => {}
            Event::Region(region) => {
                let target = target_of_place(&region.account, &region.region);
                here = Some((target, Observed::default()));
            }
            Event::Fact(record) | Event::Resource(record) => {
                if let Some((target, seen)) = &mut here {
                    seen.see(&record.resource(), &nothing, target);
                }
            }
            Event::Problem(problem) => {
                let said = format!("{}: {}", problem.what, problem.why);
                match &mut here {
                    Some((_, seen)) => seen.unknown.push(said),
                    None => return Err(said),
                }
            }
            Event::End { complete, listed } => {
                let Some((target, mut seen)) = here.take() else {
                    continue;
                };
                if !complete {
                    seen.unknown.push("not everything was observed".to_owned());
                }
                for (kind, what) in WANTED {
                    if !listed.contains(kind) {
                        let unseen = format!("not every {what} was listed");
                        seen.unknown.push(unseen);
                    }
                }
                if !listed.contains(&ResourceKind::LakeFormationTag) {
                    seen.lacks_tags();
                }
                side.regions.push(Region {
                    at: Some((target.account, target.region)),
                    estate: seen.estate,
                    unknown: seen.unknown,
                });
            }
        }
    }
    if side.regions.is_empty() {
        return Err("it holds no account and region: nothing was observed".to_owned());
    }
    Ok(side)
}

/// What must have been listed whole, or access is not all known.
const WANTED: &[(ResourceKind, &str)] = &[
    (ResourceKind::LakeFormationGrant, "grant"),
    (ResourceKind::LakeFormationFilter, "filter"),
];

/// The accounts and regions of both sides, each beside itself. What is on one side only is beside nothing.
///
/// # Errors
/// When a baseline is bound to no account and region, and the other side has several.
pub(super) fn paired(old: &Side, new: &Side) -> Result<Vec<(Region, Region)>, String> {
    if let ([old], [new]) = (old.regions.as_slice(), new.regions.as_slice())
        && (old.at.is_none() || new.at.is_none() || old.at == new.at)
    {
        return Ok(vec![(old.clone(), new.clone())]);
    }
    let mut places: Vec<_> = Vec::new();
    for region in old.regions.iter().chain(&new.regions) {
        let Some(at) = &region.at else {
            return Err(
                "a baseline without a target cannot be compared with several accounts and regions"
                    .to_owned(),
            );
        };
        if !places.contains(&at) {
            places.push(at);
        }
    }
    let of = |side: &Side, at: &(String, String)| {
        let own = side
            .regions
            .iter()
            .find(|region| region.at.as_ref() == Some(at));
        own.cloned().unwrap_or_else(|| Region {
            at: Some(at.clone()),
            ..Region::default()
        })
    };
    let pairs = places.into_iter().map(|at| (of(old, at), of(new, at)));
    Ok(pairs.collect())
}
