//! Keys, roles and buckets that files only name: each is judged once, whichever files name it, when all are read.

use crate::judge::{Evaluation, Judge};
use crate::observed::named::Named;
use crate::observed::{Form, Identity, KindAndName, Resource, ResourceKind, Scope, Tree, Use};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

/// Uses of a named thing that are kept for messages.
const USES: usize = 16;

/// By kind and id; what has no known name is called after what needs it, and that name is its file's own.
type Key = (ResourceKind, String, Option<String>);

/// What is only named, kept after the files that name it are forgotten.
#[derive(Debug, Default)]
pub(super) struct NamedOnly(BTreeMap<Key, Kept>);

/// What is kept of it.
#[derive(Debug)]
pub(super) struct Kept {
    key: Key,
    identity: Arc<Identity>,
    /// The text that names it, where it is named first.
    text: Tree,
    uses: Vec<Use>,
}

impl Kept {
    /// What outlives the tree of what names it.
    fn of(only: Resource<'_>) -> Self {
        let file = only.body.reason().and_then(|_| only.body.place().file);
        Self {
            key: (only.kind(), only.identity.id.clone(), file),
            identity: only.identity,
            text: Tree::of_text(only.body),
            uses: only.uses,
        }
    }
}

impl NamedOnly {
    /// What the resources of scopes name and the scopes do not declare, but for what enough is known of here.
    pub(super) fn of(&self, judge: &Judge<'_>, scopes: &[Scope<'_>]) -> Vec<Kept> {
        let mut found = Vec::new();
        for scope in scopes {
            for resource in scope.resources() {
                let full = |one: Named<'_>| {
                    let known = self.0.get(&(one.kind, one.id, None));
                    known.is_some_and(|kept| kept.uses.len() >= USES)
                };
                // Where a key stands is worked out for as many uses as are shown, and no more.
                if !judge.names(resource, scope).into_iter().all(full) {
                    let named = judge.named_in(std::iter::once(resource), scope);
                    found.extend(named.into_iter().map(Kept::of));
                }
            }
        }
        found
    }

    /// Keeps what is only named, or more of its uses.
    pub(super) fn keep(&mut self, named: Vec<Kept>) {
        for only in named {
            match self.0.entry(only.key.clone()) {
                Entry::Vacant(entry) => {
                    entry.insert(only);
                }
                Entry::Occupied(mut entry) => {
                    let uses = &mut entry.get_mut().uses;
                    for by in only.uses {
                        if uses.len() < USES && !uses.contains(&by) {
                            uses.push(by);
                        }
                    }
                }
            }
        }
    }

    /// Judges everything but what some file declares, after all.
    pub(super) fn judge(
        self,
        judge: &Judge<'_>,
        declared: impl Fn(&KindAndName) -> bool,
    ) -> Vec<Evaluation> {
        let around = Scope::new();
        let mut evaluations = Vec::new();
        for ((kind, id, _), kept) in self.0 {
            if declared(&(kind, id)) {
                continue;
            }
            let body = kept.text.root();
            let resource = Resource {
                identity: kept.identity,
                type_name: None,
                form: Form::Named,
                body,
                outer: body,
                uses: kept.uses,
            };
            judge.judge(&resource, &around, &mut evaluations);
        }
        evaluations
    }
}
