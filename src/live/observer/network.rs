//! EC2: the nodes of all clusters by one listing, and the security groups, subnets and routes of all of them.

use super::{Call, Observer, Outcome, items};
use crate::live::call::Failure;
use crate::live::operation::{
    DESCRIBE_INSTANCES, DESCRIBE_ROUTE_TABLES, DESCRIBE_SECURITY_GROUPS, DESCRIBE_STUDIO,
    DESCRIBE_SUBNETS, DESCRIBE_VOLUMES, DESCRIBE_VPC_ENDPOINTS, Operation,
};
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
        let operation = call.operation;
        let list = LISTS
            .iter()
            .find(|(other, _)| *other == operation)
            .map_or("", |(_, list)| list);
        let known = self.shared.remove(operation.action);
        let whole = match (known, outcome) {
            (None, outcome) => outcome.clone(),
            (Some(Err(failure)), _) => Err(failure),
            (Some(Ok(_)), Err(failure)) => Err(failure.clone()),
            (Some(Ok(mut so_far)), Ok(more)) => {
                let more = items(more, list).to_vec();
                if let Some(Value::Array(all)) = so_far.get_mut(list) {
                    all.extend(more);
                }
                Ok(so_far)
            }
        };
        let account = self.account_id();
        let thing = self.kept.thing(ResourceKind::EmrAccount, &account);
        thing.keep(operation.action, &whole);
        self.shared.insert(operation.action, whole);
        if operation != &DESCRIBE_SUBNETS {
            return Vec::new();
        }
        let vpcs = outcome.as_ref().map(vpcs_of).unwrap_or_default();
        let fresh: Vec<String> = vpcs.difference(&self.vpcs).cloned().collect();
        self.vpcs.extend(fresh.iter().cloned());
        // The main tables of VPCs, for subnets without a table of their own.
        let main = json!({"Name": "association.main", "Values": ["true"]});
        fresh
            .chunks(VALUES)
            .flat_map(|ids| {
                let of = json!({"Name": "vpc-id", "Values": ids});
                let input = json!({"Filters": [of, main], "MaxResults": 100});
                let first = ids.first().map_or("", String::as_str);
                let about = format!("main {first}");
                let tables = Call::new(&DESCRIBE_ROUTE_TABLES, about, input);
                let input = json!({"Filters": [of], "MaxResults": 1000});
                [tables, Call::new(&DESCRIBE_VPC_ENDPOINTS, first, input)]
            })
            .collect()
    }

    /// Asks about the subnets of clusters, Studios and applications, and about the tables that are associated with them.
    fn subnets(&mut self) -> Vec<Call> {
        let mut ids = BTreeSet::new();
        for cluster in self.active() {
            let attributes = self
                .description(&cluster)
                .and_then(|cluster| cluster.get("Ec2InstanceAttributes"));
            for member in ["Ec2SubnetId", "RequestedEc2SubnetIds"] {
                texts(attributes.and_then(|one| one.get(member)), &mut ids);
            }
        }
        for (_, studio) in self.kept.of(ResourceKind::EmrStudio) {
            let answer = studio.answer(DESCRIBE_STUDIO.action);
            texts(
                answer.and_then(|one| one.pointer("/Studio/SubnetIds")),
                &mut ids,
            );
        }
        for list in self.networks_of_applications("subnetIds") {
            texts(Some(&list), &mut ids);
        }
        let ids: Vec<String> = ids.into_iter().collect();
        let mut calls = Vec::new();
        for (at, ids) in ids.chunks(VALUES).enumerate() {
            let by = |name: &str| json!([{"Name": name, "Values": ids}]);
            let input = json!({"Filters": by("subnet-id")});
            calls.push(Call::new(&DESCRIBE_SUBNETS, at.to_string(), input));
            let input = json!({"Filters": by("association.subnet-id"), "MaxResults": 100});
            calls.push(Call::new(&DESCRIBE_ROUTE_TABLES, at.to_string(), input));
        }
        calls
    }

    /// Gives every cluster its nodes, and asks about the subnets and groups that clusters, nodes and applications are in.
    pub(super) fn surroundings(&mut self) -> Vec<Call> {
        let mut calls = self.subnets();
        calls.extend(self.security_groups());
        calls
    }

    fn security_groups(&mut self) -> Vec<Call> {
        let active = self.active();
        let mut ids = BTreeSet::new();
        for cluster in &active {
            let attributes = self
                .description(cluster)
                .and_then(|cluster| cluster.get("Ec2InstanceAttributes"));
            for member in GROUPS {
                texts(
                    attributes.and_then(|attributes| attributes.get(*member)),
                    &mut ids,
                );
            }
        }
        for list in self.networks_of_applications("securityGroupIds") {
            texts(Some(&list), &mut ids);
        }
        let nodes = self.hand_out_nodes(&active, &mut ids);
        let ids: Vec<String> = ids.into_iter().collect();
        let groups = ids.chunks(VALUES).enumerate().map(|(at, ids)| {
            // By filter: an id that does not exist any more is then left out, and fails nothing.
            let filter = json!({"Name": "group-id", "Values": ids});
            let input = json!({"Filters": [filter]});
            Call::new(&DESCRIBE_SECURITY_GROUPS, at.to_string(), input)
        });
        let volumes = nodes.chunks(VALUES).enumerate().map(|(at, ids)| {
            let filter = json!({"Name": "attachment.instance-id", "Values": ids});
            let input = json!({"Filters": [filter], "MaxResults": 1000});
            Call::new(&DESCRIBE_VOLUMES, at.to_string(), input)
        });
        groups.chain(volumes).collect()
    }

    /// Gives every cluster its nodes, and tells the nodes of those that run.
    fn hand_out_nodes(&mut self, active: &[String], ids: &mut BTreeSet<String>) -> Vec<String> {
        let mut running = Vec::new();
        let Some(nodes) = self.nodes.take() else {
            return running;
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
                let ids = instances
                    .iter()
                    .filter_map(|one| one.get("InstanceId")?.as_str());
                running.extend(ids.map(str::to_owned));
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
        running
    }
}

/// Where the answers that all of an account and region share list what they are about.
const LISTS: &[(&Operation, &str)] = &[
    (&DESCRIBE_SECURITY_GROUPS, "SecurityGroups"),
    (&DESCRIBE_SUBNETS, "Subnets"),
    (&DESCRIBE_ROUTE_TABLES, "RouteTables"),
    (&DESCRIBE_VOLUMES, "Volumes"),
    (&DESCRIBE_VPC_ENDPOINTS, "VpcEndpoints"),
];

/// Adds a text, or the texts of a list.
fn texts(value: Option<&Value>, found: &mut BTreeSet<String>) {
    let list = value.and_then(Value::as_array).into_iter().flatten();
    let all = value.into_iter().chain(list).filter_map(Value::as_str);
    found.extend(all.filter(|text| !text.is_empty()).map(str::to_owned));
}

fn vpcs_of(answer: &Map<String, Value>) -> BTreeSet<String> {
    let subnets = items(answer, "Subnets").iter();
    subnets
        .filter_map(|subnet| subnet.get("VpcId")?.as_str())
        .map(str::to_owned)
        .collect()
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
