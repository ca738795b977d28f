//! Templates that other templates of the run make stacks of: they are judged with what they are given there for their
//! parameters, not with their defaults.

use super::obstacle;
use super::passed::{Judged, Origin, Passed};
use super::passes::Passes;
use crate::cli::modules::Unit;
use crate::cli::stacks::{self, MAX_DEPTH, target};
use crate::observe::{File, Given, Nested, Problem, read_file};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is known of the deployment of files that others make stacks of, by their names.
pub(super) type Givens = BTreeMap<String, Given>;

/// What is made of each file, over all the stacks that are made of it.
fn stacks(judged: &[Judged<'_>]) -> BTreeMap<String, Nested> {
    stacks::by_file(judged.iter().flat_map(|file| {
        let nested = file.nested.iter();
        nested.map(|nested| (file.source.name.as_str(), nested))
    }))
}

impl<'b> Passes<'_, 'b> {
    /// Judges the files once more that stacks are made of, and says which of those were not among the files.
    pub(super) fn nested(&self, units: &[Unit], passed: &mut Passed<'b>) {
        for _ in 0..MAX_DEPTH {
            let mut changed = false;
            for (name, nested) in stacks(&passed.judged) {
                let given = nested.given(self.given);
                if given == *passed.givens.get(&name).unwrap_or(self.given) {
                    continue;
                }
                changed |= self.judge_nested(&name, &given, (units, passed));
                passed.givens.insert(name, given);
            }
            if !changed {
                break;
            }
        }
        let inputs = units.iter().flat_map(Unit::inputs);
        let inputs: BTreeSet<String> = inputs
            .map(|input| input.path.display().to_string())
            .collect();
        let mut obstacles = Vec::new();
        for file in &mut passed.judged {
            for nested in &file.nested {
                if inputs.contains(&target(&file.source.name, &nested.path)) {
                    continue;
                }
                let (stack, path) = (&nested.stack, &nested.path);
                let [what, part] = nested.said();
                if nested.ours {
                    obstacles.push(obstacle(&Problem {
                        what: format!("could not judge the {what} `{stack}`"),
                        why: format!("its {part} `{path}` is not among the files that are checked"),
                        place: Some(nested.place.clone()),
                        action: None,
                    }));
                } else {
                    let what = what.trim_end_matches(" of");
                    file.notes.push(format!(
                        "the {part} of {what} `{stack}` is not among the files that are checked, and nothing in it is judged: `{path}`"
                    ));
                }
            }
        }
        passed.obstacles.extend(obstacles);
    }

    /// Whether a file was judged anew. What nothing was found in may hold something with what it is given.
    fn judge_nested(
        &self,
        name: &str,
        given: &Given,
        (units, passed): (&[Unit], &mut Passed<'b>),
    ) -> bool {
        let is_it =
            |file: &Judged<'b>| file.source.name == name && matches!(file.origin, Origin::File);
        let known = passed.judged.iter().position(is_it);
        let judged = known.and_then(|at| passed.judged.get(at));
        let file = if let Some(file) = judged {
            let source = self.whole(&file.source);
            source.map(|source| read_file(&source, self.dialect, given))
        } else {
            let mut inputs = units.iter().flat_map(Unit::inputs);
            let input = inputs.find(|input| input.path.display().to_string() == name);
            input.and_then(|input| self.read_file(input, given).ok())
        };
        let reading = match file {
            Some(File::Read(reading)) if !reading.is_part() => reading,
            _ => return false,
        };
        let directory = Arc::new(self.directory());
        let verdicts = self.judge(&reading, &directory);
        let mut judged = Judged::of(*reading, verdicts, Origin::File, &passed.named);
        let problems = std::mem::take(&mut judged.problems);
        passed.named.keep(std::mem::take(&mut judged.named));
        let new: Vec<_> = problems.iter().map(obstacle).collect();
        match known.and_then(|at| passed.judged.get_mut(at)) {
            Some(file) => *file = judged,
            None => passed.judged.push(judged),
        }
        for one in new {
            if !passed.obstacles.contains(&one) {
                passed.obstacles.push(one);
            }
        }
        true
    }
}
