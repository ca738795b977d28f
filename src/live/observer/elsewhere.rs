//! EMR Serverless and EMR on EKS: applications, virtual clusters and the security configurations that these name.
//!
//! Neither service is in every region. Where it is known not to be, and its name leads nowhere, there is nothing of it.

use super::{Call, Observer, Outcome, items, text};
use crate::live::call::Failure;
use crate::live::operation::{
    DESCRIBE_CONTAINER_CONFIGURATION, GET_APPLICATION, LIST_APPLICATIONS, LIST_VIRTUAL_CLUSTERS,
    Service, is_offered,
};
use crate::live::retry::NO_ADDRESS;
use crate::observed::ResourceKind;
use serde_json::{Map, Value, json};

const APPLICATION: ResourceKind = ResourceKind::EmrServerlessApplication;
const CLUSTER: ResourceKind = ResourceKind::EmrContainersVirtualCluster;
const CONFIGURATION: ResourceKind = ResourceKind::EmrContainersSecurityConfiguration;

/// States of applications that are there.
/// Source: EMR Serverless API, `ApplicationState`.
const THERE: &[&str] = &[
    "CREATING", "CREATED", "STARTING", "STARTED", "STOPPING", "STOPPED",
];
/// States of virtual clusters that are there, if only for a while.
/// Source: EMR on EKS API, `VirtualCluster`.
const RUNNING: &[&str] = &["RUNNING", "TERMINATING", "ARRESTED"];

impl Observer {
    pub(super) fn begin_elsewhere(&self) -> Vec<Call> {
        let mut calls = Vec::new();
        if self.wanted.asks(Service::Serverless) {
            calls.push(Call::new(&LIST_APPLICATIONS, "", json!({"states": THERE})));
        }
        if self.wanted.asks(Service::Containers) {
            calls.push(Call::new(
                &LIST_VIRTUAL_CLUSTERS,
                "",
                json!({"states": RUNNING}),
            ));
        }
        calls
    }

    pub(super) fn elsewhere(&mut self, call: &Call, outcome: &Outcome) -> Vec<Call> {
        let operation = call.operation;
        if operation == &LIST_APPLICATIONS {
            return self.listed_elsewhere(call, APPLICATION, "Serverless applications", outcome);
        }
        if operation == &LIST_VIRTUAL_CLUSTERS {
            return self.listed_elsewhere(call, CLUSTER, "virtual clusters", outcome);
        }
        let kind = if operation == &GET_APPLICATION {
            APPLICATION
        } else {
            CONFIGURATION
        };
        let thing = self.kept.thing(kind, &call.about);
        thing.keep(operation.action, outcome);
        self.follow(kind, &call.about)
    }

    fn listed_elsewhere(
        &mut self,
        call: &Call,
        kind: ResourceKind,
        what: &str,
        outcome: &Outcome,
    ) -> Vec<Call> {
        match outcome {
            Ok(answer) => {
                self.listed.insert(kind);
                if kind == APPLICATION {
                    self.applications(answer)
                } else {
                    self.virtual_clusters(answer)
                }
            }
            Err(failure) if self.is_not_here(call.operation.service, failure) => {
                self.listed.insert(kind);
                Vec::new()
            }
            Err(failure) => {
                self.listing_failed(call.operation, what, failure);
                Vec::new()
            }
        }
    }

    /// Whether a service gave no answer because there is none of it in the region.
    fn is_not_here(&self, service: Service, failure: &Failure) -> bool {
        failure.code == NO_ADDRESS && !is_offered(service, &self.region.region)
    }

    fn applications(&mut self, answer: &Map<String, Value>) -> Vec<Call> {
        let mut calls = Vec::new();
        for summary in items(answer, "applications") {
            let Some(id) = text(summary, "/id") else {
                continue;
            };
            self.name_it(APPLICATION, id, summary);
            let input = json!({"applicationId": id});
            calls.push(Call::new(&GET_APPLICATION, id, input));
        }
        calls
    }

    /// The listing tells everything of a virtual cluster.
    fn virtual_clusters(&mut self, answer: &Map<String, Value>) -> Vec<Call> {
        let mut calls = Vec::new();
        for cluster in items(answer, "virtualClusters") {
            let Some(id) = text(cluster, "/id") else {
                continue;
            };
            self.name_it(CLUSTER, id, cluster);
            let own = Map::from_iter([("virtualClusters".to_owned(), json!([cluster]))]);
            let thing = self.kept.thing(CLUSTER, id);
            thing.keep(LIST_VIRTUAL_CLUSTERS.action, &Ok(own));
            let named = text(cluster, "/securityConfigurationId");
            if let Some(named) = named
                && !self.kept.has(CONFIGURATION, named)
            {
                self.kept.thing(CONFIGURATION, named);
                let input = json!({"id": named});
                calls.push(Call::new(&DESCRIBE_CONTAINER_CONFIGURATION, named, input));
            }
        }
        calls
    }

    fn name_it(&mut self, kind: ResourceKind, id: &str, listed: &Value) {
        let thing = self.kept.thing(kind, id);
        thing.name = text(listed, "/name").map(str::to_owned);
        thing.arn = text(listed, "/arn").map(str::to_owned);
    }

    /// What applications say of their networks: subnets or groups.
    pub(super) fn networks_of_applications(&mut self, member: &str) -> Vec<Value> {
        let pointer = format!("/application/networkConfiguration/{member}");
        self.kept
            .of(APPLICATION)
            .filter_map(|(_, one)| one.answer(GET_APPLICATION.action)?.pointer(&pointer))
            .cloned()
            .collect()
    }
}
