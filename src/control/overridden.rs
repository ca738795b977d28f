//! Whether a property undoes a feature: the table of properties against what is in force here.

use super::features::InForce;
use super::repeated::differs;
use super::{Condition, Conditions, Severity, View};
use crate::aws::overrides::{Basis, Feature, HADOOP_SITES, Rule, SPARK_HADOOP, Unsafe, rules};
use crate::aws::release::Release;
use crate::lattice::Text;
use crate::observed::cluster::Attribute;
use crate::observed::properties::{Property, Setting as Said};
use crate::observed::{Known, Node};
use std::collections::BTreeSet;

/// The classifications that a property stands in, each with the name that it has there: `spark.hadoop.` carries those of
/// Hadoop's sites, too.
pub fn standings<'p>(property: &'p Property<'_>) -> Vec<(&'p str, &'p str)> {
    let name = property.name.as_str();
    let mut standings = Vec::new();
    for &classification in &property.classifications {
        standings.push((classification, name));
        if classification == "spark-defaults"
            && let Some(name) = name.strip_prefix(SPARK_HADOOP)
        {
            standings.extend(HADOOP_SITES.iter().map(|site| (*site, name)));
        }
    }
    standings
}

impl Conditions {
    /// The property must not undo one of these features, by the table of [`crate::aws::overrides`]. `inferred` counts
    /// rows that rest on open-source documentation in full.
    pub fn must_undo_nothing(
        &mut self,
        property: &Property<'_>,
        features: &BTreeSet<Text>,
        inferred: bool,
        seen: &View<'_, '_>,
    ) {
        let mut worst: Option<((bool, bool), &Rule, InForce)> = None;
        let standings = standings(property);
        let about = |rule: &&Rule| {
            let mut standings = standings.iter();
            standings.any(|(classification, name)| rule.is_about(classification, name))
        };
        for rule in rules().filter(about) {
            let counted = hits(property, rule, seen).and(counts(features, rule, seen));
            let failed = match counted {
                InForce::Yes => true,
                InForce::Unknown(_) => false,
                InForce::No => continue,
            };
            // Full severity goes before a note, a failure before something unknown.
            let full = rule.basis == Basis::Aws || inferred && rule.basis == Basis::Project;
            let rank = (full, failed);
            if worst.as_ref().is_none_or(|(worst, ..)| rank > *worst) {
                worst = Some((rank, rule, counted));
            }
        }
        if let Some(((full, _), rule, counted)) = worst {
            let condition = self.report(property, rule, &counted);
            if !full {
                condition.at(Severity::Info);
            }
        }
    }

    fn report(
        &mut self,
        property: &Property<'_>,
        rule: &Rule,
        counted: &InForce,
    ) -> &mut Condition {
        let name = &property.name;
        let effect = rule.effect;
        let setting = if rule.basis == Basis::Project {
            "inferred"
        } else {
            "features"
        };
        let condition = match (counted, &property.value) {
            (InForce::Yes | InForce::No, _) => {
                self.failed(property.node, format!("`{name}` {effect}"))
            }
            (InForce::Unknown(_), Said::Masked | Said::Unknown(_) | Said::Odd) => {
                self.property_unknown(property)
            }
            (InForce::Unknown(why), Said::Text(_)) => self.undecided(
                property.node,
                format!("whether `{name}` {effect} is not known: {why}"),
                "make the release and the security configuration known, or remove the property",
            ),
        };
        condition.observed(if rule.secret {
            "a value that is not shown".to_owned()
        } else {
            property.node.display()
        });
        condition
            .under(setting)
            .expected("absent, or a safe value")
            .fix(rule.fix.unwrap_or("remove the property"))
    }

    /// A property with a rule whose value is not known.
    pub fn property_unknown(&mut self, property: &Property<'_>) -> &mut Condition {
        let name = &property.name;
        match property.value {
            Said::Unknown(reason) => self.unknown(
                property.node,
                reason,
                format!("the value of `{name}` is unknown"),
            ),
            Said::Masked => self.undecided(
                property.node,
                format!("the value of `{name}` is masked"),
                "judge the request or template that sets it",
            ),
            Said::Text(_) | Said::Odd => self.undecided(
                property.node,
                format!("the value of `{name}` is no text"),
                "write the value as a string",
            ),
        }
    }
}

fn hits(property: &Property<'_>, rule: &Rule, seen: &View<'_, '_>) -> InForce {
    match (&property.value, rule.value) {
        (_, Unsafe::Present) => InForce::Yes,
        (Said::Text(value), Unsafe::Differs(fact)) => differs(fact, value, seen),
        (Said::Text(value), unsafe_when) if unsafe_when.hits(value) => InForce::Yes,
        (Said::Text(_), _) => InForce::No,
        (Said::Masked | Said::Unknown(_) | Said::Odd, _) => {
            InForce::Unknown("its value is not known".to_owned())
        }
    }
}

/// Whether a rule counts here: by its features, its release bounds and its further condition.
fn counts(asked: &BTreeSet<Text>, rule: &Rule, seen: &View<'_, '_>) -> InForce {
    let is_asked = |feature: &&Feature| {
        asked
            .iter()
            .any(|text| text.as_literal() == Some(feature.name()))
    };
    let features = rule.features.iter().filter(is_asked);
    let features = InForce::any(features.map(|feature| InForce::of(*feature, seen)));
    let only = rule
        .only
        .map_or(InForce::Yes, |only| InForce::of_where(only, seen));
    features.and(only).and(in_releases(rule, seen))
}

fn in_releases(rule: &Rule, seen: &View<'_, '_>) -> InForce {
    if rule.from.is_none() && rule.before.is_none() {
        return InForce::Yes;
    }
    let node = release(seen);
    let known = match node.text() {
        Known::Set(label) => Release::of(label),
        Known::Absent | Known::Mistyped => None,
        Known::Unreadable(reason) => return InForce::Unknown(reason.to_string()),
    };
    let Some(release) = known else {
        return InForce::Unknown("the release is not known".to_owned());
    };
    let after = rule.from.is_none_or(|floor| release.reaches(&[floor]));
    let before = rule.before.is_none_or(|floor| !release.reaches(&[floor]));
    if after && before {
        InForce::Yes
    } else {
        InForce::No
    }
}

fn release<'t>(seen: &View<'_, 't>) -> Node<'t> {
    let resource = seen.resource;
    if seen.is_cluster() {
        return resource.cluster().attribute(Attribute::ReleaseLabel);
    }
    resource.application().release_label()
}
