//! What tells a request for a cluster, and a cluster that is described.

use crate::observe::spelling::CLUSTER;
use crate::observed::{Node, Value};

/// Members that stand at the top of a `RunJobFlow` request and of little else.
const LAUNCH: &[&str] = &[
    "ReleaseLabel",
    "JobFlowRole",
    "AmiVersion",
    "BootstrapActions",
    "KerberosAttributes",
    "AutoTerminationPolicy",
    "StepConcurrencyLevel",
    "LogEncryptionKmsKeyId",
];
/// Members of its `Instances`.
const INSTANCES: &[&str] = &[
    "InstanceGroups",
    "InstanceFleets",
    "MasterInstanceType",
    "SlaveInstanceType",
    "KeepJobFlowAliveWhenNoSteps",
    "TerminationProtected",
    "Ec2SubnetId",
    "Ec2SubnetIds",
    "Ec2KeyName",
    "EmrManagedMasterSecurityGroup",
];

/// Members of which every request has one at least: it needs a name, and what runs and may do what is said by these.
/// Source: EMR API 2009-03-31, `RunJobFlow`.
const WHOLE: &[&str] = &[
    "AmiVersion",
    "JobFlowRole",
    "Name",
    "ReleaseLabel",
    "ServiceRole",
];

/// Whether a document is a request for a cluster, or describes one.
pub(in crate::observe) fn is_run_job_flow(root: Node<'_>) -> bool {
    tells_cluster(root) && !is_fragment(root)
}

/// Whether a document has members of a request and cannot be one: what it lacks is said by who sends it.
pub(in crate::observe) fn is_fragment(root: Node<'_>) -> bool {
    let mut keys = root.members().map(|(key, _)| key);
    tells_cluster(root)
        && root.open().is_none()
        && keys.all(|key| CLUSTER.contains(&key) && !WHOLE.contains(&key))
}

fn tells_cluster(root: Node<'_>) -> bool {
    let has = |node: Node<'_>, names: &[&str]| {
        node.members()
            .filter(|(key, _)| names.contains(key))
            .count()
    };
    if is_described(root) || is_described(root.get("Cluster")) {
        return true;
    }
    match root.get("Instances").value() {
        Value::Map => {
            has(root, LAUNCH) > 0
                || (root.get("Name").is_set() && has(root.get("Instances"), INSTANCES) > 0)
        }
        Value::Unreadable(_) => has(root, LAUNCH) > 0,
        // A request whose instances are given elsewhere, or forgotten.
        Value::Absent => {
            has(root, LAUNCH) > 1
                || (root.get("ReleaseLabel").is_set()
                    && root.get("ServiceRole").is_set()
                    && root.get("Name").is_set())
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Template
        | Value::List => false,
    }
}

/// Whether this is the `Cluster` member of `DescribeCluster`'s answer, rather than of another service's.
pub(in crate::observe) fn is_described(cluster: Node<'_>) -> bool {
    cluster.get("Ec2InstanceAttributes").is_set()
        || (cluster.get("Id").is_set()
            && cluster.get("Status").is_set()
            && (cluster.get("ReleaseLabel").is_set()
                || cluster.get("RunningAmiVersion").is_set()
                || cluster.get("RequestedAmiVersion").is_set()))
}
