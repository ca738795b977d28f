//! What a judge remembers of the resources that it sees, for controls that wait for the end of the run, and what these say
//! then.

use super::{Evaluation, Judge, World, merge};
use crate::control::{Conditions, Content, Remembered, Run, View};
use crate::digest;
use crate::observed::{Node, ResourceKind};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A security configuration, with what the waiting controls found so far.
pub(super) fn remembered(
    view: &View<'_, '_>,
    judged: BTreeMap<&'static str, Conditions>,
) -> Remembered {
    let number = view.scope.number;
    let is_one_of_many = !view.scope.worlds.is_empty();
    let judged = judged.into_iter();
    let body: Node<'_> = view.resource.body;
    let content = match view.spelling(body) {
        Ok(text) => Content::Digest(digest::of(&text, digest::SHORT)),
        Err(reason) => Content::Unknown(reason.to_string()),
    };
    Remembered {
        identity: Arc::clone(&view.resource.identity),
        place: body.place(),
        live: view.is_live(),
        created: view.created(),
        content_in: { is_one_of_many.then(|| (number, content.clone())) }
            .into_iter()
            .collect(),
        contents: [content].into(),
        judged: judged
            .map(|(control, conditions)| (control, vec![(number, conditions)]))
            .collect(),
        worlds: Arc::clone(&view.scope.worlds),
    }
}

/// Whether a control's word on resources of this kind waits for the end of the run.
pub(super) fn waits(kind: ResourceKind) -> bool {
    kind == ResourceKind::EmrSecurityConfiguration
}

impl Judge<'_> {
    /// What the controls say that waited for the end, of every security configuration of the run.
    pub(super) fn beside(&self, run: &Run<'_>) -> Vec<Evaluation> {
        let mut evaluations = Vec::new();
        for one in run.estate.documents() {
            for ready in self.ready.iter() {
                let Some(judged) = one.judged.get(ready.entry.meta.id) else {
                    continue;
                };
                let evaluation_in = |number: usize| {
                    let (_, conditions) = judged.iter().find(|(known, _)| *known == number)?;
                    let mut conditions = conditions.clone();
                    let one = if one.worlds.is_empty() {
                        Cow::Borrowed(one)
                    } else {
                        Cow::Owned(one.under(number))
                    };
                    ready.bound.judge_beside(&one, run, &mut conditions);
                    let mut evaluation = self.evaluate(ready, &one.identity, &conditions);
                    self.waive(&mut evaluation);
                    Some(evaluation)
                };
                if one.worlds.is_empty() {
                    evaluations.extend(evaluation_in(0));
                    continue;
                }
                let worlds = one.worlds.iter().enumerate();
                let worlds = worlds.map(|(number, (label, facts))| World {
                    label: label.clone(),
                    facts: facts.clone(),
                    evaluations: evaluation_in(number).into_iter().collect(),
                });
                evaluations.extend(merge(worlds.collect()));
            }
        }
        evaluations
    }
}
