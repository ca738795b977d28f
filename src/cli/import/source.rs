//! What `import` reads: a saved estate, or files.

use super::{Found, Import, from_files};
use crate::baseline::target_of_place;
use crate::cli::files;
use crate::control::Target;
use crate::import::Inventory;
use crate::observe::snapshot::{Event, Reader};
use crate::observed::{ResourceKind, Scope};
use std::collections::BTreeSet;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

/// What is wrong, and what to do.
type Wrong = (String, String);

/// What must have been listed whole, or the baseline does not say all there is.
const WANTED: &[(ResourceKind, &str)] = &[
    (ResourceKind::LakeFormationSettings, "setting"),
    (ResourceKind::LakeFormationGrant, "grant"),
    (ResourceKind::LakeFormationFilter, "filter"),
    (ResourceKind::LakeFormationTag, "LF-Tag"),
    (ResourceKind::LakeFormationLocation, "location"),
];

/// Reads what is imported.
///
/// # Errors
/// When nothing can be read, or it is not clear which account and region is meant.
pub(super) fn found(arguments: &Import) -> Result<Found, Wrong> {
    match arguments.sources.as_slice() {
        [path] if is_snapshot(path) => estate(path, arguments),
        paths => match (&arguments.account, &arguments.region) {
            (Some(account), Some(region)) => Ok(from_files::found((account, region), arguments)),
            _ => Err(without_a_place(paths)),
        },
    }
}

/// What is wrong with files of which nobody says where they are deployed.
fn without_a_place(paths: &[PathBuf]) -> Wrong {
    let is_empty = |path: &PathBuf| matches!(files::read(path), Ok(bytes) if bytes.is_empty());
    match paths {
        [path] if is_empty(path) => (
            format!("`{}` is empty", path.display()),
            "save an estate with `emr-baseline observe -o FILE`".to_owned(),
        ),
        _ => (
            "files do not say where they are deployed".to_owned(),
            "give `--account` and `--region`, or one file that `observe` saved".to_owned(),
        ),
    }
}

/// Whether a file begins as saved estates do: compressed, or with their first record.
fn is_snapshot(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = files::open(path).map(|file| file.take(64).read_to_end(&mut start));
    matches!(read, Ok(Ok(_)))
        && (start.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
            || String::from_utf8_lossy(&start).contains("\"record\""))
}

fn estate(path: &Path, arguments: &Import) -> Result<Found, Wrong> {
    let shown = path.display();
    let wrong = |why: String| {
        let help = "save one with `emr-baseline observe -o FILE`";
        (format!("`{shown}`: {why}"), help.to_owned())
    };
    let file = BufReader::with_capacity(1 << 20, files::open(path).map_err(wrong)?);
    let reader =
        Reader::new(shown.to_string(), file).map_err(|error| wrong(files::plain(&error)))?;
    let mut regions = Regions {
        path,
        arguments,
        here: None,
        places: Vec::new(),
        found: Vec::new(),
    };
    for event in reader {
        regions.take(event).map_err(wrong)?;
    }
    let Regions {
        mut found, places, ..
    } = regions;
    let places: Vec<String> = BTreeSet::from_iter(places).into_iter().collect();
    let first = found
        .first()
        .map(|one| (one.account.clone(), one.region.clone()));
    let is_one =
        { found.iter() }.all(|one| Some((one.account.clone(), one.region.clone())) == first);
    match (found.len(), found.pop()) {
        (1, Some(found)) => Ok(found),
        (count, Some(_)) if is_one => Err((
            format!("`{shown}` holds the same account and region {count} times"),
            "give the file of one run of `emr-baseline observe`".to_owned(),
        )),
        (count, Some(_)) => Err((
            format!("`{shown}` holds {count} accounts and regions, and a baseline describes one"),
            format!("give one of: {}", places.join("; ")),
        )),
        (_, None) if places.is_empty() => Err((
            format!("`{shown}` holds no account and region: nothing was observed"),
            "save one with `emr-baseline observe -o FILE`".to_owned(),
        )),
        (_, None) => Err((
            format!("`{shown}` does not hold that account and region"),
            format!("it holds: {}", places.join("; ")),
        )),
    }
}

/// The accounts and regions of a saved estate.
struct Regions<'a> {
    path: &'a Path,
    arguments: &'a Import,
    /// The one that is read, when it is asked for.
    here: Option<(Target, Inventory)>,
    /// All of them, as arguments that ask for one.
    places: Vec<String>,
    /// Those that are asked for.
    found: Vec<Found>,
}

impl Regions<'_> {
    fn take(&mut self, event: Event) -> Result<(), String> {
        match event {
            Event::Estate { .. } => {}
            Event::Region(region) => {
                let (account, name) = (&region.account, &region.region);
                self.places
                    .push(format!("--account {account} --region {name}"));
                let is_asked = |asked: &Option<String>, own: &str| {
                    asked.as_deref().is_none_or(|asked| asked == own)
                };
                let is_asked = is_asked(&self.arguments.account, account)
                    && is_asked(&self.arguments.region, name);
                self.here =
                    is_asked.then(|| (target_of_place(account, name), Inventory::default()));
            }
            Event::Fact(record) | Event::Resource(record) => {
                if let Some((target, inventory)) = &mut self.here {
                    inventory.see(&record.resource(), &Scope::new(), target);
                }
            }
            Event::Problem(problem) => match &mut self.here {
                Some((_, inventory)) => {
                    inventory.lacks(format!("{}: {}", problem.what, problem.why));
                }
                None if self.places.is_empty() => return Err(problem.why),
                None => {}
            },
            Event::End { complete, listed } => self.end(complete, |kind| listed.contains(&kind)),
        }
        Ok(())
    }

    fn end(&mut self, complete: bool, is_listed: impl Fn(ResourceKind) -> bool) {
        let Some((target, mut inventory)) = self.here.take() else {
            return;
        };
        if !complete {
            inventory.lacks("not everything was observed");
        }
        for (kind, what) in WANTED {
            if !is_listed(*kind) {
                inventory.lacks(format!("not every {what} was listed"));
            }
        }
        self.found.push(Found {
            inventory,
            account: target.account,
            region: target.region,
            estate: Some(self.path.to_owned()),
        });
    }
}
