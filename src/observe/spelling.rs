//! Members of a cluster in another case than AWS's. AWS rejects them, so what they were to say is not known: without
//! this, `configurations` would be no configurations at all.

use super::edit;
use crate::observed::Reason;
use crate::observed::tree::{Entries, Kind, NodeId, Span, TextRef, Tree};

/// Source: EMR API 2009-03-31, `RunJobFlow`; CloudFormation Template Reference, `AWS::EMR::Cluster`.
pub(super) const CLUSTER: &[&str] = &[
    "AdditionalInfo",
    "AmiVersion",
    "Applications",
    "AutoScalingRole",
    "AutoTerminationPolicy",
    "BootstrapActions",
    "Configurations",
    "CustomAmiId",
    "EbsRootVolumeIops",
    "EbsRootVolumeSize",
    "EbsRootVolumeThroughput",
    "ExtendedSupport",
    "Instances",
    "JobFlowRole",
    "KerberosAttributes",
    "LogEncryptionKmsKeyId",
    "LogUri",
    "ManagedScalingPolicy",
    "MonitoringConfiguration",
    "Name",
    "NewSupportedProducts",
    "OSReleaseLabel",
    "PlacementGroupConfigs",
    "ReleaseLabel",
    "RepoUpgradeOnBoot",
    "ScaleDownBehavior",
    "SecurityConfiguration",
    "ServiceRole",
    "SessionEnabled",
    "StepConcurrencyLevel",
    "StepExecutionRoleArn",
    "Steps",
    "SupportedProducts",
    "Tags",
    "VisibleToAllUsers",
];

/// Source: EMR API 2009-03-31, `JobFlowInstancesConfig`; CloudFormation, `AWS::EMR::Cluster JobFlowInstancesConfig`.
const INSTANCES: &[&str] = &[
    "AdditionalMasterSecurityGroups",
    "AdditionalSlaveSecurityGroups",
    "CoreInstanceFleet",
    "CoreInstanceGroup",
    "Ec2KeyName",
    "Ec2SubnetId",
    "Ec2SubnetIds",
    "EmrManagedMasterSecurityGroup",
    "EmrManagedSlaveSecurityGroup",
    "HadoopVersion",
    "InstanceCount",
    "InstanceFleets",
    "InstanceGroups",
    "KeepJobFlowAliveWhenNoSteps",
    "MasterInstanceFleet",
    "MasterInstanceGroup",
    "MasterInstanceType",
    "Placement",
    "ServiceAccessSecurityGroup",
    "SlaveInstanceType",
    "TaskInstanceFleets",
    "TaskInstanceGroups",
    "TerminationProtected",
    "UnhealthyNodeReplacement",
];

/// Members of what `aws emr create-cluster` takes and `DescribeCluster` answers that no request has, and what a request
/// says the same in. Source: AWS CLI Command Reference, `emr create-cluster`; EMR API 2009-03-31, `Cluster`.
const OF_OTHERS: &[(&str, &[&str])] = &[
    ("AutoTerminate", &["Instances"]),
    ("Ec2Attributes", &["Instances", "JobFlowRole"]),
    ("Ec2InstanceAttributes", &["Instances", "JobFlowRole"]),
    ("InstanceProfile", &["JobFlowRole"]),
    ("InstanceType", &["Instances"]),
    ("KeyName", &["Instances"]),
    ("NoAutoTerminate", &["Instances"]),
    ("NoTerminationProtected", &["Instances"]),
    ("SubnetId", &["Instances"]),
    ("SubnetIds", &["Instances"]),
    ("UseDefaultRoles", &["JobFlowRole", "ServiceRole"]),
];

/// What a request says in the place of a member that it does not have; `None` for any other member.
fn elsewhere(member: &str) -> Option<&'static [&'static str]> {
    let mut others = OF_OTHERS.iter();
    let found = others.find(|(name, _)| *name == member);
    let inner = || {
        INSTANCES
            .contains(&member)
            .then_some(["Instances"].as_slice())
    };
    found.map(|(_, right)| *right).or_else(inner)
}

/// The members that are read of a request: its own, and those that it does not have and that are taken for a mistake.
pub(super) fn read() -> Vec<&'static str> {
    let others = OF_OTHERS.iter().map(|(name, _)| name);
    others.chain(CLUSTER).chain(INSTANCES).copied().collect()
}

/// The cluster with what members of others hide: what they say in the place of is not known.
fn without_others(tree: &mut Tree, cluster: NodeId) -> NodeId {
    let members = tree.node(cluster).members();
    let found: Vec<(String, NodeId, &[&str])> = members
        .filter_map(|(key, value)| Some((key.to_owned(), value.id(), elsewhere(key)?)))
        .collect();
    let mut cluster = cluster;
    for (written, at, hidden) in found {
        let names: Vec<String> = hidden.iter().map(|name| format!("`{name}`")).collect();
        let reason = Reason::Malformed {
            what: format!(
                "`{written}` is no member of a request, which says this in {}, and AWS rejects it",
                names.join(" and ")
            ),
        };
        for right in hidden {
            let there = edit::member(tree, cluster, right);
            let value = match there {
                Some(value) if *right == "Instances" => edit::opened(tree, value, reason.clone()),
                Some(_) => continue,
                None => tree.push_unreadable(reason.clone(), at),
            };
            cluster = edit::with(tree, cluster, right, value);
        }
    }
    cluster
}

/// The cluster of a request or template, in which members of another case stand as unreadable under AWS's own names.
pub(super) fn read_over(tree: &mut Tree, cluster: NodeId) -> NodeId {
    let cluster = mended(tree, cluster, CLUSTER, None);
    let cluster = without_others(tree, cluster);
    let instances = tree.node(cluster).get("Instances").id();
    let inner = mended(tree, instances, INSTANCES, None);
    if inner == instances {
        cluster
    } else {
        mended(tree, cluster, CLUSTER, Some((instances, inner)))
    }
}

/// The map with one of its values replaced, and what is misspelt added; itself, when neither is due.
fn mended(
    tree: &mut Tree,
    map: NodeId,
    known: &[&'static str],
    replaced: Option<(NodeId, NodeId)>,
) -> NodeId {
    let Kind::Map(entries, open) = tree.slot(map).kind else {
        return map;
    };
    let misspelt = misspelt(tree, entries, known);
    if misspelt.is_empty() && replaced.is_none() {
        return map;
    }
    let open = open.map(|reason| tree.reason(reason).clone());
    let value = |value| match replaced {
        Some((old, new)) if old == value => new,
        Some(_) | None => value,
    };
    let mut members: Vec<(TextRef, Span, NodeId)> = tree
        .members(entries)
        .iter()
        .filter_map(|entry| Some((entry.key?, entry.key_span, value(entry.value))))
        .collect();
    for (right, written, span, value) in misspelt {
        let reason = Reason::Malformed {
            what: format!("`{written}` is written `{right}`, and AWS rejects any other spelling"),
        };
        let unreadable = tree.push_unreadable(reason, value);
        members.push((tree.decoded_text(right), span, unreadable));
    }
    let kind = tree.map_kind(&members, open);
    tree.push_at(kind, map)
}

/// AWS's name, the written one, where that stands, and its value.
type Misspelt = (&'static str, String, Span, NodeId);

fn misspelt(tree: &Tree, entries: Entries, known: &[&'static str]) -> Vec<Misspelt> {
    let members = tree.members(entries);
    let is_there = |name: &str| {
        let mut keys = members.iter().filter_map(|entry| entry.key);
        keys.any(|key| tree.text(key) == name)
    };
    let found = members.iter().filter_map(|entry| {
        let written = tree.text(entry.key?);
        let right = known
            .iter()
            .find(|known| known.eq_ignore_ascii_case(written))?;
        (*right != written && !is_there(right))
            .then(|| (*right, written.to_owned(), entry.key_span, entry.value))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use crate::observe::{File, Given, read_file};
    use crate::observed::cluster::Attribute;
    use crate::observed::{Known, Source};
    use std::sync::Arc;

    /// Why the name of the security configuration and the key pair of the one cluster in a text are not known.
    fn reasons(text: &str) -> [Option<String>; 2] {
        let source = Arc::new(Source::new("t", text));
        let File::Read(reading) = read_file(&source, None, &Given::default()) else {
            panic!("not read");
        };
        let scopes = reading.scopes();
        let mut resources = scopes[0].resources().iter();
        let clusters = resources
            .by_ref()
            .filter(|one| one.kind() == crate::observed::ResourceKind::EmrCluster);
        let clusters: Vec<_> = clusters.collect();
        assert_eq!(clusters.len(), 1, "{text}");
        let cluster = clusters[0].cluster();
        [Attribute::SecurityConfiguration, Attribute::KeyName].map(|attribute| {
            match cluster.attribute(attribute).text() {
                Known::Unreadable(reason) => Some(reason.to_string()),
                Known::Set(_) | Known::Absent | Known::Mistyped => None,
            }
        })
    }

    #[test]
    fn a_member_in_another_case_is_not_known_and_not_absent() {
        let found = reasons(
            r#"{"Name": "x", "JobFlowRole": "r", "ReleaseLabel": "emr-7.9.0", "securityConfiguration": "s", "Instances": {"ec2KeyName": "k"}}"#,
        );
        let said = |right: &str, written: &str| {
            let what =
                format!("`{written}` is written `{right}`, and AWS rejects any other spelling");
            Some(what)
        };
        let expected = [
            said("SecurityConfiguration", "securityConfiguration"),
            said("Ec2KeyName", "ec2KeyName"),
        ];
        assert_eq!(found, expected);
        let template = "Resources:\n  C:\n    Type: AWS::EMR::Cluster\n    Properties:\n      securityConfiguration: s\n      Instances: {ec2KeyName: k}\n";
        assert_eq!(reasons(template), expected);
    }

    #[test]
    fn instances_in_another_case_hide_everything_in_them() {
        let found = reasons(
            r#"{"Name": "x", "JobFlowRole": "r", "ReleaseLabel": "emr-7.9.0", "instances": {"Ec2KeyName": "k"}}"#,
        );
        assert_eq!(found[0], None);
        assert!(found[1].as_deref().unwrap().starts_with("`instances`"));
    }

    #[test]
    fn members_of_the_command_line_hide_what_a_request_says_in_their_place() {
        let found = reasons(
            r#"{"Name": "x", "ReleaseLabel": "emr-7.9.0", "ServiceRole": "r", "SecurityConfiguration": "s",
                "Ec2Attributes": {"KeyName": "k"}, "InstanceGroups": [{"InstanceGroupType": "MASTER", "InstanceType": "m5.xlarge"}]}"#,
        );
        assert_eq!(found[0], None);
        assert!(found[1].as_deref().unwrap().starts_with("`Ec2Attributes`"));
        let beside = reasons(
            r#"{"Name": "x", "ReleaseLabel": "emr-7.9.0", "ServiceRole": "r", "SecurityConfiguration": "s",
                "Instances": {"Ec2SubnetId": "n"}, "Ec2KeyName": "k"}"#,
        );
        assert!(beside[1].as_deref().unwrap().starts_with("`Ec2KeyName`"));
    }

    #[test]
    fn the_right_spelling_beside_a_wrong_one_is_what_counts() {
        let found = reasons(
            r#"{"Name": "x", "JobFlowRole": "r", "ReleaseLabel": "emr-7.9.0", "SecurityConfiguration": "s", "securityConfiguration": "t"}"#,
        );
        assert_eq!(found, [None, None]);
    }
}
