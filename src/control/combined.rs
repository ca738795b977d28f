//! Conditions on features that exclude or need each other, and on releases that have them.

use super::features::InForce;
use super::used::Used;
use super::{Condition, Conditions, View};
use crate::aws::features::{Combination, Feature, Floor};
use crate::aws::release::Release;
use crate::observed::cluster::Attribute;
use crate::observed::{Known, Node};

impl Conditions {
    /// The combination must not stand. Nothing is recorded when it does not, or when the resource cannot tell.
    pub fn must_not_combine(
        &mut self,
        combination: &Combination,
        used: &Used<'_, '_, '_>,
        seen: &View<'_, '_>,
    ) -> Option<&mut Condition> {
        let mut state = all(combination.when, used)?;
        for feature in combination.unless {
            if matches!(state, InForce::No) {
                return None;
            }
            match &used.look(*feature)?.in_use {
                InForce::Yes => return None,
                InForce::No => {}
                unknown @ InForce::Unknown(_) => state = state.and(unknown.clone()),
            }
        }
        if let Some(floor) = combination.from {
            if !seen.is_cluster() || matches!(state, InForce::No) {
                return None;
            }
            state = state.and(reaches(&[floor], seen));
        }
        let nodes = nodes(combination.when, used);
        self.combined(&state, nodes, combination.message)
    }

    /// A feature must be on a release that has it. Nothing is recorded for anything but a cluster that may use it.
    pub fn must_reach_floor<'t>(
        &mut self,
        floor: &Floor,
        used: &Used<'_, '_, 't>,
        seen: &View<'_, 't>,
    ) {
        if !seen.is_cluster() {
            return;
        }
        let Some(state) = all(floor.when, used) else {
            return;
        };
        if matches!(state, InForce::No) {
            return;
        }
        let below = match reaches(floor.floors, seen) {
            InForce::Yes => return,
            InForce::No => InForce::Yes,
            InForce::Unknown(why) => InForce::Unknown(why),
        };
        let node = seen.resource.cluster().attribute(Attribute::ReleaseLabel);
        let floors = floor.floors.join(", ");
        let message = format!("the release has no {}: it came with {floors}", floor.name);
        let nodes = std::iter::once(node).chain(nodes(floor.when, used));
        if let Some(condition) = self.combined(&state.and(below), nodes, &message) {
            condition.expected(floors).observed(node.display());
        }
    }

    fn combined<'t>(
        &mut self,
        state: &InForce,
        mut nodes: impl Iterator<Item = Node<'t>>,
        message: &str,
    ) -> Option<&mut Condition> {
        if matches!(state, InForce::No) {
            return None;
        }
        let first = nodes.next()?;
        let condition = match state {
            InForce::Unknown(why) => self.undecided(
                first,
                format!("cannot be known: {message} ({why})"),
                "make the features, the release, the applications and the primary nodes known",
            ),
            InForce::Yes | InForce::No => self.failed(first, message),
        };
        for other in nodes {
            condition.also(other);
        }
        Some(condition.fix("leave one of the features out, or add the one that is needed"))
    }
}

/// Whether all of these are in use; `None` when the resource cannot tell one of them.
fn all(features: &[Feature], used: &Used<'_, '_, '_>) -> Option<InForce> {
    let mut state = InForce::Yes;
    for feature in features {
        match &used.look(*feature)?.in_use {
            InForce::No => return Some(InForce::No),
            InForce::Yes => {}
            unknown @ InForce::Unknown(_) => state = state.and(unknown.clone()),
        }
    }
    Some(state)
}

/// Where each of these is, or would be.
fn nodes<'t>(features: &[Feature], used: &Used<'_, '_, 't>) -> impl Iterator<Item = Node<'t>> {
    let sightings = features.iter().filter_map(|feature| used.look(*feature));
    sightings.map(|sighting| sighting.node)
}

/// Whether the cluster's release is at or above one of the floors. A cluster from before release labels is below all.
fn reaches(floors: &[&str], seen: &View<'_, '_>) -> InForce {
    let node = seen.resource.cluster().attribute(Attribute::ReleaseLabel);
    match node.text() {
        Known::Set(label) => match Release::of(label) {
            Some(release) if release.reaches(floors) => InForce::Yes,
            Some(_) => InForce::No,
            None => InForce::Unknown(format!("`{label}` is not a release label")),
        },
        Known::Absent => InForce::No,
        Known::Mistyped => InForce::Unknown("the release label is not a string".to_owned()),
        Known::Unreadable(reason) => InForce::Unknown(reason.to_string()),
    }
}
