//! Which calls an audit can do without, because no control of its baselines judges their answers.
//!
//! A control that is missing here is not deceived: what was not asked is not known, and its verdict says so.

use crate::baseline::Baseline;
use crate::controls::REGISTRY;
use crate::live::operation::{
    GET_AUTO_TERMINATION_POLICY, GET_MANAGED_SCALING_POLICY, LIST_BOOTSTRAP_ACTIONS,
    LIST_INSTANCE_FLEETS, LIST_INSTANCE_GROUPS, Operation,
};
use crate::observed::ResourceKind;
use std::collections::BTreeSet;

/// Calls that are made about every cluster, and who judges their answers.
struct Need {
    calls: &'static [&'static Operation],
    /// The controls that read them.
    controls: &'static [&'static str],
    /// The kinds of what they name: every control over one of these needs to know what there is.
    names: &'static [ResourceKind],
}

const NEEDS: &[Need] = &[
    Need {
        calls: &[&GET_AUTO_TERMINATION_POLICY],
        controls: &["emr.auto-termination"],
        names: &[],
    },
    Need {
        calls: &[&GET_MANAGED_SCALING_POLICY],
        controls: &["emr.instance-count"],
        names: &[],
    },
    // Scripts lie in buckets, which are encrypted with keys.
    Need {
        calls: &[&LIST_BOOTSTRAP_ACTIONS],
        controls: &["emr.bootstrap-actions", "emr.plaintext-secrets"],
        names: &[ResourceKind::S3Bucket, ResourceKind::KmsKey],
    },
    Need {
        calls: &[&LIST_INSTANCE_GROUPS, &LIST_INSTANCE_FLEETS],
        controls: &[
            "emr.application-overrides",
            "emr.custom-image",
            "emr.feature-combinations",
            "emr.instance-count",
            "emr.instance-types",
            "emr.plaintext-secrets",
        ],
        names: &[],
    },
];

impl Need {
    fn is_of(&self, control: &str) -> bool {
        let of = REGISTRY.iter().map(|entry| entry.meta);
        // What is about the run, such as waivers, is about every kind and asks nothing.
        let mut of = of.filter(|meta| meta.id == control && !meta.id.starts_with("baseline."));
        self.controls.contains(&control)
            || of.any(|meta| meta.kinds.iter().any(|kind| self.names.contains(kind)))
    }
}

/// The calls that none of these baselines needs, by action.
pub(in crate::cli) fn spared<'b>(
    baselines: impl Iterator<Item = &'b Baseline>,
) -> BTreeSet<&'static str> {
    let required = |baseline: &'b Baseline| baseline.requirements.keys().copied();
    let required: BTreeSet<&str> = baselines.flat_map(required).collect();
    NEEDS
        .iter()
        .filter(|need| !required.iter().any(|control| need.is_of(control)))
        .flat_map(|need| need.calls)
        .map(|operation| operation.action)
        .collect()
}
