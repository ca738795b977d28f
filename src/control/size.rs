//! How large a cluster may become, and the condition that it stays under a ceiling.

use super::verdict::Conditions;
use crate::observed::cluster::{Attribute, Cluster};
use crate::observed::groups::Group;
use crate::observed::{Known, Node, Reason};

/// Sizes added up: what is known, and what is not.
#[derive(Debug, Default)]
pub(crate) struct Sum<'t> {
    /// What is known to be reached.
    pub(crate) least: i64,
    unknown: Vec<(Node<'t>, Option<Reason>, String)>,
}

impl<'t> Sum<'t> {
    /// Something adds to the size, and how much is not known.
    pub(crate) fn unknown(&mut self, node: Node<'t>, reason: Option<Reason>, message: &str) {
        self.unknown.push((node, reason, message.to_owned()));
    }

    /// The larger of what a group asks for and what its own scaling may reach.
    pub(crate) fn add(&mut self, cluster: Cluster<'_, 't>, group: &Group<'t>) {
        let mut size: i64 = 0;
        for node in &group.sizes {
            match cluster.number(*node) {
                Known::Set(count) => size = size.saturating_add(count.max(0)),
                Known::Absent if group.fleet => {}
                Known::Unreadable(reason) => {
                    self.unknown(*node, Some(reason.clone()), "a count is unknown");
                }
                Known::Absent | Known::Mistyped => {
                    self.unknown(*node, None, "a count is not a number");
                }
            }
        }
        let reach = match cluster.number(group.scaling_maximum) {
            Known::Set(reach) => reach,
            Known::Absent => 0,
            Known::Mistyped => {
                self.unknown(group.scaling_maximum, None, "`MaxCapacity` is not a number");
                0
            }
            Known::Unreadable(reason) => {
                let reason = Some(reason.clone());
                self.unknown(group.scaling_maximum, reason, "`MaxCapacity` is unknown");
                0
            }
        };
        self.least = self.least.saturating_add(size.max(reach));
    }

    /// Compares the sum with a ceiling. What is known and above it fails, whatever else is unknown.
    pub(crate) fn judge(
        &self,
        limit: i64,
        root: Node<'t>,
        setting: &'static str,
        what: &str,
        out: &mut Conditions,
    ) {
        let least = self.least;
        if least > limit {
            out.failed(root, format!("{what} may reach {least} nodes or units"))
                .under(setting)
                .expected(format!("at most {limit}"))
                .observed(least.to_string());
        }
        if least <= limit && self.unknown.is_empty() {
            out.held();
        }
        for (node, reason, message) in &self.unknown {
            let condition = match reason {
                Some(reason) => out.unknown(*node, reason, message),
                None => out.undecided(*node, message, "write the size as a number"),
            };
            condition
                .under(setting)
                .expected(format!("at most {limit}"))
                .observed(node.display());
        }
    }
}

/// How many nodes or units managed scaling may reach, besides the primary.
pub(crate) fn managed_scaling<'t>(
    cluster: Cluster<'_, 't>,
    whole: &mut Sum<'t>,
    task: &mut Sum<'t>,
) -> Option<i64> {
    let policy = cluster.attribute(Attribute::ManagedScalingPolicy);
    let mut both = |node, reason: Option<Reason>, message| {
        whole.unknown(node, reason.clone(), message);
        task.unknown(node, reason, message);
        None
    };
    if let Some(reason) = cluster
        .out_of_sight(Attribute::ManagedScalingPolicy)
        .or_else(|| policy.reason().cloned())
    {
        return both(
            policy,
            Some(reason),
            "the managed scaling policy is unknown",
        );
    }
    if !policy.is_set() {
        return None;
    }
    let limits = policy.get("ComputeLimits");
    match limits.get("UnitType").text() {
        Known::Set("Instances" | "InstanceFleetUnits") => {}
        Known::Unreadable(reason) => {
            let reason = Some(reason.clone());
            return both(limits, reason, "the unit of managed scaling is unknown");
        }
        Known::Set(_) | Known::Absent | Known::Mistyped => {
            let message = "managed scaling does not count in nodes or units of fleets";
            return both(limits.get("UnitType"), None, message);
        }
    }
    let node = limits.get("MaximumCapacityUnits");
    match cluster.number(node) {
        Known::Set(reach) => Some(reach),
        Known::Unreadable(reason) => both(
            node,
            Some(reason.clone()),
            "the limit of managed scaling is unknown",
        ),
        Known::Absent | Known::Mistyped => {
            both(node, None, "the limit of managed scaling is not a number")
        }
    }
}
