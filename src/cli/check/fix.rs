//! `check --fix`: what the baseline determines is written into the files.
//!
//! Findings come with repairs, which are proposals. They are made in copies of the texts, everything is read and judged
//! again, and what counts is seen to mend its finding and to make nothing worse. Only then are files written.

mod candidates;
mod note;
mod standing;
mod trial;

use super::Run;
use crate::baseline::Baseline;
use crate::cli::Terminal;
use crate::cli::arguments::Check;
use crate::cli::check::Judging;
use crate::cli::files::{self, Changed, Texts};
use crate::compile;
use crate::control::Target;
use crate::controls::REGISTRY;
use crate::judge::{Before, Determined, Leaf, Part, Patch, Patches};
use crate::observed::Source;
use candidates::{Candidate, Files, Left};
use standing::Standing;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use trial::Trial;

/// What is fixed makes other things fixable: so often is begun anew.
const PASSES: usize = 8;

/// Controls that are about what AWS accepts at all: what is written must not fail them, whether or not the baseline asks
/// for them.
const VALIDITY: [&str; 1] = ["emr.document-schema"];

/// Does what `--fix` asks for, if it is given. See [`Fixing::run`].
pub(super) fn run(
    arguments: &Check,
    judging: &Judging<'_>,
    before: &Before,
    terminal: &mut Terminal<'_>,
) -> io::Result<Result<Patches, String>> {
    if !arguments.fix {
        return Ok(Ok(Patches::new()));
    }
    let stricter = stricter(judging.baseline);
    let fixing = Fixing {
        judging: &Judging {
            baseline: &stricter,
            ..*judging
        },
        paths: &arguments.paths,
        before,
        asked: judging.baseline,
    };
    fixing.run(arguments.dry_run, terminal)
}

/// The run whose findings are fixed.
struct Fixing<'a> {
    judging: &'a Judging<'a>,
    paths: &'a [PathBuf],
    before: &'a Before,
    /// What the user's baseline asks for; the run's may ask for more.
    asked: &'a Baseline,
}

/// A baseline that asks for what AWS accepts besides, and the controls that it has for that alone.
fn stricter(baseline: &Baseline) -> Baseline {
    let mut asked = baseline.clone();
    for control in VALIDITY {
        asked.requirements.entry(control).or_default();
    }
    asked
}

/// One state of the files: how they are judged, and what may be done about it.
struct State {
    standing: Standing,
    candidates: Vec<Candidate>,
    left: Left,
    /// The texts as they are shown: without secrets.
    shown: BTreeMap<String, Arc<str>>,
}

impl Fixing<'_> {
    /// Fixes what can be fixed, or prints what that would be. Gives the changes by the findings that they mend.
    ///
    /// # Errors
    /// The outer one when output cannot be written, the inner one, in words, when files cannot.
    fn run(&self, dry: bool, terminal: &mut Terminal<'_>) -> io::Result<Result<Patches, String>> {
        let determined = determined(self.asked);
        let mut files = Files::below(self.paths);
        let mut texts = Texts::new();
        let mut patches = Patches::new();
        let mut state = self.state(&texts, &determined, &mut files, terminal)?;
        let found = state.standing.count;
        let shown = state.shown.clone();
        for pass in 0..PASSES {
            let mut trial = Trial {
                fixing: self,
                determined: &determined,
                texts: &texts,
                files: &mut files,
                state: &state,
                terminal,
            };
            let (hopeless, kept) = trial.settle()?;
            let Some(kept) = kept else {
                state.left.hopeless += hopeless;
                break;
            };
            if pass == 0 {
                patches = patched(&state, &kept.chosen, &files);
            }
            texts = kept.texts;
            state = kept.state;
        }
        let changed = changed(&texts, &files);
        if dry {
            note::diffs(&changed, (&shown, &state.shown), terminal)?;
        } else if let Err((path, why)) = write(&changed) {
            return Ok(Err(format!("cannot change `{}`: {why}", path.display())));
        }
        // One change may mend several findings.
        let fixed = found.saturating_sub(state.standing.count);
        note::said(fixed, changed.len(), dry, &state.left, &files, terminal)?;
        Ok(Ok(if dry { patches } else { Patches::new() }))
    }

    fn state(
        &self,
        texts: &Texts,
        determined: &Determined,
        files: &mut Files,
        terminal: &mut Terminal<'_>,
    ) -> io::Result<State> {
        let run = Run {
            everything: false,
            before: self.before.clone(),
            texts,
            determined: Some(determined.clone()),
        };
        let judged = self.judging.judged_as(self.paths, run, terminal)?;
        files.learn(&judged.dialects);
        let asked = &self.asked.requirements;
        let is_asked = |control: &str| asked.contains_key(control);
        let (candidates, left) = candidates::of(&judged.report, &is_asked, texts, files)?;
        Ok(State {
            standing: Standing::of(&judged.report, &is_asked)?,
            candidates,
            left,
            shown: judged.report.sources,
        })
    }
}

/// What each of these changes by itself, in the files as they are.
fn patched(state: &State, chosen: &[(usize, usize)], files: &Files) -> Patches {
    let mut patches = Patches::new();
    for (at, alternative) in chosen {
        let Some(candidate) = state.candidates.get(*at) else {
            continue;
        };
        let Some(repairs) = candidate.alternatives.get(*alternative) else {
            continue;
        };
        let edits = candidates::edits(repairs, &Texts::new(), files)
            .into_iter()
            .flatten();
        let edits = edits.flat_map(|(file, edits)| {
            let text = files.original(&file).map(|(_, text)| Arc::clone(text));
            let source = Source::new(file, text.unwrap_or_default());
            edits.into_iter().map(move |edit| Patch {
                file: source.name.clone(),
                start: source.position(edit.bytes.0),
                end: source.position(edit.bytes.1),
                text: edit.text,
            })
        });
        patches.insert(candidate.fingerprint.clone(), edits.collect());
    }
    patches
}

/// A file whose text changed: its name, its path, what stood and what stands there.
struct Change {
    name: String,
    path: PathBuf,
    before: Arc<str>,
    now: Arc<str>,
}

fn changed(texts: &Texts, files: &Files) -> Vec<Change> {
    let changes = texts.iter().filter_map(|(name, now)| {
        let (path, before) = files.original(name)?;
        (before != now).then(|| Change {
            name: name.clone(),
            path: path.clone(),
            before: Arc::clone(before),
            now: Arc::clone(now),
        })
    });
    changes.collect()
}

fn write(changes: &[Change]) -> Result<(), (PathBuf, String)> {
    let files: Vec<Changed<'_>> = changes
        .iter()
        .map(|change| Changed {
            path: change.path.clone(),
            before: &change.before,
            now: &change.now,
        })
        .collect();
    files::change_all(&files)
}

/// What each control writes into the artifacts of the target. Without a target it is what needs none.
fn determined(baseline: &Baseline) -> Determined {
    let nowhere = Target {
        name: String::new(),
        account: String::new(),
        region: String::new(),
        partition: "aws",
        values: BTreeMap::new(),
    };
    let target = baseline.target.as_ref().unwrap_or(&nowhere);
    let mut determined = Determined::new();
    for value in compile::determined(&baseline.requirements, REGISTRY, target) {
        let leaves = determined.entry(value.control).or_default();
        let encrypts = value.pointer.starts_with("/EncryptionConfiguration/");
        leaves.push(Leaf {
            part: match value.part {
                compile::Part::Document => Part::Document,
                compile::Part::Launch => Part::Launch,
                compile::Part::Settings => Part::Settings,
            },
            pointer: value.pointer,
            value: value.value,
            completes: false,
        });
        if encrypts && !leaves.iter().any(|leaf| leaf.completes) {
            leaves.extend(compile::SWITCHES.map(|pointer| Leaf {
                part: Part::Document,
                pointer,
                value: false.into(),
                completes: true,
            }));
        }
    }
    determined
}
