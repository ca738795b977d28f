//! Findings of which a part stood there before: what is new is what they show.

use super::evidence::Shown;
use super::{Evaluation, distinct};
use crate::control::Verdict;

/// Lets a finding show what is new of it. What stood there before follows only where the verdict rests on it.
pub(super) fn to_new(evaluation: &mut Evaluation, new: &[Shown<'_>], stood: &[Shown<'_>]) {
    let failing = evaluation.verdict == Verdict::Noncompliant;
    let decides =
        |one: &&Shown<'_>| one.trace.failed == failing && one.trace.severity >= evaluation.severity;
    let mut shown: Vec<Shown<'_>> = Vec::with_capacity(new.len());
    shown.extend(new.iter().filter(decides));
    shown.extend(new.iter().filter(|one| !decides(one)));
    if !new.iter().any(|one| decides(&one)) {
        shown.extend(stood.iter().filter(decides));
    }
    let details = || shown.iter().filter_map(|one| one.detail);
    let repairs: Option<Vec<_>> = { new.iter() }
        .map(|one| one.detail.and_then(|detail| detail.repairs.clone()))
        .collect();
    let required = distinct(details().flat_map(|detail| &detail.required));
    evaluation.message = message(&shown).into();
    let observed = shown.iter().map(|one| one.trace.observed.as_str());
    let reason = shown.iter().map(|one| match one.trace.reason.as_str() {
        "" if !one.trace.failed => one.trace.message.as_str(),
        reason => reason,
    });
    let expected = joined(details().map(|detail| detail.expected.as_str()));
    let remediation = joined(details().map(|detail| detail.remediation.as_str()));
    let (observed, reason) = (joined(observed), joined(reason));
    evaluation.expected = expected;
    evaluation.observed = observed;
    evaluation.reason = Some(reason).filter(|reason| !reason.is_empty());
    if remediation.is_empty() {
        evaluation.remediation = evaluation.control.fix().into();
    } else {
        evaluation.remediation = remediation.into();
    }
    evaluation.seen = distinct(shown.iter().flat_map(|one| one.seen));
    if !required.is_empty() {
        evaluation.required = required.into();
    }
    let repairs: Vec<_> = distinct(repairs.iter().flatten().flatten());
    evaluation.repairs = Some(repairs)
        .filter(|repairs| !repairs.is_empty())
        .into_iter()
        .collect();
}

/// What is said, world by world.
fn message(shown: &[Shown<'_>]) -> String {
    let worlds: Vec<Option<&str>> =
        distinct(&shown.iter().map(|one| one.label).collect::<Vec<_>>());
    let said = worlds.iter().map(|world| {
        let here = shown.iter().filter(|one| one.label == *world);
        let said = joined(here.map(|one| one.trace.message.as_str()));
        match world {
            Some(world) => format!("when {world}: {said}"),
            None => said,
        }
    });
    said.collect::<Vec<_>>().join("; ")
}

/// Texts that are not empty, each once.
fn joined<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let texts: Vec<&str> = texts.filter(|text| !text.is_empty()).collect();
    distinct(&texts).join("; ")
}
