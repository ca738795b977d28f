//! One account and region of a snapshot: its shared facts are kept, its resources stream by.

use crate::control::{Once, Tally};
use crate::judge::{Counted, Judge, Listed, Report};
use crate::observe::json;
use crate::observe::snapshot::{Event, Reader, Record};
use crate::observed::{Form, Identity, Resource, ResourceKind, Scope, Source, Tree, Use};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

/// Records judged at a time. Enough to keep every core busy, few enough to still be in its cache when they are judged.
const BATCH: usize = 64;
/// Uses of a named key or role that are kept for messages.
const USES: usize = 16;

/// A key or role that resources of the region name, kept after they are gone.
struct NamedOnly {
    identity: Arc<Identity>,
    tree: Tree,
    uses: Vec<Use>,
}

/// The run over one account and region.
pub(super) struct RegionRun<'a, 'b> {
    pub(super) judge: &'a Judge<'b>,
    /// Account and region.
    pub(super) place: (&'a str, &'a str),
    /// Whether compliant evaluations are kept.
    pub(super) everything: bool,
    pub(super) report: &'a mut Report,
    /// What there is one of, and was seen.
    pub(super) once: BTreeSet<Once>,
}

impl RegionRun<'_, '_> {
    /// Judges everything up to the region's end.
    pub(super) fn run(mut self, reader: &mut Reader<'_>) -> io::Result<Tally> {
        let before = self.report.tally();
        let problems = self.report.obstacles.len();
        let mut facts = Vec::new();
        let mut waiting = None;
        for event in reader.by_ref() {
            match event {
                Event::Fact(record) => facts.push(record),
                Event::Problem(problem) => self.report.obstacles.push(super::obstacle(&problem)),
                other @ (Event::Resource(_)
                | Event::End { .. }
                | Event::Estate { .. }
                | Event::Region(_)) => {
                    waiting = Some(other);
                    break;
                }
            }
        }
        let mut scope = Scope::new();
        for fact in &facts {
            scope.push(fact.resource());
        }
        if let Some(Event::End { listed, .. }) = &waiting {
            for kind in listed {
                scope.completes(*kind);
            }
        }
        let mut named = BTreeMap::new();
        self.judge_batch(&facts, &scope, &mut named)?;
        let mut tally = self.stream(waiting, reader, &scope, &mut named)?;
        self.judge_named(named, &scope)?;
        let listed = tally
            .listed
            .iter()
            .filter_map(|name| ResourceKind::of_name(name));
        let absent = self.judge.absent(Listed {
            place: self.place,
            kinds: &listed.collect(),
            legible: self.report.obstacles.len() == problems,
            once: &self.once,
        });
        self.report.add(Counted::of(absent, self.everything))?;
        let after = self.report.tally();
        tally.determined = after.determined - before.determined;
        tally.indeterminate = after.indeterminate - before.indeterminate;
        Ok(tally)
    }

    /// Judges resource after resource until the region ends.
    fn stream(
        &mut self,
        waiting: Option<Event>,
        reader: &mut Reader<'_>,
        scope: &Scope<'_>,
        named: &mut BTreeMap<(ResourceKind, String), NamedOnly>,
    ) -> io::Result<Tally> {
        let mut batch = Vec::with_capacity(BATCH);
        let mut tally = Tally {
            partial: Some("the record ends before its footer".to_owned()),
            ..Tally::default()
        };
        for event in waiting.into_iter().chain(reader) {
            match event {
                Event::Resource(record) | Event::Fact(record) => {
                    batch.push(record);
                    if batch.len() == BATCH {
                        self.judge_batch(&batch, scope, named)?;
                        batch.clear();
                    }
                }
                Event::Problem(problem) => self.report.obstacles.push(super::obstacle(&problem)),
                Event::End { complete, listed } => {
                    tally.partial = (!complete)
                        .then(|| "its footer says that it is incomplete, or is missing".to_owned());
                    tally.listed = listed
                        .into_iter()
                        .map(|kind| kind.name().to_owned())
                        .collect();
                    break;
                }
                Event::Estate { .. } | Event::Region(_) => break,
            }
        }
        self.judge_batch(&batch, scope, named)?;
        Ok(tally)
    }

    fn judge_batch(
        &mut self,
        records: &[Box<Record>],
        scope: &Scope<'_>,
        named: &mut BTreeMap<(ResourceKind, String), NamedOnly>,
    ) -> io::Result<()> {
        let judged: Vec<Counted> = records
            .par_iter()
            .map(|record| {
                let mut evaluations = Vec::new();
                self.judge
                    .judge(&record.resource(), scope, &mut evaluations);
                Counted::of(evaluations, self.everything)
            })
            .collect();
        for record in records {
            let resource = record.resource();
            self.once.extend(Once::of(&resource));
            if self
                .judge
                .names(&resource, scope)
                .into_iter()
                .all(|one| is_kept(named, &(one.kind, one.id)))
            {
                continue;
            }
            for only in self.judge.named_in(std::iter::once(&resource), scope) {
                // What has no known name is one record's own, and is judged while the record is there.
                if only.body.reason().is_some() {
                    let mut evaluations = Vec::new();
                    self.judge.judge(&only, scope, &mut evaluations);
                    self.report.add(Counted::of(evaluations, self.everything))?;
                } else {
                    keep(&only, named);
                }
            }
        }
        self.report.coverage.resources += records.len() as u64;
        for counted in judged {
            self.report.add(counted)?;
        }
        Ok(())
    }

    fn judge_named(
        &mut self,
        named: BTreeMap<(ResourceKind, String), NamedOnly>,
        scope: &Scope<'_>,
    ) -> io::Result<()> {
        for only in named.into_values() {
            let body = only.tree.root();
            let resource = Resource {
                identity: Arc::clone(&only.identity),
                type_name: None,
                form: Form::Named,
                body,
                outer: body,
                uses: only.uses.clone(),
            };
            let mut evaluations = Vec::new();
            self.judge.judge(&resource, scope, &mut evaluations);
            // The text that names it is gone with its record; what is left is where it stood.
            for evaluation in evaluations
                .iter_mut()
                .filter(|evaluation| !evaluation.seen.is_empty())
            {
                evaluation.seen = only.uses.iter().map(|by| by.place.clone()).collect();
            }
            self.report.add(Counted::of(evaluations, self.everything))?;
        }
        Ok(())
    }
}

/// Whether a named thing is kept with as many uses as there is room for.
fn is_kept(
    named: &BTreeMap<(ResourceKind, String), NamedOnly>,
    key: &(ResourceKind, String),
) -> bool {
    named.get(key).is_some_and(|kept| kept.uses.len() >= USES)
}

/// Keeps a named thing, or one more of its uses.
fn keep(only: &Resource<'_>, named: &mut BTreeMap<(ResourceKind, String), NamedOnly>) {
    let key = (only.kind(), only.identity.id.clone());
    if let Some(kept) = named.get_mut(&key) {
        let room = USES.saturating_sub(kept.uses.len());
        kept.uses.extend(only.uses.iter().take(room).cloned());
        return;
    }
    let text = serde_json::Value::from(only.identity.id.as_str()).to_string();
    if let Ok(tree) = json::read(Arc::new(Source::answers("named", text))) {
        named.insert(
            key,
            NamedOnly {
                identity: Arc::clone(&only.identity),
                tree,
                uses: only.uses.clone(),
            },
        );
    }
}
