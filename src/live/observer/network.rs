//! EC2: the nodes of all clusters by one listing, and the security groups of all of them.

use super::{Call, Observer, Outcome, items};
use crate::live::call::Failure;
use crate::live::operation::{DESCRIBE_INSTANCES, DESCRIBE_SECURITY_GROUPS};
use crate::observed::ResourceKind;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The tag that EMR gives to every node (EMR Management Guide, "Tag and categorize cluster resources").
const CLUSTER_TAG: &str = "aws:elasticmapreduce:job-flow-id";
/// Values of one filter (EC2 API, "Filter your resources").
const VALUES: usize = 200;
/// Members of `Ec2InstanceAttributes` that name groups.
const GROUPS: &[&str] = &[
    "EmrManagedMasterSecurityGroup",
    "EmrManagedSlaveSecurityGroup",
    "ServiceAccessSecurityGroup",
    "AdditionalMasterSecurityGroups",
    "AdditionalSlaveSecurityGroups",
];

impl Observer {
    pub(super) fn begin_network(&self) -> Vec<Call> {
        let running = json!({"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]});
        let of = if self.wanted.clusters.is_empty() {
            json!({"Name": "tag-key", "Values": [CLUSTER_TAG]})
        } else {
            json!({"Name": format!("tag:{CLUSTER_TAG}"), "Values": self.wanted.clusters})
        };
        let input = json!({"Filters": [of, running], "MaxResults": 1000});
        vec![Call::new(&DESCRIBE_INSTANCES, "", input)]
    }

    pub(super) fn network(&mut self, call: &Call, outcome: &Outcome) -> Vec<Call> {
        if call.operation == &DESCRIBE_INSTANCES {
            // Which clusters there are may not be known yet: this waits until everything is.
            self.nodes = Some(outcome.clone());
            return Vec::new();
        }
        let account = self.account_id();
        let known = self.groups.take();
        self.groups = Some(match (known, outcome) {
            (None, outcome) => outcome.clone(),
            (Some(Err(failure)), _) => Err(failure),
            (Some(Ok(_)), Err(failure)) => Err(failure.clone()),
            (Some(Ok(mut so_far)), Ok(more)) => {
                let more = items(more, "SecurityGroups").to_vec();
                if let Some(Value::Array(groups)) = so_far.get_mut("SecurityGroups") {
                    groups.extend(more);
                }
                Ok(so_far)
            }
        });
        if let Some(outcome) = &self.groups {
            let thing = self.kept.thing(ResourceKind::EmrAccount, &account);
            thing.keep(DESCRIBE_SECURITY_GROUPS.action, outcome);
        }
        Vec::new()
    }

    /// Gives every cluster its nodes and asks about the groups that clusters and nodes are in.
    pub(super) fn security_groups(&mut self) -> Vec<Call> {
        let active = self.active();
        let mut ids = BTreeSet::new();
        for cluster in &active {
            let attributes = self
                .description(cluster)
                .and_then(|cluster| cluster.get("Ec2InstanceAttributes"));
            for member in GROUPS {
                match attributes.and_then(|attributes| attributes.get(*member)) {
                    Some(Value::String(id)) if !id.is_empty() => drop(ids.insert(id.clone())),
                    Some(Value::Array(list)) => {
                        ids.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    Some(_) | None => {}
                }
            }
        }
        self.hand_out_nodes(&active, &mut ids);
        let ids: Vec<String> = ids.into_iter().collect();
        ids.chunks(VALUES)
            .enumerate()
            .map(|(at, ids)| {
                // By filter: an id that does not exist any more is then left out, and fails nothing.
                let filter = json!({"Name": "group-id", "Values": ids});
                let input = json!({"Filters": [filter]});
                Call::new(&DESCRIBE_SECURITY_GROUPS, at.to_string(), input)
            })
            .collect()
    }

    fn hand_out_nodes(&mut self, active: &[String], ids: &mut BTreeSet<String>) {
        let Some(nodes) = self.nodes.take() else {
            return;
        };
        let mut by_cluster: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        if let Ok(answer) = &nodes {
            for reservation in items(answer, "Reservations") {
                let instances = reservation.get("Instances").and_then(Value::as_array);
                for instance in instances.into_iter().flatten() {
                    ids.extend(groups_of(instance));
                    if let Some(cluster) = cluster_of(instance) {
                        let nodes = by_cluster.entry(cluster.to_owned()).or_default();
                        nodes.push(instance.clone());
                    }
                }
            }
        }
        for cluster in active {
            let outcome: Outcome = nodes.as_ref().map_err(Failure::clone).map(|_| {
                let instances = by_cluster.remove(cluster).unwrap_or_default();
                let reservations = if instances.is_empty() {
                    json!([])
                } else {
                    json!([{"Instances": instances}])
                };
                Map::from_iter([("Reservations".to_owned(), reservations)])
            });
            let thing = self.kept.thing(ResourceKind::EmrCluster, cluster);
            thing.keep(DESCRIBE_INSTANCES.action, &outcome);
        }
    }
}

fn cluster_of(instance: &Value) -> Option<&str> {
    let tags = instance.get("Tags")?.as_array()?;
    let tag = tags
        .iter()
        .find(|tag| tag.get("Key").and_then(Value::as_str) == Some(CLUSTER_TAG))?;
    tag.get("Value")?.as_str()
}

/// The groups of a node and of its network interfaces.
fn groups_of(instance: &Value) -> Vec<String> {
    let interfaces = instance.get("NetworkInterfaces").and_then(Value::as_array);
    let lists = interfaces
        .into_iter()
        .flatten()
        .filter_map(|interface| interface.get("Groups"))
        .chain(instance.get("SecurityGroups"));
    lists
        .filter_map(Value::as_array)
        .flatten()
        .filter_map(|group| group.get("GroupId")?.as_str())
        .map(str::to_owned)
        .collect()
}
