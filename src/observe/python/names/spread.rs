//! What is done to a value under one name is done to it under the others.

use super::flow::Edge;
use super::{Change, Names, What};
use std::collections::BTreeMap;

/// Beyond this, everything that is held under another name counts as changed.
const MAX_WORK: usize = 4_000_000;

/// What is deeper counts as its container.
const MAX_KEYS: usize = 12;

/// Takes the changes of every name to the names whose values it holds.
pub(super) fn spread(names: &mut Names<'_>, edges: Vec<Edge>) {
    let edges = with_class_attributes(names, edges);
    let mut of_holder: BTreeMap<(usize, String), Vec<usize>> = BTreeMap::new();
    for (index, edge) in edges.iter().enumerate() {
        of_holder
            .entry(edge.holder.clone())
            .or_default()
            .push(index);
    }
    let mut fired = vec![false; edges.len()];
    let mut open: Vec<(usize, String)> = of_holder.keys().cloned().collect();
    let mut work = 0;
    while let Some(holder) = open.pop() {
        let Some(held) = of_holder.get(&holder) else {
            continue;
        };
        for index in held {
            let Some(edge) = edges.get(*index) else {
                continue;
            };
            if fired.get(*index).copied().unwrap_or(true) {
                continue;
            }
            let changes = names
                .known(holder.0, &holder.1)
                .map_or(&[][..], |known| &known.changes);
            work += changes.len();
            let mut reached: Vec<Change<'_>> = if work > MAX_WORK {
                vec![everything(edge, *index)]
            } else {
                let all = changes.iter();
                all.filter_map(|change| reached(edge, *index, change))
                    .collect()
            };
            // One way out of many says all there is to say.
            if reached.len() > 16 {
                reached = vec![everything(edge, *index)];
            }
            if reached.is_empty() {
                continue;
            }
            if let Some(fired) = fired.get_mut(*index) {
                // Several changes of one name come at once, and later ones in another round; a leak of all ends it.
                *fired = reached.iter().any(|change| change.path == edge.inner);
            }
            work += changes_of(names, edge) * reached.len();
            if add(names, edge, reached) {
                open.push(edge.target.clone());
            }
        }
    }
    rivals(names, &edges);
}

fn changes_of(names: &Names<'_>, edge: &Edge) -> usize {
    let target = names.known(edge.target.0, &edge.target.1);
    target.map_or(0, |known| known.changes.len())
}

/// Adds what is new; false when nothing is.
fn add<'p>(names: &mut Names<'p>, edge: &Edge, reached: Vec<Change<'p>>) -> bool {
    let Some(scope) = names.scopes.get_mut(edge.target.0) else {
        return false;
    };
    let known = scope.names.entry(edge.target.1.clone()).or_default();
    let before = known.changes.len();
    for change in reached {
        let is_known = known
            .changes
            .iter()
            .any(|old| old.by == change.by && old.path == change.path && old.what == change.what);
        if !is_known {
            known.changes.push(change);
        }
    }
    known.changes.len() > before
}

/// What a class binds is an attribute of whatever is made of it.
fn with_class_attributes(names: &Names<'_>, mut edges: Vec<Edge>) -> Vec<Edge> {
    for (index, scope) in names.scopes.iter().enumerate() {
        if scope.kind != super::ScopeKind::Class {
            continue;
        }
        for (name, known) in &scope.names {
            let Some(binding) = known.bindings.first() else {
                continue;
            };
            edges.push(Edge {
                holder: (super::MODULE, super::attribute_name(name)),
                prefix: Vec::new(),
                loose: false,
                target: (index, name.clone()),
                inner: Vec::new(),
                exact: true,
                below: false,
                context: binding.context,
                at: binding.at,
                line: binding.line,
            });
        }
    }
    edges
}

fn everything<'p>(edge: &Edge, index: usize) -> Change<'p> {
    Change {
        path: edge.inner.clone(),
        what: What::Leaked,
        context: edge.context,
        line: edge.line,
        at: edge.at,
        by: Some(index),
    }
}

/// What a change of the holder does to what it holds.
fn reached<'p>(edge: &Edge, index: usize, change: &Change<'p>) -> Option<Change<'p>> {
    let path = &change.path;
    // The container whose members change; `None` when everything from here on may.
    let container = match change.what {
        What::Set(_) | What::Replaced => path.len().checked_sub(1)?,
        What::Merge(_) | What::Shape => path.len(),
        What::Lost | What::Leaked | What::LeakedMembers | What::Attribute(_) | What::Anything => {
            usize::MAX
        }
    };
    let deep = container == usize::MAX;
    let length = container.min(path.len());
    let least = edge.prefix.len() + usize::from(edge.below);
    if !deep && length < least {
        return None;
    }
    let along = edge.prefix.iter().zip(path);
    for (held, key) in along.take(length.min(edge.prefix.len())) {
        if held.as_ref().is_some_and(|held| held != key) {
            return None;
        }
    }
    let rest = path.get(edge.prefix.len()..).unwrap_or_default();
    let fine = edge.exact && !edge.loose && path.len() >= edge.prefix.len();
    let mut inner = edge.inner.clone();
    // Values that hold themselves have no deepest member.
    let fine = fine && inner.len() + rest.len() <= MAX_KEYS;
    if fine {
        inner.extend(rest.iter().cloned());
    }
    let what = match change.what {
        What::Attribute(name) if fine => What::Attribute(name),
        What::LeakedMembers if fine => What::LeakedMembers,
        What::Set(_) | What::Lost | What::Replaced if fine && !rest.is_empty() => What::Replaced,
        _ if edge.below && rest.is_empty() => What::LeakedMembers,
        What::Set(_)
        | What::Merge(_)
        | What::Lost
        | What::Shape
        | What::Replaced
        | What::Leaked
        | What::LeakedMembers
        | What::Attribute(_)
        | What::Anything => What::Leaked,
    };
    // What was done before the name had the value is done from then on, if it is done for good.
    let same = change.context.scope == edge.context.scope;
    let at = if same {
        change.at.max(edge.at)
    } else {
        change.at
    };
    Some(Change {
        path: inner,
        what,
        context: change.context,
        line: change.line,
        at,
        by: Some(index),
    })
}

/// What is put into a value under one name is not carried out when it is changed under another, too: what comes last
/// cannot be told.
fn rivals(names: &mut Names<'_>, edges: &[Edge]) {
    let mut work = 0;
    let mut demoted: Vec<(usize, String)> = Vec::new();
    for (index, edge) in edges.iter().enumerate() {
        let target = names.known(edge.target.0, &edge.target.1);
        let changes = target.map_or(&[][..], |known| &known.changes);
        work += changes.len();
        let arrived = changes.iter().any(|change| change.by == Some(index));
        let other = changes.iter().any(|change| {
            let attribute = matches!(change.what, What::Attribute(_));
            let before = change.context.scope == edge.context.scope
                && change.at < edge.at
                && !names.is_repeated(change.context.block)
                && !change.what.stays();
            change.by != Some(index) && !attribute && !before
        });
        if arrived && other || work > MAX_WORK {
            demoted.push(edge.holder.clone());
        }
    }
    for (scope, name) in demoted {
        let scope = names.scopes.get_mut(scope);
        let Some(known) = scope.and_then(|scope| scope.names.get_mut(&name)) else {
            continue;
        };
        for change in &mut known.changes {
            if matches!(change.what, What::Set(_) | What::Merge(_)) {
                change.what = What::Replaced;
            }
        }
    }
}
