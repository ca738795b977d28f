//! One template under several worlds: the worst verdict of each evaluation stands, and its world is named.

use super::Evaluation;
use crate::observed::Identity;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Merges the evaluations of several worlds of one input, each world with its label.
pub fn merge(mut worlds: Vec<(Option<String>, Vec<Evaluation>)>) -> Vec<Evaluation> {
    // Most inputs have one world, and nothing to merge.
    if let [(None, only)] = worlds.as_mut_slice() {
        return std::mem::take(only);
    }
    let mut merged: Vec<(Evaluation, Option<String>, bool)> = Vec::new();
    let mut index: BTreeMap<(&'static str, Arc<Identity>), usize> = BTreeMap::new();
    for (world, evaluations) in worlds {
        for evaluation in evaluations {
            let key = (evaluation.control.id, Arc::clone(&evaluation.resource));
            let Some((standing, label, differs)) =
                index.get(&key).and_then(|&at| merged.get_mut(at))
            else {
                index.insert(key, merged.len());
                merged.push((evaluation, world.clone(), false));
                continue;
            };
            *differs |=
                standing.verdict != evaluation.verdict || standing.message != evaluation.message;
            if (evaluation.verdict, evaluation.severity) > (standing.verdict, standing.severity) {
                *standing = evaluation;
                label.clone_from(&world);
            }
        }
    }
    let name = |(mut evaluation, world, differs): (Evaluation, Option<String>, bool)| {
        if let Some(world) = world.filter(|_| differs) {
            evaluation.message = format!("when {world}: {}", evaluation.message).into();
        }
        evaluation
    };
    merged.into_iter().map(name).collect()
}
