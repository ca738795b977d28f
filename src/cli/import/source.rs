//! What `import` reads: a saved estate, or files.

use super::{Found, Import};
use crate::baseline::target_of_place;
use crate::cli::access::WANTED;
use crate::cli::files::{self, Texts};
use crate::cli::modules::{self, Modules, Unit};
use crate::control::Target;
use crate::import::Inventory;
use crate::observe::snapshot::{Event, Reader};
use crate::observe::{File, Given, Reading, read_file};
use crate::observed::{ResourceKind, Scope, Source};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is wrong, and what to do.
type Wrong = (String, String);

/// Reads what is imported.
///
/// # Errors
/// When nothing can be read, or it is not clear which account and region is meant.
pub(super) fn found(arguments: &Import) -> Result<Found, Wrong> {
    match arguments.sources.as_slice() {
        [path] if is_snapshot(path) => estate(path, arguments),
        paths => of_files(paths, arguments),
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
    let (several, places) = (regions.found.len() > 1, regions.places);
    match regions.found.pop() {
        Some(found) if !several => Ok(found),
        Some(_) => Err((
            format!(
                "`{shown}` holds {} accounts and regions, and a baseline describes one",
                places.len()
            ),
            format!("give one of: {}", places.join("; ")),
        )),
        None => Err((
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

fn of_files(paths: &[PathBuf], arguments: &Import) -> Result<Found, Wrong> {
    let (Some(account), Some(region)) = (&arguments.account, &arguments.region) else {
        return Err((
            "files do not say where they are deployed".to_owned(),
            "give `--account` and `--region`, or one file that `observe` saved".to_owned(),
        ));
    };
    let target = target_of_place(account, region);
    let given = Given {
        account: Some(account.clone()),
        region: Some(region.clone()),
        partition: Some(target.partition.to_owned()),
        ..Given::default()
    };
    let mut inventory = Inventory::default();
    let (inputs, failed) = files::inputs(paths);
    for (path, why) in failed {
        inventory.lacks(format!("`{}`: {why}", path.display()));
    }
    let units = modules::units(inputs, None);
    let modules = Modules::open(&units, paths, (&Texts::default(), None));
    for unit in &units {
        let file = match unit {
            Unit::Module(at, _) if modules.is_called(*at) => continue,
            Unit::Module(at, _) => modules.read(*at, &given).map(|read| read.file),
            Unit::File(input) => text_of(&input.path, input.named)
                .transpose()
                .map(|text| {
                    let name = input.path.display().to_string();
                    text.map(|text| read_file(&Arc::new(Source::new(name, text)), None, &given))
                })
                .transpose()
                .unwrap_or_else(|why| {
                    inventory.lacks(format!("`{}`: {why}", input.path.display()));
                    None
                }),
        };
        match file {
            Some(File::Read(reading)) => take(&mut inventory, &reading, &target),
            Some(File::Unreadable { problem, .. }) => {
                inventory.lacks(format!("{}: {}", problem.what, problem.why));
            }
            Some(File::NothingOfOurs) | None => {}
        }
    }
    Ok(Found {
        inventory,
        account: account.clone(),
        region: region.clone(),
        estate: None,
    })
}

fn text_of(path: &Path, named: bool) -> Result<Option<String>, String> {
    let bytes = files::read_unless_binary(path, named)?;
    Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()))
}

/// Takes a file in. What depends on a condition is not known to be there.
fn take(inventory: &mut Inventory, reading: &Reading, target: &Target) {
    let scopes = reading.scopes();
    for problem in &reading.problems {
        inventory.lacks(format!("{}: {}", problem.what, problem.why));
    }
    if let [_, _, ..] = scopes.as_slice() {
        let name = &reading.tree().source().name;
        inventory.lacks(format!("`{name}`: what it declares depends on conditions"));
        return;
    }
    for scope in &scopes {
        for resource in scope.resources() {
            inventory.see(resource, scope, target);
        }
    }
}
