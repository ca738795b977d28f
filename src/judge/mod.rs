//! Requirements × resources × waivers → evaluations. Pure: no clock, no files, no network.

mod absent;
mod before;
mod choices;
mod counts;
mod determined;
mod earlier;
mod estate;
mod evaluation;
mod evaluations;
mod evidence;
mod exit;
mod extent;
#[cfg(test)]
mod growth_tests;
mod keeping;
mod narrow;
mod report;
mod run;
mod spill;
mod subject;
mod worlds;

pub use absent::Listed;
pub use before::Before;
pub use counts::{BySeverity, Counted, Counts, Coverage};
pub use determined::{Determined, Leaf, Part};
pub use earlier::{Earlier, Said};
pub use evaluation::{Evaluation, Waived};
pub use evaluations::Evaluations;
pub use evidence::{Evidence, Trace};
pub use exit::{Exit, Policy};
pub use report::{Obstacle, Patch, Patches, Report};
pub use spill::{OpenSpill, Spill};
pub use subject::Subject;
pub use worlds::{World, merge};

use crate::baseline::Baseline;
use crate::control::lake::declared::DeclaredOnce;
use crate::control::lake::presence::Presence;
use crate::control::{
    Bound, Condition, Conditions, Effective, Entry, Estate, Met, Origin, Outcome, Requirement,
    Severity, Span, Tally, Verdict, View, names_in, repair,
};
use crate::controls::REGISTRY;
use crate::observed::canonical::{Names, canonical};
use crate::observed::{
    Form, Identity, Lookup, Node, Place, Resource, ResourceKind, Scope, Use, named, named::Named,
};
use jiff::Timestamp;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A control of the baseline, ready to judge.
struct Ready<'b> {
    entry: &'static Entry,
    bound: Box<dyn Bound>,
    requirement: &'b Requirement,
    severity: Severity,
    required: Arc<[Origin]>,
}

/// A baseline, ready to judge any number of resources.
pub struct Judge<'b> {
    baseline: &'b Baseline,
    at: Timestamp,
    ready: Arc<[Ready<'b>]>,
    /// The name of the security configuration that is compiled for the target.
    compiled: Option<Arc<str>>,
    /// The grants that the baseline declares, understood once.
    declared: Arc<DeclaredOnce>,
    /// What each control writes into artifacts, when findings are to be mended.
    determined: Option<Arc<Determined>>,
    /// What is put back into documents before they are compared.
    names: Arc<Names>,
    /// That document in its one spelling.
    compiled_text: Option<Arc<str>>,
    /// What controls that wait for the end of the run need; `None` when the baseline has none.
    estate: Option<Mutex<Estate>>,
    /// What was seen of what the baseline declares in an account and region; `None` when nobody asks.
    presence: Option<Mutex<Presence<'b>>>,
    /// What each waiver met so far.
    met: Vec<AtomicU8>,
    /// Whether findings keep what they rest on.
    keeps_evidence: bool,
}

impl std::fmt::Debug for Judge<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Judge")
            .field("baseline", &self.baseline.name)
            .finish_non_exhaustive()
    }
}

impl<'b> Judge<'b> {
    /// A judge for one baseline at one time.
    pub fn new(baseline: &'b Baseline, at: Timestamp) -> Self {
        let ready = REGISTRY.iter().filter_map(|entry| {
            let requirement = baseline.requirements.get(entry.meta.id)?;
            let severity = baseline
                .severities
                .get(entry.meta.id)
                .map_or(entry.meta.severity, |(severity, _)| *severity);
            Some(Ready {
                entry,
                bound: (entry.bind)(requirement),
                requirement,
                severity,
                required: requirement.origins.as_slice().into(),
            })
        });
        let ready: Arc<[Ready<'b>]> = ready.collect();
        let nobody = Identity::new(ResourceKind::EmrSecurityConfiguration, "");
        Self {
            baseline,
            at,
            estate: memory(&ready),
            ready,
            compiled: None,
            declared: Arc::clone(&baseline.declared),
            determined: None,
            names: Arc::new(names_in(&nobody, baseline.target.as_ref())),
            compiled_text: None,
            keeps_evidence: false,
            presence: None,
            met: baseline.waivers.iter().map(|_| AtomicU8::new(0)).collect(),
        }
    }

    /// The same judge, which knows the security configuration that is compiled for the target: its name, and its
    /// document.
    #[must_use]
    pub fn with_compiled(mut self, name: Option<String>, document: Option<Node<'_>>) -> Self {
        let text = document.map(|document| canonical(document, &self.names));
        self.compiled = name.map(Arc::from);
        self.compiled_text = text.and_then(Result::ok).map(Arc::from);
        self
    }

    /// The same judge, which offers what controls write into artifacts as repairs of their findings.
    #[must_use]
    pub fn with_determined(mut self, determined: Option<Determined>) -> Self {
        self.determined = determined.map(Arc::new);
        self
    }

    /// The same judge, whose findings keep what they rest on, to be compared with what was there before.
    #[must_use]
    pub fn with_evidence(mut self, keeps: bool) -> Self {
        self.keeps_evidence = keeps;
        self
    }

    /// The same judge, which remembers by itself what the waivers meet, until [`Self::absorb`] takes that over: for
    /// verdicts that are not final yet.
    #[must_use]
    pub fn apart(&self) -> Self {
        Self {
            baseline: self.baseline,
            at: self.at,
            ready: Arc::clone(&self.ready),
            compiled: self.compiled.clone(),
            declared: Arc::clone(&self.declared),
            determined: self.determined.clone(),
            names: Arc::clone(&self.names),
            compiled_text: self.compiled_text.clone(),
            estate: memory(&self.ready),
            keeps_evidence: self.keeps_evidence,
            presence: None,
            met: self.met.iter().map(|_| AtomicU8::new(0)).collect(),
        }
    }

    /// Judges every resource of a scope. What its resources only name is [`Self::named_in`]'s.
    pub fn judge_scope(&self, scope: &Scope<'_>) -> Vec<Evaluation> {
        let mut evaluations = Vec::new();
        for resource in scope.resources() {
            self.judge(resource, scope, &mut evaluations);
        }
        evaluations
    }

    /// Whether a control of the baseline judges this kind of thing.
    pub fn judges(&self, kind: ResourceKind) -> bool {
        self.ready.iter().any(|ready| ready.entry.meta.judges(kind))
    }

    /// What a resource names, of the kinds that a control of the baseline judges.
    pub fn names<'t>(&self, resource: &Resource<'t>, scope: &Scope<'t>) -> Vec<Named<'t>> {
        named::named(resource, scope, |kind| self.judges(kind))
    }

    /// The keys, roles and buckets that resources name and the scope does not declare, each once with its uses; of the
    /// kinds that a control of the baseline judges.
    pub fn named_in<'a, 't: 'a>(
        &self,
        resources: impl Iterator<Item = &'a Resource<'t>>,
        scope: &Scope<'t>,
    ) -> Vec<Resource<'t>> {
        let mut found: BTreeMap<(ResourceKind, String), Resource<'t>> = BTreeMap::new();
        for resource in resources {
            for named in self.names(resource, scope) {
                if matches!(scope.by_id(named.kind, &named.id), Lookup::Found(_))
                    || matches!(scope.by_name(named.kind, &named.id), Lookup::Found(_))
                {
                    continue;
                }
                let entry = found
                    .entry((named.kind, named.id.clone()))
                    .or_insert_with(|| {
                        let mut identity = named.identity();
                        identity.account = identity
                            .account
                            .or_else(|| resource.identity.account.clone());
                        identity.region =
                            identity.region.or_else(|| resource.identity.region.clone());
                        Resource::new(identity, Form::Named, named.node)
                    });
                entry.uses.push(Use {
                    purpose: named.purpose,
                    by: resource.identity.id.clone(),
                    place: named.node.place(),
                });
            }
        }
        found.into_values().collect()
    }

    /// Judges one resource by every control of its kind.
    pub fn judge(&self, resource: &Resource<'_>, scope: &Scope<'_>, out: &mut Vec<Evaluation>) {
        let document = Effective::of(resource, scope);
        let view = View {
            resource,
            scope,
            requirements: &self.baseline.requirements,
            target: self.baseline.target.as_ref(),
            at: self.at,
            document: &document,
            compiled: self.compiled.as_deref(),
            grant: OnceCell::new(),
            declared: &self.declared,
            names: &self.names,
            compiled_text: self.compiled_text.as_deref(),
        };
        let judging = self.ready.iter().map(|ready| ready.entry.meta);
        out.reserve(judging.filter(|meta| meta.judges(resource.kind())).count());
        let mut waiting = BTreeMap::new();
        for ready in self.ready.iter() {
            let meta = ready.entry.meta;
            if meta.span == Span::Run || !meta.judges(resource.kind()) {
                continue;
            }
            let mut conditions = Conditions::new();
            #[cfg(test)]
            crate::observed::work::by(meta.id, || ready.bound.judge(&view, &mut conditions));
            #[cfg(not(test))]
            ready.bound.judge(&view, &mut conditions);
            if meta.span == Span::Estate && estate::waits(resource.kind()) {
                waiting.insert(meta.id, conditions);
                continue;
            }
            let mut evaluation = self.evaluate(ready, &resource.identity, &conditions);
            if determined::is_described(&view) {
                evaluation.repairs.clear();
            } else if let Some(determined) = &self.determined
                && evaluation.is_finding()
            {
                determined::offer(determined, &view, &mut evaluation);
            }
            if !evaluation.evidence.is_empty() {
                let extent = extent::of(&view);
                for one in &mut evaluation.evidence {
                    one.trace.extent.extend(extent.iter().cloned());
                }
            }
            self.waive(&mut evaluation);
            out.push(evaluation);
        }
        self.count(&view);
        if let Some(memory) = &self.estate {
            let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
            if !waiting.is_empty() {
                memory.remember(estate::remembered(&view, waiting));
            } else if view.is_cluster() {
                memory.attach(resource);
            }
        }
    }

    fn waive(&self, evaluation: &mut Evaluation) {
        for (waiver, met) in self.baseline.waivers.iter().zip(&self.met) {
            if !waiver.matches(evaluation.control.id, &evaluation.resource) {
                continue;
            }
            let now = match evaluation.verdict {
                Verdict::Noncompliant | Verdict::Waived => Met::Noncompliance,
                Verdict::Indeterminate => Met::Unknown,
                Verdict::Compliant | Verdict::NotApplicable => Met::Compliance,
            };
            met.fetch_max(now as u8, Ordering::Relaxed);
            if evaluation.verdict == Verdict::Noncompliant && !waiver.is_expired(self.at) {
                evaluation.verdict = Verdict::Waived;
                evaluation.evidence.clear();
                evaluation.waiver = Some(Waived {
                    owner: waiver.owner.clone(),
                    reason: waiver.reason.clone(),
                    ticket: waiver.ticket.clone(),
                    expires: waiver.expires.to_string(),
                    origin: waiver.origin.clone(),
                });
            }
        }
    }

    /// Takes over what the waivers met before another judge of the same baseline, and what that one remembers.
    pub fn absorb(&self, other: &Self) {
        for (mine, theirs) in self.met.iter().zip(&other.met) {
            mine.fetch_max(theirs.load(Ordering::Relaxed), Ordering::Relaxed);
        }
        if let (Some(mine), Some(theirs)) = (&self.estate, &other.estate) {
            let mut theirs = theirs.lock().unwrap_or_else(PoisonError::into_inner);
            let mut mine = mine.lock().unwrap_or_else(PoisonError::into_inner);
            mine.absorb(std::mem::take(&mut *theirs));
        }
    }

    /// Judges the run as a whole, once, after everything else: what is remembered is forgotten with that.
    pub fn finish(
        &self,
        tallies: &BTreeMap<(String, String), Tally>,
        live: bool,
    ) -> Vec<Evaluation> {
        let remembered = self.estate.as_ref().map(|memory| {
            let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *memory)
        });
        let estate = remembered.unwrap_or_default();
        let view = run::view(self.baseline, &[], tallies, &estate, (self.at, live));
        let mut evaluations = self.beside(&view);
        let waivers = run::waiver_uses(self.baseline, &self.met, tallies, self.at, live);
        let view = run::view(self.baseline, &waivers, tallies, &estate, (self.at, live));
        for ready in self
            .ready
            .iter()
            .filter(|ready| ready.entry.meta.span == Span::Run)
        {
            let mut findings = Vec::new();
            ready.bound.judge_run(&view, &mut findings);
            evaluations.extend(findings.into_iter().map(|(identity, conditions)| {
                let mut evaluation = self.evaluate(ready, &Arc::new(identity), &conditions);
                // `baseline.waivers` is in force unwritten: what asks for it is the waiver's own line.
                if evaluation.required.is_empty() {
                    let places = evaluation.seen.iter();
                    evaluation.required = places.filter_map(origin_of).collect();
                }
                evaluation
            }));
        }
        evaluations
    }
}

/// Room for what is remembered, when a control needs it.
fn memory(ready: &[Ready<'_>]) -> Option<Mutex<Estate>> {
    let mut spans = ready.iter().map(|ready| ready.entry.meta.span);
    spans
        .any(|span| span == Span::Estate)
        .then(|| Mutex::new(Estate::default()))
}

/// A place in a baseline as the origin that it is.
fn origin_of(place: &Place) -> Option<Origin> {
    let file = place.file.as_deref()?.into();
    Some(Origin {
        file,
        line: place.line,
        column: place.column,
        bytes: place.bytes,
    })
}

/// Adds the conditions of one control on one resource up to an evaluation.
fn evaluate(ready: &Ready<'_>, resource: &Arc<Identity>, conditions: &Conditions) -> Evaluation {
    let (verdict, severity) = conditions.conclude(ready.severity);
    let mut evaluation = Evaluation {
        control: ready.entry.meta,
        verdict,
        severity,
        resource: Arc::clone(resource),
        message: Cow::Borrowed(ready.entry.meta.title),
        expected: String::new(),
        observed: String::new(),
        seen: Vec::new(),
        required: Arc::clone(&ready.required),
        reason: None,
        remediation: Cow::Borrowed(""),
        waiver: None,
        left_to_audit: conditions.is_left_to_audit() && verdict == Verdict::NotApplicable,
        tolerated: false,
        repairs: Vec::new(),
        evidence: Vec::new(),
    };
    let troubles = conditions.troubles();
    if !troubles.is_empty() {
        describe(&mut evaluation, troubles, ready);
    }
    evaluation
}

/// Fills an evaluation in from its failed and unknown conditions: what decided the verdict comes first.
fn describe(evaluation: &mut Evaluation, troubles: &[Condition], ready: &Ready<'_>) {
    let failing = evaluation.verdict == Verdict::Noncompliant;
    let decides = |condition: &&Condition| (condition.outcome == Outcome::Failed) == failing;
    let others = troubles.iter().filter(|condition| !decides(condition));
    let ordered: Vec<&Condition> = troubles.iter().filter(decides).chain(others).collect();
    evaluation.message = joined(&ordered, |condition| &condition.message).into();
    evaluation.expected = joined(&ordered, |condition| &condition.expected);
    evaluation.observed = joined(&ordered, |condition| &condition.observed);
    evaluation.remediation = joined(&ordered, |condition| match &condition.outcome {
        Outcome::Unknown { remedy, .. } if condition.remediation.is_empty() => remedy,
        Outcome::Unknown { .. } | Outcome::Failed | Outcome::Held => &condition.remediation,
    })
    .into();
    if evaluation.remediation.is_empty() {
        evaluation.remediation = ready.entry.meta.fix().into();
    }
    let reason = joined(&ordered, |condition| match &condition.outcome {
        Outcome::Unknown { reason, .. } => reason,
        Outcome::Failed | Outcome::Held => "",
    });
    evaluation.reason = Some(reason).filter(|reason| !reason.is_empty());
    let places = ordered.iter().flat_map(|condition| &condition.seen);
    evaluation.seen = distinct(places);
    evaluation.repairs = Some(repair::of_all(troubles))
        .filter(|repairs| !repairs.is_empty())
        .into_iter()
        .collect();
    let required = distinct(
        ordered
            .iter()
            .flat_map(|condition| condition.required_by(ready.requirement)),
    );
    if !required.is_empty() {
        evaluation.required = required.into();
    }
}

/// One text of each condition, each once.
fn joined<'c>(conditions: &[&'c Condition], text: impl Fn(&'c Condition) -> &'c str) -> String {
    let texts: Vec<&str> = conditions
        .iter()
        .map(|condition| text(condition))
        .filter(|text| !text.is_empty())
        .collect();
    distinct(&texts).join("; ")
}

/// Each value once, in the order of its first.
fn distinct<'v, T: Clone + Ord + 'v>(values: impl IntoIterator<Item = &'v T>) -> Vec<T> {
    let mut once: Vec<T> = Vec::new();
    // Few are looked through as they are.
    let mut many: BTreeSet<&T> = BTreeSet::new();
    for value in values {
        let is_new = if once.len() < 16 {
            !once.contains(value)
        } else {
            many.insert(value) && !once.iter().take(16).any(|known| known == value)
        };
        if is_new {
            once.push(value.clone());
        }
    }
    once
}
