//! The evaluations of a report, in the order in which they came: held while they are few, put down elsewhere when they
//! are many. Whoever renders a report passes over them as often as it needs, and never sees the difference.

use super::spill::{OpenSpill, Spilled, SpilledIter};
use super::{Evaluation, Evidence};
use crate::control::Meta;
use std::borrow::Cow;
use std::io;
use std::sync::Arc;

/// The evaluations of a report.
#[derive(Debug, Default)]
pub struct Evaluations {
    held: Vec<Evaluation>,
    /// What those held take, in bytes.
    weight: usize,
    controls: Vec<&'static Meta>,
    bound: Option<(usize, OpenSpill)>,
    spilled: Option<Spilled>,
}

impl Evaluations {
    /// None yet. About `bound` bytes of them will be held; the others go to what `open` gives.
    pub fn spilling(bound: usize, open: OpenSpill) -> Self {
        Self {
            bound: Some((bound, open)),
            ..Self::default()
        }
    }

    /// Adds one at the end.
    ///
    /// # Errors
    /// When it is one too many to hold, and the place for those refuses it.
    pub fn push(&mut self, evaluation: Evaluation) -> io::Result<()> {
        let known = |meta: &&Meta| std::ptr::eq(*meta, evaluation.control);
        let control = self.controls.iter().position(known);
        let control = control.unwrap_or_else(|| {
            self.controls.push(evaluation.control);
            self.controls.len() - 1
        });
        if let Some(spilled) = &mut self.spilled {
            return spilled.push(&evaluation, control);
        }
        let weight = self.weight + self.weight_of(&evaluation);
        match self.bound {
            Some((bound, open)) if weight > bound => {
                let mut spilled = Spilled::new(open()?);
                spilled.push(&evaluation, control)?;
                self.spilled = Some(spilled);
            }
            _ => {
                self.weight = weight;
                self.held.push(evaluation);
            }
        }
        Ok(())
    }

    /// Every evaluation, in the order in which they came.
    pub fn iter(&self) -> Iter<'_> {
        Iter {
            held: self.held.iter(),
            spilled: self
                .spilled
                .as_ref()
                .map(|spilled| spilled.iter(&self.controls)),
        }
    }

    /// Every control that one of them is of, each once.
    pub fn controls(&self) -> &[&'static Meta] {
        &self.controls
    }

    /// About what holding this one takes: its texts, and its resource unless the one before it has the same.
    fn weight_of(&self, evaluation: &Evaluation) -> usize {
        let texts = [
            evaluation.message.len(),
            evaluation.expected.len(),
            evaluation.observed.len(),
            evaluation.reason.as_ref().map_or(0, String::len),
            evaluation.remediation.len(),
        ];
        let places = evaluation.seen.iter().map(|place| {
            let texts = [place.file.as_ref(), place.api.as_ref()];
            let texts: usize = texts.into_iter().flatten().map(String::len).sum();
            size_of_val(place)
                + texts
                + place.pointer.len()
                + place.marks.as_ref().map_or(0, |marks| marks.weight())
        });
        let last = self.held.last();
        let resource = &evaluation.resource;
        let resource = if last.is_some_and(|last| Arc::ptr_eq(&last.resource, resource)) {
            0
        } else {
            let tags = resource.tags.iter();
            let tags: usize = tags
                .map(|(key, value)| 2 * size_of::<String>() + key.len() + value.len())
                .sum();
            // An ARN holds account, region and id, and has most of the text.
            size_of_val(&**resource) + 2 * resource.arn.as_ref().map_or(0, String::len) + tags
        };
        let repairs = evaluation
            .repairs
            .iter()
            .flatten()
            .map(|repair| size_of_val(repair) + repair.file.len() + repair.value.len());
        let evidence = evaluation.evidence.iter().map(Evidence::weight);
        let texts_and_repairs =
            evidence.sum::<usize>() + texts.iter().sum::<usize>() + repairs.sum::<usize>();
        size_of_val(evaluation) + texts_and_repairs + places.sum::<usize>() + resource
    }
}

impl FromIterator<Evaluation> for Evaluations {
    /// Holds all of them.
    fn from_iter<I: IntoIterator<Item = Evaluation>>(iter: I) -> Self {
        let mut evaluations = Self::default();
        for evaluation in iter {
            // Without a bound there is nothing that could refuse one.
            let _ = evaluations.push(evaluation);
        }
        evaluations
    }
}

impl<'e> IntoIterator for &'e Evaluations {
    type Item = io::Result<Cow<'e, Evaluation>>;
    type IntoIter = Iter<'e>;

    fn into_iter(self) -> Iter<'e> {
        self.iter()
    }
}

/// One pass over [`Evaluations`]. After an error it ends.
#[derive(Debug)]
pub struct Iter<'e> {
    held: std::slice::Iter<'e, Evaluation>,
    spilled: Option<SpilledIter<'e>>,
}

impl<'e> Iterator for Iter<'e> {
    type Item = io::Result<Cow<'e, Evaluation>>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(evaluation) = self.held.next() {
            return Some(Ok(Cow::Borrowed(evaluation)));
        }
        let evaluation = self.spilled.as_mut()?.next()?;
        Some(evaluation.map(Cow::Owned))
    }
}
