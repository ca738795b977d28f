//! Conditions on features that exclude or need each other, and on releases that have them.

use super::features::InForce;
use super::used::{Sighting, Used};
use super::{Condition, Conditions, View};
use crate::aws::features::{Combination, Feature, Floor};
use crate::aws::release::Release;
use crate::observed::Known;
use crate::observed::cluster::Attribute;

impl Conditions {
    /// The combination must not stand. Nothing is recorded when it does not, or when the resource cannot tell.
    pub fn must_not_combine(
        &mut self,
        combination: &Combination,
        used: &Used<'_, '_, '_>,
        seen: &View<'_, '_>,
    ) -> Option<&mut Condition> {
        let (mut state, sightings) = all(combination.when, used)?;
        for feature in combination.unless {
            if matches!(state, InForce::No) {
                return None;
            }
            match used.look(*feature)?.in_use {
                InForce::Yes => return None,
                InForce::No => {}
                InForce::Unknown(why) => state = state.and(InForce::Unknown(why)),
            }
        }
        if let Some(floor) = combination.from {
            if !seen.is_cluster() || matches!(state, InForce::No) {
                return None;
            }
            state = state.and(reaches(&[floor], seen));
        }
        self.combined(&state, &sightings, combination.message)
    }

    /// A feature must be on a release that has it. Nothing is recorded for anything but a cluster that may use it.
    pub fn must_reach_floor(
        &mut self,
        floor: &Floor,
        used: &Used<'_, '_, '_>,
        seen: &View<'_, '_>,
    ) {
        if !seen.is_cluster() {
            return;
        }
        let Some((state, mut sightings)) = all(floor.when, used) else {
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
        let in_use = InForce::Yes;
        sightings.insert(0, Sighting { in_use, node });
        if let Some(condition) = self.combined(&state.and(below), &sightings, &message) {
            condition.expected(floors).observed(node.display());
        }
    }

    fn combined(
        &mut self,
        state: &InForce,
        sightings: &[Sighting<'_>],
        message: &str,
    ) -> Option<&mut Condition> {
        let (first, others) = sightings.split_first()?;
        let condition = match state {
            InForce::No => return None,
            InForce::Yes => self.failed(first.node, message),
            InForce::Unknown(why) => self.undecided(
                first.node,
                format!("cannot be known: {message} ({why})"),
                "make the features, the release, the applications and the primary nodes known",
            ),
        };
        for other in others {
            condition.also(other.node);
        }
        Some(condition.fix("leave one of the features out, or add the one that is needed"))
    }
}

/// Whether all of these are in use, and where each is; `None` when the resource cannot tell one of them.
fn all<'t>(features: &[Feature], used: &Used<'_, '_, 't>) -> Option<(InForce, Vec<Sighting<'t>>)> {
    let mut state = InForce::Yes;
    let mut sightings = Vec::new();
    for feature in features {
        let sighting = used.look(*feature)?;
        state = state.and(sighting.in_use.clone());
        if matches!(state, InForce::No) {
            return Some((state, sightings));
        }
        sightings.push(sighting);
    }
    Some((state, sightings))
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
