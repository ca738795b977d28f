//! Which calls an audit can do without, because no control of its baselines judges their answers.

use crate::baseline::Baseline;
use crate::live::operation::{GET_AUTO_TERMINATION_POLICY, GET_MANAGED_SCALING_POLICY, Operation};
use std::collections::BTreeSet;

/// Calls that are made about every cluster, and the one control that judges each of them.
const OF_ONE_CONTROL: &[(&Operation, &str)] = &[
    (&GET_AUTO_TERMINATION_POLICY, "emr.auto-termination"),
    (&GET_MANAGED_SCALING_POLICY, "emr.instance-count"),
];

/// The calls that none of these baselines needs, by action.
pub(in crate::cli) fn spared<'b>(
    baselines: impl Iterator<Item = &'b Baseline>,
) -> BTreeSet<&'static str> {
    let required = |baseline: &'b Baseline| baseline.requirements.keys().copied();
    let required: BTreeSet<&str> = baselines.flat_map(required).collect();
    OF_ONE_CONTROL
        .iter()
        .filter(|(_, control)| !required.contains(control))
        .map(|(operation, _)| operation.action)
        .collect()
}
