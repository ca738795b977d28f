//! One template under several worlds: the worst verdict of each evaluation stands, and its world is named.

use super::Evaluation;
use super::evidence::{InWorld, across};
use crate::control::Verdict;
use crate::observed::{Facts, Identity};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What was judged in one world.
#[derive(Debug, Default)]
pub struct World {
    /// What sets it apart, in words; `None` when there is only one.
    pub label: Option<String>,
    /// The same, fact by fact.
    pub facts: Facts,
    /// Its evaluations.
    pub evaluations: Vec<Evaluation>,
}

/// An evaluation that stands for those of several worlds.
struct Standing {
    evaluation: Evaluation,
    label: Option<String>,
    /// Whether another world has something else to say.
    differs: bool,
    /// In how many worlds it was judged, and what holds in all of these.
    count: usize,
    common: Vec<String>,
    evidence: Vec<InWorld>,
}

/// What stands between the parts of a label.
const SEPARATOR: &str = ", ";

/// What a label says, part by part.
fn parts(label: Option<&str>) -> impl Iterator<Item = &str> {
    label.into_iter().flat_map(|label| label.split(SEPARATOR))
}

/// Merges the evaluations of several worlds of one input. What the findings of any of them rest on is kept.
pub fn merge(mut worlds: Vec<World>) -> Vec<Evaluation> {
    // Most inputs have one world, and nothing to merge.
    if let [only] = worlds.as_mut_slice()
        && only.label.is_none()
    {
        return std::mem::take(&mut only.evaluations);
    }
    let mut merged: Vec<Standing> = Vec::new();
    let mut index: BTreeMap<(&'static str, Arc<Identity>), usize> = BTreeMap::new();
    let mut known = Vec::with_capacity(worlds.len());
    for (number, world) in worlds.into_iter().enumerate() {
        for mut evaluation in world.evaluations {
            let mut evidence = std::mem::take(&mut evaluation.evidence);
            if evaluation.verdict == Verdict::Waived {
                evidence.clear();
            }
            let evidence = (!evidence.is_empty()).then_some((number, evidence));
            let key = (evaluation.control.id, Arc::clone(&evaluation.resource));
            let Some(standing) = index.get(&key).and_then(|&at| merged.get_mut(at)) else {
                index.insert(key, merged.len());
                merged.push(Standing {
                    evaluation,
                    label: world.label.clone(),
                    differs: false,
                    count: 1,
                    common: parts(world.label.as_deref()).map(str::to_owned).collect(),
                    evidence: evidence.into_iter().collect(),
                });
                continue;
            };
            standing.evidence.extend(evidence);
            standing.count += 1;
            let here: Vec<&str> = parts(world.label.as_deref()).collect();
            standing.common.retain(|part| here.contains(&part.as_str()));
            let before = &standing.evaluation;
            standing.differs |=
                before.verdict != evaluation.verdict || before.message != evaluation.message;
            if (evaluation.verdict, evaluation.severity) > (before.verdict, before.severity) {
                standing.evaluation = evaluation;
                standing.label.clone_from(&world.label);
            }
        }
        known.push((world.label, world.facts));
    }
    let name = |standing: Standing| {
        let mut evaluation = standing.evaluation;
        let everywhere = standing.count == known.len() || !evaluation.is_finding();
        // What is there under a condition of its own is told with that condition.
        let common = Some(standing.common.join(SEPARATOR)).filter(|common| !common.is_empty());
        let world = if standing.differs {
            standing.label
        } else {
            common.or(standing.label).filter(|_| !everywhere)
        };
        if let Some(world) = world {
            evaluation.message = format!("when {world}: {}", evaluation.message).into();
        }
        evaluation.evidence = across(standing.evidence, &known);
        evaluation
    };
    merged.into_iter().map(name).collect()
}
