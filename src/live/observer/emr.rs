//! EMR: clusters and what describes them, security configurations, Studios, the account.

use super::recall::subject;
use super::{Call, DESCRIBE_CLUSTER, LIST_CLUSTERS, Observer, Outcome, items, text};
use crate::live::operation::{
    DESCRIBE_SECURITY_CONFIGURATION, DESCRIBE_STUDIO, GET_AUTO_TERMINATION_POLICY,
    GET_BLOCK_PUBLIC_ACCESS, GET_MANAGED_SCALING_POLICY, LIST_BOOTSTRAP_ACTIONS,
    LIST_INSTANCE_FLEETS, LIST_INSTANCE_GROUPS, LIST_SECURITY_CONFIGURATIONS, LIST_STEPS,
    LIST_STUDIO_SESSION_MAPPINGS, LIST_STUDIOS,
};
use crate::observed::ResourceKind;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

/// States of clusters that run or are about to.
/// Source: EMR API, `ClusterState`.
const ACTIVE: &[&str] = &[
    "STARTING",
    "BOOTSTRAPPING",
    "RUNNING",
    "WAITING",
    "TERMINATING",
];
pub(super) const ENDED: &[&str] = &["TERMINATED", "TERMINATED_WITH_ERRORS"];
/// Clusters are listed by when they were created, and wanted by when they ended: so much longer may they have lived.
/// EMR forgets clusters two months after they ended (EMR Management Guide, "View cluster status and details").
const LONGEST_LIFE: SignedDuration = SignedDuration::from_hours(60 * 24);
/// The subject of the listing of clusters that ended.
const OF_ENDED: &str = "ended";

impl Observer {
    pub(super) fn begin_emr(&mut self) -> Vec<Call> {
        let mut calls = vec![
            Call::new(&GET_BLOCK_PUBLIC_ACCESS, "", json!({})),
            Call::new(&LIST_STUDIOS, "", json!({})),
        ];
        let chosen = self.wanted.clusters.clone();
        if !chosen.is_empty() {
            calls.extend(chosen.iter().map(|id| self.describe_cluster(id)));
            return calls;
        }
        calls.push(Call::new(
            &LIST_CLUSTERS,
            "",
            json!({"ClusterStates": ACTIVE}),
        ));
        calls.extend(self.list_configurations());
        if let Some(since) = self.wanted.since {
            let after = self.wanted.now - since - LONGEST_LIFE;
            let input = json!({"ClusterStates": ENDED, "CreatedAfter": after.as_second()});
            calls.push(Call::new(&LIST_CLUSTERS, OF_ENDED, input));
        }
        calls
    }

    fn describe_cluster(&mut self, id: &str) -> Call {
        self.kept.thing(ResourceKind::EmrCluster, id).streams = true;
        Call::new(&DESCRIBE_CLUSTER, id, json!({"ClusterId": id}))
    }

    pub(super) fn emr(&mut self, call: &Call, outcome: &Outcome) -> Vec<Call> {
        let action = call.operation.action;
        if call.operation == &LIST_CLUSTERS {
            return self.clusters(call, outcome);
        }
        if call.operation == &DESCRIBE_CLUSTER {
            return self.cluster(&call.about, outcome);
        }
        if call.operation == &LIST_SECURITY_CONFIGURATIONS {
            return self.configurations(outcome);
        }
        if call.operation == &DESCRIBE_SECURITY_CONFIGURATION {
            let kind = ResourceKind::EmrSecurityConfiguration;
            let thing = self.kept.thing(kind, &call.about);
            thing.name = Some(call.about.clone());
            thing.keep(action, outcome);
            return self.follow(kind, &call.about);
        }
        if call.operation == &GET_BLOCK_PUBLIC_ACCESS {
            let account = self.account_id();
            self.kept
                .thing(ResourceKind::EmrAccount, &account)
                .keep(action, outcome);
            return Vec::new();
        }
        if call.operation == &LIST_STUDIOS {
            return self.studios(outcome);
        }
        let kind = subject(call.operation);
        self.kept.thing(kind, &call.about).keep(action, outcome);
        // Bootstrap actions and steps name buckets, too.
        self.follow(kind, &call.about)
    }

    /// The resource that stands for the account and region.
    pub(super) fn account_id(&self) -> String {
        format!("{}/{}", self.region.account, self.region.region)
    }

    fn clusters(&mut self, call: &Call, outcome: &Outcome) -> Vec<Call> {
        let of_ended = call.about == OF_ENDED;
        let answer = match outcome {
            Ok(answer) => answer,
            Err(failure) => {
                let what = if of_ended {
                    "ended clusters"
                } else {
                    "clusters"
                };
                self.listing_failed(&LIST_CLUSTERS, what, failure);
                return Vec::new();
            }
        };
        if !of_ended {
            self.listed.insert(ResourceKind::EmrCluster);
        }
        let mut calls = Vec::new();
        for summary in items(answer, "Clusters") {
            let Some(id) = text(summary, "/Id") else {
                continue;
            };
            // A cluster that ends while the lists are read may be on both.
            if self.kept.has(ResourceKind::EmrCluster, id)
                || of_ended && !self.ended_lately(summary)
            {
                continue;
            }
            let id = id.to_owned();
            let describe = self.describe_cluster(&id);
            let thing = self.kept.thing(ResourceKind::EmrCluster, &id);
            thing.name = text(summary, "/Name").map(str::to_owned);
            thing.arn = text(summary, "/ClusterArn").map(str::to_owned);
            if let Some(status) = summary.get("Status") {
                self.states.insert(id.clone(), status.clone());
            }
            calls.push(describe);
            if of_ended {
                self.ended.insert(id);
            } else {
                calls.extend(self.about_active(&id));
            }
        }
        calls
    }

    fn ended_lately(&self, summary: &Value) -> bool {
        let end = summary.pointer("/Status/Timeline/EndDateTime");
        let second = end.and_then(Value::as_f64);
        #[expect(clippy::cast_possible_truncation, reason = "whole seconds are enough")]
        let ended = second.and_then(|second| Timestamp::from_second(second as i64).ok());
        let since = self.wanted.since.unwrap_or_default();
        // One that does not say when it ended may have ended lately.
        ended.is_none_or(|ended| ended >= self.wanted.now - since)
    }

    /// What is asked of a cluster besides its description, and does not depend on that.
    fn about_active(&self, id: &str) -> Vec<Call> {
        let mut operations = vec![
            &LIST_BOOTSTRAP_ACTIONS,
            &GET_AUTO_TERMINATION_POLICY,
            &GET_MANAGED_SCALING_POLICY,
        ];
        if self.wanted.steps {
            operations.push(&LIST_STEPS);
        }
        let input = json!({"ClusterId": id});
        operations
            .into_iter()
            .filter(|operation| !self.wanted.spared.contains(operation.action))
            .map(|operation| Call::new(operation, id, input.clone()))
            .collect()
    }

    fn cluster(&mut self, id: &str, outcome: &Outcome) -> Vec<Call> {
        let kind = ResourceKind::EmrCluster;
        let thing = self.kept.thing(kind, id);
        thing.keep(DESCRIBE_CLUSTER.action, outcome);
        let Ok(answer) = outcome else {
            return Vec::new();
        };
        let cluster = answer.get("Cluster").cloned().unwrap_or_default();
        if let Some(name) = text(&cluster, "/Name") {
            thing.name = Some(name.to_owned());
        }
        if let Some(arn) = text(&cluster, "/ClusterArn") {
            thing.arn = Some(arn.to_owned());
        }
        let state = text(&cluster, "/Status/State").unwrap_or_default();
        if ENDED.contains(&state) {
            self.ended.insert(id.to_owned());
        }
        let mut calls = Vec::new();
        if !self.ended.contains(id) {
            let fleets = text(&cluster, "/InstanceCollectionType") == Some("INSTANCE_FLEET");
            let nodes = if fleets {
                &LIST_INSTANCE_FLEETS
            } else {
                &LIST_INSTANCE_GROUPS
            };
            if !self.wanted.spared.contains(nodes.action) {
                calls.push(Call::new(nodes, id, json!({"ClusterId": id})));
            }
            if self.wanted.clusters.iter().any(|chosen| chosen == id) {
                calls.extend(self.about_active(id));
            }
        }
        if let Some(name) = text(&cluster, "/SecurityConfiguration") {
            let configuration = ResourceKind::EmrSecurityConfiguration;
            if !self.kept.has(configuration, name) {
                self.kept.thing(configuration, name);
                calls.push(Call::new(
                    &DESCRIBE_SECURITY_CONFIGURATION,
                    name,
                    json!({"Name": name}),
                ));
            }
        }
        calls.extend(self.follow(kind, id));
        calls
    }

    fn studios(&mut self, outcome: &Outcome) -> Vec<Call> {
        let answer = match outcome {
            Ok(answer) => answer,
            Err(failure) => {
                self.listing_failed(&LIST_STUDIOS, "Studios", failure);
                return Vec::new();
            }
        };
        self.listed.insert(ResourceKind::EmrStudio);
        let mut calls = Vec::new();
        for studio in items(answer, "Studios") {
            let Some(id) = text(studio, "/StudioId") else {
                continue;
            };
            let thing = self.kept.thing(ResourceKind::EmrStudio, id);
            thing.streams = true;
            thing.name = text(studio, "/Name").map(str::to_owned);
            let input = json!({"StudioId": id});
            calls.push(Call::new(&DESCRIBE_STUDIO, id, input.clone()));
            calls.push(Call::new(&LIST_STUDIO_SESSION_MAPPINGS, id, input));
        }
        calls
    }

    /// Clusters that run, by id.
    pub(super) fn active(&mut self) -> Vec<String> {
        let ended = &self.ended;
        self.kept
            .of(ResourceKind::EmrCluster)
            .map(|(id, _)| id.to_owned())
            .filter(|id| !ended.contains(id))
            .collect()
    }

    /// The description of a cluster, where there is one.
    pub(super) fn description(&mut self, id: &str) -> Option<&Map<String, Value>> {
        let thing = self.kept.thing(ResourceKind::EmrCluster, id);
        thing
            .answer(DESCRIBE_CLUSTER.action)?
            .get("Cluster")?
            .as_object()
    }
}
