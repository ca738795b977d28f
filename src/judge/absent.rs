//! What is declared of an account and region, and was not seen there.

use super::{Evaluation, Judge, Ready};
use crate::baseline::Baseline;
use crate::control::lake::outstanding::Outstanding;
use crate::control::lake::presence::Presence;
use crate::control::{Absent, Once, RunFindings, View};
use crate::observed::{Form, Identity, ResourceKind};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// What was seen of an account and region as a whole.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'l> {
    /// Account and region.
    pub place: (&'l str, &'l str),
    /// The kinds of which everything was listed.
    pub kinds: &'l BTreeSet<ResourceKind>,
    /// Whether every record of it could be read.
    pub legible: bool,
    /// What there is one of, and was seen.
    pub once: &'l BTreeSet<Once>,
}

fn nothing_seen(baseline: &Baseline) -> Mutex<Presence<'_>> {
    let requirement = baseline.requirements.get("lake.grants");
    let declared = baseline.declared.get(requirement, baseline.target.as_ref());
    Mutex::new(Presence::new(Outstanding::of(declared)))
}

impl Judge<'_> {
    /// The same judge, which counts what it sees of what the baseline declares in the account and region of its target,
    /// to tell what is missing there; see [`Self::absent`].
    #[must_use]
    pub fn with_count(mut self) -> Self {
        let baseline = self.baseline;
        self.presence = baseline.target.is_some().then(|| nothing_seen(baseline));
        self
    }

    fn is_of_target(&self, account: Option<&str>, region: Option<&str>) -> bool {
        self.baseline.target.as_ref().is_some_and(|target| {
            account == Some(target.account.as_str()) && region == Some(target.region.as_str())
        })
    }

    pub(super) fn count(&self, view: &View<'_, '_>) {
        let Some(presence) = &self.presence else {
            return;
        };
        let resource = view.resource;
        let Identity {
            account, region, ..
        } = &*resource.identity;
        if Presence::counts(resource.kind())
            && resource.form == Form::Live
            && self.is_of_target(account.as_deref(), region.as_deref())
        {
            // Read before anybody waits for it.
            let _ = view.grant();
            let mut presence = presence.lock().unwrap_or_else(PoisonError::into_inner);
            presence.count(view);
        }
    }

    /// What the baseline asks for in an account and region that has passed, and nobody saw there.
    pub fn absent(&self, listed: Listed<'_>) -> Vec<Evaluation> {
        let mut evaluations = Vec::new();
        for ready in self.ready.iter() {
            let mut findings = Vec::new();
            let once = ready.entry.once.filter(|once| !listed.once.contains(once));
            findings.extend(once.map(|once| once.unseen(listed.place)));
            self.missing(ready, listed, &mut findings);
            evaluations.extend(findings.into_iter().map(|(identity, conditions)| {
                let mut evaluation = self.evaluate(ready, &Arc::new(identity), &conditions);
                self.waive(&mut evaluation);
                evaluation
            }));
        }
        evaluations
    }

    /// What the baseline declares there: nothing where it is bound to another account and region.
    fn missing(&self, ready: &Ready<'_>, listed: Listed<'_>, findings: &mut RunFindings) {
        let (account, region) = listed.place;
        let (Some(presence), Some(target)) = (&self.presence, &self.baseline.target) else {
            return;
        };
        if !self.is_of_target(Some(account), Some(region)) {
            return;
        }
        let presence = presence.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = Absent {
            target,
            presence: &presence,
            listed: listed.kinds,
            legible: listed.legible,
        };
        ready.bound.judge_absent(&seen, findings);
    }
}
